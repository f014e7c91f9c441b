use smime::{ErrorKind, Identity, PrivateKey};

use crate::tools::{OpenSsl, P256};

const RSA: &str = "-algorithm RSA -pkeyopt rsa_keygen_bits:2048";

#[test]
fn every_form_is_the_same_key() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for (algorithm, traditional) in [
        (RSA, Some("rsa")),
        (P256, Some("ec")),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", Some("ec")),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", Some("ec")),
        ("-algorithm Ed25519", None),
    ] {
        let (certificate, key) = openssl.certificate("a", algorithm, None);
        let same = |file: &str, password: Option<&str>| {
            let found = PrivateKey::from_bytes(&openssl.read(file), password).unwrap();
            let public = found.public_key();
            assert!(public.same_key(key.public_key()), "{algorithm} {file}");
            assert!(
                public.same_key(certificate.public_key()),
                "{algorithm} {file}"
            );
        };
        same("a.key.pem", None);
        // A password for a key that is not encrypted is not looked at.
        same("a.key.pem", Some("x"));
        openssl.run("pkcs8 -topk8 -nocrypt -in a.key.pem -outform DER -out k.der");
        same("k.der", None);
        openssl.run("pkcs8 -topk8 -in a.key.pem -out e.pem -passout pass:x");
        same("e.pem", Some("x"));
        if let Some(command) = traditional {
            let form = if command == "rsa" { "-traditional" } else { "" };
            openssl.run(&format!("{command} -in a.key.pem -out t.pem {form}"));
            same("t.pem", None);
            openssl.run(&format!(
                "{command} -in a.key.pem -outform DER -out t.der {form}"
            ));
            same("t.der", None);
        }
        let own = key.to_pkcs8_der().unwrap();
        let back = PrivateKey::from_bytes(own.as_ref(), None).unwrap();
        assert!(back.public_key().same_key(key.public_key()));
    }
}

#[test]
fn identity_from_pem() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (ca, _) = openssl.certificate("ca", P256, None);
    let (stranger, _) = openssl.certificate("stranger", P256, None);
    let (leaf, key) = openssl.certificate("a", RSA, Some("ca"));
    openssl.run("pkcs8 -topk8 -in a.key.pem -out e.pem -passout pass:x");
    let file = [
        stranger.to_pem().as_bytes(),
        ca.to_pem().as_bytes(),
        &openssl.read("e.pem"),
        leaf.to_pem().as_bytes(),
    ]
    .concat();
    let identity = Identity::from_pem(&file, Some("x")).unwrap();
    let either = Identity::from_bytes(&file, Some("x")).unwrap();
    assert_eq!(either.chain(), identity.chain());
    assert_eq!(identity.chain(), [leaf.clone(), ca.clone()]);
    assert!(identity.key().public_key().same_key(key.public_key()));
    let kind = |file: &[u8], password| Identity::from_pem(file, password).unwrap_err().into_kind();
    assert!(matches!(
        kind(&file, Some("y")),
        ErrorKind::WrongPassword { .. }
    ));
    assert!(matches!(kind(&file, None), ErrorKind::Missing { .. }));
    assert!(matches!(
        kind(leaf.to_pem().as_bytes(), None),
        ErrorKind::Missing { .. }
    ));
    let keys = [openssl.read("a.key.pem"), openssl.read("ca.key.pem")].concat();
    assert!(matches!(
        kind(&keys, None),
        ErrorKind::Ambiguous { count: 2, .. }
    ));
    let other = [ca.to_pem().as_bytes(), &openssl.read("a.key.pem")].concat();
    assert!(matches!(kind(&other, None), ErrorKind::KeyMismatch { .. }));
}
