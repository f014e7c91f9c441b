//! RSA key transport: PKCS#1 v1.5 (RFC 3370 4.2.1) and OAEP (RFC 3560).

use const_oid::ObjectIdentifier;
use rsa::traits::PaddingScheme;
use rsa::{Oaep, Pkcs1v15Encrypt, RsaPublicKey};

use super::digest::with_digest;
use super::identifier;
use super::public_key::Material;
use super::random::Draw;
use super::signature::{RSA_ENCRYPTION, mgf1};
use super::{DigestAlgorithm, KeyKind, PublicKey, RandomSource};
use crate::Error;
use crate::asn1;

pub(crate) const RSAES_OAEP: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.7");

/// The key as the `rsa` crate takes it. Refused before any arithmetic: a modulus outside 1024 to
/// 8192 bits, a public exponent of 2^33 or more.
pub(super) fn rsa_public(key: &PublicKey) -> Result<&RsaPublicKey, Error> {
    let Material::Rsa { modulus, exponent } = &key.material else {
        return Err(Error::unfit(format!("not an RSA key: {}", key.kind())));
    };
    if !(RsaPublicKey::MIN_SIZE..=RsaPublicKey::MAX_SIZE).contains(&key.bits()) {
        return Err(Error::unfit(format!(
            "{} is outside the 1024 to 8192 bits that are worked with",
            key.kind()
        )));
    }
    key.rsa_forms
        .portable(modulus, exponent)
        .ok_or_else(|| Error::unfit("the RSA public exponent is too large to work with"))
}

fn encrypt(
    key: &PublicKey,
    padding: impl PaddingScheme,
    data: &[u8],
    random: &dyn RandomSource,
) -> Result<Vec<u8>, Error> {
    if matches!(key.kind(), KeyKind::RsaPss { .. }) {
        return Err(Error::unfit("the RSA key is for PSS signatures only"));
    }
    let rsa = rsa_public(key)?;
    #[cfg(fuzzing)]
    if let Some(encrypted) = super::stub::encrypt(key.bits().div_ceil(8), data) {
        return Ok(encrypted);
    }
    let mut draw = Draw::new(random);
    padding
        .encrypt(&mut draw, rsa, data)
        .map_err(|_| draw.or_failure(Error::unfit("the RSA key is too small for this padding")))
}

/// RSAES-PKCS1-v1_5 (RFC 8017 7.2.1).
pub(crate) fn rsa_pkcs1_encrypt(
    key: &PublicKey,
    data: &[u8],
    random: &dyn RandomSource,
) -> Result<Vec<u8>, Error> {
    encrypt(key, Pkcs1v15Encrypt, data, random)
}

/// RSAES-OAEP (RFC 8017 7.1.1).
pub(crate) fn rsa_oaep_encrypt(
    key: &PublicKey,
    digest: DigestAlgorithm,
    mgf_digest: DigestAlgorithm,
    label: &[u8],
    data: &[u8],
    random: &dyn RandomSource,
) -> Result<Vec<u8>, Error> {
    with_digest!(digest, D => with_digest!(mgf_digest, M => {
        encrypt(key, Oaep::<D, M>::new_with_mgf_hash_and_label(label), data, random)
    }))
}

/// DER `keyEncryptionAlgorithm` of RSA PKCS#1 v1.5: `rsaEncryption`, NULL (RFC 3370 4.2.1).
pub(crate) fn pkcs1_identifier() -> Vec<u8> {
    identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL)
}

/// DER `keyEncryptionAlgorithm` of OAEP with one digest for label and mask, and an empty label:
///
/// ```text
/// RSAES-OAEP-params ::= SEQUENCE {
///     hashFunc    [0] AlgorithmIdentifier DEFAULT sha1Identifier,
///     maskGenFunc [1] AlgorithmIdentifier DEFAULT mgf1SHA1Identifier,
///     pSourceFunc [2] AlgorithmIdentifier DEFAULT pSpecifiedEmptyIdentifier }
/// ```
///
/// (RFC 4055 4.1.) The empty label is the default, which DER leaves out.
pub(crate) fn oaep_identifier(digest: DigestAlgorithm) -> Vec<u8> {
    let parameters = if digest == DigestAlgorithm::Sha1 {
        asn1::sequence(&[])
    } else {
        asn1::sequence(&[
            &asn1::explicit(0, &digest.identifier_with_null()),
            &asn1::explicit(1, &mgf1(digest)),
        ])
    };
    identifier::algorithm(RSAES_OAEP, &parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::crypto::random::testing::{FailingAfter, Stuck};
    use crate::crypto::{SignatureAlgorithm, verify};
    use hex_literal::hex;

    /// Written by hand from RFC 4055 2.1 and 4.1.
    #[test]
    fn identifiers() {
        assert_eq!(
            oaep_identifier(DigestAlgorithm::Sha256),
            hex!(
                "303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500"
            )
        );
        assert_eq!(
            oaep_identifier(DigestAlgorithm::Sha1),
            hex!("300d06092a864886f70d0101073000")
        );
        assert_eq!(pkcs1_identifier(), hex!("300d06092a864886f70d0101010500"));
    }

    fn key() -> PublicKey {
        crate::key::testing::rsa2048().public_key().clone()
    }

    /// KEY-04.
    #[test]
    fn a_failing_or_stuck_source_is_an_error() {
        for random in [
            &FailingAfter(0.into()) as &dyn RandomSource,
            &FailingAfter(0.into()),
            &Stuck(0),
        ] {
            let error = rsa_pkcs1_encrypt(&key(), &[1; 32], random).unwrap_err();
            assert!(
                matches!(error.kind(), ErrorKind::Randomness { .. }),
                "{error}"
            );
        }
        let sha256 = DigestAlgorithm::Sha256;
        let error = rsa_oaep_encrypt(
            &key(),
            sha256,
            sha256,
            &[],
            &[1; 32],
            &FailingAfter(0.into()),
        );
        assert!(matches!(
            error.unwrap_err().kind(),
            ErrorKind::Randomness { .. }
        ));
    }

    #[test]
    fn refuses_data_that_does_not_fit() {
        let sha512 = DigestAlgorithm::Sha512;
        let random = crate::crypto::SystemRandom;
        // 256 - 2 * 64 - 2 = 126 bytes, and 256 - 11 = 245.
        assert!(rsa_oaep_encrypt(&key(), sha512, sha512, &[], &[1; 126], &random).is_ok());
        assert!(rsa_oaep_encrypt(&key(), sha512, sha512, &[], &[1; 127], &random).is_err());
        assert!(rsa_pkcs1_encrypt(&key(), &[1; 245], &random).is_ok());
        assert!(rsa_pkcs1_encrypt(&key(), &[1; 246], &random).is_err());
    }

    /// Refused by its size, without any arithmetic on it.
    #[test]
    fn sig_08_sizes_that_are_not_worked_with() {
        let algorithm = pkcs1_identifier();
        for (modulus, exponent) in [
            (vec![0xff; 2048], vec![1, 0, 1]),
            (vec![0xff; 1025], vec![1, 0, 1]),
            (vec![0xff; 64], vec![3]),
            (vec![0xff; 256], vec![0xff; 255]),
            (vec![0xff; 256], vec![3, 0, 0, 0, 1]),
        ] {
            let key = PublicKey::from_rsa(&algorithm, &modulus, &exponent).unwrap();
            let error = rsa_public(&key).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
            let v15 = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
            let error = verify::verify(&key, &v15, b"", &modulus).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
        }
        assert!(PublicKey::from_rsa(&algorithm, &vec![0xff; 2049], &[3]).is_err());
    }
}
