//! A folder on disk of own identities and correspondents' certificates.
//!
//! # The folder
//! It belongs to its owner alone, and so does every file in it:
//!
//! | file | holds |
//! |---|---|
//! | `smime-store` | `smime store 1`: what says that this is a store |
//! | `HEX.cert` | a certificate, and what is known about it |
//! | `HEX.key` | an identity: private key, certificate, the chain above it |
//! | `lock` | nothing; readers and writers lock it |
//! | `generation` | a number that changes before anything else does |
//!
//! `HEX` is the SHA-256 fingerprint of the certificate. The files are text that other tools read too: a header of
//! `name: value` lines, an empty line, and PEM. Private keys are PKCS#8, encrypted with the password of the store
//! (PBES2, RFC 8018). The files are the truth, all else is made from them: an entry is written to a file beside it,
//! which then takes its place, so it is there whole or not at all, whenever a process or the machine stops.
//!
//! Whoever can write into the folder decides to whom mail is encrypted; nothing here protects from that.

mod change;
mod entry;
mod expiring;
mod fingerprint;
mod folder;
mod import;
mod index;
mod learn;
mod options;
mod password;
mod problem;
mod record;
mod resolver;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use entry::Entry;
pub use expiring::Expiring;
pub use import::{Imported, Taken};
pub use options::StoreOptions;
pub use problem::{StoreProblem, StoreProblemKind};
pub use resolver::StoreResolver;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use crate::{Certificate, Error, Mailbox};
use fingerprint::Fingerprint;
use folder::{Folder, Lock, Stamp};
use index::Index;
use record::Record;

/// A folder of own identities and correspondents' certificates, keyed by address.
///
/// Several generations of certificates for one address live beside each other: all of them decrypt, and of those
/// that can be used the resolver rule takes one to encrypt and to sign ([`crate::resolver`]). Nothing is learned
/// and nothing is removed unless the program says so.
///
/// Any number of threads and processes may use one folder at once. They wait for each other where they must, without
/// a bound on the time, and each sees what the others did with its next question. Cheap to clone; clones share
/// everything.
///
/// Where an answer comes with a private key, that key is decrypted when it is needed first, and kept.
///
/// ```
/// use smime::Store;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path().join("mail");
/// let store = Store::options().password("secret").create(&folder)?;
/// # if std::fs::exists("me.p12")? {
/// let imported = store.import(&std::fs::read("me.p12")?, &["password of me.p12"])?;
/// println!("{imported}");
/// # }
/// for entry in store.entries()? {
///     println!("{}: {}", entry.addresses().join(", "), entry.certificate().subject());
/// }
/// // Opener::new(&anchors).resolver(store.clone()) decrypts with it,
/// // Protector::new().resolver(store).encrypt_to_recipients() encrypts.
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    folder: Folder,
    options: StoreOptions,
    /// Of the private keys, as it is now.
    password: password::Current,
    cached: RwLock<Cached>,
}

/// What was read, and from which state of the folder.
#[derive(Clone, Default)]
struct Cached {
    index: Arc<Index>,
    stamp: Option<Stamp>,
}

impl Store {
    /// Options for opening: the password of the private keys.
    pub fn options() -> StoreOptions {
        StoreOptions::new()
    }

    /// Opens a store that is there, without a password: see [`StoreOptions::new`].
    ///
    /// Files that cannot be read do not keep it from being opened: see [`Store::problems`].
    ///
    /// # Errors
    /// [`crate::ErrorKind::Missing`] when the folder is no store, [`crate::ErrorKind::Io`] when it cannot be read,
    /// [`crate::ErrorKind::Unsupported`] for one of another version, [`crate::ErrorKind::Limit`] for more than 100,000 entries.
    pub fn open(path: impl AsRef<Path>) -> Result<Store, Error> {
        StoreOptions::new().open(path)
    }

    /// Makes a store unless it is there, and opens it, without a password. The folder, and those above it that are
    /// missing, are made for their owner only.
    ///
    /// # Errors
    /// Those of [`Store::open`]; [`crate::ErrorKind::Misuse`] for a folder with other files in it.
    pub fn create(path: impl AsRef<Path>) -> Result<Store, Error> {
        StoreOptions::new().create(path)
    }

    fn create_as(path: &Path, options: StoreOptions) -> Result<Store, Error> {
        Folder::new(path).create()?;
        Store::open_as(path, options)
    }

