//! Streaming content decryption, in place in the output.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

use super::ReceivedCipher;
use super::aead::Aead;
use super::blocks::{self, CbcBlocks, MAX_BLOCK, in_steps};
use crate::{Error, ErrorKind};

/// The shortest tag that is compared, in bytes (RFC 5084 3.2).
const MIN_TAG_LEN: usize = 12;

/// Decrypts one content. What it hands out before [`Decryptor::finish`] is not authenticated: the caller keeps
/// it back until then.
///
/// Plaintext is written where `out` has room; growing it would leave a copy behind, so the caller
/// reserves the length of the ciphertext first.
pub(crate) struct Decryptor(Mode);

enum Mode {
    Cbc(Cbc),
    Aead {
        aead: Aead,
        /// Whether the tag may be truncated.
        truncated: bool,
    },
    /// Content whose tag was compared before.
    Released(Aead),
}

impl Decryptor {
    /// `additional`: the additional data that enters the tag; empty for CBC.
    ///
    /// A key or nonce of another length than the cipher's is [`ErrorKind::Decryption`]: the key can
    /// be what a wrong key-encryption key gave.
    pub(crate) fn new(
        cipher: ReceivedCipher,
        key: &[u8],
        nonce: &[u8],
        additional: &[u8],
    ) -> Result<Decryptor, Error> {
        let mode = if cipher.is_authenticated() {
            Aead::new(cipher, key, nonce, additional).map(|aead| Mode::Aead {
                truncated: matches!(aead, Aead::Gcm { .. }),
                aead,
            })
        } else {
            blocks::decrypting(cipher, key, nonce)
                .filter(|_| additional.is_empty())
                .map(|blocks| {
                    Mode::Cbc(Cbc {
                        blocks,
                        block_len: cipher.nonce_len(),
                        held: [0; MAX_BLOCK],
                        filled: 0,
                    })
                })
        };
        mode.map(Decryptor).ok_or_else(failed)
    }

    /// Decrypts once more what was decrypted and found good before: of an authenticated cipher no tag is computed, which takes
    /// the additional data with it, and [`Decryptor::finish`] is given none.
    pub(crate) fn released(
        cipher: ReceivedCipher,
        key: &[u8],
        nonce: &[u8],
    ) -> Result<Decryptor, Error> {
        let decryptor = Decryptor::new(cipher, key, nonce, &[])?;
        Ok(Decryptor(match decryptor.0 {
            Mode::Aead { aead, .. } => Mode::Released(aead),
            mode => mode,
        }))
    }

    /// Appends plaintext; does not depend on how the ciphertext is split. CBC holds back the last
    /// block, which can be padding.
    pub(crate) fn push(&mut self, ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.0 {
            Mode::Cbc(cbc) => cbc.push(ciphertext, out),
            Mode::Aead { aead, .. } => {
                aead.reserve(ciphertext.len()).map_err(|_| failed())?;
                in_steps(ciphertext, out, |step| aead.decrypt(step));
            }
            Mode::Released(aead) => {
                aead.reserve(ciphertext.len()).map_err(|_| failed())?;
                in_steps(ciphertext, out, |step| aead.apply_keystream(step));
            }
        }
        Ok(())
    }

    /// Whether [`Decryptor::finish_with`] can be given the additional data. Where it cannot, it must be known
    /// before the content.
    pub(crate) fn takes_late_additional(&self) -> bool {
        matches!(&self.0, Mode::Aead { aead, .. } if aead.takes_late_additional())
    }

    /// Checks padding or tag, appends the rest. Every failure is [`ErrorKind::Decryption`].
    ///
    /// `tag` is 16 bytes, of GCM 12 to 16 (RFC 5084 3.2), and of CBC empty. That it has the length
    /// the message names is for the caller to check.
    pub(crate) fn finish(self, tag: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.finish_with(&[], tag, out)
    }

    /// Like [`Decryptor::finish`], with the additional data that [`Decryptor::new`] was not given:
    /// authenticated attributes stand after the ciphertext (RFC 5083 2.1) and enter the tag before it. Fails
    /// if there is any and [`Decryptor::takes_late_additional`] says no.
    pub(crate) fn finish_with(
        self,
        additional: &[u8],
        tag: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        #[cfg(fuzzing)]
        if matches!(&self.0, Mode::Aead { .. }) && super::stub::accepts(tag) {
            return Ok(());
        }
        match self.0 {
            Mode::Cbc(cbc) => {
                let nothing_else = tag.is_empty() && additional.is_empty();
                cbc.finish(out).filter(|()| nothing_else)
            }
            Mode::Released(_) => (tag.is_empty() && additional.is_empty()).then_some(()),
            Mode::Aead { aead, truncated } => aead.tag_with(additional).and_then(|computed| {
                let shortest = if truncated {
                    MIN_TAG_LEN
                } else {
                    computed.len()
                };
                computed
                    .get(..tag.len())
                    .filter(|computed| computed.len() >= shortest)
                    .filter(|computed| bool::from(computed.ct_eq(tag)))
                    .map(drop)
            }),
        }
        .ok_or_else(failed)
    }
}

fn failed() -> Error {
    ErrorKind::Decryption.into()
}

struct Cbc {
    blocks: Box<dyn CbcBlocks>,
    block_len: usize,
    /// Ciphertext that is held back: nothing at first, later 1 byte to one block.
    held: [u8; MAX_BLOCK],
    filled: usize,
}

impl Cbc {
    fn push(&mut self, ciphertext: &[u8], out: &mut Vec<u8>) {
        let wanted = self.block_len.saturating_sub(self.filled);
        let (now, later) = ciphertext.split_at(wanted.min(ciphertext.len()));
        self.hold(now);
        // More follows, so the held block is full and not the last.
        let Some(before_last) = later.len().checked_sub(1) else {
            return;
        };
        let whole =
            before_last.saturating_sub(before_last.checked_rem(self.block_len).unwrap_or(0));
        let (whole, rest) = later.split_at(whole);
        let held = self.held.get(..self.block_len).unwrap_or_default();
        for blocks in [held, whole] {
            in_steps(blocks, out, |step| self.blocks.apply(step));
        }
        self.filled = 0;
        self.hold(rest);
    }

    fn hold(&mut self, bytes: &[u8]) {
        for (slot, byte) in self.held.iter_mut().skip(self.filled).zip(bytes) {
            *slot = *byte;
        }
        self.filled = self.filled.saturating_add(bytes.len());
    }

    /// RFC 5652 6.3: every padding byte is the number of padding bytes, 1 to the block length. All
    /// are looked at, without a branch on any.
    fn finish(mut self, out: &mut Vec<u8>) -> Option<()> {
        (self.filled == self.block_len).then_some(())?;
        let mut last = Zeroizing::new(self.held);
        let last = last.get_mut(..self.block_len)?;
        self.blocks.apply(last);
        let length = *last.last()?;
        let block_len = u8::try_from(self.block_len).ok()?;
        let mut good = length.ct_gt(&0) & !length.ct_gt(&block_len);
        // From the end: the first `length` of them are padding.
        for (position, byte) in (0..block_len).zip(last.iter().rev()) {
            let is_padding = length.ct_gt(&position);
            good &= Choice::conditional_select(&1.into(), &byte.ct_eq(&length), is_padding);
        }
        bool::from(good).then_some(())?;
        let content = self.block_len.checked_sub(usize::from(length))?;
        out.extend_from_slice(last.get(..content)?);
        Some(())
    }
}

#[cfg(test)]
mod tests;
