//! `openssl cms -decrypt` on every cipher and kind of recipient it knows.

use smime::crypto::ContentCipher;
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice};

use crate::ca::Key;
use crate::mime::{assert_seven_bit, cms};
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, CAROL, DAVE, ENTITY, mail, mail_to, person, protector};

const CIPHERS: [ContentCipher; 5] = [
    ContentCipher::Aes128Cbc,
    ContentCipher::Aes192Cbc,
    ContentCipher::Aes256Cbc,
    ContentCipher::Aes128Gcm,
    ContentCipher::Aes256Gcm,
];

fn decrypted_by_openssl(kind: Key, choice: KeyEncryptionChoice) {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let bob = person(kind, BOB);
    for cipher in CIPHERS {
        for framing in [Framing::Definite, Framing::Indefinite] {
            let references = [
                CertificateReference::IssuerAndSerial,
                CertificateReference::SubjectKeyIdentifier,
            ];
            for reference in references {
                let what = format!("{kind:?} {cipher:?} {framing:?} {reference:?}");
                let encrypted = protector()
                    .encrypt_to([bob.certificate()])
                    .key_encryption(choice)
                    .cipher(cipher)
                    .framing(framing)
                    .certificate_reference(reference)
                    .protect(mail())
                    .unwrap();
                assert_seven_bit(encrypted.message());
                let content = openssl.decrypt(encrypted.message(), &bob).expect(&what);
                assert_eq!(String::from_utf8_lossy(&content), ENTITY, "{what}");
            }
        }
    }
}

#[test]
fn rsa_pkcs1() {
    decrypted_by_openssl(Key::Rsa2048, KeyEncryptionChoice::Pkcs1);
}

#[test]
fn rsa_3072_oaep() {
    decrypted_by_openssl(Key::Rsa3072, KeyEncryptionChoice::Oaep);
}

#[test]
fn p256() {
    decrypted_by_openssl(Key::P256, KeyEncryptionChoice::Auto);
}

#[test]
fn p384() {
    decrypted_by_openssl(Key::P384, KeyEncryptionChoice::Auto);
}

#[test]
fn p521() {
    decrypted_by_openssl(Key::P521, KeyEncryptionChoice::Auto);
}

/// One message for four kinds of keys; each reads it with its own, a stranger with none.
#[test]
fn several_recipients() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let readers = [
        person(Key::P384, ALICE),
        person(Key::Rsa2048, BOB),
        person(Key::P256, CAROL),
        person(Key::P521, DAVE),
    ];
    let to = mail_to("To: bob@example.org, carol@example.org\r\nCc: dave@example.org\r\n");
    for cipher in [ContentCipher::Aes256Cbc, ContentCipher::Aes128Gcm] {
        for framing in [Framing::Definite, Framing::Indefinite] {
            let encrypted = protector()
                .encrypt_to(readers[1..].iter().map(|reader| reader.certificate()))
                .encrypt_to_self(readers[0].certificate())
                .cipher(cipher)
                .framing(framing)
                .protect(&to)
                .unwrap();
            for reader in &readers {
                let content = openssl.decrypt(encrypted.message(), reader).unwrap();
                assert_eq!(content, ENTITY.as_bytes());
            }
            let stranger = person(Key::P256, "eve@example.org");
            assert!(openssl.decrypt(encrypted.message(), &stranger).is_err());
        }
    }
}

/// Signed inside, encrypted outside, in both forms of signature and both framings.
#[test]
fn signed_and_encrypted() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    for framing in [Framing::Definite, Framing::Indefinite] {
        for opaque in [false, true] {
            for cipher in [ContentCipher::Aes256Cbc, ContentCipher::Aes256Gcm] {
                let mut protector = protector()
                    .sign(&alice.identity)
                    .encrypt_to([bob.certificate()]);
                protector = protector.framing(framing).cipher(cipher);
                if opaque {
                    protector = protector.opaque();
                }
                let protected = protector.protect(mail()).unwrap();
                assert_seven_bit(protected.message());
                for reader in [&bob, &alice] {
                    let inner = openssl.decrypt(protected.message(), reader).unwrap();
                    let content = openssl.verify(&inner).unwrap();
                    assert_eq!(String::from_utf8_lossy(&content), ENTITY);
                }
            }
        }
    }
}

/// Authenticated encryption: one bit changed in the ciphertext, and nothing comes out of openssl.
#[test]
fn openssl_refuses_changed_gcm() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let bob = person(Key::P256, BOB);
    let protector = protector()
        .encrypt_to([bob.certificate()])
        .cipher(ContentCipher::Aes256Gcm);
    let mut der = cms(protector.protect(mail()).unwrap().message());
    let last_of_ciphertext = der.len() - 19;
    der[last_of_ciphertext] ^= 1;
    openssl.write("x.der", &der);
    openssl.write("cert.pem", bob.certificate_pem());
    openssl.write("key.pem", bob.key_pem());
    let arguments = "cms -decrypt -inform DER -in x.der -recip cert.pem -inkey key.pem -out o";
    assert!(
        openssl
            .run(&arguments.split(' ').collect::<Vec<_>>())
            .is_err()
    );
}

/// openssl's own encoder gives the same bytes for what has definite lengths.
#[test]
fn openssl_writes_the_same_bytes() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (bob, carol) = (person(Key::Rsa2048, BOB), person(Key::P256, CAROL));
    for cipher in CIPHERS {
        let protector = protector()
            .encrypt_to([bob.certificate(), carol.certificate()])
            .cipher(cipher);
        let der = cms(protector.protect(mail()).unwrap().message());
        openssl.write("in.der", &der);
        let arguments = [
            "cms", "-cmsout", "-inform", "DER", "-in", "in.der", "-outform", "DER",
        ];
        assert_eq!(openssl.run(&arguments).unwrap(), der, "{cipher:?}");
    }
}
