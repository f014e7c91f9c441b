//! The parts of the MIME tree, each with what protects it.

use super::SignerStatus;

/// How content was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encryption {
    /// Not at all.
    None,
    /// By a cipher that does not notice changes.
    Unauthenticated,
    /// By a cipher that notices changes.
    Authenticated,
}

impl Encryption {
    /// `"none"`, `"unauthenticated"` or `"authenticated"`.
    pub fn name(self) -> &'static str {
        match self {
            Encryption::None => "none",
            Encryption::Unauthenticated => "unauthenticated",
            Encryption::Authenticated => "authenticated",
        }
    }
}

/// What protects one part of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Protection {
    /// The best signer of the signatures that cover it; `None` when none does.
    pub(crate) signature: Option<SignerStatus>,
    pub(crate) encryption: Encryption,
}

impl Protection {
    /// The best signer of the signatures that cover the part; `None` when none does.
    pub fn signature(self) -> Option<SignerStatus> {
        self.signature
    }

    /// How the part was encrypted: by the innermost of the encryptions around it.
    pub fn encryption(self) -> Encryption {
        self.encryption
    }
}

/// One part of the MIME tree.
#[derive(Clone, Debug)]
pub struct PartReport {
    /// In the manner of IMAP (`"1.2"`); empty for the root of the content.
    pub(crate) part: String,
    /// `type/subtype`.
    pub(crate) media_type: String,
    /// Size in bytes of the part as received.
    pub(crate) bytes: u64,
    pub(crate) protection: Protection,
}

impl PartReport {
    /// Which part it is, in the manner of IMAP (`"1.2"`, RFC 9051 6.4.5.1); empty for the root of the
    /// content.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// `type/subtype` in lower case.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// Size in bytes of the part as received, its header included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What protects it.
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// Whether it has content of its own and not only parts.
    pub(super) fn is_leaf(&self) -> bool {
        !self.media_type.starts_with("multipart/") && self.media_type != "message/rfc822"
    }
}
