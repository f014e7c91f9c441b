//! Whom to believe: candidates are validated to anchors, and nothing is encrypted to what is known to be revoked.

use std::fmt::Write;

use smime::cert::Crl;
use smime::cert::path::CertificateStatus;
use smime::check::Reason;
use smime::protect::{Protected, Refused, Source};
use smime::resolver::{FoundCertificate, Provenance, encryption_fn};
use smime::{Certificate, Limits, Mailbox, Protector, TrustAnchors};

use crate::ca::{Ca, Certify, Key};
use crate::people::{BOB, CAROL, Person, ca, made, mail, mail_to, mailbox, protector};
use crate::refused;

/// Content octets of the serial number of whoever is revoked here.
pub const SERIAL: &[u8] = &[0x42, 0x42];

pub fn read(der: &[u8]) -> Certificate {
    Certificate::from_bytes(der).unwrap()
}

pub fn anchors() -> TrustAnchors {
    TrustAnchors::from_der(ca().certificate_der()).unwrap()
}

/// A certificate under any CA, without its key.
pub fn issued(certify: Certify<'_>) -> Certificate {
    read(&certify.issue().0)
}

pub fn bob(authority: &Ca) -> Certificate {
    issued(authority.certify(Key::P256, BOB))
}

/// One that [`list`] names.
pub fn revoked(address: &str) -> Person {
    made(ca().certify(Key::P256, address).serial(SERIAL))
}

/// What `authority` says that it revoked.
pub fn list_of(authority: &Ca) -> Crl {
    let list = authority.revocation_list();
    let list = list.revoke(SERIAL, "260101000000Z", Some(1));
    Crl::from_bytes(&list.issue()).unwrap()
}

pub fn list() -> Crl {
    list_of(ca())
}

/// Encrypts to the recipients of a message with what is found, whoever is asked for.
pub fn to_found(found: Vec<FoundCertificate>) -> Protector {
    let resolver = encryption_fn(move |_: &Mailbox| Ok(found.clone()));
    protector()
        .resolver(resolver)
        .encrypt_to_recipients()
        .not_to_self()
        .anchors(&anchors())
}

pub fn to_candidates(candidates: &[&Certificate]) -> Protector {
    let found = candidates.iter();
    to_found(found.map(|&one| one.clone().into()).collect())
}

/// The only certificate it is encrypted to.
#[track_caller]
pub fn used(protected: &Protected) -> &Certificate {
    match protected.report().recipients() {
        [one] => one.certificate(),
        other => panic!("{other:?}"),
    }
}

/// The reasons of the only problem.
#[track_caller]
pub fn reasons(refused: &Refused) -> &[Reason] {
    match refused.problems() {
        [problem] => problem.reasons(),
        _ => panic!("{refused}"),
    }
}

pub fn is_revoked(reasons: &[Reason]) -> bool {
    matches!(
        reasons,
        [Reason::Revoked {
            reason: "keyCompromise",
            ..
        }]
    )
}

#[test]
fn a_candidate_that_leads_to_an_anchor_is_used() {
    let bob = bob(ca());
    let protected = to_candidates(&[&bob]).protect(mail()).unwrap();
    let [recipient] = protected.report().recipients() else {
        panic!("{}", protected.report());
    };
    assert_eq!(recipient.source(), Source::Resolver(Provenance::Candidate));
    let path = recipient.path().unwrap();
    let root = read(ca().certificate_der());
    assert_eq!(path.certificates(), [bob, root]);
    assert!(matches!(
        path.statuses(),
        [CertificateStatus::Unknown { .. }]
    ));
    let text = protected.report().to_string();
    assert!(text.contains("  path: CN=bob → CN=Test CA\n"), "{text}");
    assert!(text.contains("    CN=bob: not known whether"), "{text}");
    assert!(protected.report().notes().is_empty());
}

#[test]
fn a_candidate_of_a_stranger_is_refused_by_name() {
    let stranger = bob(&Ca::new("Evil CA"));
    let problems = refused(to_candidates(&[&stranger]).protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::UnknownIssuer { issuer }] if issuer == "CN=Evil CA"
    ));
    let text = problems.to_string();
    assert!(text.contains(BOB) && text.contains("CN=bob"), "{text}");
    // In the name of the CA, signed with another key.
    let forged = bob(&Ca::new("Test CA"));
    let problems = refused(to_candidates(&[&forged]).protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::UnknownIssuer { issuer }] if issuer == "CN=Test CA"
    ));
    // No anchors at all is not the same as none given.
    let none = to_candidates(&[&stranger]).anchors(&TrustAnchors::new());
    let problems = refused(none.protect(mail()));
    assert_eq!(reasons(&problems), [Reason::NoAnchors]);
}

