//! SECURITY.md PKI-03, PKI-04: what is long, and paths that are complete and fail. Counted, not timed.

use super::budgets::{budget, spent};
use super::revocation::{LEAF, THEN};
use super::*;
use crate::cert::ca::{directory, sequence, tlv};

/// `count` organizational units, the last one with this value.
fn units(count: usize, last: &[u8]) -> Vec<u8> {
    let unit = |value| tlv(0x31, &sequence(&[&tlv(6, &[0x55, 4, 11]), &tlv(12, value)]));
    let mut all = unit(b"x").repeat(count - 1);
    all.extend(unit(last));
    sequence(&[&all])
}

/// nameConstraints with `count` subtrees like this one; `list` is 0xa0 for permitted and 0xa1 for excluded ones.
fn constraints(list: u8, name: &[u8], count: usize) -> Vec<u8> {
    let subtree = sequence(&[&directory(name)]);
    sequence(&[&tlv(list, &subtree.repeat(count))])
}

/// A CA below `above` with constraints, `layers` CAs below it of whom each is certified twice, and the last one.
fn maze(above: &Ca, constraints: Option<&[u8]>, layers: usize) -> (Vec<Certificate>, Ca) {
    let mut top = above.authority("Top");
    if let Some(constraints) = constraints {
        top = top.extension("2.5.29.30", true, constraints);
    }
    let mut lowest = top.issue_authority();
    let mut all = vec![read(lowest.certificate_der())];
    for layer in 0..layers {
        let next = lowest
            .authority(&format!("Layer {layer}"))
            .issue_authority();
        all.push(read(next.certificate_der()));
        all.push(read(&lowest.cross_again(&next).issue().0));
        lowest = next;
    }
    (all, lowest)
}

/// A leaf with this directoryName, in a maze without an anchor.
fn named(name: &[u8], constraints: &[u8], layers: usize) -> Case {
    let (others, lowest) = maze(&Ca::new("Eve's own"), Some(constraints), layers);
    let leaf = lowest.certify(Key::P256, "eve@example.org");
    let leaf = leaf.alternative_name(0xa4, name).issue().0;
    let mut case = Case::new(&leaf, &[], &[Ca::new("Root").certificate_der()]);
    case.others = others;
    case
}

#[test]
fn pki_03_long_names_cost_what_comparing_takes() {
    let nobody = Reason::UnknownIssuer {
        issuer: "CN=Eve's own".into(),
    };
    let one = constraints(0xa1, &units(250, b"y"), 100);
    let (reasons, _, steps) = spent(&named(&units(250, b"x"), &one, 0));
    assert_eq!(reasons, std::slice::from_ref(&nobody));
    assert!((25_000..26_000).contains(&steps), "{steps}");

    // A long name is compared with short ones as quickly as a short name.
    let short = constraints(0xa1, &units(1, b"y"), 100);
    let (reasons, _, steps) = spent(&named(&units(250, b"x"), &short, 0));
    assert_eq!(reasons, [nobody]);
    assert!(steps < 1_000, "{steps}");

    let many = constraints(0xa1, &units(250, b"y"), 1_000);
    let (reasons, _, _) = spent(&named(&units(250, b"x"), &many, 0));
    let stopped = budget("steps taken to find a path", 200_000);
    assert_eq!(reasons.last(), Some(&stopped));

    // One attribute that is long.
    let long = "x".repeat(100_000);
    let value = |last: u8| units(1, &[long.as_bytes(), &[last]].concat());
    let (_, _, steps) = spent(&named(
        &value(b'x'),
        &constraints(0xa1, &value(b'y'), 100),
        0,
    ));
    assert!((39_000..40_000).contains(&steps), "{steps}");
}

#[test]
fn pki_03_names_are_compared_once() {
    // 256 ways lead to the constraints.
    let constraints = constraints(0xa1, &units(250, b"y"), 100);
    let (reasons, signatures, steps) = spent(&named(&units(250, b"x"), &constraints, 8));
    let issuer = "CN=Eve's own".into();
    assert_eq!(reasons, [Reason::UnknownIssuer { issuer }]);
    assert_eq!(signatures, 17);
    assert!((25_000..40_000).contains(&steps), "{steps}");
}

