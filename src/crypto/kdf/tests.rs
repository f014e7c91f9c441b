use super::*;
use hex_literal::hex;

mod wycheproof;

/// RFC 5869 A.1, A.2, A.3.
#[test]
fn rfc_5869() {
    let okm = hkdf(
        DigestAlgorithm::Sha256,
        &hex!("000102030405060708090a0b0c"),
        &[0x0b; 22],
        &hex!("f0f1f2f3f4f5f6f7f8f9"),
        42,
    );
    assert_eq!(
        *okm.unwrap(),
        hex!(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        )
    );
    let okm = hkdf(
        DigestAlgorithm::Sha256,
        &(0x60..=0xaf).collect::<Vec<u8>>(),
        &(0x00..=0x4f).collect::<Vec<u8>>(),
        &(0xb0..=0xff).collect::<Vec<u8>>(),
        82,
    );
    assert_eq!(
        *okm.unwrap(),
        hex!(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        )
    );
    let okm = hkdf(DigestAlgorithm::Sha256, &[], &[0x0b; 22], &[], 42);
    assert_eq!(
        *okm.unwrap(),
        hex!(
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        )
    );
}

/// NIST CAVS 11.0 "ANSI X9.63-2001" ansx963_2001.rsp, SHA-256 with SharedInfo, and without.
#[test]
fn x963_of_cavs() {
    assert_eq!(
        *x963(
            DigestAlgorithm::Sha256,
            &hex!("22518b10e70f2a3f243810ae3254139efbee04aa57c7af7d"),
            &hex!("75eef81aa3041e33b80971203d2c0c52"),
            128,
        ),
        hex!(
            "c498af77161cc59f2962b9a713e2b215152d139766ce34a776df11866a69bf2e52a13d9c7c6fc878c50c5ea0bc7b00e0da2447cfd874f6cf92f30d0097111485500c90c3af8b487872d04685d14c8d1dc8d7fa08beb0ce0ababc11f0bd496269142d43525a78e5bc79a17f59676a5706dc54d54d4d1f0bd7e386128ec26afc21"
        )
    );
    assert_eq!(
        *x963(
            DigestAlgorithm::Sha256,
            &hex!("96c05619d56c328ab95fe84b18264b08725b85e33fd34f08"),
            &[],
            16,
        ),
        hex!("443024c3dae66b95e6f5670601558f71")
    );
}

#[test]
fn lengths_are_bounded() {
    assert!(hkdf(DigestAlgorithm::Sha256, &[], &[1], &[], 1025).is_err());
    assert_eq!(x963(DigestAlgorithm::Sha512, &[1], &[], 70).len(), 70);
    assert_eq!(x963(DigestAlgorithm::Sha512, &[1], &[], 0).len(), 0);
}

/// `X963KDF` of the Python package `cryptography`: secret 00 01 .. 1f, "shared info", 70 bytes.
#[test]
fn x963_of_every_digest() {
    let secret: Vec<u8> = (0..32).collect();
    for (digest, expected) in [
        (
            DigestAlgorithm::Sha1,
            hex!(
                "4011ea603f80e0ee1a1724d45854c25790566e05ec2a78794d8c1af6a379b62b078e20f66ac752b88d123b8c1b9685952fd188b17b47ffaeb4c6c30a5980273c7712a6f81b06"
            ),
        ),
        (
            DigestAlgorithm::Sha224,
            hex!(
                "ba97ae9ec743eefa1913eabe4b28fa4473b5c2ee2f8af2ff4d917560944cf6da0d3f72e7626ef0e6ce6b83a6e79ed44187b6e7f9364af6ce98978366d1985512864d995fecb6"
            ),
        ),
        (
            DigestAlgorithm::Sha256,
            hex!(
                "a2ba25392f91013464ed530b7260876d7d85630fd24cd7894a49600ab4c7a8c33354555992b455ebe41e722867504954a4df484c1d3c0c1bdf6ecefb467afb36a3c7188e88fd"
            ),
        ),
        (
            DigestAlgorithm::Sha384,
            hex!(
                "fe47a5704e323b60d97fbdfa55af2525a9efc40096903d5429bde8357b7dbff91bcabad902d4268de06cec789de712635a4e9611e1cb5d2c07520309d03456477a4347929781"
            ),
        ),
        (
            DigestAlgorithm::Sha512,
            hex!(
                "690226c0e6ac85fe577d4e7f1751e44be3028e400b2a2f4c824cbe97e147b133e204741bb20286e114d6907b66113c6f38396388e0000477725636aacd40db67b5fe27c2eb0f"
            ),
        ),
    ] {
        assert_eq!(
            *x963(digest, &secret, b"shared info", 70),
            expected,
            "{digest:?}"
        );
        assert_eq!(*x963(digest, &secret, b"shared info", 20), expected[..20]);
    }
}

/// `HKDF` of the Python package `cryptography`: "salt", secret 00 01 .. 1f, "info", 70 bytes.
#[test]
fn hkdf_of_every_digest() {
    let secret: Vec<u8> = (0..32).collect();
    for (digest, expected) in [
        (
            DigestAlgorithm::Sha256,
            hex!(
                "64cc2a23b7a1da4310420350405fdf5d632cb9bda3700d753e96cbcfeb81d4496259e7075d6da9d2c3255e8bdc4de030b56bfb17845e036d962918c0a2ff6cac48215a8469a3"
            ),
        ),
        (
            DigestAlgorithm::Sha384,
            hex!(
                "ff2821ea0cd3c7538ec9b5389296250aba05bd99732173227ad031ef26c2e009a35a86435b8d4fdd5efadda5af50345e70004c98669233e97d467d79ce061497aec9158b3bc7"
            ),
        ),
        (
            DigestAlgorithm::Sha512,
            hex!(
                "6d8dce04ad557757f4a66e4d531b08ac97249abf40424a65404f14ee3cab68c7b5dadad4c9cbbf89e65d5837a23c8b292f5c7a6836d6cac2214babfc3b2be7faef2b8faadf24"
            ),
        ),
    ] {
        let key = hkdf(digest, b"salt", &secret, b"info", 70).unwrap();
        assert_eq!(*key, expected, "{digest:?}");
    }
}

/// RFC 9709 B.1 and B.2.
#[test]
fn rfc_9709() {
    let content_key = hex!("c702e7d0a9e064b09ba55245fb733cf3");
    for (algorithm, expected) in [
        (
            &hex!("301b0609608648016503040106300e040c5c79058ba2f43447639d29e2")[..],
            hex!("2124ffb29fac4e0fbbc7d5d87492bff3"),
        ),
        (
            &hex!("301d06096086480165030401020410651f722ffd512c52fe072e507d72b377"),
            hex!("9cd102c52f1e19ece8729b35bfeceb50"),
        ),
    ] {
        assert_eq!(*cek_hkdf(&content_key, algorithm, 16).unwrap(), expected);
    }
}
