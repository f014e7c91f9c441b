//! RecipientInfo: the content key, encrypted to one certificate (RFC 5652 6.2).

mod agreement;
mod transport;

use crate::Error;
use crate::asn1;
use crate::cert::Certificate;
use crate::cms::CertificateReference;
use crate::cms::attributes::issuer_and_serial;
use crate::cms::signed::key_identifier;
use crate::crypto::public_key::KeyKind;
use crate::crypto::{DigestAlgorithm, RandomSource};

/// How the content key is encrypted for one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyEncryption {
    /// RSA PKCS#1 v1.5, which every reader knows (RFC 3370 4.2.1).
    RsaPkcs1,
    /// RSAES-OAEP with this digest, MGF1 with the same (RFC 3560).
    RsaOaep(DigestAlgorithm),
    /// Ephemeral-static ECDH on the recipient's curve, X9.63 KDF with SHA-256 (RFC 5753).
    Ecdh,
    /// X25519, HKDF with SHA-256 (RFC 8418).
    X25519,
}

impl KeyEncryption {
    /// The algorithm for a key of this kind; `oaep` applies to RSA keys only. `None` when a key of
    /// this kind cannot receive.
    pub(crate) fn for_key(kind: &KeyKind, oaep: bool) -> Option<KeyEncryption> {
        match kind {
            KeyKind::Rsa { .. } if oaep => Some(KeyEncryption::RsaOaep(DigestAlgorithm::Sha256)),
            KeyKind::Rsa { .. } => Some(KeyEncryption::RsaPkcs1),
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => Some(KeyEncryption::Ecdh),
            KeyKind::X25519 => Some(KeyEncryption::X25519),
            _ => None,
        }
    }
}

impl std::fmt::Display for KeyEncryption {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeyEncryption::RsaPkcs1 => f.write_str("RSA PKCS#1 v1.5"),
            KeyEncryption::RsaOaep(digest) => write!(f, "RSA OAEP with {}", digest.name()),
            KeyEncryption::Ecdh => f.write_str("ECDH with X9.63 KDF SHA-256"),
            KeyEncryption::X25519 => f.write_str("X25519 with HKDF SHA-256"),
        }
    }
}

/// One finished RecipientInfo and its version, which decides that of the EnvelopedData.
///
/// ```text
/// RecipientInfo ::= CHOICE { ktri KeyTransRecipientInfo, kari [1] KeyAgreeRecipientInfo,
///     kekri [2] KEKRecipientInfo, pwri [3] PasswordRecipientinfo, ori [4] OtherRecipientInfo }
/// ```
pub(crate) struct RecipientInfo {
    pub version: u64,
    pub der: Vec<u8>,
}

/// To whom and how.
#[derive(Clone)]
pub(crate) struct Recipient {
    pub certificate: Certificate,
    pub encryption: KeyEncryption,
    pub reference: CertificateReference,
}

impl Recipient {
    /// Encrypts `content_key` to this recipient.
    pub(crate) fn wrap(
        &self,
        content_key: &[u8],
        random: &dyn RandomSource,
    ) -> Result<RecipientInfo, Error> {
        match self.encryption {
            KeyEncryption::RsaPkcs1 | KeyEncryption::RsaOaep(_) => {
                transport::wrap(self, content_key, random)
            }
            KeyEncryption::Ecdh | KeyEncryption::X25519 => {
                agreement::wrap(self, content_key, random)
            }
        }
    }

    /// ```text
    /// RecipientIdentifier ::= CHOICE { issuerAndSerialNumber IssuerAndSerialNumber,
    ///     subjectKeyIdentifier [0] SubjectKeyIdentifier }
    /// ```
    fn identifier(&self) -> Result<Vec<u8>, Error> {
        match self.reference {
            CertificateReference::IssuerAndSerial => Ok(issuer_and_serial(&self.certificate)),
            CertificateReference::SubjectKeyIdentifier => {
                Ok(asn1::implicit(0, false, key_identifier(&self.certificate)?))
            }
        }
    }
}
