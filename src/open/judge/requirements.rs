//! What the policy demands of the whole message.

use crate::check::{Aspect, Check, Reason};
use crate::open::config::Config;
use crate::open::walk::Found;
use crate::report::Encryption;

/// One check for each demand, passed or failed.
///
/// The length of tags is checked at each layer, the revocation status with each path.
pub(super) fn checks(config: &Config, found: &Found, is_trusted: bool) -> Vec<Check> {
    let required = config.policy.requirements();
    let encryption = super::encryption(&found.chain, found);
    let demands = [
        (
            required.signature,
            is_trusted,
            "a trusted signature",
            Reason::SignatureRequired,
        ),
        (
            required.encryption,
            encryption != Encryption::None,
            "encryption",
            Reason::EncryptionRequired,
        ),
        (
            required.authenticated_encryption,
            encryption == Encryption::Authenticated,
            "encryption that notices changes",
            Reason::AuthenticatedEncryptionRequired,
        ),
    ];
    demands
        .into_iter()
        .filter(|(is_required, ..)| *is_required)
        .map(|(_, is_met, what, why)| match is_met {
            true => Check::passed(Aspect::Requirement, what, "policy"),
            false => Check::failed(Aspect::Requirement, what, why),
        })
        .collect()
}
