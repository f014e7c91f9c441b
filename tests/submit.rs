//! Submission against a scripted server on loopback.
#![cfg(feature = "smtp")]

#[path = "support/ca.rs"]
mod ca;
#[path = "submit/certs.rs"]
mod certs;
#[path = "submit/content.rs"]
mod content;
#[path = "submit/dialogue.rs"]
mod dialogue;
#[path = "submit/failures.rs"]
mod failures;
#[path = "submit/protected.rs"]
mod protected;
#[path = "submit/secrets.rs"]
mod secrets;
#[path = "submit/security.rs"]
mod security;
#[path = "support/smtp.rs"]
mod smtp;

use std::time::Duration;

use smime::submit::{Delivery, Outcome, Submitter, Timeouts};
use smime::{Envelope, Mailbox};
use smtp::Server;

const MESSAGE: &[u8] = b"From: alice@example.org\r\nSubject: hi\r\n\r\nhello\r\n";
const HOST: &str = "mail.example.org";

/// Never reached on loopback, however busy the machine is.
fn patient() -> Timeouts {
    Timeouts::all(Duration::from_secs(30))
}

/// In clear, to that server.
fn plain(server: &Server) -> Submitter {
    Submitter::danger_plaintext(HOST)
        .unwrap()
        .connect_to(server.address())
        .timeouts(patient())
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

fn envelope(recipients: &[&str]) -> Envelope {
    let recipients = recipients.iter().map(|address| mailbox(address));
    Envelope::new(Some(mailbox("alice@example.org")), recipients).unwrap()
}

fn bob() -> Envelope {
    envelope(&["bob@example.org"])
}

/// The outcomes in the order of the recipients.
fn outcomes(delivery: &Delivery) -> Vec<&Outcome> {
    delivery.iter().map(|(_, outcome)| outcome).collect()
}
