//! EMSA-PSS-VERIFY (RFC 8017 9.1.2) with a mask digest of its own, which the `rsa` crate does not have.

use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};

use crate::crypto::{DigestAlgorithm, PssParameters};

/// Whether `signature` is one over the message with this digest (RFC 8017 8.1.2).
pub(super) fn verify(
    key: &RsaPublicKey,
    parameters: &PssParameters,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    let encoded = encoded(key, signature);
    encoded.is_some_and(|encoded| {
        let bits = key.n().bits().saturating_sub(1);
        consistent(parameters, digest, &encoded, bits).is_some()
    })
}

/// The encoded message: as many bytes as the modulus without its highest bit takes.
fn encoded(key: &RsaPublicKey, signature: &[u8]) -> Option<Vec<u8>> {
    let number = BoxedUint::from_be_slice(signature, key.n_bits_precision()).ok()?;
    let in_range = signature.len() == key.size() && number < **key.n();
    in_range.then_some(())?;
    let number = rsa::hazmat::rsa_encrypt(key, &number).ok()?.to_be_bytes();
    let bits = usize::try_from(key.n().bits().saturating_sub(1)).ok()?;
    let (zeros, encoded) = number.split_at_checked(number.len().checked_sub(bits.div_ceil(8))?)?;
    zeros
        .iter()
        .all(|byte| *byte == 0)
        .then(|| encoded.to_vec())
}

/// Steps 3 to 14 of RFC 8017 9.1.2; `bits` is emBits. All of it is public, so branches are harmless.
fn consistent(parameters: &PssParameters, digest: &[u8], encoded: &[u8], bits: u32) -> Option<()> {
    let (trailer, rest) = encoded.split_last()?;
    let db_len = rest.len().checked_sub(parameters.digest.output_len())?;
    let (masked, hash) = rest.split_at_checked(db_len)?;
    // The bits above emBits in the first byte.
    let unused = match bits % 8 {
        0 => 0,
        used => 0xff_u8.checked_shl(used)?,
    };
    (*trailer == 0xbc && masked.first()? & unused == 0).then_some(())?;
    let mut db = masked.to_vec();
    for (byte, mask) in db.iter_mut().zip(mgf1(parameters.mgf_digest, hash, db_len)) {
        *byte ^= mask;
    }
    *db.first_mut()? &= !unused;
    let (padding, salt) = db.split_at_checked(db_len.checked_sub(parameters.salt_len)?)?;
    let (one, zeros) = padding.split_last()?;
    (*one == 1 && zeros.iter().all(|byte| *byte == 0)).then_some(())?;
    let expected = parameters.digest.digest(&[&[0; 8], digest, salt].concat());
    (hash == expected).then_some(())
}

/// MGF1 (RFC 8017 B.2.1).
fn mgf1(digest: DigestAlgorithm, seed: &[u8], len: usize) -> Vec<u8> {
    (0_u32..)
        .flat_map(|counter| digest.digest(&[seed, &counter.to_be_bytes()].concat()))
        .take(len)
        .collect()
}
