//! Protected parts inside of what is not protected, and what stands beside them.

use crate::faces::Faces;
use smime::check::{Aspect, Reason};
use smime::open::{Message, Opened};
use smime::report::{Encryption, SignerStatus};

use crate::ca::Key;
use crate::people::{ALICE, BOB, ENTITY, Person, mail, person, protector};
use crate::{failed_because, opener, trusted, unsigned, untrusted, withheld};

fn mixed(parts: &[&str]) -> String {
    let mut mail = String::from(
        "From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=around\r\n\r\n",
    );
    for part in parts {
        mail.push_str(&format!("--around\r\n{part}\r\n"));
    }
    mail.push_str("--around--\r\n");
    mail
}

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

fn signed(alice: &Person) -> String {
    text(
        protector()
            .sign(&alice.identity)
            .protect(ENTITY)
            .unwrap()
            .message(),
    )
}

fn paths(message: &Message) -> Vec<&str> {
    message.parts().iter().map(|part| part.path()).collect()
}

fn encrypted(bob: &Person) -> String {
    text(
        protector()
            .encrypt_to([bob.certificate()])
            .protect(ENTITY)
            .unwrap()
            .message(),
    )
}

#[test]
fn enc_02_an_encrypted_part_is_handed_out_alone() {
    let bob = person(Key::Rsa2048, BOB);
    let html = "Content-Type: text/html\r\n\r\n<img src=\"http://e.example/";
    let mail = mixed(&[html, &encrypted(&bob), "Content-Type: text/html\r\n\r\n\">"]);
    let opened = opener()
        .identity(&bob.identity)
        .open_all(mail.as_bytes())
        .unwrap();
    let message = unsigned(&opened);
    // The message is what came; the plaintext is a part of its own.
    assert!(!text(message.bytes()).contains("Hello Bob"));
    let plain: Vec<_> = message
        .parts()
        .iter()
        .filter(|part| text(part.bytes()).contains("Hello Bob"))
        .collect();
    assert_eq!(plain.len(), 1);
    assert_eq!(plain[0].path(), "2.1");
    assert_eq!(plain[0].bytes(), ENTITY.as_bytes());
    assert_eq!(
        plain[0].protection().encryption(),
        Encryption::Unauthenticated
    );
    for part in message.parts().iter().filter(|part| part.path() != "2.1") {
        assert_eq!(part.protection().encryption(), Encryption::None);
    }
    assert_eq!(message.encryption(), Encryption::None);
    assert_eq!(opened.report().layers()[0].part(), "2");
    assert!(failed_because(&opened, |why| *why == Reason::PartlyProtected));
}

#[test]
fn an_encrypted_part_without_key_does_not_cost_the_mail() {
    let bob = person(Key::Rsa2048, BOB);
    let mail = mixed(&["\r\nHello", &encrypted(&bob)]);
    let opened = opener().open_all(mail.as_bytes()).unwrap();
    let message = unsigned(&opened);
    assert_eq!(paths(&message), ["", "1", "2"]);
    assert_eq!(opened.report().layers()[0].kind().name(), "encrypted");
    let told = opened.report().to_string();
    assert!(
        told.contains("not opened") && told.contains(&bob.certificate().serial_hex()),
        "{told}"
    );
}

#[test]
fn sig_14_a_signed_part_does_not_sign_its_neighbours() {
    let alice = person(Key::P256, ALICE);
    let mail = mixed(&[
        "\r\nunsigned before",
        &signed(&alice),
        "\r\nfooter of a list",
    ]);
    let opened = opener().open_all(mail.as_bytes()).unwrap();
    let message = untrusted(&opened);
    let seen: Vec<(&str, Option<SignerStatus>)> = message
        .parts()
        .iter()
        .map(|part| (part.path(), part.protection().signature()))
        .collect();
    assert_eq!(
        seen,
        [
            ("", None),
            ("1", None),
            ("2", None),
            ("2.1", Some(SignerStatus::Trusted)),
            ("2.2", None),
            ("3", None),
        ]
    );
    assert!(failed_because(&opened, |why| *why == Reason::PartlyProtected));
    let len = |path: &str| {
        let mut parts = message.parts().iter();
        parts
            .find(|part| part.path() == path)
            .unwrap()
            .bytes()
            .len()
    };
    let beside = len("") - len("2");
    let told = format!("only part 2 is signed; {beside} bytes beside it are not");
    let mut checks = opened.report().checks().iter();
    assert!(
        checks.any(|check| check.what() == told),
        "{}",
        opened.report()
    );
}

