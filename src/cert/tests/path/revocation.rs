//! SECURITY.md PKI-06 and PKI-08: what lists do to a path.

use super::*;
use crate::cert::ca::{CRL_SIGN, KEY_CERT_SIGN, RevocationList, extension};
use crate::crypto::public_key::KeyKind;
use crate::policy::{Judgement, Requirements};

/// Root, Issuing, and a leaf with serial number 0x1234 whose issuer has 0x55.
pub(super) struct Tree {
    pub root: Ca,
    pub issuing: Ca,
    pub leaf: Vec<u8>,
}

pub(super) const LEAF: &[u8] = &[0x12, 0x34];
pub(super) const ISSUING: &[u8] = &[0x55];
pub(super) const THEN: &str = "250601000000Z";

impl Tree {
    pub(super) fn new() -> Tree {
        let root = Ca::new("Root");
        let issuing = root.authority("Issuing").serial(ISSUING).issue_authority();
        let leaf = issuing.certify(Key::P256, "bob@example.org").serial(LEAF);
        let leaf = leaf.issue().0;
        Tree {
            root,
            issuing,
            leaf,
        }
    }

    pub(super) fn case(&self) -> Case {
        Case::new(
            &self.leaf,
            &[self.issuing.certificate_der()],
            &[self.root.certificate_der()],
        )
    }
}

/// The outcomes of the revocation checks, the leaf's first.
pub(super) fn outcomes(checks: &[Check]) -> Vec<Outcome> {
    let about = checks.iter().filter(|c| c.aspect() == Aspect::Revocation);
    about.map(Check::outcome).collect()
}

pub(super) fn revoked(subject: &str, reason: &'static str) -> Reason {
    Reason::Revoked {
        subject: subject.into(),
        // 2025-06-01
        when: UNIX_EPOCH + Duration::from_secs(1_748_736_000),
        reason,
    }
}

#[test]
fn pki_08_revoked_certificates_break_the_path() {
    let tree = Tree::new();
    let good = tree.case();
    let good = good.crl(&tree.issuing.revocation_list().issue());
    let good = good.crl(&tree.root.revocation_list().issue());
    assert_eq!(outcomes(good.path().checks()), [Outcome::Passed; 2]);

    let list = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
    let case = tree.case().crl(&list.issue());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    // The CA above it, with a good list for the leaf.
    let list = tree.root.revocation_list().revoke(ISSUING, THEN, Some(2));
    let case = tree.case().crl(&list.issue());
    let case = case.crl(&tree.issuing.revocation_list().issue());
    assert_eq!(case.reasons(), [revoked("CN=Issuing", "cACompromise")]);
    assert_eq!(case.validate().unwrap_err().certificates.len(), 3);
    // Others of the same number, and by another issuer.
    let list = tree.root.revocation_list().revoke(LEAF, THEN, None);
    let case = tree.case().crl(&list.issue());
    assert_eq!(
        outcomes(case.path().checks()),
        [Outcome::Unknown, Outcome::Passed]
    );
}

#[test]
fn a_revoked_issuer_does_not_spoil_another_path() {
    let tree = Tree::new();
    let other = Ca::new("Other");
    let cross = tree.issuing.cross_signed_by(&other);
    let list = tree.root.revocation_list().revoke(ISSUING, THEN, None);
    let mut case = tree.case().crl(&list.issue());
    assert!(case.validate().is_err());
    case.others.push(read(&cross));
    case.anchors.add(&read(other.certificate_der()));
    let path = case.path();
    assert_eq!(path.certificates()[2].subject(), "CN=Other");
}

