//! Key derivation: X9.63 (RFC 5753, SEC 1 3.6.1) and HKDF (RFC 5869).

use hkdf::Hkdf;
use sha2::Digest;
use zeroize::{Zeroize, Zeroizing};

use super::DigestAlgorithm;
use super::digest::with_digest;
use crate::Error;

/// The longest key any use here asks for; far below what either function can give.
const MAX_LEN: usize = 1024;

/// X9.63: `Hash(shared || counter || info)` for counter 1, 2, … until `len` bytes are there.
///
/// `len` above 1024 bytes is cut to that; no key is so long.
pub(crate) fn x963(
    digest: DigestAlgorithm,
    shared: &[u8],
    info: &[u8],
    len: usize,
) -> Zeroizing<Vec<u8>> {
    let len = len.min(MAX_LEN);
    let mut out = Zeroizing::new(Vec::with_capacity(len));
    with_digest!(digest, D => {
        for counter in 1_u32.. {
            let missing = len.saturating_sub(out.len());
            if missing == 0 {
                break;
            }
            let mut block = D::new()
                .chain_update(shared)
                .chain_update(counter.to_be_bytes())
                .chain_update(info)
                .finalize();
            out.extend(block.iter().take(missing));
            block.as_mut_slice().zeroize();
        }
    });
    out
}

/// HKDF, extract and expand. An empty `salt` is the salt of zeros (RFC 5869 2.2).
pub(crate) fn hkdf(
    digest: DigestAlgorithm,
    salt: &[u8],
    ikm: &[u8],
    info: &[u8],
    len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let too_long = || Error::limit("derived key in bytes", 1024);
    if len > MAX_LEN {
        return Err(too_long());
    }
    let mut out = Zeroizing::new(vec![0; len]);
    with_digest!(digest, D => Hkdf::<D>::new(Some(salt), ikm).expand(info, &mut out))
        .map_err(|_| too_long())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    /// RFC 5869 A.1, A.2, A.3.
    #[test]
    fn rfc_5869() {
        let okm = hkdf(
            DigestAlgorithm::Sha256,
            &hex!("000102030405060708090a0b0c"),
            &[0x0b; 22],
            &hex!("f0f1f2f3f4f5f6f7f8f9"),
            42,
        );
        assert_eq!(
            *okm.unwrap(),
            hex!(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            )
        );
        let okm = hkdf(
            DigestAlgorithm::Sha256,
            &(0x60..=0xaf).collect::<Vec<u8>>(),
            &(0x00..=0x4f).collect::<Vec<u8>>(),
            &(0xb0..=0xff).collect::<Vec<u8>>(),
            82,
        );
        assert_eq!(
            *okm.unwrap(),
            hex!(
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
            )
        );
        let okm = hkdf(DigestAlgorithm::Sha256, &[], &[0x0b; 22], &[], 42);
        assert_eq!(
            *okm.unwrap(),
            hex!(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            )
        );
    }

    /// NIST CAVS 11.0 "ANSI X9.63-2001" ansx963_2001.rsp, SHA-256 with SharedInfo, and without.
    #[test]
    fn x963_of_cavs() {
        assert_eq!(
            *x963(
                DigestAlgorithm::Sha256,
                &hex!("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d"),
                &hex!("75eef81aa3041e33b80971203d2c0c52"),
                128,
            ),
            hex!(
                "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21"
            )
        );
        assert_eq!(
            *x963(
                DigestAlgorithm::Sha256,
                &hex!("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08"),
                &[],
                16,
            ),
            hex!("443024c3dae66b95e6f5670601558f71")
        );
    }

    #[test]
    fn lengths_are_bounded() {
        assert!(hkdf(DigestAlgorithm::Sha256, &[], &[1], &[], 1025).is_err());
        assert_eq!(x963(DigestAlgorithm::Sha512, &[1], &[], 70).len(), 70);
        assert_eq!(x963(DigestAlgorithm::Sha512, &[1], &[], 0).len(), 0);
    }
}