/// Named by the caller, found beside, or found for another address.
#[test]
fn intermediates_come_from_the_caller_and_from_the_resolver() {
    let middle = ca().intermediate("Middle CA");
    let (bob, between) = (bob(&middle), read(middle.certificate_der()));
    let problems = refused(to_candidates(&[&bob]).protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::UnknownIssuer { issuer }] if issuer == "CN=Middle CA"
    ));
    let named = to_candidates(&[&bob]).certificates([&between]);
    let beside = to_candidates(&[&between, &bob]);
    let carol = issued(ca().certify(Key::P256, CAROL));
    let answers = (bob.clone(), carol.clone(), between.clone());
    let elsewhere = to_candidates(&[]).resolver(encryption_fn(move |to: &Mailbox| {
        let (bob, carol, between) = answers.clone();
        Ok(match to.local() {
            "bob" => vec![bob.into()],
            _ => vec![carol.into(), between.into()],
        })
    }));
    for (protector, to) in [
        (named, "To: bob@example.org\r\n"),
        (beside, "To: bob@example.org\r\n"),
        (elsewhere, "To: bob@example.org, carol@example.org\r\n"),
    ] {
        let protected = protector.protect(mail_to(to)).unwrap();
        let path = protected.report().recipients()[0].path().unwrap();
        assert_eq!(path.certificates()[..2], [bob.clone(), between.clone()]);
        assert_eq!(path.statuses().len(), 2);
    }
    // Nobody encrypts to what only stands between.
    let alone = to_candidates(&[]).certificates([&bob, &between]);
    let problems = refused(alone.protect(mail()));
    assert_eq!(reasons(&problems), [Reason::NoCertificate]);
}

#[test]
fn an_unfit_issuer_is_named() {
    let expired = ca()
        .authority("Old CA")
        .validity("200101000000Z", "210101000000Z")
        .issue_authority();
    let between = read(expired.certificate_der());
    let protector = to_candidates(&[&bob(&expired)]).certificates([&between]);
    let problems = refused(protector.protect(mail()));
    assert!(matches!(
        reasons(&problems),
        [Reason::Issuer { subject, reason }]
            if subject == "CN=Old CA" && matches!(**reason, Reason::Expired { .. })
    ));
}

/// The rule of choice goes on to the next when the best is not believed, and says so.
#[test]
fn what_is_not_believed_makes_room_for_the_next() {
    let pinned = revoked(BOB).certificate().clone();
    let evil = Ca::new("Evil CA");
    let newest = issued(
        evil.certify(Key::P256, BOB)
            .validity("260101000000Z", "491231235959Z"),
    );
    let newer = issued(
        ca().certify(Key::P256, BOB)
            .validity("250101000000Z", "491231235959Z"),
    );
    let old = bob(ca());
    let found = vec![
        FoundCertificate::candidate(old.clone()),
        FoundCertificate::candidate(newest.clone()),
        FoundCertificate::pinned(pinned.clone()),
        FoundCertificate::candidate(newer.clone()),
    ];
    let protector = to_found(found);
    assert_eq!(used(&protector.protect(mail()).unwrap()), &pinned);
    let protected = protector.crls([&list()]).protect(mail()).unwrap();
    assert_eq!(used(&protected), &newer);
    let notes = protected.report().notes();
    let [first, second] = notes else {
        panic!("{notes:?}");
    };
    assert!(first.contains(&pinned.description()), "{first}");
    assert!(first.contains("revoked on 2026-01-01"), "{first}");
    assert!(second.contains(&newest.description()), "{second}");
    assert!(second.contains("no trust anchor vouches"), "{second}");
    let text = protected.report().to_string();
    assert!(text.contains("another certificate was chosen for bob@example.org"));
    // When none is left, each is named.
    let none = to_candidates(&[&newest, &pinned]).crls([&list()]);
    assert_eq!(refused(none.protect(mail())).problems().len(), 2);
}

