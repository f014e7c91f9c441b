//! The same verdicts as `openssl verify`.

use std::process::Command;

use super::*;
use crate::cert::ca::{Certify, SERVER_AUTH, pem, sequence, tlv};

/// What `openssl verify` says; `None` when there is no OpenSSL, which CI does not accept.
fn verify(case: &Case) -> Option<bool> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, certificates: &[Certificate]| {
        let path = folder.path().join(name);
        let all = certificates.iter().map(|c| pem("CERTIFICATE", c.to_der()));
        std::fs::write(&path, all.collect::<String>()).unwrap();
        path
    };
    let status = Command::new("openssl")
        .args([
            "verify",
            "-purpose",
            "smimesign",
            "-attime",
            "1767225600",
            "-x509_strict",
        ])
        .arg("-trusted")
        .arg(file("anchors", case.anchors.certificates()))
        .arg("-untrusted")
        .arg(file("others", &case.others))
        .arg(file("leaf", std::slice::from_ref(&case.leaf)))
        .output();
    match status {
        Ok(output) => Some(output.status.success()),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            None
        }
    }
}

/// A change of the intermediate certificate, and whether a leaf below it is good.
type Change = (&'static str, fn(Certify<'_>) -> Certify<'_>, bool);

#[test]
fn agrees_with_openssl() {
    fn constraint<'a>(c: Certify<'a>, list: u8, base: &[u8]) -> Certify<'a> {
        let subtree = sequence(&[&tlv(0x81, base)]);
        c.extension("2.5.29.30", true, &sequence(&[&tlv(list, &subtree)]))
    }
    let changes: [Change; 12] = [
        ("nothing", |c| c, true),
        (
            "expired",
            |c| c.validity("200101000000Z", "210101000000Z"),
            false,
        ),
        ("no CA", |c| c.basic_constraints(false), false),
        (
            "key usage",
            |c| c.key_usage(Some(crate::cert::ca::CRL_SIGN)),
            false,
        ),
        ("purpose", |c| c.extended_key_usage(&[SERVER_AUTH]), false),
        ("path length", |c| c.path_length(0), true),
        (
            "critical",
            |c| c.extension("1.2.3.4", true, b"\x05\x00"),
            false,
        ),
        (
            "permitted host",
            |c| constraint(c, 0xa0, b"example.org"),
            true,
        ),
        (
            "permitted domain",
            |c| constraint(c, 0xa0, b".example.org"),
            false,
        ),
        (
            "excluded host",
            |c| constraint(c, 0xa1, b"example.org"),
            false,
        ),
        (
            "excluded domain",
            |c| constraint(c, 0xa1, b".example.org"),
            true,
        ),
        (
            "excluded mailbox",
            |c| constraint(c, 0xa1, b"bob@example.org"),
            false,
        ),
    ];
    let root = Ca::new("Root");
    for (words, change, good) in changes {
        let middle = change(root.authority("Middle")).issue_authority();
        let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
        let case = Case::new(
            &leaf,
            &[middle.certificate_der()],
            &[root.certificate_der()],
        );
        assert_eq!(case.validate().is_ok(), good, "{words}");
        if let Some(verdict) = verify(&case) {
            assert_eq!(verdict, good, "openssl, {words}");
        }
        // One more CA below.
        let lower = middle.intermediate("Lower");
        let (leaf, _) = lower.leaf(Key::P256, "bob@example.org");
        let others = [middle.certificate_der(), lower.certificate_der()];
        let case = Case::new(&leaf, &others, &[root.certificate_der()]);
        let good = good && words != "path length";
        assert_eq!(case.validate().is_ok(), good, "{words}, one more");
        if let Some(verdict) = verify(&case) {
            assert_eq!(verdict, good, "openssl, {words}, one more");
        }
    }
}
