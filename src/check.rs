//! The vocabulary of findings: what was looked at, how it came out, and why.
//!
//! No verdicts here: a layer above decides what a finding means for the message.

#[cfg(feature = "serde")]
mod json;
mod reason;
mod visible;

pub use reason::Reason;
pub(crate) use visible::{Visible, is_invisible, visible};

use std::borrow::Cow;
use std::fmt::{self, Write};

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be: whatever depends on it is not trusted.
    Failed,
    /// Worth knowing; it decides nothing.
    Note,
    /// It could not be found out, and the policy in force lets that pass.
    Unknown,
}

impl Outcome {
    /// `"passed"`, `"failed"`, `"note"` or `"unknown"`.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Note => "note",
            Outcome::Unknown => "unknown",
        }
    }
}

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Aspect {
    /// Whether the bytes are those that were signed or encrypted.
    Integrity,
    /// Whose signature it is, and whether it verifies.
    Signer,
    /// Whether the certificate leads to a trust anchor (RFC 5280 6).
    Path,
    /// Whether a certificate was revoked.
    Revocation,
    /// What the certificate was issued for (RFC 8550 4.4).
    KeyUsage,
    /// Validity, signing time and date.
    Time,
    /// Algorithms and key sizes.
    Algorithm,
    /// Whether the signer is who From says (RFC 8550 3).
    Address,
    /// Which bytes and header fields the protection covers.
    Coverage,
    /// How the message is put together.
    Structure,
    /// What the policy in force demands of the whole message.
    Requirement,
}

impl Aspect {
    /// The name in reports, for example `"key usage"`.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Integrity => "integrity",
            Aspect::Signer => "signer",
            Aspect::Path => "path",
            Aspect::Revocation => "revocation",
            Aspect::KeyUsage => "key usage",
            Aspect::Time => "time",
            Aspect::Algorithm => "algorithm",
            Aspect::Address => "address",
            Aspect::Coverage => "coverage",
            Aspect::Structure => "structure",
            Aspect::Requirement => "requirement",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    aspect: Aspect,
    outcome: Outcome,
    what: Cow<'static, str>,
    why: Option<Reason>,
    reference: &'static str,
}

impl Check {
    /// It is as it should be. `what` says so in a few words, `reference` names the document that
    /// demands it.
    pub(crate) fn passed(
        aspect: Aspect,
        what: impl Into<Cow<'static, str>>,
        reference: &'static str,
    ) -> Check {
        Check {
            aspect,
            outcome: Outcome::Passed,
            what: what.into(),
            why: None,
            reference,
        }
    }

    /// It is not as it should be.
    pub(crate) fn failed(aspect: Aspect, what: impl Into<Cow<'static, str>>, why: Reason) -> Check {
        Check::because(aspect, Outcome::Failed, what.into(), why)
    }

    /// Worth knowing, for this reason.
    pub(crate) fn noted(aspect: Aspect, what: impl Into<Cow<'static, str>>, why: Reason) -> Check {
        Check::because(aspect, Outcome::Note, what.into(), why)
    }

    /// Worth knowing; `what` says it all.
    pub(crate) fn note(
        aspect: Aspect,
        what: impl Into<Cow<'static, str>>,
        reference: &'static str,
    ) -> Check {
        Check {
            outcome: Outcome::Note,
            ..Check::passed(aspect, what, reference)
        }
    }

    /// It could not be found out.
    pub(crate) fn unknown(
        aspect: Aspect,
        what: impl Into<Cow<'static, str>>,
        why: Reason,
    ) -> Check {
        Check::because(aspect, Outcome::Unknown, what.into(), why)
    }

    fn because(aspect: Aspect, outcome: Outcome, what: Cow<'static, str>, why: Reason) -> Check {
        Check {
            aspect,
            outcome,
            what,
            reference: why.reference(),
            why: Some(why),
        }
    }

    /// What it is about.
    pub fn aspect(&self) -> Aspect {
        self.aspect
    }

    /// How it came out.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// What was looked at, in a few words.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Why it came out so, and what to do; always there when it failed.
    pub fn why(&self) -> Option<&Reason> {
        self.why.as_ref()
    }

    /// The document and section it follows from.
    pub fn reference(&self) -> &'static str {
        self.reference
    }

    /// Whether it failed.
    pub fn is_failed(&self) -> bool {
        self.outcome == Outcome::Failed
    }
}

/// One line: outcome, aspect, what, why and the reference. Nothing in it breaks the line or is invisible.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = Visible(f);
        let (outcome, aspect) = (self.outcome.name(), self.aspect.name());
        write!(f, "{outcome}: {aspect}: {}", self.what)?;
        if let Some(why) = &self.why {
            write!(f, ": {why}")?;
        }
        write!(f, " [{}]", self.reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_one_line_that_says_everything() {
        let check = Check::failed(
            Aspect::Path,
            "certificate of Bob",
            Reason::UnknownIssuer {
                issuer: "CN=Example CA".into(),
            },
        );
        let line = check.to_string();
        assert!(line.starts_with("failed: path: certificate of Bob: "));
        assert!(line.contains("CN=Example CA") && line.ends_with(']'));
        assert!(!line.contains('\n'));
    }
}
