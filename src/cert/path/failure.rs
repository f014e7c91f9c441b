//! Why there is no path, for each candidate.

use std::fmt;

use super::CertificateStatus;
use super::rules::called;
use crate::cert::Certificate;
use crate::check::{Check, Reason};

/// Why there is no path from a certificate to a trust anchor.
///
/// `Display` is one line per reason against the best candidate, then one line for each other one.
#[derive(Clone, Debug)]
pub struct PathFailure {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) checks: Vec<Check>,
    pub(crate) statuses: Vec<CertificateStatus>,
    pub(crate) attempts: Vec<Attempt>,
}

/// A candidate for a path that failed. `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) reasons: Vec<Reason>,
}

impl Attempt {
    /// The certificates from the validated one upwards, the one that failed last, unless it ends at an anchor.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Why it failed; never empty.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, certificate) in self.certificates.iter().enumerate() {
            let separator = if place == 0 { "" } else { " → " };
            write!(f, "{separator}{}", called(certificate))?;
        }
        for (place, reason) in self.reasons.iter().enumerate() {
            let separator = if place == 0 { ": " } else { "; also: " };
            write!(f, "{separator}{reason}")?;
        }
        Ok(())
    }
}

impl PathFailure {
    /// The best candidate, as far as it goes: the validated certificate first.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What was looked at on the best candidate; at least one failed.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The revocation status of each certificate of the best candidate but the anchor; empty when it does not reach
    /// one.
    pub fn statuses(&self) -> &[CertificateStatus] {
        &self.statuses
    }

    /// The candidates that were tried, each with the reasons against it: the best first, which got farthest, no two
    /// the same, at most 16. What is wrong with the validated certificate itself, whatever its path, is among the
    /// [`PathFailure::reasons`] and not repeated here, unless it is all there is.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Why the best candidate failed.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        reasons(&self.checks)
    }
}

/// Those of the checks that failed.
pub(super) fn reasons(checks: &[Check]) -> impl Iterator<Item = &Reason> {
    let failed = checks.iter().filter(|check| check.is_failed());
    failed.filter_map(Check::why)
}

impl fmt::Display for PathFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, reason) in self.reasons().enumerate() {
            let separator = if place == 0 { "" } else { "\n" };
            write!(f, "{separator}{reason}")?;
        }
        for attempt in self.attempts.iter().skip(1) {
            write!(f, "\nanother candidate, {attempt}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PathFailure {}
