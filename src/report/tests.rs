//! Reports made by hand, for a person and for a program.

mod path;

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::cert::ca::{Ca, Key};
use crate::cert::{Certificate, RecipientId, SignerId};
use crate::check::{Aspect, Reason};
use crate::crypto::{
    ContentCipher, DigestAlgorithm, ReceivedCipher, ReceivedKeyEncryption, SignatureAlgorithm,
};

fn certificate(address: &str) -> Certificate {
    let ca = Ca::new("Test CA");
    let (der, _) = ca.certify(Key::P256, address).serial(&[0x0a, 0xbc]).issue();
    Certificate::from_der_exact(&der).unwrap()
}

fn empty(verdict: Verdict) -> Report {
    Report {
        verdict,
        layers: Vec::new(),
        checks: Vec::new(),
        parts: Vec::new(),
        header_protection: HeaderProtection::None,
        protected_headers: Vec::new(),
        candidates: Vec::new(),
    }
}

fn layer(kind: LayerKind, part: &str) -> LayerReport {
    LayerReport {
        kind,
        part: part.into(),
        checks: Vec::new(),
        signers: Vec::new(),
    }
}

fn encryption(cipher: ContentCipher) -> LayerKind {
    LayerKind::Encrypted {
        cipher: ReceivedCipher::Current(cipher),
        key_encryption: Some(ReceivedKeyEncryption::RsaPkcs1),
        opened_as: Some(RecipientId::SubjectKeyIdentifier(vec![0xab, 0xcd])),
        recipients: 2,
    }
}

fn signer(status: SignerStatus, checks: Vec<Check>) -> SignerReport {
    let certificate = certificate("alice@example.org");
    SignerReport {
        status,
        id: Some(SignerId::issuer_and_serial(&certificate)),
        certificate: Some(certificate),
        address: None,
        path: None,
        path_failure: None,
        algorithm: Some(SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256)),
        signing_time: Some(UNIX_EPOCH + Duration::from_secs(951_827_696)),
        checks,
    }
}

fn verified() -> Check {
    Check::passed(Aspect::Signer, "the signature verifies", "RFC 5652 5.6")
}

fn unknown_issuer() -> Check {
    let issuer = "CN=Test CA".into();
    Check::failed(
        Aspect::Path,
        "certificate",
        Reason::UnknownIssuer { issuer },
    )
}

fn part(part: &str, media_type: &str, bytes: u64, signed: bool) -> PartReport {
    PartReport {
        part: part.into(),
        media_type: media_type.into(),
        bytes,
        protection: Protection {
            signature: signed.then_some(SignerStatus::Untrusted),
            encryption: Encryption::None,
        },
    }
}

/// Encrypted, inside it signed by somebody whose CA is not known.
fn untrusted() -> Report {
    let mut signed = layer(LayerKind::DetachedSignature, "");
    signed.signers = vec![signer(
        SignerStatus::Untrusted,
        vec![verified(), unknown_issuer()],
    )];
    Report {
        layers: vec![layer(encryption(ContentCipher::Aes256Cbc), ""), signed],
        checks: vec![Check::failed(
            Aspect::Requirement,
            "policy",
            Reason::AuthenticatedEncryptionRequired,
        )],
        ..empty(Verdict::Untrusted)
    }
}

#[track_caller]
fn has(text: &str, line: &str) {
    assert!(
        text.lines().any(|found| found == line),
        "no {line:?} in\n{text}"
    );
}

/// The text without line breaks and indentation.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_untrusted_message_in_full() {
    let text = untrusted().to_string();
    let expected = "\
Untrusted: no trust anchor vouches for the certificate; if you trust the CA that issued it (CN=Test
    CA), add it to the trust anchors, or pass the intermediate certificates that are missing.
Also: encryption that notices changes is required; ask the sender for AES-GCM.
1. Encryption with AES-256-CBC, which does not notice changes; recipients: 2; opened by RSA PKCS#1
    v1.5 as key identifier ABCD
  2. Signature beside its content
    Signer alice@example.org: untrusted
      certificate: CN=alice (serial 0ABC, issued by CN=Test CA)
      algorithm: ECDSA with SHA-256
      signed, by the signer's own clock: 2000-02-29 12:34:56 UTC
      ok: the signature verifies
      failed: path: certificate: no trust anchor vouches for the certificate; if you trust the CA
          that issued it (CN=Test CA), add it to the trust anchors, or pass the intermediate
          certificates that are missing [RFC 5280 6.1]
