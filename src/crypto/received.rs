//! Algorithms of messages that were received: those this crate uses itself, and older ones.

use std::fmt;

use super::{ContentCipher, DigestAlgorithm};

/// A content cipher met in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReceivedCipher {
    /// One that this crate writes as well.
    Current(ContentCipher),
    /// AES-192-GCM (RFC 5084): read, not written.
    Aes192Gcm,
    /// Triple DES in CBC mode, three keys (RFC 3370 5.1).
    TripleDesCbc,
    /// RC2 in CBC mode (RFC 3370 5.2).
    Rc2Cbc {
        /// Effective key length in bits: 40, 64 or 128.
        effective_bits: u32,
    },
}

impl ReceivedCipher {
    /// The name people use, for example `AES-256-CBC`.
    pub fn name(self) -> String {
        match self {
            ReceivedCipher::Current(cipher) => cipher.name().into(),
            ReceivedCipher::Aes192Gcm => "AES-192-GCM".into(),
            ReceivedCipher::TripleDesCbc => "3DES-CBC".into(),
            ReceivedCipher::Rc2Cbc { effective_bits } => format!("RC2-{effective_bits}-CBC"),
        }
    }

    /// Whether a change of the ciphertext is noticed.
    pub fn is_authenticated(self) -> bool {
        match self {
            ReceivedCipher::Current(cipher) => cipher.is_authenticated(),
            ReceivedCipher::Aes192Gcm => true,
            ReceivedCipher::TripleDesCbc | ReceivedCipher::Rc2Cbc { .. } => false,
        }
    }

    /// Length of the content key in bytes.
    pub(crate) fn key_len(self) -> usize {
        match self {
            ReceivedCipher::Current(cipher) => cipher.key_len(),
            ReceivedCipher::Aes192Gcm | ReceivedCipher::TripleDesCbc => 24,
            ReceivedCipher::Rc2Cbc { effective_bits: 40 } => 5,
            ReceivedCipher::Rc2Cbc { effective_bits: 64 } => 8,
            ReceivedCipher::Rc2Cbc { .. } => 16,
        }
    }

    /// Length of the IV, which is that of a block, or of the nonce in bytes.
    pub(crate) fn nonce_len(self) -> usize {
        match self {
            ReceivedCipher::Current(cipher) => cipher.nonce_len(),
            ReceivedCipher::Aes192Gcm => 12,
            ReceivedCipher::TripleDesCbc | ReceivedCipher::Rc2Cbc { .. } => 8,
        }
    }
}

impl From<ContentCipher> for ReceivedCipher {
    fn from(cipher: ContentCipher) -> ReceivedCipher {
        ReceivedCipher::Current(cipher)
    }
}

/// How the content key of a received message was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReceivedKeyEncryption {
    /// RSA PKCS#1 v1.5 (RFC 3370 4.2.1).
    RsaPkcs1,
    /// RSAES-OAEP (RFC 3560).
    RsaOaep {
        /// The digest of the label.
        digest: DigestAlgorithm,
        /// The digest inside MGF1.
        mgf_digest: DigestAlgorithm,
    },
    /// ECDH with the X9.63 KDF over this digest (RFC 5753).
    Ecdh(DigestAlgorithm),
    /// X25519 with HKDF over this digest (RFC 8418).
    X25519(DigestAlgorithm),
    /// A key that both sides had before (RFC 5652 6.2.3).
    SharedKey,
    /// A password (RFC 3211).
    Password,
}

impl fmt::Display for ReceivedKeyEncryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReceivedKeyEncryption::RsaPkcs1 => f.write_str("RSA PKCS#1 v1.5"),
            ReceivedKeyEncryption::RsaOaep { digest, mgf_digest } if digest == mgf_digest => {
                write!(f, "RSA OAEP with {}", digest.name())
            }
            ReceivedKeyEncryption::RsaOaep { digest, mgf_digest } => write!(
                f,
                "RSA OAEP with {} and MGF1 with {}",
                digest.name(),
                mgf_digest.name()
            ),
            ReceivedKeyEncryption::Ecdh(digest) => {
                write!(f, "ECDH with X9.63 KDF {}", digest.name())
            }
            ReceivedKeyEncryption::X25519(digest) => {
                write!(f, "X25519 with HKDF {}", digest.name())
            }
            ReceivedKeyEncryption::SharedKey => f.write_str("a shared key"),
            ReceivedKeyEncryption::Password => f.write_str("a password"),
        }
    }
}
