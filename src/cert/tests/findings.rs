//! What is found in certificates made for it, one rule after the other, and in those of pkilint.

mod addresses;
mod algorithms;
mod corpora;
mod extensions;
mod fitness;
mod good;
mod json;
mod subject;
mod usages;
mod validity;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::cert::ca::{Certify, oid, sequence, tlv};
use crate::policy::StandardPolicy;

/// 2026-01-01.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn of(certificate: Certify<'_>) -> Findings {
    read(&certificate.issue().0).findings(&StandardPolicy::at(now()))
}

/// Severity and code of each finding.
fn found(certificate: Certify<'_>) -> Vec<(Severity, &'static str)> {
    let findings = of(certificate);
    let all = findings.all().iter();
    all.map(|finding| (finding.severity(), finding.code()))
        .collect()
}

fn errors(codes: &[&'static str]) -> Vec<(Severity, &'static str)> {
    codes.iter().map(|code| (Severity::Error, *code)).collect()
}

fn warnings(codes: &[&'static str]) -> Vec<(Severity, &'static str)> {
    codes
        .iter()
        .map(|code| (Severity::Warning, *code))
        .collect()
}

const POLICIES: &str = "2.5.29.32";
const LISTS: &str = "2.5.29.31";
const ACCESS: &str = "1.3.6.1.5.5.7.1.1";
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const OCSP: &str = "1.3.6.1.5.5.7.48.1";

fn policies(oids: &[&str]) -> Vec<u8> {
    let each: Vec<u8> = oids.iter().flat_map(|one| sequence(&[&oid(one)])).collect();
    sequence(&[&each])
}

/// cRLDistributionPoints with these URIs.
fn lists(uris: &[&str]) -> Vec<u8> {
    let names: Vec<u8> = uris
        .iter()
        .flat_map(|uri| tlv(0x86, uri.as_bytes()))
        .collect();
    sequence(&[&sequence(&[&tlv(0xa0, &tlv(0xa0, &names))])])
}

/// authorityInfoAccess with these methods and URIs.
fn access(places: &[(&str, &str)]) -> Vec<u8> {
    let one = |(method, uri): &(&str, &str)| sequence(&[&oid(method), &tlv(0x86, uri.as_bytes())]);
    let each: Vec<u8> = places.iter().flat_map(one).collect();
    sequence(&[&each])
}

/// A certificate with nothing to find: key usage critical, one year, lists and issuer by http, and this policy.
fn public<'a>(ca: &'a Ca, key: Key, policy: &str) -> Certify<'a> {
    bare(ca, key)
        .extension(POLICIES, false, &policies(&[policy]))
        .extension(LISTS, false, &lists(&["http://ca.example/ca.crl"]))
        .extension(
            ACCESS,
            false,
            &access(&[(CA_ISSUERS, "http://ca.example/ca.cer")]),
        )
}

/// The same without the three extensions.
fn bare(ca: &Ca, key: Key) -> Certify<'_> {
    ca.certify(key, "bob@example.org")
        .subject(&[("2.5.4.3", "bob@example.org")])
        .validity("250901000000Z", "260831235959Z")
}

/// mailbox-validated, strict
const MAILBOX: &str = "2.23.140.1.5.1.3";
const ORGANIZATION: &str = "2.23.140.1.5.2.2";
const SPONSOR: &str = "2.23.140.1.5.3.2";
const INDIVIDUAL: &str = "2.23.140.1.5.4.2";
const MAILBOX_LEGACY: &str = "2.23.140.1.5.1.1";
const MAILBOX_MULTIPURPOSE: &str = "2.23.140.1.5.1.2";

/// The certificate with other parts of what is signed: version, serial number, algorithm, issuer, validity, subject, key,
/// extensions. Nobody looks at the signature here. The algorithm beside the signature follows the one inside.
fn changed(certificate: Certify<'_>, change: impl Fn(&mut Vec<Vec<u8>>)) -> Certificate {
    use crate::asn1::Reader;
    let (der, _) = certificate.issue();
    let limits = crate::Limits::default();
    let inside = |value: &[u8]| {
        let mut reader = Reader::new(value, "", &limits)
            .read()
            .unwrap()
            .reader()
            .unwrap();
        let mut parts = Vec::new();
        while !reader.is_empty() {
            parts.push(reader.read().unwrap().raw.to_vec());
        }
        parts
    };
    let outer = inside(&der);
    let mut parts = inside(&outer[0]);
    change(&mut parts);
    let algorithm = parts[2].clone();
    read(&sequence(&[
        &sequence(&[&parts.concat()]),
        &algorithm,
        &outer[2],
    ]))
}

fn found_in(certificate: &Certificate) -> Vec<(Severity, &'static str)> {
    let findings = certificate.findings(&StandardPolicy::at(now()));
    let all = findings.all().iter();
    all.map(|finding| (finding.severity(), finding.code()))
        .collect()
}
