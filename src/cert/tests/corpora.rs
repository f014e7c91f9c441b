//! Certificates made by others must all load.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// The corpora, if `SMIME_CORPORA` says where they are.
pub(super) fn corpus(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly(format!("corpus {name}, because SMIME_CORPORA is not set"));
        return None;
    };
    let path = Path::new(&root).join(name);
    assert!(path.is_dir(), "{} is no folder", path.display());
    Some(path)
}

/// All files below a folder whose name ends in one of `endings`.
pub(super) fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, endings));
        } else if endings.iter().any(|e| path.to_str().unwrap().ends_with(e)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn load_all(name: &str, endings: &[&str], expected: usize) -> Vec<(PathBuf, Certificate)> {
    let Some(folder) = corpus(name) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for file in files(&folder, endings) {
        let bytes = fs::read(&file).unwrap();
        let certificates = Certificate::all_from_bytes(&bytes)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(!certificates.is_empty(), "{}", file.display());
        all.extend(certificates.into_iter().map(|c| (file.clone(), c)));
    }
    assert_eq!(all.len(), expected, "certificates in {name}");
    all
}

#[test]
fn rfc9216() {
    let all = load_all("rfc9216", &["certificate.pem"], 12);
    let by = |part: &str| {
        let mut found = all
            .iter()
            .filter(|(file, _)| file.to_str().unwrap().contains(part));
        found.next().map(|(_, certificate)| certificate)
    };
    if let (Some(alice), Some(root)) = (by("4.1_"), by("3.1_")) {
        assert_eq!(alice.addresses(), ["alice@smime.example"]);
        assert!(alice.issued_by(root));
        assert!(root.is_self_issued());
    }
}

#[test]
fn smime_br() {
    for (file, certificate) in load_all("smime-br", &[".crttest"], 36) {
        // The one thing they have in common: they are for mail.
        assert!(
            !certificate.addresses().is_empty() || !certificate.ignored_addresses().is_empty(),
            "{}",
            file.display()
        );
    }
}

#[test]
fn thunderbird() {
    load_all("thunderbird", &[".pem"], 1);
}

#[test]
fn pkits() {
    let all = load_all("pkits", &[".crt"], 405);
    // Name chaining of section 4.3 needs the folding of names.
    let by = |name: &str| {
        all.iter()
            .find(|(file, _)| file.file_stem().unwrap() == name)
    };
    for name in [
        "ValidNameChainingWhitespaceTest3EE",
        "ValidNameChainingWhitespaceTest4EE",
        "ValidNameChainingCapitalizationTest5EE",
        "ValidUTF8StringCaseInsensitiveMatchTest11EE",
    ] {
        if let Some((_, leaf)) = by(name) {
            assert!(
                all.iter().any(|(_, issuer)| leaf.issued_by(issuer)),
                "{name}"
            );
        }
    }
    // Each comparison starts a process: some will do.
    for (file, certificate) in all.iter().step_by(8) {
        let options = ["-serial", "-fingerprint", "-sha256"];
        if let Some(expected) = super::openssl::x509(certificate.to_der(), &options) {
            let found = format!(
                "serial={}\nsha256 Fingerprint={}\n",
                certificate.serial_hex(),
                certificate.fingerprint_sha256()
            );
            assert_eq!(found, expected, "{}", file.display());
        }
    }
}

#[test]
fn fuzz_seeds_do_not_panic() {
    let Some(folder) = corpus("fuzz-seeds") else {
        return;
    };
    for file in files(&folder, &[""]) {
        let bytes = fs::read(&file).unwrap();
        if let Ok(certificate) = Certificate::from_der_exact(&bytes) {
            let _ = format!("{certificate:?}");
        }
    }
}
