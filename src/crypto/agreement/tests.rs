use hex_literal::hex;

use super::*;
use crate::crypto::fast::testing::{BOTH, fast_serves};
use crate::crypto::random::testing::{FailingAfter, Seeded, Stuck};
use crate::key::UnwrapRequest;
use crate::key::testing::{ec, ed25519, have_openssl, openssl, rsa2048, x25519 as x25519_key};

mod wycheproof;

const CURVES: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

/// RFC 7748 6.1.
#[test]
fn rfc_7748() {
    let a = hex!("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
    let b = hex!("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
    let public_a = hex!("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    let public_b = hex!("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = hex!("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    for backend in BOTH {
        for (own, peer, public) in [(a, public_b, public_a), (b, public_a, public_b)] {
            assert_eq!(x25519_public(backend, &own), public);
            assert_eq!(*x25519(backend, &own, &peer).unwrap(), shared);
        }
    }
}

/// RFC 7748 5.2: 1,000 iterations.
#[test]
fn rfc_7748_iterated() {
    for backend in BOTH {
        let mut k = [0; 32];
        k[0] = 9;
        let mut u = k;
        for _ in 0..1000 {
            let next = x25519(backend, &k, &u).unwrap();
            u = k;
            k = next.as_slice().try_into().unwrap();
        }
        assert_eq!(
            k,
            hex!("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"),
            "{backend:?}"
        );
    }
}

/// NIST CAVP ECC CDH primitive, P-256, COUNT = 0.
#[test]
fn ecdh_of_cavp() {
    let scalar = hex!("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534");
    let peer = hex!(
        "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"
    );
    let point = hex!(
        "04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b23028af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141"
    );
    let shared = hex!("46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b");
    for backend in BOTH {
        assert_eq!(own_point(backend, Curve::P256, &scalar).unwrap(), point);
        assert_eq!(*ecdh(backend, Curve::P256, &scalar, &peer).unwrap(), shared);
    }
}

#[test]
fn both_sides_agree() {
    for curve in CURVES {
        let peer = ec(curve);
        let ours = agree(peer.public_key(), &Seeded::new(1)).unwrap();
        assert_eq!(ours.point.len(), 1 + 2 * curve.field_len());
        assert_eq!(ours.shared.len(), curve.field_len());
        let theirs = peer.unwrap(&UnwrapRequest::Ecdh {
            public_point: ours.point.clone(),
        });
        assert_eq!(theirs.unwrap().as_ref(), ours.shared.as_slice());
        let again = agree(peer.public_key(), &Seeded::new(1)).unwrap();
        assert_eq!(again.point, ours.point);
        assert_eq!(again.shared, ours.shared);
        let other = agree(peer.public_key(), &Seeded::new(2)).unwrap();
        assert_ne!(other.point, ours.point);
    }
    let peer = x25519_key();
    let ours = agree(peer.public_key(), &Seeded::new(1)).unwrap();
    let theirs = peer.unwrap(&UnwrapRequest::X25519 {
        public: ours.point.as_slice().try_into().unwrap(),
    });
    assert_eq!(theirs.unwrap().as_ref(), ours.shared.as_slice());
}

/// openssl derives the same secret from its side.
#[test]
fn openssl_agrees() {
    if !have_openssl() {
        return;
    }
    let keys = CURVES.map(ec).into_iter().chain([x25519_key()]);
    for peer in keys {
        let dir = tempfile::tempdir().unwrap();
        let ours = agree(peer.public_key(), &Seeded::new(7)).unwrap();
        let public = match &peer.public_key().material {
            Material::Ec { curve, .. } => PublicKey::from_ec_point(*curve, &ours.point).unwrap(),
            _ => PublicKey::from_x25519(ours.point.as_slice().try_into().unwrap()).unwrap(),
        };
        std::fs::write(dir.path().join("key"), peer.to_pkcs8_der().unwrap()).unwrap();
        std::fs::write(dir.path().join("peer"), public.spki_der()).unwrap();
        let shared = openssl(
            dir.path(),
            "pkeyutl -derive -inkey key -keyform DER -peerkey peer -peerform DER",
        );
        assert_eq!(shared.unwrap(), *ours.shared, "{peer:?}");
    }
}

#[test]
fn enc_12_points_that_are_none() {
    for curve in CURVES {
        let key = ec(curve);
        let (_, good) = key.public_key().ec_point().unwrap();
        let mut off = good.to_vec();
        *off.last_mut().unwrap() ^= 1;
        let mut hybrid = good.to_vec();
        hybrid[0] = 6 | (good.last().unwrap() & 1);
        let beyond = [&[4][..], &vec![0xff; 2 * curve.field_len()]].concat();
        for bad in [
            &[][..],
            &[0],
            &vec![0; good.len()],
            &off,
            &hybrid,
            &beyond,
            &good[..good.len() - 1],
        ] {
            let error = originator_point(curve, bad).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Malformed { .. }));
            assert!(PublicKey::from_ec_point(curve, bad).is_err());
            let request = UnwrapRequest::Ecdh {
                public_point: bad.to_vec(),
            };
            let error = key.unwrap(&request).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::KeyOperation));
        }
    }
}

