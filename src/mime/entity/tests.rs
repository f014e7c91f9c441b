use super::*;
use crate::ErrorKind;

mod corpora;
mod differential;
mod head;
mod structure;

fn read(text: &str) -> Entity<'_> {
    Entity::read(text.as_bytes(), &Limits::default()).unwrap()
}

fn kind(text: &str) -> Kind {
    read(text).kind()
}

fn signed(boundary: &str, micalg: Option<&str>) -> Kind {
    Kind::MultipartSigned {
        boundary: boundary.into(),
        micalg: micalg.map(Into::into),
    }
}

#[test]
fn multipart_signed_is_known_by_its_protocol() {
    for (header, expected) in [
        (
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b",
            signed("b", Some("sha-256")),
        ),
        (
            "content-type: Multipart/SIGNED;\r\n\tBoundary=\"=_b\"; MicAlg=\"SHA1\";\r\n Protocol=Application/X-PKCS7-Signature",
            signed("=_b", Some("sha1")),
        ),
        (
            "Content-Type: multipart/signed; protocol=\" application/pkcs7-signature \"; boundary=b",
            signed("b", None),
        ),
        (
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b",
            Kind::Multipart {
                boundary: "b".into(),
            },
        ),
        (
            "Content-Type: multipart/mixed; protocol=\"application/pkcs7-signature\"; boundary=b",
            Kind::Multipart {
                boundary: "b".into(),
            },
        ),
    ] {
        assert_eq!(kind(&format!("{header}\r\n\r\n")), expected, "{header}");
    }
}

#[test]
fn multipart_signed_without_protocol_is_known_by_its_second_part() {
    let mail = |protocol: &str, second: &str| {
        format!(
            "Content-Type: multipart/signed; boundary=b{protocol}\n\n--b\n\ntext\n--b\n{second}\n\nAA\n--b--\n"
        )
    };
    let ours = "Content-Type: application/x-pkcs7-signature; name=smime.p7s";
    let octets = "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=smime.p7s";
    for (protocol, second, is_ours) in [
        ("", ours, true),
        ("", octets, true),
        ("; protocol=", ours, true),
        ("; protocol=\"application/unknown\"", ours, true),
        ("; protocol=\"application/pgp-signature\"", ours, false),
        ("", "Content-Type: application/pgp-signature", false),
        ("", "Content-Type: text/plain", false),
        ("", "", false),
        ("", &format!("{ours}\n\nAA\n--b\n{ours}"), false),
    ] {
        let expected = if is_ours {
            signed("b", None)
        } else {
            Kind::Multipart {
                boundary: "b".into(),
            }
        };
        assert_eq!(
            kind(&mail(protocol, second)),
            expected,
            "{protocol} {second}"
        );
    }
}

