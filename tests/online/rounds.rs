//! From a report that does not know to one that does, over a server on loopback.

use smime::cert::path::{CertificateStatus, VerifiedPath};
use smime::online::{Collected, Collector, HttpClient, Wanted};
use smime::open::Opened;
use smime::policy::StandardPolicy;
use smime::{Certificate, Identity, Opener, PrivateKey, TrustAnchors};

use crate::ca::{Ca, Certify, Key};
use crate::forge::{Signed, opaque_mail};
use crate::people::{ALICE, Person, now};
use crate::server::Server;
use crate::tools::*;

const HEADERS: &str = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
                       Date: Mon, 01 Jun 2026 12:00:00 +0000\r\n";
const SERIAL: [u8; 4] = [0x41, 1, 2, 3];

fn person(certify: Certify<'_>) -> Person {
    let (certificate, key_der) = certify.issue();
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let key = PrivateKey::from_bytes(&key_der, None).unwrap();
    Person {
        identity: Identity::new([certificate], key).unwrap(),
        key_der,
    }
}

/// A mail signed by Alice, with her certificate and no other.
fn mail(alice: &Person) -> Vec<u8> {
    let part = b"Content-Type: text/plain\r\n\r\nHello Bob";
    opaque_mail(HEADERS, &Signed::new(part, &[alice]).build())
}

fn opener(root: &Ca) -> Opener {
    let anchors = TrustAnchors::from_der(root.certificate_der()).unwrap();
    Opener::new(&anchors).policy(StandardPolicy::at(now()))
}

fn with(opener: &Opener, collected: &Collected) -> Opener {
    let opener = opener.clone();
    opener
        .certificates(collected.certificates())
        .crls(collected.crls())
        .ocsp_responses(collected.ocsp_responses())
}

pub fn collector(server: &Server) -> Collector {
    Collector::new(HttpClient::new())
        .resolver(Names::new(|_, _| addresses(&["127.0.0.1"])))
        .allow_private_host("ca.test")
        .allow_port(server.port())
}

fn path(opened: &Opened) -> &VerifiedPath {
    opened.report().signer().unwrap().path().unwrap()
}

/// The whole round with a list, on which Alice is or is not.
fn status_by_list(is_revoked: bool) -> (Opened, usize) {
    let root = Ca::new("Root");
    let list = root.revocation_list();
    let list = match is_revoked {
        true => list.revoke(&SERIAL, "260101000000Z", Some(1)),
        false => list,
    };
    let server = Server::files([("/root.crl", list.issue())]);
    let url = format!("http://ca.test:{}/root.crl", server.port());
    let urls = Urls {
        crls: &[&url],
        ..Urls::default()
    };
    let alice = person(urls.into(root.certify(Key::P256, ALICE).serial(&SERIAL)));
    let mail = mail(&alice);
    let opener = opener(&root);
    let opened = opener.open(&mail).unwrap();
    assert!(opened.trusted().is_ok(), "{}", opened.report());
    assert!(matches!(
        path(&opened).statuses(),
        [CertificateStatus::Unknown { .. }]
    ));

    let wanted = Wanted::new().report(opened.report());
    let collected = collector(&server).collect(&wanted).unwrap();
    assert!(
        collected.problems().is_empty(),
        "{:?}",
        collected.problems()
    );
    let opened = with(&opener, &collected).open(&mail).unwrap();
    (opened, server.received().len())
}

#[test]
fn a_list_that_says_good() {
    let (opened, requests) = status_by_list(false);
    assert!(opened.trusted().is_ok(), "{}", opened.report());
    let statuses = path(&opened).statuses();
    assert!(
        matches!(statuses, [CertificateStatus::Good { .. }]),
        "{statuses:?}"
    );
    assert_eq!(requests, 1);
    assert!(
        Wanted::new().report(opened.report()).is_empty(),
        "nothing is left to ask"
    );
}

#[test]
fn a_list_that_says_revoked() {
    let (opened, requests) = status_by_list(true);
    assert!(opened.trusted().is_err(), "{}", opened.report());
    let told = opened.report().to_string();
    assert!(told.contains("revoked"), "{told}");
    assert_eq!(requests, 1);
}

