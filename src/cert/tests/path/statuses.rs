//! The status of each certificate of a path.

use super::revocation::{ISSUING, LEAF, THEN, Tree, outcomes};
use super::*;
use crate::cert::path::{CertificateStatus, StatusSource};

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn each_certificate_but_the_anchor_has_one() {
    let tree = Tree::new();
    let of_leaf = tree.issuing.revocation_list();
    let of_leaf = of_leaf.updates("250102030405Z", Some("270101000000Z"));
    let case = tree.case().crl(&of_leaf.issue());
    let path = case.path();
    let [leaf, issuing] = path.statuses() else {
        panic!("{path:#?}");
    };
    let good = CertificateStatus::Good {
        source: StatusSource::Crl,
        this_update: at(1_735_787_045),
        next_update: Some(at(1_798_761_600)),
    };
    assert_eq!(*leaf, good);
    let CertificateStatus::Unknown { detail } = issuing else {
        panic!("{issuing:?}");
    };
    assert_eq!(detail, "no list of its issuer was given; pass it");
    // Nothing at all.
    let path = tree.case().path();
    let detail = "no revocation list was given".into();
    let unknown = CertificateStatus::Unknown { detail };
    assert_eq!(path.statuses(), [unknown.clone(), unknown]);
}

#[test]
fn of_several_lists_that_are_needed_the_dates_of_the_weakest_count() {
    let tree = Tree::new();
    let list = |bits: &[u8], this, next| {
        let field = crate::cert::ca::tlv(0x83, bits);
        let list = tree.issuing.revocation_list().issuing_point(&field);
        list.updates(this, Some(next)).issue()
    };
    let case = tree.case();
    let case = case.crl(&list(&[5, 0x60], "250102030405Z", "280101000000Z"));
    let case = case.crl(&list(&[7, 0x1f, 0x80], "250801000000Z", "270101000000Z"));
    let good = CertificateStatus::Good {
        source: StatusSource::Crl,
        this_update: at(1_735_787_045),
        next_update: Some(at(1_798_761_600)),
    };
    assert_eq!(case.path().statuses()[0], good);
}

#[test]
fn nobody_asks_where_the_policy_does_not() {
    let tree = Tree::new();
    let list = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
    let case = tree.case().crl(&list.issue());
    assert!(case.validate().is_err());
    let list = tree.root.revocation_list().revoke(ISSUING, THEN, Some(2));
    let policy = StandardPolicy::at(now()).danger_ignore_revocation();
    for case in [case.crl(&list.issue()), tree.case()] {
        let path = case.policy(policy).path();
        assert_eq!(path.statuses(), [const { CertificateStatus::NotAsked }; 2]);
        assert_eq!(outcomes(path.checks()), [Outcome::Note]);
        let mut checks = path.checks().iter();
        let check = checks.find(|check| check.aspect() == Aspect::Revocation);
        let what = check.unwrap().what();
        assert_eq!(what, "revocation was not asked for by the policy");
    }
}
