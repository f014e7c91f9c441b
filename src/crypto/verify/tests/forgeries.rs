//! Signatures nobody made with a right padding.

use super::*;

/// Blocks that are signed by the right key and padded wrongly. Both back-ends refuse them.
#[test]
fn sig_09_every_other_padding() {
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
    // The first byte stays: a block that is not below the modulus cannot be signed.
    for at in 1..256 {
        let mut block = good.clone();
        block[at] ^= 1;
        assert!(!accepted(&block), "byte {at}");
    }
    for value in 0..=255 {
        let mut block = good.clone();
        block[255] = value;
        assert_eq!(accepted(&block), block == good, "last byte {value}");
    }
    // Block types 0 and 2, padding of no bytes, of zeros, and one byte short.
    for kind in [0, 2] {
        let mut block = good.clone();
        block[1] = kind;
        assert!(!accepted(&block));
    }
    let info_only = info(&Sha256.identifier_with_null(), &[]);
    let at_the_end = |head: &[u8]| {
        let zeros = vec![0; 256 - head.len() - info_only.len()];
        accepted(&[head, &zeros, &info_only].concat())
    };
    assert!(!at_the_end(&[0, 1]));
    assert!(!at_the_end(&[0, 1, 0xff, 0]));
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

/// A key with the exponent 3 that nobody has.
fn cubic() -> PublicKey {
    let algorithm =
        identifier::algorithm(crate::crypto::signature::RSA_ENCRYPTION, &identifier::NULL);
    PublicKey::from_rsa(&algorithm, &[0xff; 256], &[3]).unwrap()
}

#[test]
fn sig_08_cubes_are_no_signatures() {
    for signature in [
        vec![0; 256],
        [vec![0; 255], vec![1]].concat(),
        vec![0xff; 256],
    ] {
        for algorithm in [
            SignatureAlgorithm::RsaPkcs1(Sha256),
            SignatureAlgorithm::RsaPss(PssParameters::new(Sha256)),
            SignatureAlgorithm::RsaPss(PssParameters {
                mgf_digest: Sha512,
                ..PssParameters::new(Sha256)
            }),
        ] {
            assert!(verify(&cubic(), &algorithm, b"", &signature).is_err());
        }
    }
}

/// CVE-2006-4339: the cube of this number, rounded up from a cube root, begins like a signed block for
/// "message", and goes on with what nobody looked at. Found in Python with
/// `00 01 ff*8 00 || DigestInfo || 00..`; it does not depend on the modulus.
#[test]
fn sig_09_garbage_after_the_hash_with_exponent_3() {
    let root = hex!(
        "32cbfd4a7adc7905583d767520f51640759176d37826f2ef63ae3dc7abc85c0f649ef12a4da311b27a5c7a0f45e59606bae739ff92b89580f1f100130e711a5dad9cfa31f7c750e2283088bd146b7a1cf424f6c519"
    );
    let signature = [&[0; 171][..], &root].concat();
    let key = cubic();
    let rsa = rsa_public(&key).unwrap();
    let number = rsa::BoxedUint::from_be_slice(&signature, 2048).unwrap();
    let cube = rsa::hazmat::rsa_encrypt(rsa, &number)
        .unwrap()
        .to_be_bytes();
    let digest = asn1::octet_string(&Sha256.digest(b"message"));
    let info = asn1::sequence(&[&Sha256.identifier_with_null(), &digest]);
    let forged = [&[0, 1][..], &[0xff; 8], &[0], &info].concat();
    assert!(cube.starts_with(&forged), "the forgery is none");
    let v15 = SignatureAlgorithm::RsaPkcs1(Sha256);
    let error = verify(&cubic(), &v15, b"message", &signature).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Signature));
    assert!(!thorough(&cubic(), &v15, b"message", &signature).unwrap());
}
