//! [`Reply`]: what an SMTP server answered.

use std::fmt;

use crate::check::is_invisible;

/// Characters kept of a reply's text.
const TEXT_LIMIT: usize = 4_096;

/// An answer of an SMTP server (RFC 5321 4.2, enhanced codes RFC 2034).
///
/// The text comes from the other side: characters that control or are not seen are escaped and long text is cut, so
/// that it can be logged as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    enhanced: Option<[u8; 3]>,
    text: String,
}

impl Reply {
    /// A reply with this code and text, for outcomes scripted in tests.
    pub fn new(code: u16, text: &str) -> Reply {
        Reply::from_parts(code, [0; 3], text)
    }

    pub(super) fn from_parts(code: u16, enhanced: [u8; 3], text: &str) -> Reply {
        let mut clean = String::with_capacity(text.len().min(TEXT_LIMIT));
        // An empty first line stays: what follows it is no first line.
        let text = text.trim_end().trim_start_matches([' ', '\t']);
        for (count, character) in text.chars().enumerate() {
            match character {
                _ if count >= TEXT_LIMIT => {
                    clean.push('…');
                    break;
                }
                '\r' => {}
                '\n' => clean.push('\n'),
                '"' | '\'' | '\\' => clean.push(character),
                c if is_invisible(c) => clean.extend(c.escape_unicode()),
                // Also escapes what turns the direction of a line or breaks it without being a control character.
                c => clean.extend(c.escape_debug()),
            }
        }
        Reply {
            code,
            enhanced: (enhanced != [0; 3]).then_some(enhanced),
            text: clean,
        }
    }

    /// The three-digit code, such as 250 or 550.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The enhanced status code (RFC 3463), such as `[5, 1, 1]`, where the server gave one.
    pub fn enhanced(&self) -> Option<[u8; 3]> {
        self.enhanced
    }

    /// The text without codes, lines separated by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The same reply with its text replaced.
    pub(super) fn with_text(self, text: &str) -> Reply {
        Reply {
            text: text.to_owned(),
            ..self
        }
    }

    pub(super) fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    pub(super) fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    pub(super) fn is_permanent(&self) -> bool {
        (500..600).contains(&self.code)
    }

    /// 421: the server ends the session, whatever the command was (RFC 5321 4.2.1).
    pub(super) fn ends_session(&self) -> bool {
        self.code == 421
    }
}

/// On one line, as it stood on the wire: `550 5.1.1 No such user`.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some([class, subject, detail]) = self.enhanced {
            write!(f, " {class}.{subject}.{detail}")?;
        }
        for line in self.text.lines().filter(|line| !line.is_empty()) {
            write!(f, " {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_codes_and_text_on_one_line() {
        let reply = Reply::from_parts(550, [5, 1, 1], "No such user\r\nTry again\r\n");
        assert_eq!(reply.to_string(), "550 5.1.1 No such user Try again");
        assert_eq!(reply.text(), "No such user\nTry again");
        assert_eq!(Reply::new(250, "").to_string(), "250");
    }

    #[test]
    fn classes_of_codes() {
        for (code, positive, transient, permanent, ends) in [
            (199, false, false, false, false),
            (200, true, false, false, false),
            (299, true, false, false, false),
            (354, false, false, false, false),
            (400, false, true, false, false),
            (421, false, true, false, true),
            (499, false, true, false, false),
            (500, false, false, true, false),
            (599, false, false, true, false),
            (600, false, false, false, false),
        ] {
            let reply = Reply::new(code, "");
            assert_eq!(reply.is_positive(), positive, "{code}");
            assert_eq!(reply.is_transient(), transient, "{code}");
            assert_eq!(reply.is_permanent(), permanent, "{code}");
            assert_eq!(reply.ends_session(), ends, "{code}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let whole = "x".repeat(TEXT_LIMIT);
        assert_eq!(Reply::new(250, &whole).text(), whole);
        let cut = Reply::new(250, &format!("{whole}yz"));
        assert_eq!(cut.text(), format!("{whole}…"));
    }

    #[test]
    fn cannot_disturb_a_terminal_or_fill_a_log() {
        let reply = Reply::new(550, "a\u{202e}b\u{2028}c\u{200b}d");
        assert_eq!(reply.text(), "a\\u{202e}b\\u{2028}c\\u{200b}d");
        let reply = Reply::new(550, &format!("\u{1b}[2J{}", "x".repeat(10_000)));
        assert!(!reply.to_string().contains('\u{1b}'));
        assert!(reply.to_string().chars().count() < 4_200);
        let reply = Reply::new(550, "to \u{202e}moc\u{2028}250\u{200b} ok");
        assert_eq!(reply.text(), r"to \u{202e}moc\u{2028}250\u{200b} ok");
        let reply = Reply::new(550, r#"Ungültig: "C:\mail" 'x'"#);
        assert_eq!(reply.text(), r#"Ungültig: "C:\mail" 'x'"#);
    }
}
