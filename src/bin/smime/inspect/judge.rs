//! What is fit, what leads to a trust anchor, and why not.

use std::cell::Cell;

use anyhow::Result;
use serde_json::{Value, json};
use smime::cert::Findings;
use smime::cert::path::{Attempt, PathFailure, Validator, VerifiedPath};
use smime::check::{Check, Reason};
use smime::online::Wanted;
use smime::policy::StandardPolicy;
use smime::{Certificate, TrustAnchors};

use crate::fetch::Fetch;
use crate::receiving::InspectCommand;
use crate::{failure, files};

/// One policy and one time for all, and the trust anchors, if some were given.
pub struct Judge {
    policy: StandardPolicy,
    validator: Option<Validator>,
    /// Whether a certificate did not lead to a trust anchor.
    refused: Cell<bool>,
}

impl Judge {
    pub fn new(command: &InspectCommand) -> Result<Judge> {
        let policy = match command.at {
            Some(time) => StandardPolicy::at(time),
            None => StandardPolicy::new(),
        };
        Ok(Judge {
            policy,
            validator: match command.trust.is_empty() {
                true => None,
                false => Some(validator(command)?.policy(policy)),
            },
            refused: Cell::new(false),
        })
    }

    /// For a file that holds these certificates: they may stand between each other and an anchor. What is missing for
    /// them is fetched, if it may be; beside it, what could not be had.
    pub fn beside(
        &self,
        certificates: &[&Certificate],
        fetch: &Fetch,
    ) -> Result<(Judge, Vec<String>)> {
        let mut warnings = Vec::new();
        let mut validator = None;
        if let Some(known) = self.validator.clone() {
            let known = known.certificates(certificates.iter().copied());
            let first = validated(&known, certificates);
            let known = fetch.until_known(
                known,
                first,
                |validator, _| Ok(validated(validator, certificates)),
                |results| results.iter().fold(Wanted::new(), and_missing),
            )?;
            warnings = known.warnings;
            validator = Some(known.judge);
        }
        let judge = Judge {
            policy: self.policy,
            validator,
            refused: Cell::new(false),
        };
        Ok((judge, warnings))
    }

    pub fn findings(&self, certificate: &Certificate) -> Findings {
        certificate.findings(&self.policy)
    }

    /// `None` when no anchors were given.
    pub fn trust(&self, certificate: &Certificate) -> Option<Trust> {
        let result = self.validator.as_ref()?.validate(certificate);
        // An algorithm that is only read, and not trusted, is a failed check on a path that is one.
        let failed = |path: &VerifiedPath| path.checks().iter().any(Check::is_failed);
        if !result.as_ref().is_ok_and(|path| !failed(path)) {
            self.refused.set(true);
        }
        Some(Trust(result))
    }

    /// The exit status that follows.
    pub fn status(&self) -> u8 {
        match self.refused.get() {
            true => failure::NOT_TRUSTED,
            false => 0,
        }
    }
}

type Validated = Result<VerifiedPath, PathFailure>;

fn validated(validator: &Validator, certificates: &[&Certificate]) -> Vec<Validated> {
    let certificates = certificates.iter();
    certificates.map(|one| validator.validate(one)).collect()
}

fn and_missing(wanted: Wanted, result: &Validated) -> Wanted {
    match result {
        Ok(path) => wanted.path(path),
        Err(failure) => wanted.failure(failure),
    }
}

fn validator(command: &InspectCommand) -> Result<Validator> {
    let mut anchors = TrustAnchors::new();
    for path in &command.trust {
        for certificate in &files::certificates(path)? {
            anchors.add(certificate);
        }
    }
    let mut validator = Validator::new(&anchors);
    for path in &command.intermediate {
        validator = validator.certificates(&files::certificates(path)?);
    }
    for path in &command.crl {
        validator = validator.crls(&files::crls(path)?);
    }
    for path in &command.ocsp {
        validator = validator.ocsp_responses([&files::ocsp_response(path)?]);
    }
    Ok(validator)
}

/// Whether a certificate leads to a trust anchor.
pub struct Trust(Validated);

impl Trust {
    fn checks(&self) -> &[Check] {
        match &self.0 {
            Ok(path) => path.checks(),
            Err(failure) => failure.checks(),
        }
    }

    fn is_trusted(&self) -> bool {
        self.0.is_ok() && !self.checks().iter().any(Check::is_failed)
    }

    fn certificates(&self) -> &[Certificate] {
        match &self.0 {
            Ok(path) => path.certificates(),
            Err(failure) => failure.certificates(),
        }
    }

    fn attempts(&self) -> &[Attempt] {
        match &self.0 {
            Ok(_) => &[],
            Err(failure) => failure.attempts(),
        }
    }

    /// The verdict, what was looked at, and each path that was tried when there were several.
    pub fn in_words(&self) -> Vec<String> {
        let mut lines = vec![match self.is_trusted() {
            true => format!("yes: {}", steps(self.certificates())),
            false => "no".to_owned(),
        }];
        lines.extend(self.checks().iter().map(Check::to_string));
        // The best one is what the checks are about.
        let tried = self.attempts();
        for attempt in tried.iter().filter(|_| tried.len() > 1) {
            lines.push(format!("tried: {}", steps(attempt.certificates())));
            let reasons = attempt.reasons().iter();
            lines.extend(reasons.map(|reason| format!("  {reason}")));
        }
        lines
    }

    pub fn value(&self) -> Value {
        let attempts = self.attempts().iter().map(|attempt| {
            json!({
                "certificates": names(attempt.certificates()),
                "reasons": attempt.reasons().iter().map(Reason::to_string).collect::<Vec<_>>(),
            })
        });
        json!({
            "trusted": self.is_trusted(),
            "certificates": names(self.certificates()),
            "checks": self.checks(),
            "attempts": attempts.collect::<Vec<_>>(),
        })
    }
}

fn names(certificates: &[Certificate]) -> Vec<String> {
    certificates.iter().map(Certificate::description).collect()
}

/// From the certificate upwards, in few words.
fn steps(certificates: &[Certificate]) -> String {
    let called = |certificate: &Certificate| match certificate.subject() {
        subject if subject.is_empty() => format!("serial {}", certificate.serial_hex()),
        subject => subject,
    };
    let names: Vec<String> = certificates.iter().map(called).collect();
    names.join(" <- ")
}
