//! Reading of responses, and requests.

use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::Limits;
use crate::cert::ca::{Ca, Key, KeyPair, OCSP_SIGNING, framed, oid, pem, sequence, tlv};

fn read(der: &[u8]) -> Certificate {
    Certificate::from_der_exact(der).unwrap()
}

fn kind(bytes: &[u8]) -> ErrorKind {
    let error = OcspResponse::from_bytes(bytes).expect_err("read");
    error.into_kind()
}

fn ca_and_leaf() -> (Ca, Vec<u8>) {
    let ca = Ca::new("Test CA");
    let leaf = ca.leaf(Key::P256, "bob@example.org").0;
    (ca, leaf)
}

#[test]
fn what_a_response_holds() {
    let (ca, leaf) = ca_and_leaf();
    let key = KeyPair::generate(Key::P256, "responder");
    let responder = ca.certify(Key::P256, "r@example.org").with_key(&key);
    let responder = responder.extended_key_usage(&[OCSP_SIGNING]).issue().0;
    let der = ca
        .ocsp_response()
        .delegate(&responder, &key)
        .embed(&leaf)
        .nonce(b"nonce")
        .produced_at("20250601000000Z")
        .updates("20250101000000Z", Some("20260101000000Z"))
        .good(&leaf)
        .updates("20250102000000Z", None)
        .revoked(&responder, "20241231000000Z", Some(9))
        .unknown(ca.certificate_der())
        .issue();
    let response = OcspResponse::from_bytes(&der).unwrap();
    assert_eq!(response.to_der(), der);
    // 2025-06-01
    let then = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(response.produced_at(), then(1_748_736_000));
    assert_eq!(response.responder(), "CN=r");
    assert_eq!(response.nonce(), Some(&b"nonce"[..]));
    assert_eq!(response.answers(), 3);
    assert_eq!(response.certificates(), [read(&responder), read(&leaf)]);
    assert_eq!(response.obstacle(), None);
    assert_eq!(
        format!("{response:?}"),
        format!("OcspResponse(CN=r, {} bytes)", der.len())
    );
    let [good, revoked, unknown] = response.answers_given() else {
        panic!("{response:?}");
    };
    assert_eq!(good.said, Said::Good);
    assert_eq!(good.this_update, then(1_735_689_600));
    assert_eq!(good.next_update, Some(then(1_767_225_600)));
    assert_eq!(good.id.serial(), read(&leaf).serial_der());
    let (when, reason) = (then(1_735_603_200), "privilegeWithdrawn");
    assert_eq!(revoked.said, Said::Revoked { when, reason });
    assert_eq!(revoked.next_update, None);
    assert_eq!(unknown.said, Said::Unknown);
    let by_key = ca.ocsp_response().by_key().good(&leaf).issue();
    let by_key = OcspResponse::from_bytes(&by_key).unwrap();
    let identifier = read(ca.certificate_der());
    let identifier = hex(identifier.subject_key_identifier().unwrap(), "");
    assert_eq!(by_key.responder(), format!("key {identifier}"));
    assert_eq!(by_key.nonce(), None);
}

#[test]
fn every_form_of_file() {
    let (ca, leaf) = ca_and_leaf();
    let basic = ca.ocsp_response().good(&leaf).issue_basic();
    let signed = |bytes: &[u8]| {
        let response = OcspResponse::from_bytes(bytes).unwrap();
        assert_eq!(response.answers(), 1);
        let key = read(ca.certificate_der());
        assert!(response.signed().verifies(key.public_key()));
        response.to_der().to_vec()
    };
    let der = framed(&basic);
    assert_eq!(signed(&der), der);
    assert_eq!(signed(&basic), basic);
    assert_eq!(signed(pem("OCSP RESPONSE", &der).as_bytes()), der);
    // BER: indefinite lengths, and the inner response in two pieces.
    let (one, two) = basic.split_at(50);
    let pieces = [&[0x24, 0x80][..], &tlv(4, one), &tlv(4, two), &[0, 0]].concat();
    let kind = oid("1.3.6.1.5.5.7.48.1.1");
    let bytes = [&[0x30, 0x80][..], &kind, &pieces, &[0, 0]].concat();
    let status = tlv(0x0a, &[0]);
    let bytes = [&[0xa0, 0x80][..], &bytes, &[0, 0]].concat();
    let ber = [&[0x30, 0x80][..], &status, &bytes, &[0, 0]].concat();
    assert_eq!(signed(&ber), ber);
    let other = pem("CERTIFICATE", &leaf);
    assert!(OcspResponse::from_bytes(other.as_bytes()).is_err());
    assert!(OcspResponse::from_bytes(&leaf).is_err());
}

#[test]
fn errors_of_the_responder_are_named() {
    let names = [
        (1, "malformedRequest"),
        (2, "internalError"),
        (3, "tryLater"),
        (4, "not known"),
        (5, "sigRequired"),
        (6, "unauthorized"),
    ];
    for (code, name) in names {
        let response = sequence(&[&tlv(0x0a, &[code])]);
        let error = OcspResponse::from_bytes(&response).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(matches!(error.kind(), ErrorKind::External { who, .. } if who == "OCSP responder"));
    }
    // It says that it answers, and does not.
    let empty = sequence(&[&tlv(0x0a, &[0])]);
    assert!(matches!(kind(&empty), ErrorKind::Malformed { .. }));
    let other = sequence(&[&oid("1.2.3.4"), &tlv(4, b"")]);
    let other = sequence(&[&tlv(0x0a, &[0]), &tlv(0xa0, &other)]);
    assert!(matches!(kind(&other), ErrorKind::Unsupported { .. }));
}

