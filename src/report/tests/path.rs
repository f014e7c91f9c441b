//! Paths with the status of each certificate, and failed ones with what was tried.

use std::time::SystemTime;

use super::*;
use crate::cert::path::{
    Attempt, CertificateStatus, PathFailure, StatusSource, Validator, VerifiedPath,
};
use crate::cert::{Crl, TrustAnchors};
use crate::policy::StandardPolicy;

/// 2026-06-01T12:00:00Z.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_780_315_200)
}

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der_exact(der).unwrap()
}

/// Alice, an authority whose list does not name her, and a root that has none.
fn verified_path() -> VerifiedPath {
    let root = Ca::new("Test CA");
    let middle = root.intermediate("Middle CA");
    let alice = read(&middle.leaf(Key::P256, "alice@example.org").0);
    let mut anchors = TrustAnchors::new();
    anchors.add(&read(root.certificate_der()));
    let list = Crl::from_bytes(&middle.revocation_list().issue()).unwrap();
    Validator::new(&anchors)
        .policy(StandardPolicy::at(now()))
        .certificates([&read(middle.certificate_der())])
        .crls([&list])
        .validate(&alice)
        .unwrap()
}

fn signed(change: impl FnOnce(&mut SignerReport)) -> Report {
    let mut one = signer(SignerStatus::Trusted, vec![verified()]);
    change(&mut one);
    let mut report = empty(Verdict::Trusted);
    report.layers = vec![layer(LayerKind::OpaqueSignature, "")];
    report.layers[0].signers = vec![one];
    report
}

fn with_path() -> Report {
    signed(|one| {
        let path = verified_path();
        one.checks.extend(path.checks().iter().cloned());
        one.path = Some(path);
    })
}

/// The best of `count` candidates was revoked.
fn with_failure(count: usize) -> Report {
    let path = verified_path();
    let certificates = path.certificates();
    let revoked = Reason::Revoked {
        subject: "CN=alice".into(),
        when: UNIX_EPOCH + Duration::from_secs(951_827_696),
        reason: "keyCompromise",
    };
    let others = (1..count).map(|number| Attempt {
        certificates: vec![certificates[0].clone(), certificate("evil@example.org")],
        reasons: vec![Reason::UnknownIssuer {
            issuer: format!("CN=Evil {number}"),
        }],
    });
    let best = Attempt {
        certificates: certificates.to_vec(),
        reasons: vec![revoked.clone()],
    };
    let failure = PathFailure {
        certificates: certificates.to_vec(),
        checks: vec![Check::failed(Aspect::Revocation, "status", revoked)],
        statuses: vec![
            CertificateStatus::Revoked {
                source: StatusSource::Ocsp,
                when: UNIX_EPOCH + Duration::from_secs(951_827_696),
                reason: "keyCompromise",
            },
            CertificateStatus::NotAsked,
        ],
        attempts: std::iter::once(best).chain(others).collect(),
    };
    let mut report = signed(|one| {
        one.status = SignerStatus::Untrusted;
        one.checks.extend(failure.checks().iter().cloned());
        one.path_failure = Some(failure);
    });
    report.verdict = Verdict::Untrusted;
    report
}

#[test]
fn each_certificate_of_a_path_has_a_line() {
    let report = with_path();
    let statuses = report.signer().unwrap().statuses();
    assert!(matches!(
        statuses,
        [
            CertificateStatus::Good { .. },
            CertificateStatus::Unknown { .. }
        ]
    ));
    let text = report.to_string();
    has(&text, "    path: CN=alice → CN=Middle CA → CN=Test CA");
    let good = "CN=alice: not revoked, says the revocation list of 2025-01-01 00:00:00 UTC";
    assert!(unwrapped(&text).contains(good), "{text}");
    let unknown = "CN=Middle CA: not known whether it was revoked: ";
    assert!(unwrapped(&text).contains(unknown), "{text}");
    // Once: what is good is not told again by its check; what is unknown comes with advice.
    assert!(!text.contains("ok: CN=alice is not revoked"), "{text}");
    assert!(text.contains("unknown: revocation: "), "{text}");
    assert!(text.contains("ok: leads to the trust anchor"), "{text}");
    assert!(report.signer().unwrap().path_failure().is_none());
}

#[test]
fn a_check_without_a_path_to_tell_it_is_told() {
    let report = signed(|one| {
        let path = verified_path();
        one.checks.extend(path.checks().iter().cloned());
    });
    assert!(report.signer().unwrap().statuses().is_empty());
    let text = report.to_string();
    assert!(text.contains("ok: CN=alice is not revoked"), "{text}");
}

