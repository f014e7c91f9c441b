//! SIG-11 to SIG-13: who the message seems to be from.

use crate::ca::Key;
use crate::faces::Faces;
use crate::forge::*;
use crate::people::{CAROL, Person, ca, made, person};
use crate::tools::*;

fn from(headers: &str, signer: &Person) -> smime::open::Opened {
    let headers = format!("{headers}Date: Mon, 01 Jun 2026 12:00:00 +0000\r\n");
    open(opaque_mail(
        &headers,
        &Signed::new(PART.as_bytes(), &[signer]).build(),
    ))
}

/// Variants after "Johnny, you are fired" (i1 to i3): what a mail program shows is not what the signer is.
#[test]
fn sig_11_the_signer_must_be_the_one_from() {
    let alice = alice();
    let carol = person(Key::P256, CAROL);
    let trusted = [
        "From: alice@example.org\r\n",
        "From: Alice <alice@example.org>\r\n",
        "From: \"Alice, of Sales\" <alice@example.org>\r\n",
        "From: Alice (not carol@example.org) <alice@example.org>\r\n",
        "From: alice@EXAMPLE.org\r\nSender: secretary@example.org\r\n",
        "From: alice@example.org\r\nResent-From: carol@example.org\r\n",
        "From: alice@example.org\r\nReply-To: carol@example.org\r\n",
    ];
    for headers in trusted {
        let opened = from(headers, &alice);
        assert_verdict(&opened, "trusted", headers);
    }
    let untrusted = [
        // The display name shows the signer, the address is another.
        "From: \"carol@example.org\" <alice@example.org>\r\n",
        "From: carol@example.org <alice@example.org>\r\n",
        "From: \"Carol <carol@example.org>\" <alice@example.org>\r\n",
        "From: =?utf-8?q?carol=40example=2Eorg?= <alice@example.org>\r\n",
        // Two authors, in one field or two.
        "From: alice@example.org, carol@example.org\r\n",
        "From: carol@example.org, alice@example.org\r\n",
        "From: alice@example.org\r\nFrom: carol@example.org\r\n",
        "From: carol@example.org\r\nFrom: alice@example.org\r\n",
        // Only Sender is the signer.
        "From: alice@example.org\r\nSender: carol@example.org\r\n",
        "From: alice@example.org\r\nResent-From: carol@example.org\r\n",
        "From: alice@example.org\r\nReply-To: carol@example.org\r\n",
        // Nobody at all.
        "",
        "From: \r\n",
        "From: undisclosed:;\r\n",
        "From: Alice\r\n",
        // Groups, comments, quoted local parts.
        "From: carol@example.org: alice@example.org;\r\n",
        "From: (carol@example.org) alice@example.org\r\n",
        "From: alice(carol@example.org)@example.org\r\n",
        "From: \"carol@example.org\"@example.com\r\n",
        "From: carol@example.org@example.com\r\n",
        "From: <carol@example.org> <alice@example.org>\r\n",
        "From: carol@example.org\0@example.com\r\n",
    ];
    assert!(untrusted.len() >= 15);
    for headers in untrusted {
        let opened = from(headers, &carol);
        assert_verdict(&opened, "untrusted", headers);
        assert!(opened.report().failed_checks().next().is_some());
    }
    let opened = from(
        "From: alice@example.org\r\nSender: carol@example.org\r\n",
        &carol,
    );
    assert!(
        fails_with(&opened, "signed by Sender"),
        "{}",
        opened.report()
    );
}

/// Multipart/signed whose Content-Type stands first, so that nothing after it decides about the structure.
fn structure_first(headers: &str, signer: &Person) -> smime::open::Opened {
    let mut signed = Signed::new(PART.as_bytes(), &[signer]);
    signed.carried = None;
    let mail = String::from_utf8(detached_mail("", PART, &signed.build())).unwrap();
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    open(format!(
        "{head}\r\n{headers}Date: Mon, 01 Jun 2026 12:00:00 +0000\r\n\r\n{body}"
    ))
}

#[test]
fn sig_11_a_bare_cr_hides_no_from() {
    let carol = person(Key::P256, CAROL);
    let opened = structure_first("From: carol@example.org\r\n", &carol);
    assert_verdict(&opened, "trusted", "nothing hidden");
    for headers in [
        "X-Note: a\rFrom: alice@example.org\r\nFrom: carol@example.org\r\n",
        "X-Note: a\r\n b\rFrom: alice@example.org\r\nFrom: carol@example.org\r\n",
        "From: carol@example.org\r\nX-Note: a\rFrom: alice@example.org\r\n",
        "From: carol@example.org\r\nX-Note: a\rSender: alice@example.org\r\n",
        "From: carol@example.org\rFrom: alice@example.org\r\n",
        "X-Note: a\r\rSubject: ends the header\r\nFrom: carol@example.org\r\n",
    ] {
        let opened = structure_first(headers, &carol);
        assert_verdict(&opened, "untrusted", headers);
        let words = "a CR without LF";
        assert!(fails_with(&opened, words), "{headers}{}", opened.report());
    }
}

