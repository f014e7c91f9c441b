//! From a certificate to a trust anchor: path building and validation (RFC 5280 6).
//!
//! What is looked at: names, signatures, validity, basicConstraints, keyUsage, extKeyUsage, nameConstraints and
//! complete revocation lists. Certificate policies are not: any policy is accepted, and a certificate that
//! demands one (requireExplicitPolicy of policyConstraints) or has a critical policyMappings is refused. Nothing is fetched.

mod pool;
mod revocation;
mod rules;
mod search;

use std::time::SystemTime;

use super::{Certificate, Crl, TrustAnchors};
use crate::Limits;
use crate::asn1::{Civil, unix_seconds};
use crate::check::{Aspect, Check, Reason};
use crate::policy::Policy;
use pool::{Index, Pool};
use rules::called;
use search::{Ending, Fault, Search, Spent};

/// A path that was validated: from the certificate to the trust anchor (RFC 5280 6.1). Only the validator
/// makes it.
///
/// Each certificate was issued by the next one, all are valid at the time of the policy, every issuer may issue
/// (RFC 5280 4.2.1.3, 4.2.1.9) for mail and for these names (4.2.1.10), no critical extension is unknown (4.2), and
/// none is known to be revoked (6.3). The anchor is trusted as it is: its signature and its dates do not count.
///
/// What the certificate itself may be used for, and by whom, is not part of it.
#[derive(Clone, Debug)]
pub struct VerifiedPath {
    certificates: Vec<Certificate>,
    checks: Vec<Check>,
    legacy: bool,
}

impl VerifiedPath {
    /// The certificates: the validated one first, the trust anchor last. A certificate that is an anchor itself
    /// is alone.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// What was looked at: path, time, revocation, algorithms. None failed, unless the policy only reads an
    /// algorithm and does not trust it ([`crate::policy::Judgement::Legacy`]).
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether something on it is only accepted by the legacy policy, so that it is never called trusted.
    pub(crate) fn is_legacy(&self) -> bool {
        self.legacy
    }
}

/// Why there is no path.
#[derive(Clone, Debug)]
pub(crate) struct PathFailure {
    /// The best candidate, as far as it goes.
    pub certificates: Vec<Certificate>,
    /// What was looked at on it; at least one failed.
    pub checks: Vec<Check>,
}

/// What a path is made from.
pub(crate) struct PathInputs<'a> {
    pub certificate: &'a Certificate,
    /// In any order, from anywhere: strangers are ignored.
    pub intermediates: &'a [Certificate],
    pub anchors: &'a TrustAnchors,
    /// Those of the caller. What they say, no list of the message takes away.
    pub crls: &'a [Crl],
    /// Those that the message holds.
    pub message_crls: &'a [Crl],
    pub now: SystemTime,
    pub policy: &'a dyn Policy,
    pub limits: &'a Limits,
}

/// The certificates that paths are built from, for any number of paths under one policy at one time: what is worked
/// out about an issuer is worked out once.
pub(crate) struct PathPool<'a>(Pool<'a>);

impl<'a> PathPool<'a> {
    /// `certificates`: those to validate, and those that may stand between them and an anchor.
    pub(crate) fn new(
        anchors: &'a TrustAnchors,
        certificates: impl Iterator<Item = &'a Certificate>,
    ) -> PathPool<'a> {
        PathPool(Pool::new(anchors, certificates))
    }
}

/// Builds and validates.
///
/// Candidates for an issuer have its name; those whose key identifier fits come first. A path ends at a
/// certificate that is a trust anchor. Work is bounded by [`Limits::path_signatures`] and
/// [`Limits::path_steps`].
pub(crate) fn validate(inputs: &PathInputs<'_>) -> Result<VerifiedPath, PathFailure> {
    validate_and_count(inputs).0
}

/// The same among the certificates of a pool, which holds the one to validate and the intermediates.
pub(crate) fn validate_in(
    pool: &PathPool<'_>,
    inputs: &PathInputs<'_>,
) -> Result<VerifiedPath, PathFailure> {
    match pool.0.index_of(inputs.certificate) {
        Some(leaf) => search(&pool.0, leaf, inputs).0,
        None => validate(inputs),
    }
}

pub(super) fn validate_and_count(
    inputs: &PathInputs<'_>,
) -> (Result<VerifiedPath, PathFailure>, Spent) {
    let leaf = std::iter::once(inputs.certificate);
    let pool = Pool::new(inputs.anchors, leaf.chain(inputs.intermediates));
    let leaf = pool.index_of(inputs.certificate).unwrap_or_default();
    search(&pool, leaf, inputs)
}

