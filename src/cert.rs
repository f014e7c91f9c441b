//! Certificates, identities and trust anchors.
//!
//! A [`Certificate`] keeps the bytes it was read from: names, serial number and key are compared as
//! received, never as written again. What real certificates get wrong (negative or long serial
//! numbers, version 1, odd dates, extensions that cannot be read) does not keep one from loading; it
//! makes it unfit where it matters, with a [`crate::check::Reason`].

mod access;
mod addresses;
mod anchors;
mod chain;
mod crl;
mod distribution;
mod extensions;
mod findings;
mod fitness;
mod identifier;
mod identity;
mod load;
mod name;
mod name_constraints;
mod ocsp;
mod parse;
pub mod path;
mod policies;
mod preference;
mod serial;
mod signed;
mod time;

#[cfg(test)]
#[path = "../tests/support/ca.rs"]
pub(crate) mod ca;
#[cfg(test)]
mod tests;

pub use anchors::{AnchorConstraints, TrustAnchors};
pub use crl::Crl;
pub use findings::{Finding, Findings, Generation, Profile, Severity, Validation};
pub use identifier::{RecipientId, SignerId};
pub use identity::Identity;
#[cfg(test)]
pub(crate) use load::tools;
pub use load::{Password, Pkcs12, Pkcs12Builder, Pkcs12Certificate, Pkcs12Key, Pkcs12Options};
pub(crate) use load::{each_certificate, pbe};
pub use ocsp::{OcspRequest, OcspResponse};

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use time::parse as read_time;

use crate::Mailbox;
use crate::crypto::{DigestAlgorithm, PublicKey};
use parse::Parsed;

/// An X.509 certificate (RFC 5280), as received. Cheap to clone.
///
/// Two certificates are equal when their bytes are.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

impl Certificate {
    /// The bytes as received: DER, or BER where the file was.
    pub fn to_der(&self) -> &[u8] {
        &self.0.der
    }

    /// The subject in the manner of RFC 4514 (`CN=Bob,O=Example,C=DE`), at most about 1,000
    /// characters. Characters that are invisible or control the terminal are escaped.
    pub fn subject(&self) -> String {
        name::to_text(self.subject_der())
    }

    /// The issuer, in the same form as [`Certificate::subject`].
    pub fn issuer(&self) -> String {
        name::to_text(self.issuer_der())
    }

    /// The serial number in hexadecimal, upper case, without separators and leading zero octets. A
    /// negative one in two's complement.
    pub fn serial_hex(&self) -> String {
        let serial = match self.serial_der() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        };
        hex(serial, "")
    }

    /// First moment of validity (RFC 5280 4.1.2.5).
    pub fn not_before(&self) -> SystemTime {
        self.0.not_before
    }

    /// Last moment of validity (RFC 5280 4.1.2.5).
    pub fn not_after(&self) -> SystemTime {
        self.0.not_after
    }

    /// The mail addresses it names: every rfc822Name and SmtpUTF8Mailbox of the subject alternative
    /// name; when it holds neither, every emailAddress of the subject (RFC 8550 3, RFC 9598).
    ///
    /// None holds control characters, line separators, or characters that hide or turn around others; anything else
    /// may stand in them.
    pub fn addresses(&self) -> &[String] {
        &self.0.addresses.usable
    }

    /// Addresses that were left out of [`Certificate::addresses`], each with the reason, escaped.
    pub fn ignored_addresses(&self) -> &[String] {
        &self.0.addresses.ignored
    }

    /// Whether it names this address. Domains compare without case and U-label equal to A-label, an
    /// ASCII local part without case (RFC 8550 3).
    pub fn names(&self, mailbox: &Mailbox) -> bool {
        self.addresses()
            .iter()
            .any(|address| Mailbox::new(address).is_ok_and(|named| named.matches(mailbox)))
    }

    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.0.public_key
    }

    /// SHA-256 of the whole certificate, in hexadecimal with colons: `A0:B1:…`, the form in which
    /// people compare it.
    pub fn fingerprint_sha256(&self) -> String {
        hex(&DigestAlgorithm::Sha256.digest(self.to_der()), ":")
    }

    /// Subject, serial number and issuer in one line, for reports. A certificate without a subject
    /// shows its first addresses instead. What cannot be seen is escaped, what is long cut off.
    pub fn description(&self) -> String {
        let mut subject = self.subject();
        if subject.is_empty() {
            subject = self.0.addresses.in_words();
        }
        let serial: String = self.serial_hex().chars().take(64).collect();
        format!("{subject} (serial {serial}, issued by {})", self.issuer())
    }

    /// Issuer `Name` as received.
    pub(crate) fn issuer_der(&self) -> &[u8] {
        self.0.slice(&self.0.issuer)
    }

    /// Whether this is the issuer's name, as names compare (RFC 5280 7.1).
    pub(crate) fn has_issuer(&self, name: &[u8]) -> bool {
        name::same(self.issuer_der(), name)
    }

    /// Whether this is the subject's name, as names compare (RFC 5280 7.1).
    pub(crate) fn has_subject(&self, name: &[u8]) -> bool {
        name::same(self.subject_der(), name)
    }

    /// Subject `Name` as received.
    pub(crate) fn subject_der(&self) -> &[u8] {
        self.0.slice(&self.0.subject)
    }

    /// Content octets of the serial number as received.
    pub(crate) fn serial_der(&self) -> &[u8] {
        self.0.slice(&self.0.serial)
    }

    /// The subjectKeyIdentifier extension (RFC 5280 4.2.1.2).
    pub(crate) fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.0.extensions.subject_key_identifier.as_deref()
    }
}

/// Upper case hexadecimal with `separator` between the octets.
fn hex(bytes: &[u8], separator: &str) -> String {
    use fmt::Write;
    let mut out = String::with_capacity(bytes.len().saturating_mul(2 + separator.len()));
    for byte in bytes {
        if !out.is_empty() {
            out.push_str(separator);
        }
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02X}");
    }
    out
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.to_der() == other.to_der()
    }
}

impl Eq for Certificate {}

impl Hash for Certificate {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_der().hash(state);
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.description())
    }
}
