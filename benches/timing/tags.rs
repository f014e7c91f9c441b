//! Comparisons of tags and MACs: the first byte wrong against the last, and the padding of CBC.

use std::hint::black_box;

use smime::{Identity, Opener, TrustAnchors};
use subtle::ConstantTimeEq;

use crate::ca::Ca;
use crate::messages::{
    KEK, PASSWORD, cbc_message, chacha, chacha_message, classic, gcm, gcm_message, padded, pbmac1,
    pfx,
};
use crate::random::Random;
use crate::welch::Class;
use crate::{Case, Meaning};

/// The first byte wrong, or the last.
fn spoilt(class: Class, mut tag: Vec<u8>) -> Vec<u8> {
    let byte = match class {
        Class::A => tag.first_mut(),
        Class::B => tag.last_mut(),
    };
    *byte.unwrap() ^= 0x55;
    tag
}

/// As it is not to be done: back at the first byte that differs.
fn leaky(a: &[u8], b: &[u8]) -> bool {
    a.iter().zip(b).all(|(a, b)| black_box(*a) == black_box(*b))
}

/// A file, its MAC, and the right one.
struct File {
    bytes: Vec<u8>,
    mac: Vec<u8>,
    right: Vec<u8>,
}

/// The identifier of the algorithm, and the MAC.
type Macs = fn(&[u8]) -> (Vec<u8>, Vec<u8>);

fn file(class: Class, random: &mut Random, mac: Macs) -> File {
    let content = random.bytes::<32>();
    let (algorithm, right) = mac(&content);
    let mac = spoilt(class, right.clone());
    let bytes = pfx(&content, &algorithm, &mac);
    File { bytes, mac, right }
}

fn load(file: &File) -> Result<Identity, smime::Error> {
    Identity::from_pkcs12(&file.bytes, PASSWORD)
}

fn mac_cases() -> Vec<Case> {
    // The right MAC is taken: what is behind it is no PKCS#12, which is another error.
    for mac in [classic as Macs, pbmac1] {
        let (algorithm, right) = mac(b"content");
        let error = |mac: &[u8]| {
            let bytes = pfx(b"content", &algorithm, mac);
            Identity::from_pkcs12(&bytes, PASSWORD)
                .unwrap_err()
                .to_string()
        };
        let wrong = error(&spoilt(Class::A, right.clone()));
        assert_eq!(wrong, error(&spoilt(Class::B, right.clone())));
        assert_ne!(wrong, error(&right));
    }
    vec![
        Case::new(
            "PKCS#12 MAC, same: first byte wrong twice",
            Meaning::Same,
            |_, random| file(Class::A, random, classic),
            load,
        ),
        Case::new(
            "PKCS#12 MAC: first byte wrong, last",
            Meaning::Leak,
            |class, random| file(class, random, classic),
            load,
        ),
        Case::new(
            "PBMAC1: first byte wrong, last",
            Meaning::Leak,
            |class, random| file(class, random, pbmac1),
            load,
        ),
        Case::new(
            "PKCS#12 MAC, control: compared with an early exit as well",
            Meaning::Control,
            |class, random| file(class, random, classic),
            |file| (load(file), leaky(&file.mac, &file.right)),
        ),
    ]
}

fn opener() -> Opener {
    let ca = Ca::new("Root");
    let anchors = TrustAnchors::from_der(ca.certificate_der()).unwrap();
    Opener::new(&anchors).kek(b"kek", &KEK)
}

/// A message, its tag, and the right one.
struct Tagged {
    message: Vec<u8>,
    tag: Vec<u8>,
    right: Vec<u8>,
}

fn gcm_tagged(class: Class, random: &mut Random) -> Tagged {
    let ciphertext = random.bytes();
    let right = gcm(&ciphertext);
    let tag = spoilt(class, right.clone());
    let message = gcm_message(&ciphertext, &tag);
    Tagged {
        message,
        tag,
        right,
    }
}

fn chacha_tagged(class: Class, random: &mut Random) -> Tagged {
    let mut content = random.bytes();
    let right = chacha(&mut content);
    let tag = spoilt(class, right.clone());
    let message = chacha_message(&content, &tag);
    Tagged {
        message,
        tag,
        right,
    }
}

