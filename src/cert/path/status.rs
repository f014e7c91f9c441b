//! What is known about the revocation of one certificate.

use std::borrow::Cow;
use std::time::SystemTime;

/// What is known about the revocation of one certificate of a path (RFC 5280 6.3, RFC 6960).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateStatus {
    /// Its issuer does not list it as revoked.
    Good {
        /// What says so.
        source: StatusSource,
        /// When that was made.
        this_update: SystemTime,
        /// When there will be a newer one; `None` when it does not say.
        next_update: Option<SystemTime>,
    },
    /// Its issuer revoked it.
    Revoked {
        /// What says so.
        source: StatusSource,
        /// When it was revoked.
        when: SystemTime,
        /// Why, in the words of RFC 5280 5.3.1.
        reason: &'static str,
    },
    /// Nothing that was given says.
    Unknown {
        /// Why not.
        detail: Cow<'static, str>,
    },
    /// The policy asks for no status ([`crate::policy::RevocationMode::None`]).
    NotAsked,
}

/// What says whether a certificate was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusSource {
    /// A revocation list (RFC 5280 5).
    Crl,
    /// An OCSP response (RFC 6960).
    Ocsp,
}
