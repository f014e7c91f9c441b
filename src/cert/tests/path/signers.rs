//! Several keys of one issuer, each with lists of its own; revocations that end and those that do not; and what all
//! searches of one message may cost together.

use super::revocation::{LEAF, THEN, Tree, outcomes, revoked};
use super::*;
use crate::cert::anchors::AnchorConstraints;
use crate::cert::path::{PathPool, validate_in};

const HOLD: Option<u8> = Some(6);
const KEY_COMPROMISE: Option<u8> = Some(1);

/// A CA whose old key certified its new one, and a leaf of each.
struct Renewed {
    root: Ca,
    old: Ca,
    new: Ca,
    of_new: Vec<u8>,
    of_old: Vec<u8>,
}

impl Renewed {
    fn new() -> Renewed {
        let root = Ca::new("Root");
        let old = root.authority("Issuing").issue_authority();
        let new = old.authority("Issuing").issue_authority();
        let leaf = |ca: &Ca| {
            let leaf = ca.certify(Key::P256, "bob@example.org").serial(LEAF);
            leaf.issue().0
        };
        Renewed {
            of_new: leaf(&new),
            of_old: leaf(&old),
            root,
            old,
            new,
        }
    }

    fn case(&self, leaf: &[u8]) -> Case {
        Case::new(
            leaf,
            &[self.old.certificate_der(), self.new.certificate_der()],
            &[self.root.certificate_der()],
        )
    }
}

/// SECURITY.md PKI-06: after a change of keys each key can have a list of its own, and only one of them has the certificate.
#[test]
fn pki_06_the_list_of_one_key_does_not_hide_that_of_another() {
    let ca = Renewed::new();
    let at = |ca: &Ca, month: &str, reason: Option<Option<u8>>| {
        let list = ca.revocation_list();
        let list = list.updates(&format!("25{month}01000000Z"), Some("270101000000Z"));
        match reason {
            Some(reason) => list.revoke(LEAF, THEN, reason).issue(),
            None => list.issue(),
        }
    };
    for leaf in [&ca.of_new, &ca.of_old] {
        for (old, new) in [("07", "07"), ("07", "08"), ("08", "07")] {
            for listed_by_old in [true, false] {
                for reason in [HOLD, KEY_COMPROMISE, None] {
                    let entry = |by_old| (by_old == listed_by_old).then_some(reason);
                    let lists = [
                        at(&ca.old, old, entry(true)),
                        at(&ca.new, new, entry(false)),
                    ];
                    for lists in [[0, 1], [1, 0]].map(|order| order.map(|place| &lists[place])) {
                        let case = lists.into_iter().fold(ca.case(leaf), |case, l| case.crl(l));
                        let listed = case.reasons();
                        let is_revoked = |reason: &Reason| matches!(reason, Reason::Revoked { .. });
                        assert!(listed.iter().any(is_revoked), "{old} {new} {listed:?}");
                    }
                }
            }
        }
        let good = ca.case(leaf).crl(&at(&ca.old, "07", None));
        let good = good.crl(&at(&ca.new, "08", None));
        assert_eq!(outcomes(good.path().checks())[0], Outcome::Passed);
    }
}

/// SECURITY.md PKI-06: nor does a response that says good.
#[test]
fn pki_06_a_response_does_not_hide_the_list_of_another_key() {
    let ca = Renewed::new();
    let response = ca.old.ocsp_response();
    let response = response.updates("250701000000Z", Some("270101000000Z"));
    let response = response.good(&ca.of_old).issue();
    let list = ca.new.revocation_list();
    let list = list.updates("250801000000Z", Some("270101000000Z"));
    let list = list.revoke(LEAF, THEN, KEY_COMPROMISE).issue();
    let mut case = ca.case(&ca.of_old).crl(&list);
    case.ocsp_responses
        .push(OcspResponse::from_bytes(&response).unwrap());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
}

/// Of one key the newest list counts, whatever an older one says.
#[test]
fn a_newer_list_of_the_same_key_counts() {
    let tree = Tree::new();
    let list = |month: &str| {
        let list = tree.issuing.revocation_list();
        list.updates(&format!("25{month}01000000Z"), Some("270101000000Z"))
    };
    let case = tree
        .case()
        .crl(&list("07").revoke(LEAF, THEN, HOLD).issue())
        .crl(&list("08").issue());
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
}

