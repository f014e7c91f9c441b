//! OCSP responses (RFC 6960), good ones and others.

use sha1::Digest;

use super::crl::extension;
use super::der::{bit_string, oid, sequence, split, time, tlv};
use super::{Ca, KeyPair};

/// Digest of a CertID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdDigest {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// The parts of a response that a signature is made of.
type Signer = (Vec<u8>, KeyPair);

/// A response in the making.
///
/// ```text
/// let response = ca.ocsp_response().good(&leaf).issue();              // signed by the CA itself
/// let key = KeyPair::generate(Key::P256, "responder");
/// let (responder, _) = ca
///     .certify(Key::P256, "responder@example.org")
///     .with_key(&key)
///     .extended_key_usage(&[OCSP_SIGNING])
///     .issue();
/// let response = ca.ocsp_response().delegate(&responder, &key).revoked(&leaf, "250601000000Z", Some(1)).issue();
/// ```
pub struct OcspMaker<'a> {
    ca: &'a Ca,
    signer: Signer,
    certificates: Vec<u8>,
    named_by_key: bool,
    responder: Option<Vec<u8>>,
    digest: IdDigest,
    issuer_name: Vec<u8>,
    issuer_spki: Vec<u8>,
    produced_at: String,
    this_update: String,
    next_update: Option<String>,
    answers: Vec<u8>,
    single_extensions: Vec<u8>,
    extensions: Vec<u8>,
    spoiled: bool,
}

impl<'a> OcspMaker<'a> {
    /// Signed by the CA, named by its subject, from 2025 to 2049, without an answer.
    pub(super) fn new(ca: &'a Ca) -> OcspMaker<'a> {
        OcspMaker {
            ca,
            signer: (ca.certificate.clone(), ca.key.clone()),
            certificates: Vec::new(),
            named_by_key: false,
            responder: None,
            digest: IdDigest::Sha1,
            issuer_name: ca.name.clone(),
            issuer_spki: ca.key.spki_der(),
            produced_at: "20250101000000Z".into(),
            this_update: "20250101000000Z".into(),
            next_update: Some("20491231235959Z".into()),
            answers: Vec::new(),
            single_extensions: Vec::new(),
            extensions: Vec::new(),
            spoiled: false,
        }
    }

    /// Signed by another key, and its certificate is embedded.
    pub fn delegate(mut self, certificate: &[u8], key: &KeyPair) -> Self {
        self.signer = (certificate.to_vec(), key.clone());
        self.embed(certificate)
    }

    /// One more embedded certificate, or whatever these octets are.
    pub fn embed(mut self, certificate: &[u8]) -> Self {
        self.certificates.extend(certificate);
        self
    }

    /// No embedded certificates.
    pub fn bare(mut self) -> Self {
        self.certificates.clear();
        self
    }

    /// Names the responder by the hash of its key.
    pub fn by_key(mut self) -> Self {
        self.named_by_key = true;
        self
    }

    /// Any ResponderID, as DER.
    pub fn responder(mut self, id: Vec<u8>) -> Self {
        self.responder = Some(id);
        self
    }

    /// Digest of the answers that follow.
    pub fn digest(mut self, digest: IdDigest) -> Self {
        self.digest = digest;
        self
    }

    /// The answers that follow speak of the certificates of another CA.
    pub fn about_issuer(mut self, ca: &Ca) -> Self {
        self.issuer_name = ca.name.clone();
        self.issuer_spki = ca.key.spki_der();
        self
    }

    /// The answers that follow have this hash of an issuer's name, and of its key.
    pub fn about_name(mut self, name: Vec<u8>) -> Self {
        self.issuer_name = name;
        self
    }

    /// Both times of the answers that follow; GeneralizedTime (`20250101000000Z`), or without the century.
    pub fn updates(mut self, this: &str, next: Option<&str>) -> Self {
        self.this_update = with_century(this);
        self.next_update = next.map(with_century);
        self
    }

    /// When it was made.
    pub fn produced_at(mut self, when: &str) -> Self {
        self.produced_at = with_century(when);
        self
    }

    /// An extension of the answers that follow.
    pub fn single_extension(mut self, id: &str, critical: bool, value: &[u8]) -> Self {
        self.single_extensions
            .extend(extension(id, critical, value));
        self
    }

    /// An extension of the response.
    pub fn extension(mut self, id: &str, critical: bool, value: &[u8]) -> Self {
        self.extensions.extend(extension(id, critical, value));
        self
    }

    /// Repeats a nonce.
    pub fn nonce(self, nonce: &[u8]) -> Self {
        self.extension("1.3.6.1.5.5.7.48.1.2", false, &tlv(0x04, nonce))
    }

    /// The certificate is good.
    pub fn good(self, certificate: &[u8]) -> Self {
        self.answer(certificate, &tlv(0x80, &[]))
    }

    /// The certificate was revoked: time (with or without century) and reasonCode.
    pub fn revoked(self, certificate: &[u8], when: &str, reason: Option<u8>) -> Self {
        let reason = reason.map(|code| tlv(0xa0, &tlv(0x0a, &[code])));
        let info = [time(&with_century(when)), reason.unwrap_or_default()].concat();
        self.answer(certificate, &tlv(0xa1, &info))
    }

    /// The responder does not know the certificate.
    pub fn unknown(self, certificate: &[u8]) -> Self {
        self.answer(certificate, &tlv(0x82, &[]))
    }

    /// Any CertStatus, as DER.
    pub fn answer(self, certificate: &[u8], status: &[u8]) -> Self {
        let serial = fields(certificate)[0].to_vec();
        self.answer_about(&serial, status)
    }

    /// The same about an INTEGER in DER.
    pub fn answer_about(mut self, serial: &[u8], status: &[u8]) -> Self {
        let key = super::key::key_bits(&self.issuer_spki);
        let id = sequence(&[
            &sequence(&[&self.digest.oid(), &super::der::NULL]),
            &tlv(0x04, &self.digest.digest(&self.issuer_name)),
            &tlv(0x04, &self.digest.digest(&key)),
            serial,
        ]);
        let next = self
            .next_update
            .as_deref()
            .map(|next| tlv(0xa0, &time(next)));
        let extensions = match self.single_extensions.as_slice() {
            [] => Vec::new(),
            extensions => tlv(0xa1, &tlv(0x30, extensions)),
        };
        self.answers.extend(sequence(&[
            &id,
            status,
            &time(&self.this_update),
            &next.unwrap_or_default(),
            &extensions,
        ]));
        self
    }

    /// The signature is over other data.
    pub fn spoiled(mut self) -> Self {
        self.spoiled = true;
        self
    }

    /// The `OCSPResponse` in DER.
    pub fn issue(self) -> Vec<u8> {
        framed(&self.issue_basic())
    }

    /// The `BasicOCSPResponse` in DER.
    pub fn issue_basic(self) -> Vec<u8> {
        let (certificate, key) = &self.signer;
        let responder = self.responder.unwrap_or_else(|| match self.named_by_key {
            true => tlv(0xa2, &tlv(0x04, &key.identifier())),
            false => tlv(0xa1, fields(certificate)[4]),
        });
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            extensions => tlv(0xa1, &tlv(0x30, extensions)),
        };
        let tbs = sequence(&[
            &responder,
            &time(&self.produced_at),
            &tlv(0x30, &self.answers),
            &extensions,
        ]);
        let signature = match self.spoiled {
            true => key.sign(b"something else"),
            false => key.sign(&tbs),
        };
        let certificates = match self.certificates.as_slice() {
            [] => Vec::new(),
            certificates => tlv(0xa0, &tlv(0x30, certificates)),
        };
        let algorithm = key.signature_algorithm();
        sequence(&[&tbs, &algorithm, &bit_string(&signature), &certificates])
    }
}

