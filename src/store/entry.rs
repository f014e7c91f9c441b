//! What a store knows about one certificate.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::record::Record;
use crate::resolver::Provenance;
use crate::{Certificate, Mailbox};

/// What a [`super::Store`] knows about one certificate, as it was when it was asked. Cheap to clone.
#[derive(Clone)]
pub struct Entry(Arc<Record>);

impl Entry {
    pub(super) fn new(record: Arc<Record>) -> Entry {
        Entry(record)
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.0.certificate
    }

    /// Whether its private key is here.
    pub fn is_identity(&self) -> bool {
        self.0.key.is_some()
    }

    /// Whether its private key is here and encrypted with the password of the store.
    pub fn is_key_encrypted(&self) -> bool {
        let key = self.0.key.as_ref();
        key.is_some_and(super::record::KeyText::is_encrypted)
    }

    /// Who vouches for it: [`Provenance::Pinned`] a person, [`Provenance::Candidate`] nobody yet.
    pub fn provenance(&self) -> Provenance {
        match self.0.facts.pinned {
            true => Provenance::Pinned,
            false => Provenance::Candidate,
        }
    }

    /// The addresses it is found by: those the certificate names, and those it was bound to by hand.
    pub fn addresses(&self) -> Vec<String> {
        let mut addresses = self.certificate().addresses().to_vec();
        for bound in &self.0.facts.bound {
            if !self.certificate().names(bound) {
                addresses.push(bound.address());
            }
        }
        addresses
    }

    /// The addresses it was bound to by hand.
    pub fn bound(&self) -> &[Mailbox] {
        &self.0.facts.bound
    }

    /// Whether mail may be encrypted to it as far as its owner is concerned: he may have said in a message that he
    /// wants to be written to another one.
    pub fn encrypts(&self) -> bool {
        !self.0.facts.verifies_only
    }

    /// What its owner says to be able to read (sMIMECapabilities, RFC 8551 2.5.2), best first, by name.
    pub fn capabilities(&self) -> &[String] {
        &self.0.facts.capabilities
    }

    /// When it was last learned from a message, to the day; `None` for one that never was.
    pub fn learned(&self) -> Option<SystemTime> {
        self.0.facts.learned
    }

    /// The chain above the certificate of an identity, from below.
    pub fn issuers(&self) -> &[Certificate] {
        &self.0.issuers
    }

    /// Orders by address; what has none comes last.
    pub(super) fn sort_key(&self) -> (bool, Option<String>) {
        let first = self.addresses().into_iter().next();
        let first = first.map(|address| match Mailbox::new(&address) {
            Ok(mailbox) => mailbox.key(),
            Err(_) => address,
        });
        (first.is_none(), first)
    }

    /// What the rule of choice prefers comes first.
    pub(super) fn compare_age(&self, other: &Entry) -> Ordering {
        let ours = self.certificate().preference();
        other.certificate().preference().cmp(&ours)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("certificate", self.certificate())
            .field("is_identity", &self.is_identity())
            .field("provenance", &self.provenance())
            .finish_non_exhaustive()
    }
}
