//! Key transport: the content key encrypted with RSA (RFC 5652 6.2.1, RFC 3370 4.2.1, RFC 3560).

use const_oid::ObjectIdentifier;

use super::{ROLE, issuer_and_serial};
use crate::asn1::{Reader, Tag, Value};
use crate::bag::Algorithm;
use crate::cert::RecipientId;
use crate::crypto::signature::{MGF1, RSA_ENCRYPTION};
use crate::crypto::transport::RSAES_OAEP;
use crate::crypto::{DigestAlgorithm, ReceivedKeyEncryption};
use crate::{Error, Limits};

/// id-pSpecified (RFC 4055 4.1).
const P_SPECIFIED: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.9");

/// ```text
/// KeyTransRecipientInfo ::= SEQUENCE { version CMSVersion, rid RecipientIdentifier,
///     keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier, encryptedKey EncryptedKey }
/// RecipientIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
///     subjectKeyIdentifier [0] SubjectKeyIdentifier }
/// ```
pub(super) struct Transport {
    pub recipient: RecipientId,
    pub encryption: ReceivedKeyEncryption,
    /// The label of OAEP, usually empty.
    pub label: Vec<u8>,
    pub encrypted_key: Vec<u8>,
}

impl Transport {
    /// `named`: gets the recipient of one that cannot be used.
    pub(super) fn read(
        value: &Value<'_>,
        named: &mut Vec<RecipientId>,
        limits: &Limits,
    ) -> Result<Transport, Error> {
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let recipient = match reader.peek()? {
            Some(Tag::SEQUENCE) => issuer_and_serial(&reader.read()?, limits)?,
            _ => {
                let identifier = reader.string(Tag::context(0, false))?.octets()?;
                RecipientId::SubjectKeyIdentifier(identifier.into_owned())
            }
        };
        match rest(reader) {
            Ok((encryption, label, encrypted_key)) => Ok(Transport {
                recipient,
                encryption,
                label,
                encrypted_key,
            }),
            Err(error) => {
                named.push(recipient);
                Err(error)
            }
        }
    }
}

/// What follows the recipient: algorithm with label, encrypted key.
fn rest(mut reader: Reader<'_>) -> Result<(ReceivedKeyEncryption, Vec<u8>, Vec<u8>), Error> {
    let algorithm = Algorithm::read(reader.read()?)?;
    let encrypted_key = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
    reader.finish()?;
    let (encryption, label) = match algorithm.oid {
        RSA_ENCRYPTION => (ReceivedKeyEncryption::RsaPkcs1, Vec::new()),
        RSAES_OAEP => oaep(&algorithm)?,
        other => return Err(Error::unsupported_algorithm(ROLE, other)),
    };
    Ok((encryption, label, encrypted_key))
}

/// Digests and label. Absent parameters are taken for all defaults, as an empty SEQUENCE is.
///
/// ```text
/// RSAES-OAEP-params ::= SEQUENCE {
///     hashFunc    [0] AlgorithmIdentifier DEFAULT sha1Identifier,
///     maskGenFunc [1] AlgorithmIdentifier DEFAULT mgf1SHA1Identifier,
///     pSourceFunc [2] AlgorithmIdentifier DEFAULT pSpecifiedEmptyIdentifier }
/// ```
///
/// (RFC 4055 4.1, with explicit tags.)
fn oaep(algorithm: &Algorithm<'_>) -> Result<(ReceivedKeyEncryption, Vec<u8>), Error> {
    let mut digest_used = DigestAlgorithm::Sha1;
    let mut mgf_digest = DigestAlgorithm::Sha1;
    let mut label = Vec::new();
    if algorithm.parameters.is_some() {
        let mut reader = algorithm.sequence()?.reader()?;
        if let Some(hash) = explicit(&mut reader, 0)? {
            digest_used = digest(&hash)?;
        }
        if let Some(mask) = explicit(&mut reader, 1)? {
            if mask.oid != MGF1 {
                return Err(Error::unsupported_algorithm("mask generation", mask.oid));
            }
            let inner = mask
                .parameters
                .ok_or_else(|| mask.value.error("MGF1 without its digest"))?;
            mgf_digest = digest(&Algorithm::read(inner)?)?;
        }
        if let Some(source) = explicit(&mut reader, 2)? {
            if source.oid != P_SPECIFIED {
                return Err(Error::unsupported_algorithm("OAEP label", source.oid));
            }
            label = match source.parameters {
                Some(label) if label.tag.primitive() == Tag::OCTET_STRING => {
                    label.octets()?.into_owned()
                }
                _ => return Err(source.value.error("id-pSpecified without its label")),
            };
        }
        reader.finish()?;
    }
    let encryption = ReceivedKeyEncryption::RsaOaep {
        digest: digest_used,
        mgf_digest,
    };
    Ok((encryption, label))
}

fn explicit<'a>(reader: &mut Reader<'a>, number: u32) -> Result<Option<Algorithm<'a>>, Error> {
    let Some(wrapper) = reader.optional(Tag::context(number, true))? else {
        return Ok(None);
    };
    let mut inner = wrapper.reader()?;
    let algorithm = Algorithm::read(inner.read()?)?;
    inner.finish()?;
    Ok(Some(algorithm))
}

fn digest(algorithm: &Algorithm<'_>) -> Result<DigestAlgorithm, Error> {
    DigestAlgorithm::from_oid(&algorithm.oid)
        .ok_or_else(|| Error::unsupported_algorithm("digest in RSAES-OAEP", algorithm.oid))
}
