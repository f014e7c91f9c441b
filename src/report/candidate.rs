//! What a mail program may learn from a trusted message.

use crate::cert::Certificate;

/// A certificate that a mail program may want to keep.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub(crate) certificate: Certificate,
    /// Whether mail may be encrypted to it.
    pub(crate) encrypts: bool,
    /// What the signer says it can read, best first, by name.
    pub(crate) capabilities: Vec<String>,
}

impl Candidate {
    /// The certificate. The addresses it is for are [`Certificate::addresses`].
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whether mail may be encrypted to it; otherwise it is for verifying only.
    pub fn encrypts(&self) -> bool {
        self.encrypts
    }

    /// What its owner says to be able to read (sMIMECapabilities, RFC 8551 2.5.2), best first, by name.
    pub fn capabilities(&self) -> &[String] {
        &self.capabilities
    }
}