fn tag_cases() -> Vec<Case> {
    let opener = opener();
    let mut random = Random::new();
    let ciphertext = random.bytes();
    let right = gcm_message(&ciphertext, &gcm(&ciphertext));
    assert!(opener.open_cms(&right).is_ok(), "the GCM tag is right");
    let mut content = random.bytes();
    let tag = chacha(&mut content);
    let right = chacha_message(&content, &tag);
    assert!(opener.open_cms(&right).is_ok(), "the Poly1305 tag is right");
    for class in [Class::A, Class::B] {
        assert!(
            opener
                .open_cms(&gcm_tagged(class, &mut random).message)
                .is_err()
        );
        assert!(
            opener
                .open_cms(&chacha_tagged(class, &mut random).message)
                .is_err()
        );
    }
    let open = move || {
        let opener = opener.clone();
        move |tagged: &Tagged| opener.open_cms(&tagged.message)
    };
    let control = open();
    vec![
        Case::new(
            "GCM tag, same: first byte wrong twice",
            Meaning::Same,
            |_, random| gcm_tagged(Class::A, random),
            open(),
        ),
        Case::new(
            "GCM tag: first byte wrong, last",
            Meaning::Leak,
            gcm_tagged,
            open(),
        ),
        Case::new(
            "Poly1305 tag: first byte wrong, last",
            Meaning::Leak,
            chacha_tagged,
            open(),
        ),
        Case::new(
            "GCM tag, control: compared with an early exit as well",
            Meaning::Control,
            gcm_tagged,
            move |tagged| (control(tagged), leaky(&tagged.tag, &tagged.right)),
        ),
        Case::new(
            "tag of 16 bytes alone, subtle",
            Meaning::Leak,
            gcm_tagged,
            |tagged| bool::from(tagged.tag.ct_eq(&tagged.right)),
        ),
        Case::new(
            "tag of 16 bytes alone, control: an early exit",
            Meaning::Control,
            gcm_tagged,
            |tagged| leaky(&tagged.tag, &tagged.right),
        ),
    ]
}

/// Wrong in the first byte of padding, or in the last but one: the last is its length.
fn cbc_spoilt(class: Class, random: &mut Random) -> [u8; 48] {
    let mut padded = padded(random);
    padded[match class {
        Class::A => 32,
        Class::B => 46,
    }] ^= 0x55;
    padded
}

fn cbc_cases() -> Vec<Case> {
    let opener = opener();
    let mut random = Random::new();
    assert!(opener.open_cms(&cbc_message(padded(&mut random))).is_ok());
    let open = move || {
        let opener = opener.clone();
        move |(message, _): &(Vec<u8>, [u8; 48])| opener.open_cms(message)
    };
    let control = open();
    let with = |padded| (cbc_message(padded), padded);
    vec![
        Case::new(
            "CBC padding: first byte wrong, last but one",
            Meaning::Leak,
            move |class, random| with(cbc_spoilt(class, random)),
            open(),
        ),
        Case::new(
            "CBC padding: wrong length 0, wrong length 17",
            Meaning::Leak,
            move |class, random| {
                let mut padded = padded(random);
                padded[47] = match class {
                    Class::A => 0,
                    Class::B => 17,
                };
                with(padded)
            },
            open(),
        ),
        Case::new(
            "CBC padding, control: looked at with an early exit as well",
            Meaning::Control,
            move |class, random| with(cbc_spoilt(class, random)),
            move |input| (control(input), leaky(&input.1[32..], &[16; 16])),
        ),
        Case::new(
            "CBC padding: good, bad",
            Meaning::Visible,
            move |class, random| {
                with(match class {
                    Class::A => padded(random),
                    Class::B => cbc_spoilt(Class::A, random),
                })
            },
            open(),
        ),
    ]
}

pub fn cases() -> Vec<Case> {
    let mut cases = mac_cases();
    cases.extend(tag_cases());
    cases.extend(cbc_cases());
    cases
}
