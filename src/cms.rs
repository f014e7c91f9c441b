//! Cryptographic Message Syntax (RFC 5652), written and read.
//!
//! Each builder hands out the bytes before its content and the bytes after it, so that the content
//! can stream past. What is signed is always DER; the layers around it are DER when all lengths are
//! known ([`Framing::Definite`]) and BER with indefinite lengths when they are not.

pub(crate) mod attributes;
pub(crate) mod compressed;
pub(crate) mod content;
pub(crate) mod enveloped;
pub(crate) mod oid;
pub(crate) mod read;
pub(crate) mod recipient;
pub(crate) mod signed;
pub(crate) mod verify;

/// How the CMS layers of a message are framed. Chosen at the start, never by the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// Definite lengths, pure DER, readable by DER-only software. Each layer's content is held in memory.
    Definite,
    /// Indefinite lengths, BER, in constant memory.
    Indefinite,
}

impl Framing {
    /// Whether lengths are written up front.
    pub(crate) fn is_definite(self) -> bool {
        self == Framing::Definite
    }
}

/// How signers and recipients are named in the message (RFC 5652 5.3 and 6.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum CertificateReference {
    /// By issuer and serial number, which every reader understands.
    #[default]
    IssuerAndSerial,
    /// By subject key identifier; the certificate must have that extension.
    SubjectKeyIdentifier,
}

/// A sum of lengths. Saturating: no message of 2^64 bytes exists.
pub(crate) fn sum(lengths: &[u64]) -> u64 {
    lengths
        .iter()
        .fold(0, |total: u64, length| total.saturating_add(*length))
}
