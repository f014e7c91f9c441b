//! Certificate policies, each rule of RFC 5280 6.1 good and bad.

use super::*;
use crate::cert::ca::{ANY_POLICY, Certify};
use crate::cert::path::{PolicySet, validate_and_count};

const RED: &str = "1.2.3.1";
const BLUE: &str = "1.2.3.2";
const GREEN: &str = "1.2.3.3";

type Change = fn(Certify<'_>) -> Certify<'_>;

/// A path below a root: the CAs from the top down, then the leaf.
fn path(authorities: &[Change], leaf: Change) -> Case {
    let root = Ca::new("Root");
    let mut issuers = vec![root.clone()];
    for (number, change) in authorities.iter().enumerate() {
        let issuer = issuers.last().unwrap();
        let next = change(issuer.authority(&format!("CA {number}"))).issue_authority();
        issuers.push(next);
    }
    let below = issuers
        .last()
        .unwrap()
        .certify(Key::P256, "bob@example.org");
    let (leaf, _) = leaf(below).issue();
    let others: Vec<&[u8]> = issuers[1..].iter().map(Ca::certificate_der).collect();
    Case::new(&leaf, &others, &[root.certificate_der()])
}

fn explicit() -> AnchorConstraints {
    AnchorConstraints::new().require_explicit_policy()
}

fn set(case: Case, constraints: AnchorConstraints) -> PolicySet {
    case.within(constraints).path().policies().clone()
}

fn unmet(demanded: &[&str], by: &str) -> [Reason; 1] {
    let demanded = demanded.iter().map(|&oid| oid.into()).collect();
    let by = by.into();
    [Reason::CertificatePolicies { demanded, by }]
}

#[test]
fn without_a_demand_any_path_is_good() {
    let found = path(&[|c| c], |c| c).path();
    assert!(found.policies().is_empty() && !found.policies().is_any());
    assert_eq!(found.policies().to_string(), "none");
    assert!(!found.policies().contains(RED));
    // Critical or not, mapped or not: what nobody asks for is no fault.
    let found = path(&[|c| c.policies(&[RED])], |c| c.policies(&[BLUE])).path();
    assert!(found.policies().is_empty());
    let about_policies = |check: &Check| check.what().contains("policies");
    assert!(!found.checks().iter().any(about_policies));
    path(
        &[|c| c.inhibit_any_policy(0).policy_constraints(None, Some(0))],
        |c| c,
    )
    .path();
}

#[test]
fn what_is_asserted_all_the_way_down() {
    let case = || {
        path(&[|c| c.policies(&[RED, BLUE])], |c| {
            c.policies(&[BLUE, GREEN])
        })
    };
    let found = case().within(explicit()).path();
    assert_eq!(found.policies().policies(), [BLUE]);
    assert!(found.policies().contains(BLUE) && !found.policies().contains(GREEN));
    let lines: Vec<String> = found.checks().iter().map(Check::to_string).collect();
    let line = "passed: path: valid under certificate policies: 1.2.3.2 [RFC 5280 6.1.5]";
    assert!(lines.iter().any(|known| known == line), "{lines:#?}");

    let only = |oid| AnchorConstraints::new().policies([oid]).unwrap();
    assert_eq!(set(case(), only(BLUE)).policies(), [BLUE]);
    // Alone, the initial set only narrows.
    assert!(set(case(), only(RED)).is_empty());
    let case = case().within(only(RED).require_explicit_policy());
    assert_eq!(case.reasons(), unmet(&[RED], "CN=Root"));

    // None at all: it ends at the CA without them.
    let case = path(&[|c| c], |c| c.policies(&[RED])).within(explicit());
    let failure = case.validate().unwrap_err();
    assert_eq!(failed(failure.checks()), unmet(&[], "CN=Root"));
    let what = failure.checks().iter().find(|c| c.is_failed()).unwrap();
    assert_eq!(what.what(), "certificate of CN=CA 0");
}

#[test]
fn a_certificate_demands_a_policy() {
    // After so many more that are not self-issued.
    for (skip, good) in [(0, false), (1, false), (2, true), (9, true)] {
        let demand: Change = match skip {
            0 => |c| c.policy_constraints(Some(0), None),
            1 => |c| c.policy_constraints(Some(1), None),
            2 => |c| c.policy_constraints(Some(2), None),
            _ => |c| c.policy_constraints(Some(9), None),
        };
        let result = path(&[demand], |c| c).validate();
        // The leaf counts one at the end (6.1.5 a).
        assert_eq!(result.is_ok(), good, "{skip}");
        if let Err(failure) = result {
            assert_eq!(failed(failure.checks()), unmet(&[], "CN=CA 0"), "{skip}");
        }
    }
    let red: Change = |c| c.policies(&[RED]);
    let demand: Change = |c| c.policies(&[RED]).policy_constraints(Some(0), None);
    assert_eq!(
        path(&[demand, red], red).path().policies().policies(),
        [RED]
    );
    assert_eq!(path(&[demand, |c| c], red).reasons(), unmet(&[], "CN=CA 0"));
    // The lower one cannot take it back, and the one who demands it first is named.
    let later: Change = |c| c.policies(&[BLUE]).policy_constraints(Some(5), None);
    assert_eq!(path(&[demand, later], red).reasons(), unmet(&[], "CN=CA 0"));
    let later: Change = |c| c.policies(&[RED]).policy_constraints(Some(5), None);
    assert_eq!(
        path(&[demand, later], |c| c).reasons(),
        unmet(&[], "CN=CA 0")
    );
    // The leaf itself (6.1.5 b).
    assert_eq!(
        path(&[|c| c], |c| c.policy_constraints(Some(0), None)).reasons(),
        unmet(&[], "CN=bob")
    );
    path(&[|c| c], |c| c.policy_constraints(Some(1), None)).path();
}

#[test]
fn any_policy() {
    let any: Change = |c| c.policies(&[ANY_POLICY]);
    let red: Change = |c| c.policies(&[RED]);
    let all = set(path(&[any], any), explicit());
    assert!(all.is_any() && all.contains(RED) && all.policies().is_empty());
    assert_eq!(all.to_string(), "any policy");
    assert_eq!(set(path(&[any, red], any), explicit()).policies(), [RED]);
    assert_eq!(set(path(&[any], red), explicit()).policies(), [RED]);
    let both = set(path(&[any], |c| c.policies(&[ANY_POLICY, RED])), explicit());
    assert_eq!(both.to_string(), "any policy, 1.2.3.1");
    let wanted = explicit().policies([GREEN, RED]).unwrap();
    assert_eq!(set(path(&[any], any), wanted).policies(), [RED, GREEN]);
    let every = explicit().policies([GREEN, ANY_POLICY]).unwrap();
    assert!(set(path(&[any], any), every).is_any());

    // It stands for none: by the caller, by a CA at once, by a CA for those below its own.
    let inhibited = explicit().inhibit_any_policy();
    let case = path(&[any], red).within(inhibited.clone());
    assert_eq!(case.reasons(), unmet(&[], "CN=Root"));
    assert_eq!(set(path(&[red], red), inhibited).policies(), [RED]);
    let at_once: Change = |c| c.policies(&[RED]).inhibit_any_policy(0);
    let later: Change = |c| c.policies(&[RED]).inhibit_any_policy(1);
    assert!(path(&[at_once], any).within(explicit()).validate().is_err());
    assert_eq!(set(path(&[later], any), explicit()).policies(), [RED]);
    assert!(
        path(&[later, any], any)
            .within(explicit())
            .validate()
            .is_err()
    );
    assert_eq!(set(path(&[later, any], red), explicit()).policies(), [RED]);
}

#[test]
fn mappings() {
    let maps: Change = |c| c.policies(&[RED, BLUE]).policy_mappings(&[(RED, GREEN)]);
    let green: Change = |c| c.policies(&[GREEN]);
    // The policy of the anchor's side is told.
    assert_eq!(set(path(&[maps], green), explicit()).policies(), [RED]);
    // What is mapped is no longer expected by its old name; what is not, is.
    let case = path(&[maps], |c| c.policies(&[RED])).within(explicit());
    assert!(case.validate().is_err());
    let kept = set(path(&[maps], |c| c.policies(&[RED, BLUE])), explicit());
    assert_eq!(kept.policies(), [BLUE]);
    // Two to one, and one to two.
    let merge: Change = |c| {
        let pairs = [(RED, GREEN), (BLUE, GREEN)];
        c.policies(&[RED, BLUE]).policy_mappings(&pairs)
    };
    assert_eq!(
        set(path(&[merge], green), explicit()).policies(),
        [RED, BLUE]
    );
    let split: Change = |c| {
        let pairs = [(RED, GREEN), (RED, BLUE)];
        c.policies(&[RED]).policy_mappings(&pairs)
    };
    assert_eq!(
        set(path(&[split, green], green), explicit()).policies(),
        [RED]
    );
    // A swap.
    let swap: Change = |c| {
        let pairs = [(RED, BLUE), (BLUE, RED)];
        c.policies(&[RED, BLUE]).policy_mappings(&pairs)
    };
    let blue: Change = |c| c.policies(&[BLUE]);
    assert_eq!(set(path(&[swap], blue), explicit()).policies(), [RED]);
    assert_eq!(
        set(path(&[swap, swap], blue), explicit()).policies(),
        [BLUE]
    );
    // By way of anyPolicy, which stays for the rest.
    let of_any: Change = |c| c.policies(&[ANY_POLICY]).policy_mappings(&[(RED, GREEN)]);
    assert_eq!(set(path(&[of_any], green), explicit()).policies(), [RED]);
    assert_eq!(set(path(&[of_any], blue), explicit()).policies(), [BLUE]);

    // Inhibited: by the caller, by a CA at once, by a CA for those below the next.
    let none = explicit().inhibit_policy_mapping();
    assert!(
        path(&[maps], green)
            .within(none.clone())
            .validate()
            .is_err()
    );
    assert_eq!(set(path(&[maps], blue), none).policies(), [BLUE]);
    let at_once: Change = |c| c.policies(&[RED]).policy_constraints(None, Some(0));
    let later: Change = |c| c.policies(&[RED]).policy_constraints(None, Some(1));
    let case = path(&[at_once, maps], green).within(explicit());
    assert!(case.validate().is_err());
    assert_eq!(
        set(path(&[later, maps], green), explicit()).policies(),
        [RED]
    );
    let back: Change = |c| c.policies(&[GREEN]).policy_mappings(&[(GREEN, BLUE)]);
    let case = path(&[later, maps, back], blue).within(explicit());
    assert!(case.validate().is_err());
}

/// A CA that certifies a new key of its own: that certificate counts nowhere (RFC 5280 6.1.4 h), and may assert
/// anyPolicy (6.1.3 d 2).
#[test]
fn self_issued_certificates() {
    let case = |ca: Change, renewed: Change, leaf: Change| {
        let root = Ca::new("Root");
        let old = ca(root.authority("Middle")).issue_authority();
        let new = renewed(old.authority("Middle")).issue_authority();
        let (leaf, _) = leaf(new.certify(Key::P256, "bob@example.org")).issue();
        let others = [old.certificate_der(), new.certificate_der()];
        Case::new(&leaf, &others, &[root.certificate_der()])
    };
    let red: Change = |c| c.policies(&[RED]);
    // Skips one: the leaf, and not the renewed CA. Skips two, and there is only one.
    let one: Change = |c| c.policies(&[RED]).policy_constraints(Some(1), None);
    let two: Change = |c| c.policies(&[RED]).policy_constraints(Some(2), None);
    assert_eq!(case(one, red, |c| c).reasons(), unmet(&[], "CN=Middle"));
    case(two, red, |c| c).path();
    let any: Change = |c| c.policies(&[ANY_POLICY]);
    let inhibit: Change = |c| c.policies(&[RED]).inhibit_any_policy(0);
    assert_eq!(set(case(inhibit, any, red), explicit()).policies(), [RED]);
    let case = case(inhibit, any, any).within(explicit());
    assert!(case.validate().is_err());
}

#[test]
fn what_the_certificate_of_the_anchor_says() {
    let root = Ca::new("Root");
    let case = |change: Change, leaf: Change| {
        let (leaf, _) = leaf(root.certify(Key::P256, "bob@example.org")).issue();
        Case::new(&leaf, &[], &[&change(root.again()).issue().0])
    };
    let red: Change = |c| c.policies(&[RED]);
    // The policies it asserts say nothing about those below; what it demands counts.
    let found = case(red, |c| c.policies(&[BLUE])).within(explicit()).path();
    assert_eq!(found.policies().policies(), [BLUE]);
    let demands: Change = |c| c.policy_constraints(Some(0), None);
    assert_eq!(case(demands, |c| c).reasons(), unmet(&[], "CN=Root"));
    case(demands, red).path();
    let inhibits: Change = |c| c.inhibit_any_policy(0);
    let any: Change = |c| c.policies(&[ANY_POLICY]);
    assert!(case(inhibits, any).within(explicit()).validate().is_err());
    // An anchor that is validated itself, within what it is trusted for.
    let (alone, _) = root.again().policies(&[RED]).issue();
    let alone = || Case::new(&alone, &[], &[&alone]);
    assert_eq!(set(alone(), explicit()).policies(), [RED]);
    let blue = explicit().policies([BLUE]).unwrap();
    assert_eq!(alone().within(blue).reasons(), unmet(&[BLUE], "CN=Root"));
}

/// A path that fails for its policies spoils no other.
#[test]
fn another_path_is_tried() {
    let root = Ca::new("Root");
    let other = Ca::new("Other");
    let middle = root.intermediate("Middle");
    // The same name and key, certified by two roots, once with the policy.
    let key = middle.key_pair();
    let with = |ca: &Ca, policies: &[&str]| {
        let certificate = ca.authority("Middle").with_key(key).policies(policies);
        certificate.issue().0
    };
    let (bad, good) = (with(&root, &[BLUE]), with(&other, &[RED]));
    let (leaf, _) = middle
        .certify(Key::P256, "bob@example.org")
        .policies(&[RED])
        .issue();
    for others in [[&bad[..], &good], [&good, &bad]] {
        let anchors = [root.certificate_der(), other.certificate_der()];
        let mut case = Case::new(&leaf, &others, &anchors);
        for anchor in anchors {
            case.anchors.add_constrained(&read(anchor), explicit());
        }
        let found = case.path();
        assert_eq!(found.certificates()[2].subject(), "CN=Other");
    }
}

/// SECURITY.md PKI-05, the shape of CVE-2023-0464: every CA maps every policy to every other one, so that a tree has as
/// many leaves as policies to the power of CAs. Counted, not timed.
#[test]
fn pki_05_policies_mapped_all_to_all() {
    let maze = |count: usize, depth: usize, last: &str| {
        let policies: Vec<String> = (1..=count).map(|number| format!("1.2.{number}")).collect();
        let policies: Vec<&str> = policies.iter().map(String::as_str).collect();
        let pairs = policies
            .iter()
            .flat_map(|&from| policies.iter().map(move |&to| (from, to)));
        let pairs: Vec<(&str, &str)> = pairs.collect();
        let root = Ca::new("Root");
        let mut issuers = vec![root.clone()];
        for number in 0..depth {
            let issuer = issuers.last().unwrap().authority(&format!("CA {number}"));
            let issuer = issuer.policies(&policies).policy_mappings(&pairs);
            issuers.push(issuer.issue_authority());
        }
        let leaf = issuers
            .last()
            .unwrap()
            .certify(Key::P256, "eve@example.org");
        let (leaf, _) = leaf.policies(&[last]).issue();
        let others: Vec<&[u8]> = issuers[1..].iter().map(Ca::certificate_der).collect();
        Case::new(&leaf, &others, &[root.certificate_der()]).within(explicit())
    };
    // 30 to the power of 14 ways; 30 policies and at most 900 mappings and 900 edges at each depth.
    let (result, spent) = validate_and_count(&maze(30, 14, "1.2.7").inputs());
    assert_eq!(result.unwrap().policies().policies().len(), 30);
    assert!(
        spent.steps > 14 * 1_800 && spent.steps < 15 * 1_900,
        "{spent:?}"
    );
    // No way through to the leaf, for the same price.
    let (result, spent) = validate_and_count(&maze(30, 14, GREEN).inputs());
    assert_eq!(failed(result.unwrap_err().checks()), unmet(&[], "CN=Root"));
    assert!(spent.steps < 15 * 1_900, "{spent:?}");
    // More than the budget allows.
    let (result, spent) = validate_and_count(&maze(110, 10, "1.2.7").inputs());
    let stopped = super::budgets::budget("steps taken to find a path", 200_000);
    assert_eq!(failed(result.unwrap_err().checks()), [stopped]);
    assert!(spent.steps < 230_000, "{spent:?}");
}

/// The same with anyPolicy, which hands down whatever was asserted above.
#[test]
fn pki_05_any_policy_hands_down_what_others_asserted() {
    let root = Ca::new("Root");
    let mut issuers = vec![root.clone()];
    for depth in 0..10 {
        let own: Vec<String> = (0..100)
            .map(|number| format!("1.2.{depth}.{number}"))
            .collect();
        let mut own: Vec<&str> = own.iter().map(String::as_str).collect();
        own.push(ANY_POLICY);
        let next = issuers.last().unwrap().authority(&format!("CA {depth}"));
        issuers.push(next.policies(&own).issue_authority());
    }
    let leaf = issuers
        .last()
        .unwrap()
        .certify(Key::P256, "eve@example.org");
    let (leaf, _) = leaf.policies(&[ANY_POLICY]).issue();
    let others: Vec<&[u8]> = issuers[1..].iter().map(Ca::certificate_der).collect();
    let case = Case::new(&leaf, &others, &[root.certificate_der()]).within(explicit());
    let (result, spent) = validate_and_count(&case.inputs());
    let found = result.unwrap();
    // Each depth adds 100: 100 + 200 + … + 1,000 nodes.
    assert!(found.policies().is_any());
    assert_eq!(found.policies().policies().len(), 1_000);
    assert!(spent.steps < 8_000, "{spent:?}");
}

/// RFC 5280 6.1.3 d 2: self-issued ones may assert anyPolicy, but not at the end.
#[test]
fn any_policy_of_a_self_issued_leaf_is_inhibited() {
    let any: Change = |c| c.policies(&[ANY_POLICY]).inhibit_any_policy(0);
    let leaf: Change = |c| c.subject(&[("2.5.4.3", "CA 0")]).policies(&[ANY_POLICY]);
    let case = path(&[any], leaf).within(explicit());
    assert_eq!(case.reasons(), unmet(&[], "CN=Root"));
}
