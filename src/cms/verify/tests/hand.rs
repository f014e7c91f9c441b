//! SignedData built by hand, piece by piece, so that each piece can be wrong.

use const_oid::ObjectIdentifier;
use pkcs8::DecodePrivateKey;

use super::super::*;
use crate::Limits;
use crate::asn1::{Tag, null, oid as der_oid};
use crate::asn1::{explicit, implicit, integer_u64, octet_string, sequence, set_of, tlv};
use crate::bag::{certificate_set, content_info};
use crate::cert::SignerId;
use crate::cert::ca::{Ca, Key};
use crate::cms::oid;
use crate::cms::read::{Received, SignedData, read};
use crate::crypto::digest::with_digest;
use crate::key::{PrivateKey, SignRequest};
use crate::policy::StandardPolicy;

pub const CONTENT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello.\r\n";

/// A certificate with its key.
#[derive(Clone)]
pub struct Person {
    pub certificate: Certificate,
    pub key: PrivateKey,
}

impl Person {
    pub fn new(kind: Key) -> Person {
        Person::of(Ca::new("Test CA").leaf(kind, "alice@example.org"))
    }

    /// From DER and PKCS#8 DER.
    pub fn of((certificate, key): (Vec<u8>, Vec<u8>)) -> Person {
        Person {
            certificate: Certificate::from_der_exact(&certificate).unwrap(),
            key: PrivateKey::from_pkcs8_der(&key).unwrap(),
        }
    }

    /// The one algorithm that this person's tests use.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        match self.certificate.public_key().kind() {
            crate::crypto::KeyKind::Rsa { .. } => {
                SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256)
            }
            _ => SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
        }
    }

    pub fn sign(&self, algorithm: &SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
        if let SignatureAlgorithm::RsaPkcs1(digest) = algorithm {
            // The keys of this crate sign with nothing that is weak.
            let pkcs8 = self.key.to_pkcs8_der().unwrap();
            let key = rsa::RsaPrivateKey::from_pkcs8_der(pkcs8.as_ref()).unwrap();
            let scheme = with_digest!(*digest, D => rsa::Pkcs1v15Sign::new::<D>());
            return key.sign(scheme, &digest.digest(message)).unwrap();
        }
        let request = SignRequest::new(self.key.clone(), algorithm.clone(), message.to_vec());
        self.key.sign(&request).unwrap()
    }
}

pub fn attribute(kind: &ObjectIdentifier, values: &[&[u8]]) -> Vec<u8> {
    let values = values.iter().map(|value| value.to_vec()).collect();
    sequence(&[&der_oid(kind), &set_of(values)])
}

/// contentType with id-data.
pub fn content_type() -> Vec<u8> {
    attribute(&oid::CONTENT_TYPE, &[&der_oid(&oid::DATA)])
}

/// messageDigest with SHA-256.
pub fn message_digest(content: &[u8]) -> Vec<u8> {
    let digest = octet_string(&DigestAlgorithm::Sha256.digest(content));
    attribute(&oid::MESSAGE_DIGEST, &[&digest])
}

/// The two attributes that must be there, for [`CONTENT`], and more.
pub fn good_and(more: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut attributes = vec![content_type(), message_digest(CONTENT)];
    attributes.extend(more.iter().map(|attribute| attribute.to_vec()));
    attributes
}

/// One SignerInfo in the making: good ECDSA or RSA with SHA-256, until something is changed.
#[derive(Clone)]
pub struct Hand {
    pub person: Person,
    pub sid: Vec<u8>,
    pub digest: Vec<u8>,
    /// `None`: over the content itself.
    pub attributes: Option<Vec<Vec<u8>>>,
    pub algorithm: SignatureAlgorithm,
    pub identifier: Vec<u8>,
    pub unsigned: Vec<Vec<u8>>,
    pub content: Vec<u8>,
    /// What is signed instead of the SET OF the attributes.
    pub to_be_signed: Option<Vec<u8>>,
    /// The `[0]` as it is written, instead of DER.
    pub field: Option<Vec<u8>>,
}

impl Hand {
    pub fn new(person: &Person) -> Hand {
        let issuer = person.certificate.issuer_der();
        let serial = tlv(Tag::INTEGER, person.certificate.serial_der());
        let algorithm = person.algorithm();
        Hand {
            person: person.clone(),
            sid: sequence(&[issuer, &serial]),
            digest: DigestAlgorithm::Sha256.identifier(),
            attributes: Some(good_and(&[])),
            identifier: algorithm.identifier(),
            algorithm,
            unsigned: Vec::new(),
            content: CONTENT.to_vec(),
            to_be_signed: None,
            field: None,
        }
    }

    pub fn attributes(mut self, attributes: Vec<Vec<u8>>) -> Hand {
        self.attributes = Some(attributes);
        self
    }

