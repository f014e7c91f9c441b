//! Ciphers and their parameters.

use super::*;

/// Only the parameters count here, so the ciphertext is anything.
fn cbc(dotted: &str, parameters: &[u8]) -> Result<ReceivedCipher, Error> {
    let der = Message::enveloped(&algorithm(dotted, parameters), &[0; 32]).der();
    read(&der).map(|message| message.cipher)
}

fn aead(algorithm: &[u8], mac_len: usize) -> Result<Option<usize>, Error> {
    let der = Message::authenticated(algorithm, &[0; 32], &vec![0; mac_len]).der();
    read(&der).map(|message| message.tag_len)
}

fn octets(length: usize) -> Vec<u8> {
    asn1::octet_string(&vec![7; length])
}

fn rc2(version: &[u8], iv_len: usize) -> Vec<u8> {
    asn1::sequence(&[&asn1::tlv(Tag::INTEGER, version), &octets(iv_len)])
}

#[test]
fn initialization_vectors_have_the_length_of_a_block() {
    for (dotted, good) in [
        (AES_128_CBC, 16),
        ("2.16.840.1.101.3.4.1.22", 16),
        ("2.16.840.1.101.3.4.1.42", 16),
        ("1.2.840.113549.3.7", 8),
    ] {
        for length in (0..=33).chain([4096, 1 << 20]) {
            assert_eq!(cbc(dotted, &octets(length)).is_ok(), length == good);
        }
        assert!(cbc(dotted, &[]).is_err());
        assert!(cbc(dotted, &asn1::null()).is_err());
    }
    // In pieces, as BER may send it.
    let pieces = asn1::tlv(
        Tag::OCTET_STRING.constructed(),
        &[octets(10), octets(6)].concat(),
    );
    assert!(cbc(AES_128_CBC, &pieces).is_ok());
}

/// RFC 3370 5.2 and RFC 2268 6.
#[test]
fn rc2_versions() {
    const RC2: &str = "1.2.840.113549.3.2";
    for (version, bits, key_len) in [(&[0, 160][..], 40, 5), (&[120], 64, 8), (&[58], 128, 16)] {
        let cipher = cbc(RC2, &rc2(version, 8)).unwrap();
        assert_eq!(
            cipher,
            ReceivedCipher::Rc2Cbc {
                effective_bits: bits
            }
        );
        assert_eq!(cipher.key_len(), key_len);
    }
    for wrong in [
        rc2(&[0, 160], 7),
        rc2(&[0, 160], 16),
        rc2(&[0xa0], 8),
        octets(8),
        vec![],
    ] {
        let error = cbc(RC2, &wrong).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }));
    }
    for version in [&[1][..], &[4, 0]] {
        let error = cbc(RC2, &rc2(version, 8)).unwrap_err();
        assert!(matches!(
            error.kind(),
            ErrorKind::UnsupportedAlgorithm { .. }
        ));
    }
}

#[test]
fn enc_04_each_structure_takes_its_own_ciphers_only() {
    let iv = octets(16);
    for (dotted, name) in [
        (AES_128_CBC, "AES-128-CBC"),
        ("2.16.840.1.101.3.4.1.42", "AES-256-CBC"),
    ] {
        let error = aead(&algorithm(dotted, &iv), 16).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
        let text = error.to_string();
        assert!(
            text.contains(name) && text.contains("AuthEnvelopedData"),
            "{text}"
        );
    }
    let des3 = algorithm("1.2.840.113549.3.7", &octets(8));
    assert!(
        aead(&des3, 16)
            .unwrap_err()
            .to_string()
            .contains("3DES-CBC")
    );
    // OFB, CFB, CTR of RFC 3565's arc are not implemented in either.
    for dotted in ["2.16.840.1.101.3.4.1.43", "2.16.840.1.101.3.4.1.44"] {
        let error = aead(&algorithm(dotted, &iv), 16).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == dotted)
        );
    }
    let gcm = Message::enveloped(&gcm(16), &[0; 32]);
    let chacha = algorithm("1.2.840.113549.1.9.16.3.18", &octets(12));
    let chacha = Message::enveloped(&chacha, &[0; 32]);
    for (message, name) in [(gcm, "AES-128-GCM"), (chacha, "ChaCha20-Poly1305")] {
        let text = fails(&message).to_string();
        assert!(
            text.contains(name) && text.contains("in EnvelopedData"),
            "{text}"
        );
    }
}

