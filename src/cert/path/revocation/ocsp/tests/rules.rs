//! Which certificate is meant, times, signature, extensions.

use super::*;
use crate::cert::ca::{IdDigest, tlv};

fn ca_and_leaf() -> (Ca, Vec<u8>) {
    let ca = Ca::new("Test CA");
    let leaf = ca.leaf(Key::P256, "bob@example.org").0;
    (ca, leaf)
}

#[test]
fn what_the_issuer_says() {
    let (ca, leaf) = ca_and_leaf();
    let make = || ca.ocsp_response();
    assert_eq!(said(&ca, &leaf, make().good(&leaf)), "good");
    assert_eq!(said(&ca, &leaf, make().by_key().good(&leaf)), "good");
    assert_eq!(
        said(&ca, &leaf, make().revoked(&leaf, THEN, Some(1))),
        "keyCompromise since 2025-06-01 00:00:00 UTC"
    );
    assert_eq!(
        said(&ca, &leaf, make().revoked(&leaf, THEN, None)),
        "unspecified since 2025-06-01 00:00:00 UTC"
    );
    assert_eq!(
        said(&ca, &leaf, make().unknown(&leaf)),
        "the OCSP responder does not know the certificate"
    );
    assert_eq!(Case::new(&leaf, ca.certificate_der()).status(), NOTHING);
    // The frame is no part of what is signed.
    let basic = make().good(&leaf).issue_basic();
    let case = Case::new(&leaf, ca.certificate_der()).response(&basic);
    assert_eq!(case.status(), "good");
}

#[test]
fn every_digest_that_names_an_issuer() {
    let (ca, leaf) = ca_and_leaf();
    for digest in [
        IdDigest::Sha1,
        IdDigest::Sha224,
        IdDigest::Sha256,
        IdDigest::Sha384,
        IdDigest::Sha512,
    ] {
        let response = || ca.ocsp_response().digest(digest);
        assert_eq!(
            said(&ca, &leaf, response().good(&leaf)),
            "good",
            "{digest:?}"
        );
        let other = response().about_issuer(&Ca::new("Test CA")).good(&leaf);
        assert_eq!(said(&ca, &leaf, other), NOTHING, "{digest:?}");
        let other = response().about_name(b"0\x00".to_vec()).good(&leaf);
        assert_eq!(said(&ca, &leaf, other), NOTHING, "{digest:?}");
    }
}

#[test]
fn serial_numbers_are_numbers() {
    let ca = Ca::new("Test CA");
    let leaf = ca.certify(Key::P256, "bob@example.org");
    let leaf = leaf.serial(&[0, 0, 0xab]).issue().0;
    let about = |serial: &[u8]| {
        let response = ca
            .ocsp_response()
            .answer_about(&tlv(2, serial), &tlv(0x80, b""));
        said(&ca, &leaf, response)
    };
    assert_eq!(about(&[0, 0xab]), "good");
    assert_eq!(about(&[0, 0, 0, 0xab]), "good");
    // A negative one, and a longer one.
    assert_eq!(about(&[0xab]), NOTHING);
    assert_eq!(about(&[0xab, 0]), NOTHING);
}

#[test]
fn pki_07_a_response_for_another_certificate_says_nothing() {
    let (ca, leaf) = ca_and_leaf();
    // CVE-2026-58062: another certificate of the CA.
    let other = ca.leaf(Key::P256, "eve@example.org").0;
    assert_eq!(said(&ca, &leaf, ca.ocsp_response().good(&other)), NOTHING);
    let both = ca.ocsp_response().good(&other).revoked(&leaf, THEN, None);
    assert_eq!(
        said(&ca, &leaf, both),
        "unspecified since 2025-06-01 00:00:00 UTC"
    );
    // The same number below a CA of the same name, which signs: it is not the issuer.
    let namesake = Ca::new("Test CA");
    let mut case = Case::new(&leaf, ca.certificate_der())
        .response(&namesake.ocsp_response().good(&leaf).issue());
    assert_eq!(case.status(), NOTHING);
    case.issuers.push(read(namesake.certificate_der()));
    assert_eq!(case.status(), NOTHING);
    // Signed by the issuer, about the number below the other.
    let about_other = ca.ocsp_response().about_issuer(&namesake).good(&leaf);
    let mut case = Case::new(&leaf, ca.certificate_der()).response(&about_other.issue());
    case.issuers.push(read(namesake.certificate_der()));
    assert_ne!(case.status(), "good");
}

