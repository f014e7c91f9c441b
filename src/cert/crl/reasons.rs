//! Why a certificate was revoked.

/// The reason in a delta list for what is not revoked any more.
pub(super) const REMOVED: &str = "removeFromCRL";

/// The content of `CRLReason ::= ENUMERATED` in the words of RFC 5280 5.3.1. One without a name is no reason to
/// overlook that a certificate was revoked.
pub(in crate::cert) fn reason_code(code: &[u8]) -> &'static str {
    match code {
        [1] => "keyCompromise",
        [2] => "cACompromise",
        [3] => "affiliationChanged",
        [4] => "superseded",
        [5] => "cessationOfOperation",
        [6] => "certificateHold",
        [8] => REMOVED,
        [9] => "privilegeWithdrawn",
        [10] => "aACompromise",
        _ => "unspecified",
    }
}
