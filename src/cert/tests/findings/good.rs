//! Certificates with nothing to find, and those of private CAs, which are not drowned.

use super::*;

#[test]
fn a_public_certificate_without_fault() {
    let ca = Ca::new("Test CA");
    for key in [
        Key::Rsa2048,
        Key::Rsa3072,
        Key::P256,
        Key::P384,
        Key::P521,
        Key::Ed25519,
    ] {
        for policy in [MAILBOX, MAILBOX_MULTIPURPOSE] {
            assert_eq!(found(public(&ca, key, policy)), [], "{key:?}");
        }
    }
}

#[test]
fn every_profile_is_known_by_its_policy() {
    let ca = Ca::new("Test CA");
    let profile = |policy: &str| of(public(&ca, Key::P256, policy)).profile();
    let validations = [
        Validation::Mailbox,
        Validation::Organization,
        Validation::Sponsor,
        Validation::Individual,
    ];
    let generations = [
        Generation::Legacy,
        Generation::Multipurpose,
        Generation::Strict,
    ];
    for (one, validation) in validations.into_iter().enumerate() {
        for (two, generation) in generations.into_iter().enumerate() {
            let policy = format!("2.23.140.1.5.{}.{}", one + 1, two + 1);
            let expected = Profile::new(validation, generation);
            assert_eq!(profile(&policy), Some(expected));
            assert_eq!(
                (expected.validation(), expected.generation()),
                (validation, generation)
            );
        }
    }
    // Not assigned; the web servers' branch; one arc less.
    for other in [
        "2.23.140.1.5.5.1",
        "2.23.140.1.5.1.4",
        "2.23.140.1.2.1.1",
        "2.23.140.1.5.1",
        "2.23.140.1.5.1.1.1",
    ] {
        assert_eq!(profile(other), None, "{other}");
    }
    let strict = profile(MAILBOX).unwrap();
    assert_eq!(strict.to_string(), "mailbox-validated, strict");
}

/// As OpenSSL or a company's CA makes them: neither error nor warning, and some notices.
#[test]
fn a_private_ca_is_told_and_not_scolded() {
    let ca = Ca::new("Test CA");
    for key in [Key::Rsa2048, Key::P256] {
        let findings = of(ca.certify(key, "bob@example.org"));
        assert_eq!(findings.profile(), None);
        let notices: Vec<&str> = findings.all().iter().map(|one| one.code()).collect();
        assert_eq!(
            notices,
            [
                "cabf.smime.certificate_validity_period_exceeds_1185_days",
                "cabf.smime.certificate_policies_extension_missing",
                "cabf.smime.crldp_extension_missing",
                "cabf.aia_extension_missing",
            ]
        );
        for finding in findings.all() {
            assert_eq!(finding.severity(), Severity::Notice);
            assert!(finding.text().contains("a public CA"), "{finding}");
        }
    }
    // Whoever can be asked is not forgotten.
    let responder = access(&[(OCSP, "http://ca.example/ocsp")]);
    for (certificate, words) in [
        (bare(&ca, Key::P256), "clients cannot find out"),
        (
            bare(&ca, Key::P256).extension(ACCESS, false, &responder),
            "only clients that ask by OCSP find out",
        ),
    ] {
        let findings = of(certificate);
        let mut all = findings.all().iter();
        let missing = all.find(|one| one.code() == "cabf.smime.crldp_extension_missing");
        assert!(missing.unwrap().text().contains(words), "{findings}");
    }
    // What an RFC demands is a warning, what it recommends a notice; a public CA's gets them in full.
    for (certificate, must, should) in [
        (bare(&ca, Key::P256), Severity::Warning, Severity::Notice),
        (
            public(&ca, Key::P256, MAILBOX),
            Severity::Error,
            Severity::Warning,
        ),
    ] {
        let found = found(certificate.no_key_identifiers());
        assert!(found.contains(&(must, "pkix.authority_key_identifier_extension_absent")));
        assert!(found.contains(&(should, "pkix.certificate_skid_end_entity_missing")));
    }
}

