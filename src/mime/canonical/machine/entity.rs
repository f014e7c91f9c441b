//! The beginning of an entity: what its header says it is, and where its body goes.

use super::{Level, Machine, Progress, State, limit};
use crate::Error;
use crate::mime::base64::Base64Reader;
use crate::mime::boundary;
use crate::mime::canonical::leaf::{Leaf, set_encoding};
use crate::mime::canonical::lines::Lines;
use crate::mime::canonical::safety::{Checker, Rule};
use crate::mime::canonical::sink::{Decoder, LineEnds, Refusal, Sink};
use crate::mime::canonical::{Canonicalizer, Form};
use crate::mime::content_type::{ContentType, TransferEncoding};
use crate::mime::header::HeaderBlock;
use crate::mime::quoted_printable::QuotedPrintableReader;
use crate::mime::seven_bit::ascii_field;

impl Machine {
    /// The header block is complete: what kind of entity is it?
    pub(super) fn begin_entity(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        if std::mem::take(&mut self.owes_blank) {
            out.extend_from_slice(b"\r\n");
        }
        self.parts += 1;
        if self.parts > self.limits.mime_parts {
            return Err(limit("number of MIME parts", self.limits.mime_parts));
        }
        let header = HeaderBlock::parse(bytes, &self.limits)?;
        let fields: Result<_, Error> = header.fields.iter().map(ascii_field).collect();
        let mut header = HeaderBlock { fields: fields? };
        let encoding = TransferEncoding::of(&header)?;
        let content_type = match ContentType::of(&header)? {
            None if self.is_in_digest() => Some(ContentType::parse("message/rfc822")?),
            found => found,
        };
        let (kind, subtype) = content_type.as_ref().map_or(("text", "plain"), |found| {
            (found.kind.as_str(), found.subtype.as_str())
        });
        self.state = match (kind, subtype) {
            ("multipart", "signed" | "encrypted") => self.protected(false),
            ("application", "pkcs7-mime" | "x-pkcs7-mime") => {
                self.protected(encoding == TransferEncoding::Binary)
            }
            ("multipart", _) => {
                self.open_multipart(content_type.as_ref())?;
                seven_bit(&mut header, &encoding)?;
                State::margin()
            }
            ("message", "rfc822") => {
                let state = self.open_message(&encoding)?;
                seven_bit(&mut header, &encoding)?;
                state
            }
            _ => {
                let leaf = Leaf::new(
                    header,
                    content_type.as_ref(),
                    encoding,
                    self.limits.leaf_lookahead,
                );
                self.state = State::Leaf(Box::new(leaf));
                return Ok(());
            }
        };
        out.extend_from_slice(&header.to_bytes());
        self.owes_blank = true;
        Ok(())
    }

    fn is_in_digest(&self) -> bool {
        matches!(
            self.stack.last(),
            Some(Level::Multipart {
                is_digest: true,
                ..
            })
        )
    }

    fn protected(&self, is_binary: bool) -> State {
        let pass = if is_binary {
            Sink::Exact
        } else {
            Sink::Lines(LineEnds::default())
        };
        State::Stream(match self.form {
            Form::Opaque => pass,
            Form::SevenBit => {
                let rule = if is_binary {
                    Rule::CleanBinary
                } else {
                    Rule::Clean
                };
                Sink::Checked(Checker::new(rule), Refusal::Protected, Box::new(pass))
            }
        })
    }

    fn deeper(&self) -> Result<(), Error> {
        if self.outer_depth + self.stack.len() >= self.limits.mime_depth {
            return Err(limit("nesting depth of MIME parts", self.limits.mime_depth));
        }
        Ok(())
    }

    fn open_multipart(&mut self, content_type: Option<&ContentType>) -> Result<(), Error> {
        self.deeper()?;
        let boundary = content_type
            .and_then(|found| found.parameter("boundary"))
            .ok_or_else(|| refused("multipart without boundary parameter"))?;
        boundary::check(boundary).map_err(refused)?;
        let boundary = boundary.as_bytes();
        if self.boundaries().any(|open| is_confusable(open, boundary)) {
            return Err(refused(
                "the boundary of an enclosing multipart is used again",
            ));
        }
        self.stack.push(Level::Multipart {
            boundary: boundary.to_vec(),
            is_digest: content_type.is_some_and(|found| found.subtype == "digest"),
            progress: Progress::Preamble,
        });
        Ok(())
    }

    fn boundaries(&self) -> impl Iterator<Item = &[u8]> {
        let open = self.stack.iter().filter_map(|level| match level {
            Level::Multipart { boundary, .. } => Some(boundary.as_slice()),
            Level::Message => None,
        });
        open.chain(self.reserved.iter().map(Vec::as_slice))
    }

    fn open_message(&mut self, encoding: &TransferEncoding) -> Result<State, Error> {
        self.deeper()?;
        let decoder = match encoding {
            TransferEncoding::Base64 => Decoder::Base64(Base64Reader::default()),
            TransferEncoding::QuotedPrintable => {
                Decoder::QuotedPrintable(QuotedPrintableReader::default())
            }
            TransferEncoding::Other(name) => {
                return Err(Refusal::Encoding(name.clone()).error("message/rfc822"));
            }
            _ => {
                self.stack.push(Level::Message);
                return Ok(State::Header(Vec::new()));
            }
        };
        let mut inner = Machine::new(self.form, &self.limits);
        inner.parts = self.parts;
        inner.outer_depth = self.outer_depth + self.stack.len() + 1;
        inner.reserved = self.boundaries().map(<[u8]>::to_vec).collect();
        let inner = Canonicalizer {
            lines: Lines::default(),
            machine: inner,
        };
        let message = Sink::Message(Box::new(inner));
        Ok(State::Stream(Sink::Decoded(decoder, Box::new(message))))
    }
}

/// Composite types have no encoding of their own (RFC 2045 6.4).
fn seven_bit(header: &mut HeaderBlock, encoding: &TransferEncoding) -> Result<(), Error> {
    if *encoding == TransferEncoding::SevenBit {
        return Ok(());
    }
    set_encoding(header, "7bit")
}

/// Whether a line can be a delimiter of both: they are equal, or one is the other's closing form.
fn is_confusable(one: &[u8], other: &[u8]) -> bool {
    one == other || one.strip_suffix(b"--") == Some(other) || other.strip_suffix(b"--") == Some(one)
}

fn refused(reason: &'static str) -> Error {
    Error::header("Content-Type", reason)
}
