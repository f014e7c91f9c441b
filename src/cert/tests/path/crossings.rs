//! Who may sign a list or a response, where several things come together.

use super::revocation::{LEAF, THEN, Tree, outcomes, revoked};
use super::*;
use crate::cert::ca::{
    CRL_SIGN, DIGITAL_SIGNATURE, KeyPair, OCSP_SIGNING, RevocationList, crl_issuer, directory,
    extension, full_name, name, oid, points, sequence, tlv, uri,
};
use crate::crypto::DigestAlgorithm;
use crate::crypto::public_key::KeyKind;
use crate::policy::{Judgement, Requirements};

const INDIRECT: [u8; 3] = [0x84, 1, 0xff];

/// SHA-384, which P-384 keys sign with here, is judged like this.
struct About384(Judgement);

impl Policy for About384 {
    fn now(&self) -> SystemTime {
        now()
    }
    fn verification_key(&self, _: &KeyKind) -> Judgement {
        Judgement::Accepted
    }
    fn digest(&self, digest: DigestAlgorithm) -> Judgement {
        match digest {
            DigestAlgorithm::Sha384 => self.0.clone(),
            _ => Judgement::Accepted,
        }
    }
    fn requirements(&self) -> Requirements {
        Requirements::NONE
    }
}

fn legacy() -> About384 {
    About384(Judgement::Legacy(Reason::NoSignedAttributes))
}

fn common(text: &str) -> Vec<u8> {
    name(&[("2.5.4.3", text)])
}

fn with_points(fields: &[&[u8]]) -> Tree {
    let mut tree = Tree::new();
    let leaf = tree
        .issuing
        .certify(Key::P256, "bob@example.org")
        .serial(LEAF);
    tree.leaf = leaf
        .extension("2.5.29.31", false, &points(fields))
        .issue()
        .0;
    tree
}

fn lists_of(ca: &Ca) -> Ca {
    let lists = ca.authority("Lists").key_usage(Some(CRL_SIGN));
    lists.no_basic_constraints().issue_authority()
}