/// `OCSPResponse` around a `BasicOCSPResponse`.
pub fn framed(basic: &[u8]) -> Vec<u8> {
    let bytes = sequence(&[&oid("1.3.6.1.5.5.7.48.1.1"), &tlv(0x04, basic)]);
    sequence(&[&tlv(0x0a, &[0]), &tlv(0xa0, &bytes)])
}

impl IdDigest {
    fn oid(self) -> Vec<u8> {
        oid(match self {
            IdDigest::Sha1 => "1.3.14.3.2.26",
            IdDigest::Sha224 => "2.16.840.1.101.3.4.2.4",
            IdDigest::Sha256 => "2.16.840.1.101.3.4.2.1",
            IdDigest::Sha384 => "2.16.840.1.101.3.4.2.2",
            IdDigest::Sha512 => "2.16.840.1.101.3.4.2.3",
        })
    }

    fn digest(self, data: &[u8]) -> Vec<u8> {
        match self {
            IdDigest::Sha1 => sha1::Sha1::digest(data).to_vec(),
            IdDigest::Sha224 => sha2::Sha224::digest(data).to_vec(),
            IdDigest::Sha256 => sha2::Sha256::digest(data).to_vec(),
            IdDigest::Sha384 => sha2::Sha384::digest(data).to_vec(),
            IdDigest::Sha512 => sha2::Sha512::digest(data).to_vec(),
        }
    }
}

fn with_century(time: &str) -> String {
    match time.len() {
        13 => format!("20{time}"),
        _ => time.into(),
    }
}

/// Serial number, algorithm, issuer, validity, subject and the rest of a certificate, each as it stands there.
fn fields(certificate: &[u8]) -> Vec<&[u8]> {
    let (_, certificate) = split(certificate);
    let (_, mut rest) = split(certificate);
    let mut fields = Vec::new();
    while !rest.is_empty() {
        let (length, _) = split(rest);
        let (field, behind) = rest.split_at(length);
        if field[0] != 0xa0 {
            fields.push(field);
        }
        rest = behind;
    }
    fields
}
