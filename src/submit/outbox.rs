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

mod decision;
mod disk;
mod entry;
mod error;
mod id;
mod ledger;
mod letter;
mod names;
mod report;
mod retry;
mod run;
mod sealed;
#[cfg(test)]
mod tests;
mod watch;

use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use decision::Decision;
pub use entry::{Entry, Recipient, Status};
pub use error::{OutboxError, Problem};
pub use id::EntryId;
pub use report::{EntryReport, RecipientReport, RunReport};
pub use retry::Retry;

use crate::error::shortened;
use crate::{Envelope, Protected};
use disk::{Disk, Folder};
use ledger::Ledger;
use letter::Letter;
use names::{FORMAT, FORMAT_FILE, Named, check_format};

/// A folder of messages that are to be sent: see [the module](self).
///
/// Several threads may use one `Outbox` at once; the folder can be open only once at a time.
pub struct Outbox {
    path: PathBuf,
    disk: Box<dyn Disk>,
    retry: Retry,
    half_written: usize,
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
    server_failures: (u32, u64),
}

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
    /// only. As long as this lives nobody else can open it.
    ///
    /// # Errors
    /// [`OutboxError::Locked`], [`OutboxError::NotAnOutbox`], [`OutboxError::OtherVersion`],
    /// [`OutboxError::OpenToOthers`], [`OutboxError::Io`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Outbox, OutboxError> {
        let folder = Folder::lock(folder.as_ref())?;
        let path = folder.path().to_owned();
        Outbox::over(Box::new(folder), path)
    }

    fn over(disk: Box<dyn Disk>, path: PathBuf) -> Result<Outbox, OutboxError> {
        let failed = |source| OutboxError::io(format!("the folder {}", path.display()), source);
        let names = disk.names().map_err(failed)?;
        let is_new = check_format(disk.as_ref(), &names, &path)?;
        let kinds: Vec<Named> = names.iter().map(|name| Named::of(name)).collect();
        let messages: HashSet<EntryId> = kinds
            .iter()
            .filter_map(|named| match named {
                Named::Mail(id) => Some(*id),
                _ => None,
            })
            .collect();
        let mut half_written = 0usize;
        let mut next = 0u32;
        for (name, named) in names.iter().zip(&kinds) {
            let is_left_over = match named {
                Named::Temporary => {
                    half_written = half_written.saturating_add(1);
                    true
                }
                // The message was taken away, the state was next.
                Named::State(id) => !messages.contains(id),
                _ => false,
            };
            if let Named::Mail(id) | Named::State(id) = named {
                next = next.max(id.number().saturating_add(1));
            }
            if let (true, Some(name)) = (is_left_over, name.to_str()) {
                disk.remove(name).map_err(failed)?;
            }
        }
        if is_new {
            disk::write(disk.as_ref(), FORMAT_FILE, &[FORMAT]).map_err(failed)?;
        }
        Ok(Outbox {
            disk,
            path,
            retry: Retry::default(),
            half_written,
            shared: Mutex::new(Shared {
                next,
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

    /// Stores a protected message: every copy that goes to somebody, as it will be sent. When this returns, the
    /// message survives whatever happens; before that, all of it is stored or nothing. After an error it is not stored, so
    /// it can be added again.
    ///
    /// # Errors
    /// [`OutboxError::Invalid`] when it goes from nobody or to nobody, or has more than 10,000 recipients;
    /// [`OutboxError::Io`] when it cannot be stored, for example because the disk is full.
    pub fn add(&self, protected: &Protected) -> Result<EntryId, OutboxError> {
        let routes = super::transport::Routes::all(protected)?;
        self.add_copies(&routes.copies(protected))
    }

    /// Stores what is already made, as [`Submitter::send_bytes`](super::Submitter::send_bytes) takes it. The display
    /// names of the envelope are not kept.
    ///
    /// # Errors
    /// As [`Outbox::add`]; also [`OutboxError::Invalid`] when the message cannot be sent as it is: it is empty, or has a NUL, a
    /// CR without LF or an LF without CR in it.
    pub fn add_bytes(&self, envelope: &Envelope, message: &[u8]) -> Result<EntryId, OutboxError> {
        self.add_copies(&[(envelope, message)])
    }

    fn add_copies(&self, copies: &[(&Envelope, &[u8])]) -> Result<EntryId, OutboxError> {
        super::check(copies)?;
        let number = {
            let mut shared = self.shared();
            let number = shared.next;
            // At the end the order ends, the names do not: they are random.
            shared.next = number.saturating_add(1);
            number
        };
        let id = EntryId::new(number)?;
        Letter::write(self.disk.as_ref(), id, copies)?;
        Ok(id)
    }

    /// All entries that can be read, in the order in which they were added.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, OutboxError> {
        let mut entries = Vec::new();
        for id in self.ids()? {
            match self.entry(id) {
                Ok(entry) => entries.push(entry),
                // Among the problems, or gone meanwhile.
                Err(OutboxError::Damaged(_) | OutboxError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    /// One entry.
    ///
    /// # Errors
    /// [`OutboxError::NotFound`], [`OutboxError::Damaged`].
    pub fn entry(&self, id: EntryId) -> Result<Entry, OutboxError> {
        let is_sending = self.shared().claimed.contains(&id);
        let (letter, ledger) = self.load(id)?;
        Ok(Entry::new(id, &letter, &ledger, is_sending))
    }

    /// Every copy of an entry with its envelope, as it is sent: to look at it, or to hand it to somebody else.
    ///
    /// # Errors
    /// As [`Outbox::entry`].
    pub fn copies(&self, id: EntryId) -> Result<Vec<(Envelope, Vec<u8>)>, OutboxError> {
        let (letter, _) = self.load(id)?;
        let bytes = letter
            .bytes(self.disk.as_ref(), id)
            .map_err(|detail| damaged(letter::file_name(id), id, detail))?;
        let envelopes = letter.copies.into_iter().map(|copy| copy.envelope);
        Ok(envelopes.zip(bytes).collect())
    }

    /// The files that are not what they should be, or not the outbox's. Whether a message itself was changed is seen
    /// when it is sent.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read.
    pub fn problems(&self) -> Result<Vec<Problem>, OutboxError> {
        let mut problems = Vec::new();
        for name in self.names()? {
            match Named::of(&name) {
                Named::Mail(id) => {
                    if let Err(OutboxError::Damaged(problem)) = self.load(id) {
                        problems.push(problem);
                    }
                }
                Named::Foreign => problems.push(Problem {
                    file: shortened(&name.to_string_lossy()),
                    id: None,
                    detail: "it does not belong to the outbox".into(),
                }),
                Named::State(_) | Named::Temporary | Named::Own => {}
            }
        }
        problems.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(problems)
    }

    /// The entries that have a file, in order.
    fn ids(&self) -> Result<Vec<EntryId>, OutboxError> {
        let names = self.names()?;
        let mut ids: Vec<EntryId> = names
            .iter()
            .filter_map(|name| match Named::of(name) {
                Named::Mail(id) => Some(id),
                _ => None,
            })
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn names(&self) -> Result<Vec<std::ffi::OsString>, OutboxError> {
        let what = || format!("the folder {}", self.path.display());
        let names = self.disk.names();
        names.map_err(|source| OutboxError::io(what(), source))
    }

    fn load(&self, id: EntryId) -> Result<(Letter, Ledger), OutboxError> {
        let disk = self.disk.as_ref();
        let mail = letter::file_name(id);
        let letter = Letter::read(disk, id).map_err(|detail| match disk.open(&mail) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => OutboxError::NotFound { id },
            _ => damaged(mail, id, detail),
        })?;
        let ledger = Ledger::read(disk, id, &letter)
            .map_err(|detail| damaged(ledger::file_name(id), id, detail))?;
        Ok((letter, ledger))
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

/// The message first: a message without its state would be sent again.
fn take_away(disk: &dyn Disk, id: EntryId) -> io::Result<()> {
    disk.remove(&letter::file_name(id))?;
    disk.sync()?;
    match disk.remove(&ledger::file_name(id)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn damaged(file: String, id: EntryId, detail: String) -> OutboxError {
    OutboxError::Damaged(Problem {
        file,
        id: Some(id),
        detail,
    })
}
