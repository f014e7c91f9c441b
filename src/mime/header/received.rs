//! Header blocks as the world sends them, where a sloppy line must not make the whole mail unreadable.

mod length;

pub(crate) use length::head_length;

use super::{Field, HeaderBlock, is_name, malformed};
use crate::{Error, Limits};

/// Bytes at the beginning of a line in which the name of a field and its colon stand; also the most that an mbox `From `
/// line has. A line has no more than 998 (RFC 5322 2.1.1).
const NAME: usize = 1000;

/// Fields that decide what an entity is and where its parts end.
const STRUCTURE: [&str; 2] = ["Content-Type", "Content-Transfer-Encoding"];

/// A header block read tolerantly, and what others could read differently.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub header: HeaderBlock,
    /// How many bytes stand before the body.
    pub length: usize,
    /// The first sloppy line.
    flaw: Option<Flaw>,
}

#[derive(Debug)]
struct Flaw {
    /// Fields that came before.
    fields: usize,
    position: usize,
    detail: &'static str,
}

enum Line<'a> {
    Empty,
    Continuation,
    /// The name, and whether white space follows it.
    Field(&'a [u8], bool),
    Other,
}

fn classify(line: &[u8]) -> Line<'_> {
    match line.first() {
        None => return Line::Empty,
        Some(b' ' | b'\t') => return Line::Continuation,
        Some(_) => {}
    }
    let name = line.get(..NAME).unwrap_or(line);
    let name = memchr::memchr(b':', name).and_then(|at| line.get(..at));
    // RFC 5322 4.5 allows white space before the colon in what is read.
    match name.map(|name| (name, name.trim_ascii_end())) {
        Some((name, trimmed)) if is_name(trimmed) => {
            Line::Field(trimmed, trimmed.len() != name.len())
        }
        _ => Line::Other,
    }
}

/// Reads a header block; LF and CRLF are line ends.
///
/// An mbox `From ` line and a byte order mark at the beginning are passed over. A line that is no field
/// is passed over too, and lines that continue it; if it is the first one, there is no header and the body begins with it. 8-bit bytes are kept.
///
/// # Errors
/// [`crate::ErrorKind::Limit`]: more than `limits.header_bytes`.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Received, Error> {
    let head = length::head(bytes, 0, true, limits)?.unwrap_or(0..bytes.len());
    let mut position = head.start;
    let mut received = Received {
        length: head.end,
        ..Received::default()
    };
    let mut in_field = false;
    let head = bytes.get(head).unwrap_or_default();
    for whole in head.split_inclusive(|b| *b == b'\n') {
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match classify(line) {
            Line::Empty => {}
            Line::Continuation if !in_field => {}
            Line::Continuation => {
                received.check(line, received.header.fields.len() - 1, position);
                if let Some(field) = received.header.fields.last_mut() {
                    field.raw.extend_from_slice(line);
                    field.raw.extend_from_slice(b"\r\n");
                }
            }
            Line::Field(name, is_spaced) => {
                let before = received.header.fields.len();
                received.check(line, before, position);
                if is_spaced {
                    received.flaw(before, position, "white space before a colon");
                }
                received.header.fields.push(Field {
                    name: String::from_utf8_lossy(name).into_owned(),
                    raw: [line, b"\r\n"].concat(),
                });
                in_field = true;
            }
            Line::Other => {
                let before = received.header.fields.len();
                received.flaw(before, position, "a line that is no header field");
                in_field = false;
            }
        }
        position += whole.len();
    }
    Ok(received)
}

impl Received {
    fn check(&mut self, line: &[u8], fields: usize, position: usize) {
        if memchr::memchr(b'\r', line).is_some() {
            self.flaw(fields, position, "a CR without LF");
        }
    }

    fn flaw(&mut self, fields: usize, position: usize, detail: &'static str) {
        self.flaw.get_or_insert(Flaw {
            fields,
            position,
            detail,
        });
    }

    /// What is wrong with the first sloppy line, where readers may disagree about what the fields are.
    pub(crate) fn first_flaw(&self) -> Option<&'static str> {
        self.flaw.as_ref().map(|flaw| flaw.detail)
    }

    /// Whether all readers find the same Content-Type and Content-Transfer-Encoding. Some end the header
    /// at a line that is no field, some pass over it; some take a CR for a line end.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`] with the line that divides them, [`crate::ErrorKind::Header`] for
    /// a field that is there twice.
    pub(crate) fn check_structure(&self) -> Result<(), Error> {
        for name in STRUCTURE {
            self.header.unique(name)?;
        }
        let Some(flaw) = &self.flaw else {
            return Ok(());
        };
        let after = self.header.fields.iter().skip(flaw.fields);
        if after
            .into_iter()
            .any(|field| STRUCTURE.iter().any(|name| field.is(name)))
        {
            let position = u64::try_from(flaw.position).unwrap_or(u64::MAX);
            return Err(malformed(position, flaw.detail));
        }
        Ok(())
    }
}
