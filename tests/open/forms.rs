//! Our own messages, in every form.

use crate::faces::Faces;
use crate::forge::base64;
use smime::crypto::ContentCipher;
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};
use smime::report::{Encryption, LayerKind, SignerStatus, Verdict};

use crate::ca::Key;
use crate::people::{ALICE, BOB, ENTITY, mail, now, person, protector};
use crate::{opener, trusted, unsigned};

const SIGNING: [Key; 7] = [
    Key::Rsa2048,
    Key::RsaPss2048,
    Key::P256,
    Key::P384,
    Key::P521,
    Key::Ed25519,
    Key::Rsa3072,
];
const ENCRYPTING: [Key; 5] = [Key::Rsa2048, Key::P256, Key::P384, Key::P521, Key::X25519];

#[test]
fn signed_detached_and_opaque_by_every_kind_of_key() {
    for kind in SIGNING {
        let alice = person(kind, ALICE);
        for framing in [Framing::Definite, Framing::Indefinite] {
            let signed = protector().sign(&alice.identity).framing(framing);
            for protector in [signed.clone(), signed.opaque()] {
                let protected = protector.protect(mail()).unwrap();
                let opened = opener().open_all(protected.message()).unwrap();
                let message = trusted(&opened);
                assert_eq!(message.bytes(), ENTITY.as_bytes(), "{kind:?} {framing:?}");
                assert_eq!(message.encryption(), Encryption::None);

                let signer = opened.report().signer().unwrap();
                assert_eq!(signer.status(), SignerStatus::Trusted);
                assert_eq!(signer.certificate(), Some(alice.certificate()));
                assert_eq!(signer.signing_time(), Some(now()));
                let path = signer.path().unwrap().certificates();
                assert_eq!(path.len(), 2);
            }
        }
    }
}

#[test]
fn encrypted_with_every_cipher_to_every_kind_of_key() {
    let ciphers = [
        (ContentCipher::Aes256Cbc, Encryption::Unauthenticated),
        (ContentCipher::Aes128Cbc, Encryption::Unauthenticated),
        (ContentCipher::Aes256Gcm, Encryption::Authenticated),
        (ContentCipher::Aes128Gcm, Encryption::Authenticated),
        (ContentCipher::ChaCha20Poly1305, Encryption::Authenticated),
    ];
    for kind in ENCRYPTING {
        let bob = person(kind, BOB);
        for (cipher, encryption) in ciphers {
            for framing in [Framing::Definite, Framing::Indefinite] {
                let protected = protector()
                    .encrypt_to([bob.certificate()])
                    .cipher(cipher)
                    .framing(framing)
                    .protect(mail())
                    .unwrap();
                let opened = opener()
                    .identity(&bob.identity)
                    .open_all(protected.message())
                    .unwrap();
                let message = unsigned(&opened);
                assert_eq!(message.bytes(), ENTITY.as_bytes(), "{kind:?} {cipher:?}");
                assert_eq!(message.encryption(), encryption);
                assert_eq!(opened.report().encryption(), encryption);
                let LayerKind::Encrypted {
                    opened_as,
                    recipients,
                    ..
                } = opened.report().layers()[0].kind()
                else {
                    panic!("{:?}", opened.report().layers());
                };
                assert!(opened_as.as_ref().unwrap().matches(bob.certificate()));
                assert_eq!(*recipients, 1);
            }
        }
    }
}

#[test]
fn signed_and_encrypted_is_trusted_and_says_so() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    for choice in [KeyEncryptionChoice::Pkcs1, KeyEncryptionChoice::Oaep] {
        for reference in [
            CertificateReference::IssuerAndSerial,
            CertificateReference::SubjectKeyIdentifier,
        ] {
            for cipher in [ContentCipher::Aes256Cbc, ContentCipher::Aes256Gcm] {
                let protector = protector()
                    .sign(&alice.identity)
                    .encrypt_to([bob.certificate()])
                    .key_encryption(choice)
                    .certificate_reference(reference)
                    .cipher(cipher);
                for protector in [protector.clone(), protector.opaque()] {
                    let protected = protector.protect(mail()).unwrap();
                    let opened = opener()
                        .identity(&bob.identity)
                        .open_all(protected.message())
                        .unwrap();
                    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
                    assert_ne!(opened.report().encryption(), Encryption::None);
                    let kinds: Vec<&str> = opened
                        .report()
                        .layers()
                        .iter()
                        .map(|layer| layer.kind().name())
                        .collect();
                    assert_eq!(kinds[0], "encrypted");
                    assert!(kinds[1].ends_with("-signature") && kinds.len() == 2);
                }
            }
        }
    }
}

