//! Where the bytes of a body go.

use memchr::memchr;

use super::Canonicalizer;
use super::kept::{Kept, Rewrap};
use super::leaf::reserved_line;
use super::safety::Checker;
use super::scan::has_bare_line_feed;
use crate::Error;
use crate::mime::base64::{Base64Reader, Base64Writer};
use crate::mime::quoted_printable::{QuotedPrintableReader, QuotedPrintableWriter};

/// A streaming conversion of a body.
#[derive(Debug)]
pub(super) enum Sink {
    /// LF becomes CRLF, all else stays.
    Lines(LineEnds),
    /// Every byte stays.
    Exact,
    /// The sink behind it, if the bytes pass a check.
    Checked(Checker, Refusal, Box<Sink>),
    /// Into base64.
    Base64(Base64Writer),
    /// Into quoted-printable.
    QuotedPrintable(QuotedPrintableWriter),
    /// As it is while it is safe.
    Kept(Box<Kept>),
    /// Base64 that is not, in new lines.
    Rewrapped(Rewrap),
    /// Decoded, and the sink behind it takes what comes out.
    Decoded(Decoder, Box<Sink>),
    /// A message on its own.
    Message(Box<Canonicalizer>),
}

/// The error when a check fails.
#[derive(Debug)]
pub(super) enum Refusal {
    /// An already protected part.
    Protected,
    /// A transfer encoding that is not known.
    Encoding(String),
}

/// A transfer encoding being read.
#[derive(Debug)]
pub(super) enum Decoder {
    Base64(Base64Reader),
    QuotedPrintable(QuotedPrintableReader),
}

impl Sink {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Sink::Lines(ends) => ends.push(bytes, out),
            Sink::Exact => out.extend_from_slice(bytes),
            Sink::Checked(checker, refusal, next) => {
                checker.push(bytes).map_err(|why| refusal.error(why))?;
                next.push(bytes, out)?;
            }
            Sink::Base64(writer) => writer.push(bytes, out),
            Sink::QuotedPrintable(writer) => writer.push(bytes, out),
            Sink::Kept(kept) => kept.push(bytes, out)?,
            Sink::Rewrapped(rewrap) => rewrap.push(bytes, out),
            Sink::Decoded(decoder, next) => {
                let mut decoded = Vec::new();
                // In steps, so that what is decoded does not grow with the input.
                for step in bytes.chunks(32 << 10) {
                    decoded.clear();
                    match decoder {
                        Decoder::Base64(reader) => reader.push(step, &mut decoded)?,
                        Decoder::QuotedPrintable(reader) => reader.push(step, &mut decoded),
                    }
                    next.push(&decoded, out)?;
                }
            }
            Sink::Message(inner) => inner.push(bytes, out)?,
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            Sink::Lines(_) | Sink::Exact => {}
            Sink::Checked(checker, refusal, next) => {
                checker.finish().map_err(|why| refusal.error(why))?;
                next.finish(out)?;
            }
            Sink::Base64(writer) => writer.finish(out),
            Sink::QuotedPrintable(writer) => writer.finish(out),
            Sink::Kept(kept) => kept.finish(out)?,
            Sink::Rewrapped(rewrap) => rewrap.line_end(out),
            Sink::Decoded(decoder, next) => {
                let mut decoded = Vec::new();
                match decoder {
                    Decoder::Base64(reader) => reader.finish(&mut decoded)?,
                    Decoder::QuotedPrintable(reader) => reader.finish(&mut decoded),
                }
                next.push(&decoded, out)?;
                next.finish(out)?;
            }
            Sink::Message(inner) => inner.finish(out)?,
        }
        Ok(())
    }

    /// A line must not stand in the output. An error where the output is the input itself, so that its lines
    /// stay lines.
    pub(super) fn refuse_line(&mut self) -> Result<(), Error> {
        match self {
            Sink::Lines(_) | Sink::Exact | Sink::Checked(..) => Err(reserved_line()),
            Sink::Kept(kept) => {
                kept.refuse_line();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Parts counted by a message inside.
    pub(super) fn parts(&self) -> Option<usize> {
        match self {
            Sink::Message(inner) => Some(inner.machine.parts()),
            Sink::Decoded(_, next) => next.parts(),
            _ => None,
        }
    }
}

impl Refusal {
    pub(super) fn error(&self, why: &'static str) -> Error {
        match self {
            Refusal::Protected => Error::unfit(format!(
                "a part that is already signed or encrypted is not 7-bit clean ({why}), and nothing \
                 in it may be changed: sign opaque (application/pkcs7-mime) instead of multipart/signed"
            )),
            Refusal::Encoding(name) => crate::ErrorKind::Unsupported {
                what: format!(
                    "Content-Transfer-Encoding \"{}\" of a part that is not 7-bit safe ({why})",
                    name.escape_debug()
                )
                .into(),
            }
            .into(),
        }
    }
}

/// Writes LF and CRLF as CRLF.
#[derive(Debug, Default)]
pub(super) struct LineEnds {
    after_cr: bool,
}

impl LineEnds {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        out.reserve(bytes.len());
        let mut rest = bytes;
        if !has_bare_line_feed(bytes, self.after_cr) {
            rest = &[];
            out.extend_from_slice(bytes);
            if let Some(last) = bytes.last() {
                self.after_cr = *last == b'\r';
            }
        }
        while let Some(at) = memchr(b'\n', rest) {
            let (text, after) = rest.split_at(at);
            out.extend_from_slice(text);
            let has_cr = text.last().map_or(self.after_cr, |last| *last == b'\r');
            out.extend_from_slice(if has_cr { b"\n" } else { b"\r\n" });
            self.after_cr = false;
            rest = after.get(1..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        if let Some(last) = rest.last() {
            self.after_cr = *last == b'\r';
        }
    }
}
