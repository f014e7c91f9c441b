//! The builder.

mod streams;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::buffer::Bytes;
use super::checking::Checking;
use super::config::Config;
use super::content::Opened;
use super::dangerous::Dangerous;
use super::machine::{Machine, Root};
use super::{blocking, nonblocking};
use crate::cert::{Certificate, Crl, Identity, OcspResponse, TrustAnchors};
use crate::engine::Resolver;
use crate::policy::Policy;
use crate::resolver::{AsyncCertificateResolver, CertificateResolver};
use crate::{Error, Limits, Mailbox};

/// Opens messages: decrypts, verifies, and says what may be believed of the content, and why.
///
/// Setters commute, and one opener serves any number of messages and threads. It never uses the
/// network: what is needed beyond the message comes from the caller.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use smime::{Identity, Opener, TrustAnchors};
/// use smime::open::Content;
///
/// let anchors = TrustAnchors::from_pem(&std::fs::read("ca.pem")?)?;
/// let me = Identity::from_pkcs12(&std::fs::read("me.p12")?, "secret")?;
/// let opened = Opener::new(&anchors).identity(&me).open(&std::fs::read("mail.eml")?)?;
/// match opened.content() {
///     Content::Trusted(message) => println!("signed, {} bytes", message.bytes().len()),
///     Content::Untrusted(_) | Content::Unsigned(_) => println!("do not rely on who wrote it"),
///     Content::Withheld(why) => println!("{why}"),
///     _ => {}
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Opener {
    config: Arc<Config>,
}

impl Opener {
    /// An opener that trusts what these anchors vouch for.
    pub fn new(anchors: &TrustAnchors) -> Self {
        Opener {
            config: Arc::new(Config::new(anchors)),
        }
    }

    /// Decrypts with this identity too. Called again, it adds one. Its chain may also stand between a signer and an
    /// anchor, as [`Opener::certificates`] may.
    pub fn identity(self, identity: &Identity) -> Self {
        self.with(|config| config.identities.push(identity.clone()))
    }

    /// Tries this password for messages encrypted to one. Called again, it adds one.
    pub fn password(self, password: &str) -> Self {
        let mut kept = Zeroizing::new(String::with_capacity(password.len()));
        kept.push_str(password);
        self.with(|config| config.passwords.push(kept))
    }

    /// A key that both sides had before, by its identifier (KEKRecipientInfo).
    pub fn kek(self, identifier: &[u8], key: &[u8]) -> Self {
        let mut kept = Zeroizing::new(Vec::with_capacity(key.len()));
        kept.extend_from_slice(key);
        self.with(|config| config.keks.push((identifier.to_vec(), kept)))
    }

    /// Asks this resolver for identities and signers' certificates that are not known.
    pub fn resolver(self, resolver: impl CertificateResolver + 'static) -> Self {
        let resolver = Resolver::Blocking(Arc::new(resolver));
        self.with(|config| config.resolver = Some(resolver))
    }

    /// The same with an async one.
    pub fn resolver_async(self, resolver: impl AsyncCertificateResolver + 'static) -> Self {
        let resolver = Resolver::Async(Arc::new(resolver));
        self.with(|config| config.resolver = Some(resolver))
    }

    /// Judges by this policy instead of the standard one.
    pub fn policy(self, policy: impl Policy + 'static) -> Self {
        self.with(|config| config.policy = Arc::new(policy))
    }