/// A point of another curve is none of this one, and a recipient's key has one curve.
#[test]
fn enc_12_points_of_another_curve() {
    for curve in CURVES {
        let key = ec(curve);
        assert_eq!(key.public_key().curve(), Some(curve));
        let (_, point) = key.public_key().ec_point().unwrap();
        for other in CURVES.into_iter().filter(|other| *other != curve) {
            assert!(originator_point(other, point).is_err());
            let request = UnwrapRequest::Ecdh {
                public_point: point.to_vec(),
            };
            let error = ec(other).unwrap(&request).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::KeyOperation));
        }
    }
    for key in [rsa2048(), ed25519(), x25519_key()] {
        assert_eq!(key.public_key().curve(), None);
    }
}

#[test]
fn originator_points_of_both_forms() {
    for curve in CURVES {
        let key = ec(curve);
        let (_, point) = key.public_key().ec_point().unwrap();
        assert_eq!(originator_point(curve, point).unwrap(), point);
        let sign = 2 | (point.last().unwrap() & 1);
        let compressed = [&[sign], &point[1..=curve.field_len()]].concat();
        assert_eq!(originator_point(curve, &compressed).unwrap(), point);
    }
}

/// RFC 7748 6.1: points of small order give an all-zero secret.
#[test]
fn enc_12_an_all_zero_secret() {
    let low = [
        [0; 32],
        hex!("0100000000000000000000000000000000000000000000000000000000000000"),
        hex!("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        hex!("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        hex!("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ];
    for public in low {
        assert!(
            BOTH.iter()
                .all(|by| x25519(*by, &[0x55; 32], &public).is_none())
        );
        let peer = PublicKey::from_x25519(&public).unwrap();
        let error = agree(&peer, &Seeded::new(1)).map(|_| ()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
        let request = UnwrapRequest::X25519 { public };
        let error = x25519_key().unwrap(&request).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeyOperation));
    }
}

/// KEY-04.
#[test]
fn a_failing_or_stuck_source_is_an_error() {
    for key in [ec(Curve::P256), ec(Curve::P521), x25519_key()] {
        let result = agree(key.public_key(), &FailingAfter(0.into()));
        let error = result.map(|_| ()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Randomness { .. }));
    }
    for byte in [0, 0xff] {
        let result = agree(ec(Curve::P256).public_key(), &Stuck(byte));
        let error = result.map(|_| ()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Randomness { .. }));
    }
}

#[test]
fn refuses_keys_that_cannot_agree() {
    for key in [ed25519(), rsa2048()] {
        let error = agree(key.public_key(), &Seeded::new(1))
            .map(|_| ())
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    }
}

/// Equal bytes, and no silent fall back of the faster one to the other.
#[test]
fn back_ends_agree() {
    let [fast, portable] = BOTH;
    let serves = fast_serves();
    for curve in CURVES {
        let peer = ec(curve);
        let (_, peer) = peer.public_key().ec_point().unwrap();
        for seed in 0..8 {
            let scalar = ephemeral_scalar(curve, &mut Draw::new(&Seeded::new(seed))).unwrap();
            let own = own_point(portable, curve, &scalar).unwrap();
            let shared = ecdh(portable, curve, &scalar, peer).unwrap();
            assert_eq!(own_point(fast, curve, &scalar).unwrap(), own);
            assert_eq!(ecdh(fast, curve, &scalar, peer).unwrap(), shared);
            let expected = serves && curve != Curve::P521;
            assert_eq!(fast::point(curve, &scalar).is_some(), expected);
            assert_eq!(fast::ecdh(curve, &scalar, peer).is_some(), expected);
        }
    }
    for seed in 0..8 {
        let mut pair = [[0; 32]; 2];
        for half in &mut pair {
            Seeded::new(seed).fill(half).unwrap();
        }
        // The top bit of a public key is to be ignored (RFC 7748 5).
        pair[1][31] |= 0x80;
        let [scalar, peer] = &pair;
        let shared = x25519(portable, scalar, peer);
        assert_eq!(x25519(fast, scalar, peer), shared);
        let public = x25519_public(portable, scalar);
        assert_eq!(x25519_public(fast, scalar), public);
        assert_eq!(fast::x25519(scalar, peer).is_some(), serves);
        assert_eq!(fast::x25519_public(scalar).is_some(), serves);
    }
}

/// Each refuses what the other refuses.
#[test]
fn back_ends_refuse_the_same() {
    let order = hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    let key = ec(Curve::P256);
    let (_, good) = key.public_key().ec_point().unwrap();
    let mut off = good.to_vec();
    *off.last_mut().unwrap() ^= 1;
    let mut infinity = good.to_vec();
    infinity[1..].fill(0);
    for backend in BOTH {
        for scalar in [&[0; 32], &[0xff; 32], &order] {
            assert!(ecdh(backend, Curve::P256, scalar, good).is_none());
            assert!(own_point(backend, Curve::P256, scalar).is_none());
        }
        for peer in [&off, &infinity] {
            assert!(ecdh(backend, Curve::P256, &[1; 32], peer).is_none());
        }
        assert!(x25519(backend, &[1; 32], &[0; 32]).is_none());
    }
}
