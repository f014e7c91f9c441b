//! Learning from messages, by the caller's word and from good verdicts only.

use std::time::{Duration, SystemTime};

use super::Store;
use super::change::{Change, Changes};
use super::fingerprint::Fingerprint;
use super::import::Taken;
use super::record::{Facts, Record, whole_seconds};
use crate::Error;
use crate::report::{Candidate, Report, Verdict};

/// How much later something has to be seen again for that to be worth a write.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Store {
    /// Learns the certificates and capabilities of whoever signed a message, at the time `now` of the caller's
    /// policy: from a message that is [`Verdict::Trusted`] what its [`Report::candidates`] are, from any other
    /// nothing at all.
    ///
    /// What is learned is a candidate ([`crate::resolver::Provenance::Candidate`]): before anything is encrypted to
    /// it, it is validated to a trust anchor again. What a person vouched for stays so. Of two statements about
    /// what somebody can read the one signed later counts, whichever is read later (RFC 8551 2.7.1); one without
    /// a signing time counts only where there is no other.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`], [`crate::ErrorKind::Limit`].
    pub fn learn(&self, report: &Report, now: SystemTime) -> Result<Vec<Taken>, Error> {
        if report.verdict() != Verdict::Trusted || report.candidates().is_empty() {
            return Ok(Vec::new());
        }
        let signed = report.signer().and_then(|signer| signer.signing_time());
        let source = Source {
            now: whole_seconds(now),
            asserted: signed.map(|at| at.min(now)).and_then(whole_seconds),
        };
        self.change(|changes| {
            let candidates = report.candidates().iter();
            candidates
                .map(|candidate| source.learn(candidate, changes))
                .collect()
        })
    }
}

/// When something was learned, and when it was said.
struct Source {
    now: Option<SystemTime>,
    asserted: Option<SystemTime>,
}

impl Source {
    fn learn(&self, candidate: &Candidate, changes: &mut Changes<'_>) -> Result<Taken, Error> {
        let certificate = candidate.certificate();
        let known = changes.index().get(Fingerprint::of(certificate)).cloned();
        let is_identity = known.as_ref().is_some_and(|known| known.key.is_some());
        let change = match known {
            // What is known about oneself does not come from mail.
            Some(_) if is_identity => Change::Unchanged,
            Some(known) => {
                let facts = self.renewed(&known.facts, candidate);
                match facts == known.facts {
                    true => Change::Unchanged,
                    false => changes.put(known.with_facts(facts))?,
                }
            }
            None => {
                let facts = self.renewed(&Facts::default(), candidate);
                changes.put(Record::new(certificate.clone(), facts))?
            }
        };
        Ok(Taken {
            certificate: certificate.clone(),
            is_identity,
            change,
        })
    }

    /// What is known after this message.
    fn renewed(&self, known: &Facts, candidate: &Candidate) -> Facts {
        let mut facts = known.clone();
        let is_first = known.learned.is_none();
        // A message that is older than what is known changes nothing of it.
        let counts = match (self.asserted, known.asserted) {
            (Some(now), Some(before)) => now > before,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => is_first,
        };
        if counts {
            facts.verifies_only = !candidate.encrypts();
            if !candidate.capabilities().is_empty() {
                facts.set_capabilities(candidate.capabilities());
            }
        }
        let is_later = match (known.learned, self.now) {
            (Some(before), Some(now)) => now.duration_since(before).is_ok_and(|gone| gone >= DAY),
            (before, _) => before.is_none(),
        };
        let says_more = facts != *known;
        if counts && (says_more || is_later) {
            facts.asserted = self.asserted.or(known.asserted);
        }
        if is_later || says_more {
            facts.learned = known.learned.max(self.now);
        }
        facts
    }
}
