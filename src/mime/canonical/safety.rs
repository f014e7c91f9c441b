//! What survives transport unchanged.

use memchr::{memchr, memchr2};

use super::scan::{bare_line_feeds, obey, whole_lines};
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

pub(super) const FROM: &[u8] = b"From ";

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
        if self.length > 0 || self.carriage_return {
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            self.by_line(line)?;
            rest = after;
        }
        let (lines, tail) = whole_lines(rest);
        if !obey(self.rule, lines) {
            self.by_line(lines)?;
        }
        self.by_line(tail)
    }

    fn by_line(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
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
        if !text.is_ascii() || memchr(0, text).is_some() {
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
        self.octets += bare_line_feeds(bytes, self.after_cr);
        self.octets += bytes.len();
        if let Some(last) = bytes.last() {
            self.after_cr = *last == b'\r';
        }
    }

    pub(super) fn octets(&self) -> usize {
        self.octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn judged(rule: Rule, text: &[u8], by_line: bool) -> bool {
        let mut checker = Checker::new(rule);
        let pushed = match by_line {
            true => checker.by_line(text),
            false => checker.push(text),
        };
        pushed.is_ok() && checker.finish().is_ok()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn blocks_are_judged_as_their_lines_are(
            lines in proptest::collection::vec(prop_oneof![
                12 => "[a-z]{1,30}( [a-z]{1,9})?\r\n",
                2 => "[a-z]{1,30}\n",
                1 => proptest::sample::select(vec!["\r", "\n", " \r\n", "\t\n", "From x\r\n", " From x\n", "ä", "\0", "Fr\nom "])
                    .prop_map(str::to_owned),
                1 => (990_usize..1005, any::<bool>())
                    .prop_map(|(n, crlf)| "x".repeat(n) + if crlf { "\r\n" } else { "\n" }),
            ], 0..20),
        ) {
            let text = lines.concat();
            for rule in [Rule::Safe, Rule::Clean, Rule::CleanBinary] {
                prop_assert_eq!(
                    judged(rule, text.as_bytes(), false),
                    judged(rule, text.as_bytes(), true)
                );
            }
            let mut size = CrlfSize::default();
            size.add(text.as_bytes());
            let expected = text.replace("\r\n", "\n").replace('\n', "\r\n").len();
            prop_assert_eq!(size.octets(), expected);
        }
    }
}
