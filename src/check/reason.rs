//! Why something cannot be used, in words that tell a person what to do.

use std::fmt;
use std::time::SystemTime;

use crate::asn1::{Civil, unix_seconds};

/// Why a certificate, a key or an address cannot be used.
///
/// `Display` is one sentence for a person: what is wrong and what to do. [`Reason::reference`] names
/// the document that demands it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The certificate is no longer valid.
    Expired {
        /// Its last moment.
        not_after: SystemTime,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// Its first moment.
        not_before: SystemTime,
    },
    /// The certificate names other addresses.
    AddressMismatch {
        /// The address that is needed.
        address: String,
        /// The addresses the certificate names.
        certificate_names: Vec<String>,
    },
    /// The certificate names no mail address that can be used.
    NamesNoAddress,
    /// The key usage does not allow it.
    KeyUsage {
        /// The bit that is needed, by its name in RFC 5280.
        needed: &'static str,
    },
    /// The extended key usage does not allow mail.
    ExtendedKeyUsage,
    /// The key is too small.
    WeakKey {
        /// Kind of key.
        algorithm: &'static str,
        /// Its size in bits.
        bits: usize,
        /// The least that is accepted, in bits.
        minimum: usize,
    },
    /// The key is larger than can be handled.
    OversizedKey {
        /// Kind of key.
        algorithm: &'static str,
        /// Its size in bits.
        bits: usize,
        /// The most that is accepted, in bits.
        maximum: usize,
    },
    /// The kind of key is not implemented.
    UnsupportedKey {
        /// Its object identifier.
        oid: String,
    },
    /// The kind of key cannot do it at all.
    WrongKindOfKey {
        /// Kind of key.
        algorithm: &'static str,
        /// What it was asked for: `"encrypt"` or `"sign"`.
        operation: &'static str,
    },
    /// The certificate is one of a certification authority.
    CertificateAuthority,
    /// The certificate has a critical extension this crate does not know.
    UnknownCriticalExtension {
        /// Its object identifier.
        oid: String,
    },
    /// The certificate has an extension that cannot be read, or twice the same.
    MalformedExtension {
        /// Its name or object identifier.
        extension: String,
    },
    /// The certificate has no subject key identifier, by which it was to be named.
    NoKeyIdentifier,
    /// Nobody vouches for the certificate.
    Unvalidated,
    /// No certificate is known for the address.
    NoCertificate,
    /// No certificate with a private key is known for the address.
    NoIdentity,
    /// The resolver could not answer.
    ResolverFailed {
        /// What it said.
        detail: String,
    },
    /// The policy in force accepts nothing of this sort.
    RefusedByPolicy {
        /// What it was asked about.
        what: String,
    },
}

impl Reason {
    /// The document and section that demands it, for example `"RFC 8550 4.4.2"`.
    pub fn reference(&self) -> &'static str {
        match self {
            Reason::Expired { .. } | Reason::NotYetValid { .. } => "RFC 5280 4.1.2.5",
            Reason::AddressMismatch { .. } | Reason::NamesNoAddress => "RFC 8550 3",
            Reason::KeyUsage { .. } => "RFC 8550 4.4.2",
            Reason::ExtendedKeyUsage => "RFC 8550 4.4.4",
            Reason::WeakKey { .. } | Reason::OversizedKey { .. } => "RFC 8551 4",
            Reason::UnsupportedKey { .. } | Reason::WrongKindOfKey { .. } => "RFC 8551 2",
            Reason::CertificateAuthority => "RFC 8550 4.4.1",
            Reason::UnknownCriticalExtension { .. } | Reason::MalformedExtension { .. } => {
                "RFC 5280 4.2"
            }
            Reason::NoKeyIdentifier => "RFC 5652 6.2.1",
            Reason::Unvalidated => "RFC 8550 4.2",
            Reason::NoCertificate | Reason::NoIdentity | Reason::ResolverFailed { .. } => {
                "RFC 8550 4"
            }
            Reason::RefusedByPolicy { .. } => "policy",
        }
    }
}

