//! Signed attributes (RFC 5652 5.3, 11), read.

mod algorithms;
mod capabilities;
mod ess;
mod single;

pub(crate) use algorithms::{AlgorithmProtection, comparable};
pub(crate) use ess::CertificateId;
pub(crate) use single::Single;

use std::time::SystemTime;

use const_oid::ObjectIdentifier;

use super::signer_info::issuer_and_serial;
use crate::asn1::{Reader, Tag, Value, set_of, to_der};
use crate::cert::{RecipientId, read_time};
use crate::cms::oid;
use crate::{Error, Limits};

/// The signed attributes of one signer.
///
/// ```text
/// SignedAttributes ::= SET SIZE (1..MAX) OF Attribute
/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
/// ```
pub(crate) struct SignedAttributes {
    /// The bytes that were signed: as received, tagged as a SET OF.
    pub to_be_signed: Vec<u8>,
    /// The same in DER, when they were received as other BER: one of both was signed (RFC 5652 5.4).
    pub to_be_signed_der: Option<Vec<u8>>,
    /// contentType (RFC 5652 11.1).
    pub content_type: Single<ObjectIdentifier>,
    /// messageDigest (RFC 5652 11.2).
    pub message_digest: Single<Vec<u8>>,
    /// signingTime (RFC 5652 11.3).
    pub signing_time: Single<SystemTime>,
    /// signingCertificate (RFC 2634 5.4): the first certificate it names, by SHA-1.
    pub signing_certificate: Single<CertificateId>,
    /// signingCertificateV2 (RFC 5035 3): the first certificate it names.
    pub signing_certificate_v2: Single<CertificateId>,
    /// cmsAlgorithmProtection (RFC 6211).
    pub algorithm_protection: Single<AlgorithmProtection>,
    /// sMIMECapabilities (RFC 8551 2.5.2).
    pub capabilities: Single<Vec<(String, Vec<u8>)>>,
    /// encrypKeyPref (RFC 8551 2.5.3).
    pub key_preference: Single<RecipientId>,
    /// What Outlook writes beside it or instead.
    pub microsoft_key_preference: Single<RecipientId>,
}

impl SignedAttributes {
    /// Reads the `[0]` of a SignerInfo. Values that cannot be read are [`Single::Malformed`].
    pub(super) fn read(set: &Value<'_>, limits: &Limits) -> Result<SignedAttributes, Error> {
        let mut to_be_signed = set.raw.to_vec();
        match to_be_signed.first_mut() {
            Some(tag) if *tag == 0xa0 => *tag = 0x31,
            _ => return Err(set.error("the tag of the signed attributes is not DER")),
        }
        let mut found = SignedAttributes {
            to_be_signed_der: other_der(&to_be_signed, limits)?,
            to_be_signed,
            content_type: Single::Absent,
            message_digest: Single::Absent,
            signing_time: Single::Absent,
            signing_certificate: Single::Absent,
            signing_certificate_v2: Single::Absent,
            algorithm_protection: Single::Absent,
            capabilities: Single::Absent,
            key_preference: Single::Absent,
            microsoft_key_preference: Single::Absent,
        };
        let mut reader = set.reader()?;
        let mut count = 0_usize;
        while !reader.is_empty() {
            count = count.saturating_add(1);
            if count > limits.attributes {
                let limit = u64::try_from(limits.attributes).unwrap_or(u64::MAX);
                return Err(Error::limit("signed attributes of one signer", limit));
            }
            let mut attribute = reader.expect(Tag::SEQUENCE)?.reader()?;
            let kind = attribute.expect(Tag::OID)?;
            let values = attribute.expect(Tag::SET)?.reader()?;
            attribute.finish()?;
            // One whose identifier is too long to be held is none of those that are known.
            if let Ok(kind) = kind.oid() {
                found.add(&kind, values, limits);
            }
        }
        Ok(found)
    }

