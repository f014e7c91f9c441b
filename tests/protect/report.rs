//! The report says for every address which certificate and algorithm was chosen, and why.

use smime::crypto::{ContentCipher, DigestAlgorithm, SignatureAlgorithm};
use smime::protect::{KeyEncryption, KeyEncryptionChoice, Role, Source};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, DAVE, mail, mail_to, mailbox, person, protector};

#[test]
fn names_every_choice() {
    let alice = person(Key::Rsa2048, ALICE);
    let [bob, carol, dave] = [
        person(Key::Rsa2048, BOB),
        person(Key::P256, CAROL),
        person(Key::X25519, DAVE),
    ];
    let message =
        mail_to("To: Bob <bob@example.org>\r\nCc: carol@example.org\r\nBcc: dave@example.org\r\n");
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate(), carol.certificate(), dave.certificate()])
        .key_encryption(KeyEncryptionChoice::Oaep)
        .cipher(ContentCipher::Aes128Gcm)
        .protect(&message)
        .unwrap();
    let report = protected.report();
    assert_eq!(report.cipher(), Some(ContentCipher::Aes128Gcm));
    let [signer] = report.signers() else { panic!() };
    assert_eq!(signer.certificate(), alice.certificate());
    assert_eq!(
        *signer.algorithm(),
        SignatureAlgorithm::RsaPkcs1(DigestAlgorithm::Sha512)
    );
    assert!(signer.names_sender());

    let found: Vec<_> = report
        .recipients()
        .iter()
        .map(|one| {
            (
                one.role(),
                one.address().unwrap().address(),
                one.encryption(),
                one.source(),
                one.copy(),
            )
        })
        .collect();
    let oaep = KeyEncryption::RsaOaep(DigestAlgorithm::Sha256);
    let wanted = [
        (Role::Recipient, BOB, oaep, Source::Caller, 0),
        (
            Role::Recipient,
            CAROL,
            KeyEncryption::Ecdh,
            Source::Caller,
            0,
        ),
        (Role::Oneself, ALICE, oaep, Source::Signer, 0),
        (
            Role::HiddenRecipient,
            DAVE,
            KeyEncryption::X25519,
            Source::Caller,
            1,
        ),
    ];
    assert_eq!(
        found,
        wanted.map(|(role, address, how, why, copy)| (role, address.to_owned(), how, why, copy))
    );

    let text = report.to_string();
    for words in [
        "RSA PKCS#1 v1.5 with SHA-512",
        "AES-128-GCM",
        BOB,
        CAROL,
        DAVE,
        "Bcc recipient",
        "CN=carol",
        "RSA OAEP with SHA-256",
        "ECDH",
        "X25519",
        "named by the caller",
        "note: ",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

/// Notes stand for choices that few readers know, and for nothing else.
#[test]
fn notes() {
    let ordinary = protector()
        .sign(&person(Key::Rsa2048, ALICE).identity)
        .encrypt_to([person(Key::P256, BOB).certificate()]);
    assert!(
        ordinary
            .protect(mail())
            .unwrap()
            .report()
            .notes()
            .is_empty()
    );

    let bob = person(Key::Rsa2048, BOB);
    let to_bob = || protector().encrypt_to([bob.certificate()]).not_to_self();
    let cases = [
        (
            protector().sign(&person(Key::Ed25519, ALICE).identity),
            "Ed25519",
        ),
        (
            protector().sign(&person(Key::RsaPss2048, ALICE).identity),
            "RSASSA-PSS",
        ),
        (to_bob().cipher(ContentCipher::Aes256Gcm), "AES-GCM"),
        (to_bob().cipher(ContentCipher::ChaCha20Poly1305), "ChaCha20"),
        (to_bob().key_encryption(KeyEncryptionChoice::Oaep), "OAEP"),
        (
            protector()
                .encrypt_to([person(Key::X25519, BOB).certificate()])
                .not_to_self(),
            "X25519",
        ),
    ];
    for (protector, word) in cases {
        let protected = protector.protect(mail()).unwrap();
        let [note] = protected.report().notes() else {
            panic!("{word}: {}", protected.report())
        };
        assert!(note.contains(word), "{note}");
    }
}

/// The digest follows the key unless told otherwise (docs/ARCHITECTURE.md).
#[test]
fn default_digests() {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    let cases = [
        (Key::Rsa2048, "RSA", Sha512, "sha-512"),
        (Key::RsaPss2048, "PSS", Sha512, "sha-512"),
        (Key::P256, "ECDSA", Sha256, "sha-256"),
        (Key::P384, "ECDSA", Sha384, "sha-384"),
        (Key::P521, "ECDSA", Sha512, "sha-512"),
        (Key::Ed25519, "Ed25519", Sha512, "sha-512"),
    ];
    for (kind, name, digest, micalg) in cases {
        let signed = protector()
            .sign(&person(kind, ALICE).identity)
            .protect(mail())
            .unwrap();
        let algorithm = signed.report().signers()[0].algorithm().clone();
        assert_eq!(algorithm.digest(), digest, "{kind:?}");
        assert!(algorithm.name().contains(name), "{}", algorithm.name());
        assert_eq!(crate::mime::detached(signed.message()).micalg, micalg);
    }
}

/// A writer and a machine report the same; the envelope comes with it.
#[test]
fn through_the_writer() {
    use std::io::Write;
    let bob = person(Key::P256, BOB);
    let protector = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .encrypt_to([bob.certificate()]);
    let expected = protector.protect(mail()).unwrap();
    let mut writer = protector.writer(Vec::new()).unwrap();
    writer.write_all(mail().as_bytes()).unwrap();
    let written = writer.finish().unwrap();
    assert_eq!(written.report.to_string(), expected.report().to_string());
    assert_eq!(written.envelope.as_ref(), expected.copies()[0].envelope());
    assert_eq!(written.envelope.unwrap().recipients(), [mailbox(BOB)]);
}

#[cfg(feature = "serde")]
#[test]
fn as_json() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    let report = protected.report();
    let json = serde_json::to_value(report).unwrap();
    let certificate = |one: &smime::Certificate| {
        serde_json::json!({
            "subject": one.subject(),
            "serial": one.serial_hex(),
            "issuer": one.issuer(),
            "fingerprint_sha256": one.fingerprint_sha256(),
        })
    };
    let of_alice = certificate(alice.certificate());
    assert_eq!(
        json["signers"],
        serde_json::json!([{
            "certificate": of_alice,
            "algorithm": "ECDSA with SHA-256",
            "names_sender": true,
            "path": null,
        }])
    );
    assert_eq!(
        json["recipients"][0],
        serde_json::json!({
            "role": "recipient",
            "address": BOB,
            "certificate": certificate(bob.certificate()),
            "encryption": report.recipients()[0].encryption().to_string(),
            "source": "named by the caller",
            "path": null,
            "copy": 0,
        })
    );
    assert_eq!(json["recipients"][1]["certificate"], of_alice);
    assert_eq!(json["cipher"], report.cipher().unwrap().name());
    assert_eq!(json["notes"], serde_json::json!(report.notes()));
    assert_eq!(json["compressed"], false);
    assert_eq!(json.as_object().unwrap().len(), 5);
}
