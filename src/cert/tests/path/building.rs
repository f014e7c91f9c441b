//! Which certificates make a path.

use super::*;
use crate::cert::ca::KeyPair;
use crate::crypto::public_key::KeyKind;
use crate::policy::{Judgement, Requirements};

fn subjects(path: &VerifiedPath) -> Vec<String> {
    path.certificates()
        .iter()
        .map(Certificate::subject)
        .collect()
}

#[test]
fn from_a_leaf_through_an_unordered_bag() {
    let root = Ca::new("Root");
    let one = root.intermediate("One");
    let two = one.intermediate("Two");
    let (leaf, _) = two.leaf(Key::P256, "bob@example.org");
    let stranger = Ca::new("Stranger");
    let others = [
        stranger.certificate_der(),
        one.certificate_der(),
        &leaf,
        two.certificate_der(),
        two.certificate_der(),
    ];
    let path = Case::new(
        &leaf,
        &others,
        &[stranger.certificate_der(), root.certificate_der()],
    )
    .path();
    assert_eq!(subjects(&path), ["CN=bob", "CN=Two", "CN=One", "CN=Root"]);
    let lines: Vec<String> = path.checks().iter().map(Check::to_string).collect();
    assert_eq!(
        lines[..3],
        [
            "passed: path: leads to the trust anchor CN=Root [RFC 5280 6.1]",
            "passed: time: every certificate is valid, at least until 2049-12-31 23:59:59 UTC \
             [RFC 5280 4.1.2.5]",
            "passed: algorithm: keys and signatures of the certificates are accepted \
             [RFC 8550 4.3]",
        ]
    );
    let [_, _, _, revocation] = path.checks() else {
        panic!("{lines:#?}")
    };
    assert_eq!(revocation.outcome(), Outcome::Unknown);
    assert_eq!(revocation.aspect(), Aspect::Revocation);
    assert!(
        revocation
            .to_string()
            .contains("no revocation list was given")
    );
}

#[test]
fn an_anchor_in_the_middle_ends_the_path() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let others = [root.certificate_der(), middle.certificate_der()];
    let path = Case::new(&leaf, &others, &[middle.certificate_der()]).path();
    assert_eq!(subjects(&path), ["CN=bob", "CN=Middle"]);
    // Another certificate of the same name and key stands for the anchor: the anchor is the end.
    let other = Ca::new("Other");
    let cross = middle.cross_signed_by(&other);
    let path = Case::new(&leaf, &[&cross], &[middle.certificate_der()]).path();
    assert_eq!(path.certificates()[1], read(middle.certificate_der()));
}

#[test]
fn a_pinned_certificate_is_a_path_of_one() {
    let root = Ca::new("Bob");
    let own = root
        .again()
        .basic_constraints(false)
        .key_usage(None)
        .address("bob@example.org")
        .issue()
        .0;
    let path = Case::new(&own, &[], &[&own]).path();
    assert_eq!(path.certificates(), [read(&own)]);
    assert!(path.checks()[0].what().contains("itself a trust anchor"));
    assert!(
        !path
            .checks()
            .iter()
            .any(|c| c.aspect() == Aspect::Revocation)
    );
    // It vouches for nobody else.
    let (leaf, _) = root.leaf(Key::P256, "eve@example.org");
    let subject = "CN=Bob".to_owned();
    let no_authority = Reason::NotAuthority { subject };
    assert_eq!(Case::new(&leaf, &[], &[&own]).reasons(), [no_authority]);
    // Nor does it last for ever.
    let old = root
        .again()
        .validity("200101000000Z", "210101000000Z")
        .issue()
        .0;
    let reasons = Case::new(&old, &[], &[&old]).reasons();
    assert!(
        matches!(reasons.as_slice(), [Reason::Expired { .. }]),
        "{reasons:?}"
    );
}

#[test]
fn nobody_vouches() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let other = Ca::new("Other");
    let unknown = |issuer: &str| {
        let issuer = issuer.to_owned();
        [Reason::UnknownIssuer { issuer }]
    };
    let case = Case::new(&leaf, &[], &[other.certificate_der()]);
    assert_eq!(case.reasons(), unknown("CN=Middle"));
    let case = Case::new(
        &leaf,
        &[middle.certificate_der()],
        &[other.certificate_der()],
    );
    assert_eq!(case.reasons(), unknown("CN=Root"));
    assert_eq!(case.validate().unwrap_err().certificates.len(), 2);
    // A root that comes with the message is no anchor.
    let others = [middle.certificate_der(), root.certificate_der()];
    let case = Case::new(&leaf, &others, &[other.certificate_der()]);
    assert_eq!(case.reasons(), unknown("CN=Root"));
    assert_eq!(case.validate().unwrap_err().certificates.len(), 3);
    assert_eq!(
        Case::new(&leaf, &others, &[]).reasons(),
        [Reason::NoAnchors]
    );
}

