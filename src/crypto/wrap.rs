//! Key wrap: AES (RFC 3394), and what only old messages have.

mod pwri;
mod triple_des;

pub(crate) use pwri::pwri_unwrap;

use aes_kw::KeyInit;
use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::identifier;
use crate::{Error, ErrorKind};

/// Keys of 16 to 64 bytes are wrapped: more than any cipher or MAC here takes.
const KEY_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
/// Wrapping adds one integrity block.
const OVERHEAD: usize = 8;

/// AES key wrap, by the size of the key-encryption key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyWrap {
    Aes128,
    Aes192,
    Aes256,
}

impl KeyWrap {
    /// The wrap of the size of the content key (RFC 8551 2.3).
    pub(crate) fn for_key_len(key_len: usize) -> Option<KeyWrap> {
        match key_len {
            16 => Some(KeyWrap::Aes128),
            24 => Some(KeyWrap::Aes192),
            32 => Some(KeyWrap::Aes256),
            _ => None,
        }
    }

    /// Length of the key-encryption key in bytes.
    pub(crate) fn key_len(self) -> usize {
        match self {
            KeyWrap::Aes128 => 16,
            KeyWrap::Aes192 => 24,
            KeyWrap::Aes256 => 32,
        }
    }

    fn oid(self) -> ObjectIdentifier {
        const AES128: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.5");
        const AES192: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.25");
        const AES256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.45");
        match self {
            KeyWrap::Aes128 => AES128,
            KeyWrap::Aes192 => AES192,
            KeyWrap::Aes256 => AES256,
        }
    }

    /// DER AlgorithmIdentifier, parameters absent (RFC 3565 2.3.2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        identifier::algorithm(self.oid(), &[])
    }

    /// Wraps `key` under `kek`; the result is 8 bytes longer.
    pub(crate) fn wrap(self, kek: &[u8], key: &[u8]) -> Result<Vec<u8>, Error> {
        let wrong = || {
            Error::misuse(
                "AES key wrap takes a key-encryption key of its own size and a key of whole 8-byte blocks",
            )
        };
        if !KEY_LENGTHS.contains(&key.len()) || kek.len() != self.key_len() {
            return Err(wrong());
        }
        #[cfg(fuzzing)]
        if let Some(wrapped) = super::stub::wrap(key) {
            return Ok(wrapped);
        }
        let mut out = vec![0; key.len().saturating_add(OVERHEAD)];
        let done = match self {
            KeyWrap::Aes128 => wrap::<aes::Aes128>(kek, key, &mut out),
            KeyWrap::Aes192 => wrap::<aes::Aes192>(kek, key, &mut out),
            KeyWrap::Aes256 => wrap::<aes::Aes256>(kek, key, &mut out),
        };
        done.ok_or_else(wrong)?;
        Ok(out)
    }

    /// Unwraps; one error for every length, key and integrity failure.
    pub(crate) fn unwrap(self, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let failed = || Error::from(ErrorKind::Decryption);
        let key_len = wrapped
            .len()
            .checked_sub(OVERHEAD)
            .filter(|len| KEY_LENGTHS.contains(len) && kek.len() == self.key_len())
            .ok_or_else(failed)?;
        let mut out = Zeroizing::new(vec![0; key_len]);
        let done = match self {
            KeyWrap::Aes128 => unwrap::<aes::Aes128>(kek, wrapped, &mut out),
            KeyWrap::Aes192 => unwrap::<aes::Aes192>(kek, wrapped, &mut out),
            KeyWrap::Aes256 => unwrap::<aes::Aes256>(kek, wrapped, &mut out),
        };
        done.ok_or_else(failed)?;
        Ok(out)
    }
}

/// A key wrap met in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReceivedWrap {
    Aes(KeyWrap),
    /// CMS Triple-DES key wrap (RFC 3217), for old messages.
    TripleDes,
}

impl ReceivedWrap {
    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<ReceivedWrap> {
        /// id-alg-CMS3DESwrap (RFC 3370 4.3.1); its parameters are NULL.
        const TRIPLE_DES: ObjectIdentifier =
            ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.3.6");
        if *oid == TRIPLE_DES {
            return Some(ReceivedWrap::TripleDes);
        }
        [KeyWrap::Aes128, KeyWrap::Aes192, KeyWrap::Aes256]
            .into_iter()
            .find(|wrap| wrap.oid() == *oid)
            .map(ReceivedWrap::Aes)
    }

    /// Length of the key-encryption key in bytes.
    pub(crate) fn key_len(self) -> usize {
        match self {
            ReceivedWrap::Aes(wrap) => wrap.key_len(),
            ReceivedWrap::TripleDes => 24,
        }
    }

    /// Unwraps; one error for every length, key and integrity failure.
    pub(crate) fn unwrap(self, kek: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        #[cfg(fuzzing)]
        if let Some(answer) = super::stub::unwrap(wrapped) {
            return answer;
        }
        match self {
            ReceivedWrap::Aes(wrap) => wrap.unwrap(kek, wrapped),
            ReceivedWrap::TripleDes => {
                triple_des::unwrap(kek, wrapped).ok_or_else(|| ErrorKind::Decryption.into())
            }
        }
    }
}

fn wrap<C>(kek: &[u8], key: &[u8], out: &mut [u8]) -> Option<()>
where
    aes_kw::AesKw<C>: KeyInit,
    C: aes::cipher::BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
{
    let cipher = <aes_kw::AesKw<C> as KeyInit>::new_from_slice(kek).ok()?;
    cipher.wrap_key(key, out).ok().map(drop)
}

fn unwrap<C>(kek: &[u8], wrapped: &[u8], out: &mut [u8]) -> Option<()>
where
    aes_kw::AesKw<C>: KeyInit,
    C: aes::cipher::BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let cipher = <aes_kw::AesKw<C> as KeyInit>::new_from_slice(kek).ok()?;
    cipher.unwrap_key(wrapped, out).ok().map(drop)
}

#[cfg(test)]
mod tests;