The message as a whole
  failed: requirement: policy: encryption that notices changes is required; ask the sender for
      AES-GCM [policy]
Header: no protected copy; anybody can have changed the subject and the other fields
";
    assert_eq!(text, expected);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let headline = untrusted().headline();
    assert!(unwrapped(&text).starts_with(&headline), "{headline}");
    assert!(headline.ends_with("that are missing."), "{headline}");
}

#[test]
fn the_first_line_is_the_verdict() {
    let first = |report: &Report| report.to_string().lines().next().unwrap().to_owned();
    let plain = empty(Verdict::Unsigned);
    let text = plain.to_string();
    assert!(
        text.starts_with("Unsigned: neither signed nor encrypted, so anybody"),
        "{text}"
    );
    assert!(!text.contains("Header"), "{text}");

    let mut encrypted = empty(Verdict::Unsigned);
    encrypted.layers = vec![layer(encryption(ContentCipher::Aes256Gcm), "")];
    let line = first(&encrypted);
    assert!(line.starts_with("Unsigned: encrypted with AES-256-GCM, which notices changes, but"));
    encrypted.layers = vec![layer(encryption(ContentCipher::Aes256Cbc), "")];
    let line = first(&encrypted);
    assert!(
        line.starts_with("Unsigned: encrypted with AES-256-CBC, which does not notice changes")
    );
    encrypted.layers = vec![layer(encryption(ContentCipher::Aes256Gcm), "2")];
    assert!(first(&encrypted).contains("only a part of it is encrypted"));

    let mut trusted = empty(Verdict::Trusted);
    trusted.layers = vec![layer(LayerKind::OpaqueSignature, "")];
    trusted.layers[0].signers = vec![signer(SignerStatus::Trusted, vec![verified()])];
    assert_eq!(
        first(&trusted),
        "Trusted: signed by alice@example.org, and not changed since; not encrypted."
    );
    trusted
        .layers
        .insert(0, layer(encryption(ContentCipher::Aes256Gcm), ""));
    assert_eq!(
        first(&trusted),
        "Trusted: signed by alice@example.org, and not changed since; encrypted with AES-256-GCM."
    );

    let mut withheld = empty(Verdict::Withheld);
    withheld.layers = vec![layer(LayerKind::DetachedSignature, "")];
    let changed = Check::failed(
        Aspect::Integrity,
        "content",
        Reason::DigestMismatch { diagnosis: None },
    );
    withheld.layers[0].signers = vec![
        signer(SignerStatus::Untrusted, vec![unknown_issuer()]),
        signer(SignerStatus::Invalid, vec![changed]),
    ];
    let text = withheld.to_string();
    assert!(
        text.starts_with("Withheld: the content was changed after it was signed; "),
        "{text}"
    );
    assert!(text.contains("\nAlso: no trust anchor vouches"), "{text}");
}

#[test]
fn a_trusted_message_says_what_is_odd() {
    let mut report = empty(Verdict::Trusted);
    report.layers = vec![layer(LayerKind::DetachedSignature, "")];
    report.layers[0].signers = vec![
        signer(SignerStatus::Untrusted, vec![unknown_issuer()]),
        signer(SignerStatus::Trusted, vec![verified()]),
    ];
    report.checks = vec![Check::noted(
        Aspect::Address,
        "display name of From",
        Reason::MisleadingName {
            name: "bob@example.org".into(),
            address: "alice@example.org".into(),
        },
    )];
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("Trusted: signed by alice@example.org"));
    assert!(lines[1].starts_with("Note: the name \"bob@example.org\" shows an address"));
    has(
        &text,
        "Something beside this signature is not as it should be, see below.",
    );
    assert!(!text.contains("Also:"), "{text}");
    assert_eq!(report.signer().unwrap().status(), SignerStatus::Trusted);
}

