use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use hex_literal::hex;

use super::testing::{ec, ed25519, have_openssl, openssl, rsa, rsa2048, x25519};
use super::*;
use crate::ErrorKind;
use crate::crypto::fast::Backend;
use crate::crypto::public_key::Curve;
use crate::crypto::random::testing::Seeded;
use crate::crypto::{
    DigestAlgorithm, DigestAlgorithm::*, KeyKind, PssParameters, SignatureAlgorithm, transport,
};

mod external;
mod loading;
mod received;
mod wycheproof;

fn pss(digest: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::RsaPss(PssParameters::new(digest))
}

fn sign(key: &PrivateKey, algorithm: SignatureAlgorithm, message: &[u8]) -> Vec<u8> {
    let request = || SignRequest::new(key.clone(), algorithm.clone(), message.to_vec());
    let signature = request().complete().unwrap();
    // Another request, for which nothing is vouched.
    request().check(&signature).unwrap();
    signature
}

/// RFC 6979 A.2.5 to A.2.7, "sample"; the DER of `cryptography` with deterministic signing. With
/// a salt, which asks for a reproducible signature.
#[test]
fn rfc_6979() {
    for (curve, digest, expected) in [
        (
            Curve::P256,
            Sha256,
            &hex!(
                "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
            )[..],
        ),
        (
            Curve::P256,
            Sha512,
            &hex!(
                "30450221008496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f0002202362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"
            ),
        ),
        (
            Curve::P384,
            Sha384,
            &hex!(
                "306602310094edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe4602310099ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
            ),
        ),
        (
            Curve::P384,
            Sha256,
            &hex!(
                "3065023021b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33bde1e888e63355d92fa2b3c36d8fb2cd023100f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feebefdc63eccd1ac42ec0cb8668a4fa0ab0"
            ),
        ),
        (
            Curve::P521,
            Sha512,
            &hex!(
                "308187024200c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa0241617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a"
            ),
        ),
        (
            Curve::P521,
            Sha384,
            &hex!(
                "308188024201ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b4b576ad712a52be9730627d16054ba40cc0b8d3ff035b12ae75168397f5d50c67451024201f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf5fde143fa85dc394a7dee766523393784484bdf3e00114a1c857cde1aa203db65d61"
            ),
        ),
    ] {
        let request = SignRequest::new(
            ec(curve),
            SignatureAlgorithm::Ecdsa(digest),
            b"sample".to_vec(),
        );
        let signature = request.with_salt(Vec::new()).complete().unwrap();
        assert_eq!(signature, expected, "{curve:?} {digest:?}");
    }
}

/// RFC 8032 7.1, TEST 3.
#[test]
fn rfc_8032() {
    let key = ed25519();
    assert!(key.public_key().spki_der().ends_with(&hex!(
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
    )));
    let expected = hex!(
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    );
    let algorithm = SignatureAlgorithm::Ed25519;
    assert_eq!(sign(&key, algorithm.clone(), &hex!("af82")), expected);
    // The other back-end, which a salt asks for.
    let request = SignRequest::new(key, algorithm, hex!("af82").to_vec()).with_salt(Vec::new());
    assert_eq!(request.backend(), Backend::Portable);
    assert_eq!(request.complete().unwrap(), expected);
}

#[test]
fn openssl_verifies_every_kind() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("message", b"message");
    let mut cases = vec![(
        ed25519(),
        SignatureAlgorithm::Ed25519,
        "pkeyutl -verify -pubin -inkey public -rawin -in message -sigfile signature".to_owned(),
    )];
    for digest in [Sha256, Sha384, Sha512] {
        let name = digest.name().replace('-', "").to_lowercase();
        let plain = format!("dgst -{name} -verify public -signature signature");
        cases.push((
            rsa2048(),
            SignatureAlgorithm::RsaPkcs1(digest),
            format!("{plain} message"),
        ));
        let len = digest.output_len();
        cases.push((
            rsa2048(),
            pss(digest),
            format!(
                "{plain} -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:{len} -sigopt rsa_mgf1_md:{name} message"
            ),
        ));
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            cases.push((
                ec(curve),
                SignatureAlgorithm::Ecdsa(digest),
                format!("{plain} message"),
            ));
        }
    }
    for (key, algorithm, command) in cases {
        let name = algorithm.name();
        write("der", key.public_key().spki_der());
        openssl(dir.path(), "pkey -pubin -inform DER -in der -out public").unwrap();
        write("signature", &sign(&key, algorithm, b"message"));
        openssl(dir.path(), &command).unwrap_or_else(|| panic!("{name}"));
    }
}

