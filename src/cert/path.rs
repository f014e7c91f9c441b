//! From a certificate to a trust anchor: path building and validation (RFC 5280 6).
//!
//! What is looked at: names, signatures, validity, basicConstraints, keyUsage, extKeyUsage, nameConstraints,
//! certificate policies (by the graph of RFC 9618), what the anchor is trusted for, and revocation. Nothing is fetched.

mod failure;
mod policies;
mod pool;
mod revocation;
mod rules;
mod search;
mod status;
mod validator;

pub use failure::{Attempt, PathFailure};
pub use policies::PolicySet;
pub use status::{CertificateStatus, StatusSource};
pub use validator::Validator;

use std::time::SystemTime;

use super::{Certificate, Crl, OcspResponse, TrustAnchors};
use crate::Limits;
use crate::asn1::{Civil, unix_seconds};
use crate::check::{Aspect, Check, Reason};
use crate::error::shortened;
use crate::policy::Policy;
use pool::{Index, Pool};
use rules::called;
use search::{Against, Ending, Failure, Fault, Found, Search, Spent};

/// A path that was validated: from the certificate to the trust anchor (RFC 5280 6.1). Only the validator
/// makes it.
///
/// Each certificate was issued by the next one, all are valid at the time of the policy, every issuer may issue
/// (RFC 5280 4.2.1.3, 4.2.1.9) for mail and for these names (4.2.1.10), a certificate policy is valid where one is
/// demanded (4.2.1.11), no critical extension is unknown (4.2), and none is known to be revoked (6.3). The anchor is
/// trusted within its [`super::AnchorConstraints`]: its signature and its dates do not count.
///
/// What the certificate itself may be used for, and by whom, is not part of it.
#[derive(Clone, Debug)]
pub struct VerifiedPath {
    certificates: Vec<Certificate>,
    checks: Vec<Check>,
    statuses: Vec<CertificateStatus>,
    policies: PolicySet,
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

    /// The revocation status of each certificate but the anchor, the first one's first.
    pub fn statuses(&self) -> &[CertificateStatus] {
        &self.statuses
    }

    /// The certificate policies under which it is valid, as far as they were asked for
    /// ([`super::AnchorConstraints::policies`]): the user-constrained-policy-set of RFC 5280 6.1.6.
    pub fn policies(&self) -> &PolicySet {
        &self.policies
    }

    /// Whether something on it is only accepted by the legacy policy, so that it is never called trusted.
    pub(crate) fn is_legacy(&self) -> bool {
        self.legacy
    }
}

/// Who says whether certificates were revoked.
#[derive(Clone, Copy, Default)]
pub(crate) struct RevocationInputs<'a> {
    pub crls: &'a [Crl],
    pub ocsp_responses: &'a [OcspResponse],
}

impl RevocationInputs<'_> {
    fn is_empty(&self) -> bool {
        self.crls.is_empty() && self.ocsp_responses.is_empty()
    }
}

/// What a path is made from.
pub(crate) struct PathInputs<'a> {
    pub certificate: &'a Certificate,
    /// In any order, from anywhere: strangers are ignored.
    pub intermediates: &'a [Certificate],
    pub anchors: &'a TrustAnchors,
    /// What the caller gave. What it says, nothing of the message takes away.
    pub given: RevocationInputs<'a>,
    /// What the message holds.
    pub received: RevocationInputs<'a>,
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
        limits: &Limits,
    ) -> PathPool<'a> {
        PathPool(Pool::new(anchors, certificates, limits))
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
    let pool = Pool::new(
        inputs.anchors,
        leaf.chain(inputs.intermediates),
        inputs.limits,
    );
    let leaf = pool.index_of(inputs.certificate).unwrap_or_default();
    search(&pool, leaf, inputs)
}

