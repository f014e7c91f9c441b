use hex_literal::hex;

use super::*;
use crate::crypto::DigestAlgorithm::{Sha256, Sha384, Sha512};
use crate::crypto::identifier;
use crate::crypto::public_key::Curve;
use crate::key::testing::{ec, ed25519, rsa2048};
use crate::key::{PrivateKey, SignRequest};

fn kinds() -> Vec<(PrivateKey, SignatureAlgorithm)> {
    let mut all = vec![(ed25519(), SignatureAlgorithm::Ed25519)];
    for digest in [Sha256, Sha384, Sha512] {
        all.push((rsa2048(), SignatureAlgorithm::RsaPkcs1(digest)));
        let pss = SignatureAlgorithm::RsaPss(PssParameters::new(digest));
        all.push((rsa2048(), pss));
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            all.push((ec(curve), SignatureAlgorithm::Ecdsa(digest)));
        }
    }
    all
}

#[test]
fn good_ones_pass_and_changed_ones_do_not() {
    for (key, algorithm) in kinds() {
        let request = SignRequest::new(key.clone(), algorithm.clone(), b"message".to_vec());
        let signature = request.complete().unwrap();
        let public = key.public_key();
        verify(public, &algorithm, b"message", &signature).unwrap();
        let failed = |message: &[u8], signature: &[u8]| {
            let error = verify(public, &algorithm, message, signature).unwrap_err();
            matches!(error.kind(), ErrorKind::Signature)
        };
        assert!(failed(b"massage", &signature));
        for at in [0, signature.len() / 2, signature.len() - 1] {
            let mut changed = signature.clone();
            changed[at] ^= 1;
            assert!(failed(b"message", &changed), "{}", algorithm.name());
        }
        for len in [0, 1, signature.len() - 1] {
            assert!(failed(b"message", &signature[..len]));
        }
        assert!(failed(b"message", &[&signature[..], &[0]].concat()));
        assert!(failed(b"message", &[&[0], &signature[..]].concat()));
    }
}

/// SIG-09: blocks that are signed by the right key and padded wrongly. Both back-ends refuse them.
#[test]
fn refuses_every_other_padding() {
    use rsa::BoxedUint;
    use rsa::traits::PublicKeyParts;
    let mut random = rand_core::UnwrapErr(getrandom::SysRng);
    let private = rsa::RsaPrivateKey::new(&mut random, 2048).unwrap();
    let algorithm =
        identifier::algorithm(crate::crypto::signature::RSA_ENCRYPTION, &identifier::NULL);
    let key = PublicKey::from_rsa(&algorithm, &private.n_bytes(), &private.e_bytes()).unwrap();
    let v15 = SignatureAlgorithm::RsaPkcs1(Sha256);
    let accepted = |block: &[u8]| {
        let number = BoxedUint::from_be_slice(block, 2048).unwrap();
        let signature = rsa::hazmat::rsa_decrypt(Some(&mut random.clone()), &private, &number);
        let signature = signature.unwrap().to_be_bytes();
        let slow = thorough(&key, &v15, b"message", &signature).unwrap();
        if let Some(fast) = quick(&key, &v15, b"message", &signature) {
            assert_eq!(fast, slow);
        }
        slow
    };
    let info = |identifier: &[u8], rest: &[u8]| {
        let digest = asn1::octet_string(&Sha256.digest(b"message"));
        asn1::sequence(&[identifier, &digest, rest])
    };
    let pad = |info: &[u8], rest: &[u8]| {
        let mut block = vec![0, 1];
        block.resize(256 - info.len() - rest.len() - 1, 0xff);
        [&block[..], &[0], info, rest].concat()
    };
    let good = pad(&info(&Sha256.identifier_with_null(), &[]), &[]);
    assert!(accepted(&good));
    for at in (0..12).chain(200..256) {
        let mut block = good.clone();
        block[at] ^= 1;
        // A block not below the modulus cannot be signed.
        if at > 0 {
            assert!(!accepted(&block), "byte {at}");
        }
    }
    // Parameters absent, rubbish inside DigestInfo, rubbish behind it (short padding).
    assert!(!accepted(&pad(&info(&Sha256.identifier(), &[]), &[])));
    let null = identifier::NULL;
    assert!(!accepted(&pad(
        &info(&Sha256.identifier_with_null(), &null),
        &[]
    )));
    assert!(!accepted(&pad(
        &info(&Sha256.identifier_with_null(), &[]),
        &[0; 8]
    )));
    assert!(!accepted(&pad(
        &info(&Sha256.identifier_with_null(), &[]),
        &[0x5a; 190]
    )));
    // Another digest under the name of this one.
    assert!(!accepted(&pad(
        &info(&Sha512.identifier_with_null(), &[]),
        &[]
    )));
}

