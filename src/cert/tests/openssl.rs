//! What OpenSSL reads from the same certificates.

use std::io::Write;
use std::process::{Command, Stdio};

use super::*;
use crate::cert::ca::name;

/// `openssl x509` over DER; `None` when there is no OpenSSL, which CI does not accept.
pub(super) fn x509(der: &[u8], options: &[&str]) -> Option<String> {
    let spawned = Command::new("openssl")
        .args(["x509", "-inform", "DER", "-noout"])
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            return None;
        }
    };
    child.stdin.take().unwrap().write_all(der).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl x509 failed");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What `openssl x509 -serial -fingerprint -sha256 -subject -issuer -email` prints.
fn as_openssl(certificate: &Certificate) -> String {
    let mut out = format!(
        "serial={}\nsha256 Fingerprint={}\nsubject={}\nissuer={}\n",
        certificate.serial_hex(),
        certificate.fingerprint_sha256(),
        certificate.subject(),
        certificate.issuer()
    );
    for address in certificate.addresses() {
        out.push_str(address);
        out.push('\n');
    }
    out
}

#[test]
fn reads_what_openssl_reads() {
    let ca = Ca::new("Test CA, \"quoted\"");
    let subject = name(&[
        ("2.5.4.6", "DE"),
        ("2.5.4.8", "Bayern"),
        ("2.5.4.7", "München"),
        ("2.5.4.10", "A+B <Co>; KG"),
        ("2.5.4.11", "#1"),
        ("0.9.2342.19200300.100.1.25", "example"),
        ("0.9.2342.19200300.100.1.1", "u1"),
        ("2.5.4.42", "Bob"),
        ("2.5.4.4", "Müller"),
        ("2.5.4.12", "Dr."),
        ("2.5.4.65", "b\\m"),
        ("2.5.4.5", "17"),
        ("2.5.4.3", " Bob  Müller "),
    ]);
    let (der, _) = ca
        .certify(Key::P256, "bob@example.org")
        .address("b.m@example.org")
        .raw_subject(subject)
        .serial(&[0, 0x9f, 0, 1])
        .issue();
    let options = [
        "-serial",
        "-fingerprint",
        "-sha256",
        "-subject",
        "-issuer",
        "-email",
        "-nameopt",
        "esc_2253,esc_ctrl,utf8,dump_nostr,dump_unknown,dump_der,sep_comma_plus,dn_rev,sname",
    ];
    if let Some(expected) = x509(&der, &options) {
        assert_eq!(as_openssl(&read(&der)), expected);
    }
}
