//! [`OutboxError`] and [`Problem`].

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::EntryId;
use super::sealed::Damage;
use crate::submit::SubmitError;
use crate::{Error, Mailbox};

/// Why the outbox could not do something. What became of messages is in the [`RunReport`](super::RunReport).
#[non_exhaustive]
#[derive(Debug)]
pub enum OutboxError {
    /// Somebody else has the outbox open: another process, or this one. Messages can be added meanwhile by
    /// [`Outbox::add_to`](super::Outbox::add_to); from that this comes only when somebody adds for longer than 30 seconds.
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds other things, so it is no outbox and none is made of it.
    NotAnOutbox {
        /// The folder.
        path: PathBuf,
    },
    /// The outbox was made by another version of this program.
    OtherVersion {
        /// The folder.
        path: PathBuf,
    },
    /// Other users may write into the folder, or it is theirs, so they could send mail with it.
    OpenToOthers {
        /// The folder.
        path: PathBuf,
    },
    /// Reading or writing failed: the disk is full, or may not be written.
    Io {
        /// What was read or written.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A message could not be made sure on the disk, and not be taken back either: it may be stored. Look whether it is
    /// there before it is stored again, in this outbox or after the next [`Outbox::open`](super::Outbox::open);
    /// otherwise it may be sent twice.
    MaybeStored {
        /// The name that it has if it is there.
        id: EntryId,
        /// What the system said.
        source: io::Error,
    },
    /// A message or an address that cannot be sent, refused before anything was stored; or no randomness for a name.
    Invalid(Error),
    /// There is no such entry, or not any more.
    NotFound {
        /// The entry.
        id: EntryId,
    },
    /// The entry is being sent just now.
    Busy {
        /// The entry.
        id: EntryId,
    },
    /// The entry is not as it was written. What only could not be read is [`OutboxError::Io`].
    Damaged(Problem),
    /// The entry cannot be acknowledged: some recipient is waiting, or needs a decision.
    Undecided {
        /// The entry.
        id: EntryId,
    },
    /// This cannot be decided about this recipient: he is not one of the entry, or what became of him leaves nothing
    /// to decide.
    NothingToDecide {
        /// The entry.
        id: EntryId,
        /// The recipient.
        recipient: Box<Mailbox>,
        /// How things are.
        detail: String,
    },
    /// The server could not be reached, or nothing can be sent in this way; nothing was sent to anybody.
    Submit(SubmitError),
}

impl OutboxError {
    pub(super) fn io(what: impl Into<String>, source: io::Error) -> OutboxError {
        OutboxError::Io {
            what: what.into(),
            source,
        }
    }

    pub(super) fn unread(file: String, id: EntryId, damage: Damage) -> OutboxError {
        match damage {
            Damage::Content(detail) => OutboxError::Damaged(Problem {
                file,
                id: Some(id),
                detail,
                may_pass: false,
            }),
            Damage::Unread(source) => OutboxError::io(format!("the file {file}"), source),
        }
    }
}

impl fmt::Display for OutboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OutboxError::Locked { path } => write!(
                f,
                "the outbox {} is open already, in another process or in this one; only one at a time can have it",
                path.display()
            ),
            OutboxError::NotAnOutbox { path } => write!(
                f,
                "the folder {} holds other files; an outbox needs one of its own",
                path.display()
            ),
            OutboxError::OtherVersion { path } => write!(
                f,
                "the outbox {} was made by another version of this program; send what is in it with that one",
                path.display()
            ),
            OutboxError::OpenToOthers { path } => write!(
                f,
                "other users may write into the folder {}, or it is theirs, and they could send mail with it; it must \
                 belong to the user who runs this, and to nobody else (chown, chmod 700)",
                path.display()
            ),
            OutboxError::Io { what, source } => write!(f, "{what}: {source}"),
            OutboxError::MaybeStored { id, source } => write!(
                f,
                "{source}; the message may be stored all the same, as {id}: look before you store it again"
            ),
            OutboxError::Invalid(error) => write!(f, "{error}"),
            OutboxError::NotFound { id } => {
                write!(f, "{id}: there is no such entry, or not any more")
            }
            OutboxError::Busy { id } => write!(f, "{id}: is being sent just now; wait for the end"),
            OutboxError::Damaged(problem) => write!(f, "{problem}"),
            OutboxError::Undecided { id } => write!(
                f,
                "{id}: not every recipient is settled; wait, decide about those who are unknown, or remove the entry"
            ),
            OutboxError::NothingToDecide {
                id,
                recipient,
                detail,
            } => write!(f, "{id}: {}: {detail}", recipient.address()),
            OutboxError::Submit(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for OutboxError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OutboxError::Io { source, .. } | OutboxError::MaybeStored { source, .. } => {
                Some(source)
            }
            OutboxError::Invalid(error) => Some(error),
            OutboxError::Submit(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for OutboxError {
    fn from(error: Error) -> Self {
        OutboxError::Invalid(error)
    }
}

impl From<SubmitError> for OutboxError {
    fn from(error: SubmitError) -> Self {
        OutboxError::Submit(error)
    }
}

/// A file in the folder that is not what it should be. It is left alone: nothing of it is sent, and it keeps nothing
/// else from being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(super) file: String,
    pub(super) id: Option<EntryId>,
    pub(super) detail: String,
    pub(super) may_pass: bool,
}

impl Problem {
    /// What is to be told about an entry that was not loaded, if anything.
    pub(super) fn of(id: EntryId, error: OutboxError) -> Option<Problem> {
        match error {
            OutboxError::Damaged(problem) => Some(problem),
            OutboxError::Io { what, source } => Some(Problem {
                file: what.trim_start_matches("the file ").to_owned(),
                id: Some(id),
                detail: format!("it cannot be read now: {source}"),
                may_pass: true,
            }),
            _ => None,
        }
    }

    /// Whether only the reading failed, so that the file may be good: then do not take it away.
    pub fn may_pass(&self) -> bool {
        self.may_pass
    }

    /// The name of the file in the folder; what cannot be seen is escaped.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The entry that cannot be sent because of it. [`Outbox::remove`](super::Outbox::remove) takes it away.
    pub fn id(&self) -> Option<EntryId> {
        self.id
    }

    /// What is wrong with it.
    pub fn detail(&self) -> &str {
        &self.detail
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.detail)
    }
}
