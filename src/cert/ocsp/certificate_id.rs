//! How requests and responses name a certificate (RFC 6960 4.1.1).

use crate::asn1::{self, Reader, Tag, Value};
use crate::cert::{Certificate, serial};
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::{Error, Limits};

/// `CertID`, as received.
///
/// ```text
/// CertID ::= SEQUENCE {
///     hashAlgorithm           AlgorithmIdentifier,
///     issuerNameHash     OCTET STRING, -- Hash of issuer's DN
///     issuerKeyHash      OCTET STRING, -- Hash of issuer's public key
///     serialNumber       CertificateSerialNumber }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cert) struct CertificateId {
    /// `None`: one that is not implemented, and which names nothing that can be recognised.
    digest: Option<DigestAlgorithm>,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    serial: Vec<u8>,
}

impl CertificateId {
    pub(super) fn read(value: &Value<'_>) -> Result<CertificateId, Error> {
        let mut fields = value.reader()?;
        let mut algorithm = fields.expect(Tag::SEQUENCE)?.reader()?;
        let digest = algorithm.expect(Tag::OID)?.oid().ok();
        let issuer_name_hash = fields.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let issuer_key_hash = fields.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        let serial = fields.expect(Tag::INTEGER)?.content;
        fields.finish()?;
        Ok(CertificateId {
            digest: digest.and_then(|oid| DigestAlgorithm::from_oid(&oid)),
            issuer_name_hash,
            issuer_key_hash,
            serial: serial::shortest(serial).to_vec(),
        })
    }

    /// The serial number, without octets that only repeat its sign.
    pub(in crate::cert) fn serial(&self) -> &[u8] {
        &self.serial
    }

    pub(in crate::cert) fn digest(&self) -> Option<DigestAlgorithm> {
        self.digest
    }

    /// Whether the issuer is the one of these hashes, which were made with the digest of this.
    pub(in crate::cert) fn names_issuer(&self, hashes: &IssuerHashes) -> bool {
        hashes.names.contains(&self.issuer_name_hash) && hashes.key == self.issuer_key_hash
    }
}

/// What an issuer is recognised by.
pub(in crate::cert) struct IssuerHashes {
    /// The issuer's name as it stands in the certificate in question, and as it stands in the issuer's own: some
    /// CAs write it in two ways, and responders take one or the other.
    names: [Vec<u8>; 2],
    key: Vec<u8>,
}

impl IssuerHashes {
    pub(in crate::cert) fn new(
        digest: DigestAlgorithm,
        certificate: &Certificate,
        issuer: &Certificate,
    ) -> IssuerHashes {
        IssuerHashes {
            names: [
                digest.digest(certificate.issuer_der()),
                digest.digest(issuer.subject_der()),
            ],
            key: key_hash(digest, issuer.public_key()),
        }
    }
}

/// "The hash shall be calculated over the value (excluding tag and length) of the subject public key field in the
/// issuer's certificate" (RFC 6960 4.1.1): nor is the octet for unused bits in it.
pub(in crate::cert) fn key_hash(digest: DigestAlgorithm, key: &PublicKey) -> Vec<u8> {
    digest.digest(key_bits(key.spki_der()).unwrap_or_default())
}

/// The bits of `SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING }`,
/// which [`PublicKey`] has found to be whole octets.
fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    let mut outer = Reader::new(spki, "public key", &Limits::default());
    let mut fields = outer.expect(Tag::SEQUENCE).ok()?.reader().ok()?;
    fields.expect(Tag::SEQUENCE).ok()?;
    let bits = fields.expect(Tag::BIT_STRING).ok()?;
    bits.content.get(1..)
}

/// `CertID` in DER. The serial number is written as it was received.
pub(super) fn write(
    digest: DigestAlgorithm,
    certificate: &Certificate,
    issuer: &Certificate,
) -> Vec<u8> {
    let name_hash = digest.digest(certificate.issuer_der());
    // With NULL, as all write it: responders that prepare their answers compare octets.
    let algorithm = asn1::sequence(&[&asn1::oid(&digest.oid()), &asn1::null()]);
    asn1::sequence(&[
        &algorithm,
        &asn1::octet_string(&name_hash),
        &asn1::octet_string(&key_hash(digest, issuer.public_key())),
        &asn1::tlv(Tag::INTEGER, certificate.serial_der()),
    ])
}
