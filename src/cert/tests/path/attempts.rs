//! What is told about candidates that failed.

use super::*;
use crate::cert::path::Attempt;

fn subjects(attempt: &Attempt) -> Vec<String> {
    let certificates = attempt.certificates().iter();
    certificates.map(Certificate::subject).collect()
}

#[test]
fn every_candidate_with_its_reason_the_best_first() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let key = middle.key_pair();
    let stranger = Ca::new("Stranger");
    // One name and key: expired below the root, without the right to issue, and below nobody.
    let expired = root
        .authority("Middle")
        .with_key(key)
        .validity("200101000000Z", "210101000000Z");
    let powerless = root
        .authority("Middle")
        .with_key(key)
        .basic_constraints(false);
    let foreign = stranger.authority("Middle").with_key(key);
    let all = [expired, powerless, foreign].map(|c| c.issue().0);
    let others: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let case = Case::new(&leaf, &others, &[root.certificate_der()]);
    let failure = case.validate().unwrap_err();
    let attempts = failure.attempts();
    assert_eq!(attempts.len(), 3);
    // Below the stranger it went farther.
    let issuer = "CN=Stranger".to_owned();
    assert_eq!(attempts[0].reasons(), [Reason::UnknownIssuer { issuer }]);
    assert_eq!(attempts[0].certificates(), failure.certificates());
    assert_eq!(
        failure.reasons().collect::<Vec<_>>(),
        attempts[0].reasons().iter().collect::<Vec<_>>()
    );
    for attempt in attempts {
        assert_eq!(subjects(attempt), ["CN=bob", "CN=Middle"]);
    }
    let reasons: Vec<String> = attempts
        .iter()
        .map(|a| a.reasons()[0].to_string())
        .collect();
    let told = |word: &str| {
        reasons
            .iter()
            .filter(|reason| reason.contains(word))
            .count()
    };
    assert_eq!(
        (told("expired"), told("CN=Stranger")),
        (1, 1),
        "{reasons:#?}"
    );

    let text = failure.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("CN=Stranger"), "{text}");
    let other = "another candidate, CN=bob → CN=Middle: ";
    assert!(
        lines[1].starts_with(other) && lines[2].starts_with(other),
        "{text}"
    );
}

#[test]
fn what_is_wrong_with_the_leaf_is_told_once() {
    let root = Ca::new("Root");
    let expired = root.certify(Key::P256, "bob@example.org");
    let (expired, _) = expired.validity("200101000000Z", "210101000000Z").issue();
    let is_expired = |reason: &Reason| matches!(reason, Reason::Expired { .. });
    // Beside a path that is good, without one, and without any anchor.
    let good = Case::new(&expired, &[], &[root.certificate_der()]);
    let failure = good.validate().unwrap_err();
    assert_eq!(failure.attempts().len(), 1);
    assert_eq!(subjects(&failure.attempts()[0]), ["CN=bob", "CN=Root"]);
    assert!(is_expired(&failure.attempts()[0].reasons()[0]));

    let stranger = Ca::new("Stranger");
    let failure = Case::new(&expired, &[], &[stranger.certificate_der()]).validate();
    let failure = failure.unwrap_err();
    let issuer = "CN=Root".to_owned();
    assert_eq!(
        failure.attempts()[0].reasons(),
        [Reason::UnknownIssuer { issuer }]
    );
    assert_eq!(failure.reasons().filter(|r| is_expired(r)).count(), 1);

    let failure = Case::new(&expired, &[], &[]).validate().unwrap_err();
    let [attempt] = failure.attempts() else {
        panic!("{failure:?}")
    };
    assert_eq!(attempt.reasons()[0], Reason::NoAnchors);
    assert!(is_expired(&attempt.reasons()[1]));
}

#[test]
fn pki_03_attempts_are_bounded_and_differ() {
    let blow_up = Ca::with_key("Blow-up", Key::Ed25519);
    let (leaf, _) = blow_up
        .certify(Key::P256, "eve@example.org")
        .no_key_identifiers()
        .issue();
    let mut case = Case::new(&leaf, &[], &[Ca::new("Root").certificate_der()]);
    // Not one of them may issue, each is another certificate.
    let template = blow_up.again().no_key_identifiers().key_usage(Some(0x02));
    let spki = blow_up.key_pair().spki_der();
    let key = &spki[spki.len() - 32..];
    case.others = super::budgets::variants(&template.issue().0, key, 1_000);
    let failure = case.validate().unwrap_err();
    let attempts = failure.attempts();
    assert_eq!(attempts.len(), 16);
    for (place, attempt) in attempts.iter().enumerate() {
        assert!(!attempts[..place].contains(attempt));
        assert!(!attempt.reasons().is_empty());
    }
    assert_eq!(failure.to_string().lines().count(), 16);
}

#[test]
fn a_budget_is_a_reason_and_the_candidates_are_kept() {
    let root = Ca::new("Root");
    let (leaf, _) = root.leaf(Key::P256, "bob@example.org");
    let mut case = Case::new(&leaf, &[], &[root.certificate_der()]);
    case.limits.path_signatures = 0;
    let failure = case.validate().unwrap_err();
    let stopped = super::budgets::budget("signatures checked to find a path", 0);
    assert_eq!(failure.reasons().collect::<Vec<_>>(), [&stopped]);
    assert_eq!(failure.attempts()[0].reasons(), [stopped]);
}
