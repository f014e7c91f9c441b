//! What is asked of each certificate.

use super::*;
use crate::cert::ca::{
    ANY_PURPOSE, CRL_SIGN, Certify, DIGITAL_SIGNATURE, EMAIL_PROTECTION, KEY_CERT_SIGN,
    KEY_ENCIPHERMENT, SERVER_AUTH, sequence, tlv,
};
use crate::crypto::public_key::KeyKind;
use crate::policy::Judgement;

/// The case of a leaf below an intermediate that `change` made otherwise.
fn below(change: impl Fn(Certify<'_>) -> Certify<'_>) -> Case {
    let root = Ca::new("Root");
    let middle = change(root.authority("Middle")).issue_authority();
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    Case::new(
        &leaf,
        &[middle.certificate_der()],
        &[root.certificate_der()],
    )
}

/// The case of a leaf that `change` made otherwise.
fn leaf(change: impl Fn(Certify<'_>) -> Certify<'_>) -> Case {
    let root = Ca::new("Root");
    let (leaf, _) = change(root.certify(Key::P256, "bob@example.org")).issue();
    Case::new(&leaf, &[], &[root.certificate_der()])
}

/// The case of a leaf below a root that `change` made otherwise.
fn anchor(change: impl Fn(Certify<'_>) -> Certify<'_>) -> Case {
    let root = Ca::new("Root");
    let (leaf, _) = root.leaf(Key::P256, "bob@example.org");
    Case::new(&leaf, &[], &[&change(root.again()).issue().0])
}

fn not_authority(subject: &str) -> [Reason; 1] {
    let subject = subject.into();
    [Reason::NotAuthority { subject }]
}

#[test]
fn dates() {
    let second = Duration::from_secs(1);
    let expired = Reason::Expired {
        not_after: now() - second,
    };
    let early = Reason::NotYetValid {
        not_before: now() + second,
    };
    let (past, future) = (
        ("250101000000Z", "251231235959Z"),
        ("260101000001Z", "270101000000Z"),
    );
    leaf(|c| c.validity("260101000000Z", "260101000000Z")).path();
    let case = leaf(|c| c.validity(past.0, past.1));
    assert_eq!(case.reasons(), std::slice::from_ref(&expired));
    // It says so beside a path that is good.
    let failure = case.validate().unwrap_err();
    assert_eq!(failure.certificates.len(), 2);
    assert_eq!(failure.checks[0].outcome(), Outcome::Passed);
    let case = leaf(|c| c.validity(future.0, future.1));
    assert_eq!(case.reasons(), std::slice::from_ref(&early));
    let case = below(|c| c.validity(past.0, past.1));
    assert_eq!(case.reasons(), [of_issuer("CN=Middle", expired)]);
    let failure = case.validate().unwrap_err();
    let mut failed = failure.checks.iter().filter(|check| check.is_failed());
    assert!(failed.all(|check| check.aspect() == Aspect::Time));
    let case = below(|c| c.validity(future.0, future.1));
    assert_eq!(case.reasons(), [of_issuer("CN=Middle", early)]);
    // RFC 5280 6.1.1 d asks nothing about the dates of an anchor.
    let path = anchor(|c| c.validity(past.0, past.1)).path();
    let notes = path.checks().iter();
    let notes: Vec<&Check> = notes.filter(|c| c.outcome() == Outcome::Note).collect();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].what().contains("trust anchor CN=Root"));
}

#[test]
fn only_authorities_issue() {
    below(|c| c).path();
    let case = below(|c| c.basic_constraints(false));
    assert_eq!(case.reasons(), not_authority("CN=Middle"));
    let case = below(|c| c.no_basic_constraints());
    assert_eq!(case.reasons(), not_authority("CN=Middle"));
    let case = below(|c| c.version_1());
    assert_eq!(case.reasons(), not_authority("CN=Middle"));
    let case = anchor(|c| c.basic_constraints(false));
    assert_eq!(case.reasons(), not_authority("CN=Root"));
    let case = anchor(|c| c.no_basic_constraints());
    assert_eq!(case.reasons(), not_authority("CN=Root"));
    // Roots from before there was basicConstraints.
    anchor(|c| c.version_1()).path();
    // A leaf that issues.
    let root = Ca::new("Root");
    let bob = root.certify(Key::P256, "bob@example.org").key_usage(None);
    let bob = bob.issue_authority();
    let (eve, _) = bob.leaf(Key::P256, "eve@example.org");
    let case = Case::new(&eve, &[bob.certificate_der()], &[root.certificate_der()]);
    assert_eq!(case.reasons(), not_authority("CN=bob"));
}

#[test]
fn key_usage_of_issuers() {
    let lacks = |subject: &str| {
        let (subject, needed) = (subject.into(), "keyCertSign");
        [Reason::IssuerKeyUsage { subject, needed }]
    };
    below(|c| c.key_usage(None)).path();
    below(|c| c.key_usage(Some(KEY_CERT_SIGN))).path();
    let case = below(|c| c.key_usage(Some(CRL_SIGN | DIGITAL_SIGNATURE)));
    assert_eq!(case.reasons(), lacks("CN=Middle"));
    let case = anchor(|c| c.key_usage(Some(CRL_SIGN)));
    assert_eq!(case.reasons(), lacks("CN=Root"));
}

#[test]
fn extended_key_usage_of_issuers() {
    for good in [&[][..], &[EMAIL_PROTECTION], &[SERVER_AUTH, ANY_PURPOSE]] {
        below(|c| c.extended_key_usage(good)).path();
    }
    let case = below(|c| c.extended_key_usage(&[SERVER_AUTH]));
    assert_eq!(
        case.reasons(),
        [of_issuer("CN=Middle", Reason::ExtendedKeyUsage)]
    );
}

#[test]
fn path_lengths() {
    let root = Ca::new("Root");
    let path = |allowed: Option<u8>, self_issued: bool| {
        let mut first = root.authority("First");
        if let Some(allowed) = allowed {
            first = first.path_length(allowed);
        }
        let first = first.issue_authority();
        // Between First and the leaf: perhaps First with a new key, then Second.
        let renewed = first.authority("First").issue_authority();
        let upper = if self_issued { &renewed } else { &first };
        let second = upper.intermediate("Second");
        let (leaf, _) = second.leaf(Key::P256, "bob@example.org");
        let others = [
            first.certificate_der(),
            renewed.certificate_der(),
            second.certificate_der(),
        ];
        Case::new(&leaf, &others, &[root.certificate_der()])
    };
    let too_long = |allowed| {
        let subject = "CN=First".to_owned();
        [Reason::PathTooLong { subject, allowed }]
    };
    for self_issued in [false, true] {
        path(None, self_issued).path();
        path(Some(1), self_issued).path();
        assert_eq!(path(Some(0), self_issued).reasons(), too_long(0));
    }
    // An end entity is none of the authorities that are counted.
    below(|c| c.path_length(0)).path();
    let subject = "CN=Root".to_owned();
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let (anchor, _) = root.again().path_length(0).issue();
    let case = Case::new(&leaf, &[middle.certificate_der()], &[&anchor]);
    let allowed = 0;
    assert_eq!(case.reasons(), [Reason::PathTooLong { subject, allowed }]);
}

#[test]
fn extensions_nobody_can_work_with() {
    let oid = "1.2.3.4".to_owned();
    let unknown = Reason::UnknownCriticalExtension { oid };
    fn change(c: Certify<'_>, critical: bool) -> Certify<'_> {
        c.extension("1.2.3.4", critical, b"?")
    }
    leaf(|c| change(c, false)).path();
    below(|c| change(c, false)).path();
    assert_eq!(
        leaf(|c| change(c, true)).reasons(),
        std::slice::from_ref(&unknown)
    );
    assert_eq!(
        below(|c| change(c, true)).reasons(),
        [of_issuer("CN=Middle", unknown.clone())]
    );
    assert_eq!(
        anchor(|c| change(c, true)).reasons(),
        [of_issuer("CN=Root", unknown)]
    );
    for (id, value) in [
        ("2.5.29.19", &b"\x30\x03\x02\x01\xff"[..]),
        ("2.5.29.30", b"\x30\x02\xa0\x01"),
        ("2.5.29.37", b"\x05\x00"),
    ] {
        let case = below(|c| c.extension(id, true, value));
        let reasons = case.reasons();
        assert!(
            matches!(&reasons[0], Reason::Issuer { reason, .. }
                if matches!(**reason, Reason::MalformedExtension { .. })),
            "{id}: {reasons:?}"
        );
    }
}

#[test]
fn odd_serial_numbers_do_no_harm() {
    leaf(|c| c.serial(&[0x80, 1])).path();
    below(|c| c.serial(&[0x7f; 40])).path();
}

#[test]
fn sig_08_keys_and_digests_are_judged_before_signatures() {
    let weak = |bits| Reason::Outdated {
        what: format!("RSA with {bits} bits"),
        since: UNIX_EPOCH + Duration::from_secs(1_388_534_400),
    };
    let root = Ca::with_key("Root", Key::Rsa1024);
    let (bob, _) = root.leaf(Key::P256, "bob@example.org");
    let mut case = Case::new(&bob, &[], &[root.certificate_der()]);
    case.limits.path_signatures = 0;
    assert_eq!(case.reasons(), [of_issuer("CN=Root", weak(1024))]);
    let legacy =
        Case::new(&bob, &[], &[root.certificate_der()]).policy(StandardPolicy::at(now()).legacy());
    let path = legacy.path();
    assert!(path.is_legacy());
    assert_eq!(failed(path.checks()), [of_issuer("CN=Root", weak(1024))]);
    let case = leaf(|c| c.with_key(&crate::cert::ca::KeyPair::generate(Key::Rsa1024, "weak")));
    assert_eq!(case.reasons(), [weak(1024)]);

    // A policy that accepts no SHA-256: not even the signature of the leaf is checked.
    struct NoSha256;
    impl Policy for NoSha256 {
        fn now(&self) -> SystemTime {
            now()
        }
        fn verification_key(&self, _: &KeyKind) -> Judgement {
            Judgement::Accepted
        }
        fn digest(&self, _: DigestAlgorithm) -> Judgement {
            let what = "this digest".into();
            Judgement::Refused(Reason::RefusedByPolicy { what })
        }
    }
    let case = leaf(|c| c);
    let inputs = PathInputs {
        policy: &NoSha256,
        ..case.inputs()
    };
    let (result, spent) = crate::cert::path::validate_and_count(&inputs);
    let what = "this digest".to_owned();
    assert_eq!(
        failed(&result.unwrap_err().checks),
        [Reason::RefusedByPolicy { what }]
    );
    assert_eq!(spent.signatures, 0);
}

#[test]
fn signatures_that_cannot_be_checked() {
    // The algorithm inside and outside differ; one that is not implemented (MD5).
    let other = sequence(&[&crate::cert::ca::oid("1.2.840.10045.4.3.3")]);
    let subject = "CN=bob".to_owned();
    assert_eq!(
        leaf(|c| c.inner_algorithm(other.clone())).reasons(),
        [Reason::CertificateSignature { subject }]
    );
    let root = Ca::new("Root");
    let (good, _) = root.leaf(Key::P256, "bob@example.org");
    let ecdsa = crate::cert::ca::oid("1.2.840.10045.4.3.2");
    let unknown = crate::cert::ca::oid("1.2.840.10045.4.3.9");
    let mut changed = good.clone();
    let places: Vec<usize> = (0..good.len())
        .filter(|&at| good[at..].starts_with(&ecdsa))
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        changed[at..at + unknown.len()].copy_from_slice(&unknown);
    }
    let reasons = Case::new(&changed, &[], &[root.certificate_der()]).reasons();
    let [Reason::UnsupportedAlgorithm { role, name }] = reasons.as_slice() else {
        panic!("{reasons:?}")
    };
    assert_eq!((*role, name.as_str()), ("signature", "1.2.840.10045.4.3.9"));
}

#[test]
fn all_kinds_of_authority_keys() {
    for kind in [Key::Rsa2048, Key::P384, Key::P521, Key::Ed25519] {
        let root = Ca::with_key("Root", kind);
        let (bob, _) = root.leaf(Key::P256, "bob@example.org");
        Case::new(&bob, &[], &[root.certificate_der()]).path();
        let mut forged = bob.clone();
        *forged.last_mut().unwrap() ^= 1;
        let reasons = Case::new(&forged, &[], &[root.certificate_der()]).reasons();
        assert!(matches!(
            reasons.as_slice(),
            [Reason::CertificateSignature { .. }]
        ));
    }
}

#[test]
fn sig_17_what_a_signer_may_not_be() {
    let ca = Ca::new("Test CA");
    let of = |change: fn(Certify<'_>) -> Certify<'_>| {
        let (der, _) = change(ca.certify(Key::P256, "bob@example.org")).issue();
        let checks = read(&der).signing_usage_checks();
        assert!(checks.iter().all(|c| c.aspect() == Aspect::KeyUsage));
        (checks.len(), failed(&checks))
    };
    assert_eq!(of(|c| c), (4, vec![]));
    assert_eq!(of(|c| c.extended_key_usage(&[ANY_PURPOSE])), (4, vec![]));
    assert_eq!(of(|c| c.extended_key_usage(&[])), (4, vec![]));
    assert_eq!(of(|c| c.key_usage(None)), (4, vec![]));
    assert_eq!(
        of(|c| c.extended_key_usage(&[SERVER_AUTH])),
        (4, vec![Reason::ExtendedKeyUsage])
    );
    let needed = "digitalSignature";
    assert_eq!(
        of(|c| c.key_usage(Some(KEY_ENCIPHERMENT))),
        (4, vec![Reason::KeyUsage { needed }])
    );
    assert_eq!(
        of(|c| c.basic_constraints(true)),
        (4, vec![Reason::CertificateAuthority])
    );
    let oid = "1.2.3.4".to_owned();
    assert_eq!(
        of(|c| c.extension("1.2.3.4", true, b"?")),
        (4, vec![Reason::UnknownCriticalExtension { oid }])
    );
    let extension = "keyUsage".to_owned();
    assert_eq!(
        of(|c| c.extension("2.5.29.15", true, b"\x05\x00")),
        (4, vec![Reason::MalformedExtension { extension }])
    );
    let all = of(|c| {
        c.basic_constraints(true)
            .key_usage(Some(KEY_ENCIPHERMENT))
            .extended_key_usage(&[SERVER_AUTH])
            .extension("1.2.3.4", true, b"?")
            .extension("1.2.3.5", true, &tlv(4, b""))
    });
    assert_eq!((all.0, all.1.len()), (5, 5));
}

/// A bit string without bits allows nothing.
#[test]
fn an_empty_key_usage_is_no_authority() {
    let root = Ca::new("Root");
    let middle = root.authority("Middle").key_usage(None);
    let middle = middle.extension("2.5.29.15", true, &[3, 1, 0]);
    let middle = middle.issue_authority();
    let (leaf, _) = middle.leaf(Key::P256, "bob@example.org");
    let case = Case::new(
        &leaf,
        &[middle.certificate_der()],
        &[root.certificate_der()],
    );
    let (subject, needed) = ("CN=Middle".to_owned(), "keyCertSign");
    assert_eq!(case.reasons(), [Reason::IssuerKeyUsage { subject, needed }]);
}
