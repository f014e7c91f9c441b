//! Mails of others. What they are was found with the email package of Python 3.11.

use std::path::{Path, PathBuf};

use super::*;
use crate::mime::multipart;

/// The corpora, if `SMIME_CORPORA` says where they are.
pub(super) fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("SMIME_CORPORA");
    if root.is_none() {
        crate::skip::loudly("mails of the corpora, because SMIME_CORPORA is not set");
    }
    root.map(PathBuf::from)
}

/// The kinds of a mail and its parts, in the form of Python's tree: S signed, M multipart, C CMS, D detached, L leaf.
fn shape(raw: &[u8]) -> String {
    let limits = Limits::default();
    let entity = Entity::read(raw, &limits).unwrap();
    let (letter, boundary) = match entity.kind() {
        Kind::MultipartSigned { boundary, .. } => ("S", boundary),
        Kind::Multipart { boundary } => ("M", boundary),
        Kind::Cms => {
            assert_eq!(entity.cms().unwrap().first(), Some(&0x30));
            return "C".into();
        }
        Kind::DetachedSignature => {
            assert_eq!(entity.cms().unwrap().first(), Some(&0x30));
            return "D".into();
        }
        Kind::Message => return "R".into(),
        Kind::Leaf => return "L".into(),
    };
    let split = multipart::split(entity.body, &boundary, &limits).unwrap();
    let parts: Vec<String> = split.parts.iter().map(|part| shape(part)).collect();
    format!("{letter}[{}]", parts.join(" "))
}

fn read_file(root: &Path, name: &str) -> Vec<u8> {
    std::fs::read(root.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn mails_of_james_rfc4134_and_openssl() {
    let Some(root) = corpora() else { return };
    for (name, expected) in [
        ("james/mail-with-signature-and-multi-certs.eml", "C"),
        ("james/mail_with_signature.eml", "S[L D]"),
        (
            "james/mail_with_signature_and_content_type_xpkcs7mime.eml",
            "C",
        ),
        ("james/non_smime_mail.eml", "L"),
        ("openssl/cms-negative/pkcs7-empty-digest-set.eml", "S[L D]"),
        ("openssl/cms-negative/ciphertext_from_1_1_1.cms", "C"),
        ("openssl/cms-negative/malformed.pkcs7", "C"),
        ("openssl/cms-negative/pkcs7-md4.pem", "C"),
        ("rfc4134/4.8.eml", "S[L D]"),
        ("rfc4134/4.9.eml", "C"),
        ("rfc4134/5.3.eml", "C"),
    ] {
        assert_eq!(shape(&read_file(&root, name)), expected, "{name}");
    }
}

#[test]
fn mails_of_thunderbird() {
    let Some(root) = corpora() else { return };
    let folder = root.join("thunderbird");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".eml") {
            continue;
        }
        count += 1;
        let expected = if name.ends_with("dsig.SHA256.multipart.dave.dsig.SHA256.multipart.eml")
            || name.ends_with("dsig.SHA512.multipart.dave.dsig.SHA512.multipart.eml")
        {
            "S[S[L D] D]"
        } else if name.ends_with(".env.eml") || name.contains(".sig.") && !name.contains("dsig") {
            "C"
        } else if name.starts_with("alice.plain.sig") || name.starts_with("alice.env.dsig") {
            if name.ends_with(".opaque.eml") {
                "C"
            } else {
                "S[C D]"
            }
        } else if name.ends_with(".opaque.eml") {
            "C"
        } else {
            "S[L D]"
        };
        let mail = read_file(&folder, &name);
        assert_eq!(shape(&mail), expected, "{name}");
        // The same mail with LF line ends.
        let lf = String::from_utf8(mail).unwrap().replace("\r\n", "\n");
        assert_eq!(shape(lf.as_bytes()), expected, "{name} with LF");
    }
    assert_eq!(count, 34);
}
