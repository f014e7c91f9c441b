//! What a response says about a certificate below its issuer, and who may say it.

mod corpora;
mod delegates;
mod openssl;
mod rules;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::super::RevocationInputs;
use super::super::super::pool::Pool;
use super::*;
use crate::Limits;
use crate::cert::ca::{Ca, Key, KeyPair, OCSP_SIGNING, OcspMaker};
use crate::cert::{Crl, TrustAnchors};
use crate::policy::StandardPolicy;

/// 2026-01-01
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der_exact(der).unwrap()
}

/// A certificate, those who may have issued it, and what is said about it.
struct Case {
    leaf: Certificate,
    issuers: Vec<Certificate>,
    /// Other certificates at hand.
    others: Vec<Certificate>,
    responses: Vec<OcspResponse>,
    crls: Vec<Crl>,
    policy: StandardPolicy,
    now: SystemTime,
    limits: Limits,
}

impl Case {
    fn new(leaf: &[u8], issuer: &[u8]) -> Case {
        Case {
            leaf: read(leaf),
            issuers: vec![read(issuer)],
            others: Vec::new(),
            responses: Vec::new(),
            crls: Vec::new(),
            policy: StandardPolicy::at(now()),
            now: now(),
            limits: Limits::default(),
        }
    }

    fn response(mut self, der: &[u8]) -> Case {
        self.responses.push(OcspResponse::from_bytes(der).unwrap());
        self
    }

    fn at(mut self, now: SystemTime) -> Case {
        self.policy = StandardPolicy::at(now);
        self.now = now;
        self
    }

    /// The status in words.
    fn status(&self) -> String {
        let mut anchors = TrustAnchors::new();
        for issuer in &self.issuers {
            anchors.add(issuer);
        }
        let inputs = PathInputs {
            certificate: &self.leaf,
            intermediates: &self.others,
            anchors: &anchors,
            given: RevocationInputs {
                crls: &self.crls,
                ocsp_responses: &self.responses,
            },
            received: RevocationInputs::default(),
            now: self.now,
            policy: &self.policy,
            limits: &self.limits,
        };
        let leaf = std::iter::once(&self.leaf);
        let pool = Pool::new(&anchors, leaf.chain(&self.others), &Limits::default());
        let entry = |certificate| pool.get(pool.index_of(certificate).unwrap()).unwrap();
        let issuers: Vec<_> = self.issuers.iter().map(entry).collect();
        let mut revocation = Revocation::new(&inputs, &pool);
        let (source, purse) = (Source::Caller, Purse::Caller);
        let ask = |revocation: &mut _| match by_responses(
            revocation,
            entry(&self.leaf),
            &issuers,
            source,
            purse,
        ) {
            Status::Good { source, by, .. } => {
                assert!(source == Source::Caller && by == StatusSource::Ocsp);
                "good".to_owned()
            }
            Status::Revoked { when, reason, .. } => format!("{reason} since {}", date(when)),
            Status::Unknown(detail) => detail.into_owned(),
            Status::Exhausted(limit) => format!("exhausted {limit}"),
        };
        let words = ask(&mut revocation);
        // What was worked out once says the same.
        assert_eq!(ask(&mut revocation), words);
        words
    }
}

const NOTHING: &str = "no OCSP response about it was given; pass it";
const NOBODY: &str = "the certificate of the responder that signed the OCSP response is not there";
const NOT_SIGNED: &str = "the signature on the OCSP response does not verify";
const NOT_APPOINTED: &str = "the OCSP response is signed by somebody whom the CA that issued the certificate did not appoint to sign responses";
const UNFIT: &str =
    "the certificate of the responder that signed the OCSP response is expired or not fit for it";
const REVOKED: &str = "the certificate of the responder that signed the OCSP response was revoked";
const THEN: &str = "250601000000Z";

/// What a response by the CA about a leaf of its comes to.
fn said(ca: &Ca, leaf: &[u8], response: OcspMaker<'_>) -> String {
    Case::new(leaf, ca.certificate_der())
        .response(&response.issue())
        .status()
}