/// A first round finds the issuer, a second one what it names itself.
#[test]
fn a_missing_issuer() {
    let root = Ca::new("Root");
    // The server has to be there before the certificates that name it: what it serves comes later.
    let files = std::sync::Arc::new(std::sync::Mutex::new(Vec::<(String, Vec<u8>)>::new()));
    let served = files.clone();
    let server = Server::new(move |request, stream| {
        let files = served.lock().unwrap();
        match files.iter().find(|(path, _)| path == request.path()) {
            Some((_, content)) => crate::server::ok(stream, content),
            None => crate::server::reply(stream, "404 Not Found", "", b""),
        }
    });
    let at = |path: &str| format!("http://ca.test:{}{path}", server.port());
    let (ca_url, ca_list, root_list) = (at("/ca.p7c"), at("/ca.crl"), at("/root.crl"));
    let urls = Urls {
        crls: &[&root_list],
        ..Urls::default()
    };
    let ca = urls.into(root.authority("Intermediate")).issue_authority();
    let urls = Urls {
        crls: &[&ca_list],
        issuers: &[&ca_url],
        ..Urls::default()
    };
    let alice = person(urls.into(ca.certify(Key::P256, ALICE)));
    let intermediate = Certificate::from_bytes(ca.certificate_der()).unwrap();
    files.lock().unwrap().extend([
        (
            "/ca.p7c".into(),
            Certificate::bundle_to_p7b([&intermediate]),
        ),
        ("/ca.crl".into(), empty_list(&ca)),
        ("/root.crl".into(), empty_list(&root)),
    ]);

    let mail = mail(&alice);
    let mut opener = opener(&root);
    let mut opened = opener.open(&mail).unwrap();
    assert!(opened.trusted().is_err(), "the issuer is missing");
    let mut asked = Wanted::new();
    let mut rounds = 0;
    loop {
        let wanted = Wanted::new().report(opened.report()).without(&asked);
        if wanted.is_empty() {
            break;
        }
        rounds += 1;
        let collected = collector(&server).collect(&wanted).unwrap();
        assert!(
            collected.problems().is_empty(),
            "{:?}",
            collected.problems()
        );
        opener = with(&opener, &collected);
        opened = opener.open(&mail).unwrap();
        assert!(opened.trusted().is_ok(), "{}", opened.report());
        asked = asked.and(&wanted);
    }
    assert_eq!(rounds, 2);
    assert_eq!(path(&opened).certificates().len(), 3);
    for status in path(&opened).statuses() {
        assert!(
            matches!(status, CertificateStatus::Good { .. }),
            "{status:?}"
        );
    }
    let paths: Vec<String> = server.received().iter().map(|r| r.path().into()).collect();
    assert_eq!(paths, ["/ca.p7c", "/ca.crl", "/root.crl"]);
}

/// What is fetched is judged: a list in the CA's name, signed by somebody else, says nothing, and a root that calls
/// itself an issuer is no anchor.
#[test]
fn pki_09_nothing_is_trusted_because_it_was_fetched() {
    let (root, forger) = (Ca::new("Root"), Ca::new("Root"));
    let server = Server::files([
        ("/root.crl", empty_list(&forger)),
        ("/root.cer", forger.certificate_der().to_vec()),
    ]);
    let at = |path: &str| format!("http://ca.test:{}{path}", server.port());
    let urls = Urls {
        crls: &[&at("/root.crl")],
        issuers: &[&at("/root.cer")],
        ..Urls::default()
    };
    let mail_of = |ca: &Ca| mail(&person(urls.into(ca.certify(Key::P256, ALICE))));
    for (mail, is_trusted) in [(mail_of(&root), true), (mail_of(&forger), false)] {
        let opener = opener(&root);
        let opened = opener.open(&mail).unwrap();
        assert_eq!(opened.trusted().is_ok(), is_trusted);
        let wanted = Wanted::new().report(opened.report());
        assert!(!wanted.is_empty());
        let collected = collector(&server).collect(&wanted).unwrap();
        assert_eq!(found(&collected), 1, "{:?}", collected.problems());
        let opened = with(&opener, &collected).open(&mail).unwrap();
        assert_eq!(opened.trusted().is_ok(), is_trusted, "{}", opened.report());
        if is_trusted {
            let statuses = path(&opened).statuses();
            assert!(
                matches!(statuses, [CertificateStatus::Unknown { .. }]),
                "{statuses:?}"
            );
        }
    }
}
