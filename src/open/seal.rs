//! Holds the received bytes of the second pass to those of the first.

use std::ops::Range;
use std::sync::Arc;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::SystemRandom;
use crate::crypto::block_tag::BlockTagKey;
use crate::{Error, ErrorKind};

/// Size in bytes of one block.
pub(super) const BLOCK: usize = 64 << 10;

/// The same as a position.
const BLOCK_LEN: u64 = 64 << 10;

type Tag = [u8; 16];

/// The place in `buffer` for the bytes at these positions, one block at most.
pub(super) fn room_for<'b>(range: &Range<u64>, buffer: &'b mut Vec<u8>) -> &'b mut [u8] {
    let wanted = range.end.saturating_sub(range.start);
    let wanted = usize::try_from(wanted).unwrap_or(BLOCK).min(BLOCK);
    buffer.resize(BLOCK, 0);
    buffer.get_mut(..wanted).unwrap_or_default()
}

/// Tags of the received bytes, made as they go by.
///
/// They are cut into blocks of 64 KiB. Each gets a tag under a random key of this run, which covers its number and its
/// length. Tags, key and the total length stay in the memory of this process: what could change the total there
/// could change what was checked as well, so it needs no tag of its own. 16 bytes are kept per block, 1.3 MB for 5 GB.
pub(super) struct Sealing {
    seal: Seal,
    /// The beginning of a block that is not complete.
    partial: Zeroizing<Vec<u8>>,
    /// The tags of the same bytes when they went by before.
    before: Option<Seal>,
    has_ended: bool,
}

impl Sealing {
    /// # Errors
    /// [`ErrorKind::Randomness`].
    pub(super) fn new() -> Result<Sealing, Error> {
        Ok(Sealing {
            seal: Seal {
                key: Arc::new(BlockTagKey::random(&SystemRandom)?),
                tags: Vec::new(),
                total: 0,
            },
            partial: Zeroizing::new(Vec::new()),
            before: None,
            has_ended: false,
        })
    }

    /// Takes in what comes next, and hands on what may be looked at: at once when it goes by for the first time, later
    /// in blocks that are known to be those of the time before. Whole blocks are not copied.
    ///
    /// # Errors
    /// [`ErrorKind::SourceChanged`]: what goes by again is not the same. What `known` gives.
    pub(super) fn push(
        &mut self,
        input: &[u8],
        known: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // Whoever gets it says that it is too late.
        if self.has_ended || self.before.is_none() {
            known(input)?;
        }
        match self.has_ended {
            true => Ok(()),
            false => self.add_all(input, known),
        }
    }

    fn add_all(
        &mut self,
        mut input: &[u8],
        known: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.partial.is_empty() {
            let wanted = BLOCK.saturating_sub(self.partial.len()).min(input.len());
            let (now, later) = input.split_at_checked(wanted).unwrap_or_default();
            self.partial.extend_from_slice(now);
            input = later;
            if self.partial.len() < BLOCK {
                return Ok(());
            }
            self.add_partial(known)?;
        }
        let (blocks, rest) = input.as_chunks::<BLOCK>();
        for block in blocks {
            self.add(block, known)?;
        }
        if !rest.is_empty() {
            self.partial.reserve_exact(BLOCK);
            self.partial.extend_from_slice(rest);
        }
        Ok(())
    }

    fn add_partial(
        &mut self,
        known: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut block = std::mem::take(&mut self.partial);
        self.add(&block, known)?;
        block.clear();
        self.partial = block;
        Ok(())
    }

    /// A whole block, or the last one. One that went by before is compared before anybody looks at it.
    fn add(
        &mut self,
        block: &[u8],
        known: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.seal.add(block);
        match &self.before {
            Some(before) => {
                before.compare_last(&self.seal)?;
                known(block)
            }
            None => Ok(()),
        }
    }

    /// Nothing follows. Of what goes by again the rest is compared and handed on, and the length compared.
    ///
    /// # Errors
    /// As [`Sealing::push`].
    pub(super) fn end(
        &mut self,
        known: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !std::mem::replace(&mut self.has_ended, true) {
            if !self.partial.is_empty() {
                self.add_partial(known)?;
            }
            if let Some(before) = &self.before {
                before.compare_length(&self.seal)?;
            }
        }
        Ok(())
    }

    /// The same bytes go by once more, after [`Sealing::end`]: they are held to what they were.
    pub(super) fn begin_again(&mut self) {
        let next = Seal {
            key: Arc::clone(&self.seal.key),
            tags: Vec::with_capacity(self.seal.tags.len()),
            total: 0,
        };
        self.before = Some(std::mem::replace(&mut self.seal, next));
        self.has_ended = false;
    }

    /// The tags, after [`Sealing::end`].
    pub(super) fn finish(self) -> Seal {
        self.seal
    }
}

/// The tags of all that was received.
pub(super) struct Seal {
    key: Arc<BlockTagKey>,
    tags: Vec<Tag>,
    total: u64,
}

impl Seal {
    fn add(&mut self, block: &[u8]) {
        let number = u64::try_from(self.tags.len()).unwrap_or(u64::MAX);
        self.tags.push(self.key.tag(number, block));
        let len = u64::try_from(block.len()).unwrap_or(u64::MAX);
        self.total = self.total.saturating_add(len);
    }