#[test]
fn a_name_is_not_enough() {
    let root = Ca::new("Root");
    let impostor = Ca::new("Root");
    let forged = impostor.certify(Key::P256, "eve@example.org");
    let (forged, _) = forged.no_key_identifiers().issue();
    let anchors = [root.certificate_der()];
    let subject = "CN=eve".to_owned();
    assert_eq!(
        Case::new(&forged, &[], &anchors).reasons(),
        [Reason::CertificateSignature { subject }]
    );
    // The impostor at hand did sign it, and nobody vouches for the impostor.
    let issuer = "CN=Root".to_owned();
    let unknown = [Reason::UnknownIssuer { issuer }];
    let case = Case::new(&forged, &[impostor.certificate_der()], &anchors);
    assert_eq!(case.reasons(), unknown);
    assert_eq!(case.validate().unwrap_err().certificates.len(), 2);
    // A key identifier that names another key says that the issuer is not here.
    let (forged, _) = impostor.leaf(Key::P256, "eve@example.org");
    assert_eq!(Case::new(&forged, &[], &anchors).reasons(), unknown);
}

#[test]
fn a_wrong_key_identifier_is_no_bar() {
    let root = Ca::new("Root");
    let namesake = Ca::new("Root");
    // keyIdentifier of another CA.
    let wrong = read(namesake.certificate_der());
    let wrong = wrong.subject_key_identifier().unwrap();
    let value = crate::cert::ca::sequence(&[&crate::cert::ca::tlv(0x80, wrong)]);
    let (leaf, _) = root
        .certify(Key::P256, "bob@example.org")
        .no_key_identifiers()
        .extension("2.5.29.35", false, &value)
        .issue();
    let anchors = [namesake.certificate_der(), root.certificate_der()];
    let path = Case::new(&leaf, &[], &anchors).path();
    assert_eq!(path.certificates()[1], read(root.certificate_der()));
}

#[test]
fn cross_certificates_and_new_keys() {
    // The leaf's CA is known by a root that is no anchor and, cross-certified, by one that is.
    let (ours, theirs) = (Ca::new("Ours"), Ca::new("Theirs"));
    let issuing = theirs.intermediate("Issuing");
    let (leaf, _) = issuing.leaf(Key::P256, "bob@example.org");
    let cross = theirs.cross_signed_by(&ours);
    let others = [issuing.certificate_der(), theirs.certificate_der(), &cross];
    let path = Case::new(&leaf, &others, &[ours.certificate_der()]).path();
    assert_eq!(
        subjects(&path),
        ["CN=bob", "CN=Issuing", "CN=Theirs", "CN=Ours"]
    );
    // A CA with three generations of keys under one name; the anchor is the oldest.
    let first = Ca::new("Roll");
    let second = KeyPair::generate(Key::P256, "second");
    let second = first.authority("Roll").with_key(&second).issue_authority();
    let third = second.authority("Roll").issue_authority();
    for no_identifiers in [false, true] {
        let mut leaf = third.certify(Key::P256, "bob@example.org");
        if no_identifiers {
            leaf = leaf.no_key_identifiers();
        }
        let (leaf, _) = leaf.issue();
        let others = [second.certificate_der(), third.certificate_der()];
        let path = Case::new(&leaf, &others, &[first.certificate_der()]).path();
        assert_eq!(path.certificates().len(), 4);
    }
}

