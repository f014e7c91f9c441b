//! The subject alternative name, and the addresses that stand elsewhere (SMBR 7.1.4.2.1, RFC 8550 3).

use std::collections::HashSet;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280::ID_CE_SUBJECT_ALT_NAME;

use super::general_names::{self, GeneralName};
use super::lint::{Lint, listed, quoted};
use super::profile::Generation;
use crate::Mailbox;
use crate::cert::addresses::{EMAIL_ADDRESS, SMTP_UTF8_MAILBOX, smtp_utf8_mailbox};
use crate::cert::name;

const REFERENCE: &str = "SMBR 7.1.4.2.1";

/// What stands in the alternative names.
#[derive(Default)]
pub(super) struct AlternativeNames<'a> {
    /// Mail addresses in the form for comparison ([`Mailbox::key`]).
    mailboxes: HashSet<String>,
    /// Whether there is any, also one that cannot be used.
    has_mailbox: bool,
    /// Directory names in DER.
    pub directory: Vec<&'a [u8]>,
    other_names: Vec<String>,
    others: Vec<&'static str>,
}

impl<'a> AlternativeNames<'a> {
    /// Empty when there are none, or none that can be read, which is said elsewhere.
    pub(super) fn of(lint: &Lint<'a>) -> AlternativeNames<'a> {
        let mut found = AlternativeNames::default();
        let extension = lint.extension(&ID_CE_SUBJECT_ALT_NAME);
        let names = extension.and_then(|extension| general_names::all(&extension.value).ok());
        for name in names.unwrap_or_default() {
            match name {
                GeneralName::Rfc822(address) => found.mailbox(&address),
                GeneralName::Other(Some(SMTP_UTF8_MAILBOX), value) => {
                    let address = smtp_utf8_mailbox(&value).ok().flatten();
                    let address = address.and_then(|octets| String::from_utf8(octets).ok());
                    found.mailbox(&address.unwrap_or_default());
                }
                GeneralName::Other(oid, _) => found
                    .other_names
                    .push(oid.map_or("unknown".into(), |oid: ObjectIdentifier| oid.to_string())),
                GeneralName::Directory(name) => found.directory.push(name),
                GeneralName::Else(kind) => found.others.push(kind),
            }
        }
        found
    }

    fn mailbox(&mut self, address: &str) {
        self.has_mailbox = true;
        self.mailboxes.extend(key(address));
    }

    /// Whether a text is one of the addresses.
    pub(super) fn holds(&self, text: &str) -> bool {
        key(text).is_some_and(|key| self.mailboxes.contains(&key))
    }
}

fn key(address: &str) -> Option<String> {
    Mailbox::new(address).ok().map(|mailbox| mailbox.key())
}

/// Whether a text is an address at all.
pub(super) fn is_address(text: &str) -> bool {
    Mailbox::new(text).is_ok()
}

pub(super) fn addresses(lint: &mut Lint<'_>) {
    usable(lint);
    let Some(extension) = lint.extension(&ID_CE_SUBJECT_ALT_NAME) else {
        lint.baseline(
            "cabf.smime.san_extension_missing",
            "it has no subject alternative name, where its addresses belong",
            REFERENCE,
        );
        in_subject(lint, &AlternativeNames::default());
        return;
    };
    let names = AlternativeNames::of(lint);
    // One that cannot be read makes it unfit, which was said.
    if !names.has_mailbox && general_names::all(&extension.value).is_ok() {
        lint.baseline(
            "cabf.smime.san_does_not_contain_email_address",
            "its subject alternative name holds no mail address",
            REFERENCE,
        );
    }
    critical(lint, extension.critical);
    if let Some(kinds) = listed(names.others.iter().map(|kind| (*kind).to_owned())) {
        lint.baseline(
            "cabf.smime.prohibited_generalname_type_present",
            format!("its subject alternative name holds names that are not of mail: {kinds}"),
            REFERENCE,
        );
    }
    if lint.generation() == Generation::Strict
        && let Some(types) = listed(names.other_names.iter().cloned())
    {
        lint.baseline(
            "cabf.smime.prohibited_othername_type_present",
            format!("its subject alternative name holds an otherName of type {types}"),
            REFERENCE,
        );
    }
    in_subject(lint, &names);
}

/// What clients find, whatever the rules say.
fn usable(lint: &mut Lint<'_>) {
    let certificate = lint.certificate;
    if certificate.addresses().is_empty() {
        lint.refuse(
            "smime.names_no_address",
            "it names no mail address that can be used, so that clients find it for nobody",
            "RFC 8550 3",
        );
    }
    if let Some(ignored) = listed(certificate.ignored_addresses().iter().cloned()) {
        lint.warn(
            "smime.address_left_out",
            format!("an address in it is not used: {ignored}"),
            "RFC 8550 3, RFC 9598 3",
        );
    }
}

fn critical(lint: &mut Lint<'_>, is_critical: bool) {
    let has_subject = !name::attributes(lint.certificate.subject_der()).is_empty();
    match (has_subject, is_critical) {
        (true, true) => lint.should(
            "pkix.san_extension_is_critical",
            "its subject alternative name is critical although it has a subject",
            "RFC 5280 4.2.1.6",
        ),
        (false, false) => lint.must(
            "pkix.san_extension_not_critical",
            "it has no subject, and its subject alternative name is not critical",
            "RFC 5280 4.2.1.6",
        ),
        _ => {}
    }
}

/// Addresses in emailAddress of the subject.
fn in_subject(lint: &mut Lint<'_>, names: &AlternativeNames<'_>) {
    let attributes = name::attributes(lint.certificate.subject_der());
    let missing = attributes.iter().filter_map(|attribute| {
        let text = attribute.text()?;
        let differs = attribute.oid == Some(EMAIL_ADDRESS) && !names.holds(&text);
        differs.then(|| quoted(&text))
    });
    if let Some(missing) = listed(missing) {
        lint.must(
            "pkix.subject_email_address_not_in_san",
            format!(
                "its subject holds an address that its subject alternative name does not: {missing}"
            ),
            "RFC 5280 4.1.2.6",
        );
    }
}
