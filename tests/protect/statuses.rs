//! What lists and responses say of those who are written to, and what it means that they say nothing.

use smime::cert::path::{CertificateStatus, StatusSource};
use smime::cert::{Crl, OcspResponse};
use smime::check::Reason;
use smime::policy::StandardPolicy;
use smime::resolver::{FoundCertificate, MemoryResolver, encryption_fn};
use smime::{Certificate, ErrorKind, Mailbox, Protector};

use crate::ca::{Ca, Key, OcspMaker};
use crate::people::{ALICE, BOB, CAROL, ca, made, mail, now, person, protector};
use crate::trust::{
    SERIAL, anchors, bob, is_revoked, issued, list, list_of, read, reasons, revoked, to_candidates,
    used,
};
use crate::{failed, refused};

fn response(made: OcspMaker<'_>) -> OcspResponse {
    OcspResponse::from_bytes(&made.issue()).unwrap()
}

fn good(certificate: &Certificate) -> OcspResponse {
    response(ca().ocsp_response().good(certificate.to_der()))
}

fn says_revoked(certificate: &Certificate) -> OcspResponse {
    let made = ca().ocsp_response();
    response(made.revoked(certificate.to_der(), "260101000000Z", Some(1)))
}

fn hard() -> StandardPolicy {
    StandardPolicy::at(now()).require_revocation()
}

/// Named by the caller, and all that goes with it.
fn to_named(certificate: &Certificate) -> Protector {
    let named = protector().encrypt_to([certificate]).not_to_self();
    named.anchors(&anchors())
}

/// Only what the CA said counts, and only against those it is about.
#[test]
fn somebody_elses_list_takes_nothing_away() {
    let person = revoked(BOB);
    let forged = list_of(&Ca::new("Test CA"));
    let other = list_of(&Ca::new("Evil CA"));
    for protector in [
        to_candidates(&[person.certificate()]),
        protector()
            .encrypt_to([person.certificate()])
            .not_to_self()
            .anchors(&anchors()),
    ] {
        let protector = protector.crls([&forged, &other]);
        let protected = protector.protect(mail()).unwrap();
        assert_eq!(used(&protected), person.certificate());
    }
    // Who is not on any path is not looked for.
    let stranger = bob(&Ca::new("Evil CA"));
    let pinned = MemoryResolver::new().with_certificate(&stranger);
    let protector = to_candidates(&[]).resolver(pinned).crls([&list()]);
    let protected = protector.protect(mail()).unwrap();
    assert_eq!(used(&protected), &stranger);
    assert!(protected.report().recipients()[0].path().is_none());
}

#[test]
fn when_the_status_must_be_known_candidates_need_a_list() {
    let bob = bob(ca());
    let hard = || StandardPolicy::at(now()).require_revocation();
    let problems = refused(to_candidates(&[&bob]).policy(hard()).protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::RevocationUnknown { .. }]
    ));
    let known = to_candidates(&[&bob]).policy(hard()).crls([&list()]);
    assert_eq!(used(&known.protect(mail()).unwrap()), &bob);
    // Somebody answers for these, but not that they were not revoked.
    let expired = ca()
        .revocation_list()
        .updates("200101000000Z", Some("200201000000Z"));
    let expired = Crl::from_bytes(&expired.issue()).unwrap();
    let named = protector().encrypt_to([&bob]).not_to_self();
    let named = named.anchors(&anchors()).policy(hard()).crls([&expired]);
    let problems = refused(named.protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::RevocationUnknown { .. }]
    ));
    // Nobody asks at all.
    let person = revoked(BOB);
    let ignoring = StandardPolicy::at(now()).danger_ignore_revocation();
    let named = protector().encrypt_to([person.certificate()]).not_to_self();
    let named = named.anchors(&anchors()).policy(ignoring).crls([&list()]);
    assert_eq!(used(&named.protect(mail()).unwrap()), person.certificate());
}

