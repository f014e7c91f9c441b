//! CMS Triple-DES key wrap (RFC 3217 3), unwrapping only.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::crypto::{DigestAlgorithm, ReceivedCipher, blocks};

/// The IV of the outer encryption (RFC 3217 3.1).
const IV: [u8; 8] = [0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05];
const BLOCK: usize = 8;
const KEY_LEN: usize = 24;
/// The inner IV, the key and its checksum.
const WRAPPED_LEN: usize = BLOCK + KEY_LEN + BLOCK;

/// The Triple-DES key inside; `None` for every failure.
///
/// Its parity bits are not looked at (step 8): DES ignores them, some writers leave them as they
/// are, and the checksum covers them.
pub(super) fn unwrap(kek: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    if wrapped.len() != WRAPPED_LEN {
        return None;
    }
    let mut bytes = Zeroizing::new(wrapped.to_vec());
    blocks::decrypting(ReceivedCipher::TripleDesCbc, kek, &IV)?.apply(&mut bytes);
    bytes.reverse();
    let (iv, inner) = bytes.split_at_mut_checked(BLOCK)?;
    blocks::decrypting(ReceivedCipher::TripleDesCbc, kek, iv)?.apply(inner);
    let (key, checksum) = inner.split_at_checked(KEY_LEN)?;
    let digest = Zeroizing::new(DigestAlgorithm::Sha1.digest(key));
    bool::from(digest.get(..BLOCK)?.ct_eq(checksum)).then(|| Zeroizing::new(key.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    const KEK: [u8; 24] = hex!("255e0d1c07b646dfb3134cc843ba8aa71f025b7c0838251f");
    const KEY: [u8; 24] = hex!("2923bf85e06dd6ae529149f1f1bae9eab3a7da3d860d3e98");
    const WRAPPED: [u8; 40] =
        hex!("690107618ef092b3b48ca1796b234ae9fa33ebb4159604037db5d6a84eb3aac2768c632775a467d4");

    /// RFC 3217 3.4.
    #[test]
    fn rfc_3217() {
        assert_eq!(*unwrap(&KEK, &WRAPPED).unwrap(), KEY);
    }

    #[test]
    fn enc_11_every_other_length_and_changed_bit_of_triple_des() {
        for len in (0..=48).filter(|len| *len != 40).chain([1 << 20]) {
            assert!(unwrap(&KEK, &vec![0x5a; len]).is_none(), "{len}");
        }
        for len in [0, 8, 16, 23, 25, 32] {
            assert!(unwrap(&vec![1; len], &WRAPPED).is_none(), "{len}");
        }
        for bit in 0..WRAPPED.len() * 8 {
            let mut changed = WRAPPED;
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(unwrap(&KEK, &changed).is_none(), "{bit}");
        }
    }
}
