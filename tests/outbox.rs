//! The outbox over its public face, against a server that keeps a ledger of its own. What needs a disk that can be
//! stopped is beside the code.
#![cfg(feature = "outbox")]

#[path = "outbox/beside.rs"]
mod beside;
#[path = "support/ca.rs"]
mod ca;
#[path = "outbox/clear.rs"]
mod clear;
#[path = "outbox/kills.rs"]
mod kills;
#[path = "outbox/mail_server.rs"]
mod mail_server;
#[path = "support/people.rs"]
mod people;
#[path = "support/skip.rs"]
mod skip;
#[path = "outbox/synced.rs"]
mod synced;
#[path = "outbox/together.rs"]
mod together;
#[path = "outbox/witness.rs"]
mod witness;

use std::time::{Duration, SystemTime};

use mail_server::MailServer;
use smime::Envelope;
use smime::submit::Submitter;

/// A point in time, that many seconds after some other one.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn submitter(address: std::net::SocketAddr) -> Submitter {
    Submitter::danger_plaintext("localhost")
        .unwrap()
        .connect_to(address)
}

fn envelope(recipients: &[&str]) -> Envelope {
    let recipients = recipients.iter().map(|address| people::mailbox(address));
    Envelope::new(Some(people::mailbox("alice@example.org")), recipients).unwrap()
}
