//! KEY-04: randomness that fails or repeats itself.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use smime::cert::Pkcs12;
use smime::crypto::{ContentCipher, RandomSource, SystemRandom};
use smime::protect::KeyEncryptionChoice;
use smime::{Error, ErrorKind, Protector};

use crate::ca::Key;
use crate::forge::*;
use crate::people::{ALICE, BOB, CAROL, mail_to, person, protector};

/// System randomness that fails once, at one draw.
#[derive(Clone)]
struct FailsAt(usize, Arc<AtomicUsize>);

impl FailsAt {
    fn new(draw: usize) -> Self {
        FailsAt(draw, Arc::default())
    }

    fn draws(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl RandomSource for FailsAt {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        if self.1.fetch_add(1, Ordering::SeqCst) == self.0 {
            let detail = "gone for a moment".into();
            return Err(ErrorKind::Randomness { detail }.into());
        }
        SystemRandom.fill(buffer)
    }
}

/// A draw that fails fails the whole, even when the next one would succeed: for every draw of every form.
#[test]
fn key_04_every_draw_that_fails_fails_the_message() {
    let (alice, rsa) = (person(Key::Rsa2048, ALICE), person(Key::Rsa2048, BOB));
    let carol = person(Key::P256, CAROL);
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let ciphers = [
        ContentCipher::Aes256Cbc,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ];
    for cipher in ciphers {
        for choice in [KeyEncryptionChoice::Pkcs1, KeyEncryptionChoice::Oaep] {
            let make = |random: &FailsAt| {
                protector()
                    .sign(&alice.identity)
                    .pss()
                    .encrypt_to([rsa.certificate(), carol.certificate()])
                    .cipher(cipher)
                    .key_encryption(choice)
                    .danger_random(random.clone())
            };
            let counting = FailsAt::new(usize::MAX);
            make(&counting).protect(&message).unwrap();
            assert!(counting.draws() > 8, "{}", counting.draws());
            for draw in 0..counting.draws() {
                let random = FailsAt::new(draw);
                let result = make(&random).protect(&message);
                if random.draws() <= draw {
                    // PKCS#1 padding draws again for each zero byte.
                    assert!(result.is_ok() && draw > 8);
                    continue;
                }
                let error = result.unwrap_err();
                let smime::protect::ProtectError::Failed(error) = error else {
                    panic!("{draw}: {error}");
                };
                assert!(
                    matches!(error.kind(), ErrorKind::Randomness { .. }),
                    "{draw}: {error:?}"
                );
                // Nobody goes on with something else.
                assert_eq!(random.draws(), draw + 1);
            }
        }
    }
    let identity = alice.identity;
    let make = |random: &FailsAt| {
        let builder = Pkcs12::builder().iterations(2_048).identity(&identity);
        builder.random(random.clone()).build("secret")
    };
    let counting = FailsAt::new(usize::MAX);
    make(&counting).unwrap();
    assert!(
        counting.draws() >= 4,
        "salts and nonces: {}",
        counting.draws()
    );
    for draw in 0..counting.draws() {
        let error = make(&FailsAt::new(draw)).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Randomness { .. }),
            "{draw}: {error:?}"
        );
    }
}

/// Remembers what it gave.
#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<Vec<u8>>>>);

impl RandomSource for Recorded {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        SystemRandom.fill(buffer)?;
        self.0.lock().unwrap().push(buffer.to_vec());
        Ok(())
    }
}

/// Where a nonce stands in a message, and what it has drawn: everything comes from the source that was given, and nothing
/// twice.
#[test]
fn key_04_nonces_and_keys_of_messages_are_drawn_and_never_twice() {
    let bob = person(Key::P256, BOB);
    let mut all = HashSet::new();
    for cipher in [
        ContentCipher::Aes256Cbc,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ] {
        let recorded = Recorded::default();
        let make = |protector: Protector| {
            let protected = protector
                .encrypt_to([bob.certificate()])
                .not_to_self()
                .cipher(cipher)
                .danger_random(recorded.clone())
                .protect(mail_to("To: bob@example.org\r\n").as_str())
                .unwrap();
            cms_of(protected.copies()[0].bytes())
        };
        for _ in 0..100 {
            let cms = make(protector());
            let algorithm = value_at(&cms, &[1, 0, 2, 1]);
            let drawn = std::mem::take(&mut *recorded.0.lock().unwrap());
            let is_there = |bytes: &Vec<u8>| memchr::memmem::find(&algorithm, bytes).is_some();
            let nonces = drawn.iter().filter(|bytes| is_there(bytes)).count();
            assert_eq!(nonces, 1, "the nonce is what was drawn");
            // Content key, nonce, key of the agreement.
            assert!(drawn.len() >= 3);
            for bytes in drawn {
                assert!(bytes.len() >= 8 && all.insert(bytes), "drawn twice");
            }
        }
    }
}
