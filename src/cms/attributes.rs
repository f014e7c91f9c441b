//! Signed attributes: built once, sorted once, signed and written as the same bytes.

use std::time::SystemTime;

use const_oid::ObjectIdentifier;

use super::oid;
use crate::Error;
use crate::asn1::{self, Tag};
use crate::cert::Certificate;
use crate::crypto::{ContentCipher, DigestAlgorithm, SignatureAlgorithm};

/// The signed attributes of one SignerInfo, as the DER of a SET OF.
///
/// ```text
/// SignedAttributes ::= SET SIZE (1..MAX) OF Attribute
/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
/// ```
pub(crate) struct SignedAttributes {
    set: Vec<u8>,
}

/// What goes into them.
pub(crate) struct Contents<'a> {
    /// Digest of the content.
    pub message_digest: &'a [u8],
    /// The caller's clock.
    pub signing_time: SystemTime,
    /// The signer's certificate.
    pub certificate: &'a Certificate,
    /// Ciphers advertised, best first.
    pub capabilities: &'a [ContentCipher],
    /// The signer's encryption certificate, when it is not the signing one.
    pub encryption_certificate: Option<&'a Certificate>,
    /// The digest algorithm of the SignerInfo.
    pub digest: DigestAlgorithm,
    /// The signature algorithm of the SignerInfo.
    pub signature: &'a SignatureAlgorithm,
}

impl SignedAttributes {
    /// Builds all of them. Fails only for a time before 1970.
    pub(crate) fn new(contents: &Contents<'_>) -> Result<Self, Error> {
        let mut attributes = vec![
            attribute(&oid::CONTENT_TYPE, &asn1::oid(&oid::DATA)),
            attribute(
                &oid::MESSAGE_DIGEST,
                &asn1::octet_string(contents.message_digest),
            ),
            attribute(&oid::SIGNING_TIME, &asn1::time(contents.signing_time)?),
            attribute(
                &oid::SIGNING_CERTIFICATE_V2,
                &signing_certificate_v2(contents.certificate),
            ),
            attribute(
                &oid::ALGORITHM_PROTECTION,
                &algorithm_protection(contents.digest, contents.signature)?,
            ),
        ];
        if !contents.capabilities.is_empty() {
            let capabilities = capabilities(contents.capabilities);
            attributes.push(attribute(&oid::SMIME_CAPABILITIES, &capabilities));
        }
        if let Some(certificate) = contents.encryption_certificate {
            let preference = asn1::implicit(0, true, &issuer_and_serial_content(certificate));
            attributes.push(attribute(&oid::ENCRYPTION_KEY_PREFERENCE, &preference));
        }
        Ok(SignedAttributes {
            set: asn1::set_of(attributes),
        })
    }

    /// The bytes that are signed: tagged as a universal SET (RFC 5652 5.4).
    pub(crate) fn to_be_signed(&self) -> &[u8] {
        &self.set
    }

    /// The bytes that are written into the SignerInfo: the same, tagged `[0] IMPLICIT`.
    pub(crate) fn to_field(&self) -> Vec<u8> {
        let mut field = self.set.clone();
        if let Some(tag) = field.first_mut() {
            *tag = 0xA0;
        }
        field
    }
}

fn attribute(kind: &ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    asn1::sequence(&[&asn1::oid(kind), &asn1::set_of(vec![value.to_vec()])])
}

/// Names the signer's certificate by digest, so that it cannot be exchanged (RFC 5035 3).
///
/// ```text
/// SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2, policies SEQUENCE OF PolicyInformation OPTIONAL }
/// ESSCertIDv2 ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier DEFAULT {algorithm id-sha256},
///                            certHash OCTET STRING, issuerSerial IssuerSerial OPTIONAL }
/// IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber CertificateSerialNumber }
/// ```
fn signing_certificate_v2(certificate: &Certificate) -> Vec<u8> {
    let hash = asn1::octet_string(&DigestAlgorithm::Sha256.digest(certificate.to_der()));
    // GeneralName directoryName [4]: a Name is a CHOICE, so the tag is explicit.
    let issuer = asn1::sequence(&[&asn1::explicit(4, certificate.issuer_der())]);
    let serial = asn1::tlv(Tag::INTEGER, certificate.serial_der());
    let issuer_serial = asn1::sequence(&[&issuer, &serial]);
    let id = asn1::sequence(&[&hash, &issuer_serial]);
    asn1::sequence(&[&asn1::sequence(&[&id])])
}

/// Binds the algorithms of the SignerInfo to the signature (RFC 6211 2).
///
/// ```text
/// CMSAlgorithmProtection ::= SEQUENCE { digestAlgorithm DigestAlgorithmIdentifier,
///     signatureAlgorithm [1] SignatureAlgorithmIdentifier OPTIONAL,
///     macAlgorithm       [2] MessageAuthenticationCodeAlgorithm OPTIONAL }
/// ```
fn algorithm_protection(
    digest: DigestAlgorithm,
    signature: &SignatureAlgorithm,
) -> Result<Vec<u8>, Error> {
    let mut retagged = signature.identifier();
    match retagged.first_mut() {
        Some(tag) => *tag = 0xA1,
        None => return Err(Error::malformed("signature algorithm", "empty")),
    }
    Ok(asn1::sequence(&[&digest.identifier(), &retagged]))
}

/// ```text
/// SMIMECapabilities ::= SEQUENCE OF SMIMECapability
/// SMIMECapability ::= SEQUENCE { capabilityID OBJECT IDENTIFIER, parameters ANY OPTIONAL }
/// ```
fn capabilities(ciphers: &[ContentCipher]) -> Vec<u8> {
    let entries: Vec<Vec<u8>> = ciphers
        .iter()
        .map(|cipher| asn1::sequence(&[&asn1::oid(&cipher.oid())]))
        .collect();
    asn1::sequence(&entries.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// `IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber CertificateSerialNumber }`
pub(crate) fn issuer_and_serial(certificate: &Certificate) -> Vec<u8> {
    asn1::sequence(&[&issuer_and_serial_content(certificate)])
}

fn issuer_and_serial_content(certificate: &Certificate) -> Vec<u8> {
    let mut content = certificate.issuer_der().to_vec();
    content.extend(asn1::tlv(Tag::INTEGER, certificate.serial_der()));
    content
}
