//! Long messages: how often they go by, and what comes out of those that one pass has to understand.

use smime::engine::Step;
use smime::report::Verdict;

use crate::ca::{Key, pem};
use crate::faces::{Faces, held};
use crate::forge::{Signed, detached_mail};
use crate::people::{ALICE, BOB, person, protector};
use crate::{opener, unsigned};

/// More than is held.
fn long() -> String {
    "A line of a text that is long enough to count\r\n".repeat(2_000)
}

/// How often the bytes go by before there is a report, and its verdict.
fn passes(mail: &str) -> (usize, Verdict) {
    let mut checking = held(&opener(), 0).checking().unwrap();
    let mut passes = 1;
    checking.push(mail.as_bytes()).unwrap();
    loop {
        match checking.finish().unwrap() {
            Step::Ask(questions) => {
                for (id, question) in questions {
                    checking.answer(id, question.answer(None)).unwrap();
                }
            }
            Step::Again => {
                passes += 1;
                checking.push(mail.as_bytes()).unwrap();
            }
            Step::Finished => break,
            other => panic!("{other:?}"),
        }
    }
    (passes, checking.into_plan().unwrap().report().verdict())
}

/// A mail that Alice signed detached.
fn signed(part: &str) -> String {
    let alice = person(Key::P256, ALICE);
    let p7s = Signed {
        carried: None,
        ..Signed::new(part.as_bytes(), &[&alice])
    };
    let mail = detached_mail(&format!("From: {ALICE}\r\n"), part, &p7s.build());
    String::from_utf8(mail).unwrap()
}

#[test]
fn a_signed_message_goes_by_again_only_when_it_must() {
    let body = long();
    let text = signed(&format!("Content-Type: text/plain\r\n\r\n{body}"));
    assert_eq!(passes(&text), (1, Verdict::Trusted));
    // Line ends of a text are known beforehand.
    assert_eq!(passes(&text.replace("\r\n", "\n")), (1, Verdict::Trusted));
    // The digest that is announced is not the one that was used.
    assert_eq!(
        passes(&text.replace("micalg=sha-256;", "micalg=sha-512;")),
        (2, Verdict::Trusted)
    );
    // In what is binary a line end is data (RFC 8551 3.1.1).
    let bare = body.replace("\r\n", "\n");
    let binary = format!("Content-Transfer-Encoding: binary\r\n\r\n{bare}");
    assert_eq!(passes(&signed(&binary)), (1, Verdict::Trusted));
    // That something inside is binary is known when it comes.
    let within = |part: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\ntext\r\n--in\r\n{part}\r\n--in--"
        )
    };
    assert_eq!(passes(&signed(&within(&binary))), (2, Verdict::Trusted));
    let nested = signed(&within(&format!("Content-Type: text/plain\r\n\r\n{body}")));
    assert_eq!(passes(&nested.replace("\r\n", "\n")), (1, Verdict::Trusted));
    let crlf = binary.replace('\n', "\r\n").replace("\r\r\n", "\r\n");
    assert_eq!(passes(&signed(&within(&crlf))), (1, Verdict::Trusted));
}

#[test]
fn a_message_in_a_message_comes_out_once() {
    let mail = format!(
        "From: {ALICE}\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n\
        From: {ALICE}\r\nSubject: inside\r\n\r\n{}",
        long()
    );
    let expected = opener().open(mail.as_bytes()).unwrap();
    let mut out = Vec::new();
    let dangerous = held(&opener(), 0).dangerous();
    dangerous
        .open_single_pass(mail.as_bytes(), &mut out)
        .unwrap();
    assert!(out == unsigned(&expected).bytes());
}

/// The key is found while the text goes by.
#[test]
fn an_armoured_text_that_is_encrypted_is_opened() {
    let bob = person(Key::Rsa2048, BOB);
    let entity = format!("Content-Type: text/plain\r\n\r\n{}", long());
    let cms = protector()
        .encrypt_to([bob.certificate()])
        .protect_cms(entity.as_bytes())
        .unwrap();
    let armoured = pem("CMS", &cms).replace('\n', "\r\n");
    let mail = format!("From: {ALICE}\r\n\r\n{armoured}");
    let opened = opener()
        .identity(&bob.identity)
        .open_all(mail.as_bytes())
        .unwrap();
    assert!(unsigned(&opened).bytes() == entity.as_bytes());
}