    fn add(&mut self, kind: &ObjectIdentifier, values: Reader<'_>, limits: &Limits) {
        match *kind {
            oid::CONTENT_TYPE => self.content_type.add(values, |value| match value.tag {
                Tag::OID => value.oid(),
                _ => Err(value.error("contentType is an OBJECT IDENTIFIER")),
            }),
            oid::MESSAGE_DIGEST => {
                self.message_digest
                    .add(values, |value| match value.tag.primitive() {
                        Tag::OCTET_STRING => value.octets().map(|octets| octets.into_owned()),
                        _ => Err(value.error("messageDigest is an OCTET STRING")),
                    })
            }
            oid::SIGNING_TIME => self.signing_time.add(values, read_time),
            oid::SIGNING_CERTIFICATE => {
                let read = |value: &Value<'_>| CertificateId::read_v1(value, limits);
                self.signing_certificate.add(values, read);
            }
            oid::SIGNING_CERTIFICATE_V2 => {
                let read = |value: &Value<'_>| CertificateId::read_v2(value, limits);
                self.signing_certificate_v2.add(values, read);
            }
            oid::ALGORITHM_PROTECTION => {
                let read = |value: &Value<'_>| AlgorithmProtection::read(value, limits);
                self.algorithm_protection.add(values, read);
            }
            oid::SMIME_CAPABILITIES => {
                let read = |value: &Value<'_>| capabilities::read(value, limits);
                self.capabilities.add(values, read);
            }
            oid::ENCRYPTION_KEY_PREFERENCE => {
                let read = |value: &Value<'_>| key_preference(value, limits);
                self.key_preference.add(values, read);
            }
            oid::MICROSOFT_KEY_PREFERENCE => {
                let read = |value: &Value<'_>| key_preference(value, limits);
                self.microsoft_key_preference.add(values, read);
            }
            _ => {}
        }
    }

    /// signingTime, if there is one that can be read.
    pub(crate) fn signing_time(&self) -> Option<SystemTime> {
        self.signing_time.value().copied()
    }

    /// The names of the sMIMECapabilities (known ones by name, others as dotted OIDs), best first; with the DER of each.
    pub(crate) fn capabilities(&self) -> Vec<(String, Vec<u8>)> {
        self.capabilities.value().cloned().unwrap_or_default()
    }

    /// The certificate of sMIMEEncryptionKeyPreference.
    pub(crate) fn encryption_key_preference(&self) -> Option<RecipientId> {
        let standard = self.key_preference.value();
        standard
            .or_else(|| self.microsoft_key_preference.value())
            .cloned()
    }
}

/// The DER of a SET OF Attribute, when it is not DER already: definite minimal lengths, attributes and
/// their values sorted (X.690 11.6).
fn other_der(set: &[u8], limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
    let der = to_der(set, limits)?;
    let mut attributes = Vec::new();
    let mut outer = Reader::new(&der, "signed attributes", limits);
    let mut reader = outer.expect(Tag::SET)?.reader()?;
    while !reader.is_empty() {
        let mut attribute = reader.expect(Tag::SEQUENCE)?.reader()?;
        let kind = attribute.read()?;
        let mut values = attribute.expect(Tag::SET)?.reader()?;
        let mut sorted = Vec::new();
        while !values.is_empty() {
            sorted.push(values.read()?.raw.to_vec());
        }
        attributes.push(crate::asn1::sequence(&[kind.raw, &set_of(sorted)]));
    }
    let der = set_of(attributes);
    Ok((der != set).then_some(der))
}

/// ```text
/// SMIMEEncryptionKeyPreference ::= CHOICE { issuerAndSerialNumber [0] IssuerAndSerialNumber,
///     receipentKeyId [1] RecipientKeyIdentifier, subjectAltKeyIdentifier [2] SubjectKeyIdentifier }
/// RecipientKeyIdentifier ::= SEQUENCE { subjectKeyIdentifier SubjectKeyIdentifier,
///     date GeneralizedTime OPTIONAL, other OtherKeyAttribute OPTIONAL }
/// ```
///
/// Microsoft's attribute is a bare IssuerAndSerialNumber.
fn key_preference(value: &Value<'_>, limits: &Limits) -> Result<RecipientId, Error> {
    if value.tag == Tag::context(0, true) || value.tag == Tag::SEQUENCE {
        let (issuer, serial) = issuer_and_serial(value, limits)?;
        return Ok(RecipientId::IssuerAndSerial { issuer, serial });
    }
    let identifier = if value.tag == Tag::context(1, true) {
        value.reader()?.string(Tag::OCTET_STRING)?.octets()?
    } else if value.tag.primitive() == Tag::context(2, false) {
        value.octets()?
    } else {
        return Err(value.error("an encryption key preference of another form"));
    };
    Ok(RecipientId::SubjectKeyIdentifier(identifier.into_owned()))
}
