//! What cannot be carried as it is: rewritten where it may be, refused by name where it may not.

use smime::Protector;

use crate::ca::Key;
use crate::failed;
use crate::mime::{assert_seven_bit, cms, contains, detached, one, split};
use crate::people::{ALICE, BOB, ENTITY, mail, person, protector};
use crate::structure::signed_data;

fn sign() -> Protector {
    protector().sign(&person(Key::P256, ALICE).identity)
}

const HEAD: &str = "From: alice@example.org\r\nTo: bob@example.org\r\n";

/// Signed by somebody else, with 8-bit text in it: every change would break that signature.
const FOREIGN: &str = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;\r\n boundary=x\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße \r\n--x\r\n\
    Content-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--x--\r\n";

#[test]
fn protected_part_that_is_not_seven_bit() {
    let message = format!("{HEAD}{FOREIGN}");
    let error = failed(sign().protect(&message));
    assert!(
        error.to_string().contains("opaque"),
        "says what to do: {error}"
    );

    // In base64 nothing happens to it, so it stays as it is, byte for byte.
    let opaque = sign().opaque().protect(&message).unwrap();
    assert_seven_bit(opaque.message());
    let content = signed_data(&cms(opaque.message()))
        .encap_content_info
        .econtent
        .unwrap();
    assert_eq!(String::from_utf8_lossy(content.value()), FOREIGN);
    protector()
        .encrypt_to([person(Key::P256, BOB).certificate()])
        .protect(&message)
        .unwrap();
}

/// A mailbox file has LF; what was signed with CRLF gets them back.
#[test]
fn protected_message_out_of_a_mailbox_file() {
    let once = sign().protect(mail()).unwrap();
    let inner = detached(once.message());
    let with_lf = String::from_utf8(once.message().to_vec())
        .unwrap()
        .replace("\r\n", "\n");
    let twice = sign().protect(&with_lf).unwrap();
    assert_seven_bit(twice.message());
    let middle = detached(&detached(twice.message()).entity);
    assert_eq!(middle.entity, inner.entity);
    assert_eq!(middle.p7s, inner.p7s);
}

/// Header lines over 998 octets cannot be sent (RFC 5322 2.1.1).
#[test]
fn long_header_lines() {
    let words = "<0123456789abcdef@example.org> ".repeat(100);
    let signed = sign()
        .protect(format!("{HEAD}References: {words}\r\n\r\nx\r\n"))
        .unwrap();
    assert_seven_bit(signed.message());
    let (fields, _) = split(signed.message());
    let ids = |text: &str| {
        text.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(one(&fields, "References")), ids(&words));

    // Nothing to fold at: encoded, or refused with the name of the field.
    let long = "x".repeat(2000);
    for name in ["Subject", "X-Long", "Message-ID"] {
        match sign().protect(format!("{HEAD}{name}: {long}\r\n\r\nx\r\n")) {
            Ok(signed) => {
                assert_seven_bit(signed.message());
                let parsed = mail_parser::MessageParser::default()
                    .parse(signed.message())
                    .unwrap();
                assert!(parsed.header_raw(name).is_some());
                if name == "Subject" {
                    assert_eq!(parsed.subject(), Some(long.as_str()));
                }
            }
            Err(error) => assert!(error.to_string().contains(name), "{error}"),
        }
    }
}

/// Text in another charset than UTF-8: nobody can know which, so nobody guesses.
#[test]
fn header_that_is_not_utf8() {
    for name in ["Subject", "X-Other", "To", "From"] {
        let message = [
            HEAD.as_bytes(),
            name.as_bytes(),
            b": Gr\xfc\xdfe <c@example.org>\r\n\r\nx\r\n",
        ]
        .concat();
        let error = failed(sign().protect(&message));
        assert!(error.to_string().contains(name), "{error}");
    }
}

/// 8-bit text where RFC 2047 has no place: encoded in the form of that field, or refused by name.
#[test]
fn eight_bit_in_structured_fields() {
    let message = format!("{HEAD}Message-ID: <grüße@example.org>\r\n\r\nx\r\n");
    match sign().protect(&message) {
        Ok(signed) => assert_seven_bit(signed.message()),
        Err(error) => assert!(error.to_string().contains("Message-ID"), "{error}"),
    }
    let message = format!(
        "{HEAD}Content-Type: application/pdf; name=\"ü.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"ü.pdf\"\r\nContent-Description: Ü\r\n\r\nAAEC\r\n"
    );
    let signed = sign().protect(&message).unwrap();
    assert_seven_bit(signed.message());
    let entity = detached(signed.message()).entity;
    use mail_parser::MimeHeaders;
    let parsed = mail_parser::MessageParser::default()
        .parse(&entity)
        .unwrap();
    assert_eq!(parsed.attachment_name(), Some("ü.pdf"));
    assert_eq!(parsed.content_description(), Some("Ü"));
}

/// Fields that may stand once: twice they would mean something else to every reader.
#[test]
fn content_type_twice() {
    let message = format!("{HEAD}Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\nx\r\n");
    let error = failed(sign().protect(&message));
    assert!(error.to_string().contains("Content-Type"), "{error}");
}

/// What claims an encoding must have it: no signature over something that readers will read differently.
#[test]
fn transfer_encodings() {
    for (encoding, body, word) in [
        ("x-uuencode", "x\r\n", Some("Content-Transfer-Encoding")),
        ("7bit, 8bit", "x\r\n", Some("Content-Transfer-Encoding")),
        ("8bit", "plain\r\n", None),
        ("BASE64", "AAEC\r\n", None),
        ("Quoted-Printable", "=41\r\n", None),
    ] {
        let message = format!(
            "{HEAD}Content-Type: text/plain\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
        );
        match (sign().protect(&message), word) {
            (Ok(signed), _) => assert_seven_bit(signed.message()),
            (Err(error), Some(word)) => assert!(error.to_string().contains(word), "{error}"),
            (Err(error), None) => panic!("{encoding}: {error}"),
        }
    }
}

/// To field with nobody in it; undisclosed recipients.
#[test]
fn empty_address_fields() {
    let undisclosed =
        format!("From: alice@example.org\r\nTo: undisclosed-recipients:;\r\n{ENTITY}");
    let signed = sign().protect(&undisclosed).unwrap();
    assert!(signed.copies()[0].envelope().is_none());
    assert!(contains(
        signed.message(),
        b"To: undisclosed-recipients:;\r\n"
    ));
}
