//! Depth-first search from a certificate upwards, within budgets.

mod beyond;
mod failures;

pub(super) use failures::{Against, Failure, Fault};

use std::collections::HashMap;

use super::PathInputs;
use super::policies::{self, PolicySet};
use super::pool::{Cost, Entry, Index, Pool};
use super::revocation::{LookedUp, Revocation};
use super::rules::{self, called};
use crate::check::{Check, Reason};
use beyond::Bound;
use failures::{Failures, Telling};

/// Octets of a certificate that are read again in one step.
const PIECE: usize = 1024;

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
    /// At an anchor.
    Found(Found),
    /// Nowhere: the candidates, the best first, and why it was broken off.
    Failed(Vec<Failure>, Option<Reason>),
}

/// A complete path.
pub(super) struct Found {
    /// The anchor is the last one.
    pub path: Vec<Index>,
    pub policies: PolicySet,
    /// Whether somebody demanded that there is a policy.
    pub is_policy_demanded: bool,
    /// None of its checks failed.
    pub revocation: LookedUp,
}

pub(super) struct Search<'s, 'a> {
    inputs: &'s PathInputs<'a>,
    pool: &'s Pool<'a>,
    revocation: Revocation<'s, 'a>,
    pub spent: Spent,
    /// Whether the signature on a certificate verifies with a key.
    verified: HashMap<(Index, usize), bool>,
    /// The name of a certificate that lies outside of constraints.
    outside: HashMap<(Bound, Index), Option<&'s str>>,
    /// The certificate to validate.
    leaf: Index,
    /// From the leaf upwards; every signature in it verifies.
    path: Vec<Index>,
    failures: Failures,
}

