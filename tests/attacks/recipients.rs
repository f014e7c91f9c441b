//! ENC-10 to ENC-12: recipient structures that are incomplete, impossible or hostile.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::{Opener, Protector};

use crate::ca::Key;
use crate::forge::*;
use crate::people::{BOB, mail, now, person};
use crate::tools::*;

const RECIPIENTS: [usize; 3] = [1, 0, 1];

fn protected(protector: Protector, kind: Key) -> (Vec<u8>, Opener) {
    let bob = person(kind, BOB);
    let protected = protector
        .policy(StandardPolicy::at(now()))
        .encrypt_to([bob.certificate()])
        .not_to_self()
        .protect(mail().as_str())
        .unwrap();
    let opener = Opener::new(&anchors())
        .identity(&bob.identity)
        .policy(StandardPolicy::at(now()));
    (cms_of(protected.copies()[0].bytes()), opener)
}

/// What is done to a value.
type Change<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

/// All paths to values inside of a value.
fn paths(der: &[u8], above: &[usize], found: &mut Vec<Vec<usize>>) {
    let (tag, _, content) = crate::structure::children(der)[0];
    if tag & 0x20 == 0 {
        return;
    }
    for (index, (_, raw, _)) in crate::structure::children(content).iter().enumerate() {
        let path = [above, &[index]].concat();
        paths(raw, &path, found);
        found.push(path);
    }
}

/// Each value of each RecipientInfo deleted, doubled, and made another type: an error or the same content, never a panic.
#[test]
fn enc_10_every_field_left_out() {
    let messages = [
        protected(Protector::new(), Key::Rsa2048),
        protected(
            Protector::new().key_encryption(smime::protect::KeyEncryptionChoice::Oaep),
            Key::Rsa2048,
        ),
        protected(Protector::new(), Key::P256),
        protected(Protector::new(), Key::X25519),
    ];
    for (cms, opener) in messages {
        let good = opener.open_cms_all(&cms).unwrap();
        let good = shown(&good).unwrap();
        let recipients = value_at(&cms, &RECIPIENTS);
        let mut all = Vec::new();
        paths(&recipients, &[], &mut all);
        assert!(all.len() > 8);
        for path in all {
            let whole = [&RECIPIENTS[..], &path].concat();
            let changes: [Change<'_>; 4] = [
                &|_| Vec::new(),
                &|raw| [raw, raw].concat(),
                &|_| vec![0x05, 0x00],
                &|raw| {
                    let mut raw = raw.to_vec();
                    raw[0] ^= 0x01;
                    raw
                },
            ];
            for change in changes {
                let bent = edit(&cms, &whole, change);
                if let Ok(opened) = opener.open_cms_all(&bent) {
                    assert_eq!(shown(&opened).unwrap().bytes(), good.bytes(), "{path:?}");
                }
            }
        }
    }
}

/// The wrapped key of a key agreement, at every length.
#[test]
fn enc_11_wrapped_keys_of_impossible_lengths() {
    let (cms, opener) = protected(Protector::new(), Key::P256);
    // RecipientInfos → kari → recipientEncryptedKeys → the one → encryptedKey.
    let kari = value_at(&cms, &[1, 0, 1, 0]);
    let keys = inside(&kari).len() - 1;
    let path = [1, 0, 1, 0, keys, 0, 1];
    assert_eq!(value_at(&cms, &path)[0], 0x04);
    for length in (0..=48).chain([1 << 20]) {
        let bent = edit(&cms, &path, &|_| octets(&vec![0x5a; length]));
        match opener.open_cms_all(&bent) {
            Err(error) => assert!(!error.to_string().is_empty()),
            Ok(_) => panic!("{length}"),
        }
    }
    let bent = edit(&cms, &path, &|raw| {
        let mut raw = raw.to_vec();
        *raw.last_mut().unwrap() ^= 1;
        raw
    });
    assert_uniform(opener.open_cms_all(&bent), "one bit");
}

/// Originator keys that are no points of the curve, or give a secret that everybody knows.
#[test]
fn enc_12_points_that_are_none() {
    for kind in [Key::P256, Key::P384, Key::P521, Key::X25519] {
        let (cms, opener) = protected(Protector::new(), kind);
        // kari → originator [0] → originatorKey [1] → publicKey.
        let path = [1, 0, 1, 0, 1, 0, 1];
        let key = value_at(&cms, &path);
        assert_eq!(key[0], 0x03, "{kind:?}");
        let bits = crate::structure::children(&key)[0].2.to_vec();
        let with = |point: &[u8]| {
            edit(&cms, &path, &|_| {
                crate::ca::tlv(0x03, &[&[0], point].concat())
            })
        };
        let mut off_curve = bits[1..].to_vec();
        *off_curve.last_mut().unwrap() ^= 1;
        let length = bits.len() - 1;
        let mut points = vec![
            vec![],
            vec![0],
            vec![0; length],
            vec![0xff; length],
            bits[1..length].to_vec(),
            [&bits[1..], &[0]].concat(),
        ];
        if kind != Key::X25519 {
            points.push(off_curve);
            let mut hybrid = bits[1..].to_vec();
            hybrid[0] = 6 + (hybrid.last().unwrap() & 1);
            points.push(hybrid);
        } else {
            points.push([&[1][..], &[0; 31]].concat());
        }
        for point in points {
            let result = opener.open_cms_all(&with(&point));
            assert!(result.is_err(), "{kind:?} {point:02x?}");
        }
    }
}
