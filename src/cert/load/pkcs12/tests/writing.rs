use super::*;
use std::io::Write as _;

fn written(openssl: &OpenSsl, password: &'static str, iterations: u32) -> Vec<u8> {
    let entry = |name: &str, friendly: &str, id: u8| {
        let attributes = Attributes {
            friendly_name: Some(friendly.to_owned()),
            local_key_id: Some(vec![id; 20]),
        };
        let key = KeyEntry {
            der: Zeroizing::new(openssl.read(&format!("{name}.key"))),
            attributes: attributes.clone(),
        };
        let certificate = CertificateEntry {
            der: openssl.read(&format!("{name}.cer")),
            attributes,
        };
        (key, certificate)
    };
    let (key_a, a) = entry("a", "Zoë 🔑", 1);
    let (key_b, b) = entry("b", "Bob", 2);
    let ca = CertificateEntry {
        der: openssl.read("ca.cer"),
        attributes: Attributes::default(),
    };
    let writing = Writing {
        password: password.into(),
        iterations,
        random: &SystemRandom,
    };
    writing.file(&[key_a, key_b], &[a, ca, b]).unwrap()
}

#[test]
fn what_is_written_openssl_and_we_read() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for name in ["a", "b", "ca"] {
        openssl.identity(name);
    }
    for (password, iterations) in [("schlüssel", 2_048), ("", 3_000), ("🔑", 50_000)] {
        let file = written(&openssl, password, iterations);
        let contents = open(&file, password).unwrap();
        assert_eq!(contents.keys.len(), 2);
        assert_eq!(contents.certificates.len(), 3);
        let name = contents.keys[0].attributes.friendly_name.as_deref();
        assert_eq!(name, Some("Zoë 🔑"));
        openssl.write("own.p12", &file);
        let read = |what: &str| {
            openssl.run(&format!(
                "pkcs12 -in own.p12 -passin pass:{password} {what}"
            ))
        };
        let keys = read("-nodes -nocerts");
        let keys = crate::cert::load::private_key::keys(&keys, "".into(), &Limits::default());
        let keys: Vec<_> = keys.unwrap().iter().map(|k| k.der.to_vec()).collect();
        assert_eq!(keys, [openssl.read("a.key"), openssl.read("b.key")]);
        let certificates = read("-nokeys");
        let found =
            crate::cert::load::certificates::certificates(&certificates, &Limits::default());
        assert_eq!(
            found.unwrap(),
            ["a.cer", "ca.cer", "b.cer"].map(|name| openssl.read(name))
        );
        let text = String::from_utf8_lossy(&certificates);
        assert!(text.contains("localKeyID: 01 01 01"), "{text}");
        assert!(text.contains("friendlyName: Bob"), "{text}");
        // Never the same salt and IV twice.
        assert_ne!(file, written(&openssl, password, iterations));
        let info = openssl.try_run("pkcs12 -in own.p12 -passin pass:wrong -nodes");
        assert!(info.is_err());
    }
}

#[test]
fn what_is_written_nss_reads() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    if Command::new("pk12util").arg("-?").output().is_err() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "pk12util not found"
        );
        // Not eprintln: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: pk12util not found");
        return;
    }
    for name in ["a", "b", "ca"] {
        openssl.identity(name);
    }
    openssl.write("own.p12", &written(&openssl, "secret", 10_000));
    openssl.write("pw", b"secret");
    let output = Command::new("pk12util")
        .args(["-l", "own.p12", "-w", "pw"])
        .current_dir(openssl.path(""))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches("Key(shrouded)").count(), 2, "{text}");
    let with_key = text.matches("Certificate(has private key):").count();
    assert_eq!(with_key, 2, "{text}");
    assert_eq!(text.matches("Certificate:").count(), 1, "{text}");
    assert!(text.contains("Friendly Name: Zoë 🔑"), "{text}");
}
