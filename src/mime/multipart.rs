//! Splitting a multipart body (RFC 2046 5.1.1).

use memchr::{memchr, memchr2, memmem};

use super::boundary::{self, Delimiter, delimiter};
use crate::{Error, Limits};

/// A multipart body in its pieces, as received.
#[derive(Debug)]
pub(crate) struct Multipart<'a> {
    /// What stands before the first delimiter, without the line end before it.
    pub preamble: &'a [u8],
    /// The parts, without the line end before the next delimiter.
    pub parts: Vec<&'a [u8]>,
    /// What stands after the line of the closing delimiter.
    pub epilogue: &'a [u8],
    /// Whether the closing delimiter is there.
    pub closed: bool,
}

/// Splits in linear time. The line end before a delimiter belongs to the delimiter.
///
/// Only a whole line is a delimiter, so that a boundary may be the beginning of another one. What comes after the closing
/// delimiter is epilogue, delimiters too. Without a closing delimiter the last part goes to the end; without any delimiter all is preamble.
///
/// # Errors
/// [`crate::ErrorKind::Header`] for a boundary that cannot be one; [`crate::ErrorKind::Limit`] for more
/// than `limits.mime_parts`; [`crate::ErrorKind::Malformed`] for a line that is a delimiter only to readers
/// that take a CR for a line end.
pub(crate) fn split<'a>(
    body: &'a [u8],
    boundary: &str,
    limits: &Limits,
) -> Result<Multipart<'a>, Error> {
    boundary::check(boundary).map_err(|why| Error::header("Content-Type", why))?;
    refuse_after_bare_cr(body, boundary)?;
    let needle = format!("\n--{boundary}");
    let inner = memmem::find_iter(body, &needle).map(|at| at + 1);
    let mut split = Multipart {
        preamble: body,
        parts: Vec::new(),
        epilogue: &[],
        closed: false,
    };
    // Where the current part begins; `None` in the preamble.
    let mut part = None;
    for start in std::iter::once(0).chain(inner) {
        let rest = body.get(start..).unwrap_or_default();
        let Some((kind, length)) = delimiter_line(rest, boundary, start)? else {
            continue;
        };
        let end = before_line_end(body, start);
        match part {
            None => split.preamble = body.get(..end).unwrap_or_default(),
            Some(begin) => split.add(body.get(begin..end).unwrap_or_default(), limits)?,
        }
        part = Some(start + length);
        if kind == Delimiter::Close {
            split.closed = true;
            split.epilogue = body.get(start + length..).unwrap_or_default();
            return Ok(split);
        }
    }
    if let Some(begin) = part {
        split.add(body.get(begin..).unwrap_or_default(), limits)?;
    }
    Ok(split)
}

impl<'a> Multipart<'a> {
    fn add(&mut self, part: &'a [u8], limits: &Limits) -> Result<(), Error> {
        if self.parts.len() >= limits.mime_parts {
            let limit = u64::try_from(limits.mime_parts).unwrap_or(u64::MAX);
            return Err(Error::limit("MIME parts", limit));
        }
        self.parts.push(part);
        Ok(())
    }
}

/// The delimiter that the first line is, and the length of that line with its end.
fn delimiter_line(
    text: &[u8],
    boundary: &str,
    position: usize,
) -> Result<Option<(Delimiter, usize)>, Error> {
    if !text.starts_with(b"--") {
        return Ok(None);
    }
    let length = memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    let line = text.get(..length).unwrap_or_default();
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(bare) = memchr(b'\r', line) {
        let before = line.get(..bare).unwrap_or_default();
        return match delimiter(before, boundary.as_bytes()) {
            Some(_) => Err(disputed(position)),
            None => Ok(None),
        };
    }
    Ok(delimiter(line, boundary.as_bytes()).map(|kind| (kind, length)))
}

/// Readers that take a CR for a line end would split here, others would not.
fn refuse_after_bare_cr(body: &[u8], boundary: &str) -> Result<(), Error> {
    let needle = format!("\r--{boundary}");
    for at in memmem::find_iter(body, &needle) {
        let line = body.get(at + 1..).unwrap_or_default();
        let end = memchr2(b'\r', b'\n', line).unwrap_or(line.len());
        let line = line.get(..end).unwrap_or_default();
        if delimiter(line, boundary.as_bytes()).is_some() {
            return Err(disputed(at + 1));
        }
    }
    Ok(())
}

fn disputed(position: usize) -> Error {
    Error::malformed_at(
        "multipart body",
        u64::try_from(position).unwrap_or(u64::MAX),
        "a delimiter line with a CR without LF before or after it, which not all readers take for one",
    )
}

/// Where the line before the line at `start` ends, without its line end.
fn before_line_end(body: &[u8], start: usize) -> usize {
    let before = body.get(..start).unwrap_or_default();
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.strip_suffix(b"\r").unwrap_or(before).len()
}

#[cfg(test)]
mod tests;
