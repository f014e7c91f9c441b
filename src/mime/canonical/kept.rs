//! A body whose transfer encoding it already has, passed byte for byte while it is safe.

use memchr::memchr;

use super::safety::{Rule, is_safe};
use super::scan::{obey, whole_lines};
use super::sink::{Decoder, LineEnds, Sink};
use crate::Error;
use crate::mime::base64::Base64Check;
use crate::mime::fold::MAX_LINE;
use crate::mime::quoted_printable::{BareLineFeed, QuotedPrintableReader, QuotedPrintableWriter};

/// Characters of a line of base64 (RFC 2045 6.8).
const LINE: usize = 76;

/// Passes lines on as they are, LF as CRLF. From the first line on that something on the way would change, the
/// rest is repaired: the header has been written and names the encoding, so that one stays.
#[derive(Debug)]
pub(super) struct Kept {
    encoding: Encoding,
    /// The current line, as long as its end is not known; a line of text and its line end at most.
    held: Vec<u8>,
    has_begun: bool,
    /// The next line must not stand in the output.
    is_refused: bool,
    ends: LineEnds,
    repair: Option<Box<Sink>>,
    /// What readers would decode differently is an error here too.
    check: Option<Base64Check>,
}

/// The encoding the body has.
#[derive(Clone, Copy, Debug)]
pub(super) enum Encoding {
    Base64,
    QuotedPrintable,
}

impl Kept {
    pub(super) fn new(encoding: Encoding) -> Self {
        Kept {
            encoding,
            held: Vec::new(),
            has_begun: false,
            is_refused: false,
            ends: LineEnds::default(),
            repair: None,
            check: match encoding {
                Encoding::Base64 => Some(Base64Check::default()),
                // Whatever stands there, all readers make something of it.
                Encoding::QuotedPrintable => None,
            },
        }
    }

    /// The next line must not stand in the output.
    pub(super) fn refuse_line(&mut self) {
        self.is_refused = true;
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if let Some(check) = &mut self.check {
            check.push(bytes)?;
        }
        self.pass(bytes, out)
    }

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if let Some(repair) = &mut self.repair {
            return repair.push(bytes, out);
        }
        if self.is_refused && !self.has_begun {
            return self.repair(bytes, out);
        }
        self.has_begun |= !bytes.is_empty();
        let mut rest = bytes;
        if !self.held.is_empty() || self.is_refused {
            let Some(at) = memchr(b'\n', rest) else {
                return self.hold(rest, out);
            };
            let (end, after) = rest.split_at(at + 1);
            self.held.extend_from_slice(end);
            rest = after;
            let mut line = std::mem::take(&mut self.held);
            if !is_safe(&line) {
                self.repair(&line, out)?;
                return self.pass(rest, out);
            }
            self.ends.push(&line, out);
            line.clear();
            self.held = line;
            if self.is_refused {
                return self.repair(rest, out);
            }
        }
        let (lines, tail) = whole_lines(rest);
        if obey(Rule::Safe, lines) {
            self.ends.push(lines, out);
            return self.hold(tail, out);
        }
        for line in lines.split_inclusive(|b| *b == b'\n') {
            if !is_safe(line) {
                return self.repair(rest, out);
            }
            self.ends.push(line, out);
            rest = rest.get(line.len()..).unwrap_or_default();
        }
        self.hold(tail, out)
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        if let Some(check) = &mut self.check {
            check.finish()?;
        }
        if self.repair.is_none() {
            let line = std::mem::take(&mut self.held);
            if is_safe(&line) {
                self.ends.push(&line, out);
                return Ok(());
            }
            self.repair(&line, out)?;
        }
        match &mut self.repair {
            Some(repair) => repair.finish(out),
            None => Ok(()),
        }
    }

    fn hold(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if self.held.len() + bytes.len() <= MAX_LINE + 2 {
            self.held.extend_from_slice(bytes);
            return Ok(());
        }
        let line = std::mem::take(&mut self.held);
        self.repair(&line, out)?;
        self.pass(bytes, out)
    }

    /// Encodes the bytes, which begin a line, and all that follow anew.
    fn repair(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let sink = match self.encoding {
            Encoding::Base64 => Sink::Rewrapped(Rewrap::default()),
            Encoding::QuotedPrintable => {
                let decoder = Decoder::QuotedPrintable(QuotedPrintableReader::default());
                let writer = QuotedPrintableWriter::new(BareLineFeed::Escape);
                Sink::Decoded(decoder, Box::new(Sink::QuotedPrintable(writer)))
            }
        };
        let repair = self.repair.insert(Box::new(sink));
        repair.push(bytes, out)
    }
}

/// Base64 in lines of 76 characters, without all that is not base64 (RFC 2045 6.8). It is not decoded: where its
/// groups begin nobody knows who has not read the lines before.
#[derive(Debug, Default)]
pub(super) struct Rewrap {
    column: usize,
}

impl Rewrap {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.column == LINE {
                self.line_end(out);
            }
            let room = rest.iter().take(LINE - self.column);
            let run = room.take_while(|b| is_symbol(**b)).count();
            let (symbols, after) = rest.split_at(run);
            out.extend_from_slice(symbols);
            self.column += run;
            let junk = after.iter().take_while(|b| !is_symbol(**b)).count();
            rest = after.get(junk..).unwrap_or_default();
        }
    }

    pub(super) fn line_end(&mut self, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.column) > 0 {
            out.extend_from_slice(b"\r\n");
        }
    }
}

fn is_symbol(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=')
}
