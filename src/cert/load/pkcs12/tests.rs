mod bounds;
mod corpora;
mod macs;
mod writing;

use std::process::Command;

use super::bags::{Attributes, CertificateEntry, Contents, KeyEntry};
use super::read::read;
use super::write::Writing;
use super::*;
use crate::asn1::{
    END_OF_CONTENTS, Reader, Tag, explicit, indefinite, integer_u64, null, octet_string, oid,
    sequence, tlv,
};
use crate::bag::{ID_DATA, content_info};
use crate::cert::load::password::Password;
use crate::cert::load::pbe::ID_PBKDF2;
use crate::cert::load::tools::{OpenSsl, corpus};
use crate::crypto::SystemRandom;
use crate::{Error, ErrorKind, Limits};
use zeroize::Zeroizing;

fn open(file: &[u8], password: &str) -> Result<Contents, Error> {
    read(file, password.into(), false, &Limits::default())
}

fn kind(result: Result<Contents, Error>) -> ErrorKind {
    result.map(|_| ()).unwrap_err().into_kind()
}

fn wrong_password(file: &[u8], password: &str) {
    let kind = kind(open(file, password));
    assert!(matches!(kind, ErrorKind::WrongPassword { .. }), "{kind:?}");
}

fn malformed(result: Result<Contents, Error>) {
    let kind = kind(result);
    assert!(matches!(kind, ErrorKind::Malformed { .. }), "{kind:?}");
}

fn same(a: &Contents, b: &Contents) -> bool {
    let keys = |c: &Contents| -> Vec<_> {
        c.keys
            .iter()
            .map(|k| (k.der.to_vec(), k.attributes.clone()))
            .collect()
    };
    let certificates = |c: &Contents| -> Vec<_> {
        c.certificates
            .iter()
            .map(|k| (k.der.clone(), k.attributes.clone()))
            .collect()
    };
    keys(a) == keys(b) && certificates(a) == certificates(b) && a.skipped == b.skipped
}

#[test]
fn every_scheme_openssl_writes() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.identity("ca");
    let schemes = [
        "AES-128-CBC",
        "AES-192-CBC",
        "AES-256-CBC",
        "PBE-SHA1-3DES",
        "PBE-SHA1-2DES",
        "PBE-SHA1-RC2-128",
        "PBE-SHA1-RC2-40",
        "NONE",
    ];
    for (index, scheme) in schemes.into_iter().enumerate() {
        let mac = ["sha1", "sha224", "sha256", "sha384", "sha512"][index % 5];
        // NONE is for certificates and keys alike, so the other one is encrypted here.
        let key = if scheme == "NONE" {
            "AES-256-CBC"
        } else {
            scheme
        };
        let legacy = "-provider default -provider legacy";
        openssl.run(&format!(
            "pkcs12 -export -in a.pem -inkey a.key.pem -certfile ca.pem -name Zoë -caname Root -out f.p12 \
             -keypbe {key} -certpbe {scheme} -macalg {mac} -passout pass:schlüssel {legacy}"
        ));
        let file = openssl.read("f.p12");
        let contents = open(&file, "schlüssel").unwrap();
        assert_eq!(contents.keys.len(), 1, "{scheme}");
        assert_eq!(*contents.keys[0].der, openssl.read("a.key"), "{scheme}");
        let certificates: Vec<_> = contents.certificates.iter().map(|c| &c.der).collect();
        assert_eq!(
            certificates,
            [&openssl.read("a.cer"), &openssl.read("ca.cer")]
        );
        let leaf = &contents.certificates[0].attributes;
        assert_eq!(leaf, &contents.keys[0].attributes);
        assert_eq!(leaf.friendly_name.as_deref(), Some("Zoë"));
        assert_eq!(leaf.local_key_id.as_ref().map(Vec::len), Some(20));
        let root = &contents.certificates[1].attributes;
        assert_eq!(root.friendly_name.as_deref(), Some("Root"));
        assert_eq!(root.local_key_id, None);
        wrong_password(&file, "Schlüssel");
        wrong_password(&file, "");
    }
    openssl.run("pkcs12 -export -legacy -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x");
    let contents = open(&openssl.read("f.p12"), "x").unwrap();
    assert_eq!(*contents.keys[0].der, openssl.read("a.key"));

    // PKCS#12 with RC4, as some old tools wrote it.
    openssl.run(
        "pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x -keypbe PBE-SHA1-RC4-128 \
         -certpbe AES-128-CBC -provider default -provider legacy",
    );
    match kind(open(&openssl.read("f.p12"), "x")) {
        ErrorKind::UnsupportedAlgorithm { oid, .. } => assert_eq!(oid, "1.2.840.113549.1.12.1.1"),
        other => panic!("{other:?}"),
    }
}

fn sha256() -> Vec<u8> {
    let sha256 = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
    sequence(&[&oid(&sha256), &null()])
}

fn mac_data(algorithm: &[u8], mac: &[u8], iterations: u64) -> Vec<u8> {
    sequence(&[
        &sequence(&[algorithm, &octet_string(mac)]),
        &octet_string(b"salt"),
        &integer_u64(iterations),
    ])
}

fn pfx(content: &[u8], mac_data: &[u8]) -> Vec<u8> {
    let auth_safe = content_info(&ID_DATA, &octet_string(content));
    sequence(&[&integer_u64(3), &auth_safe, mac_data])
}

/// `(content, macData)` of a DER file.
fn split(file: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let limits = Limits::default();
    let mut reader = Reader::new(file, "test", &limits)
        .read()
        .unwrap()
        .reader()
        .unwrap();
    reader.expect(Tag::INTEGER).unwrap();
    let safe = reader.expect(Tag::SEQUENCE).unwrap();
    let info = crate::bag::ContentInfo::from_value(&safe).unwrap();
    let content = info.content.unwrap().octets().unwrap().into_owned();
    let mac = match reader.is_empty() {
        true => Vec::new(),
        false => reader.read().unwrap().raw.to_vec(),
    };
    (content, mac)
}
