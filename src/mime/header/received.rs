//! Header blocks as the world sends them, where a sloppy line must not make the whole mail unreadable.

use super::{Field, HeaderBlock, is_name, malformed, over_limit};
use crate::{Error, Limits};

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
    let name = memchr::memchr(b':', line).and_then(|at| line.get(..at));
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
    let mut received = Received {
        length: begin(bytes),
        ..Received::default()
    };
    let start = received.length;
    let mut in_field = false;
    let rest = bytes.get(start..).unwrap_or_default();
    for whole in rest.split_inclusive(|b| *b == b'\n') {
        let line = whole.strip_suffix(b"\n").unwrap_or(whole);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let position = received.length;
        let is_first = position == start;
        received.length += whole.len();
        let kind = classify(line);
        match kind {
            Line::Continuation | Line::Other if is_first => {
                received.length = position;
                break;
            }
            Line::Empty => break,
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
        if received.length - start > limits.header_bytes {
            return Err(over_limit(limits));
        }
    }
    Ok(received)
}

/// What stands before the first field: a byte order mark, an mbox `From ` line.
fn begin(bytes: &[u8]) -> usize {
    let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mark = bytes.len() - rest.len();
    if rest.starts_with(b"From ") {
        mark + memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)
    } else {
        mark
    }
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
