//! Display names that show an address which is not the real one.

use crate::Mailbox;

/// Whether the display name holds something like an address other than this one.
///
/// Mail programs that show the display name alone would show the wrong sender.
pub(super) fn misleads(name: &str, real: &Mailbox) -> bool {
    name.split(ends_address)
        .map(|word| word.trim_matches(['.', ':', '\'', '`', '*', '=']))
        .filter(|word| is_like_an_address(word))
        .any(|word| !Mailbox::new(word).is_ok_and(|shown| shown.matches(real)))
}

/// Characters at which people see an address end.
fn ends_address(c: char) -> bool {
    c.is_whitespace() || "\"<>()[]{},;|".contains(c)
}

/// Something, a sign that looks like `@`, something.
fn is_like_an_address(word: &str) -> bool {
    let at = ['@', '\u{ff20}', '\u{fe6b}'];
    word.split_once(at)
        .is_some_and(|(before, after)| !before.is_empty() && !after.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_address_in_the_name_misleads() {
        let real = Mailbox::new("eve@evil.example").unwrap();
        for name in [
            "alice@example.org",
            "Alice (alice@example.org)",
            "<alice@example.org>",
            "Alice 'alice@example.org' via",
            "alice\u{ff20}example.org",
            "eve@evil.example, alice@example.org",
            "al\u{200b}ice@example.org",
        ] {
            assert!(misleads(name, &real), "{name}");
        }
        for name in [
            "Eve",
            "EVE@evil.example",
            "(eve@evil.example)",
            "Eve @ work",
            "@eve",
            "a @",
        ] {
            assert!(!misleads(name, &real), "{name}");
        }
    }
}
