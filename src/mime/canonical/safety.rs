//! What survives transport unchanged.

use memchr::{memchr_iter, memchr2};

use crate::mime::fold::MAX_LINE;

/// How much is demanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing on the way changes it (RFC 8551 3.1.3): 7-bit clean, no white space at line ends, no line
    /// that begins with `From `.
    Safe,
    /// Legal in SMTP without extensions (RFC 5321 4.5.3.1.6): octets 1 to 127, no CR without LF, lines of
    /// at most 998 octets.
    Clean,
    /// The same, and LF only after CR: bytes that are not lines of text.
    CleanBinary,
}

const FROM: &[u8] = b"From ";

/// Checks bytes as they come.
#[derive(Debug)]
pub(super) struct Checker {
    rule: Rule,
    /// Octets of the current line.
    length: usize,
    /// What of `From ` must still come for the line to begin with it; `None` if it does not.
    from: Option<&'static [u8]>,
    /// The last octet of the current line.
    last: u8,
    carriage_return: bool,
}

impl Checker {
    pub(super) fn new(rule: Rule) -> Self {
        Checker {
            rule,
            length: 0,
            from: Some(FROM),
            last: 0,
            carriage_return: false,
        }
    }

    /// Takes more bytes; the error says why they are refused.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let mut rest = bytes;
        while let Some((first, tail)) = rest.split_first() {
            if std::mem::take(&mut self.carriage_return) {
                if *first != b'\n' {
                    return Err("a CR without LF");
                }
                self.line_end()?;
                rest = tail;
                continue;
            }
            let end = memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            self.text(text)?;
            rest = match after.split_first() {
                None => after,
                Some((b'\r', tail)) => {
                    self.carriage_return = true;
                    tail
                }
                Some((_, tail)) => {
                    if self.rule == Rule::CleanBinary {
                        return Err("a LF without CR");
                    }
                    self.line_end()?;
                    tail
                }
            };
        }
        Ok(())
    }

    /// The bytes end here.
    pub(super) fn finish(&mut self) -> Result<(), &'static str> {
        if self.carriage_return {
            return Err("a CR without LF");
        }
        self.line_end()
    }

    fn text(&mut self, text: &[u8]) -> Result<(), &'static str> {
        let Some(last) = text.last() else {
            return Ok(());
        };
        if text.iter().any(|b| *b == 0 || *b > 127) {
            return Err("an octet that is not ASCII, or a NUL");
        }
        self.length += text.len();
        if self.length > MAX_LINE {
            return Err("a line of more than 998 octets");
        }
        self.last = *last;
        if let (Rule::Safe, Some(from)) = (self.rule, self.from) {
            if text.starts_with(from) {
                return Err("a line that begins with \"From \"");
            }
            self.from = from.strip_prefix(text);
        }
        Ok(())
    }

    fn line_end(&mut self) -> Result<(), &'static str> {
        if self.rule == Rule::Safe && self.length > 0 && matches!(self.last, b' ' | b'\t') {
            return Err("white space at the end of a line");
        }
        self.length = 0;
        self.from = Some(FROM);
        Ok(())
    }
}

/// Whether nothing on the way changes these bytes.
pub(super) fn is_safe(bytes: &[u8]) -> bool {
    let mut checker = Checker::new(Rule::Safe);
    checker.push(bytes).is_ok() && checker.finish().is_ok()
}

/// The size bytes have with CRLF line ends, so that a part and its canonical form measure the same.
#[derive(Debug, Default)]
pub(super) struct CrlfSize {
    octets: usize,
    after_cr: bool,
}

impl CrlfSize {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for at in memchr_iter(b'\n', bytes) {
            let after_cr = match at.checked_sub(1) {
                Some(before) => bytes.get(before) == Some(&b'\r'),
                None => self.after_cr,
            };
            self.octets += usize::from(!after_cr);
        }
        self.octets += bytes.len();
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
    }

    pub(super) fn octets(&self) -> usize {
        self.octets
    }
}
