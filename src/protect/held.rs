//! Content that is held until its length is known.

use zeroize::Zeroizing;

/// Size in bytes of the first block and of the largest; each is twice as large as the one before.
const FIRST: usize = 4 << 10;
const LARGEST: usize = 256 << 10;

/// Octets in blocks that are never moved: growing copies nothing, and leaves no copy of a plaintext behind.
///
/// That holds for what is kept here until the end. The buffers that content passes through on its way (see
/// [`super::layers`]) are wiped when they go, but can be moved when one step of content makes more than the last.
#[derive(Default)]
pub(super) struct Held {
    blocks: Vec<Zeroizing<Vec<u8>>>,
    length: u64,
}

impl Held {
    pub(super) fn push(&mut self, mut bytes: &[u8]) {
        self.length = self.length.saturating_add(crate::asn1::length(bytes));
        while !bytes.is_empty() {
            let last = self.blocks.last_mut();
            let capacity = last.as_ref().map_or(0, |block| block.capacity());
            if let Some(block) = last.filter(|block| block.len() < block.capacity()) {
                let room = block.capacity().saturating_sub(block.len());
                let (now, later) = bytes.split_at(room.min(bytes.len()));
                block.extend_from_slice(now);
                bytes = later;
                continue;
            }
            let capacity = capacity.saturating_mul(2).clamp(FIRST, LARGEST);
            self.blocks
                .push(Zeroizing::new(Vec::with_capacity(capacity)));
        }
    }

    /// How many octets there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The octets in order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &[u8]> {
        self.blocks.iter().map(|block| block.as_slice())
    }

    /// The octets in order; each block is wiped and given back before the next one.
    pub(super) fn into_blocks(self) -> impl Iterator<Item = Zeroizing<Vec<u8>>> {
        self.blocks.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_moved_and_nothing_is_lost() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
        let mut held = Held::default();
        let mut first = None;
        for piece in bytes.chunks(70_001) {
            held.push(piece);
            let begins = held.blocks().next().map(<[u8]>::as_ptr);
            assert_eq!(*first.get_or_insert(begins), begins);
        }
        assert_eq!(held.length(), 3_000_000);
        assert!(held.blocks().all(|block| block.len() <= LARGEST));
        assert_eq!(held.blocks().collect::<Vec<_>>().concat(), bytes);
        let blocks: Vec<_> = held.into_blocks().collect();
        assert!(blocks.iter().flat_map(|block| block.iter()).eq(&bytes));
        assert_eq!(Held::default().blocks().count(), 0);
    }
}
