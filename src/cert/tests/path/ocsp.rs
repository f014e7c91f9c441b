//! SECURITY.md PKI-07 and PKI-08: what OCSP responses do to a path.

use super::*;
use crate::cert::ca::{KeyPair, OCSP_SIGNING, OcspMaker};
use crate::cert::path::{CertificateStatus, StatusSource};

struct Tree {
    root: Ca,
    issuing: Ca,
    leaf: Vec<u8>,
}

const THEN: &str = "250601000000Z";

impl Tree {
    fn new() -> Tree {
        let root = Ca::new("Root");
        let issuing = root.authority("Issuing").issue_authority();
        let leaf = issuing.leaf(Key::P256, "bob@example.org").0;
        Tree {
            root,
            issuing,
            leaf,
        }
    }

    fn case(&self) -> Case {
        Case::new(
            &self.leaf,
            &[self.issuing.certificate_der()],
            &[self.root.certificate_der()],
        )
    }
}

impl Case {
    fn ocsp(mut self, response: OcspMaker<'_>) -> Case {
        let response = OcspResponse::from_bytes(&response.issue()).unwrap();
        self.ocsp_responses.push(response);
        self
    }

    fn message_ocsp(mut self, response: OcspMaker<'_>) -> Case {
        let response = OcspResponse::from_bytes(&response.issue()).unwrap();
        self.message_ocsp_responses.push(response);
        self
    }
}

#[test]
fn good_ones_are_reported_with_their_source() {
    let tree = Tree::new();
    let leaf = tree.issuing.ocsp_response().good(&tree.leaf);
    let issuing = tree.root.ocsp_response();
    let issuing = issuing.good(tree.issuing.certificate_der());
    let mut case = tree.case().ocsp(leaf).message_ocsp(issuing);
    case.policy = case.policy.require_revocation();
    let path = case.path();
    let good = CertificateStatus::Good {
        source: StatusSource::Ocsp,
        // 2025-01-01 and 2049-12-31 23:59:59, as the maker has it.
        this_update: UNIX_EPOCH + Duration::from_secs(1_735_689_600),
        next_update: Some(UNIX_EPOCH + Duration::from_secs(2_524_607_999)),
    };
    assert_eq!(path.statuses(), [good.clone(), good]);
}

#[test]
fn pki_08_revoked_by_a_response() {
    let tree = Tree::new();
    let revoked = |subject: &str, reason| Reason::Revoked {
        subject: subject.into(),
        // 2025-06-01
        when: UNIX_EPOCH + Duration::from_secs(1_748_736_000),
        reason,
    };
    let response = || {
        tree.issuing
            .ocsp_response()
            .revoked(&tree.leaf, THEN, Some(1))
    };
    let expected = [revoked("CN=bob", "keyCompromise")];
    assert_eq!(tree.case().ocsp(response()).reasons(), expected);
    assert_eq!(tree.case().message_ocsp(response()).reasons(), expected);
    let issuing = tree.issuing.certificate_der();
    let response = tree.root.ocsp_response().revoked(issuing, THEN, Some(2));
    let reasons = tree.case().ocsp(response).reasons();
    assert_eq!(reasons, [revoked("CN=Issuing", "cACompromise")]);
}

#[test]
fn pki_07_forged_responses_do_not_make_a_certificate_good() {
    let tree = Tree::new();
    let key = KeyPair::generate(Key::P256, "eve");
    let eve = tree.issuing.certify(Key::P256, "eve@example.org");
    let eve = eve.with_key(&key).issue().0;
    let of_root = tree.root.certify(Key::P256, "responder@example.org");
    let of_root = of_root.with_key(&key).extended_key_usage(&[OCSP_SIGNING]);
    let of_root = of_root.issue().0;
    let other = tree.issuing.leaf(Key::P256, "carol@example.org").0;
    let make = || tree.issuing.ocsp_response();
    for (what, response) in [
        ("another certificate", make().good(&other)),
        ("no purpose", make().delegate(&eve, &key).good(&tree.leaf)),
        (
            "of another CA",
            make().delegate(&of_root, &key).good(&tree.leaf),
        ),
        ("other data", make().spoiled().good(&tree.leaf)),
        (
            "critical",
            make().extension("1.2.3.4", true, b"").good(&tree.leaf),
        ),
        (
            "expired",
            make().updates(THEN, Some("250602000000Z")).good(&tree.leaf),
        ),
    ] {
        let mut case = tree.case().ocsp(response);
        let issuing = tree.root.ocsp_response();
        case = case.ocsp(issuing.good(tree.issuing.certificate_der()));
        let path = case.path();
        let unknown = matches!(path.statuses()[0], CertificateStatus::Unknown { .. });
        assert!(unknown, "{what}: {:?}", path.statuses());
        case.policy = case.policy.require_revocation();
        let reasons = case.reasons();
        let unknown = matches!(&reasons[..], [Reason::RevocationUnknown { .. }]);
        assert!(unknown, "{what}: {reasons:?}");
    }
}
