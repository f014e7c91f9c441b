//! A key finds its certificate, and the certificate its chain.

use super::*;
use crate::ErrorKind;
use crate::cert::ca::KeyPair;
use crate::key::PrivateKey;

fn key(pkcs8: &[u8]) -> PrivateKey {
    PrivateKey::from_pkcs8_der(pkcs8).unwrap()
}

#[test]
fn the_chain_is_ordered_and_strangers_are_left_out() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let lower = middle.intermediate("Lower");
    let (leaf, secret) = lower.leaf(Key::P256, "bob@example.org");
    let expected: Vec<Certificate> = [
        &leaf[..],
        lower.certificate_der(),
        middle.certificate_der(),
        root.certificate_der(),
    ]
    .map(read)
    .into();
    let stranger = read(Ca::new("Stranger").certificate_der());
    let namesake = read(Ca::new("Middle").certificate_der());
    let sibling = read(&lower.leaf(Key::P256, "carol@example.org").0);
    let mut all = expected.clone();
    all.extend([
        stranger,
        namesake,
        sibling,
        expected[2].clone(),
        expected[0].clone(),
    ]);
    for shift in 0..all.len() {
        all.rotate_left(1);
        let identity = Identity::new(all.clone(), key(&secret)).unwrap();
        assert_eq!(identity.chain(), expected, "shifted by {shift}");
        assert_eq!(identity.certificate(), &expected[0]);
        all.reverse();
        assert_eq!(
            Identity::new(all.clone(), key(&secret)).unwrap().chain(),
            expected
        );
        all.reverse();
    }
}

#[test]
fn without_key_identifiers_the_signature_decides() {
    let real = Ca::new("Root");
    let (leaf, secret) = real
        .certify(Key::P256, "bob@example.org")
        .no_key_identifiers()
        .issue();
    // Many namesakes, so that luck does not find the real one.
    let mut all: Vec<Certificate> = (0..8)
        .map(|_| read(Ca::new("Root").certificate_der()))
        .collect();
    all.extend([&leaf, real.certificate_der()].map(read));
    let identity = Identity::new(all, key(&secret)).unwrap();
    assert_eq!(
        identity.chain(),
        [read(&leaf), read(real.certificate_der())]
    );
}

#[test]
fn signatures_are_checked_lazily_and_not_without_end() {
    use crate::cert::chain::{MOST_CHECKS, order_by};
    let real = Ca::new("Root");
    let (named, _) = real.leaf(Key::P256, "bob@example.org");
    let (unnamed, _) = real
        .certify(Key::P256, "bob@example.org")
        .no_key_identifiers()
        .issue();
    let mut all: Vec<Certificate> = (0..MOST_CHECKS + 20)
        .map(|_| read(Ca::new("Root").certificate_der()))
        .collect();
    all.push(read(real.certificate_der()));
    let root = read(real.certificate_der());
    let checked = |leaf: &[u8], others: Vec<Certificate>, answer: Option<bool>| {
        let mut checks = 0;
        let chain = order_by(read(leaf), others, |certificate, issuer| {
            checks += 1;
            answer.unwrap_or_else(|| certificate.issued_by(issuer))
        });
        (checks, chain)
    };
    // One that is named by its key needs no check; of two the first will do if it verifies.
    let (checks, chain) = checked(&named, all.clone(), None);
    assert_eq!((checks, &chain[1..]), (0, std::slice::from_ref(&root)));
    assert_eq!(checked(&unnamed, all.clone(), Some(true)).0, 1);
    let (checks, chain) = checked(&unnamed, all.clone(), Some(false));
    assert_eq!((checks, chain.len()), (MOST_CHECKS, 2));
    // A copy of a certificate is no second candidate.
    let copies = vec![all[0].clone(); 200];
    assert_eq!(checked(&unnamed, copies, Some(false)).0, 0);
}

#[test]
fn the_bound_on_signatures_is_one_for_the_chain() {
    use crate::cert::chain::{MOST_CHECKS, order_by};
    let many = MOST_CHECKS - 10;
    let (leaf, _) = Ca::new("Middle")
        .certify(Key::P256, "bob@example.org")
        .no_key_identifiers()
        .issue();
    let mut all = Vec::new();
    for _ in 0..many {
        let root = Ca::new("Root");
        let middle = root
            .certify(Key::P256, "x@example.org")
            .raw_subject(crate::cert::ca::name(&[("2.5.4.3", "Middle")]))
            .basic_constraints(true)
            .no_key_identifiers();
        all.extend([read(&middle.issue().0), read(root.certificate_der())]);
    }
    let mut checks = 0;
    let chain = order_by(read(&leaf), all, |_, _| {
        checks += 1;
        false
    });
    assert_eq!((checks, chain.len()), (MOST_CHECKS, 3));
}

#[test]
fn circles_end() {
    let (one, two) = (Ca::new("One"), Ca::new("Two"));
    let (leaf, secret) = one.leaf(Key::P256, "bob@example.org");
    let crosses = [one.cross_signed_by(&two), two.cross_signed_by(&one)];
    let all = [&leaf, &crosses[0], &crosses[1]].map(|der| read(der));
    let identity = Identity::new(all.clone(), key(&secret)).unwrap();
    assert_eq!(identity.chain(), all);
    // With the roots at hand the shortest chain is taken.
    let root = read(one.certificate_der());
    let mut more = all.to_vec();
    more.extend([root.clone(), read(two.certificate_der())]);
    let identity = Identity::new(more, key(&secret)).unwrap();
    assert_eq!(identity.chain(), [all[0].clone(), root]);
}

#[test]
fn of_several_certificates_of_one_key_the_newest_leaf() {
    let ca = Ca::new("Root");
    let pair = KeyPair::generate(Key::P256, "bob");
    let issue = |from: &str, is_ca| {
        let certificate = ca
            .certify(Key::P256, "bob@example.org")
            .with_key(&pair)
            .validity(from, "491231235959Z")
            .basic_constraints(is_ca);
        read(&certificate.issue().0)
    };
    let (old, new) = (issue("240101000000Z", false), issue("250101000000Z", false));
    let authority = issue("260101000000Z", true);
    for all in [
        [old.clone(), new.clone(), authority.clone()],
        [authority.clone(), new.clone(), old.clone()],
    ] {
        let identity = Identity::new(all, key(&pair.pkcs8_der())).unwrap();
        assert_eq!(identity.certificate(), &new);
        assert_eq!(identity.chain(), std::slice::from_ref(&new));
    }
}

#[test]
fn a_foreign_key_is_refused_by_name() {
    let ca = Ca::new("Root");
    let (bob, _) = ca.leaf(Key::P256, "bob@example.org");
    let (_, secret) = ca.leaf(Key::P256, "carol@example.org");
    let error = Identity::new([read(&bob)], key(&secret)).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::KeyMismatch { certificate } if certificate.starts_with("CN=bob (")),
        "{error}"
    );
    let error = Identity::new([], key(&secret)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
}

#[test]
fn debug_shows_certificates_only() {
    let (leaf, secret) = Ca::new("Root").leaf(Key::P256, "bob@example.org");
    let text = format!("{:?}", Identity::new([read(&leaf)], key(&secret)).unwrap());
    assert!(
        text.starts_with("Identity { chain: [Certificate(CN=bob"),
        "{text}"
    );
    assert!(text.ends_with(", .. }") && text.len() < 200);
}
