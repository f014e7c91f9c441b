//! KEY-02: no secret in `Debug`, whatever the secret is, for everything that holds one.

use std::io::Cursor;

use proptest::prelude::*;
use smime::cert::{Password, Pkcs12};
use smime::crypto::ContentCipher;
use smime::engine::{Answer, Step};
use smime::key::Secret;
use smime::policy::StandardPolicy;
use smime::store::StoreOptions;
use smime::{Certificate, Identity, Opener, PrivateKey};

use crate::ca::{Ca, Key};
use crate::forge::*;
use crate::people::{ALICE, BOB, mail, now, protector};
use crate::tools::*;

/// Hexadecimal, decimal list, Base64 and text of a secret, and of every eight bytes of it.
fn assert_hidden(what: &str, shown: &str, secret: &[u8]) {
    let compact: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
    let lower = compact.to_lowercase();
    for part in secret.windows(8.min(secret.len())) {
        let hex: String = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let list: Vec<String> = part.iter().map(u8::to_string).collect();
        let hex_list: Vec<String> = part.iter().map(|byte| format!("0x{byte:02x}")).collect();
        for form in [hex, list.join(","), hex_list.join(",")] {
            assert!(!lower.contains(&form), "{what}: {form} in {shown}");
        }
        if let Ok(text) = std::str::from_utf8(part) {
            assert!(!shown.contains(text), "{what}: {text:?} in {shown}");
            assert!(
                !shown.contains(&format!("{text:?}")[1..]),
                "{what}: {text:?}"
            );
        }
    }
    let encoded = base64_simd::STANDARD.encode_to_string(secret);
    assert!(
        !compact.contains(encoded.trim_end_matches('=')),
        "{what}: {shown}"
    );
}

macro_rules! hidden {
    ($value:expr, $secrets:expr) => {
        for shown in [format!("{:?}", $value), format!("{:#?}", $value)] {
            for secret in $secrets {
                assert_hidden(stringify!($value), &shown, secret);
            }
        }
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn key_02_bytes_and_passwords(bytes in prop::collection::vec(any::<u8>(), 16..64), text in "[ -~äöü€]{9,40}") {
        let secrets = [bytes.as_slice(), text.as_bytes()];
        let secret = Secret::new(bytes.clone());
        hidden!(&secret, secrets);
        hidden!(Answer::Secret(secret.clone()), secrets);
        hidden!(Password::from(text.as_str()), secrets);
        let opener = Opener::new(&anchors()).password(&text).kek(b"name", &bytes);
        hidden!(&opener, secrets);
        hidden!(opener.machine(), secrets);
        hidden!(opener.checking().unwrap(), secrets);
        hidden!(opener.dangerous(), secrets);
        hidden!(StoreOptions::new().password(&text), secrets);
        #[cfg(feature = "smtp")]
        hidden!(smime::Submitter::relay("mail.example.org").unwrap().credentials("user", text.as_str()), secrets);
        // Errors about them as well.
        let wrong = Pkcs12::open(&bytes, text.as_str()).unwrap_err();
        hidden!(&wrong, secrets);
        let wrong = PrivateKey::from_bytes(&bytes, Some(&text)).unwrap_err();
        hidden!(&wrong, secrets);
        prop_assert!(!wrong.to_string().contains(&text));
    }
}

/// Keys of each kind, and everything that was made with them or can use them.
#[test]
fn key_02_keys_and_who_uses_them() {
    let ca = Ca::new("CA");
    for kind in [Key::Rsa2048, Key::P256, Key::P384, Key::P521, Key::Ed25519] {
        let (certificate, key) = ca.leaf(kind, ALICE);
        let certificate = Certificate::from_bytes(&certificate).unwrap();
        let identity =
            Identity::new([certificate], PrivateKey::from_bytes(&key, None).unwrap()).unwrap();
        // Behind the algorithm, and before the public key that an EC key ends with.
        let end = match kind {
            Key::P256 => key.len() - 70,
            Key::P384 => key.len() - 102,
            Key::P521 => key.len() - 140,
            _ => key.len(),
        };
        let secrets = [&key[end - 24..end]];
        hidden!(&identity, secrets);
        hidden!(identity.key(), secrets);
        hidden!(identity.key().to_pkcs8_der(), secrets);
        let file = Pkcs12::builder()
            .iterations(2_048)
            .identity(&identity)
            .build("secret")
            .unwrap();
        let file = Pkcs12::open(&file, "secret").unwrap();
        hidden!(&file, secrets);
        hidden!(&file.keys()[0], secrets);
        let protector = protector().sign(&identity);
        hidden!(&protector, secrets);
        let mut machine = protector.machine().unwrap();
        let mut out = Vec::new();
        machine.push(mail().as_bytes(), &mut out).unwrap();
        while let Step::Ask(questions) = machine.finish(&mut out).unwrap() {
            hidden!(&questions, secrets);
            for (id, question) in questions {
                let answer = question.answer(None);
                hidden!(&answer, secrets);
                machine.answer(id, answer).unwrap();
            }
            hidden!(&machine, secrets);
        }
        hidden!(Opener::new(&anchors()).identity(&identity), secrets);
    }
}

/// Between the passes an opened message holds its content key.
#[test]
fn key_02_content_keys_between_the_passes() {
    let kek: Vec<u8> = (0..16).collect();
    let key = hex_literal::hex!("00112233445566778899aabbccddeeff");
    let wrapped = hex_literal::hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    let shared = [
        integer(4),
        crate::ca::sequence(&[&octets(b"kek")]),
        algorithm("2.16.840.1.101.3.4.1.5"),
        octets(&wrapped),
    ];
    let cms = Enveloped {
        kind: ENVELOPED,
        recipients: vec![crate::ca::tlv(0xa2, &shared.concat())],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&[9; 16]),
        ciphertext: aes_128_cbc(&key, &[9; 16], PART.as_bytes()),
        attributes: Vec::new(),
        mac: None,
    };
    let cms = cms.build();
    let content = b"Hello Bob".as_slice();
    let secrets = [kek.as_slice(), &key, content];
    let opener = Opener::new(&anchors())
        .kek(b"kek", &kek)
        .policy(StandardPolicy::at(now()));
    let checked = opener.open_cms_seekable(Cursor::new(&cms[..])).unwrap();
    hidden!(&checked, [kek.as_slice(), &key]);
    let smime::open::Content::Unsigned(mut stored) = checked.content() else {
        panic!("not unsigned");
    };
    hidden!(&stored, [kek.as_slice(), &key]);
    hidden!(stored.reader().unwrap(), secrets);
    let opened = opener.open_cms(&cms).unwrap();
    hidden!(&opened, secrets);
    hidden!(opened.content(), secrets);
    let mut machine = opener.machine();
    machine.push(&cms).unwrap();
    hidden!(&machine, secrets);
    let message = encrypted(ContentCipher::Aes256Gcm);
    assert!(format!("{:?}", open_cms_mail(&message).unwrap()).len() < 5_000);
    assert!(!BOB.is_empty());
}
