//! The password that all private keys of a store have.

use std::sync::{Arc, PoisonError, RwLock};

use zeroize::Zeroizing;

use super::Store;
use super::change::Changes;
use super::folder::Kind;
use super::index::Index;
use super::options::kept;
use super::record::{KeyText, Record};
use crate::{Error, ErrorKind, Identity};

/// What it is now.
pub(super) struct Current(RwLock<Option<Arc<Zeroizing<String>>>>);

impl Current {
    pub(super) fn new(password: Option<Zeroizing<String>>) -> Current {
        Current(RwLock::new(password.map(Arc::new)))
    }

    pub(super) fn get(&self) -> Option<Arc<Zeroizing<String>>> {
        let current = self.0.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, password: &str) {
        let current = self.0.write();
        *current.unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(kept(password)));
    }
}

impl Store {
    /// Encrypts every private key with another password, also those that were not encrypted, and uses it from now on,
    /// as do the clones of this store. How many keys there are.
    ///
    /// All keys are decrypted and all files written before the first file takes its place. Should the process or the
    /// machine stop in between, some keys have the old password and some the new one, and each opens its own; no key is
    /// lost. Then do it again, opened with the old password, or with the new one when the old one opens nothing any more.
    /// Other processes that have the store open need the new password from then on.
    ///
    /// Backups of the files keep the old password, and what stood on the disk may be found there still: this does not
    /// help against whoever has the keys already.
    ///
    /// # Errors
    /// [`ErrorKind::File`], which names the file, for a key that neither the password of this store nor the new one opens:
    /// with [`ErrorKind::WrongPassword`], or [`ErrorKind::Missing`] when this store has no password.
    /// [`ErrorKind::Misuse`] for iterations out of bounds; [`ErrorKind::Io`], [`ErrorKind::Limit`].
    pub fn change_password(&self, password: &str) -> Result<usize, Error> {
        self.change(|changes| {
            let records = changes.with_password(password)?;
            let count = records.len();
            changes.put_all(records)?;
            self.0.password.set(password);
            Ok(count)
        })
    }

    /// The identity of an entry.
    pub(super) fn unlock(&self, record: &Record) -> Result<Identity, Error> {
        let password = self.0.password.get();
        let password = password.as_ref().map(|password| password.as_str());
        let identity = record.unlock(password, &self.0.options.limits);
        identity
            .map_err(|error| error.in_file(self.0.folder.entry(record.fingerprint, record.kind())))
    }

    /// The key of an identity as its file shall have it.
    pub(super) fn protect(&self, identity: &Identity) -> Result<KeyText, Error> {
        let password = self.0.password.get();
        let password = password.as_ref().map(|password| password.as_str());
        self.0.options.protect(identity, password)
    }

    /// Whether the password, if there is one, opens the keys: all have the same one, so one key is enough, and one
    /// that is broken proves nothing.
    pub(super) fn check_password(&self, index: &Index) -> Result<(), Error> {
        if self.0.password.get().is_none() {
            return Ok(());
        }
        let is_encrypted = |record: &&Arc<Record>| {
            let key = record.key.as_ref();
            key.is_some_and(KeyText::is_encrypted)
        };
        let mut keys: Vec<&Arc<Record>> = index.all().filter(is_encrypted).collect();
        // One that was opened before costs nothing.
        keys.sort_by_key(|record| {
            std::cmp::Reverse((record.is_unlocked(), record.certificate.preference()))
        });
        match keys.is_empty() || keys.into_iter().any(|record| self.unlock(record).is_ok()) {
            true => Ok(()),
            false => Err(ErrorKind::WrongPassword { what: "store" }.into()),
        }
    }
}

impl Changes<'_> {
    /// Every identity, with its key encrypted anew.
    fn with_password(&self, password: &str) -> Result<Vec<Record>, Error> {
        let options = &self.store().0.options;
        let identities = self.index().all();
        let identities = identities.filter(|record| record.kind() == Kind::Identity);
        identities
            .map(|record| {
                let identity = self.store().unlock(record).or_else(|error| {
                    // One that was changed before somebody was stopped.
                    let again = record.unlock(Some(password), &options.limits);
                    again.map_err(|_| error)
                })?;
                Ok(record.with_key(options.protect(&identity, Some(password))?))
            })
            .collect()
    }
}
