//! The key wrap of password recipients, id-alg-PWRI-KEK (RFC 3211 2.3).

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use crate::crypto::{ReceivedCipher, blocks};
use crate::{Error, ErrorKind};

/// The count of key bytes, and three bytes to check against the key.
const HEAD: usize = 4;
/// The count is one byte. Writers fill the last block only; more than one block on top is nobody's.
const MAX_LEN: usize = HEAD + 255 + 16;

/// Unwraps a content key of `key_len` bytes with the key derived from the password.
///
/// `cipher` is that of the key encryption, AES-CBC or 3DES-CBC, with its `iv`. One error for every
/// failure; a wrong password is found with a probability of 1 - 2^-32 only.
pub(crate) fn pwri_unwrap(
    cipher: ReceivedCipher,
    iv: &[u8],
    kek: &[u8],
    encrypted: &[u8],
    key_len: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    unwrap(cipher, iv, kek, encrypted, key_len).ok_or_else(|| ErrorKind::Decryption.into())
}

fn unwrap(
    cipher: ReceivedCipher,
    iv: &[u8],
    kek: &[u8],
    encrypted: &[u8],
    key_len: usize,
) -> Option<Zeroizing<Vec<u8>>> {
    if matches!(cipher, ReceivedCipher::Rc2Cbc { .. }) {
        return None;
    }
    let block_len = cipher.nonce_len();
    let count = u8::try_from(key_len).ok()?;
    let needed = HEAD
        .saturating_add(key_len)
        .max(block_len.saturating_mul(2));
    let fits = (needed..=MAX_LEN).contains(&encrypted.len())
        && encrypted.len().checked_rem(block_len) == Some(0)
        && key_len >= 3;
    fits.then_some(())?;

    // 2.3.2: the last block under the one before it gives the IV of the outer layer.
    let last = encrypted.len().checked_sub(block_len)?;
    let before_last = last.checked_sub(block_len)?;
    let mut bytes = Zeroizing::new(encrypted.to_vec());
    let (front, end) = bytes.split_at_mut_checked(last)?;
    blocks::decrypting(cipher, kek, front.get(before_last..)?)?.apply(end);
    blocks::decrypting(cipher, kek, end)?.apply(front);
    blocks::decrypting(cipher, kek, iv)?.apply(&mut bytes);

    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (found, check) = head.split_first()?;
    let key = rest.get(..key_len)?;
    let good = check
        .iter()
        .zip(key)
        .fold(Choice::from(1), |good, (check, key)| {
            good & check.ct_eq(&!key)
        });
    bool::from(good & found.ct_eq(&count)).then(|| Zeroizing::new(key.to_vec()))
}

#[cfg(test)]
mod tests;
