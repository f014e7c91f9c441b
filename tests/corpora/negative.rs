//! What OpenSSL's own tests demand to fail.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::{ErrorKind, Identity, Opener, TrustAnchors};

use crate::files::{folder, message, now, read, verdict};

const FOLDER: &str = "openssl/cms-negative";

fn opener() -> Opener {
    let anchors = TrustAnchors::from_pem(&read("openssl/smime-certs", "smroot.pem")).unwrap();
    Opener::new(&anchors)
        .any_signer()
        .policy(StandardPolicy::at(now()))
}

/// The digest and signature themselves verify in these; the attributes are wrong.
#[test]
fn attributes_missing_or_repeated() {
    if folder(FOLDER).is_none() {
        return;
    }
    for (file, attribute) in [
        ("bad_signtime_attr.cms", "signingTime"),
        ("no_ct_attr.cms", "contentType"),
        ("no_md_attr.cms", "messageDigest"),
        ("ct_multiple_attr.cms", "contentType"),
    ] {
        let opened = opener().open_cms_all(&read(FOLDER, file)).unwrap();
        assert_ne!(verdict(&opened), "trusted", "{file}");
        let report = opened.report().to_string();
        assert!(report.contains(attribute), "{file}: {report}");
    }
}

#[test]
fn malformed_recipients() {
    if folder(FOLDER).is_none() {
        return;
    }
    for (file, key) in [
        ("dh-malformed.der", None),
        ("ecdh-malformed.der", Some("ecdh")),
        ("rsa-malformed.der", Some("smrsa1")),
        ("missing-kdf.der", None),
        ("malformed.pkcs7", None),
        ("pkcs7-md4-encrypted.pem", None),
    ] {
        let mut opener = opener().password("secret");
        match key {
            Some("ecdh") => {
                let pem = [read(FOLDER, "ecdh-cert.pem"), read(FOLDER, "ecdh-key.pem")].concat();
                opener = opener.identity(&Identity::from_pem(&pem, None).unwrap());
            }
            Some(name) => {
                let pem = read("openssl/smime-certs", &format!("{name}.pem"));
                opener = opener.identity(&Identity::from_pem(&pem, None).unwrap());
            }
            None => {}
        }
        let error = opener.open_cms_all(&read(FOLDER, file)).unwrap_err();
        assert!(!error.to_string().is_empty(), "{file}");
    }
}

#[test]
fn unknown_or_missing_digests() {
    if folder(FOLDER).is_none() {
        return;
    }
    let opened = opener()
        .open_cms_all(&read(FOLDER, "pkcs7-md4.pem"))
        .unwrap();
    assert_eq!(verdict(&opened), "untrusted");
    let report = opened.report().to_string();
    assert!(report.contains("1.2.840.113549.2.4"), "{report}");

    match opener().open_all(&read(FOLDER, "pkcs7-empty-digest-set.eml")) {
        Ok(opened) => assert_eq!(verdict(&opened), "withheld", "{}", opened.report()),
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        ),
    }
}

#[test]
fn what_openssl_1_1_1_encrypted_is_decrypted() {
    if folder(FOLDER).is_none() {
        return;
    }
    let identity = Identity::from_pem(&read("openssl/smime-certs", "smec3.pem"), None).unwrap();
    let opened = opener()
        .identity(&identity)
        .policy(StandardPolicy::at(now()).legacy()) // 3DES
        .open_all(&read(FOLDER, "ciphertext_from_1_1_1.cms"))
        .unwrap();
    assert_eq!(verdict(&opened), "unsigned");
    assert!(!message(&opened).bytes().is_empty());
}
