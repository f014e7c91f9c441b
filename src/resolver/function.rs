//! A resolver made of closures.

use std::fmt;

use super::{CertificateResolver, FoundCertificate};
use crate::cert::{RecipientId, SignerId};
use crate::{Certificate, Error, Identity, Mailbox};

/// One question, answered by a closure.
type Question<Q, A> = Option<Box<dyn Fn(&Q) -> Result<A, Error> + Send + Sync>>;

/// A resolver made of closures, one per question; what has no closure finds nothing.
///
/// ```
/// use smime::resolver::FnResolver;
///
/// let resolver = FnResolver::new().on_encryption_certificates(|to| {
///     println!("asked for {to}");
///     Ok(Vec::new())
/// });
/// ```
#[derive(Default)]
pub struct FnResolver {
    signing_identity: Question<Mailbox, Option<Identity>>,
    encryption_certificates: Question<Mailbox, Vec<FoundCertificate>>,
    decryption_identities: Question<[RecipientId], Vec<Identity>>,
    signer_certificates: Question<SignerId, Vec<Certificate>>,
}

/// A resolver that answers for encryption only.
///
/// A plain certificate in the answer is a candidate; [`FoundCertificate::pinned`] vouches for it.
pub fn encryption_fn<F>(answer: F) -> FnResolver
where
    F: Fn(&Mailbox) -> Result<Vec<FoundCertificate>, Error> + Send + Sync + 'static,
{
    FnResolver::new().on_encryption_certificates(answer)
}

impl FnResolver {
    /// Finds nothing yet.
    pub fn new() -> Self {
        FnResolver::default()
    }

    /// Answers [`CertificateResolver::signing_identity`].
    pub fn on_signing_identity<F>(mut self, answer: F) -> Self
    where
        F: Fn(&Mailbox) -> Result<Option<Identity>, Error> + Send + Sync + 'static,
    {
        self.signing_identity = Some(Box::new(answer));
        self
    }

    /// Answers [`CertificateResolver::encryption_certificates`].
    pub fn on_encryption_certificates<F>(mut self, answer: F) -> Self
    where
        F: Fn(&Mailbox) -> Result<Vec<FoundCertificate>, Error> + Send + Sync + 'static,
    {
        self.encryption_certificates = Some(Box::new(answer));
        self
    }

    /// Answers [`CertificateResolver::decryption_identities`].
    pub fn on_decryption_identities<F>(mut self, answer: F) -> Self
    where
        F: Fn(&[RecipientId]) -> Result<Vec<Identity>, Error> + Send + Sync + 'static,
    {
        self.decryption_identities = Some(Box::new(answer));
        self
    }

    /// Answers [`CertificateResolver::signer_certificates`].
    pub fn on_signer_certificates<F>(mut self, answer: F) -> Self
    where
        F: Fn(&SignerId) -> Result<Vec<Certificate>, Error> + Send + Sync + 'static,
    {
        self.signer_certificates = Some(Box::new(answer));
        self
    }
}

fn ask<Q: ?Sized, A: Default>(question: &Question<Q, A>, about: &Q) -> Result<A, Error> {
    match question {
        Some(answer) => answer(about),
        None => Ok(A::default()),
    }
}

impl CertificateResolver for FnResolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        ask(&self.signing_identity, from)
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        ask(&self.encryption_certificates, to)
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        ask(&self.decryption_identities, recipients)
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        ask(&self.signer_certificates, signer)
    }
}

impl fmt::Debug for FnResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FnResolver")
    }
}
