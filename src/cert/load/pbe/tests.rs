use super::*;
use crate::asn1::{Reader, integer_u64, null, octet_string, oid, sequence};
use crate::{ErrorKind, Limits};
use hex_literal::hex;

mod wycheproof;

/// Computed with Python's hashlib after RFC 7292 B.2; the first are the widely published "smeg" vectors.
#[test]
fn pkcs12_kdf_vectors() {
    let smeg = Password::from("smeg").bmp();
    let queeg = Password::from("queeg").bmp();
    let salt = hex!("0a58cf64530d823f");
    let sha1 = |password: &[u8], salt: &[u8], purpose, iterations, length| {
        Hash::Sha1.pkcs12_kdf(password, salt, purpose, iterations, length)
    };
    assert_eq!(
        *sha1(&smeg, &salt, Purpose::Encryption, 1, 24),
        hex!("8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3")
    );
    assert_eq!(
        *sha1(&smeg, &salt, Purpose::Iv, 1, 8),
        hex!("79993dfe048d3b76")
    );
    assert_eq!(
        *sha1(&smeg, &hex!("3d83c0e4546ac140"), Purpose::Mac, 1, 20),
        hex!("8d967d88f6caa9d714800ab3d48051d63f73a312")
    );
    assert_eq!(
        *sha1(
            &queeg,
            &hex!("05dec959acff72f7"),
            Purpose::Encryption,
            1000,
            24
        ),
        hex!("ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4")
    );
    let (absent, empty) = (Password::ABSENT.bmp(), Password::from("").bmp());
    assert_eq!(
        *Hash::Sha256.pkcs12_kdf(&absent, b"saltsalt", Purpose::Mac, 3, 32),
        hex!("8624d75dfefa13e6000ffe397490ae88baac0b9090ff58710705a04b4572360f")
    );
    assert_eq!(
        *Hash::Sha256.pkcs12_kdf(&empty, b"saltsalt", Purpose::Mac, 3, 32),
        hex!("e7c60081b961d2626f6f1d86eb1abe6b707d2d6c68c89403de151e11c8d91f5b")
    );
    let salt: Vec<u8> = (0..200).collect();
    let long = Password::from("pässwörd").bmp();
    assert_eq!(
        *Hash::Sha512.pkcs12_kdf(&long, &salt, Purpose::Mac, 5, 150),
        hex!(
            "9de40f176a0e9586ab200530cf4cf10763913e83f2a5b80c5f386b0e34f8a64d71bff3d493ef30f40e42152b99"
            "2fb36f6ddb5c882c6053310d3dd379425fa9235e0b91f56de0da8adb1571721e9866a59b9a50361404f9bfdf14"
            "22cb82b03b2ee378039785a23d0035ec09cb2776ca3e9b26428823d86b3f6eba19fad8df295dbd71ba757d4fdc"
            "5737b9e32b37d6eda080ea8e2febad"
        )
    );
    let x = Password::from("x").bmp();
    assert_eq!(
        *Hash::Sha384.pkcs12_kdf(&x, b"", Purpose::Encryption, 2, 60),
        hex!(
            "7d67a0f037e383416d4e89b575385565c3bd41c3e1a3d2419412fa8eff492433160864f78e66f845629fcee7"
            "99c174cf7917ef39e8716ebfa8487240"
        )
    );
    assert_eq!(
        *Hash::Sha224.pkcs12_kdf(&x, b"abc", Purpose::Iv, 2, 60),
        hex!(
            "90aac4f84380714efc62e19f85db117f22e212af1e04d1c0de163760082af13435a3ea4e932d6a283e64bde9"
            "99fccc32ea3a70f53aa1b88c5f7c9701"
        )
    );
}

/// From Python's `hashlib.pbkdf2_hmac(name, b"password", b"NaCl", 3, 40)`.
#[test]
fn pbkdf2_vectors() {
    let cases = [
        (
            Hash::Sha1,
            hex!(
                "d4c1f846f67205a1cc1c27f9581c26d9651a9aba91ab3fd05e945102fe73397a4131b3c1604f1cbd"
            ),
        ),
        (
            Hash::Sha224,
            hex!(
                "f15944e0b7a952dbae8fe70cc9537e4302e5cc74d165c679e2ba0cbd1d2bce31eaea05c524208cc6"
            ),
        ),
        (
            Hash::Sha256,
            hex!(
                "eb2351e2174cc5081e9bf79fae11a9e17158658a08d4e16ec8983cc271ab79b452abeb282c4cea5c"
            ),
        ),
        (
            Hash::Sha384,
            hex!(
                "81b13c2ed6060c69dfd7207953c39890285d7625c5c6b2002ad8b4c048b6fa72718c043481b5190b"
            ),
        ),
        (
            Hash::Sha512,
            hex!(
                "0af93ffb0db76bd9256c66584c5dea4ffb9344b79cd7e34fbecff9c4c90b635e7f6755865365af81"
            ),
        ),
    ];
    for (hash, expected) in cases {
        assert_eq!(*hash.pbkdf2(b"password", b"NaCl", 3, 40), expected);
    }
}

