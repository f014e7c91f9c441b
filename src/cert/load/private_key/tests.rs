use super::*;
use crate::asn1::{END_OF_CONTENTS, indefinite};
use crate::cert::load::tools::{OpenSsl, corpus};

fn read(input: &[u8], password: Option<&str>) -> Result<Vec<KeyDer>, Error> {
    keys(input, password.into(), &Limits::default())
}

fn one(input: &[u8], password: Option<&str>) -> KeyDer {
    let mut keys = read(input, password).unwrap();
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

#[test]
fn key_bytes_are_zeroized() {
    fn check<T: zeroize::ZeroizeOnDrop>(_: fn(&KeyDer) -> &T) {}
    check(|key| &key.der);
}

fn kind(input: &[u8], password: Option<&str>) -> ErrorKind {
    read(input, password).map(|_| ()).unwrap_err().into_kind()
}

#[test]
fn plain_forms() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for (make, traditional, form) in [
        (
            "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out k.pem",
            "rsa",
            Form::Pkcs1,
        ),
        (
            "ecparam -name secp384r1 -genkey -out k.pem",
            "ec",
            Form::Sec1,
        ),
    ] {
        openssl.run(make);
        openssl.run("pkcs8 -topk8 -nocrypt -in k.pem -out p8.pem");
        openssl.run("pkcs8 -topk8 -nocrypt -in k.pem -outform DER -out p8.der");
        let traditional_form = match traditional {
            "rsa" => "-traditional",
            _ => "",
        };
        openssl.run(&format!(
            "{traditional} -in k.pem -out t.pem {traditional_form}"
        ));
        openssl.run(&format!(
            "{traditional} -in k.pem -outform DER -out t.der {traditional_form}"
        ));
        let p8 = openssl.read("p8.der");
        for (name, expected_form, expected) in [
            ("p8.der", Form::Pkcs8, &p8),
            ("p8.pem", Form::Pkcs8, &p8),
            ("t.der", form, &openssl.read("t.der")),
            ("t.pem", form, &openssl.read("t.der")),
        ] {
            let key = one(&openssl.read(name), None);
            assert_eq!(key.form, expected_form, "{name}");
            assert_eq!(*key.der, *expected, "{name}");
        }
        // EC PARAMETERS stand before the key.
        if form == Form::Sec1 {
            let file = String::from_utf8(openssl.read("k.pem")).unwrap();
            assert!(file.contains("EC PARAMETERS") && file.contains("EC PRIVATE KEY"));
            assert_eq!(one(file.as_bytes(), None).form, Form::Sec1);
        }
    }
}

#[test]
fn encrypted_pkcs8() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    let plain = openssl.read("a.key");
    let mut how: Vec<String> = Vec::new();
    for cipher in ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des3"] {
        for prf in ["SHA1", "SHA224", "SHA256", "SHA384", "SHA512"] {
            how.push(format!("-v2 {cipher} -v2prf hmacWith{prf}"));
        }
        how.push(format!("-v2 {cipher} -scrypt -scrypt_N 1024"));
    }
    how.push("-v1 PBE-SHA1-3DES".to_owned());
    how.push("-v1 PBE-SHA1-2DES".to_owned());
    how.push("-v1 PBE-SHA1-RC2-40 -provider default -provider legacy".to_owned());
    how.push("-v1 PBE-SHA1-RC2-128 -provider default -provider legacy".to_owned());
    for (number, how) in how.iter().enumerate() {
        // The armour is the same around all of them.
        let forms = if number == 0 {
            &["PEM", "DER"][..]
        } else {
            &["DER"]
        };
        for form in forms {
            openssl.run(&format!(
                "pkcs8 -topk8 -in a.key.pem -outform {form} -out e -passout pass:käse {how}"
            ));
            let file = openssl.read("e");
            assert_eq!(*one(&file, Some("käse")).der, plain, "{how}");
            for wrong in ["Käse", ""] {
                let kind = kind(&file, Some(wrong));
                assert!(
                    matches!(kind, ErrorKind::WrongPassword { .. }),
                    "{how}: {kind:?}"
                );
            }
            assert!(matches!(kind(&file, None), ErrorKind::Missing { .. }));
        }
    }
    openssl.run("pkcs8 -topk8 -in a.key.pem -out e -passout pass:x -v1 PBE-MD5-DES -provider default -provider legacy");
    match kind(&openssl.read("e"), Some("x")) {
        ErrorKind::UnsupportedAlgorithm { oid, .. } => assert_eq!(oid, "1.2.840.113549.1.5.3"),
        other => panic!("{other:?}"),
    }
    openssl.run("pkcs8 -topk8 -in a.key.pem -out e -passout pass:x -iter 5000");
    let few = Limits {
        kdf_iterations: 4_999,
        ..Limits::default()
    };
    let error = keys(&openssl.read("e"), "x".into(), &few).map(|_| ());
    assert!(matches!(
        error.unwrap_err().kind(),
        ErrorKind::TooManyIterations {
            found: 5_000,
            limit: 4_999
        }
    ));
}