#[test]
fn pki_07_the_signature_is_over_the_response() {
    let (ca, leaf) = ca_and_leaf();
    let spoiled = ca.ocsp_response().good(&leaf).spoiled();
    assert_eq!(said(&ca, &leaf, spoiled), NOT_SIGNED);
    // "revoked" turned into "good", with the octets of the time left behind.
    let revoked = ca.ocsp_response().revoked(&leaf, THEN, None).issue();
    let status = tlv(0xa1, &tlv(0x18, b"20250601000000Z"));
    let place = revoked.windows(status.len()).position(|w| w == status);
    let mut forged = revoked;
    forged[place.unwrap()] = 0xa0;
    let case = Case::new(&leaf, ca.certificate_der()).response(&forged);
    assert_eq!(case.status(), NOT_SIGNED);
    // By a key of somebody else's, who says to be the CA.
    let key = KeyPair::generate(Key::P256, "eve");
    let eve = ca.ocsp_response().delegate(ca.certificate_der(), &key);
    assert_eq!(said(&ca, &leaf, eve.bare().good(&leaf)), NOT_SIGNED);
    let unnamed = ca.ocsp_response().responder(tlv(0xa2, &tlv(4, &[7; 20])));
    assert_eq!(said(&ca, &leaf, unnamed.good(&leaf)), NOBODY);
}

#[test]
fn pki_07_replayed_responses_have_expired() {
    let (ca, leaf) = ca_and_leaf();
    let at = |this, next| {
        said(
            &ca,
            &leaf,
            ca.ocsp_response().updates(this, next).good(&leaf),
        )
    };
    assert_eq!(at("250101000000Z", Some("260101000000Z")), "good");
    assert_eq!(
        at("250101000000Z", Some("251231235959Z")),
        "the OCSP response expired on 2025-12-31 23:59:59 UTC; get a new one"
    );
    assert_eq!(at("260101000000Z", Some("260102000000Z")), "good");
    assert_eq!(
        at("260101000001Z", Some("260102000000Z")),
        "the OCSP response is only valid from 2026-01-01 00:00:01 UTC"
    );
    // Without the time of the next one: a day.
    assert_eq!(at("251231000000Z", None), "good");
    assert!(at("251230235959Z", None).contains("does not say how long it is valid"));
    assert!(at("260101000001Z", None).contains("only valid from"));
    // What has expired does not revoke either.
    let revoked = ca
        .ocsp_response()
        .updates("250101000000Z", Some("250102000000Z"));
    let revoked = revoked.revoked(&leaf, "240601000000Z", Some(1));
    assert!(said(&ca, &leaf, revoked).contains("expired"));
}

#[test]
fn the_newest_answer_decides() {
    let (ca, leaf) = ca_and_leaf();
    let next = Some("270101000000Z");
    let older = || ca.ocsp_response().updates("250101000000Z", next);
    let newer = || ca.ocsp_response().updates("251201000000Z", next);
    let said = |responses: [Vec<u8>; 2]| {
        let case = Case::new(&leaf, ca.certificate_der());
        let [one, two] = responses;
        let words = case.response(&one).response(&two).status();
        let case = Case::new(&leaf, ca.certificate_der());
        assert_eq!(case.response(&two).response(&one).status(), words);
        words
    };
    let revoked = "unspecified since 2024-06-01 00:00:00 UTC";
    let then = "240601000000Z";
    // A hold has ended.
    let hold = older().revoked(&leaf, then, Some(6)).issue();
    assert_eq!(said([hold, newer().good(&leaf).issue()]), "good");
    let (good, bad) = (older().good(&leaf), newer().revoked(&leaf, then, None));
    assert_eq!(said([good.issue(), bad.issue()]), revoked);
    // Of one time the worse one.
    let (good, bad) = (older().good(&leaf), older().revoked(&leaf, then, None));
    assert_eq!(said([good.issue(), bad.issue()]), revoked);
    // One that cannot be used leaves it to the older one.
    let (good, bad) = (older().good(&leaf), newer().revoked(&leaf, then, None));
    assert_eq!(said([good.issue(), bad.spoiled().issue()]), "good");
    let unknown = newer().unknown(&leaf).issue();
    let words = said([older().good(&leaf).issue(), unknown]);
    assert_eq!(words, "the OCSP responder does not know the certificate");
}

