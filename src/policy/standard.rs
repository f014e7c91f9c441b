//! The policy that is in force when nobody chooses another.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Judgement, Policy, Requirements, RevocationMode};
use crate::check::Reason;
use crate::crypto::public_key::KeyKind;
use crate::crypto::{DigestAlgorithm, ReceivedCipher, ReceivedKeyEncryption};

/// Smallest RSA modulus in bits (RFC 8551 4.2).
const RSA_MINIMUM: usize = 2048;
/// Largest RSA modulus in bits: beyond, one operation takes seconds.
const RSA_MAXIMUM: usize = 8192;
/// Smallest RSA modulus that even the legacy policy reads, in bits (RFC 8551 4.3).
const RSA_LEGACY_MINIMUM: usize = 1024;

/// 2014-01-01: RSA below 2048 bits (NIST SP 800-131A).
const RSA_1024_UNTIL: u64 = 1_388_534_400;
/// 2017-01-01: SHA-1 signatures, six weeks before the first collision was shown.
const SHA_1_UNTIL: u64 = 1_483_228_800;
/// 2024-01-01: 3DES (NIST SP 800-131A revision 2).
const TRIPLE_DES_UNTIL: u64 = 1_704_067_200;
/// 1999-06-01: RC2 (RFC 2633 kept it for reading only).
const RC2_UNTIL: u64 = 928_195_200;

/// The policy that is in force when nobody chooses another.
///
/// Accepted: RSA from 2048 to 8192 bits, P-256, P-384, P-521, Ed25519 and X25519; SHA-2; AES and ChaCha20
/// (RFC 8551 2, 4). Older algorithms have a date from which on they are refused, compared with
/// [`Policy::now`]: RSA-1024 2014-01-01, SHA-1 2017-01-01, 3DES 2024-01-01, RC2 1999-06-01. With
/// [`StandardPolicy::legacy`] they can be read after that date too, and are never called trusted.
#[derive(Clone, Copy, Debug)]
pub struct StandardPolicy {
    at: Option<SystemTime>,
    legacy: bool,
    oaep: bool,
    requirements: Requirements,
}

impl Default for StandardPolicy {
    fn default() -> Self {
        StandardPolicy {
            at: None,
            legacy: false,
            oaep: false,
            requirements: Requirements::NONE,
        }
    }
}

impl StandardPolicy {
    /// With the clock of the system.
    pub fn new() -> Self {
        StandardPolicy::default()
    }

    /// As if it were `time`.
    pub fn at(time: SystemTime) -> Self {
        StandardPolicy {
            at: Some(time),
            ..StandardPolicy::default()
        }
    }

