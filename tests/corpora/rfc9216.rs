//! The people of RFC 9216: RSA, Ed25519 and X25519, separate keys to sign and to read.

use crate::faces::Faces;
use smime::cert::Pkcs12;
use smime::policy::StandardPolicy;
use smime::{Certificate, Identity, Opener, Protector, TrustAnchors};

use crate::files::{folder, message, now, read, verdict};

const FOLDER: &str = "rfc9216";
const RSA_ROOT: &str = "3.1_rsa-certification-authority-root-certificate_certificate.pem";
const RSA_CROSS: &str = "3.3_rsa-certification-authority-cross-signed-certificate_certificate.pem";
const ED_ROOT: &str = "6.1_ed25519-certification-authority-root-certificate_certificate.pem";
const ED_CROSS: &str =
    "6.3_ed25519-certification-authority-cross-signed-certificate_certificate.pem";

/// The identity that signs and the one that reads.
fn person(name: &str, file: &str) -> (Identity, Identity) {
    let opened = Pkcs12::open(&read(FOLDER, file), name).unwrap();
    let [one, other] = &opened.identities()[..] else {
        panic!("{name}");
    };
    let signs = |identity: &Identity| {
        identity
            .certificate()
            .unfit_to_sign(None, now(), &StandardPolicy::at(now()))
            .is_empty()
    };
    match signs(one) {
        true => (one.clone(), other.clone()),
        false => (other.clone(), one.clone()),
    }
}

fn certificate(file: &str) -> Certificate {
    Certificate::from_bytes(&read(FOLDER, file)).unwrap()
}

#[test]
fn everybody_writes_to_everybody() {
    if folder(FOLDER).is_none() {
        return;
    }
    let people = [
        ("alice", "4.5_pkcs-12-object-for-alice_pkcs12.p12"),
        ("bob", "5.5_pkcs-12-object-for-bob_pkcs12.p12"),
        ("carlos", "7.5_pkcs-12-object-for-carlos_pkcs12.p12"),
        ("dana", "8.5_pkcs-12-object-for-dana_pkcs12.p12"),
    ]
    .map(|(name, file)| (name, person(name, file)));
    let mut both = TrustAnchors::new();
    both.add(&certificate(RSA_ROOT));
    both.add(&certificate(ED_ROOT));
    // One root each: the others' certificates lead there through the cross-signed authorities.
    let mut rsa = TrustAnchors::new();
    rsa.add(&certificate(RSA_ROOT));
    let mut ed = TrustAnchors::new();
    ed.add(&certificate(ED_ROOT));
    let cross = [certificate(RSA_CROSS), certificate(ED_CROSS)];
    for (from, (signer, _)) in &people {
        for (to, (_, reader)) in &people {
            let mail = format!(
                "From: {from}@smime.example\r\nTo: {to}@smime.example\r\nSubject: hello\r\n\
                 Date: Sun, 22 Nov 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n\
                 Content-Type: text/plain\r\n\r\nBy {from} for {to}\r\n"
            );
            let protected = Protector::new()
                .sign(signer)
                .encrypt_to([reader.certificate()])
                .not_to_self()
                .policy(StandardPolicy::at(now()))
                .protect(mail.as_str())
                .unwrap();
            for anchors in [&both, &rsa, &ed] {
                let opened = Opener::new(anchors)
                    .identity(reader)
                    .certificates(&cross)
                    .policy(StandardPolicy::at(now()))
                    .open_all(protected.copies()[0].bytes())
                    .unwrap();
                assert_eq!(
                    verdict(&opened),
                    "trusted",
                    "{from} {to}\n{}",
                    opened.report()
                );
                let text = String::from_utf8_lossy(message(&opened).bytes()).into_owned();
                assert!(text.contains(&format!("By {from} for {to}")));
            }
        }
    }
}