/// SECURITY.md PKI-08: only a hold ends. A newer "good" of another source does not take back anything else.
#[test]
fn pki_08_a_revocation_for_good_is_not_outdated_by_a_newer_response() {
    let tree = Tree::new();
    let list = |reason| {
        let list = tree.issuing.revocation_list().revoke(LEAF, THEN, reason);
        list.issue()
    };
    let newer = tree.issuing.ocsp_response();
    let newer = newer.updates("251201000000Z", Some("270101000000Z"));
    let newer = newer.good(&tree.leaf).issue();
    let newer = OcspResponse::from_bytes(&newer).unwrap();
    let mut case = tree.case();
    case.ocsp_responses.push(newer.clone());
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let mut case = tree.case().crl(&list(KEY_COMPROMISE));
    case.ocsp_responses.push(newer.clone());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    // A message can bring the revocation as well, though the caller's response is newer.
    let mut case = tree.case().message_crl(&list(KEY_COMPROMISE));
    case.ocsp_responses.push(newer.clone());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    for mut case in [
        tree.case().crl(&list(HOLD)),
        tree.case().message_crl(&list(HOLD)),
    ] {
        case.ocsp_responses.push(newer.clone());
        assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    }
}

/// Whoever needs no path wants to know all the same.
#[test]
fn a_path_that_fails_for_policies_tells_of_revocation_too() {
    let tree = Tree::new();
    let list = tree.issuing.revocation_list();
    let list = list.revoke(LEAF, THEN, KEY_COMPROMISE).issue();
    let case = tree.case().crl(&list);
    let reasons = case
        .within(AnchorConstraints::new().require_explicit_policy())
        .reasons();
    assert!(reasons.contains(&revoked("CN=bob", "keyCompromise")));
    let is_policy = |reason: &Reason| matches!(reason, Reason::CertificatePolicies { .. });
    assert!(reasons.iter().any(is_policy), "{reasons:?}");
}

/// What the searches of one message cost is bounded together.
#[test]
fn searches_in_one_pool_share_their_budget() {
    let tree = Tree::new();
    let leaves: Vec<Vec<u8>> = (1..=20_u8)
        .map(|serial| {
            let leaf = tree.issuing.certify(Key::P256, "bob@example.org");
            leaf.serial(&[serial]).issue().0
        })
        .collect();
    let others: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
    let mut case = Case::new(&tree.leaf, &others, &[tree.root.certificate_der()]);
    case.others.push(read(tree.issuing.certificate_der()));
    // Two signatures each: the leaf's and its issuer's.
    case.limits.path_signatures = 3;
    let pool = PathPool::new(&case.anchors, case.others.iter(), &case.limits);
    let passes = |der: &Vec<u8>| {
        let certificate = &read(der);
        let inputs = PathInputs {
            certificate,
            ..case.inputs()
        };
        validate_in(&pool, &inputs).is_ok()
    };
    let passed = leaves.iter().filter(|der| passes(der)).count();
    assert_eq!(passed, 3 * 4 / 2);
}

/// Long lists of a message cost more than short ones.
#[test]
fn pki_06_lists_of_a_message_cost_as_much_as_they_are_long() {
    let tree = Tree::new();
    let filled = |bytes: usize| {
        let list = tree.issuing.revocation_list();
        list.extension("1.2.3", false, &vec![0; bytes]).issue()
    };
    let status = |bytes: usize| {
        let mut case = tree.case().message_crl(&filled(bytes));
        case.limits.path_signatures = 8;
        case.validate().is_ok()
    };
    // Its signature and its entries: four pieces each.
    assert!(status(3 << 20));
    let case = tree.case().crl(&filled(20 << 20));
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let mut case = tree.case().message_crl(&filled(9 << 20));
    case.limits.path_signatures = 8;
    let is_budget = |reason: &Reason| matches!(reason, Reason::Budget { .. });
    assert!(case.reasons().iter().any(is_budget));
}
