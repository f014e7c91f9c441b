//! Whom to believe: candidates lead to an anchor, and nothing is used that is known to be revoked.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::time::SystemTime;

use super::answers::{Answers, Found};
use super::config::{Config, SelfCopy};
use super::report::Source;
use crate::address::Mailbox;
use crate::cert::path::{
    Attempt, CertificateStatus, PathFailure, PathInputs, PathPool, RevocationInputs, VerifiedPath,
    validate_in,
};
use crate::cert::{Certificate, Identity, TrustAnchors};
use crate::check::{Check, Outcome, Reason};
use crate::policy::RevocationMode;
use crate::report::name;
use crate::resolver::{Choice, FoundCertificate, Provenance, Unusable, choose};

/// A certificate that the resolver found and that can be used.
pub(super) struct Resolved {
    pub certificate: Certificate,
    pub source: Source,
    pub path: Option<VerifiedPath>,
    /// Better ones that cannot.
    pub passed_over: Vec<Unusable<Unbelieved>>,
}

/// A certificate by name, or none where none was found, and why it cannot be used.
pub(super) type Refusal = (Option<String>, Unbelieved);

/// Why a certificate is not used.
pub(super) struct Unbelieved {
    pub reasons: Vec<Reason>,
    /// The search for a path that gave them, if there was one.
    pub path_failure: Option<Box<PathFailure>>,
}

impl From<Vec<Reason>> for Unbelieved {
    fn from(reasons: Vec<Reason>) -> Self {
        Unbelieved {
            reasons,
            path_failure: None,
        }
    }
}

impl Unbelieved {
    fn by(failure: &PathFailure, reasons: Vec<Reason>) -> Unbelieved {
        Unbelieved {
            reasons,
            path_failure: Some(Box::new(failure.clone())),
        }
    }
}

/// Validates for one message; a certificate that comes twice is looked at once.
pub(super) struct Trust<'a> {
    config: &'a Config,
    answers: &'a Answers,
    now: SystemTime,
    /// Of what somebody vouches for only: no directory, whatever it answers, gets in the way of finding out that one
    /// of these was revoked.
    vouched: Paths<'a>,
    /// Of everything.
    found: Paths<'a>,
    /// A note for each certificate that is used although nobody could say whether it was revoked.
    pub unknown: Vec<String>,
}

/// Paths from one pool of certificates.
#[derive(Default)]
struct Paths<'a> {
    pool: OnceCell<PathPool<'a>>,
    known: HashMap<Certificate, Result<VerifiedPath, PathFailure>>,
}

