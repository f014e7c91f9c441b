//! Lists by somebody else than the issuer (RFC 5280 5.2.5, 6.3.3 b 1, f).

use super::revocation::{LEAF, THEN, Tree, outcomes, revoked};
use super::*;
use crate::cert::ca::{
    CRL_SIGN, KEY_CERT_SIGN, RevocationList, crl_issuer, directory, full_name, name, points, uri,
};

const INDIRECT: [u8; 3] = [0x84, 1, 0xff];

fn common(text: &str) -> Vec<u8> {
    name(&[("2.5.4.3", text)])
}

/// The tree with a leaf whose lists are left to "Lists".
fn left_to_others() -> Tree {
    let mut tree = Tree::new();
    let point = crl_issuer(&directory(&common("Lists")));
    let leaf = tree.issuing.certify(Key::P256, "bob@example.org");
    let leaf = leaf.serial(LEAF);
    let leaf = leaf.extension("2.5.29.31", false, &points(&[&point]));
    tree.leaf = leaf.issue().0;
    tree
}

/// A certificate for lists by `ca`.
fn lists_of(ca: &Ca) -> Ca {
    let lists = ca.authority("Lists").key_usage(Some(CRL_SIGN));
    lists
        .no_basic_constraints()
        .serial(&[0x66])
        .issue_authority()
}

fn indirect(lists: &Ca) -> RevocationList<'_> {
    lists.revocation_list().issuing_point(&INDIRECT)
}

impl Tree {
    /// How the leaf's status comes out with these certificates and lists.
    fn with(&self, others: &[&Ca], lists: &[Vec<u8>]) -> Outcome {
        let mut case = self.case();
        let others = others.iter().map(|other| read(other.certificate_der()));
        case.others.extend(others);
        for list in lists {
            case = case.crl(list);
        }
        match case.validate() {
            Ok(path) => outcomes(path.checks())[0],
            Err(failure) => outcomes(failure.checks())[0],
        }
    }
}

#[test]
fn pki_06_an_indirect_list_of_whom_the_certificate_names() {
    let tree = left_to_others();
    let lists = lists_of(&tree.root);
    let issuer = common("Issuing");
    let good = indirect(&lists).issue();
    assert_eq!(
        tree.with(&[&lists], std::slice::from_ref(&good)),
        Outcome::Passed
    );
    assert_eq!(tree.with(&[], &[good]), Outcome::Unknown);
    let listed = indirect(&lists).revoke_of(&issuer, LEAF, THEN);
    assert_eq!(tree.with(&[&lists], &[listed.issue()]), Outcome::Failed);
    // Carried forward from the entry before; not an entry of its own, and not one of others.
    let listed = indirect(&lists).revoke_of(&issuer, &[1], THEN);
    let listed = listed.revoke(LEAF, THEN, Some(1)).issue();
    assert_eq!(tree.with(&[&lists], &[listed]), Outcome::Failed);
    let own = indirect(&lists).revoke(LEAF, THEN, Some(1)).issue();
    assert_eq!(tree.with(&[&lists], &[own]), Outcome::Passed);
    let others = indirect(&lists).revoke_of(&common("Other"), &[1], THEN);
    let others = others.revoke(LEAF, THEN, Some(1)).issue();
    assert_eq!(tree.with(&[&lists], &[others]), Outcome::Passed);
    // A list that does not say that it is indirect, and a certificate that names nobody.
    let plain = lists.revocation_list().issue();
    assert_eq!(tree.with(&[&lists], &[plain]), Outcome::Unknown);
    let bare = Tree::new();
    let lists = lists_of(&bare.root);
    let list = indirect(&lists).revoke_of(&issuer, LEAF, THEN).issue();
    assert_eq!(bare.with(&[&lists], &[list]), Outcome::Unknown);
    // The point must be the same where the list names one: without a name the issuer's stands for it.
    let tree = left_to_others();
    let lists = lists_of(&tree.root);
    for (place, outcome) in [
        (directory(&common("Lists")), Outcome::Passed),
        (uri("http://here.example/"), Outcome::Unknown),
    ] {
        let fields = [full_name(&place), INDIRECT.to_vec()].concat();
        let list = lists.revocation_list().issuing_point(&fields).issue();
        assert_eq!(tree.with(&[&lists], &[list]), outcome);
    }
}

