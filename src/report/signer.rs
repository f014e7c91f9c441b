//! One signer: who, how, and what was found.

use std::time::SystemTime;

use crate::cert::path::{CertificateStatus, PathFailure, VerifiedPath};
use crate::cert::{Certificate, SignerId};
use crate::check::Check;
use crate::crypto::SignatureAlgorithm;

/// What is known of one signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignerStatus {
    /// The signature verifies and every check passed.
    Trusted,
    /// The signature verifies; a check failed.
    Untrusted,
    /// The signature could not be checked.
    Unchecked,
    /// The signature does not verify.
    Invalid,
}

impl SignerStatus {
    /// `"trusted"`, `"untrusted"`, `"unchecked"` or `"invalid"`.
    pub fn name(self) -> &'static str {
        match self {
            SignerStatus::Trusted => "trusted",
            SignerStatus::Untrusted => "untrusted",
            SignerStatus::Unchecked => "unchecked",
            SignerStatus::Invalid => "invalid",
        }
    }

    /// The better, the smaller.
    pub(crate) fn rank(self) -> u8 {
        match self {
            SignerStatus::Trusted => 0,
            SignerStatus::Untrusted => 1,
            SignerStatus::Unchecked => 2,
            SignerStatus::Invalid => 3,
        }
    }
}

/// One signer of a signed layer.
#[derive(Clone, Debug)]
pub struct SignerReport {
    pub(crate) status: SignerStatus,
    /// `None` when the SignerInfo cannot be read.
    pub(crate) id: Option<SignerId>,
    pub(crate) certificate: Option<Certificate>,
    /// The one in From, or of the expected signer, if the certificate names it.
    pub(crate) address: Option<String>,
    pub(crate) path: Option<VerifiedPath>,
    /// `None` when there is a path, and when none was looked for.
    pub(crate) path_failure: Option<PathFailure>,
    pub(crate) algorithm: Option<SignatureAlgorithm>,
    /// The signer's claim.
    pub(crate) signing_time: Option<SystemTime>,
    pub(crate) checks: Vec<Check>,
}

impl SignerReport {
    /// What follows from its checks.
    pub fn status(&self) -> SignerStatus {
        self.status
    }

    /// How the signature names the certificate; `None` when that part of it cannot be read.
    pub fn id(&self) -> Option<&SignerId> {
        self.id.as_ref()
    }

    /// The signer's certificate; `None` when it is not known.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The address in From, or of the signer that was expected, when the certificate names it; `None` otherwise, whatever
    /// else the certificate names.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The path from the certificate to a trust anchor; `None` when there is none.
    pub fn path(&self) -> Option<&VerifiedPath> {
        self.path.as_ref()
    }

    /// Why there is no path: each candidate for one with the reasons against it. `None` when there is one, and when
    /// none was looked for because the signature does not verify or the certificate is not known.
    pub fn path_failure(&self) -> Option<&PathFailure> {
        self.path_failure.as_ref()
    }

    /// Whether the certificates of the path were revoked, as far as is known: one status for each but the trust
    /// anchor, that of the signer first. Without a path those of the best candidate for one, if it reaches an
    /// anchor; empty if not.
    pub fn statuses(&self) -> &[CertificateStatus] {
        match (&self.path, &self.path_failure) {
            (Some(path), _) => path.statuses(),
            (None, Some(failure)) => failure.statuses(),
            (None, None) => &[],
        }
    }

    /// The signature algorithm; `None` when it is unknown or cannot be read.
    pub fn algorithm(&self) -> Option<&SignatureAlgorithm> {
        self.algorithm.as_ref()
    }

    /// When it was signed, in the words of the signer (signingTime, RFC 8551 2.5.1). Nothing proves it, and
    /// nothing was decided by it.
    pub fn signing_time(&self) -> Option<SystemTime> {
        self.signing_time
    }

    /// What was looked at about this signer. There is always something.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}
