//! One layer of protection: a signature, an encryption, a compression.

use super::{Encryption, SignerReport};
use crate::cert::RecipientId;
use crate::check::Check;
use crate::crypto::{ReceivedCipher, ReceivedKeyEncryption};

/// What a layer is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayerKind {
    /// multipart/signed, or a signature beside its content.
    DetachedSignature,
    /// SignedData with its content.
    OpaqueSignature,
    /// SignedData without signers: certificates only, or content nobody signed.
    NoSigners,
    /// EnvelopedData or AuthEnvelopedData.
    Encrypted {
        /// The content cipher.
        cipher: ReceivedCipher,
        /// How the content key came, where it was opened.
        key_encryption: Option<ReceivedKeyEncryption>,
        /// The recipient it was opened as; `None` for a password or shared key.
        opened_as: Option<RecipientId>,
        /// How many recipients it names.
        recipients: usize,
    },
    /// CompressedData.
    Compressed,
}

impl LayerKind {
    /// `"detached-signature"`, `"opaque-signature"`, `"no-signers"`, `"encrypted"` or `"compressed"`.
    pub fn name(&self) -> &'static str {
        match self {
            LayerKind::DetachedSignature => "detached-signature",
            LayerKind::OpaqueSignature => "opaque-signature",
            LayerKind::NoSigners => "no-signers",
            LayerKind::Encrypted { .. } => "encrypted",
            LayerKind::Compressed => "compressed",
        }
    }

    /// How what is inside is encrypted by this layer.
    pub fn encryption(&self) -> Encryption {
        match self {
            LayerKind::Encrypted { cipher, .. } if cipher.is_authenticated() => {
                Encryption::Authenticated
            }
            LayerKind::Encrypted { .. } => Encryption::Unauthenticated,
            LayerKind::DetachedSignature
            | LayerKind::OpaqueSignature
            | LayerKind::NoSigners
            | LayerKind::Compressed => Encryption::None,
        }
    }
}

/// One layer of protection.
#[derive(Clone, Debug)]
pub struct LayerReport {
    pub(crate) kind: LayerKind,
    /// Which part of the message it is, in the manner of IMAP (`"1.2"`); empty for the whole.
    pub(crate) part: String,
    /// About the layer as a whole.
    pub(crate) checks: Vec<Check>,
    /// None unless it is signed.
    pub(crate) signers: Vec<SignerReport>,
}

impl LayerReport {
    /// What it is.
    pub fn kind(&self) -> &LayerKind {
        &self.kind
    }

    /// Which part of the message it is, in the manner of IMAP (`"1.2"`, RFC 9051 6.4.5.1); empty for the
    /// whole.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// What was looked at about the layer as a whole; what is about one signer stands there.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Its signers, in the order of the message; none unless it is signed.
    pub fn signers(&self) -> &[SignerReport] {
        &self.signers
    }
}
