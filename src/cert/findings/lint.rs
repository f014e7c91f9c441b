//! Where findings are gathered, and how grave each is.

use const_oid::ObjectIdentifier;

use super::profile::{Generation, Profile, Validation};
use super::raw::Raw;
use super::{Finding, Severity};
use crate::asn1::unix_seconds;
use crate::cert::Certificate;
use crate::cert::extensions::Extension;
use crate::check::visible;

/// 2025-07-15, from which on nothing may be issued under the Legacy generation (SMBR 7.1.6.1).
const LEGACY_UNTIL: i64 = 1_752_537_600;
/// Characters of a text that comes from the certificate.
const LONGEST: usize = 100;
/// Characters of a whole finding.
const LONGEST_TEXT: usize = 600;
/// So many things of one kind are named in a finding.
const NAMED: usize = 5;

/// A certificate, the profile it is held to, and what was found.
pub(super) struct Lint<'a> {
    pub certificate: &'a Certificate,
    pub profile: Option<Profile>,
    /// What the parser does not keep. `None` cannot be, because the certificate was read.
    pub raw: Option<Raw<'a>>,
    found: Vec<Finding>,
}

impl<'a> Lint<'a> {
    pub(super) fn new(certificate: &'a Certificate, profile: Option<Profile>) -> Lint<'a> {
        Lint {
            certificate,
            profile,
            raw: Raw::read(certificate.to_der()).ok(),
            found: Vec::new(),
        }
    }

    /// For a certificate that claims none the mildest that a public CA could have issued it under.
    pub(super) fn generation(&self) -> Generation {
        match self.profile {
            Some(profile) => profile.generation(),
            None if self.is_after_legacy() => Generation::Multipurpose,
            None => Generation::Legacy,
        }
    }

    /// Whether it was issued when nothing was issued under the Legacy generation any more.
    pub(super) fn is_after_legacy(&self) -> bool {
        unix_seconds(self.certificate.not_before()) >= LEGACY_UNTIL
    }

    /// `None` for a certificate that claims none.
    pub(super) fn validation(&self) -> Option<Validation> {
        self.profile.map(Profile::validation)
    }

    /// The first extension of this kind.
    pub(super) fn extension(&self, oid: &ObjectIdentifier) -> Option<&'a Extension> {
        let mut list = self.certificate.0.extensions.list.iter();
        list.find(|extension| extension.oid == *oid)
    }

    /// Good to know.
    pub(super) fn note(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        self.add(Severity::Notice, code, text.into(), reference);
    }

    /// Some clients do not take it, or not fully.
    pub(super) fn warn(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        self.add(Severity::Warning, code, text.into(), reference);
    }

    /// Mail clients refuse it, whoever issued it.
    pub(super) fn refuse(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        self.add(Severity::Error, code, text.into(), reference);
    }

    /// An RFC says MUST.
    pub(super) fn must(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        let severity = match self.profile {
            Some(_) => Severity::Error,
            None => Severity::Warning,
        };
        self.add(severity, code, text.into(), reference);
    }

    /// An RFC says SHOULD.
    pub(super) fn should(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        let severity = match self.profile {
            Some(_) => Severity::Warning,
            None => Severity::Notice,
        };
        self.add(severity, code, text.into(), reference);
    }

    /// The Baseline Requirements say SHALL.
    pub(super) fn baseline(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        self.of_public_authorities(Severity::Error, code, text.into(), reference);
    }

    /// The Baseline Requirements say SHOULD.
    pub(super) fn baseline_should(
        &mut self,
        code: &'static str,
        text: impl Into<String>,
        reference: &'static str,
    ) {
        self.of_public_authorities(Severity::Warning, code, text.into(), reference);
    }

    fn of_public_authorities(
        &mut self,
        severity: Severity,
        code: &'static str,
        text: String,
        reference: &'static str,
    ) {
        match self.profile {
            Some(_) => self.add(severity, code, text, reference),
            None => {
                let word = match severity {
                    Severity::Error => "must",
                    _ => "should",
                };
                let text = format!("{text} (a public CA {word} do it otherwise)");
                self.add(Severity::Notice, code, text, reference);
            }
        }
    }

    /// An extension that cannot be taken apart.
    pub(super) fn unreadable(&mut self, what: &str) {
        self.must(
            "itu.invalid_asn1_syntax",
            format!("the extension {what} cannot be read"),
            "RFC 5280 4.2",
        );
    }

    /// Each code once: the first one stands for all.
    fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        text: String,
        reference: &'static str,
    ) {
        if !self.has(code) {
            self.found.push(Finding {
                severity,
                code,
                text: visible(&text, LONGEST_TEXT),
                reference,
            });
        }
    }

    pub(super) fn has(&self, code: &str) -> bool {
        self.found.iter().any(|finding| finding.code == code)
    }

    /// The gravest first; equal ones as they were found.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.found
            .sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        self.found
    }
}

/// A text from the certificate in quotes, bounded.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", visible(text, LONGEST))
}

/// Some of many, with commas, each once; `None` when there are none.
pub(super) fn listed(all: impl IntoIterator<Item = String>) -> Option<String> {
    let mut named: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for one in all {
        if named.contains(&one) {
            continue;
        }
        match named.len() < NAMED {
            true => named.push(one),
            false => more = more.saturating_add(1),
        }
    }
    let text = named.join(", ");
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(text),
        (false, more) => Some(format!("{text} and {more} more")),
    }
}
