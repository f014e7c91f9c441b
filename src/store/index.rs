//! The entries in memory, made from the files, which are the truth.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::fingerprint::{Fingerprint, sha_256};
use super::folder::{self, Folder, Kind, Named};
use super::problem::{StoreProblem, StoreProblemKind};
use super::record::Record;
use crate::{Error, Limits, Mailbox};

/// Entries of one store.
const ENTRIES: usize = 100_000;
/// Problems that are told.
const PROBLEMS: usize = 1_000;
/// Permission bits of a key file that let others read or change it.
const OTHERS: u32 = 0o077;
/// Permission bits that let others put files into the folder, or change whom mail is encrypted to.
const OTHERS_WRITE: u32 = 0o022;

#[derive(Clone, Default)]
pub(super) struct Index {
    records: BTreeMap<Fingerprint, Arc<Record>>,
    /// By [`Mailbox::key`].
    addresses: HashMap<String, BTreeSet<Fingerprint>>,
    /// By serial number and by key identifier.
    identifiers: HashMap<Vec<u8>, BTreeSet<Fingerprint>>,
    pub(super) problems: Vec<StoreProblem>,
    /// Names of all files but the store's own.
    names: BTreeSet<OsString>,
    /// Files of processes that were ended while they wrote.
    pub(super) leftovers: Vec<PathBuf>,
}

impl Index {
    /// Reads the folder. Entries whose files are as they were are taken from `before`.
    pub(super) fn load(folder: &Folder, before: &Index, limits: &Limits) -> Result<Index, Error> {
        let mut index = Index::default();
        index.check_folder(folder)?;
        let mut entries: BTreeMap<Fingerprint, Vec<Kind>> = BTreeMap::new();
        for name in folder.names()? {
            let text = name.to_string_lossy();
            let named = Named::of_file(&name);
            if !matches!(named, Named::Own) {
                index.names.insert(name.clone());
            }
            match named {
                Named::Own => {}
                Named::Temporary => index.leftovers.push(folder.path().join(&name)),
                Named::Entry(fingerprint, kind) => {
                    entries.entry(fingerprint).or_default().push(kind);
                }
                Named::Foreign => index.problem(&text, StoreProblemKind::Foreign),
            }
        }
        if entries.len() > ENTRIES {
            return Err(Error::limit("entries of a store", as_u64(ENTRIES)));
        }
        for (fingerprint, kinds) in entries {
            index.load_entry(folder, fingerprint, &kinds, before, limits);
        }
        Ok(index)
    }

    fn check_folder(&mut self, folder: &Folder) -> Result<(), Error> {
        let about = std::fs::metadata(folder.path())
            .map_err(|error| Error::io(format!("folder {}", folder.path().display()), error))?;
        if let Some(mode) = folder::open_to_others(&about, OTHERS_WRITE) {
            self.problem(".", StoreProblemKind::Permissions { mode });
        }
        Ok(())
    }

    /// Reads the files of one entry: two, when a process was ended between writing one and removing the other.
    fn load_entry(
        &mut self,
        folder: &Folder,
        fingerprint: Fingerprint,
        kinds: &[Kind],
        before: &Index,
        limits: &Limits,
    ) {
        let mut files = Vec::new();
        for &kind in kinds {
            let path = folder.entry(fingerprint, kind);
            let name = name_of(&path);
            let refused = match kind {
                Kind::Identity => OTHERS,
                Kind::Certificate => OTHERS_WRITE,
            };
            if let Ok(about) = std::fs::symlink_metadata(&path)
                && let Some(mode) = folder::open_to_others(&about, refused)
                && about.is_file()
            {
                self.problem(&name, StoreProblemKind::Permissions { mode });
            }
            match folder::read(&path) {
                Ok(bytes) => files.push((kind, name, bytes)),
                Err(error) => self.unreadable(&name, &error),
            }
        }
        let digests: Vec<[u8; 32]> = files.iter().map(|(_, _, bytes)| sha_256(bytes)).collect();
        if let Some(known) = before.records.get(&fingerprint)
            && known.digests == digests
        {
            self.insert(Arc::clone(known));
            return;
        }
        let mut found: Option<Record> = None;
        for (kind, name, bytes) in files {
            match Record::parse(&bytes, fingerprint, kind, limits) {
                Ok(record) => {
                    found = Some(match found {
                        None => record,
                        Some(other) => other.joined(&record),
                    });
                }
                Err(error) => self.unreadable(&name, &error),
            }
        }
        if let Some(record) = found {
            self.insert(Arc::new(record));
        }
    }

