//! Who writes to whom in the benches, and what.

use smime::open::Content;
use smime::{Certificate, Identity, Opener, PrivateKey, TrustAnchors};

#[path = "../../tests/support/ca.rs"]
pub mod ca;

use ca::{Ca, Certify, Key};

/// A mail that has its address fields and `entity` as its content.
pub fn mail(from: &str, to: &str, entity: &[u8]) -> Vec<u8> {
    let header = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Q3\r\nDate: Mon, 01 Jun 2026 12:00:00 +0000\r\n\
         MIME-Version: 1.0\r\n"
    );
    [header.as_bytes(), entity].concat()
}

/// A base64 attachment of about `size` bytes (whole lines), as large mail has it.
pub fn attachment(size: usize) -> Vec<u8> {
    let line = b"VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZywgYW5kIHRoZW4gaXQg\r\n";
    let header =
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    let lines = (size / line.len()).max(1);
    let mut entity = Vec::with_capacity(header.len() + lines * line.len());
    entity.extend_from_slice(header);
    (0..lines).for_each(|_| entity.extend_from_slice(line));
    entity
}

/// Certificate and key of a certificate in the making.
pub fn identity(certify: Certify<'_>) -> Identity {
    let (certificate, key) = certify.issue();
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let key = PrivateKey::from_bytes(&key, None).unwrap();
    Identity::new([certificate], key).unwrap()
}

/// An ordinary one.
pub fn person(ca: &Ca, kind: Key, address: &str) -> Identity {
    identity(ca.certify(kind, address))
}

/// Trusts this authority and decrypts with these identities.
pub fn opener<'i>(ca: &Ca, identities: impl IntoIterator<Item = &'i Identity>) -> Opener {
    let anchors = TrustAnchors::from_der(ca.certificate_der()).unwrap();
    identities
        .into_iter()
        .fold(Opener::new(&anchors), Opener::identity)
}

/// Opens it once, before any clock runs: a bench of a message that is not believed would say nothing.
pub fn check(opener: &Opener, made: &[u8]) {
    let content = opener.open(made).unwrap().content();
    let is_good = matches!(content, Content::Trusted(_) | Content::Unsigned(_));
    assert!(is_good, "{content:?}");
}

/// Whether this run only shows that the bench works: `cargo bench -- --test`, `cargo test --benches`.
pub fn is_smoke() -> bool {
    let has = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    has("--test") || !has("--bench")
}