#[test]
fn coverage_is_told_per_part() {
    let mut report = untrusted();
    report.layers[0].part = "2".into();
    report.layers[1].part = "2.1".into();
    report.layers.push(layer(LayerKind::Compressed, "20"));
    report.parts = vec![
        part("", "multipart/mixed", 900, false),
        part("1", "text/html", 100, false),
        part("2", "text/plain", 300, true),
        part("3", "text/html", 20, false),
    ];
    let text = report.to_string();
    has(&text, "Parts and what covers them");
    has(
        &text,
        "  whole multipart/mixed, bytes: 900, not signed, not encrypted",
    );
    has(
        &text,
        "  2 text/plain, bytes: 300, signed (untrusted), not encrypted",
    );
    assert!(
        unwrapped(&text).contains(
            "Do not take these parts for what the others are: 1, 3, bytes: 120; nobody signed"
        ),
        "{text}"
    );
    assert!(!unwrapped(&text).contains("beside encrypted"), "{text}");
    // Inside of 2 and not inside of 2.1 or 2.
    has(&text, "  2. Signature beside its content (part 2.1)");
    has(&text, "3. Compression (part 20)");
    report.parts[2].protection.encryption = Encryption::Authenticated;
    assert!(
        unwrapped(&report.to_string())
            .contains("1, 3, bytes: 120; they came unencrypted beside encrypted")
    );
    report.parts = vec![part("", "text/plain", 300, true)];
    assert!(!report.to_string().contains("Do not take"));
}

#[test]
fn header_and_candidates() {
    let mut report = untrusted();
    report.header_protection = HeaderProtection::Clear;
    report.protected_headers = vec![HeaderField {
        name: "Subject".into(),
        value: "x\r\nFrom: y".into(),
    }];
    report.candidates = vec![Candidate {
        certificate: certificate("alice@example.org"),
        encrypts: true,
        capabilities: vec!["AES-256-GCM".into(), "AES-128-CBC".into()],
    }];
    let text = report.to_string();
    has(
        &text,
        "Header: copies inside (hp=clear); nobody vouches for them",
    );
    has(&text, "  Subject: x\\u{d}\\u{a}From: y");
    has(&text, "  CN=alice, to encrypt to; SHA-256 fingerprint:");
    has(&text, "    its owner reads AES-256-GCM, AES-128-CBC");
    let fingerprint = report.candidates[0].certificate.fingerprint_sha256();
    has(&text, &format!("    {fingerprint}"));
}

#[test]
fn only_the_header_of_a_trusted_message_is_to_be_believed() {
    for verdict in [
        Verdict::Trusted,
        Verdict::Untrusted,
        Verdict::Unsigned,
        Verdict::Withheld,
    ] {
        for protection in [
            HeaderProtection::None,
            HeaderProtection::Clear,
            HeaderProtection::Cipher,
            HeaderProtection::Legacy,
        ] {
            let mut report = empty(verdict);
            report.layers = vec![layer(LayerKind::OpaqueSignature, "")];
            report.header_protection = protection;
            let why = Reason::HeaderDiffers {
                field: "Subject".into(),
            };
            report.checks = vec![Check::noted(Aspect::Coverage, "header", why)];
            let believed = report.to_string().contains("believe");
            let expected = verdict == Verdict::Trusted && protection != HeaderProtection::None;
            assert_eq!(believed, expected, "{report}");
        }
    }
}

#[test]
fn nothing_from_the_message_makes_a_line_of_its_own() {
    let evil = "x\r\nTrusted: signed by alice@example.org\u{2028}\u{202e}";
    let mut report = untrusted();
    report.layers[0].part = evil.into();
    report.parts = vec![part(evil, evil, 1, true), part("1", "text/plain", 1, false)];
    report.header_protection = HeaderProtection::Legacy;
    report.protected_headers = vec![HeaderField {
        name: evil.into(),
        value: evil.into(),
    }];
    report.checks = vec![Check::note(Aspect::Structure, evil, "RFC 2045")];
    report.candidates = vec![Candidate {
        certificate: certificate("alice@example.org"),
        encrypts: false,
        capabilities: vec![evil.into()],
    }];
    let text = report.to_string();
    assert!(
        text.lines()
            .all(|line| !line.trim_start().starts_with("Trusted")),
        "{text}"
    );
    assert!(!text.contains(['\r', '\u{2028}', '\u{202e}']));
}