fn search<'a>(
    pool: &Pool<'a>,
    leaf: Index,
    inputs: &PathInputs<'a>,
) -> (Result<VerifiedPath, PathFailure>, Spent) {
    let against_leaf = rules::unfit_at_the_end(inputs).into_iter();
    let against_leaf = against_leaf.map(|reason| failed(inputs.certificate, reason));
    let against_leaf: Vec<Check> = against_leaf.collect();
    if inputs.anchors.certificates().is_empty() {
        let mut checks = vec![failed(inputs.certificate, Reason::NoAnchors)];
        checks.extend(against_leaf);
        let alone = vec![inputs.certificate.clone()];
        return (Err(broken_off(alone, checks)), Spent::default());
    }
    let mut search = Search::new(inputs, pool, leaf);
    let ending = search.run();
    let spent = search.spent;
    let result = match ending {
        Ending::Found(found) if against_leaf.is_empty() => Ok(verified(pool, found, inputs)),
        Ending::Found(found) => {
            let mut checks = vec![leads_to_anchor(pool, &found.path)];
            checks.extend(against_leaf);
            let legacy = rules::legacy(pool, &found.path, inputs);
            checks.extend(algorithms(inputs.certificate, legacy));
            checks.extend(found.revocation.checks);
            Err(PathFailure {
                statuses: found.revocation.statuses,
                ..broken_off(pool.certificates(&found.path), checks)
            })
        }
        Ending::Failed(failures, stop) => {
            let stop = stop.map(|reason| failed(inputs.certificate, reason));
            let others = stop.into_iter().chain(against_leaf).collect();
            Err(unverified(pool, failures, others, inputs))
        }
    };
    (result, spent)
}

fn verified(pool: &Pool<'_>, found: Found, inputs: &PathInputs<'_>) -> VerifiedPath {
    let legacy = rules::legacy(pool, &found.path, inputs);
    let is_legacy = !legacy.is_empty();
    let mut checks = vec![leads_to_anchor(pool, &found.path)];
    checks.extend(dates(pool, &found.path, inputs));
    checks.extend(algorithms(inputs.certificate, legacy));
    checks.extend(policies(&found));
    checks.extend(found.revocation.checks);
    VerifiedPath {
        certificates: pool.certificates(&found.path),
        checks,
        statuses: found.revocation.statuses,
        policies: found.policies,
        legacy: is_legacy,
    }
}

/// One candidate, which these checks are about.
fn broken_off(certificates: Vec<Certificate>, checks: Vec<Check>) -> PathFailure {
    let attempt = Attempt {
        certificates: certificates.clone(),
        reasons: failure::reasons(&checks).cloned().collect(),
    };
    PathFailure {
        certificates,
        checks,
        statuses: Vec::new(),
        attempts: vec![attempt],
    }
}

/// `others`: what is wrong whatever the candidate is.
fn unverified(
    pool: &Pool<'_>,
    failures: Vec<Failure>,
    others: Vec<Check>,
    inputs: &PathInputs<'_>,
) -> PathFailure {
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut best = None;
    for failure in failures {
        let certificates = pool.certificates(&failure.path);
        let Against { faults, statuses } = failure.against;
        let faults = faults.into_iter();
        let checks: Vec<Check> = faults.filter_map(|fault| described(pool, fault)).collect();
        let attempt = Attempt {
            reasons: failure::reasons(&checks).cloned().collect(),
            certificates,
        };
        if !attempts.contains(&attempt) {
            best = best.or(Some((checks, statuses)));
            attempts.push(attempt);
        }
    }
    let Some((first, (mut checks, statuses))) = attempts.first().zip(best) else {
        return broken_off(vec![inputs.certificate.clone()], others);
    };
    checks.extend(others);
    PathFailure {
        certificates: first.certificates.clone(),
        checks,
        statuses,
        attempts,
    }
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

/// Under which certificate policies, when that was asked.
fn policies(found: &Found) -> Option<Check> {
    let what = || {
        let policies = shortened(&found.policies.to_string());
        format!("valid under certificate policies: {policies}")
    };
    let demanded = found.is_policy_demanded;
    demanded.then(|| Check::passed(Aspect::Path, what(), "RFC 5280 6.1.5"))
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
