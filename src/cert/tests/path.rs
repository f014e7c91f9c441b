//! Paths to a trust anchor, each rule good and bad.

mod anchors;
mod attempts;
mod blowups;
mod budgets;
mod building;
mod constraints;
mod corpora;
mod crossings;
mod deltas;
mod indirect;
mod lists;
mod mail;
mod ocsp;
mod openssl;
mod pkits_policies;
mod policies;
mod revocation;
mod rules;
mod scopes;
mod signers;
mod statuses;
mod unusable;
mod validator;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::Limits;
use crate::cert::path::{PathFailure, PathInputs, RevocationInputs, VerifiedPath, validate};
use crate::check::{Aspect, Check, Outcome, Reason};
use crate::policy::{Policy, StandardPolicy};

/// 2026-01-01, inside the validity the test CA gives.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// What a validation needs, ready to be changed.
struct Case {
    leaf: Certificate,
    others: Vec<Certificate>,
    anchors: TrustAnchors,
    crls: Vec<Crl>,
    message_crls: Vec<Crl>,
    ocsp_responses: Vec<OcspResponse>,
    message_ocsp_responses: Vec<OcspResponse>,
    policy: StandardPolicy,
    limits: Limits,
}

impl Case {
    fn new(leaf: &[u8], others: &[&[u8]], anchors: &[&[u8]]) -> Case {
        let mut all = TrustAnchors::new();
        for anchor in anchors {
            all.add(&read(anchor));
        }
        Case {
            leaf: read(leaf),
            others: others.iter().map(|der| read(der)).collect(),
            anchors: all,
            crls: Vec::new(),
            message_crls: Vec::new(),
            ocsp_responses: Vec::new(),
            message_ocsp_responses: Vec::new(),
            policy: StandardPolicy::at(now()),
            limits: Limits::default(),
        }
    }

    fn crl(mut self, der: &[u8]) -> Case {
        self.crls.push(Crl::from_bytes(der).unwrap());
        self
    }

    fn message_crl(mut self, der: &[u8]) -> Case {
        self.message_crls.push(Crl::from_bytes(der).unwrap());
        self
    }

    fn policy(mut self, policy: StandardPolicy) -> Case {
        self.policy = policy;
        self
    }

    /// The same with constraints on the first anchor.
    fn within(mut self, constraints: AnchorConstraints) -> Case {
        let anchor = self.anchors.certificates()[0].clone();
        self.anchors.add_constrained(&anchor, constraints);
        self
    }

    fn inputs(&self) -> PathInputs<'_> {
        PathInputs {
            certificate: &self.leaf,
            intermediates: &self.others,
            anchors: &self.anchors,
            given: RevocationInputs {
                crls: &self.crls,
                ocsp_responses: &self.ocsp_responses,
            },
            received: RevocationInputs {
                crls: &self.message_crls,
                ocsp_responses: &self.message_ocsp_responses,
            },
            now: self.policy.now(),
            policy: &self.policy,
            limits: &self.limits,
        }
    }

    fn validate(&self) -> Result<VerifiedPath, PathFailure> {
        let result = validate(&self.inputs());
        // What must hold however it ends.
        match &result {
            Ok(path) => {
                assert_eq!(path.certificates().first(), Some(&self.leaf));
                let last = path.certificates().last().unwrap();
                assert!(self.anchors.certificates().contains(last));
                assert_eq!(path.checks().iter().any(Check::is_failed), path.is_legacy());
            }
            Err(failure) => {
                assert_eq!(failure.certificates.first(), Some(&self.leaf));
                assert!(failure.checks.iter().any(Check::is_failed));
            }
        }
        result
    }

    /// The path, which must be good.
    fn path(&self) -> VerifiedPath {
        self.validate()
            .unwrap_or_else(|failure| panic!("{failure:#?}"))
    }

    /// The reasons of the failed checks; the path must be bad.
    fn reasons(&self) -> Vec<Reason> {
        let failure = self.validate().expect_err("accepted");
        failed(&failure.checks)
    }
}

fn failed(checks: &[Check]) -> Vec<Reason> {
    let failed = checks.iter().filter(|check| check.is_failed());
    failed.map(|check| check.why().unwrap().clone()).collect()
}

/// The reason against an issuer.
fn of_issuer(subject: &str, reason: Reason) -> Reason {
    let subject = subject.into();
    Reason::Issuer {
        subject,
        reason: Box::new(reason),
    }
}
