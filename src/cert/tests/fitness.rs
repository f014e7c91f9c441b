//! SECURITY.md ENC-19 and SIG-17: what keeps a certificate from being used.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::cert::ca::{
    ANY_PURPOSE, Certify, DIGITAL_SIGNATURE, EMAIL_PROTECTION, KEY_AGREEMENT, KEY_ENCIPHERMENT,
    NON_REPUDIATION, SERVER_AUTH,
};
use crate::check::Reason;
use crate::policy::StandardPolicy;

/// 2026-01-01, inside the validity the test CA gives.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn to_encrypt(certificate: Certify<'_>) -> Vec<Reason> {
    read(&certificate.issue().0).unfit_to_encrypt(
        Some(&mailbox("bob@example.org")),
        now(),
        &StandardPolicy::at(now()),
    )
}

fn to_sign(certificate: Certify<'_>) -> Vec<Reason> {
    read(&certificate.issue().0).unfit_to_sign(
        Some(&mailbox("bob@example.org")),
        now(),
        &StandardPolicy::at(now()),
    )
}

#[test]
fn ordinary_certificates_are_fit() {
    let ca = Ca::new("Test CA");
    for kind in [Key::Rsa2048, Key::P256, Key::P384, Key::P521] {
        assert_eq!(to_encrypt(ca.certify(kind, "bob@example.org")), []);
        assert_eq!(to_sign(ca.certify(kind, "bob@example.org")), []);
    }
    assert_eq!(to_encrypt(ca.certify(Key::X25519, "bob@example.org")), []);
    assert_eq!(to_sign(ca.certify(Key::Ed25519, "bob@example.org")), []);
    assert_eq!(to_sign(ca.certify(Key::RsaPss2048, "bob@example.org")), []);
}

#[test]
fn keys_that_cannot_do_it() {
    let ca = Ca::new("Test CA");
    for (kind, algorithm) in [(Key::Ed25519, "Ed25519"), (Key::RsaPss2048, "RSASSA-PSS")] {
        let reasons = to_encrypt(ca.certify(kind, "bob@example.org"));
        let operation = "encrypt";
        assert_eq!(
            reasons,
            [Reason::WrongKindOfKey {
                algorithm,
                operation
            }]
        );
    }
    let reasons = to_sign(ca.certify(Key::X25519, "bob@example.org"));
    assert_eq!(
        reasons,
        [Reason::WrongKindOfKey {
            algorithm: "X25519",
            operation: "sign"
        }]
    );
    let weak = Reason::WeakKey {
        algorithm: "RSA",
        bits: 1024,
        minimum: 2048,
    };
    assert_eq!(
        to_encrypt(ca.certify(Key::Rsa1024, "bob@example.org")),
        std::slice::from_ref(&weak)
    );
    assert_eq!(to_sign(ca.certify(Key::Rsa1024, "bob@example.org")), [weak]);
}

#[test]
fn key_usage() {
    let ca = Ca::new("Test CA");
    let encrypt = |kind, bits| to_encrypt(ca.certify(kind, "bob@example.org").key_usage(bits));
    let sign = |kind, bits| to_sign(ca.certify(kind, "bob@example.org").key_usage(bits));
    let needs = |needed| [Reason::KeyUsage { needed }];
    for kind in [Key::P256, Key::X25519] {
        assert_eq!(encrypt(kind, Some(KEY_ENCIPHERMENT)), needs("keyAgreement"));
        assert_eq!(encrypt(kind, Some(KEY_AGREEMENT)), []);
        assert_eq!(encrypt(kind, None), []);
    }
    assert_eq!(
        encrypt(Key::Rsa2048, Some(KEY_AGREEMENT)),
        needs("keyEncipherment")
    );
    assert_eq!(
        encrypt(Key::Rsa2048, Some(DIGITAL_SIGNATURE)),
        needs("keyEncipherment")
    );
    assert_eq!(encrypt(Key::Rsa2048, Some(KEY_ENCIPHERMENT)), []);
    assert_eq!(
        sign(Key::Rsa2048, Some(KEY_ENCIPHERMENT)),
        needs("digitalSignature")
    );
    assert_eq!(sign(Key::Rsa2048, Some(NON_REPUDIATION)), []);
    assert_eq!(sign(Key::P256, Some(DIGITAL_SIGNATURE)), []);
    assert_eq!(sign(Key::P256, None), []);
    assert_eq!(sign(Key::P256, Some(0)), needs("digitalSignature"));
}

#[test]
fn purposes() {
    let ca = Ca::new("Test CA");
    let with = |purposes: &[&str]| {
        to_encrypt(
            ca.certify(Key::P256, "bob@example.org")
                .extended_key_usage(purposes),
        )
    };
    assert_eq!(with(&[]), []);
    assert_eq!(with(&[SERVER_AUTH, EMAIL_PROTECTION]), []);
    assert_eq!(with(&[ANY_PURPOSE]), []);
    assert_eq!(with(&[SERVER_AUTH]), [Reason::ExtendedKeyUsage]);
}

#[test]
fn dates_are_inclusive() {
    let ca = Ca::new("Test CA");
    let dated = |from: &str, to: &str| {
        to_encrypt(ca.certify(Key::P256, "bob@example.org").validity(from, to))
    };
    assert_eq!(dated("260101000000Z", "260101000000Z"), []);
    let reasons = dated("250101000000Z", "251231235959Z");
    assert_eq!(
        reasons,
        [Reason::Expired {
            not_after: now() - Duration::from_secs(1)
        }]
    );
    let reasons = dated("260101000001Z", "270101000000Z");
    assert_eq!(
        reasons,
        [Reason::NotYetValid {
            not_before: now() + Duration::from_secs(1)
        }]
    );
}