#[test]
fn what_is_malformed_is_refused_and_nothing_panics() {
    let (ca, leaf) = ca_and_leaf();
    let make = || ca.ocsp_response().nonce(b"n").embed(&leaf);
    let good = make().revoked(&leaf, "250601000000Z", Some(1)).issue();
    for end in 0..good.len() {
        assert!(OcspResponse::from_bytes(&good[..end]).is_err(), "{end}");
        for changed in [0, 0x80, 0xff] {
            let mut odd = good.clone();
            odd[end] = changed;
            if let Ok(response) = OcspResponse::from_bytes(&odd) {
                let _ = format!("{response:?}");
            }
        }
    }
    let trailing = [&good[..], b"\0"].concat();
    assert!(matches!(kind(&trailing), ErrorKind::Malformed { .. }));
    for status in [
        tlv(0x83, b""),
        tlv(0xa1, b""),
        tlv(0xa1, &tlv(0x18, b"20259901000000Z")),
        tlv(5, b""),
    ] {
        let odd = make().answer(&leaf, &status).issue();
        assert!(
            matches!(kind(&odd), ErrorKind::Malformed { .. }),
            "{status:?}"
        );
    }
    let odd = make().responder(tlv(0xa3, b"")).good(&leaf).issue();
    assert!(matches!(kind(&odd), ErrorKind::Malformed { .. }));
}

#[test]
fn limits_are_kept() {
    let (ca, leaf) = ca_and_leaf();
    let limits = Limits {
        ocsp_responses: 2,
        certificates: 2,
        ..Limits::default()
    };
    let read = |response: &[u8]| OcspResponse::from_bytes_with(response, &limits);
    let two = || ca.ocsp_response().good(&leaf).good(&leaf);
    assert!(read(&two().embed(&leaf).embed(&leaf).issue()).is_ok());
    for more in [
        two().good(&leaf),
        two().embed(&leaf).embed(&leaf).embed(&leaf),
    ] {
        let error = read(&more.issue()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Limit { limit: 2, .. }),
            "{error}"
        );
    }
}

#[test]
fn pki_07_the_nonce_ties_an_answer_to_its_question() {
    let (ca, leaf) = ca_and_leaf();
    let response = |nonce: Option<&[u8]>| {
        let response = ca.ocsp_response().good(&leaf);
        let response = match nonce {
            Some(nonce) => response.nonce(nonce),
            None => response,
        };
        OcspResponse::from_bytes(&response.issue()).unwrap()
    };
    let sent = [7; 32];
    assert!(response(Some(&sent)).with_nonce(&sent).is_ok());
    let error = response(Some(&[8; 32])).with_nonce(&sent).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    let error = response(Some(&sent[..31])).with_nonce(&sent).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }));
    let error = response(None).with_nonce(&sent).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
    // From before RFC 6960: no OCTET STRING in the extension.
    let old = ca
        .ocsp_response()
        .extension("1.3.6.1.5.5.7.48.1.2", false, b"plain");
    let old = OcspResponse::from_bytes(&old.good(&leaf).issue()).unwrap();
    assert_eq!(old.nonce(), Some(&b"plain"[..]));
}

/// What `openssl ocsp -reqin … -req_text` prints; `None` when there is no OpenSSL, which CI does not accept.
fn openssl(arguments: &[&str], files: &[(&str, &[u8])]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let output = Command::new("openssl")
        .arg("ocsp")
        .args(arguments)
        .current_dir(folder.path())
        .output();
    match output {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            None
        }
    }
}

#[test]
fn openssl_writes_the_same_requests() {
    let ca = Ca::new("Test CA");
    // RSA and EC: the bits of the key are what is hashed. Serial numbers with and without a zero octet.
    for (kind, serial) in [
        (Key::Rsa2048, &[0, 0xab, 1][..]),
        (Key::P256, &[0x12, 0x34]),
    ] {
        let ca = match kind {
            Key::P256 => ca.clone(),
            kind => Ca::with_key("RSA CA", kind),
        };
        let leaf = ca.certify(Key::P256, "bob@example.org").serial(serial);
        let (leaf, issuer) = (read(&leaf.issue().0), read(ca.certificate_der()));
        let files = [
            ("leaf.pem", leaf.to_pem().into_bytes()),
            ("ca.pem", issuer.to_pem().into_bytes()),
        ];
        let files = [
            (files[0].0, files[0].1.as_slice()),
            (files[1].0, files[1].1.as_slice()),
        ];
        for (digest, request) in [
            ("-sha1", OcspRequest::new(&leaf, &issuer)),
            ("-sha256", OcspRequest::new(&leaf, &issuer).sha256()),
        ] {
            let arguments = [
                "-no_nonce",
                digest,
                "-issuer",
                "ca.pem",
                "-cert",
                "leaf.pem",
            ];
            let arguments = [&arguments[..], &["-req_text"]].concat();
            let Some(expected) = openssl(&arguments, &files) else {
                return;
            };
            let der = request.to_der();
            let arguments = ["-reqin", "request", "-req_text"];
            let found = openssl(&arguments, &[("request", &der)]).unwrap();
            assert!(expected.contains("Issuer Key Hash"));
            assert_eq!(found, expected);
        }
        let request = OcspRequest::new(&leaf, &issuer).nonce(&[0xa7; 32]);
        let request = request.also(&issuer, &issuer).to_der();
        let arguments = ["-reqin", "request", "-req_text"];
        let found = openssl(&arguments, &[("request", &request)]).unwrap();
        assert_eq!(found.matches("Certificate ID").count(), 2);
        assert!(found.contains("OCSP Nonce"), "{found}");
        assert!(
            found.contains(&format!("0420{}", "A7".repeat(32))),
            "{found}"
        );
    }
}
