//! The rule of choice among several certificates for one address.

use std::time::SystemTime;

use super::FoundCertificate;
use crate::Mailbox;
use crate::check::Reason;
use crate::policy::Policy;

/// A certificate that was found, described, and why it cannot be used.
pub(crate) type Unusable = (String, Vec<Reason>);

/// Takes the certificate mail to `to` is encrypted to, by the rule in the documentation of
/// [`crate::resolver`].
///
/// When none can be used: every one with its reasons, in the order found; an empty list means that
/// none was found. A candidate counts as usable here: validating it is the asker's next step.
pub(crate) fn choose<'a>(
    found: &'a [FoundCertificate],
    to: Option<&Mailbox>,
    now: SystemTime,
    policy: &dyn Policy,
) -> Result<&'a FoundCertificate, Vec<Unusable>> {
    let mut unusable = Vec::new();
    let mut best: Option<&FoundCertificate> = None;
    for one in found {
        let named = if one.is_bound() { None } else { to };
        let reasons = one.certificate().unfit_to_encrypt(named, now, policy);
        if !reasons.is_empty() {
            unusable.push((one.certificate().description(), reasons));
        } else if best.is_none_or(|best| rank(one) > rank(best)) {
            best = Some(one);
        }
    }
    best.ok_or(unusable)
}

/// Greater is better.
fn rank(found: &FoundCertificate) -> impl Ord + '_ {
    (
        found.is_bound(),
        found.provenance(),
        found.certificate().preference(),
    )
}
