//! Content that is not held: what was learned of it when it went by.

use super::buffer::Bytes;
use super::keys::Opening;
use super::trouble::Trouble;
use super::view::View;
use crate::Error;
use crate::crypto::DigestAlgorithm;

/// Bytes that went by and are not held.
pub(super) struct Bulk {
    /// How many they are.
    pub len: u64,
    /// How to get at them again.
    pub view: View,
    /// What their signers see of them, where a signature may be over them.
    pub hashed: Hashed,
    pub kind: BulkKind,
}

impl Bulk {
    /// Why they cannot be read.
    pub(super) fn error(&self) -> Option<Error> {
        match &self.kind {
            BulkKind::Unreadable(error) | BulkKind::TooMany(error) => Some(error.clone()),
            _ => None,
        }
    }
}

/// Content in the form in which it is signed.
#[derive(Clone, Default)]
pub(super) struct Hashed {
    pub digests: Vec<(DigestAlgorithm, Vec<u8>)>,
    /// The octets could be the signed attributes of a signature.
    pub may_be_attributes: bool,
}

/// What the bytes are.
pub(super) enum BulkKind {
    /// A MIME entity or octets that nothing is looked for in.
    Leaf,
    /// They cannot be read, and why.
    Unreadable(Error),
    /// A part that stands where a signature should and holds none, and why. Whoever does not look for one sees a leaf.
    NoSignature(Error),
    /// They are more than a mail may have, and what was exceeded.
    TooMany(Error),
    /// A multipart entity.
    Multipart(BulkParts),
    /// An entity whose body is a message or CMS: that message or object.
    Inner(Bytes),
    /// A text that is armoured CMS and nothing else: that object.
    Armoured(Bytes),
    /// A CMS object.
    Object(Box<BulkObject>),
}

/// The parts of a multipart body.
pub(super) struct BulkParts {
    pub preamble: Around,
    pub parts: Vec<Bytes>,
    pub epilogue: Around,
}

/// What stands before or after the parts.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub len: u64,
    /// How it begins, without white space: enough to tell the customary line from others.
    pub begin: Vec<u8>,
    is_cut: bool,
}

/// How much of what stands around the parts is kept.
const AROUND: usize = 256;

impl Around {
    pub(super) fn of(bytes: &[u8]) -> Around {
        let mut around = Around::default();
        around.add(bytes);
        around
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.len = self.len.saturating_add(more);
        // White space at the beginning says nothing.
        let bytes = match self.begin.is_empty() {
            true => bytes.trim_ascii_start(),
            false => bytes,
        };
        let room = AROUND.saturating_sub(self.begin.len());
        let (kept, cut) = bytes.split_at(room.min(bytes.len()));
        self.is_cut |= !cut.trim_ascii_end().is_empty();
        self.begin.extend_from_slice(kept);
    }

    /// Whether nothing is there but white space, `begin` and white space.
    pub(super) fn is_all(&self) -> bool {
        !self.is_cut
    }
}

/// A CMS object without its content.
pub(super) struct BulkObject {
    /// As `Reduced::object`.
    pub reduced: Bytes,
    /// Octets of the content as they stand in the object; `None` when it has none.
    pub len: Option<u64>,
    /// The content: as it is signed, decrypted, or decompressed.
    pub content: Result<Bytes, Error>,
    /// How its key was found, if it is encrypted.
    pub opening: Option<Result<Opening, Trouble>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_stands_around_the_parts_the_beginning_is_kept() {
        let short = Around::of(b"\r\n This is a message\r\n");
        assert_eq!((short.len, short.is_all()), (22, true));
        assert_eq!(short.begin, b"This is a message\r\n");
        let whole = [b'x'; AROUND];
        for (more, is_all) in [(&b""[..], true), (b" \r\n", true), (b" x", false)] {
            let mut around = Around::of(&whole);
            around.add(more);
            assert_eq!(around.is_all(), is_all, "{more:?}");
            assert_eq!(around.begin, whole);
            let at_once = Around::of(&[&whole, more].concat());
            assert_eq!(at_once.is_all(), is_all, "{more:?}");
            assert_eq!(at_once.len, around.len);
        }
    }
}
