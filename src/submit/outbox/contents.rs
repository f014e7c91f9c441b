//! What is in the outbox: entries, copies, and files that are not what they should be.

use std::ffi::OsString;
use std::io;

use super::ledger::{self, Ledger};
use super::letter::{self, Letter};
use super::names::{self, Named};
use super::{Entry, EntryId, Outbox, OutboxError, Problem};
use crate::Envelope;
use crate::error::shortened;

impl Outbox {
    /// All entries that can be read now, in the order in which they were added.
    ///
    /// # Errors
    /// [`OutboxError::Io`] when the folder cannot be read.
    pub fn entries(&self) -> Result<Vec<Entry>, OutboxError> {
        let mut entries = Vec::new();
        for id in self.ids()? {
            match self.entry(id) {
                Ok(entry) => entries.push(entry),
                // Among the problems, or gone meanwhile.
                Err(
                    OutboxError::Damaged(_) | OutboxError::Io { .. } | OutboxError::NotFound { .. },
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    /// One entry.
    ///
    /// # Errors
    /// [`OutboxError::NotFound`], [`OutboxError::Damaged`]; [`OutboxError::Io`] when it cannot be read now and may be good.
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
            .bytes(self.disk.as_ref(), id, 0..letter.copies.len())
            .map_err(|damage| OutboxError::unread(letter::file_name(id), id, damage))?;
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
                    let loaded = self.load(id);
                    problems.extend(loaded.err().and_then(|error| Problem::of(id, error)));
                }
                Named::Foreign => problems.push(Problem {
                    file: shortened(&name.to_string_lossy()),
                    id: None,
                    detail: "it does not belong to the outbox".into(),
                    may_pass: false,
                }),
                Named::State(_) | Named::Temporary | Named::Own => {}
            }
        }
        problems.sort_by(|one, other| one.file.cmp(&other.file));
        Ok(problems)
    }

    /// The entries that have a file, in order.
    pub(super) fn ids(&self) -> Result<Vec<EntryId>, OutboxError> {
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

    fn names(&self) -> Result<Vec<OsString>, OutboxError> {
        names::all(self.disk.as_ref(), &self.path)
    }

    /// An entry, as it is on the disk now.
    pub(super) fn load(&self, id: EntryId) -> Result<(Letter, Ledger), OutboxError> {
        let disk = self.disk.as_ref();
        let mail = letter::file_name(id);
        let is_gone = || {
            let found = disk.open(&mail).map(|_| ());
            found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        let letter = Letter::read(disk, id).map_err(|damage| match is_gone() {
            true => OutboxError::NotFound { id },
            false => OutboxError::unread(mail.clone(), id, damage),
        })?;
        let ledger = Ledger::read(disk, id, &letter)
            .map_err(|damage| OutboxError::unread(ledger::file_name(id), id, damage))?;
        match ledger {
            Some(ledger) => Ok((letter, ledger)),
            // Both were taken away since the message was read.
            None if is_gone() => Err(OutboxError::NotFound { id }),
            None => {
                let ledger = Ledger::fresh(&letter);
                Ok((letter, ledger))
            }
        }
    }
}
