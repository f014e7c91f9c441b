//! Messages made by `openssl cms`, in DER and as it streams them.

use crate::faces::Faces;
use smime::report::Encryption;

use crate::ca::Key;
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, ENTITY, Person, person};
use crate::{opener, trusted, unsigned};

/// Runs `openssl cms` over a file `content`, for these people.
fn made(openssl: &OpenSsl, alice: &Person, bob: &Person, arguments: &str) -> Vec<u8> {
    openssl.write("alice.pem", alice.certificate_pem());
    openssl.write("alice.key", alice.key_pem());
    openssl.write("bob.pem", bob.certificate_pem());
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    openssl
        .run(&[&["cms", "-in", "content"], arguments.as_slice()].concat())
        .unwrap()
}

fn from_alice(message: &[u8]) -> Vec<u8> {
    [b"From: alice@example.org\n", message].concat()
}

#[test]
fn signed_by_openssl() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let bob = person(Key::Rsa2048, BOB);
    openssl.write("content", ENTITY);
    let pss = "-keyopt rsa_padding_mode:pss";
    for (kind, options) in [
        (Key::Rsa2048, ""),
        (Key::Rsa2048, pss),
        (Key::RsaPss2048, pss),
        (Key::P256, ""),
        (Key::P384, ""),
        (Key::P521, ""),
    ] {
        let alice = person(kind, ALICE);
        for md in ["sha256", "sha384", "sha512"] {
            for form in ["", "-nodetach", "-stream", "-nodetach -stream", "-keyid"] {
                // OpenSSL 3.0 cannot stream PSS: "illegal zero content".
                if options == pss && form.contains("-stream") {
                    continue;
                }
                let arguments =
                    format!("-sign -signer alice.pem -inkey alice.key -md {md} {form} {options}");
                let signed = made(&openssl, &alice, &bob, &arguments);
                let opened = opener().open_all(&from_alice(&signed)).unwrap();
                let content = trusted(&opened).bytes().to_vec();
                let content = String::from_utf8(content).unwrap().replace("\r\n", "\n");
                assert_eq!(content, ENTITY.replace("\r\n", "\n"), "{arguments}");
            }
        }
    }
}

#[test]
fn encrypted_by_openssl() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::P256, ALICE);
    openssl.write("content", ENTITY);
    let oaep = "-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 -keyopt rsa_mgf1_md:sha1";
    for (kind, options) in [
        (Key::Rsa2048, ""),
        (Key::Rsa2048, oaep),
        (Key::P256, ""),
        (Key::P384, "-keyopt ecdh_kdf_md:sha384"),
        (Key::P521, "-keyopt ecdh_cofactor_mode:1"),
    ] {
        let bob = person(kind, BOB);
        for cipher in ["aes128", "aes256", "aes-128-gcm", "aes-256-gcm"] {
            for form in ["", "-stream", "-keyid"] {
                let arguments = format!("-encrypt -{cipher} {form} -recip bob.pem {options}");
                let encrypted = made(&openssl, &alice, &bob, &arguments);
                let opened = opener()
                    .identity(&bob.identity)
                    .open_all(&encrypted)
                    .unwrap();
                let message = unsigned(&opened);
                assert_eq!(message.bytes(), ENTITY.as_bytes(), "{arguments}");
                let expected = match cipher.ends_with("gcm") {
                    true => Encryption::Authenticated,
                    false => Encryption::Unauthenticated,
                };
                assert_eq!(message.encryption(), expected);
            }
        }
    }
}

#[test]
fn passwords_and_shared_keys() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    openssl.write("content", ENTITY);
    let with_password = made(
        &openssl,
        &alice,
        &bob,
        "-encrypt -aes256 -pwri_password hunter2",
    );
    let opened = opener()
        .password("wrong")
        .password("hunter2")
        .open_all(&with_password)
        .unwrap();
    assert_eq!(unsigned(&opened).bytes(), ENTITY.as_bytes());
    assert!(opener().open_all(&with_password).is_err());
    assert!(opener().password("wrong").open_all(&with_password).is_err());

    let key = "000102030405060708090a0b0c0d0e0f";
    let arguments = format!("-encrypt -aes128 -secretkey {key} -secretkeyid 0a0b");
    let with_key = made(&openssl, &alice, &bob, &arguments);
    let bytes: Vec<u8> = (0..16).collect();
    let opened = opener()
        .kek(&[0x0a, 0x0b], &bytes)
        .open_all(&with_key)
        .unwrap();
    assert_eq!(unsigned(&opened).bytes(), ENTITY.as_bytes());
    assert!(opener().kek(&[0x0a], &bytes).open_all(&with_key).is_err());
}

#[test]
fn signed_then_encrypted_by_openssl() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    openssl.write("content", ENTITY);
    for stream in ["", "-stream"] {
        let sign = format!("-sign -signer alice.pem -inkey alice.key -md sha256 {stream}");
        let signed = made(&openssl, &alice, &bob, &sign);
        openssl.write("signed", &signed);
        let encrypt = format!("cms -encrypt -aes256 -in signed {stream} -recip bob.pem");
        let encrypted = openssl
            .run(&encrypt.split_whitespace().collect::<Vec<_>>())
            .unwrap();
        let mail = from_alice(&encrypted);
        let opened = opener().identity(&bob.identity).open_all(&mail).unwrap();
        trusted(&opened);
        assert_eq!(opened.report().encryption(), Encryption::Unauthenticated);
    }
}