fn newer(list: RevocationList<'_>) -> RevocationList<'_> {
    list.updates("250801000000Z", Some("270101000000Z"))
}

/// How the leaf's status comes out.
fn status(case: &Case, policy: &dyn Policy) -> Outcome {
    let inputs = PathInputs {
        policy,
        ..case.inputs()
    };
    match validate(&inputs) {
        Ok(path) => outcomes(path.checks())[0],
        Err(failure) => outcomes(failure.checks())[0],
    }
}

fn plain(case: &Case) -> Outcome {
    status(case, &case.policy)
}

#[test]
fn a_newer_list_of_the_message_does_not_hide_whom_another_key_of_the_issuer_revoked() {
    let tree = Tree::new();
    let renewed = tree.issuing.authority("Issuing").issue_authority();
    let given = renewed.revocation_list().revoke(LEAF, THEN, Some(1));
    let case = tree.case().crl(&given.issue());
    let mut case = case.message_crl(&newer(tree.issuing.revocation_list()).issue());
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    case.others.push(read(renewed.certificate_der()));
    assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
}

#[test]
fn an_expired_certificate_signs_no_lists() {
    let tree = Tree::new();
    let signer = |until: &str| {
        let lists = tree.root.authority("Issuing").key_usage(Some(CRL_SIGN));
        let lists = lists.no_basic_constraints();
        lists.validity("240101000000Z", until).issue_authority()
    };
    for (until, expected) in [
        ("261231235959Z", Outcome::Passed),
        ("251231235959Z", Outcome::Unknown),
    ] {
        let signer = signer(until);
        let mut case = tree.case().crl(&signer.revocation_list().issue());
        case.others.push(read(signer.certificate_der()));
        assert_eq!(plain(&case), expected, "{until}");
    }
}

#[test]
fn a_list_of_the_message_can_say_that_a_signer_of_lists_was_revoked() {
    let tree = Tree::new();
    let signer = tree.root.authority("Issuing").key_usage(Some(CRL_SIGN));
    let signer = signer
        .no_basic_constraints()
        .serial(&[0x77])
        .issue_authority();
    let mut case = tree.case().crl(&signer.revocation_list().issue());
    case.others.push(read(signer.certificate_der()));
    assert_eq!(plain(&case), Outcome::Passed);
    let gone = tree.root.revocation_list().revoke(&[0x77], THEN, None);
    assert_eq!(plain(&case.message_crl(&gone.issue())), Outcome::Unknown);
}

#[test]
fn who_signs_for_others_leads_to_the_anchor_without_old_digests() {
    let point = crl_issuer(&directory(&common("Lists")));
    let tree = with_points(&[&point]);
    let old = KeyPair::generate(Key::P384, "old");
    for (key, expected) in [
        (KeyPair::generate(Key::P256, "new"), Outcome::Passed),
        (old, Outcome::Unknown),
    ] {
        let upper = tree.root.authority("Upper").with_key(&key);
        let upper = upper.issue_authority();
        let lower = upper.intermediate("Lower");
        let lists = lists_of(&lower);
        let list = lists.revocation_list().issuing_point(&INDIRECT).issue();
        let mut case = tree.case().crl(&list);
        let others = [&upper, &lower, &lists].map(|ca| read(ca.certificate_der()));
        case.others.extend(others);
        assert_eq!(status(&case, &legacy()), expected);
    }
}

#[test]
fn a_newer_list_of_another_issuer_is_not_hidden_by_an_older_one() {
    let point = crl_issuer(&directory(&common("Lists")));
    let tree = with_points(&[&point]);
    let lists = lists_of(&tree.root);
    let own = tree.issuing.revocation_list().issue();
    let list = newer(lists.revocation_list().issuing_point(&INDIRECT));
    let list = list.revoke_of(&common("Issuing"), LEAF, THEN).issue();
    let mut case = tree.case().crl(&own).crl(&list);
    assert_eq!(outcomes(case.path().checks())[0], Outcome::Passed);
    case.others.push(read(lists.certificate_der()));
    assert_eq!(plain(&case), Outcome::Failed);
}

/// Which of several paths is tried first must not matter.
#[test]
fn what_depends_on_the_anchor_is_asked_for_each_path() {
    let (one, two) = (Ca::new("One"), Ca::new("Two"));
    let issuing = one.intermediate("Issuing");
    let cross = issuing.cross_signed_by(&two);
    let point = crl_issuer(&directory(&common("Lists")));
    let leaf = issuing.certify(Key::P256, "bob@example.org").serial(LEAF);
    let leaf = leaf.extension("2.5.29.31", false, &points(&[&point]));
    let leaf = leaf.issue().0;
    for (above, end) in [(&one, "CN=One"), (&two, "CN=Two")] {
        let lists = lists_of(above);
        let others = [issuing.certificate_der(), &cross, lists.certificate_der()];
        let anchors = [one.certificate_der(), two.certificate_der()];
        let case = Case::new(&leaf, &others, &anchors);
        let case = case.policy(StandardPolicy::at(now()).require_revocation());
        let indirect = lists.revocation_list().issuing_point(&INDIRECT);
        let case = case.crl(&indirect.issue());
        let case = case.crl(&one.revocation_list().issue());
        let case = case.crl(&two.revocation_list().issue());
        let path = case.path();
        assert_eq!(path.certificates()[2].subject(), end);
    }
}

#[test]
fn a_point_left_to_others_is_not_the_issuers_own() {
    let here = full_name(&uri("http://here.example/"));
    let point = [here.clone(), crl_issuer(&directory(&common("Lists")))].concat();
    let tree = with_points(&[&point]);
    let own = tree.issuing.revocation_list();
    let case = tree.case().crl(&own.issuing_point(&here).issue());
    assert_eq!(plain(&case), Outcome::Unknown);
    // And without that name it is.
    let tree = with_points(&[&here]);
    let own = tree.issuing.revocation_list();
    let case = tree.case().crl(&own.issuing_point(&here).issue());
    assert_eq!(plain(&case), Outcome::Passed);
}

/// A point is for the reasons it names, and others have no part in them.
#[test]
fn lists_of_others_count_for_their_own_points_alone() {
    let here = full_name(&uri("http://here.example/"));
    let compromise = tlv(0x81, &[6, 0x40]);
    let rest = tlv(0x81, &[7, 0x3f, 0x80]);
    let left_to = |to: &str, reasons: &[u8]| {
        let to = crl_issuer(&directory(&common(to)));
        [here.clone(), reasons.to_vec(), to].concat()
    };
    let outcome = |fields: &[&[u8]], listers: &[&str]| {
        let tree = with_points(fields);
        let mut case = tree.case();
        for lister in listers {
            let lists = tree.root.authority(lister).key_usage(Some(CRL_SIGN));
            let lists = lists.no_basic_constraints().issue_authority();
            let place = [here.clone(), INDIRECT.to_vec()].concat();
            let list = lists.revocation_list().issuing_point(&place);
            case = case.crl(&list.issue());
            case.others.push(read(lists.certificate_der()));
        }
        plain(&case)
    };
    let (one, two) = (left_to("One", &compromise), left_to("Two", &rest));
    assert_eq!(outcome(&[&one, &two], &["One", "Two"]), Outcome::Passed);
    assert_eq!(outcome(&[&one, &two], &["One"]), Outcome::Unknown);
    assert_eq!(outcome(&[&one, &here], &["One"]), Outcome::Unknown);
}

#[test]
fn of_one_time_the_delta_list_is_looked_at_first() {
    let tree = Tree::new();
    let complete = tree.issuing.revocation_list().number(5).issue();
    let delta = tree.issuing.revocation_list().number(5).delta(5);
    let delta = delta.revoke(LEAF, THEN, Some(1)).issue();
    for (one, other) in [(&complete, &delta), (&delta, &complete)] {
        let case = tree.case().crl(one).crl(other);
        assert_eq!(case.reasons(), [revoked("CN=bob", "keyCompromise")]);
    }
}

/// A response by a delegate, and the delegate's certificate.
struct Delegate {
    tree: Tree,
    key: KeyPair,
    certificate: Vec<u8>,
}

const RESPONDER: &[u8] = &[0x44];

impl Delegate {
    fn new(tree: Tree) -> Delegate {
        let key = KeyPair::generate(Key::P256, "responder");
        let certificate = tree.issuing.certify(Key::P256, "responder@example.org");
        let certificate = certificate.no_address().with_key(&key).serial(RESPONDER);
        let certificate = certificate
            .key_usage(Some(DIGITAL_SIGNATURE))
            .extended_key_usage(&[OCSP_SIGNING])
            .issue()
            .0;
        Delegate {
            tree,
            key,
            certificate,
        }
    }

    fn response(&self, is_good: bool) -> OcspResponse {
        let maker = self.tree.issuing.ocsp_response();
        let maker = maker.delegate(&self.certificate, &self.key);
        let maker = match is_good {
            true => maker.good(&self.tree.leaf),
            false => maker.revoked(&self.tree.leaf, THEN, Some(1)),
        };
        OcspResponse::from_bytes(&maker.issue()).unwrap()
    }
}

#[test]
fn lists_of_the_caller_count_against_responders_of_the_message() {
    let delegate = Delegate::new(Tree::new());
    let mut case = delegate.tree.case();
    case.message_ocsp_responses.push(delegate.response(true));
    assert_eq!(plain(&case), Outcome::Passed);
    let issuing = &delegate.tree.issuing;
    let gone = issuing.revocation_list().revoke(RESPONDER, THEN, None);
    // Expired for the leaf, so that it does not settle its status.
    let other = Ca::new("Other").revocation_list().issue();
    assert_eq!(plain(&case.crl(&other)), Outcome::Passed);
    let mut case = delegate.tree.case();
    case.message_ocsp_responses.push(delegate.response(true));
    // About the users' other reasons only: it leaves the leaf open and lists the responder.
    let some = gone.issuing_point(&tlv(0x83, &[6, 0x40])).issue();
    assert_eq!(plain(&case.crl(&some)), Outcome::Unknown);
}

#[test]
fn an_old_digest_anywhere_below_a_response_can_revoke_and_not_clear() {
    let mut tree = Tree::new();
    let key = KeyPair::generate(Key::P384, "issuing");
    tree.issuing = tree
        .root
        .authority("Issuing")
        .with_key(&key)
        .issue_authority();
    tree.leaf = tree.issuing.leaf(Key::P256, "bob@example.org").0;
    // The response is signed with SHA-256, the certificate of who signed it with SHA-384.
    let delegate = Delegate::new(tree);
    let refused = About384(Judgement::Refused(Reason::NoSignedAttributes));
    for (is_good, expected) in [(true, Outcome::Unknown), (false, Outcome::Failed)] {
        let mut case = delegate.tree.case();
        case.ocsp_responses.push(delegate.response(is_good));
        assert_eq!(status(&case, &legacy()), expected, "{is_good}");
        let accepted = About384(Judgement::Accepted);
        let accepted = status(&case, &accepted);
        assert_eq!(accepted == Outcome::Passed, is_good);
        assert!(
            validate(&PathInputs {
                policy: &refused,
                ..case.inputs()
            })
            .is_err()
        );
    }
}

#[test]
fn a_response_with_a_refused_digest_says_nothing() {
    let delegate = {
        let mut delegate = Delegate::new(Tree::new());
        delegate.key = KeyPair::generate(Key::P384, "responder");
        let responder = delegate.tree.issuing.certify(Key::P256, "x@example.org");
        let responder = responder.with_key(&delegate.key).no_address();
        let responder = responder.key_usage(Some(DIGITAL_SIGNATURE));
        delegate.certificate = responder.extended_key_usage(&[OCSP_SIGNING]).issue().0;
        delegate
    };
    for is_good in [true, false] {
        let mut case = delegate.tree.case();
        case.ocsp_responses.push(delegate.response(is_good));
        let refused = About384(Judgement::Refused(Reason::NoSignedAttributes));
        assert_eq!(status(&case, &refused), Outcome::Unknown);
    }
}

#[test]
fn one_unknown_critical_extension_of_an_entry_is_enough() {
    let tree = Tree::new();
    let unknown = |critical| extension("1.2.3.4", critical, b"?");
    for (critical, expected) in [(true, Outcome::Unknown), (false, Outcome::Passed)] {
        let both = [unknown(critical), extension("1.2.3.5", false, b"?")].concat();
        let list = tree.issuing.revocation_list().entry(&[1], THEN, &both);
        assert_eq!(plain(&tree.case().crl(&list.issue())), expected);
    }
}

#[test]
fn both_algorithms_of_a_list_are_the_same() {
    let tree = Tree::new();
    let list = || tree.issuing.revocation_list();
    assert_eq!(plain(&tree.case().crl(&list().issue())), Outcome::Passed);
    // ecdsa-with-SHA384
    let other = sequence(&[&oid("1.2.840.10045.4.3.3")]);
    let list = list().inner_algorithm(other).issue();
    assert_eq!(plain(&tree.case().crl(&list)), Outcome::Unknown);
}

/// Of what the caller gave, the newest counts, be it a list or a response.
#[test]
fn lists_and_responses_are_compared_by_their_times() {
    let tree = Tree::new();
    let response = |this: &str| {
        let maker = tree.issuing.ocsp_response();
        let maker = maker.updates(this, Some("20270101000000Z"));
        OcspResponse::from_bytes(&maker.good(&tree.leaf).issue()).unwrap()
    };
    let held = tree.issuing.revocation_list().revoke(LEAF, THEN, Some(6));
    let held = newer(held).issue();
    for (this, expected) in [
        ("20250701000000Z", Outcome::Failed),
        ("20250801000000Z", Outcome::Failed),
        ("20250801000001Z", Outcome::Passed),
    ] {
        let mut case = tree.case().crl(&held);
        case.ocsp_responses.push(response(this));
        assert_eq!(plain(&case), expected, "{this}");
    }
}
