//! The layers that a message passes through: canonical form, compression, signature, encryption.

use super::compress_layer::CompressLayer;
use super::encrypt_layer::EncryptLayer;
use super::sign_layer::SignLayer;
use crate::Error;
use crate::mime::canonical::Canonicalizer;

pub(super) struct Layers {
    pub canonical: Canonicalizer,
    pub entity: Vec<u8>,
    pub compress: Option<CompressLayer>,
    pub compressed: Vec<u8>,
    pub sign: Option<SignLayer>,
    pub signed: Vec<u8>,
    pub encrypt: Option<EncryptLayer>,
}

impl Layers {
    /// Passes raw input through all layers.
    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.canonical.push(input, &mut self.entity)?;
        self.pass_entity(out)
    }

    pub(super) fn end_entity(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.canonical.finish(&mut self.entity)?;
        self.pass_entity(out)?;
        if let Some(compress) = self.compress.take() {
            compress.finish(&mut self.compressed)?;
        }
        self.pass_compressed(out)
    }

    fn pass_entity(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.compress {
            Some(compress) => compress.push(&self.entity, &mut self.compressed)?,
            None => self.compressed.extend_from_slice(&self.entity),
        }
        self.entity.clear();
        self.pass_compressed(out)
    }

    fn pass_compressed(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.sign {
            Some(sign) => sign.push(&self.compressed, &mut self.signed),
            None => self.signed.extend_from_slice(&self.compressed),
        }
        self.compressed.clear();
        self.pass_signed(out)
    }

    pub(super) fn pass_signed(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.encrypt {
            Some(encrypt) => encrypt.push(&self.signed, out)?,
            None => out.extend_from_slice(&self.signed),
        }
        self.signed.clear();
        Ok(())
    }
}