#[test]
fn lists_without_anchors_are_misuse() {
    let bob = bob(ca());
    let without = protector().encrypt_to([&bob]).crls([&list()]);
    let error = failed(without.protect(mail()));
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    assert!(error.to_string().contains("anchors("), "{error}");
    without.anchors(&anchors()).protect(mail()).unwrap();
}

/// Through an authority that was revoked as well.
#[test]
fn pki_08_a_revoked_authority_counts() {
    let middle = ca().authority("Middle CA").serial(SERIAL).issue_authority();
    let (bob, between) = (bob(&middle), read(middle.certificate_der()));
    let candidate = to_candidates(&[&bob]);
    let named = protector()
        .encrypt_to([&bob])
        .not_to_self()
        .anchors(&anchors());
    for protector in [candidate, named] {
        let protector = protector.certificates([&between]);
        protector.protect(mail()).unwrap();
        let problems = refused(protector.crls([&list()]).protect(mail()));
        let revoked = |reason: &Reason| matches!(reason, Reason::Revoked { subject, .. } if subject == "CN=Middle CA");
        assert!(reasons(&problems).iter().any(revoked), "{problems}");
    }
}

#[test]
fn a_response_says_that_a_candidate_is_good() {
    let bob = bob(ca());
    for policy in [StandardPolicy::at(now()), hard()] {
        let protector = to_candidates(&[&bob]).policy(policy);
        let sent = protector.ocsp_responses([&good(&bob)]).protect(mail());
        let sent = sent.unwrap();
        assert_eq!(used(&sent), &bob);
        let path = sent.report().recipients()[0].path().unwrap();
        assert!(matches!(
            path.statuses(),
            [CertificateStatus::Good {
                source: StatusSource::Ocsp,
                ..
            }]
        ));
        let text = sent.report().to_string();
        let told = "CN=bob: not revoked, says the OCSP response of 2025-01-01";
        assert!(text.contains(told), "{text}");
    }
}

#[test]
fn pki_08_nothing_is_encrypted_to_what_a_response_revokes() {
    let bob = bob(ca());
    let pinned = MemoryResolver::new().with_certificate(&bob);
    let pinned = protector().resolver(pinned).encrypt_to_recipients();
    for protector in [
        to_candidates(&[&bob]),
        to_named(&bob),
        pinned.not_to_self().anchors(&anchors()),
    ] {
        let sent = protector.clone().ocsp_responses([&good(&bob)]);
        assert_eq!(used(&sent.protect(mail()).unwrap()), &bob);
        let revoked = protector.clone().ocsp_responses([&says_revoked(&bob)]);
        let problems = refused(revoked.protect(mail()));
        assert!(is_revoked(reasons(&problems)), "{problems}");
        let text = problems.to_string();
        assert!(text.contains("revoked on 2026-01-01"), "{text}");
        assert!(text.contains(BOB), "{text}");
        // Nobody asks.
        let ignoring = StandardPolicy::at(now()).danger_ignore_revocation();
        let ignoring = protector.policy(ignoring);
        let sent = ignoring.ocsp_responses([&says_revoked(&bob)]);
        assert_eq!(used(&sent.protect(mail()).unwrap()), &bob);
    }
    // Another one, which nobody revoked, is used instead.
    let renewed = issued(
        ca().certify(Key::P256, BOB)
            .validity("200101000000Z", "491231235959Z"),
    );
    let both = to_candidates(&[&bob, &renewed]);
    assert_eq!(used(&both.protect(mail()).unwrap()), &bob);
    let both = both.ocsp_responses([&says_revoked(&bob)]);
    assert_eq!(used(&both.protect(mail()).unwrap()), &renewed);
}

