//! PKI-07, PKI-08: OCSP responses that a message brings (RFC 5940), beside those of the caller and lists of both.

use crate::faces::Faces;
use smime::ErrorKind;
use smime::cert::path::{CertificateStatus, StatusSource};
use smime::cert::{Crl, OcspResponse};
use smime::check::Outcome::{self, Failed, Passed, Unknown};
use smime::open::Opened;

use crate::ca::{Ca, DIGITAL_SIGNATURE, Key, KeyPair, OCSP_SIGNING, OcspMaker};
use crate::people::{CAROL, ca, person};
use crate::revocation::{list, serial, signed, stapled, status};
use crate::tools::*;

/// What the CA answers in 2025, when its lists are made too.
fn response() -> OcspMaker<'static> {
    ca().ocsp_response()
}

/// The same in May 2026.
fn newer(response: OcspMaker<'static>) -> OcspMaker<'static> {
    response
        .produced_at("20260501000000Z")
        .updates("20260501000000Z", Some("20491231235959Z"))
}

fn der() -> Vec<u8> {
    alice().certificate().to_der().to_vec()
}

fn good() -> Vec<u8> {
    response().good(&der()).issue()
}

fn revoked() -> Vec<u8> {
    response().revoked(&der(), "260101000000Z", Some(1)).issue()
}

fn newly_good() -> Vec<u8> {
    newer(response()).good(&der()).issue()
}

fn newly_revoked() -> Vec<u8> {
    newer(response())
        .revoked(&der(), "260101000000Z", Some(1))
        .issue()
}

/// A list of May 2026.
fn newer_list(is_revoked: bool) -> Vec<u8> {
    let list = ca().revocation_list();
    let list = list.updates("260501000000Z", Some("491231235959Z"));
    match is_revoked {
        true => list.revoke(&serial(&alice()), "260101000000Z", Some(1)),
        false => list,
    }
    .issue()
}

fn open_stapled(responses: &[Vec<u8>]) -> Opened {
    open(signed(responses.iter().map(|one| stapled(one)).collect()))
}

/// Opened by somebody who has these.
fn open_with(lists: &[Vec<u8>], responses: &[Vec<u8>], mail: &[u8]) -> Opened {
    let lists = lists.iter().map(|list| Crl::from_bytes(list).unwrap());
    let responses = responses.iter();
    let responses = responses.map(|one| OcspResponse::from_bytes(one).unwrap());
    let (lists, responses): (Vec<_>, Vec<_>) = (lists.collect(), responses.collect());
    let opener = opener().crls(&lists).ocsp_responses(&responses);
    opener.open_all(mail).unwrap()
}

#[track_caller]
fn assert_status(opened: &Opened, expected: Outcome, what: &str) {
    assert_eq!(status(opened), expected, "{what}\n{}", opened.report());
    let verdict = match expected {
        Failed => "untrusted",
        _ => "trusted",
    };
    assert_verdict(opened, verdict, what);
}

#[test]
fn pki_08_a_stapled_response_says_good_or_revoked() {
    let opened = open_stapled(&[good()]);
    assert_status(&opened, Passed, "good");
    let signer = &opened.report().layers()[0].signers()[0];
    assert!(matches!(
        signer.statuses(),
        [CertificateStatus::Good {
            source: StatusSource::Ocsp,
            ..
        }]
    ));
    let told = told(&opened);
    assert!(told.contains("CN=alice: not revoked, says the OCSP response of 2025-01-01"));
    let opened = open_stapled(&[revoked()]);
    assert_status(&opened, Failed, "revoked");
    assert!(fails_with(&opened, "revoked on 2026-01-01"));
    let unknown = response().unknown(&der()).issue();
    assert_status(&open_stapled(&[unknown]), Unknown, "not known to the CA");
    // By whom the CA appointed.
    let key = KeyPair::generate(Key::P256, "responder");
    let certify = ca().certify(Key::P256, "responder@example.org");
    let certify = certify.with_key(&key).key_usage(Some(DIGITAL_SIGNATURE));
    let (appointed, _) = certify.extended_key_usage(&[OCSP_SIGNING]).issue();
    let by_another = response().delegate(&appointed, &key).good(&der()).issue();
    assert_status(&open_stapled(&[by_another]), Passed, "by a responder");
}

#[test]
fn pki_07_a_stapled_response_for_another_certificate_says_nothing() {
    let carol = person(Key::P256, CAROL);
    let carol = carol.certificate().to_der();
    // Of her number, and of another CA.
    let other = Ca::new("Other CA");
    for (what, response) in [
        ("another number", response().good(carol)),
        (
            "another number, revoked",
            response().revoked(carol, "260101000000Z", Some(1)),
        ),
        (
            "another issuer",
            response().about_issuer(&other).good(&der()),
        ),
        (
            "another issuer, revoked",
            response()
                .about_issuer(&other)
                .revoked(&der(), "260101000000Z", Some(1)),
        ),
    ] {
        let response = response.issue();
        assert_status(
            &open_stapled(std::slice::from_ref(&response)),
            Unknown,
            what,
        );
        // Beside the right one it takes nothing away.
        assert_status(&open_stapled(&[response.clone(), good()]), Passed, what);
        assert_status(&open_stapled(&[response, revoked()]), Failed, what);
    }
}

#[test]
fn pki_07_a_stapled_response_of_a_stranger_says_nothing() {
    // The same name, another key.
    let forger = Ca::new("Test CA");
    let mallory = KeyPair::generate(Key::P256, "mallory");
    // Any certificate of the CA: its holder is no responder.
    let (holder, _) = ca()
        .certify(Key::P256, "mallory@example.org")
        .with_key(&mallory)
        .issue();
    let key = KeyPair::generate(Key::P256, "forged responder");
    let certify = forger.certify(Key::P256, "responder@example.org");
    let certify = certify.with_key(&key).extended_key_usage(&[OCSP_SIGNING]);
    let (appointed_by_forger, _) = certify.issue();
    for (what, make) in [
        ("another key", forger.ocsp_response().about_issuer(ca())),
        ("no responder", response().delegate(&holder, &mallory)),
        (
            "another CA's responder",
            response().delegate(&appointed_by_forger, &key),
        ),
        ("changed", response().spoiled()),
    ] {
        let forged = make.good(&der()).issue();
        assert_status(&open_stapled(std::slice::from_ref(&forged)), Unknown, what);
        assert_status(&open_stapled(&[forged, good()]), Passed, what);
    }
    let forged = forger.ocsp_response().about_issuer(ca());
    let forged = forged.revoked(&der(), "260101000000Z", Some(1)).issue();
    assert_status(&open_stapled(&[forged]), Unknown, "revoked by a stranger");
}

#[test]
fn pki_07_an_old_stapled_response_is_not_good_any_more() {
    let of = |this: &str, next: Option<&str>| {
        let response = response().updates(this, next).good(&der());
        open_stapled(&[response.issue()])
    };
    let opened = of("20260101000000Z", Some("20260531000000Z"));
    assert_status(&opened, Unknown, "expired the day before");
    assert!(told(&opened).contains("expired on 2026-05-31"));
    let opened = of("20260101000000Z", Some("20260602000000Z"));
    assert_status(&opened, Passed, "expires a day later");
    let opened = of("20260530000000Z", None);
    assert_status(&opened, Unknown, "no end, and two days old");
    let opened = of("20260602000000Z", Some("20260603000000Z"));
    assert_status(&opened, Unknown, "of tomorrow");
    // The good one from before the revocation, sent along with what the CA says now.
    let replayed = [good(), newly_revoked()];
    assert_status(&open_stapled(&replayed), Failed, "replayed");
    let [good, revoked] = replayed;
    assert_status(&open_stapled(&[revoked, good]), Failed, "the other order");
}

/// What the caller has says revoked: whatever the message brings, and however new it is, it stays revoked.
#[test]
fn pki_08_a_stapled_good_does_not_take_back_what_the_caller_knows() {
    let mail = signed(vec![stapled(&newly_good()), newer_list(false)]);
    let nothing = signed(Vec::new());
    let by_list = [list(&[&alice()])];
    for (what, lists, responses) in [
        ("a list", &by_list[..], &[][..]),
        ("a response", &[], &[revoked()]),
    ] {
        assert_status(&open_with(lists, responses, &nothing), Failed, what);
        assert_status(&open_with(lists, responses, &mail), Failed, what);
    }
    assert_status(&open_with(&[], &[], &mail), Passed, "nothing of the caller");
}

/// What the caller has says good, the message that it was revoked: since then, or before, which only a hold would
/// outlive.
#[test]
fn pki_08_a_message_can_add_that_it_was_revoked_since() {
    let by_list = [list(&[])];
    let by_newer_list = [newer_list(false)];
    for (what, lists, responses) in [
        ("a list", &by_list[..], &[][..]),
        ("a response", &[], &[good()]),
    ] {
        for brought in [stapled(&newly_revoked()), newer_list(true)] {
            let opened = open_with(lists, responses, &signed(vec![brought]));
            assert_status(&opened, Failed, what);
        }
    }
    for (what, lists, responses) in [
        ("a newer list", &by_newer_list[..], &[][..]),
        ("a newer response", &[], &[newly_good()]),
    ] {
        for brought in [stapled(&revoked()), list(&[&alice()])] {
            let opened = open_with(lists, responses, &signed(vec![brought]));
            assert_status(&opened, Failed, what);
        }
    }
    // The same among the caller's own things.
    let nothing = signed(Vec::new());
    let opened = open_with(&by_list, &[newly_revoked()], &nothing);
    assert_status(&opened, Failed, "the response is newer");
    let opened = open_with(&by_newer_list, &[revoked()], &nothing);
    assert_status(&opened, Failed, "the list is newer");
}

/// As many as may be in a message, in the CA's name and newer than everything, signed by somebody else.
#[test]
fn pki_07_a_flood_of_responses_costs_little_and_hides_nothing() {
    let forger = Ca::new("Test CA");
    let forged: Vec<Vec<u8>> = (0..1_000)
        .map(|number| {
            let this = format!(
                "202605{:02}{:02}{:02}00Z",
                1 + number / 100,
                number / 60,
                number % 60
            );
            let response = forger.ocsp_response().about_issuer(ca());
            let response = response.updates(&this, Some("20491231235959Z"));
            stapled(&response.good(&der()).issue())
        })
        .collect();
    let flood = signed(forged.clone());
    let opened = open_with(&[list(&[&alice()])], &[], &flood);
    assert_status(&opened, Failed, "revoked by the caller's list");
    let opened = open_with(&[], &[revoked()], &flood);
    assert_status(&opened, Failed, "revoked by the caller's response");
    let opened = open_with(&[list(&[])], &[], &flood);
    assert_status(&opened, Passed, "good by the caller's list");
    let opened = open_with(&[], &[good()], &flood);
    assert_status(&opened, Passed, "good by the caller's response");
    // Alone: nothing good, and not all of the signatures are checked.
    let opened = open(&flood);
    assert_status(&opened, Failed, "more work than is allowed");
    assert!(fails_with(&opened, "100"), "{}", opened.report());
    let mut more = forged;
    more.push(stapled(&good()));
    let many = opener().open_all(&signed(more));
    assert!(matches!(many.unwrap_err().kind(), ErrorKind::Limit { .. }));
}

/// One response with more answers than are read.
#[test]
fn pki_07_a_response_with_too_many_answers_is_left_out() {
    let answers = |count: usize| {
        let carol = person(Key::P256, CAROL);
        let mut response = response();
        for _ in 1..count {
            response = response.good(carol.certificate().to_der());
        }
        stapled(&response.good(&der()).issue())
    };
    let opened = open(signed(vec![answers(1_000)]));
    assert_status(&opened, Passed, "the last of a thousand");
    let opened = open(signed(vec![answers(1_001)]));
    assert_status(&opened, Unknown, "one more");
    let told = told(&opened);
    assert!(told.contains("left out (OCSP response: "), "{told}");
    let opened = open(signed(vec![answers(1_001), list(&[&alice()])]));
    assert_status(&opened, Failed, "beside a list that revokes");
}
