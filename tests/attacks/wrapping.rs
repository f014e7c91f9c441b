//! SIG-14, SIG-15: protected parts beside, around and inside of others.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::report::SignerStatus;

use crate::ca::Key;
use crate::forge::*;
use crate::people::{CAROL, Person, now, person};
use crate::tools::*;

/// Variants after "Johnny, you are fired" (m1 to m4): text around a signed part is never covered by its signature.
#[test]
fn sig_14_unsigned_text_around_signed_parts() {
    let signed = signed_part(PART);
    let evil = "Content-Type: text/html\r\n\r\n<b>pay to another account</b><style>.s{display:none}</style>";
    for (name, mail) in [
        ("before", mixed("mixed", &[evil, &signed])),
        ("after", mixed("mixed", &[&signed, evil])),
        ("related", mixed("related", &[evil, &signed])),
        ("alternative", mixed("alternative", &[&signed, evil])),
        (
            "forwarded",
            mixed(
                "mixed",
                &[
                    evil,
                    &format!("Content-Type: message/rfc822\r\n\r\n{HEADERS}{signed}"),
                ],
            ),
        ),
    ] {
        let opened = open(&mail);
        assert_verdict(&opened, "untrusted", name);
        let message = shown(&opened).unwrap();
        let of = |needle: &str, media_type: &str| {
            message
                .parts()
                .iter()
                .filter(|part| part.media_type() == media_type)
                .find(|part| String::from_utf8_lossy(part.bytes()).contains(needle))
                .unwrap_or_else(|| panic!("{name}: no part with {needle}"))
                .protection()
        };
        let good = of("Hello Bob", "text/plain");
        assert!(good.signature().is_some(), "{name}");
        let bad = of("another account", "text/html");
        assert_eq!(bad.signature(), None, "{name}");
        assert!(
            fails_with(&opened, "part of the message is protected")
                || told(&opened).contains("part of the message is protected"),
            "{name}\n{}",
            opened.report()
        );
    }
}

/// The signed part as an attachment, as a picture that unsigned HTML shows, as a frame of it, or with text slipped into it.
#[test]
fn sig_14_signed_parts_that_are_attached_or_referred_to() {
    let signed = signed_part(PART);
    let with =
        |field: &str| signed.replacen("Content-Type:", &format!("{field}\r\nContent-Type:"), 1);
    let html = |body: &str| format!("Content-Type: text/html\r\n\r\n{body}another account");
    let attached = with("Content-Disposition: attachment; filename=\"real.eml\"");
    let inline = with("Content-ID: <s@x>");
    for (name, mail) in [
        ("attachment", mixed("mixed", &[&html(""), &attached])),
        ("attachment first", mixed("mixed", &[&attached, &html("")])),
        (
            "picture",
            mixed("related", &[&html("<img src=\"cid:s@x\">"), &inline]),
        ),
        (
            "frame",
            mixed(
                "related; start=\"<s@x>\"",
                &[&html("<iframe src=\"cid:s@x\"></iframe>"), &inline],
            ),
        ),
        ("digest", mixed("digest", &[&html(""), &signed])),
        (
            "comment",
            mixed("mixed", &[&html("<!--"), &signed, &html("-->")]),
        ),
    ] {
        let opened = open(&mail);
        assert_verdict(&opened, "untrusted", name);
        let message = shown(&opened).unwrap();
        for part in message.parts() {
            let text = String::from_utf8_lossy(part.bytes());
            let evil = text.contains("another account");
            assert!(
                !evil || part.protection().signature().is_none(),
                "{name}: {text}"
            );
        }
        assert!(
            opened.report().signer().is_none(),
            "{name}\n{}",
            opened.report()
        );
    }
    // Into the part itself: that is a change.
    let mut detached = Signed::new(PART.as_bytes(), &[&alice()]);
    detached.carried = None;
    let evil = format!("{PART}\r\nanother account");
    let opened = open(detached_mail(HEADERS, &evil, &detached.build()));
    assert_verdict(&opened, "withheld", "inside");
}