#[test]
fn times_decide() {
    let tree = Tree::new();
    let validate = |list: RevocationList<'_>| tree.case().crl(&list.issue()).validate();
    let list = || tree.issuing.revocation_list();
    // Revoked at this very second, and a second later: what is listed is never good (RFC 5280 6.3.3).
    assert!(validate(list().revoke(LEAF, "260101000000Z", None)).is_err());
    assert!(validate(list().revoke(LEAF, "260101000001Z", None)).is_err());
    // Even where the entry or another one is not understood, or cannot be read.
    for odd in [&extension("1.2.3.4", true, b"?")[..], b"\x05\x00"] {
        assert!(validate(list().entry(LEAF, "260101000001Z", odd)).is_err());
        let behind = list().entry(&[1], THEN, odd).revoke(LEAF, THEN, None);
        let case = tree.case().crl(&list().issue());
        let newer = behind.updates("250801000000Z", Some("270101000000Z"));
        assert!(case.crl(&newer.issue()).validate().is_err());
    }
    // Lists of other times say nothing.
    for (this, next, words) in [
        (
            "260101000001Z",
            Some("270101000000Z"),
            "only valid from 2026-01-01 00:00:01",
        ),
        (
            "250101000000Z",
            Some("251231235959Z"),
            "expired on 2025-12-31 23:59:59",
        ),
        ("250101000000Z", None, "does not say how long"),
    ] {
        let old = list().updates(this, next).revoke(LEAF, THEN, Some(6));
        let path = validate(old).unwrap();
        assert_eq!(outcomes(path.checks()), [Outcome::Unknown; 2]);
        assert!(
            path.checks().iter().any(|c| c.to_string().contains(words)),
            "{path:#?}"
        );
    }
    // But nothing except a hold ends with its list.
    for (next, reason) in [(Some("251231235959Z"), None), (None, Some(1))] {
        let old = list().updates("250101000000Z", next);
        assert!(validate(old.revoke(LEAF, THEN, reason)).is_err());
    }
    // The first and the last second of a list.
    for (this, next) in [
        ("260101000000Z", "270101000000Z"),
        ("250101000000Z", "260101000000Z"),
    ] {
        assert!(validate(list().updates(this, Some(next)).revoke(LEAF, THEN, None)).is_err());
    }
    // Of two the newer one decides: a hold has ended, or begun.
    let held = list().revoke(LEAF, THEN, Some(6)).issue();
    let newer = || list().updates("250801000000Z", Some("270101000000Z"));
    let case = tree.case().crl(&held).crl(&newer().issue());
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let held = newer().revoke(LEAF, THEN, Some(6)).issue();
    let case = tree.case().crl(&held).crl(&list().issue());
    assert_eq!(case.reasons(), [revoked("CN=bob", "certificateHold")]);
    // One that cannot be used does not stand before one that can.
    let expired = newer().updates("250801000000Z", Some("250901000000Z"));
    let good = list().revoke(LEAF, THEN, None).issue();
    let case = tree.case().crl(&expired.issue()).crl(&good);
    assert!(case.validate().is_err());
}

#[test]
fn pki_06_lists_that_must_not_be_used_leave_it_open() {
    let tree = Tree::new();
    let impostor = Ca::new("Issuing");
    let mut forged = tree.issuing.revocation_list().issue();
    *forged.last_mut().unwrap() ^= 1;
    let unknown = extension("1.2.3.4", true, b"?");
    let list = || tree.issuing.revocation_list();
    let lists = [
        (forged, "not signed by a key"),
        (impostor.revocation_list().issue(), "not signed by a key"),
        (list().extension("1.2.3.4", true, b"?").issue(), "1.2.3.4"),
        (
            list().extension("2.5.29.28", true, &[0x30, 0]).issue(),
            "issuingDistributionPoint",
        ),
        (
            list().extension("2.5.29.27", true, &[2, 1, 1]).issue(),
            "deltaCRLIndicator",
        ),
        (
            list().entry(&[1], THEN, &unknown).issue(),
            "critical entry extension",
        ),
        (list().raw_entries(vec![0x30, 0]).issue(), "malformed"),
        (tree.root.revocation_list().issue(), "no list of its issuer"),
    ];
    for (list, words) in lists {
        let case = tree.case().crl(&list);
        let path = case.path();
        let checks = path.checks().iter();
        let mut about = checks.filter(|c| c.aspect() == Aspect::Revocation);
        let check = about.next().unwrap();
        assert_eq!(check.outcome(), Outcome::Unknown, "{words}");
        let line = check.to_string();
        assert!(line.contains(words) && line.contains("CN=bob"), "{line}");
        // Where it is required, not knowing is not enough.
        let strict = case.policy(StandardPolicy::at(now()).require_revocation());
        let reasons = strict.reasons();
        assert!(matches!(&reasons[0], Reason::RevocationUnknown { .. }));
    }
    let strict = tree
        .case()
        .policy(StandardPolicy::at(now()).require_revocation());
    let reasons = strict.reasons();
    assert!(
        matches!(reasons.as_slice(), [Reason::RevocationUnknown { .. }]),
        "{reasons:?}"
    );
    let strict = strict
        .crl(&list().issue())
        .crl(&tree.root.revocation_list().issue());
    assert_eq!(outcomes(strict.path().checks()), [Outcome::Passed; 2]);
}

