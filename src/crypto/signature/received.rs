//! The signature algorithm of a SignerInfo, as the world writes it.

use const_oid::ObjectIdentifier;
use der::asn1::Null;
use der::{AnyRef, Decode};
use spki::AlgorithmIdentifierRef;

use super::{RSA_ENCRYPTION, SignatureAlgorithm, WHAT};
use crate::asn1;
use crate::crypto::public_key::EC_PUBLIC_KEY;
use crate::crypto::{DigestAlgorithm, PublicKey};
use crate::{Error, Limits};

impl SignatureAlgorithm {
    /// Reads `signatureAlgorithm` of a SignerInfo from its received bytes, BER or DER.
    ///
    /// `digest` is the digestAlgorithm of the same SignerInfo. It completes `rsaEncryption` (RFC 3370
    /// 3.2) and id-ecPublicKey (which some Windows software writes), and must be the digest that any
    /// other algorithm names: RFC 4056 3 demands that of PSS, RFC 8419 2.3 demands SHA-512 with
    /// Ed25519, and RFC 8933 has one digest for all.
    ///
    /// Errors: malformed parameters, an algorithm that is not implemented, and as
    /// [`crate::ErrorKind::Unfit`] two digests or an algorithm that does not fit `key`.
    pub(crate) fn from_received(
        identifier: &[u8],
        digest: DigestAlgorithm,
        key: &PublicKey,
    ) -> Result<SignatureAlgorithm, Error> {
        let der = asn1::to_der(identifier, &Limits::default())?;
        let id = AlgorithmIdentifierRef::from_der(&der)
            .map_err(|e| Error::malformed(WHAT, e.to_string()))?;
        let algorithm = match id.oid {
            RSA_ENCRYPTION => SignatureAlgorithm::RsaPkcs1(digest),
            EC_PUBLIC_KEY => SignatureAlgorithm::Ecdsa(digest),
            _ => SignatureAlgorithm::from_parts(&id)?,
        };
        if !parameters_fit(&algorithm, &id, key) {
            return Err(Error::malformed(
                WHAT,
                format!("parameters that {} does not have", algorithm.name()),
            ));
        }
        if algorithm.digest() != digest {
            return Err(Error::unfit(format!(
                "the signature algorithm is {}, which goes with {}, but the digest algorithm named beside it is {}",
                algorithm.name(),
                algorithm.digest().name(),
                digest.name()
            )));
        }
        algorithm.fits(key)?;
        Ok(algorithm)
    }
}

/// RSA and ECDSA: NULL or absent (RFC 5754 3.2, 3.3 name one each, readers take both). id-ecPublicKey
/// may repeat the curve. Ed25519: absent (RFC 8419 2.4). Those of PSS were read.
fn parameters_fit(
    algorithm: &SignatureAlgorithm,
    id: &AlgorithmIdentifierRef<'_>,
    key: &PublicKey,
) -> bool {
    let is_null = |any: AnyRef<'_>| any.decode_as::<Null>().is_ok();
    let is_curve = |any: AnyRef<'_>| {
        let named = any.decode_as::<ObjectIdentifier>().ok();
        id.oid == EC_PUBLIC_KEY && named == key.curve().map(|curve| curve.oid())
    };
    match (algorithm, id.parameters) {
        (_, None) | (SignatureAlgorithm::RsaPss(_), _) => true,
        (SignatureAlgorithm::RsaPkcs1(_), Some(any)) => is_null(any),
        (SignatureAlgorithm::Ecdsa(_), Some(any)) => is_null(any) || is_curve(any),
        (SignatureAlgorithm::Ed25519, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests;
