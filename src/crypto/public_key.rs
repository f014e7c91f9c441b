//! Public keys, parsed once from SubjectPublicKeyInfo.

mod rsa_forms;

use std::fmt;

use const_oid::ObjectIdentifier;
use der::asn1::Null;
use der::{AnyRef, Decode};
use elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize};
use p256::elliptic_curve;
use spki::SubjectPublicKeyInfoRef;

use super::PssParameters;
use super::identifier;
use super::signature::{ED25519, RSA_ENCRYPTION, RSASSA_PSS};
use crate::Error;
use crate::asn1;
use rsa_forms::RsaForms;

const WHAT: &str = "public key";
/// A modulus above this is not looked at at all.
const MAX_MODULUS_BITS: usize = 16_384;
pub(crate) const EC_PUBLIC_KEY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(crate) const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");

/// What kind of key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyKind {
    /// RSA for any padding.
    Rsa {
        /// Size of the modulus in bits.
        bits: usize,
    },
    /// RSA restricted to PSS signatures by its identifier id-RSASSA-PSS.
    RsaPss {
        /// Size of the modulus in bits.
        bits: usize,
    },
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Ed25519, signatures only.
    Ed25519,
    /// X25519, key agreement only.
    X25519,
    /// Not implemented: the dotted object identifier of the algorithm, or of the curve.
    Other(String),
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyKind::Rsa { bits } => write!(f, "RSA-{bits}"),
            KeyKind::RsaPss { bits } => write!(f, "RSA-{bits} for PSS only"),
            KeyKind::P256 => f.write_str("P-256"),
            KeyKind::P384 => f.write_str("P-384"),
            KeyKind::P521 => f.write_str("P-521"),
            KeyKind::Ed25519 => f.write_str("Ed25519"),
            KeyKind::X25519 => f.write_str("X25519"),
            KeyKind::Other(oid) => write!(f, "algorithm {oid}"),
        }
    }
}

/// A NIST curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
}

/// Runs `$body` with `$C` as the curve type of `$curve`.
macro_rules! with_curve {
    ($curve:expr, $C:ident => $body:expr) => {
        match $curve {
            $crate::crypto::public_key::Curve::P256 => {
                type $C = p256::NistP256;
                $body
            }
            $crate::crypto::public_key::Curve::P384 => {
                type $C = p384::NistP384;
                $body
            }
            $crate::crypto::public_key::Curve::P521 => {
                type $C = p521::NistP521;
                $body
            }
        }
    };
}
pub(crate) use with_curve;

impl Curve {
    pub(crate) fn oid(self) -> ObjectIdentifier {
        const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
        const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
        const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
        match self {
            Curve::P256 => P256,
            Curve::P384 => P384,
            Curve::P521 => P521,
        }
    }

    pub(crate) fn from_oid(oid: &ObjectIdentifier) -> Option<Curve> {
        [Curve::P256, Curve::P384, Curve::P521]
            .into_iter()
            .find(|curve| curve.oid() == *oid)
    }

    /// Length of a coordinate, a scalar and a shared secret in bytes.
    pub(crate) fn field_len(self) -> usize {
        match self {
            Curve::P256 => 32,
            Curve::P384 => 48,
            Curve::P521 => 66,
        }
    }