#[test]
fn openssl_decrypts_rsa() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let key = rsa2048();
    std::fs::write(dir.path().join("key"), key.to_pkcs8_der().unwrap()).unwrap();
    let decrypt = |encrypted: &[u8], options: &str| {
        std::fs::write(dir.path().join("in"), encrypted).unwrap();
        let command = format!("pkeyutl -decrypt -inkey key -keyform DER -in in {options}");
        openssl(dir.path(), &command).unwrap()
    };
    let random = Seeded::new(5);
    let encrypted = transport::rsa_pkcs1_encrypt(key.public_key(), b"key", &random).unwrap();
    assert_eq!(
        decrypt(&encrypted, "-pkeyopt rsa_padding_mode:pkcs1"),
        b"key"
    );
    for (digest, mgf, label) in [
        (Sha256, Sha256, &b""[..]),
        (Sha384, Sha384, b""),
        (Sha512, Sha512, b""),
        (Sha512, Sha256, b"label"),
        (Sha1, Sha1, b""),
    ] {
        let name = |d: DigestAlgorithm| d.name().replace('-', "").to_lowercase();
        let encrypted =
            transport::rsa_oaep_encrypt(key.public_key(), digest, mgf, label, b"key", &random)
                .unwrap();
        let mut options = format!(
            "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:{} -pkeyopt rsa_mgf1_md:{}",
            name(digest),
            name(mgf)
        );
        if !label.is_empty() {
            options += " -pkeyopt rsa_oaep_label:6c6162656c";
        }
        assert_eq!(decrypt(&encrypted, &options), b"key");
        let request = UnwrapRequest::RsaOaep {
            encrypted_key: encrypted.clone(),
            digest,
            mgf_digest: mgf,
            label: label.to_vec(),
        };
        assert_eq!(key.unwrap(&request).unwrap().as_ref(), b"key");
        let request = UnwrapRequest::RsaOaep {
            encrypted_key: encrypted,
            digest,
            mgf_digest: mgf,
            label: b"other".to_vec(),
        };
        let error = key.unwrap(&request).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::KeyOperation));
    }
}

fn v15(encrypted_key: &[u8], key_len: usize) -> UnwrapRequest {
    UnwrapRequest::RsaPkcs1 {
        encrypted_key: encrypted_key.to_vec(),
        key_len,
    }
}

/// Every kind of wrong ciphertext gives a key of the right length, always the same for the
/// same bytes, different for different bytes and keys; a right one gives what was encrypted.
#[test]
fn enc_08_implicit_rejection() {
    let key = rsa2048();
    let random = Seeded::new(11);
    let content_key = [0x42; 32];
    let good = transport::rsa_pkcs1_encrypt(key.public_key(), &content_key, &random).unwrap();
    assert_eq!(key.unwrap(&v15(&good, 32)).unwrap().as_ref(), content_key);

    let mut changed = good.clone();
    changed[128] ^= 1;
    let short = transport::rsa_pkcs1_encrypt(key.public_key(), &[1; 16], &random).unwrap();
    let long = transport::rsa_pkcs1_encrypt(key.public_key(), &[1; 33], &random).unwrap();
    let empty = transport::rsa_pkcs1_encrypt(key.public_key(), &[], &random).unwrap();
    let sha256 = DigestAlgorithm::Sha256;
    let oaep =
        transport::rsa_oaep_encrypt(key.public_key(), sha256, sha256, &[], &[1; 32], &random)
            .unwrap();
    let mut seen = vec![content_key.to_vec()];
    for bad in [
        &changed[..],
        &short,
        &long,
        &empty,
        &oaep,
        &[0; 256],
        &[0xff; 256],
        &good[..255],
        &[&good[..], &[0]].concat(),
        &[],
    ] {
        let first = key.unwrap(&v15(bad, 32)).unwrap();
        let second = key.unwrap(&v15(bad, 32)).unwrap();
        assert_eq!(first.as_ref(), second.as_ref());
        assert_eq!(first.as_ref().len(), 32);
        assert!(!seen.contains(&first.as_ref().to_vec()));
        seen.push(first.as_ref().to_vec());
    }
    // The same key loaded again substitutes the same; another key does not.
    let again = PrivateKey::from_pkcs8_der(key.to_pkcs8_der().unwrap().as_ref()).unwrap();
    let here = key.unwrap(&v15(&changed, 32)).unwrap();
    assert_eq!(
        again.unwrap(&v15(&changed, 32)).unwrap().as_ref(),
        here.as_ref()
    );
    let other = rsa(2048).unwrap(&v15(&changed, 32)).unwrap();
    assert_ne!(other.as_ref(), here.as_ref());
}