/// SIG-08: an exponent of 3 with a key nobody has: cubes are no signatures.
#[test]
fn refuses_cubes() {
    let algorithm =
        identifier::algorithm(crate::crypto::signature::RSA_ENCRYPTION, &identifier::NULL);
    let key = PublicKey::from_rsa(&algorithm, &[0xff; 256], &[3]).unwrap();
    for signature in [
        vec![0; 256],
        [vec![0; 255], vec![1]].concat(),
        vec![0xff; 256],
    ] {
        for algorithm in [
            SignatureAlgorithm::RsaPkcs1(Sha256),
            SignatureAlgorithm::RsaPss(PssParameters::new(Sha256)),
        ] {
            assert!(verify(&key, &algorithm, b"", &signature).is_err());
        }
    }
}

/// r or s zero, r or s the group order or longer, negative, padded.
#[test]
fn refuses_odd_ecdsa_values() {
    let key = ec(Curve::P256);
    let order = hex!("00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let (zero, one) = (hex!("020100"), hex!("020101"));
    let order = asn1::uint_bytes(&order);
    let long = asn1::uint_bytes(&[1; 33]);
    for (r, s) in [
        (&zero[..], &one[..]),
        (&one, &zero),
        (&one, &one),
        (&order, &one),
        (&one, &order),
        (&long, &one),
        (&hex!("0201ff"), &one),
        (&hex!("02020001"), &one),
    ] {
        let signature = asn1::sequence(&[r, s]);
        let algorithm = SignatureAlgorithm::Ecdsa(Sha256);
        assert!(verify(key.public_key(), &algorithm, b"", &signature).is_err());
    }
}

#[test]
fn refuses_an_algorithm_for_another_key() {
    let error = verify(
        ec(Curve::P256).public_key(),
        &SignatureAlgorithm::Ed25519,
        b"",
        &[0; 64],
    );
    assert!(matches!(error.unwrap_err().kind(), ErrorKind::Unfit { .. }));
}

#[test]
fn two_pss_digests_are_named() {
    let algorithm = SignatureAlgorithm::RsaPss(PssParameters {
        digest: Sha512,
        mgf_digest: Sha256,
        salt_len: 32,
    });
    let error = verify(rsa2048().public_key(), &algorithm, b"", &[0; 256]).unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::UnsupportedAlgorithm { .. }
    ));
}

/// The back-ends verify each other's signatures, refuse the same ones, and make equal ones where
/// there is nothing random in them.
#[test]
fn back_ends_agree() {
    for (key, algorithm) in kinds() {
        let public = key.public_key();
        let request = SignRequest::new(key.clone(), algorithm.clone(), b"message".to_vec());
        let free = request.complete().unwrap();
        let salt = match &algorithm {
            SignatureAlgorithm::RsaPss(parameters) => vec![3; parameters.salt_len],
            _ => Vec::new(),
        };
        // A prescribed salt keeps the faster back-end away.
        let slow = request.with_salt(salt).complete().unwrap();
        let name = algorithm.name();
        if matches!(
            algorithm,
            SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::Ed25519
        ) {
            assert_eq!(free, slow, "{name}");
        }
        let mut changed = slow.clone();
        *changed.last_mut().unwrap() ^= 1;
        let large = vec![0xff; slow.len()];
        for (signature, good) in [
            (&free, true),
            (&slow, true),
            (&changed, false),
            (&large, false),
        ] {
            assert_eq!(
                thorough(public, &algorithm, b"message", signature).unwrap(),
                good
            );
            if let Some(verified) = quick(public, &algorithm, b"message", signature) {
                assert_eq!(verified, good, "{name}");
            }
        }
    }
}

/// The faster back-end is used where it should be: no silent fall back to the slower one.
#[cfg(all(feature = "graviola", target_arch = "x86_64"))]
#[test]
fn the_faster_back_end_serves() {
    if !graviola::util::is_cpu_supported() {
        eprintln!("SKIPPED: graviola does not support this processor");
        return;
    }
    for (key, algorithm) in kinds() {
        let expected = !matches!(algorithm, SignatureAlgorithm::Ed25519)
            && key.public_key().kind() != crate::crypto::KeyKind::P521;
        let request = SignRequest::new(key.clone(), algorithm.clone(), b"message".to_vec());
        let signature = request.complete().unwrap();
        let quick = quick(key.public_key(), &algorithm, b"message", &signature);
        assert_eq!(quick.is_some(), expected, "{}", algorithm.name());
        // Hedged signatures differ from each other.
        if expected && !matches!(algorithm, SignatureAlgorithm::RsaPkcs1(_)) {
            assert_ne!(request.complete().unwrap(), signature);
        }
    }
}