impl<'a> Trust<'a> {
    pub(super) fn new(config: &'a Config, answers: &'a Answers, now: SystemTime) -> Trust<'a> {
        Trust {
            config,
            answers,
            now,
            vouched: Paths::default(),
            found: Paths::default(),
            unknown: Vec::new(),
        }
    }

    /// The best of what the resolver found for one address; else everything with its reasons, each with the name of
    /// its certificate.
    pub(super) fn resolved(
        &mut self,
        mailbox: &Mailbox,
        found: &'a Found,
    ) -> Result<Resolved, Vec<Refusal>> {
        let found = match found {
            Ok(found) if found.is_empty() => {
                return Err(vec![(None, vec![Reason::NoCertificate].into())]);
            }
            Ok(found) => found,
            Err(reason) => return Err(vec![(None, vec![reason.clone()].into())]),
        };
        let to = Some(mailbox).filter(|_| !self.config.ignore_addresses);
        let (now, policy) = (self.now, self.config.policy.as_ref());
        let mut tries = 0;
        let choice = choose(found, to, now, policy, |one| self.accept(one, &mut tries));
        match choice {
            Ok(Choice {
                found,
                accepted: path,
                passed_over,
            }) => Ok(Resolved {
                certificate: found.certificate().clone(),
                source: Source::Resolver(found.provenance()),
                path,
                passed_over,
            }),
            Err(mut unusable) => {
                // Said once, of the first that was not looked at.
                let too_many = [too_many(self.config)];
                let mut over = 0_usize;
                unusable.retain(|(_, why)| {
                    let is_over = why.reasons == too_many;
                    over = over.saturating_add(usize::from(is_over));
                    !is_over || over == 1
                });
                let unusable = unusable.into_iter();
                Err(unusable.map(|(name, why)| (Some(name), why)).collect())
            }
        }
    }

    /// Why a certificate that somebody vouches for must not be used all the same; else the path, if one was
    /// looked for and found.
    ///
    /// It needs none. But when there are lists or responses, what those say is heard: that it was revoked, or an
    /// authority above it. A search that does not come to an end could have found that, so it counts against it too.
    /// When nothing was found out, there is a note; the policy may refuse that ([`RevocationMode::Hard`]), lists or
    /// not.
    pub(super) fn vouched(
        &mut self,
        certificate: &'a Certificate,
    ) -> Result<Option<VerifiedPath>, Unbelieved> {
        let (config, answers) = (self.config, self.answers);
        let is_demanded = match config.policy.requirements().revocation {
            RevocationMode::None => return Ok(None),
            RevocationMode::Soft => false,
            RevocationMode::Hard => true,
        };
        if !is_demanded && config.crls.is_empty() && config.ocsp_responses.is_empty() {
            return Ok(None);
        }
        let Some(anchors) = &config.anchors else {
            // Lists and responses need anchors, so it is demanded.
            let reasons = vec![nobody_says(certificate), Reason::NoAnchors];
            return Err(reasons.into());
        };
        let all = || named(config, answers).chain(answers.vouched());
        let paths = &mut self.vouched;
        let failure = match paths.path(config, anchors, self.now, certificate, all) {
            Ok(path) => return Ok(Some(path.clone())),
            Err(failure) => failure,
        };
        let against = against(failure);
        if !against.is_empty() {
            return Err(Unbelieved::by(failure, against));
        }
        if is_known(failure.statuses()) {
            return Ok(None);
        }
        let reasons = why_unknown(certificate, failure);
        if is_demanded {
            return Err(Unbelieved::by(failure, reasons));
        }
        let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
        let note = format!(
            "certificate of {}: {}",
            certificate.description(),
            reasons.join("; ")
        );
        if !self.unknown.contains(&note) {
            self.unknown.push(note);
        }
        Ok(None)
    }

    /// Whether one that the resolver found can be used.
    fn accept(
        &mut self,
        one: &'a FoundCertificate,
        tries: &mut usize,
    ) -> Result<Option<VerifiedPath>, Unbelieved> {
        if *tries >= self.config.limits.paths {
            return Err(vec![too_many(self.config)].into());
        }
        *tries += 1;
        match one.provenance() {
            Provenance::Pinned => self.vouched(one.certificate()),
            Provenance::Candidate => self.candidate(one.certificate()).map(Some),
        }
    }

    /// A path from a certificate that nobody vouches for, or every reason why there is none.
    fn candidate(&mut self, certificate: &'a Certificate) -> Result<VerifiedPath, Unbelieved> {
        let (config, answers) = (self.config, self.answers);
        let Some(anchors) = &config.anchors else {
            return Err(vec![Reason::Unvalidated].into());
        };
        let all = || named(config, answers).chain(answers.all());
        let reasons = |checks: &[Check]| -> Vec<Reason> {
            let failed = checks.iter().filter(|check| check.is_failed());
            failed.filter_map(Check::why).cloned().collect()
        };
        match self.found.path(config, anchors, self.now, certificate, all) {
            Ok(path) if !path.checks().iter().any(Check::is_failed) => Ok(path.clone()),
            Ok(path) => Err(reasons(path.checks()).into()),
            Err(failure) => Err(Unbelieved::by(failure, reasons(failure.checks()))),
        }
    }
}

