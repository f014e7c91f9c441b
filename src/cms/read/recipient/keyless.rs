//! Recipients without a certificate: shared keys and passwords (RFC 5652 6.2.3, 6.2.4, RFC 3211).

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{Kind, ROLE, RecipientInfo, key_wrap, skip_date_and_other, unsupported};
use crate::Error;
use crate::asn1::{Tag, Value};
use crate::bag::Algorithm;
use crate::cert::pbe::{Budget, ID_PBKDF2, Pbkdf2};
use crate::crypto::wrap::{ReceivedWrap, pwri_unwrap};
use crate::crypto::{ContentCipher, ReceivedCipher, ReceivedKeyEncryption};

/// id-alg-PWRI-KEK (RFC 3211 2.2).
const PWRI_KEK: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.9");

/// ```text
/// KEKRecipientInfo ::= SEQUENCE { version CMSVersion, kekid KEKIdentifier,
///     keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier, encryptedKey EncryptedKey }
/// KEKIdentifier ::= SEQUENCE { keyIdentifier OCTET STRING, date GeneralizedTime OPTIONAL,
///     other OtherKeyAttribute OPTIONAL }
/// ```
pub(super) struct SharedKeyRecipient {
    pub wrap: ReceivedWrap,
    identifier: Vec<u8>,
    encrypted_key: Vec<u8>,
}

impl SharedKeyRecipient {
    pub(super) fn read(value: &Value<'_>) -> Result<SharedKeyRecipient, Error> {
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let mut kekid = reader.expect(Tag::SEQUENCE)?.reader()?;
        let identifier = kekid.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        skip_date_and_other(kekid)?;
        let algorithm = Algorithm::read(reader.read()?)?;
        let encrypted_key = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        reader.finish()?;
        Ok(SharedKeyRecipient {
            wrap: key_wrap(&algorithm)?,
            identifier,
            encrypted_key,
        })
    }
}

/// ```text
/// PasswordRecipientInfo ::= SEQUENCE { version CMSVersion,
///     keyDerivationAlgorithm [0] KeyDerivationAlgorithmIdentifier OPTIONAL,
///     keyEncryptionAlgorithm KeyEncryptionAlgorithmIdentifier, encryptedKey EncryptedKey }
/// ```
pub(super) struct PasswordRecipient {
    derivation: Pbkdf2,
    cipher: ReceivedCipher,
    iv: Vec<u8>,
    encrypted_key: Vec<u8>,
}

impl PasswordRecipient {
    pub(super) fn read(value: &Value<'_>) -> Result<PasswordRecipient, Error> {
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let derivation = reader.optional(Tag::context(0, true))?;
        let encryption = Algorithm::read(reader.read()?)?;
        let encrypted_key = reader.string(Tag::OCTET_STRING)?.octets()?.into_owned();
        reader.finish()?;

        // Without it the key-encryption key comes from elsewhere (RFC 5652 6.2.4), and nothing says from where.
        let Some(derivation) = derivation else {
            return Err(unsupported("a password recipient without key derivation"));
        };
        let derivation = Algorithm::tagged(derivation)?;
        if derivation.oid != ID_PBKDF2 {
            return Err(Error::unsupported_algorithm(
                "key derivation from a password",
                derivation.oid,
            ));
        }
        let pbkdf2 = Pbkdf2::read(&derivation, "PBKDF2")?;

        if encryption.oid != PWRI_KEK {
            return Err(Error::unsupported_algorithm(ROLE, encryption.oid));
        }
        let Some(parameters) = encryption.parameters else {
            return Err(encryption.value.error("id-alg-PWRI-KEK without its cipher"));
        };
        let (cipher, iv) = cipher(&Algorithm::read(parameters)?)?;
        let key_len = u64::try_from(cipher.key_len()).unwrap_or(u64::MAX);
        if pbkdf2.key_length().is_some_and(|found| found != key_len) {
            return Err(derivation
                .value
                .error("its key has not the length the cipher needs"));
        }
        Ok(PasswordRecipient {
            derivation: pbkdf2,
            cipher,
            iv,
            encrypted_key,
        })
    }

    /// `None`: another password, or damaged.
    fn open(
        &self,
        password: &str,
        key_len: usize,
        budget: &mut Budget,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let length = self.cipher.key_len();
        let kek = self
            .derivation
            .derive(password.as_bytes(), length, budget)?;
        Ok(pwri_unwrap(self.cipher, &self.iv, &kek, &self.encrypted_key, key_len).ok())
    }
}

/// The cipher inside id-alg-PWRI-KEK: a block cipher in CBC mode with its IV (RFC 3211 2.2).
fn cipher(algorithm: &Algorithm<'_>) -> Result<(ReceivedCipher, Vec<u8>), Error> {
    /// des-ede3-cbc (RFC 3370 5.1).
    const DES_EDE3_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");
    if algorithm.oid == DES_EDE3_CBC {
        return Ok((
            ReceivedCipher::TripleDesCbc,
            algorithm.octets::<8>()?.to_vec(),
        ));
    }
    match ContentCipher::from_oid(&algorithm.oid) {
        Some(cipher) if !cipher.is_authenticated() => {
            Ok((cipher.into(), algorithm.octets::<16>()?.to_vec()))
        }
        _ => Err(Error::unsupported_algorithm(
            "password encryption of the key",
            algorithm.oid,
        )),
    }
}

/// A content key, and how it came.
pub(crate) type ContentKey = (ReceivedKeyEncryption, Zeroizing<Vec<u8>>);

/// Whether [`without_certificate`] has a password or key for one of these recipients, be it the right one or not.
pub(crate) fn is_addressed(
    recipients: &[RecipientInfo],
    passwords: &[Zeroizing<String>],
    keys: &[(Vec<u8>, Zeroizing<Vec<u8>>)],
) -> bool {
    recipients.iter().any(|recipient| match &recipient.kind {
        Kind::SharedKey(recipient) => keys.iter().any(|(name, _)| *name == recipient.identifier),
        Kind::Password(_) => !passwords.is_empty(),
        _ => false,
    })
}

/// The content key by a password (PasswordRecipientInfo, RFC 3211) or a shared key (KEKRecipientInfo). `passwords` in order; `keys`
/// by identifier. `None`: no such recipient, or none of them fits.
///
/// Error: more iterations than are left in `budget`. It is one for the whole mail: all passwords, password
/// recipients and parts together.
pub(crate) fn without_certificate(
    recipients: &[RecipientInfo],
    passwords: &[Zeroizing<String>],
    keys: &[(Vec<u8>, Zeroizing<Vec<u8>>)],
    key_len: usize,
    budget: &mut Budget,
) -> Result<Option<ContentKey>, Error> {
    for recipient in recipients {
        let Kind::SharedKey(recipient) = &recipient.kind else {
            continue;
        };
        let named = keys
            .iter()
            .filter(|(name, _)| *name == recipient.identifier);
        let found = named
            .filter_map(|(_, key)| recipient.wrap.unwrap(key, &recipient.encrypted_key).ok())
            .find(|content_key| content_key.len() == key_len);
        if let Some(content_key) = found {
            return Ok(Some((ReceivedKeyEncryption::SharedKey, content_key)));
        }
    }
    for password in passwords {
        for recipient in recipients {
            if let Kind::Password(recipient) = &recipient.kind
                && let Some(content_key) = recipient.open(password, key_len, budget)?
            {
                return Ok(Some((ReceivedKeyEncryption::Password, content_key)));
            }
        }
    }
    Ok(None)
}
