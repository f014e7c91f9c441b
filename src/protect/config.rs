//! What a [`super::Protector`] was told, in one cheap-to-clone value.

use std::sync::Arc;

use crate::address::Mailbox;
use crate::cert::{Certificate, Crl, Identity, OcspResponse, TrustAnchors};
use crate::cms::{CertificateReference, Framing};
use crate::crypto::{ContentCipher, DigestAlgorithm, RandomSource, SystemRandom};
use crate::engine::Resolver;
use crate::policy::{Policy, StandardPolicy};
use crate::{Error, Limits};

/// How a signed message looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SignedForm {
    /// multipart/signed (RFC 8551 3.5.3): readable without S/MIME.
    #[default]
    Detached,
    /// application/pkcs7-mime, smime-type signed-data (RFC 8551 3.5.2): survives relays that change text.
    Opaque,
}

/// How the content key is encrypted to RSA keys. Other keys leave no choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum KeyEncryptionChoice {
    /// PKCS#1 v1.5, which every reader knows.
    #[default]
    Auto,
    /// RSAES-OAEP with SHA-256 (RFC 3560). gpgsm cannot read it.
    Oaep,
    /// PKCS#1 v1.5 (RFC 3370), named explicitly.
    Pkcs1,
}

/// Whether the sender can read the message as well.
#[derive(Clone, Default)]
pub(super) enum SelfCopy {
    /// The signing certificate if it can receive, else what the resolver has for From.
    #[default]
    Automatic,
    /// This certificate.
    To(Certificate),
    /// Not at all.
    Never,
}

#[derive(Clone)]
pub(super) struct Config {
    pub signers: Vec<Identity>,
    pub sign_as_sender: bool,
    pub certificates: Vec<Certificate>,
    pub bound: Vec<(Mailbox, Certificate)>,
    pub encrypt_to_recipients: bool,
    /// Encryption was asked for. Not derived from the lists: an empty one must not mean clear text.
    pub encrypt: bool,
    pub advertised: Option<Certificate>,
    pub self_copy: SelfCopy,
    pub compress: bool,
    pub resolver: Option<Resolver>,
    pub anchors: Option<TrustAnchors>,
    /// May stand between a certificate and an anchor.
    pub intermediates: Vec<Certificate>,
    pub crls: Vec<Crl>,
    pub ocsp_responses: Vec<OcspResponse>,
    pub policy: Arc<dyn Policy>,
    pub form: SignedForm,
    pub digest: Option<DigestAlgorithm>,
    pub pss: bool,
    pub cipher: ContentCipher,
    pub key_encryption: KeyEncryptionChoice,
    pub reference: CertificateReference,
    pub capabilities: Vec<ContentCipher>,
    pub framing: Option<Framing>,
    pub ignore_addresses: bool,
    /// 1 or 2.
    pub threads: usize,
    pub random: Option<Arc<dyn RandomSource>>,
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            signers: Vec::new(),
            sign_as_sender: false,
            certificates: Vec::new(),
            bound: Vec::new(),
            encrypt_to_recipients: false,
            encrypt: false,
            advertised: None,
            self_copy: SelfCopy::Automatic,
            compress: false,
            resolver: None,
            anchors: None,
            intermediates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            policy: Arc::new(StandardPolicy::new()),
            form: SignedForm::default(),
            digest: None,
            pss: false,
            cipher: ContentCipher::Aes256Cbc,
            key_encryption: KeyEncryptionChoice::Auto,
            reference: CertificateReference::default(),
            capabilities: vec![
                ContentCipher::Aes256Cbc,
                ContentCipher::Aes192Cbc,
                ContentCipher::Aes128Cbc,
            ],
            framing: None,
            ignore_addresses: false,
            threads: 1,
            random: None,
            limits: Limits::default(),
        }
    }
}

impl Config {
    /// Whether the message will be signed.
    pub(super) fn signs(&self) -> bool {
        self.sign_as_sender || !self.signers.is_empty()
    }

    /// Whether the message will be encrypted.
    pub(super) fn encrypts(&self) -> bool {
        self.encrypt
    }

    /// Refuses combinations that make no sense, before any input is read.
    pub(super) fn check(&self) -> Result<(), Error> {
        if !self.signs() && !self.encrypts() && self.compress {
            return Err(Error::misuse(
                "compressing protects nothing: ask the protector to sign or to encrypt as well",
            ));
        }
        if !self.signs() && !self.encrypts() {
            return Err(Error::misuse(
                "nothing to do: ask the protector to sign (sign, sign_as_sender) or to encrypt \
                 (encrypt_to, encrypt_to_recipients); send_bytes sends unprotected mail",
            ));
        }
        if (self.sign_as_sender || self.encrypt_to_recipients) && self.resolver.is_none() {
            return Err(Error::misuse(
                "sign_as_sender and encrypt_to_recipients need a resolver to ask; set one with \
                 resolver(..), or name identities and certificates with sign and encrypt_to",
            ));
        }
        let revocations = !self.crls.is_empty() || !self.ocsp_responses.is_empty();
        if revocations && self.anchors.is_none() {
            return Err(Error::misuse(
                "revocation lists and OCSP responses say nothing without trust anchors: set those with anchors(..)",
            ));
        }
        Ok(())
    }

    pub(super) fn random(&self) -> &dyn RandomSource {
        match &self.random {
            Some(random) => random.as_ref(),
            None => &SystemRandom,
        }
    }
}