#[test]
fn an_unfit_candidate_does_not_hide_a_fit_one() {
    let root = Ca::new("Root");
    let issuing = root.intermediate("Issuing");
    let expired = root
        .authority("Issuing")
        .with_key(issuing.key_pair())
        .validity("200101000000Z", "210101000000Z")
        .issue()
        .0;
    let elsewhere = issuing.cross_signed_by(&Ca::new("Nobody"));
    let (leaf, _) = issuing.leaf(Key::P256, "bob@example.org");
    let anchors = [root.certificate_der()];
    for others in [
        [&expired, issuing.certificate_der(), &elsewhere],
        [&elsewhere, &expired, issuing.certificate_der()],
    ] {
        let path = Case::new(&leaf, &others, &anchors).path();
        assert_eq!(path.certificates()[1], read(issuing.certificate_der()));
    }
    let reasons = Case::new(&leaf, &[&expired], &anchors).reasons();
    let [Reason::Issuer { subject, reason }] = reasons.as_slice() else {
        panic!("{reasons:?}")
    };
    assert_eq!(subject, "CN=Issuing");
    assert!(matches!(**reason, Reason::Expired { .. }));
}

#[test]
fn what_is_trusted_comes_before_what_is_only_read() {
    /// P-384 signs with SHA-384: for this policy, too old.
    struct NoSha384;
    impl Policy for NoSha384 {
        fn now(&self) -> SystemTime {
            now()
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
    let (new, old) = (Ca::new("New"), Ca::with_key("Old", Key::P384));
    let issuing = new.intermediate("Issuing");
    // The one by the old root is the newer one, which would come first otherwise.
    let by_old = old.authority("Issuing").with_key(issuing.key_pair());
    let (by_old, _) = by_old.validity("250101000000Z", "491231235959Z").issue();
    let (leaf, _) = issuing.leaf(Key::P256, "bob@example.org");
    let others = [&by_old, issuing.certificate_der()];
    let path_to = |anchors: &[&[u8]]| {
        let case = Case::new(&leaf, &others, anchors);
        let policy = &NoSha384;
        validate(&PathInputs {
            policy,
            ..case.inputs()
        })
        .unwrap()
    };
    let path = path_to(&[old.certificate_der(), new.certificate_der()]);
    assert!(!path.is_legacy());
    let path = path_to(&[old.certificate_der()]);
    assert!(path.is_legacy());
    assert_eq!(
        failed(path.checks()),
        [of_issuer("CN=Issuing", Reason::NoSignedAttributes)]
    );
}

/// A pool for many certificates finds what a search for each one finds.
#[test]
fn one_pool_serves_many() {
    use crate::cert::path::{PathPool, validate_in};
    let root = Ca::new("Root");
    let issuing = root.intermediate("Issuing");
    let stranger = Ca::new("Stranger");
    let leaves = [
        issuing.leaf(Key::P256, "alice@example.org").0,
        root.leaf(Key::P256, "bob@example.org").0,
        stranger.leaf(Key::P256, "carol@example.org").0,
        issuing.certificate_der().to_vec(),
        root.certificate_der().to_vec(),
    ];
    let mut others: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
    others.push(issuing.certificate_der());
    let shared = Case::new(&leaves[0], &others, &[root.certificate_der()]);
    let pool = PathPool::new(&shared.anchors, shared.others.iter(), &shared.limits);
    for leaf in &leaves {
        let mut case = Case::new(leaf, &others, &[root.certificate_der()]);
        let alone = case.validate();
        case.others.clear();
        let inputs = PathInputs {
            given: RevocationInputs::default(),
            ..case.inputs()
        };
        match (validate_in(&pool, &inputs), alone) {
            (Ok(one), Ok(other)) => {
                assert_eq!(one.certificates(), other.certificates());
                assert_eq!(one.checks(), other.checks());
            }
            (Err(one), Err(other)) => {
                assert_eq!(one.certificates, other.certificates);
                assert_eq!(one.checks, other.checks);
            }
            (one, other) => panic!("{one:?} and {other:?}"),
        }
    }
}

/// What did not verify with a key does not verify with it in another certificate.
#[test]
fn a_forgery_is_one_under_each_certificate_of_a_key() {
    let (root, other) = (Ca::new("Root"), Ca::new("Other"));
    let middle = root.intermediate("Middle");
    let cross = middle.cross_signed_by(&other);
    let impostor = Ca::new("Middle");
    let forged = impostor.certify(Key::P256, "bob@example.org");
    let forged = forged.no_key_identifiers().issue().0;
    let subject = "CN=bob".to_owned();
    let case = Case::new(
        &forged,
        &[middle.certificate_der(), &cross],
        &[root.certificate_der(), other.certificate_der()],
    );
    assert_eq!(case.reasons(), [Reason::CertificateSignature { subject }]);
}