#[test]
fn an_indirect_list_of_the_issuer_is_about_its_own_first() {
    let tree = Tree::new();
    let list = || indirect(&tree.issuing);
    assert_eq!(tree.with(&[], &[list().issue()]), Outcome::Passed);
    let own = list().revoke(LEAF, THEN, None).issue();
    assert_eq!(tree.with(&[], &[own]), Outcome::Failed);
    let others = list().revoke_of(&common("Other"), LEAF, THEN).issue();
    assert_eq!(tree.with(&[], &[others]), Outcome::Passed);
}

#[test]
fn who_signs_for_others_must_lead_to_the_same_anchor() {
    let tree = left_to_others();
    let good = |lists: &Ca, others: &[&Ca]| {
        let others = [&[lists], others].concat();
        tree.with(&others, &[indirect(lists).issue()])
    };
    // Below a CA that is not in the path itself.
    let between = tree.root.intermediate("Between");
    assert_eq!(good(&lists_of(&between), &[&between]), Outcome::Passed);
    assert_eq!(good(&lists_of(&between), &[]), Outcome::Unknown);
    // Below the issuer, and the anchor itself.
    assert_eq!(good(&lists_of(&tree.issuing), &[]), Outcome::Passed);
    let stranger = Ca::new("Stranger");
    assert_eq!(good(&lists_of(&stranger), &[&stranger]), Outcome::Unknown);
    // An anchor, but another one.
    let lists = lists_of(&stranger);
    let mut case = tree.case().crl(&indirect(&lists).issue());
    case.others.push(read(lists.certificate_der()));
    case.anchors.add(&read(stranger.certificate_der()));
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Unknown);
    // One that leads to both is good.
    case.others
        .push(read(&stranger.cross_signed_by(&tree.root)));
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    // Of the right name, and may not sign lists; or expired; or a forgery.
    let usage = tree.root.authority("Lists");
    let usage = usage.key_usage(Some(KEY_CERT_SIGN)).issue_authority();
    assert_eq!(good(&usage, &[]), Outcome::Unknown);
    let expired = tree.root.authority("Lists");
    let expired = expired.validity("240101000000Z", "241231235959Z");
    assert_eq!(good(&expired.issue_authority(), &[]), Outcome::Unknown);
    let impostor = lists_of(&Ca::new("Root"));
    assert_eq!(good(&impostor, &[]), Outcome::Unknown);
    // A CA above it that must not issue.
    let unfit = tree.root.authority("Unfit").no_basic_constraints();
    let unfit = unfit.issue_authority();
    assert_eq!(good(&lists_of(&unfit), &[&unfit]), Outcome::Unknown);
}

#[test]
fn who_signs_for_others_must_not_be_revoked() {
    let tree = left_to_others();
    let lists = lists_of(&tree.root);
    let good = indirect(&lists).issue();
    let of_root = |serial: &[u8]| {
        tree.root
            .revocation_list()
            .revoke(serial, THEN, None)
            .issue()
    };
    assert_eq!(
        tree.with(&[&lists], &[good.clone(), of_root(&[0x65])]),
        Outcome::Passed
    );
    assert_eq!(
        tree.with(&[&lists], &[good.clone(), of_root(&[0x66])]),
        Outcome::Unknown
    );
    // A response says so as well.
    let response = tree.root.ocsp_response();
    let response = response.revoked(lists.certificate_der(), THEN, None);
    let mut case = tree.case().crl(&good);
    case.others.push(read(lists.certificate_der()));
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    let response = OcspResponse::from_bytes(&response.issue()).unwrap();
    case.ocsp_responses.push(response);
    assert_eq!(
        outcomes(case.validate().unwrap().checks())[0],
        Outcome::Unknown
    );
    // Nor a CA between.
    let between = tree
        .root
        .authority("Between")
        .serial(&[0x77])
        .issue_authority();
    let lists = lists_of(&between);
    let good = indirect(&lists).issue();
    let all = [&between, &lists];
    assert_eq!(
        tree.with(&all, &[good.clone(), of_root(&[0x76])]),
        Outcome::Passed
    );
    assert_eq!(tree.with(&all, &[good, of_root(&[0x77])]), Outcome::Unknown);
}