/// A CA's own certificate: what it is, and none of the rules for subscribers.
#[test]
fn a_ca_is_told_as_one() {
    let ca = Ca::new("Test CA");
    let middle = ca.intermediate("Test CA 2");
    for der in [ca.certificate_der(), middle.certificate_der()] {
        let findings = read(der).findings(&StandardPolicy::at(now()));
        assert!(findings.is_authority() && !findings.signs() && !findings.encrypts());
        let codes: Vec<&str> = findings.all().iter().map(|one| one.code()).collect();
        assert_eq!(codes, ["smime.certification_authority"]);
        assert!(findings.to_string().starts_with("certification authority"));
    }
    // As `openssl req -x509` makes them for people.
    let meant = ca.authority("Bob").address("bob@example.org");
    let findings = of(meant);
    let [one] = findings.all() else {
        panic!("{findings}")
    };
    assert_eq!(
        (one.severity(), one.code()),
        (Severity::Warning, "smime.authority_names_address")
    );
    assert!(one.text().contains("CA:FALSE"), "{one}");
    // What makes it useless is said all the same.
    let old = ca
        .authority("Old CA")
        .validity("200101000000Z", "210101000000Z");
    assert_eq!(
        found(old),
        [
            (Severity::Error, "smime.expired"),
            (Severity::Notice, "smime.certification_authority")
        ]
    );
}

/// However long, whatever is in it: one line each, bounded, the gravest first, each code once.
#[test]
fn texts_are_bounded_and_ordered() {
    let ca = Ca::new("Test CA");
    let long = format!("{}\n\u{202e}", "x".repeat(100_000));
    let subject: Vec<(&str, &str)> = (0..2_000)
        .map(|_| ("2.5.4.13", long.get(..50).unwrap()))
        .collect();
    let mut subject = subject;
    subject.extend([
        ("2.5.4.3", long.as_str()),
        ("1.2.840.113549.1.9.1", "a\u{202e}b@example.org"),
    ]);
    let mut certificate = bare(&ca, Key::P256).subject(&subject).extension(
        POLICIES,
        false,
        &policies(&[MAILBOX, MAILBOX, "2.5.29.32.0"]),
    );
    for number in 0..2_000 {
        certificate = certificate.address(&format!("a{number}@b\u{7}.example"));
    }
    let findings = of(certificate);
    assert!(findings.all().len() > 5);
    let mut codes: Vec<&str> = findings.all().iter().map(|one| one.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), findings.all().len());
    for finding in findings.all() {
        assert!(finding.text().chars().count() < 5_000, "{finding}");
        assert!(!finding.text().chars().any(char::is_control), "{finding}");
        assert!(!finding.text().contains('\u{202e}'), "{finding}");
        assert!(!finding.reference().is_empty());
    }
    assert!(
        findings
            .all()
            .windows(2)
            .all(|pair| pair[0].severity() >= pair[1].severity())
    );
}

/// However many things are of one kind, some are named and the others counted, in linear time.
#[test]
fn many_of_a_kind_are_counted() {
    let ca = Ca::new("Test CA");
    let mut certificate = public(&ca, Key::P256, MAILBOX);
    for number in 0..20_000 {
        certificate = certificate.extension(&format!("1.2.3.{number}"), true, &[5, 0]);
    }
    let findings = of(certificate);
    let [one] = findings.all() else {
        panic!("{findings}")
    };
    assert_eq!(one.code(), "smime.unknown_critical_extension");
    assert!(
        one.text().contains("1.2.3.0,") && !one.text().contains("1.2.3.5,"),
        "{one}"
    );
    assert!(one.text().ends_with(" and 19995 more"), "{one}");
    assert_eq!(findings.unfit_to_sign().len(), 20_000);
}
