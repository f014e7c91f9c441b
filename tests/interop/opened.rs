//! What the tests of opening have in common.

use smime::open::{Content, Message, Opened};
use smime::policy::StandardPolicy;
use smime::{Certificate, Opener, TrustAnchors};

use crate::people::{Person, ca, mailbox, now};

/// An opener for Alice's documents to these people.
pub fn opener(readers: &[&Person]) -> Opener {
    let mut anchors = TrustAnchors::new();
    anchors.add(&Certificate::from_bytes(ca().certificate_der()).unwrap());
    let opener = Opener::new(&anchors)
        .expect_signer(&mailbox(crate::people::ALICE))
        .policy(StandardPolicy::at(now()));
    readers
        .iter()
        .fold(opener, |opener, reader| opener.identity(&reader.identity))
}

#[track_caller]
pub fn trusted(opened: Result<Opened, smime::Error>, what: &str) -> Message {
    let opened = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
    match opened.content() {
        Content::Trusted(message) => message,
        _ => panic!("{what}\n{}", opened.report()),
    }
}

#[track_caller]
pub fn unsigned(opened: Result<Opened, smime::Error>, what: &str) -> Message {
    let opened = opened.unwrap_or_else(|error| panic!("{what}: {error}"));
    match opened.content() {
        Content::Unsigned(message) => message,
        _ => panic!("{what}\n{}", opened.report()),
    }
}

#[track_caller]
pub fn not_trusted(opened: Result<Opened, smime::Error>, what: &str) {
    if let Ok(opened) = opened {
        assert!(opened.trusted().is_err(), "{what}\n{}", opened.report());
    }
}
