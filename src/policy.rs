//! Judges key sizes from plain values, and holds the clock.
//!
//! This is the only module of the crate that reads a clock: [`Policy::now`] is asked once per message
//! and the answer is handed on.

use std::time::SystemTime;

use crate::check::Reason;
use crate::crypto::public_key::KeyKind;

/// What is accepted, and what time it is.
///
/// Methods with a default reject: a policy accepts what it says it accepts, nothing else.
pub trait Policy: Send + Sync {
    /// The time that decides validity, `signingTime` and `Date`.
    fn now(&self) -> SystemTime;

    /// Whether keys of this kind and size may be used. The reason says why not.
    fn key(&self, kind: &KeyKind) -> Result<(), Reason> {
        Err(Reason::RefusedByPolicy {
            what: format!("keys of kind {kind:?}"),
        })
    }
}

/// The policy that is in force when nobody chooses another.
///
/// RSA from 2048 to 8192 bits, P-256, P-384, P-521, Ed25519 and X25519 (RFC 8551 4; the sizes below
/// 2048 that RFC 8551 4.3 still lets a receiver read are not for what is made now).
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardPolicy {
    at: Option<SystemTime>,
}

impl StandardPolicy {
    /// Smallest RSA modulus in bits (RFC 8551 4.2).
    const RSA_MINIMUM: usize = 2048;
    /// Largest RSA modulus in bits: beyond, one operation takes seconds.
    const RSA_MAXIMUM: usize = 8192;

    /// With the clock of the system.
    pub fn new() -> Self {
        StandardPolicy { at: None }
    }

    /// As if it were `time`.
    pub fn at(time: SystemTime) -> Self {
        StandardPolicy { at: Some(time) }
    }
}

impl Policy for StandardPolicy {
    fn now(&self) -> SystemTime {
        self.at.unwrap_or_else(SystemTime::now)
    }

    fn key(&self, kind: &KeyKind) -> Result<(), Reason> {
        match kind {
            KeyKind::Rsa { bits } | KeyKind::RsaPss { bits } => {
                if *bits < Self::RSA_MINIMUM {
                    Err(Reason::WeakKey {
                        algorithm: "RSA",
                        bits: *bits,
                        minimum: Self::RSA_MINIMUM,
                    })
                } else if *bits > Self::RSA_MAXIMUM {
                    Err(Reason::OversizedKey {
                        algorithm: "RSA",
                        bits: *bits,
                        maximum: Self::RSA_MAXIMUM,
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn rsa_sizes() {
        let policy = StandardPolicy::new();
        for (bits, accepted) in [
            (1024, false),
            (2047, false),
            (2048, true),
            (8192, true),
            (8193, false),
        ] {
            assert_eq!(policy.key(&KeyKind::Rsa { bits }).is_ok(), accepted);
            assert_eq!(policy.key(&KeyKind::RsaPss { bits }).is_ok(), accepted);
        }
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let refused = StandardPolicy::new().key(&KeyKind::Other("1.2.840.10040.4.1".into()));
        assert!(
            refused
                .unwrap_err()
                .to_string()
                .contains("1.2.840.10040.4.1")
        );
    }

    #[test]
    fn a_policy_that_says_nothing_accepts_nothing() {
        struct Silent;
        impl Policy for Silent {
            fn now(&self) -> SystemTime {
                UNIX_EPOCH
            }
        }
        assert!(Silent.key(&KeyKind::P256).is_err());
    }

    #[test]
    fn the_clock_can_be_set() {
        let time = UNIX_EPOCH + Duration::from_secs(1);
        assert_eq!(StandardPolicy::at(time).now(), time);
    }
}
