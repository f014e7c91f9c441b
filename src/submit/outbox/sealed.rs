//! Lines of text that end with their own checksum: what the files of an outbox begin with.
//!
//! ```text
//! TITLE
//! name: value
//! check: SHA-256 of everything before this line, 64 hexadecimal digits
//!
//! ```
//! The empty line ends them. The checksum notices what a disk does; it is no secret, so it does not notice what
//! somebody does who may write into the folder.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read};

use crate::crypto::DigestAlgorithm;

/// Bytes of all the lines: more than 10,000 recipients with the longest addresses and answers take.
const LIMIT: u64 = 64 << 20;

/// Why a file is not taken for what its name says.
#[derive(Debug)]
pub(super) enum Damage {
    /// It is not as it was written, or not the outbox's.
    Content(String),
    /// The system did not read it, perhaps only now: it may be good.
    Unread(io::Error),
}

impl From<&str> for Damage {
    fn from(detail: &str) -> Damage {
        Damage::Content(detail.to_owned())
    }
}

impl From<String> for Damage {
    fn from(detail: String) -> Damage {
        Damage::Content(detail)
    }
}

/// What the system says has its number; what we found out ourselves has none.
impl From<io::Error> for Damage {
    fn from(error: io::Error) -> Damage {
        match error.raw_os_error() {
            Some(_) => Damage::Unread(error),
            None => Damage::Content(error.to_string()),
        }
    }
}

/// The lines with their checksum and the empty line; and the checksum.
pub(super) fn seal(mut lines: String) -> (String, String) {
    let check = sha256(lines.as_bytes());
    // Writing to a String cannot fail.
    let _ = write!(lines, "check: {check}\n\n");
    (lines, check)
}

/// Lines that were read back.
pub(super) struct Lines {
    rest: std::vec::IntoIter<(String, String)>,
    /// Their checksum.
    pub(super) check: String,
    /// How many bytes they take, with checksum and empty line.
    pub(super) length: u64,
}

impl Lines {
    /// Reads up to and with the empty line. A line is never longer than [`LIMIT`], nor are all of them together.
    pub(super) fn read(title: &str, from: &mut dyn BufRead) -> Result<Lines, Damage> {
        let mut from = from.take(LIMIT);
        let first = line(&mut from)?;
        if first != title {
            let known = title.trim_end_matches(|c: char| c.is_ascii_digit());
            return Err(match first.starts_with(known) {
                true => "it was written by another version of this program".into(),
                false => format!("it does not begin with \"{title}\"").into(),
            });
        }
        let mut text = format!("{first}\n");
        let mut pairs = Vec::new();
        loop {
            let line = line(&mut from)?;
            let Some((name, value)) = line.split_once(": ") else {
                return Err("a line is not \"name: value\"".into());
            };
            if name == "check" {
                let check = sha256(text.as_bytes());
                if value != check {
                    return Err("the checksum is wrong: somebody or something changed it".into());
                }
                if !self::line(&mut from)?.is_empty() {
                    return Err("the checksum is not followed by an empty line".into());
                }
                return Ok(Lines {
                    rest: pairs.into_iter(),
                    check,
                    length: LIMIT.saturating_sub(from.limit()),
                });
            }
            pairs.push((name.to_owned(), value.to_owned()));
            text.push_str(&line);
            text.push('\n');
        }
    }

    /// The value of the next line, which must have this name.
    pub(super) fn next(&mut self, name: &str) -> Result<String, Damage> {
        self.next_if(name)
            .ok_or_else(|| format!("there is no \"{name}\" where one belongs").into())
    }

    /// The same, if it has this name.
    pub(super) fn next_if(&mut self, name: &str) -> Option<String> {
        let (found, _) = self.rest.as_slice().first()?;
        if found != name {
            return None;
        }
        self.rest.next().map(|(_, value)| value)
    }

    /// Whether all lines were read.
    pub(super) fn end(&mut self) -> Result<(), Damage> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err("there is a line that does not belong there".into()),
        }
    }
}

fn line(from: &mut dyn BufRead) -> Result<String, Damage> {
    let mut bytes = Vec::new();
    from.read_until(b'\n', &mut bytes)?;
    if bytes.pop() != Some(b'\n') {
        return Err("it is cut off".into());
    }
    let text = String::from_utf8(bytes).map_err(|_| "a line is not text")?;
    match text.chars().any(char::is_control) {
        true => Err("a line has a control character".into()),
        false => Ok(text),
    }
}

/// Lower case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in DigestAlgorithm::Sha256.digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
