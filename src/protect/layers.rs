//! The layers that a message passes through: canonical form, compression, signature, encryption.

use zeroize::Zeroizing;

use super::compress_layer::CompressLayer;
use super::encrypt_layer::EncryptLayer;
use super::sign_layer::SignLayer;
use crate::Error;
use crate::mime::canonical::Canonicalizer;

/// Bytes that go through all layers at once. What the layers hold between them is a small multiple of it, however
/// much comes in.
pub(super) const STEP: usize = 32 << 10;

/// Layers stand in boxes of their own: the room of one that is absent would be filled with what is on the stack, and
/// ciphers leave keys there.
pub(super) struct Layers {
    canonical: Box<Canonicalizer>,
    entity: Zeroizing<Vec<u8>>,
    compress: Option<Box<CompressLayer>>,
    compressed: Zeroizing<Vec<u8>>,
    outer: Outer,
}

/// What is around the content, compressed or not.
struct Outer {
    sign: Option<Box<SignLayer>>,
    signed: Zeroizing<Vec<u8>>,
    encrypt: Option<EncryptLayer>,
}

impl Layers {
    /// Writes what precedes the content.
    pub(super) fn begin(
        canonical: Canonicalizer,
        compress: Option<CompressLayer>,
        sign: Option<SignLayer>,
        encrypt: Option<EncryptLayer>,
        out: &mut Vec<u8>,
    ) -> Result<Self, Error> {
        let mut layers = Layers {
            canonical: Box::new(canonical),
            entity: Zeroizing::default(),
            compress: compress.map(Box::new),
            compressed: Zeroizing::default(),
            outer: Outer {
                sign: sign.map(Box::new),
                signed: Zeroizing::default(),
                encrypt,
            },
        };
        let Outer {
            sign,
            signed,
            encrypt,
        } = &mut layers.outer;
        if let Some(sign) = sign {
            sign.begin(signed);
            pass(encrypt, signed, out)?;
        }
        if let Some(compress) = &mut layers.compress {
            compress.begin(&mut layers.compressed);
            layers.outer.push(&layers.compressed, out)?;
        }
        Ok(layers)
    }

    /// Passes raw input through all layers.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        for step in input.chunks(STEP) {
            self.canonical.push(step, &mut self.entity)?;
            self.pass_entity(out)?;
        }
        Ok(())
    }

    pub(super) fn end_entity(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.canonical.finish(&mut self.entity)?;
        self.pass_entity(out)?;
        if let Some(compress) = self.compress.take() {
            self.compressed.clear();
            compress.finish(&mut self.compressed)?;
            for step in self.compressed.chunks(STEP) {
                self.outer.push(step, out)?;
            }
        }
        Ok(())
    }

    /// The signature, while there is one to make.
    pub(super) fn sign(&mut self) -> Option<&mut SignLayer> {
        self.outer.sign.as_deref_mut()
    }

    /// Writes the end of the signature; the encryption is the caller's to end.
    pub(super) fn end_signature(
        self,
        signatures: Option<&[Vec<u8>]>,
        out: &mut Vec<u8>,
    ) -> Result<Option<EncryptLayer>, Error> {
        let Outer {
            sign, mut encrypt, ..
        } = self.outer;
        if let (Some(sign), Some(signatures)) = (sign, signatures) {
            sign.finish(signatures, &mut |signed| pass(&mut encrypt, signed, out))?;
        }
        Ok(encrypt)
    }

    fn pass_entity(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        // What a long leaf was looked at for comes out at once.
        for step in self.entity.chunks(STEP) {
            match &mut self.compress {
                None => self.outer.push(step, out)?,
                Some(compress) => {
                    self.compressed.clear();
                    compress.push(step, &mut self.compressed)?;
                    self.outer.push(&self.compressed, out)?;
                }
            }
        }
        self.entity.clear();
        if self.entity.capacity() > 4 * STEP {
            self.entity = Zeroizing::default();
        }
        Ok(())
    }
}

impl Outer {
    fn push(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let signed = match &mut self.sign {
            None => content,
            Some(sign) => {
                self.signed.clear();
                sign.push(content, &mut self.signed)
            }
        };
        pass(&mut self.encrypt, signed, out)
    }
}

fn pass(encrypt: &mut Option<EncryptLayer>, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    match encrypt {
        Some(encrypt) => encrypt.push(bytes, out)?,
        None => out.extend_from_slice(bytes),
    }
    Ok(())
}
