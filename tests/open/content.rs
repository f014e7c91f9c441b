//! What is given out, under which name, and what is not shown.

use crate::faces::Faces;
use smime::open::Content;
use smime::report::Verdict;
use smime::{Certificate, Limits};

use crate::ca::Key;
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};
use crate::{opener, trusted, unsigned, withheld};

fn changed() -> Vec<u8> {
    let alice = person(Key::P256, ALICE);
    let protected = protector().sign(&alice.identity).protect(mail()).unwrap();
    let text = String::from_utf8(protected.message().to_vec()).unwrap();
    text.replace("Hello Bob", "Hello Eve").into_bytes()
}

#[test]
fn not_trusted_gives_the_message_back() {
    let opened = opener().open_all(&changed()).unwrap();
    let refused = opened.trusted().unwrap_err();
    assert_eq!(refused.report().verdict(), Verdict::Withheld);
    let sentence = refused.to_string();
    assert!(!sentence.contains('\n'), "{sentence}");
    assert!(sentence.starts_with("Withheld: "), "{sentence}");
    let error: Box<dyn std::error::Error> = Box::new(refused.clone());
    assert_eq!(error.to_string(), sentence);

    let back = refused.into_opened();
    let message = withheld(&back);
    assert_eq!(message.bytes(), ENTITY.replace("Bob", "Eve").as_bytes());
    match back.content() {
        Content::Withheld(why) => assert_eq!(why.to_string(), sentence),
        other => panic!("{other:?}"),
    }

    let plain = opener().open_all(mail().as_bytes()).unwrap();
    let refused = plain.trusted().unwrap_err();
    assert!(refused.to_string().starts_with("Unsigned: "), "{refused}");
    assert_eq!(unsigned(&refused.into_opened()).bytes(), mail().as_bytes());
}

#[test]
fn debug_shows_sizes_and_no_content() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    let opener = opener().identity(&bob.identity).password("hunter2");
    let opened = opener.open_all(protected.message()).unwrap();
    let shown = format!(
        "{opener:?} {opened:?} {:?} {:?}",
        opened.content(),
        trusted(&opened).parts()
    );
    for secret in ["Hello", "hunter2", "72, 101, 108"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains(&format!("{} bytes", ENTITY.len())));
}

#[test]
fn parts_come_decoded_and_with_their_names() {
    let body = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=outer\r\n\r\npreamble\r\n\
        --outer\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n\
        --outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n\
        --inner\r\n\r\nplain\r\n--inner\r\nContent-Type: text/html\r\n\r\n<p>\r\n--inner--\r\n\r\n\
        --outer\r\nContent-Type: application/pdf; name=\"../../x.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUERG\r\n\
        --outer\r\nContent-Type: message/rfc822\r\n\r\nFrom: carol@example.org\r\n\r\nForwarded\r\n\
        --outer--\r\n";
    let alice = person(Key::P256, ALICE);
    let protected = protector().sign(&alice.identity).protect(body).unwrap();
    let opened = opener().open_all(protected.message()).unwrap();
    let message = trusted(&opened);
    let parts = message.parts();
    let seen: Vec<(&str, &str)> = parts.iter().map(|p| (p.path(), p.media_type())).collect();
    assert_eq!(
        seen,
        [
            ("", "multipart/mixed"),
            ("1", "text/plain"),
            ("2", "multipart/alternative"),
            ("2.1", "text/plain"),
            ("2.2", "text/html"),
            ("3", "application/pdf"),
            ("4", "message/rfc822"),
            ("4.1", "text/plain"),
        ]
    );
    assert_eq!(parts[0].bytes(), message.bytes());
    assert_eq!(parts[1].decoded().unwrap(), "Grüße".as_bytes());
    assert_eq!(parts[3].bytes(), b"\r\nplain");
    assert_eq!(parts[5].decoded().unwrap(), b"PDF");
    assert_eq!(parts[5].file_name().as_deref(), Some("x.pdf"));
    assert_eq!(parts[1].file_name(), None);
    assert_eq!(
        parts[7].bytes(),
        b"From: carol@example.org\r\n\r\nForwarded"
    );
    let reported: Vec<&str> = opened.report().parts().iter().map(|p| p.part()).collect();
    assert_eq!(
        reported,
        seen.iter().map(|(path, _)| *path).collect::<Vec<_>>()
    );
    for part in parts {
        let status = part.protection().signature();
        assert_eq!(status, Some(smime::report::SignerStatus::Trusted));
    }
}

