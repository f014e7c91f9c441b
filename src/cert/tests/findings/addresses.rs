//! Alternative names, and addresses elsewhere.

use super::*;

const SAN: &str = "2.5.29.17";
const EMAIL: &str = "1.2.840.113549.1.9.1";

#[test]
fn addresses_belong_into_the_alternative_name() {
    let ca = Ca::new("Test CA");
    let missing = "cabf.smime.san_extension_missing";
    // Only in the subject: clients find it there, and it does not belong there.
    let subject = [("2.5.4.3", "bob@example.org"), (EMAIL, "bob@example.org")];
    let only = |certificate: Certify<'_>| found(certificate.no_address().subject(&subject));
    assert_eq!(
        only(public(&ca, Key::P256, MAILBOX)),
        errors(&[
            missing,
            "pkix.subject_email_address_not_in_san",
            "cabf.smime.common_name_value_unknown_source"
        ])
    );
    let private = only(bare(&ca, Key::P256));
    assert!(private.contains(&(Severity::Notice, missing)));
    assert!(private.contains(&(Severity::Warning, "pkix.subject_email_address_not_in_san")));
    assert!(
        !private
            .iter()
            .any(|(severity, _)| *severity == Severity::Error)
    );
    // Nowhere: whoever issued it, nobody can use it.
    let nowhere = found(
        bare(&ca, Key::P256)
            .no_address()
            .subject(&[("2.5.4.3", "Bob")]),
    );
    assert_eq!(nowhere[0], (Severity::Error, "smime.names_no_address"));
    // An alternative name without any.
    let web = public(&ca, Key::P256, MAILBOX)
        .no_address()
        .alternative_name(0x82, b"example.org")
        .subject(&[("2.5.4.5", "1")]);
    assert_eq!(
        found(web),
        errors(&[
            "smime.names_no_address",
            "cabf.smime.san_does_not_contain_email_address",
            "cabf.smime.prohibited_generalname_type_present"
        ])
    );
}

#[test]
fn every_address_is_repeated_there() {
    let ca = Ca::new("Test CA");
    let with = |subject: &[(&str, &str)]| found(public(&ca, Key::P256, MAILBOX).subject(subject));
    let subject_address = errors(&["pkix.subject_email_address_not_in_san"]);
    assert_eq!(with(&[(EMAIL, "bob@example.org")]), []);
    assert_eq!(
        with(&[(EMAIL, "Bob@EXAMPLE.org")]),
        [],
        "as addresses compare"
    );
    assert_eq!(with(&[(EMAIL, "robert@example.org")]), subject_address);
    assert_eq!(
        with(&[(EMAIL, "bob@example.org"), (EMAIL, "b@example.org")]),
        subject_address
    );
    // An address that is not ASCII stands there as an otherName, its domain in either form.
    let both = public(&ca, Key::P256, MAILBOX)
        .address("zoë@xn--bcher-kva.example")
        .subject(&[("2.5.4.3", "zoë@bücher.example")]);
    assert_eq!(found(both), []);
    // In a directory name.
    let directory = |address: &str| {
        let name = crate::cert::ca::name(&[(EMAIL, address)]);
        found(public(&ca, Key::P256, MAILBOX).alternative_name(0xa4, &name))
    };
    assert_eq!(directory("bob@example.org"), []);
    let elsewhere = errors(&["cabf.smime.email_address_in_attribute_not_in_san"]);
    assert_eq!(directory("robert@example.org"), elsewhere);
    // In a common name that may be anything.
    let person = public(&ca, Key::P256, INDIVIDUAL)
        .subject(&[("2.5.4.4", "Builder"), ("2.5.4.3", "robert@example.org")]);
    assert_eq!(found(person), elsewhere);
}

#[test]
fn kinds_of_names() {
    let ca = Ca::new("Test CA");
    let with = |policy: &str, tag: u8, content: &[u8]| {
        found(public(&ca, Key::P256, policy).alternative_name(tag, content))
    };
    let kind = errors(&["cabf.smime.prohibited_generalname_type_present"]);
    for (tag, content) in [
        (0x82, &b"example.org"[..]),
        (0x86, b"https://example.org"),
        (0x87, &[192, 0, 2, 1]),
        (0x88, &[0x2a, 3]),
    ] {
        assert_eq!(with(MAILBOX_MULTIPURPOSE, tag, content), kind, "{tag}");
    }
    // A user principal name of Windows: allowed unless strict.
    let upn = [
        oid("1.3.6.1.4.1.311.20.2.3"),
        tlv(0xa0, &tlv(0x0c, b"bob@example.org")),
    ]
    .concat();
    assert_eq!(with(MAILBOX_MULTIPURPOSE, 0xa0, &upn), []);
    assert_eq!(
        with(MAILBOX, 0xa0, &upn),
        errors(&["cabf.smime.prohibited_othername_type_present"])
    );
}

#[test]
fn critical_if_and_only_if_there_is_no_subject() {
    let ca = Ca::new("Test CA");
    let names = sequence(&[&tlv(0x81, b"bob@example.org")]);
    let with = |critical: bool, subject: &[(&str, &str)]| {
        let certificate = public(&ca, Key::P256, MAILBOX).no_address();
        found(
            certificate
                .extension(SAN, critical, &names)
                .subject(subject),
        )
    };
    let bob = [("2.5.4.3", "bob@example.org")];
    assert_eq!(with(false, &bob), []);
    assert_eq!(with(true, &[]), []);
    assert_eq!(
        with(true, &bob),
        warnings(&["pkix.san_extension_is_critical"])
    );
    assert_eq!(
        with(false, &[]),
        errors(&["pkix.san_extension_not_critical"])
    );
}

#[test]
fn addresses_that_are_left_out_are_told() {
    let ca = Ca::new("Test CA");
    let certificate =
        public(&ca, Key::P256, MAILBOX).alternative_name(0x81, "zoë@example.org".as_bytes());
    let findings = of(certificate);
    let [one] = findings.all() else {
        panic!("{findings}")
    };
    assert_eq!(
        (one.severity(), one.code()),
        (Severity::Warning, "smime.address_left_out")
    );
    assert!(one.text().contains("must be ASCII"), "{one}");
}
