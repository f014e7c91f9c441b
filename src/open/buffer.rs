//! Content: one buffer per decoded layer, wiped when the last range into it is gone. Of content that is not held, the
//! beginning, and what is known of the rest.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::bulk::{Bulk, BulkKind, BulkObject};

/// A range of a shared buffer. Cheap to clone.
#[derive(Clone)]
pub(super) struct Bytes {
    buffer: Arc<Zeroizing<Vec<u8>>>,
    range: Range<usize>,
    bulk: Option<Arc<Bulk>>,
}

impl Bytes {
    pub(super) fn new(buffer: Zeroizing<Vec<u8>>) -> Bytes {
        Bytes {
            range: 0..buffer.len(),
            buffer: Arc::new(buffer),
            bulk: None,
        }
    }

    /// Content that is not held: `head` is its header if it is a MIME entity, else empty. Of a message/rfc822 the header of
    /// the message may follow, as it stands in the body.
    pub(super) fn bulk(head: Bytes, bulk: Bulk) -> Bytes {
        Bytes {
            bulk: Some(Arc::new(bulk)),
            ..head
        }
    }

    /// What is known of content that is not held; `None` for content that is.
    pub(super) fn as_bulk(&self) -> Option<&Bulk> {
        self.bulk.as_deref()
    }

    pub(super) fn empty() -> Bytes {
        Bytes::new(Zeroizing::new(Vec::new()))
    }

    /// A copy of these bytes in a buffer of its own.
    pub(super) fn copy(bytes: &[u8]) -> Bytes {
        let mut buffer = Zeroizing::new(Vec::with_capacity(bytes.len()));
        buffer.extend_from_slice(bytes);
        Bytes::new(buffer)
    }

    /// These pieces: shared when they are one, joined in a new buffer when they are several.
    pub(super) fn join<'p>(&self, pieces: impl Iterator<Item = &'p [u8]>) -> Bytes {
        let pieces: Vec<&[u8]> = pieces.filter(|piece| !piece.is_empty()).collect();
        match pieces.as_slice() {
            [] => Bytes::empty(),
            [one] => self.part(one),
            several => {
                let len = several
                    .iter()
                    .fold(0, |len: usize, piece| len + piece.len());
                let mut buffer = Zeroizing::new(Vec::with_capacity(len));
                for piece in several {
                    buffer.extend_from_slice(piece);
                }
                Bytes::new(buffer)
            }
        }
    }

    /// The range that `slice`, a slice of these bytes, stands in. Another slice is copied.
    pub(super) fn part(&self, slice: &[u8]) -> Bytes {
        let base = self.buffer.as_ptr().addr();
        let range = slice.as_ptr().addr().checked_sub(base).and_then(|start| {
            let end = start.checked_add(slice.len())?;
            (start >= self.range.start && end <= self.range.end).then_some(start..end)
        });
        match range {
            Some(range) => Bytes {
                buffer: Arc::clone(&self.buffer),
                range,
                bulk: None,
            },
            None => Bytes::copy(slice),
        }
    }

    /// The CMS object, if it is one that is not held.
    pub(super) fn as_object(&self) -> Option<&BulkObject> {
        match self.as_bulk()?.kind {
            BulkKind::Object(ref object) => Some(object),
            _ => None,
        }
    }

    /// What is held: everything, or of bulk content its header.
    pub(super) fn get(&self) -> &[u8] {
        self.buffer.get(self.range.clone()).unwrap_or_default()
    }

    /// How many they are, held or not.
    pub(super) fn len(&self) -> u64 {
        match &self.bulk {
            Some(bulk) => bulk.len,
            None => u64::try_from(self.get().len()).unwrap_or(u64::MAX),
        }
    }
}

/// The size only.
impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

/// Bytes that arrive in pieces. Growing leaves no copy behind.
#[derive(Default)]
pub(super) struct Gather(Zeroizing<Vec<u8>>);

impl Gather {
    pub(super) fn push(&mut self, input: &[u8]) {
        let needed = self.0.len().saturating_add(input.len());
        if needed > self.0.capacity() {
            let capacity = needed.max(self.0.capacity().saturating_mul(2));
            // Not `reserve`: it may move the bytes without wiping the old place.
            let mut grown = Zeroizing::new(Vec::with_capacity(capacity));
            grown.extend_from_slice(&self.0);
            self.0 = grown;
        }
        self.0.extend_from_slice(input);
    }

    pub(super) fn get(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn finish(self) -> Bytes {
        Bytes::new(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shares_the_buffer_and_a_stranger_is_copied() {
        let whole = Bytes::copy(b"abcdef");
        let middle = whole.part(&whole.get()[2..4]);
        assert_eq!(middle.get(), b"cd");
        assert!(Arc::ptr_eq(&whole.buffer, &middle.buffer));
        let inner = middle.part(&middle.get()[1..]);
        assert_eq!(inner.get(), b"d");

        let stranger = b"xyz".to_vec();
        let copied = whole.part(&stranger);
        assert_eq!(copied.get(), b"xyz");
        assert!(!Arc::ptr_eq(&whole.buffer, &copied.buffer));
        // Outside of the range, although inside of the buffer.
        assert!(!Arc::ptr_eq(
            &middle.part(&whole.get()[..1]).buffer,
            &whole.buffer
        ));
    }

    #[test]
    fn pieces_are_joined_only_when_there_are_several() {
        let whole = Bytes::copy(b"abcdef");
        let one = whole.join([&whole.get()[1..3], b""].into_iter());
        assert!(Arc::ptr_eq(&whole.buffer, &one.buffer));
        let two = whole.join([&whole.get()[..1], &whole.get()[4..]].into_iter());
        assert_eq!(two.get(), b"aef");
        assert_eq!(whole.join(std::iter::empty()).get(), b"");
    }

    #[test]
    fn gathers_pieces_and_shows_no_content() {
        let mut gather = Gather::default();
        for piece in [&b"se"[..], b"", b"cret"] {
            gather.push(piece);
        }
        let bytes = gather.finish();
        assert_eq!(bytes.get(), b"secret");
        assert_eq!(format!("{bytes:?}"), "6 bytes");
    }
}
