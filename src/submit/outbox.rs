//! A folder that keeps messages until the server has taken them, whatever happens meanwhile: [`Outbox`].
//!
//! What [`Outbox::add`] has taken survives the end of the process and of the machine. It is sent by
//! [`Outbox::run`], which can be ended at any moment: what the server cannot have taken is sent again by a later run,
//! the same bytes; what it may have taken (the end of the message was on its way, and no answer was read, RFC 1047) is
//! [`Status::Unknown`] and is sent again only if somebody says so. So nothing is lost, and nothing arrives twice
//! unless somebody took that risk.
//!
//! ```no_run
//! use std::time::SystemTime;
//! use smime::submit::outbox::{Decision, Outbox, Status};
//! use smime::submit::Submitter;
//!
//! # fn example(protected: smime::Protected) -> Result<(), Box<dyn std::error::Error>> {
//! let outbox = Outbox::open("/var/lib/shop/outbox")?;
//! let id = outbox.add(&protected)?;
//! // From here on the message cannot be lost.
//! let submitter = Submitter::relay("smtp.example.org")?;
//! let report = outbox.run_blocking(&submitter, SystemTime::now())?;
//! println!("{report}");
//!
//! // What needs a person, also after a restart.
//! for entry in outbox.entries()? {
//!     for recipient in entry.recipients() {
//!         if recipient.status() == Status::Unknown {
//!             outbox.decide(entry.id(), recipient.mailbox(), Decision::SendAgain)?;
//!         }
//!     }
//!     if entry.is_settled() {
//!         // Somebody was rejected or given up, and now it is known.
//!         outbox.acknowledge(entry.id())?;
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # What the caller learns after a crash
//! An entry goes away by itself only when the server has accepted it for everybody (or somebody decided that it was
//! delivered). One with a recipient who was rejected or given up stays, with the reason, until
//! [`Outbox::acknowledge`]. So, of an entry that was added: if it is gone, it was accepted for all; if it is there,
//! [`Outbox::entry`] says how things stand with each recipient. This holds whether or not the report of the run was
//! ever seen.
//!
//! # The folder
//! It belongs to its owner alone, and so does every file in it:
//!
//! | file | holds |
//! |---|---|
//! | `smime-outbox` | `smime outbox 1`: what says that this is an outbox |
//! | `lock` | nothing; the process that has the outbox open has it locked |
//! | `adding` | nothing; locked by [`Outbox::add_to`], and by [`Outbox::open`] while it cleans up |
//! | `ID.mail` | a message: envelopes and copies as they will be sent, byte for byte. Written once, never changed |
//! | `ID.state` | how things stand with each recipient; not there before the first attempt |
//! | `.tmp-NAME` | what becomes NAME when it is whole. What a crash left of them is taken away by [`Outbox::open`] |
//!
//! Both are lines of text that people can read, with a checksum; behind those of `ID.mail` the bytes of the copies
//! follow. An encrypted message lies there encrypted. Its envelope does not: sender and all recipients, Bcc too, stand
//! in it in clear, and the server's answers in `ID.state`. A file of this kind that is not as it was written is left
//! alone, reported as a [`Problem`], and keeps nothing else from being sent. So is one that is a link or no plain file, or that
//! belongs to another user than the folder. Files with other names are ignored, and reported too.
//!
//! Before the end of a message is sent, `ID.state` says `in-doubt` for those who may get it, on the disk itself; what
//! became of them is on the disk before the session ends. That costs two writes that wait for the disk for each message.
//!
//! The checksums notice what disks do. Whoever may write into the folder can send mail with it; nothing here protects
//! from that, except that a folder in which other users may write is refused. The lock needs a file system that has
//! locks, so not every network file system. Where several machines send, each has its own outbox, or all hand
//! their messages to one mail server that has a queue.

mod adding;
mod contents;
mod decision;
mod disk;
mod entry;
mod error;
mod folder;
mod id;
mod ledger;
mod letter;
mod names;
mod removal;
mod report;
mod retry;
mod run;
mod sealed;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub use decision::Decision;
pub use entry::{Entry, Recipient, Status};
pub use error::{OutboxError, Problem};
pub use id::EntryId;
pub use report::{EntryReport, RecipientReport, RunReport};
pub use retry::Retry;

use disk::Disk;
use folder::Folder;
use names::is_to_be_made;

