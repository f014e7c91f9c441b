//! Private keys from PKCS#8, PKCS#1 and SEC 1, and back to PKCS#8.

use const_oid::ObjectIdentifier;
use der::asn1::OctetStringRef;
use der::{Decode, Encode};
use pkcs8::PrivateKeyInfoRef;
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

use super::memory::{EcKey, Ed25519Key, MemoryKey, X25519Key};
use super::rsa_key::RsaKey;
use crate::Error;
use crate::asn1::{self, Tag};
use crate::crypto::identifier::{self, secret_tlv};
use crate::crypto::public_key::{Curve, EC_PUBLIC_KEY, X25519, only_null};
use crate::crypto::signature::{ED25519, RSA_ENCRYPTION, RSASSA_PSS};

const WHAT: &str = "private key";
const ROLE: &str = "private key";

/// PrivateKeyInfo (RFC 5208) and OneAsymmetricKey (RFC 5958); attributes are passed over:
///
/// ```text
/// OneAsymmetricKey ::= SEQUENCE {
///     version                  INTEGER { v1(0), v2(1) },
///     privateKeyAlgorithm      AlgorithmIdentifier,
///     privateKey               OCTET STRING,
///     attributes           [0] Attributes OPTIONAL,
///     publicKey            [1] BIT STRING OPTIONAL }
/// ```
pub(super) fn pkcs8(der: &[u8]) -> Result<MemoryKey, Error> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| malformed("not PKCS#8"))?;
    let parameters = info.algorithm.parameters;
    let content = info.private_key.as_bytes();
    let key = match info.algorithm.oid {
        RSA_ENCRYPTION => {
            only_null(parameters)?;
            let algorithm = identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL);
            return RsaKey::from_pkcs1(content, algorithm).map(rsa);
        }
        RSASSA_PSS => {
            let algorithm = info.algorithm.to_der();
            let algorithm = algorithm.map_err(|_| malformed("not PKCS#8"))?;
            return RsaKey::from_pkcs1(content, algorithm).map(rsa);
        }
        EC_PUBLIC_KEY => {
            let named = parameters
                .and_then(|any| any.decode_as::<ObjectIdentifier>().ok())
                .ok_or_else(|| malformed("an EC key whose curve has no name"))?;
            sec1(content, Some(named))?
        }
        ED25519 => {
            let seed = octets(content)?;
            MemoryKey::Ed25519(Box::new(Ed25519Key::new(&seed)))
        }
        X25519 => MemoryKey::X25519(X25519Key(*octets(content)?)),
        other => return Err(Error::unsupported_algorithm(ROLE, other)),
    };
    if let Some(public) = info.public_key {
        belongs(&key, public.as_bytes())?;
    }
    Ok(key)
}

/// PKCS#1 RSAPrivateKey (RFC 8017 A.1.2).
pub(super) fn pkcs1(der: &[u8]) -> Result<MemoryKey, Error> {
    let algorithm = identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL);
    RsaKey::from_pkcs1(der, algorithm).map(rsa)
}

/// The curve stands in the key, or around it in PKCS#8 (`outer`); both must agree.
///
/// ```text
/// ECPrivateKey ::= SEQUENCE {                        -- RFC 5915 3
///     version        INTEGER { ecPrivkeyVer1(1) },
///     privateKey     OCTET STRING,
///     parameters [0] ECParameters {{ NamedCurve }} OPTIONAL,
///     publicKey  [1] BIT STRING OPTIONAL }
/// ```
pub(super) fn sec1(der: &[u8], outer: Option<ObjectIdentifier>) -> Result<MemoryKey, Error> {
    let parts = EcPrivateKey::from_der(der).map_err(|_| malformed("not an EC key of SEC 1"))?;
    let inner = parts.parameters.and_then(|p| p.named_curve());
    let named = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            return Err(malformed("an EC key that names two curves"));
        }
        (outer, inner) => outer
            .or(inner)
            .ok_or_else(|| malformed("an EC key whose curve has no name"))?,
    };
    let curve = Curve::from_oid(&named)
        .ok_or_else(|| Error::unsupported_algorithm("private key on a curve", named))?;
    let key = EcKey::new(curve, parts.private_key)
        .ok_or_else(|| malformed("an EC key that does not fit its curve"))?;
    let key = MemoryKey::Ec(key);
    if let Some(public) = parts.public_key {
        belongs(&key, Some(public))?;
    }
    Ok(key)
}

/// An embedded public key has to be the one that belongs to the private key.
fn belongs(key: &MemoryKey, embedded: Option<&[u8]>) -> Result<(), Error> {
    let belongs = match (key, embedded) {
        (MemoryKey::Ec(key), Some(public)) => key.is_public_half(public),
        (MemoryKey::Ed25519(key), Some(public)) => key.public() == public,
        (MemoryKey::X25519(key), Some(public)) => key.public() == public,
        _ => false,
    };
    if belongs {
        Ok(())
    } else {
        Err(malformed("the public key inside belongs to another key"))
    }
}

fn rsa(key: RsaKey) -> MemoryKey {
    MemoryKey::Rsa(Box::new(key))
}

fn malformed(detail: &'static str) -> Error {
    Error::malformed(WHAT, detail)
}

/// `CurvePrivateKey ::= OCTET STRING` of 32 bytes (RFC 8410 7).
fn octets(content: &[u8]) -> Result<Zeroizing<[u8; 32]>, Error> {
    <&OctetStringRef>::from_der(content)
        .ok()
        .and_then(|octets| octets.as_bytes().try_into().ok())
        .map(Zeroizing::new)
        .ok_or_else(|| malformed("not a key of 32 bytes"))
}

/// PrivateKeyInfo, version 0, around a private key in its own format.
pub(super) fn private_key_info(algorithm: &[u8], key: &[u8]) -> Zeroizing<Vec<u8>> {
    let key = secret_tlv(Tag::OCTET_STRING, &[key]);
    secret_tlv(Tag::SEQUENCE, &[&asn1::uint_bytes(&[]), algorithm, &key])
}

/// ECPrivateKey without parameters, which stand in the PKCS#8 around it, with the public key.
pub(super) fn ec_private_key(scalar: &[u8], point: &[u8]) -> Zeroizing<Vec<u8>> {
    let scalar = secret_tlv(Tag::OCTET_STRING, &[scalar]);
    let point = asn1::explicit(1, &asn1::bit_string(point));
    secret_tlv(Tag::SEQUENCE, &[&asn1::uint_bytes(&[1]), &scalar, &point])
}

/// PrivateKeyInfo of an Ed25519 or X25519 key (RFC 8410 7).
pub(super) fn curve_private_key(algorithm: ObjectIdentifier, key: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let key = secret_tlv(Tag::OCTET_STRING, &[key]);
    private_key_info(&identifier::algorithm(algorithm, &[]), &key)
}
