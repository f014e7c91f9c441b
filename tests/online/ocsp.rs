//! OCSP over HTTP (RFC 6960 appendix A): from a report that does not know to one that does.

use std::net::TcpStream;

use smime::cert::path::{CertificateStatus, PathFailure, StatusSource, VerifiedPath};
use smime::check::Reason;
use smime::online::{Collected, Collector, Wanted};
use smime::{Certificate, TrustAnchors};

use crate::ca::{Ca, Key, OcspMaker, tlv};
use crate::people::{ALICE, now};
use crate::rounds::collector;
use crate::server::{Received, Server, ok, reply};
use crate::tools::*;

/// What the responder does with the nonce that it was sent.
#[derive(Clone, Copy)]
enum Nonce {
    Repeats,
    Forgets,
    Changes,
}

/// The nonce is the last thing in a request (RFC 6960 4.1.1: the extensions come last).
fn nonce(request: &Received) -> &[u8] {
    let (_, nonce) = request.body.split_at(request.body.len() - 32);
    nonce
}

fn respond(response: OcspMaker<'_>, how: Nonce, request: &Received, stream: &mut TcpStream) {
    let response = match how {
        Nonce::Repeats => response.nonce(nonce(request)),
        Nonce::Forgets => response,
        Nonce::Changes => {
            let mut nonce = nonce(request).to_vec();
            nonce[0] ^= 1;
            response.nonce(&nonce)
        }
    };
    ok(stream, &response.issue());
}

/// A leaf that names a responder on the server, and the CA.
fn world(paths: &[&str], server: &Server) -> (Ca, Certificate) {
    let ca = Ca::new("Root");
    let urls: Vec<String> = paths
        .iter()
        .map(|path| format!("http://ca.test:{}{path}", server.port()))
        .collect();
    let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
    let urls = Urls {
        ocsp: &urls,
        ..Urls::default()
    };
    let leaf = urls.into(ca.certify(Key::P256, ALICE).serial(&SERIAL));
    let leaf = Certificate::from_bytes(&leaf.issue().0).unwrap();
    (ca, leaf)
}

const SERIAL: [u8; 4] = [0x41, 5, 6, 7];

/// A responder, and a CA with a certificate that names it: the server has to be there first, so that it hears of them
/// later.
fn responder(is_revoked: bool, how: Nonce) -> (Server, Ca, Certificate) {
    let (sender, made) = std::sync::mpsc::channel::<(Ca, Vec<u8>)>();
    let known = std::sync::OnceLock::new();
    let server = Server::new(move |request, stream| {
        let (ca, leaf) = known.get_or_init(|| made.recv().unwrap());
        match request.path() {
            "/moved" => reply(stream, "307 Temporary Redirect", "Location: /ocsp\r\n", b""),
            "/later" => ok(stream, &tlv(0x30, &tlv(0x0a, &[3]))),
            _ => {
                let response = ca.ocsp_response();
                let response = match is_revoked {
                    true => response.revoked(leaf, "20260101000000Z", Some(1)),
                    false => response.good(leaf),
                };
                respond(response, how, request, stream);
            }
        }
    });
    let (ca, leaf) = world(&["/later", "/moved"], &server);
    sender.send((ca.clone(), leaf.to_der().to_vec())).unwrap();
    (server, ca, leaf)
}

/// What is collected about the leaf, and what follows.
fn judged(
    server: &Server,
    ca: &Ca,
    leaf: &Certificate,
    change: fn(Collector) -> Collector,
) -> (Collected, Result<VerifiedPath, PathFailure>) {
    let anchors = TrustAnchors::from_der(ca.certificate_der()).unwrap();
    let validator = smime::cert::path::Validator::new(&anchors)
        .policy(smime::policy::StandardPolicy::at(now()));
    let path = validator.validate(leaf).unwrap();
    let wanted = Wanted::new().path(&path);
    let collected = change(collector(server)).collect(&wanted).unwrap();
    let result = validator
        .ocsp_responses(collected.ocsp_responses())
        .validate(leaf);
    (collected, result)
}

#[track_caller]
fn status(result: Result<VerifiedPath, PathFailure>) -> CertificateStatus {
    result.unwrap().statuses()[0].clone()
}

#[test]
fn a_response_is_asked_for_and_used() {
    for how in [Nonce::Repeats, Nonce::Forgets] {
        let (server, ca, leaf) = responder(false, how);
        let (collected, result) = judged(&server, &ca, &leaf, |all| all);
        let source = match status(result) {
            CertificateStatus::Good { source, .. } => source,
            other => panic!("{other:?}"),
        };
        assert_eq!(source, StatusSource::Ocsp);
        // The first responder has no time, the second one has moved.
        assert_eq!(collected.problems().len(), 1);
        let received = server.received();
        let paths: Vec<&str> = received.iter().map(Received::path).collect();
        assert_eq!(paths, ["/later", "/moved", "/ocsp"]);
        for request in &received {
            assert!(request.head.starts_with("POST "), "{}", request.head);
            let kind = request.field("Content-Type");
            assert_eq!(kind, Some("application/ocsp-request"));
        }
        assert_eq!(received[1].body, received[2].body, "a redirect repeats it");
        assert_ne!(
            nonce(&received[0]),
            nonce(&received[1]),
            "every question its own"
        );
    }
}

#[test]
fn a_response_that_says_revoked() {
    let (server, ca, leaf) = responder(true, Nonce::Repeats);
    let (_, result) = judged(&server, &ca, &leaf, |all| all);
    let failure = result.unwrap_err();
    assert!(
        failure
            .reasons()
            .any(|reason| matches!(reason, Reason::Revoked { .. })),
        "{failure}"
    );
}

#[test]
fn pki_07_a_response_with_another_nonce_is_refused() {
    let (server, ca, leaf) = responder(false, Nonce::Changes);
    let (collected, result) = judged(&server, &ca, &leaf, |all| all);
    assert!(collected.ocsp_responses().is_empty());
    assert!(collected.problems()[1].detail().contains("nonce"));
    assert!(matches!(status(result), CertificateStatus::Unknown { .. }));

    let (server, ca, leaf) = responder(false, Nonce::Forgets);
    let (collected, _) = judged(&server, &ca, &leaf, Collector::require_nonce);
    assert!(collected.ocsp_responses().is_empty());
    assert!(collected.problems()[1].detail().contains("no nonce"));
}

/// One responder is asked about each certificate that names it.
#[test]
fn one_responder_answers_about_several() {
    let url = "http://ocsp.example.com/";
    let urls = Urls {
        ocsp: &[url],
        ..Urls::default()
    };
    let ca = crate::people::ca();
    let issuer = Certificate::from_bytes(ca.certificate_der()).unwrap();
    let wanted = Wanted::new()
        .status(&urls.certificate(), Some(&issuer))
        .status(&urls.certificate(), Some(&issuer));
    let client = Stub::new(|_| smime::online::Response::new(500, Vec::new()));
    crate::tools::collector(&client).collect(&wanted).unwrap();
    assert_eq!(client.urls(), [url, url]);
    let asked = client.asked.lock().unwrap();
    assert_ne!(asked[0].body(), asked[1].body());
}
