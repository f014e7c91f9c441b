//! Addresses that look alike and are not the same (Unicode Technical Standard 39 4).

use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use unicode_security::skeleton;

use super::Mailbox;

impl Mailbox {
    /// Whether somebody who reads both may take one for the other although they do not
    /// [match](Mailbox::matches): other letters of the same shape, in small or in capitals.
    pub(crate) fn looks_like(&self, other: &Mailbox) -> bool {
        if self.matches(other) {
            return false;
        }
        let (this, that) = (self.as_shown(), other.as_shown());
        // Both orders: `I` is the capital of `i` and has the shape of `l`.
        shape(&this.to_lowercase()) == shape(&that.to_lowercase())
            || shape(&this).to_lowercase() == shape(&that).to_lowercase()
    }

    /// The address with U-labels, as mail programs show it.
    fn as_shown(&self) -> String {
        let (domain, _) = Uts46::new().to_unicode(
            self.ascii_domain.as_bytes(),
            AsciiDenyList::EMPTY,
            Hyphens::Allow,
        );
        format!("{}@{domain}", self.local)
    }
}

fn shape(text: &str) -> String {
    skeleton(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_shape_and_another_address() {
        let alike = [
            ("alice@example.org", "\u{430}lice@example.org"),
            ("alice@example.org", "alice@\u{435}xample.org"),
            ("alice@example.org", "alice@xn--xample-2of.org"),
            ("alice@example.org", "\u{410}lice@example.org"),
            ("alice@example.org", "aIice@example.org"),
            ("alice@example.org", "a1ice@example.org"),
            ("alice@example.org", "al\u{200b}ice@example.org"),
            ("bob@example.org", "b0b@example.org"),
            ("tom@example.org", "tom@exarnple.org"),
        ];
        for (one, other) in alike {
            let (one, other) = (Mailbox::new(one).unwrap(), Mailbox::new(other).unwrap());
            assert!(one.looks_like(&other) && other.looks_like(&one), "{other}");
        }
    }

    #[test]
    fn the_same_and_the_different_are_not_alike() {
        let not_alike = [
            ("alice@example.org", "Alice@EXAMPLE.org"),
            ("a@b\u{fc}cher.example", "a@xn--bcher-kva.example"),
            ("alice@example.org", "bob@example.org"),
            ("alice@example.org", "alice@example.com"),
        ];
        for (one, other) in not_alike {
            let (one, other) = (Mailbox::new(one).unwrap(), Mailbox::new(other).unwrap());
            assert!(!one.looks_like(&other), "{other}");
        }
    }
}
