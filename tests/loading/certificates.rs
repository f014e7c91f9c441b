use std::time::SystemTime;

use smime::check::Reason;
use smime::policy::StandardPolicy;
use smime::{Certificate, ErrorKind};

use crate::tools::{OpenSsl, P256};

#[test]
fn there_and_back() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (a, _) = openssl.certificate("a", P256, None);
    let (b, _) = openssl.certificate("b", P256, None);
    assert_eq!(a.to_pem().as_bytes(), openssl.read("a.pem"));
    assert_eq!(Certificate::from_bytes(a.to_der()).unwrap(), a);
    assert_eq!(Certificate::from_bytes(a.to_pem().as_bytes()).unwrap(), a);

    let bundle = Certificate::bundle_to_pem([&b, &a]);
    let back = Certificate::all_from_bytes(bundle.as_bytes()).unwrap();
    assert_eq!(back, [b.clone(), a.clone()]);
    assert!(matches!(
        Certificate::from_bytes(bundle.as_bytes())
            .unwrap_err()
            .kind(),
        ErrorKind::Ambiguous { count: 2, .. }
    ));

    let p7b = Certificate::bundle_to_p7b([&b, &a, &b]);
    let back = Certificate::all_from_bytes(&p7b).unwrap();
    assert_eq!(back.len(), 2);
    assert!(back.contains(&a) && back.contains(&b));
    openssl.write("x.p7b", &p7b);
    let printed = openssl.run("pkcs7 -inform DER -in x.p7b -print_certs");
    assert_eq!(Certificate::all_from_bytes(&printed).unwrap().len(), 2);
}

#[test]
fn a_broken_certificate_is_malformed() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (a, _) = openssl.certificate("a", P256, None);
    let mut der = a.to_der().to_vec();
    der.truncate(der.len() - 1);
    for broken in [&der[..], &[a.to_der(), &[1]].concat(), b""] {
        let error = Certificate::from_bytes(broken).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
}

/// What is said about a certificate of plain `openssl req -x509` is true, and the advice helps.
#[test]
fn a_self_made_certificate_is_usable_when_made_as_advised() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.run(&format!("genpkey {P256} -out a.key.pem"));
    // A configuration of its own: the one of the system may mark nothing.
    openssl.write(
        "usual.cnf",
        "[req]\ndistinguished_name=dn\nx509_extensions=v3_ca\n[dn]\n\
         [v3_ca]\nbasicConstraints=critical,CA:true\n",
    );
    let reasons = |options: &str| {
        openssl.run(&format!(
            "req -x509 -config usual.cnf -new -key a.key.pem -subj /CN=a -out a.pem \
             -addext subjectAltName=email:a@example.org {options}"
        ));
        let certificate = Certificate::from_bytes(&openssl.read("a.pem")).unwrap();
        // Made a moment ago, perhaps by a clock of whole seconds.
        let now = SystemTime::now() + std::time::Duration::from_secs(60);
        certificate.unfit_to_sign(None, now, &StandardPolicy::at(now))
    };
    let plain = reasons("");
    assert_eq!(plain, [Reason::CertificateAuthority]);
    let text = plain[0].to_string();
    assert!(text.contains("openssl req -x509"), "{text}");
    let advice = text.rsplit('`').nth(1).unwrap();
    assert_eq!(reasons(advice), []);
}
