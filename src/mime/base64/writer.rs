//! Base64 in lines.

use zeroize::Zeroizing;

/// Bytes that make one line of 76 characters.
const LINE: usize = 57;
const COLUMNS: usize = 76;
/// A line and its CRLF.
const WRITTEN: usize = COLUMNS + 2;
/// Bytes encoded at once: whole lines, so few that they, their characters and the lines made of them
/// stay in the first-level cache.
const STEP: usize = LINE * 128;

/// Characters of the lines that so many octets make, line ends included.
pub(crate) fn base64_len(octets: usize) -> usize {
    let lines = (octets / LINE).saturating_mul(WRITTEN);
    match octets % LINE {
        0 => lines,
        rest => lines.saturating_add(rest.div_ceil(3) * 4 + 2),
    }
}

/// Writes base64 in lines of 76 characters ended by CRLF, the last one too.
#[derive(Debug, Default)]
pub(crate) struct Base64Writer {
    /// Less than a line. What is encoded can be secret: neither buffer ever grows.
    pending: Zeroizing<Vec<u8>>,
    scratch: Zeroizing<Vec<u8>>,
}

impl Base64Writer {
    /// Encodes all whole lines of what has come so far.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut input = input;
        if self.pending.capacity() == 0 {
            self.pending.reserve_exact(LINE);
        }
        if !self.pending.is_empty() {
            let wanted = (LINE - self.pending.len()).min(input.len());
            let (head, tail) = input.split_at(wanted);
            self.pending.extend_from_slice(head);
            input = tail;
            if self.pending.len() < LINE {
                return;
            }
            let pending = std::mem::take(&mut self.pending);
            self.lines(&pending, out);
            self.pending = pending;
            self.pending.clear();
        }
        let (whole, rest) = input.split_at(input.len() - input.len() % LINE);
        out.reserve(whole.len() / LINE * WRITTEN);
        for step in whole.chunks(STEP) {
            self.lines(step, out);
        }
        self.pending.extend_from_slice(rest);
    }

    /// Writes what is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let pending = std::mem::take(&mut self.pending);
        self.lines(&pending, out);
    }

    fn lines(&mut self, input: &[u8], out: &mut Vec<u8>) {
        if self.scratch.capacity() == 0 {
            self.scratch.reserve_exact(STEP / LINE * COLUMNS);
        }
        self.scratch.clear();
        base64_simd::STANDARD.encode_append(input, &mut *self.scratch);
        // Copies of a constant length are a few instructions each.
        let (lines, last) = self.scratch.as_chunks::<COLUMNS>();
        out.reserve((lines.len() + 1) * WRITTEN);
        for line in lines {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
        if !last.is_empty() {
            out.extend_from_slice(last);
            out.extend_from_slice(b"\r\n");
        }
    }
}
