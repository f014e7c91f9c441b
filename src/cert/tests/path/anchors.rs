//! What trust anchors are trusted for.

use super::*;
use crate::cert::ca::{sequence, tlv};

fn constraints() -> AnchorConstraints {
    AnchorConstraints::new()
}

/// A leaf below an intermediate.
fn below(address: &str) -> Case {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, address);
    Case::new(
        &leaf,
        &[middle.certificate_der()],
        &[root.certificate_der()],
    )
}

fn outside(name: &str) -> [Reason; 1] {
    let (name, subject) = (name.into(), "CN=Root".into());
    [Reason::NameConstraint { name, subject }]
}

#[test]
fn length_of_the_path() {
    let case = || below("bob@example.org");
    case().within(constraints().max_path_length(1)).path();
    let too_long = |subject: &str, allowed| {
        let subject = subject.to_owned();
        [Reason::PathTooLong { subject, allowed }]
    };
    let case = case().within(constraints().max_path_length(0));
    assert_eq!(case.reasons(), too_long("CN=Root", 0));
    // The least of what the certificate says and the constraint.
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let (anchor, _) = root.again().path_length(0).issue();
    let case = Case::new(&leaf, &[middle.certificate_der()], &[&anchor]);
    let case = case.within(constraints().max_path_length(7));
    assert_eq!(case.reasons(), too_long("CN=Root", 0));
    // Self-issued ones are not counted.
    let renewed = root.authority("Root").issue_authority();
    let (leaf, _) = renewed.leaf(Key::P256, "bob@example.org");
    Case::new(
        &leaf,
        &[renewed.certificate_der()],
        &[root.certificate_der()],
    )
    .within(constraints().max_path_length(0))
    .path();
}

#[test]
fn mail_addresses() {
    let at = |address: &str, constraints: AnchorConstraints| below(address).within(constraints);
    let permit = |subtrees: &[&str]| {
        let permit = |all: AnchorConstraints, subtree: &&str| all.permit_mail(subtree).unwrap();
        subtrees.iter().fold(constraints(), permit)
    };
    let exclude = |subtree| constraints().exclude_mail(subtree).unwrap();
    at("bob@example.org", permit(&["example.org"])).path();
    at("bob@example.org", permit(&["example.com", "EXAMPLE.org"])).path();
    at(
        "bob@example.org",
        permit(&["example.com", "bob@example.org"]),
    )
    .path();
    at("bob@mail.example.org", permit(&[".example.org"])).path();
    let case = at("bob@mail.example.org", permit(&["example.org"]));
    assert_eq!(case.reasons(), outside("bob@mail.example.org"));
    let case = at(
        "bob@example.org",
        permit(&[".example.org", "eve@example.org"]),
    );
    assert_eq!(case.reasons(), outside("bob@example.org"));
    at("bob@example.org", exclude(".example.org")).path();
    let case = at("bob@example.org", exclude("example.org"));
    assert_eq!(case.reasons(), outside("bob@example.org"));
    let case = at(
        "bob@example.org",
        permit(&["example.org"])
            .exclude_mail("bob@example.org")
            .unwrap(),
    );
    assert_eq!(case.reasons(), outside("bob@example.org"));
    // A U-label is the A-label of the certificate.
    at("bob@xn--bcher-kva.example", permit(&["bücher.example"])).path();
}

#[test]
fn other_names() {
    let directory = crate::cert::ca::name(&[("2.5.4.3", "bob")]);
    let subtree = sequence(&[&tlv(0xa4, &directory)]);
    let excluded = sequence(&[&tlv(0xa1, &subtree)]);
    let with = |der: &[u8]| constraints().name_constraints_der(der).unwrap();
    let case = below("bob@example.org").within(with(&excluded));
    assert_eq!(case.reasons(), outside("CN=bob"));
    below("eve@example.org").within(with(&excluded)).path();
    // All of them must be met, those for mail too.
    let mail = with(&excluded).permit_mail("example.com").unwrap();
    let case = below("eve@example.org").within(mail);
    assert_eq!(case.reasons(), outside("eve@example.org"));
}

