//! What the attacks have in common.

use crate::faces::Faces;
use smime::open::{Content, Message, Opened};
use smime::policy::StandardPolicy;
use smime::{Certificate, Opener, TrustAnchors};

use crate::ca::Key;
use crate::forge::{Signed, detached_mail};
use crate::people::{ALICE, BOB, Person, ca, now, person};

pub const HEADERS: &str = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
                           Date: Mon, 01 Jun 2026 12:00:00 +0000\r\n";

/// A MIME entity to sign.
pub const PART: &str = "Content-Type: text/plain\r\n\r\nHello Bob";

pub fn alice() -> Person {
    person(Key::P256, ALICE)
}

pub fn bob_rsa() -> Person {
    person(Key::Rsa2048, BOB)
}

pub fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::new();
    anchors.add(&Certificate::from_bytes(ca().certificate_der()).unwrap());
    anchors
}

/// Bob's opener.
pub fn opener() -> Opener {
    Opener::new(&anchors())
        .identity(&bob_rsa().identity)
        .policy(StandardPolicy::at(now()))
}

pub fn open(mail: impl AsRef<[u8]>) -> Opened {
    opener()
        .open_all(mail.as_ref())
        .unwrap_or_else(|error| panic!("{error}"))
}

pub fn verdict(opened: &Opened) -> &'static str {
    match opened.content() {
        Content::Trusted(_) => "trusted",
        Content::Untrusted(_) => "untrusted",
        Content::Unsigned(_) => "unsigned",
        Content::Withheld(_) => "withheld",
        _ => "something new",
    }
}

/// The content that a mail program may show.
pub fn shown(opened: &Opened) -> Option<Message> {
    match opened.content() {
        Content::Trusted(m) | Content::Untrusted(m) | Content::Unsigned(m) => Some(m),
        _ => None,
    }
}

/// Asserts the verdict, showing the report when it is another.
#[track_caller]
pub fn assert_verdict(opened: &Opened, expected: &str, what: &str) {
    assert_eq!(verdict(opened), expected, "{what}\n{}", opened.report());
    assert_eq!(opened.trusted().is_ok(), expected == "trusted", "{what}");
}

/// Whether a failed check says this.
pub fn fails_with(opened: &Opened, words: &str) -> bool {
    opened
        .report()
        .failed_checks()
        .any(|check| check.to_string().contains(words))
}

/// The report as one line, so that words can be looked for wherever its lines end.
pub fn told(opened: &Opened) -> String {
    let report = opened.report().to_string();
    report.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message to Bob's RSA key with this cipher, as CMS.
pub fn encrypted(cipher: smime::crypto::ContentCipher) -> Vec<u8> {
    let protected = crate::people::protector()
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .cipher(cipher)
        .protect(crate::people::mail().as_str())
        .unwrap();
    crate::forge::cms_of(protected.copies()[0].bytes())
}

/// Opens CMS as a mail to Bob.
pub fn open_cms_mail(cms: &[u8]) -> Result<Opened, smime::Error> {
    opener().open_all(&crate::forge::opaque_mail(HEADERS, cms))
}

/// The one text of every failure to decrypt.
#[track_caller]
pub fn assert_uniform(result: Result<Opened, smime::Error>, what: &str) {
    match result {
        Err(error) => {
            assert!(
                matches!(error.kind(), smime::ErrorKind::Decryption),
                "{what}: {error}"
            );
            assert_eq!(error.to_string(), "decryption failed", "{what}");
        }
        Ok(opened) => panic!("{what}: opened\n{}", opened.report()),
    }
}

/// The same with AES-256-CBC, to a key of this kind.
pub fn encrypted_to(kind: Key) -> Vec<u8> {
    let protected = crate::people::protector()
        .encrypt_to([person(kind, BOB).certificate()])
        .not_to_self()
        .protect(crate::people::mail().as_str())
        .unwrap();
    crate::forge::cms_of(protected.copies()[0].bytes())
}

/// multipart/signed as a part, with its own header.
pub fn signed_part(part: &str) -> String {
    let mut detached = Signed::new(part.as_bytes(), &[&alice()]);
    detached.carried = None;
    let mail = detached_mail("", part, &detached.build());
    String::from_utf8(mail)
        .unwrap()
        .replace("MIME-Version: 1.0\r\n", "")
        // With what stands before it, because base64 may hold the two letters alone.
        .replace("\"b0\"", "\"inner\"")
        .replace("--b0", "--inner")
}

/// A multipart of these parts, with text around them.
pub fn mixed(kind: &str, parts: &[&str]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("--outer\r\n{part}\r\n"))
        .collect();
    format!(
        "{HEADERS}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=outer\r\n\r\n\
         preamble nobody signed\r\n{}--outer--\r\nepilogue nobody signed\r\n",
        parts.concat()
    )
}
