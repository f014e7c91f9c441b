//! What runs out soon.

use std::time::{Duration, SystemTime};

use super::Store;
use super::entry::Entry;
use super::index::Index;
use crate::policy::StandardPolicy;
use crate::{Certificate, Error, Mailbox};

/// An identity or a certificate that runs out.
#[derive(Clone, Debug)]
pub struct Expiring {
    entry: Entry,
    expired: bool,
    unreplaced: Vec<String>,
}

impl Expiring {
    /// What runs out: an identity or a certificate, with its addresses and its last moment,
    /// [`Certificate::not_after`].
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whether it has run out already.
    pub fn is_expired(&self) -> bool {
        self.expired
    }

    /// Whether there is a successor for every address: one that is valid when this one runs out and beyond, and fit
    /// for what this one is used for; for an identity another identity.
    pub fn has_successor(&self) -> bool {
        self.unreplaced.is_empty()
    }

    /// The addresses without a successor.
    pub fn unreplaced(&self) -> &[String] {
        &self.unreplaced
    }
}

impl Store {
    /// The identities and certificates that run out `within` a time from `now`, the first to run out first. Those
    /// that have run out already stand there too, as long as they have no successor. Certificates that name no
    /// address, those of authorities, are left out.
    ///
    /// # Errors
    /// As [`Store::entries`].
    pub fn expiring(&self, within: Duration, now: SystemTime) -> Result<Vec<Expiring>, Error> {
        let index = self.index()?;
        let last = now.checked_add(within);
        let mut found = Vec::new();
        for record in index.all() {
            let end = record.certificate.not_after();
            let entry = Entry::new(record.clone());
            let addresses = entry.addresses();
            if last.is_some_and(|last| end > last) || addresses.is_empty() {
                continue;
            }
            let expired = end < now;
            let is_unreplaced = |address: &String| !is_replaced(&index, &entry, address);
            let unreplaced: Vec<String> = addresses.into_iter().filter(is_unreplaced).collect();
            if !expired || !unreplaced.is_empty() {
                found.push(Expiring {
                    entry,
                    expired,
                    unreplaced,
                });
            }
        }
        found.sort_by_key(|one| one.entry.certificate().not_after());
        Ok(found)
    }
}

fn is_replaced(index: &Index, entry: &Entry, address: &str) -> bool {
    let Ok(address) = Mailbox::new(address) else {
        return false;
    };
    let own = entry.certificate();
    let uses = Uses::of(own, entry);
    index.of_address(&address).any(|other| {
        let other = Entry::new(other.clone());
        let certificate = other.certificate();
        certificate.not_after() > own.not_after()
            && certificate.not_before() <= own.not_after()
            && (other.is_identity() || !entry.is_identity())
            && other.provenance() >= entry.provenance()
            && Uses::of(certificate, &other).cover(uses)
    })
}

/// What a certificate is used for.
#[derive(Clone, Copy)]
struct Uses {
    signs: bool,
    encrypts: bool,
}

impl Uses {
    fn of(certificate: &Certificate, entry: &Entry) -> Uses {
        // Whether it is fit at all, so at a time when it is valid.
        let at = certificate.not_before();
        let policy = StandardPolicy::at(at);
        let reasons = certificate.unfit_to_encrypt(None, at, &policy);
        Uses {
            signs: certificate.can_sign(),
            encrypts: entry.encrypts() && reasons.is_empty(),
        }
    }

    fn cover(self, others: Uses) -> bool {
        (self.signs || !others.signs) && (self.encrypts || !others.encrypts)
    }
}
