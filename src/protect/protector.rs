//! The builder.

use std::io::Write;
use std::sync::Arc;

use super::config::{Config, KeyEncryptionChoice, SelfCopy, SignedForm};
use super::error::ProtectError;
use super::layers::STEP;
use super::machine::Machine;
use super::protected::{Protected, ProtectedCopy};
use super::writer::ProtectWriter;
use super::{blocking, nonblocking};
use crate::address::Mailbox;
use crate::cert::{Certificate, Crl, Identity, OcspResponse, TrustAnchors};
use crate::cms::{CertificateReference, Framing};
use crate::compose::{IntoMessage, Stamp};
use crate::crypto::{ContentCipher, DigestAlgorithm, RandomSource};
use crate::engine::Resolver;
use crate::policy::Policy;
use crate::resolver::{AsyncCertificateResolver, CertificateResolver};
use crate::{Error, Limits};

/// Signs and encrypts messages.
///
/// Setters commute and one protector serves any number of messages and threads. What to do has no
/// default: asked neither to sign nor to encrypt it refuses.
///
/// When the message has addresses, a signer must name From, and every recipient must be covered by
/// a certificate that names its address. What is not fitting is reported for all addresses together,
/// and then nothing is made: a message never leaves in clear because a certificate is missing.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mail = "";
/// use smime::{Certificate, Identity, Protector};
///
/// let alice = Identity::from_pkcs12(&std::fs::read("sender.p12")?, "secret")?;
/// let bob = Certificate::from_bytes(&std::fs::read("bob.cer")?)?;
/// let protected = Protector::new().sign(&alice).encrypt_to([&bob]).protect(mail)?;
/// println!("{}", protected.report());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Protector {
    config: Config,
}

impl Protector {
    /// A protector that does nothing yet: SHA-2 to match the key, multipart/signed, AES-256-CBC.
    pub fn new() -> Self {
        Protector::default()
    }

    /// Signs with this identity. Called again, it adds a signer.
    pub fn sign(mut self, identity: &Identity) -> Self {
        self.config.signers.push(identity.clone());
        self
    }

    /// Signs with the identity that the resolver has for the From address.
    pub fn sign_as_sender(mut self) -> Self {
        self.config.sign_as_sender = true;
        self
    }

