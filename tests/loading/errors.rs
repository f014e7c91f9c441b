//! Five things that go wrong with a PKCS#12 file are five different errors.

use smime::cert::{Pkcs12, Pkcs12Options};
use smime::{ErrorKind, Identity, Limits};

use crate::tools::{OpenSsl, P256};

#[test]
fn five_different_errors() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, key) = openssl.certificate("alice", P256, None);
    let identity = Identity::new([alice], key).unwrap();
    let file = Pkcs12::builder().identity(&identity).build("x").unwrap();

    let wrong = Pkcs12::open(&file, "y").unwrap_err();
    assert!(matches!(wrong.kind(), ErrorKind::WrongPassword { .. }));

    let broken = Pkcs12::open(&file[..file.len() / 2], "x").unwrap_err();
    assert!(matches!(
        broken.kind(),
        ErrorKind::Malformed {
            position: Some(_),
            ..
        }
    ));

    openssl.run(
        "pkcs12 -export -in alice.pem -inkey alice.key.pem -passout pass:x -out rc4.p12 \
         -keypbe PBE-SHA1-RC4-128 -provider default -provider legacy",
    );
    let unsupported = Pkcs12::open(&openssl.read("rc4.p12"), "x").unwrap_err();
    assert!(matches!(
        unsupported.kind(),
        ErrorKind::UnsupportedAlgorithm { .. }
    ));
    assert!(unsupported.to_string().contains("1.2.840.113549.1.12.1.1"));

    let few = Limits {
        kdf_iterations: 99_999,
        ..Limits::default()
    };
    let options = Pkcs12Options::new().limits(few);
    let many = Pkcs12::open_with(&file, "x", &options).unwrap_err();
    assert!(matches!(
        many.kind(),
        ErrorKind::TooManyIterations {
            found: 100_000,
            limit: 99_999
        }
    ));

    let mismatch = Pkcs12::open_with(
        &with_the_certificate_of_another(&openssl),
        "",
        &Pkcs12Options::new().danger_without_mac(),
    )
    .unwrap_err();
    assert!(
        matches!(mismatch.kind(), ErrorKind::KeyMismatch { .. }),
        "{mismatch}"
    );
    assert!(mismatch.to_string().contains("CN=other"), "{mismatch}");

    let texts = [wrong, broken, unsupported, many, mismatch].map(|error| error.to_string());
    for (index, text) in texts.iter().enumerate() {
        assert!(!texts[..index].contains(text));
    }
}

/// A file in clear in which the certificate was replaced by one of the same length; Ed25519 makes them so.
fn with_the_certificate_of_another(openssl: &OpenSsl) -> Vec<u8> {
    let (owner, _) = openssl.certificate("owner", "-algorithm Ed25519", None);
    let (other, _) = openssl.certificate("other", "-algorithm Ed25519", None);
    openssl.run(
        "pkcs12 -export -in owner.pem -inkey owner.key.pem -keypbe NONE -certpbe NONE -nomac \
         -passout pass: -out clear.p12",
    );
    let mut file = openssl.read("clear.p12");
    let length = owner.to_der().len();
    assert_eq!(other.to_der().len(), length);
    let at = file
        .windows(length)
        .position(|window| window == owner.to_der())
        .unwrap();
    file[at..at + length].copy_from_slice(other.to_der());
    file
}

#[test]
fn nothing_inside() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, _) = openssl.certificate("alice", P256, None);
    let only_certificate = Pkcs12::builder().certificate(&alice).build("x").unwrap();
    let opened = Pkcs12::open(&only_certificate, "x").unwrap();
    assert!(opened.identities().is_empty());
    assert_eq!(opened.certificates().len(), 1);
    let error = Identity::from_pkcs12(&only_certificate, "x").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
    assert!(error.to_string().contains("private key"), "{error}");
}
