//! Checking signatures with a public key.

mod pss;

use der::asn1::UintRef;
use der::{Decode, Sequence};
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use ecdsa::{EcdsaCurve, Signature, SignatureSize, VerifyingKey};
use rsa::traits::SignatureScheme;
use rsa::{Pkcs1v15Sign, Pss};
use signature::hazmat::PrehashVerifier;

use super::digest::with_digest;
use super::fast::{self, Backend};
use super::public_key::{Material, with_curve};
use super::transport::rsa_public;
use super::{PssParameters, PublicKey, SignatureAlgorithm};
use crate::{Error, ErrorKind};

/// Checks `signature` over `message`.
///
/// Errors: [`ErrorKind::Signature`] when it does not verify, [`ErrorKind::Unfit`] when the
/// algorithm does not fit the key or the key is of a size that is not worked with.
pub(crate) fn verify(
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    verify_by(Backend::Fast, key, algorithm, message, signature)
}

/// [`verify`] by one back-end.
fn verify_by(
    backend: Backend,
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), Error> {
    algorithm.fits(key)?;
    #[cfg(fuzzing)]
    if let Some(answer) = super::stub::verify(signature) {
        return answer;
    }
    let verified = match backend.fast(|| quick(key, algorithm, message, signature)) {
        Some(verified) => verified,
        None => thorough(key, algorithm, message, signature)?,
    };
    if verified {
        Ok(())
    } else {
        Err(ErrorKind::Signature.into())
    }
}

/// The answer of the faster back-end, if it has one.
fn quick(
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Option<bool> {
    let digest = algorithm.digest();
    let (modulus, exponent) = match &key.material {
        Material::Ec { curve, point } => {
            let fixed = fixed_form(curve.field_len(), signature)?;
            return fast::ecdsa_verify(*curve, point, digest, message, &fixed);
        }
        Material::Rsa { modulus, exponent } => (modulus, exponent),
        _ => return None,
    };
    let pss = match algorithm {
        SignatureAlgorithm::RsaPkcs1(_) => false,
        SignatureAlgorithm::RsaPss(parameters) => {
            (*parameters == PssParameters::new(digest)).then_some(true)?
        }
        _ => return None,
    };
    let verifier = key.rsa_forms.fast(modulus, exponent)?;
    verifier.verify(pss, digest, message, signature)
}

fn thorough(
    key: &PublicKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Error> {
    let digest = algorithm.digest().digest(message);
    Ok(match (&key.material, algorithm) {
        (Material::Rsa { .. }, SignatureAlgorithm::RsaPkcs1(hash)) => {
            let key = rsa_public(key)?;
            let scheme = with_digest!(*hash, D => Pkcs1v15Sign::new::<D>());
            scheme.verify(key, &digest, signature).is_ok()
        }
        (Material::Rsa { .. }, SignatureAlgorithm::RsaPss(parameters)) => {
            let key = rsa_public(key)?;
            if parameters.digest != parameters.mgf_digest {
                return Ok(pss::verify(key, parameters, &digest, signature));
            }
            with_digest!(parameters.digest, D => {
                let scheme = Pss::<D>::new_with_salt(parameters.salt_len);
                scheme.verify(key, &digest, signature).is_ok()
            })
        }
        (Material::Ec { curve, point }, SignatureAlgorithm::Ecdsa(_)) => {
            with_curve!(*curve, C => ecdsa::<C>(point, &digest, signature).is_some())
        }
        (Material::Ed25519(public), SignatureAlgorithm::Ed25519) => {
            ed25519(public, message, signature).is_some()
        }
        _ => false,
    })
}

/// `ECDSA-Sig-Value ::= SEQUENCE { r INTEGER, s INTEGER }` (RFC 3279 2.2.3), not negative.
#[derive(Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

/// r and s, each padded to `len` bytes.
fn fixed_form(len: usize, signature: &[u8]) -> Option<Vec<u8>> {
    let value = EcdsaSigValue::from_der(signature).ok()?;
    let mut fixed = vec![0; len.checked_mul(2)?];
    for (half, number) in fixed.chunks_mut(len).zip([value.r, value.s]) {
        let start = len.checked_sub(number.as_bytes().len())?;
        half.get_mut(start..)?.copy_from_slice(number.as_bytes());
    }
    Some(fixed)
}

fn ecdsa<C>(point: &[u8], digest: &[u8], signature: &[u8]) -> Option<()>
where
    C: EcdsaCurve + CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    SignatureSize<C>: ecdsa::elliptic_curve::array::ArraySize,
{
    let half = point.len().checked_sub(1)?.checked_div(2)?;
    let fixed = fixed_form(half, signature)?;
    let signature = Signature::<C>::from_slice(&fixed).ok()?;
    let key = VerifyingKey::<C>::from_sec1_bytes(point).ok()?;
    key.verify_prehash(digest, &signature).ok()
}

/// Strict: keys and signature points of small order are refused (RFC 8032 8.9 allows both ways).
fn ed25519(public: &[u8; 32], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = ed25519_dalek::VerifyingKey::from_bytes(public).ok()?;
    let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
    key.verify_strict(message, &signature).ok()
}

#[cfg(test)]
mod tests;
