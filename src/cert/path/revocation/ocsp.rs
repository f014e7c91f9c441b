//! Whether a certificate was revoked, by OCSP responses (RFC 6960 3.2).

mod responders;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::super::PathInputs;
use super::super::pool::Entry;
use super::super::status::StatusSource;
use super::lists::{Source, date};
use super::work::Purse;
use super::{Revocation, Status};
use crate::cert::ocsp::{Answer, CertificateId, IssuerHashes, Said};
use crate::cert::{Certificate, OcspResponse, serial};
use crate::check::Reason;
use crate::crypto::DigestAlgorithm;
use responders::{Responders, Verdict};

/// How long an answer without nextUpdate counts after its thisUpdate.
///
/// Its responder says "that newer revocation information is available all the time" (RFC 6960 4.2.2.1), and thisUpdate
/// must be "sufficiently recent" (3.2). RFC 5019 4 refuses such answers altogether, but responders that make each
/// answer when they are asked give no others. Those that name the time of the next one mostly choose days.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);

/// What was found out about the responses at hand.
pub(super) struct Responses<'a> {
    /// Whether the signature on a certificate verifies with a key.
    issued: HashMap<(Certificate, usize), bool>,
    /// Whether a response was signed by the CA with this name and key, or by a responder of its as well.
    verdicts: HashMap<(usize, usize, usize, Signers), Verdict<'a>>,
    responders: Option<Responders<'a>>,
}

/// Whose signature counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Signers {
    Issuer,
    IssuerAndResponders,
}

/// What one response says, with the number of the response.
#[derive(Clone, Copy)]
struct Answered<'a> {
    number: usize,
    response: &'a OcspResponse,
    answer: &'a Answer,
}

/// Why an answer does not count.
#[derive(Clone)]
enum Flaw<'a> {
    Extension(&'a str),
    NotYet(SystemTime),
    Expired(SystemTime),
    Old(SystemTime),
    Signature(&'static str),
    Algorithm(Reason),
}

/// Why there is no answer.
enum Obstacle<'a> {
    Flaw(Flaw<'a>),
    /// More work than this was left.
    Exhausted(usize),
}

impl<'a> From<Flaw<'a>> for Obstacle<'a> {
    fn from(flaw: Flaw<'a>) -> Obstacle<'a> {
        Obstacle::Flaw(flaw)
    }
}

impl Flaw<'_> {
    fn words(&self) -> Cow<'static, str> {
        match self {
            Flaw::Extension(oid) => {
                format!("the OCSP response has the critical extension {oid}, which is not known")
            }
            Flaw::NotYet(from) => {
                format!("the OCSP response is only valid from {}", date(*from))
            }
            Flaw::Expired(until) => format!(
                "the OCSP response expired on {}; get a new one",
                date(*until)
            ),
            Flaw::Old(from) => format!(
                "the OCSP response of {} does not say how long it is valid, and is too old; get a new one",
                date(*from)
            ),
            Flaw::Signature(detail) => return (*detail).into(),
            Flaw::Algorithm(reason) => format!("the OCSP response: {reason}"),
        }
        .into()
    }
}

impl Responses<'_> {
    pub(super) fn new() -> Self {
        Responses {
            issued: HashMap::new(),
            verdicts: HashMap::new(),
            responders: None,
        }
    }
}

/// A certificate and the hashes of those that may have issued it, made when they are first asked for.
struct Question<'q> {
    certificate: &'q Certificate,
    /// By key of the issuer.
    hashes: HashMap<(usize, DigestAlgorithm), IssuerHashes>,
}

