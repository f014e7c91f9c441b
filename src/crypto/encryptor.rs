//! Streaming content encryption, in place in the output.

use zeroize::Zeroizing;

use super::ContentCipher;
use super::aead::Aead;
use super::blocks::{self, CbcBlocks, in_steps};
use super::cipher::TAG_LEN;
use crate::Error;

const BLOCK: usize = 16;

/// One content being encrypted. How it is cut into pushes does not matter.
pub(crate) struct Encryptor(Mode);

enum Mode {
    Cbc {
        cipher: Box<dyn CbcBlocks>,
        /// The beginning of a block that is not full yet.
        partial: Zeroizing<[u8; BLOCK]>,
        filled: usize,
    },
    Aead(Aead),
}

impl Encryptor {
    /// `key` and `nonce` must have the lengths of `cipher`; the nonce must never have been used
    /// with this key.
    pub(crate) fn new(cipher: ContentCipher, key: &[u8], nonce: &[u8]) -> Result<Encryptor, Error> {
        let mode = if cipher.is_authenticated() {
            Aead::new(cipher.into(), key, nonce, &[]).map(Mode::Aead)
        } else {
            blocks::encrypting(cipher, key, nonce).map(|cipher| Mode::Cbc {
                cipher,
                partial: Zeroizing::default(),
                filled: 0,
            })
        };
        mode.map(Encryptor).ok_or_else(|| {
            Error::misuse("the key or nonce does not have the length the content cipher needs")
        })
    }

    /// Appends the ciphertext of `plaintext` to `out`; CBC keeps back what does not fill a block.
    ///
    /// An error only when the message grows over what the cipher can protect under one nonce (64
    /// GiB for GCM, 256 GiB for ChaCha20); nothing is appended then.
    pub(crate) fn push(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.0 {
            Mode::Cbc {
                cipher,
                partial,
                filled,
            } => push_cbc(cipher.as_mut(), partial, filled, plaintext, out),
            Mode::Aead(aead) => {
                aead.reserve(plaintext.len())?;
                in_steps(plaintext, out, |step| aead.encrypt(step));
            }
        }
        Ok(())
    }

    /// Appends the last, padded block of CBC to `out`, or returns the tag of an authenticated
    /// cipher. The additional data is empty: authenticated attributes are never written.
    pub(crate) fn finish(self, out: &mut Vec<u8>) -> Option<[u8; TAG_LEN]> {
        match self.0 {
            Mode::Cbc {
                mut cipher,
                mut partial,
                filled,
            } => {
                // RFC 5652 6.3: every padding byte is the number of padding bytes, 1 to 16.
                let padding = u8::try_from(BLOCK.saturating_sub(filled)).unwrap_or(0);
                for byte in partial.iter_mut().skip(filled) {
                    *byte = padding;
                }
                cipher.apply(partial.as_mut_slice());
                out.extend_from_slice(partial.as_slice());
                None
            }
            Mode::Aead(aead) => Some(*aead.tag()),
        }
    }
}

fn push_cbc(
    cipher: &mut dyn CbcBlocks,
    partial: &mut [u8; BLOCK],
    filled: &mut usize,
    mut plaintext: &[u8],
    out: &mut Vec<u8>,
) {
    if *filled > 0 {
        let wanted = BLOCK.saturating_sub(*filled).min(plaintext.len());
        let (now, later) = plaintext.split_at_checked(wanted).unwrap_or_default();
        for (slot, byte) in partial.iter_mut().skip(*filled).zip(now) {
            *slot = *byte;
        }
        *filled = filled.saturating_add(now.len());
        plaintext = later;
        if *filled < BLOCK {
            return;
        }
        cipher.apply(partial);
        out.extend_from_slice(partial);
        *filled = 0;
    }
    let (whole, rest) = plaintext.as_chunks::<BLOCK>();
    in_steps(whole.as_flattened(), out, |step| cipher.apply(step));
    for (slot, byte) in partial.iter_mut().zip(rest) {
        *slot = *byte;
    }
    *filled = rest.len();
}

#[cfg(test)]
mod tests;
