//! Which header fields stay outside, which move inside, and in which form.

use smime::protect::Framing;

use crate::ca::Key;
use crate::failed;
use crate::mime::{all, assert_seven_bit, cms, contains, detached, one, split};
use crate::people::{ALICE, BOB, ENTITY, mail, mail_to, mailbox, person, protector};

fn signed(message: impl AsRef<[u8]>) -> Vec<u8> {
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    protector
        .protect(message.as_ref())
        .unwrap()
        .message()
        .to_vec()
}

const RICH: &str = "Received: from a by b;\r\n Mon, 01 Jun 2026 12:00:00 +0000\r\n\
    Received: from c by a\r\nFrom: Alice <alice@example.org>\r\nmime-version: 1.0 (ours)\r\nTO: bob@example.org\r\n\
    X-Folded: one\r\n two\r\n\tthree\r\nX-Twice: 1\r\nContent-Language: en\r\nX-Twice: 2\r\n\
    content-type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\nSubject: Q3\r\n\
    Content-ID: <part@example.org>\r\nX-Content-Like: stays\r\n\r\nbody\r\n";

/// Everything stays outside once and in order, except content fields, which are inside, once and in order.
#[test]
fn each_field_once() {
    let names = |fields: &[(String, String)]| -> Vec<String> {
        fields.iter().map(|(name, _)| name.clone()).collect()
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let outside = [
        "Received",
        "Received",
        "From",
        "TO",
        "X-Folded",
        "X-Twice",
        "X-Twice",
        "Subject",
        "X-Content-Like",
    ];
    for framing in [Framing::Definite, Framing::Indefinite] {
        let sign = protector().sign(&alice.identity).framing(framing);
        let encrypt = protector().encrypt_to([bob.certificate()]).framing(framing);
        let forms = [
            sign.clone(),
            sign.clone().opaque(),
            encrypt,
            sign.encrypt_to([bob.certificate()]),
        ];
        for protector in forms {
            let message = protector.protect(RICH).unwrap().message().to_vec();
            let (fields, _) = split(&message);
            let (content, kept): (Vec<_>, Vec<_>) = fields
                .into_iter()
                .partition(|(name, _)| name.starts_with("Content-") || name == "MIME-Version");
            assert_eq!(names(&kept), outside);
            assert_eq!(one(&kept, "X-Folded"), "one two\tthree");
            assert_eq!(all(&kept, "X-Twice"), ["1", "2"]);
            assert_eq!(all(&content, "MIME-Version"), ["1.0"]);
            assert_eq!(all(&content, "Content-Type").len(), 1);
            assert!(all(&content, "Content-Language").is_empty());
        }
    }
    let (inside, body) = split(&detached(&signed(RICH)).entity).to_owned_parts();
    assert_eq!(
        names(&inside),
        [
            "Content-Language",
            "content-type",
            "Content-Transfer-Encoding",
            "Content-ID"
        ]
    );
    assert_eq!(body, b"body\r\n");
}

trait OwnedParts {
    fn to_owned_parts(self) -> (Vec<(String, String)>, Vec<u8>);
}

impl OwnedParts for (Vec<(String, String)>, &[u8]) {
    fn to_owned_parts(self) -> (Vec<(String, String)>, Vec<u8>) {
        (self.0, self.1.to_vec())
    }
}

/// The content header fields of each kind of layer (RFC 8551 3.2 and 3.5.3).
#[test]
fn content_fields_of_the_layers() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let field = |protector: smime::Protector, name: &str| {
        one(&split(protector.protect(mail()).unwrap().message()).0, name).to_owned()
    };
    let detached = field(protector().sign(&alice.identity), "Content-Type");
    assert!(
        detached.starts_with(
            "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\""
        ),
        "{detached}"
    );
    let opaque = protector().sign(&alice.identity).opaque();
    let encrypted = protector().encrypt_to([bob.certificate()]);
    let gcm = encrypted
        .clone()
        .cipher(smime::crypto::ContentCipher::Aes256Gcm);
    for (protector, kind) in [
        (opaque, "signed-data"),
        (encrypted, "enveloped-data"),
        (gcm, "authEnveloped-data"),
    ] {
        assert_eq!(
            field(protector.clone(), "Content-Type"),
            format!("application/pkcs7-mime; smime-type={kind}; name=\"smime.p7m\"")
        );
        assert_eq!(
            field(protector.clone(), "Content-Transfer-Encoding"),
            "base64"
        );
        assert_eq!(
            field(protector, "Content-Disposition"),
            "attachment; filename=\"smime.p7m\""
        );
    }
}

/// The default is encryption with AES-256-CBC around an inner signature.
#[test]
fn signature_is_inside() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let protector = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()]);
    let protected = protector.protect(mail()).unwrap();
    let data = crate::structure::enveloped_data(&cms(protected.message()));
    let algorithm = data.encrypted_content.content_enc_alg.oid;
    assert_eq!(algorithm, crate::structure::oid("2.16.840.1.101.3.4.1.42"));
    assert!(!contains(protected.message(), b"multipart/signed"));
    assert!(!contains(protected.message(), b"Hello"));
}

