//! The examples of standards, and what openssl made of ciphers that have none.

use hex_literal::hex;

use super::*;

/// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4, 10 and 16, with every
/// tag length of RFC 5084.
#[test]
fn gcm_vectors() {
    for (cipher, ciphertext, tag) in [
        (
            AES_128_GCM,
            hex!(
                "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
            ),
            hex!("5bc94fbc3221a5db94fae95ae7121a47"),
        ),
        (
            ReceivedCipher::Aes192Gcm,
            hex!(
                "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710"
            ),
            hex!("2519498e80f1478f37ba55bd6d27618c"),
        ),
        (
            AES_256_GCM,
            hex!(
                "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            ),
            hex!("76fc6ece0f4e1768cddf8853bb2d551b"),
        ),
    ] {
        let key = &GCM_KEY[..cipher.key_len()];
        for len in 12..=16 {
            let text = decrypt(
                cipher,
                key,
                &GCM_NONCE,
                &GCM_ADDITIONAL,
                &[&ciphertext],
                &tag[..len],
            );
            assert_eq!(text.unwrap(), GCM_TEXT);
            let late = late(cipher, key, &GCM_ADDITIONAL, &[&ciphertext], &tag[..len]);
            assert_eq!(late.unwrap(), GCM_TEXT);
        }
        for other in [
            &[][..],
            &GCM_ADDITIONAL[1..],
            &[GCM_ADDITIONAL, [0; 20]].concat(),
        ] {
            let wrong = late(cipher, key, other, &[&ciphertext], &tag);
            assert_failed(wrong, "other additional data, late");
        }
        let other = decrypt(cipher, key, &GCM_NONCE, &[], &[&ciphertext], &tag);
        assert_failed(other, "without the additional data");
    }
}

/// RFC 8439 2.8.2.
#[test]
fn chacha_vector() {
    let text = decrypt(
        CHACHA,
        &(0x80..0xa0).collect::<Vec<u8>>(),
        &hex!("070000004041424344454647"),
        &hex!("50515253c0c1c2c3c4c5c6c7"),
        &[&hex!(
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
        )],
        &hex!("1ae10b594f09e26a7e902ecbd0600691"),
    );
    assert_eq!(
        text.unwrap(),
        b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    );
}

/// Made with `openssl enc -des-ede3-cbc` and, with the legacy provider, `-rc2-40-cbc`, `-rc2-64-cbc` and
/// `-rc2-cbc`.
#[test]
fn old_ciphers() {
    let iv = hex!("fedcba9876543210");
    for (cipher, key, ciphertext) in [
        (
            ReceivedCipher::TripleDesCbc,
            &hex!("0123456789abcdef23456789abcdef01456789abcdef0123")[..],
            hex!(
                "5295bf3e30b8e598cee4f1052b7915883c32e90da8aa69224d7c751d5f13bbc59de6f7e4f745cc5f37f50da509c5d8a9cec0c3ebb4b4c1dd877c4fcc734f2645"
            ),
        ),
        (
            RC2_40,
            &hex!("0123456789"),
            hex!(
                "740b0743957d8e22127c52dbcffd2955934a4927272898ee65bb66bc95a5151fe1ad0223196bc817995782614321bed2f11f0ce056f9c4a583490f055e24e511"
            ),
        ),
        (
            RC2_64,
            &hex!("0123456789abcdef"),
            hex!(
                "2f1312b24d8c49d17e6a804d2654332d3512c2aea119c421cffda6c033da1a6adc8657f0fad94c544a52b0629bee1a01eedb2f2c513e68eeb3ecc15aa4f65b6d"
            ),
        ),
        (
            RC2_128,
            &hex!("000102030405060708090a0b0c0d0e0f"),
            hex!(
                "103d5f13a1b733fd842e5dd8a1b194d0e640ba283458992c7885b365ac7d1f6f648dd8911287ca0dba963bb47ff134a301b7a9ce830d6e157f7b63636d82d500"
            ),
        ),
    ] {
        let text = decrypt(cipher, key, &iv, &[], &[&ciphertext], &[]).unwrap();
        assert_eq!(
            text,
            b"Old mail is still mail, and some of it is worth reading."
        );
    }
}

/// NIST SP 800-38A F.2.2, F.2.4 and F.2.6: the plaintext is whole blocks, so that what comes out
/// before the end is compared.
#[test]
fn cbc_vectors() {
    let text = hex!("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let iv = hex!("000102030405060708090a0b0c0d0e0f");
    for (cipher, key, ciphertext) in [
        (
            AES_128_CBC,
            &hex!("2b7e151628aed2a6abf7158809cf4f3c")[..],
            hex!("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2"),
        ),
        (
            AES_192_CBC,
            &hex!("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b"),
            hex!("4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a"),
        ),
        (
            AES_256_CBC,
            &hex!("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
            hex!("f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"),
        ),
    ] {
        let mut out = Vec::new();
        let mut decryptor = Decryptor::new(cipher, key, &iv, &[]).unwrap();
        decryptor.push(&ciphertext, &mut out).unwrap();
        assert_eq!(out, text[..16]);
        decryptor.push(&[0], &mut out).unwrap();
        assert_eq!(out, text);
    }
}
