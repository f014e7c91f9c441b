//! What goes wrong when a message is decrypted, and what of it may be told.

use crate::faces::Faces;
use smime::crypto::ContentCipher;
use smime::key::{KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};
use smime::protect::KeyEncryptionChoice;
use smime::{ErrorKind, Identity, PrivateKey};

use crate::ca::Key;
use crate::mime::{base64, split};
use crate::people::{BOB, CAROL, Person, mail, person, protector};
use crate::{opener, unsigned};

/// The EnvelopedData of a mail to these people.
fn cms(to: &[&Person], cipher: ContentCipher, choice: KeyEncryptionChoice) -> Vec<u8> {
    let protected = protector()
        .encrypt_to(to.iter().map(|person| person.certificate()))
        .cipher(cipher)
        .key_encryption(choice)
        .protect(mail())
        .unwrap();
    base64(split(protected.message()).1)
}

fn find(bytes: &[u8], pattern: &[u8]) -> usize {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
        .unwrap()
}

/// Every failure of key and cipher: the same kind, the same text, no source.
#[test]
fn enc_08_enc_09_every_failure_to_decrypt_looks_the_same() {
    let bob = person(Key::Rsa2048, BOB);
    let good = cms(
        &[&bob],
        ContentCipher::Aes256Cbc,
        KeyEncryptionChoice::Pkcs1,
    );
    unsigned(
        &opener()
            .identity(&bob.identity)
            .open_cms_all(&good)
            .unwrap(),
    );
    // OCTET STRING of 256 bytes: the encrypted key.
    let key = find(&good, &[0x04, 0x82, 0x01, 0x00]) + 4;
    let mut broken = Vec::new();
    for at in [
        key + 1,
        key + 100,
        key + 255,
        good.len() - 1,
        good.len() - 17,
    ] {
        for bit in [0x01, 0x80] {
            let mut message = good.clone();
            message[at] ^= bit;
            broken.push(message);
        }
    }
    let errors: Vec<String> = broken
        .iter()
        .filter_map(|message| {
            let error = opener()
                .identity(&bob.identity)
                .open_cms_all(message)
                .err()?;
            assert!(matches!(error.kind(), ErrorKind::Decryption), "{error:?}");
            assert!(std::error::Error::source(&error).is_none());
            Some(error.to_string())
        })
        .collect();
    // A changed block may leave a padding that happens to fit.
    assert!(errors.len() >= 7, "{}", errors.len());
    assert!(errors.iter().all(|error| *error == errors[0]));

    // Other ways to the key fail with the same words.
    for (kind, cipher, choice) in [
        (
            Key::Rsa2048,
            ContentCipher::Aes256Gcm,
            KeyEncryptionChoice::Oaep,
        ),
        (
            Key::P256,
            ContentCipher::Aes128Gcm,
            KeyEncryptionChoice::Auto,
        ),
        (
            Key::X25519,
            ContentCipher::ChaCha20Poly1305,
            KeyEncryptionChoice::Auto,
        ),
    ] {
        let bob = person(kind, BOB);
        let good = cms(&[&bob], cipher, choice);
        let opener = opener().identity(&bob.identity);
        unsigned(&opener.open_cms_all(&good).unwrap());
        // The tag, and the last byte of the ciphertext before it.
        for at in [good.len() - 1, good.len() - 19] {
            let mut message = good.clone();
            message[at] ^= 0x01;
            let error = opener.open_cms_all(&message).unwrap_err();
            assert_eq!(error.to_string(), errors[0], "{kind:?}");
        }
    }
}

/// The same bytes always fail the same way: a random replacement key would be an oracle over many tries. A random one can
/// stay unseen here; the keys themselves are compared in `enc_08_implicit_rejection`, beside the code.
#[test]
fn enc_08_the_replacement_key_is_always_the_same() {
    let bob = person(Key::Rsa2048, BOB);
    let mut message = cms(
        &[&bob],
        ContentCipher::Aes256Cbc,
        KeyEncryptionChoice::Pkcs1,
    );
    let key = find(&message, &[0x04, 0x82, 0x01, 0x00]) + 4;
    for change in 1..=40 {
        message[key + 40] ^= change;
        let outcome = |_| {
            opener()
                .identity(&bob.identity)
                .open_cms_all(&message)
                .is_ok()
        };
        let outcomes: Vec<bool> = (0..3).map(outcome).collect();
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
    }
}