/// Whoever can write to a directory can add any number of certificates to an address: they cost that address only.
#[test]
fn the_paths_of_one_address_are_counted() {
    let evil = Ca::new("Evil CA");
    let flood = |count: usize| -> Vec<Certificate> {
        let newest = |_| {
            issued(
                evil.certify(Key::P256, BOB)
                    .validity("260101000000Z", "491231235959Z"),
            )
        };
        (0..count).map(newest).collect()
    };
    let (bob, carol) = (bob(ca()), issued(ca().certify(Key::P256, CAROL)));
    let message = mail_to("To: carol@example.org, bob@example.org\r\n");
    for (count, is_sent) in [(2, true), (3, false)] {
        let mut found = flood(count);
        found.extend([bob.clone(), carol.clone()]);
        let found: Vec<&Certificate> = found.iter().collect();
        let limits = Limits {
            paths: 3,
            ..Limits::default()
        };
        let result = to_candidates(&found).limits(limits).protect(&message);
        if is_sent {
            assert_eq!(result.unwrap().report().recipients().len(), 2);
            continue;
        }
        let problems = refused(result);
        let budget: Vec<_> = problems
            .problems()
            .iter()
            .filter(|one| matches!(one.reasons(), [Reason::Budget { limit: 3, .. }]))
            .collect();
        assert_eq!(budget.len(), 1, "{problems}");
        assert!(budget[0].address().unwrap().matches(&mailbox(BOB)));
        let to_bob = |one: &&smime::protect::Problem| one.address() == Some(&mailbox(BOB));
        let all = problems.problems().iter();
        assert_eq!(all.clone().filter(to_bob).count(), all.count());
    }
    assert_eq!(Limits::default().paths, 16);
}

#[cfg(feature = "serde")]
#[test]
fn json_tells_how_each_was_validated() {
    let (bob, carol) = (bob(ca()), issued(ca().certify(Key::P256, CAROL)));
    let protector = to_candidates(&[&bob]).encrypt_to([&carol]);
    let message = mail_to("To: bob@example.org, carol@example.org\r\n");
    let protected = protector.protect(&message).unwrap();
    let json = serde_json::to_value(protected.report()).unwrap();
    let path = &json["recipients"][0]["path"];
    assert_eq!(path[0]["subject"], "CN=bob");
    assert_eq!(path[0]["status"]["status"], "unknown");
    assert_eq!(path[1]["subject"], "CN=Test CA");
    assert_eq!(path[1]["status"], serde_json::Value::Null);
    assert_eq!(json["recipients"][1]["path"], serde_json::Value::Null);
    let protected = protector.crls([&list()]).protect(&message).unwrap();
    let json = serde_json::to_value(protected.report()).unwrap();
    let mut statuses = String::new();
    for recipient in json["recipients"].as_array().unwrap() {
        let status = &recipient["path"][0]["status"];
        write!(statuses, "{} {} ", status["status"], status["source"]).unwrap();
        assert_eq!(status["this_update"], "2025-01-01T00:00:00Z");
    }
    assert_eq!(statuses, "\"good\" \"crl\" \"good\" \"crl\" ");
}

#[test]
fn an_old_digest_above_a_candidate_is_a_reason() {
    use smime::crypto::{DigestAlgorithm, KeyKind};
    use smime::policy::{Judgement, Policy, Requirements};
    /// SHA-384 is old, which the key of this CA signs with.
    struct Old;
    impl Policy for Old {
        fn now(&self) -> std::time::SystemTime {
            crate::people::now()
        }
        fn key(&self, _: &KeyKind) -> Result<(), Reason> {
            Ok(())
        }
        fn verification_key(&self, _: &KeyKind) -> Judgement {
            Judgement::Accepted
        }
        fn digest(&self, digest: DigestAlgorithm) -> Judgement {
            match digest {
                DigestAlgorithm::Sha384 => Judgement::Legacy(Reason::NoSignedAttributes),
                _ => Judgement::Accepted,
            }
        }
        fn requirements(&self) -> Requirements {
            Requirements::NONE
        }
    }
    let authority = Ca::with_key("Old CA", Key::P384);
    let bob = bob(&authority);
    let anchors = TrustAnchors::from_der(authority.certificate_der()).unwrap();
    let protector = to_candidates(&[&bob]).anchors(&anchors);
    protector.protect(mail()).unwrap();
    let problems = refused(protector.policy(Old).protect(mail()));
    assert_eq!(reasons(&problems), [Reason::NoSignedAttributes]);
}

#[test]
fn what_is_over_the_limit_is_said_once() {
    let evil = Ca::new("Evil CA");
    let found: Vec<Certificate> = (0..5).map(|_| bob(&evil)).collect();
    let found: Vec<&Certificate> = found.iter().collect();
    let limits = Limits {
        paths: 2,
        ..Limits::default()
    };
    let problems = refused(to_candidates(&found).limits(limits).protect(mail()));
    assert_eq!(problems.problems().len(), 3, "{problems}");
}
