//! KEY-03: why something did not decrypt is not told.

use std::collections::BTreeSet;
use std::io::Cursor;

use smime::crypto::ContentCipher;
use smime::key::{KeyError, KeyOps, Secret, SignRequest, UnwrapRequest};
use smime::policy::StandardPolicy;
use smime::protect::KeyEncryptionChoice;
use smime::{Error, ErrorKind, Identity, Opener, PrivateKey};

use crate::ca::{Key, sequence, tlv};
use crate::faces::{Dribble, Faces};
use crate::forge::*;
use crate::people::{BOB, mail, now, person, protector};
use crate::tools::*;

/// Everything an error shows.
fn shown_by(error: &Error) -> String {
    assert!(matches!(error.kind(), ErrorKind::Decryption), "{error:?}");
    assert!(std::error::Error::source(error).is_none());
    let json = format!("{:?}", error.kind());
    format!("{error}|{error:#}|{error:?}|{error:#?}|{json}")
}

/// The one way or another to a failure: encrypted key, content, tag.
fn bent(cms: &[u8], path: &[usize]) -> Vec<Vec<u8>> {
    let length = value_at(cms, path).len();
    let change = |at: usize| {
        edit(cms, path, &move |raw| {
            let mut raw = raw.to_vec();
            raw[at] ^= 0x10;
            raw
        })
    };
    vec![change(length - 1), change(length - 7)]
}

/// Fails, or says other things of itself.
#[derive(Debug)]
struct Broken(PrivateKey, KeyError);

impl KeyOps for Broken {
    fn public_key(&self) -> &[u8] {
        self.0.public_key().spki_der()
    }

    fn sign(&self, _: &SignRequest) -> Result<Vec<u8>, KeyError> {
        Err(self.1.clone())
    }

    fn unwrap(&self, request: &UnwrapRequest) -> Result<Secret, KeyError> {
        match self.1 {
            // Gives a secret that is none.
            KeyError::Failed => Ok(Secret::new(vec![1])),
            _ => self.0.unwrap(request).map_err(|_| KeyError::Failed),
        }
    }
}

#[test]
fn key_03_every_failure_to_decrypt_has_one_text() {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    let mut fails = |opener: &Opener, cms: &[u8], what: &str| {
        let mail = opaque_mail(HEADERS, cms);
        let results = [
            opener.open_cms(cms).map(drop),
            opener.open(&mail).map(drop),
            opener.open_cms_seekable(Cursor::new(cms)).map(drop),
            opener.open_stream(Dribble::new(&mail)).map(drop),
            opener.open_all(&mail).map(drop),
        ];
        for result in results {
            let error = result.expect_err(what);
            assert!(
                matches!(error.kind(), ErrorKind::Decryption),
                "{what}: {error:?}"
            );
            seen.insert(shown_by(&error));
            count += 1;
        }
    };
    let ciphers = [ContentCipher::Aes256Gcm, ContentCipher::ChaCha20Poly1305];
    let keys = [
        (
            Key::Rsa2048,
            KeyEncryptionChoice::Pkcs1,
            &[1, 0, 1, 0, 3][..],
        ),
        (Key::Rsa2048, KeyEncryptionChoice::Oaep, &[1, 0, 1, 0, 3]),
        (Key::P256, KeyEncryptionChoice::Auto, &[1, 0, 1, 0, 3, 0, 1]),
        (
            Key::X25519,
            KeyEncryptionChoice::Auto,
            &[1, 0, 1, 0, 3, 0, 1],
        ),
    ];
    for (kind, choice, path) in keys {
        let bob = person(kind, BOB);
        let opener = Opener::new(&anchors()).identity(&bob.identity);
        let opener = opener.policy(StandardPolicy::at(now()));
        for cipher in ciphers {
            let sealed = protector()
                .encrypt_to([bob.certificate()])
                .not_to_self()
                .cipher(cipher)
                .key_encryption(choice);
            let cms = cms_of(sealed.protect(mail().as_str()).unwrap().copies()[0].bytes());
            opener.open_cms(&cms).unwrap();
            for path in [path, &[1, 0, 2, 2], &[1, 0, 3]] {
                for bent in bent(&cms, path) {
                    fails(&opener, &bent, &format!("{kind:?} {cipher:?} {path:?}"));
                }
            }
        }
        // CBC, whose padding is wrong, or whose length.
        let key = [7; 16];
        if kind == Key::Rsa2048 {
            let transport = key_transport(bob.certificate().to_der(), &rsa_pkcs1(&bob, &key));
            let good = aes_128_cbc(&key, &[9; 16], PART.as_bytes());
            for ciphertext in [&good[..16], &good[..15], &[]] {
                let mut envelope = envelope(vec![transport.clone()], &key);
                envelope.ciphertext = ciphertext.to_vec();
                fails(&opener, &envelope.build(), "CBC");
            }
        }
    }
    // Keys and passwords that are the wrong ones.
    let kek: Vec<u8> = (0..16).collect();
    let wrapped = hex_literal::hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    let key = hex_literal::hex!("00112233445566778899aabbccddeeff");
    let shared = [
        integer(4),
        sequence(&[&octets(b"kek")]),
        algorithm("2.16.840.1.101.3.4.1.5"),
        octets(&wrapped),
    ];
    let shared = envelope(vec![tlv(0xa2, &shared.concat())], &key).build();
    let nobody = || Opener::new(&anchors()).policy(StandardPolicy::at(now()));
    nobody().kek(b"kek", &kek).open_cms(&shared).unwrap();
    fails(
        &nobody().kek(b"kek", &[1; 16]),
        &shared,
        "key encryption key",
    );
    fails(
        &nobody().kek(b"kek", &[1; 3]),
        &shared,
        "key encryption key of three bytes",
    );
    let password = crate::elements::password_message();
    nobody().password("password").open_cms(&password).unwrap();
    for wrong in ["", "Password", "password ", "x"] {
        fails(&nobody().password(wrong), &password, "password");
    }
    // Keys outside of the process that fail, or answer nonsense.
    let bob = bob_rsa();
    for error in [KeyError::Failed] {
        let key = PrivateKey::from_bytes(&bob.key_der, None).unwrap();
        let key = PrivateKey::external(Broken(key, error)).unwrap();
        let identity = Identity::new([bob.certificate().clone()], key).unwrap();
        let opener = nobody().identity(&identity);
        for cipher in ciphers {
            fails(&opener, &encrypted(cipher), "external key");
        }
    }
    assert!(count > 250, "{count}");
    assert_eq!(seen.len(), 1, "{seen:#?}");
    assert!(
        seen.first()
            .unwrap()
            .starts_with("decryption failed|decryption failed|")
    );
}

/// Around [`PART`].
fn envelope(recipients: Vec<Vec<u8>>, key: &[u8; 16]) -> Enveloped {
    let iv = [9; 16];
    Enveloped {
        kind: ENVELOPED,
        recipients,
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(key, &iv, PART.as_bytes()),
        attributes: Vec::new(),
        mac: None,
    }
}
