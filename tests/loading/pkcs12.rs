use smime::cert::{Pkcs12, Pkcs12Options};
use smime::{Certificate, ErrorKind, Identity};

use crate::tools::{OpenSsl, P256};

fn identity(openssl: &OpenSsl, name: &str, ca: Option<&str>, chain: &[&Certificate]) -> Identity {
    let (certificate, key) = openssl.certificate(name, P256, ca);
    let chain = chain.iter().map(|&c| c.clone()).chain([certificate]);
    Identity::new(chain, key).unwrap()
}

#[test]
fn several_identities_with_names_and_chains() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (ca, _) = openssl.certificate("ca", P256, None);
    let alice = identity(&openssl, "alice", Some("ca"), &[&ca]);
    let bob = identity(&openssl, "bob", Some("ca"), &[&ca]);
    let (extra, _) = openssl.certificate("extra", P256, None);
    let builder = Pkcs12::builder()
        .named_identity("Älice", &alice)
        .identity(&bob)
        .named_certificate("Extra", &extra)
        .certificate(&ca)
        .iterations(2_048);
    let file = builder.build("käse").unwrap();

    let opened = Pkcs12::open(&file, "käse").unwrap();
    let identities = opened.identities();
    assert_eq!(identities.len(), 2);
    assert_eq!(identities[0].chain(), alice.chain());
    assert_eq!(identities[1].chain(), bob.chain());
    assert_eq!(identities[0].chain().len(), 2);
    let names: Vec<_> = opened
        .certificates()
        .iter()
        .map(|entry| (entry.certificate().subject(), entry.friendly_name()))
        .collect();
    assert_eq!(
        names,
        [
            ("CN=alice".to_owned(), Some("Älice")),
            ("CN=ca".to_owned(), None),
            ("CN=bob".to_owned(), None),
            ("CN=extra".to_owned(), Some("Extra")),
        ]
    );
    assert_eq!(opened.keys()[0].friendly_name(), Some("Älice"));
    assert!(opened.skipped().is_empty());
    assert!(matches!(
        Identity::from_pkcs12(&file, "käse").unwrap_err().kind(),
        ErrorKind::Ambiguous { count: 2, .. }
    ));

    openssl.write("own.p12", &file);
    let keys = openssl.run("pkcs12 -in own.p12 -passin pass:käse -nodes");
    assert_eq!(
        String::from_utf8_lossy(&keys)
            .matches("BEGIN PRIVATE KEY")
            .count(),
        2
    );
}

#[test]
fn one_identity_and_back_through_openssl() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = identity(&openssl, "alice", None, &[]);
    let file = Pkcs12::builder().identity(&alice).build("x").unwrap();
    let back = Identity::from_pkcs12(&file, "x").unwrap();
    assert_eq!(back.certificate(), alice.certificate());
    openssl.run("pkcs12 -export -in alice.pem -inkey alice.key.pem -passout pass:x -out o.p12");
    let back = Identity::from_pkcs12(&openssl.read("o.p12"), "x").unwrap();
    assert_eq!(back.certificate(), alice.certificate());
}

#[test]
fn a_renewed_certificate_is_found_by_its_local_key_id() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = identity(&openssl, "alice", None, &[]);
    openssl.run("req -x509 -new -key alice.key.pem -days 900 -subj /CN=newer -out newer.pem");
    let newer = Certificate::from_bytes(&openssl.read("newer.pem")).unwrap();
    // `openssl pkcs12` marks the certificate of the key with the localKeyId, and only this one.
    openssl.run(
        "pkcs12 -export -in alice.pem -inkey alice.key.pem -certfile newer.pem -passout pass:x -out o.p12",
    );
    let opened = Pkcs12::open(&openssl.read("o.p12"), "x").unwrap();
    assert_eq!(opened.identities().len(), 1);
    assert_eq!(opened.certificates().len(), 2);
    let chosen = opened.identity().unwrap();
    assert_eq!(chosen.certificate(), alice.certificate());
    assert_ne!(chosen.certificate(), &newer);
}

#[test]
fn iterations_and_options() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = identity(&openssl, "alice", None, &[]);
    for bad in [0, 2_047, 600_001] {
        let builder = Pkcs12::builder().identity(&alice).iterations(bad);
        let error = builder.build("x").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    }
    openssl
        .run("pkcs12 -export -in alice.pem -inkey alice.key.pem -passout pass:x -nomac -out o.p12");
    let file = openssl.read("o.p12");
    assert!(matches!(
        Pkcs12::open(&file, "x").unwrap_err().kind(),
        ErrorKind::MissingMac
    ));
    let options = Pkcs12Options::new().danger_without_mac();
    let opened = Pkcs12::open_with(&file, "x", &options).unwrap();
    assert_eq!(opened.identities().len(), 1);
}

#[test]
fn empty_and_absent_passwords() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = identity(&openssl, "alice", None, &[]);
    let file = Pkcs12::builder().identity(&alice).build("").unwrap();
    assert!(Pkcs12::open(&file, "").is_ok());
    assert!(Pkcs12::open(&file, None).is_ok());
    assert!(Pkcs12::open(&file, "x").is_err());
}

#[test]
fn key_02_debug_shows_no_secret() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = identity(&openssl, "alice", None, &[]);
    let file = Pkcs12::builder()
        .named_identity("Name", &alice)
        .build("topsecret")
        .unwrap();
    let either = Identity::from_bytes(&file, Some("topsecret")).unwrap();
    assert_eq!(either.chain(), alice.chain());
    let wrong = Identity::from_bytes(&file, Some("x")).unwrap_err();
    assert!(matches!(wrong.kind(), ErrorKind::WrongPassword { .. }));
    let neither = Identity::from_bytes(b"hello", None).unwrap_err();
    assert!(
        matches!(neither.kind(), ErrorKind::Malformed { .. }),
        "{neither}"
    );
    let opened = Pkcs12::open(&file, "topsecret").unwrap();
    let text = format!("{opened:?} {:?}", opened.keys());
    assert!(text.contains("Name"));
    let der = alice.key().to_pkcs8_der().unwrap();
    for window in der.as_ref().windows(4) {
        assert!(!text.contains(&format!("{window:?}")));
    }
}
