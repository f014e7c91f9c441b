//! DOS-10 for what can be opened: every prefix and every changed byte of six messages.

use crate::faces::Faces;
use smime::Opener;
use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::report::Encryption;

use crate::ca::Key;
use crate::forge::*;
use crate::people::{BOB, mail, now, person, protector};
use crate::tools::*;

/// What an honest reader learns.
#[derive(PartialEq)]
struct Outcome {
    verdict: &'static str,
    encryption: Encryption,
    content: Vec<u8>,
}

struct Sample {
    name: &'static str,
    bytes: Vec<u8>,
    opener: Opener,
}

impl Sample {
    fn open(&self, bytes: &[u8]) -> Option<Outcome> {
        let sum = bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>();
        // Every eighth one over every face: there are many.
        let opened = match sum % 8 {
            0 => self.opener.open_all(bytes).ok()?,
            _ => self.opener.open(bytes).ok()?,
        };
        let message = shown(&opened);
        Some(Outcome {
            verdict: verdict(&opened),
            encryption: message
                .as_ref()
                .map_or(Encryption::None, |m| m.encryption()),
            content: message.map(|m| m.bytes().to_vec()).unwrap_or_default(),
        })
    }

    /// An error, an unchanged verdict about unchanged content, or less: never the same claim about something else.
    #[track_caller]
    fn check(&self, good: &Outcome, changed: &[u8], what: &str) {
        let Some(outcome) = self.open(changed) else {
            return;
        };
        let same = outcome.content == good.content;
        let name = self.name;
        assert!(same || outcome.verdict != "trusted", "{name}: {what}");
        assert!(
            same || outcome.encryption != Encryption::Authenticated,
            "{name}: {what}: changed, and called authenticated"
        );
        assert!(
            outcome.verdict != "trusted" || good.verdict == "trusted",
            "{name}: {what}"
        );
        let sealed = outcome.encryption == Encryption::Authenticated;
        assert!(
            !sealed || good.encryption == outcome.encryption,
            "{name}: {what}"
        );
    }
}

/// Six messages of at most 4 KiB.
fn samples() -> Vec<Sample> {
    let bob = person(Key::P256, BOB);
    let opener = Opener::new(&anchors())
        .identity(&bob.identity)
        .policy(StandardPolicy::at(now()));
    let (signer, mail) = (alice().identity, mail());
    let sign = || protector().sign(&signer);
    let seal = |p: smime::Protector| p.encrypt_to([bob.certificate()]).not_to_self();
    let first = |p: smime::Protector| {
        p.protect(mail.as_str()).unwrap().copies()[0]
            .bytes()
            .to_vec()
    };
    let forged = opaque_mail(HEADERS, &Signed::new(PART.as_bytes(), &[&alice()]).build());
    let both = seal(protector())
        .cipher(ContentCipher::ChaCha20Poly1305)
        .protect(forged.as_slice())
        .unwrap();
    let samples = [
        ("detached", "trusted", first(sign())),
        ("opaque", "trusted", first(sign().opaque())),
        ("CBC", "unsigned", first(seal(protector()))),
        (
            "GCM",
            "unsigned",
            first(seal(protector()).cipher(ContentCipher::Aes256Gcm)),
        ),
        (
            "signed and encrypted",
            "trusted",
            both.copies()[0].bytes().to_vec(),
        ),
        ("few attributes", "trusted", forged),
    ];
    samples
        .into_iter()
        .map(|(name, expected, bytes)| {
            assert!(bytes.len() <= 4096, "{name}: {} bytes", bytes.len());
            let opener = opener.clone();
            let sample = Sample {
                name,
                bytes,
                opener,
            };
            let good = sample.open(&sample.bytes).unwrap();
            assert_eq!(good.verdict, expected, "{name}");
            sample
        })
        .collect()
}

#[test]
fn dos_10_every_prefix() {
    for sample in samples() {
        let good = sample.open(&sample.bytes).unwrap();
        for end in 0..sample.bytes.len() {
            sample.check(&good, &sample.bytes[..end], &format!("cut off at {end}"));
        }
    }
}

#[test]
fn dos_10_every_changed_byte() {
    for sample in samples() {
        let good = sample.open(&sample.bytes).unwrap();
        let mut errors = 0;
        for at in 0..sample.bytes.len() {
            for change in [0x01, 0x80] {
                let mut bent = sample.bytes.clone();
                bent[at] ^= change;
                errors += usize::from(sample.open(&bent).is_none());
                sample.check(&good, &bent, &format!("byte {at} changed by {change}"));
            }
        }
        assert!(
            errors > 0 || sample.name == "detached",
            "{}: nothing fails",
            sample.name
        );
    }
}

/// The sealed content itself: whatever byte of it changes, an authenticated message does not open.
#[test]
fn dos_10_every_byte_of_an_authenticated_ciphertext() {
    let cms = encrypted(ContentCipher::Aes256Gcm);
    for path in [&[1, 0, 2, 2][..], &[1, 0, 3], &[1, 0, 2, 1, 1, 0]] {
        let value = value_at(&cms, path);
        let content = crate::structure::children(&value)[0].2.len();
        for at in value.len() - content..value.len() {
            let bent = edit(&cms, path, &|raw| {
                let mut raw = raw.to_vec();
                raw[at] ^= 0x10;
                raw
            });
            assert_uniform(open_cms_mail(&bent), &format!("{path:?} {at}"));
        }
    }
}