/// A folder of messages that are to be sent: see [the module](self).
///
/// Several threads may use one `Outbox` at once; the folder can be open only once at a time.
pub struct Outbox {
    path: PathBuf,
    disk: Box<dyn Disk>,
    retry: Retry,
    half_written: usize,
    /// How long it has been open: what tells a run how far it is behind its beginning.
    elapsed: Box<dyn Fn() -> Duration + Send + Sync>,
    shared: Mutex<Shared>,
}

/// What changes while it is open; everything else is in the folder.
#[derive(Default)]
struct Shared {
    /// The number of the next entry.
    next: u32,
    /// What is being sent or changed.
    claimed: HashSet<EntryId>,
    /// How often in a row the server could not be reached, and when the last time was.
    server_failures: Failures,
    /// The same for entries that could not be sent for a reason of their own.
    held: HashMap<EntryId, Failures>,
    /// When the last run began, by its clock.
    last_run: u64,
}

/// How often in a row, and when the last time was.
type Failures = (u32, u64);

/// As long as it lives nobody else changes the entry.
struct Claim<'a> {
    outbox: &'a Outbox,
    id: EntryId,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.outbox.shared().claimed.remove(&self.id);
    }
}

impl Outbox {
    /// Opens the outbox in this folder, or makes one: the folder and those above it that are missing, for their owner
    /// only. As long as this lives nobody else can open it; [`Outbox::add_to`] can add to it. Waits up to 30 seconds for
    /// somebody who does just now.
    ///
    /// # Errors
    /// [`OutboxError::Locked`], [`OutboxError::NotAnOutbox`], [`OutboxError::OtherVersion`],
    /// [`OutboxError::OpenToOthers`], [`OutboxError::Io`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Outbox, OutboxError> {
        let folder = Folder::make(folder.as_ref())?;
        is_to_be_made(&folder, folder.path())?;
        Outbox::open_in(folder)
    }

    /// Opens the outbox in this folder if there is one, and makes nothing.
    ///
    /// # Errors
    /// As [`Outbox::open`]; [`OutboxError::NotAnOutbox`] also when the folder is empty, [`OutboxError::Io`] when it is
    /// not there.
    pub fn open_existing(folder: impl AsRef<Path>) -> Result<Outbox, OutboxError> {
        let folder = Folder::find(folder.as_ref())?;
        match is_to_be_made(&folder, folder.path())? {
            true => Err(OutboxError::NotAnOutbox {
                path: folder.path().to_owned(),
            }),
            false => Outbox::open_in(folder),
        }
    }

    /// A folder that was looked at.
    fn open_in(mut folder: Folder) -> Result<Outbox, OutboxError> {
        folder.check_owner()?;
        folder.lock()?;
        let path = folder.path().to_owned();
        let _quiet = folder.quiet()?;
        let mut outbox = Outbox::over(Box::new(folder), path)?;
        let began = Instant::now();
        outbox.elapsed = Box::new(move || began.elapsed());
        Ok(outbox)
    }

    /// Time stands still in it.
    fn over(disk: Box<dyn Disk>, path: PathBuf) -> Result<Outbox, OutboxError> {
        let is_new = is_to_be_made(disk.as_ref(), &path)?;
        let left = removal::clean(disk.as_ref(), &path)?;
        if is_new {
            names::make(disk.as_ref(), &path)?;
        }
        Ok(Outbox {
            disk,
            path,
            retry: Retry::default(),
            half_written: left.half_written,
            elapsed: Box::new(|| Duration::ZERO),
            shared: Mutex::new(Shared {
                next: left.next,
                ..Shared::default()
            }),
        })
    }

    /// When what was deferred is tried again, instead of [`Retry::default`].
    pub fn retry(mut self, retry: Retry) -> Outbox {
        self.retry = retry;
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many files [`Outbox::open`] took away because an earlier process was ended while it wrote them. Nobody was
    /// ever told that they were stored.
    pub fn half_written(&self) -> usize {
        self.half_written
    }

    fn claim(&self, id: EntryId) -> Result<Claim<'_>, OutboxError> {
        match self.shared().claimed.insert(id) {
            true => Ok(Claim { outbox: self, id }),
            false => Err(OutboxError::Busy { id }),
        }
    }

    /// Whoever panicked while he held the lock left nothing half-done.
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("path", &self.path)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
