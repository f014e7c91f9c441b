//! Who finds certificates and identities: [`CertificateResolver`] and its ready-made implementations.
//!
//! A resolver is asked once per address and answers with what it knows. It does not judge: dates, key
//! usage, purpose and address are checked by the asker, for every answer, and so is who vouches for it. Of
//! several certificates that would do the asker takes one by this rule:
//!
//! 1. Only usable ones: see [`crate::Certificate::unfit_to_encrypt`].
//! 2. One bound to the address by hand before a pinned one, a pinned one before a candidate
//!    ([`Provenance`]).
//! 3. The one that became valid last; then the one that stays valid longest.
//! 4. The stronger key.
//! 5. The order of the DER bytes, so that the choice is always the same.
//! 6. The first in this order that is believed: a candidate that leads to a trust anchor and was not revoked
//!    ([`crate::Protector::anchors`]); one that is bound or pinned and not known to be revoked. Those before
//!    it are passed over, and the report says why.
//!
//! | ready-made | answers from |
//! |---|---|
//! | [`MemoryResolver`] | identities and certificates put in by the program |
//! | [`FolderResolver`] | a folder of certificate and key files |
//! | [`FnResolver`] | closures |
//! | [`ChainResolver`] | several resolvers, one after the other |

mod chain;
mod choice;
mod folder;
mod function;
mod memory;

pub use chain::ChainResolver;
pub(crate) use choice::{Choice, Unusable, choose};
pub use folder::FolderResolver;
pub use function::{FnResolver, encryption_fn};
pub use memory::MemoryResolver;

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use crate::cert::{RecipientId, SignerId};
use crate::{Certificate, Error, Identity, Mailbox};

/// Who vouches for a certificate that a resolver found (RFC 8550 4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// It was found somewhere: a directory, DNS, a signed message. It is validated to a trust anchor
    /// ([`crate::Protector::anchors`]) before anything is encrypted to it.
    Candidate,
    /// A person put it there: a folder, the memory of the program. Nothing else vouches for it.
    Pinned,
}

/// A certificate that a resolver found, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCertificate {
    certificate: Certificate,
    provenance: Provenance,
    bound: bool,
}

impl FoundCertificate {
    /// A person vouches for it.
    pub fn pinned(certificate: Certificate) -> Self {
        FoundCertificate {
            certificate,
            provenance: Provenance::Pinned,
            bound: false,
        }
    }

    /// Nobody vouches for it yet.
    pub fn candidate(certificate: Certificate) -> Self {
        FoundCertificate {
            certificate,
            provenance: Provenance::Candidate,
            bound: false,
        }
    }

    /// A person vouches for it and for its use with the very address that was asked for, even if the
    /// certificate names another one or none.
    pub fn bound(certificate: Certificate) -> Self {
        FoundCertificate {
            certificate,
            provenance: Provenance::Pinned,
            bound: true,
        }
    }

    /// The certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Who vouches for it.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Whether it was bound to the address by hand: then it need not name it.
    pub fn is_bound(&self) -> bool {
        self.bound
    }
}

/// A plain certificate is a candidate.
impl From<Certificate> for FoundCertificate {
    fn from(certificate: Certificate) -> Self {
        FoundCertificate::candidate(certificate)
    }
}

/// Finds certificates and identities. Every method has a default that finds nothing.
///
/// The methods are the events of the component suites that mail developers know:
///
/// | event there | method here | asked when |
/// |---|---|---|
/// | `OnGetSigningCertificate` | [`signing_identity`](Self::signing_identity) | signing, for From |
/// | `OnGetEncryptionCertificate` | [`encryption_certificates`](Self::encryption_certificates) | encrypting, for every To, Cc and Bcc |
/// | `OnGetDecryptionKey` | [`decryption_identities`](Self::decryption_identities) | decrypting |
/// | `OnGetSignerCertificate` | [`signer_certificates`](Self::signer_certificates) | verifying |
///
/// An error stops the message it was asked for; "nothing found" is not an error.
/// [`Error::external`] makes an error of whatever went wrong.
///
/// ```
/// use smime::resolver::{CertificateResolver, FoundCertificate};
/// use smime::{Certificate, Error, Mailbox};
///
/// struct Directory;
///
/// impl CertificateResolver for Directory {
///     fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
///         let answer: Vec<Certificate> = Vec::new(); // ask the directory for to.address()
///         Ok(answer.into_iter().map(FoundCertificate::candidate).collect())
///     }
/// }
/// ```
pub trait CertificateResolver: Send + Sync {
    /// Who signs mail from this address (`OnGetSigningCertificate`).
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        let _ = from;
        Ok(None)
    }

    /// Certificates for mail to this address, all that are known (`OnGetEncryptionCertificate`).
    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        let _ = to;
        Ok(Vec::new())
    }

    /// Identities a message is encrypted to, by the identifiers in it (`OnGetDecryptionKey`).
    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        let _ = recipients;
        Ok(Vec::new())
    }

    /// Certificates that may be the signer's, by the identifier in the message
    /// (`OnGetSignerCertificate`).
    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        let _ = signer;
        Ok(Vec::new())
    }
}

