//! Names, and constraints on them.

use crate::ca::{Certify, name, oid, sequence, tlv};
use crate::dice::Dice;
use crate::hierarchy::Features;

pub const COMMON: &str = "2.5.4.3";
pub const ORGANIZATION: &str = "2.5.4.10";
const EMAIL: &str = "1.2.840.113549.1.9.1";

/// RFC 9598 writes domains of SmtpUTF8Mailbox with A-labels, RFC 8398 with U-labels.
pub const A_LABEL: &str = "SmtpUTF8Mailbox with an A-label";

/// The value of an otherName that holds a Windows logon name.
fn logon_name(text: &str) -> Vec<u8> {
    let value = tlv(0xa0, &tlv(0x0c, text.as_bytes()));
    [oid("1.3.6.1.4.1.311.20.2.3"), value].concat()
}

/// Alternative names of other forms: tag octet, content, and what is out of the ordinary about it.
fn other_names() -> Vec<(u8, Vec<u8>, Option<&'static str>)> {
    let mut mapped = [0; 16];
    mapped[10..].copy_from_slice(&[255, 255, 192, 0, 2, 1]);
    let mut v6 = [0; 16];
    v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    let plain = |tag: u8, text: &str| (tag, text.as_bytes().to_vec(), None);
    let odd = |tag: u8, text: &str, words| (tag, text.as_bytes().to_vec(), Some(words));
    vec![
        plain(0x82, "example.org"),
        plain(0x82, "www.example.org"),
        plain(0x82, "WWW.Example.COM"),
        odd(0x82, "*.example.org", "wildcard"),
        odd(0x82, "www.example.org.", "odd host name"),
        plain(0x86, "https://example.org/x"),
        plain(0x86, "ldap://www.example.org:389/"),
        plain(0x86, "https://example.com"),
        odd(0x86, "https://example.com@www.example.org/", "odd URI"),
        odd(0x86, "https://192.0.2.1/", "odd URI"),
        odd(0x86, "mailto:alice@example.org", "odd URI"),
        (0x87, vec![192, 0, 2, 1], None),
        (0x87, vec![198, 51, 100, 7], None),
        (0x87, v6.to_vec(), None),
        (
            0x87,
            mapped.to_vec(),
            Some("IPv4 address in the form of IPv6"),
        ),
        (0xa0, logon_name("alice@example.org"), None),
        (0x88, b"\x2a\x03\x04".to_vec(), None),
    ]
}

/// Gives the leaf its names.
pub fn name_leaf<'a>(leaf: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    let address = *dice.one_of(&[
        "alice@example.org",
        "alice@example.org",
        "alice@mail.example.org",
        "Alice@Example.COM",
        "älice@example.org",
        "älice@mail.example.org",
        "älice@bücher.example",
        "älice@xn--bcher-kva.example",
    ]);
    if !address.is_ascii() {
        features.insert("SmtpUTF8Mailbox");
    }
    if !address.is_ascii() && address.contains("@xn--") {
        features.insert(A_LABEL);
    }
    let organization = *dice.one_of(&["Example", "Example", "Example", "Other"]);
    let mut subject = vec![(ORGANIZATION, organization)];
    match dice.below(12) {
        0 => {
            features.insert("host name as common name");
            subject.push((COMMON, "www.example.org"));
        }
        1 => {
            features.insert("address in the subject");
            subject.push((
                EMAIL,
                *dice.one_of(&["alice@example.org", "alice@example.com"]),
            ));
        }
        _ => subject.push((COMMON, "Alice")),
    }
    let is_in_subject = subject.iter().any(|(id, _)| *id == EMAIL);
    let mut leaf = leaf.no_address().subject(&subject);
    if !is_in_subject || dice.percent(50) {
        leaf = leaf.address(address);
    }
    while dice.percent(30) {
        let names = other_names();
        let (tag, content, words) = dice.one_of(&names);
        features.insert("other alternative names");
        features.extend(*words);
        leaf = leaf.alternative_name(*tag, content);
    }
    leaf
}

/// Bases of subtrees, and what is out of the ordinary about them.
fn bases() -> Vec<(Vec<u8>, Option<&'static str>)> {
    let text = |tag: u8, text: &str| (tlv(tag, text.as_bytes()), None);
    let odd = |tag: u8, text: &str| (tlv(tag, text.as_bytes()), Some("base that means nothing"));
    let network = |octets: &[u8]| (tlv(0x87, octets), None);
    let organization = |value: &str| (tlv(0xa4, &name(&[(ORGANIZATION, value)])), None);
    let mut v6 = [0; 32];
    v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    v6[16..20].copy_from_slice(&[255; 4]);
    vec![
        text(0x81, "example.org"),
        text(0x81, "example.org"),
        text(0x81, ".example.org"),
        text(0x81, "mail.example.org"),
        text(0x81, "Example.com"),
        text(0x81, "xn--bcher-kva.example"),
        text(0x81, "alice@example.org"),
        (tlv(0x81, b""), Some("empty base")),
        odd(0x81, "example.org."),
        organization("Example"),
        organization("Example"),
        organization("EXAMPLE"),
        organization("Other"),
        text(0x82, "example.org"),
        text(0x82, "Example.com"),
        text(0x82, ".example.org"),
        text(0x82, "www.example.org"),
        text(0x82, ""),
        odd(0x82, "*.example.org"),
        text(0x86, "example.org"),
        text(0x86, ".example.org"),
        text(0x86, "Example.com"),
        network(&[192, 0, 2, 0, 255, 255, 255, 0]),
        network(&[198, 51, 100, 0, 255, 255, 255, 0]),
        network(&v6),
        (
            tlv(0x87, &[192, 0, 2, 0, 255, 0, 255, 0]),
            Some("base that means nothing"),
        ),
        (tlv(0xa0, &logon_name("example.org")), None),
        text(0x88, "\x2a\x03"),
    ]
}

/// nameConstraints, one to three subtrees.
pub fn limit<'a>(ca: Certify<'a>, dice: &mut Dice, features: &mut Features) -> Certify<'a> {
    features.insert("name constraints");
    let all = bases();
    let (mut permitted, mut excluded) = (Vec::new(), Vec::new());
    for _ in 0..=dice.below(3) {
        let (base, words) = dice.one_of(&all);
        features.extend(*words);
        match dice.percent(60) {
            true => permitted.extend(sequence(&[base])),
            false => excluded.extend(sequence(&[base])),
        }
    }
    let list = |tag: u8, subtrees: &[u8]| match subtrees {
        [] => Vec::new(),
        subtrees => tlv(tag, subtrees),
    };
    let value = sequence(&[&list(0xa0, &permitted), &list(0xa1, &excluded)]);
    ca.extension("2.5.29.30", true, &value)
}
