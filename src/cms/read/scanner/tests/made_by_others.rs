//! Objects of the corpora, those that OpenSSL makes, and what the writing half makes.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::*;
use crate::cert::ca::{Ca, Key};
use crate::cert::{Certificate, Identity};
use crate::cms::CertificateReference;
use crate::cms::signed::{SignedDataWriter, Signer, indefinite_head, indefinite_tail};
use crate::crypto::SignatureAlgorithm;
use crate::key::PrivateKey;
use crate::key::testing::{have_openssl, openssl};
use crate::mime::base64::Base64Reader;

fn files(folder: &Path, found: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files(&path, found),
            false => found.push(std::fs::read(path).unwrap()),
        }
    }
}

/// All BER that stands in a file, as it is or in base64.
fn objects_in(file: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![file.to_vec()];
    let text = String::from_utf8_lossy(file).replace('\r', "");
    let mut block = String::new();
    for line in text.lines().chain([""]) {
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        if !line.is_empty() && line.chars().all(is_base64) {
            block.push_str(line);
            continue;
        }
        let mut out = Vec::new();
        let mut reader = Base64Reader::default();
        let decoded = reader.push(block.as_bytes(), &mut out);
        if decoded.and_then(|()| reader.finish(&mut out)).is_ok() {
            found.push(out);
        }
        block.clear();
    }
    found.retain(|object| object.first() == Some(&0x30));
    found
}

#[test]
fn corpora_are_read_alike() {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly("the corpora, because SMIME_CORPORA is not set");
        return;
    };
    let mut all = Vec::new();
    files(Path::new(&root), &mut all);
    let mut count = 0;
    for object in all.iter().flat_map(|file| objects_in(file)) {
        let read = agree(&object, 1_000);
        if read {
            count += 1;
            all_splits(&object);
            for cut in (0..object.len()).step_by(1 + object.len() / 50) {
                agree(&object[..cut], 97);
                let mut changed = object.clone();
                changed[cut] ^= 0x21;
                agree(&changed, 97);
            }
        }
    }
    assert!(count > 40, "{count}");
}

#[test]
fn what_openssl_makes() {
    if !have_openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| openssl(folder.path(), arguments).unwrap();
    let content: Vec<u8> = (0..50_000_u32).flat_map(|n| n.to_be_bytes()).collect();
    std::fs::write(folder.path().join("content"), &content).unwrap();
    run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=A \
         -keyout key.pem -out cert.pem",
    );
    let sign = "cms -sign -binary -in content -outform DER -signer cert.pem -inkey key.pem";
    let encrypt = "cms -encrypt -binary -in content -outform DER";
    for (command, has_content) in [
        (format!("{sign} -nodetach"), true),
        (format!("{sign} -nodetach -stream"), true),
        (format!("{sign} -nodetach -noattr -nocerts"), true),
        (sign.to_owned(), false),
        (format!("{encrypt} -aes256 cert.pem"), true),
        (format!("{encrypt} -aes256 -stream cert.pem"), true),
        (format!("{encrypt} -aes-128-gcm -stream cert.pem"), true),
        (
            "cms -data_create -binary -in content -outform DER".into(),
            true,
        ),
        (
            "cms -data_create -binary -in content -outform DER -stream".into(),
            true,
        ),
    ] {
        let object = run(&command);
        assert!(all_splits(&object), "{command}");
        let (reduced, found) = scan(None, &object, 4_096, &limits()).unwrap();
        assert_eq!(found.is_some(), has_content, "{command}");
        assert!(reduced.object.len() < 5_000, "{command}");
        if !command.contains("-encrypt") && has_content {
            assert_eq!(found.unwrap(), content, "{command}");
        }
    }
}

#[test]
fn what_the_writing_half_makes() {
    let (certificate, key) = Ca::new("Test CA").leaf(Key::P256, "alice@example.org");
    let certificate = Certificate::from_der_exact(&certificate).unwrap();
    let key = PrivateKey::from_pkcs8_der(&key).unwrap();
    let signers = vec![Signer {
        identity: Identity::new([certificate], key).unwrap(),
        algorithm: SignatureAlgorithm::Ecdsa(DigestAlgorithm::Sha256),
        reference: CertificateReference::IssuerAndSerial,
        capabilities: Vec::new(),
        encryption_certificate: None,
    }];
    let content = b"Content-Type: text/plain\r\n\r\nHello.\r\n".repeat(100);
    let mut writer = SignedDataWriter::new(signers.clone(), UNIX_EPOCH, 1);
    writer.push(&content);
    let (unsigned, requests) = writer.finish(&mut |_| Ok(None)).unwrap();
    let signatures = requests.iter().map(|request| request.key().sign(request));
    let signatures: Vec<Vec<u8>> = signatures.map(Result::unwrap).collect();
    let trailer = unsigned.trailer(&signatures).unwrap();
    let length = u64::try_from(content.len()).unwrap();
    let definite = [
        unsigned.definite_head(length, &trailer),
        content.clone(),
        trailer.clone(),
    ]
    .concat();
    let pieces: Vec<u8> = content.chunks(700).flat_map(octet_string).collect();
    let in_pieces = [indefinite_head(&signers), pieces, indefinite_tail(&trailer)].concat();
    for object in [definite, in_pieces] {
        assert!(all_splits(&object));
        let (_, found) = scan(None, &object, 99, &limits()).unwrap();
        assert_eq!(found.as_deref(), Some(&content[..]));
    }
    assert!(all_splits(&unsigned.detached(&signatures).unwrap()));
}
