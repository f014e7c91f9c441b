//! AES key wrap (RFC 3394).

use aes_kw::KeyInit;
use const_oid::ObjectIdentifier;
#[cfg(test)]
use zeroize::Zeroizing;

use super::identifier;
use crate::Error;
#[cfg(test)]
use crate::ErrorKind;

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

    /// DER AlgorithmIdentifier, parameters absent (RFC 3565 2.3.2).
    pub(crate) fn identifier(self) -> Vec<u8> {
        const AES128: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.5");
        const AES192: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.25");
        const AES256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.45");
        let oid = match self {
            KeyWrap::Aes128 => AES128,
            KeyWrap::Aes192 => AES192,
            KeyWrap::Aes256 => AES256,
        };
        identifier::algorithm(oid, &[])
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
        let mut out = vec![0; key.len().saturating_add(OVERHEAD)];
        let done = match self {
            KeyWrap::Aes128 => wrap::<aes::Aes128>(kek, key, &mut out),
            KeyWrap::Aes192 => wrap::<aes::Aes192>(kek, key, &mut out),
            KeyWrap::Aes256 => wrap::<aes::Aes256>(kek, key, &mut out),
        };
        done.ok_or_else(wrong)?;
        Ok(out)
    }

    #[cfg(test)]
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

fn wrap<C>(kek: &[u8], key: &[u8], out: &mut [u8]) -> Option<()>
where
    aes_kw::AesKw<C>: KeyInit,
    C: aes::cipher::BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
{
    let cipher = <aes_kw::AesKw<C> as KeyInit>::new_from_slice(kek).ok()?;
    cipher.wrap_key(key, out).ok().map(drop)
}

#[cfg(test)]
fn unwrap<C>(kek: &[u8], wrapped: &[u8], out: &mut [u8]) -> Option<()>
where
    aes_kw::AesKw<C>: KeyInit,
    C: aes::cipher::BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let cipher = <aes_kw::AesKw<C> as KeyInit>::new_from_slice(kek).ok()?;
    cipher.unwrap_key(wrapped, out).ok().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// RFC 3394 4.1 to 4.6: KEK 00 01 02 .., key data 00 11 22 .. ff 00 01 ..
    #[test]
    fn rfc_3394() {
        let kek: Vec<u8> = (0..32).collect();
        let data = hex!("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
        for (kek_len, key_len, expected) in [
            (
                16,
                16,
                &hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5")[..],
            ),
            (
                24,
                16,
                &hex!("96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"),
            ),
            (
                32,
                16,
                &hex!("64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
            ),
            (
                24,
                24,
                &hex!("031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2"),
            ),
            (
                32,
                24,
                &hex!("a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"),
            ),
            (
                32,
                32,
                &hex!(
                    "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
                ),
            ),
        ] {
            let wrap = KeyWrap::for_key_len(kek_len).unwrap();
            assert_eq!(wrap.key_len(), kek_len);
            assert_eq!(
                wrap.wrap(&kek[..kek_len], &data[..key_len]).unwrap(),
                expected
            );
            assert_eq!(
                *wrap.unwrap(&kek[..kek_len], expected).unwrap(),
                data[..key_len]
            );
        }
    }

    /// ENC-11.
    #[test]
    fn refuses_every_other_length_and_every_changed_bit() {
        let kek = [7; 32];
        let wrap = KeyWrap::Aes256;
        for len in (0..=40).chain([72, 73, 80, 1 << 20]) {
            let error = wrap.unwrap(&kek, &vec![0; len]).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Decryption), "{len}");
        }
        let wrapped = wrap.wrap(&kek, &[1; 32]).unwrap();
        for bit in 0..wrapped.len() * 8 {
            let mut changed = wrapped.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(wrap.unwrap(&kek, &changed).is_err());
        }
        for len in [0, 8, 15, 17, 72] {
            assert!(wrap.wrap(&kek, &vec![0; len]).is_err(), "{len}");
        }
        assert!(wrap.wrap(&kek[..16], &[1; 32]).is_err());
    }

    #[test]
    fn identifiers() {
        assert_eq!(
            KeyWrap::Aes128.identifier(),
            hex!("300b0609608648016503040105")
        );
        assert_eq!(
            KeyWrap::Aes256.identifier(),
            hex!("300b060960864801650304012d")
        );
    }
}
