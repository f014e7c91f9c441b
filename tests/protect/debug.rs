//! No secret in what a program may log.

use smime::crypto::ContentCipher;
use smime::key::Secret;

use crate::ca::Key;
use crate::mime::contains;
use crate::people::{ALICE, BOB, Person, mail, person, protector};

/// The private numbers of a key in every form they could be printed in.
fn secrets(person: &Person) -> Vec<Vec<u8>> {
    let der = &person.key_der;
    // The last 24 bytes of a PKCS#8 file are secret for RSA, Ed25519 and X25519; for EC the scalar comes earlier.
    let tail = der[der.len() - 24..].to_vec();
    let middle = der[der.len() / 2..][..16].to_vec();
    [tail, middle]
        .into_iter()
        .flat_map(|bytes| forms(&bytes))
        .collect()
}

fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{bytes:?}");
    let inner = list.trim_matches(['[', ']']).to_owned();
    vec![
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        inner.into_bytes(),
        bytes.to_vec(),
    ]
}

fn assert_hidden(what: &str, text: &str, secrets: &[Vec<u8>]) {
    for secret in secrets {
        assert!(!contains(text.as_bytes(), secret), "{what}: {text}");
    }
}

#[test]
fn key_02_keys_and_identities() {
    let kinds = [
        Key::Rsa2048,
        Key::Rsa3072,
        Key::RsaPss2048,
        Key::P256,
        Key::P384,
        Key::P521,
        Key::Ed25519,
        Key::X25519,
    ];
    for kind in kinds {
        let person = person(kind, ALICE);
        let secrets = secrets(&person);
        for text in [
            format!("{:?}", person.identity),
            format!("{:#?}", person.identity),
            format!("{:?}", person.identity.key()),
            format!("{:#?}", person.identity.key()),
            format!("{:?}", person.identity.key().to_pkcs8_der()),
        ] {
            assert_hidden(&format!("{kind:?}"), &text, &secrets);
            assert!(text.len() < 3000, "{text}");
        }
    }
    let secret = Secret::new(vec![0xab; 32]);
    assert_hidden(
        "Secret",
        &format!("{secret:?} {secret:#?}"),
        &forms(&[0xab; 4]),
    );
}

#[test]
fn key_02_questions_and_results() {
    let alice = person(Key::Rsa2048, ALICE);
    let bob = person(Key::P256, BOB);
    let secrets = secrets(&alice);
    let protector = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()]);
    let protector = protector.cipher(ContentCipher::Aes256Gcm);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    machine.push(mail().as_bytes(), &mut out).unwrap();
    let step = machine.finish(&mut out).unwrap();
    assert_hidden("Step", &format!("{step:?}"), &secrets);
    let protected = protector.protect(mail()).unwrap();
    assert_hidden(
        "Protected",
        &format!("{protected:?} {:?}", protected.report()),
        &secrets,
    );
    // Neither is the message itself, whose content may be anybody's secret.
    assert!(!format!("{protected:?}").contains("Hello"));

    let resolver = smime::resolver::MemoryResolver::new().with_identity(&alice.identity);
    assert_hidden("MemoryResolver", &format!("{resolver:?}"), &secrets);
}

/// PKCS#12 files and what is in them.
#[test]
fn pkcs12() {
    let alice = person(Key::P256, ALICE);
    let builder = smime::cert::Pkcs12::builder()
        .iterations(2048)
        .identity(&alice.identity);
    let file = builder.build("correct horse").unwrap();
    let opened = smime::cert::Pkcs12::open(&file, "correct horse").unwrap();
    let identity = opened.identity().unwrap();
    for text in [format!("{opened:?}"), format!("{identity:?}")] {
        assert_hidden("Pkcs12", &text, &secrets(&alice));
        assert!(!text.contains("horse"));
    }
    let error = smime::cert::Pkcs12::open(&file, "wrong horse").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("horse"));
}
