//! The store as a resolver.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use super::Store;
use super::record::Record;
use crate::cert::{RecipientId, SignerId};
use crate::policy::Policy;
use crate::resolver::{CertificateResolver, FoundCertificate};
use crate::{Certificate, Error, Identity, Mailbox};

/// A [`Store`] as a resolver, made by [`Store::resolver`] or [`Store::resolver_with`]. Cheap to clone.
#[derive(Clone)]
pub struct StoreResolver {
    store: Store,
    policy: Option<Arc<dyn Policy>>,
}

impl Store {
    /// The store as a resolver without a clock. Of several identities for one address the newest signs that can
    /// sign mail at all; dates are not looked at, because the question comes without a time. The store itself
    /// answers in the same way.
    pub fn resolver(&self) -> StoreResolver {
        StoreResolver {
            store: self.clone(),
            policy: None,
        }
    }

    /// The store as a resolver with the clock and the rules of a policy: of several identities for one address the
    /// newest signs that is fit to at the time of the question. When none is, the newest is the answer all
    /// the same, so that whoever asked can say what is wrong with it.
    pub fn resolver_with(&self, policy: impl Policy + 'static) -> StoreResolver {
        StoreResolver {
            store: self.clone(),
            policy: Some(Arc::new(policy)),
        }
    }

    fn signer(
        &self,
        from: &Mailbox,
        policy: Option<&dyn Policy>,
    ) -> Result<Option<Identity>, Error> {
        let index = self.index()?;
        let now = policy.map(Policy::now);
        let identities = index.of_address(from).filter(|record| record.key.is_some());
        let best = identities.max_by_key(|record| {
            let certificate = &record.certificate;
            let fit = policy.zip(now).is_none_or(|(policy, now)| {
                let reasons = certificate.unfit_to_sign(None, now, policy);
                reasons.is_empty()
            });
            (fit, certificate.can_sign(), certificate.preference())
        });
        best.map(|record| self.unlock(record)).transpose()
    }

    /// The entries that one of these identifiers names, newest first.
    fn named<'i>(
        &self,
        identifiers: impl IntoIterator<Item = &'i [u8]>,
        is_named: impl Fn(&Certificate) -> bool,
    ) -> Result<Vec<Arc<Record>>, Error> {
        let index = self.index()?;
        let mut found: Vec<Arc<Record>> = Vec::new();
        for octets in identifiers {
            for record in index.of_identifier(octets) {
                let is_known = |known: &Arc<Record>| known.fingerprint == record.fingerprint;
                if is_named(&record.certificate) && !found.iter().any(is_known) {
                    found.push(Arc::clone(record));
                }
            }
        }
        found.sort_by(|one, other| {
            let (one, other) = (&one.certificate, &other.certificate);
            Reverse(one.preference()).cmp(&Reverse(other.preference()))
        });
        Ok(found)
    }
}

impl CertificateResolver for Store {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        self.signer(from, None)
    }

    /// All generations; a certificate whose owner wants to be written to another one only if it was bound by hand.
    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        let index = self.index()?;
        let mut found = Vec::new();
        for record in index.of_address(to) {
            let certificate = record.certificate.clone();
            let facts = &record.facts;
            if facts.bound.iter().any(|bound| bound.matches(to)) {
                found.push(FoundCertificate::bound(certificate));
            } else if facts.verifies_only {
                continue;
            } else if facts.pinned {
                found.push(FoundCertificate::pinned(certificate));
            } else {
                found.push(FoundCertificate::candidate(certificate));
            }
        }
        Ok(found)
    }

    /// An identity whose key cannot be had is an error only when there is no other.
    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        let octets = recipients.iter().map(|id| match id {
            RecipientId::IssuerAndSerial { serial, .. } => serial.as_slice(),
            RecipientId::SubjectKeyIdentifier(key) => key,
        });
        let is_named = |one: &Certificate| recipients.iter().any(|id| id.matches(one));
        let mut found = Vec::new();
        let mut failed = None;
        for record in self.named(octets, is_named)? {
            if record.key.is_some() {
                match self.unlock(&record) {
                    Ok(identity) => found.push(identity),
                    Err(error) => failed = Some(error),
                }
            }
        }
        match failed {
            Some(error) if found.is_empty() => Err(error),
            _ => Ok(found),
        }
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        let octets = match signer {
            SignerId::IssuerAndSerial { serial, .. } => serial.as_slice(),
            SignerId::SubjectKeyIdentifier(key) => key,
        };
        let found = self.named([octets], |one| signer.matches(one))?;
        Ok(found
            .iter()
            .map(|record| record.certificate.clone())
            .collect())
    }
}

impl CertificateResolver for StoreResolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        self.store.signer(from, self.policy.as_deref())
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        self.store.encryption_certificates(to)
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.store.decryption_identities(recipients)
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        self.store.signer_certificates(signer)
    }
}

impl fmt::Debug for StoreResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreResolver")
            .field("store", &self.store)
            .field("policy", &self.policy.is_some())
            .finish()
    }
}
