//! The content octets of a layer: one definite OCTET STRING, or chunks of a constructed one.

use super::Framing;
use crate::asn1::{self, Tag};

/// Size in bytes of the chunks of an indefinite-length string. Fixed, so that the output does not
/// depend on how the input was split.
const CHUNK: usize = 16 << 10;

/// Writes content octets behind a head that already holds their tag and length.
pub(crate) struct ContentWriter {
    framing: Framing,
    pending: Vec<u8>,
}

impl ContentWriter {
    pub(crate) fn new(framing: Framing) -> Self {
        let capacity = match framing {
            Framing::Definite => 0,
            Framing::Indefinite => CHUNK,
        };
        ContentWriter {
            framing,
            pending: Vec::with_capacity(capacity),
        }
    }

    /// Adds content octets.
    pub(crate) fn push(&mut self, mut content: &[u8], out: &mut Vec<u8>) {
        if self.framing == Framing::Definite {
            out.extend_from_slice(content);
            return;
        }
        while !content.is_empty() {
            let room = CHUNK.saturating_sub(self.pending.len()).min(content.len());
            let (now, later) = content.split_at(room);
            self.pending.extend_from_slice(now);
            content = later;
            if self.pending.len() >= CHUNK {
                self.flush(out);
            }
        }
    }

    /// Writes what is left. The end-of-contents octets are the caller's.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.pending.is_empty() {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        out.extend(asn1::header(Tag::OCTET_STRING, asn1::length(&self.pending)));
        out.append(&mut self.pending);
    }
}