fn pbes2(kdf: &[u8], cipher: &[u8]) -> Vec<u8> {
    sequence(&[&oid(&ID_PBES2), &sequence(&[kdf, cipher])])
}

fn aes256() -> Vec<u8> {
    sequence(&[&oid(&cipher::ID_AES256_CBC), &octet_string(&[0; 16])])
}

fn scrypt_kdf(n: u64, r: u64, p: u64) -> Vec<u8> {
    let parameters = sequence(&[
        &octet_string(b"salt"),
        &integer_u64(n),
        &integer_u64(r),
        &integer_u64(p),
    ]);
    sequence(&[&oid(&ID_SCRYPT), &parameters])
}

fn pbkdf2_kdf(iterations: u64, rest: &[&[u8]]) -> Vec<u8> {
    let parameters = [&octet_string(b"salt")[..], &integer_u64(iterations)];
    sequence(&[
        &oid(&ID_PBKDF2),
        &sequence(&[&parameters[..], rest].concat()),
    ])
}

fn run(algorithm: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let limits = Limits::default();
    let value = Reader::new(algorithm, "test", &limits).read()?;
    let mut budget = Budget::new(&limits);
    Scheme::read(value, "test")?.decrypt(Password::from("x"), &[0; 32], &mut budget)
}

fn refused(algorithm: &[u8]) -> ErrorKind {
    run(algorithm).map(|_| ()).unwrap_err().into_kind()
}

#[test]
fn pki_10_costs_are_refused_before_the_work() {
    for (n, r, p) in [
        (1 << 28, 8, 1),
        (1 << 62, 8, 1),
        (1 << 14, 8, 65_535),
        (2, 65_535, 65_535),
    ] {
        let kind = refused(&pbes2(&scrypt_kdf(n, r, p), &aes256()));
        assert!(
            matches!(kind, ErrorKind::TooManyIterations { .. }),
            "{kind:?}"
        );
    }
    // 1 GiB, though little work.
    let kind = refused(&pbes2(&scrypt_kdf(1 << 20, 8, 1), &aes256()));
    assert!(matches!(kind, ErrorKind::Unsupported { .. }), "{kind:?}");
    for bad in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (16, 0, 1), (16, 8, 0)] {
        let kind = refused(&pbes2(&scrypt_kdf(bad.0, bad.1, bad.2), &aes256()));
        assert!(matches!(kind, ErrorKind::Malformed { .. }), "{kind:?}");
    }
    for iterations in [10_000_001, 1 << 31, u64::MAX] {
        let kind = refused(&pbes2(&pbkdf2_kdf(iterations, &[]), &aes256()));
        assert!(
            matches!(kind, ErrorKind::TooManyIterations { .. }),
            "{kind:?}"
        );
    }
}

#[test]
fn unknown_algorithms_are_named() {
    let strange = ObjectIdentifier::new_unwrap("1.2.3.4");
    let named = sequence(&[&oid(&strange), &null()]);
    for algorithm in [
        named.clone(),
        pbes2(&named, &aes256()),
        pbes2(&pbkdf2_kdf(1, &[]), &named),
        pbes2(&pbkdf2_kdf(1, &[&named]), &aes256()),
    ] {
        match refused(&algorithm) {
            ErrorKind::UnsupportedAlgorithm { oid, .. } => assert_eq!(oid, "1.2.3.4"),
            other => panic!("{other:?}"),
        }
    }
    // RC4.
    let rc4 = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.1");
    let kind = refused(&sequence(&[&oid(&rc4), &null()]));
    assert!(matches!(kind, ErrorKind::UnsupportedAlgorithm { .. }));
}

#[test]
fn key_length_must_be_that_of_the_cipher() {
    assert!(run(&pbes2(&pbkdf2_kdf(1, &[&integer_u64(32)]), &aes256())).is_ok());
    for length in [0, 16, 1 << 31, u64::MAX] {
        let kind = refused(&pbes2(&pbkdf2_kdf(1, &[&integer_u64(length)]), &aes256()));
        assert!(matches!(kind, ErrorKind::Malformed { .. }), "{kind:?}");
    }
}
