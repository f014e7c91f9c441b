//! Base64 back to bytes.

use memchr::memchr;
use zeroize::Zeroizing;

use crate::Error;

/// Bytes read at once, so few that they, their symbols and what is decoded stay in the first-level cache.
const STEP: usize = 12 << 10;

/// Reads base64 leniently: characters that are not of the alphabet are skipped (RFC 2045 6.8), missing
/// padding is no error; data after the padding is, because readers disagree on it.
#[derive(Debug, Default)]
pub(crate) struct Base64Reader {
    /// Characters of the alphabet; less than four between calls. They can stand for something secret.
    symbols: Zeroizing<Vec<u8>>,
    ended: bool,
}

impl Base64Reader {
    /// Decodes all whole groups of what has come so far.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`].
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        for step in input.chunks(STEP) {
            if self.symbols.capacity() < self.symbols.len() + step.len() {
                let mut wider = Zeroizing::new(Vec::with_capacity(step.len() + 4));
                wider.extend_from_slice(&self.symbols);
                self.symbols = wider;
            }
            if self.ended || !self.lines(step, out) {
                self.filter(step)?;
                self.groups(out).ok_or_else(|| malformed("not base64"))?;
            }
        }
        Ok(())
    }

    /// Decodes what is left.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`] if it ends in the middle of an octet.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut bits = 0_u32;
        for symbol in self.symbols.iter() {
            bits = bits << 6 | u32::from(value(*symbol));
        }
        match self.symbols.len() {
            0 => {}
            2 => out.extend((bits >> 4).to_be_bytes().iter().skip(3)),
            3 => out.extend((bits >> 2).to_be_bytes().iter().skip(2)),
            _ => return Err(malformed("it ends in the middle of a group")),
        }
        self.symbols.clear();
        Ok(())
    }

    /// The usual form, lines of symbols and nothing else. Takes all of `step`, or nothing of one that is
    /// not of this form.
    fn lines(&mut self, step: &[u8], out: &mut Vec<u8>) -> bool {
        let before = self.symbols.len();
        let mut rest = step;
        loop {
            // Lines of 76, as nearly everybody writes them, without a search for their end.
            while let Some(([line @ .., b'\r', b'\n'], later)) = rest.split_first_chunk::<78>() {
                self.symbols.extend_from_slice(line);
                rest = later;
            }
            let Some(at) = memchr(b'\n', rest) else {
                break;
            };
            let (line, later) = rest.split_at(at);
            self.symbols
                .extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            rest = later.get(1..).unwrap_or_default();
        }
        // The LF of the last CRLF can stand at the beginning of the next step.
        self.symbols
            .extend_from_slice(rest.strip_suffix(b"\r").unwrap_or(rest));
        let incomplete = self.symbols.len() % 4;
        let is_taken =
            self.symbols.iter().rev().take(incomplete).all(is_symbol) && self.groups(out).is_some();
        if !is_taken {
            self.symbols.truncate(before);
        }
        is_taken
    }

    /// Any form: passes over what is no symbol.
    fn filter(&mut self, step: &[u8]) -> Result<(), Error> {
        for run in step.split_inclusive(|byte| *byte == b'=') {
            let (run, padding) = match run {
                [run @ .., b'='] => (run, true),
                run => (run, false),
            };
            if !self.ended {
                self.collect(run);
            } else if run.iter().any(is_symbol) {
                return Err(malformed("data after the padding"));
            }
            if padding && !self.ended {
                match self.symbols.len() % 4 {
                    0 => {}
                    1 => return Err(malformed("padding after one character of a group")),
                    _ => self.ended = true,
                }
            }
        }
        Ok(())
    }

    /// Appends the symbols of `run`, without a branch that depends on them.
    fn collect(&mut self, run: &[u8]) {
        let mut end = self.symbols.len();
        self.symbols.resize(end + run.len(), 0);
        for byte in run {
            if let Some(slot) = self.symbols.get_mut(end) {
                *slot = *byte;
            }
            end += usize::from(is_symbol(byte));
        }
        self.symbols.truncate(end);
    }

    /// Decodes whole groups; `None`, and nothing done, if there is anything else than symbols in them.
    fn groups(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let whole = self.symbols.len() - self.symbols.len() % 4;
        base64_simd::STANDARD_NO_PAD
            .decode_append(self.symbols.get(..whole)?, out)
            .ok()?;
        self.symbols.drain(..whole);
        Some(())
    }
}

fn is_symbol(byte: &u8) -> bool {
    const SYMBOLS: [bool; 256] = {
        let mut symbols = [false; 256];
        let (mut byte, mut slots) = (0_u8, symbols.as_mut_slice());
        while let Some((slot, rest)) = slots.split_first_mut() {
            *slot = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
            (byte, slots) = (byte.wrapping_add(1), rest);
        }
        symbols
    };
    SYMBOLS.get(usize::from(*byte)).is_some_and(|is| *is)
}

fn value(symbol: u8) -> u8 {
    match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

pub(super) fn malformed(detail: &'static str) -> Error {
    Error::malformed("base64 body", detail)
}
