//! Text from a message on one line of a report, with nothing hidden in it.

use std::fmt::{self, Write};

/// Control characters, line separators, and characters that cannot be seen or turn around what stands
/// beside them (Unicode general categories Cc, Cf, Zl, Zp, and Default_Ignorable_Code_Point).
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
            | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Writes everything on one line: what cannot be seen comes as `\u{…}`. What went through once passes
/// unchanged, so that nobody has to know who escaped already.
pub(crate) struct Visible<W>(pub W);

impl<W: Write> Write for Visible<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(is_invisible) {
            let (seen, hidden) = rest.split_at(at);
            self.0.write_str(seen)?;
            let mut characters = hidden.chars();
            if let Some(c) = characters.next() {
                write!(self.0, "{}", c.escape_unicode())?;
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

/// At most `longest` characters of a text on one line, with `…` when something was cut off.
pub(crate) fn visible(text: &str, longest: usize) -> String {
    let mut out = String::new();
    let (cut, more) = match text.char_indices().nth(longest) {
        Some((at, _)) => (text.get(..at).unwrap_or(text), "…"),
        None => (text, ""),
    };
    // Writing to a String cannot fail.
    let _ = Visible(&mut out).write_str(cut);
    out.push_str(more);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_nothing_and_stays_on_one_line() {
        let text = "a\r\nb\u{202e}c\u{200b}\u{2028}\u{85}\u{e0041}\u{3164}d";
        let shown = visible(text, 100);
        assert_eq!(
            shown,
            "a\\u{d}\\u{a}b\\u{202e}c\\u{200b}\\u{2028}\\u{85}\\u{e0041}\\u{3164}d"
        );
        assert_eq!(visible(&shown, 100), shown, "once is enough");
        assert_eq!(
            visible("Zoë O'Brien \"Bücher\" \\ 漢", 100),
            "Zoë O'Brien \"Bücher\" \\ 漢"
        );
    }

    #[test]
    fn is_cut_between_characters() {
        assert_eq!(visible("äöü", 2), "äö…");
        assert_eq!(visible("äöü", 3), "äöü");
        assert_eq!(visible("\n\n", 1), "\\u{a}…");
        assert_eq!(visible("", 0), "");
    }
}