/// A time for a person; one that no calendar holds is said to be so.
struct Moment(SystemTime);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Civil::from_unix(unix_seconds(self.0)) {
            Some(civil) => civil.fmt(f),
            None => f.write_str("a time outside of the calendar"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Expired { not_after } => write!(
                f,
                "the certificate expired on {}; ask its owner for the new one",
                Moment(*not_after)
            ),
            Reason::NotYetValid { not_before } => write!(
                f,
                "the certificate is valid only from {}; use another one or check the clock",
                Moment(*not_before)
            ),
            Reason::AddressMismatch {
                address,
                certificate_names,
            } => write!(
                f,
                "the certificate names {}, not {address}; get the certificate of {address}",
                certificate_names.join(", ")
            ),
            Reason::NamesNoAddress => f.write_str(
                "the certificate names no mail address; get one issued for the address, or bind it \
                 to the address by hand",
            ),
            Reason::KeyUsage { needed } => write!(
                f,
                "the certificate's key usage lacks {needed}; get a certificate issued for this use"
            ),
            Reason::ExtendedKeyUsage => f.write_str(
                "the certificate's extended key usage does not allow mail (emailProtection); get \
                 a certificate issued for mail",
            ),
            Reason::WeakKey {
                algorithm,
                bits,
                minimum,
            } => write!(
                f,
                "the {algorithm} key has {bits} bits, less than the {minimum} that are accepted; \
                 get a certificate with a larger key"
            ),
            Reason::OversizedKey {
                algorithm,
                bits,
                maximum,
            } => write!(
                f,
                "the {algorithm} key has {bits} bits, more than the {maximum} that are supported; \
                 get a certificate with a smaller key"
            ),
            Reason::UnsupportedKey { oid } => write!(
                f,
                "keys of algorithm {oid} are not supported; get an RSA or elliptic curve certificate"
            ),
            Reason::WrongKindOfKey {
                algorithm,
                operation,
            } => write!(
                f,
                "{algorithm} keys cannot {operation}; use the other certificate of this address"
            ),
            Reason::CertificateAuthority => f.write_str(
                "the certificate is marked as one of a certification authority; get the person's own. \
                 Plain `openssl req -x509` marks every certificate so: make it again with \
                 `-addext basicConstraints=critical,CA:FALSE`",
            ),
            Reason::UnknownCriticalExtension { oid } => write!(
                f,
                "the certificate has the critical extension {oid}, which is not known here; get \
                 one without it"
            ),
            Reason::MalformedExtension { extension } => write!(
                f,
                "the certificate's extension {extension} is malformed or there twice; have the \
                 certificate issued again"
            ),
            Reason::NoKeyIdentifier => f.write_str(
                "the certificate has no subject key identifier; name certificates by issuer and \
                 serial number",
            ),
            Reason::Unvalidated => f.write_str(
                "nobody vouches for the certificate: it is a candidate that was not validated to a \
                 trust anchor; check it and pin it",
            ),
            Reason::NoCertificate => {
                f.write_str("no certificate is known; ask for a signed mail or a certificate file")
            }
            Reason::NoIdentity => f.write_str(
                "no certificate with a private key is known; load the .p12 file of this address",
            ),
            Reason::ResolverFailed { detail } => {
                write!(f, "looking for a certificate failed: {detail}; try again")
            }
            Reason::RefusedByPolicy { what } => {
                write!(f, "the policy in force does not accept {what}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn says_when_and_what_to_do() {
        let not_after = UNIX_EPOCH + Duration::from_secs(951_827_696);
        let reason = Reason::Expired { not_after };
        assert_eq!(
            reason.to_string(),
            "the certificate expired on 2000-02-29 12:34:56 UTC; ask its owner for the new one"
        );
        assert_eq!(reason.reference(), "RFC 5280 4.1.2.5");
    }

    #[test]
    fn names_both_sides_of_a_mismatch() {
        let reason = Reason::AddressMismatch {
            address: "bob@example.org".into(),
            certificate_names: vec!["carol@example.org".into(), "dave@example.org".into()],
        };
        let text = reason.to_string();
        assert!(text.contains("carol@example.org, dave@example.org"));
        assert!(text.contains("not bob@example.org"));
    }
}