#[test]
fn the_address_must_be_named() {
    let ca = Ca::new("Test CA");
    let reasons = to_encrypt(ca.certify(Key::P256, "carol@example.org"));
    let expected = Reason::AddressMismatch {
        address: "bob@example.org".into(),
        certificate_names: vec!["carol@example.org".into()],
    };
    assert_eq!(reasons, [expected]);
    let none = ca.certify(Key::P256, "bob@example.org").no_address();
    assert_eq!(to_encrypt(none), [Reason::NamesNoAddress]);
    let none = read(&ca.certify(Key::P256, "x@x.org").no_address().issue().0);
    assert_eq!(
        none.unfit_to_encrypt(None, now(), &StandardPolicy::new()),
        []
    );
}

#[test]
fn a_ca_is_no_recipient_and_no_signer() {
    let ca = Ca::new("Test CA");
    let leaf = |flag| {
        ca.certify(Key::P256, "bob@example.org")
            .basic_constraints(flag)
    };
    assert_eq!(to_encrypt(leaf(false)), []);
    assert_eq!(to_encrypt(leaf(true)), [Reason::CertificateAuthority]);
    assert_eq!(to_sign(leaf(true)), [Reason::CertificateAuthority]);
}

#[test]
fn extensions_that_are_unknown_or_broken() {
    let ca = Ca::new("Test CA");
    let with = |oid: &str, critical, value: &[u8]| {
        to_sign(
            ca.certify(Key::P256, "bob@example.org")
                .extension(oid, critical, value),
        )
    };
    assert_eq!(with("1.2.3.4", false, b"?"), []);
    let oid = "1.2.3.4".to_owned();
    assert_eq!(
        with("1.2.3.4", true, b"?"),
        [Reason::UnknownCriticalExtension { oid }]
    );
    // Left to revocation, unless it must be understood.
    assert_eq!(with("2.5.29.31", false, &[0x30, 0]), []);
    let extension = "cRLDistributionPoints".to_owned();
    assert_eq!(
        with("2.5.29.31", true, &[0x30, 0]),
        [Reason::MalformedExtension { extension }]
    );
    let policy = [0x30, 6, 0x30, 4, 6, 2, 0x2a, 3];
    assert_eq!(with("2.5.29.32", true, &policy), []);
    // The same with a qualifier of an unknown kind, which must be understood when it is critical.
    let qualified = [
        0x30, 14, 0x30, 12, 6, 2, 0x2a, 3, 0x30, 6, 0x30, 4, 6, 2, 0x2a, 4,
    ];
    assert_eq!(with("2.5.29.32", false, &qualified), []);
    let oid = "1.2.4".to_owned();
    assert_eq!(
        with("2.5.29.32", true, &qualified),
        [Reason::UnknownCriticalExtension { oid }]
    );
    for (oid, value, name) in [
        ("2.5.29.32", &[0x30, 0][..], "certificatePolicies"),
        ("2.5.29.33", &[0x30, 0], "policyMappings"),
        ("2.5.29.36", &[0x30, 0], "policyConstraints"),
        ("2.5.29.54", &[2, 1, 0xff], "inhibitAnyPolicy"),
    ] {
        let extension = name.to_owned();
        let malformed = Reason::MalformedExtension { extension };
        for critical in [false, true] {
            assert_eq!(with(oid, critical, value), std::slice::from_ref(&malformed));
        }
    }
    for (oid, name) in [("2.5.29.15", "keyUsage"), ("2.5.29.17", "subjectAltName")] {
        // The second of its kind.
        let reasons = with(oid, false, &[0x03, 0x02, 0x00, 0xff]);
        assert_eq!(
            reasons,
            [Reason::MalformedExtension {
                extension: name.into()
            }]
        );
    }
    let broken = ca
        .certify(Key::P256, "bob@example.org")
        .key_usage(None)
        .extension("2.5.29.15", true, b"\x04\x00");
    let extension = "keyUsage".to_owned();
    assert_eq!(to_sign(broken), [Reason::MalformedExtension { extension }]);
    // An alternative name that breaks off after a good address.
    let names = [
        &[0x30, 22, 0x81, 15][..],
        b"bob@example.org",
        &[0x81, 9, b'x', b'@', b'y'],
    ]
    .concat();
    let broken =
        ca.certify(Key::P256, "x@x.org")
            .no_address()
            .extension("2.5.29.17", false, &names);
    let extension = "subjectAltName".to_owned();
    assert_eq!(
        to_encrypt(broken),
        [Reason::MalformedExtension { extension }]
    );
}

#[test]
fn all_reasons_are_reported_together() {
    let ca = Ca::new("Test CA");
    let reasons = to_encrypt(
        ca.certify(Key::Rsa1024, "carol@example.org")
            .validity("200101000000Z", "210101000000Z")
            .key_usage(Some(DIGITAL_SIGNATURE))
            .extended_key_usage(&[SERVER_AUTH])
            .basic_constraints(true)
            .extension("1.2.3.4", true, b""),
    );
    assert_eq!(reasons.len(), 7, "{reasons:?}");
}
