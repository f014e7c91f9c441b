//! OCSP requests (RFC 6960 4.1).

use std::fmt;

use const_oid::ObjectIdentifier;

use super::certificate_id;
use crate::asn1;
use crate::cert::Certificate;
use crate::crypto::DigestAlgorithm;

/// id-pkix-ocsp-nonce (RFC 9654 2.1)
pub(super) const NONCE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.2");

/// A question to an OCSP responder: whether certificates were revoked (RFC 6960 4.1). It is sent by HTTP POST with
/// the type `application/ocsp-request` to one of [`Certificate::ocsp_urls`]; this crate sends nothing by itself.
///
/// ```
/// # fn ask(certificate: &smime::Certificate, issuer: &smime::Certificate, random: [u8; 32]) -> Vec<u8> {
/// use smime::cert::OcspRequest;
/// OcspRequest::new(certificate, issuer).nonce(&random).to_der()
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OcspRequest {
    certificates: Vec<(Certificate, Certificate)>,
    digest: DigestAlgorithm,
    nonce: Vec<u8>,
}

impl OcspRequest {
    /// Asks about one certificate that `issuer` issued.
    ///
    /// Issuers are named by SHA-1 hashes, which every responder knows (RFC 5019 2.1.1): they only say who is
    /// meant. [`OcspRequest::sha256`] is there for responders that want others.
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> OcspRequest {
        OcspRequest {
            certificates: vec![(certificate.clone(), issuer.clone())],
            digest: DigestAlgorithm::Sha1,
            nonce: Vec::new(),
        }
    }

    /// Asks about one more certificate. Responders that prepare their answers expect one alone (RFC 5019 2.1.1).
    pub fn also(mut self, certificate: &Certificate, issuer: &Certificate) -> Self {
        self.certificates
            .push((certificate.clone(), issuer.clone()));
        self
    }

    /// Names the issuers by SHA-256 hashes.
    pub fn sha256(mut self) -> Self {
        self.digest = DigestAlgorithm::Sha256;
        self
    }

    /// Random octets that the answer must repeat, which shows that it was made for this question; empty: none.
    /// RFC 9654 2.1 wants 32 of them, and responders refuse more than 128. Many responders prepare their answers
    /// and repeat none.
    pub fn nonce(mut self, nonce: &[u8]) -> Self {
        self.nonce = nonce.to_vec();
        self
    }

    /// The request, not signed.
    ///
    /// ```text
    /// OCSPRequest     ::=     SEQUENCE {
    ///     tbsRequest                  TBSRequest,
    ///     optionalSignature   [0]     EXPLICIT Signature OPTIONAL }
    ///
    /// TBSRequest      ::=     SEQUENCE {
    ///     version             [0]     EXPLICIT Version DEFAULT v1,
    ///     requestorName       [1]     EXPLICIT GeneralName OPTIONAL,
    ///     requestList                 SEQUENCE OF Request,
    ///     requestExtensions   [2]     EXPLICIT Extensions OPTIONAL }
    ///
    /// Request         ::=     SEQUENCE {
    ///     reqCert                     CertID,
    ///     singleRequestExtensions [0] EXPLICIT Extensions OPTIONAL }
    /// ```
    pub fn to_der(&self) -> Vec<u8> {
        let requests = self.certificates.iter().map(|(certificate, issuer)| {
            asn1::sequence(&[&certificate_id::write(self.digest, certificate, issuer)])
        });
        let requests: Vec<Vec<u8>> = requests.collect();
        let requests: Vec<&[u8]> = requests.iter().map(Vec::as_slice).collect();
        let requests = asn1::sequence(&requests);
        let extensions = match self.nonce.as_slice() {
            [] => Vec::new(),
            nonce => {
                let value = asn1::octet_string(&asn1::octet_string(nonce));
                let nonce = asn1::sequence(&[&asn1::oid(&NONCE), &value]);
                asn1::explicit(2, &asn1::sequence(&[&nonce]))
            }
        };
        asn1::sequence(&[&asn1::sequence(&[&requests, &extensions])])
    }
}

impl fmt::Debug for OcspRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let serials = self.certificates.iter().map(|(c, _)| c.serial_hex());
        f.debug_struct("OcspRequest")
            .field("serials", &serials.collect::<Vec<_>>())
            .field("digest", &self.digest)
            .field("nonce", &self.nonce.len())
            .finish()
    }
}
