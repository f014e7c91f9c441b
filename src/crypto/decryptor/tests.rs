use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use hex_literal::hex;
use proptest::prelude::*;

use super::*;
use crate::crypto::ContentCipher;
use crate::crypto::encryptor::Encryptor;

mod vectors;
mod wycheproof;

const RC2_40: ReceivedCipher = ReceivedCipher::Rc2Cbc { effective_bits: 40 };
const RC2_64: ReceivedCipher = ReceivedCipher::Rc2Cbc { effective_bits: 64 };
const RC2_128: ReceivedCipher = ReceivedCipher::Rc2Cbc {
    effective_bits: 128,
};
const AES_128_CBC: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes128Cbc);
const AES_192_CBC: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes192Cbc);
const AES_256_CBC: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes256Cbc);
const AES_128_GCM: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes128Gcm);
const AES_256_GCM: ReceivedCipher = ReceivedCipher::Current(ContentCipher::Aes256Gcm);
const CHACHA: ReceivedCipher = ReceivedCipher::Current(ContentCipher::ChaCha20Poly1305);
const CBC: [ReceivedCipher; 7] = [
    AES_128_CBC,
    AES_192_CBC,
    AES_256_CBC,
    ReceivedCipher::TripleDesCbc,
    RC2_40,
    RC2_64,
    RC2_128,
];
const AEAD: [ReceivedCipher; 4] = [AES_128_GCM, ReceivedCipher::Aes192Gcm, AES_256_GCM, CHACHA];

fn decrypt(
    cipher: ReceivedCipher,
    key: &[u8],
    nonce: &[u8],
    additional: &[u8],
    chunks: &[&[u8]],
    tag: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut decryptor = Decryptor::new(cipher, key, nonce, additional)?;
    for chunk in chunks {
        decryptor.push(chunk, &mut out)?;
    }
    decryptor.finish(tag, &mut out)?;
    Ok(out)
}

/// The additional data after the content.
fn late(
    cipher: ReceivedCipher,
    key: &[u8],
    additional: &[u8],
    chunks: &[&[u8]],
    tag: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut decryptor = Decryptor::new(cipher, key, &GCM_NONCE, &[])?;
    for chunk in chunks {
        decryptor.push(chunk, &mut out)?;
    }
    decryptor.finish_with(additional, tag, &mut out)?;
    Ok(out)
}

#[test]
fn what_was_found_good_is_released_without_its_tag() {
    let text: Vec<u8> = (0..=255).cycle().take(70_001).collect();
    for cipher in [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes128Gcm,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ] {
        let (key, nonce) = (vec![3; cipher.key_len()], vec![4; cipher.nonce_len()]);
        let mut ciphertext = Vec::new();
        let mut encryptor = Encryptor::new(cipher, &key, &nonce).unwrap();
        encryptor.push(&text, &mut ciphertext).unwrap();
        let tag = encryptor.finish(&mut ciphertext);
        for cut in [1, 15, 64, 40_000, text.len()] {
            let mut out = Vec::new();
            let mut decryptor = Decryptor::released(cipher.into(), &key, &nonce).unwrap();
            for piece in ciphertext.chunks(cut) {
                decryptor.push(piece, &mut out).unwrap();
            }
            decryptor.finish(&[], &mut out).unwrap();
            assert!(out == text, "{cipher:?} {cut}");
        }
        // Nobody shall believe that it was compared.
        let tag = tag.unwrap_or_default();
        for (additional, tag) in [(&b""[..], &tag[..]), (b"additional", b"")] {
            let mut decryptor = Decryptor::released(cipher.into(), &key, &nonce).unwrap();
            let mut out = Vec::new();
            decryptor.push(&ciphertext, &mut out).unwrap();
            assert_failed(
                decryptor
                    .finish_with(additional, tag, &mut out)
                    .map(|()| out),
                "tag",
            );
        }
    }
}

#[test]
fn only_gcm_takes_additional_data_late() {
    for cipher in CBC.into_iter().chain(AEAD) {
        let (key, nonce) = (vec![3; cipher.key_len()], vec![4; cipher.nonce_len()]);
        let decryptor = Decryptor::new(cipher, &key, &nonce, &[]).unwrap();
        let gcm = cipher.is_authenticated() && cipher != CHACHA;
        assert_eq!(decryptor.takes_late_additional(), gcm, "{cipher:?}");
        let is_given_both = |additional: &[u8]| {
            let decryptor = Decryptor::new(cipher, &key, &nonce, b"early").unwrap();
            decryptor.finish_with(additional, &[0; 16], &mut Vec::new())
        };
        if cipher.is_authenticated() {
            assert_failed(is_given_both(b"late").map(|()| Vec::new()), "both");
        }
    }
    // The right tag for the additional data in the right order.
    let (key, text) = (vec![3; 32], b"text");
    let aead = chacha20poly1305::ChaCha20Poly1305::new_from_slice(&key).unwrap();
    let payload = Payload {
        msg: text,
        aad: b"additional",
    };
    let sealed = aead.encrypt(&GCM_NONCE.into(), payload).unwrap();
    let (ciphertext, tag) = sealed.split_at(4);
    let opened = decrypt(CHACHA, &key, &GCM_NONCE, b"additional", &[ciphertext], tag);
    assert_eq!(opened.unwrap(), text);
    let refused = late(CHACHA, &key, b"additional", &[ciphertext], tag);
    assert_failed(refused, "ChaCha20-Poly1305, late");
}

