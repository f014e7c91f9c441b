//! Where header and body meet, and what is passed over.

use super::*;
use crate::mime::{line_ends, multipart};

fn parts(text: &str) -> (Vec<String>, &str) {
    let entity = read(text);
    let fields = entity.header.fields.iter();
    let fields = fields.map(|field| format!("{}={}", field.name(), field.value()));
    (fields.collect(), std::str::from_utf8(entity.body).unwrap())
}

#[test]
fn header_and_body_are_told_apart() {
    for (text, fields, body) in [
        ("A: b\nC:d\n\nbody\n", &["A=b", "C=d"][..], "body\n"),
        ("A: b\r\n\tc\n d\r\n\r\nbody", &["A=b\tc d"], "body"),
        ("A: b\r\n\n\r\nbody", &["A=b"], "\r\nbody"),
        ("\nbody", &[], "body"),
        ("\r\nA: b\n\nbody", &[], "A: b\n\nbody"),
        ("A: b\nC: d", &["A=b", "C=d"], ""),
        ("A: b\n", &["A=b"], ""),
        ("", &[], ""),
        (
            "From a@b Thu Jan  1 00:00:00 1970\nA: b\n\nbody",
            &["A=b"],
            "body",
        ),
        ("From a@b\r\n\r\nbody", &[], "body"),
        ("From a@b", &[], ""),
        ("\u{feff}A: b\n\nbody", &["A=b"], "body"),
        ("A : b\n\nbody", &["A=b"], "body"),
        // No header at all, as openssl writes a part of plain text.
        (
            "This is text.\n\nMore: text\n",
            &[],
            "This is text.\n\nMore: text\n",
        ),
        (
            " indented: text\nA: b\n\nx",
            &[],
            " indented: text\nA: b\n\nx",
        ),
        // Lines that are no fields, and what continues them.
        (
            "A: b\nno field\n with more\nC: d\n\nbody",
            &["A=b", "C=d"],
            "body",
        ),
        (
            "A: b\n>From x\n: y\nC\u{e4}: z\nC: d\n\nbody",
            &["A=b", "C=d"],
            "body",
        ),
        ("A: b\rC: d\n\nbody", &["A=b\rC: d"], "body"),
    ] {
        let (found, rest) = parts(text);
        assert_eq!(found, fields, "{text:?}");
        assert_eq!(rest, body, "{text:?}");
        assert_eq!(read(text).raw, text.as_bytes());
    }
}

#[test]
fn eight_bit_headers_are_read_as_well_as_can_be() {
    let latin1 = b"Subject: \xe4\nContent-Type: image/png; name=\"\xe4.png\"\n\n\xff";
    let entity = Entity::read(latin1, &Limits::default()).unwrap();
    assert_eq!(entity.header.get("subject").unwrap().value(), "\u{fffd}");
    assert_eq!(
        entity.header.get("subject").unwrap().raw(),
        b"Subject: \xe4\r\n"
    );
    assert_eq!(entity.media_type(), "image/png");
    assert_eq!(entity.body, b"\xff");
}

#[test]
fn a_leaf_may_be_as_broken_as_it_likes() {
    for header in [
        "Content-Type: text/plain\nContent-Type: text/html",
        "Content-Type: text",
        "Content-Type: text/plain; charset=a; charset=b",
        "Content-Type: text/plain\0",
        "Content-Type: ",
        "A: b\nno colon\nContent-Type: text/plain",
        "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 7bit",
        "Content-Type: image/png; name=my multipart.png",
        "Content-Type: message/rfc822\nContent-Type: message/rfc822",
    ] {
        let text = format!("{header}\n\nbody");
        assert!(
            matches!(kind(&text), Kind::Leaf | Kind::Message),
            "{header}"
        );
    }
    assert_eq!(read("Content-Type: text\n\n").media_type(), "text/plain");
}

