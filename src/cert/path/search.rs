//! Depth-first search from a certificate upwards, within budgets.

use std::collections::HashMap;

use super::PathInputs;
use super::pool::{Entry, Index, Pool};
use super::revocation::Revocation;
use super::rules::{self, called};
use crate::check::{Check, Reason};

/// What a search did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cert) struct Spent {
    pub signatures: usize,
    pub steps: usize,
}

/// A budget is used up.
pub(super) struct Stop(Reason);

/// How a search ended.
pub(super) enum Ending {
    /// At an anchor, the last one. The checks are those of revocation; none failed.
    Found(Vec<Index>, Vec<Check>),
    /// Nowhere: the best candidate, as far as it goes, and what is wrong with it.
    Failed(Vec<Index>, Vec<Fault>),
}

/// Why a candidate failed.
pub(super) enum Fault {
    /// Against the certificate with this number.
    Reason(Index, Reason),
    /// A check that failed on a complete path.
    Check(Check),
}

/// How much a failure says, the least first; the farther it got, the more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Telling {
    /// Another certificate of the issuer's name, whose key identifier does not fit.
    Namesake,
    /// Nobody.
    Nobody,
    /// What seems to be the issuer is not fit.
    Unfit,
    /// It ends at an anchor, and something else is wrong.
    Complete,
}

struct Failure {
    rank: (usize, Telling),
    path: Vec<Index>,
    faults: Vec<Fault>,
}

pub(super) struct Search<'s, 'a> {
    inputs: &'s PathInputs<'a>,
    pool: &'s Pool<'a>,
    revocation: Revocation<'s, 'a>,
    pub spent: Spent,
    /// Whether the signature on a certificate verifies with a key.
    verified: HashMap<(Index, usize), bool>,
    /// The certificate to validate.
    leaf: Index,
    /// From the leaf upwards; every signature in it verifies.
    path: Vec<Index>,
    best: Option<Failure>,
}

/// The candidates for the issuer of the last certificate that are left.
struct Frame {
    candidates: std::vec::IntoIter<Index>,
    /// Whether one of them was the issuer.
    has_issuer: bool,
}

impl<'s, 'a> Search<'s, 'a> {
    pub(super) fn new(
        inputs: &'s PathInputs<'a>,
        pool: &'s Pool<'a>,
        leaf: Index,
    ) -> Search<'s, 'a> {
        Search {
            inputs,
            pool,
            revocation: Revocation::new(inputs, pool),
            spent: Spent::default(),
            verified: HashMap::new(),
            leaf,
            path: vec![leaf],
            best: None,
        }
    }

    /// Searches to the end.
    pub(super) fn run(&mut self) -> Ending {
        match self.climb() {
            Ok(Some(checks)) => Ending::Found(std::mem::take(&mut self.path), checks),
            Ok(None) => self.failed(None),
            Err(Stop(reason)) => self.failed(Some(reason)),
        }
    }

    fn failed(&mut self, stop: Option<Reason>) -> Ending {
        let (path, mut faults) = match self.best.take() {
            Some(best) => (best.path, best.faults),
            None => (vec![self.leaf], Vec::new()),
        };
        faults.extend(stop.map(|reason| Fault::Reason(self.leaf, reason)));
        Ending::Failed(path, faults)
    }

    /// The checks of revocation when the path ends at an anchor and is good.
    fn climb(&mut self) -> Result<Option<Vec<Check>>, Stop> {
        let pool = self.pool;
        if pool.get(self.leaf).is_some_and(|leaf| leaf.is_anchor) {
            return Ok(self.complete());
        }
        let mut frames = vec![self.frame(self.leaf)?];
        while let Some(frame) = frames.last_mut() {
            let Some(candidate) = frame.candidates.next() else {
                let is_dead_end = !frame.has_issuer;
                frames.pop();
                if is_dead_end {
                    self.nobody();
                }
                self.path.pop();
                continue;
            };
            let Some(entry) = pool.get(candidate) else {
                continue;
            };
            if !self.is_issuer(candidate, entry)? {
                continue;
            }
            frame.has_issuer = true;
            self.path.push(candidate);
            if !entry.is_anchor {
                frames.push(self.frame(candidate)?);
                continue;
            }
            if let Some(checks) = self.complete() {
                return Ok(Some(checks));
            }
            self.path.pop();
        }
        Ok(None)
    }

    /// The candidates for the issuer of `index`. There are none for a certificate whose signature must not be
    /// checked.
    fn frame(&mut self, index: Index) -> Result<Frame, Stop> {
        let mut frame = Frame {
            candidates: Vec::new().into_iter(),
            has_issuer: true,
        };
        let pool = self.pool;
        let Some(entry) = pool.get(index) else {
            return Ok(frame);
        };
        match rules::signature_algorithm(entry.certificate, self.inputs) {
            Ok(_) => {
                // A step is a candidate that is looked at, here or later.
                self.steps(pool.of_issuer_name(index).len())?;
                frame.candidates = pool.issuers(index, self.inputs).into_iter();
                frame.has_issuer = false;
            }
            Err(reason) => {
                let reason = match index == self.leaf {
                    true => reason,
                    false => rules::of_issuer(entry.certificate, reason),
                };
                self.remember(Telling::Unfit, None, || vec![(index, reason)]);
            }
        }
        Ok(frame)
    }

