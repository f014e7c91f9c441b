//! Protecting again what came out: encrypt then sign, triple wrap (RFC 2634 1.1), and unwrapping it with openssl.

use smime::protect::Framing;

use crate::ca::Key;
use crate::mime::{all, assert_seven_bit, contains, detached, split};
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};

/// Fields outside are there once, however many layers there are.
fn assert_one_header(message: &[u8]) {
    let (fields, _) = split(message);
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
    ] {
        assert_eq!(all(&fields, name).len(), 1, "{name} in {fields:?}");
    }
}

#[test]
fn encrypted_then_signed() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector().framing(framing);
        let encrypted = protector
            .clone()
            .encrypt_to([bob.certificate()])
            .protect(mail())
            .unwrap();
        let signed = protector.sign(&alice.identity);
        let detached_form = signed.protect(encrypted.message()).unwrap();
        let opaque_form = signed.opaque().protect(encrypted.message()).unwrap();
        for outer in [&detached_form, &opaque_form] {
            assert_seven_bit(outer.message());
            assert_one_header(outer.message());
            let inner = openssl.verify(outer.message()).unwrap();
            assert_eq!(openssl.decrypt(&inner, &bob).unwrap(), ENTITY.as_bytes());
        }
        // The protected part went through byte for byte.
        let (_, base64) = split(encrypted.message());
        assert!(contains(&detached(detached_form.message()).entity, base64));
    }
}

#[test]
fn triple_wrap() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P384, BOB));
    for framing in [Framing::Definite, Framing::Indefinite] {
        for opaque in [false, true] {
            let encrypt = protector().framing(framing).encrypt_to([bob.certificate()]);
            let mut sign = protector().framing(framing).sign(&alice.identity);
            if opaque {
                sign = sign.opaque();
            }
            let signed = sign.protect(mail()).unwrap();
            let encrypted = encrypt.protect(signed.message()).unwrap();
            let wrapped = sign.protect(encrypted.message()).unwrap();
            assert_seven_bit(wrapped.message());
            assert_one_header(wrapped.message());

            let middle = openssl.verify(wrapped.message()).unwrap();
            let inner = openssl.decrypt(&middle, &bob).unwrap();
            assert_eq!(openssl.verify(&inner).unwrap(), ENTITY.as_bytes());
        }
    }
}

/// Signed and encrypted in one go, then the whole once more.
#[test]
fn protected_twice_in_one_go() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P521, ALICE), person(Key::Rsa2048, BOB));
    let protector = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()]);
    let once = protector.protect(mail()).unwrap();
    let twice = protector.protect(once.message()).unwrap();
    assert_one_header(twice.message());
    let mut layer = twice.message().to_vec();
    for _ in 0..2 {
        layer = openssl
            .verify(&openssl.decrypt(&layer, &bob).unwrap())
            .unwrap();
    }
    assert_eq!(layer, ENTITY.as_bytes());
}
