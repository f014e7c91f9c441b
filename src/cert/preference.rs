//! The order of preference among certificates that would all do.

use std::cmp::Reverse;
use std::time::SystemTime;

use super::Certificate;
use crate::crypto::public_key::KeyKind;

/// Newer before older, then longer valid, then the stronger key, then the bytes, so that the same
/// certificates always give the same choice. Greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Preference<'a> {
    not_before: SystemTime,
    not_after: SystemTime,
    strength: usize,
    der: Reverse<&'a [u8]>,
}

impl Certificate {
    pub(crate) fn preference(&self) -> Preference<'_> {
        Preference {
            not_before: self.not_before(),
            not_after: self.not_after(),
            strength: strength(&self.public_key().kind()),
            der: Reverse(self.to_der()),
        }
    }
}

/// Strength in bits of a symmetric key that is as hard to break (NIST SP 800-57 part 1, table 2).
fn strength(kind: &KeyKind) -> usize {
    match kind {
        KeyKind::Rsa { bits } | KeyKind::RsaPss { bits } => match bits {
            ..1024 => 0,
            1024..2048 => 80,
            2048..3072 => 112,
            3072..4096 => 128,
            // Between the rows of the table; RFC 3766 gives 142 to 150 bits for it.
            4096..7680 => 142,
            7680..15360 => 192,
            15360.. => 256,
        },
        KeyKind::P256 | KeyKind::Ed25519 | KeyKind::X25519 => 128,
        KeyKind::P384 => 192,
        KeyKind::P521 => 256,
        KeyKind::Other(_) => 0,
    }
}
