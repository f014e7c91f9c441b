//! The two back-ends through the public face. A protector that was given its randomness signs with RustCrypto
//! alone, any other with what is faster here: what either made opens, and nothing else does. The vectors, equal
//! bytes, and each checking the other's signatures are in the unit tests of `crypto` and `key`.

use std::sync::atomic::{AtomicU64, Ordering};

use smime::crypto::{DigestAlgorithm, RandomSource};
use smime::{Certificate, Error, Identity, Mailbox, Opener, PrivateKey, Protector, TrustAnchors};

#[path = "support/ca.rs"]
mod ca;

use ca::{Ca, Key};

const ALICE: &str = "alice@example.org";
const CONTENT: &[u8] = b"what is signed";

/// A counter: every run the same.
struct Counting(AtomicU64);

impl RandomSource for Counting {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        for byte in buffer {
            let next = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = next.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()[0];
        }
        Ok(())
    }
}

fn portable(protector: Protector) -> Protector {
    protector.danger_random(Counting(AtomicU64::new(1)))
}

fn identity(ca: &Ca, kind: Key) -> Identity {
    let (certificate, key) = ca.leaf(kind, ALICE);
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let key = PrivateKey::from_bytes(&key, None).unwrap();
    Identity::new([certificate], key).unwrap()
}

fn opener(ca: &Ca) -> Opener {
    let anchors = TrustAnchors::from_der(ca.certificate_der()).unwrap();
    Opener::new(&anchors).expect_signer(&Mailbox::new(ALICE).unwrap())
}

#[test]
fn both_sign_what_opens() {
    let ca = Ca::new("Back-end CA");
    let opener = opener(&ca);
    for kind in [Key::P256, Key::P384, Key::P521, Key::Ed25519, Key::Rsa2048] {
        let alice = identity(&ca, kind);
        for digest in [
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
        ] {
            // RFC 8419 3.
            if kind == Key::Ed25519 && digest != DigestAlgorithm::Sha512 {
                continue;
            }
            let protector = Protector::new().sign(&alice).digest(digest);
            let mut protectors = vec![protector.clone(), portable(protector.clone())];
            if kind == Key::Rsa2048 {
                protectors.push(protector.clone().pss());
                protectors.push(portable(protector.pss()));
            }
            for protector in protectors {
                let signed = protector.protect_cms(CONTENT).unwrap();
                let opened = opener.verify_detached(CONTENT, &signed).unwrap();
                opened.trusted().unwrap();
                let changed = opener.verify_detached(b"what is not", &signed).unwrap();
                assert!(changed.trusted().is_err());
            }
        }
    }
}

#[test]
fn each_decrypts_what_the_other_encrypted() {
    let ca = Ca::new("Back-end CA");
    for kind in [Key::P256, Key::P384, Key::P521, Key::Rsa2048] {
        let alice = identity(&ca, kind);
        let opener = opener(&ca).identity(&alice);
        let protector = Protector::new()
            .sign(&alice)
            .encrypt_to([alice.certificate()]);
        for protector in [protector.clone(), portable(protector)] {
            let object = protector.protect_cms(CONTENT).unwrap();
            let opened = opener.open_cms(&object).unwrap();
            assert_eq!(opened.trusted().unwrap().bytes(), CONTENT);
        }
    }
}