    /// Whether the last block of `other` is the one that stands in the same place here.
    fn compare_last(&self, other: &Seal) -> Result<(), Error> {
        let number = other.tags.len().saturating_sub(1);
        let tags = self.tags.get(number).zip(other.tags.last());
        match tags.is_some_and(|(one, other)| bool::from(one.ct_eq(other))) {
            true => Ok(()),
            false => Err(changed(number)),
        }
    }

    /// Whether `other`, of which every block is the same, has all of them. A block that is shorter is another one.
    fn compare_length(&self, other: &Seal) -> Result<(), Error> {
        match self.total == other.total {
            true => Ok(()),
            false => Err(changed(other.tags.len())),
        }
    }

    /// How many bytes were received.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// The block in which this position stands.
    pub(super) fn number_of(position: u64) -> u64 {
        position / BLOCK_LEN
    }

    /// Where a block stands; `None` behind the last one.
    pub(super) fn range(&self, number: u64) -> Option<Range<u64>> {
        let start = number.checked_mul(BLOCK_LEN)?;
        let end = start.saturating_add(BLOCK_LEN).min(self.total);
        (start < end).then_some(start..end)
    }

    /// Whether this is the block that was received.
    ///
    /// # Errors
    /// [`ErrorKind::SourceChanged`].
    pub(super) fn check(&self, number: u64, block: &[u8]) -> Result<(), Error> {
        let kept = usize::try_from(number).ok();
        kept.and_then(|number| self.tags.get(number))
            .filter(|tag| bool::from(tag.ct_eq(&self.key.tag(number, block))))
            .map(drop)
            .ok_or_else(|| {
                let position = number.saturating_mul(BLOCK_LEN);
                ErrorKind::SourceChanged { position }.into()
            })
    }
}

/// The block of this number is not what it was.
fn changed(number: usize) -> Error {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let position = number.saturating_mul(BLOCK_LEN);
    ErrorKind::SourceChanged { position }.into()
}

#[cfg(test)]
impl Seal {
    /// Of `total` bytes, of which only this block was ever there.
    pub(super) fn of_one_block(total: u64, number: u64, block: &[u8]) -> Seal {
        let mut seal = Sealing::new().unwrap().finish();
        seal.total = total;
        seal.tags = vec![[0; 16]; usize::try_from(total.div_ceil(BLOCK_LEN)).unwrap()];
        seal.tags[usize::try_from(number).unwrap()] = seal.key.tag(number, block);
        seal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(pieces: &[&[u8]]) -> Seal {
        let mut sealing = Sealing::new().unwrap();
        for piece in pieces {
            sealing.push(piece, &mut |_| Ok(())).unwrap();
        }
        sealing.end(&mut |_| Ok(())).unwrap();
        sealing.finish()
    }

    fn text(len: usize) -> Vec<u8> {
        (0..len)
            .map(|at| u8::try_from((at + at / 256) % 251).unwrap())
            .collect()
    }

    #[test]
    fn every_cut_gives_blocks_that_fit() {
        for len in [
            0,
            1,
            BLOCK - 1,
            BLOCK,
            BLOCK + 1,
            2 * BLOCK,
            3 * BLOCK + 100,
        ] {
            let text = text(len);
            for step in [1000, BLOCK - 1, BLOCK, BLOCK + 1, 4 * BLOCK] {
                let seal = sealed(&text.chunks(step).collect::<Vec<_>>());
                assert_eq!(seal.total(), u64::try_from(len).unwrap());
                for (number, block) in (0..).zip(text.chunks(BLOCK)) {
                    seal.check(number, block).unwrap();
                    let range = seal.range(number).unwrap();
                    assert_eq!(range.end - range.start, u64::try_from(block.len()).unwrap());
                }
                let behind = u64::try_from(len.div_ceil(BLOCK)).unwrap();
                assert_eq!(seal.range(behind), None);
                assert!(seal.check(behind, b"").is_err());
            }
        }
    }

    #[test]
    fn a_block_that_differs_is_named() {
        let text = text(2 * BLOCK + 10);
        let blocks: Vec<&[u8]> = text.chunks(BLOCK).collect();
        let seal = sealed(&[&text]);
        let changed = |number, block: &[u8]| {
            let error = seal.check(number, block).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::SourceChanged { position } if *position == number * BLOCK_LEN),
                "{error}"
            );
        };
        for number in 0..3 {
            let mut block = blocks[usize::try_from(number).unwrap()].to_vec();
            *block.last_mut().unwrap() ^= 1;
            changed(number, &block);
            block.pop();
            changed(number, &block);
            changed(
                number,
                &[blocks[usize::try_from(number).unwrap()], b"\0"].concat(),
            );
        }
        changed(0, blocks[1]);
        changed(1, blocks[0]);
    }

    #[test]
    fn positions_beyond_four_gigabytes() {
        let seal = Seal::of_one_block((5 << 30) + 1, 5 << 14, b"x");
        assert_eq!(seal.range(5 << 14), Some(5 << 30..(5 << 30) + 1));
        assert_eq!(Seal::number_of(5 << 30), 5 << 14);
        seal.check(5 << 14, b"x").unwrap();
        assert!(seal.check(1 << 14, b"x").is_err());
        assert_eq!(seal.range(u64::MAX), None);
    }
}
