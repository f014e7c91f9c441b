use hex_literal::hex;

use super::*;
use crate::asn1::{self, Tag};
use crate::crypto::DigestAlgorithm::{self, Sha1, Sha224, Sha256, Sha384, Sha512};
use crate::crypto::fast::testing::{BOTH, fast_serves};
use crate::crypto::identifier;
use crate::crypto::public_key::Curve;
use crate::key::testing::{ec, ed25519, rsa2048};
use crate::key::{PrivateKey, SignRequest};

mod forgeries;
mod openssl;
mod wycheproof;

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
        let by = |backend, message: &[u8], signature: &[u8]| {
            verify_by(backend, public, &algorithm, message, signature)
        };
        assert!(
            BOTH.iter()
                .all(|backend| by(*backend, b"message", &signature).is_ok())
        );
        let failed = |message: &[u8], signature: &[u8]| {
            BOTH.iter().all(|backend| {
                let error = by(*backend, message, signature).unwrap_err();
                matches!(error.kind(), ErrorKind::Signature)
            })
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

/// r or s zero, r or s the group order or longer, negative, padded, and what is not DER.
#[test]
fn refuses_odd_ecdsa_values() {
    for (curve, order) in [
        (
            Curve::P256,
            &hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")[..],
        ),
        (
            Curve::P384,
            &hex!(
                "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
            ),
        ),
        (
            Curve::P521,
            &hex!(
                "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
            ),
        ),
    ] {
        let key = ec(curve);
        let algorithm = SignatureAlgorithm::Ecdsa(Sha256);
        let refused = |signature: &[u8]| {
            BOTH.iter()
                .all(|by| verify_by(*by, key.public_key(), &algorithm, b"", signature).is_err())
        };
        let (zero, one) = (hex!("020100"), hex!("020101"));
        let order = asn1::uint_bytes(order);
        let long = asn1::uint_bytes(&vec![1; curve.field_len() + 1]);
        for (r, s) in [
            (&zero[..], &one[..]),
            (&one, &zero),
            (&one, &one),
            (&order, &one),
            (&one, &order),
            (&long, &one),
            (&one, &long),
            (&hex!("0201ff"), &one),
            (&hex!("02020001"), &one),
        ] {
            assert!(refused(&asn1::sequence(&[r, s])));
        }
        // A good one, written otherwise.
        let request = SignRequest::new(key.clone(), algorithm.clone(), Vec::new());
        let good = request.complete().unwrap();
        assert!(!refused(&good));
        let value = EcdsaSigValue::from_der(&good).unwrap();
        let [r, s] = [value.r, value.s].map(|number| asn1::uint_bytes(number.as_bytes()));
        assert!(!refused(&asn1::sequence(&[&r, &s])));
        assert!(refused(&asn1::sequence(&[&r, &s, &hex!("0500")])));
        assert!(refused(&[&asn1::sequence(&[&r, &s])[..], &[0]].concat()));
        assert!(refused(&[&hex!("3080")[..], &r, &s, &[0, 0]].concat()));
        let padded = asn1::tlv(Tag::INTEGER, &[&[0, 0], value.r.as_bytes()].concat());
        assert!(refused(&asn1::sequence(&[&padded, &s])));
        assert!(refused(&asn1::sequence(&[&s, &r])));
    }
}

/// The neutral element as key and as R, with S = 0, fulfils the equation of RFC 8032 5.1.7 for every message.
#[test]
fn sig_08_ed25519_keys_of_small_order() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let signature = [neutral, [0; 32]].concat();
    for message in [&b"message"[..], b"another"] {
        assert!(super::ed25519(&neutral, message, &signature).is_none());
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
fn two_pss_digests_are_not_signed_with() {
    let algorithm = SignatureAlgorithm::RsaPss(PssParameters {
        digest: Sha512,
        mgf_digest: Sha256,
        salt_len: 32,
    });
    let request = SignRequest::new(rsa2048(), algorithm, Vec::new());
    assert!(matches!(
        request.complete().unwrap_err().kind(),
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
#[test]
fn the_faster_back_end_serves() {
    let serves = fast_serves();
    for (key, algorithm) in kinds() {
        let is_ed25519 = matches!(algorithm, SignatureAlgorithm::Ed25519);
        let expected = serves && key.public_key().kind() != crate::crypto::KeyKind::P521;
        let request = SignRequest::new(key.clone(), algorithm.clone(), b"message".to_vec());
        let signature = request.complete().unwrap();
        let quick = quick(key.public_key(), &algorithm, b"message", &signature);
        let is_checked = expected && !is_ed25519;
        assert_eq!(quick.is_some(), is_checked, "{}", algorithm.name());
        // Hedged signatures differ from each other.
        if is_checked && !matches!(algorithm, SignatureAlgorithm::RsaPkcs1(_)) {
            assert_ne!(request.complete().unwrap(), signature);
        }
    }
    assert_eq!(
        crate::crypto::fast::Ed25519Signer::new(&[1; 32]).is_some(),
        serves
    );
}