#[test]
fn sig_14_text_around_the_parts_of_a_signature_is_noted() {
    let alice = person(Key::P256, ALICE);
    let signed = text(
        protector()
            .sign(&alice.identity)
            .protect(mail())
            .unwrap()
            .message(),
    );
    let (head, body) = signed.split_once("\r\n\r\n").unwrap();
    let (_, parts) = body.split_once("\r\n--").unwrap();
    let mail = format!("{head}\r\n\r\nPay now!\r\n\r\n--{parts}And here.\r\n");
    let opened = opener().open_all(mail.as_bytes()).unwrap();
    assert_eq!(trusted(&opened).bytes(), ENTITY.as_bytes());
    let notes = |opened: &Opened| {
        let checks = opened.report().checks().iter();
        let notes = checks.filter(|check| check.aspect() == Aspect::Coverage);
        let notes = notes.map(|check| check.what().to_owned());
        let notes: Vec<String> = notes.filter(|what| what.contains("handed out")).collect();
        notes
    };
    let not_signed = "are not signed and not handed out";
    let expected = [("10 bytes", "before"), ("11 bytes", "after")].map(|(bytes, place)| {
        format!("{bytes} {place} the parts of multipart/signed {not_signed}")
    });
    assert_eq!(notes(&opened), expected, "{}", opened.report());
    // Also when the content is kept back.
    let changed = mail.replace("Hello Bob", "Hello Rob");
    let opened = opener().open_all(changed.as_bytes()).unwrap();
    assert_eq!(
        withheld(&opened).bytes(),
        ENTITY.replace("Bob", "Rob").as_bytes()
    );
    assert_eq!(notes(&opened), expected, "{}", opened.report());
    // In a part of a mail it is said which.
    let mail = mixed(&["\r\nHello", &mail]);
    let found = notes(&opener().open_all(mail.as_bytes()).unwrap());
    assert!(
        found[0].contains("the parts of the multipart/signed 2 are not signed"),
        "{found:?}"
    );
}

#[test]
fn a_broken_signature_in_a_part_is_reported_there() {
    let alice = person(Key::P256, ALICE);
    let broken = signed(&alice).replace("Hello Bob", "Hello Eve");
    let opened = opener()
        .open_all(mixed(&["\r\nHello", &broken]).as_bytes())
        .unwrap();
    let message = untrusted(&opened);
    let part = message
        .parts()
        .iter()
        .find(|part| part.path() == "2.1")
        .unwrap();
    assert_eq!(part.protection().signature(), Some(SignerStatus::Invalid));

    // One that is no signature at all leaves the part readable.
    let garbage = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n\
                   --s\r\n\r\nHello\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\nMAAx\r\n--s--";
    let opened = opener().open_all(mixed(&[garbage]).as_bytes()).unwrap();
    let message = unsigned(&opened);
    assert!(
        message
            .parts()
            .iter()
            .any(|part| part.bytes() == b"\r\nHello")
    );
    assert!(opened.report().to_string().contains("part 1"));
}

/// However its signature is damaged, the parts of a signed part are there once, and the damage is told once.
#[test]
fn a_damaged_signature_in_a_part_is_one_over_every_face() {
    let signed = signed(&person(Key::P256, ALICE));
    let header = "Content-Transfer-Encoding: base64\r\n";
    let (content, signature) = signed.rsplit_once(header).unwrap();
    let [cut, odd] = [&signature[..200], &signature[..201]].map(|begin| {
        let end = signature.find("\r\n--").unwrap();
        format!("{begin}{}", &signature[end..])
    });
    let wrong = signature.replacen("MIID", "M=IID", 1);
    for damaged in [cut, odd, wrong] {
        for header in [header, ""] {
            let part = format!("{content}{header}{damaged}epilogue");
            let opened = opener().open_all(mixed(&[&part]).as_bytes()).unwrap();
            let report = opened.report().to_string();
            let report = report.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(report.matches("not opened").count(), 1, "{report}");
            assert!(report.contains("after the parts of the"), "{report}");
            let message = unsigned(&opened);
            assert_eq!(paths(&message), ["", "1", "1.1", "1.2"], "{report}");
        }
    }
}

