//! Key agreement: an ephemeral key against the recipient's (RFC 5652 6.2.2, RFC 5753, RFC 8418).

use super::{KeyEncryption, Recipient, RecipientInfo};
use crate::Error;
use crate::asn1;
use crate::cms::{CertificateReference, oid};
use crate::crypto::wrap::KeyWrap;
use crate::crypto::{DigestAlgorithm, RandomSource, agreement, kdf};

/// ```text
/// KeyAgreeRecipientInfo ::= SEQUENCE { version CMSVersion, originator [0] EXPLICIT OriginatorIdentifierOrKey,
///     ukm [1] EXPLICIT UserKeyingMaterial OPTIONAL, keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier,
///     recipientEncryptedKeys RecipientEncryptedKeys }
/// OriginatorIdentifierOrKey ::= CHOICE { …, originatorKey [1] OriginatorPublicKey }
/// OriginatorPublicKey ::= SEQUENCE { algorithm AlgorithmIdentifier, publicKey BIT STRING }
/// RecipientEncryptedKey ::= SEQUENCE { rid KeyAgreeRecipientIdentifier, encryptedKey EncryptedKey }
/// ```
///
/// No `ukm` is written: the ephemeral key already makes every key-encryption key fresh, and some
/// readers do not process it.
pub(super) fn wrap(
    recipient: &Recipient,
    content_key: &[u8],
    random: &dyn RandomSource,
) -> Result<RecipientInfo, Error> {
    let ephemeral = agreement::agree(recipient.certificate.public_key(), random)?;
    let key_wrap = KeyWrap::for_key_len(content_key.len())
        .ok_or_else(|| Error::unfit("no key wrap has the size of the content key"))?;
    let info = shared_info(key_wrap);
    let (originator, scheme, key_encryption_key) = match recipient.encryption {
        KeyEncryption::X25519 => (
            oid::X25519,
            oid::ECDH_HKDF_SHA256,
            kdf::hkdf(
                DigestAlgorithm::Sha256,
                &[],
                &ephemeral.shared,
                &info,
                key_wrap.key_len(),
            )?,
        ),
        _ => (
            oid::EC_PUBLIC_KEY,
            oid::ECDH_X963_SHA256,
            kdf::x963(
                DigestAlgorithm::Sha256,
                &ephemeral.shared,
                &info,
                key_wrap.key_len(),
            ),
        ),
    };
    let encrypted_key = key_wrap.wrap(&key_encryption_key, content_key)?;

    // The curve is that of the recipient's key, so the parameters are left out (RFC 5753 3.1.1).
    let mut originator_key = asn1::sequence(&[&asn1::oid(&originator)]);
    originator_key.extend(asn1::bit_string(&ephemeral.point));
    let originator_key = asn1::implicit(1, true, &originator_key);

    let algorithm = asn1::sequence(&[&asn1::oid(&scheme), &key_wrap.identifier()]);
    let recipient_key = asn1::sequence(&[
        &agree_identifier(recipient)?,
        &asn1::octet_string(&encrypted_key),
    ]);
    let info = asn1::sequence(&[
        &asn1::integer_u64(3),
        &asn1::explicit(0, &originator_key),
        &algorithm,
        &asn1::sequence(&[&recipient_key]),
    ]);
    let mut der = info;
    if let Some(tag) = der.first_mut() {
        *tag = 0xA1;
    }
    Ok(RecipientInfo { version: 3, der })
}

/// ```text
/// KeyAgreeRecipientIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
///     rKeyId [0] IMPLICIT RecipientKeyIdentifier }
/// RecipientKeyIdentifier ::= SEQUENCE { subjectKeyIdentifier SubjectKeyIdentifier, … }
/// ```
fn agree_identifier(recipient: &Recipient) -> Result<Vec<u8>, Error> {
    match recipient.reference {
        CertificateReference::IssuerAndSerial => recipient.identifier(),
        CertificateReference::SubjectKeyIdentifier => {
            let mut identifier = recipient.identifier()?;
            // The same octets, here as an OCTET STRING inside RecipientKeyIdentifier.
            if let Some(tag) = identifier.first_mut() {
                *tag = 0x04;
            }
            Ok(asn1::implicit(0, true, &identifier))
        }
    }
}

/// What both sides feed to the key derivation beside the shared secret (RFC 5753 7.2, RFC 8418 2.1).
///
/// ```text
/// ECC-CMS-SharedInfo ::= SEQUENCE { keyInfo AlgorithmIdentifier, entityUInfo [0] EXPLICIT OCTET STRING OPTIONAL,
///     suppPubInfo [2] EXPLICIT OCTET STRING }  -- length of the key-encryption key in bits, 32-bit big endian
/// ```
fn shared_info(key_wrap: KeyWrap) -> Vec<u8> {
    let bits = u32::try_from(key_wrap.key_len().saturating_mul(8)).unwrap_or(u32::MAX);
    asn1::sequence(&[
        &key_wrap.identifier(),
        &asn1::explicit(2, &asn1::octet_string(&bits.to_be_bytes())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// Written by hand from RFC 8418 2.1 and RFC 5753 7.2: SEQUENCE { SEQUENCE { id-aes128-wrap },
    /// [2] { OCTET STRING 00000080 } }, and the same with id-aes256-wrap and 256 bits.
    #[test]
    fn shared_info_is_as_written_by_hand() {
        assert_eq!(
            shared_info(KeyWrap::Aes128),
            hex!("3015 300b 0609 608648016503040105 a206 0404 00000080")
        );
        assert_eq!(
            shared_info(KeyWrap::Aes256),
            hex!("3015 300b 0609 60864801650304012d a206 0404 00000100")
        );
    }
}
