//! The delimiter lines of a multipart body, found in a window on it.

use memchr::{memmem, memrchr2};

use super::Place;
use crate::Error;
use crate::mime::boundary::{self, Delimiter, after_boundary};

/// Bytes after a boundary that are looked through for the end of the line.
const PADDING: usize = 1000;

/// Looks for the lines of one boundary.
pub(super) struct Delimiters {
    /// `--boundary`.
    line: Vec<u8>,
    finder: memmem::Finder<'static>,
}

/// What comes next in a window.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Text up to here. What follows may belong to a delimiter; nothing follows if the window is the last one.
    Text(usize),
    /// Text up to `end`, then a delimiter with the line end before it; it ends at `next`.
    Delimiter {
        kind: Delimiter,
        end: usize,
        next: usize,
    },
}

/// A line that some readers take for a delimiter and others do not, and its position in the window.
#[derive(Debug)]
pub(super) struct Disputed {
    position: usize,
    detail: &'static str,
}

impl Disputed {
    /// The error, for a window that begins at this position of the body.
    pub(super) fn at(self, window: u64) -> Error {
        let position = u64::try_from(self.position).unwrap_or(u64::MAX);
        Error::malformed_at(
            "multipart body",
            window.saturating_add(position),
            self.detail,
        )
    }
}

const BARE: &str =
    "a delimiter line with a CR without LF before or after it, which not all readers take for one";
const PADDED: &str =
    "a delimiter line that goes on for more than 1,000 bytes, which not all readers take for one";

/// What a line is that begins with `--boundary`.
enum Line {
    /// The bytes after the boundary that belong to it, line end included.
    Delimiter(Delimiter, usize),
    Text,
    Disputed(&'static str),
    /// More must come.
    Open,
}

impl Delimiters {
    /// # Errors
    /// [`crate::ErrorKind::Header`] for a boundary that cannot be one.
    pub(super) fn new(boundary: &str) -> Result<Delimiters, Error> {
        boundary::check(boundary).map_err(|why| Error::header("Content-Type", why))?;
        let line = [b"--", boundary.as_bytes()].concat();
        let finder = memmem::Finder::new(&line).into_owned();
        Ok(Delimiters { line, finder })
    }

    /// The most that is ever held back: a delimiter line, its padding and the line ends around it.
    pub(super) fn longest(&self) -> usize {
        self.line.len() + PADDING + 8
    }

    /// Looks on from `from`. `is_line_start`: the window begins where a line does; if it does not, the byte before it is
    /// no line end. `is_last`: nothing follows the window.
    pub(super) fn next(
        &self,
        window: &[u8],
        from: usize,
        is_line_start: bool,
        place: Place,
        is_last: bool,
    ) -> Result<Step, Disputed> {
        let rest = window.get(from..).unwrap_or_default();
        for at in self.finder.find_iter(rest).map(|at| at + from) {
            let before = at.checked_sub(1).and_then(|before| window.get(before));
            let is_after_cr = before == Some(&b'\r');
            let begins_line = match before {
                Some(byte) => *byte == b'\n' && place != Place::Epilogue,
                None => is_line_start && place != Place::Epilogue,
            };
            if !is_after_cr && !begins_line {
                continue;
            }
            let rest = window.get(at + self.line.len()..).unwrap_or_default();
            let end = before_line_end(window, at).max(from);
            match judge(rest, is_last) {
                Line::Text => {}
                Line::Open => return Ok(Step::Text(end)),
                Line::Delimiter(kind, length) if begins_line => {
                    let next = at + self.line.len() + length;
                    return Ok(Step::Delimiter { kind, end, next });
                }
                Line::Delimiter(..) => return Err(disputed(at, BARE)),
                Line::Disputed(detail) => return Err(disputed(at, detail)),
            }
        }
        Ok(Step::Text(match is_last {
            true => window.len(),
            false => self.undecided(window, is_line_start).max(from),
        }))
    }

    /// Where a line end, or the beginning of a delimiter, begins with which the window ends.
    fn undecided(&self, window: &[u8], is_line_start: bool) -> usize {
        let tail = window.len().saturating_sub(self.line.len());
        let last = window.get(tail..).unwrap_or_default();
        let line = match memrchr2(b'\r', b'\n', last) {
            Some(at) => tail + at + 1,
            None if is_line_start && tail == 0 => 0,
            None => return window.len(),
        };
        let is_begun = self
            .line
            .starts_with(window.get(line..).unwrap_or_default());
        match is_begun {
            true => before_line_end(window, line),
            false => window.len(),
        }
    }
}

fn disputed(position: usize, detail: &'static str) -> Disputed {
    Disputed { position, detail }
}

/// Judges a line by what follows the boundary in it.
fn judge(rest: &[u8], is_last: bool) -> Line {
    let (kind, length) = after_boundary(rest, PADDING + 1);
    let after = rest.get(length..).unwrap_or_default();
    let delimiter = |line_end| Line::Delimiter(kind, length + line_end);
    match after {
        _ if length > PADDING => Line::Disputed(PADDED),
        [] | [b'\r'] if is_last => delimiter(after.len()),
        [] | [b'\r'] => Line::Open,
        [b'-'] if length == 0 && !is_last => Line::Open,
        [b'\n', ..] => delimiter(1),
        [b'\r', b'\n', ..] => delimiter(2),
        [b'\r', ..] => Line::Disputed(BARE),
        _ => Line::Text,
    }
}

/// Where the line before the line at `start` ends, without its line end.
fn before_line_end(window: &[u8], start: usize) -> usize {
    let before = window.get(..start).unwrap_or_default();
    match before.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line).len(),
        None => before.strip_suffix(b"\r").unwrap_or(before).len(),
    }
}