/// What a candidate is to the last certificate of the path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It issued it and may stand above the path.
    Issuer,
    /// It seems to have issued it, and must not stand there.
    Refused,
    Stranger,
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
            outside: HashMap::new(),
            leaf,
            path: vec![leaf],
            failures: Failures::default(),
        }
    }

    /// Only paths that end at this anchor, without asking for revocation: those of who signs lists.
    pub(super) fn ending_at(mut self, anchor: &Entry<'_>) -> Search<'s, 'a> {
        self.revocation.demand(anchor);
        self
    }

    /// Searches to the end.
    pub(super) fn run(&mut self) -> Ending {
        match self.climb() {
            Ok(Some(found)) => Ending::Found(found),
            Ok(None) => Ending::Failed(self.failures.take(), None),
            Err(Stop(reason)) => Ending::Failed(self.failures.take(), Some(reason)),
        }
    }

    fn climb(&mut self) -> Result<Option<Found>, Stop> {
        let pool = self.pool;
        if let Some(leaf) = pool.get(self.leaf).filter(|leaf| leaf.is_anchor) {
            let index = self.leaf;
            return match self.beyond_trust(index, leaf)? {
                None => self.complete(),
                Some(beyond) => {
                    let reasons = || vec![(index, beyond.reason(leaf))];
                    self.remember(Telling::Complete, None, reasons);
                    Ok(None)
                }
            };
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
            let standing = self.standing(candidate, entry)?;
            // Whoever seems to have issued it is known, so that nobody needs to look for another one.
            frame.has_issuer |= standing != Standing::Stranger;
            if standing != Standing::Issuer {
                continue;
            }
            self.path.push(candidate);
            if !entry.is_anchor {
                frames.push(self.frame(candidate)?);
                continue;
            }
            if let Some(found) = self.complete()? {
                return Ok(Some(found));
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

    /// Whether `candidate` issued the last certificate of the path, and may stand above all of them.
    fn standing(&mut self, candidate: Index, entry: &Entry<'_>) -> Result<Standing, Stop> {
        let pool = self.pool;
        let Some((&last, below)) = self.path.last().and_then(|i| Some((i, pool.get(*i)?))) else {
            return Ok(Standing::Stranger);
        };
        if self.is_circle(candidate, entry) {
            return Ok(Standing::Stranger);
        }
        let (telling, refused) = match below.certificate.admits_key_of(entry.certificate) {
            true => (Telling::Unfit, Standing::Refused),
            false => (Telling::Namesake, Standing::Stranger),
        };
        let unfit = pool.unfit_to_issue(candidate, self.inputs);
        if !unfit.is_empty() {
            let reasons = || unfit.iter().map(|r| (candidate, r.clone())).collect();
            self.remember(telling, Some(candidate), reasons);
            return Ok(refused);
        }
        let subject = || called(entry.certificate);
        if let Some(allowed) = rules::too_long(pool, &self.path, entry) {
            let reason = || Reason::PathTooLong {
                subject: subject(),
                allowed,
            };
            self.remember(telling, Some(candidate), || vec![(candidate, reason())]);
            return Ok(refused);
        }
        let beyond = match self.outside_of_constraints(candidate, entry)? {
            Some(beyond) => Some(beyond),
            None => self.beyond_trust(candidate, entry)?,
        };
        if let Some(beyond) = beyond {
            let reasons = || vec![(candidate, beyond.reason(entry))];
            self.remember(telling, Some(candidate), reasons);
            return Ok(refused);
        }
        if !self.signature_verifies(last, entry)? {
            let reason = || Reason::CertificateSignature {
                subject: called(below.certificate),
            };
            self.remember(telling, None, || vec![(last, reason())]);
            return Ok(Standing::Stranger);
        }
        Ok(Standing::Issuer)
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

    fn signature_verifies(&mut self, index: Index, issuer: &Entry<'_>) -> Result<bool, Stop> {
        if let Some(&known) = self.verified.get(&(index, issuer.key)) {
            return Ok(known);
        }
        let limit = self.inputs.limits.path_signatures;
        let is_left = self.pool.pay(Cost::Signatures, 1);
        if !is_left || self.spent.signatures >= limit {
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
        steps(&mut self.spent, self.pool, self.inputs, count)
    }

    /// What [`Search::complete`] costs beyond what policies and revocation ask for themselves: for each certificate it
    /// looks at all that are above it, and reads it again.
    fn cost_to_complete(&self) -> usize {
        let entries = self.path.iter().filter_map(|&index| self.pool.get(index));
        let pieces = entries.map(|entry| entry.certificate.to_der().len() / PIECE);
        let places = self.path.len().saturating_mul(self.path.len());
        pieces.fold(places, usize::saturating_add)
    }

    /// Policies and revocation, once there is an anchor. What is wrong with them spoils this path and not the
    /// others.
    fn complete(&mut self) -> Result<Option<Found>, Stop> {
        self.steps(self.cost_to_complete())?;
        let (spent, pool, inputs) = (&mut self.spent, self.pool, self.inputs);
        let spend = |count| steps(spent, pool, inputs, count);
        let policies = policies::process(pool, &self.path, spend)?;
        // Whoever needs no path wants to know all the same that a certificate was revoked.
        let revocation = self.revocation.look_up(&self.path);
        let is_revocation_failed = revocation.checks.iter().any(Check::is_failed);
        let mut faults = Vec::new();
        match policies {
            policies::Outcome::Valid {
                policies,
                is_demanded,
            } if !is_revocation_failed => {
                return Ok(Some(Found {
                    path: self.path.clone(),
                    policies,
                    is_policy_demanded: is_demanded,
                    revocation,
                }));
            }
            policies::Outcome::Valid { .. } => {}
            policies::Outcome::Unmet(index, reason) => faults.push(Fault::Reason(index, reason)),
        }
        if is_revocation_failed {
            faults.extend(revocation.checks.into_iter().map(Fault::Check));
        }
        let rank = (self.path.len(), Telling::Complete);
        let against = || Against {
            faults,
            statuses: revocation.statuses,
        };
        self.failures.add(rank, &self.path, None, against);
        Ok(None)
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
        let against = || {
            let reasons = reasons().into_iter();
            let faults = reasons.map(|(index, reason)| Fault::Reason(index, reason));
            Against {
                faults: faults.collect(),
                statuses: Vec::new(),
            }
        };
        self.failures.add(rank, &self.path, candidate, against);
    }
}

fn steps(
    spent: &mut Spent,
    pool: &Pool<'_>,
    inputs: &PathInputs<'_>,
    count: usize,
) -> Result<(), Stop> {
    let limit = inputs.limits.path_steps;
    spent.steps = spent.steps.saturating_add(count);
    match !pool.pay(Cost::Steps, count) || spent.steps > limit {
        true => Err(stop("steps taken to find a path", limit)),
        false => Ok(()),
    }
}

fn stop(what: &'static str, limit: usize) -> Stop {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    Stop(Reason::Budget { what, limit })
}