#[test]
fn cms_is_known_by_type_name_or_armour() {
    for (text, expected) in [
        ("Content-Type: application/pkcs7-mime\n\n", Kind::Cms),
        (
            "Content-Type: application/pkcs7-mime; smime-type=wrong; name=x.txt\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: APPLICATION/X-pkcs7-MIME; smime-type=signed-data\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream; name=\"SMIME.P7M\"\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=a.p7c\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*0=a.; filename*1=p7z\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''%C3%A4.p7m\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream; name=\"=?utf-8?B?c21pbWUucDdz?=\"\n\n",
            Kind::Cms,
        ),
        (
            "Content-Type: application/octet-stream; name=a.p7m.txt\n\n",
            Kind::Leaf,
        ),
        ("Content-Type: application/octet-stream\n\n", Kind::Leaf),
        ("Content-Type: text/html; name=a.p7m\n\n", Kind::Leaf),
        (
            "Content-Type: application/pkcs7-signature; name=smime.p7s\n\n",
            Kind::DetachedSignature,
        ),
        (
            "Content-Type: application/x-pkcs7-signature\n\n",
            Kind::DetachedSignature,
        ),
        (
            "Content-Type: text/plain\n\n\n-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----\n",
            Kind::Cms,
        ),
        (
            "Subject: x\n\n-----BEGIN CMS-----\nMAA=\n-----END CMS-----\n",
            Kind::Cms,
        ),
        (
            "-----BEGIN PKCS #7 SIGNED DATA-----\nMAA=\n-----END PKCS #7 SIGNED DATA-----\n",
            Kind::Cms,
        ),
        (
            "Content-Transfer-Encoding: quoted-printable\n\n-----BEGIN CMS-----\nMAA=3D\n-----END CMS-----\n",
            Kind::Cms,
        ),
        (
            "Content-Transfer-Encoding: quoted-printable\n\n-----BEGIN CMS-----\nMAA=3D\n=2D----END CMS-----\nwords\n-----END CMS-----\n",
            Kind::Leaf,
        ),
        ("Subject: x\n\n-----BEGIN CMS-----\n", Kind::Leaf),
        (
            "Subject: x\n\n-----BEGIN CMS-----\nMAA=\n-----END CMS-----\nwords\n",
            Kind::Leaf,
        ),
        (
            "Content-Type: text/html\n\n-----BEGIN CMS-----\n",
            Kind::Leaf,
        ),
        (
            "Content-Type: text/plain\n\n> -----BEGIN CMS-----\n",
            Kind::Leaf,
        ),
        (
            "Content-Type: text/plain\n\n-----BEGIN PGP MESSAGE-----\n",
            Kind::Leaf,
        ),
        ("Content-Type: message/rfc822\n\n", Kind::Message),
        ("Content-Type: message/global\n\n", Kind::Message),
        ("Content-Type: message/partial; id=a\n\n", Kind::Leaf),
        ("Content-Type: image/png\n\n", Kind::Leaf),
        ("", Kind::Leaf),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn transfer_encodings_are_undone() {
    for (encoding, body, expected) in [
        ("", "a\r\n=41\n", &b"a\r\n=41\n"[..]),
        (
            "Content-Transfer-Encoding: 8BIT\n",
            "\u{e4}\n",
            "\u{e4}\n".as_bytes(),
        ),
        ("Content-Transfer-Encoding: binary\n", "\r\0\n", b"\r\0\n"),
        (
            "Content-Transfer-Encoding: BASE64 (why not);\n",
            "QU\r\nJD\n\n",
            b"ABC",
        ),
        (
            "Content-Transfer-Encoding: Quoted-Printable\n",
            "a=\nb=3D \n",
            b"ab=\r\n",
        ),
    ] {
        let text = format!("{encoding}Subject: x\n\n{body}");
        assert_eq!(
            read(&text).decoded().unwrap().as_slice(),
            expected,
            "{encoding}"
        );
    }
    let broken = read("Content-Transfer-Encoding: base64\n\nQQ==QQ==")
        .decoded()
        .unwrap_err();
    assert!(matches!(broken.kind(), ErrorKind::Malformed { .. }));
}

#[test]
fn an_unknown_transfer_encoding_is_named_on_one_line() {
    for value in [
        "x-uuencode",
        "base64 \"\u{202e}\"",
        "7bit, 8bit",
        &"x".repeat(500),
    ] {
        let text = format!("Content-Transfer-Encoding: {value}\n\nbody");
        let error = read(&text).decoded().unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Unsupported { .. }),
            "{value}"
        );
        let shown = error.to_string();
        assert!(shown.len() < 120 && shown.is_ascii(), "{shown}");
    }
}

#[test]
fn dos_09_base64_takes_no_more_memory_than_its_input() {
    for line in [
        "A".repeat(4_000_000),
        "\0".repeat(4_000_000),
        "AAAA\n".repeat(800_000),
    ] {
        let text = format!("Content-Transfer-Encoding: base64\n\n{line}");
        let decoded = read(&text).decoded().unwrap();
        assert!(decoded.len() <= 3_000_000 && decoded.capacity() <= 3_000_003);
    }
    let text = format!(
        "Content-Transfer-Encoding: quoted-printable\n\n{}",
        "\n".repeat(1_000_000)
    );
    let decoded = read(&text).decoded().unwrap();
    assert_eq!((decoded.len(), decoded.capacity()), (2_000_000, 2_000_000));
    let text = format!(
        "Content-Transfer-Encoding: quoted-printable\n\n{}",
        "= ".repeat(1_000_000)
    );
    assert!(read(&text).decoded().unwrap().len() <= 2_000_000);
}

/// A SEQUENCE of one OCTET STRING with CR, LF and NUL.
const DER: &[u8] = b"\x30\x06\x04\x04\r\n\n\0";

#[test]
fn cms_comes_out_of_every_wrapping() {
    let pem = "-----BEGIN PKCS7-----\nMAYEBA0KCgA=\n-----END PKCS7-----\n";
    let twice = base64_simd::STANDARD.encode_to_string(pem);
    let quoted = "0=06=04=04=0D=0A=0A=00";
    for (encoding, body) in [
        ("base64", "MAYEBA0K\r\nCgA=\r\n"),
        ("7bit", "MAYEBA0KCgA=\r\n"),
        ("8bit", "\n\nMAYEBA0K\nCgA"),
        ("quoted-printable", "MAYEBA0KCgA=3D"),
        ("quoted-printable", quoted),
        ("7bit", pem),
        ("quoted-printable", pem),
        ("base64", &twice),
    ] {
        let body = body.to_owned();
        let text = format!(
            "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: {encoding}\n\n{body}"
        );
        // The first octet of DER is a zero in ASCII.
        assert_eq!(
            read(&text).cms().unwrap().as_slice(),
            DER,
            "{encoding} {body}"
        );
    }
    let binary = [
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n",
        DER,
    ]
    .concat();
    let binary = Entity::read(&binary, &Limits::default()).unwrap();
    assert_eq!(binary.cms().unwrap().as_slice(), DER);
}