impl<'q> Question<'q> {
    fn new(certificate: &'q Certificate) -> Question<'q> {
        Question {
            certificate,
            hashes: HashMap::new(),
        }
    }

    /// Whether an answer is about this certificate, if it has the number, below `issuer`.
    fn is_below(&mut self, issuer: &Entry<'_>, id: &CertificateId) -> bool {
        let Some(digest) = id.digest() else {
            return false;
        };
        let hashes = self.hashes.entry((issuer.key, digest));
        let hashes = hashes
            .or_insert_with(|| IssuerHashes::new(digest, self.certificate, issuer.certificate));
        id.names_issuer(hashes)
    }
}

/// What the newest answer about `entry` says that can be used.
///
/// It must be about this certificate below the key that issued it, and be signed with that key or by a responder
/// that this key appointed (RFC 6960 4.2.2.2). Of `issuers`, those that did not issue `entry` are passed over. Signatures are paid from `purse`.
pub(super) fn by_responses<'s, 'a>(
    revocation: &mut Revocation<'s, 'a>,
    entry: &'s Entry<'a>,
    issuers: &[&'s Entry<'a>],
    source: Source,
    purse: Purse,
) -> Status {
    let issuers = issuers.iter().copied();
    let issuers: Vec<_> = issuers.filter(|i| i.subject == entry.issuer).collect();
    let mut question = Question::new(entry.certificate);
    let mut flaw = None;
    for answered in answers(revocation.inputs, entry.certificate, source) {
        match by_answer(
            revocation,
            &mut question,
            &answered,
            &issuers,
            source,
            purse,
        ) {
            Ok(Some(status)) => return status,
            Ok(None) => {}
            Err(Obstacle::Exhausted(limit)) => return Status::Exhausted(limit),
            // What is wrong with the newest says most.
            Err(Obstacle::Flaw(found)) => flaw = flaw.or(Some(found)),
        }
    }
    Status::Unknown(match flaw {
        Some(flaw) => flaw.words(),
        None => "no OCSP response about it was given; pass it".into(),
    })
}

/// The answers about a serial number, the newest first; of two of one time the worse one.
fn answers<'a>(
    inputs: &PathInputs<'a>,
    certificate: &Certificate,
    source: Source,
) -> Vec<Answered<'a>> {
    let (responses, first) = match source {
        Source::Caller => (inputs.given.ocsp_responses, 0),
        Source::Message => (
            inputs.received.ocsp_responses,
            inputs.given.ocsp_responses.len(),
        ),
    };
    let number = serial::shortest(certificate.serial_der());
    let mut found = Vec::new();
    for (place, response) in responses.iter().enumerate() {
        let about = response.answers_given().iter();
        let about = about.filter(|answer| answer.id.serial() == number);
        found.extend(about.map(|answer| Answered {
            number: first.saturating_add(place),
            response,
            answer,
        }));
    }
    found.sort_by_key(|answered| {
        let rank = match answered.answer.said {
            Said::Revoked { .. } => 0,
            Said::Unknown => 1,
            Said::Good => 2,
        };
        (Reverse(answered.answer.this_update), rank)
    });
    found
}

/// What one answer says; `None` when it is about another certificate of this number.
fn by_answer<'s, 'a>(
    revocation: &mut Revocation<'s, 'a>,
    question: &mut Question<'_>,
    answered: &Answered<'a>,
    issuers: &[&'s Entry<'a>],
    source: Source,
    purse: Purse,
) -> Result<Option<Status>, Obstacle<'a>> {
    for issuer in issuers {
        if !question.is_below(issuer, &answered.answer.id) {
            continue;
        }
        let signers = Signers::IssuerAndResponders;
        let legacy = revocation.usable(answered, issuer, signers, source, purse)?;
        // Another CA may have the name, and a certificate of this number.
        if revocation.issued(question.certificate, issuer, purse)? {
            return status(answered.answer, source, legacy).map(Some);
        }
    }
    Ok(None)
}