#[test]
fn the_key_usage_must_allow_lists() {
    let root = Ca::new("Root");
    for (usage, expected) in [
        (Some(KEY_CERT_SIGN), Outcome::Unknown),
        (Some(KEY_CERT_SIGN | CRL_SIGN), Outcome::Passed),
        (None, Outcome::Passed),
    ] {
        let issuing = root.authority("Issuing").key_usage(usage).issue_authority();
        let (leaf, _) = issuing.leaf(Key::P256, "bob@example.org");
        let case = Case::new(
            &leaf,
            &[issuing.certificate_der()],
            &[root.certificate_der()],
        );
        let case = case.crl(&issuing.revocation_list().issue());
        assert_eq!(outcomes(case.path().checks())[0], expected, "{usage:?}");
    }
}

#[test]
fn lists_signed_with_another_key_of_the_issuer() {
    let tree = Tree::new();
    let status = |signer: &Ca, others: &[&[u8]], lists: &[Vec<u8>]| {
        let mut case = tree.case();
        case.others.extend(others.iter().map(|der| read(der)));
        let list = signer.revocation_list().revoke(LEAF, THEN, None).issue();
        case = case.crl(&list);
        for list in lists {
            case = case.crl(list);
        }
        case.validate().is_err()
    };
    // A key for lists only, certified by the same CA above.
    let lists_only = tree
        .root
        .authority("Issuing")
        .key_usage(Some(CRL_SIGN))
        .serial(&[0x77])
        .no_basic_constraints()
        .issue_authority();
    assert!(
        !status(&lists_only, &[], &[]),
        "its certificate is not known"
    );
    assert!(status(&lists_only, &[lists_only.certificate_der()], &[]));
    // A new key, certified with the old one.
    let renewed = tree.issuing.authority("Issuing").issue_authority();
    assert!(status(&renewed, &[renewed.certificate_der()], &[]));
    // Somebody else of that name, one who may not sign lists, and one who was revoked.
    let impostor = Ca::new("Elsewhere").intermediate("Issuing");
    assert!(!status(&impostor, &[impostor.certificate_der()], &[]));
    let impostor = Ca::new("Root").intermediate("Issuing");
    assert!(!status(&impostor, &[impostor.certificate_der()], &[]));
    let no_lists = tree
        .root
        .authority("Issuing")
        .key_usage(Some(KEY_CERT_SIGN))
        .issue_authority();
    assert!(!status(&no_lists, &[no_lists.certificate_der()], &[]));
    let gone = tree
        .root
        .revocation_list()
        .revoke(&[0x77], THEN, None)
        .issue();
    assert!(!status(
        &lists_only,
        &[lists_only.certificate_der()],
        &[gone]
    ));
}

/// SECURITY.md PKI-06: lists that anybody can make do not keep one that counts from being looked at, and when there
/// are too many the path fails.
#[test]
fn work_on_lists_is_bounded() {
    let tree = Tree::new();
    let impostor = Ca::new("Issuing");
    let newest = impostor.revocation_list();
    let newest = newest.updates("251231000000Z", Some("270101000000Z"));
    let forged = vec![Crl::from_bytes(&newest.issue()).unwrap(); 300];
    let what = "signatures and lists to find out about revocation";
    let stopped = budgets::budget(what, 100);

    let stuffed = || Case {
        message_crls: forged.clone(),
        ..tree.case()
    };
    assert_eq!(stuffed().reasons(), std::slice::from_ref(&stopped));
    let case = Case {
        crls: forged.clone(),
        ..tree.case()
    };
    assert_eq!(case.reasons(), [stopped]);
    // What the caller gave is not touched by it.
    let good = tree.issuing.revocation_list().issue();
    let case = stuffed().crl(&good);
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let list = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
    let list = list.issue();
    let case = stuffed().crl(&list);
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    // With more work allowed the list of the message is found behind the others.
    let mut case = stuffed().message_crl(&good);
    case.limits.path_signatures = 400;
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let mut case = stuffed().message_crl(&list);
    case.limits.path_signatures = 400;
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
}

