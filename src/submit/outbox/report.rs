//! [`RunReport`]: what a run has done.

use std::fmt;

use super::{EntryId, OutboxError, Problem, Status};
use crate::Mailbox;
use crate::submit::Outcome;

/// What a run has done: per entry, per recipient.
#[derive(Debug, Default)]
#[must_use = "a recipient may have been refused, and the run may have stopped early"]
pub struct RunReport {
    pub(super) entries: Vec<EntryReport>,
    pub(super) problems: Vec<Problem>,
    pub(super) stopped: Option<OutboxError>,
}

impl RunReport {
    /// What was tried, in that order.
    pub fn entries(&self) -> &[EntryReport] {
        &self.entries
    }

    /// Files that were left alone.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Why not everything that was due was tried: the server could not be reached, or the disk cannot be written, and the
    /// run ended; or the transport does not take something ([`OutboxError::Invalid`]), and the run went on with the others. What
    /// was not tried is as it was before.
    pub fn stopped(&self) -> Option<&OutboxError> {
        self.stopped.as_ref()
    }

    /// Whether the server accepted everything that was tried, and nothing that was due was left.
    pub fn all_accepted(&self) -> bool {
        let entries = self.entries.iter();
        let mut recipients = entries.flat_map(EntryReport::recipients);
        self.stopped.is_none()
            && self.problems.is_empty()
            && recipients.all(|one| one.outcome.is_accepted())
    }
}

/// One line per recipient, then what went wrong.
impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for entry in &self.entries {
            for one in &entry.recipients {
                let address = one.mailbox.address();
                lines.push(format!("{}: {address}: {}", entry.id, one.outcome));
            }
        }
        lines.extend(self.problems.iter().map(Problem::to_string));
        lines.extend(self.stopped.iter().map(|why| format!("stopped: {why}")));
        f.write_str(&lines.join("\n"))
    }
}

/// What was done with one entry.
#[derive(Debug)]
pub struct EntryReport {
    pub(super) id: EntryId,
    pub(super) recipients: Vec<RecipientReport>,
    pub(super) is_removed: bool,
}

impl EntryReport {
    /// The entry.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// Those who were tried.
    pub fn recipients(&self) -> &[RecipientReport] {
        &self.recipients
    }

    /// Whether everybody has the message, so that it is no longer in the outbox.
    pub fn is_removed(&self) -> bool {
        self.is_removed
    }
}

/// What became of one recipient in this run.
#[derive(Debug)]
pub struct RecipientReport {
    pub(super) copy: usize,
    pub(super) mailbox: Mailbox,
    pub(super) outcome: Outcome,
    pub(super) status: Status,
}

impl RecipientReport {
    /// Which copy of the message, counted from 0 among those that go to somebody.
    pub fn copy(&self) -> usize {
        self.copy
    }

    /// Who he is.
    pub fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// What the attempt led to.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// How things stand with him now, such as [`Status::GivenUp`] when he was deferred for the last time.
    pub fn status(&self) -> Status {
        self.status
    }
}
