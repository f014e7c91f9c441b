//! Changes: one writer at a time, each file whole.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::Store;
use super::fingerprint::{Fingerprint, sha_256};
use super::folder::{Kind, Stamp};
use super::index::Index;
use super::record::{BINDINGS, Facts, KeyText, Record};
use crate::resolver::Provenance;
use crate::{Certificate, Error, ErrorKind, Identity, Mailbox};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is new.
    Added,
    /// It was there, and more is known about it now.
    Updated,
    /// Nothing new.
    Unchanged,
}

impl Change {
    /// `"added"`, `"updated"` or `"unchanged"`.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Updated => "updated",
            Change::Unchanged => "unchanged",
        }
    }
}

impl Store {
    /// Adds an identity with its chain. Its private key is encrypted with the password of the store.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] without a password (unless [`super::StoreOptions::danger_unencrypted_keys`]) and for
    /// a key outside the process; [`ErrorKind::WrongPassword`] when the keys that are there have another
    /// password; [`ErrorKind::Io`], [`ErrorKind::Limit`].
    pub fn add_identity(&self, identity: &Identity) -> Result<Change, Error> {
        self.change(|changes| changes.put_identity(identity))
    }

    /// Adds a certificate, and says who vouches for it. One that is pinned stays pinned; one whose private key is
    /// here, because it renews another one, becomes an identity.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], [`ErrorKind::Limit`].
    pub fn add_certificate(
        &self,
        certificate: &Certificate,
        provenance: Provenance,
    ) -> Result<Change, Error> {
        self.change(|changes| changes.put_certificate(certificate, Facts::of(provenance)))
    }

    /// Uses a certificate for an address whether it names it or not, and pins it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`], [`ErrorKind::Limit`] (100 addresses for one certificate).
    pub fn bind(&self, address: &Mailbox, certificate: &Certificate) -> Result<Change, Error> {
        // Names of people have no place in the file.
        let address = Mailbox::new(&address.address())?;
        let facts = Facts {
            bound: vec![address],
            ..Facts::pinned()
        };
        self.change(|changes| changes.put_certificate(certificate, facts))
    }

    /// Vouches for a certificate that is here, such as one that was learned: from now on it needs no trust anchor.
    ///
    /// The fingerprint is SHA-256 in hexadecimal, with or without colons. Compare it with its owner first.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`] for a certificate that is not here, [`ErrorKind::Malformed`] for what is no
    /// fingerprint, [`ErrorKind::Io`].
    pub fn pin(&self, fingerprint: &str) -> Result<Change, Error> {
        let fingerprint = Fingerprint::parse(fingerprint)?;
        self.change(|changes| {
            let record = changes.get(fingerprint)?;
            let facts = Facts {
                pinned: true,
                ..record.facts.clone()
            };
            changes.put(record.with_facts(facts))
        })
    }

    /// Removes a certificate, and what is known about it. What is removed can be learned again.
    ///
    /// # Errors
    /// As [`Store::pin`]; [`ErrorKind::Misuse`] for an identity, whose key would be lost: see
    /// [`Store::remove_identity`].
    pub fn remove(&self, fingerprint: &str) -> Result<(), Error> {
        self.remove_kind(fingerprint, Kind::Certificate)
    }

    /// Removes an identity with its private key. What was encrypted to it can then never be read again, unless
    /// there is a copy of the key. The file is removed, not overwritten: disks and backups may keep it.
    ///
    /// # Errors
    /// As [`Store::pin`]; [`ErrorKind::Misuse`] for a certificate without a private key.
    pub fn remove_identity(&self, fingerprint: &str) -> Result<(), Error> {
        self.remove_kind(fingerprint, Kind::Identity)
    }

