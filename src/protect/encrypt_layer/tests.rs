use std::collections::HashSet;

use super::*;
use crate::crypto::SystemRandom;

/// Keys and nonces as every message gets them, a million in all.
#[test]
fn key_04_a_million_draws_are_unique() {
    const EACH: usize = 84_000;
    let ciphers = [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc,
        ContentCipher::Aes256Cbc,
        ContentCipher::Aes128Gcm,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ];
    let mut seen = HashSet::with_capacity(ciphers.len() * EACH * 2);
    for cipher in ciphers {
        for _ in 0..EACH {
            let (key, nonce) = fresh(cipher, &SystemRandom).unwrap();
            assert_eq!(key.len(), cipher.key_len());
            assert_eq!(nonce.len(), cipher.nonce_len());
            // By their ends: two that end in the same eight bytes are the same.
            for drawn in [&key[..], &nonce] {
                let end: [u8; 8] = *drawn.last_chunk().unwrap();
                assert!(seen.insert(end), "{cipher:?}");
            }
        }
    }
    assert!(seen.len() > 1_000_000);
}
