//! Lines of bounded width, whatever the text.

use std::fmt::{self, Write};

use crate::check::Visible;

/// Columns of a line. A word that is longer stands out.
const WIDTH: usize = 100;
/// Columns of one step of indentation.
const STEP: usize = 2;

/// Writes indented lines, broken between words.
pub(super) struct Page<'a, 'f> {
    out: &'a mut fmt::Formatter<'f>,
}

impl<'a, 'f> Page<'a, 'f> {
    pub(super) fn new(out: &'a mut fmt::Formatter<'f>) -> Self {
        Page { out }
    }

    /// One paragraph; from its second line on it is indented two steps more.
    pub(super) fn line(&mut self, indent: usize, text: &str) -> fmt::Result {
        let mut shown = String::with_capacity(text.len());
        Visible(&mut shown).write_str(text)?;
        let (first, next) = (indent * STEP, (indent + 2) * STEP);
        write!(self.out, "{:first$}", "")?;
        let mut column = first;
        for (at, word) in shown.split(' ').enumerate() {
            let width = word.chars().count();
            if at > 0 && column + 1 + width > WIDTH && width > 0 {
                write!(self.out, "\n{:next$}", "")?;
                column = next;
            } else if at > 0 {
                self.out.write_char(' ')?;
                column += 1;
            }
            self.out.write_str(word)?;
            column += width;
        }
        self.out.write_char('\n')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'t>(usize, &'t str);

    impl fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            Page::new(f).line(self.0, self.1)
        }
    }

    #[test]
    fn breaks_between_words_at_the_width() {
        assert_eq!(Shown(0, "one  two").to_string(), "one  two\n");
        let forty = "x".repeat(40);
        let text = format!("{forty} {forty} 1234567890 12345678 y");
        let expected = format!("  {forty} {forty} 1234567890\n      12345678 y\n");
        assert_eq!(Shown(1, &text).to_string(), expected);
        let exact = format!("{forty} {forty} 123456789012345678");
        assert_eq!(Shown(0, &exact).to_string(), format!("{exact}\n"));
        let long = "x".repeat(300);
        assert_eq!(
            Shown(0, &format!("a {long} b")).to_string(),
            format!("a\n    {long}\n    b\n")
        );
    }

    #[test]
    fn nothing_from_a_message_breaks_a_line() {
        let shown = Shown(0, "Trusted\r\nUntrusted\u{2028}\u{202e}x").to_string();
        assert_eq!(shown, "Trusted\\u{d}\\u{a}Untrusted\\u{2028}\\u{202e}x\n");
    }
}
