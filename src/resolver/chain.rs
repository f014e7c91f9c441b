//! Several resolvers, one after the other.

use std::fmt;
use std::sync::Arc;

use super::{CertificateResolver, FoundCertificate};
use crate::cert::{RecipientId, SignerId};
use crate::{Certificate, Error, Identity, Mailbox};

/// Asks several resolvers in order. The first that has an answer answers; the certificates for
/// encryption are those of all, because the best is chosen among all.
///
/// An error of one is the error of all: a directory that is down must not look like "no certificate".
#[derive(Clone, Default)]
pub struct ChainResolver(Vec<Arc<dyn CertificateResolver>>);

impl ChainResolver {
    /// Asks nobody yet.
    pub fn new() -> Self {
        ChainResolver::default()
    }

    /// Asks `resolver` after those before it.
    pub fn then(mut self, resolver: impl CertificateResolver + 'static) -> Self {
        self.0.push(Arc::new(resolver));
        self
    }

    /// The first answer that is not empty.
    fn first<T>(
        &self,
        ask: impl Fn(&dyn CertificateResolver) -> Result<Vec<T>, Error>,
    ) -> Result<Vec<T>, Error> {
        for resolver in &self.0 {
            let answer = ask(resolver)?;
            if !answer.is_empty() {
                return Ok(answer);
            }
        }
        Ok(Vec::new())
    }
}

impl CertificateResolver for ChainResolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        let mut found = self.first(|one| Ok(one.signing_identity(from)?.into_iter().collect()))?;
        Ok(found.pop())
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        let mut all: Vec<FoundCertificate> = Vec::new();
        for resolver in &self.0 {
            for found in resolver.encryption_certificates(to)? {
                if !all.contains(&found) {
                    all.push(found);
                }
            }
        }
        Ok(all)
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.first(|one| one.decryption_identities(recipients))
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        self.first(|one| one.signer_certificates(signer))
    }
}

impl fmt::Debug for ChainResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChainResolver({} resolvers)", self.0.len())
    }
}