#[test]
fn cms_that_is_none_is_an_error() {
    for (encoding, body) in [
        ("7bit", ""),
        ("7bit", "hello"),
        // Encoded twice.
        ("base64", "TUFZRUJBMEtDZ0E9"),
    ] {
        let text = format!(
            "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: {encoding}\n\n{body}"
        );
        let error = read(&text).cms().unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{body}"
        );
    }
}

#[test]
fn names_are_fit_for_display() {
    for (header, expected) in [
        (
            "Content-Disposition: attachment; filename=\"a b.pdf\"",
            Some("a b.pdf"),
        ),
        (
            "Content-Type: image/png; name=n.png\nContent-Disposition: inline",
            Some("n.png"),
        ),
        (
            "Content-Type: image/png; name=n.png\nContent-Disposition: inline; filename=f.png",
            Some("f.png"),
        ),
        (
            "Content-Disposition: attachment; filename*=utf-8''%E2%82%AC.txt",
            Some("\u{20ac}.txt"),
        ),
        (
            "Content-Disposition: attachment; filename=\"=?iso-8859-1?Q?=E4?=.txt\"",
            Some("=?iso-8859-1?Q?=E4?=.txt"),
        ),
        (
            "Content-Disposition: attachment; filename=\"=?iso-8859-1?Q?=E4.txt?=\"",
            Some("\u{e4}.txt"),
        ),
        (
            "Content-Disposition: attachment; filename=\"../../etc/passwd\"",
            Some("passwd"),
        ),
        (
            "Content-Disposition: attachment; filename=\"C:\\\\Windows\\\\a.exe\"",
            Some("a.exe"),
        ),
        ("Content-Disposition: attachment; filename=\"..\"", None),
        ("Content-Disposition: attachment; filename=\"/\"; x=y", None),
        (
            "Content-Disposition: attachment; filename*=utf-8''gpj.%E2%80%AEexe",
            Some("gpj.exe"),
        ),
        (
            "Content-Disposition: attachment; filename=\"=?utf-8?Q?a=0D=0Ab?=\"",
            Some("a  b"),
        ),
        ("Subject: x", None),
    ] {
        let text = format!("{header}\n\n");
        assert_eq!(read(&text).file_name().as_deref(), expected, "{header}");
    }
    let long = format!(
        "Content-Disposition: x; filename={}\n\n",
        "\u{e4}".repeat(1000)
    );
    assert_eq!(read(&long).file_name().unwrap().chars().count(), 120);
}

#[test]
fn media_type_and_message_body() {
    assert_eq!(read("\nx").media_type(), "text/plain");
    assert_eq!(
        read("Content-Type: Image/PNG; x=y\n\n").media_type(),
        "image/png"
    );
    assert_eq!(
        read("Content-Type: message/rfc822\n\nA: b").message_body(),
        Some(&b"A: b"[..])
    );
    let encoded =
        read("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTogYg==");
    assert_eq!(encoded.message_body(), None);
    assert_eq!(encoded.decoded().unwrap().as_slice(), b"A: b");
}

/// Johnny m1 to m4: text around a signed part, of whatever kind, is another node.
#[test]
fn sig_14_a_signed_part_keeps_to_itself() {
    let inner = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\n\n\
                 --s\n\nsigned\n--s\nContent-Type: application/pkcs7-signature\n\nMAA=\n--s--";
    for outer in ["mixed", "alternative", "related", "report"] {
        let text = format!(
            "Content-Type: multipart/{outer}; boundary=o\n\nunseen\n--o\nContent-Type: text/html\n\n<div style=\"\n--o\n{inner}\n\
             --o\nContent-Type: message/rfc822\n\n{inner}\n--o--\nunseen"
        );
        let entity = read(&text);
        let Kind::Multipart { boundary } = entity.kind() else {
            panic!("{outer}");
        };
        let split = crate::mime::multipart::split(entity.body, &boundary, entity.limits()).unwrap();
        assert_eq!(
            (split.preamble, split.epilogue),
            (&b"unseen"[..], &b"unseen"[..])
        );
        let [html, part, message] = split.parts[..] else {
            panic!("{}", split.parts.len());
        };
        assert_eq!(part, inner.as_bytes());
        let kind = |raw| Entity::read(raw, &Limits::default()).unwrap().kind();
        assert_eq!(kind(html), Kind::Leaf);
        assert_eq!(kind(part), signed("s", None));
        assert_eq!(kind(message), Kind::Message);
        let message = Entity::read(message, &Limits::default()).unwrap();
        assert_eq!(message.message_body().unwrap(), inner.as_bytes());
    }
}
