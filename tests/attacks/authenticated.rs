//! ENC-04 to ENC-06, ENC-13, ENC-14: what authenticated encryption must insist on.

use crate::faces::Faces;
use std::sync::atomic::Ordering;

use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::report::Encryption;
use smime::{ErrorKind, Opener};

use crate::ca::{Key, oid, sequence, tlv};
use crate::forge::*;
use crate::people::{BOB, now, person};
use crate::tools::*;

const ALGORITHM: [usize; 4] = [1, 0, 2, 1];
const NONCE: [usize; 6] = [1, 0, 2, 1, 1, 0];
const CIPHERTEXT: [usize; 4] = [1, 0, 2, 2];
const MAC: [usize; 3] = [1, 0, 3];

#[test]
fn good_messages_are_called_authenticated() {
    for cipher in [
        ContentCipher::Aes128Gcm,
        ContentCipher::Aes256Gcm,
        ContentCipher::ChaCha20Poly1305,
    ] {
        let opened = open_cms_mail(&encrypted(cipher)).unwrap();
        assert_verdict(&opened, "unsigned", cipher.name());
        assert_eq!(
            shown(&opened).unwrap().encryption(),
            Encryption::Authenticated
        );
    }
}

#[test]
fn enc_04_a_cipher_that_authenticates_nothing() {
    let cms = encrypted(ContentCipher::Aes256Gcm);
    for (dotted, iv) in [
        ("2.16.840.1.101.3.4.1.42", 16),
        ("2.16.840.1.101.3.4.1.43", 16),
        ("2.16.840.1.101.3.4.1.44", 16),
        ("1.2.840.113549.3.7", 8),
    ] {
        let other = sequence(&[&oid(dotted), &octets(&vec![0; iv])]);
        let error = open_cms_mail(&edit(&cms, &ALGORITHM, &|_| other.clone())).unwrap_err();
        assert!(
            !matches!(error.kind(), ErrorKind::Decryption),
            "{dotted}: {error}"
        );
    }
}

#[test]
fn enc_05_tags_are_long_enough_and_as_announced() {
    let cms = encrypted(ContentCipher::Aes256Gcm);
    let nonce = value_at(&cms, &NONCE);
    let tag = crate::structure::children(&value_at(&cms, &MAC))[0]
        .2
        .to_vec();
    for announced in 0..=32_u8 {
        for present in 0..=32_usize {
            let parameters = match announced {
                // DEFAULT 12: left out in DER.
                12 => sequence(&[&nonce]),
                _ => sequence(&[&nonce, &integer(announced)]),
            };
            let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.1.46"), &parameters]);
            let mut mac = tag.clone();
            mac.resize(present, 0);
            let bent = edit(&cms, &ALGORITHM, &|_| algorithm.clone());
            let bent = edit(&bent, &MAC, &|_| octets(&mac));
            let result = opener().open(&opaque_mail(HEADERS, &bent));
            let good = usize::from(announced) == present && (12..=16).contains(&present);
            assert_eq!(result.is_ok(), good, "{announced} {present}");
            if let Ok(opened) = result {
                let short = present < 16;
                let report = told(&opened);
                assert_eq!(report.contains("instead of 16"), short, "{report}");
                let strict = opener().policy(StandardPolicy::at(now()).require_full_tag());
                let opened = strict.open_all(&opaque_mail(HEADERS, &bent)).unwrap();
                assert_eq!(fails_with(&opened, "instead of 16"), short);
            }
        }
    }
}

#[test]
fn enc_06_nonces_have_twelve_bytes() {
    for cipher in [ContentCipher::Aes256Gcm, ContentCipher::ChaCha20Poly1305] {
        let cms = encrypted(cipher);
        let path: &[usize] = match cipher {
            ContentCipher::ChaCha20Poly1305 => &[1, 0, 2, 1, 1],
            _ => &NONCE,
        };
        for length in [0, 1, 11, 13, 16, 4096, 1 << 20] {
            let bent = edit(&cms, path, &|_| octets(&vec![1; length]));
            let error = open_cms_mail(&bent).unwrap_err();
            assert!(
                !matches!(error.kind(), ErrorKind::Decryption),
                "{length}: {error}"
            );
        }
    }
}

/// Ten megabytes, and the last byte of the tag or the ciphertext is wrong: nothing comes out.
#[test]
fn enc_13_nothing_before_the_tag_was_checked() {
    let body = "0123456789abcdef".repeat(10 << 16);
    let mail = format!("{HEADERS}MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n{body}\r\n");
    let protected = crate::people::protector()
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .cipher(ContentCipher::Aes256Gcm)
        .protect(mail.as_str())
        .unwrap();
    let cms = cms_of(protected.copies()[0].bytes());
    assert!(open_cms_mail(&cms).is_ok());
    for path in [&MAC[..], &CIPHERTEXT[..]] {
        let bent = edit(&cms, path, &|raw| {
            let mut raw = raw.to_vec();
            *raw.last_mut().unwrap() ^= 1;
            raw
        });
        assert_uniform(open_cms_mail(&bent), "last byte");
    }
}

