//! What real certificates get wrong, and what must not be read.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::asn1::unix_seconds;
use crate::cert::ca::{self, sequence, tlv};
use crate::check::Reason;

#[test]
fn odd_certificates_load() {
    let ca = Ca::new("Test CA");
    let bob = || ca.certify(Key::P256, "bob@example.org");
    let negative = read(&bob().serial(&[0x80, 1]).issue().0);
    assert_eq!(negative.serial_hex(), "8001");
    let long = read(&bob().serial(&[0x7f; 64]).issue().0);
    assert_eq!(long.serial_hex(), "7F".repeat(64));
    let zero = read(&bob().serial(&[0]).issue().0);
    assert_eq!(zero.serial_hex(), "00");
    let version_1 = read(&bob().version_1().issue().0);
    assert!(version_1.addresses().is_empty() && version_1.subject_key_identifier().is_none());
    let junk = read(
        &bob()
            .extension("1.2.3.4", false, b"no DER at all")
            .issue()
            .0,
    );
    assert_eq!(junk.addresses(), ["bob@example.org"]);
    let nameless = read(&bob().subject(&[]).issue().0);
    assert_eq!(nameless.subject(), "");
    assert!(
        nameless
            .description()
            .starts_with("bob@example.org (serial ")
    );
}

/// RFC 5280 4.1: each of the last three fields at most once, in their order, and nothing else.
#[test]
fn fields_after_the_key() {
    use crate::asn1::{Reader, Tag};
    let (der, _) = Ca::new("Test CA").leaf(Key::P256, "bob@example.org");
    let limits = crate::Limits::default();
    let mut certificate = Reader::new(&der, "test", &limits);
    let mut certificate = certificate.read().unwrap().reader().unwrap();
    let mut fields = certificate.read().unwrap().reader().unwrap();
    let rest = [(); 2].map(|()| certificate.read().unwrap().raw).concat();
    let mut before = Vec::new();
    let mut extensions = Vec::new();
    while !fields.is_empty() {
        let field = fields.read().unwrap();
        match field.tag == Tag::context(3, true) {
            true => extensions = field.raw.to_vec(),
            false => before.extend(field.raw),
        }
    }
    let none = tlv(0xa3, &sequence(&[]));
    let (issuer_id, subject_id) = (tlv(0x81, &[0, 1]), tlv(0x82, &[0, 1]));
    let with = |fields: &[&[u8]]| {
        let signed = sequence(&[&before, &fields.concat()]);
        let certificate = read(&sequence(&[&signed, &rest]));
        let malformed = certificate.unfit_extensions().iter().any(|reason| {
            let text = reason.to_string();
            text.contains("fields after the key")
        });
        (certificate, malformed)
    };
    for fields in [
        &[&issuer_id[..], &subject_id, &extensions][..],
        &[&subject_id, &extensions],
        &[&extensions],
        &[&issuer_id],
        &[],
    ] {
        assert!(!with(fields).1);
    }
    for fields in [
        &[&extensions[..], &none][..],
        &[&extensions, &extensions],
        &[&extensions, &issuer_id],
        &[&subject_id, &issuer_id, &extensions],
        &[&issuer_id, &issuer_id, &extensions],
        &[&tlv(0xa4, &[]), &extensions],
        &[&extensions, &tlv(0x05, &[])],
        &[&tlv(0x83, &[]), &extensions],
    ] {
        let (certificate, malformed) = with(fields);
        assert!(malformed);
        // The first one counts, for what it is worth.
        assert_eq!(certificate.addresses(), ["bob@example.org"]);
    }
}

#[test]
fn times_of_all_sorts() {
    let ca = Ca::new("Test CA");
    let of = |from: &str, to: &str| {
        let certificate = read(
            &ca.certify(Key::P256, "bob@example.org")
                .validity(from, to)
                .issue()
                .0,
        );
        (
            unix_seconds(certificate.not_before()),
            unix_seconds(certificate.not_after()),
        )
    };
    // RFC 5280 4.1.2.5: no well-defined expiration date.
    assert_eq!(
        of("500101000000Z", "99991231235959Z"),
        (-631_152_000, 253_402_300_799)
    );
    assert_eq!(
        of("19000101000000Z", "19691231235959Z"),
        (-2_208_988_800, -1)
    );
    let never = read(
        &ca.certify(Key::P256, "b@x.org")
            .validity("700101000000Z", "99991231235959Z")
            .issue()
            .0,
    );
    assert!(never.not_after() > UNIX_EPOCH + Duration::from_secs(1 << 37));
    let (bad, _) = ca
        .certify(Key::P256, "b@x.org")
        .validity("990230000000Z", "491231235959Z")
        .issue();
    assert!(Certificate::from_der_exact(&bad).is_err());
}

