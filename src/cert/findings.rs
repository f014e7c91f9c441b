//! What a certificate is fit for, and what would make mail clients refuse it.
//!
//! The rules come from three places, and a finding's severity follows from whose rule it is:
//!
//! - What clients refuse whoever issued the certificate (dates, weak keys, no mail address, an extended key usage
//!   without mail): always an error.
//! - RFC 5280 and the RFCs about single extensions and keys: as they say in a certificate that claims to follow the
//!   Baseline Requirements. In any other a MUST is a warning and a SHOULD a notice, because clients read it all the same.
//! - The CA/Browser Forum S/MIME Baseline Requirements: as they say in a certificate that claims to follow them, with one of
//!   their reserved policy identifiers. In any other they are notices: a private CA need not follow them,
//!   and its user is told what a public CA would have to do otherwise. The rules that depend on the type of
//!   certificate are not applied then, and of the generations that were allowed when it was issued the mildest is.
//!
//! A CA's certificate gets none of the rules for subscribers.

mod addresses;
mod algorithms;
mod extensions;
mod fitness;
mod general_names;
#[cfg(feature = "serde")]
mod json;
mod key;
mod key_usage;
mod lint;
mod locations;
mod organization;
mod policies;
mod profile;
mod purposes;
mod raw;
mod subject;
mod validity;

pub use profile::{Generation, Profile, Validation};

use std::fmt;
use std::time::SystemTime;

use super::Certificate;
use crate::asn1::{Civil, unix_seconds};
use crate::check::Reason;
use crate::policy::Policy;
use fitness::Fitness;
use lint::Lint;

const DAY: u64 = 86_400;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Notice,
    /// Some software or a rule with exceptions objects.
    Warning,
    /// It will be refused, or breaks a rule that has no exception.
    Error,
}

impl Severity {
    /// `"notice"`, `"warning"` or `"error"`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Notice => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    severity: Severity,
    code: &'static str,
    text: String,
    reference: &'static str,
}

impl Finding {
    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// A name for programs that stays the same. Where the linter pkilint has a finding for the same fault, it is that
    /// one's (`cabf.…`, `pkix.…`); the others begin with `smime.`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What is the matter, for a person, on one line. Nothing in it is invisible.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The document and section it follows from; `SMBR` are the CA/Browser Forum S/MIME Baseline Requirements.
    pub fn reference(&self) -> &'static str {
        self.reference
    }
}

/// One line: severity, text and reference.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = self.severity.name();
        write!(f, "{severity}: {} [{}]", self.text, self.reference)
    }
}

/// Everything about a certificate that can be seen without its issuer.
///
/// Whether it is to be trusted is another question: [`super::path::Validator`] answers it.
#[derive(Clone, Debug)]
pub struct Findings {
    fitness: Fitness,
    authority: bool,
    valid_until: SystemTime,
    days_left: Option<u64>,
    profile: Option<Profile>,
    all: Vec<Finding>,
}

impl Findings {
    /// Whether mail can be signed with it now.
    pub fn signs(&self) -> bool {
        self.fitness.sign.is_empty()
    }

    /// Why mail cannot be signed with it now; empty when it can.
    pub fn unfit_to_sign(&self) -> &[Reason] {
        &self.fitness.sign
    }

    /// Whether mail can be encrypted to it now.
    pub fn encrypts(&self) -> bool {
        self.fitness.encrypt.is_empty()
    }

    /// Why mail cannot be encrypted to it now; empty when it can.
    pub fn unfit_to_encrypt(&self) -> &[Reason] {
        &self.fitness.encrypt
    }

    /// Whether it is the certificate of a certification authority, which vouches for others (RFC 5280 4.2.1.9).
    pub fn is_authority(&self) -> bool {
        self.authority
    }

    /// Its last moment.
    pub fn valid_until(&self) -> SystemTime {
        self.valid_until
    }

    /// Whole days until it expires; `None` when it has expired.
    pub fn days_left(&self) -> Option<u64> {
        self.days_left
    }