fn status<'a>(
    answer: &Answer,
    source: Source,
    legacy: Option<Reason>,
) -> Result<Status, Obstacle<'a>> {
    let this_update = answer.this_update;
    match (answer.said, legacy) {
        // Whatever the digest is: nobody gains by forging it.
        (Said::Revoked { when, reason }, _) => Ok(Status::Revoked {
            this_update,
            when,
            reason,
            by: StatusSource::Ocsp,
        }),
        (_, Some(reason)) => Err(Flaw::Algorithm(reason).into()),
        (Said::Unknown, None) => Ok(Status::Unknown(
            "the OCSP responder does not know the certificate".into(),
        )),
        (Said::Good, None) => Ok(Status::Good {
            this_update,
            next_update: answer.next_update,
            source,
            by: StatusSource::Ocsp,
        }),
    }
}

impl<'s, 'a> Revocation<'s, 'a> {
    /// Whether the signature on a certificate verifies with the key of `issuer`.
    fn issued(
        &mut self,
        certificate: &Certificate,
        issuer: &Entry<'a>,
        purse: Purse,
    ) -> Result<bool, Obstacle<'a>> {
        let question = (certificate.clone(), issuer.key);
        if let Some(&known) = self.responses.issued.get(&question) {
            return Ok(known);
        }
        self.pay(purse).map_err(Obstacle::Exhausted)?;
        let verifies = certificate
            .signed()
            .verifies(issuer.certificate.public_key());
        self.responses.issued.insert(question, verifies);
        Ok(verifies)
    }

    /// Whether an answer counts now; the reason when it is only good enough to revoke.
    fn usable(
        &mut self,
        answered: &Answered<'a>,
        issuer: &'s Entry<'a>,
        signers: Signers,
        source: Source,
        purse: Purse,
    ) -> Result<Option<Reason>, Obstacle<'a>> {
        let (response, answer) = (answered.response, answered.answer);
        let now = self.inputs.now;
        let obstacle = response.obstacle().or(answer.obstacle.as_deref());
        if let Some(oid) = obstacle {
            return Err(Flaw::Extension(oid).into());
        }
        if now < answer.this_update {
            return Err(Flaw::NotYet(answer.this_update).into());
        }
        match answer.next_update {
            Some(until) if until < now => return Err(Flaw::Expired(until).into()),
            Some(_) => {}
            None => {
                let end = answer.this_update.checked_add(FRESH);
                if end.is_some_and(|end| end < now) {
                    return Err(Flaw::Old(answer.this_update).into());
                }
            }
        }
        let question = (answered.number, issuer.subject, issuer.key, signers);
        let verdict = match self.responses.verdicts.get(&question) {
            Some(verdict) => verdict.clone(),
            None => {
                let verdict = self.verdict(response, issuer, signers, source, purse)?;
                self.responses.verdicts.insert(question, verdict.clone());
                verdict
            }
        };
        verdict.map_err(Obstacle::Flaw)
    }

    /// Whether the newest answer that the CA signed itself says that a certificate is revoked. `Err`: there is more work
    /// in it than this.
    pub(super) fn is_answered(
        &mut self,
        certificate: &Certificate,
        issuer: &'s Entry<'a>,
        source: Source,
        purse: Purse,
    ) -> Result<bool, usize> {
        match self.is_answered_as_revoked(certificate, issuer, source, purse) {
            Ok(is_revoked) => Ok(is_revoked),
            Err(Obstacle::Flaw(_)) => Ok(false),
            Err(Obstacle::Exhausted(limit)) => Err(limit),
        }
    }

    /// The same, with what is wrong with the answer.
    fn is_answered_as_revoked(
        &mut self,
        certificate: &Certificate,
        issuer: &'s Entry<'a>,
        source: Source,
        purse: Purse,
    ) -> Result<bool, Obstacle<'a>> {
        let mut question = Question::new(certificate);
        for answered in answers(self.inputs, certificate, source) {
            if !question.is_below(issuer, &answered.answer.id) {
                continue;
            }
            match self.usable(&answered, issuer, Signers::Issuer, source, purse) {
                Ok(_) => return Ok(matches!(answered.answer.said, Said::Revoked { .. })),
                Err(Obstacle::Flaw(_)) => {}
                Err(exhausted) => return Err(exhausted),
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
mod tests;
