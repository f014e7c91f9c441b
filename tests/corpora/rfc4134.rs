//! The examples of RFC 4134: SHA-1, DSA, RC2, 3DES, 1024-bit RSA. For the legacy policy.

use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use smime::policy::StandardPolicy;
use smime::{Certificate, ErrorKind, Identity, Opener, PrivateKey, TrustAnchors};

use crate::files::{folder, message, now, read, verdict};

const FOLDER: &str = "rfc4134";
const CONTENT: &[u8] = b"This is some sample content.";

fn anchors() -> TrustAnchors {
    let mut anchors = TrustAnchors::new();
    for file in ["CarlRSASelf.cer", "CarlDSSSelf.cer"] {
        anchors.add(&Certificate::from_bytes(&read(FOLDER, file)).unwrap());
    }
    anchors
}

fn bob() -> Identity {
    let certificate = Certificate::from_bytes(&read(FOLDER, "BobRSASignByCarl.cer")).unwrap();
    let key = PrivateKey::from_bytes(&read(FOLDER, "BobPrivRSAEncrypt.pri"), None).unwrap();
    Identity::new([certificate], key).unwrap()
}

fn legacy() -> Opener {
    Opener::new(&anchors())
        .identity(&bob())
        .any_signer()
        .policy(StandardPolicy::at(now()).legacy())
}

fn content(file: &str) -> Vec<u8> {
    let mut opener = legacy();
    for certificate in ["AliceRSASignByCarl.cer", "AliceDSSSignByCarlNoInherit.cer"] {
        opener =
            opener.certificates([&Certificate::from_bytes(&read(FOLDER, certificate)).unwrap()]);
    }
    let opened = opener.open_cms_all(&read(FOLDER, file)).unwrap();
    assert_ne!(verdict(&opened), "trusted", "{file}");
    assert_ne!(verdict(&opened), "withheld", "{file}: {}", opened.report());
    message(&opened).bytes().to_vec()
}

/// 4.1 to 4.7, 4.10, 4.11: signed. DSA is not implemented, so most signatures cannot be checked, but their digests
/// can.
#[test]
fn signed() {
    if folder(FOLDER).is_none() {
        return;
    }
    for file in [
        "4.1.bin", "4.2.bin", "4.4.bin", "4.5.bin", "4.6.bin", "4.7.bin",
    ] {
        assert_eq!(content(file), CONTENT, "{file}");
    }
}

/// 4.2 is RSA with SHA-1: verified, and never called trusted.
#[test]
fn rsa_is_verified_under_the_legacy_policy_only() {
    if folder(FOLDER).is_none() {
        return;
    }
    let opened = legacy().open_cms_all(&read(FOLDER, "4.2.bin")).unwrap();
    assert_eq!(verdict(&opened), "untrusted");
    let report = opened.report().to_string();
    assert!(report.contains("SHA-1"), "{report}");
    let signer = &opened.report().layers()[0].signers()[0];
    assert_eq!(
        signer.status(),
        smime::report::SignerStatus::Untrusted,
        "{report}"
    );

    let standard = Opener::new(&anchors()).policy(StandardPolicy::at(now()));
    let opened = standard.open_cms_all(&read(FOLDER, "4.2.bin")).unwrap();
    assert_eq!(verdict(&opened), "untrusted");
    let signer = &opened.report().layers()[0].signers()[0];
    assert_eq!(signer.status(), smime::report::SignerStatus::Unchecked);
}

/// 4.3 is the signature of 4.1's kind without its content.
#[test]
fn detached() {
    if folder(FOLDER).is_none() {
        return;
    }
    let opened = legacy().open_cms_all(&read(FOLDER, "4.3.bin")).unwrap();
    assert_ne!(verdict(&opened), "trusted");
    assert!(
        opened
            .report()
            .failed_checks()
            .any(|check| check.why().is_some())
    );
    let opened = legacy()
        .verify_detached_all(CONTENT, &read(FOLDER, "4.3.bin"))
        .unwrap();
    assert_eq!(verdict(&opened), "untrusted", "{}", opened.report());
    let opened = legacy()
        .verify_detached_all(b"This is some other content.", &read(FOLDER, "4.3.bin"))
        .unwrap();
    assert_ne!(verdict(&opened), "trusted");
}

#[test]
fn mails() {
    if folder(FOLDER).is_none() {
        return;
    }
    for file in ["4.8.eml", "4.9.eml"] {
        let opened = legacy().open_all(&read(FOLDER, file)).unwrap();
        assert_eq!(verdict(&opened), "untrusted", "{file}\n{}", opened.report());
        let bytes = message(&opened).bytes().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            text.contains("This is some sample content."),
            "{file}: {text}"
        );
    }
}

#[test]
fn enveloped() {
    if folder(FOLDER).is_none() {
        return;
    }
    for file in ["5.1.bin", "5.2.bin"] {
        let opened = legacy().open_cms_all(&read(FOLDER, file)).unwrap();
        assert_eq!(verdict(&opened), "unsigned", "{file}");
        assert_eq!(message(&opened).bytes(), CONTENT, "{file}");
        let error = Opener::new(&anchors())
            .identity(&bob())
            .policy(StandardPolicy::at(now()))
            .open_cms_all(&read(FOLDER, file))
            .unwrap_err();
        let name = if file == "5.1.bin" { "3DES" } else { "RC2" };
        assert!(error.to_string().contains(name), "{file}: {error}");
    }
    let opened = legacy().open_all(&read(FOLDER, "5.3.eml")).unwrap();
    let bytes = message(&opened).bytes().to_vec();
    assert!(String::from_utf8_lossy(&bytes).contains("This is some sample content."));
}

/// DigestedData and EncryptedData protect nothing that a reader of mail could check: named, not read.
#[test]
fn other_content_types_are_named() {
    if folder(FOLDER).is_none() {
        return;
    }
    for (file, oid) in [
        ("6.0.bin", "1.2.840.113549.1.7.5"),
        ("7.1.bin", "1.2.840.113549.1.7.6"),
        ("7.2.bin", "1.2.840.113549.1.7.6"),
    ] {
        let error = legacy().open_cms_all(&read(FOLDER, file)).unwrap_err();
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Unsupported { .. } | ErrorKind::UnsupportedAlgorithm { .. }
            ),
            "{file}: {error}"
        );
        assert!(error.to_string().contains(oid), "{file}: {error}");
    }
}

/// Everything that is CMS is read without a panic, whatever comes of it, also cut off anywhere.
#[test]
fn everything_cut_off_anywhere() {
    let Some(path) = folder(FOLDER) else { return };
    let opener = legacy();
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            let bytes = std::fs::read(&path).unwrap();
            for end in (0..bytes.len()).step_by(7) {
                if let Ok(opened) = opener.open_cms_all(&bytes[..end]) {
                    assert_ne!(verdict(&opened), "trusted");
                }
            }
        }
    }
}