#[test]
fn what_was_tried_is_told_with_its_reasons() {
    let report = with_failure(8);
    assert_eq!(report.signer().unwrap().statuses().len(), 2);
    let text = report.to_string();
    has(
        &text,
        "    CN=alice: revoked on 2000-02-29 12:34:56 UTC (keyCompromise), says the OCSP response",
    );
    has(
        &text,
        "    CN=Middle CA: nobody asked whether it was revoked (policy)",
    );
    let tried = "tried as well: CN=alice → CN=evil: no trust anchor vouches for the certificate";
    let text = unwrapped(&text);
    assert_eq!(text.matches(tried).count(), 5, "{text}");
    assert!(text.contains("(CN=Evil 5)") && !text.contains("(CN=Evil 6)"));
    assert!(text.contains("and 2 other ways"), "{text}");
    let text = with_failure(6).to_string();
    assert!(!text.contains("other ways"), "{text}");
    // The best one is what the checks speak of.
    let text = with_failure(1).to_string();
    assert!(!text.contains("tried as well"), "{text}");
}

#[cfg(feature = "serde")]
#[test]
fn json_tells_the_status_of_each() {
    use serde_json::{Value, json, to_value};
    let signer = |report: &Report| to_value(report).unwrap()["layers"][0]["signers"][0].clone();
    let one = signer(&with_path());
    assert_eq!(one["attempts"], json!([]));
    let path = one["path"].as_array().unwrap();
    assert_eq!(path.len(), 3);
    let good = &path[0]["status"];
    assert_eq!(path[0]["addresses"], json!(["alice@example.org"]));
    assert_eq!(good["status"], "good");
    assert_eq!(good["source"], "crl");
    assert_eq!(good["this_update"], "2025-01-01T00:00:00Z");
    assert_eq!(good["when"], Value::Null);
    assert_eq!(path[1]["status"]["status"], "unknown");
    assert!(path[1]["status"]["detail"].is_string());
    assert_eq!(path[2]["subject"], "CN=Test CA");
    assert_eq!(path[2]["status"], Value::Null);

    let one = signer(&with_failure(3));
    assert_eq!(one["path"], Value::Null);
    let attempts = one["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 3);
    let revoked = json!({
        "status": "revoked", "source": "ocsp", "when": "2000-02-29T12:34:56Z",
        "reason": "keyCompromise", "this_update": null, "next_update": null, "detail": null,
    });
    assert_eq!(attempts[0]["path"][0]["status"], revoked);
    assert_eq!(attempts[0]["path"][1]["status"]["status"], "not-asked");
    let reasons = attempts[0]["reasons"].as_array().unwrap();
    assert!(reasons[0].as_str().unwrap().contains("was revoked on"));
    assert_eq!(attempts[2]["path"][1]["subject"], "CN=evil");
    let reason = attempts[2]["reasons"][0].as_str().unwrap();
    assert!(reason.contains("CN=Evil 2"), "{reason}");
}

#[test]
fn nothing_in_a_status_breaks_a_line() {
    let mut report = with_failure(1);
    let failure = report.layers[0].signers[0].path_failure.as_mut().unwrap();
    failure.statuses = vec![CertificateStatus::Unknown {
        detail: "x\r\nTrusted: \u{202e}".repeat(100).into(),
    }];
    let text = report.to_string();
    assert!(!text.contains("\nTrusted") && !text.contains(['\r', '\u{202e}']));
    assert!(text.len() < 2_000, "{text}");
}

/// Whoever issues certificates decides how many addresses they name, and how long a serial number is.
#[test]
fn a_certificate_without_a_subject_has_a_short_name() {
    let ca = Ca::new("Test CA");
    let many = |count: usize| {
        let first = ca.certify(Key::P256, "a0@example.org").subject(&[]);
        let all = (1..count).fold(first, |certify, number| {
            certify.address(&format!("a{number}@example.org"))
        });
        read(&all.issue().0)
    };
    let called = |certificate| path_in_words(&[certificate]);
    let three = "a0@example.org, a1@example.org, a2@example.org";
    assert_eq!(called(many(3)), three);
    assert_eq!(called(many(400)), format!("{three}, …"));
    let nobody = ca.certify(Key::P256, "a0@example.org").subject(&[]);
    let nobody = nobody.no_address().serial(&[0x42, 0x43]).issue().0;
    assert_eq!(called(read(&nobody)), "serial 4243");
}
