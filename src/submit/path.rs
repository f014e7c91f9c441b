//! Addresses as they stand in MAIL FROM and RCPT TO.

use crate::{Envelope, Error, Mailbox};

/// Local part 64, `@`, domain 255 bytes (RFC 5321 4.5.3.1).
const ADDRESS_LIMIT: usize = 320;

/// Refuses what would change the meaning of a command line. [`Mailbox`] refuses it too; this is the last place where
/// it can be seen.
pub(super) fn check(envelope: &Envelope) -> Result<(), Error> {
    for mailbox in envelope
        .return_path()
        .into_iter()
        .chain(envelope.recipients())
    {
        check_text(&mailbox.address())?;
        check_text(&path(mailbox, true))?;
        let ascii = path(mailbox, false);
        check_text(&ascii)?;
        if ascii.ends_with('@') || (!ascii.is_ascii() && !mailbox.is_internationalized()) {
            return Err(Error::address(
                &mailbox.address(),
                "the domain has no ASCII form",
            ));
        }
    }
    Ok(())
}

/// The address between `<` and `>`: the domain as A-labels, unless the transaction is SMTPUTF8 and the local part
/// needs it (RFC 6531 3.2).
pub(super) fn path(mailbox: &Mailbox, smtputf8: bool) -> String {
    let address = mailbox.address();
    if smtputf8 && mailbox.is_internationalized() {
        return address;
    }
    let local = address.rsplit_once('@').map_or("", |(local, _)| local);
    format!("{local}@{}", mailbox.ascii_domain())
}

fn check_text(address: &str) -> Result<(), Error> {
    let reason = if address.len() > ADDRESS_LIMIT {
        "it is too long for SMTP"
    } else if address.chars().any(char::is_control) {
        "it has a control character, which SMTP cannot carry"
    } else if address.contains(['<', '>', ' ']) {
        "it has a space, < or >, which SMTP cannot carry"
    } else {
        return Ok(());
    };
    Err(Error::address(address, reason))
}

/// A name for EHLO: a domain, or an address literal such as `[192.0.2.1]` (RFC 5321 4.1.3, 4.1.4).
pub(super) fn check_ehlo_name(name: &str) -> Result<(), Error> {
    let literal = name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let fits = match literal {
        Some(inner) => match inner.strip_prefix("IPv6:") {
            Some(six) => six.parse::<std::net::Ipv6Addr>().is_ok(),
            None => inner.parse::<std::net::Ipv4Addr>().is_ok(),
        },
        None => {
            name.len() <= 255
                && name.split('.').all(|label| {
                    (1..=63).contains(&label.len())
                        && label
                            .bytes()
                            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
        }
    };
    if fits {
        Ok(())
    } else {
        Err(Error::misuse(format!(
            "\"{}\" is no name for EHLO; give a domain name or an address literal such as [192.0.2.1]",
            name.chars()
                .take(80)
                .flat_map(char::escape_debug)
                .collect::<String>()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_01_refuses_addresses_that_change_a_command() {
        let huge = format!("{}@example.org", "a".repeat(1 << 20));
        for address in [
            "a\r\nRCPT TO:<eve@example.org>@example.org",
            "a\n@example.org",
            "a\0@example.org",
            "a> <b@example.org",
            "a>@example.org",
            "<a@example.org",
            "a b@example.org",
            "a@example.org\r\n",
            "a\u{85}@example.org",
            &huge,
        ] {
            let error = check_text(address).unwrap_err().to_string();
            assert!(error.len() < 250 && !error.contains('\n'), "{error}");
        }
        check_text("alice@example.org").unwrap();
        check_text("jürgen@bücher.example").unwrap();
    }

    #[test]
    fn smtp_01_refuses_ehlo_names_that_change_a_command() {
        for name in [
            "",
            "a b",
            "a\r\nMAIL FROM:<x@y>",
            "a\n",
            "a\0",
            "a..b",
            ".",
            "[1.2.3]",
            "[1.2.3.4",
            "[IPv6:x]",
            "bücher.example",
            &"a".repeat(64),
            &"a.".repeat(1 << 19),
        ] {
            assert!(check_ehlo_name(name).is_err(), "{name:?}");
        }
        for name in ["localhost", "mail.example.org", "[192.0.2.1]", "[IPv6:::1]"] {
            check_ehlo_name(name).unwrap();
        }
    }

    #[test]
    fn writes_the_domain_in_ascii_unless_the_local_part_needs_utf8() {
        let of = |text, smtputf8| path(&Mailbox::new(text).unwrap(), smtputf8);
        assert_eq!(of("bob@bücher.example", false), "bob@xn--bcher-kva.example");
        assert_eq!(of("bob@bücher.example", true), "bob@xn--bcher-kva.example");
        assert_eq!(of("jürgen@bücher.example", true), "jürgen@bücher.example");
    }
}