/// Who raises the limits can read what they let in.
#[test]
fn a_part_with_a_header_beyond_the_default_limit_is_decoded() {
    let long = "x".repeat(1_100_000);
    let body = format!(
        "From: Alice <alice@example.org>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=outer\r\n\r\n\
        --outer\r\nX-Long: {long}\r\nContent-Type: application/pdf; name=\"x.pdf\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nUERG\r\n--outer--\r\n"
    );
    let limits = Limits {
        header_bytes: 2_000_000,
        ..Limits::default()
    };
    let opened = opener().limits(limits).open_all(body.as_bytes()).unwrap();
    let message = unsigned(&opened);
    let part = &message.parts()[1];
    assert_eq!(part.decoded().unwrap(), b"PDF");
    assert_eq!(part.file_name().as_deref(), Some("x.pdf"));
}

#[test]
fn one_opener_serves_many_and_setters_commute() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let none: [&Certificate; 0] = [];
    let one = opener().identity(&bob.identity).certificates(none);
    let other = opener().certificates(none).identity(&bob.identity);
    let protected = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .protect(mail())
        .unwrap();
    for opener in [&one, &other, &one.clone()] {
        for _ in 0..2 {
            trusted(&opener.open_all(protected.message()).unwrap());
        }
    }
}

/// What came encrypted stays out of logs: Subject and other header fields, names of parts, recipients.
#[test]
fn debug_shows_counts_and_nothing_hidden() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let payload = "From: Alice <alice@example.org>\r\nTo: dave@hidden.example\r\nSubject: hidden\r\nX-Hidden: 1\r\n\
        Content-Type: multipart/mixed; boundary=hidden; hp=\"cipher\"\r\n\r\n\
        --hidden\r\nContent-Type: application/x-hidden\r\n\r\nhidden\r\n--hidden--\r\n";
    let entity = |cms: &[u8]| {
        format!(
            "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            base64_simd::STANDARD.encode_to_string(cms)
        )
    };
    let signed = protector()
        .sign(&alice.identity)
        .opaque()
        .protect_cms(payload.as_bytes())
        .unwrap();
    for (payload, verdict) in [
        (entity(&signed), Verdict::Trusted),
        (payload.to_owned(), Verdict::Unsigned),
    ] {
        let encrypted = protector()
            .encrypt_to([bob.certificate()])
            .not_to_self()
            .protect_cms(payload.as_bytes())
            .unwrap();
        let mail = format!(
            "From: alice@example.org\r\nMIME-Version: 1.0\r\n{}",
            entity(&encrypted)
        );
        let opened = opener()
            .identity(&bob.identity)
            .open_all(mail.as_bytes())
            .unwrap();
        let report = opened.report();
        assert_eq!(report.verdict(), verdict, "{report}");
        assert!(report.to_string().contains("Subject: hidden"), "{report}");
        let mut shown = vec![
            format!("{opened:?}"),
            format!("{:#?}", opened.content()),
            format!("{report:#?}"),
        ];
        match opened.trusted() {
            Ok(message) => shown.push(format!("{message:#?} {:#?}", message.parts())),
            Err(not_trusted) => shown.push(format!("{not_trusted:#?}")),
        }
        for text in shown {
            assert!(!text.to_lowercase().contains("hidden"), "{text}");
        }
    }
}