#[test]
fn what_is_newer_than_the_end_of_trust() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let date = now() - Duration::from_secs(86_400);
    let issued = |not_before: &str| {
        let leaf = middle.certify(Key::P256, "bob@example.org");
        let (leaf, _) = leaf.validity(not_before, "270101000000Z").issue();
        Case::new(
            &leaf,
            &[middle.certificate_der()],
            &[root.certificate_der()],
        )
        .within(constraints().distrust_after(date))
    };
    issued("251231000000Z").path();
    let subject = "CN=Root".to_owned();
    assert_eq!(
        issued("251231000001Z").reasons(),
        [Reason::DistrustedAfter { subject, date }]
    );
    // A CA that was renewed since: the certificate counts.
    let renewed = root.authority("Middle").with_key(middle.key_pair());
    let (renewed, _) = renewed.validity("251231120000Z", "270101000000Z").issue();
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    Case::new(&leaf, &[&renewed], &[root.certificate_der()])
        .within(constraints().distrust_after(date))
        .path();
}

/// Each anchor has its own: the other path is tried, and what fails names the anchor.
#[test]
fn constraints_are_of_one_anchor() {
    let (one, two) = (Ca::new("One"), Ca::new("Two"));
    let middle = one.intermediate("Middle");
    let cross = middle.cross_signed_by(&two);
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let others = [middle.certificate_der(), &cross];
    for (limited, free) in [(&one, &two), (&two, &one)] {
        let anchors = [limited.certificate_der(), free.certificate_der()];
        let case = Case::new(&leaf, &others, &anchors)
            .within(constraints().permit_mail("example.com").unwrap());
        let path = case.path();
        let last = path.certificates().last().unwrap();
        assert_eq!(last.to_der(), free.certificate_der());
    }
    let mut case = Case::new(&leaf, &others, &[one.certificate_der()])
        .within(constraints().permit_mail("example.com").unwrap());
    let date = UNIX_EPOCH;
    let two = read(two.certificate_der());
    case.anchors
        .add_constrained(&two, constraints().distrust_after(date));
    let failure = case.validate().unwrap_err();
    let all: Vec<&Reason> = failure
        .attempts()
        .iter()
        .flat_map(|a| a.reasons())
        .collect();
    let (name, subject) = ("bob@example.org".to_owned(), "CN=One".to_owned());
    assert!(all.contains(&&Reason::NameConstraint { name, subject }));
    let subject = "CN=Two".to_owned();
    assert!(all.contains(&&Reason::DistrustedAfter { subject, date }));
    // The last word counts.
    case.anchors.add_constrained(&two, constraints());
    case.path();
}

/// An anchor that is the certificate to validate is held to them as well.
#[test]
fn anchors_that_are_validated_themselves() {
    let root = Ca::new("bob");
    let alone = root
        .again()
        .basic_constraints(false)
        .address("bob@example.org");
    let (alone, _) = alone.issue();
    let within = |constraints| Case::new(&alone, &[], &[&alone]).within(constraints);
    within(
        constraints()
            .permit_mail("bob@example.org")
            .unwrap()
            .max_path_length(0),
    )
    .path();
    let case = within(constraints().permit_mail("eve@example.org").unwrap());
    let (name, subject) = ("bob@example.org".into(), "CN=bob".into());
    assert_eq!(case.reasons(), [Reason::NameConstraint { name, subject }]);
    let date = UNIX_EPOCH;
    let subject = "CN=bob".to_owned();
    assert_eq!(
        within(constraints().distrust_after(date)).reasons(),
        [Reason::DistrustedAfter { subject, date }]
    );
}

/// Comparisons for an anchor are paid like those for a CA.
#[test]
fn pki_03_comparisons_for_anchors_are_steps() {
    let mut many = constraints();
    for number in 0..400 {
        many = many.permit_mail(&format!("{number}.example.org")).unwrap();
    }
    let mut case = below("bob@399.example.org").within(many);
    let (result, spent) = crate::cert::path::validate_and_count(&case.inputs());
    assert!(result.is_ok());
    // 400 subtrees; the leaf's address and subject, the CA's subject. A complete path of three certificates.
    assert_eq!(spent.steps, 2 + 3 * 400 + 3 * 3);
    case.limits.path_steps = 1_000;
    let stopped = super::budgets::budget("steps taken to find a path", 1_000);
    assert_eq!(case.reasons(), [stopped]);
}

#[test]
fn every_kind_of_name_constraint_of_one_anchor_counts() {
    let excluded = tlv(0x81, b"eve@example.org");
    let excluded = sequence(&[&tlv(0xa1, &sequence(&[&excluded]))]);
    let both = || constraints().permit_mail("example.org").unwrap();
    let both = || both().name_constraints_der(&excluded).unwrap();
    below("bob@example.org").within(both()).path();
    for outsider in ["eve@example.org", "bob@example.com"] {
        let case = below(outsider).within(both());
        assert_eq!(case.reasons(), outside(outsider));
    }
}
