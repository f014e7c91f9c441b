//! Passwords and shared keys.

use super::*;
use crate::cert::pbe::Budget;

const PASSWORD: &str = "pässword";
const PBKDF2: &str = "1.2.840.113549.1.5.12";
const PWRI_KEK: &str = "1.2.840.113549.1.9.16.3.9";

fn pbkdf2(iterations: u64, more: &[u8]) -> Vec<u8> {
    let parameters = asn1::sequence(&[
        &asn1::octet_string(b"saltsalt"),
        &asn1::integer_u64(iterations),
        more,
    ]);
    [id(PBKDF2), parameters].concat()
}

/// PasswordRecipientInfo; the derivation without its tag.
fn pwri(derivation: Option<&[u8]>, cipher: &[u8], encrypted_key: &[u8]) -> Vec<u8> {
    let derivation = derivation.map(|derivation| asn1::implicit(0, true, derivation));
    let parts = [
        asn1::integer_u64(0),
        derivation.unwrap_or_default(),
        algorithm(PWRI_KEK, cipher),
        asn1::octet_string(encrypted_key),
    ];
    asn1::implicit(3, true, &parts.concat())
}

fn aes256(iv: &[u8]) -> Vec<u8> {
    algorithm("2.16.840.1.101.3.4.1.42", &asn1::octet_string(iv))
}

const IV: [u8; 16] = hex!("606162636465666768696a6b6c6d6e6f");
/// With HMAC-SHA1, 1000 iterations and AES-256-CBC.
const ENCRYPTED: [u8; 32] =
    hex!("a4113053097a00ded01edb04b5110354c0de5dab4ef07a2593b86c69d179a449");

fn open(infos: &[Vec<u8>], passwords: &[&str], limits: &Limits) -> Result<Option<Vec<u8>>, Error> {
    let passwords: Vec<_> = passwords
        .iter()
        .map(|password| Zeroizing::new((*password).to_owned()))
        .collect();
    let found = without_certificate(&read(infos), &passwords, &[], 16, &mut Budget::new(limits))?;
    Ok(found.map(|(encryption, key)| {
        assert_eq!(encryption, ReceivedKeyEncryption::Password);
        key.to_vec()
    }))
}

#[test]
fn passwords_with_every_hmac_and_cipher() {
    let hmac = |number: u8| algorithm(&format!("1.2.840.113549.2.{number}"), &asn1::null());
    let aes128 = algorithm("2.16.840.1.101.3.4.1.2", &asn1::octet_string(&IV));
    let aes192 = algorithm("2.16.840.1.101.3.4.1.22", &asn1::octet_string(&IV));
    let des3 = algorithm("1.2.840.113549.3.7", &asn1::octet_string(&IV[..8]));
    let cases: [(Vec<u8>, Vec<u8>, &[u8]); 6] = [
        (Vec::new(), aes256(&IV), &ENCRYPTED),
        (hmac(7), aes256(&IV), &ENCRYPTED),
        (
            hmac(8),
            aes128,
            &hex!("0073d44ebf1d4764529bdbd341c045fc2999212ca9c6c8cb702b7b98f400a4a5"),
        ),
        (
            hmac(9),
            aes192,
            &hex!("1906242d23ab8a260568fc2852c3d65a00491cba5e8f470b9647117865dc025e"),
        ),
        (
            hmac(10),
            des3,
            &hex!("2e83c22a5e5e2ae22a3735e7135cb85d3524214a20c36b2e"),
        ),
        (
            hmac(11),
            aes256(&IV),
            &hex!("7a47888c59691918d8b9fe60e22caf35942e7efc063953c16a68d0fafbdfdebf"),
        ),
    ];
    for (prf, cipher, encrypted) in cases {
        let info = pwri(Some(&pbkdf2(1000, &prf)), &cipher, encrypted);
        assert_eq!(description(&info), "a password");
        let limits = Limits::default();
        let found = open(std::slice::from_ref(&info), &["wrong", PASSWORD], &limits).unwrap();
        assert_eq!(found.as_deref(), Some(&CONTENT_KEY[..16]));
        assert_eq!(open(&[info], &["wrong", ""], &limits).unwrap(), None);
    }
}

#[test]
fn iterations_are_counted_before_they_are_made() {
    let info = |iterations| pwri(Some(&pbkdf2(iterations, &[])), &aes256(&IV), &ENCRYPTED);
    let limits = Limits {
        kdf_iterations: 1999,
        ..Limits::default()
    };
    // 32 bytes of key are two blocks of HMAC-SHA1, each with all iterations.
    for (iterations, allowed) in [(999, true), (1000, false), (u64::MAX, false)] {
        let found = open(&[info(iterations)], &[PASSWORD], &limits);
        assert_eq!(found.is_ok(), allowed, "{iterations}");
        if let Err(error) = found {
            assert!(matches!(
                error.kind(),
                ErrorKind::TooManyIterations { limit: 1999, .. }
            ));
        }
    }
    // All recipients of a message together, for one password: 2 * 2 * 500 iterations are too many.
    let twice = [info(500), info(500)];
    assert!(open(&twice, &[PASSWORD], &limits).is_err());
    // And all passwords.
    assert_eq!(
        open(&[info(400)], &["wrong", PASSWORD], &limits).unwrap(),
        None
    );
    assert!(open(&[info(900)], &["wrong", PASSWORD], &limits).is_err());
    // Without a password nothing is spent.
    assert_eq!(open(&[info(u64::MAX)], &[], &limits).unwrap(), None);
}