    /// Reads SHA-1, RSA from 1024 bits, 3DES, RC2 and signatures without signed attributes as well.
    /// What used them is never called trusted.
    pub fn legacy(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// A message without a signature that is trusted fails a check.
    pub fn require_signature(mut self) -> Self {
        self.requirements.signature = true;
        self
    }

    /// A message that is not encrypted fails a check.
    pub fn require_encryption(mut self) -> Self {
        self.requirements.encryption = true;
        self
    }

    /// A message whose encryption does not notice changes fails a check.
    pub fn require_authenticated_encryption(mut self) -> Self {
        self.requirements.authenticated_encryption = true;
        self
    }

    /// An authentication tag of fewer than 16 bytes fails a check.
    pub fn require_full_tag(mut self) -> Self {
        self.requirements.full_tag = true;
        self
    }

    /// A signer any of whose certificates has an unknown revocation status fails a check.
    pub fn require_revocation(mut self) -> Self {
        self.requirements.revocation = RevocationMode::Hard;
        self
    }

    /// Does not ask whether certificates were revoked, whatever lists and responses are at hand.
    pub fn danger_ignore_revocation(mut self) -> Self {
        self.requirements.revocation = RevocationMode::None;
        self
    }

    /// RSA content keys must be encrypted with OAEP; PKCS#1 v1.5 is refused.
    pub fn require_oaep(mut self) -> Self {
        self.oaep = true;
        self
    }

    /// Something that was fit for use until a date.
    fn until(&self, what: String, seconds: u64) -> Judgement {
        let since = UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .unwrap_or(UNIX_EPOCH);
        let reason = Reason::Outdated { what, since };
        if self.now() < since {
            Judgement::Accepted
        } else if self.legacy {
            Judgement::Legacy(reason)
        } else {
            Judgement::Refused(reason)
        }
    }

    fn received_key(&self, kind: &KeyKind) -> Judgement {
        match kind {
            KeyKind::Rsa { bits } | KeyKind::RsaPss { bits }
                if (RSA_LEGACY_MINIMUM..RSA_MINIMUM).contains(bits) =>
            {
                self.until(format!("RSA with {bits} bits"), RSA_1024_UNTIL)
            }
            _ => match judge_key(kind, RSA_MINIMUM) {
                Ok(()) => Judgement::Accepted,
                Err(reason) => Judgement::Refused(reason),
            },
        }
    }
}

fn judge_key(kind: &KeyKind, minimum: usize) -> Result<(), Reason> {
    match kind {
        KeyKind::Rsa { bits } | KeyKind::RsaPss { bits } => {
            if *bits < minimum {
                Err(Reason::WeakKey {
                    algorithm: "RSA",
                    bits: *bits,
                    minimum,
                })
            } else if *bits > RSA_MAXIMUM {
                Err(Reason::OversizedKey {
                    algorithm: "RSA",
                    bits: *bits,
                    maximum: RSA_MAXIMUM,
                })
            } else {
                Ok(())
            }
        }
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::Ed25519 | KeyKind::X25519 => {
            Ok(())
        }
        KeyKind::Other(oid) => Err(Reason::UnsupportedKey { oid: oid.clone() }),
    }
}

impl Policy for StandardPolicy {
    fn now(&self) -> SystemTime {
        self.at.unwrap_or_else(SystemTime::now)
    }

    fn key(&self, kind: &KeyKind) -> Result<(), Reason> {
        judge_key(kind, RSA_MINIMUM)
    }

    fn verification_key(&self, kind: &KeyKind) -> Judgement {
        self.received_key(kind)
    }

    fn decryption_key(&self, kind: &KeyKind) -> Judgement {
        self.received_key(kind)
    }

    fn digest(&self, digest: DigestAlgorithm) -> Judgement {
        match digest {
            DigestAlgorithm::Sha1 => self.until("SHA-1".into(), SHA_1_UNTIL),
            DigestAlgorithm::Sha224
            | DigestAlgorithm::Sha256
            | DigestAlgorithm::Sha384
            | DigestAlgorithm::Sha512 => Judgement::Accepted,
        }
    }

    fn cipher(&self, cipher: ReceivedCipher) -> Judgement {
        match cipher {
            ReceivedCipher::Current(_) | ReceivedCipher::Aes192Gcm => Judgement::Accepted,
            ReceivedCipher::TripleDesCbc => self.until("3DES".into(), TRIPLE_DES_UNTIL),
            ReceivedCipher::Rc2Cbc { .. } => self.until("RC2".into(), RC2_UNTIL),
        }
    }

    fn key_encryption(&self, encryption: ReceivedKeyEncryption) -> Judgement {
        match encryption {
            ReceivedKeyEncryption::RsaPkcs1 if self.oaep => {
                Judgement::Refused(Reason::KeyEncryption {
                    name: encryption.to_string(),
                })
            }
            _ => Judgement::Accepted,
        }
    }

    fn without_signed_attributes(&self) -> Judgement {
        match self.legacy {
            true => Judgement::Legacy(Reason::NoSignedAttributes),
            false => Judgement::Refused(Reason::NoSignedAttributes),
        }
    }

    fn requirements(&self) -> Requirements {
        self.requirements
    }
}
