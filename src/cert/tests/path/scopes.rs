//! SECURITY.md PKI-06: lists that are only about some certificates, places or reasons.

use super::revocation::{LEAF, THEN, Tree, outcomes, revoked};
use super::*;
use crate::cert::ca::{
    RevocationList, directory, full_name, name, oid, points, relative_name, sequence, tlv, uri,
};

const POINTS: &str = "2.5.29.31";
const USERS: [u8; 3] = [0x81, 1, 0xff];
const AUTHORITIES: [u8; 3] = [0x82, 1, 0xff];
const ATTRIBUTES: [u8; 3] = [0x85, 1, 0xff];

/// The tree with a leaf that has these distribution points.
fn with_points(fields: &[&[u8]]) -> Tree {
    let mut tree = Tree::new();
    let leaf = tree.issuing.certify(Key::P256, "bob@example.org");
    let leaf = leaf.serial(LEAF).extension(POINTS, false, &points(fields));
    tree.leaf = leaf.issue().0;
    tree
}

fn place(text: &str) -> Vec<u8> {
    full_name(&uri(text))
}

/// Bits of onlySomeReasons and reasons.
fn reasons(tag: u8, bits: &[u8]) -> Vec<u8> {
    tlv(tag, bits)
}

/// How the leaf's status comes out with these lists; the words of the check.
fn leaf_status(tree: &Tree, lists: Vec<RevocationList<'_>>) -> (Outcome, String) {
    let mut case = tree.case();
    for list in lists {
        case = case.crl(&list.issue());
    }
    let checks = match case.validate() {
        Ok(path) => path.checks().to_vec(),
        Err(failure) => failure.checks().to_vec(),
    };
    let mut checks = checks.iter().filter(|c| c.aspect() == Aspect::Revocation);
    let check = checks.next().unwrap();
    (check.outcome(), check.to_string())
}

#[test]
fn pki_06_a_list_of_another_distribution_point_is_not_used() {
    let here = place("http://here.example/");
    let there = place("http://there.example/");
    let tree = with_points(&[&here]);
    let list = || tree.issuing.revocation_list();
    let (outcome, words) = leaf_status(&tree, vec![list().issuing_point(&there)]);
    assert_eq!(outcome, Outcome::Unknown);
    assert!(words.contains("for other certificates"), "{words}");
    // Nor does it revoke: its numbers are of others.
    let other = list().issuing_point(&there).revoke(LEAF, THEN, Some(1));
    assert_eq!(leaf_status(&tree, vec![other]).0, Outcome::Unknown);
    let good = leaf_status(&tree, vec![list().issuing_point(&here)]);
    assert_eq!(good.0, Outcome::Passed);
    let bad = list().issuing_point(&here).revoke(LEAF, THEN, Some(1));
    let bad = leaf_status(&tree, vec![bad, list().issuing_point(&there)]);
    assert_eq!(bad.0, Outcome::Failed);
    // A list that names no place is good for all of them.
    assert_eq!(leaf_status(&tree, vec![list()]).0, Outcome::Passed);
    // Where the certificate names none, only the name of the issuer stands for one (RFC 5280 6.3.3).
    let bare = Tree::new();
    let list = bare.issuing.revocation_list().issuing_point(&here);
    assert_eq!(leaf_status(&bare, vec![list]).0, Outcome::Unknown);
    let issuer = full_name(&directory(&name(&[("2.5.4.3", "Issuing")])));
    let list = bare.issuing.revocation_list().issuing_point(&issuer);
    assert_eq!(leaf_status(&bare, vec![list]).0, Outcome::Passed);
}

#[test]
fn full_and_relative_names_of_points() {
    let attribute = |text: &str| {
        let value = tlv(0x0c, text.as_bytes());
        sequence(&[&oid("2.5.4.3"), &value])
    };
    let full = |text: &str| {
        let whole = name(&[("2.5.4.3", "Issuing"), ("2.5.4.3", text)]);
        full_name(&directory(&whole))
    };
    let relative = |text: &str| relative_name(&attribute(text));
    for (point, issuing, outcome) in [
        (full("A"), relative("A"), Outcome::Passed),
        (relative("A"), full("a"), Outcome::Passed),
        (relative("A"), relative("A"), Outcome::Passed),
        (relative("A"), relative("B"), Outcome::Unknown),
        (full("A"), relative("B"), Outcome::Unknown),
    ] {
        let tree = with_points(&[&point]);
        let list = tree.issuing.revocation_list().issuing_point(&issuing);
        assert_eq!(leaf_status(&tree, vec![list]).0, outcome);
    }
}

