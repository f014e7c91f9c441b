//! CBC ciphers of password-based encryption, for reading; AES-256 also for writing.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, KeyIvInit,
};
use cbc::{Decryptor, Encryptor};
use const_oid::ObjectIdentifier;
use des::{TdesEde2, TdesEde3};
use rc2::Rc2;
use zeroize::Zeroizing;

pub(super) const ID_DES_EDE3_CBC: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");
pub(super) const ID_RC2_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.2");
const ID_AES128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const ID_AES192_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
pub(crate) const ID_AES256_CBC: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

/// A cipher of PBES2 with its IV.
pub(crate) enum Cipher {
    Aes { key_len: usize, iv: [u8; 16] },
    TripleDes([u8; 8]),
}

impl Cipher {
    /// Key length in octets of an AES-CBC identifier (RFC 3565 4.1).
    pub(super) fn aes_key_len(oid: &ObjectIdentifier) -> Option<usize> {
        match *oid {
            ID_AES128_CBC => Some(16),
            ID_AES192_CBC => Some(24),
            ID_AES256_CBC => Some(32),
            _ => None,
        }
    }

    pub(super) fn key_len(&self) -> usize {
        match self {
            Cipher::Aes { key_len, .. } => *key_len,
            Cipher::TripleDes(_) => 24,
        }
    }

    pub(super) fn decrypt(&self, key: &[u8], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Cipher::Aes { key_len: 16, iv } => decrypt_with::<Aes128>(key, iv, data),
            Cipher::Aes { key_len: 24, iv } => decrypt_with::<Aes192>(key, iv, data),
            Cipher::Aes { iv, .. } => decrypt_with::<Aes256>(key, iv, data),
            Cipher::TripleDes(iv) => decrypt_with::<TdesEde3>(key, iv, data),
        }
    }

    /// Encrypts with AES-256-CBC; `None` when the key does not have 32 octets.
    pub(crate) fn encrypt_aes256(key: &[u8], iv: &[u8; 16], data: &[u8]) -> Option<Vec<u8>> {
        let length = data.len();
        // The buffer holds the plaintext until it is encrypted in place, so it must not move.
        let mut buffer = Vec::with_capacity(length.checked_add(16)?);
        buffer.extend_from_slice(data);
        buffer.resize(length.checked_add(16)?, 0);
        let encryptor = Encryptor::<Aes256>::new_from_slices(key, iv).ok()?;
        let padded = encryptor
            .encrypt_padded::<Pkcs7>(&mut buffer, length)
            .ok()?
            .len();
        buffer.truncate(padded);
        Some(buffer)
    }
}

/// A cipher of PKCS#12's own schemes (RFC 7292 C), for which key and IV are derived with SHA-1.
#[derive(Clone, Copy)]
pub(crate) enum Legacy {
    TripleDes3Key,
    TripleDes2Key,
    Rc2 { bits: usize },
}

impl Legacy {
    /// RC4 (`…12.1.1`, `…12.1.2`) is left out.
    pub(super) fn from_oid(oid: &ObjectIdentifier) -> Option<Legacy> {
        const TABLE: [(ObjectIdentifier, Legacy); 4] = [
            (
                ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3"),
                Legacy::TripleDes3Key,
            ),
            (
                ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.4"),
                Legacy::TripleDes2Key,
            ),
            (
                ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5"),
                Legacy::Rc2 { bits: 128 },
            ),
            (
                ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6"),
                Legacy::Rc2 { bits: 40 },
            ),
        ];
        let found = TABLE.iter().find(|(known, _)| known == oid);
        found.map(|&(_, cipher)| cipher)
    }

    pub(super) fn key_len(self) -> usize {
        match self {
            Legacy::TripleDes3Key => 24,
            Legacy::TripleDes2Key => 16,
            Legacy::Rc2 { bits } => bits / 8,
        }
    }

    pub(super) fn decrypt(self, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Legacy::TripleDes3Key => decrypt_with::<TdesEde3>(key, iv, data),
            Legacy::TripleDes2Key => decrypt_with::<TdesEde2>(key, iv, data),
            Legacy::Rc2 { bits } => {
                let cipher = Rc2::new_with_eff_key_len(key, bits);
                let decryptor = Decryptor::inner_iv_slice_init(cipher, iv).ok()?;
                unpad(decryptor, data)
            }
        }
    }
}

fn decrypt_with<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    data: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    unpad(Decryptor::<C>::new_from_slices(key, iv).ok()?, data)
}

fn unpad(decryptor: impl BlockModeDecrypt, data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(data.to_vec());
    let length = decryptor.decrypt_padded::<Pkcs7>(&mut buffer).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}