/// Line feeds alone are line ends as well; the result is the same.
#[test]
fn lf_input() {
    let lf = mail().replace("\r\n", "\n");
    let parts = detached(&signed(&lf));
    assert_eq!(parts.entity, ENTITY.as_bytes());
    assert_eq!(split(&signed(&lf)).0[..5], split(&signed(mail())).0[..5]);
}

/// 8-bit header text has no place in a 7-bit header: RFC 2047 in text and names, A-labels in domains.
#[test]
fn utf8_in_headers() {
    let message = "From: Älice <alice@example.org>\r\nTo: Bob Müller <bob@bücher.example>\r\nSubject: Grüße aus Köln\r\n\r\nhi\r\n";
    let signed = signed(message);
    assert_seven_bit(&signed);
    let (fields, _) = split(&signed);
    assert!(
        one(&fields, "To").contains("<bob@xn--bcher-kva.example>"),
        "{fields:?}"
    );
    assert!(
        one(&fields, "From").contains("<alice@example.org>"),
        "{fields:?}"
    );
    for name in ["From", "To", "Subject"] {
        assert!(
            one(&fields, name).to_lowercase().contains("=?utf-8?"),
            "{fields:?}"
        );
    }
    let parsed = mail_parser::MessageParser::default()
        .parse(&signed)
        .unwrap();
    assert_eq!(parsed.subject(), Some("Grüße aus Köln"));
    assert_eq!(
        parsed.from().unwrap().first().unwrap().name(),
        Some("Älice")
    );
    assert_eq!(
        parsed.to().unwrap().first().unwrap().name(),
        Some("Bob Müller")
    );
}

/// A domain alone needs no SMTPUTF8; a local part does, and then the header may be UTF-8 (RFC 6532).
#[test]
fn smtputf8() {
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    let idn = protector
        .protect(mail_to("To: bob@bücher.example\r\n"))
        .unwrap();
    assert!(!idn.copies()[0].envelope().unwrap().needs_smtputf8());
    assert_seven_bit(idn.message());

    let local = protector
        .protect(mail_to("To: jürgen@bücher.example\r\n"))
        .unwrap();
    let envelope = local.copies()[0].envelope().unwrap();
    assert!(envelope.needs_smtputf8());
    assert_eq!(envelope.recipients(), [mailbox("jürgen@bücher.example")]);
    assert!(contains(local.message(), "To: jürgen@".as_bytes()));

    // Hidden: the envelope needs it, the header does not show it.
    let hidden = protector
        .protect(mail_to(
            "To: bob@example.org\r\nBcc: jürgen@example.org\r\n",
        ))
        .unwrap();
    assert!(hidden.copies()[0].envelope().unwrap().needs_smtputf8());
    assert_seven_bit(hidden.message());
}

/// The certificate has the domain in ASCII form, the header in Unicode: the same address.
#[test]
fn idn_recipient_is_covered() {
    let bob = person(Key::P256, "bob@xn--bcher-kva.example");
    let message = mail_to("To: Bob <bob@BÜCHER.example>\r\n");
    let protected = protector()
        .encrypt_to([bob.certificate()])
        .protect(&message)
        .unwrap();
    assert_eq!(protected.report().recipients().len(), 1);
    assert_seven_bit(protected.message());
}

/// A body that is not a message: no From, no To. Explicit certificates only, and nowhere to send it.
#[test]
fn bare_entity() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    let protector = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()]);
    let protected = protector.protect(ENTITY).unwrap();
    assert_eq!(protected.copies().len(), 1);
    assert!(protected.copies()[0].envelope().is_none());
    let (fields, _) = split(protected.message());
    assert_eq!(one(&fields, "MIME-Version"), "1.0");
    assert_eq!(fields.len(), 4, "{fields:?}");
    let none: &[u8] = b"\r\njust text, no header at all\r\n";
    let signed = crate::people::protector()
        .sign(&alice.identity)
        .protect(none)
        .unwrap();
    assert_eq!(detached(signed.message()).entity, none);

    let resolver = smime::resolver::MemoryResolver::new().with_certificate(bob.certificate());
    let by_resolver = crate::people::protector()
        .resolver(resolver)
        .encrypt_to_recipients();
    assert!(
        failed(by_resolver.protect(ENTITY))
            .to_string()
            .contains("To")
    );
}

/// What is no header field is refused, and the place is named.
#[test]
fn malformed_headers() {
    for block in [
        "From: alice@example.org\r\nno colon here\r\n",
        " begins folded\r\nFrom: alice@example.org\r\n",
        "From: alice@example.org\r\nBad Name: x\r\n",
        "From: alice@example.org\r\nSub\0ject: x\r\n",
        "From: alice@example.org\r\nSubject: a\rb\r\n",
        "From: alice@example.org\r\nSubject: a\0b\r\n",
        "From: alice@example.org\r\n: no name\r\n",
        "From: not an address\r\n",
        "From: alice@example.org\r\nTo: bob@@example.org\r\n",
    ] {
        let machine = protector()
            .sign(&person(Key::P256, ALICE).identity)
            .machine()
            .unwrap();
        let message = format!("{block}\r\nbody\r\n");
        let error = crate::nothing_written(machine, message.as_bytes());
        assert!(error.refused().is_none(), "{block:?}: {error}");
    }
}
