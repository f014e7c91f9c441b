//! A leaf part: looked at before its header is written.

use zeroize::Zeroizing;

use super::kept::{Encoding, Kept};
use super::safety::{Checker, CrlfSize, Rule, is_safe};
use super::sink::{Decoder, LineEnds, Refusal, Sink};
use crate::Error;
use crate::mime::base64::{Base64Reader, Base64Writer};
use crate::mime::content_type::{ContentType, TransferEncoding};
use crate::mime::header::{Field, HeaderBlock};
use crate::mime::quoted_printable::{BareLineFeed, QuotedPrintableReader, QuotedPrintableWriter};

const ENCODING: &str = "Content-Transfer-Encoding";

/// A leaf and what has been read of it.
#[derive(Debug)]
pub(super) struct Leaf {
    header: HeaderBlock,
    encoding: TransferEncoding,
    is_text: bool,
    /// Text whose charset does not have ASCII octets for line breaks.
    is_wide: bool,
    lookahead: usize,
    seen: Zeroizing<Vec<u8>>,
    size: CrlfSize,
    has_body: bool,
    is_unsafe: bool,
    sink: Option<Sink>,
}

impl Leaf {
    /// `content_type` absent: text/plain (RFC 2045 5.2).
    pub(super) fn new(
        header: HeaderBlock,
        content_type: Option<&ContentType>,
        encoding: TransferEncoding,
        lookahead: usize,
    ) -> Self {
        Leaf {
            header,
            encoding,
            is_text: content_type.is_none_or(|found| found.kind == "text"),
            is_wide: content_type
                .and_then(|found| found.parameter("charset"))
                .is_some_and(is_wide),
            lookahead,
            seen: Zeroizing::default(),
            size: CrlfSize::default(),
            has_body: false,
            is_unsafe: false,
            sink: None,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.has_body = true;
        if self.sink.is_none() {
            self.size.add(bytes);
            if self.size.octets() > self.lookahead {
                self.decide(true, out)?;
            }
        }
        match &mut self.sink {
            Some(sink) => sink.push(bytes, out),
            None => {
                if self.seen.capacity() - self.seen.len() < bytes.len() {
                    // Growing in place would leave what has been seen behind, not wiped.
                    let needed = self.seen.len() + bytes.len();
                    let room = needed.max(2 * self.seen.capacity()).max(1 << 10);
                    let mut wider = Zeroizing::new(Vec::with_capacity(room));
                    wider.extend_from_slice(&self.seen);
                    self.seen = wider;
                }
                self.seen.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// A line that must not stand in the output as it is.
    pub(super) fn refuse_line(&mut self) -> Result<(), Error> {
        self.is_unsafe = true;
        self.sink.as_mut().map_or(Ok(()), Sink::refuse_line)
    }

    /// Returns whether there was a body, even an empty one.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) -> Result<bool, Error> {
        if self.sink.is_none() {
            self.decide(false, out)?;
        }
        if let (true, Some(sink)) = (self.has_body, &mut self.sink) {
            sink.finish(out)?;
        }
        Ok(self.has_body)
    }

    fn decide(&mut self, is_longer: bool, out: &mut Vec<u8>) -> Result<(), Error> {
        let (encoding, mut sink) = self.choose(is_longer)?;
        if let Some(encoding) = encoding {
            set_encoding(&mut self.header, encoding)?;
        }
        out.extend_from_slice(&self.header.to_bytes());
        if self.has_body {
            out.extend_from_slice(b"\r\n");
        }
        sink.push(&std::mem::take(&mut self.seen), out)?;
        self.sink = Some(sink);
        Ok(())
    }

    /// The encoding to write in the header, if not the one that is there, and the way for the body.
    fn choose(&self, is_longer: bool) -> Result<(Option<&'static str>, Sink), Error> {
        let is_safe = !is_longer && !self.is_unsafe && is_safe(&self.seen);
        Ok(match &self.encoding {
            // The line ends of binary data are data.
            TransferEncoding::Binary
                if is_safe && !self.is_text && self.size.octets() > self.seen.len() =>
            {
                self.encoded()
            }
            // A relay that cannot carry 8bit would convert what is labelled so.
            TransferEncoding::EightBit | TransferEncoding::Binary if is_safe => {
                (Some("7bit"), lines())
            }
            _ if is_safe => (None, lines()),
            TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
                self.encoded()
            }
            TransferEncoding::Base64 if is_longer && !self.is_unsafe => {
                (None, kept(Encoding::Base64))
            }
            TransferEncoding::QuotedPrintable if is_longer && !self.is_unsafe => {
                (None, kept(Encoding::QuotedPrintable))
            }
            TransferEncoding::Base64 => {
                let decoder = Decoder::Base64(Base64Reader::default());
                let writer = Sink::Base64(Base64Writer::default());
                (None, Sink::Decoded(decoder, Box::new(writer)))
            }
            TransferEncoding::QuotedPrintable => {
                let decoder = Decoder::QuotedPrintable(QuotedPrintableReader::default());
                let writer = QuotedPrintableWriter::new(BareLineFeed::Escape);
                let writer = Sink::QuotedPrintable(writer);
                (None, Sink::Decoded(decoder, Box::new(writer)))
            }
            TransferEncoding::Other(_) if self.is_unsafe => return Err(reserved_line()),
            TransferEncoding::Other(name) => {
                let refusal = Refusal::Encoding(name.clone());
                let checker = Checker::new(Rule::Safe);
                (None, Sink::Checked(checker, refusal, Box::new(lines())))
            }
        })
    }

    fn encoded(&self) -> (Option<&'static str>, Sink) {
        if self.is_text && !self.is_wide {
            let writer = QuotedPrintableWriter::new(BareLineFeed::Break);
            (Some("quoted-printable"), Sink::QuotedPrintable(writer))
        } else {
            (Some("base64"), Sink::Base64(Base64Writer::default()))
        }
    }
}

fn kept(encoding: Encoding) -> Sink {
    Sink::Kept(Box::new(Kept::new(encoding)))
}

fn lines() -> Sink {
    Sink::Lines(LineEnds::default())
}

fn is_wide(charset: &str) -> bool {
    let charset = charset.to_ascii_lowercase();
    [
        "utf-16",
        "utf16",
        "utf-32",
        "utf32",
        "ucs-2",
        "ucs-4",
        "iso-10646-ucs",
        "unicode",
        "csunicode",
        "csutf16",
        "csutf32",
    ]
    .iter()
    .any(|wide| charset.starts_with(wide))
}

/// Replaces Content-Transfer-Encoding, or adds it after Content-Type.
pub(super) fn set_encoding(header: &mut HeaderBlock, value: &str) -> Result<(), Error> {
    let field = Field::new(ENCODING, value)?;
    let fields = &mut header.fields;
    if let Some(found) = fields.iter_mut().find(|found| found.is(ENCODING)) {
        *found = field;
        return Ok(());
    }
    let at = fields.iter().position(|found| found.is("Content-Type"));
    fields.insert(at.map_or(fields.len(), |at| at + 1), field);
    Ok(())
}

/// A part of a decoded message holds a line that an enclosing multipart takes for its delimiter.
pub(super) fn reserved_line() -> Error {
    Error::unfit(
        "an encoded message/rfc822 part holds a line equal to a delimiter of the message around it, \
         in a place that cannot be encoded",
    )
}
