//! Polynomial hashes over whole blocks, fed with data cut anywhere.

use aes::cipher::{Block, consts::U16};
use ghash::universal_hash::UniversalHash;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use ghash::GHash;
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
