//! The algorithms that can be asked for, by the names scripts give them.

use clap::ValueEnum;
use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::protect::KeyEncryptionChoice;

#[derive(Clone, Copy, ValueEnum)]
pub enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

impl Digest {
    pub fn algorithm(self) -> DigestAlgorithm {
        match self {
            Digest::Sha256 => DigestAlgorithm::Sha256,
            Digest::Sha384 => DigestAlgorithm::Sha384,
            Digest::Sha512 => DigestAlgorithm::Sha512,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Cipher {
    /// AES-256-CBC, which every client reads
    Auto,
    #[value(name = "aes256-gcm")]
    Aes256Gcm,
    #[value(name = "aes128-gcm")]
    Aes128Gcm,
    #[value(name = "aes256-cbc")]
    Aes256Cbc,
    #[value(name = "aes192-cbc")]
    Aes192Cbc,
    #[value(name = "aes128-cbc")]
    Aes128Cbc,
    #[value(name = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

impl Cipher {
    /// `None` leaves the choice to the library.
    pub fn chosen(self) -> Option<ContentCipher> {
        match self {
            Cipher::Auto => None,
            Cipher::Aes256Gcm => Some(ContentCipher::Aes256Gcm),
            Cipher::Aes128Gcm => Some(ContentCipher::Aes128Gcm),
            Cipher::Aes256Cbc => Some(ContentCipher::Aes256Cbc),
            Cipher::Aes192Cbc => Some(ContentCipher::Aes192Cbc),
            Cipher::Aes128Cbc => Some(ContentCipher::Aes128Cbc),
            Cipher::ChaCha20Poly1305 => Some(ContentCipher::ChaCha20Poly1305),
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KeyEncryption {
    /// RSA PKCS#1 v1.5, which every client reads
    Auto,
    /// RSA OAEP with SHA-256
    Oaep,
    /// RSA PKCS#1 v1.5
    Pkcs1,
}

impl KeyEncryption {
    pub fn choice(self) -> KeyEncryptionChoice {
        match self {
            KeyEncryption::Auto => KeyEncryptionChoice::Auto,
            KeyEncryption::Oaep => KeyEncryptionChoice::Oaep,
            KeyEncryption::Pkcs1 => KeyEncryptionChoice::Pkcs1,
        }
    }
}