/// With a key of threes and a nonce of fours.
fn decrypt_any(cipher: ReceivedCipher, ciphertext: &[u8], tag: &[u8]) -> Result<Vec<u8>, Error> {
    let key = vec![3; cipher.key_len()];
    let nonce = vec![4; cipher.nonce_len()];
    decrypt(cipher, &key, &nonce, &[], &[ciphertext], tag)
}

fn assert_failed(result: Result<Vec<u8>, Error>, case: &str) {
    let error = result.map(|_| ()).expect_err(case);
    assert!(matches!(error.kind(), ErrorKind::Decryption), "{case}");
    assert_eq!(error.to_string(), "decryption failed", "{case}");
}

const GCM_KEY: [u8; 32] = hex!("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
const GCM_NONCE: [u8; 12] = hex!("cafebabefacedbaddecaf888");
const GCM_ADDITIONAL: [u8; 20] = hex!("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const GCM_TEXT: [u8; 60] = hex!(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
);

#[test]
fn reads_what_the_encryptor_writes() {
    for len in (0..50).chain([16_383, 16_384, 16_385, 100_000]) {
        let text: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
        for cipher in CBC.into_iter().chain(AEAD) {
            let ReceivedCipher::Current(current) = cipher else {
                continue;
            };
            let key = vec![3; cipher.key_len()];
            let mut encryptor =
                Encryptor::new(current, &key, &vec![4; cipher.nonce_len()]).unwrap();
            let mut encrypted = Vec::new();
            encryptor.push(&text, &mut encrypted).unwrap();
            let tag = encryptor.finish(&mut encrypted);
            let tag = tag.as_ref().map_or(&[][..], |tag| tag);
            assert_eq!(decrypt_any(cipher, &encrypted, tag).unwrap(), text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn late_additional_data_gives_the_same_tag(
        key in any::<[u8; 32]>(),
        text in prop::collection::vec(any::<u8>(), 0..600),
        additional in prop::collection::vec(any::<u8>(), 0..100),
        cut in any::<prop::sample::Index>(),
    ) {
        let early = Aead::new(AES_256_GCM, &key, &GCM_NONCE, &additional);
        let mut early = early.unwrap();
        early.reserve(text.len()).unwrap();
        let mut ciphertext = text.clone();
        early.encrypt(&mut ciphertext);
        let tag = early.tag();
        let (a, b) = ciphertext.split_at(cut.index(text.len() + 1));
        let opened = late(AES_256_GCM, &key, &additional, &[a, b], tag.as_slice());
        prop_assert_eq!(opened.unwrap(), text);
    }

    /// Random bytes have a right padding or tag by chance only: what came out until then and how it
    /// ended are compared.
    #[test]
    fn splits_do_not_matter(
        bytes in prop::collection::vec(any::<u8>(), 0..70),
        long in 0..40_000_usize,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let length = if bytes.is_empty() { 0 } else { bytes.len() + long };
        let input: Vec<u8> = bytes.iter().copied().cycle().take(length).collect();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(length + 1)).collect();
        cuts.sort_unstable();
        cuts.push(length);
        for cipher in CBC.into_iter().chain(AEAD) {
            let (key, nonce) = (vec![3; cipher.key_len()], vec![4; cipher.nonce_len()]);
            let run = |cuts: &[usize]| {
                let mut out = Vec::new();
                let mut decryptor = Decryptor::new(cipher, &key, &nonce, &[]).unwrap();
                let mut at = 0;
                for cut in cuts {
                    decryptor.push(&input[at..*cut], &mut out).unwrap();
                    at = *cut;
                }
                (decryptor.finish(&[], &mut out).is_ok(), out)
            };
            prop_assert_eq!(run(&cuts), run(&[length]));
        }
    }
}

/// Every last byte of the plaintext, by a change of the block before it: the padding is right or the
/// error is that of a wrong key.
#[test]
fn enc_09_one_error_for_every_wrong_padding() {
    for cipher in CBC {
        let block = cipher.nonce_len();
        let (key, iv) = (vec![3; cipher.key_len()], vec![4; block]);
        // Two blocks of anything; their plaintext, without looking at the padding.
        let ciphertext = vec![0x77; 2 * block];
        let mut plain = ciphertext.clone();
        blocks::decrypting(cipher, &key, &iv)
            .unwrap()
            .apply(&mut plain);
        let wrong_key = decrypt(
            cipher,
            &vec![5; cipher.key_len()],
            &iv,
            &[],
            &[&ciphertext],
            &[],
        );
        assert_failed(wrong_key, "wrong key");
        for wanted in 0..=255_u8 {
            // Every byte of the last block becomes `wanted`, or its first ones something else.
            for different in 0..block {
                let mut changed = ciphertext.clone();
                for at in 0..block {
                    let to = if at < different {
                        wanted ^ 0x80
                    } else {
                        wanted
                    };
                    changed[at] ^= plain[block + at] ^ to;
                }
                let result = decrypt(cipher, &key, &iv, &[], &[&changed], &[]);
                let length = usize::from(wanted);
                if (1..=block).contains(&length) && different + length <= block {
                    let text = result.unwrap();
                    assert_eq!(text.len(), 2 * block - length);
                } else {
                    assert_failed(result, "padding");
                }
            }
        }
    }
}

#[test]
fn enc_09_lengths_that_no_padding_has() {
    for cipher in CBC {
        let block = cipher.nonce_len();
        for len in (0..3 * block).filter(|len| *len == 0 || len % block != 0) {
            assert_failed(decrypt_any(cipher, &vec![0; len], &[]), "length");
        }
    }
}

/// A right tag, cut or made longer to every length, and of every length with nothing right in it.
#[test]
fn enc_05_tags_of_other_lengths() {
    for cipher in AEAD {
        let text = b"content";
        let key = vec![3; cipher.key_len()];
        let mut ciphertext = text.to_vec();
        let nonce = [4; 12];
        let mut aead = Aead::new(cipher, &key, &nonce, &[]).unwrap();
        aead.reserve(ciphertext.len()).unwrap();
        aead.encrypt(&mut ciphertext);
        let tag = aead.tag();
        let longer = [tag.as_slice(), &[0; 16]].concat();
        for len in 0..=32 {
            let result = decrypt_any(cipher, &ciphertext, &longer[..len]);
            if len == 16 || (12..16).contains(&len) && cipher != CHACHA {
                assert_eq!(result.unwrap(), text);
            } else {
                assert_failed(result, &format!("{} {len}", cipher.name()));
            }
            assert_failed(decrypt_any(cipher, &ciphertext, &vec![0; len]), "zeros");
        }
        for bit in 0..128 {
            let mut changed = tag.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_failed(decrypt_any(cipher, &ciphertext, &changed), "tag");
        }
        for bit in 0..ciphertext.len() * 8 {
            let mut changed = ciphertext.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_failed(decrypt_any(cipher, &changed, tag.as_slice()), "content");
        }
    }
    for cipher in CBC {
        assert_failed(decrypt_any(cipher, &[0x77; 32], &[0; 16]), "CBC has no tag");
    }
}

#[test]
fn enc_06_nonces_and_keys_of_other_lengths() {
    for cipher in CBC.into_iter().chain(AEAD) {
        for len in [0, 1, 5, 8, 11, 12, 13, 16, 17, 24, 32, 4096, 1 << 20] {
            let result = |key: &[u8], nonce: &[u8]| {
                Decryptor::new(cipher, key, nonce, &[]).map(|_| Vec::new())
            };
            let right = (vec![0; cipher.key_len()], vec![0; cipher.nonce_len()]);
            if len != right.1.len() {
                assert_failed(result(&right.0, &vec![0; len]), "nonce");
            }
            if len != right.0.len() {
                assert_failed(result(&vec![0; len], &right.1), "key");
            }
            result(&right.0, &right.1).unwrap();
        }
    }
    for effective_bits in [0, 1, 39, 63, 129, 1024, u32::MAX] {
        let cipher = ReceivedCipher::Rc2Cbc { effective_bits };
        assert_failed(decrypt_any(cipher, &[0; 16], &[]), "RC2");
    }
}

#[test]
fn enc_14_an_empty_content_has_a_tag_too() {
    for cipher in AEAD {
        for tag in [&[][..], &[0; 12], &[0; 16], &[0xff; 16]] {
            assert_failed(decrypt_any(cipher, &[], tag), &cipher.name());
        }
    }
    // McGrew and Viega, test case 1.
    let tag = hex!("58e2fccefa7e3061367f1d57a4e7455a");
    let empty = decrypt(AES_128_GCM, &[0; 16], &[0; 12], &[], &[], &tag);
    assert_eq!(empty.unwrap(), b"");
}
