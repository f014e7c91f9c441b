//! PKI-08: lists and responses that the caller has, and what it means that nobody knows.

use crate::faces::Faces;
use std::sync::OnceLock;

use smime::cert::path::{CertificateStatus, StatusSource};
use smime::cert::{Crl, OcspResponse};
use smime::check::{Aspect, Outcome, Reason};
use smime::open::Opened;
use smime::policy::StandardPolicy;

use crate::ca::{Ca, Key, OcspMaker};
use crate::people::{ALICE, CAROL, Person, ca, made, mail, now, person, protector};
use crate::{failed_because, opener, trusted, untrusted};

/// Content octets of Alice's serial number.
const SERIAL: &[u8] = &[0x42, 0x42];

fn alice() -> &'static Person {
    static ALICE_AGAIN: OnceLock<Person> = OnceLock::new();
    ALICE_AGAIN.get_or_init(|| made(ca().certify(Key::P256, ALICE).serial(SERIAL)))
}

fn signed() -> Vec<u8> {
    let protected = protector().sign(&alice().identity).protect(mail()).unwrap();
    protected.message().to_vec()
}

fn good(response: OcspMaker<'_>) -> OcspResponse {
    let response = response.good(alice().certificate().to_der());
    OcspResponse::from_bytes(&response.issue()).unwrap()
}

fn revoked(response: OcspMaker<'_>) -> OcspResponse {
    let response = response.revoked(alice().certificate().to_der(), "260101000000Z", Some(1));
    OcspResponse::from_bytes(&response.issue()).unwrap()
}

fn open_with(policy: StandardPolicy, lists: &[Crl], responses: &[OcspResponse]) -> Opened {
    let opener = opener().policy(policy).crls(lists);
    opener
        .ocsp_responses(responses)
        .open_all(&signed())
        .unwrap()
}

fn soft() -> StandardPolicy {
    StandardPolicy::at(now())
}

fn hard() -> StandardPolicy {
    soft().require_revocation()
}

fn statuses(opened: &Opened) -> &[CertificateStatus] {
    opened.report().signer().unwrap().statuses()
}

/// What was found out about revocation, one for each check.
fn outcomes(opened: &Opened) -> Vec<Outcome> {
    let checks = opened.report().signer().unwrap().checks().iter();
    let checks = checks.filter(|check| check.aspect() == Aspect::Revocation);
    checks.map(|check| check.outcome()).collect()
}

#[test]
fn pki_08_a_response_of_the_caller_says_good_or_revoked() {
    let response = || ca().ocsp_response();
    let opened = open_with(hard(), &[], &[good(response())]);
    trusted(&opened);
    assert!(matches!(
        statuses(&opened),
        [CertificateStatus::Good {
            source: StatusSource::Ocsp,
            ..
        }]
    ));
    for policy in [soft(), hard()] {
        let opened = open_with(policy, &[], &[revoked(response())]);
        untrusted(&opened);
        assert!(failed_because(&opened, |why| matches!(
            why,
            Reason::Revoked {
                reason: "keyCompromise",
                ..
            }
        )));
        let text = opened.report().to_string();
        assert!(text.contains("revoked on 2026-01-01"), "{text}");
    }
}

#[test]
fn a_response_that_says_nothing_is_unknown() {
    let carol = person(Key::P256, CAROL);
    let forger = Ca::new("Test CA");
    let old = ca()
        .ocsp_response()
        .updates("20250101000000Z", Some("20250201000000Z"));
    let unknown = ca().ocsp_response().unknown(alice().certificate().to_der());
    let about_carol = ca().ocsp_response().good(carol.certificate().to_der());
    let read = |response: OcspMaker<'_>| OcspResponse::from_bytes(&response.issue()).unwrap();
    for (what, response) in [
        ("expired", good(old)),
        (
            "by a stranger",
            good(forger.ocsp_response().about_issuer(ca())),
        ),
        ("not known to the responder", read(unknown)),
        ("about Carol", read(about_carol)),
    ] {
        let responses = [response];
        let opened = open_with(soft(), &[], &responses);
        trusted(&opened);
        assert_eq!(outcomes(&opened), [Outcome::Unknown], "{what}");
        let opened = open_with(hard(), &[], &responses);
        untrusted(&opened);
        assert_eq!(outcomes(&opened), [Outcome::Failed], "{what}");
        assert!(
            failed_because(&opened, |why| matches!(
                why,
                Reason::RevocationUnknown { .. }
            )),
            "{what}"
        );
    }
}

/// Nobody asks: what is known is not looked at, and the report says that it was not.
#[test]
fn danger_ignore_revocation_asks_nobody() {
    let list = ca().revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1)).issue();
    let lists = [Crl::from_bytes(&list).unwrap()];
    let responses = [revoked(ca().ocsp_response())];
    for policy in [soft(), hard()] {
        untrusted(&open_with(policy, &lists, &[]));
        untrusted(&open_with(policy, &[], &responses));
        for (lists, responses) in [
            (&lists[..], &responses[..]),
            (&lists, &[]),
            (&[], &responses),
            (&[], &[]),
        ] {
            let policy = policy.danger_ignore_revocation();
            let opened = open_with(policy, lists, responses);
            trusted(&opened);
            assert_eq!(outcomes(&opened), [Outcome::Note]);
            assert_eq!(statuses(&opened), [CertificateStatus::NotAsked]);
            let text = opened.report().to_string();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("revocation was not asked for"), "{text}");
        }
    }
}
