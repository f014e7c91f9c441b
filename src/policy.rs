//! Judges algorithms, key sizes and dates from plain values, and holds the clock.
//!
//! This is the only module of the crate that reads a clock: [`Policy::now`] is asked once per message
//! and the answer is handed on.

mod standard;

pub use standard::StandardPolicy;

use std::time::SystemTime;

use crate::check::Reason;
use crate::crypto::public_key::KeyKind;
use crate::crypto::{DigestAlgorithm, ReceivedCipher, ReceivedKeyEncryption};

/// What a policy says about something that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Good enough to be trusted.
    Accepted,
    /// May be read, and is never called trusted.
    Legacy(Reason),
    /// Not even read.
    Refused(Reason),
}

impl Judgement {
    /// Whether it may be read at all.
    pub fn is_readable(&self) -> bool {
        !matches!(self, Judgement::Refused(_))
    }

    /// Why it is not called trusted.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Judgement::Accepted => None,
            Judgement::Legacy(reason) | Judgement::Refused(reason) => Some(reason),
        }
    }
}

/// What it means that the revocation status of a certificate is not known. One that is known to be revoked is
/// refused by the first two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RevocationMode {
    /// It is a failed check.
    Hard,
    /// It is reported, and nothing follows from it.
    #[default]
    Soft,
    /// Nobody asks: neither lists nor responses are looked at, and the report says so.
    None,
}

/// What a policy demands of a whole message. What is missing becomes a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Requirements {
    /// A signature that is trusted.
    pub signature: bool,
    /// Encryption.
    pub encryption: bool,
    /// Encryption whose cipher notices changes.
    pub authenticated_encryption: bool,
    /// An authentication tag of 16 bytes.
    pub full_tag: bool,
    /// What it means that nobody says whether a certificate was revoked.
    pub revocation: RevocationMode,
}

impl Requirements {
    /// Nothing is required.
    pub const NONE: Requirements = Requirements {
        signature: false,
        encryption: false,
        authenticated_encryption: false,
        full_tag: false,
        revocation: RevocationMode::Soft,
    };

    /// Everything is required.
    pub const ALL: Requirements = Requirements {
        signature: true,
        encryption: true,
        authenticated_encryption: true,
        full_tag: true,
        revocation: RevocationMode::Hard,
    };
}

/// What is accepted, and what time it is.
///
/// Methods with a default reject: a policy accepts what it says it accepts, nothing else.
pub trait Policy: Send + Sync {
    /// The time that decides validity, `signingTime` and `Date`.
    fn now(&self) -> SystemTime;

    /// Whether keys of this kind and size may be used for what is made now, and stand in certificates
    /// that are trusted. The reason says why not.
    fn key(&self, kind: &KeyKind) -> Result<(), Reason> {
        Err(refused(format!("keys of kind {kind:?}")))
    }

    /// Whether a received signature by a key of this kind may be checked.
    fn verification_key(&self, kind: &KeyKind) -> Judgement {
        Judgement::Refused(refused(format!("signatures by keys of kind {kind:?}")))
    }

    /// Whether a key of this kind may decrypt what was received.
    fn decryption_key(&self, kind: &KeyKind) -> Judgement {
        Judgement::Refused(refused(format!("decryption by keys of kind {kind:?}")))
    }

    /// Whether a received signature with this digest may be checked.
    fn digest(&self, digest: DigestAlgorithm) -> Judgement {
        Judgement::Refused(refused(format!("signatures with {}", digest.name())))
    }

    /// Whether content encrypted with this cipher may be decrypted.
    fn cipher(&self, cipher: ReceivedCipher) -> Judgement {
        Judgement::Refused(refused(format!("content encrypted with {}", cipher.name())))
    }

    /// Whether a content key encrypted this way may be decrypted.
    fn key_encryption(&self, encryption: ReceivedKeyEncryption) -> Judgement {
        Judgement::Refused(refused(format!("content keys encrypted with {encryption}")))
    }

    /// Whether a signature without signed attributes may be checked (RFC 5652 5.4). Such a signature
    /// cannot tell attributes from content.
    fn without_signed_attributes(&self) -> Judgement {
        Judgement::Refused(Reason::NoSignedAttributes)
    }

    /// What is required of a message.
    fn requirements(&self) -> Requirements {
        Requirements::ALL
    }
}

fn refused(what: String) -> Reason {
    Reason::RefusedByPolicy { what }
}

#[cfg(test)]
mod tests;
