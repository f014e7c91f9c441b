//! Ephemeral-static key agreement: ECDH on the NIST curves (RFC 5753) and X25519 (RFC 8418).

use elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, PublicKey as Point, SecretKey};
use p256::elliptic_curve;
use zeroize::Zeroizing;

use super::fast::{self, Backend};
use super::public_key::{Curve, Material, with_curve};
use super::random::Draw;
use super::{PublicKey, RandomSource};
use crate::{Error, ErrorKind};
use rand_core::TryRng;

/// The sender's half of an agreement.
pub(crate) struct Ephemeral {
    /// The public half to send: an uncompressed point, or 32 bytes.
    pub(crate) point: Vec<u8>,
    /// The shared secret: the x-coordinate of the field's length, or 32 bytes.
    pub(crate) shared: Zeroizing<Vec<u8>>,
}

/// Makes a new key of the peer's kind, agrees on a secret and forgets the key.
///
/// Errors: a peer key that cannot agree, an all-zero X25519 secret, a failing source.
pub(crate) fn agree(peer: &PublicKey, random: &dyn RandomSource) -> Result<Ephemeral, Error> {
    #[cfg(fuzzing)]
    if let Some(agreed) = super::stub::agree(peer) {
        return Ok(agreed);
    }
    let mut draw = Draw::new(random);
    let agreed = match &peer.material {
        Material::Ec { curve, point } => ephemeral_scalar(*curve, &mut draw).and_then(|scalar| {
            Some(Ephemeral {
                point: own_point(Backend::Fast, *curve, &scalar)?,
                shared: ecdh(Backend::Fast, *curve, &scalar, point)?,
            })
        }),
        Material::X25519(public) => {
            let mut scalar = Zeroizing::new([0; 32]);
            match draw.try_fill_bytes(scalar.as_mut_slice()) {
                Ok(()) => {
                    let shared = x25519(Backend::Fast, &scalar, public).ok_or_else(refused)?;
                    let point = x25519_public(Backend::Fast, &scalar);
                    Some(Ephemeral { point, shared })
                }
                Err(_) => None,
            }
        }
        _ => {
            return Err(Error::unfit(format!(
                "{} cannot be used for key agreement",
                peer.kind()
            )));
        }
    };
    agreed.ok_or_else(|| {
        draw.or_failure(
            ErrorKind::Randomness {
                detail: "it gives no usable values".to_owned(),
            }
            .into(),
        )
    })
}

fn refused() -> Error {
    Error::unfit("key agreement with this public key gives no secret")
}

/// A scalar drawn by rejection (FIPS 186-5 A.2.2): whole bytes, the excess bits of P-521 cut off.
fn ephemeral_scalar(curve: Curve, draw: &mut Draw<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let mut scalar = Zeroizing::new(vec![0; curve.field_len()]);
    loop {
        draw.try_fill_bytes(&mut scalar).ok()?;
        if let (Curve::P521, Some(first)) = (curve, scalar.first_mut()) {
            *first &= 1;
        }
        if with_curve!(curve, C => SecretKey::<C>::from_slice(&scalar).is_ok()) {
            return Some(scalar);
        }
    }
}

/// Uncompressed public point of a scalar of the field's length; `None` for a scalar that is not one.
fn own_point(backend: Backend, curve: Curve, scalar: &[u8]) -> Option<Vec<u8>> {
    fn run<C>(scalar: &[u8]) -> Option<Vec<u8>>
    where
        C: CurveArithmetic,
        FieldBytesSize<C>: ModulusSize,
        AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    {
        let secret = SecretKey::<C>::from_slice(scalar).ok()?;
        Some(secret.public_key().to_sec1_point(false).as_bytes().to_vec())
    }
    backend
        .fast(|| fast::point(curve, scalar))
        .or_else(|| with_curve!(curve, C => run::<C>(scalar)))
}

/// Shared secret (x-coordinate) from a scalar of the field's length and the peer's uncompressed point;
/// `None` for a scalar or point that is not one.
pub(crate) fn ecdh(
    backend: Backend,
    curve: Curve,
    scalar: &[u8],
    peer: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    fn run<C>(scalar: &[u8], peer: &[u8]) -> Option<Zeroizing<Vec<u8>>>
    where
        C: CurveArithmetic,
        FieldBytesSize<C>: ModulusSize,
        AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    {
        let secret = SecretKey::<C>::from_slice(scalar).ok()?;
        let peer = Point::<C>::from_sec1_bytes(peer).ok()?;
        let shared = secret.diffie_hellman(&peer);
        Some(Zeroizing::new(shared.raw_secret_bytes().to_vec()))
    }
    backend
        .fast(|| fast::ecdh(curve, scalar, peer))
        .or_else(|| with_curve!(curve, C => run::<C>(scalar, peer)))
}

/// Public key of an X25519 scalar (RFC 7748 6.1).
pub(crate) fn x25519_public(backend: Backend, scalar: &[u8; 32]) -> Vec<u8> {
    backend
        .fast(|| fast::x25519_public(scalar))
        .unwrap_or_else(|| {
            let secret = x25519_dalek::StaticSecret::from(*scalar);
            let public = x25519_dalek::PublicKey::from(&secret);
            public.to_bytes().to_vec()
        })
}

/// Shared secret of X25519 (RFC 7748 6.1); `None` when it is all zero, which a peer of small order forces.
pub(crate) fn x25519(
    backend: Backend,
    scalar: &[u8; 32],
    peer: &[u8; 32],
) -> Option<Zeroizing<Vec<u8>>> {
    let portable = || {
        let secret = x25519_dalek::StaticSecret::from(*scalar);
        let shared = secret.diffie_hellman(&x25519_dalek::PublicKey::from(*peer));
        shared
            .was_contributory()
            .then(|| Zeroizing::new(shared.as_bytes().to_vec()))
    };
    backend
        .fast(|| fast::x25519(scalar, peer))
        .or_else(portable)
}

/// The ephemeral public key of a sender (RFC 5753 3.1.1) in uncompressed form.
///
/// `octets` is a point of `curve`, uncompressed or compressed; everything else is malformed:
/// infinity, the hybrid form, a point that is not on the curve.
pub(crate) fn originator_point(curve: Curve, octets: &[u8]) -> Result<Vec<u8>, Error> {
    curve
        .uncompressed(octets)
        .ok_or_else(|| Error::malformed("originator key", "not a point of the recipient's curve"))
}

#[cfg(test)]
mod tests;
