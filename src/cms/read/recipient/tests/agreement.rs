//! From the shared secret to the content key.

use super::*;

/// What ECDH on P-256 gave; any 32 bytes.
const SHARED: [u8; 32] = hex!("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");

type Wrapped = (DigestAlgorithm, [&'static str; 2], [[u8; 24]; 2]);

/// Digest, the schemes with it, and the content key (16 bytes) wrapped for AES-128: parameters absent and no ukm, then
/// parameters NULL and [`UKM`].
const X963: [Wrapped; 5] = [
    (
        DigestAlgorithm::Sha1,
        ["1.3.133.16.840.63.0.2", "1.3.133.16.840.63.0.3"],
        [
            hex!("37d912ca3768e15ac3cad360c7ae8e8c2e908f44b5a6da34"),
            hex!("1a2ac369d647d3895a7747a3b6fddd2ea7a6843c9e4252d5"),
        ],
    ),
    (
        DigestAlgorithm::Sha224,
        ["1.3.132.1.11.0", "1.3.132.1.14.0"],
        [
            hex!("4e24649df3a9984ed9348ea6ea4680b398d95155cb049eec"),
            hex!("b8767479f6176e30cf1c537def4307380703847fb9deb584"),
        ],
    ),
    (
        DigestAlgorithm::Sha256,
        ["1.3.132.1.11.1", "1.3.132.1.14.1"],
        [
            hex!("b000634164c5dc5b8e2b98dbe930c4780e13a437e158dec8"),
            hex!("6dde38d1ef8d7864a3c8df2925b9ebf52ba84d41ab31735c"),
        ],
    ),
    (
        DigestAlgorithm::Sha384,
        ["1.3.132.1.11.2", "1.3.132.1.14.2"],
        [
            hex!("0fa00a0c8accc7a6d457790c435e8dcda6336d96aa78465a"),
            hex!("93f35aaa983c4664260a4197b25d41b12a34cf3289e2f5ff"),
        ],
    ),
    (
        DigestAlgorithm::Sha512,
        ["1.3.132.1.11.3", "1.3.132.1.14.3"],
        [
            hex!("b4c15a4b57f5c2c8f7150e9aa7fa7ebc947cea26d16bc57f"),
            hex!("c6a16ed5ee4355cf95b6dd311abc57778fcaf9cf2238678c"),
        ],
    ),
];

#[test]
fn x963_with_every_digest_and_the_cofactor_forms() {
    let identity = identity(Key::P256, "a@example.org");
    for (digest, schemes, [plain, with_ukm]) in X963 {
        for scheme in schemes {
            let kari = Kari {
                scheme,
                ..Kari::ec(&identity, &plain)
            };
            let infos = read(&[kari.der()]);
            let attempt = &attempts(&infos, std::slice::from_ref(&identity), 16)[0];
            assert_eq!(attempt.encryption, ReceivedKeyEncryption::Ecdh(digest));
            let key = kari.content_key(&identity, &SHARED, 16).unwrap();
            assert_eq!(*key, CONTENT_KEY[..16]);
            let kari = Kari {
                scheme,
                ukm: Some(UKM.to_vec()),
                wrap: algorithm(AES_128_WRAP, &asn1::null()),
                ..Kari::ec(&identity, &with_ukm)
            };
            let key = kari.content_key(&identity, &SHARED, 16).unwrap();
            assert_eq!(*key, CONTENT_KEY[..16]);
        }
    }
}

/// A sender that derives with NULL and writes nothing, and the other way round.
#[test]
fn null_and_absent_parameters_are_exchanged_when_the_unwrap_fails() {
    let identity = identity(Key::P256, "a@example.org");
    let [absent, null] = X963[2].2;
    for (ukm, parameters, encrypted_key) in [
        (None, asn1::null(), absent),
        (Some(UKM.to_vec()), Vec::new(), null),
    ] {
        let kari = Kari {
            ukm,
            wrap: algorithm(AES_128_WRAP, &parameters),
            ..Kari::ec(&identity, &encrypted_key)
        };
        let key = kari.content_key(&identity, &SHARED, 16).unwrap();
        assert_eq!(*key, CONTENT_KEY[..16]);
    }
    // Other parameters are taken as they are, and only so.
    let kari = Kari {
        wrap: algorithm(AES_128_WRAP, &asn1::octet_string(&[])),
        ..Kari::ec(&identity, &absent)
    };
    let error = kari.content_key(&identity, &SHARED, 16).unwrap_err();
    assert!(is_decryption(&error));
}

/// The shared secret of RFC 7748 6.1.
#[test]
fn hkdf_with_every_digest() {
    let identity = identity(Key::X25519, "a@example.org");
    let bob = hex!("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
    let shared = hex!("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    let cases: [(_, _, Option<&[u8]>, _, &[u8]); 3] = [
        (
            HKDF_SHA256,
            DigestAlgorithm::Sha256,
            None,
            AES_128_WRAP,
            &hex!("c02963abd33a0192dc2640650f658c45454133aa5ff0f9d1"),
        ),
        (
            "1.2.840.113549.1.9.16.3.20",
            DigestAlgorithm::Sha384,
            Some(&UKM),
            AES_256_WRAP,
            &hex!(
                "f72375ca5a38aa189c051cccb48eff68919ae67cf7f0665c239f8b7c49d951222ad4a34a5b3389ab"
            ),
        ),
        (
            "1.2.840.113549.1.9.16.3.21",
            DigestAlgorithm::Sha512,
            Some(&UKM),
            AES_192_WRAP,
            &hex!("c531178c74066bdb67a872c45637d1c46e843ba30b3bda3e7dc6413f5a73994d"),
        ),
    ];
    for (scheme, digest, ukm, wrap, encrypted_key) in cases {
        let kari = Kari {
            scheme,
            ukm: ukm.map(<[u8]>::to_vec),
            wrap: algorithm(wrap, &[]),
            ..Kari::x25519(&identity, &bob, encrypted_key)
        };
        let infos = read(&[kari.der()]);
        let key_len = encrypted_key.len() - 8;
        let attempt = &attempts(&infos, std::slice::from_ref(&identity), key_len)[0];
        assert_eq!(attempt.encryption, ReceivedKeyEncryption::X25519(digest));
        assert_eq!(attempt.request, UnwrapRequest::X25519 { public: bob });
        let key = kari.content_key(&identity, &shared, key_len).unwrap();
        assert_eq!(*key, CONTENT_KEY[..key_len]);
    }
}

#[test]
fn the_curve_may_be_named_absent_or_null() {
    let identity = identity(Key::P256, "a@example.org");
    let (_, point) = identity.certificate().public_key().ec_point().unwrap();
    let [encrypted_key, _] = X963[2].2;
    let kari = Kari::ec(&identity, &encrypted_key);
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    for (parameters, octets) in [
        (asn1::null(), point),
        (id("1.2.840.10045.3.1.7"), point),
        (Vec::new(), &compressed[..]),
    ] {
        let kari = Kari {
            originator: (algorithm("1.2.840.10045.2.1", &parameters), octets.to_vec()),
            ..kari.clone()
        };
        let infos = read(&[kari.der()]);
        let attempts = attempts(&infos, std::slice::from_ref(&identity), 16);
        let UnwrapRequest::Ecdh { public_point } = &attempts[0].request else {
            panic!("{:?}", attempts[0].request);
        };
        assert_eq!(public_point, point);
    }
    // Another curve than the recipient's.
    let other = Kari {
        originator: (
            algorithm("1.2.840.10045.2.1", &id("1.3.132.0.34")),
            point.to_vec(),
        ),
        ..kari.clone()
    };
    let infos = read(&[other.der()]);
    assert!(attempts(&infos, std::slice::from_ref(&identity), 16).is_empty());
    // A curve that is not implemented (secp256k1), and one without a name.
    for (parameters, says) in [
        (id("1.3.132.0.10"), "1.3.132.0.10"),
        (asn1::sequence(&[]), "without name"),
    ] {
        let other = Kari {
            originator: (algorithm("1.2.840.10045.2.1", &parameters), point.to_vec()),
            ..kari.clone()
        };
        let text = description(&other.der());
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn enc_12_points_that_are_none() {
    let identity = identity(Key::P256, "a@example.org");
    let (_, point) = identity.certificate().public_key().ec_point().unwrap();
    let [encrypted_key, _] = X963[2].2;
    let mut off_curve = point.to_vec();
    off_curve[64] ^= 1;
    let hybrid = [&[6 + (point[64] & 1)], &point[1..]].concat();
    let zero = [&[4][..], &[0; 64]].concat();
    for wrong in [
        off_curve,
        hybrid,
        zero,
        vec![0],
        vec![],
        point[..64].to_vec(),
        [point, &[0]].concat(),
        vec![4; 1 << 20],
    ] {
        let kari = Kari::ec(&identity, &encrypted_key);
        let kari = Kari {
            originator: (kari.originator.0, wrong),
            ..kari
        };
        let infos = read(&[kari.der()]);
        assert!(attempts(&infos, std::slice::from_ref(&identity), 16).is_empty());
    }
}

#[test]
fn enc_12_a_shared_secret_of_zeros() {
    let identity = identity(Key::X25519, "a@example.org");
    // A point of order 1, and one of order 8 (RFC 7748 6.1, the list of small-order points).
    for public in [
        [0; 32],
        hex!("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    ] {
        // The content key under what HKDF makes of zeros: only the check stands in the way.
        let info = asn1::sequence(&[
            &algorithm(AES_128_WRAP, &[]),
            &asn1::explicit(2, &asn1::octet_string(&[0, 0, 0, 128])),
        ]);
        let sha256 = DigestAlgorithm::Sha256;
        let kek = crate::crypto::kdf::hkdf(sha256, &[], &[0; 32], &info, 16).unwrap();
        let wrapped = KeyWrap::Aes128.wrap(&kek, &CONTENT_KEY[..16]).unwrap();
        let kari = Kari::x25519(&identity, &public, &wrapped);
        let infos = read(&[kari.der()]);
        let attempt = &attempts(&infos, std::slice::from_ref(&identity), 16)[0];
        assert!(attempt.identity.key().unwrap(&attempt.request).is_err());
        // A token that did not look.
        let error = kari.content_key(&identity, &[0; 32], 16).unwrap_err();
        assert!(is_decryption(&error));
        // Octets that only cancel each other out are no zeros.
        let kek = crate::crypto::kdf::hkdf(sha256, &[], &[1; 32], &info, 16).unwrap();
        let wrapped = KeyWrap::Aes128.wrap(&kek, &CONTENT_KEY[..16]).unwrap();
        let kari = Kari::x25519(&identity, &public, &wrapped);
        let key = kari.content_key(&identity, &[1; 32], 16).unwrap();
        assert_eq!(*key, CONTENT_KEY[..16]);
    }
    for length in [0, 31, 33] {
        let kari = Kari::x25519(&identity, &vec![9; length], &[0; 24]);
        let text = description(&kari.der());
        assert!(text.contains("32 octets"), "{text}");
    }
}

#[test]
fn enc_11_encrypted_keys_of_every_length() {
    let identity = identity(Key::P256, "a@example.org");
    let [good, _] = X963[2].2;
    for length in (0..=40).chain([1 << 20]) {
        let kari = Kari::ec(&identity, &vec![0; length]);
        let error = kari.content_key(&identity, &SHARED, 16).unwrap_err();
        assert!(is_decryption(&error));
    }
    for bit in 0..good.len() * 8 {
        let mut changed = good;
        changed[bit / 8] ^= 1 << (bit % 8);
        let error = Kari::ec(&identity, &changed).content_key(&identity, &SHARED, 16);
        assert!(is_decryption(&error.unwrap_err()));
    }
    // A key that unwraps but is not of the length that the cipher has.
    let error = Kari::ec(&identity, &good).content_key(&identity, &SHARED, 32);
    assert!(is_decryption(&error.unwrap_err()));
}

#[test]
fn what_is_not_implemented_is_named() {
    let identity = identity(Key::P256, "a@example.org");
    let kari = Kari::ec(&identity, &[0; 24]);
    let with = |scheme: &'static str, wrap: &str| {
        let kari = Kari {
            scheme,
            wrap: algorithm(wrap, &[]),
            ..kari.clone()
        };
        description(&kari.der())
    };
    assert_eq!(
        with(X963_SHA256, AES_128_WRAP),
        "ECDH with X9.63 KDF SHA-256, AES-128 key wrap"
    );
    // ECMQV, X25519's scheme with a NIST curve, RC2 wrap, AES wrap with padding.
    for (scheme, wrap, named) in [
        ("1.3.132.1.15.1", AES_128_WRAP, "1.3.132.1.15.1"),
        (HKDF_SHA256, AES_128_WRAP, HKDF_SHA256),
        (
            X963_SHA256,
            "1.2.840.113549.1.9.16.3.7",
            "1.2.840.113549.1.9.16.3.7",
        ),
        (
            X963_SHA256,
            "2.16.840.1.101.3.4.1.8",
            "2.16.840.1.101.3.4.1.8",
        ),
    ] {
        let text = with(scheme, wrap);
        assert!(
            text.contains(named) && text.contains("not supported"),
            "{text}"
        );
    }
    // A static key of the sender, by name and by key identifier.
    let der = kari.der();
    let infos = &read(&[der])[0];
    assert_eq!(infos.recipients().len(), 1);
    for originator in [
        rid(identity.certificate()),
        asn1::implicit(0, false, &[7; 20]),
    ] {
        let keys = asn1::sequence(&[&asn1::sequence(&[
            &rid(identity.certificate()),
            &asn1::octet_string(&[0; 24]),
        ])]);
        let parts = [
            asn1::integer_u64(3),
            asn1::explicit(0, &originator),
            algorithm(X963_SHA256, &algorithm(AES_128_WRAP, &[])),
            keys,
        ];
        let info = asn1::implicit(1, true, &parts.concat());
        let text = description(&info);
        assert!(text.contains("static key"), "{text}");
        assert_eq!(read(&[info])[0].recipients().len(), 1);
    }
}

#[test]
fn recipients_by_key_identifier_with_date_and_other() {
    let identity = identity(Key::P256, "a@example.org");
    let [encrypted_key, _] = X963[2].2;
    let ski = identity.certificate().subject_key_identifier().unwrap();
    let date = asn1::tlv(Tag::GENERALIZED_TIME, b"20260101000000Z");
    let other = asn1::sequence(&[&id("1.2.3")]);
    for more in [vec![], date.clone(), other.clone(), [date, other].concat()] {
        let identifier = [asn1::octet_string(ski), more].concat();
        let kari = Kari::ec(&identity, &encrypted_key);
        let kari = Kari {
            keys: vec![(asn1::implicit(0, true, &identifier), encrypted_key.to_vec())],
            ..kari
        };
        assert_eq!(
            read(&[kari.der()])[0].recipients(),
            [RecipientId::SubjectKeyIdentifier(ski.to_vec())]
        );
        let key = kari.content_key(&identity, &SHARED, 16).unwrap();
        assert_eq!(*key, CONTENT_KEY[..16]);
    }
}
