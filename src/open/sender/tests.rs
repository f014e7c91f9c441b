//! SECURITY.md SIG-11 to SIG-13: who From is, and whether the certificate names that one.

mod certificates;
mod punycode;

use super::*;
use crate::cert::ca::{Ca, Certify, Key, sequence};
use crate::check::Outcome;

const EMAIL_ADDRESS: &str = "1.2.840.113549.1.9.1";

fn sender(header: &str) -> Sender {
    let limits = Limits::default();
    let header = HeaderBlock::parse(header.as_bytes(), &limits).unwrap();
    Sender::read(&header, None, &limits)
}

fn issued(certify: Certify<'_>) -> Certificate {
    Certificate::from_der_exact(&certify.issue().0).unwrap()
}

fn certificate(address: &str) -> Certificate {
    issued(Ca::new("Test CA").certify(Key::P256, address))
}

/// Why the signer is not From; empty when the signer is.
fn failures(header: &str, certificate: &Certificate) -> Vec<Reason> {
    let checks = sender(header).bind(certificate, false);
    assert!(!checks.is_empty(), "no check at all");
    assert!(checks.iter().all(|c| c.aspect() == Aspect::Address));
    let failed: Vec<Reason> = checks
        .iter()
        .filter(|check| check.is_failed())
        .map(|check| check.why().unwrap().clone())
        .collect();
    let passed = checks.iter().any(|c| c.outcome() == Outcome::Passed);
    assert_eq!(passed, failed.is_empty(), "{header}");
    failed
}

#[derive(Debug, PartialEq, Eq)]
enum Found {
    Named,
    Mismatch,
    NoFrom,
    Several,
    BySender,
}

fn found(header: &str, certificate: &Certificate) -> Found {
    match failures(header, certificate).first() {
        None => Found::Named,
        Some(Reason::AddressMismatch { .. }) => Found::Mismatch,
        Some(Reason::NoFrom { .. }) => Found::NoFrom,
        Some(Reason::SeveralFrom) => Found::Several,
        Some(Reason::SignedBySender { .. }) => Found::BySender,
        Some(other) => panic!("{other}"),
    }
}

// Eve signs, and the message is to look like Johnny's: the ways of "Johnny, you are fired!" (2019) to
// separate what is shown from what is compared, and those of the same kind that mail software disagrees on.
#[test]
fn sig_11_no_way_to_write_from_makes_eve_johnny() {
    let eve = certificate("eve@evil.example");
    use Found::*;
    for (header, expected) in [
        // i1: the address of the signer somewhere in From, and Johnny's shown.
        ("From: Johnny <johnny@good.example>\r\n", Mismatch),
        ("From: eve@evil.example <johnny@good.example>\r\n", NoFrom),
        (
            "From: \"eve@evil.example\" <johnny@good.example>\r\n",
            Mismatch,
        ),
        ("From: johnny@good.example (eve@evil.example)\r\n", Mismatch),
        (
            "From: (<eve@evil.example>) johnny@good.example\r\n",
            Mismatch,
        ),
        ("From: <johnny@good.example> <eve@evil.example>\r\n", NoFrom),
        ("From: johnny@good.example <eve@evil.example>\r\n", NoFrom),
        ("From: <johnny@good.example>eve@evil.example\r\n", NoFrom),
        (
            "From: <@evil.example,@x.example:johnny@good.example>\r\n",
            NoFrom,
        ),
        ("From: \"johnny@good.example\"@evil.example\r\n", Mismatch),
        ("From: johnny@good.example@evil.example\r\n", NoFrom),
        ("From: johnny@good.example\\,eve@evil.example\r\n", NoFrom),
        (
            "From: =?utf-8?Q?johnny=40good=2Eexample=00?= <eve@evil.example\r\n",
            NoFrom,
        ),
        ("From: =?utf-8?Q?johnny=40good=2Eexample?=\r\n", NoFrom),
        // i2: several addresses, fields, groups.
        ("From: johnny@good.example, eve@evil.example\r\n", Several),
        ("From: eve@evil.example, johnny@good.example\r\n", Several),
        (
            "From: eve@evil.example\r\nFrom: johnny@good.example\r\n",
            Several,
        ),
        (
            "From: johnny@good.example\r\nfrom: eve@evil.example\r\n",
            Several,
        ),
        ("From: johnny@good.example\r\nFROM:\r\n", Several),
        ("From: Johnny: eve@evil.example;\r\n", NoFrom),
        (
            "From: Johnny: johnny@good.example, eve@evil.example;\r\n",
            Several,
        ),
        ("From: Johnny:;\r\n", NoFrom),
        ("From: eve@evil.example,\r\n", NoFrom),
        ("From:\r\n", NoFrom),
        ("From: <>\r\n", NoFrom),
        ("From: Johnny\r\n", NoFrom),
        // i3: another field names the signer.
        (
            "From: johnny@good.example\r\nSender: eve@evil.example\r\n",
            BySender,
        ),
        (
            "From: johnny@good.example\r\nSender: Johnny <eve@evil.example>\r\n",
            BySender,
        ),
        (
            "From: johnny@good.example\r\nSender: eve@evil.example\r\nSender: x@x.example\r\n",
            Mismatch,
        ),
        (
            "From: johnny@good.example\r\nReply-To: eve@evil.example\r\n",
            Mismatch,
        ),
        (
            "From: johnny@good.example\r\nResent-From: eve@evil.example\r\n",
            Mismatch,
        ),
        (
            "Resent-From: eve@evil.example\r\nResent-Sender: eve@evil.example\r\nFrom: johnny@good.example\r\n",
            Mismatch,
        ),
        ("Sender: eve@evil.example\r\n", NoFrom),
        ("Resent-From: eve@evil.example\r\n", NoFrom),
        ("X-From: eve@evil.example\r\n", NoFrom),
        ("Subject: x\r\n", NoFrom),
    ] {
        assert_eq!(found(header, &eve), expected, "{header}");
    }
}

