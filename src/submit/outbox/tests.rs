//! The outbox over a disk that stops, fails and forgets, and over files that are not as they were written.

mod crashes;
mod damage;
mod edges;
mod files;
mod kills;
#[path = "../../../tests/outbox/mail_server.rs"]
mod mail_server;
mod model;
mod order;
mod post;
mod verdicts;

use std::io;
use std::time::{Duration, SystemTime};

use super::*;
use crate::submit::{Cause, Outcome, Reply};
use crate::{Envelope, Mailbox};
use model::Model;
use names::{FORMAT, FORMAT_FILE};
use post::{Answer, Post};

/// It is made, its contents are waited for, it gets its name, the names are waited for.
const STEPS_OF_A_FILE: usize = 4;

const MESSAGE: &[u8] = b"From: alice@example.org\r\nSubject: hi\r\n\r\n.hello\r\n";

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

fn envelope(recipients: &[&str]) -> Envelope {
    let recipients = recipients.iter().map(|address| mailbox(address));
    Envelope::new(Some(mailbox("alice@example.org")), recipients).unwrap()
}

/// A point in time, that many seconds after some other one.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn over(model: &Model) -> Outbox {
    Outbox::over(Box::new(model.clone()), PathBuf::from("model")).unwrap()
}

/// Address, status and reason of everybody in the outbox.
fn standing(outbox: &Outbox) -> Vec<(String, Status)> {
    let entries = outbox.entries().unwrap();
    let recipients = entries.iter().flat_map(|entry| entry.recipients());
    recipients
        .map(|one| (one.mailbox().local().to_owned(), one.status()))
        .collect()
}