    fn remove_kind(&self, fingerprint: &str, kind: Kind) -> Result<(), Error> {
        let fingerprint = Fingerprint::parse(fingerprint)?;
        self.change(|changes| {
            let record = changes.get(fingerprint)?;
            match (record.kind(), kind) {
                (Kind::Identity, Kind::Certificate) => Err(Error::misuse(
                    "this is an identity: without its private key what was encrypted to it cannot \
                     be read any more; remove_identity removes it",
                )),
                (Kind::Certificate, Kind::Identity) => Err(Error::misuse(
                    "there is no private key to this certificate; remove removes it",
                )),
                _ => changes.remove(fingerprint),
            }
        })
    }

    /// Does `work` while nobody else reads or writes, on entries as they are. What it wrote before it failed stays.
    pub(super) fn change<T>(
        &self,
        work: impl FnOnce(&mut Changes<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let folder = &self.0.folder;
        let lock = folder.lock_exclusive()?;
        let index = match self.fresh()? {
            Some(index) => index,
            None => self.load(&lock)?,
        };
        let mut changes = Changes {
            store: self,
            index,
            begin: self.cached().stamp,
            begun: false,
            stale: false,
        };
        let result = work(&mut changes);
        if changes.begun {
            // Without a stamp it is read again; that is slow, and never wrong.
            let stamp = changes.stamp();
            self.publish(changes.index, stamp);
        }
        drop(lock);
        result
    }
}

/// What a writer does while it has the folder to itself.
pub(super) struct Changes<'s> {
    store: &'s Store,
    index: Arc<Index>,
    /// Of the folder that the index was made from.
    begin: Option<Stamp>,
    begun: bool,
    /// Whether the folder is no longer what the index says.
    stale: bool,
}

