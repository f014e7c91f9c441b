//! OpenSSL's test set of responses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::asn1::unix_seconds;

fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly("corpus ocsp, because SMIME_CORPORA is not set");
        return None;
    };
    Some(PathBuf::from(root).join("ocsp"))
}

/// The status that a response comes to when `issuer` is the anchor, an hour after it was made.
///
/// The time of the set, 2012-12-19, is one at which all but one have expired; OpenSSL's test does not look at
/// thisUpdate and nextUpdate.
fn judge(folder: &Path, response: &str, issuer: &str) -> String {
    case(folder, response, issuer, None).status()
}

fn case(folder: &Path, response: &str, issuer: &str, at: Option<SystemTime>) -> Case {
    let certificate = |name: &str| {
        let pem = fs::read(folder.join(format!("{name}.pem"))).unwrap();
        // Some files hold what is above it as well.
        Certificate::all_from_bytes(&pem).unwrap().swap_remove(0)
    };
    let text = fs::read(folder.join(format!("{response}.ors"))).unwrap();
    let text: Vec<u8> = text
        .into_iter()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let der = base64_simd::STANDARD.decode_to_vec(text).unwrap();
    let response_read = OcspResponse::from_bytes(&der).unwrap();
    let set = response.rsplit('_').next().unwrap();
    let kind = match set {
        "D2" | "ND2" => "ICA",
        _ => "EE",
    };
    let leaf = certificate(&format!("{set}_Cert_{kind}"));
    let issuer = certificate(issuer);
    let now = at.unwrap_or(response_read.produced_at() + Duration::from_secs(3_600));
    let mut case = Case::new(leaf.to_der(), issuer.to_der()).at(now);
    case.responses.push(response_read);
    case
}

/// What `openssl ocsp` says of the same, times apart; `None` when there is no OpenSSL, which CI does not accept. The
/// roots of the system must not be at hand: among them are those of the set, whole.
fn is_good_to_openssl(folder: &Path, response: &str, issuer: &str) -> Option<bool> {
    let case = case(folder, response, issuer, None);
    let files = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let issuer = file("issuer", case.issuers[0].to_pem().as_bytes());
    let output = Command::new("openssl")
        .args(["ocsp", "-no-CApath", "-no-CAstore", "-partial_chain"])
        .args(["-attime", "1355875200", "-respin"])
        .arg(file("response", case.responses[0].to_der()))
        .arg("-issuer")
        .arg(&issuer)
        .arg("-CAfile")
        .arg(&issuer)
        .arg("-cert")
        .arg(file("leaf", case.leaf.to_pem().as_bytes()))
        .output();
    match output {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            Some(
                words.contains("Response verify OK")
                    && said.contains("leaf: ")
                    && said.contains("good"),
            )
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            None
        }
    }
}

const SETS: [(&str, &str); 6] = [
    ("ND1", "ICA"),
    ("ND2", "Root"),
    ("ND3", "Root"),
    ("D1", "ICA"),
    ("D2", "Root"),
    ("D3", "Root"),
];

#[test]
fn every_case_of_the_set() {
    let Some(folder) = folder() else {
        return;
    };
    let mut judged = 0;
    let mut expect = |response: &str, issuer: &str, expected: &[&str]| {
        judged += 1;
        let said = judge(&folder, response, issuer);
        if let Some(good) = is_good_to_openssl(&folder, response, issuer) {
            assert_eq!(said == "good", good, "{response} below {issuer}");
        }
        assert!(
            expected.contains(&&*said),
            "{response} below {issuer}: {said}"
        );
    };
    for (set, kind) in SETS {
        let issuer = format!("{set}_Issuer_{kind}");
        expect(set, &issuer, &["good"]);
        expect(&format!("ISOP_{set}"), &issuer, &[NOT_SIGNED]);
        expect(&format!("WRID_{set}"), &issuer, &[NOBODY]);
        expect(&format!("WINH_{set}"), &issuer, &[NOTHING]);
        expect(&format!("WIKH_{set}"), &issuer, &[NOTHING]);
        if set.starts_with('D') {
            // The certificate of the responder holds another key, or its signature is changed: either way the
            // CA did not sign it.
            let wrong = [NOT_APPOINTED, NOBODY];
            expect(&format!("WKDOSC_{set}"), &issuer, &wrong);
            expect(&format!("ISDOSC_{set}"), &issuer, &[NOT_APPOINTED]);
        }
        // It has another name than the certificate says its issuer has, and so is not its issuer.
        expect(set, &format!("WSNIC_{set}_Issuer_{kind}"), &[NOTHING]);
        expect(set, &format!("WKIC_{set}_Issuer_{kind}"), &[NOTHING]);
        // An anchor is trusted whatever its signature is.
        expect(set, &format!("ISIC_{set}_Issuer_{kind}"), &["good"]);
    }
    assert_eq!(judged, 54);
}

#[test]
fn pki_07_at_the_time_of_the_set_they_are_replayed() {
    let Some(folder) = folder() else {
        return;
    };
    let at = UNIX_EPOCH + Duration::from_secs(1_355_875_200);
    for (set, kind) in SETS {
        let case = case(&folder, set, &format!("{set}_Issuer_{kind}"), Some(at));
        let until = case.responses[0].answers_given()[0].next_update.unwrap();
        match set {
            // Until 2013-04-15.
            "D2" => {
                assert_eq!(unix_seconds(until), 1_366_005_600);
                assert_eq!(case.status(), "good");
            }
            _ => assert!(
                case.status()
                    .starts_with("the OCSP response expired on 2012-1")
            ),
        }
    }
}
