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
        if let rest @ 1.. = self.pending.len() {
            let (now, later) = content.split_at(CHUNK.saturating_sub(rest).min(content.len()));
            self.pending.extend_from_slice(now);
            self.end_chunk_if_full(out);
            content = later;
        }
        let mut chunks = content.chunks_exact(CHUNK);
        for chunk in &mut chunks {
            header(chunk, out);
            out.extend_from_slice(chunk);
        }
        self.pending.extend_from_slice(chunks.remainder());
    }

    /// How many octets the current chunk can take; at least one.
    pub(crate) fn room(&self) -> usize {
        CHUNK.saturating_sub(self.pending.len()).max(1)
    }

    /// The current chunk, to append at most [`ContentWriter::room`] octets to; then
    /// [`ContentWriter::end_chunk_if_full`]. It never moves in memory.
    pub(crate) fn chunk(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    pub(crate) fn end_chunk_if_full(&mut self, out: &mut Vec<u8>) {
        if self.pending.len() >= CHUNK {
            self.flush(out);
        }
    }

    /// Writes what is left. The end-of-contents octets are the caller's.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.pending.is_empty() {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        header(&self.pending, out);
        out.append(&mut self.pending);
    }
}

fn header(chunk: &[u8], out: &mut Vec<u8>) {
    out.extend(asn1::header(Tag::OCTET_STRING, asn1::length(chunk)));
}