/// Letters, signs, too few and too many digits, months and days that there are not, and bytes that are no text.
#[test]
fn dos_10_dates_that_are_none() {
    let good = "990101000000Z";
    let (der, _) = Ca::new("Test CA")
        .certify(Key::P256, "b@x.org")
        .validity(good, "491231235959Z")
        .issue();
    assert!(Certificate::from_der_exact(&der).is_ok());
    let at = memchr::memmem::find(&der, good.as_bytes()).unwrap();
    let with = |tag: u8, text: &[u8]| {
        let mut bad = der.clone();
        bad[at - 2] = tag;
        bad[at..at + text.len()].copy_from_slice(text);
        Certificate::from_der_exact(&bad)
    };
    for text in [
        "990230000000Z",
        "991301000000Z",
        "990001000000Z",
        "990100000000Z",
        "990132000000Z",
        "990101240000Z",
        "990101006000Z",
        "990101000061Z",
        "9901010000000",
        "99010100000Z0",
        "9901010000+0Z",
        "+90101000000Z",
        "-90101000000Z",
        "99 101000000Z",
        "9901010000.0Z",
        "ZZZZZZZZZZZZZ",
        "9901010000ZZZ",
    ] {
        assert!(with(0x17, text.as_bytes()).is_err(), "{text}");
    }
    // Each place with each byte; what is left is a date, or an error.
    for place in 0..good.len() {
        for byte in 0..=u8::MAX {
            let mut text = *b"990101000000Z";
            text[place] = byte;
            let is_ok = with(0x17, &text).is_ok();
            assert!(
                !is_ok || byte.is_ascii_digit() || byte == b'Z',
                "{place} {byte}"
            );
            let _ = with(0x18, &text);
        }
    }
}

