//! Header fields and header blocks, with the bytes they were given (RFC 5322 2.2).

use std::borrow::Cow;

use super::fold::{MAX_LINE, fold};
use crate::{Error, Limits};

/// One header field with its bytes as received, line ends as CRLF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    name: String,
    raw: Vec<u8>,
}

impl Field {
    /// Makes a field, folded. The value may be UTF-8 (RFC 6532); `seven_bit::ascii_field` makes it ASCII.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Header`]: the name is not printable ASCII without colon, the value holds a
    /// control character, or a line would exceed 998 octets.
    pub(crate) fn new(name: &str, value: &str) -> Result<Field, Error> {
        if !is_name(name.as_bytes()) {
            return Err(Error::header(
                name,
                "a field name is printable ASCII without colon and space",
            ));
        }
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Error::header(name, "a control character in the value"));
        }
        let raw = fold(name, value);
        if has_long_line(&raw) {
            return Err(Error::header(
                name,
                "a line of more than 998 octets without white space to break it at",
            ));
        }
        Ok(Field {
            name: name.to_owned(),
            raw,
        })
    }

    /// A field from parts that are known to fit together.
    pub(super) fn from_raw(name: &str, raw: Vec<u8>) -> Field {
        Field {
            name: name.to_owned(),
            raw,
        }
    }

    /// The name as written.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is the name, without case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The field with its name and line ends (CRLF).
    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    fn value_bytes(&self) -> &[u8] {
        let colon = memchr::memchr(b':', &self.raw);
        colon
            .and_then(|at| self.raw.get(at + 1..))
            .unwrap_or_default()
    }

    /// The value, unfolded and trimmed; what is not UTF-8 is replaced (U+FFFD).
    pub(crate) fn value(&self) -> Cow<'_, str> {
        match String::from_utf8_lossy(self.value_bytes()) {
            Cow::Borrowed(text) => unfold(text),
            Cow::Owned(text) => Cow::Owned(unfold(&text).into_owned()),
        }
    }

    /// The value, unfolded and trimmed.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Header`] if it is not UTF-8.
    pub(crate) fn text(&self) -> Result<Cow<'_, str>, Error> {
        std::str::from_utf8(self.value_bytes())
            .map(unfold)
            .map_err(|_| Error::header(&self.name, "neither ASCII nor UTF-8"))
    }
}

fn unfold(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.contains("\r\n") {
        Cow::Owned(text.replace("\r\n", ""))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| matches!(b, b'!'..=b'~') && *b != b':')
}

/// Whether a line of CRLF-terminated text is over 998 octets.
pub(super) fn has_long_line(raw: &[u8]) -> bool {
    raw.split(|b| *b == b'\n')
        .any(|line| line.strip_suffix(b"\r").unwrap_or(line).len() > MAX_LINE)
}

/// The header fields of a message or part, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HeaderBlock {
    pub(crate) fields: Vec<Field>,
}

impl HeaderBlock {
    /// Parses the bytes up to the first blank line or their end; lines end in LF or CRLF.
    ///
    /// # Errors
    /// A bare CR or a NUL, a line that is no field, an mbox `From ` line, or more than
    /// `limits.header_bytes`.
    pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<HeaderBlock, Error> {
        if bytes.len() > limits.header_bytes {
            return Err(over_limit(limits));
        }
        let mut fields: Vec<Field> = Vec::new();
        let mut position = 0_u64;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            let at = position;
            position += u64::try_from(line.len()).unwrap_or(u64::MAX);
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if line.contains(&b'\r') {
                return Err(malformed(at, "a CR without LF"));
            }
            if line.contains(&0) {
                return Err(malformed(at, "a NUL"));
            }
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                let Some(field) = fields.last_mut() else {
                    return Err(malformed(at, "the first line begins with white space"));
                };
                field.raw.extend_from_slice(line);
                field.raw.extend_from_slice(b"\r\n");
                continue;
            }
            fields.push(field_line(line, at)?);
        }
        Ok(HeaderBlock { fields })
    }

    /// The first field of this name, without case.
    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.is(name))
    }

    /// All fields of this name, without case.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.is(name))
    }

    /// The only field of this name.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Header`] if there are several: readers disagree on which one counts.
    pub(crate) fn unique(&self, name: &str) -> Result<Option<&Field>, Error> {
        let mut all = self.fields.iter().filter(|field| field.is(name));
        match (all.next(), all.next()) {
            (first, None) => Ok(first),
            _ => Err(Error::header(name, "there is more than one")),
        }
    }

    /// The fields without the blank line.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.fields.iter().flat_map(Field::raw).copied().collect()
    }
}

fn field_line(line: &[u8], at: u64) -> Result<Field, Error> {
    if at == 0 && line.starts_with(b"From ") {
        return Err(malformed(
            0,
            "the first line begins with \"From \", so this is an mbox file; give one message \
             without that line",
        ));
    }
    let mut parts = line.splitn(2, |b| *b == b':');
    match (parts.next(), parts.next()) {
        (Some(name), Some(_)) if is_name(name) => {
            let mut raw = Vec::with_capacity(line.len() + 2);
            raw.extend_from_slice(line);
            raw.extend_from_slice(b"\r\n");
            Ok(Field {
                name: String::from_utf8_lossy(name).into_owned(),
                raw,
            })
        }
        (Some(name), Some(_)) => Err(Error::header(
            &String::from_utf8_lossy(name),
            "a field name is printable ASCII without space; is the blank line before the body missing?",
        )),
        _ => Err(malformed(
            at,
            "a line without colon; is the blank line before the body missing?",
        )),
    }
}

fn malformed(at: u64, detail: &'static str) -> Error {
    Error::malformed_at("header block", at, detail)
}

fn over_limit(limits: &Limits) -> Error {
    let limit = u64::try_from(limits.header_bytes).unwrap_or(u64::MAX);
    Error::limit("header block in bytes", limit)
}

/// Gathers a header block that arrives in pieces.
#[derive(Debug, Default)]
pub(crate) struct HeaderReader {
    bytes: Vec<u8>,
}

impl HeaderReader {
    /// Takes bytes up to and with the blank line. Returns how many it took once that line is there,
    /// `None` as long as more is needed (all were taken).
    ///
    /// # Errors
    /// More than `limits.header_bytes`.
    pub(crate) fn push(&mut self, input: &[u8], limits: &Limits) -> Result<Option<usize>, Error> {
        let mut taken = 0;
        for line in input.split_inclusive(|b| *b == b'\n') {
            taken += line.len();
            self.bytes.extend_from_slice(line);
            if self.bytes.len() > limits.header_bytes {
                return Err(over_limit(limits));
            }
            if self.is_complete() {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    fn is_complete(&self) -> bool {
        let before = self
            .bytes
            .strip_suffix(b"\n")
            .map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
        before.is_some_and(|before| before.is_empty() || before.ends_with(b"\n"))
    }

    /// What has been gathered, the blank line included if it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

pub(crate) mod received;

#[cfg(test)]
mod tests;