#[test]
fn enc_05_tags_have_12_to_16_bytes_and_the_length_of_the_parameters() {
    for icv_len in 0..=32_u64 {
        for mac_len in 0..=32_usize {
            let found = aead(&gcm(icv_len), mac_len);
            let good = (12..=16).contains(&icv_len) && icv_len == mac_len as u64;
            assert_eq!(found.is_ok(), good, "{icv_len} {mac_len}");
        }
    }
    assert!(aead(&gcm(1 << 32), 16).is_err());
    // aes-ICVlen is 12 when absent.
    let default = algorithm(AES_128_GCM, &asn1::sequence(&[&asn1::octet_string(&NONCE)]));
    assert_eq!(aead(&default, 12).unwrap(), Some(12));
    assert!(aead(&default, 16).is_err());
    let der = Message::authenticated(&default, &GCM_TEXT, &GCM_TAG[..12]).der();
    let message = read(&der).unwrap();
    assert_eq!(*message.decrypt(&KEY).unwrap(), TEXT);
    assert_eq!(message.tag_len, Some(12));
    // ChaCha20-Poly1305 has one length.
    let chacha = algorithm("1.2.840.113549.1.9.16.3.18", &octets(12));
    for mac_len in 0..=32 {
        assert_eq!(aead(&chacha, mac_len).is_ok(), mac_len == 16);
    }
    // The mac is missing.
    let message = Message {
        mac: None,
        ..Message::authenticated(&gcm(16), &GCM_TEXT, &[])
    };
    assert!(matches!(
        fails(&message).kind(),
        ErrorKind::Malformed { .. }
    ));
}

#[test]
fn enc_06_nonces_have_12_bytes() {
    for length in [0, 1, 11, 12, 13, 16, 4096, 1 << 20] {
        for dotted in [
            AES_128_GCM,
            "2.16.840.1.101.3.4.1.26",
            "2.16.840.1.101.3.4.1.46",
        ] {
            let parameters = asn1::sequence(&[&octets(length), &asn1::integer_u64(16)]);
            let found = aead(&algorithm(dotted, &parameters), 16);
            assert_eq!(found.is_ok(), length == 12, "{length}");
        }
        let chacha = algorithm("1.2.840.113549.1.9.16.3.18", &octets(length));
        assert_eq!(aead(&chacha, 16).is_ok(), length == 12, "{length}");
    }
    for parameters in [vec![], asn1::null(), octets(12), asn1::sequence(&[])] {
        assert!(aead(&algorithm(AES_128_GCM, &parameters), 16).is_err());
    }
    // Nothing may follow.
    let parameters = asn1::sequence(&[&octets(12), &asn1::integer_u64(16), &asn1::null()]);
    assert!(aead(&algorithm(AES_128_GCM, &parameters), 16).is_err());
}

const CEK_HKDF: &str = "1.2.840.113549.1.9.16.3.31";

