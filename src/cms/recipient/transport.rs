//! Key transport: the content key encrypted by RSA (RFC 5652 6.2.1, RFC 3370 4.2.1, RFC 3560).

use super::{KeyEncryption, Recipient, RecipientInfo};
use crate::Error;
use crate::asn1;
use crate::cms::CertificateReference;
use crate::crypto::{RandomSource, transport};

/// ```text
/// KeyTransRecipientInfo ::= SEQUENCE { version CMSVersion, rid RecipientIdentifier,
///     keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier, encryptedKey EncryptedKey }
/// ```
pub(super) fn wrap(
    recipient: &Recipient,
    content_key: &[u8],
    random: &dyn RandomSource,
) -> Result<RecipientInfo, Error> {
    let key = recipient.certificate.public_key();
    let (algorithm, encrypted_key) = match recipient.encryption {
        KeyEncryption::RsaOaep(digest) => (
            transport::oaep_identifier(digest),
            transport::rsa_oaep_encrypt(key, digest, digest, &[], content_key, random)?,
        ),
        _ => (
            transport::pkcs1_identifier(),
            transport::rsa_pkcs1_encrypt(key, content_key, random)?,
        ),
    };
    let version = match recipient.reference {
        CertificateReference::IssuerAndSerial => 0,
        CertificateReference::SubjectKeyIdentifier => 2,
    };
    let der = asn1::sequence(&[
        &asn1::integer_u64(version),
        &recipient.identifier()?,
        &algorithm,
        &asn1::octet_string(&encrypted_key),
    ]);
    Ok(RecipientInfo { version, der })
}