#[test]
fn dos_06_the_header_is_bounded() {
    let limits = Limits {
        header_bytes: 1000,
        ..Limits::default()
    };
    let long_field = format!("A: {}\n\nbody", "x".repeat(1000));
    let many_lines = "A: b\n".repeat(300);
    let folded = format!("A: b\n{}", " c\n".repeat(400));
    let junk = format!("A: b\n{}\n\nbody", "junk\n".repeat(300));
    for text in [
        long_field,
        many_lines,
        folded,
        junk,
        "A:".to_owned() + &"x".repeat(10_000_000),
    ] {
        let error = Entity::read(text.as_bytes(), &limits).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { limit: 1000, .. }));
    }
    // The body is not the header.
    for text in [
        "A: b\n\n".to_owned() + &"c: d\n".repeat(300),
        "text\n".repeat(300),
    ] {
        assert!(Entity::read(text.as_bytes(), &limits).is_ok());
    }
}

/// Hours, if each of the fields were a reason to look at the body.
#[test]
fn dos_06_many_content_types_cost_no_more_than_two() {
    for kind in [
        "multipart/signed; boundary=x",
        "text/plain",
        "application/octet-stream",
    ] {
        let fields = format!("Content-Type: {kind}\n").repeat(20_000);
        let text = format!("{fields}\n{}", " \n--x\n".repeat(1_000_000));
        let read = Entity::read(text.as_bytes(), &Limits::default());
        assert_eq!(read.is_err(), kind.starts_with("multipart"));
    }
}

#[test]
fn dos_06_a_second_part_is_not_opened_to_see_what_the_first_is() {
    let mut text = String::new();
    for depth in 0..5_000 {
        text += &format!(
            "Content-Type: multipart/signed; boundary=b{depth}\n\n--b{depth}\n\n--b{depth}\n"
        );
    }
    // Each level read looks at the header of its second part only; a recursion would end the stack here.
    assert!(matches!(kind(&text), Kind::Multipart { .. }));
}

fn everything(raw: &[u8], depth: usize) {
    let limits = Limits::default();
    let Ok(entity) = Entity::read(raw, &limits) else {
        return;
    };
    let _ = (
        entity.decoded(),
        entity.cms(),
        entity.file_name(),
        entity.media_type(),
    );
    line_ends::is_binary(&entity);
    if let (Kind::Multipart { boundary } | Kind::MultipartSigned { boundary, .. }, 0..5) =
        (entity.kind(), depth)
        && let Ok(split) = multipart::split(entity.body, &boundary, &limits)
    {
        for part in split.parts {
            everything(part, depth + 1);
        }
    }
}

#[test]
fn dos_10_no_prefix_and_no_changed_byte_makes_it_panic() {
    let mail = b"From a@b\r\nSubject: =?utf-8?Q?=E4?=\r\nContent-Type: multipart/signed;\r\n\tprotocol=\"application/pkcs7-signature\"; boundary*0=\"=\";\r\n boundary*1*=%78\r\n\r\n\
        pre\r\n--=x\r\nContent-Type: multipart/mixed; boundary=y\n\n--y\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A4=\n\n--y\n\
        Content-Type: application/octet-stream; name=\"=?utf-8?B?c21pbWUucDdt?=\"\n\n-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n--y--\n\r\n--=x\r\n\
        Content-Type: application/pkcs7-signature (s);\r\nContent-Disposition: attachment; filename*=utf-8''a%2Fb\r\nContent-Transfer-Encoding: base64\r\n\r\nMAA=\r\n--=x--\r\nepi";
    let signed = Entity::read(mail, &Limits::default()).unwrap().kind();
    assert_eq!(signed, super::signed("=x", None));
    for length in 0..mail.len() {
        everything(&mail[..length], 0);
        for byte in [
            0,
            b'\r',
            b'\n',
            b'-',
            b'"',
            b':',
            b'=',
            0xFF,
            mail[length] ^ 0x20,
        ] {
            let mut changed = mail.to_vec();
            changed[length] = byte;
            everything(&changed, 0);
        }
    }
}