#[test]
fn pss_with_a_given_salt_is_reproducible() {
    let request =
        || SignRequest::new(rsa2048(), pss(Sha512), b"message".to_vec()).with_salt(vec![7; 64]);
    let signature = request().complete().unwrap();
    assert_eq!(request().complete().unwrap(), signature);
    request().check(&signature).unwrap();
    let free = SignRequest::new(rsa2048(), pss(Sha512), b"message".to_vec());
    assert_ne!(free.complete().unwrap(), signature);
    let short = SignRequest::new(rsa2048(), pss(Sha512), Vec::new()).with_salt(vec![7; 63]);
    assert!(matches!(
        short.complete().unwrap_err().kind(),
        ErrorKind::Misuse { .. }
    ));
}

#[test]
fn refuses_to_sign_weakly_or_with_the_wrong_kind() {
    for (key, algorithm) in [
        (rsa2048(), SignatureAlgorithm::RsaPkcs1(Sha1)),
        (rsa2048(), SignatureAlgorithm::Ecdsa(Sha256)),
        (rsa(1024), SignatureAlgorithm::RsaPkcs1(Sha256)),
        (ec(Curve::P256), SignatureAlgorithm::Ecdsa(Sha1)),
        (rsa2048(), SignatureAlgorithm::RsaPkcs1(Sha224)),
        (rsa2048(), pss(Sha224)),
        (ec(Curve::P256), SignatureAlgorithm::Ecdsa(Sha224)),
        (ec(Curve::P256), pss(Sha256)),
        (x25519(), SignatureAlgorithm::Ed25519),
        (
            rsa2048(),
            SignatureAlgorithm::RsaPss(PssParameters {
                digest: Sha256,
                mgf_digest: Sha256,
                salt_len: 223,
            }),
        ),
    ] {
        let error = SignRequest::new(key, algorithm, Vec::new())
            .complete()
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }), "{error}");
    }
}

/// What a key in memory made passes; anything else is checked, for the same request too.
#[test]
fn only_its_own_signature_is_vouched_for() {
    for (key, algorithm) in [
        (rsa2048(), SignatureAlgorithm::RsaPkcs1(Sha256)),
        (ec(Curve::P256), SignatureAlgorithm::Ecdsa(Sha256)),
        (ec(Curve::P521), SignatureAlgorithm::Ecdsa(Sha256)),
        (ed25519(), SignatureAlgorithm::Ed25519),
    ] {
        let request = SignRequest::new(key.clone(), algorithm.clone(), b"message".to_vec());
        let signature = request.clone().complete().unwrap();
        request.check(&signature).unwrap();
        let other = SignRequest::new(key, algorithm, b"another".to_vec());
        assert!(other.check(&signature).is_err());
        let of_another = other.complete().unwrap();
        assert!(request.check(&of_another).is_err());
        let mut changed = signature;
        *changed.last_mut().unwrap() ^= 1;
        assert!(request.check(&changed).is_err());
        assert!(
            request
                .clone()
                .with_salt(Vec::new())
                .check(&changed)
                .is_err()
        );
    }
}

/// KEY-02.
#[test]
fn key_02_debug_shows_the_kind_only() {
    assert_eq!(
        format!("{:?}", rsa2048()),
        "PrivateKey(RSA-2048, in memory)"
    );
    assert_eq!(
        format!("{:?}", ec(Curve::P384)),
        "PrivateKey(P-384, in memory)"
    );
    assert_eq!(format!("{:?}", Secret::new(vec![1, 2, 3])), "Secret(..)");
    let request = SignRequest::new(ed25519(), SignatureAlgorithm::Ed25519, vec![0xc5; 9]);
    let shown = format!("{:?}", request.with_salt(vec![0xa8; 4]));
    assert!(!shown.contains("197") && !shown.contains("168"), "{shown}");
}

#[test]
fn is_sendable() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<PrivateKey>();
    check::<SignRequest>();
    check::<Secret>();
}