#[test]
fn nested_in_every_order() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let sign = protector().sign(&alice.identity);
    let encrypt = protector().encrypt_to([bob.certificate()]);
    let opener = opener().identity(&bob.identity);
    // Each letter wraps what the letters before it made.
    for order in ["se", "es", "ses", "sees", "oeo", "eso", "so", "os", "ee"] {
        let mut message = mail().into_bytes();
        for step in order.chars() {
            let protector = match step {
                's' => sign.clone(),
                'o' => sign.clone().opaque(),
                _ => encrypt.clone(),
            };
            message = protector.protect(&message).unwrap().message().to_vec();
        }
        let opened = opener.open_all(&message).unwrap();
        let content = match order.contains(['s', 'o']) {
            true => trusted(&opened),
            false => unsigned(&opened),
        };
        assert_eq!(content.bytes(), ENTITY.as_bytes(), "{order}");
        let kinds: String = opened
            .report()
            .layers()
            .iter()
            .map(|layer| match layer.kind() {
                LayerKind::DetachedSignature => 's',
                LayerKind::OpaqueSignature => 'o',
                _ => 'e',
            })
            .collect();
        assert_eq!(kinds, order.chars().rev().collect::<String>());
    }
}

#[test]
fn layers_are_bounded() {
    let alice = person(Key::P256, ALICE);
    let mut message = mail().into_bytes();
    let sign = protector().sign(&alice.identity);
    for _ in 0..10 {
        message = sign.protect(&message).unwrap().message().to_vec();
    }
    trusted(&opener().open_all(&message).unwrap());
    let message = sign.protect(&message).unwrap().message().to_vec();
    let error = opener().open_all(&message).unwrap_err();
    assert!(
        matches!(error.kind(), smime::ErrorKind::Limit { limit: 10, .. }),
        "{error}"
    );
}

#[test]
fn a_plain_mail_has_no_layers_and_comes_as_it_is() {
    let opened = opener().open_all(mail().as_bytes()).unwrap();
    let message = unsigned(&opened);
    assert_eq!(message.bytes(), mail().as_bytes());
    assert!(opened.report().layers().is_empty());
    assert_eq!(opened.report().parts().len(), 1);
    let subject = message.headers().iter().find(|f| f.name() == "Subject");
    assert_eq!(subject.unwrap().value(), "Q3");
}

#[test]
fn a_trusted_signer_brings_candidates() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    let protected = protector().sign(&alice.identity).protect(mail()).unwrap();
    let opened = opener().open_all(protected.message()).unwrap();
    let [candidate] = opened.report().candidates() else {
        panic!("{:?}", opened.report().candidates());
    };
    assert_eq!(candidate.certificate(), alice.certificate());
    assert!(candidate.encrypts());
    assert_eq!(
        candidate.capabilities(),
        ["AES-256-CBC", "AES-192-CBC", "AES-128-CBC"]
    );

    // The certificate for answers is another one.
    let answers = person(Key::P384, ALICE);
    let protected = protector()
        .sign(&alice.identity)
        .advertise(answers.certificate())
        .protect(mail())
        .unwrap();
    let opened = opener().open_all(protected.message()).unwrap();
    let found: Vec<_> = opened
        .report()
        .candidates()
        .iter()
        .map(|c| (c.certificate().clone(), c.encrypts()))
        .collect();
    assert_eq!(
        found,
        [
            (alice.certificate().clone(), false),
            (answers.certificate().clone(), true)
        ]
    );

    // Not trusted: nothing to keep.
    let forged = protector()
        .sign(&bob.identity)
        .danger_ignore_addresses()
        .protect(mail())
        .unwrap();
    let opened = opener().open_all(forged.message()).unwrap();
    crate::untrusted(&opened);
    assert!(opened.report().candidates().is_empty());
}