impl<T: CertificateResolver + ?Sized> CertificateResolver for Arc<T> {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        (**self).signing_identity(from)
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        (**self).encryption_certificates(to)
    }

    fn decryption_identities(&self, recipients: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        (**self).decryption_identities(recipients)
    }

    fn signer_certificates(&self, signer: &SignerId) -> Result<Vec<Certificate>, Error> {
        (**self).signer_certificates(signer)
    }
}

/// The answer of an [`AsyncCertificateResolver`].
pub type ResolverFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// [`CertificateResolver`] for resolvers that wait: a directory, a service. The same four questions,
/// the same defaults.
///
/// ```
/// use smime::resolver::{AsyncCertificateResolver, FoundCertificate, ResolverFuture};
/// use smime::Mailbox;
///
/// struct Directory;
///
/// impl AsyncCertificateResolver for Directory {
///     fn encryption_certificates<'a>(
///         &'a self,
///         to: &'a Mailbox,
///     ) -> ResolverFuture<'a, Vec<FoundCertificate>> {
///         Box::pin(async move {
///             let _ = to.address(); // ask for it and await the answer
///             Ok(Vec::new())
///         })
///     }
/// }
/// ```
pub trait AsyncCertificateResolver: Send + Sync {
    /// See [`CertificateResolver::signing_identity`].
    fn signing_identity<'a>(&'a self, from: &'a Mailbox) -> ResolverFuture<'a, Option<Identity>> {
        let _ = from;
        Box::pin(ready(Ok(None)))
    }

    /// See [`CertificateResolver::encryption_certificates`].
    fn encryption_certificates<'a>(
        &'a self,
        to: &'a Mailbox,
    ) -> ResolverFuture<'a, Vec<FoundCertificate>> {
        let _ = to;
        Box::pin(ready(Ok(Vec::new())))
    }

    /// See [`CertificateResolver::decryption_identities`].
    fn decryption_identities<'a>(
        &'a self,
        recipients: &'a [RecipientId],
    ) -> ResolverFuture<'a, Vec<Identity>> {
        let _ = recipients;
        Box::pin(ready(Ok(Vec::new())))
    }

    /// See [`CertificateResolver::signer_certificates`].
    fn signer_certificates<'a>(
        &'a self,
        signer: &'a SignerId,
    ) -> ResolverFuture<'a, Vec<Certificate>> {
        let _ = signer;
        Box::pin(ready(Ok(Vec::new())))
    }
}

impl<T: AsyncCertificateResolver + ?Sized> AsyncCertificateResolver for Arc<T> {
    fn signing_identity<'a>(&'a self, from: &'a Mailbox) -> ResolverFuture<'a, Option<Identity>> {
        (**self).signing_identity(from)
    }

    fn encryption_certificates<'a>(
        &'a self,
        to: &'a Mailbox,
    ) -> ResolverFuture<'a, Vec<FoundCertificate>> {
        (**self).encryption_certificates(to)
    }

    fn decryption_identities<'a>(
        &'a self,
        recipients: &'a [RecipientId],
    ) -> ResolverFuture<'a, Vec<Identity>> {
        (**self).decryption_identities(recipients)
    }

    fn signer_certificates<'a>(
        &'a self,
        signer: &'a SignerId,
    ) -> ResolverFuture<'a, Vec<Certificate>> {
        (**self).signer_certificates(signer)
    }
}

#[cfg(test)]
mod tests;
