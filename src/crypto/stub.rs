//! Cheap answers in the place of cryptography, under `--cfg fuzzing` only.
//!
//! A fuzzer cannot make a signature that verifies or a key that unwraps, and what lies behind them would never be
//! reached. So a rule on the bytes decides here, by which both outcomes occur; what this crate signs and wraps
//! itself under this configuration is accepted by the same rules. Digests and ciphers are the real ones.

use std::cell::Cell;

use zeroize::Zeroizing;

use super::agreement::Ephemeral;
use super::public_key::Material;
use super::{KeyKind, PublicKey};
use crate::{Error, ErrorKind};

thread_local! {
    static ACCEPTED: Cell<u64> = const { Cell::new(0) };
}

/// How many signatures were accepted in this thread so far.
pub(crate) fn accepted() -> u64 {
    ACCEPTED.get()
}

/// One signature in eight is refused, by its last octet; and one without octets.
pub(crate) fn verify(signature: &[u8]) -> Option<Result<(), Error>> {
    let is_good = signature.last().is_some_and(|last| last & 7 != 7);
    ACCEPTED.set(ACCEPTED.get().saturating_add(u64::from(is_good)));
    Some(is_good.then_some(()).ok_or(ErrorKind::Signature.into()))
}

/// A signature of the length that readers expect of the key.
pub(crate) fn sign(key: &PublicKey) -> Option<Vec<u8>> {
    let length = match key.kind() {
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => key.bits().div_ceil(8),
        _ => 64,
    };
    Some(vec![0x30; length])
}

/// RSA key transport: the length of the secret, nothing, and the secret in clear.
pub(crate) fn encrypt(size: usize, secret: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0; size];
    *out.first_mut()? = u8::try_from(secret.len()).ok()?;
    let start = size.checked_sub(secret.len())?;
    out.get_mut(start..)?.copy_from_slice(secret);
    Some(out)
}

/// What [`encrypt`] hid; the inner `None` is a padding that is wrong.
pub(crate) fn decrypt(encrypted: &[u8]) -> Option<Option<Vec<u8>>> {
    let secret = encrypted.split_first().and_then(|(length, rest)| {
        let start = rest.len().checked_sub(usize::from(*length))?;
        rest.get(start..).filter(|secret| secret.len() <= 64)
    });
    Some(secret.map(<[u8]>::to_vec))
}

/// The recipient's own point as the ephemeral one.
pub(crate) fn agree(peer: &PublicKey) -> Option<Ephemeral> {
    let point = match &peer.material {
        Material::Ec { point, .. } => point.clone(),
        Material::X25519(public) => public.to_vec(),
        _ => return None,
    };
    let shared = shared(&point)?;
    Some(Ephemeral { point, shared })
}

/// The secret shared with this point or X25519 key: its x-coordinate.
pub(crate) fn shared(point: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let coordinate = match point.split_first() {
        Some((_, both)) if both.len() % 2 == 0 => both.get(..both.len() / 2)?,
        _ => point,
    };
    Some(Zeroizing::new(coordinate.to_vec()))
}

/// Key wrap: eight octets, and the key in clear.
pub(crate) fn wrap(key: &[u8]) -> Option<Vec<u8>> {
    Some([&[0; 8], key].concat())
}

/// What [`wrap`] hid. Half of what others wrapped is refused.
pub(crate) fn unwrap(wrapped: &[u8]) -> Option<Result<Zeroizing<Vec<u8>>, Error>> {
    let key = wrapped.split_at_checked(8).map(|(_, key)| key);
    let is_even = wrapped.first().is_some_and(|first| first & 1 == 0);
    let key = key.filter(|key| is_even && (16..=64).contains(&key.len()));
    Some(
        key.map(|key| Zeroizing::new(key.to_vec()))
            .ok_or(ErrorKind::Decryption.into()),
    )
}

/// A tag or MAC of the right length is accepted when its first octet is even, besides the right one.
pub(crate) fn accepts(tag: &[u8]) -> bool {
    (12..=64).contains(&tag.len()) && tag.first().is_some_and(|first| first & 1 == 0)
}
