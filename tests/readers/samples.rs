//! Everything that reads bytes of strangers, and something good for each to read.

use smime::cert::{Crl, OcspResponse, Pkcs12};
use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::protect::KeyEncryptionChoice;
use smime::{Certificate, Error, Identity, Opener, PrivateKey, TrustAnchors};

use crate::ca::Key;
use crate::forge::*;
use crate::people::{ALICE, BOB, Person, ca, mail, now, person, protector};

pub const HEADERS: &str = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
                           Date: Mon, 01 Jun 2026 12:00:00 +0000\r\n";
pub const PART: &str = "Content-Type: text/plain\r\n\r\nHello Bob";

pub fn alice() -> Person {
    person(Key::P256, ALICE)
}

pub fn opener() -> Opener {
    let mut anchors = TrustAnchors::new();
    anchors.add(&Certificate::from_bytes(ca().certificate_der()).unwrap());
    Opener::new(&anchors)
        .identity(&person(Key::Rsa2048, BOB).identity)
        .identity(&person(Key::P256, BOB).identity)
        .policy(StandardPolicy::at(now()))
}

/// Reads and uses what was read.
pub type Reader = Box<dyn Fn(&[u8]) -> Result<(), Error>>;

/// Each with the bytes it takes.
pub fn readers() -> Vec<(&'static str, Reader, Vec<u8>)> {
    let all: Vec<(&'static str, Reader, Vec<u8>)> = vec![
        (
            "certificate",
            Box::new(|bytes| Certificate::from_bytes(bytes).map(|c| drop(c.description()))),
            alice().certificate().to_der().to_vec(),
        ),
        (
            "certificates",
            Box::new(|bytes| Certificate::all_from_bytes(bytes).map(drop)),
            Certificate::bundle_to_p7b([alice().certificate()]),
        ),
        (
            "revocation list",
            Box::new(|bytes| Crl::from_bytes(bytes).map(drop)),
            ca().revocation_list()
                .revoke(&[5], "250301000000Z", Some(1))
                .issue(),
        ),
        (
            "OCSP response",
            Box::new(|bytes| OcspResponse::from_bytes(bytes).map(drop)),
            ca().ocsp_response()
                .good(alice().certificate().to_der())
                .issue(),
        ),
        (
            "PKCS#12",
            Box::new(|bytes| Pkcs12::open(bytes, "secret").map(drop)),
            Pkcs12::builder()
                .iterations(2_048)
                .identity(&alice().identity)
                .build("secret")
                .unwrap(),
        ),
        (
            "private key",
            Box::new(|bytes| PrivateKey::from_bytes(bytes, Some("secret")).map(drop)),
            alice().key_der,
        ),
        (
            "identity",
            Box::new(|bytes| Identity::from_bytes(bytes, Some("secret")).map(drop)),
            Pkcs12::builder()
                .iterations(2_048)
                .identity(&alice().identity)
                .build("secret")
                .unwrap(),
        ),
        (
            "detached signature",
            Box::new(|bytes| {
                opener()
                    .any_signer()
                    .verify_detached(PART.as_bytes(), bytes)
                    .map(drop)
            }),
            {
                let mut detached = Signed::new(PART.as_bytes(), &[&alice()]);
                detached.carried = None;
                detached.build()
            },
        ),
    ];
    let cms = cms().into_iter().map(|(name, bytes)| {
        let read: Reader = Box::new(|bytes| opener().open_cms(bytes).map(drop));
        (name, read, bytes)
    });
    all.into_iter().chain(cms).collect()
}

/// CMS of each kind.
pub fn cms() -> Vec<(&'static str, Vec<u8>)> {
    let to = |kind, cipher, choice| {
        let bob = person(kind, BOB);
        let protector = protector().encrypt_to([bob.certificate()]).not_to_self();
        let protector = protector.cipher(cipher).key_encryption(choice);
        let protected = protector.protect(mail().as_str()).unwrap();
        cms_of(protected.copies()[0].bytes())
    };
    let (cbc, gcm) = (ContentCipher::Aes256Cbc, ContentCipher::Aes256Gcm);
    let auto = KeyEncryptionChoice::Auto;
    let compressed = protector()
        .sign(&alice().identity)
        .opaque()
        .compress()
        .protect(mail().as_str())
        .unwrap();
    vec![
        (
            "SignedData",
            Signed::new(PART.as_bytes(), &[&alice()]).build(),
        ),
        (
            "EnvelopedData",
            to(Key::Rsa2048, cbc, KeyEncryptionChoice::Oaep),
        ),
        ("AuthEnvelopedData", to(Key::P256, gcm, auto)),
        (
            "signed CompressedData",
            cms_of(compressed.copies()[0].bytes()),
        ),
    ]
}
