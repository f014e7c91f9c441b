//! Hashes of password-based schemes, and what is derived with them.

use ::pbkdf2::pbkdf2_hmac;
use const_oid::ObjectIdentifier;
use hmac::{Hmac, KeyInit, Mac};
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use zeroize::Zeroizing;

/// A hash. SHA-224 is met in PBKDF2 and nowhere else in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

/// What the KDF of PKCS#12 derives (RFC 7292 B.3).
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Encryption,
    Iv,
    Mac,
}

/// Runs `$call` with `$D` as the type of the hash.
macro_rules! with_hash {
    ($hash:expr, $D:ident => $call:expr) => {
        match $hash {
            Hash::Sha1 => {
                type $D = Sha1;
                $call
            }
            Hash::Sha224 => {
                type $D = Sha224;
                $call
            }
            Hash::Sha256 => {
                type $D = Sha256;
                $call
            }
            Hash::Sha384 => {
                type $D = Sha384;
                $call
            }
            Hash::Sha512 => {
                type $D = Sha512;
                $call
            }
        }
    };
}

const HMAC: [(ObjectIdentifier, Hash); 5] = [
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.7"),
        Hash::Sha1,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.8"),
        Hash::Sha224,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.9"),
        Hash::Sha256,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.10"),
        Hash::Sha384,
    ),
    (
        ObjectIdentifier::new_unwrap("1.2.840.113549.2.11"),
        Hash::Sha512,
    ),
];

const PLAIN: [(ObjectIdentifier, Hash); 5] = [
    (ObjectIdentifier::new_unwrap("1.3.14.3.2.26"), Hash::Sha1),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.4"),
        Hash::Sha224,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1"),
        Hash::Sha256,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2"),
        Hash::Sha384,
    ),
    (
        ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3"),
        Hash::Sha512,
    ),
];

fn find(table: &[(ObjectIdentifier, Hash)], oid: &ObjectIdentifier) -> Option<Hash> {
    table
        .iter()
        .find(|(known, _)| known == oid)
        .map(|&(_, hash)| hash)
}

impl Hash {
    /// By the OID of the hash itself.
    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Hash> {
        find(&PLAIN, oid)
    }

    /// By the OID of HMAC with it (RFC 8018 B.1).
    pub(crate) fn from_hmac_oid(oid: &ObjectIdentifier) -> Option<Hash> {
        find(&HMAC, oid)
    }

    pub(crate) fn hmac(self, key: &[u8], data: &[u8]) -> Vec<u8> {
        with_hash!(self, D => match Hmac::<D>::new_from_slice(key) {
            Ok(mac) => mac.chain_update(data).finalize().into_bytes().to_vec(),
            // HMAC takes keys of every length (RFC 2104 2); an empty tag equals none.
            Err(_) => Vec::new(),
        })
    }

    /// PBKDF2 with HMAC (RFC 8018 5.2).
    pub(crate) fn pbkdf2(
        self,
        password: &[u8],
        salt: &[u8],
        iterations: u32,
        length: usize,
    ) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; length]);
        with_hash!(self, D => pbkdf2_hmac::<D>(password, salt, iterations, &mut key));
        key
    }

    /// The KDF of PKCS#12 (RFC 7292 B.2); `password` in the form of [`super::Password::bmp`].
    pub(crate) fn pkcs12_kdf(
        self,
        password: &[u8],
        salt: &[u8],
        purpose: Purpose,
        iterations: u32,
        length: usize,
    ) -> Zeroizing<Vec<u8>> {
        let id = match purpose {
            Purpose::Encryption => Pkcs12KeyType::EncryptionKey,
            Purpose::Iv => Pkcs12KeyType::Iv,
            Purpose::Mac => Pkcs12KeyType::Mac,
        };
        let iterations = i32::try_from(iterations).unwrap_or(i32::MAX);
        let key = with_hash!(self, D => derive_key::<D>(password, salt, id, iterations, length));
        Zeroizing::new(key)
    }

    pub(crate) fn output_len(self) -> usize {
        match self {
            Hash::Sha1 => 20,
            Hash::Sha224 => 28,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }
}
