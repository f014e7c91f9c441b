use super::*;
use crate::asn1::{END_OF_CONTENTS, indefinite};
use crate::cert::load::tools::OpenSsl;

fn read(input: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
    certificates(input, &Limits::default())
}

fn kind(input: &[u8]) -> ErrorKind {
    read(input).map(|_| ()).unwrap_err().into_kind()
}

/// Mail programs and gateways add to files.
#[test]
fn line_ends_and_zeros_behind_a_file() {
    let ca = crate::cert::ca::Ca::new("Test CA");
    let one = ca.certificate_der();
    let p7c = bag::certs_only([one]);
    for file in [one, &p7c] {
        for (trailing, is_good) in [
            (&b""[..], true),
            (b"\r\n", true),
            (b"\0\0\0\n", true),
            (b"\r\nx", false),
            (b"\0\x30", false),
        ] {
            let found = read(&[file, trailing].concat());
            assert_eq!(found.is_ok_and(|found| found == [one]), is_good);
        }
    }
}

#[test]
fn every_form_openssl_writes() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.identity("b");
    let (a, b) = (openssl.read("a.cer"), openssl.read("b.cer"));
    let only_a = std::slice::from_ref(&a);
    assert_eq!(read(&a).unwrap(), only_a);
    assert_eq!(read(&openssl.read("a.pem")).unwrap(), only_a);

    openssl.run("x509 -in a.pem -text -out text.pem");
    openssl.run("x509 -in a.pem -trustout -addtrust emailProtection -setalias me -out trusted.pem");
    assert_eq!(read(&openssl.read("text.pem")).unwrap(), only_a);
    assert!(
        openssl
            .read("trusted.pem")
            .starts_with(b"-----BEGIN TRUSTED")
    );
    assert_eq!(read(&openssl.read("trusted.pem")).unwrap(), only_a);

    // A bundle with a key in the middle.
    let bundle = ["a.pem", "a.key.pem", "b.pem"].map(|name| openssl.read(name));
    assert_eq!(read(&bundle.concat()).unwrap(), [a.clone(), b.clone()]);
    assert_eq!(
        read(&[&b[..], &a].concat()).unwrap(),
        [b.clone(), a.clone()]
    );

    let mut sorted = [a.clone(), b.clone()];
    sorted.sort();
    for form in ["DER", "PEM"] {
        openssl.run(&format!(
            "crl2pkcs7 -nocrl -certfile a.pem -certfile b.pem -outform {form} -out x.p7b"
        ));
        let mut found = read(&openssl.read("x.p7b")).unwrap();
        found.sort();
        assert_eq!(found, sorted);
    }
    let pem = String::from_utf8(openssl.read("x.p7b")).unwrap();
    assert!(pem.contains("BEGIN PKCS7"));
    for label in ["CMS", "CERTIFICATE", "PKCS #7 SIGNED DATA"] {
        assert_eq!(
            read(pem.replace("PKCS7", label).as_bytes()).unwrap().len(),
            2
        );
    }
}

#[test]
fn what_is_written_openssl_reads() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.identity("b");
    let (a, b) = (openssl.read("a.cer"), openssl.read("b.cer"));
    openssl.write("own.p7b", &bag::certs_only([&a[..], &b]));
    let printed = openssl.run("pkcs7 -inform DER -in own.p7b -print_certs");
    let mut found = read(&printed).unwrap();
    found.sort();
    let mut expected = vec![a.clone(), b];
    expected.sort();
    assert_eq!(found, expected);
    openssl.write("own.pem", pem::write("CERTIFICATE", &a).as_bytes());
    assert_eq!(openssl.run("x509 -in own.pem -outform DER"), a);
    // Byte for byte what openssl itself writes.
    assert_eq!(openssl.read("own.pem"), openssl.run("x509 -in a.pem"));
}

#[test]
fn p7b_from_a_streaming_signer() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.write("body", &[b'x'; 100_000]);
    openssl.run(
        "cms -sign -binary -nodetach -stream -in body -signer a.pem -inkey a.key.pem -outform DER -out stream",
    );
    let stream = openssl.read("stream");
    assert_eq!(stream[1], 0x80, "openssl was asked for BER");
    assert_eq!(read(&stream).unwrap(), [openssl.read("a.cer")]);
    // The same as DER, lengths definite and the chunks of the content joined.
    let der = crate::asn1::to_der(&stream, &Limits::default()).unwrap();
    openssl.write("der", &der);
    openssl.run("cms -verify -inform DER -in der -noverify -out body2");
    assert_eq!(openssl.read("body2"), openssl.read("body"));
    assert!(memchr::memmem::find(&der, &[b'x'; 100_000]).is_some());
}

#[test]
fn other_files_are_told_apart() {
    assert!(matches!(kind(b""), ErrorKind::Malformed { .. }));
    assert!(matches!(kind(b"hello"), ErrorKind::Malformed { .. }));
    let empty = pem::write("SOMETHING", b"");
    assert!(matches!(kind(empty.as_bytes()), ErrorKind::Missing { .. }));
    assert!(matches!(
        kind(&bag::certs_only([])),
        ErrorKind::Missing { .. }
    ));
    // INTEGER first: a key or a PKCS#12 file.
    assert!(matches!(
        kind(&[0x30, 3, 2, 1, 3]),
        ErrorKind::Unsupported { .. }
    ));
    assert!(matches!(
        kind(&[0x30, 2, 5, 0]),
        ErrorKind::Malformed { .. }
    ));
    let open = [&indefinite(Tag::SEQUENCE)[..], &END_OF_CONTENTS].concat();
    assert!(matches!(kind(&open), ErrorKind::Malformed { .. }));
    let bad = pem::write("CERTIFICATE", &[0x30, 9, 0]);
    match kind(format!("x\n{bad}").as_bytes()) {
        ErrorKind::Malformed { position, .. } => assert_eq!(position, Some(2)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn counts_and_sizes_are_bounded() {
    let one = [0x30, 2, 0x30, 0];
    let pem = pem::write("CERTIFICATE", &one);
    for file in [one.repeat(1_001), pem.repeat(1_001).into_bytes()] {
        assert!(matches!(kind(&file), ErrorKind::Limit { limit: 1_000, .. }));
    }
    let small = Limits {
        file_bytes: 3,
        ..Limits::default()
    };
    let error = certificates(&one, &small).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { limit: 3, .. }));
}