#[test]
fn pki_04_a_name_with_too_many_attributes_is_refused() {
    let root = Ca::new("Root");
    let case = |attributes, list, base: &[u8]| {
        let constraints = constraints(list, base, 1);
        let limited = root
            .authority("Limited")
            .extension("2.5.29.30", true, &constraints)
            .issue_authority();
        let leaf = limited.certify(Key::P256, "bob@example.org");
        let leaf = leaf.raw_subject(units(attributes, b"x")).issue().0;
        Case::new(
            &leaf,
            &[limited.certificate_der()],
            &[root.certificate_der()],
        )
    };
    assert!(case(256, 0xa0, &units(1, b"x")).validate().is_ok());
    assert!(case(256, 0xa1, &units(1, b"y")).validate().is_ok());
    for (list, base) in [(0xa0, b"x"), (0xa1, b"y")] {
        let reasons = case(257, list, &units(1, base)).reasons();
        let [Reason::NameConstraint { subject, .. }] = reasons.as_slice() else {
            panic!("{reasons:?}");
        };
        assert_eq!(subject, "CN=Limited");
    }
    // A base like that makes the extension unusable.
    let reasons = case(1, 0xa1, &units(257, b"y")).reasons();
    assert!(
        matches!(reasons.as_slice(), [Reason::Issuer { subject, .. }] if subject == "CN=Limited"),
        "{reasons:?}"
    );
}

/// A leaf below a maze that an anchor is above of, and a list of the message that revokes the leaf.
fn revoked(layers: usize) -> Case {
    let root = Ca::new("Root");
    let (others, lowest) = maze(&root, None, layers);
    let leaf = lowest.certify(Key::P256, "eve@example.org");
    let leaf = leaf.serial(LEAF).issue().0;
    let mut case = Case::new(&leaf, &[], &[root.certificate_der()]);
    case.others = others;
    let list = lowest.revocation_list();
    case.message_crl(&list.revoke(LEAF, THEN, Some(1)).issue())
}

#[test]
fn pki_03_complete_paths_that_fail_are_paid_for() {
    let is_revoked = |reason: &Reason| matches!(reason, Reason::Revoked { .. });
    // Four paths of five certificates, each at 25 steps; before them, one for each candidate.
    let (reasons, signatures, steps) = spent(&revoked(2));
    assert!(reasons.iter().all(is_revoked), "{reasons:?}");
    assert_eq!((signatures, steps), (6, 4 * 25 + 2 + 4 + 4 + 4));

    // 4,096 of them, of 15 certificates each.
    let (reasons, signatures, steps) = spent(&revoked(12));
    let stopped = budget("steps taken to find a path", 200_000);
    assert!(reasons.iter().any(is_revoked), "{reasons:?}");
    assert_eq!(reasons.last(), Some(&stopped));
    assert!(signatures <= 26);
    assert!((200_001..200_300).contains(&steps), "{steps}");

    // The same where nobody says anything about the leaf, and somebody must.
    let policy = StandardPolicy::at(now()).require_revocation();
    let mut case = revoked(12).policy(policy);
    case.message_crls.clear();
    let (reasons, _, _) = spent(&case);
    assert_eq!(reasons.last(), Some(&stopped));
}

#[test]
fn pki_03_large_certificates_in_complete_paths_cost_more() {
    let root = Ca::new("Root");
    let leaf = root.certify(Key::P256, "eve@example.org").serial(LEAF);
    let large = tlv(4, &[0; 100 * 1024]);
    let leaf = leaf.extension("1.2.3.4", false, &large).issue().0;
    let case = Case::new(&leaf, &[], &[root.certificate_der()]);
    let list = root.revocation_list().revoke(LEAF, THEN, Some(1)).issue();
    let (reasons, signatures, steps) = spent(&case.message_crl(&list));
    assert!(matches!(reasons.as_slice(), [Reason::Revoked { .. }]));
    assert_eq!((signatures, steps), (1, 1 + 2 * 2 + 100));
}