/// A mail or a multipart in the place of a signature is none: what is in it is there as parts.
#[test]
fn entities_where_a_signature_should_be_are_parts_over_every_face() {
    let object = signed(&person(Key::P256, ALICE));
    let (_, object) = object.rsplit_once("base64\r\n").unwrap();
    let begin = "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n\
                 --s\r\n\r\nHello\r\n--s\r\n";
    let beneath = "Content-Type: text/plain\r\n\r\nbeneath\r\n";
    for second in [
        format!("Content-Type: message/rfc822\r\n\r\nFrom: {BOB}\r\n{beneath}"),
        format!("Content-Type: message/rfc822\r\n\r\n{object}"),
        format!("Content-Type: multipart/mixed; boundary=t\r\n\r\n--t\r\n{beneath}--t--\r\n"),
    ] {
        let part = format!("{begin}{second}\r\n--s--\r\n");
        let opened = opener().open_all(mixed(&[&part]).as_bytes()).unwrap();
        let message = unsigned(&opened);
        assert_eq!(
            paths(&message),
            ["", "1", "1.1", "1.2", "1.2.1"],
            "{second}"
        );

        let mail = format!("From: {ALICE}\r\nMIME-Version: 1.0\r\n{part}");
        let opened = opener().open_all(mail.as_bytes()).unwrap();
        let message = untrusted(&opened);
        assert_eq!(paths(&message), ["", "1", "2", "2.1"], "{second}");
    }
}

#[test]
fn a_forwarded_mail_is_bound_to_its_own_sender() {
    let carol = person(Key::P384, "carol@example.org");
    let inner = mail().replace("From: Alice <alice@example.org>", "From: carol@example.org");
    let inner = text(
        protector()
            .sign(&carol.identity)
            .protect(inner)
            .unwrap()
            .message(),
    );
    let forwarded = format!("Content-Type: message/rfc822\r\n\r\n{inner}");
    let opened = opener()
        .open_all(mixed(&["\r\nlook", &forwarded]).as_bytes())
        .unwrap();
    let message = untrusted(&opened);
    let part = message
        .parts()
        .iter()
        .find(|part| part.bytes() == ENTITY.as_bytes())
        .unwrap();
    assert_eq!(part.protection().signature(), Some(SignerStatus::Trusted));

    // Inside of a signed mail nothing is partly protected.
    let alice = person(Key::P256, ALICE);
    let whole = mixed(&["\r\nlook", &forwarded]);
    let signed = protector().sign(&alice.identity).protect(whole).unwrap();
    let opened = opener().open_all(signed.message()).unwrap();
    trusted(&opened);
    assert!(!failed_because(&opened, |why| *why == Reason::PartlyProtected));
}

#[test]
fn a_signed_part_says_nothing_about_its_neighbours_in_an_encryption() {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let inside = mixed(&["\r\nHello", &signed(&alice)]);
    let protected = protector()
        .encrypt_to([bob.certificate()])
        .protect(inside)
        .unwrap();
    let opened = opener()
        .identity(&bob.identity)
        .open_all(protected.message())
        .unwrap();
    untrusted(&opened);
    assert!(failed_because(&opened, |why| *why == Reason::PartlyProtected));
    let layer = &opened.report().layers()[0];
    assert!(
        layer
            .checks()
            .iter()
            .any(|check| matches!(check.why(), Some(Reason::NoIntegrity { .. }))),
        "{}",
        opened.report()
    );
}

/// Whether a key is there turns out later than that something is no CMS; the report goes by the places in the mail.
#[test]
fn what_was_left_closed_is_told_in_the_order_of_the_parts() {
    let bob = person(Key::Rsa2048, BOB);
    let broken = "Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nMAsGCSqGSIb3DQEHCg==\r\n";
    let part = encrypted(&bob);
    for parts in [[part.as_str(), broken], [broken, part.as_str()]] {
        let mail = mixed(&parts);
        let opened = opener().open_all(mail.as_bytes()).unwrap();
        let checks = opened.report().checks().iter();
        let closed: Vec<_> = checks
            .map(|check| check.what())
            .filter(|what| what.contains("was not opened"))
            .collect();
        let expected = ["part 1 was not opened", "part 2 was not opened"];
        assert_eq!(closed, expected, "{}", opened.report());
    }
}