/// RFC 9709 B.1 and B.2: content key, algorithm, and the key that is used.
#[test]
fn enc_07_derived_content_keys() {
    let content_key = hex!("c702e7d0a9e064b09ba55245fb733cf3");
    // By pyca/cryptography under the keys of the RFC: AES-128-GCM with a tag of 12 bytes, and AES-128-CBC.
    let gcm = hex!("301b0609608648016503040106300e040c5c79058ba2f43447639d29e2");
    let der = Message::authenticated(
        &algorithm(CEK_HKDF, &gcm),
        &hex!("865e214e1103d5fa42fffeeee0bcc74b01ea771105b9f399fb6bc83002ebc32ab3cf4f"),
        &hex!("7b452a4531c0bd9c24368d20"),
    )
    .der();
    assert_eq!(*read(&der).unwrap().decrypt(&content_key).unwrap(), TEXT);

    let cbc = hex!("301d06096086480165030401020410651f722ffd512c52fe072e507d72b377");
    let ciphertext = hex!(
        "05d71ad0ec38e789581bce027aae31be933bb495636e883b2e1edf7d69dffc3b04fdda01dfc4589020758386bdf8c989"
    );
    let der = Message::enveloped(&algorithm(CEK_HKDF, &cbc), &ciphertext).der();
    assert_eq!(*read(&der).unwrap().decrypt(&content_key).unwrap(), TEXT);
    // Without the marker the key is another one: no plaintext of the sender comes out.
    let der = Message::enveloped(&cbc, &ciphertext).der();
    if let Ok(garbage) = read(&der).unwrap().decrypt(&content_key) {
        assert_ne!(*garbage, TEXT);
    }
}

#[test]
fn enc_07_a_derived_key_is_bound_to_its_algorithm() {
    let content_key = hex!("c702e7d0a9e064b09ba55245fb733cf3");
    let ciphertext = hex!(
        "05d71ad0ec38e789581bce027aae31be933bb495636e883b2e1edf7d69dffc3b04fdda01dfc4589020758386bdf8c989"
    );
    let good = hex!("301d06096086480165030401020410651f722ffd512c52fe072e507d72b377");
    for byte in good.len() - 16..good.len() {
        let mut changed = good;
        changed[byte] ^= 1;
        let der = Message::enveloped(&algorithm(CEK_HKDF, &changed), &ciphertext).der();
        // With a key that is not bound, another initialization vector changes the first block only.
        if let Ok(garbage) = read(&der).unwrap().decrypt(&content_key) {
            assert_ne!(garbage.get(16..), TEXT.get(16..), "{byte}");
        }
    }
}

#[test]
fn enc_07_the_algorithm_inside_is_checked_like_any_other() {
    // The key belongs to the algorithm inside.
    let aes256 = algorithm("2.16.840.1.101.3.4.1.42", &octets(16));
    let der = Message::enveloped(&algorithm(CEK_HKDF, &aes256), &[0; 32]).der();
    let message = read(&der).unwrap();
    assert_eq!(message.key_len(), 32);
    assert!(is_decryption(&message.decrypt(&KEY).unwrap_err()));

    let cbc = algorithm(AES_128_CBC, &octets(16));
    let twice = algorithm(CEK_HKDF, &algorithm(CEK_HKDF, &cbc));
    let error = fails(&Message::enveloped(&twice, &[0; 32]));
    assert!(matches!(error.kind(), ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == CEK_HKDF));
    for wrong in [
        vec![],
        asn1::null(),
        octets(16),
        algorithm(AES_128_CBC, &octets(15)),
    ] {
        let error = fails(&Message::enveloped(&algorithm(CEK_HKDF, &wrong), &[0; 32]));
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
    // ENC-04 holds inside as well.
    let error = aead(&algorithm(CEK_HKDF, &cbc), 16).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    let error = fails(&Message::enveloped(
        &algorithm(CEK_HKDF, &gcm(16)),
        &[0; 32],
    ));
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
}

#[test]
fn enc_16_other_ciphers_are_named() {
    for dotted in [
        "1.3.14.3.2.7",              // DES-CBC
        "1.2.840.113549.3.4",        // RC4
        "2.16.840.1.101.3.4.1.3",    // AES-128-OFB
        "2.16.840.1.101.3.4.1.4",    // AES-128-CFB
        "2.16.840.1.101.3.4.1.7",    // AES-128-CCM
        "2.16.840.1.101.3.4.1.1",    // AES-128-ECB
        "1.2.392.200011.61.1.1.1.2", // Camellia-128-CBC
        "1.2.840.113533.7.66.10",    // CAST-5
    ] {
        for parameters in [octets(16), octets(8), vec![]] {
            let message = Message::enveloped(&algorithm(dotted, &parameters), &[0; 32]);
            let error = fails(&message);
            assert!(
                matches!(error.kind(), ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == dotted)
            );
        }
    }
}