#[test]
fn pki_07_critical_extensions_must_be_known() {
    let (ca, leaf) = ca_and_leaf();
    let make = || ca.ocsp_response();
    let words = "the OCSP response has the critical extension 1.2.3.4, which is not known";
    let response = make().extension("1.2.3.4", true, b"\x05\x00").good(&leaf);
    assert_eq!(said(&ca, &leaf, response), words);
    let single = make().single_extension("1.2.3.4", true, b"\x05\x00");
    assert_eq!(said(&ca, &leaf, single.good(&leaf)), words);
    let single = make().single_extension("1.2.3.4", true, b"\x05\x00");
    let other = ca.leaf(Key::P256, "eve@example.org").0;
    // It says nothing about the other answers.
    let mut second = make().good(&leaf).single_extension("1.2.3.4", true, b"?");
    second = second.good(&other);
    assert_eq!(said(&ca, &leaf, second), "good");
    // Nor may it revoke.
    let revoked = single.revoked(&leaf, THEN, None);
    assert_eq!(said(&ca, &leaf, revoked), words);
    let harmless = make().extension("1.2.3.4", false, b"\x05\x00").nonce(b"n");
    let harmless = harmless.extension("1.3.6.1.5.5.7.48.1.9", true, b"\x05\x00");
    let harmless = harmless.single_extension("1.3.6.1.5.5.7.48.1.6", false, b"?");
    assert_eq!(said(&ca, &leaf, harmless.good(&leaf)), "good");
}

#[test]
fn weak_signatures_are_judged_by_the_policy() {
    let ca = Ca::with_key("Old CA", Key::Rsa1024);
    let leaf = ca.leaf(Key::P256, "bob@example.org").0;
    let good = ca.ocsp_response().good(&leaf).issue();
    let revoked = ca.ocsp_response().revoked(&leaf, THEN, None).issue();
    let case = |response: &[u8]| Case::new(&leaf, ca.certificate_der()).response(response);
    assert!(case(&good).status().starts_with("the OCSP response: "));
    assert!(case(&revoked).status().starts_with("the OCSP response: "));
    // Read only: good enough to revoke.
    let legacy = |response: &[u8]| {
        let mut case = case(response);
        case.policy = case.policy.legacy();
        case.status()
    };
    assert!(legacy(&good).starts_with("the OCSP response: "));
    assert!(legacy(&revoked).starts_with("unspecified since"));
}

#[test]
fn forged_responses_end_at_the_budget() {
    let (ca, leaf) = ca_and_leaf();
    let mut case = Case::new(&leaf, ca.certificate_der());
    let good = ca
        .ocsp_response()
        .updates("250101000000Z", Some("270101000000Z"));
    case = case.response(&good.good(&leaf).issue());
    case.limits.path_signatures = 20;
    for day in 0..19 {
        let newer = ca.ocsp_response();
        let newer = newer.updates(&format!("2502{:02}000000Z", day + 1), Some("270101000000Z"));
        case = case.response(&newer.good(&leaf).spoiled().issue());
    }
    // One each, one for the good one, and one for the leaf: one too many.
    assert_eq!(case.status(), "exhausted 20");
    case.limits.path_signatures = 21;
    assert_eq!(case.status(), "good");
    // However many answers a response has, it is looked at once.
    let mut many = ca.ocsp_response();
    for _ in 0..1_000 {
        many = many.good(&leaf);
    }
    let mut case = Case::new(&leaf, ca.certificate_der()).response(&many.spoiled().issue());
    case.limits.path_signatures = 1;
    assert_eq!(case.status(), NOT_SIGNED);
}

/// What was found out about one issuer is not taken for another one of the same name.
#[test]
fn namesakes_are_kept_apart() {
    let (ca, leaf) = ca_and_leaf();
    let namesake = Ca::new("Test CA");
    // The newest is by the namesake, who did not issue it.
    let newest = namesake.ocsp_response();
    let newest = newest.updates("20250801000000Z", Some("20270101000000Z"));
    let mut case = Case::new(&leaf, ca.certificate_der())
        .response(&newest.revoked(&leaf, THEN, None).issue())
        .response(&ca.ocsp_response().good(&leaf).issue());
    case.issuers.insert(0, read(namesake.certificate_der()));
    assert_eq!(case.status(), "good");
    // One response about the number below both, signed by the namesake.
    let both = namesake.ocsp_response().good(&leaf);
    let both = both.about_issuer(&ca).good(&leaf).issue();
    let mut case = Case::new(&leaf, ca.certificate_der()).response(&both);
    case.issuers.push(read(namesake.certificate_der()));
    assert_ne!(case.status(), "good");
}