#[test]
fn lists_of_some_kinds_of_certificates() {
    let tree = Tree::new();
    let statuses = |fields: &[u8]| {
        let case = tree.case();
        let list = tree.issuing.revocation_list().issuing_point(fields);
        let case = case.crl(&list.issue());
        let list = tree.root.revocation_list().issuing_point(fields);
        outcomes(case.crl(&list.issue()).path().checks())
    };
    use Outcome::{Passed, Unknown};
    assert_eq!(statuses(&USERS), [Passed, Unknown]);
    assert_eq!(statuses(&AUTHORITIES), [Unknown, Passed]);
    assert_eq!(statuses(&ATTRIBUTES), [Unknown, Unknown]);
    // Two of them contradict each other.
    for two in [
        [USERS, AUTHORITIES],
        [USERS, ATTRIBUTES],
        [AUTHORITIES, ATTRIBUTES],
    ] {
        assert_eq!(statuses(&two.concat()), [Unknown, Unknown]);
    }
    // What is not about a certificate does not revoke it.
    let list = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
    let (outcome, _) = leaf_status(&tree, vec![list.issuing_point(&AUTHORITIES)]);
    assert_eq!(outcome, Outcome::Unknown);
}

#[test]
fn pki_06_every_reason_must_be_covered() {
    // Bits 1 and 2, bits 3 to 8, bits 2 to 8.
    let some = reasons(0x83, &[5, 0x60]);
    let rest = reasons(0x83, &[7, 0x1f, 0x80]);
    let more = reasons(0x83, &[7, 0x3f, 0x80]);
    let tree = Tree::new();
    let list = |fields: &[u8]| tree.issuing.revocation_list().issuing_point(fields);
    let (outcome, words) = leaf_status(&tree, vec![list(&some)]);
    assert_eq!(outcome, Outcome::Unknown);
    assert!(words.contains("every reason"), "{words}");
    assert_eq!(leaf_status(&tree, vec![list(&rest)]).0, Outcome::Unknown);
    for second in [&rest, &more] {
        let both = || vec![list(&some), list(second)];
        assert_eq!(leaf_status(&tree, both()).0, Outcome::Passed);
        let both = vec![list(&some), list(second).revoke(LEAF, THEN, Some(6))];
        assert_eq!(leaf_status(&tree, both).0, Outcome::Failed);
    }
    // What is listed for some reason is revoked, whatever else is not known.
    let only = list(&some).revoke(LEAF, THEN, Some(1));
    assert_eq!(leaf_status(&tree, vec![only]).0, Outcome::Failed);
    // The reasons of a point count as well.
    let here = place("http://here.example/");
    let point = [here.clone(), reasons(0x81, &[5, 0x60])].concat();
    let tree = with_points(&[&point]);
    let list = |fields: &[u8]| tree.issuing.revocation_list().issuing_point(fields);
    assert_eq!(leaf_status(&tree, vec![list(&here)]).0, Outcome::Unknown);
    let both = vec![list(&here), list(&rest)];
    assert_eq!(leaf_status(&tree, both).0, Outcome::Passed);
}

#[test]
fn pki_06_no_reasons_are_not_all_reasons() {
    let tree = Tree::new();
    for bits in [&[0][..], &[0, 0], &[7, 0x80], &[0, 0, 0x01], &[]] {
        let list = tree.issuing.revocation_list();
        let list = list.issuing_point(&reasons(0x83, bits));
        let (outcome, words) = leaf_status(&tree, vec![list]);
        assert_eq!(outcome, Outcome::Unknown, "{bits:?}");
        assert!(words.contains("issuingDistributionPoint"), "{words}");
    }
}

#[test]
fn points_that_cannot_be_read_leave_it_open() {
    let mut tree = Tree::new();
    for value in [
        &[][..],
        b"\x30\x00",
        b"\x30\x02\x05\x00",
        b"\x30\x02\x30\x00",
    ] {
        let leaf = tree.issuing.certify(Key::P256, "bob@example.org");
        let leaf = leaf.serial(LEAF).extension(POINTS, false, value);
        tree.leaf = leaf.issue().0;
        let list = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
        let (outcome, words) = leaf_status(&tree, vec![list]);
        assert_eq!(outcome, Outcome::Unknown);
        assert!(
            words.contains("distribution points cannot be read"),
            "{words}"
        );
        let strict = tree.case();
        let strict = strict.policy(StandardPolicy::at(now()).require_revocation());
        assert!(strict.validate().is_err());
    }
}

#[test]
fn a_newer_list_of_some_reasons_does_not_hide_an_older_one() {
    let tree = Tree::new();
    let some = reasons(0x83, &[5, 0x60]);
    let old = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(4));
    let newer = || {
        tree.issuing
            .revocation_list()
            .updates("250801000000Z", Some("270101000000Z"))
    };
    let case = tree.case().crl(&old.issue());
    let case = case.crl(&newer().issuing_point(&some).issue());
    assert_eq!(case.reasons(), [revoked("CN=bob", "superseded")]);
    // One about every reason does: it is the newest.
    assert!(case.crl(&newer().issue()).validate().is_ok());
}
