//! OCSP: whether a certificate was revoked, asked and answered online (RFC 6960).

mod answer;
mod certificate_id;
mod read;
mod request;

pub(super) use answer::{Answer, Said};
pub(super) use certificate_id::{CertificateId, IssuerHashes, key_hash};
pub use request::OcspRequest;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

#[cfg(feature = "online")]
use super::serial;
use super::signed::Signed;
use super::{Certificate, hex, name};
use crate::{Error, ErrorKind};

const WHAT: &str = "OCSP response";

/// An OCSP response (RFC 6960 4.2), as received. Cheap to clone.
///
/// Reading one does not check its signature: path validation does, with the key of the CA that issued the
/// certificate in question, or of a responder that this CA appointed.
#[derive(Clone)]
pub struct OcspResponse(Arc<Parsed>);

/// What a response holds, with the places of what is used as received.
struct Parsed {
    der: Vec<u8>,
    /// The `BasicOCSPResponse`, where it came in pieces. The places lie in it, else in `der`.
    joined: Option<Vec<u8>>,
    /// What the signature is over.
    tbs: Range<usize>,
    algorithm: Range<usize>,
    /// Empty when it is not whole octets.
    signature: Range<usize>,
    responder: Responder,
    produced_at: SystemTime,
    answers: Vec<Answer>,
    nonce: Option<Vec<u8>>,
    certificates: Vec<Certificate>,
    /// A critical extension that is not known, so that nothing in it counts.
    obstacle: Option<String>,
}

/// `ResponderID ::= CHOICE { byName [1] Name, byKey [2] KeyHash }`, where `KeyHash ::= OCTET STRING` is the
/// SHA-1 hash of the key's bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Responder {
    /// The `Name` as received.
    Name(Vec<u8>),
    Key(Vec<u8>),
}

impl OcspResponse {
    /// The bytes as received: DER, or BER where they were.
    pub fn to_der(&self) -> &[u8] {
        &self.0.der
    }

    /// When it was signed (RFC 6960 2.4).
    pub fn produced_at(&self) -> SystemTime {
        self.0.produced_at
    }

    /// Who says to have signed it: a name in the form of [`Certificate::subject`], or the SHA-1 hash of a key in
    /// hexadecimal. Nobody has checked it yet.
    pub fn responder(&self) -> String {
        match &self.0.responder {
            Responder::Name(name) => name::to_text(name),
            Responder::Key(hash) => {
                let shown = hash.get(..32).unwrap_or(hash);
                format!("key {}", hex(shown, ""))
            }
        }
    }

    /// The nonce it repeats, without tag and length (RFC 9654 2.1).
    pub fn nonce(&self) -> Option<&[u8]> {
        self.0.nonce.as_deref()
    }

    /// About how many certificates it speaks.
    pub fn answers(&self) -> usize {
        self.0.answers.len()
    }

    /// The response, if it repeats the nonce of the request, so that it was made for it and is no older.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] when it repeats none: many responders prepare their answers, and then only its times
    /// say how old it is (RFC 5019 4). [`ErrorKind::Unfit`] when it repeats another: it is the answer to another
    /// request, and must not be used (RFC 9654 2.1).
    pub fn with_nonce(self, sent: &[u8]) -> Result<OcspResponse, Error> {
        match self.nonce() {
            Some(nonce) if nonce == sent => Ok(self),
            Some(_) => Err(Error::unfit(
                "the OCSP response repeats another nonce than the one of the request: it answers somebody else, or was \
                 kept from before",
            )),
            None => Err(ErrorKind::Missing {
                what: "nonce in the OCSP response".into(),
            }
            .into()),
        }
    }

    /// Whether it says good or revoked about this certificate below this issuer. A responder that says "unknown" does
    /// not know about it, and another one may (RFC 6960 2.2).
    #[cfg(feature = "online")]
    pub(crate) fn answers_for(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let serial = serial::shortest(certificate.serial_der());
        self.0.answers.iter().any(|answer| {
            let id = &answer.id;
            id.serial() == serial
                && answer.said != Said::Unknown
                && id.digest().is_some_and(|digest| {
                    id.names_issuer(&IssuerHashes::new(digest, certificate, issuer))
                })
        })
    }

    pub(super) fn answers_given(&self) -> &[Answer] {
        &self.0.answers
    }

    pub(super) fn responder_id(&self) -> &Responder {
        &self.0.responder
    }

    /// The certificates that came with it, for whoever may have signed it.
    pub(super) fn certificates(&self) -> &[Certificate] {
        &self.0.certificates
    }

    /// The critical extension that is not known, because of which nothing in it counts (RFC 6960 4.4).
    pub(super) fn obstacle(&self) -> Option<&str> {
        self.0.obstacle.as_deref()
    }

    /// What was signed, how, and the signature.
    pub(super) fn signed(&self) -> Signed<'_> {
        Signed {
            algorithm: Some(self.slice(&self.0.algorithm)),
            to_be_signed: self.slice(&self.0.tbs),
            signature: self.slice(&self.0.signature),
        }
    }

    fn slice(&self, range: &Range<usize>) -> &[u8] {
        let basic = self.0.joined.as_ref().unwrap_or(&self.0.der);
        basic.get(range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for OcspResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (responder, bytes) = (self.responder(), self.to_der().len());
        write!(f, "OcspResponse({responder}, {bytes} bytes)")
    }
}

#[cfg(test)]
mod tests;