#[test]
fn sig_11_the_one_address_in_from_counts_however_it_is_written() {
    let johnny = certificate("johnny@good.example");
    for header in [
        "From: johnny@good.example\r\n",
        "FROM: Johnny <johnny@good.example>\r\n",
        "From: \"Johnny, the first\" <johnny@good.example>\r\n",
        "From:\r\n =?utf-8?Q?J=C3=B6hnny?=\r\n <johnny@good.example>\r\n",
        "From: johnny@good.example (Johnny)\r\n",
        "From: (the (real) one) johnny (x) @ (y) good.example\r\n",
        "From: \"johnny\"@good.example\r\n",
        "From: johnny@GOOD.example\r\nSender: eve@evil.example\r\nResent-From: eve@evil.example\r\n",
        "From: <johnny@good.example>\r\nReply-To: eve@evil.example\r\n",
    ] {
        assert_eq!(found(header, &johnny), Found::Named, "{header}");
    }
}

#[test]
fn sig_11_a_display_name_with_another_address_is_noted_whoever_signed() {
    let header = "From: \"johnny@good.example\" <eve@evil.example>\r\n";
    assert_eq!(
        found(header, &certificate("eve@evil.example")),
        Found::Named
    );
    let checks = sender(header).checks();
    assert_eq!(checks.len(), 1);
    assert_eq!(checks[0].outcome(), Outcome::Note);
    assert_eq!(
        checks[0].why(),
        Some(&Reason::MisleadingName {
            name: "johnny@good.example".into(),
            address: "eve@evil.example".into()
        })
    );
    // Encoded, and with the line break that some programs cut at.
    let header = "From: =?utf-8?B?am9obm55QGdvb2QuZXhhbXBsZQo=?= <eve@evil.example>\r\n";
    assert_eq!(sender(header).checks().len(), 1);
    assert!(
        sender("From: Johnny <johnny@good.example>\r\n")
            .checks()
            .is_empty()
    );
    for (header, why) in [
        ("From: a@b.example, c@d.example\r\n", Reason::SeveralFrom),
        (
            "Subject: x\r\n",
            Reason::NoFrom {
                detail: "there is no From field".into(),
            },
        ),
    ] {
        let checks = sender(header).checks();
        assert_eq!(checks.len(), 1);
        assert_eq!(
            (checks[0].outcome(), checks[0].why()),
            (Outcome::Note, Some(&why))
        );
    }
}

#[test]
fn reasons_name_both_sides() {
    let eve = certificate("eve@evil.example");
    assert_eq!(
        failures(
            "From: johnny@good.example\r\nSender: eve@evil.example\r\n",
            &eve
        ),
        [Reason::SignedBySender {
            sender: "eve@evil.example".into(),
            from: "johnny@good.example".into()
        }]
    );
    assert_eq!(
        failures("From: Johnny <johnny@good.example>\r\n", &eve),
        [Reason::AddressMismatch {
            address: "johnny@good.example".into(),
            certificate_names: vec!["eve@evil.example".into()]
        }]
    );
    let many: Vec<String> = (0..25).map(|n| format!("eve{n}@evil.example")).collect();
    let ca = Ca::new("Test CA");
    let certify = ca.certify(Key::P256, "eve@evil.example");
    let eve = issued(
        many.iter()
            .fold(certify, |certify, address| certify.address(address)),
    );
    let failed = failures("From: johnny@good.example\r\n", &eve);
    let [
        Reason::AddressMismatch {
            certificate_names, ..
        },
    ] = failed.as_slice()
    else {
        panic!("{failed:?}");
    };
    assert_eq!(certificate_names.len(), SHOWN + 1);
    assert_eq!(certificate_names.last().unwrap(), "16 more");
}