#[test]
fn sig_15_a_line_that_is_no_field_hides_no_from() {
    let carol = person(Key::P256, CAROL);
    for headers in [
        // Some readers end the header here, some pass over the line.
        "From alice@example.org\r\nFrom: carol@example.org\r\n",
        "no field at all\r\nFrom: carol@example.org\r\n",
        "From: carol@example.org\r\n\u{FEFF}From: alice@example.org\r\n",
        "From: carol@example.org\r\nno field\r\n From: alice@example.org\r\n",
        "From: carol@example.org\r\nSender : alice@example.org\r\n",
        "From : carol@example.org\r\n",
    ] {
        let opened = structure_first(headers, &carol);
        assert_verdict(&opened, "untrusted", headers);
        let words = "in different ways";
        assert!(fails_with(&opened, words), "{headers}{}", opened.report());
    }
}

#[test]
fn sig_12_addresses_that_only_look_alike() {
    let certify = || ca().certify(Key::P256, "x@example.net").no_address();
    let san = |address: &[u8]| made(certify().alternative_name(0x81, address));
    let subject = |address: &'static str| {
        made(certify().subject(&[("2.5.4.3", "CEO"), ("1.2.840.113549.1.9.1", address)]))
    };
    let cases = [
        (
            "same",
            "ceo@example.org",
            san(b"ceo@example.org"),
            "trusted",
        ),
        (
            "case",
            "CEO@Example.ORG",
            san(b"ceo@example.org"),
            "trusted",
        ),
        (
            "NUL",
            "ceo@example.org",
            san(b"ceo@example.org\0.evil.example"),
            "untrusted",
        ),
        (
            "trailing dot",
            "ceo@example.org",
            san(b"ceo@example.org."),
            "untrusted",
        ),
        (
            "longer domain",
            "ceo@example.org",
            san(b"ceo@example.org.evil.example"),
            "untrusted",
        ),
        (
            "first and last @",
            "ceo@example.org",
            san(b"\"ceo@example.org\"@evil.example"),
            "untrusted",
        ),
        (
            "subject only",
            "ceo@example.org",
            subject("ceo@example.org"),
            "trusted",
        ),
        (
            "subject beside a SAN",
            "ceo@example.org",
            made(
                certify()
                    .alternative_name(0x81, b"other@example.org")
                    .subject(&[("1.2.840.113549.1.9.1", "ceo@example.org")]),
            ),
            "untrusted",
        ),
        (
            "second of two",
            "ceo@example.org",
            made(
                certify()
                    .alternative_name(0x81, b"other@example.org")
                    .alternative_name(0x81, b"ceo@example.org"),
            ),
            "trusted",
        ),
        ("none", "ceo@example.org", made(certify()), "untrusted"),
        (
            "U-label",
            "ceo@bücher.example",
            san(b"ceo@xn--bcher-kva.example"),
            "trusted",
        ),
        (
            "other A-label",
            "ceo@bücher.example",
            san(b"ceo@xn--bucher-x.example"),
            "untrusted",
        ),
        (
            "SmtpUTF8Mailbox",
            "chéf@example.org",
            made(certify().address("chéf@example.org")),
            "trusted",
        ),
        (
            "its case",
            "CHÉF@example.org",
            made(certify().address("chéf@example.org")),
            "untrusted",
        ),
    ];
    for (name, address, signer, expected) in cases {
        let opened = from(&format!("From: <{address}>\r\n"), &signer);
        assert_verdict(&opened, expected, name);
    }
    // A difference in case is told, and refused on request.
    let signer = san(b"ceo@example.org");
    let mail = opaque_mail(
        "From: CEO@example.org\r\n",
        &Signed::new(PART.as_bytes(), &[&signer]).build(),
    );
    let opened = opener().open_all(&mail).unwrap();
    assert!(
        told(&opened).contains("upper and lower case"),
        "{}",
        opened.report()
    );
    let opened = opener().strict_local_part().open_all(&mail).unwrap();
    assert_verdict(&opened, "untrusted", "strict");
}

#[test]
fn sig_13_letters_that_look_alike() {
    let alice = alice();
    // Cyrillic а; Latin ɑ; digit one for l; full width; zero width; right-to-left override.
    for (address, confusable) in [
        ("аlice@example.org", true),
        ("alice@exаmple.org", true),
        ("al\u{200b}ice@example.org", false),
        ("\u{202e}ecila@example.org", false),
        ("alice@example.org\u{2069}", false),
    ] {
        let opened = from(&format!("From: <{address}>\r\n"), &alice);
        assert_verdict(&opened, "untrusted", address);
        let told = told(&opened);
        assert_eq!(told.contains("looks like"), confusable, "{address}\n{told}");
        assert!(!told.contains('\u{202e}') && !told.contains('\u{200b}'));
    }
}