#[test]
fn traditional_encryption_is_named() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out k.pem");
    openssl.run("rsa -in k.pem -traditional -aes128 -passout pass:x -out t.pem");
    let error = read(&openssl.read("t.pem"), Some("x"))
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }));
    assert!(error.to_string().contains("Proc-Type: 4,ENCRYPTED"));
}

#[test]
fn several_none_and_strange_keys() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.identity("b");
    let both = [openssl.read("a.key.pem"), openssl.read("b.key.pem")].concat();
    assert_eq!(read(&both, None).unwrap().len(), 2);
    assert!(read(&openssl.read("a.pem"), None).unwrap().is_empty());
    assert!(matches!(
        kind(pem::write("OPENSSH PRIVATE KEY", b"x").as_bytes(), None),
        ErrorKind::Unsupported { .. }
    ));
    // Label and content disagree.
    let wrong = pem::write("RSA PRIVATE KEY", &openssl.read("a.key"));
    assert!(matches!(
        kind(wrong.as_bytes(), None),
        ErrorKind::Malformed { .. }
    ));
    openssl.run("pkcs12 -export -in a.pem -inkey a.key.pem -passout pass:x -out a.p12");
    let error = read(&openssl.read("a.p12"), Some("x"))
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("Pkcs12::open"), "{error}");
    assert!(matches!(
        kind(&openssl.read("a.cer"), None),
        ErrorKind::Malformed { .. }
    ));
    assert!(matches!(kind(b"", None), ErrorKind::Malformed { .. }));
}

#[test]
fn attributes_and_ber_do_not_matter() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    let plain = openssl.read("a.key");
    let content = &plain[plain.len() - usize::from(plain[2])..];
    assert_eq!(plain[1], 0x81);
    // keyUsage as an attribute, as Windows writes it.
    let attributes = hex_literal::hex!("a00d 300b 0603551d0f 3104 03020780");
    let with = [content, &attributes].concat();
    let der = sequence(&[&with]);
    assert_eq!(*one(&der, None).der, plain);
    let ber = [&indefinite(Tag::SEQUENCE)[..], &with, &END_OF_CONTENTS].concat();
    assert_eq!(*one(&ber, None).der, plain);
}

/// The RSA keys carry an attribute (RFC 8479) that parsers of PKCS#8 stumble on.
#[test]
fn keys_of_rfc_9216() {
    for name in [
        "4.2_alice-s-signing-private-key-material_private-key.pem",
        "4.4_alice-s-decryption-private-key-material_private-key.pem",
        "7.2_carlos-s-signing-private-key-material_private-key.pem",
        "7.4_carlos-s-decryption-private-key-material_private-key.pem",
    ] {
        let Some(file) = corpus(&format!("rfc9216/{name}")) else {
            return;
        };
        let key = one(&file, None);
        assert_eq!(key.form, Form::Pkcs8);
        let info = ::pkcs8::PrivateKeyInfoRef::try_from(&key.der[..]).unwrap();
        let algorithm = info.algorithm.oid.to_string();
        let expected = match name.as_bytes()[..3] {
            [b'4', ..] => "1.2.840.113549.1.1.1",
            [b'7', b'.', b'2'] => "1.3.101.112",
            _ => "1.3.101.110",
        };
        assert_eq!(algorithm, expected);
    }
}

#[test]
fn every_prefix_and_every_flip_is_an_error_or_a_key() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.run("pkcs8 -topk8 -in a.key.pem -out e.pem -passout pass:x -iter 1");
    openssl.run("pkcs8 -topk8 -in a.key.pem -outform DER -out e.der -passout pass:x -iter 1");
    let few = Limits {
        kdf_iterations: 100,
        ..Limits::default()
    };
    for name in ["a.key", "a.key.pem", "e.der", "e.pem"] {
        let file = openssl.read(name);
        for end in 0..file.len() {
            let _ = keys(&file[..end], "x".into(), &few);
        }
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                let _ = keys(&changed, "x".into(), &few);
            }
        }
    }
}

/// What is written is read again, by this crate and by another one.
#[test]
fn written_keys_are_read() {
    use crate::crypto::SystemRandom;
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    let der = openssl.read("a.key");
    let key = PrivateKey::from_bytes(&der, None).unwrap();
    let clear = key.to_pem().unwrap();
    assert_eq!(one(clear.as_bytes(), None).der.as_slice(), der);
    assert_eq!(*clear, pem::write("PRIVATE KEY", &der));
    let encrypted = key.to_encrypted_pem("käse", 2_048, &SystemRandom).unwrap();
    assert_eq!(one(encrypted.as_bytes(), Some("käse")).der.as_slice(), der);
    assert!(matches!(
        kind(encrypted.as_bytes(), Some("kase")),
        ErrorKind::WrongPassword { .. }
    ));
    openssl.write("clear.pem", clear.as_bytes());
    openssl.write("encrypted.pem", encrypted.as_bytes());
    for from in ["clear.pem", "encrypted.pem -passin pass:käse"] {
        let read = openssl.run(&format!("pkcs8 -topk8 -nocrypt -outform DER -in {from}"));
        assert_eq!(read, der, "{from}");
    }
}