fn search<'a>(
    pool: &Pool<'a>,
    leaf: Index,
    inputs: &PathInputs<'a>,
) -> (Result<VerifiedPath, PathFailure>, Spent) {
    let against_leaf = rules::unfit_at_the_end(inputs);
    let against_leaf = against_leaf
        .into_iter()
        .map(|reason| failed(inputs.certificate, reason));
    if inputs.anchors.certificates().is_empty() {
        let mut checks = vec![failed(inputs.certificate, Reason::NoAnchors)];
        checks.extend(against_leaf);
        let certificates = vec![inputs.certificate.clone()];
        let failure = PathFailure {
            certificates,
            checks,
        };
        return (Err(failure), Spent::default());
    }
    let mut search = Search::new(inputs, pool, leaf);
    let ending = search.run();
    let spent = search.spent;
    let result = match ending {
        Ending::Found(path, revocation) => {
            let legacy: Vec<Reason> = rules::legacy(pool, &path, inputs);
            let mut checks = vec![leads_to_anchor(pool, &path)];
            let is_fit = against_leaf.len() == 0;
            let is_legacy = !legacy.is_empty();
            checks.extend(against_leaf);
            if is_fit {
                checks.extend(dates(pool, &path, inputs));
            }
            checks.extend(algorithms(inputs.certificate, legacy));
            checks.extend(policies(pool, &path));
            checks.extend(revocation);
            let certificates = pool.certificates(&path);
            match is_fit {
                true => Ok(VerifiedPath {
                    certificates,
                    checks,
                    legacy: is_legacy,
                }),
                false => Err(PathFailure {
                    certificates,
                    checks,
                }),
            }
        }
        Ending::Failed(path, faults) => {
            let faults = faults
                .into_iter()
                .filter_map(|fault| described(pool, fault));
            Err(PathFailure {
                certificates: pool.certificates(&path),
                checks: faults.chain(against_leaf).collect(),
            })
        }
    };
    (result, spent)
}

fn leads_to_anchor(pool: &Pool<'_>, path: &[Index]) -> Check {
    let anchor = path.last().and_then(|&index| pool.get(index));
    let anchor = anchor.map_or_else(String::new, |anchor| called(anchor.certificate));
    let what = match path {
        [_] => format!("the certificate is itself a trust anchor: {anchor}"),
        _ => format!("leads to the trust anchor {anchor}"),
    };
    Check::passed(Aspect::Path, what, "RFC 5280 6.1")
}

/// That all certificates are valid now, and a note when the anchor is not, which RFC 5280 does not demand.
fn dates(pool: &Pool<'_>, path: &[Index], inputs: &PathInputs<'_>) -> Vec<Check> {
    let counted = path.iter().filter_map(|&index| pool.get(index));
    let counted = counted
        .filter(|entry| !entry.is_anchor || rules::is_valid_at(entry.certificate, inputs.now));
    let end = counted.map(|entry| entry.certificate.not_after()).min();
    let end = end.and_then(|end| Civil::from_unix(unix_seconds(end)));
    let what = match end {
        Some(end) => format!("every certificate is valid, at least until {end}"),
        None => "every certificate is valid".into(),
    };
    let mut checks = vec![Check::passed(Aspect::Time, what, "RFC 5280 4.1.2.5")];
    if let Some(anchor) = path.last().and_then(|&index| pool.get(index))
        && !rules::is_valid_at(anchor.certificate, inputs.now)
    {
        let called = called(anchor.certificate);
        checks.push(Check::note(
            Aspect::Time,
            format!("the trust anchor {called} is outside of its own dates, which do not count"),
            "RFC 5280 6.1.1",
        ));
    }
    checks
}

fn algorithms(certificate: &Certificate, legacy: Vec<Reason>) -> Vec<Check> {
    if legacy.is_empty() {
        let what = "keys and signatures of the certificates are accepted";
        return vec![Check::passed(Aspect::Algorithm, what, "RFC 8550 4.3")];
    }
    let legacy = legacy.into_iter();
    legacy.map(|reason| failed(certificate, reason)).collect()
}

/// Says that critical certificate policies were met by accepting every policy.
fn policies(pool: &Pool<'_>, path: &[Index]) -> Option<Check> {
    let mut entries = path.iter().filter_map(|&index| pool.get(index));
    entries
        .any(|entry| entry.certificate.0.extensions.critical_policies)
        .then(|| {
            Check::note(
                Aspect::Path,
                "certificate policies are critical; every policy is accepted",
                "RFC 5280 6.1.1",
            )
        })
}

fn described(pool: &Pool<'_>, fault: Fault) -> Option<Check> {
    match fault {
        Fault::Check(check) => Some(check),
        Fault::Reason(index, reason) => {
            let certificate = pool.get(index)?.certificate;
            Some(failed(certificate, reason))
        }
    }
}

fn failed(certificate: &Certificate, reason: Reason) -> Check {
    let aspect = aspect(&reason);
    let what = format!("certificate of {}", called(certificate));
    Check::failed(aspect, what, reason)
}

fn aspect(reason: &Reason) -> Aspect {
    match reason {
        Reason::Issuer { reason, .. } => aspect(reason),
        Reason::Expired { .. } | Reason::NotYetValid { .. } => Aspect::Time,
        Reason::WeakKey { .. }
        | Reason::OversizedKey { .. }
        | Reason::UnsupportedKey { .. }
        | Reason::UnsupportedAlgorithm { .. }
        | Reason::Outdated { .. }
        | Reason::RefusedByPolicy { .. } => Aspect::Algorithm,
        _ => Aspect::Path,
    }
}
