use super::*;
use crate::ErrorKind;
use crate::crypto::{DigestAlgorithm, SignatureAlgorithm};
use crate::key::testing::{ec, ed25519, have_openssl, openssl, rsa2048, x25519};

fn parse(spki: &[u8]) -> PublicKey {
    PublicKey::from_spki_der(spki).unwrap()
}

#[test]
fn kinds() {
    for (key, kind, bits) in [
        (rsa2048(), KeyKind::Rsa { bits: 2048 }, 2048),
        (ec(Curve::P256), KeyKind::P256, 256),
        (ec(Curve::P384), KeyKind::P384, 384),
        (ec(Curve::P521), KeyKind::P521, 521),
        (ed25519(), KeyKind::Ed25519, 255),
        (x25519(), KeyKind::X25519, 255),
    ] {
        let key = parse(key.public_key().spki_der());
        assert_eq!(key.kind(), kind);
        assert_eq!(key.bits(), bits);
    }
}

/// The traps of comparing by SubjectPublicKeyInfo bytes.
#[test]
fn same_key_by_material() {
    let key = rsa2048();
    let Material::Rsa { modulus, exponent } = &key.public_key().material else {
        panic!()
    };
    let pss = SignatureAlgorithm::RsaPss(PssParameters::new(DigestAlgorithm::Sha256));
    let algorithms = [
        identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL),
        identifier::algorithm(RSA_ENCRYPTION, &[]),
        identifier::algorithm(RSASSA_PSS, &[]),
        pss.identifier(),
    ];
    let same =
        algorithms.map(|algorithm| PublicKey::from_rsa(&algorithm, modulus, exponent).unwrap());
    for other in &same {
        assert!(key.public_key().same_key(other));
    }
    assert_eq!(same[2].kind(), KeyKind::RsaPss { bits: 2048 });
    assert_eq!(same[2].pss_parameters(), None);
    assert_eq!(
        same[3].pss_parameters(),
        Some(&PssParameters::new(DigestAlgorithm::Sha256))
    );
    assert!(!key.public_key().same_key(ec(Curve::P256).public_key()));

    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        let key = ec(curve);
        let (_, point) = key.public_key().ec_point().unwrap();
        let sign = 2 | (point.last().unwrap() & 1);
        let short = [&[sign], &point[1..=curve.field_len()]].concat();
        let compressed = PublicKey::from_ec_point(curve, &short).unwrap();
        assert!(compressed.same_key(key.public_key()));
        assert_ne!(compressed.spki_der(), key.public_key().spki_der());
        let other = [&[sign ^ 1], &point[1..=curve.field_len()]].concat();
        let negative = PublicKey::from_ec_point(curve, &other).unwrap();
        assert!(!negative.same_key(key.public_key()));
    }
}

#[test]
fn pss_parameters_bind() {
    let key = rsa2048();
    let Material::Rsa { modulus, exponent } = &key.public_key().material else {
        panic!()
    };
    let pss = |digest, salt_len| {
        SignatureAlgorithm::RsaPss(PssParameters {
            digest,
            mgf_digest: digest,
            salt_len,
        })
    };
    let bound = pss(DigestAlgorithm::Sha256, 32).identifier();
    let bound = PublicKey::from_rsa(&bound, modulus, exponent).unwrap();
    assert!(pss(DigestAlgorithm::Sha256, 32).fits(&bound).is_ok());
    assert!(pss(DigestAlgorithm::Sha256, 64).fits(&bound).is_ok());
    assert!(pss(DigestAlgorithm::Sha256, 31).fits(&bound).is_err());
    assert!(pss(DigestAlgorithm::Sha512, 64).fits(&bound).is_err());
    let v15 = SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha256);
    assert!(v15.fits(&bound).is_err());
    assert!(v15.fits(key.public_key()).is_ok());
    assert!(
        pss(DigestAlgorithm::Sha512, 64)
            .fits(key.public_key())
            .is_ok()
    );
}

/// e = 1, even e, even modulus, modulus above the bound.
#[test]
fn sig_08_numbers_that_no_rsa_key_has() {
    let algorithm = identifier::algorithm(RSA_ENCRYPTION, &identifier::NULL);
    let rsa = |n: &[u8], e: &[u8]| PublicKey::from_rsa(&algorithm, n, e);
    let malformed = |n: &[u8], e: &[u8]| {
        let error = rsa(n, e).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }), "{e:?}");
    };
    for e in [&[0][..], &[1], &[2], &[1, 0, 0]] {
        malformed(&[0xff; 256], e);
    }
    malformed(&[0xfe; 256], &[3]);
    malformed(&[0xff; 2049], &[3]);
    malformed(&[0xff; 256], &[0xff; 257]);
    assert_eq!(rsa(&[0xff; 2048], &[3]).unwrap().bits(), 16_384);
    assert_eq!(rsa(&[0x1f; 64], &[3]).unwrap().bits(), 509);
}

#[test]
fn what_is_not_implemented_is_named() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    for (options, oid) in [
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1",
            "1.3.132.0.10",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            "1.3.36.3.3.2.8.1.1.7",
        ),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit",
            "1.2.840.10045.2.1",
        ),
        ("-algorithm ED448", "1.3.101.113"),
        ("-algorithm X448", "1.3.101.111"),
    ] {
        openssl(dir.path(), &format!("genpkey {options} -out key")).unwrap();
        let spki = openssl(dir.path(), "pkey -in key -pubout -outform DER").unwrap();
        assert_eq!(parse(&spki).kind(), KeyKind::Other(oid.to_owned()));
        assert!(parse(&spki).same_key(&parse(&spki)));
    }
}

#[test]
fn malformed_is_an_error() {
    let whole = ec(Curve::P256).public_key().spki_der().to_vec();
    for len in 0..whole.len() {
        assert!(PublicKey::from_spki_der(&whole[..len]).is_err());
    }
    assert!(PublicKey::from_spki_der(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn debug_and_display_are_short_for_people() {
    assert_eq!(rsa2048().public_key().kind().to_string(), "RSA-2048");
    assert_eq!(
        KeyKind::Other("1.2.3".into()).to_string(),
        "algorithm 1.2.3"
    );
}