/// A token that is not there, or fails.
struct Token(Vec<u8>, KeyError);

impl KeyOps for Token {
    fn public_key(&self) -> &[u8] {
        &self.0
    }

    fn sign(&self, _: &SignRequest) -> Result<Vec<u8>, KeyError> {
        Err(self.1.clone())
    }

    fn unwrap(&self, _: &UnwrapRequest) -> Result<Secret, KeyError> {
        Err(self.1.clone())
    }
}

fn on_token(person: &Person, error: KeyError) -> Identity {
    let public = person.certificate().public_key().spki_der().to_vec();
    let key = PrivateKey::external(Token(public, error)).unwrap();
    Identity::new([person.certificate().clone()], key).unwrap()
}

#[test]
fn a_key_that_is_away_is_told_and_the_next_one_is_tried() {
    let gone = || KeyError::Unavailable("no token in the reader".into());
    let (bob, carol) = (person(Key::P256, BOB), person(Key::P384, CAROL));
    let message = cms(
        &[&bob, &carol],
        ContentCipher::Aes256Gcm,
        KeyEncryptionChoice::Auto,
    );
    let away = opener().identity(&on_token(&bob, gone()));
    let error = away.open_cms_all(&message).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::KeyUnavailable { .. }));
    assert!(error.to_string().contains("no token in the reader"));
    unsigned(
        &away
            .identity(&carol.identity)
            .open_cms_all(&message)
            .unwrap(),
    );

    // An operation that failed is not told apart from a wrong message.
    let failing = opener().identity(&on_token(&bob, KeyError::Failed));
    let error = failing.open_cms_all(&message).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decryption), "{error:?}");
    unsigned(
        &failing
            .identity(&carol.identity)
            .open_cms_all(&message)
            .unwrap(),
    );
    let both = opener()
        .identity(&on_token(&bob, KeyError::Failed))
        .identity(&on_token(&carol, gone()));
    let error = both.open_cms_all(&message).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decryption), "{error:?}");
}

#[test]
fn nothing_is_tried_after_an_rsa_v15_operation() {
    let (bob, carol) = (person(Key::Rsa2048, BOB), person(Key::Rsa3072, CAROL));
    let message = cms(
        &[&bob, &carol],
        // The padding of CBC would be right by chance under the key that replaces the missing one.
        ContentCipher::Aes256Gcm,
        KeyEncryptionChoice::Pkcs1,
    );
    let opener = opener()
        .identity(&on_token(&bob, KeyError::Failed))
        .identity(&carol.identity);
    let error = opener.open_cms_all(&message).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Decryption), "{error:?}");
}

#[test]
fn an_expired_certificate_still_decrypts() {
    let bob = person(Key::P256, BOB);
    let message = cms(&[&bob], ContentCipher::Aes256Cbc, KeyEncryptionChoice::Auto);
    let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(4_000_000_000);
    let opener = opener()
        .policy(smime::policy::StandardPolicy::at(later))
        .identity(&bob.identity);
    unsigned(&opener.open_cms_all(&message).unwrap());
}

/// SECURITY.md DOS-10 at this level: a shortened or changed message gives an error or the same content, never a panic.
#[test]
fn dos_10_shortened_and_changed_messages() {
    let bob = person(Key::P256, BOB);
    let good = cms(&[&bob], ContentCipher::Aes256Gcm, KeyEncryptionChoice::Auto);
    let opener = opener().identity(&bob.identity);
    let content = unsigned(&opener.open_cms_all(&good).unwrap())
        .bytes()
        .to_vec();
    for len in 0..good.len() {
        assert!(opener.open_cms_all(&good[..len]).is_err(), "{len}");
    }
    for at in 0..good.len() {
        let mut message = good.clone();
        message[at] ^= 0x20;
        if let Ok(opened) = opener.open_cms_all(&message) {
            assert_eq!(unsigned(&opened).bytes(), content, "{at}");
        }
    }
}
