//! Certificates made at run time, by OpenSSL, and those of the corpora.

mod addresses;
mod corpora;
mod findings;
mod fitness;
mod identity;
mod odd;
mod openssl;
mod path;

use super::ca::{Ca, Key};
use super::*;

/// A certificate of `ca`, ready to be changed.
fn read(der: &[u8]) -> Certificate {
    Certificate::from_der_exact(der).unwrap()
}

fn mailbox(address: &str) -> Mailbox {
    Mailbox::new(address).unwrap()
}

#[test]
fn equality_and_identifiers_are_by_received_bytes() {
    use std::collections::HashSet;
    let ca = Ca::new("Test CA");
    let (der, _) = ca
        .certify(Key::P256, "bob@example.org")
        .serial(&[0, 0xab, 1])
        .issue();
    let (one, same) = (read(&der), read(&der));
    let other = read(&ca.leaf(Key::P256, "bob@example.org").0);
    assert_eq!(one, same);
    assert_ne!(one, other);
    assert_eq!(HashSet::from([one.clone(), same]).len(), 1);
    assert_eq!(one.serial_der(), [0, 0xab, 1]);
    assert_eq!(one.serial_hex(), "AB01");
    assert_eq!(one.issuer_der(), read(ca.certificate_der()).subject_der());

    let id = RecipientId::issuer_and_serial(&one);
    assert!(id.matches(&one) && !id.matches(&other));
    assert_eq!(id.to_string(), "serial 00AB01 issued by CN=Test CA");
    // The same issuer written anew, as UTF8String, PrintableString and BMPString; another one.
    let named = |tag: u8, text: &[u8], serial: &[u8]| {
        use super::ca::{oid, sequence, tlv};
        let attribute = sequence(&[&oid("2.5.4.3"), &tlv(tag, text)]);
        let issuer = sequence(&[&tlv(0x31, &attribute)]);
        let serial = serial.to_vec();
        SignerId::IssuerAndSerial { issuer, serial }.matches(&one)
    };
    assert!(named(0x0c, b"Test CA", &[0, 0xab, 1]));
    assert!(named(0x13, b"Test CA", &[0, 0xab, 1]));
    assert!(named(0x1e, b"\0T\0e\0s\0t\0 \0C\0A", &[0, 0xab, 1]));
    assert!(!named(0x0c, b"Test CB", &[0, 0xab, 1]));
    assert!(!named(0x0c, b"Test CA", &[0, 0xab, 2]));
    let id = SignerId::subject_key_identifier(&one).unwrap();
    assert!(id.matches(&one) && !id.matches(&other));
    let (without, _) = ca
        .certify(Key::P256, "b@example.org")
        .no_key_identifiers()
        .issue();
    assert!(SignerId::subject_key_identifier(&read(&without)).is_none());
}

#[test]
fn issued_by_looks_at_name_key_identifier_and_signature() {
    let authority = Ca::new("Test CA");
    let namesake = Ca::new("Test CA");
    let leaf = read(
        &authority
            .certify(Key::P256, "bob@example.org")
            .no_key_identifiers()
            .issue()
            .0,
    );
    let (ca, namesake) = (
        read(authority.certificate_der()),
        read(namesake.certificate_der()),
    );
    assert!(leaf.issued_by(&ca));
    assert!(!leaf.issued_by(&namesake), "same name, another key");
    assert!(!leaf.issued_by(&leaf));
    assert!(ca.is_self_issued() && !leaf.is_self_issued());

    // RFC 5280 4.1.1.2: signed, but the two algorithms differ (ecdsa-with-SHA384 inside).
    let inner = super::ca::sequence(&[&super::ca::oid("1.2.840.10045.4.3.3")]);
    let differing = authority
        .certify(Key::P256, "bob@example.org")
        .inner_algorithm(inner);
    assert!(!read(&differing.issue().0).issued_by(&ca));

    // One changed octet of the subject public key: read as before, signed no more.
    let mut forged = leaf.to_der().to_vec();
    let serial = forged
        .windows(16)
        .position(|w| w == leaf.serial_der())
        .unwrap();
    forged[serial + 5] ^= 1;
    assert!(!read(&forged).issued_by(&ca));
}

#[test]
fn anchors_are_a_set() {
    let (one, two) = (Ca::new("One"), Ca::new("Two"));
    let pem = format!(
        "{}{}{}",
        one.certificate_pem(),
        two.certificate_pem(),
        one.certificate_pem()
    );
    let mut anchors = TrustAnchors::from_pem(pem.as_bytes()).unwrap();
    assert_eq!(anchors.certificates().len(), 2);
    anchors.add(&read(one.certificate_der()));
    assert_eq!(anchors.certificates().len(), 2);
    let der = TrustAnchors::from_der(two.certificate_der()).unwrap();
    assert_eq!(der.certificates(), [read(two.certificate_der())]);
    assert!(TrustAnchors::from_pem(b"nothing").is_err());
    let trailing = [two.certificate_der(), b"\0"].concat();
    assert!(TrustAnchors::from_der(&trailing).is_err());
}