#[test]
fn sig_13_look_alikes_do_not_match_and_are_called_so() {
    let alice = certificate("alice@example.org");
    for look_alike in [
        "\u{430}lice@example.org",
        "alice@\u{435}xample.org",
        "alice@xn--xample-2of.org",
        "aIice@example.org",
        "a1ice@example.org",
        "alice@exarnple.org",
    ] {
        let failed = failures(&format!("From: {look_alike}\r\n"), &alice);
        assert_eq!(failed.len(), 2, "{look_alike}");
        assert!(matches!(failed[0], Reason::AddressMismatch { .. }));
        assert!(
            matches!(failed[1], Reason::Confusable { .. }),
            "{look_alike}"
        );
    }
    // The other way round: the certificate was issued for the look-alike.
    let eve = certificate("alice@xn--xample-2of.org");
    assert_eq!(failures("From: alice@example.org\r\n", &eve).len(), 2);
    assert_eq!(failures("From: bob@example.org\r\n", &alice).len(), 1);
}

#[test]
fn sig_13_what_cannot_be_seen_is_no_address() {
    let alice = certificate("alice@example.org");
    for hidden in [
        "ali\u{200b}ce@example.org",
        "ali\u{200d}ce@example.org",
        "ali\u{ad}ce@example.org",
        "ali\u{feff}ce@example.org",
        "ali\u{3164}ce@example.org",
        "ali\u{e0061}ce@example.org",
        "\u{202e}ecila@example.org",
        "ali\u{2066}ce@example.org",
        "alice@exam\u{200b}ple.org",
        "alice@example.org\u{202e}",
        "alice@example\u{3002}org",
        "alice\u{ff20}example.org",
        "ali\u{7f}ce@example.org",
        "\"ali\u{1}ce\"@example.org",
    ] {
        let header = format!("From: {hidden}\r\n");
        assert_eq!(found(&header, &alice), Found::NoFrom, "{hidden:?}");
        let shown = sender(&header).bind(&alice, false)[0].to_string();
        assert!(!shown.chars().any(is_invisible), "{shown:?}");
        // Not even with a certificate for the very same text.
        let same = certificate(hidden);
        assert_ne!(found(&header, &same), Found::Named, "{hidden:?}");
    }
    let header = b"From: ali\xff <alice@example.org>\r\n";
    let header = HeaderBlock::parse(header, &Limits::default()).unwrap();
    let checks = Sender::read(&header, None, &Limits::default()).bind(&alice, false);
    assert!(checks.iter().all(Check::is_failed));
}

#[test]
fn dos_07_nested_comments_in_from_end_in_an_error() {
    let deep = "(".repeat(100_000);
    let header = format!("From: {deep}alice@example.org\r\n");
    assert_eq!(
        found(&header, &certificate("alice@example.org")),
        Found::NoFrom
    );
}

#[test]
fn dos_07_more_addresses_than_are_read_are_several() {
    let limits = Limits {
        addresses: 2,
        ..Limits::default()
    };
    let header = b"From: a@example.org, b@example.org, c@example.org\r\n";
    let header = HeaderBlock::parse(header, &Limits::default()).unwrap();
    let checks = Sender::read(&header, None, &limits).bind(&certificate("a@example.org"), false);
    let failed: Vec<_> = checks.iter().filter_map(|check| check.why()).collect();
    assert_eq!(failed, [&Reason::SeveralFrom]);
}

#[test]
fn the_expected_signer_stands_in_for_from() {
    let expected = Sender::expected(&Mailbox::new("bob@example.org").unwrap());
    let bob = expected.bind(&certificate("bob@example.org"), false);
    assert_eq!(bob.len(), 1);
    assert_eq!(bob[0].outcome(), Outcome::Passed);
    assert!(
        bob[0]
            .what()
            .starts_with("the expected signer (bob@example.org)")
    );
    assert!(expected.bind(&certificate("eve@example.org"), false)[0].is_failed());
    assert!(expected.checks().is_empty());
}

#[test]
fn a_certificate_without_address_names_nobody() {
    let ca = Ca::new("Test CA");
    let none = issued(ca.certify(Key::P256, "bob@example.org").no_address());
    assert_eq!(
        failures("From: bob@example.org\r\n", &none),
        [Reason::NamesNoAddress]
    );
    let with_sender = "From: bob@example.org\r\nSender: eve@example.org\r\n";
    assert_eq!(failures(with_sender, &none), [Reason::NamesNoAddress]);
}