#[test]
fn pki_08_a_response_may_revoke_the_signer() {
    let alice = person(Key::P256, ALICE);
    let signing = protector().sign(&alice.identity).anchors(&anchors());
    let sound = signing.clone().ocsp_responses([&good(alice.certificate())]);
    let sent = sound.protect(mail()).unwrap();
    let path = sent.report().signers()[0].path().unwrap();
    assert_eq!(path.certificates()[0], *alice.certificate());
    assert!(matches!(path.statuses(), [CertificateStatus::Good { .. }]));
    let text = sent.report().to_string();
    assert!(text.contains("  path: CN=alice → CN=Test CA\n"), "{text}");
    let sent = signing.clone().protect(mail()).unwrap();
    assert!(sent.report().signers()[0].path().is_none());
    // Each signer has his own.
    let unvouched = Ca::new("Evil CA");
    let other = made(unvouched.certify(Key::P256, ALICE));
    let both = protector().sign(&other.identity).sign(&alice.identity);
    let both = both.anchors(&anchors());
    let sent = both.ocsp_responses([&good(alice.certificate())]);
    let sent = sent.protect(mail()).unwrap();
    let [without, with] = sent.report().signers() else {
        panic!("{}", sent.report());
    };
    assert!(without.path().is_none() && with.path().is_some());
    let revoked = signing.ocsp_responses([&says_revoked(alice.certificate())]);
    let problems = refused(revoked.protect(mail()));
    assert!(is_revoked(reasons(&problems)), "{problems}");
}

/// Under a policy that wants to know, what does not say so of a candidate keeps it from being used.
#[test]
fn pki_07_what_says_nothing_leaves_the_status_unknown() {
    let bob = bob(ca());
    let carol = issued(ca().certify(Key::P256, CAROL));
    let forger = Ca::new("Test CA");
    let forged = forger.ocsp_response().about_issuer(ca());
    let old = ca().ocsp_response();
    let old = old.updates("20250101000000Z", Some("20250201000000Z"));
    for (what, response) in [
        (
            "not known to the responder",
            response(ca().ocsp_response().unknown(bob.to_der())),
        ),
        ("about another certificate", good(&carol)),
        ("by a stranger", response(forged.good(bob.to_der()))),
        ("expired", response(old.good(bob.to_der()))),
    ] {
        let candidate = to_candidates(&[&bob]).ocsp_responses([&response]);
        let sent = candidate.clone().protect(mail()).unwrap();
        let path = sent.report().recipients()[0].path().unwrap();
        assert!(
            matches!(path.statuses(), [CertificateStatus::Unknown { .. }]),
            "{what}"
        );
        let problems = refused(candidate.policy(hard()).protect(mail()));
        assert!(
            matches!(reasons(&problems), [Reason::RevocationUnknown { .. }]),
            "{what}: {problems}"
        );
        // Somebody answers for this one, but not that it was not revoked.
        let named = to_named(&bob).policy(hard()).ocsp_responses([&response]);
        let problems = refused(named.protect(mail()));
        let unknown = |reason: &Reason| matches!(reason, Reason::RevocationUnknown { .. });
        assert!(reasons(&problems).iter().all(unknown), "{what}: {problems}");
    }
}

/// What a list or a response says for good, nothing newer takes back.
#[test]
fn lists_and_responses_go_together() {
    let bob = revoked(BOB);
    let bob = bob.certificate();
    let newer = ca().ocsp_response();
    let newer = newer.updates("20260501000000Z", Some("20491231235959Z"));
    let newer = response(newer.good(bob.to_der()));
    let candidate = to_candidates(&[bob]).crls([&list()]);
    for older in [None, Some(good(bob))] {
        let candidate = candidate.clone().ocsp_responses(older.as_ref());
        let problems = refused(candidate.protect(mail()));
        assert!(is_revoked(reasons(&problems)), "{problems}");
    }
    // A compromised key stays one.
    let problems = refused(candidate.ocsp_responses([&newer]).protect(mail()));
    assert!(is_revoked(reasons(&problems)), "{problems}");
}

#[test]
fn responses_without_anchors_are_misuse() {
    let bob = bob(ca());
    let found: FoundCertificate = bob.clone().into();
    let resolver = encryption_fn(move |_: &Mailbox| Ok(vec![found.clone()]));
    for without in [
        protector().encrypt_to([&bob]),
        protector().resolver(resolver).encrypt_to_recipients(),
    ] {
        let without = without.ocsp_responses([&good(&bob)]);
        let error = failed(without.protect(mail()));
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    }
}
