//! [`Entry`]: what the outbox holds, for the caller to read.

use std::time::SystemTime;

use super::EntryId;
use super::ledger::{Ledger, Standing, State};
use super::letter::Letter;
use super::retry::time;
use crate::Mailbox;

/// How things stand with one recipient.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not tried yet, or deferred: a run sends it when it is due.
    Waiting,
    /// It is being sent just now.
    Sending,
    /// The server has taken responsibility for it.
    Accepted,
    /// The server refused it for good. Nothing more happens; it stays until it is acknowledged.
    Rejected,
    /// It was deferred for too long. Nothing more happens; it stays until it is acknowledged.
    GivenUp,
    /// The whole message was sent, and nobody knows whether the server took it. Nothing happens until somebody
    /// decides: [`Outbox::decide`](super::Outbox::decide).
    Unknown,
    /// Somebody decided that he has it.
    ConsideredDelivered,
}

impl Status {
    /// `waiting`, `sending`, `accepted`, `rejected`, `given-up`, `unknown`, `considered-delivered`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Waiting => "waiting",
            Status::Sending => "sending",
            Status::Accepted => "accepted",
            Status::Rejected => "rejected",
            Status::GivenUp => "given-up",
            Status::Unknown => "unknown",
            Status::ConsideredDelivered => "considered-delivered",
        }
    }

    pub(super) fn of(state: State, is_sending: bool) -> Status {
        match state {
            State::Waiting => Status::Waiting,
            State::InDoubt if is_sending => Status::Sending,
            State::InDoubt | State::Unknown => Status::Unknown,
            State::Accepted => Status::Accepted,
            State::Rejected => Status::Rejected,
            State::GivenUp => Status::GivenUp,
            State::Delivered => Status::ConsideredDelivered,
        }
    }
}

/// One message in the outbox, with all its copies.
#[derive(Clone, Debug)]
pub struct Entry {
    id: EntryId,
    size: u64,
    recipients: Vec<Recipient>,
}

impl Entry {
    pub(super) fn new(id: EntryId, letter: &Letter, ledger: &Ledger, is_sending: bool) -> Entry {
        let mut standings = ledger.standings.iter();
        let mut recipients = Vec::with_capacity(ledger.standings.len());
        for (copy, one) in letter.copies.iter().enumerate() {
            for mailbox in one.envelope.recipients() {
                recipients.extend(standings.next().map(|standing| Recipient {
                    copy,
                    mailbox: mailbox.clone(),
                    status: Status::of(standing.state, is_sending),
                    standing: standing.clone(),
                }));
            }
        }
        let sizes = letter.copies.iter().map(|copy| copy.length);
        Entry {
            id,
            size: sizes.fold(0, u64::saturating_add),
            recipients,
        }
    }

    /// Its name.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Bytes of all copies together.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Every recipient of every copy.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Whether nobody is waiting, being sent to, or unknown, so that
    /// [`Outbox::acknowledge`](super::Outbox::acknowledge) takes it away.
    pub fn is_settled(&self) -> bool {
        !self.recipients.iter().any(|one| one.standing.is_open())
    }

    /// When the next recipient is due. One who was not tried yet is due since 1970; `None` when nobody is waiting.
    pub fn due(&self) -> Option<SystemTime> {
        self.recipients.iter().filter_map(Recipient::due).min()
    }
}

/// One recipient of an [`Entry`].
#[derive(Clone, Debug)]
pub struct Recipient {
    copy: usize,
    mailbox: Mailbox,
    status: Status,
    standing: Standing,
}

impl Recipient {
    /// Which copy of the message he gets, counted from 0 among those that go to somebody.
    pub fn copy(&self) -> usize {
        self.copy
    }

    /// Who he is.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// How things stand.
    pub fn status(&self) -> Status {
        self.status
    }

    /// What the last attempt led to, in words; empty before the first. On one line, nothing hidden.
    pub fn why(&self) -> &str {
        match self.standing.state {
            State::InDoubt if self.status == Status::Unknown => {
                "unknown, sending again may deliver twice: the sending was ended between the end of the message and \
                 the answer of the server"
            }
            _ => &self.standing.why,
        }
    }

    /// How often he was deferred.
    pub fn attempts(&self) -> u32 {
        self.standing.attempts
    }

    /// When he is due, if he is waiting: since 1970 when he was not tried yet.
    pub fn due(&self) -> Option<SystemTime> {
        let is_waiting = self.standing.state == State::Waiting;
        is_waiting.then(|| time(self.standing.due.unwrap_or(0)))
    }
}