    fn unreadable(&mut self, name: &str, error: &dyn std::fmt::Display) {
        let detail = error.to_string();
        self.problem(name, StoreProblemKind::Unreadable { detail });
    }

    fn problem(&mut self, file: &str, kind: StoreProblemKind) {
        if self.problems.len() < PROBLEMS {
            self.problems.push(StoreProblem::new(file, kind));
        }
    }

    /// Whether one more may be written.
    pub(super) fn check_room(&self) -> Result<(), Error> {
        match self.records.len() < ENTRIES {
            true => Ok(()),
            false => Err(Error::limit("entries of a store", as_u64(ENTRIES))),
        }
    }

    /// Whether these are the names of the files that it was made from.
    pub(super) fn is_of(&self, names: &[OsString]) -> bool {
        let names = names.iter();
        let others = names.filter(|name| !matches!(Named::of_file(name), Named::Own));
        others.eq(&self.names)
    }

    /// A file was written.
    pub(super) fn file_written(&mut self, path: &Path) {
        self.names.extend(path.file_name().map(OsStr::to_owned));
    }

    /// A file was removed.
    pub(super) fn file_removed(&mut self, path: &Path) {
        if let Some(name) = path.file_name() {
            self.names.remove(name);
        }
    }

    /// Puts an entry in, in the place of one for the same certificate.
    pub(super) fn insert(&mut self, record: Arc<Record>) {
        let fingerprint = record.fingerprint;
        self.remove(fingerprint);
        for key in addresses(&record) {
            self.addresses.entry(key).or_default().insert(fingerprint);
        }
        for key in identifiers(&record) {
            self.identifiers.entry(key).or_default().insert(fingerprint);
        }
        self.records.insert(fingerprint, record);
    }

    pub(super) fn remove(&mut self, fingerprint: Fingerprint) {
        let Some(record) = self.records.remove(&fingerprint) else {
            return;
        };
        for key in addresses(&record) {
            forget(&mut self.addresses, &key, fingerprint);
        }
        for key in identifiers(&record) {
            forget(&mut self.identifiers, &key, fingerprint);
        }
    }

    pub(super) fn get(&self, fingerprint: Fingerprint) -> Option<&Arc<Record>> {
        self.records.get(&fingerprint)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Record>> {
        self.records.values()
    }

    /// The entries for an address, in no order that means anything.
    pub(super) fn of_address(&self, address: &Mailbox) -> impl Iterator<Item = &Arc<Record>> {
        let found = self.addresses.get(&address.key());
        found.into_iter().flatten().filter_map(|f| self.get(*f))
    }

    /// The entries whose certificate has this serial number or key identifier.
    pub(super) fn of_identifier(&self, octets: &[u8]) -> impl Iterator<Item = &Arc<Record>> {
        let found = self.identifiers.get(octets);
        found.into_iter().flatten().filter_map(|f| self.get(*f))
    }
}

/// The addresses an entry is for, in the form that maps are keyed by.
fn addresses(record: &Record) -> BTreeSet<String> {
    let named = record.certificate.addresses().iter();
    let named = named.filter_map(|address| Mailbox::new(address).ok());
    let mut keys: BTreeSet<String> = named.map(|address| address.key()).collect();
    keys.extend(record.facts.bound.iter().map(Mailbox::key));
    keys
}

fn identifiers(record: &Record) -> impl Iterator<Item = Vec<u8>> {
    let certificate = &record.certificate;
    let serial = certificate.serial_der().to_vec();
    let key = certificate.subject_key_identifier().map(<[u8]>::to_vec);
    std::iter::once(serial).chain(key)
}

fn forget<K: std::hash::Hash + Eq + std::borrow::Borrow<Q>, Q: std::hash::Hash + Eq + ?Sized>(
    map: &mut HashMap<K, BTreeSet<Fingerprint>>,
    key: &Q,
    fingerprint: Fingerprint,
) {
    if let Some(known) = map.get_mut(key) {
        known.remove(&fingerprint);
        if known.is_empty() {
            map.remove(key);
        }
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