    /// The profile of the Baseline Requirements it claims to follow; `None` in the certificates of most private CAs.
    pub fn profile(&self) -> Option<Profile> {
        self.profile
    }

    /// All findings, the gravest first, each code once.
    pub fn all(&self) -> &[Finding] {
        &self.all
    }
}

/// Several lines: what it is fit for and until when, the profile, and a line for each finding.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.authority, self.signs(), self.encrypts()) {
            (true, ..) => "certification authority: vouches for others",
            (false, true, true) => "fit to sign mail and to encrypt mail to",
            (false, true, false) => "fit to sign mail, not to encrypt mail to",
            (false, false, true) => "fit to encrypt mail to, not to sign mail",
            (false, false, false) => "fit neither to sign mail nor to encrypt mail to",
        };
        write!(f, "{what}; valid until ")?;
        match Civil::from_unix(unix_seconds(self.valid_until)) {
            Some(end) => write!(f, "{end}")?,
            None => f.write_str("a time out of range")?,
        }
        match self.days_left {
            None => f.write_str(" (expired)")?,
            Some(1) => f.write_str(" (1 day left)")?,
            Some(days) => write!(f, " ({days} days left)")?,
        }
        if let Some(profile) = self.profile {
            write!(f, "\nprofile: {profile}")?;
        }
        for finding in &self.all {
            write!(f, "\n{finding}")?;
        }
        Ok(())
    }
}

impl Certificate {
    /// What it is fit for, until when, and what would make mail clients refuse it, at the time of the policy.
    ///
    /// Looked at: dates, purposes, key and signature algorithm, addresses, and what the CA/Browser Forum S/MIME Baseline
    /// Requirements 1.0.10 and RFC 5280 demand of the certificate of a subscriber. A certificate that claims to follow the
    /// former is held to them; in any other they give notices only, and a MUST of the latter a warning, unless mail
    /// clients refuse what breaks it. Not looked at: signature, issuer, revocation ([`super::path::Validator`]).
    pub fn findings(&self, policy: &dyn Policy) -> Findings {
        examine(self, Profile::of(self), policy)
    }
}

/// Held to this profile.
pub(super) fn examine(
    certificate: &Certificate,
    profile: Option<Profile>,
    policy: &dyn Policy,
) -> Findings {
    let now = policy.now();
    let fitness = Fitness::of(certificate, now, policy);
    let authority = certificate.0.extensions.is_ca;
    let mut lint = Lint::new(certificate, profile);
    validity::dates(&mut lint, now);
    fitness.findings(&mut lint);
    algorithms::judged(&mut lint, policy);
    match authority {
        true => of_authority(&mut lint),
        false => subscriber(&mut lint),
    }
    let left = certificate.not_after().duration_since(now).ok();
    Findings {
        fitness,
        authority,
        valid_until: certificate.not_after(),
        days_left: left.map(|left| left.as_secs() / DAY),
        profile,
        all: lint.finish(),
    }
}

/// What it is; one that names an address was probably meant for a person.
fn of_authority(lint: &mut Lint<'_>) {
    let reason = Reason::CertificateAuthority;
    match lint.certificate.addresses() {
        [] => lint.note(
            "smime.certification_authority",
            "it belongs to a certification authority: it vouches for other certificates and is not for mail itself",
            "RFC 5280 4.2.1.9",
        ),
        _ => lint.warn(
            "smime.authority_names_address",
            format!("it names a mail address, and clients do not use it for mail: {reason}"),
            reason.reference(),
        ),
    }
}

/// The rules for the certificates of those who write and read mail.
fn subscriber(lint: &mut Lint<'_>) {
    validity::period(lint);
    algorithms::frame(lint);
    key::key(lint);
    key_usage::key_usage(lint);
    purposes::purposes(lint);
    addresses::addresses(lint);
    subject::subject(lint);
    policies::policies(lint);
    locations::revocation_lists(lint);
    locations::authority_information(lint);
    extensions::extensions(lint);
}
