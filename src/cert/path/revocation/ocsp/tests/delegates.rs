//! Responders that the CA appointed, and those that it did not (RFC 6960 4.2.2.2).

use super::*;
use crate::cert::ca::{
    ANY_PURPOSE, Certify, DIGITAL_SIGNATURE, KEY_CERT_SIGN, NON_REPUDIATION, SERVER_AUTH,
};

struct Tree {
    ca: Ca,
    leaf: Vec<u8>,
    key: KeyPair,
}

const NO_CHECK: &str = "1.3.6.1.5.5.7.48.1.5";
const SERIAL: &[u8] = &[0x77];

impl Tree {
    fn new() -> Tree {
        let ca = Ca::new("Test CA");
        let leaf = ca.leaf(Key::P256, "bob@example.org").0;
        let key = KeyPair::generate(Key::P256, "responder");
        Tree { ca, leaf, key }
    }

    /// The certificate of a responder.
    fn responder(&self, change: impl FnOnce(Certify<'_>) -> Certify<'_>) -> Vec<u8> {
        self.responder_of(&self.ca, change)
    }

    fn responder_of(&self, ca: &Ca, change: impl FnOnce(Certify<'_>) -> Certify<'_>) -> Vec<u8> {
        let responder = ca
            .certify(Key::P256, "responder@example.org")
            .no_address()
            .with_key(&self.key)
            .serial(SERIAL)
            .key_usage(Some(DIGITAL_SIGNATURE))
            .extended_key_usage(&[OCSP_SIGNING]);
        change(responder).issue().0
    }

    fn case(&self, responder: &[u8]) -> Case {
        let response = self.ca.ocsp_response().delegate(responder, &self.key);
        Case::new(&self.leaf, self.ca.certificate_der())
            .response(&response.good(&self.leaf).issue())
    }

    fn said(&self, change: impl FnOnce(Certify<'_>) -> Certify<'_>) -> String {
        self.case(&self.responder(change)).status()
    }
}

#[test]
fn appointed_responders_count() {
    let tree = Tree::new();
    assert_eq!(tree.said(|r| r), "good");
    assert_eq!(tree.said(|r| r.key_usage(None)), "good");
    let purposes = [SERVER_AUTH, OCSP_SIGNING];
    assert_eq!(tree.said(|r| r.extended_key_usage(&purposes)), "good");
    let responder = tree.responder(|r| r);
    let make = || tree.ca.ocsp_response().delegate(&responder, &tree.key);
    assert_eq!(
        said(&tree.ca, &tree.leaf, make().by_key().good(&tree.leaf)),
        "good"
    );
    assert_eq!(
        said(
            &tree.ca,
            &tree.leaf,
            make().revoked(&tree.leaf, THEN, Some(4))
        ),
        "superseded since 2025-06-01 00:00:00 UTC"
    );
    // Beside what cannot be read, and among others.
    let odd = make()
        .bare()
        .embed(b"\x30\x03\x02\x01\x01")
        .embed(&tree.leaf);
    let odd = odd.embed(tree.ca.certificate_der()).embed(&responder);
    assert_eq!(said(&tree.ca, &tree.leaf, odd.good(&tree.leaf)), "good");
}

#[test]
fn the_certificate_may_be_at_hand_instead() {
    let tree = Tree::new();
    let responder = tree.responder(|r| r);
    for by_key in [false, true] {
        let response = tree
            .ca
            .ocsp_response()
            .delegate(&responder, &tree.key)
            .bare();
        let response = match by_key {
            true => response.by_key(),
            false => response,
        };
        let case = Case::new(&tree.leaf, tree.ca.certificate_der());
        let mut case = case.response(&response.good(&tree.leaf).issue());
        assert_eq!(case.status(), NOBODY);
        case.others.push(read(&responder));
        assert_eq!(case.status(), "good");
    }
}

#[test]
fn pki_07_a_responder_needs_its_purpose() {
    let tree = Tree::new();
    for purposes in [&[][..], &[ANY_PURPOSE], &[SERVER_AUTH]] {
        assert_eq!(tree.said(|r| r.extended_key_usage(purposes)), NOT_APPOINTED);
    }
    // Another certificate of the CA, which signs what it likes: the leaf about itself.
    let key = KeyPair::generate(Key::P256, "eve");
    let eve = tree.ca.certify(Key::P256, "eve@example.org").with_key(&key);
    let eve = eve.issue().0;
    let response = tree.ca.ocsp_response().delegate(&eve, &key).good(&eve);
    assert_eq!(said(&tree.ca, &eve, response), NOT_APPOINTED);
}

#[test]
fn pki_07_a_responder_of_another_ca_says_nothing() {
    let tree = Tree::new();
    for name in ["Other CA", "Test CA"] {
        let other = Ca::new(name);
        let responder = tree.responder_of(&other, |r| r);
        let mut case = tree.case(&responder);
        assert_eq!(case.status(), NOT_APPOINTED, "{name}");
        // Even where the other CA is trusted, and is the same one with a new key (4.2.2.2).
        case.issuers.push(read(other.certificate_der()));
        assert_eq!(case.status(), NOT_APPOINTED, "{name}");
    }
    // Two steps below the CA.
    let between = tree.ca.intermediate("Between");
    let responder = tree.responder_of(&between, |r| r);
    let mut case = tree.case(&responder);
    case.others.push(read(between.certificate_der()));
    assert_eq!(case.status(), NOT_APPOINTED);
}

#[test]
fn pki_07_an_attacker_embeds_certificates() {
    let tree = Tree::new();
    // One that says to be the CA, self-signed, for everything.
    let attacker = Ca::new("Test CA");
    let own = attacker.ocsp_response().about_issuer(&tree.ca);
    let own = own.embed(attacker.certificate_der()).good(&tree.leaf);
    assert_eq!(said(&tree.ca, &tree.leaf, own), NOT_SIGNED);
    let own = attacker.ocsp_response().about_issuer(&tree.ca).by_key();
    let own = own.embed(attacker.certificate_der()).good(&tree.leaf);
    assert_eq!(said(&tree.ca, &tree.leaf, own), NOT_APPOINTED);
    // A responder of the CA, whose signature it is not.
    let responder = tree.responder(|r| r);
    let key = KeyPair::generate(Key::P256, "eve");
    let response = tree.ca.ocsp_response().delegate(&responder, &key);
    assert_eq!(
        said(&tree.ca, &tree.leaf, response.good(&tree.leaf)),
        NOT_SIGNED
    );
    // One that the response does not name.
    let responder = tree.responder(|r| r);
    let response = tree.ca.ocsp_response().delegate(&responder, &tree.key);
    let response = response.responder(crate::cert::ca::tlv(0xa1, &eve_name()));
    assert_eq!(
        said(&tree.ca, &tree.leaf, response.good(&tree.leaf)),
        NOBODY
    );
}

fn eve_name() -> Vec<u8> {
    crate::cert::ca::name(&[("2.5.4.3", "Eve")])
}

#[test]
fn unfit_responders_say_nothing() {
    let tree = Tree::new();
    assert_eq!(
        tree.said(|r| r.validity("240101000000Z", "251231235959Z")),
        UNFIT
    );
    assert_eq!(
        tree.said(|r| r.validity("260101000001Z", "271231235959Z")),
        UNFIT
    );
    let usages = [KEY_CERT_SIGN, NON_REPUDIATION];
    for usage in usages {
        assert_eq!(tree.said(|r| r.key_usage(Some(usage))), UNFIT);
    }
    assert_eq!(
        tree.said(|r| r.extension("1.2.3.4", true, b"\x05\x00")),
        UNFIT
    );
    // Known, critical or not.
    for critical in [false, true] {
        let said = tree.said(|r| r.extension(NO_CHECK, critical, b"\x05\x00"));
        assert_eq!(said, "good");
    }
    let mut tree = Tree::new();
    tree.key = KeyPair::generate(Key::Rsa1024, "weak responder");
    assert!(tree.said(|r| r).starts_with("the OCSP response: "));
}

#[test]
fn revoked_responders_say_nothing() {
    let tree = Tree::new();
    let responder = tree.responder(|r| r);
    let list = tree.ca.revocation_list();
    let mut case = tree.case(&responder);
    case.crls = vec![Crl::from_bytes(&list.issue()).unwrap()];
    assert_eq!(case.status(), "good");
    let list = tree.ca.revocation_list().revoke(SERIAL, THEN, None).issue();
    case.crls = vec![Crl::from_bytes(&list).unwrap()];
    assert_eq!(case.status(), REVOKED);
    // A list by somebody else.
    let list = Ca::new("Test CA");
    let list = list.revocation_list().revoke(SERIAL, THEN, None).issue();
    case.crls = vec![Crl::from_bytes(&list).unwrap()];
    assert_eq!(case.status(), "good");
    // By a response of the CA itself, but not by one of its own.
    let revoked = || tree.ca.ocsp_response().revoked(&responder, THEN, None);
    let case = tree.case(&responder).response(&revoked().issue());
    assert_eq!(case.status(), REVOKED);
    let own = revoked().delegate(&responder, &tree.key).issue();
    assert_eq!(tree.case(&responder).response(&own).status(), "good");
    // Its issuer says not to ask.
    let responder = tree.responder(|r| r.extension(NO_CHECK, false, b"\x05\x00"));
    let revoked = tree.ca.ocsp_response().revoked(&responder, THEN, None);
    let case = tree.case(&responder).response(&revoked.issue());
    assert_eq!(case.status(), "good");
}