    /// Encrypts to these certificates. You vouch for them; each serves the addresses it names, and
    /// one that names no recipient can read the copy for To and Cc.
    pub fn encrypt_to<'c>(
        mut self,
        certificates: impl IntoIterator<Item = &'c Certificate>,
    ) -> Self {
        self.config
            .certificates
            .extend(certificates.into_iter().cloned());
        self.config.encrypt = true;
        self
    }

    /// Encrypts to these certificates for exactly these addresses, whatever the certificates name.
    pub fn encrypt_to_named<'c>(
        mut self,
        bound: impl IntoIterator<Item = (&'c Mailbox, &'c Certificate)>,
    ) -> Self {
        let bound = bound
            .into_iter()
            .map(|(mailbox, c)| (mailbox.clone(), c.clone()));
        self.config.bound.extend(bound);
        self.config.encrypt = true;
        self
    }

    /// Encrypts to every To, Cc and Bcc address with a certificate from the resolver.
    pub fn encrypt_to_recipients(mut self) -> Self {
        self.config.encrypt_to_recipients = true;
        self.config.encrypt = true;
        self
    }

    /// Encrypts to the sender with this certificate, so that Sent mail stays readable, and names it
    /// in the signature as the one to answer with. The recipients need certificates as well: a
    /// message is encrypted to everybody or not made.
    pub fn encrypt_to_self(mut self, certificate: &Certificate) -> Self {
        self.config.self_copy = SelfCopy::To(certificate.clone());
        self.config.encrypt = true;
        self
    }

    /// Names the certificate that answers shall be encrypted to (encryptionKeyPreference, RFC 8551
    /// 2.5.3) and puts it into the signature, also when the message is signed only. Not needed when
    /// the signing certificate can receive, and with [`Protector::encrypt_to_self`].
    pub fn advertise(mut self, certificate: &Certificate) -> Self {
        self.config.advertised = Some(certificate.clone());
        self
    }

    /// Does not encrypt to the sender.
    pub fn not_to_self(mut self) -> Self {
        self.config.self_copy = SelfCopy::Never;
        self
    }

    /// Where identities and certificates are looked up.
    pub fn resolver(mut self, resolver: impl CertificateResolver + 'static) -> Self {
        self.config.resolver = Some(Resolver::Blocking(Arc::new(resolver)));
        self
    }

    /// The same, asynchronous; for [`Protector::protect_async`] only.
    pub fn resolver_async(mut self, resolver: impl AsyncCertificateResolver + 'static) -> Self {
        self.config.resolver = Some(Resolver::Async(Arc::new(resolver)));
        self
    }

    /// The roots that candidate certificates of a resolver must lead to (RFC 5280 6). S/MIME roots are not TLS roots.
    ///
    /// A candidate ([`crate::resolver::Provenance::Candidate`]) is used when there is a path from it to one of these
    /// anchors, through [`Protector::certificates`] and whatever else the resolver answered, at the time of
    /// the policy, and nothing on it is known to be revoked. What an unknown status means the policy says
    /// ([`crate::policy::Requirements::revocation`]). Otherwise it is refused by name, with the reasons. Without
    /// anchors every candidate is.
    ///
    /// Certificates that somebody vouches for (named, bound, pinned, and those of signers) need no path. But one that
    /// [`Protector::crls`] or [`Protector::ocsp_responses`] say was revoked, or an authority on its path
    /// to an anchor, is refused too. Where there are such, and no path to an anchor, nobody knows which of them count:
    /// then a note says so of the certificate. Under [`crate::policy::RevocationMode::Hard`] one whose status is not
    /// known is refused, whoever vouches for it, with and without lists and responses.
    ///
    /// Of the certificates found for one address [`Limits::paths`] are looked at.
    pub fn anchors(mut self, anchors: &TrustAnchors) -> Self {
        self.config.anchors = Some(anchors.clone());
        self
    }

    /// Certificates that may stand between a certificate and an anchor. They are not trusted for that, and nothing
    /// is encrypted to them: [`Protector::encrypt_to`] does that.
    pub fn certificates<'c>(
        mut self,
        certificates: impl IntoIterator<Item = &'c Certificate>,
    ) -> Self {
        let intermediates = &mut self.config.intermediates;
        intermediates.extend(certificates.into_iter().cloned());
        self
    }

    /// Revocation lists. They need [`Protector::anchors`]: without one nobody knows whose they are.
    pub fn crls<'c>(mut self, crls: impl IntoIterator<Item = &'c Crl>) -> Self {
        self.config.crls.extend(crls.into_iter().cloned());
        self
    }

    /// OCSP responses. They need [`Protector::anchors`], as lists do.
    pub fn ocsp_responses<'c>(
        mut self,
        responses: impl IntoIterator<Item = &'c OcspResponse>,
    ) -> Self {
        let known = &mut self.config.ocsp_responses;
        known.extend(responses.into_iter().cloned());
        self
    }

    /// Judges keys, and is the clock. Default: [`crate::policy::StandardPolicy`].
    pub fn policy(mut self, policy: impl Policy + 'static) -> Self {
        self.config.policy = Arc::new(policy);
        self
    }

    /// The digest of all signers. Default: SHA-512 for RSA, Ed25519 and P-521, SHA-384 for P-384,
    /// SHA-256 for P-256. A key that cannot sign with it is an error.
    pub fn digest(mut self, digest: DigestAlgorithm) -> Self {
        self.config.digest = Some(digest);
        self
    }

    /// RSA keys sign with RSASSA-PSS instead of PKCS#1 v1.5 (RFC 4056); salt as long as the digest.
    pub fn pss(mut self) -> Self {
        self.config.pss = true;
        self
    }

    /// Signs inside application/pkcs7-mime instead of multipart/signed.
    pub fn opaque(mut self) -> Self {
        self.config.form = SignedForm::Opaque;
        self
    }

    /// Compresses the content with zlib before it is signed and encrypted (RFC 3274, RFC 8551 3.6). Off by
    /// default: few mail programs read it. The size of what is encrypted then depends on what it says, so
    /// leave it off where somebody else chooses part of the content and can see the sizes.
    pub fn compress(mut self) -> Self {
        self.config.compress = true;
        self
    }

    /// The content cipher. Default: AES-256-CBC, which every client reads.
    pub fn cipher(mut self, cipher: ContentCipher) -> Self {
        self.config.cipher = cipher;
        self
    }

    /// How the content key is encrypted to RSA keys.
    pub fn key_encryption(mut self, choice: KeyEncryptionChoice) -> Self {
        self.config.key_encryption = choice;
        self
    }

    /// How certificates are named in the message.
    pub fn certificate_reference(mut self, reference: CertificateReference) -> Self {
        self.config.reference = reference;
        self
    }

    /// The ciphers advertised to whoever answers, best first (RFC 8551 2.5.2). Default: AES-256,
    /// AES-192 and AES-128-CBC. Empty: the attribute is left out.
    pub fn capabilities(mut self, ciphers: impl IntoIterator<Item = ContentCipher>) -> Self {
        self.config.capabilities = ciphers.into_iter().collect();
        self
    }

    /// Definite or indefinite lengths. Default: definite for [`Protector::protect`], indefinite for
    /// [`Protector::writer`] and [`Protector::machine`]. An encrypted message with Bcc recipients, which is several
    /// copies, needs definite ones.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.config.framing = Some(framing);
        self
    }

    /// How many threads one message may use: 1, the default, or 2. With 2 the content is hashed on a second thread,
    /// while this one puts it into canonical form, encrypts and encodes; a message of less than 64 KiB stays on one.
    /// 0 counts as 1, more than 2 as 2. The bytes that come out are the same. Where no thread can be started, one
    /// does it all.
    pub fn threads(mut self, threads: usize) -> Self {
        self.config.threads = threads.clamp(1, 2);
        self
    }

    /// The bounds of this protector.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.config.limits = limits;
        self
    }

    /// Does not compare the addresses of the message with those in certificates: signers need not
    /// name From, recipients need not be covered.
    pub fn danger_ignore_addresses(mut self) -> Self {
        self.config.ignore_addresses = true;
        self
    }

    /// Draws keys, nonces, salts and boundaries from this source instead of the system's. A source
    /// that can be guessed or repeats itself gives everything away: it is for tests.
    pub fn danger_random(mut self, random: impl RandomSource + 'static) -> Self {
        self.config.random = Some(Arc::new(random));
        self
    }

    /// Protects a message held in memory.
    ///
    /// Errors: [`ProtectError::Refused`] with every address and certificate that does not fit;
    /// [`ProtectError::Failed`] for everything else. Either way nothing was made.
    pub fn protect<'m>(&self, message: impl IntoMessage<'m>) -> Result<Protected, ProtectError> {
        blocking::check(&self.config)?;
        let mut run = self.start()?;
        let message = message.into_message(&self.stamp(&run.machine))?;
        for step in message.chunks(STEP) {
            blocking::drive(&self.config, &mut run.machine, Some(step), &mut run.out)?;
        }
        blocking::drive(&self.config, &mut run.machine, None, &mut run.out)?;
        Ok(run.protected())
    }

    /// The same, awaiting asynchronous resolvers and keys. Needs no particular runtime; blocking
    /// resolvers and keys are called inline.
    pub async fn protect_async<'m>(
        &self,
        message: impl IntoMessage<'m>,
    ) -> Result<Protected, ProtectError> {
        let mut run = self.start()?;
        let message = message.into_message(&self.stamp(&run.machine))?;
        for step in message.chunks(STEP) {
            nonblocking::drive(&self.config, &mut run.machine, Some(step), &mut run.out).await?;
        }
        nonblocking::drive(&self.config, &mut run.machine, None, &mut run.out).await?;
        Ok(run.protected())
    }

    /// A writer that protects what is written to it and passes it on to `sink`, one message and one
    /// copy. An encrypted message with Bcc recipients is an error here.
    pub fn writer<W: Write>(&self, sink: W) -> Result<ProtectWriter<W>, ProtectError> {
        blocking::check(&self.config)?;
        let framing = self.config.framing.unwrap_or(Framing::Indefinite);
        let machine = Machine::new(&self.config, framing, true)?;
        Ok(ProtectWriter::new(self.config.clone(), machine, sink))
    }

    /// The machine itself, for an event loop of your own.
    pub fn machine(&self) -> Result<Machine, Error> {
        let framing = self.config.framing.unwrap_or(Framing::Indefinite);
        Machine::new(&self.config, framing, false)
    }

    fn start(&self) -> Result<Run, Error> {
        let framing = self.config.framing.unwrap_or(Framing::Definite);
        let machine = Machine::new(&self.config, framing, false)?;
        Ok(Run {
            machine,
            out: Vec::new(),
        })
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    fn stamp(&self, machine: &Machine) -> Stamp<'_> {
        Stamp {
            now: machine.now(),
            random: self.config.random(),
        }
    }
}

/// Without keys and certificates, which are many and may be secret.
impl std::fmt::Debug for Protector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Protector")
            .field("signs", &self.config.signs())
            .field("encrypts", &self.config.encrypts())
            .field("cipher", &self.config.cipher)
            .finish_non_exhaustive()
    }
}

/// One message on its way through a machine.
struct Run {
    machine: Machine,
    out: Vec<u8>,
}

impl Run {
    fn protected(mut self) -> Protected {
        let envelope = self.machine.envelope().cloned();
        let mut copies = vec![ProtectedCopy {
            envelope,
            bytes: self.out,
        }];
        copies.extend(self.machine.take_later_copies());
        Protected {
            copies,
            report: self.machine.into_report(),
        }
    }
}