    /// Certificates that may be signers' or stand between them and an anchor. They are not trusted for that.
    pub fn certificates<'c>(self, certificates: impl IntoIterator<Item = &'c Certificate>) -> Self {
        self.with(|config| {
            config
                .certificates
                .extend(certificates.into_iter().cloned())
        })
    }

    /// Revocation lists. Those in a message are used as well; they can take nothing from what these say.
    pub fn crls<'c>(self, crls: impl IntoIterator<Item = &'c Crl>) -> Self {
        self.with(|config| config.crls.extend(crls.into_iter().cloned()))
    }

    /// OCSP responses. Those stapled to a signature (RFC 5940) are used as well, as lists are.
    pub fn ocsp_responses<'c>(self, responses: impl IntoIterator<Item = &'c OcspResponse>) -> Self {
        self.with(|config| config.ocsp_responses.extend(responses.into_iter().cloned()))
    }

    /// Compares local parts of addresses with upper and lower case.
    pub fn strict_local_part(self) -> Self {
        self.with(|config| config.strict_local_part = true)
    }

    /// Who must have signed what comes without From: a CMS object, a document. Of a mail with From both
    /// are required.
    pub fn expect_signer(self, signer: &Mailbox) -> Self {
        self.with(|config| config.expected_signer = Some(signer.clone()))
    }

    /// Accepts as signer of what has no header at all (a CMS object, a document) whoever has a certificate for mail
    /// under the anchors. A note names the addresses in it: who that is, and whether he may sign this, is
    /// for the caller to decide. With [`Opener::expect_signer`], and of a mail, it changes nothing.
    pub fn any_signer(self) -> Self {
        self.with(|config| config.any_signer = true)
    }

    /// Other bounds.
    pub fn limits(self, limits: Limits) -> Self {
        self.with(|config| config.limits = limits)
    }

    /// Holds parts of at most so many bytes in memory when a message is opened as a stream; of longer ones it holds the
    /// header and what else is looked at. Default 64 KiB.
    pub fn held_bytes(self, bytes: usize) -> Self {
        self.with(|config| config.held_bytes = bytes)
    }

    /// Keeps what comes out of a pipe ([`Opener::open_stream`]) in this folder, instead of the system's folder for temporary
    /// files. That one may be in memory: for messages larger than the memory choose a folder on a disk.
    pub fn spool_folder(self, folder: impl AsRef<Path>) -> Self {
        self.with(|config| config.spool_folder = Some(folder.as_ref().to_owned()))
    }

    /// Lets this many threads work on one message that is opened as a stream. Default 1: no thread is started.
    pub fn threads(self, threads: usize) -> Self {
        self.with(|config| config.threads = threads.max(1))
    }

    /// Opens a mail.
    ///
    /// A signature that is not trusted or does not verify is no error: [`Opened::content`] says so.
    ///
    /// # Errors
    /// What keeps the mail from being opened at all: it is malformed or over a limit; no key for any
    /// recipient ([`crate::ErrorKind::Missing`]); a key that cannot be reached
    /// ([`crate::ErrorKind::KeyUnavailable`]); an algorithm the policy refuses
    /// ([`crate::ErrorKind::Unfit`]); whatever goes wrong with a key or a cipher is the one
    /// [`crate::ErrorKind::Decryption`]. [`crate::ErrorKind::Misuse`] with an async key or resolver.
    pub fn open(&self, raw: &[u8]) -> Result<Opened, Error> {
        blocking::drive(&self.config, Root::Mail, raw, "open_async")
    }

    /// Opens a mail, awaiting keys and resolver. It needs no particular runtime; blocking keys and
    /// resolvers are called inline.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub async fn open_async(&self, raw: &[u8]) -> Result<Opened, Error> {
        nonblocking::drive(&self.config, Root::Mail, raw).await
    }

    /// Opens a CMS object (DER, BER or PEM), below MIME: the content is the innermost octets.
    ///
    /// There is no From that says who must have signed it: without [`Opener::expect_signer`] or
    /// [`Opener::any_signer`] no signer is trusted.
    ///
    /// What [`Protector::protect_cms`](crate::Protector::protect_cms) makes when it signs and encrypts is opened at
    /// once: content of an encryption that is the `ContentInfo` of a SignedData, whole, is taken for the layer
    /// below, though its type says id-data.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub fn open_cms(&self, cms: &[u8]) -> Result<Opened, Error> {
        blocking::drive(&self.config, Root::Cms, cms, "open_cms_async")
    }

    /// Like [`Opener::open_cms`], awaiting keys and resolver.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub async fn open_cms_async(&self, cms: &[u8]) -> Result<Opened, Error> {
        nonblocking::drive(&self.config, Root::Cms, cms).await
    }

    /// Verifies a detached signature (DER, BER or PEM) over content, byte for byte.
    ///
    /// As with [`Opener::open_cms`], somebody has to say who must have signed it.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub fn verify_detached(&self, content: &[u8], signature: &[u8]) -> Result<Opened, Error> {
        let root = Root::Detached(Bytes::copy(signature));
        blocking::drive(&self.config, root, content, "verify_detached_async")
    }

    /// Like [`Opener::verify_detached`], awaiting the resolver.
    ///
    /// # Errors
    /// As [`Opener::open`].
    pub async fn verify_detached_async(
        &self,
        content: &[u8],
        signature: &[u8],
    ) -> Result<Opened, Error> {
        let root = Root::Detached(Bytes::copy(signature));
        nonblocking::drive(&self.config, root, content).await
    }

    /// The machine itself, for an event loop of your own. It opens one mail, and asks you where the
    /// other functions ask the resolver.
    pub fn machine(&self) -> Machine {
        Machine::new(&self.config, Root::Mail)
    }

    /// The machine that checks a mail that goes by, for an event loop of your own. It keeps no content in memory that is longer
    /// than [`Opener::held_bytes`]: the content comes from the same bytes in a second pass.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Randomness`].
    pub fn checking(&self) -> Result<Checking, Error> {
        Checking::new(&self.config, Root::Mail)
    }

    /// Opening that gives out content before it was checked. Read [`Dangerous`] first.
    pub fn dangerous(&self) -> Dangerous {
        Dangerous::new(&self.config)
    }

    /// What it was told.
    #[cfg(feature = "tokio")]
    pub(super) fn config(&self) -> &Arc<Config> {
        &self.config
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }
}

/// Without keys, passwords and certificates, which are many and may be secret.
impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("anchors", &self.config.anchors.certificates().len())
            .field("identities", &self.config.identities.len())
            .finish_non_exhaustive()
    }
}
