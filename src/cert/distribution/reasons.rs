//! Reasons for revocation as a set (RFC 5280 4.2.1.13, 5.2.5).

use crate::Error;
use crate::asn1::Value;

/// Which reasons for revocation a list or a distribution point is about.
///
/// `ReasonFlags ::= BIT STRING { unused (0), keyCompromise (1), cACompromise (2), affiliationChanged (3), superseded
/// (4), cessationOfOperation (5), certificateHold (6), privilegeWithdrawn (7), aACompromise (8) }`, the first bit
/// the highest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cert) struct Reasons(u16);

impl Reasons {
    pub const NONE: Reasons = Reasons(0);
    /// Bits 1 to 8.
    pub const ALL: Reasons = Reasons(0x7f80);

    /// One that names no reason is an error: it says nothing, and must never be taken for all of them.
    pub(super) fn parse(value: &Value<'_>) -> Result<Reasons, Error> {
        let [unused @ 0..=7, bits @ ..] = value.content else {
            return Err(value.error("not a bit string"));
        };
        let (first, second) = match bits {
            [] if *unused == 0 => (0, 0),
            [] => return Err(value.error("not a bit string")),
            [first] => (first & (0xff << unused), 0),
            [first, second] => (*first, second & (0xff << unused)),
            [first, second, ..] => (*first, *second),
        };
        match Reasons(u16::from_be_bytes([first, second])).and(Reasons::ALL) {
            Reasons::NONE => Err(value.error("it names no reason")),
            reasons => Ok(reasons),
        }
    }

    pub(in crate::cert) fn and(self, other: Reasons) -> Reasons {
        Reasons(self.0 & other.0)
    }

    pub(in crate::cert) fn or(self, other: Reasons) -> Reasons {
        Reasons(self.0 | other.0)
    }

    /// Whether some reason in it is not in `other`.
    pub(in crate::cert) fn adds_to(self, other: Reasons) -> bool {
        self.0 & !other.0 != 0
    }
}
