//! The inside of one block of PEM (RFC 7468 2, RFC 1421 4.4).

use memchr::{memchr, memchr2, memmem};
use zeroize::Zeroizing;

use super::{BEGIN, DASHES, end_line};
use crate::Error;
use crate::mime::base64::Base64Reader;
use crate::mime::seam;

/// Bytes of the first line in which the colon of a header stands.
const NAME: usize = 1000;

/// A block whose first line has been read.
pub(super) struct Block {
    /// Where it begins, for errors.
    position: u64,
    end: Vec<u8>,
    /// What may belong to the line that ends it.
    held: Zeroizing<Vec<u8>>,
    inside: Inside,
}

enum Inside {
    /// The first line, as far as it is there.
    First(Zeroizing<Vec<u8>>),
    /// Base64 has no colon: a first line with one is a header, and an empty line ends the headers.
    Header(LineEnd),
    Base64(Base64Reader),
    /// What follows the block is not read.
    Over,
}

/// How much of an empty line there is.
#[derive(Clone, Copy)]
enum LineEnd {
    None,
    LineFeed,
    CarriageReturn,
}

impl Block {
    pub(super) fn new(position: usize, label: &[u8]) -> Block {
        Block {
            position: u64::try_from(position).unwrap_or(u64::MAX),
            end: end_line(label),
            held: Zeroizing::default(),
            inside: Inside::First(Zeroizing::new(Vec::with_capacity(NAME))),
        }
    }

    /// Length of the text that begins it.
    pub(super) fn begin_length(&self) -> usize {
        // Two letters more than in the end.
        self.end.len() + BEGIN.len() - b"-----END ".len()
    }

    pub(super) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let mut held = std::mem::take(&mut self.held);
        let longest = self.end.len() + DASHES.len();
        seam::push(&mut held, longest, input, &mut |window| {
            self.window(window, out)
        })?;
        self.held = held;
        Ok(())
    }

    pub(super) fn finish(&mut self) -> Result<(), Error> {
        match self.inside {
            Inside::Over => Ok(()),
            _ => Err(self.malformed("a block has no end")),
        }
    }

    /// Decodes up to what may be the end, and returns how many bytes that were.
    fn window(&mut self, window: &[u8], out: &mut Vec<u8>) -> Result<usize, Error> {
        if let Inside::Over = self.inside {
            return Ok(window.len());
        }
        let dashes = memmem::find(window, DASHES).unwrap_or_else(|| {
            let text = window.iter().rposition(|byte| *byte != b'-');
            text.map_or(0, |at| at + 1)
        });
        let (text, rest) = window.split_at(dashes);
        self.text(text, out)?;
        // Fewer dashes than are a line of their own may come before those of the end.
        let longest = self.end.len() + DASHES.len() - 1;
        let line = rest.get(..longest).unwrap_or(rest);
        if memmem::find(line, &self.end).is_some() {
            self.over(out)?;
            return Ok(window.len());
        }
        match rest.len() < longest {
            true => Ok(dashes),
            false => Err(self.malformed("a block has no end")),
        }
    }

    fn text(&mut self, text: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match &mut self.inside {
            Inside::First(line) => {
                let text = match line.is_empty() {
                    true => text.trim_ascii_start(),
                    false => text,
                };
                let (next, rest) = text.split_at(text.len().min(NAME - line.len()));
                line.extend_from_slice(next);
                let found = memchr2(b':', b'\n', line).and_then(|at| line.get(at));
                let next = match found {
                    None if line.len() < NAME => return Ok(()),
                    Some(b':') => Inside::Header(LineEnd::None),
                    _ => Inside::Base64(Base64Reader::default()),
                };
                let line = std::mem::take(line);
                self.inside = next;
                self.text(&line, out)?;
                self.text(rest, out)
            }
            Inside::Header(seen) => {
                let end = text.iter().position(|byte| seen.is_empty_line(*byte));
                let Some(rest) = end.and_then(|end| text.get(end..)) else {
                    return Ok(());
                };
                self.inside = Inside::Base64(Base64Reader::default());
                self.text(rest, out)
            }
            Inside::Base64(reader) => {
                let done = match memchr(b':', text) {
                    None => reader.push(text, out).ok(),
                    Some(_) => None,
                };
                done.ok_or_else(|| self.malformed("a block is not base64"))
            }
            Inside::Over => Ok(()),
        }
    }

    fn over(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let done = match std::mem::replace(&mut self.inside, Inside::Over) {
            Inside::First(line) => decode(&line, out),
            Inside::Base64(mut reader) => reader.finish(out).ok(),
            Inside::Header(_) => {
                return Err(self.malformed("a block has headers and no empty line after them"));
            }
            Inside::Over => Some(()),
        };
        done.ok_or_else(|| self.malformed("a block is not base64"))
    }

    fn malformed(&self, detail: &'static str) -> Error {
        Error::malformed_at("PEM text", self.position, detail)
    }
}

impl LineEnd {
    fn is_empty_line(&mut self, byte: u8) -> bool {
        let before = *self;
        *self = match (before, byte) {
            (_, b'\n') => LineEnd::LineFeed,
            (LineEnd::LineFeed, b'\r') => LineEnd::CarriageReturn,
            _ => LineEnd::None,
        };
        byte == b'\n' && !matches!(before, LineEnd::None)
    }
}

fn decode(text: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut reader = Base64Reader::default();
    reader.push(text, out).ok()?;
    reader.finish(out).ok()
}
