//! How messages get into the outbox: by the process that has it open, and by others beside it.

use std::path::Path;

use super::folder::Folder;
use super::letter::Letter;
use super::names::{self, is_to_be_made};
use super::{EntryId, Outbox, OutboxError};
use crate::submit::transport::Routes;
use crate::{Envelope, Protected};

impl Outbox {
    /// Stores a protected message: every copy that goes to somebody, as it will be sent. When this returns, the
    /// message survives whatever happens; before that, all of it is stored or nothing. Until then no run sends it.
    ///
    /// The file is written directly and waited for, not by a thread of its own: in async code that may be long.
    ///
    /// # Errors
    /// [`OutboxError::MaybeStored`] when it could not be made sure, and could not be taken back either;
    /// [`OutboxError::Invalid`] when it goes from nobody or to nobody, or has more than 10,000 recipients;
    /// [`OutboxError::Io`] when it cannot be stored, for example because the disk is full.
    pub fn add(&self, protected: &Protected) -> Result<EntryId, OutboxError> {
        let routes = Routes::all(protected)?;
        self.add_copies(&routes.copies(protected))
    }

    /// Stores what is already made, as [`Submitter::send_bytes`](crate::submit::Submitter::send_bytes) takes it. The display
    /// names of the envelope are not kept.
    ///
    /// # Errors
    /// As [`Outbox::add`]; also [`OutboxError::Invalid`] when the message cannot be sent as it is: it is empty, or has a NUL, a
    /// CR without LF or an LF without CR in it.
    pub fn add_bytes(&self, envelope: &Envelope, message: &[u8]) -> Result<EntryId, OutboxError> {
        self.add_copies(&[(envelope, message)])
    }

    pub(super) fn add_copies(&self, copies: &[(&Envelope, &[u8])]) -> Result<EntryId, OutboxError> {
        crate::submit::check(copies)?;
        let number = {
            let mut shared = self.shared();
            let number = shared.next;
            // At the end the order ends, the names do not: they are random.
            shared.next = number.saturating_add(1);
            number
        };
        let id = EntryId::new(number)?;
        // A run must not send what may yet be taken back.
        let _claim = self.claim(id)?;
        Letter::write(self.disk.as_ref(), id, copies, true)?;
        Ok(id)
    }

    /// Stores a protected message as [`Outbox::add`] does, also while another process has the outbox open: a run of
    /// that process which begins later sends it. For many messages [`Outbox::open`] is faster. The outbox is made if it
    /// is not there. Waits up to 30 seconds for others who do the same.
    ///
    /// # Errors
    /// As [`Outbox::open`] and [`Outbox::add`]; nothing is stored, except perhaps after [`OutboxError::MaybeStored`]:
    /// then it may also have been sent.
    pub fn add_to(folder: impl AsRef<Path>, protected: &Protected) -> Result<EntryId, OutboxError> {
        let routes = Routes::all(protected)?;
        add_copies_to(folder.as_ref(), &routes.copies(protected))
    }

    /// [`Outbox::add_bytes`], as [`Outbox::add_to`].
    ///
    /// # Errors
    /// As [`Outbox::add_to`] and [`Outbox::add_bytes`].
    pub fn add_bytes_to(
        folder: impl AsRef<Path>,
        envelope: &Envelope,
        message: &[u8],
    ) -> Result<EntryId, OutboxError> {
        add_copies_to(folder.as_ref(), &[(envelope, message)])
    }
}

fn add_copies_to(path: &Path, copies: &[(&Envelope, &[u8])]) -> Result<EntryId, OutboxError> {
    crate::submit::check(copies)?;
    let folder = Folder::make(path)?;
    let path = folder.path();
    is_to_be_made(&folder, path)?;
    folder.check_owner()?;
    let _quiet = folder.quiet()?;
    if is_to_be_made(&folder, path)? {
        names::make(&folder, path)?;
    }
    let id = EntryId::new(names::next(&names::all(&folder, path)?))?;
    // Who has it open may have sent it before it is known here that it cannot be kept.
    Letter::write(&folder, id, copies, false)?;
    Ok(id)
}