#[test]
fn enc_10_password_recipients_that_lack_something() {
    let derivation = pbkdf2(1000, &[]);
    let cipher = aes256(&IV);
    let good = pwri(Some(&derivation), &cipher, &ENCRYPTED);
    assert_eq!(description(&good), "a password");
    for (info, says) in [
        (pwri(None, &cipher, &ENCRYPTED), "without key derivation"),
        (pwri(Some(&id(PBKDF2)), &cipher, &ENCRYPTED), "malformed"),
        (
            pwri(Some(&id("1.3.6.1.4.1.11591.4.11")), &cipher, &ENCRYPTED),
            "1.3.6.1.4.1.11591.4.11 is not supported",
        ),
        (
            pwri(Some(&derivation), &[], &ENCRYPTED),
            "without its cipher",
        ),
        (
            pwri(
                Some(&derivation),
                &algorithm("2.16.840.1.101.3.4.1.42", &[]),
                &ENCRYPTED,
            ),
            "malformed",
        ),
        (
            pwri(Some(&derivation), &aes256(&IV[..15]), &ENCRYPTED),
            "malformed",
        ),
        (
            pwri(
                Some(&derivation),
                &algorithm("2.16.840.1.101.3.4.1.46", &asn1::octet_string(&IV)),
                &ENCRYPTED,
            ),
            "2.16.840.1.101.3.4.1.46 is not supported",
        ),
        (
            // A key length that is not that of the cipher.
            pwri(
                Some(&pbkdf2(1000, &asn1::integer_u64(16))),
                &cipher,
                &ENCRYPTED,
            ),
            "length",
        ),
        (
            pwri(
                Some(&pbkdf2(1000, &algorithm("1.2.840.113549.2.5", &[]))),
                &cipher,
                &ENCRYPTED,
            ),
            "1.2.840.113549.2.5 is not supported",
        ),
    ] {
        let text = description(&info);
        assert!(text.contains(says), "{text}");
        assert_eq!(
            open(&[info], &[PASSWORD], &Limits::default()).unwrap(),
            None
        );
    }
    // ENC-11: lengths of the encrypted key.
    for length in (0..=64).chain([1 << 20]) {
        let info = pwri(Some(&derivation), &cipher, &vec![7; length]);
        assert_eq!(
            open(&[info], &[PASSWORD], &Limits::default()).unwrap(),
            None
        );
    }
}

/// KEKRecipientInfo with AES-128 wrap.
fn kekri(identifier: &[u8], wrap: &str, encrypted_key: &[u8]) -> Vec<u8> {
    let parts = [
        asn1::integer_u64(4),
        asn1::sequence(&[identifier]),
        algorithm(wrap, &[]),
        asn1::octet_string(encrypted_key),
    ];
    asn1::implicit(2, true, &parts.concat())
}

#[test]
fn shared_keys_by_identifier() {
    let wrapped = hex!("074a3435d29f8bac3a8aadafd77896290bd11d0f02363b85");
    let key: Vec<u8> = (0x80..0x90).collect();
    let name = asn1::octet_string(b"list");
    let date = asn1::tlv(Tag::GENERALIZED_TIME, b"20260101000000Z");
    let other = asn1::sequence(&[&id("1.2.3")]);
    let open = |info: &[u8], name: &[u8], key: &[u8]| {
        let keys = [
            (b"other".to_vec(), Zeroizing::new(vec![1; 16])),
            (name.to_vec(), Zeroizing::new(vec![2; 16])),
            (name.to_vec(), Zeroizing::new(key.to_vec())),
        ];
        let infos = read(&[
            kekri(&asn1::octet_string(b"x"), AES_128_WRAP, &[0; 24]),
            info.to_vec(),
        ]);
        let found =
            without_certificate(&infos, &[], &keys, 16, &mut Budget::new(&Limits::default()))
                .unwrap();
        found.map(|(encryption, key)| {
            assert_eq!(encryption, ReceivedKeyEncryption::SharedKey);
            key.to_vec()
        })
    };
    for more in [vec![], date.clone(), other.clone(), [date, other].concat()] {
        let info = kekri(&[name.clone(), more].concat(), AES_128_WRAP, &wrapped);
        assert_eq!(description(&info), "a shared key, AES-128 key wrap");
        assert_eq!(open(&info, b"list", &key).unwrap(), CONTENT_KEY[..16]);
        assert_eq!(open(&info, b"lis", &key), None);
        assert_eq!(open(&info, b"list", &key[1..]), None);
        assert!(read(&[info])[0].recipients().is_empty());
    }
    for length in (0..=40).chain([1 << 20]) {
        let info = kekri(&name, AES_128_WRAP, &vec![7; length]);
        assert_eq!(open(&info, b"list", &key), None);
    }
    let text = description(&kekri(&name, "1.2.840.113549.1.9.16.3.7", &wrapped));
    assert!(
        text.contains("1.2.840.113549.1.9.16.3.7 is not supported"),
        "{text}"
    );
}
