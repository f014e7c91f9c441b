//! The mail addresses a certificate names (RFC 8550 3, RFC 5280 4.2.1.6, RFC 9598).

use std::collections::HashSet;

use const_oid::ObjectIdentifier;

use super::extensions::Extensions;
use super::name;
use crate::asn1::{Reader, Tag, Value};
use crate::check::{is_invisible, visible};
use crate::{Error, Limits};

/// id-on-SmtpUTF8Mailbox (RFC 9598 3).
pub(super) const SMTP_UTF8_MAILBOX: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.8.9");
/// emailAddress of PKCS#9 (RFC 2985 5.2.1).
pub(super) const EMAIL_ADDRESS: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.1");
/// The longest address looked at, in octets: 64 for the local part, `@`, 255 for the domain (RFC 5321
/// 4.5.3.1), and room for quoting.
const LONGEST: usize = 400;
/// So many addresses are shown where a certificate is described, and so many characters of each.
const SHOWN: usize = 3;
const SHOWN_CHARACTERS: usize = 100;

/// Addresses that can be used, and those left out with the reason.
#[derive(Default)]
pub(super) struct Addresses {
    pub usable: Vec<String>,
    pub ignored: Vec<String>,
    /// The subject alternative name cannot be read to its end.
    pub malformed: bool,
}

impl Addresses {
    /// From the alternative names; from the subject only when those hold no address at all, not even
    /// one that is left out: otherwise a bad name would bring back one the CA did not mean.
    pub(super) fn collect(extensions: &Extensions, subject: &[u8]) -> Addresses {
        let mut addresses = Addresses::default();
        if let Some(names) = &extensions.subject_alt_name {
            addresses.malformed = addresses.read_alternative_names(names).is_err();
        }
        let unreadable =
            addresses.malformed || extensions.malformed.iter().any(|e| e == "subjectAltName");
        if addresses.usable.is_empty() && addresses.ignored.is_empty() && !unreadable {
            for attribute in name::attributes(subject) {
                if attribute.oid == Some(EMAIL_ADDRESS) {
                    match attribute.text() {
                        Some(address) => addresses.add(&address, true),
                        None => addresses.ignore("emailAddress", "not a character string"),
                    }
                }
            }
        }
        let mut seen = HashSet::new();
        addresses
            .usable
            .retain(|address| seen.insert(address.clone()));
        addresses
    }

    /// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`, where `rfc822Name [1] IA5String` and
    /// `otherName [0] OtherName` are looked at.
    fn read_alternative_names(&mut self, value: &[u8]) -> Result<(), Error> {
        let limits = Limits::default();
        let mut outer = Reader::new(value, "subjectAltName", &limits);
        let mut names = outer.expect(Tag::SEQUENCE)?.reader()?;
        outer.finish()?;
        while !names.is_empty() {
            let name = names.read()?;
            if name.tag.primitive() == Tag::context(1, false) {
                let octets = name.octets()?;
                match std::str::from_utf8(&octets) {
                    Ok(address) if address.is_ascii() => self.add(address, true),
                    _ => self.ignore(
                        &String::from_utf8_lossy(&octets),
                        "an rfc822Name must be ASCII",
                    ),
                }
            } else if name.tag == Tag::context(0, true)
                && let Some(mailbox) = smtp_utf8_mailbox(&name)?
            {
                match String::from_utf8(mailbox) {
                    Ok(address) => self.add(&address, false),
                    Err(bad) => self.ignore(
                        &String::from_utf8_lossy(bad.as_bytes()),
                        "a SmtpUTF8Mailbox must be UTF-8",
                    ),
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, address: &str, ascii_local_part: bool) {
        if address.is_empty() {
            self.ignore(address, "it is empty");
        } else if address.len() > LONGEST {
            self.ignore(address, "it is too long");
        } else if address.chars().any(char::is_control) {
            self.ignore(address, "it holds a control character");
        } else if address.chars().any(is_deceptive) {
            self.ignore(address, "it holds a character that cannot be seen");
        } else if !ascii_local_part
            && address
                .rsplit_once('@')
                .is_none_or(|(local, _)| local.is_ascii())
        {
            // RFC 9598 3: such an address belongs into an rfc822Name, where name constraints reach it.
            self.ignore(
                address,
                "a SmtpUTF8Mailbox must have a local part that is not ASCII",
            );
        } else {
            self.usable.push(address.to_owned());
        }
    }

    fn ignore(&mut self, address: &str, why: &str) {
        let shown: String = address
            .chars()
            .take(100)
            .flat_map(char::escape_debug)
            .collect();
        self.ignored.push(format!("{shown}: {why}"));
    }

    /// Some of those that can be used, on one line, for reports.
    pub(super) fn in_words(&self) -> String {
        let shown = self.usable.iter().take(SHOWN);
        let shown: Vec<String> = shown
            .map(|address| visible(address, SHOWN_CHARACTERS))
            .collect();
        let text = shown.join(", ");
        match self.usable.len().saturating_sub(SHOWN) {
            0 => text,
            more => format!("{text} and {more} more"),
        }
    }
}

/// Whether a character would make one address look like another. The two joiners stay: some scripts are not written
/// without them (RFC 5892 A.1, A.2).
fn is_deceptive(c: char) -> bool {
    is_invisible(c) && !matches!(c, '\u{200c}' | '\u{200d}')
}

/// `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`, with
/// `SmtpUTF8Mailbox ::= UTF8String (SIZE (1..MAX))` as the value. `None` for another type.
pub(super) fn smtp_utf8_mailbox(name: &Value<'_>) -> Result<Option<Vec<u8>>, Error> {
    let mut fields = name.reader()?;
    let oid = fields.expect(Tag::OID)?;
    if oid.content != SMTP_UTF8_MAILBOX.as_bytes() {
        return Ok(None);
    }
    let mut value = fields.expect(Tag::context(0, true))?.reader()?;
    let mailbox = value.expect(Tag::UTF8_STRING)?;
    value.finish()?;
    fields.finish()?;
    Ok(Some(mailbox.content.to_vec()))
}