    fn open_as(path: &Path, mut options: StoreOptions) -> Result<Store, Error> {
        let folder = Folder::new(path);
        folder.check_format()?;
        let store = Store(Arc::new(Inner {
            folder,
            password: password::Current::new(options.password.take()),
            options,
            cached: RwLock::default(),
        }));
        let index = store.index()?;
        store.check_password(&index)?;
        Ok(store)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.0.folder.path()
    }

    /// All entries, by address, those that became valid last first; authorities and others without address at the
    /// end.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when the folder cannot be read any more.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let index = self.index()?;
        let mut entries: Vec<Entry> = index.all().cloned().map(Entry::new).collect();
        entries.sort_by(|one, other| {
            let (first, second) = (one.sort_key(), other.sort_key());
            first.cmp(&second).then_with(|| one.compare_age(other))
        });
        Ok(entries)
    }

    /// The entries for one address, those that became valid last first.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn entries_for(&self, address: &Mailbox) -> Result<Vec<Entry>, Error> {
        let index = self.index()?;
        let found = index.of_address(address).cloned();
        let mut entries: Vec<Entry> = found.map(Entry::new).collect();
        entries.sort_by(Entry::compare_age);
        Ok(entries)
    }

    /// The entry with this fingerprint: SHA-256 in hexadecimal, with or without colons.
    ///
    /// # Errors
    /// As [`Store::entries`]; [`crate::ErrorKind::Malformed`] for what is no fingerprint.
    pub fn entry(&self, fingerprint: &str) -> Result<Option<Entry>, Error> {
        let fingerprint = Fingerprint::parse(fingerprint)?;
        let index = self.index()?;
        Ok(index.get(fingerprint).cloned().map(Entry::new))
    }

    /// Every certificate, also those of authorities in the chains of identities: what
    /// [`crate::Opener::certificates`] can build paths with.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn certificates(&self) -> Result<Vec<Certificate>, Error> {
        let index = self.index()?;
        let mut seen = std::collections::HashSet::new();
        let all = index.all().flat_map(|record| {
            let own = std::iter::once(&record.certificate);
            own.chain(&record.issuers)
        });
        Ok(all.filter(|one| seen.insert(*one)).cloned().collect())
    }

    /// What is not as it should be: files that were skipped, keys that others can read or that are not
    /// encrypted, entries that others can change.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn problems(&self) -> Result<Vec<StoreProblem>, Error> {
        let index = self.index()?;
        let mut problems = index.problems.clone();
        if !self.0.options.clear_keys {
            let is_clear = |record: &&Arc<Record>| {
                let key = record.key.as_ref();
                key.is_some_and(|key| !key.is_encrypted())
            };
            problems.extend(index.all().filter(is_clear).map(|record| {
                let file = format!("{}.key", record.fingerprint);
                StoreProblem::new(&file, StoreProblemKind::UnencryptedKey)
            }));
        }
        Ok(problems)
    }

    /// Reads the whole folder again. Only needed after a file was changed in place by hand, or replaced in the very
    /// moment of a change: all else is noticed.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn reload(&self) -> Result<(), Error> {
        let lock = self.0.folder.lock_shared()?;
        self.load(&lock).map(drop)
    }

    /// The entries as they are now.
    fn index(&self) -> Result<Arc<Index>, Error> {
        if let Some(index) = self.fresh()? {
            return Ok(index);
        }
        let lock = self.0.folder.lock_shared()?;
        // Somebody else may have read it while this one waited.
        match self.fresh()? {
            Some(index) => Ok(index),
            None => self.load(&lock),
        }
    }

    /// What was read, if the folder is still as it was then.
    ///
    /// A writer changes the generation before the first file, and what was read was read while nobody wrote: so an
    /// equal stamp means that nothing was changed, or not yet.
    fn fresh(&self) -> Result<Option<Arc<Index>>, Error> {
        let stamp = self.0.folder.stamp()?;
        let cached = self.cached();
        Ok((cached.stamp == Some(stamp)).then_some(cached.index))
    }

    fn cached(&self) -> Cached {
        let cached = self.0.cached.read();
        cached.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the folder, which nobody may change meanwhile.
    fn load(&self, _lock: &Lock) -> Result<Arc<Index>, Error> {
        let stamp = self.0.folder.stamp()?;
        let before = self.cached().index;
        let index = Index::load(&self.0.folder, &before, &self.0.options.limits)?;
        let index = Arc::new(index);
        self.publish(Arc::clone(&index), Some(stamp));
        Ok(index)
    }

    fn publish(&self, index: Arc<Index>, stamp: Option<Stamp>) {
        let cached = self.0.cached.write();
        *cached.unwrap_or_else(PoisonError::into_inner) = Cached { index, stamp };
    }
}

/// The folder only.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}
