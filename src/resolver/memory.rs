//! A resolver over what the program put in.

use std::collections::{HashMap, HashSet};

use super::{CertificateResolver, FoundCertificate};
use crate::cert::{RecipientId, SignerId};
use crate::{Certificate, Error, Identity, Mailbox};

/// Identities and certificates in memory, found by the addresses in the certificates.
///
/// What is put in counts as pinned ([`super::Provenance::Pinned`]). The certificate of an identity also
/// answers for mail to its address.
///
/// Of several identities for one address the newest signs whose certificate can sign mail: kind of key, key
/// usage, extended key usage, no CA, no extension that is critical and unknown, or malformed. Neither dates
/// nor the policy are looked at, because the question comes without a time: leave out what has expired,
/// and add the renewal of a certificate when it becomes valid.
#[derive(Clone, Debug, Default)]
pub struct MemoryResolver {
    identities: Vec<Identity>,
    certificates: Vec<Certificate>,
    /// The same, to look one up.
    known: HashSet<Certificate>,
    /// Places in `identities`, by [`Mailbox::key`].
    signers: HashMap<String, Vec<usize>>,
    /// By [`Mailbox::key`].
    recipients: HashMap<String, Vec<FoundCertificate>>,
}

impl MemoryResolver {
    /// Knows nothing yet.
    pub fn new() -> Self {
        MemoryResolver::default()
    }

    /// [`MemoryResolver::add_identity`] in a chain of calls.
    pub fn with_identity(mut self, identity: &Identity) -> Self {
        self.add_identity(identity);
        self
    }

    /// [`MemoryResolver::add_certificate`] in a chain of calls.
    pub fn with_certificate(mut self, certificate: &Certificate) -> Self {
        self.add_certificate(certificate);
        self
    }

    /// [`MemoryResolver::bind`] in a chain of calls.
    pub fn with_binding(mut self, address: &Mailbox, certificate: &Certificate) -> Self {
        self.bind(address, certificate);
        self
    }

    /// Adds an identity, for the addresses its certificate names.
    pub fn add_identity(&mut self, identity: &Identity) {
        let place = self.identities.len();
        for key in keys(identity.certificate()) {
            self.signers.entry(key).or_default().push(place);
        }
        self.identities.push(identity.clone());
        for certificate in identity.chain().iter().skip(1) {
            self.remember(certificate);
        }
        self.add_certificate(identity.certificate());
    }

    /// Adds a certificate, for the addresses it names.
    pub fn add_certificate(&mut self, certificate: &Certificate) {
        for key in keys(certificate) {
            let known = self.recipients.entry(key).or_default();
            let found = FoundCertificate::pinned(certificate.clone());
            if !known.contains(&found) {
                known.push(found);
            }
        }
        self.remember(certificate);
    }

    /// Uses a certificate for an address whether it names it or not.
    pub fn bind(&mut self, address: &Mailbox, certificate: &Certificate) {
        let found = FoundCertificate::bound(certificate.clone());
        self.recipients
            .entry(address.key())
            .or_default()
            .push(found);
        self.remember(certificate);
    }

    fn remember(&mut self, certificate: &Certificate) {
        if self.known.insert(certificate.clone()) {
            self.certificates.push(certificate.clone());
        }
    }
}

/// The addresses a certificate names, in the form that maps are keyed by.
fn keys(certificate: &Certificate) -> Vec<String> {
    let mut keys: Vec<String> = certificate
        .addresses()
        .iter()
        .filter_map(|address| Mailbox::new(address).ok())
        .map(|mailbox| mailbox.key())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

impl CertificateResolver for MemoryResolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        let places = self.signers.get(&from.key());
        Ok(places
            .into_iter()
            .flatten()
            .filter_map(|&place| self.identities.get(place))
            .max_by_key(|identity| {
                let certificate = identity.certificate();
                (certificate.can_sign(), certificate.preference())
            })
            .cloned())
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        Ok(self.recipients.get(&to.key()).cloned().unwrap_or_default())
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        Ok(self
            .identities
            .iter()
            .filter(|identity| {
                recipients
                    .iter()
                    .any(|id| id.matches(identity.certificate()))
            })
            .cloned()
            .collect())
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        Ok(self
            .certificates
            .iter()
            .filter(|certificate| signer.matches(certificate))
            .cloned()
            .collect())
    }
}