    /// The point in uncompressed form, if it lies on the curve and is not infinity.
    pub(crate) fn uncompressed(self, point: &[u8]) -> Option<Vec<u8>> {
        fn check<C>(point: &[u8]) -> Option<Vec<u8>>
        where
            C: CurveArithmetic,
            FieldBytesSize<C>: ModulusSize,
            AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
        {
            // 02, 03, 04 only: RFC 5480 2.2 forbids the hybrid form.
            matches!(point.first(), Some(2..=4)).then_some(())?;
            let key = elliptic_curve::PublicKey::<C>::from_sec1_bytes(point).ok()?;
            Some(key.to_sec1_point(false).as_bytes().to_vec())
        }
        with_curve!(self, C => check::<C>(point))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Material {
    Rsa {
        /// Big-endian, without leading zeros.
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    Ec {
        curve: Curve,
        /// Uncompressed; on the curve, not infinity.
        point: Vec<u8>,
    },
    Ed25519([u8; 32]),
    X25519([u8; 32]),
    /// Not implemented: its identifier, and the whole SubjectPublicKeyInfo to compare.
    Other(String, Vec<u8>),
}

/// A parsed SubjectPublicKeyInfo (RFC 5280 4.1.2.7), which keeps the bytes it was read from.
///
/// Points are checked to lie on their curve when read. The size of an RSA modulus is only counted:
/// judging it is the policy's part, and nothing is computed with a modulus outside 1024 to 8192 bits.
#[derive(Clone, Debug)]
pub struct PublicKey {
    spki: Vec<u8>,
    pub(super) material: Material,
    pss_only: bool,
    pss: Option<PssParameters>,
    pub(super) rsa_forms: RsaForms,
}

impl PublicKey {
    /// Reads DER SubjectPublicKeyInfo.
    ///
    /// An algorithm or curve that is not implemented gives [`KeyKind::Other`]. A key that cannot
    /// be one is malformed: an even modulus, an exponent that is even or below 3, a modulus above
    /// 16,384 bits, a point off the curve.
    pub(crate) fn from_spki_der(spki: &[u8]) -> Result<PublicKey, Error> {
        let info = SubjectPublicKeyInfoRef::from_der(spki)
            .map_err(|e| Error::malformed(WHAT, e.to_string()))?;
        let oid = info.algorithm.oid;
        let parameters = info.algorithm.parameters;
        let bits = info
            .subject_public_key
            .as_bytes()
            .ok_or_else(|| Error::malformed(WHAT, "not whole bytes"))?;
        let other = |oid: ObjectIdentifier| Material::Other(oid.to_string(), spki.to_vec());
        let mut pss = None;
        let material = match oid {
            RSA_ENCRYPTION => {
                only_null(parameters)?;
                rsa(bits)?
            }
            RSASSA_PSS => match parameters.map(PssParameters::from_any).transpose() {
                Ok(read) => {
                    pss = read;
                    rsa(bits)?
                }
                // Digests or masks that are not implemented make the key unusable here.
                Err(_) => other(oid),
            },
            EC_PUBLIC_KEY => match parameters.map(|p| p.decode_as::<ObjectIdentifier>()) {
                Some(Ok(named)) => match Curve::from_oid(&named) {
                    Some(curve) => Material::Ec {
                        curve,
                        point: curve.uncompressed(bits).ok_or_else(|| {
                            Error::malformed(WHAT, "the point is not on its curve")
                        })?,
                    },
                    None => other(named),
                },
                _ => other(oid),
            },
            ED25519 => Material::Ed25519(fixed(bits, parameters)?),
            X25519 => Material::X25519(fixed(bits, parameters)?),
            _ => other(oid),
        };
        Ok(PublicKey {
            spki: spki.to_vec(),
            pss_only: oid == RSASSA_PSS && matches!(material, Material::Rsa { .. }),
            material,
            pss,
            rsa_forms: RsaForms::default(),
        })
    }

    /// From the big-endian modulus and exponent, with the AlgorithmIdentifier `algorithm` in DER.
    pub(crate) fn from_rsa(
        algorithm: &[u8],
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<PublicKey, Error> {
        let (n, e) = (asn1::uint_bytes(modulus), asn1::uint_bytes(exponent));
        PublicKey::from_spki_der(&spki(algorithm, &asn1::sequence(&[&n, &e])))
    }

    pub(crate) fn from_ec_point(curve: Curve, point: &[u8]) -> Result<PublicKey, Error> {
        let algorithm = ec_algorithm(curve);
        PublicKey::from_spki_der(&spki(&algorithm, point))
    }

    pub(crate) fn from_ed25519(key: &[u8; 32]) -> Result<PublicKey, Error> {
        PublicKey::from_spki_der(&spki(&identifier::algorithm(ED25519, &[]), key))
    }

    pub(crate) fn from_x25519(key: &[u8; 32]) -> Result<PublicKey, Error> {
        PublicKey::from_spki_der(&spki(&identifier::algorithm(X25519, &[]), key))
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        match &self.material {
            Material::Rsa { modulus, .. } if self.pss_only => KeyKind::RsaPss {
                bits: bit_len(modulus),
            },
            Material::Rsa { modulus, .. } => KeyKind::Rsa {
                bits: bit_len(modulus),
            },
            Material::Ec { curve, .. } => match curve {
                Curve::P256 => KeyKind::P256,
                Curve::P384 => KeyKind::P384,
                Curve::P521 => KeyKind::P521,
            },
            Material::Ed25519(_) => KeyKind::Ed25519,
            Material::X25519(_) => KeyKind::X25519,
            Material::Other(oid, _) => KeyKind::Other(oid.clone()),
        }
    }

    /// Size in bits: of the modulus, or of the field. 0 for [`KeyKind::Other`].
    pub fn bits(&self) -> usize {
        match &self.material {
            Material::Rsa { modulus, .. } => bit_len(modulus),
            Material::Ec { curve, .. } => match curve {
                Curve::P256 => 256,
                Curve::P384 => 384,
                Curve::P521 => 521,
            },
            Material::Ed25519(_) | Material::X25519(_) => 255,
            Material::Other(..) => 0,
        }
    }

    /// The DER SubjectPublicKeyInfo as it was read.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// Whether both are the same key, however written: `rsaEncryption` or id-RSASSA-PSS, NULL or
    /// absent parameters, compressed or uncompressed point.
    pub fn same_key(&self, other: &PublicKey) -> bool {
        self.material == other.material
    }

    /// The parameters an id-RSASSA-PSS key is bound to, if it carries any.
    pub(crate) fn pss_parameters(&self) -> Option<&PssParameters> {
        self.pss.as_ref()
    }

    /// The curve of an EC key.
    pub(crate) fn curve(&self) -> Option<Curve> {
        match &self.material {
            Material::Ec { curve, .. } => Some(*curve),
            _ => None,
        }
    }

    #[cfg(test)]
    /// Curve and uncompressed point of an EC key.
    pub(crate) fn ec_point(&self) -> Option<(Curve, &[u8])> {
        match &self.material {
            Material::Ec { curve, point } => Some((*curve, point)),
            _ => None,
        }
    }
}

/// DER AlgorithmIdentifier `id-ecPublicKey` with the named curve (RFC 5480 2.1.1).
pub(crate) fn ec_algorithm(curve: Curve) -> Vec<u8> {
    identifier::algorithm(EC_PUBLIC_KEY, &asn1::oid(&curve.oid()))
}

fn spki(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let bits = asn1::bit_string(key);
    asn1::sequence(&[algorithm, &bits])
}

/// Parameters NULL or absent (RFC 3279 2.3.1 says NULL, some writers leave it out).
pub(crate) fn only_null(parameters: Option<AnyRef<'_>>) -> Result<(), Error> {
    match parameters.map(|any| any.decode_as::<Null>()) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(Error::malformed(WHAT, "rsaEncryption with parameters")),
    }
}

fn rsa(bits: &[u8]) -> Result<Material, Error> {
    let key = pkcs1::RsaPublicKeyRef::from_der(bits)
        .map_err(|e| Error::malformed(WHAT, e.to_string()))?;
    let modulus = key.modulus.as_bytes();
    let exponent = key.public_exponent.as_bytes();
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    if bit_len(modulus) > MAX_MODULUS_BITS {
        return Err(Error::malformed(
            WHAT,
            "the RSA modulus has more than 16,384 bits",
        ));
    }
    if !odd(modulus) || !odd(exponent) || exponent == [1] || exponent.len() > modulus.len() {
        return Err(Error::malformed(
            WHAT,
            "no RSA key has this modulus and exponent",
        ));
    }
    Ok(Material::Rsa {
        modulus: modulus.to_vec(),
        exponent: exponent.to_vec(),
    })
}

/// The key of RFC 8410: 32 bytes, parameters absent.
fn fixed(bits: &[u8], parameters: Option<AnyRef<'_>>) -> Result<[u8; 32], Error> {
    if parameters.is_some() {
        return Err(Error::malformed(WHAT, "parameters where none belong"));
    }
    bits.try_into()
        .map_err(|_| Error::malformed(WHAT, "not 32 bytes"))
}

/// Bits of a big-endian number.
fn bit_len(number: &[u8]) -> usize {
    let significant = number.iter().skip_while(|b| **b == 0);
    let bytes = significant.clone().count();
    let leading = significant.take(1).map(|b| b.leading_zeros()).sum::<u32>();
    bytes
        .saturating_mul(8)
        .saturating_sub(usize::try_from(leading).unwrap_or(0))
}

#[cfg(test)]
mod tests;