#[test]
fn names_are_escaped_and_bounded() {
    let ca = Ca::new("Test CA");
    let of = |value: &str| {
        read(
            &ca.certify(Key::P256, "bob@example.org")
                .subject(&[("2.5.4.10", "Org"), ("2.5.4.3", value)])
                .issue()
                .0,
        )
        .subject()
    };
    // Expected texts by hand from RFC 4514 2.4.
    assert_eq!(of("Bob"), "CN=Bob,O=Org");
    assert_eq!(
        of(r#" #a,b+c"d\e;<f> "#),
        r#"CN=\ #a\,b\+c\"d\\e\;\<f\>\ ,O=Org"#
    );
    assert_eq!(of("#1"), r"CN=\#1,O=Org");
    assert_eq!(of("a\r\nb\0\u{1b}[2J"), r"CN=a\0D\0Ab\00\1B[2J,O=Org");
    assert_eq!(of("gpj\u{202e}exe"), r"CN=gpj\E2\80\AEexe,O=Org");
    assert_eq!(of("Zoë Bjørn"), "CN=Zoë Bjørn,O=Org");

    // SECURITY.md DOS-08: a million characters that are escaped. Bounded, so the cost is that of reading.
    let long = of(&"+".repeat(1_000_000));
    assert_eq!(long.matches(r"\+").count(), 1_000);
    assert!(long.ends_with('…') && long.len() < 2_100);
    let many: Vec<(&str, &str)> = vec![("2.5.4.11", ""); 50_000];
    let many = read(&ca.certify(Key::P256, "b@x.org").subject(&many).issue().0);
    assert!(many.subject().len() < 10_000);
}

#[test]
fn other_kinds_of_strings() {
    let ca = Ca::new("Test CA");
    let of = |tag: u8, value: &[u8]| {
        let attribute = sequence(&[&ca::oid("2.5.4.3"), &tlv(tag, value)]);
        let name = sequence(&[&tlv(0x31, &attribute)]);
        read(
            &ca.certify(Key::P256, "bob@example.org")
                .raw_subject(name)
                .issue()
                .0,
        )
        .subject()
    };
    assert_eq!(of(0x14, b"J\xf6rg"), "CN=Jörg"); // TeletexString as Latin-1
    assert_eq!(of(0x1e, b"\0J\0\xf6\x20\xac"), "CN=Jö€"); // BMPString
    assert_eq!(of(0x1c, b"\0\0\0J\0\x01\xf6\0"), "CN=J😀"); // UniversalString
    assert_eq!(of(0x1e, b"\0J\0"), "CN=#1E03004A00"); // half a character
    assert_eq!(of(0x04, b"ab"), "CN=#04026162"); // no string at all
    // Two attributes in one relative name, and an unknown type.
    let pair = [
        sequence(&[&ca::oid("2.5.4.3"), &tlv(0x0c, b"A")]),
        sequence(&[&ca::oid("1.2.3"), &tlv(0x0c, b"B")]),
    ]
    .concat();
    let name = sequence(&[&tlv(0x31, &pair)]);
    let certificate = read(&ca.certify(Key::P256, "b@x.org").raw_subject(name).issue().0);
    assert_eq!(certificate.subject(), "CN=A+1.2.3=B");
}

#[test]
fn names_compare_after_folding() {
    let one = ca::name(&[("2.5.4.6", "DE"), ("2.5.4.3", "Test  CA ")]);
    let same = sequence(&[
        &tlv(0x31, &sequence(&[&ca::oid("2.5.4.6"), &tlv(0x0c, b"de")])),
        &tlv(
            0x31,
            &sequence(&[&ca::oid("2.5.4.3"), &tlv(0x13, b"test ca")]),
        ),
    ]);
    assert!(name::same(&one, &same));
    assert!(!name::same(
        &one,
        &ca::name(&[("2.5.4.6", "DE"), ("2.5.4.3", "TestCA")])
    ));
    assert!(!name::same(
        &one,
        &ca::name(&[("2.5.4.3", "Test CA"), ("2.5.4.6", "DE")])
    ));
    assert!(
        !name::same(b"\x30\x02\x31\x05", b"\x30\x02\x31\x06"),
        "unreadable"
    );
    let value = tlv(0x13, b"test ca");
    let attribute = sequence(&[&ca::oid("2.5.4.3"), &value, &value]);
    let longer = sequence(&[&tlv(0x31, &attribute)]);
    assert!(
        !name::same(&ca::name(&[("2.5.4.3", "Test CA")]), &longer),
        "more than a type and a value"
    );
    assert!(
        !name::same(&ca::name(&[]), b"\x30\x80\0\0"),
        "empty names chain to nothing"
    );
}

/// Cut anywhere, changed anywhere: an error or a certificate, never a panic.
#[test]
fn broken_bytes_do_not_panic() {
    let (der, _) = Ca::new("Test CA").leaf(Key::P256, "bob@example.org");
    for end in 0..der.len() {
        assert!(Certificate::from_der_exact(&der[..end]).is_err());
    }
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[at] ^= 1 << bit;
            if let Ok(certificate) = Certificate::from_der_exact(&changed) {
                let _ = format!("{certificate:?} {:?}", certificate.ignored_addresses());
            }
        }
    }
}

#[test]
fn an_extension_that_cannot_be_read_is_not_passed_over() {
    let ca = Ca::new("CA");
    let leaf = ca.certify(Key::P256, "bob@example.org");
    let (mut leaf, _) = leaf.extension("1.2.3.4", true, b"value").issue();
    let oid = [0x06, 3, 0x2a, 3, 4];
    let at = leaf.windows(5).position(|part| part == oid).unwrap();
    let reasons = |der: &[u8]| Certificate::from_bytes(der).unwrap().unfit_extensions();
    assert!(matches!(
        reasons(&leaf).as_slice(),
        [Reason::UnknownCriticalExtension { .. }]
    ));
    leaf[at + 5] = 0x02;
    assert!(matches!(
        reasons(&leaf).as_slice(),
        [Reason::MalformedExtension { .. }]
    ));
}

#[test]
fn nothing_stands_behind_name_constraints() {
    let ca = Ca::new("CA");
    let is_read = |value: &[u8]| {
        let blank = ca.certify(Key::P256, "bob@example.org");
        let certificate = blank.extension("2.5.29.30", true, value).issue().0;
        read(&certificate).unfit_extensions().is_empty()
    };
    let permitted = |base: &[u8]| tlv(0xa0, &sequence(&[base]));
    let name = ca::name(&[("2.5.4.3", "Bob")]);
    let mail = permitted(&tlv(0x81, b"example.org"));
    assert!(is_read(&sequence(&[&mail])));
    assert!(!is_read(&sequence(&[&mail, &tlv(0x82, b"")])));
    assert!(is_read(&sequence(&[&permitted(&tlv(0xa4, &name))])));
    let two = [&name[..], &name].concat();
    assert!(!is_read(&sequence(&[&permitted(&tlv(0xa4, &two))])));
}
