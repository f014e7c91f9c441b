//! Messages composed with mail-builder: its traps are closed (SMTP-02), and nothing is written that was not asked for.

use smime::ErrorKind;
use smime::mail_builder::MessageBuilder;
use smime::mail_builder::headers::raw::Raw;
use smime::mail_builder::headers::text::Text;

use crate::ca::Key;
use crate::failed;
use crate::mime::{all, assert_seven_bit, contains, detached, one, split};
use crate::people::{ALICE, BOB, CAROL, person, protector};
use crate::random::Seeded;

fn basic() -> MessageBuilder<'static> {
    MessageBuilder::new()
        .from(("Alice", "alice@example.org"))
        .to("bob@example.org")
        .subject("Q3")
        .text_body("Hello Bob\r\n")
}

fn sign(message: MessageBuilder<'_>) -> Result<Vec<u8>, smime::protect::ProtectError> {
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    Ok(protector.protect(message)?.message().to_vec())
}

/// Exactly what was asked for, and Date and Message-ID, which a message must have. The time is the policy's, and the
/// Message-ID says nothing about this machine.
#[test]
fn smtp_02_exactly_the_fields_asked_for() {
    let signed = sign(
        basic()
            .cc("carol@example.org")
            .header("X-Own", Text::new("yes")),
    )
    .unwrap();
    let (fields, _) = split(&signed);
    let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let wanted = [
        "Cc",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
        "X-Own",
    ];
    assert_eq!(names, wanted);
    assert_eq!(one(&fields, "Date"), "Mon, 1 Jun 2026 12:00:00 +0000");
    let id = one(&fields, "Message-ID");
    assert!(id.starts_with('<') && id.ends_with("@example.org>"), "{id}");
    let inside = split(&detached(&signed).entity).0.len();
    assert!((1..=3).contains(&inside));
}

#[test]
fn own_date_and_message_id_stay() {
    let message = basic().date(0i64).message_id("mine@example.net");
    let signed = sign(message).unwrap();
    let (fields, _) = split(&signed);
    assert!(one(&fields, "Date").contains("1970"));
    assert_eq!(one(&fields, "Message-ID"), "<mine@example.net>");
    // Another spelling of the name is the same field.
    let signed = sign(basic().header("message-id", Raw::new("<mine@example.net>"))).unwrap();
    assert_eq!(all(&split(&signed).0, "Message-ID").len(), 1);
}

/// A header name is written as it is by mail-builder; so it is checked before.
#[test]
fn smtp_02_injection_by_header_name() {
    for name in [
        "X\r\nBcc: eve@example.com\r\nX",
        "X: y\r\nBcc",
        "X:",
        "X Y",
        "",
        "X\0",
        "X\n",
        "X\r",
        "Bücher",
        "X\tY",
    ] {
        let error = failed(sign(basic().header(name.to_owned(), Text::new("v"))));
        assert!(
            matches!(error.kind(), ErrorKind::Header { .. }),
            "{name:?}: {error:?}"
        );
        assert!(!error.to_string().contains(['\r', '\n', '\0']), "{error:?}");
    }
}

/// Line breaks in a value are refused, whatever kind of value it is.
#[test]
fn smtp_02_injection_by_value() {
    let evil = "a\r\nBcc: eve@example.com";
    for message in [
        basic().subject(evil),
        basic().subject("a\nb"),
        basic().subject("a\rb"),
        basic().subject("a\0b"),
        basic().header("X-Raw", Raw::new(evil)),
        basic().header("X-Text", Text::new(evil)),
        basic().message_id(evil),
        basic().to(("Bob\r\nBcc: eve@example.com", BOB)),
        basic().to("bob@example.org\r\nBcc: eve@example.com"),
        basic().to("bob@example.org>, <eve@example.com"),
        basic().cc(vec![("ok", CAROL), ("ok", "carol@example.org\r\nX: y")]),
        basic().from(("Alice", "alice@example.org\r\nBcc: eve@example.com")),
        basic().reply_to("x\r\ny@example.org"),
        basic().attachment("text/plain\r\nBcc: eve@example.com", "a.txt", "x"),
    ] {
        let written = message.clone().write_to_string().unwrap_or_default();
        let error = failed(sign(message));
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Header { .. } | ErrorKind::Address { .. }
            ),
            "{written}: {error:?}"
        );
    }
}

/// A file name may be anything: it is encoded or refused, never a field of its own.
#[test]
fn smtp_02_injection_by_file_name() {
    for name in [
        "a\r\nBcc: eve@example.com",
        "a\"; x=\"y",
        "ü.pdf",
        "a\\b",
        "\u{202e}fdp.exe",
        "a;b=c",
    ] {
        let message = basic().attachment("application/pdf", name.to_owned(), &[1u8, 2, 3][..]);
        let Ok(signed) = sign(message) else { continue };
        assert_seven_bit(&signed);
        assert!(!contains(&signed.to_ascii_lowercase(), b"\nbcc:"), "{name}");
        let entity = detached(&signed).entity;
        let parsed = mail_parser::MessageParser::default()
            .parse(&entity)
            .unwrap();
        assert_eq!(parsed.attachment_count(), 1, "{name}");
        use mail_parser::MimeHeaders;
        let found = parsed.attachment(0).unwrap().attachment_name().unwrap();
        assert!(!found.contains(['\r', '\n']), "{found:?}");
    }
}

/// Bcc is taken out of what mail-builder writes, and the recipients are in the envelope.
#[test]
fn hidden_recipients() {
    let signed = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .protect(basic().bcc(("Carol", "carol@example.org")))
        .unwrap();
    assert!(!contains(&signed.message().to_ascii_lowercase(), b"carol@"));
    assert_eq!(signed.copies()[0].envelope().unwrap().recipients().len(), 2);
}

/// Bare CR, NUL, 8-bit and control characters in a text body, which mail-builder passes through.
#[test]
fn text_bodies_become_seven_bit() {
    for body in [
        "a\rb",
        "a\0b",
        "Grüße",
        "From here\r\n",
        "x ".repeat(2000).as_str(),
        "trailing \r\n",
    ] {
        let signed = sign(basic().text_body(body.to_owned())).unwrap();
        assert_seven_bit(&signed);
    }
}

/// Display name and subject beyond ASCII.
#[test]
fn not_ascii() {
    let message = MessageBuilder::new()
        .from(("Älice", "alice@example.org"))
        .to(("Bób", "bob@bücher.example"))
        .subject("Grüße")
        .text_body("x");
    let signed = sign(message).unwrap();
    assert_seven_bit(&signed);
    let parsed = mail_parser::MessageParser::default()
        .parse(&signed)
        .unwrap();
    assert_eq!(parsed.subject(), Some("Grüße"));
    let to = parsed.to().unwrap().first().unwrap();
    assert_eq!(
        (to.name(), to.address()),
        (Some("Bób"), Some("bob@xn--bcher-kva.example"))
    );
}

/// Serialised once: all copies hold the same message.
#[test]
fn copies_hold_the_same_message() {
    let message = basic().bcc("carol@example.org");
    let [bob, carol] = [person(Key::P256, BOB), person(Key::P256, CAROL)];
    let protected = protector()
        .encrypt_to([bob.certificate(), carol.certificate()])
        .danger_random(Seeded::new(5))
        .protect(message)
        .unwrap();
    let ids: Vec<String> = protected
        .copies()
        .iter()
        .map(|copy| one(&split(copy.bytes()).0, "Message-ID").to_owned())
        .collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}
