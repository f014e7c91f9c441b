//! The rule of choice among several certificates for one address.

use std::cmp::Reverse;
use std::time::SystemTime;

use super::FoundCertificate;
use crate::Mailbox;
use crate::check::Reason;
use crate::policy::Policy;

/// A certificate that was found, described, and why it cannot be used.
pub(crate) type Unusable<E> = (String, E);

/// The certificate that was chosen.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Choice<'a, T, E> {
    pub found: &'a FoundCertificate,
    /// What `accept` gave for it.
    pub accepted: T,
    /// Those that rank before it and that `accept` refused, the best first.
    pub passed_over: Vec<Unusable<E>>,
}

/// Takes the certificate mail to `to` is encrypted to, by the rule in the documentation of
/// [`crate::resolver`].
///
/// `accept` is asked for each that is usable by itself, the best first, until it takes one: it validates. When none
/// can be used: every one with its reasons, in the order found; an empty list means that none was found.
pub(crate) fn choose<'a, T, E: From<Vec<Reason>>>(
    found: &'a [FoundCertificate],
    to: Option<&Mailbox>,
    now: SystemTime,
    policy: &dyn Policy,
    mut accept: impl FnMut(&'a FoundCertificate) -> Result<T, E>,
) -> Result<Choice<'a, T, E>, Vec<Unusable<E>>> {
    let mut unusable: Vec<(usize, Unusable<E>)> = Vec::new();
    let mut usable: Vec<(usize, &FoundCertificate)> = Vec::new();
    for (place, one) in found.iter().enumerate() {
        let named = if one.is_bound() { None } else { to };
        let reasons = one.certificate().unfit_to_encrypt(named, now, policy);
        match reasons.is_empty() {
            true => usable.push((place, one)),
            false => {
                let description = one.certificate().description();
                unusable.push((place, (description, reasons.into())));
            }
        }
    }
    usable.sort_by(|(_, one), (_, other)| Reverse(rank(one)).cmp(&Reverse(rank(other))));
    let unfit = unusable.len();
    for (place, one) in usable {
        match accept(one) {
            Ok(accepted) => {
                let passed_over = unusable.drain(unfit..).map(|(_, one)| one).collect();
                return Ok(Choice {
                    found: one,
                    accepted,
                    passed_over,
                });
            }
            Err(reasons) => unusable.push((place, (one.certificate().description(), reasons))),
        }
    }
    unusable.sort_by_key(|(place, _)| *place);
    Err(unusable.into_iter().map(|(_, one)| one).collect())
}

/// Greater is better.
fn rank(found: &FoundCertificate) -> impl Ord + '_ {
    (
        found.is_bound(),
        found.provenance(),
        found.certificate().preference(),
    )
}
