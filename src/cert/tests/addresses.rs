//! SECURITY.md SIG-12 and SIG-13: which addresses a certificate names.

use super::*;
use crate::cert::ca::{self, sequence, tlv};

const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

#[test]
fn alternative_names_of_both_kinds() {
    let ca = Ca::new("Test CA");
    let certificate = read(
        &ca.certify(Key::P256, "Bob@Example.org")
            .address("rené@example.org")
            .address("carol@xn--bcher-kva.example")
            .alternative_name(0x82, b"mail.example.org")
            .address("Bob@Example.org")
            .issue()
            .0,
    );
    assert_eq!(
        certificate.addresses(),
        [
            "Bob@Example.org",
            "rené@example.org",
            "carol@xn--bcher-kva.example"
        ]
    );
    for named in [
        "bob@EXAMPLE.org",
        "rené@example.org",
        "carol@bücher.example",
    ] {
        assert!(certificate.names(&mailbox(named)), "{named}");
    }
    for other in [
        "bob@example.com",
        "RENÉ@example.org",
        "rene@example.org",
        "mail@mail.example.org",
    ] {
        assert!(!certificate.names(&mailbox(other)), "{other}");
    }
    assert!(certificate.ignored_addresses().is_empty());
}

#[test]
fn a_nul_or_control_character_drops_the_address_and_is_noted() {
    let ca = Ca::new("Test CA");
    let certificate = read(
        &ca.certify(Key::P256, "ceo@example.org\0.evil.example")
            .alternative_name(0x81, b"a\r\nb@example.org")
            .alternative_name(0x81, b"caf\xe9@example.org")
            .alternative_name(0x81, b"")
            .issue()
            .0,
    );
    assert!(certificate.addresses().is_empty());
    assert!(!certificate.names(&mailbox("ceo@example.org")));
    assert_eq!(certificate.ignored_addresses().len(), 4);
    assert_eq!(
        certificate.ignored_addresses()[0],
        "ceo@example.org\\0.evil.example: it holds a control character"
    );
    assert!(!certificate.ignored_addresses()[1].contains('\n'));
}

/// What cannot be seen, or turns around what is seen, is in no address: U+202E, U+200B, U+2028, and U+00AD.
#[test]
fn what_cannot_be_seen_drops_the_address_and_is_noted() {
    let ca = Ca::new("Test CA");
    let bad = [
        "ren\u{e9}\u{202e}gro.elpmaxe@example.org",
        "ren\u{e9}\u{200b}@example.org",
        "ren\u{e9}\u{2028}root@example.org",
        "ren\u{e9}\u{ad}@example.org",
    ];
    // A Persian name is written with U+200C.
    let good = "\u{645}\u{6cc}\u{200c}\u{62e}@example.org";
    let certify = bad
        .iter()
        .fold(ca.certify(Key::P256, good), |c, a| c.address(a));
    let certificate = read(&certify.issue().0);
    assert_eq!(certificate.addresses(), [good]);
    let ignored = certificate.ignored_addresses();
    assert_eq!(ignored.len(), bad.len());
    for why in ignored {
        assert!(why.ends_with("a character that cannot be seen"), "{why}");
        assert!(!why.chars().any(crate::check::is_invisible), "{why}");
    }
}

/// Without a subject the addresses stand for it: on one line, with nothing hidden, however many there are.
#[test]
fn a_description_is_one_short_line() {
    let ca = Ca::new("Test CA");
    let joined = "\u{645}\u{6cc}\u{200c}\u{62e}@example.org";
    let certify = ca.certify(Key::P256, joined).subject(&[]);
    let certify = (0..500).fold(certify, |c, number| {
        c.address(&format!("{number}{}@example.org", "x".repeat(40)))
    });
    let certificate = read(&certify.issue().0);
    assert_eq!(certificate.subject(), "");
    assert_eq!(certificate.addresses().len(), 501);
    let description = certificate.description();
    assert!(
        description.starts_with("\u{645}\u{6cc}\\u{200c}\u{62e}@example.org, 0x"),
        "{description}"
    );
    assert!(
        description.contains("@example.org and 498 more (serial "),
        "{description}"
    );
    assert!(
        !description.chars().any(crate::check::is_invisible),
        "{description}"
    );
    assert!(description.chars().count() < 500, "{description}");
}

#[test]
fn the_subject_counts_only_when_the_alternative_names_hold_no_address() {
    let ca = Ca::new("Test CA");
    let subject = [("2.5.4.3", "Bob"), (EMAIL_ADDRESS, "subject@example.org")];
    let bob = || ca.certify(Key::P256, "bob@example.org").subject(&subject);
    let none = read(&bob().no_address().issue().0);
    assert_eq!(none.addresses(), ["subject@example.org"]);
    let dns = read(
        &bob()
            .no_address()
            .alternative_name(0x82, b"example.org")
            .issue()
            .0,
    );
    assert_eq!(dns.addresses(), ["subject@example.org"]);
    let san = read(&bob().issue().0);
    assert_eq!(san.addresses(), ["bob@example.org"]);
    let utf8 = read(&bob().no_address().address("é@example.org").issue().0);
    assert_eq!(utf8.addresses(), ["é@example.org"]);
    // An address that is left out, or an extension that cannot be read, does not bring it back.
    let dropped = read(&bob().no_address().address("a\0@example.org").issue().0);
    assert!(dropped.addresses().is_empty());
    let broken = read(
        &bob()
            .no_address()
            .extension("2.5.29.17", false, b"\x30\x05")
            .issue()
            .0,
    );
    assert!(broken.addresses().is_empty());
    let twice = read(
        &bob()
            .no_address()
            .extension("2.5.29.17", false, &sequence(&[]))
            .extension("2.5.29.17", false, &sequence(&[]))
            .issue()
            .0,
    );
    assert!(twice.addresses().is_empty());
}

#[test]
fn a_smtp_utf8_mailbox_with_an_ascii_local_part_is_none() {
    // RFC 9598 3: it would slip past name constraints on rfc822Name.
    let value = tlv(0xa0, &tlv(0x0c, b"ceo@example.org"));
    let name = [ca::oid("1.3.6.1.5.5.7.8.9"), value].concat();
    let ca = Ca::new("Test CA");
    let certificate = read(
        &ca.certify(Key::P256, "x@x.org")
            .no_address()
            .alternative_name(0xa0, &name)
            .issue()
            .0,
    );
    assert!(!certificate.names(&mailbox("ceo@example.org")));
    assert_eq!(certificate.ignored_addresses().len(), 1);
}

#[test]
fn look_alikes_do_not_match() {
    let ca = Ca::new("Test CA");
    let certificate = read(&ca.leaf(Key::P256, "alice@example.org").0);
    assert!(certificate.names(&mailbox("alice@example.org")));
    // Cyrillic a in the local part, Cyrillic e in the domain, zero width space.
    for look_alike in [
        "\u{430}lice@example.org",
        "alice@\u{435}xample.org",
        "al\u{200b}ice@example.org",
    ] {
        if let Ok(look_alike) = Mailbox::new(look_alike) {
            assert!(!certificate.names(&look_alike), "{look_alike}");
        }
    }
}