impl<'a> Paths<'a> {
    fn path<I: Iterator<Item = &'a Certificate>>(
        &mut self,
        config: &'a Config,
        anchors: &'a TrustAnchors,
        now: SystemTime,
        certificate: &'a Certificate,
        all: impl FnOnce() -> I,
    ) -> &Result<VerifiedPath, PathFailure> {
        let pool = &self.pool;
        self.known.entry(certificate.clone()).or_insert_with(|| {
            let pool = pool.get_or_init(|| PathPool::new(anchors, all(), &config.limits));
            let inputs = PathInputs {
                certificate,
                intermediates: &config.intermediates,
                anchors,
                given: RevocationInputs {
                    crls: &config.crls,
                    ocsp_responses: &config.ocsp_responses,
                },
                received: RevocationInputs::default(),
                now,
                policy: config.policy.as_ref(),
                limits: &config.limits,
            };
            validate_in(pool, &inputs)
        })
    }
}

/// Every certificate the caller gave, in whatever role, and those of the resolver's signer.
fn named<'a>(config: &'a Config, answers: &'a Answers) -> impl Iterator<Item = &'a Certificate> {
    let signer = answers.signer().and_then(|found| found.as_ref().ok());
    let signers = config.signers.iter().chain(signer.into_iter().flatten());
    let oneself = match &config.self_copy {
        SelfCopy::To(certificate) => Some(certificate),
        SelfCopy::Automatic | SelfCopy::Never => None,
    };
    let bound = config.bound.iter().map(|(_, certificate)| certificate);
    let certificates = config.certificates.iter().chain(bound).chain(oneself);
    let certificates = certificates.chain(&config.advertised);
    certificates
        .chain(signers.flat_map(Identity::chain))
        .chain(&config.intermediates)
}

/// Enough certificates of this address were looked at. Whoever can write to a directory can add any number.
fn too_many(config: &Config) -> Reason {
    Reason::Budget {
        what: "certificates looked at for one address",
        limit: u64::try_from(config.limits.paths).unwrap_or(u64::MAX),
    }
}

/// What a path that failed says against a certificate that needs none, each once.
fn against(failure: &PathFailure) -> Vec<Reason> {
    let attempts = failure.attempts().iter().flat_map(Attempt::reasons);
    let mut reasons: Vec<Reason> = Vec::new();
    for reason in failure.reasons().chain(attempts) {
        let counts = matches!(reason, Reason::Revoked { .. } | Reason::Budget { .. });
        if counts && !reasons.contains(reason) {
            reasons.push(reason.clone());
        }
    }
    reasons
}

/// Whether somebody said of each certificate of a path that it was not revoked: it failed for something else.
fn is_known(statuses: &[CertificateStatus]) -> bool {
    let is_good = |status| matches!(status, &CertificateStatus::Good { .. });
    !statuses.is_empty() && statuses.iter().all(is_good)
}

/// Why nobody could say whether a certificate was revoked: that there is no status, and what the path failed for.
fn why_unknown(certificate: &Certificate, failure: &PathFailure) -> Vec<Reason> {
    let open = |check: &&Check| matches!(check.outcome(), Outcome::Failed | Outcome::Unknown);
    let checks = failure.checks().iter().filter(open);
    let mut reasons: Vec<Reason> = checks.filter_map(Check::why).cloned().collect();
    let is_status = |reason: &Reason| matches!(reason, Reason::RevocationUnknown { .. });
    if !reasons.iter().any(is_status) {
        let mut statuses = failure.certificates().iter().zip(failure.statuses());
        let unknown = statuses.find_map(|(certificate, status)| match status {
            CertificateStatus::Unknown { detail } => Some(Reason::RevocationUnknown {
                subject: name(certificate),
                detail: detail.clone(),
            }),
            _ => None,
        });
        reasons.insert(0, unknown.unwrap_or_else(|| nobody_says(certificate)));
    }
    reasons
}

fn nobody_says(certificate: &Certificate) -> Reason {
    Reason::RevocationUnknown {
        subject: name(certificate),
        detail: "no path was found from it to a trust anchor, which says whose lists and responses count"
            .into(),
    }
}