    /// The SignerInfo.
    pub fn signer_info(&self) -> Vec<u8> {
        let set = self.attributes.clone().map(set_of);
        let message = self.to_be_signed.as_ref().or(set.as_ref());
        let signature = self
            .person
            .sign(&self.algorithm, message.unwrap_or(&self.content));
        let mut field = set.unwrap_or_default();
        if let Some(tag) = field.first_mut() {
            *tag = 0xa0;
        }
        let unsigned = match self.unsigned.is_empty() {
            true => Vec::new(),
            false => implicit(1, true, &self.unsigned.concat()),
        };
        sequence(&[
            &integer_u64(1),
            &self.sid,
            &self.digest,
            self.field.as_ref().unwrap_or(&field),
            &self.identifier,
            &octet_string(&signature),
            &unsigned,
        ])
    }

    /// A whole message with this one signer, of content type id-data.
    pub fn message(&self) -> Vec<u8> {
        message(&self.content, &[self])
    }

    /// Verifies it with the signer's certificate under the standard policy.
    pub fn verify(&self) -> SignerEvidence {
        one(
            &self.message(),
            std::slice::from_ref(&self.person.certificate),
        )
    }
}

pub fn message(content: &[u8], signers: &[&Hand]) -> Vec<u8> {
    let infos: Vec<Vec<u8>> = signers.iter().map(|signer| signer.signer_info()).collect();
    let digests = set_of(signers.iter().map(|signer| signer.digest.clone()).collect());
    let certificates = signers.iter().map(|s| s.person.certificate.to_der());
    signed_data(
        &digests,
        &oid::DATA,
        Some(&octet_string(content)),
        &certificate_set(certificates),
        &infos,
    )
}

/// A ContentInfo around a SignedData; the SignerInfos stay in their order.
pub fn signed_data(
    digests: &[u8],
    content_type: &ObjectIdentifier,
    content: Option<&[u8]>,
    bags: &[u8],
    signers: &[Vec<u8>],
) -> Vec<u8> {
    let content = content.map_or_else(Vec::new, |content| explicit(0, content));
    let signed_data = sequence(&[
        &integer_u64(1),
        digests,
        &sequence(&[&der_oid(content_type), &content]),
        bags,
        &tlv(Tag::SET, &signers.concat()),
    ]);
    content_info(&oid::SIGNED_DATA, &signed_data)
}

pub fn signed(message: &[u8]) -> SignedData<'_> {
    match read(message, &Limits::default()).unwrap() {
        Received::Signed(signed) => signed,
        _ => panic!("no SignedData"),
    }
}

/// All signers; one that cannot be read gives its error.
pub fn all(
    message: &[u8],
    detached: Option<&[u8]>,
    candidates: &[Certificate],
    policy: &dyn Policy,
) -> Vec<Result<SignerEvidence, String>> {
    let signed = signed(message);
    let octets = match detached {
        Some(content) => Octets::whole(content),
        None => signed.content.clone().unwrap(),
    };
    let joined = octets.joined();
    let digests = signed.digests().into_iter();
    let content = SignedContent {
        content_type: signed.content_type,
        digests: digests.map(|d| (d, d.digest(&joined))).collect(),
        octets: SignedOctets::Held(octets),
    };
    signed
        .signers
        .iter()
        .map(|signer| match signer {
            Ok(signer) => Ok(verify_signer(signer, &content, candidates, policy)),
            Err(detail) => Err(detail.clone()),
        })
        .collect()
}

pub fn standard() -> StandardPolicy {
    StandardPolicy::new()
}

/// The only signer, under the standard policy.
pub fn one(message: &[u8], candidates: &[Certificate]) -> SignerEvidence {
    one_by(message, candidates, &standard())
}

pub fn one_by(message: &[u8], candidates: &[Certificate], policy: &dyn Policy) -> SignerEvidence {
    let mut all = all(message, None, candidates, policy);
    assert_eq!(all.len(), 1);
    all.remove(0).unwrap()
}

/// Why it failed, in order.
pub fn failures(evidence: &SignerEvidence) -> Vec<Reason> {
    let failed = evidence.checks().iter().filter(|check| check.is_failed());
    failed.map(|check| check.why().unwrap().clone()).collect()
}

/// The SignerIdentifier by subject key identifier.
pub fn by_key_identifier(certificate: &Certificate) -> Vec<u8> {
    match SignerId::subject_key_identifier(certificate) {
        Some(SignerId::SubjectKeyIdentifier(identifier)) => implicit(0, false, &identifier),
        _ => panic!("no key identifier"),
    }
}

/// An AlgorithmIdentifier with NULL parameters.
pub fn with_null(dotted: &str) -> Vec<u8> {
    let oid = ObjectIdentifier::new_unwrap(dotted);
    sequence(&[&der_oid(&oid), &null()])
}