impl Changes<'_> {
    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(super) fn store(&self) -> &Store {
        self.store
    }

    /// The stamp of the folder when nobody but this writer changed it. A person who puts a file in by hand takes no
    /// lock, and what he did must not be covered by the stamp of what was done here.
    fn stamp(&self) -> Option<Stamp> {
        let folder = &self.store.0.folder;
        let stamp = folder.stamp().ok()?;
        let names = folder.names().ok()?;
        (!self.stale && self.index.is_of(&names)).then_some(stamp)
    }

    fn get(&self, fingerprint: Fingerprint) -> Result<Arc<Record>, Error> {
        let found = self.index.get(fingerprint).cloned();
        found.ok_or_else(|| {
            ErrorKind::Missing {
                what: format!("certificate {fingerprint} in the store").into(),
            }
            .into()
        })
    }

    /// Before the first change.
    fn begin(&mut self) -> Result<(), Error> {
        if self.begun {
            return Ok(());
        }
        let folder = &self.store.0.folder;
        self.stale = Some(folder.stamp()?) != self.begin;
        folder.begin_generation()?;
        self.begun = true;
        let index = Arc::make_mut(&mut self.index);
        // Nobody writes but the holder of the lock, so these are nobody's.
        for leftover in std::mem::take(&mut index.leftovers) {
            // What cannot be removed is in nobody's way.
            if folder.remove(&leftover).is_ok() {
                index.file_removed(&leftover);
            }
        }
        Ok(())
    }

    pub(super) fn put_identity(&mut self, identity: &Identity) -> Result<Change, Error> {
        let record = Record::new(identity.certificate().clone(), Facts::pinned());
        let known = self.index.get(record.fingerprint).cloned();
        let is_kept = |key: &KeyText| {
            // One that stands there in the clear is encrypted as soon as it can be.
            key.is_encrypted() || self.store.0.password.get().is_none()
        };
        if let Some(known) = &known
            && known.key.as_ref().is_some_and(is_kept)
        {
            let mut record = record;
            record.issuers = identity.chain().iter().skip(1).cloned().collect();
            return self.put(known.joined(&record));
        }
        self.store.check_password(&self.index)?;
        let key = self.store.protect(identity)?;
        let record = record.with_identity(identity, key.clone());
        match known {
            Some(known) => self.put(known.joined(&record).with_key(key)),
            None => self.put(record),
        }
    }

    pub(super) fn put_certificate(
        &mut self,
        certificate: &Certificate,
        facts: Facts,
    ) -> Result<Change, Error> {
        let mut record = Record::new(certificate.clone(), facts);
        let is_known_as_identity = self
            .index
            .get(record.fingerprint)
            .is_some_and(|known| known.key.is_some());
        // Not for whoever sends a message: what is learned must not touch keys.
        if !is_known_as_identity
            && record.facts.pinned
            && let Some(renewed) = self.with_same_key(certificate)
        {
            record.key = renewed.key.clone();
            if certificate.has_issuer(renewed.certificate.issuer_der()) {
                record.issuers = renewed.issuers.clone();
            }
        }
        self.put_joined(record)
    }

    /// The newest identity with the key of a certificate.
    fn with_same_key(&self, certificate: &Certificate) -> Option<&Arc<Record>> {
        let key = certificate.public_key();
        let identities = self.index.all().filter(|record| record.key.is_some());
        identities
            .filter(|record| record.certificate.public_key().same_key(key))
            .max_by_key(|record| record.certificate.preference())
    }

    /// Adds to what is known.
    fn put_joined(&mut self, record: Record) -> Result<Change, Error> {
        match self.index.get(record.fingerprint) {
            Some(known) => self.put(known.joined(&record)),
            None => self.put(record),
        }
    }

    /// Writes an entry in the place of what is known.
    pub(super) fn put(&mut self, record: Record) -> Result<Change, Error> {
        if record.facts.bound.len() > BINDINGS {
            let limit = u64::try_from(BINDINGS).unwrap_or(u64::MAX);
            return Err(Error::limit("addresses bound to one certificate", limit));
        }
        let text = record.to_text()?;
        let known = self.index.get(record.fingerprint).cloned();
        if let Some(known) = &known
            && *known.to_text()? == *text
        {
            return Ok(Change::Unchanged);
        }
        if known.is_none() {
            self.index.check_room()?;
        }
        self.write(vec![(record, text)])?;
        Ok(match known {
            Some(_) => Change::Updated,
            None => Change::Added,
        })
    }

    /// Writes entries in the places of those that are known, as nearly at once as can be.
    pub(super) fn put_all(&mut self, records: Vec<Record>) -> Result<(), Error> {
        let with_text = |record: Record| record.to_text().map(|text| (record, text));
        let all: Result<Vec<_>, Error> = records.into_iter().map(with_text).collect();
        self.write(all?)
    }

    fn write(&mut self, entries: Vec<(Record, Zeroizing<String>)>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        self.begin()?;
        let folder = &self.store.0.folder;
        let file = |record: &Record| folder.entry(record.fingerprint, record.kind());
        let files = entries.iter();
        let written = folder.write_all(files.map(|(record, text)| (file(record), text.as_bytes())));
        // Some may be in their places, when not all are.
        self.stale |= written.is_err();
        written?;
        for (mut record, text) in entries {
            let index = Arc::make_mut(&mut self.index);
            index.file_written(&file(&record));
            if record.kind() == Kind::Identity {
                let certificate = folder.entry(record.fingerprint, Kind::Certificate);
                folder.remove(&certificate)?;
                index.file_removed(&certificate);
            }
            record.digests = vec![sha_256(text.as_bytes())];
            index.insert(Arc::new(record));
        }
        Ok(())
    }

    fn remove(&mut self, fingerprint: Fingerprint) -> Result<(), Error> {
        self.begin()?;
        let folder = &self.store.0.folder;
        let index = Arc::make_mut(&mut self.index);
        for kind in [Kind::Certificate, Kind::Identity] {
            let path = folder.entry(fingerprint, kind);
            folder.remove(&path)?;
            index.file_removed(&path);
        }
        index.remove(fingerprint);
        Ok(())
    }
}
