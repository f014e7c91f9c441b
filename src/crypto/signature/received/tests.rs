use hex_literal::hex;

use super::*;
use crate::ErrorKind;
use crate::crypto::DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
use crate::crypto::public_key::Curve;
use crate::crypto::{PssParameters, identifier};
use crate::key::testing::{ec, ed25519, rsa2048, x25519};

const DIGESTS: [DigestAlgorithm; 5] = [Sha1, Sha224, Sha256, Sha384, Sha512];

fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

fn read(
    identifier: &[u8],
    digest: DigestAlgorithm,
    key: &PublicKey,
) -> Result<SignatureAlgorithm, Error> {
    SignatureAlgorithm::from_received(identifier, digest, key)
}

/// The object identifiers of RFC 3370 3.2 and RFC 5754 3.2, 3.3.
#[test]
fn every_name_with_null_and_without() {
    let (rsa, ec) = (rsa2048(), ec(Curve::P256));
    for (digest, with_rsa, with_ecdsa) in [
        (Sha1, "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"),
        (Sha224, "1.2.840.113549.1.1.14", "1.2.840.10045.4.3.1"),
        (Sha256, "1.2.840.113549.1.1.11", "1.2.840.10045.4.3.2"),
        (Sha384, "1.2.840.113549.1.1.12", "1.2.840.10045.4.3.3"),
        (Sha512, "1.2.840.113549.1.1.13", "1.2.840.10045.4.3.4"),
    ] {
        for (named, key, expected) in [
            (with_rsa, &rsa, SignatureAlgorithm::RsaPkcs1(digest)),
            (
                "1.2.840.113549.1.1.1",
                &rsa,
                SignatureAlgorithm::RsaPkcs1(digest),
            ),
            (with_ecdsa, &ec, SignatureAlgorithm::Ecdsa(digest)),
            ("1.2.840.10045.2.1", &ec, SignatureAlgorithm::Ecdsa(digest)),
        ] {
            for parameters in [&[][..], &identifier::NULL] {
                let der = identifier::algorithm(oid(named), parameters);
                assert_eq!(read(&der, digest, key.public_key()).unwrap(), expected);
            }
            for parameters in [&hex!("0400")[..], &hex!("3000"), &hex!("0101ff")] {
                let der = identifier::algorithm(oid(named), parameters);
                let error = read(&der, digest, key.public_key()).unwrap_err();
                assert!(
                    matches!(error.kind(), ErrorKind::Malformed { .. }),
                    "{named}"
                );
            }
        }
    }
}

/// The key's own algorithm as signature algorithm, with its curve and with another.
#[test]
fn the_curve_may_be_repeated() {
    let key = ec(Curve::P384);
    let named = |curve: Curve| crate::crypto::public_key::ec_algorithm(curve);
    assert_eq!(
        read(&named(Curve::P384), Sha256, key.public_key()).unwrap(),
        SignatureAlgorithm::Ecdsa(Sha256)
    );
    assert!(read(&named(Curve::P256), Sha256, key.public_key()).is_err());
}

#[test]
fn ed25519_goes_with_sha_512_and_nothing_else() {
    let key = ed25519();
    let der = hex!("300506032b6570");
    assert_eq!(
        read(&der, Sha512, key.public_key()).unwrap(),
        SignatureAlgorithm::Ed25519
    );
    for digest in [Sha1, Sha224, Sha256, Sha384] {
        assert!(read(&der, digest, key.public_key()).is_err());
    }
    let with_null = hex!("300706032b65700500");
    let error = read(&with_null, Sha512, key.public_key()).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Malformed { .. }));
}

#[test]
fn sig_07_two_digests_are_named() {
    let (rsa, ec) = (rsa2048(), ec(Curve::P256));
    for inner in DIGESTS {
        for outer in DIGESTS.into_iter().filter(|outer| *outer != inner) {
            for (algorithm, key) in [
                (SignatureAlgorithm::RsaPkcs1(inner), &rsa),
                (SignatureAlgorithm::RsaPss(PssParameters::new(inner)), &rsa),
                (SignatureAlgorithm::Ecdsa(inner), &ec),
            ] {
                let error = read(&algorithm.identifier(), outer, key.public_key()).unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
                let text = error.to_string();
                assert!(
                    text.contains(inner.name()) && text.contains(outer.name()),
                    "{text}"
                );
            }
        }
    }
}

#[test]
fn pss_parameters_are_read() {
    let key = rsa2048();
    for (digest, mgf_digest, salt_len) in [
        (Sha1, Sha1, 20),
        (Sha256, Sha256, 32),
        (Sha256, Sha1, 20),
        (Sha512, Sha256, 0),
    ] {
        let algorithm = SignatureAlgorithm::RsaPss(PssParameters {
            digest,
            mgf_digest,
            salt_len,
        });
        let found = read(&algorithm.identifier(), digest, key.public_key());
        assert_eq!(found.unwrap(), algorithm);
    }
    let without = hex!("300b06092a864886f70d01010a");
    assert!(read(&without, Sha1, key.public_key()).is_err());
}

/// An indefinite length, and a length of more bytes than needed.
#[test]
fn ber_is_read() {
    let key = rsa2048();
    for ber in [
        &hex!("308006092a864886f70d01010b05000000")[..],
        &hex!("30810d06092a864886f70d01010b0500"),
        &hex!("300e06092a864886f70d01010b058100"),
    ] {
        assert_eq!(
            read(ber, Sha256, key.public_key()).unwrap(),
            SignatureAlgorithm::RsaPkcs1(Sha256)
        );
    }
    for bad in [
        &hex!("")[..],
        &hex!("0500"),
        &hex!("3000"),
        &hex!("300d06092a864886f70d01010b050000"),
        &hex!("300f06092a864886f70d01010b05000500"),
        &hex!("300d06092a864886f70d01010b05"),
    ] {
        let error = read(bad, Sha256, key.public_key()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
}

#[test]
fn the_key_decides_what_fits() {
    let pss = SignatureAlgorithm::RsaPss(PssParameters::new(Sha256));
    let pss_only = crate::crypto::public_key::PublicKey::from_rsa(
        &identifier::algorithm(super::super::RSASSA_PSS, &[]),
        &[0xff; 256],
        &[1, 0, 1],
    )
    .unwrap();
    let rsa_encryption = identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL);
    let v15 = SignatureAlgorithm::RsaPkcs1(Sha256).identifier();
    for identifier in [&rsa_encryption, &v15] {
        let error = read(identifier, Sha256, &pss_only).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    }
    assert_eq!(read(&pss.identifier(), Sha256, &pss_only).unwrap(), pss);
    let ecdsa = SignatureAlgorithm::Ecdsa(Sha256).identifier();
    for (identifier, key) in [
        (&rsa_encryption, ec(Curve::P256)),
        (&ecdsa, rsa2048()),
        (&ecdsa, ed25519()),
        (&ecdsa, x25519()),
    ] {
        let error = read(identifier, Sha256, key.public_key()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    }
}

/// MD5 with RSA, DSA with SHA-256, Ed448.
#[test]
fn what_is_not_implemented_is_named() {
    for dotted in [
        "1.2.840.113549.1.1.4",
        "2.16.840.1.101.3.4.3.2",
        "1.3.101.113",
    ] {
        let der = identifier::algorithm(oid(dotted), &[]);
        let error = read(&der, Sha256, rsa2048().public_key()).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::UnsupportedAlgorithm { .. }
        ));
        assert!(error.to_string().contains(dotted));
    }
}
