//! Content that mail gateways like to spoil: verified and decrypted by openssl, and after that still what it was.

use smime::Protector;
use smime::protect::Framing;

use crate::ca::Key;
use crate::mime::{assert_seven_bit, detached, leaf};
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, person, protector};

const TEXT: &str = "text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit";
const BINARY: &str = "application/octet-stream\nContent-Transfer-Encoding: binary";

/// Alice's mail to Bob with this one leaf, header lines ending in `eol`.
fn message(kind: &str, body: &[u8], eol: &str) -> Vec<u8> {
    let head = format!(
        "From: alice@example.org\nTo: bob@example.org\nSubject: body\nMIME-Version: 1.0\nContent-Type: {kind}\n\n"
    );
    [head.replace('\n', eol).as_bytes(), body].concat()
}

/// Both forms and both framings through openssl; every content must decode to `expected`.
fn survives(kind: &str, body: &[u8], eol: &str, expected: &[u8]) {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let message = message(kind, body, eol);
    let check = |entity: &[u8], what: &str| {
        assert_seven_bit(entity);
        let (_, decoded) = leaf(entity);
        let shown =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
        assert!(
            decoded == expected,
            "{what}: {:?} is not {:?}",
            shown(&decoded),
            shown(expected)
        );
    };
    for framing in [Framing::Definite, Framing::Indefinite] {
        let sign = protector().framing(framing).sign(&alice.identity);
        let signed = sign.protect(&message).unwrap();
        assert_seven_bit(signed.message());
        let parts = detached(signed.message());
        openssl.verify_detached(&parts.p7s, &parts.entity).unwrap();
        check(&parts.entity, "detached");
        check(
            &openssl.verify(signed.message()).unwrap(),
            "detached, whole mail",
        );

        let opaque = sign.clone().opaque().protect(&message).unwrap();
        check(&openssl.verify(opaque.message()).unwrap(), "opaque");

        let encrypt = |protector: Protector| protector.encrypt_to([bob.certificate()]);
        let encrypted = encrypt(protector().framing(framing))
            .protect(&message)
            .unwrap();
        check(
            &openssl.decrypt(encrypted.message(), &bob).unwrap(),
            "encrypted",
        );

        let both = encrypt(sign).protect(&message).unwrap();
        let inner = openssl.decrypt(both.message(), &bob).unwrap();
        check(&openssl.verify(&inner).unwrap(), "signed and encrypted");
    }
}

/// Text given with LF and with CRLF is the same text.
fn text_survives(text: &str) {
    let canonical = text.replace('\n', "\r\n");
    survives(TEXT, canonical.as_bytes(), "\r\n", canonical.as_bytes());
    survives(TEXT, text.as_bytes(), "\n", canonical.as_bytes());
}

#[test]
fn no_body_at_all() {
    text_survives("");
    survives(BINARY, b"", "\r\n", b"");
}

#[test]
fn one_byte() {
    text_survives("x");
    text_survives("\n");
    survives(BINARY, b"\n", "\n", b"\n");
    survives(BINARY, b"\0", "\r\n", b"\0");
}

#[test]
fn lf_and_crlf() {
    text_survives("one\ntwo\n\nthree\n");
    text_survives("no line break at the end");
    text_survives("\n\nempty lines at both ends\n\n\n");
}

#[test]
fn trailing_space() {
    text_survives("a \nb\t\n-- \nsignature of mail people\n");
    text_survives("ends in a space ");
}

#[test]
fn lines_that_begin_with_from() {
    text_survives("From here on\n>From there\nFrom: not a header\n");
    text_survives("From ");
}

#[test]
fn long_lines() {
    let line = |length: usize| "x".repeat(length);
    for length in [76, 77, 998, 999, 1000, 5000] {
        text_survives(&format!("{}\n{}", line(length), line(3)));
    }
}

#[test]
fn eight_bit_text() {
    text_survives("Grüße aus Köln – 你好\n");
    text_survives(&"ü".repeat(2000));
    survives(
        "text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit",
        b"Gr\xfc\xdfe\r\n",
        "\r\n",
        b"Gr\xfc\xdfe\r\n",
    );
}

#[test]
fn control_characters() {
    let text = "nul \0 and escape \x1b[0m and form feed \x0c\r\n";
    survives(TEXT, text.as_bytes(), "\r\n", text.as_bytes());
    survives(
        BINARY,
        b"\x00\x01\r\x02\n\r\n\n\r",
        "\r\n",
        b"\x00\x01\r\x02\n\r\n\n\r",
    );
}

/// A bare CR is no line end (RFC 5322 2.3); it is kept, and encoded.
#[test]
fn bare_carriage_return() {
    survives(TEXT, b"a\rb\r\nc\r", "\r\n", b"a\rb\r\nc\r");
}

/// Lines that look like delimiters or like the end of SMTP data.
#[test]
fn dots_and_dashes() {
    text_survives(".\n..\n--\n----\n--=_smime\n.\n");
}

#[test]
fn all_byte_values() {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    survives(BINARY, &bytes, "\r\n", &bytes);
    survives(BINARY, &bytes, "\n", &bytes);
}

/// Not a leaf: text, HTML and a binary attachment, with preamble and epilogue.
#[test]
fn multipart_with_attachment() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    let body = "preamble\n--b\nContent-Type: text/plain; charset=utf-8\n\nGrüße \n\
        --b\nContent-Type: application/pdf; name=\"ü.pdf\"\nContent-Transfer-Encoding: base64\n\
        Content-Disposition: attachment\n\nAAEC/w==\n--b--\nepilogue\n";
    for eol in ["\n", "\r\n"] {
        let body = body.replace('\n', eol);
        let message = message("multipart/mixed; boundary=b", body.as_bytes(), eol);
        let protector = protector()
            .sign(&alice.identity)
            .encrypt_to([bob.certificate()]);
        let protected = protector.protect(&message).unwrap();
        let inner = openssl.decrypt(protected.message(), &bob).unwrap();
        let content = openssl.verify(&inner).unwrap();
        assert_seven_bit(&content);
        let text = String::from_utf8(content).unwrap();
        assert_eq!(text.matches("\r\n--b\r\n").count(), 2, "{text}");
        assert!(
            text.contains("\r\n\r\nGr=C3=BC=C3=9Fe=20\r\n--b\r\n"),
            "{text}"
        );
        assert!(text.contains("\r\n\r\nAAEC/w==\r\n--b--"), "{text}");
    }
}

/// 10 MB, text and binary, in the way of each face: definite in memory, indefinite as a stream.
#[test]
fn ten_megabytes() {
    let text: String = (0..10_000_000 / 64)
        .map(|n| format!("{n:062}\r\n"))
        .collect();
    survives(TEXT, text.as_bytes(), "\r\n", text.as_bytes());
}

#[test]
fn ten_megabytes_of_binary() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let bob = person(Key::Rsa2048, BOB);
    let bytes: Vec<u8> = (0..10_000_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let protector = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .encrypt_to([bob.certificate()]);
    let protected = protector.protect(message(BINARY, &bytes, "\r\n")).unwrap();
    let content = openssl
        .verify(&openssl.decrypt(protected.message(), &bob).unwrap())
        .unwrap();
    assert!(leaf(&content).1 == bytes);
}
