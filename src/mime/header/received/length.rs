//! Where a header block ends.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::super::over_limit;
use super::{Line, NAME, classify};
use crate::{Error, Limits};

const MARK: &[u8] = b"\xEF\xBB\xBF";
const FROM: &[u8] = b"From ";

/// Length in bytes of the header block with its empty line, as [`super::read`] sees it; `None` when more has to come
/// to tell. `is_all`: nothing more comes. `from`: bytes that an earlier call has looked at in vain, so that many
/// small pieces cost no more than one.
///
/// # Errors
/// [`crate::ErrorKind::Limit`]: more than `limits.header_bytes`.
pub(crate) fn head_length(
    bytes: &[u8],
    from: usize,
    is_all: bool,
    limits: &Limits,
) -> Result<Option<usize>, Error> {
    Ok(head(bytes, from, is_all, limits)?.map(|head| head.end))
}

/// Where the fields begin, and where the body does.
pub(super) fn head(
    bytes: &[u8],
    from: usize,
    is_all: bool,
    limits: &Limits,
) -> Result<Option<Range<usize>>, Error> {
    let Some(start) = begin(bytes, is_all) else {
        return Ok(None);
    };
    let rest = bytes.get(start..).unwrap_or_default();
    match has_fields(rest, is_all) {
        None => return Ok(None),
        Some(false) => return Ok(Some(start..start)),
        Some(true) => {}
    }
    let bounded = |fields: usize, end: usize| match fields > limits.header_bytes {
        true => Err(over_limit(limits)),
        false => Ok(Some(start..start + end)),
    };
    let from = from.saturating_sub(start);
    for at in memchr_iter(b'\n', rest.get(from..).unwrap_or_default()) {
        let at = from + at;
        if let Some(fields) = before_empty_line(rest.get(..at).unwrap_or_default()) {
            return bounded(fields, at + 1);
        }
    }
    if is_all {
        let fields = before_empty_line(rest).unwrap_or(rest.len());
        return bounded(fields, rest.len());
    }
    // One byte more, because a CR at the end may be half of the empty line.
    match rest.len().saturating_sub(1) > limits.header_bytes {
        true => Err(over_limit(limits)),
        false => Ok(None),
    }
}

/// The length of what stands before the last line if that line, without its LF, is empty.
fn before_empty_line(bytes: &[u8]) -> Option<usize> {
    let before = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    (before.is_empty() || before.ends_with(b"\n")).then_some(before.len())
}

/// Where the first field begins: after a byte order mark and an mbox `From ` line.
fn begin(bytes: &[u8], is_all: bool) -> Option<usize> {
    let rest = bytes.strip_prefix(MARK).unwrap_or(bytes);
    let mark = bytes.len() - rest.len();
    if !rest.starts_with(FROM) {
        let is_open = FROM.starts_with(rest) || mark == 0 && MARK.starts_with(bytes);
        return (is_all || !is_open).then_some(mark);
    }
    let line = rest.get(..NAME).unwrap_or(rest);
    match memchr(b'\n', line) {
        Some(at) => Some(mark + at + 1),
        None if rest.len() >= NAME => Some(mark),
        None => is_all.then_some(bytes.len()),
    }
}

/// Whether the first line is a field, or the empty line, so that there is a header.
fn has_fields(rest: &[u8], is_all: bool) -> Option<bool> {
    let line = rest.get(..NAME).unwrap_or(rest);
    let end = memchr(b'\n', line);
    let is_known = is_all || end.is_some() || rest.len() >= NAME;
    let line = line.get(..end.unwrap_or(line.len())).unwrap_or_default();
    match classify(line.strip_suffix(b"\r").unwrap_or(line)) {
        Line::Field(..) => Some(true),
        Line::Continuation => Some(false),
        Line::Empty => is_known.then_some(true),
        Line::Other => is_known.then_some(false),
    }
}

#[cfg(test)]
mod tests;