/// Every prefix and every changed byte: an error, or no trust, or the same content.
#[test]
fn dos_10_nothing_changed_is_trusted() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let sign = protector().sign(&alice.identity);
    for protector in [
        sign.clone(),
        sign.clone().opaque(),
        sign.encrypt_to([bob.certificate()]),
    ] {
        let protected = protector.protect(mail()).unwrap();
        let message = protected.message();
        let opener = opener().identity(&bob.identity);
        let check = |message: &[u8], at: usize| {
            // Every eighth one over every face: there are many.
            let opened = match at % 8 {
                0 => opener.open_all(message),
                _ => opener.open(message),
            };
            if let Ok(opened) = opened
                && let Ok(content) = opened.trusted()
            {
                assert_eq!(content.bytes(), ENTITY.as_bytes(), "{at}");
            }
        };
        check(message, 0);
        for at in 0..message.len() {
            check(&message[..at], at);
            let mut changed = message.to_vec();
            changed[at] ^= [0x01, 0x20, 0x80][at % 3];
            check(&changed, at);
        }
    }
}

/// Where the signature should be stands a text whose header two readers understand differently, or none at all.
#[test]
fn sig_15_a_text_in_the_place_of_a_signature_is_one_thing_over_every_face() {
    let alice = person(Key::P256, ALICE);
    let protected = protector().sign(&alice.identity).protect(mail()).unwrap();
    let message = String::from_utf8(protected.message().to_vec()).unwrap();
    let fields = "Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n";
    assert!(message.contains(fields));
    let encoding = "Content-Transfer-Encoding: base64\r\n";
    let disposition = "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n";
    for (from, to, verdict) in [
        (fields, "", Verdict::Trusted),
        (fields, "no field\r\n", Verdict::Untrusted),
        (fields, "a\rb: c\r\n", Verdict::Untrusted),
        (
            fields,
            "Content-Type: application\n; x\r\n",
            Verdict::Untrusted,
        ),
        (fields, "Content-Type: image/png\r\n", Verdict::Trusted),
        (
            encoding,
            "Content-Transfer-Encoding: base64\r\n\r\n=",
            Verdict::Untrusted,
        ),
        (disposition, "\r\nno CMS\r\n", Verdict::Untrusted),
    ] {
        // Both with the type that is expected there and with none.
        for without in [fields, "\0"] {
            let changed = message.replace(from, to).replace(without, "");
            let opened = opener().open_all(changed.as_bytes()).unwrap();
            if without != fields {
                assert_eq!(
                    opened.report().verdict(),
                    verdict,
                    "{to:?}: {}",
                    opened.report()
                );
            }
        }
    }
}

/// Between three parts there is no signature, so that the one in its place is a part like any other: an armoured text is opened, and one
/// with something else in it is not.
#[test]
fn sig_15_an_armoured_text_in_the_place_of_a_signature_that_is_none_is_opened() {
    let alice = person(Key::P256, ALICE);
    let protected = protector().sign(&alice.identity).protect(mail()).unwrap();
    let message = String::from_utf8(protected.message().to_vec()).unwrap();
    let cms = protector()
        .opaque()
        .sign(&alice.identity)
        .protect_cms(ENTITY.as_bytes());
    let block = format!(
        "-----BEGIN CMS-----\r\n{}\r\n-----END CMS-----\r\n",
        base64(&cms.unwrap())
    );
    let line = message.lines().find(|line| line.starts_with("--")).unwrap();
    let layers = |header: &str, text: &str| {
        let part = format!("\r\n{line}\r\n{header}\r\n{text}\r\n{line}\r\n");
        let (first, rest) = message.split_once(&format!("\r\n{line}\r\n")).unwrap();
        let (content, signature) = rest.split_once(&format!("\r\n{line}\r\n")).unwrap();
        let changed = format!("{first}\r\n{line}\r\n{content}{part}{signature}");
        let opened = opener().open_all(changed.as_bytes()).unwrap();
        assert_eq!(opened.report().verdict(), Verdict::Untrusted);
        opened.report().layers().len()
    };
    let text = "Content-Type: text/plain\r\n";
    assert_eq!(layers(text, &block), 2);
    assert_eq!(layers(text, &format!("{block}and more\r\n")), 1);
    // A header that two readers understand differently: as in any other place.
    for header in [format!("{text}no field\r\n"), format!("no field\r\n{text}")] {
        let mixed = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=mixed\r\n\r\n\
             --mixed\r\n{header}\r\n{block}\r\n--mixed--\r\n"
        );
        let elsewhere = opener().open_all(mixed.as_bytes()).unwrap();
        let expected = 1 + elsewhere.report().layers().len();
        assert_eq!(layers(&header, &block), expected, "{header}");
    }
    let encoded = format!("{text}Content-Transfer-Encoding: base64\r\n");
    assert_eq!(layers(&encoded, &base64(block.as_bytes())), 1);
    assert_eq!(layers("Content-Type: image/png\r\n", &block), 1);
}
