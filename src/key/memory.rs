//! Keys in memory: one enum over their kinds.

use ecdsa::elliptic_curve::array::ArraySize;
use ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ecdsa::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, SecretKey};
use ecdsa::{EcdsaCurve, SignatureSize, hazmat};
use signature::Signer;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::rsa_key::RsaKey;
use super::{Secret, SignRequest, UnwrapRequest, load};
use crate::asn1;
use crate::crypto::digest::with_digest;
use crate::crypto::fast::{self, Backend};
use crate::crypto::public_key::{Curve, X25519, ec_algorithm, with_curve};
use crate::crypto::signature::ED25519;
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm, agreement};
use crate::{Error, ErrorKind};

/// A private key in memory. Every kind wipes itself.
pub(super) enum MemoryKey {
    Rsa(Box<RsaKey>),
    Ec(EcKey),
    Ed25519(Box<Ed25519Key>),
    X25519(X25519Key),
}

/// A signature, and what the key says of it.
pub(super) struct Made {
    pub(super) signature: Vec<u8>,
    /// Nobody else need check it: the key has (RSA, which one fault gives away), or drew fresh randomness for it, so
    /// that a fault gives nothing away (hedged ECDSA).
    pub(super) is_vouched: bool,
}

/// An EC scalar of the length of the field, valid for its curve, with its public point.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct EcKey {
    #[zeroize(skip)]
    curve: Curve,
    scalar: Zeroizing<Vec<u8>>,
    #[zeroize(skip)]
    point: Vec<u8>,
}

/// An Ed25519 key; both halves wipe themselves.
pub(super) struct Ed25519Key {
    key: ed25519_dalek::SigningKey,
    fast: Option<fast::Ed25519Signer>,
}

/// An X25519 scalar.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct X25519Key(pub(super) [u8; 32]);

const _: () = {
    const fn wipes_itself<T: ZeroizeOnDrop>() {}
    wipes_itself::<EcKey>();
    wipes_itself::<X25519Key>();
    // `Secret` is nothing but what it is made from, and has no `Drop` of its own.
    const fn made_from<T: ZeroizeOnDrop>(_: fn(T) -> Secret) {}
    made_from(Secret::from_zeroizing);
    wipes_itself::<super::RejectionSecret>();
    wipes_itself::<ed25519_dalek::SigningKey>();
    wipes_itself::<rsa::RsaPrivateKey>();
};

impl EcKey {
    /// `scalar` big-endian; leading zeros may be missing or too many.
    pub(super) fn new(curve: Curve, scalar: &[u8]) -> Option<EcKey> {
        let len = curve.field_len();
        let excess = scalar.len().saturating_sub(len);
        let (zeros, scalar) = scalar.split_at_checked(excess)?;
        zeros.iter().all(|b| *b == 0).then_some(())?;
        let mut padded = Zeroizing::new(vec![0; len]);
        let start = len.checked_sub(scalar.len())?;
        padded.get_mut(start..)?.copy_from_slice(scalar);
        let point = with_curve!(curve, C => point::<C>(&padded))?;
        Some(EcKey {
            curve,
            scalar: padded,
            point,
        })
    }

    /// Whether `public`, compressed or not, is the public half.
    pub(super) fn is_public_half(&self, public: &[u8]) -> bool {
        self.curve.uncompressed(public).as_ref() == Some(&self.point)
    }

    /// The signature, and whether it is hedged.
    fn sign(
        &self,
        digest: DigestAlgorithm,
        request: &SignRequest,
    ) -> Result<(Vec<u8>, bool), Error> {
        if !digest.may_sign() {
            return Err(Error::unfit("signing takes SHA-256 or a longer digest"));
        }
        let hedged = request
            .backend()
            .fast(|| fast::ecdsa_sign(self.curve, &self.scalar, digest, request.message()));
        if let Some(signature) = hedged {
            return Ok((signature, true));
        }
        with_curve!(self.curve, C => ecdsa::<C>(&self.scalar, digest, request.digest()))
            .map(|signature| (signature, false))
            .ok_or_else(|| ErrorKind::KeyOperation.into())
    }
}

impl Ed25519Key {
    pub(super) fn new(seed: &[u8; 32]) -> Ed25519Key {
        Ed25519Key {
            key: ed25519_dalek::SigningKey::from_bytes(seed),
            fast: fast::Ed25519Signer::new(seed),
        }
    }

    pub(super) fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    fn sign(&self, request: &SignRequest) -> Vec<u8> {
        let message = request.message();
        request
            .backend()
            .fast(|| self.fast.as_ref().map(|key| key.sign(message)))
            .unwrap_or_else(|| self.key.sign(message).to_bytes().to_vec())
    }
}

impl X25519Key {
    pub(super) fn public(&self) -> [u8; 32] {
        let secret = x25519_dalek::StaticSecret::from(self.0);
        x25519_dalek::PublicKey::from(&secret).to_bytes()
    }
}

