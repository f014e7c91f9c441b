//! Responses by OpenSSL's responder to requests by this crate.

use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::asn1::{Civil, unix_seconds};
use crate::cert::OcspRequest;
use crate::cert::ca::{DIGITAL_SIGNATURE, EMAIL_PROTECTION, pem};

/// A CA, its responders, a good and a revoked certificate and one it does not know, as files.
struct Peer {
    folder: tempfile::TempDir,
    ca: Ca,
    good: Vec<u8>,
    revoked: Vec<u8>,
    unknown: Vec<u8>,
}

impl Peer {
    fn new() -> Peer {
        let ca = Ca::new("Peer CA");
        let leaf = |serial: u8| {
            let leaf = ca.certify(Key::P256, "bob@example.org");
            leaf.serial(&[serial]).issue().0
        };
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
        };
        write("ca.pem", &ca.certificate_pem());
        write("ca.key", &pem("PRIVATE KEY", &ca.key_der()));
        for (name, purpose) in [("responder", OCSP_SIGNING), ("other", EMAIL_PROTECTION)] {
            let key = KeyPair::generate(Key::P256, name);
            let responder = ca
                .certify(Key::P256, "responder@example.org")
                .no_address()
                .with_key(&key)
                .key_usage(Some(DIGITAL_SIGNATURE))
                .extended_key_usage(&[purpose]);
            write(
                &format!("{name}.pem"),
                &pem("CERTIFICATE", &responder.issue().0),
            );
            write(
                &format!("{name}.key"),
                &pem("PRIVATE KEY", &key.pkcs8_der()),
            );
        }
        // The index of `openssl ca`: state, expiry, revocation, serial number, file, subject.
        write(
            "index",
            "V\t491231235959Z\t\t11\tunknown\t/CN=bob\n\
             R\t491231235959Z\t250601000000Z,superseded\t22\tunknown\t/CN=bob\n",
        );
        Peer {
            good: leaf(0x11),
            revoked: leaf(0x22),
            unknown: leaf(0x33),
            folder,
            ca,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What OpenSSL answers; `None` when there is no OpenSSL, which CI does not accept.
    fn answer(
        &self,
        request: &OcspRequest,
        signer: &str,
        options: &[&str],
    ) -> Option<OcspResponse> {
        std::fs::write(self.path("request"), request.to_der()).unwrap();
        let output = Command::new("openssl")
            .args(["ocsp", "-index"])
            .arg(self.path("index"))
            .arg("-CA")
            .arg(self.path("ca.pem"))
            .arg("-rsigner")
            .arg(self.path(&format!("{signer}.pem")))
            .arg("-rkey")
            .arg(self.path(&format!("{signer}.key")))
            .arg("-reqin")
            .arg(self.path("request"))
            .arg("-respout")
            .arg(self.path("response"))
            .args(options)
            .output();
        match output {
            Ok(output) => {
                assert!(output.status.success(), "{output:?}");
                let response = std::fs::read(self.path("response")).unwrap();
                Some(OcspResponse::from_bytes(&response).unwrap())
            }
            Err(error) => {
                assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
                crate::skip::loudly("OpenSSL's responder, because there is no openssl");
                None
            }
        }
    }

    fn request(&self, certificate: &[u8]) -> OcspRequest {
        OcspRequest::new(&read(certificate), &read(self.ca.certificate_der()))
    }

    fn said(&self, certificate: &[u8], response: &OcspResponse) -> String {
        let now = response.produced_at() + Duration::from_secs(60);
        let mut case = Case::new(certificate, self.ca.certificate_der()).at(now);
        case.responses.push(response.clone());
        case.status()
    }
}

#[test]
fn its_answers_are_understood() {
    let peer = Peer::new();
    let revoked = "superseded since 2025-06-01 00:00:00 UTC";
    let unknown = "the OCSP responder does not know the certificate";
    for (signer, options) in [
        ("ca", &["-ndays", "7"][..]),
        ("responder", &["-ndays", "7"]),
        (
            "responder",
            &["-ndays", "7", "-resp_key_id", "-rmd", "sha384"],
        ),
        ("responder", &[]),
    ] {
        for (certificate, expected) in [
            (&peer.good, "good"),
            (&peer.revoked, revoked),
            (&peer.unknown, unknown),
        ] {
            for request in [
                peer.request(certificate),
                peer.request(certificate).sha256(),
            ] {
                let Some(response) = peer.answer(&request.nonce(&[7; 32]), signer, options) else {
                    return;
                };
                assert_eq!(
                    peer.said(certificate, &response),
                    expected,
                    "{signer} {options:?}"
                );
                assert!(response.clone().with_nonce(&[7; 32]).is_ok());
                assert!(response.with_nonce(&[8; 32]).is_err());
            }
        }
    }
}

#[test]
fn pki_07_its_answers_are_refused_where_they_must_be() {
    let peer = Peer::new();
    let Some(response) = peer.answer(&peer.request(&peer.good), "other", &["-ndays", "7"]) else {
        return;
    };
    assert_eq!(peer.said(&peer.good, &response), NOT_APPOINTED);
    let response = peer.answer(&peer.request(&peer.good), "ca", &["-badsig", "-ndays", "7"]);
    assert_eq!(peer.said(&peer.good, &response.unwrap()), NOT_SIGNED);
    let response = peer.answer(
        &peer.request(&peer.good),
        "responder",
        &["-ndays", "7", "-resp_no_certs"],
    );
    assert_eq!(peer.said(&peer.good, &response.unwrap()), NOBODY);
    let response = peer
        .answer(&peer.request(&peer.good), "ca", &["-ndays", "7"])
        .unwrap();
    assert_eq!(peer.said(&peer.revoked, &response), NOTHING);
    // Later, the answer has expired.
    let mut case = Case::new(&peer.good, peer.ca.certificate_der());
    case = case.at(response.produced_at() + Duration::from_secs(8 * 86_400));
    case.responses.push(response);
    assert!(case.status().contains("expired"));
}

#[test]
fn several_certificates_in_one_question() {
    let peer = Peer::new();
    let request = peer.request(&peer.good);
    let issuer = read(peer.ca.certificate_der());
    let request = request.also(&read(&peer.revoked), &issuer);
    let Some(response) = peer.answer(&request, "responder", &["-ndays", "7"]) else {
        return;
    };
    assert_eq!(response.answers(), 2);
    assert_eq!(peer.said(&peer.good, &response), "good");
    assert!(
        peer.said(&peer.revoked, &response)
            .starts_with("superseded")
    );
    assert_eq!(peer.said(&peer.unknown, &response), NOTHING);
    assert!(response.nonce().is_none());
}

/// What the maker of the tests makes is what OpenSSL takes for good too.
#[test]
fn openssl_reads_the_responses_of_the_tests() {
    let peer = Peer::new();
    let time = |offset: i64| {
        let civil = Civil::from_unix(unix_seconds(SystemTime::now()) + offset).unwrap();
        format!(
            "{:04}{:02}{:02}{:02}{:02}{:02}Z",
            civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
        )
    };
    let make = || {
        let (this, next) = (time(-3_600), time(3_600));
        peer.ca
            .ocsp_response()
            .produced_at(&this)
            .updates(&this, Some(&next))
    };
    for (response, expected) in [
        (make().good(&peer.good), "leaf.pem: good"),
        (
            make().by_key().nonce(b"12345678").good(&peer.good),
            "leaf.pem: good",
        ),
        (
            make().revoked(&peer.good, THEN, Some(1)),
            "leaf.pem: revoked",
        ),
    ] {
        std::fs::write(peer.path("response"), response.issue()).unwrap();
        std::fs::write(peer.path("leaf.pem"), pem("CERTIFICATE", &peer.good)).unwrap();
        let output = Command::new("openssl")
            .args(["ocsp", "-no-CApath", "-no-CAstore", "-no_nonce"])
            .args(["-respin", "response"])
            .args([
                "-issuer", "ca.pem", "-CAfile", "ca.pem", "-cert", "leaf.pem",
            ])
            .current_dir(peer.folder.path())
            .output();
        let Ok(output) = output else {
            assert!(std::env::var_os("CI").is_none(), "no openssl");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            return;
        };
        let (said, words) = (output.stdout, output.stderr);
        let words = String::from_utf8(words).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(expected), "{said} {words}");
        assert!(words.contains("Response verify OK"), "{words}");
        assert!(!words.contains("times invalid"), "{words}");
    }
}