/// Text beside the two parts of multipart/signed is nobody's.
#[test]
fn sig_14_preamble_and_epilogue_are_not_content() {
    let mut detached = Signed::new(PART.as_bytes(), &[&alice()]);
    detached.carried = None;
    let mail = String::from_utf8(detached_mail(HEADERS, PART, &detached.build())).unwrap();
    let around = mail.replacen(
        "\r\n\r\n--b0\r\n",
        "\r\n\r\npay to another account\r\n--b0\r\n",
        1,
    ) + "pay to another account\r\n";
    assert_ne!(around, mail);
    let opened = open(&around);
    assert_verdict(&opened, "trusted", "the signed part is good");
    let message = opened.trusted().unwrap();
    assert_eq!(message.bytes(), PART.as_bytes());
    assert!(
        message
            .parts()
            .iter()
            .all(|part| !String::from_utf8_lossy(part.bytes()).contains("another account"))
    );
    // A third part is not a multipart/signed any more.
    let third = mail.replace(
        "\r\n--b0--",
        "\r\n--b0\r\nContent-Type: text/plain\r\n\r\nmore\r\n--b0--",
    );
    match opener().open_all(third.as_bytes()) {
        Ok(opened) => assert_ne!(verdict(&opened), "trusted", "{}", opened.report()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Where two parsers could see two structures there is one, or an error, and never a trusted verdict on what was not signed.
#[test]
fn sig_15_one_structure_or_none() {
    let mut detached = Signed::new(PART.as_bytes(), &[&alice()]);
    detached.carried = None;
    let mail = String::from_utf8(detached_mail(HEADERS, PART, &detached.build())).unwrap();
    let boundary = "boundary=\"b0\"";
    let bent = [
        (
            "two boundaries",
            mail.replace(boundary, "boundary=\"b0\"; boundary=\"b1\""),
        ),
        (
            "two content types",
            mail.replace(
                "MIME-Version: 1.0\r\n",
                "MIME-Version: 1.0\r\nContent-Type: text/html\r\n",
            ),
        ),
        (
            "NUL in the boundary",
            mail.replace(boundary, "boundary=\"b0\0\""),
        ),
        (
            "RFC 2231 beside plain",
            mail.replace(boundary, "boundary=\"b0\"; boundary*=us-ascii''b1"),
        ),
        ("empty boundary", mail.replace(boundary, "boundary=\"\"")),
    ];
    for (name, mail) in bent {
        match opener().open_all(mail.as_bytes()) {
            Ok(opened) => {
                if verdict(&opened) == "trusted" {
                    assert_eq!(opened.trusted().unwrap().bytes(), PART.as_bytes(), "{name}");
                }
            }
            Err(error) => assert!(!error.to_string().is_empty(), "{name}"),
        }
    }
    // A delimiter that is the beginning of another line is none.
    let part = "Content-Type: text/plain\r\n\r\n--b0x\r\nHello\r\n --b0\r\n--b";
    let mut detached = Signed::new(part.as_bytes(), &[&alice()]);
    detached.carried = None;
    let opened = open(detached_mail(HEADERS, part, &detached.build()));
    assert_verdict(&opened, "trusted", "near misses");
    assert_eq!(opened.trusted().unwrap().bytes(), part.as_bytes());
}

/// The signer of a message that was forwarded is not the one of the mail around it.
#[test]
fn sig_14_a_forwarded_signature_does_not_stand_for_the_mail() {
    let forwarded = format!(
        "Content-Type: message/rfc822\r\n\r\n{HEADERS}{}",
        signed_part(PART)
    );
    let plain = mixed(
        "mixed",
        &["Content-Type: text/plain\r\n\r\npay", &forwarded],
    );
    let opened = open(&plain);
    let part = opened.report().layers()[0].signers();
    assert_eq!(part[0].status(), SignerStatus::Trusted);
    assert!(opened.report().signer().is_none(), "{}", opened.report());
    let headline = opened.report().headline();
    assert!(headline.contains("part of the message"), "{headline}");

    // Carol signs as Alice, and forwards what Alice signed.
    let carol = crate::people::person(crate::ca::Key::P256, crate::people::CAROL);
    let (_, content) = plain.split_once("MIME-Version: 1.0\r\n").unwrap();
    let signed = Signed::new(content.as_bytes(), &[&carol]).build();
    let opened = open(opaque_mail(HEADERS, &signed));
    assert_verdict(&opened, "untrusted", "Carol is not From");
    let signer = opened.report().signer().unwrap();
    assert_eq!(signer.status(), SignerStatus::Untrusted);
    assert_eq!(signer.certificate(), Some(carol.certificate()));
    let headline = opened.report().headline();
    assert!(headline.contains("carol@example.org, not"), "{headline}");
}

#[test]
fn sig_15_text_around_armoured_cms_does_not_vanish() {
    let alice = alice();
    let mut bundle = Signed::new(b"", &[&alice]);
    bundle.carried = None;
    bundle.signers.clear();
    let bundle = bundle.build();
    let mut inner = Signed::new(b"Content-Type: text/plain\r\n\r\nshort", &[&alice]).build();
    inner.extend([0, 0]);
    let pem = |cms: &[u8]| {
        let text = base64(cms);
        format!("-----BEGIN PKCS7-----\r\n{text}\r\n-----END PKCS7-----\r\n")
    };
    let texts = [
        pem(&bundle),
        pem(&bundle) + "I owe you 100.\r\n",
        format!("I owe you 100.\r\n{}", pem(&bundle)),
        pem(&bundle) + &pem(&bundle),
        pem(&inner) + "I owe you 100.\r\n",
        pem(&inner) + &pem(&bundle),
    ];
    for text in texts {
        for header in ["Content-Type: text/plain\r\n", "X-Nothing: at all\r\n"] {
            let part = format!("{header}\r\n{text}");
            let mut signed = Signed::new(part.as_bytes(), &[&alice]);
            signed.carried = None;
            let opened = open(detached_mail(HEADERS, &part, &signed.build()));
            assert_verdict(&opened, "trusted", &text);
            let message = shown(&opened).unwrap();
            assert_eq!(message.bytes(), part.as_bytes(), "{text}");
        }
        // The same in a mail that nobody signed.
        let mail = format!("{HEADERS}MIME-Version: 1.0\r\n\r\n{text}");
        let message = shown(&open(&mail)).unwrap();
        assert_eq!(message.bytes(), mail.as_bytes(), "{text}");
    }
    // A text that is nothing but a signed message is opened.
    let mail = format!("{HEADERS}MIME-Version: 1.0\r\n\r\n{}", pem(&inner));
    let opened = open(&mail);
    assert_verdict(&opened, "trusted", "armoured");
    assert!(shown(&opened).unwrap().bytes().ends_with(b"short"));
}

/// A receipt or a time-stamp over the octets of a part is no signature of who wrote it.
#[test]
fn sig_15_only_data_is_signed_in_multipart_signed() {
    let alice = alice();
    for (kind, expected) in [
        (DATA, "trusted"),
        // id-ct-receipt, id-ct-TSTInfo, id-signedData.
        ("1.2.840.113549.1.9.16.1.1", "untrusted"),
        ("1.2.840.113549.1.9.16.1.4", "untrusted"),
        (SIGNED, "untrusted"),
    ] {
        let mut signed = Signed::new(PART.as_bytes(), &[&alice]).signer(|signer| {
            let content_type = attribute(CONTENT_TYPE, &[crate::ca::oid(kind)]);
            signer.without(CONTENT_TYPE).with(content_type)
        });
        signed.content_type = kind;
        signed.carried = None;
        let opened = open(detached_mail(HEADERS, PART, &signed.build()));
        assert_verdict(&opened, expected, kind);
        assert_eq!(shown(&opened).unwrap().bytes(), PART.as_bytes());
        assert_eq!(fails_with(&opened, "not MIME"), expected == "untrusted");
    }
}

/// What cannot be read is still there: as bytes, and covered by what is around it.
#[test]
fn sig_14_a_part_that_cannot_be_read_does_not_vanish() {
    let twice = "Content-Type: multipart/mixed; boundary=a\r\n\
                 Content-Type: multipart/mixed; boundary=b\r\n\r\n--a\r\n\r\none\r\n--a--";
    let content = format!(
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nHello\r\n--o\r\n{twice}\r\n--o\r\n\
         Content-Type: message/rfc822\r\n\r\n{twice}\r\n--o--\r\n"
    );
    let signed = opaque_mail(
        HEADERS,
        &Signed::new(content.as_bytes(), &[&alice()]).build(),
    );
    let plain = format!("{HEADERS}MIME-Version: 1.0\r\n{content}").into_bytes();
    for (mail, expected, status) in [
        (plain, "unsigned", None),
        (signed, "trusted", Some(SignerStatus::Trusted)),
    ] {
        let opened = open(&mail);
        assert_verdict(&opened, expected, "");
        let message = shown(&opened).unwrap();
        let parts = message.parts();
        let seen: Vec<_> = parts.iter().map(|p| (p.path(), p.media_type())).collect();
        let octets = "application/octet-stream";
        assert_eq!(
            seen,
            [
                ("", "multipart/mixed"),
                ("1", "text/plain"),
                ("2", octets),
                ("3", "message/rfc822"),
                ("3.1", octets),
            ]
        );
        for part in [&parts[2], &parts[4]] {
            assert_eq!(part.bytes(), twice.as_bytes());
            assert_eq!(part.decoded().unwrap(), twice.as_bytes());
            assert_eq!(part.protection().signature(), status);
        }
        assert!(told(&opened).contains("part 2 was not opened"));
    }
}

/// A signer who is trusted in one part does not lend it to a whole that somebody else signed around it.
#[test]
fn sig_14_a_trusted_part_does_not_speak_for_the_whole() {
    let carol = person(Key::P256, CAROL);
    let whole = format!(
        "Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n\
         Content-Type: text/plain\r\n\r\npay to another account\r\n--outer\r\n{}\r\n--outer--\r\n",
        signed_part(PART)
    );
    let by = |person: &Person| {
        let signed = Signed::new(whole.as_bytes(), &[person]);
        opaque_mail(HEADERS, &signed.build())
    };
    assert_verdict(&open(by(&alice())), "trusted", "Alice signed it all");
    let mail = by(&carol);
    let opened = open(&mail);
    assert_verdict(&opened, "untrusted", "Carol around Alice");
    let signers: Vec<SignerStatus> = opened
        .report()
        .layers()
        .iter()
        .flat_map(|layer| layer.signers())
        .map(|signer| signer.status())
        .collect();
    assert_eq!(signers, [SignerStatus::Untrusted, SignerStatus::Trusted]);
    // Nor does it meet a demand for the whole.
    let strict = opener().policy(StandardPolicy::at(now()).require_signature());
    let opened = strict.open_all(&mail).unwrap();
    assert!(
        fails_with(&opened, "signature is required"),
        "{}",
        opened.report()
    );
}