impl MemoryKey {
    pub(super) fn public_key(&self) -> Result<PublicKey, Error> {
        match self {
            MemoryKey::Rsa(key) => key.public_key(),
            MemoryKey::Ec(key) => PublicKey::from_ec_point(key.curve, &key.point),
            MemoryKey::Ed25519(key) => PublicKey::from_ed25519(&key.public()),
            MemoryKey::X25519(key) => PublicKey::from_x25519(&key.public()),
        }
    }

    /// The caller has checked that the algorithm fits the kind of key.
    pub(super) fn sign(&self, request: &SignRequest) -> Result<Made, Error> {
        #[cfg(fuzzing)]
        if let Some(signature) = crate::crypto::stub::sign(request.key().public_key()) {
            return Ok(Made {
                signature,
                is_vouched: false,
            });
        }
        let (signature, is_vouched) = match (self, request.algorithm()) {
            (MemoryKey::Rsa(key), _) => (key.sign(request)?, true),
            (MemoryKey::Ec(key), SignatureAlgorithm::Ecdsa(digest)) => {
                key.sign(*digest, request)?
            }
            (MemoryKey::Ed25519(key), SignatureAlgorithm::Ed25519) => (key.sign(request), false),
            _ => return Err(ErrorKind::KeyOperation.into()),
        };
        Ok(Made {
            signature,
            is_vouched,
        })
    }

    pub(super) fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, Error> {
        match (self, request) {
            (
                MemoryKey::Rsa(key),
                UnwrapRequest::RsaPkcs1 {
                    encrypted_key,
                    key_len,
                },
            ) => key.unwrap_pkcs1(encrypted_key, *key_len),
            (
                MemoryKey::Rsa(key),
                UnwrapRequest::RsaOaep {
                    encrypted_key,
                    digest,
                    mgf_digest,
                    label,
                },
            ) => key.unwrap_oaep(encrypted_key, *digest, *mgf_digest, label),
            (MemoryKey::Ec(key), UnwrapRequest::Ecdh { public_point }) => {
                let point = key.curve.uncompressed(public_point);
                #[cfg(fuzzing)]
                if let Some(shared) = point.as_deref().and_then(crate::crypto::stub::shared) {
                    return Ok(Secret::from_zeroizing(shared));
                }
                point
                    .and_then(|point| {
                        agreement::ecdh(Backend::Fast, key.curve, &key.scalar, &point)
                    })
                    .map(Secret::from_zeroizing)
                    .ok_or_else(|| ErrorKind::KeyOperation.into())
            }
            (MemoryKey::X25519(key), UnwrapRequest::X25519 { public }) => {
                #[cfg(fuzzing)]
                if let Some(shared) = crate::crypto::stub::shared(public) {
                    return Ok(Secret::from_zeroizing(shared));
                }
                agreement::x25519(Backend::Fast, &key.0, public)
                    .map(Secret::from_zeroizing)
                    .ok_or_else(|| ErrorKind::KeyOperation.into())
            }
            _ => Err(ErrorKind::KeyOperation.into()),
        }
    }

    /// PrivateKeyInfo, version 0 (RFC 5208 5); the public half of an EC key inside (RFC 5915 3).
    pub(super) fn to_pkcs8_der(&self) -> Option<Secret> {
        let der = match self {
            MemoryKey::Rsa(key) => {
                let (algorithm, pkcs1) = key.to_pkcs1()?;
                load::private_key_info(algorithm, pkcs1.as_bytes())
            }
            MemoryKey::Ec(key) => {
                let sec1 = load::ec_private_key(&key.scalar, &key.point);
                load::private_key_info(&ec_algorithm(key.curve), &sec1)
            }
            MemoryKey::Ed25519(key) => {
                let scalar = Zeroizing::new(key.key.to_bytes());
                load::curve_private_key(ED25519, &scalar)
            }
            MemoryKey::X25519(key) => load::curve_private_key(X25519, &key.0),
        };
        Some(Secret::from_zeroizing(der))
    }
}

fn point<C>(scalar: &[u8]) -> Option<Vec<u8>>
where
    C: CurveArithmetic,
    FieldBytesSize<C>: ModulusSize,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
{
    let secret = SecretKey::<C>::from_slice(scalar).ok()?;
    Some(secret.public_key().to_sec1_point(false).as_bytes().to_vec())
}

/// Deterministic ECDSA (RFC 6979) with the digest of the message inside the generator too; the
/// signature as DER ECDSA-Sig-Value (RFC 3279 2.2.3).
fn ecdsa<C>(scalar: &[u8], algorithm: DigestAlgorithm, digest: &[u8]) -> Option<Vec<u8>>
where
    C: EcdsaCurve + CurveArithmetic,
    SignatureSize<C>: ArraySize,
{
    let secret = SecretKey::<C>::from_slice(scalar).ok()?;
    let scalar = Zeroizing::new(secret.to_nonzero_scalar());
    let (signature, _) = with_digest!(algorithm, D => {
        hazmat::sign_prehashed_rfc6979::<C, D>(&scalar, digest, &[])
    });
    let (r, s) = signature.split_bytes();
    Some(asn1::sequence(&[
        &asn1::uint_bytes(&r),
        &asn1::uint_bytes(&s),
    ]))
}
