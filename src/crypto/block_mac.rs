//! Polynomial hashes over whole blocks, fed with data cut anywhere.

use aes::cipher::{Block, consts::U16};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;
use zeroize::Zeroizing;

use super::cipher::TAG_LEN;
use crate::Error;

const BLOCK: usize = 16;

/// A polynomial hash over 16-byte blocks: the additional data, then the ciphertext cut anywhere.
pub(super) struct BlockMac<H> {
    hash: H,
    partial: [u8; BLOCK],
    filled: usize,
    additional: u64,
    total: u64,
}

impl<H: UniversalHash<BlockSize = U16>> BlockMac<H> {
    pub(super) fn new(hash: H, additional: &[u8]) -> Self {
        let mut mac = BlockMac {
            hash,
            partial: [0; BLOCK],
            filled: 0,
            additional: u64::try_from(additional.len()).unwrap_or(u64::MAX),
            total: 0,
        };
        mac.update(additional);
        mac.pad();
        mac
    }

    /// Counts `more` bytes, or refuses them and counts nothing.
    pub(super) fn reserve(
        &mut self,
        more: usize,
        limit: u64,
        what: &'static str,
    ) -> Result<(), Error> {
        let total = u64::try_from(more)
            .ok()
            .and_then(|more| self.total.checked_add(more))
            .filter(|total| *total <= limit)
            .ok_or_else(|| Error::limit(what, limit))?;
        self.total = total;
        Ok(())
    }

    pub(super) fn update(&mut self, mut data: &[u8]) {
        if self.filled > 0 {
            let wanted = BLOCK.saturating_sub(self.filled).min(data.len());
            let (now, later) = data.split_at_checked(wanted).unwrap_or_default();
            for (slot, byte) in self.partial.iter_mut().skip(self.filled).zip(now) {
                *slot = *byte;
            }
            self.filled = self.filled.saturating_add(now.len());
            data = later;
            if self.filled < BLOCK {
                return;
            }
            self.hash.update(&[self.partial.into()]);
            self.filled = 0;
        }
        let (whole, rest) = Block::<H>::slice_as_chunks(data);
        self.hash.update(whole);
        for (slot, byte) in self.partial.iter_mut().zip(rest) {
            *slot = *byte;
        }
        self.filled = rest.len();
    }

    /// The tag: the data padded with zeros, then both lengths in the unit and order of `length`.
    pub(super) fn finish(mut self, length: fn(u64) -> [u8; 8]) -> [u8; TAG_LEN] {
        self.pad();
        let mut lengths = [0; BLOCK];
        let both = length(self.additional)
            .into_iter()
            .chain(length(self.total));
        for (slot, byte) in lengths.iter_mut().zip(both) {
            *slot = byte;
        }
        self.hash.update(&[lengths.into()]);
        self.hash.finalize().into()
    }

    fn pad(&mut self) {
        if self.filled > 0 {
            for byte in self.partial.iter_mut().skip(self.filled) {
                *byte = 0;
            }
            self.hash.update(&[self.partial.into()]);
            self.filled = 0;
        }
    }
}

impl BlockMac<GHash> {
    /// [`BlockMac::finish`] for additional data that is known only now; `h` is the key of the hash. `None`
    /// if there was some before.
    ///
    /// The hash is a polynomial in H, so that GHASH(A || C) = GHASH(A) H^n + GHASH(C), where n blocks
    /// follow A (NIST SP 800-38D 6.4).
    pub(super) fn finish_after(
        mut self,
        h: &[u8; BLOCK],
        additional: &[u8],
        length: fn(u64) -> [u8; 8],
    ) -> Option<[u8; TAG_LEN]> {
        (self.additional == 0).then_some(())?;
        let before = BlockMac::new(GHash::new(h.into()), additional);
        self.additional = before.additional;
        // The content in whole blocks, and the lengths.
        let blocks = self.total.div_ceil(16).checked_add(1)?;
        let power = power(h, blocks)?;
        let moved = product(&before.hash.finalize().into(), &power);
        let mut tag = self.finish(length);
        for (byte, moved) in tag.iter_mut().zip(moved.iter()) {
            *byte ^= moved;
        }
        Some(tag)
    }
}

/// a b in the field of GHASH: the hash of the one block a under the key b.
fn product(a: &[u8; BLOCK], b: &[u8; BLOCK]) -> Zeroizing<[u8; BLOCK]> {
    let mut hash = GHash::new(b.into());
    hash.update(&[(*a).into()]);
    Zeroizing::new(hash.finalize().into())
}

/// h^exponent by squaring; `None` for an exponent of 0. The exponent is no secret.
fn power(h: &[u8; BLOCK], exponent: u64) -> Option<Zeroizing<[u8; BLOCK]>> {
    let highest = exponent.checked_ilog2()?;
    let mut power = Zeroizing::new(*h);
    for bit in (0..highest).rev() {
        power = product(&power, &power);
        if exponent >> bit & 1 == 1 {
            power = product(&power, h);
        }
    }
    Some(power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use proptest::prelude::*;

    fn mac(additional: &[u8]) -> BlockMac<GHash> {
        BlockMac::new(GHash::new(&[7; BLOCK].into()), additional)
    }

    #[test]
    fn refuses_what_one_nonce_cannot_protect() {
        let mut mac = mac(&[]);
        mac.total = 99;
        mac.reserve(1, 100, "test").unwrap();
        let error = mac.reserve(1, 100, "test").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { .. }));
        assert_eq!(mac.total, 100);
    }

    proptest! {
        #[test]
        fn splits_do_not_matter(
            additional in prop::collection::vec(any::<u8>(), 0..40),
            data in prop::collection::vec(any::<u8>(), 0..70),
            at: prop::sample::Index,
        ) {
            let (a, b) = data.split_at(at.index(data.len() + 1));
            let mut whole = mac(&additional);
            whole.update(&data);
            let mut split = mac(&additional);
            split.update(a);
            split.update(b);
            prop_assert_eq!(whole.finish(u64::to_be_bytes), split.finish(u64::to_be_bytes));
        }
    }
}