#[test]
fn failed_checks_and_the_best_signer() {
    let report = untrusted();
    let failed: Vec<Aspect> = report.failed_checks().map(Check::aspect).collect();
    assert_eq!(failed, [Aspect::Path, Aspect::Requirement]);
    assert_eq!(report.encryption(), Encryption::Unauthenticated);
    assert!(empty(Verdict::Unsigned).signer().is_none());
    let mut report = untrusted();
    report.layers[1].signers = [
        SignerStatus::Invalid,
        SignerStatus::Unchecked,
        SignerStatus::Untrusted,
        SignerStatus::Untrusted,
    ]
    .map(|status| signer(status, vec![verified()]))
    .to_vec();
    report.layers[1].signers[2].algorithm = None;
    let best = report.signer().unwrap();
    assert_eq!(best.status(), SignerStatus::Untrusted);
    assert!(best.algorithm().is_none(), "the first of the best");
}

#[cfg(feature = "serde")]
#[test]
fn json_has_the_documented_form() {
    use serde_json::{json, to_value};
    let mut report = untrusted();
    report.parts = vec![part("1", "text/plain", 300, true)];
    report.header_protection = HeaderProtection::Cipher;
    report.protected_headers = vec![HeaderField {
        name: "Subject".into(),
        value: "x".into(),
    }];
    let alice = report.layers[1].signers[0].certificate.clone().unwrap();
    report.candidates = vec![Candidate {
        certificate: alice.clone(),
        encrypts: true,
        capabilities: vec!["AES-256-GCM".into()],
    }];
    let summary = json!({
        "subject": "CN=alice",
        "serial": alice.serial_hex(),
        "issuer": "CN=Test CA",
        "fingerprint_sha256": alice.fingerprint_sha256(),
        "addresses": ["alice@example.org"],
        "not_before": "2024-01-01T00:00:00Z",
        "not_after": "2049-12-31T23:59:59Z",
    });
    let failed = |aspect: &str, what: &str, reason: &Reason| {
        json!({
            "aspect": aspect, "outcome": "failed", "what": what,
            "why": reason.to_string(), "reference": reason.reference(),
        })
    };
    let issuer = Reason::UnknownIssuer {
        issuer: "CN=Test CA".into(),
    };
    assert_eq!(
        to_value(&report).unwrap(),
        json!({
            "verdict": "untrusted",
            "headline": report.headline(),
            "layers": [
                {
                    "kind": "encrypted", "part": "", "checks": [], "signers": [],
                    "encryption": {
                        "cipher": "AES-256-CBC", "authenticated": false,
                        "key_encryption": "RSA PKCS#1 v1.5",
                        "opened_as": "key identifier ABCD", "recipients": 2,
                    },
                },
                {
                    "kind": "detached-signature", "part": "", "checks": [], "encryption": null,
                    "signers": [{
                        "status": "untrusted",
                        "id": "serial 0ABC issued by CN=Test CA",
                        "address": null,
                        "certificate": summary,
                        "path": null,
                        "attempts": [],
                        "algorithm": "ECDSA with SHA-256",
                        "signing_time": "2000-02-29T12:34:56Z",
                        "checks": [
                            {
                                "aspect": "signer", "outcome": "passed",
                                "what": "the signature verifies", "why": null,
                                "reference": "RFC 5652 5.6",
                            },
                            failed("path", "certificate", &issuer),
                        ],
                    }],
                },
            ],
            "checks": [failed("requirement", "policy", &Reason::AuthenticatedEncryptionRequired)],
            "parts": [{
                "part": "1", "media_type": "text/plain", "bytes": 300,
                "signature": "untrusted", "encryption": "none",
            }],
            "headers": { "protection": "cipher", "fields": [{ "name": "Subject", "value": "x" }] },
            "candidates": [{
                "certificate": summary, "encrypts": true, "capabilities": ["AES-256-GCM"],
            }],
        })
    );
    let plain = to_value(empty(Verdict::Unsigned)).unwrap();
    assert_eq!(plain["layers"], json!([]));
    assert_eq!(plain["headers"]["protection"], "none");
}