#[test]
fn work_on_who_signs_for_others_is_bounded() {
    let tree = left_to_others();
    let stranger = Ca::new("Root");
    let template = Ca::with_key("Lists", Key::Ed25519);
    let spki = template.key_pair().spki_der();
    let stuffing = stranger.authority("Lists").with_key(template.key_pair());
    let (stuffing, _) = stuffing.issue();
    let stuffing = budgets::variants(&stuffing, &spki[spki.len() - 32..], 300);
    let lists = lists_of(&tree.root);
    let list = indirect(&lists).revoke_of(&common("Issuing"), LEAF, THEN);
    let mut case = tree.case().crl(&list.issue());
    case.others.extend(stuffing);
    case.others.push(read(lists.certificate_der()));
    let what = "signatures and lists to find out about revocation";
    assert_eq!(case.reasons()[0], budgets::budget(what, 25));
    // What the keys of the path say is not touched by it.
    let plain = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(1));
    case = case.crl(&plain.issue());
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    case.crls.pop();
    case.limits.path_signatures = 4_000;
    assert_eq!(case.reasons(), [revoked("CN=bob", "unspecified")]);
}

#[test]
fn a_newer_list_by_another_key_is_not_hidden_by_an_older_one() {
    let tree = Tree::new();
    let renewed = tree.issuing.authority("Issuing").issue_authority();
    let old = tree.issuing.revocation_list().issue();
    let newer = renewed.revocation_list();
    let newer = newer.updates("250801000000Z", Some("270101000000Z"));
    let newer = newer.revoke(LEAF, THEN, Some(1)).issue();
    assert_eq!(
        tree.with(&[], &[old.clone(), newer.clone()]),
        Outcome::Passed
    );
    assert_eq!(tree.with(&[&renewed], &[old, newer]), Outcome::Failed);
    // An older one of that key is not either: the hold may be in its lists only.
    let new = tree.issuing.revocation_list();
    let new = new.updates("250801000000Z", Some("270101000000Z")).issue();
    let old = renewed
        .revocation_list()
        .revoke(LEAF, THEN, Some(6))
        .issue();
    assert_eq!(tree.with(&[&renewed], &[new, old]), Outcome::Failed);
}

/// ATTACKS PKI-08: what a message brings weighs less than what the caller knows, though it is newer.
#[test]
fn pki_08_a_response_of_the_message_lifts_no_hold_of_the_caller() {
    let tree = left_to_others();
    let lists = lists_of(&tree.root);
    let until = Some("270101000000Z");
    let hold = indirect(&lists).updates("250301000000Z", until);
    let hold = hold.revoke_of(&common("Issuing"), &[1], THEN);
    let hold = hold.revoke(LEAF, THEN, Some(6)).issue();
    let newer = tree.issuing.ocsp_response().updates("251201000000Z", until);
    let newer = OcspResponse::from_bytes(&newer.good(&tree.leaf).issue()).unwrap();
    let held = [revoked("CN=bob", "certificateHold")];
    let mut case = tree.case().crl(&hold);
    case.others.push(read(lists.certificate_der()));
    assert_eq!(case.reasons(), held);
    case.message_ocsp_responses.push(newer.clone());
    assert_eq!(case.reasons(), held);
    // A response of the caller lifts it.
    case.ocsp_responses.push(newer);
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
}

/// ATTACKS PKI-03: a quarter of what a path may cost is there for the paths of all who sign for others.
#[test]
fn pki_03_the_path_of_who_signs_for_others_may_cost_a_quarter() {
    let tree = left_to_others();
    let mut between = vec![tree.root.intermediate("One")];
    for name in ["Two", "Three", "Four"] {
        between.push(between[between.len() - 1].intermediate(name));
    }
    let lists = lists_of(&between[3]);
    let mut case = tree.case().crl(&indirect(&lists).issue());
    let others = between.iter().chain([&lists]);
    case.others
        .extend(others.map(|other| read(other.certificate_der())));
    let mut outcome = |path_signatures, path_steps| {
        case.limits = Limits {
            path_signatures,
            path_steps,
            ..Limits::default()
        };
        match case.validate() {
            Ok(path) => outcomes(path.checks())[0],
            Err(failure) => outcomes(failure.checks())[0],
        }
    };
    // Five certificates, and one look at the first.
    assert_eq!(outcome(24, 200_000), Outcome::Passed);
    assert_eq!(outcome(20, 200_000), Outcome::Failed);
    // More than twenty steps, fewer than a hundred.
    assert_eq!(outcome(100, 400), Outcome::Passed);
    assert_eq!(outcome(100, 80), Outcome::Unknown);
}