#[test]
fn enc_14_an_empty_ciphertext_has_a_tag_too() {
    let cms = encrypted(ContentCipher::Aes256Gcm);
    let empty = edit(&cms, &CIPHERTEXT, &|_| tlv(0x80, &[]));
    assert_uniform(open_cms_mail(&empty), "empty");
    let missing = edit(&cms, &CIPHERTEXT, &|_| Vec::new());
    assert!(open_cms_mail(&missing).is_err());
    let no_mac = edit(&cms, &MAC, &|_| Vec::new());
    assert!(open_cms_mail(&no_mac).is_err());
}

/// What fails at the encryption counts for the signature inside of it.
#[test]
fn enc_05_a_demand_for_full_tags_outweighs_a_signature() {
    let protected = crate::people::protector()
        .sign(&alice().identity)
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .cipher(ContentCipher::Aes256Gcm)
        .protect(crate::people::mail().as_str())
        .unwrap();
    let full = cms_of(protected.copies()[0].bytes());
    let nonce = value_at(&full, &NONCE);
    // DEFAULT 12: left out in DER.
    let parameters = sequence(&[&nonce]);
    let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.1.46"), &parameters]);
    let short = edit(&full, &ALGORITHM, &|_| algorithm.clone());
    let short = edit(&short, &MAC, &|raw| octets(&raw[2..14]));
    let strict = opener().policy(StandardPolicy::at(now()).require_full_tag());
    for (cms, expected) in [(full, "trusted"), (short, "untrusted")] {
        assert_verdict(&open_cms_mail(&cms).unwrap(), "trusted", "no demand");
        let opened = strict.open_all(&opaque_mail(HEADERS, &cms)).unwrap();
        assert_verdict(&opened, expected, "demand");
    }
}

/// What the parameters say is refused from public bytes: no private key is asked, whatever kind of recipient it is for.
#[test]
fn enc_04_enc_05_enc_06_refused_before_a_key_is_used() {
    for kind in [Key::Rsa2048, Key::P256, Key::X25519] {
        let bob = person(kind, BOB);
        let protected = crate::people::protector()
            .encrypt_to([bob.certificate()])
            .not_to_self()
            .cipher(ContentCipher::Aes256Gcm)
            .protect(crate::people::mail().as_str())
            .unwrap();
        let cms = cms_of(protected.copies()[0].bytes());
        let (identity, count) = crate::costs::counting(&bob);
        let opener = Opener::new(&anchors()).identity(&identity);
        let opener = opener.policy(StandardPolicy::at(now()));
        opener.open_cms(&cms).unwrap();
        assert_eq!(count.swap(0, Ordering::SeqCst), 1);
        let named = |dotted: &str, parameters: &[u8]| sequence(&[&oid(dotted), parameters]);
        let gcm = |nonce: usize, tag: u8| {
            let parameters = sequence(&[&octets(&vec![1; nonce]), &integer(tag)]);
            named("2.16.840.1.101.3.4.1.46", &parameters)
        };
        let mut algorithms = vec![named("1.2.840.113549.3.7", &octets(&[0; 8]))];
        // ECB, CBC, OFB, CFB, key wrap, GCM with other keys.
        for last in [41, 42, 43, 44, 45, 48] {
            for iv in [0, 8, 12, 16] {
                let dotted = format!("2.16.840.1.101.3.4.1.{last}");
                algorithms.push(named(&dotted, &octets(&vec![0; iv])));
            }
        }
        algorithms.extend([0, 1, 11, 13, 16, 4096, 1 << 20].map(|nonce| gcm(nonce, 16)));
        algorithms.extend((0..12).chain(17..33).map(|tag| gcm(12, tag)));
        for algorithm in algorithms {
            let bent = edit(&cms, &ALGORITHM, &|_| algorithm.clone());
            let error = opener.open_cms(&bent).unwrap_err();
            assert!(!matches!(error.kind(), ErrorKind::Decryption), "{error}");
            let asked = count.swap(0, Ordering::SeqCst);
            assert_eq!(asked, 0, "{kind:?} {:02x?}", &algorithm[..15]);
        }
        // The tag is as short or long as was announced.
        for length in (0..12).chain(17..33) {
            let bent = edit(&cms, &ALGORITHM, &|_| gcm(12, length));
            let bent = edit(&bent, &MAC, &|_| octets(&vec![0; usize::from(length)]));
            let error = opener.open_cms(&bent).unwrap_err();
            assert!(!matches!(error.kind(), ErrorKind::Decryption), "{error}");
            assert_eq!(count.swap(0, Ordering::SeqCst), 0, "{kind:?} {length}");
        }
        // The tag has another length than was announced.
        for length in (0..16).chain(17..33) {
            let bent = edit(&cms, &MAC, &|_| octets(&vec![0; length]));
            assert!(opener.open_cms(&bent).is_err());
            assert_eq!(count.swap(0, Ordering::SeqCst), 0, "{kind:?} {length}");
        }
    }
}