#[test]
fn lists_of_the_message_take_nothing_away() {
    let tree = Tree::new();
    let list = || tree.issuing.revocation_list();
    let newer = || list().updates("250801000000Z", Some("270101000000Z"));
    let bad = |list: RevocationList<'_>| list.revoke(LEAF, THEN, Some(6)).issue();
    let reason = [revoked("CN=bob", "certificateHold")];
    let case = |given: &[u8], received: &[u8]| tree.case().crl(given).message_crl(received);
    assert_eq!(case(&bad(list()), &newer().issue()).reasons(), reason);
    // They add to it.
    assert_eq!(case(&list().issue(), &bad(newer())).reasons(), reason);
    case(&newer().issue(), &bad(list())).path();
    let expired = list().updates("250801000000Z", Some("250901000000Z"));
    assert_eq!(case(&expired.issue(), &bad(list())).reasons(), reason);
    // An old one of the message does not stand before a list whose signer is found later.
    let renewed = tree.issuing.authority("Issuing").issue_authority();
    let given = renewed.revocation_list();
    let given = given.updates("250801000000Z", Some("270101000000Z"));
    let mut case = case(&bad(given), &list().issue());
    case.path();
    case.others.push(read(renewed.certificate_der()));
    assert_eq!(case.reasons(), reason);
}

#[test]
fn work_on_signers_of_lists_is_bounded() {
    let tree = Tree::new();
    let stranger = Ca::new("Root");
    let template = Ca::with_key("Issuing", Key::Ed25519);
    let spki = template.key_pair().spki_der();
    let stuffing = stranger.authority("Issuing");
    let (stuffing, _) = stuffing.with_key(template.key_pair()).issue();
    let stuffing = budgets::variants(&stuffing, &spki[spki.len() - 32..], 300);
    let lists_only = tree.root.authority("Issuing").key_usage(Some(CRL_SIGN));
    let lists_only = lists_only.no_basic_constraints().issue_authority();
    let mut list = lists_only.revocation_list();
    list = list.revoke(LEAF, THEN, Some(1));
    let mut case = tree.case().crl(&list.issue());
    case.others.extend(stuffing);
    case.others.push(read(lists_only.certificate_der()));
    let what = "signatures and lists to find out about revocation";
    assert_eq!(case.reasons()[0], budgets::budget(what, 25));
    // What the keys of the path say is not touched by it.
    let root = tree.root.revocation_list().revoke(ISSUING, THEN, Some(2));
    case = case.crl(&root.issue());
    let reasons = case.reasons();
    assert!(reasons.contains(&revoked("CN=Issuing", "cACompromise")));
    case.crls.pop();
    case.limits.path_signatures = 2_000;
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    // Without a list of that name nobody is looked for.
    case.limits.path_signatures = 100;
    case.crls = vec![Crl::from_bytes(&tree.root.revocation_list().issue()).unwrap()];
    case.path();
}

#[test]
fn old_digests_can_revoke_and_not_clear() {
    // No list with SHA-1 can be made here, so the policy calls SHA-256 old.
    struct Old;
    impl Policy for Old {
        fn now(&self) -> SystemTime {
            now()
        }
        fn verification_key(&self, _: &KeyKind) -> Judgement {
            Judgement::Accepted
        }
        fn digest(&self, _: DigestAlgorithm) -> Judgement {
            Judgement::Legacy(Reason::NoSignedAttributes)
        }
        fn requirements(&self) -> Requirements {
            Requirements::NONE
        }
    }
    let tree = Tree::new();
    let validate = |list: RevocationList<'_>| {
        let case = tree.case().crl(&list.issue());
        let inputs = PathInputs {
            policy: &Old,
            ..case.inputs()
        };
        validate(&inputs)
    };
    let path = validate(tree.issuing.revocation_list()).unwrap();
    assert!(path.is_legacy());
    assert_eq!(outcomes(path.checks()), [Outcome::Unknown; 2]);
    let list = tree.issuing.revocation_list().revoke(LEAF, THEN, None);
    assert!(validate(list).is_err());
}