    /// Whether `candidate` issued the last certificate of the path and may stand above all of them.
    fn is_issuer(&mut self, candidate: Index, entry: &Entry<'_>) -> Result<bool, Stop> {
        let pool = self.pool;
        let Some((&last, below)) = self.path.last().and_then(|i| Some((i, pool.get(*i)?))) else {
            return Ok(false);
        };
        if self.is_circle(candidate, entry) {
            return Ok(false);
        }
        let telling = match below.certificate.admits_key_of(entry.certificate) {
            true => Telling::Unfit,
            false => Telling::Namesake,
        };
        let unfit = pool.unfit_to_issue(candidate, self.inputs);
        if !unfit.is_empty() {
            let reasons = || unfit.iter().map(|r| (candidate, r.clone())).collect();
            self.remember(telling, Some(candidate), reasons);
            return Ok(false);
        }
        let subject = || called(entry.certificate);
        if let Some(allowed) = rules::too_long(pool, &self.path, entry) {
            let reason = || Reason::PathTooLong {
                subject: subject(),
                allowed,
            };
            self.remember(telling, Some(candidate), || vec![(candidate, reason())]);
            return Ok(false);
        }
        if let Some(name) = self.outside_of_constraints(entry)? {
            let reason = || Reason::NameConstraint {
                name: name.to_owned(),
                subject: subject(),
            };
            self.remember(telling, Some(candidate), || vec![(candidate, reason())]);
            return Ok(false);
        }
        if !self.signature_verifies(last, entry)? {
            let reason = || Reason::CertificateSignature {
                subject: called(below.certificate),
            };
            self.remember(telling, None, || vec![(last, reason())]);
            return Ok(false);
        }
        Ok(true)
    }

    /// No certificate twice, and no name and key twice: a path that goes on from there could have gone on
    /// before. An anchor ends the path, so it makes no circle.
    fn is_circle(&self, candidate: Index, entry: &Entry<'_>) -> bool {
        let is_same = |other: &Entry<'_>| {
            !entry.is_anchor && other.subject == entry.subject && other.key == entry.key
        };
        self.path
            .iter()
            .any(|&index| index == candidate || self.pool.get(index).is_some_and(is_same))
    }

    /// The first name in the path that a CA above it must not vouch for (RFC 5280 6.1.3 b, c). Self-issued
    /// certificates are exempt unless they are the last.
    fn outside_of_constraints(&mut self, issuer: &Entry<'_>) -> Result<Option<&'s str>, Stop> {
        let Some(constraints) = &issuer.certificate.0.extensions.name_constraints else {
            return Ok(None);
        };
        let pool = self.pool;
        for place in 0..self.path.len() {
            let Some(entry) = self.path.get(place).and_then(|&index| pool.get(index)) else {
                continue;
            };
            if place > 0 && entry.is_self_named() {
                continue;
            }
            let names = entry.names();
            self.steps(constraints.cost(names))?;
            if let Some(name) = constraints.offending(names) {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    fn signature_verifies(&mut self, index: Index, issuer: &Entry<'_>) -> Result<bool, Stop> {
        if let Some(&known) = self.verified.get(&(index, issuer.key)) {
            return Ok(known);
        }
        let limit = self.inputs.limits.path_signatures;
        if self.spent.signatures >= limit {
            return Err(stop("signatures checked to find a path", limit));
        }
        self.spent.signatures += 1;
        let verifies = self.pool.get(index).is_some_and(|entry| {
            let key = issuer.certificate.public_key();
            entry.certificate.signed().verifies(key)
        });
        self.verified.insert((index, issuer.key), verifies);
        Ok(verifies)
    }

    fn steps(&mut self, count: usize) -> Result<(), Stop> {
        let limit = self.inputs.limits.path_steps;
        self.spent.steps = self.spent.steps.saturating_add(count);
        match self.spent.steps > limit {
            true => Err(stop("steps taken to find a path", limit)),
            false => Ok(()),
        }
    }

    /// Revocation, once there is an anchor. A certificate that was revoked spoils this path and not the
    /// others.
    fn complete(&mut self) -> Option<Vec<Check>> {
        let checks = self.revocation.checks(&self.path);
        if !checks.iter().any(Check::is_failed) {
            return Some(checks);
        }
        let rank = (self.path.len(), Telling::Complete);
        if self.best.as_ref().is_none_or(|best| rank > best.rank) {
            self.best = Some(Failure {
                rank,
                path: self.path.clone(),
                faults: checks.into_iter().map(Fault::Check).collect(),
            });
        }
        None
    }

    /// No candidate is the issuer of the last certificate.
    fn nobody(&mut self) {
        let pool = self.pool;
        let Some((&last, entry)) = self.path.last().and_then(|i| Some((i, pool.get(*i)?))) else {
            return;
        };
        let reason = || Reason::UnknownIssuer {
            issuer: entry.certificate.issuer(),
        };
        self.remember(Telling::Nobody, None, || vec![(last, reason())]);
    }

    /// Keeps why this path does not go on, at `candidate` if there is one, when it tells more than what is
    /// known.
    fn remember(
        &mut self,
        telling: Telling,
        candidate: Option<Index>,
        reasons: impl FnOnce() -> Vec<(Index, Reason)>,
    ) {
        let rank = (self.path.len(), telling);
        if self.best.as_ref().is_some_and(|best| rank <= best.rank) {
            return;
        }
        let mut path = self.path.clone();
        path.extend(candidate);
        let faults = reasons().into_iter();
        let faults = faults.map(|(index, reason)| Fault::Reason(index, reason));
        self.best = Some(Failure {
            rank,
            path,
            faults: faults.collect(),
        });
    }
}

fn stop(what: &'static str, limit: usize) -> Stop {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Stop(Reason::Budget { what, limit })
}
