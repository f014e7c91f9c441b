use super::*;
use hex_literal::hex;

mod wycheproof;

/// RFC 3394 4.1 to 4.6: KEK 00 01 02 .., key data 00 11 22 .. ff 00 01 ..
#[test]
fn rfc_3394() {
    let kek: Vec<u8> = (0..32).collect();
    let data = hex!("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    for (kek_len, key_len, expected) in [
        (
            16,
            16,
            &hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5")[..],
        ),
        (
            24,
            16,
            &hex!("96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"),
        ),
        (
            32,
            16,
            &hex!("64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
        ),
        (
            24,
            24,
            &hex!("031d33264e15d33268f24ec260743edce1c6c7ddee725a936ba814915c6762d2"),
        ),
        (
            32,
            24,
            &hex!("a8f9bc1612c68b3ff6e6f4fbe30e71e4769c8b80a32cb8958cd5d17d6b254da1"),
        ),
        (
            32,
            32,
            &hex!(
                "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
            ),
        ),
    ] {
        let wrap = KeyWrap::for_key_len(kek_len).unwrap();
        assert_eq!(wrap.key_len(), kek_len);
        assert_eq!(
            wrap.wrap(&kek[..kek_len], &data[..key_len]).unwrap(),
            expected
        );
        assert_eq!(
            *wrap.unwrap(&kek[..kek_len], expected).unwrap(),
            data[..key_len]
        );
    }
}

#[test]
fn enc_11_every_other_length_and_every_changed_bit() {
    let kek = [7; 32];
    let wrap = KeyWrap::Aes256;
    for len in (0..=40).chain([72, 73, 80, 1 << 20]) {
        let error = wrap.unwrap(&kek, &vec![0; len]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decryption), "{len}");
    }
    let wrapped = wrap.wrap(&kek, &[1; 32]).unwrap();
    for bit in 0..wrapped.len() * 8 {
        let mut changed = wrapped.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(wrap.unwrap(&kek, &changed).is_err());
    }
    for len in [0, 8, 15, 17, 72] {
        assert!(wrap.wrap(&kek, &vec![0; len]).is_err(), "{len}");
    }
    assert!(wrap.wrap(&kek[..16], &[1; 32]).is_err());
}

#[test]
fn identifiers() {
    assert_eq!(
        KeyWrap::Aes128.identifier(),
        hex!("300b0609608648016503040105")
    );
    assert_eq!(
        KeyWrap::Aes256.identifier(),
        hex!("300b060960864801650304012d")
    );
}

#[test]
fn received_identifiers() {
    for (oid, wrap, key_len) in [
        (
            "2.16.840.1.101.3.4.1.5",
            ReceivedWrap::Aes(KeyWrap::Aes128),
            16,
        ),
        (
            "2.16.840.1.101.3.4.1.25",
            ReceivedWrap::Aes(KeyWrap::Aes192),
            24,
        ),
        (
            "2.16.840.1.101.3.4.1.45",
            ReceivedWrap::Aes(KeyWrap::Aes256),
            32,
        ),
        ("1.2.840.113549.1.9.16.3.6", ReceivedWrap::TripleDes, 24),
    ] {
        let oid = ObjectIdentifier::new_unwrap(oid);
        assert_eq!(ReceivedWrap::from_oid(&oid), Some(wrap));
        assert_eq!(wrap.key_len(), key_len);
    }
    // AES-128 with padding, RC2.
    for oid in ["2.16.840.1.101.3.4.1.8", "1.2.840.113549.1.9.16.3.7"] {
        assert_eq!(
            ReceivedWrap::from_oid(&ObjectIdentifier::new_unwrap(oid)),
            None
        );
    }
}

#[test]
fn enc_11_received_wraps_fail_alike() {
    for wrap in [
        ReceivedWrap::Aes(KeyWrap::Aes128),
        ReceivedWrap::Aes(KeyWrap::Aes192),
        ReceivedWrap::Aes(KeyWrap::Aes256),
        ReceivedWrap::TripleDes,
    ] {
        for kek_len in [0, 8, 16, 24, 32] {
            for len in (0..=40).chain([1 << 20]) {
                let error = wrap
                    .unwrap(&vec![7; kek_len], &vec![0xa6; len])
                    .unwrap_err();
                assert!(matches!(error.kind(), ErrorKind::Decryption));
                assert_eq!(error.to_string(), "decryption failed");
            }
        }
    }
}
