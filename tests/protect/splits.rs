//! The bytes that come out depend neither on the driver nor on how the input was cut.

use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use smime::Protector;
use smime::crypto::ContentCipher;
use smime::engine::Step;
use smime::protect::Framing;
use smime::resolver::MemoryResolver;

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, mail, mail_to, person, protector};
use crate::random::Seeded;

/// Feeds the machine itself, in pieces that end at these places, and answers by hand.
fn by_machine(protector: &Protector, message: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let resolver = resolver();
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    let answer = |machine: &mut smime::protect::Machine, questions: Vec<_>| {
        // Any order will do.
        for (id, question) in questions.into_iter().rev() {
            let question: smime::engine::Question = question;
            machine
                .answer(id, question.answer(Some(&resolver)))
                .unwrap();
        }
    };
    for piece in pieces(message, cuts) {
        if let Step::Ask(questions) = machine.push(piece, &mut out).unwrap() {
            answer(&mut machine, questions);
        }
    }
    loop {
        match machine.finish(&mut out).unwrap() {
            Step::Ask(questions) => answer(&mut machine, questions),
            Step::Finished => break,
            _ => {}
        }
    }
    let mut copies = vec![out];
    copies.extend(
        machine
            .take_later_copies()
            .iter()
            .map(|copy| copy.bytes().to_vec()),
    );
    copies
}

fn by_writer(protector: &Protector, message: &[u8], cuts: &[usize]) -> Vec<u8> {
    let mut writer = protector.writer(Vec::new()).unwrap();
    for piece in pieces(message, cuts) {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap().sink
}

/// The driver over tokio's traits, which reads what comes.
#[cfg(feature = "tokio")]
fn by_stream(protector: &Protector, message: &[u8], cuts: &[usize]) -> Vec<u8> {
    use std::pin::Pin;
    use std::task::{Context, Poll};
    struct Pieces<'m>(Vec<&'m [u8]>);
    impl tokio::io::AsyncRead for Pieces<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut tokio::io::ReadBuf<'_>,
        ) -> Poll<std::io::Result<()>> {
            // An empty read would be the end.
            while self.0.first().is_some_and(|piece| piece.is_empty()) {
                self.0.remove(0);
            }
            if let Some(piece) = self.0.first_mut() {
                let (now, later) = piece.split_at(piece.len().min(buffer.remaining()));
                buffer.put_slice(now);
                *piece = later;
            }
            Poll::Ready(Ok(()))
        }
    }
    let reader = Pieces(pieces(message, cuts));
    block_on(protector.protect_stream_async(reader, Vec::new()))
        .unwrap()
        .sink
}

fn pieces<'m>(message: &'m [u8], cuts: &[usize]) -> Vec<&'m [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (message.len() + 1)).collect();
    cuts.sort_unstable();
    cuts.push(message.len());
    let mut begin = 0;
    let piece = |end| {
        let piece = &message[begin..end];
        begin = end;
        piece
    };
    cuts.into_iter().map(piece).collect()
}

fn resolver() -> MemoryResolver {
    MemoryResolver::new()
        .with_identity(&person(Key::Rsa2048, ALICE).identity)
        .with_certificate(person(Key::P256, BOB).certificate())
        .with_certificate(person(Key::Rsa2048, CAROL).certificate())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// Short and long lines, multipart, 8-bit, nothing: what takes different ways through the layers.
fn bodies() -> Vec<Vec<u8>> {
    let head =
        "From: alice@example.org\r\nTo: bob@example.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n";
    let with = |rest: &str| format!("{head}{rest}").into_bytes();
    let long = "0123456789abcdef".repeat(5000);
    vec![
        mail().into_bytes(),
        with(""),
        with("\r\n"),
        with("\r\nx"),
        with(
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\u{fc}\u{df}e \r\nFrom \r\n\r\r\n",
        ),
        with("Content-Type: text/plain\r\n\r\nplain\nline feeds\n\nonly\n"),
        with(&format!("Content-Type: text/plain\r\n\r\n{long}\r\n{long}")),
        with(
            "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\npre\r\n--b\r\n\r\n\u{e4}\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n\0\u{1}\r\n--b--\r\nepi",
        ),
    ]
}

fn same_for_all_drivers(make: impl Fn(u64) -> Protector) {
    let bodies = bodies();
    let strategy = (
        0..bodies.len(),
        prop::collection::vec(any::<usize>(), 0..12),
        any::<u64>(),
    );
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&strategy, |(body, cuts, seed)| {
        let message = &bodies[body];
        let expected = make(seed).protect(message).unwrap();
        let expected = expected.message();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let check = |bytes: &[u8]| assert_eq!(text(bytes), text(expected));
        check(
            block_on(make(seed).protect_async(message))
                .unwrap()
                .message(),
        );
        check(&by_writer(&make(seed), message, &cuts));
        let every_byte: Vec<usize> = (0..message.len().min(2000)).collect();
        check(&by_writer(&make(seed), message, &every_byte));
        check(&by_machine(&make(seed), message, &cuts)[0]);
        #[cfg(feature = "tokio")]
        check(&by_stream(&make(seed), message, &cuts));
        Ok(())
    });
    result.unwrap();
}

#[test]
fn signed_with_rsa() {
    let alice = person(Key::Rsa2048, ALICE);
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector().sign(&alice.identity).framing(framing);
        same_for_all_drivers(|seed| protector.clone().danger_random(Seeded::new(seed)));
    }
}

#[test]
fn signed_opaque_with_ed25519() {
    let alice = person(Key::Ed25519, ALICE);
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector().sign(&alice.identity).framing(framing).opaque();
        same_for_all_drivers(|seed| protector.clone().danger_random(Seeded::new(seed)));
    }
}

/// ECDSA and PSS draw randomness of their own in the fast back-end; injected randomness turns that off.
#[test]
fn signed_with_ecdsa_and_pss() {
    let (ec, rsa) = (person(Key::P256, ALICE), person(Key::Rsa2048, ALICE));
    let protector = protector()
        .sign(&ec.identity)
        .sign(&rsa.identity)
        .pss()
        .framing(Framing::Definite);
    same_for_all_drivers(|seed| protector.clone().danger_random(Seeded::new(seed)));
}

#[test]
fn signed_and_encrypted() {
    let alice = person(Key::Rsa2048, ALICE);
    let to = [person(Key::P256, BOB), person(Key::Rsa2048, CAROL)];
    for framing in [Framing::Definite, Framing::Indefinite] {
        for cipher in [
            ContentCipher::Aes256Cbc,
            ContentCipher::Aes256Gcm,
            ContentCipher::ChaCha20Poly1305,
        ] {
            let protector = protector()
                .sign(&alice.identity)
                .encrypt_to(to.iter().map(|one| one.certificate()))
                .cipher(cipher)
                .framing(framing);
            same_for_all_drivers(|seed| protector.clone().danger_random(Seeded::new(seed)));
        }
    }
}

#[test]
fn compressed_signed_and_encrypted() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector()
            .sign(&alice.identity)
            .encrypt_to([bob.certificate()])
            .compress()
            .framing(framing);
        same_for_all_drivers(|seed| protector.clone().danger_random(Seeded::new(seed)));
    }
}

#[test]
fn everything_from_the_resolver() {
    for framing in [Framing::Definite, Framing::Indefinite] {
        let protector = protector()
            .sign_as_sender()
            .encrypt_to_recipients()
            .framing(framing);
        same_for_all_drivers(|seed| {
            protector
                .clone()
                .resolver(resolver())
                .danger_random(Seeded::new(seed))
        });
    }
}

/// With Bcc there are several copies: `protect` and the machine agree on all of them.
#[test]
fn copies_for_hidden_recipients() {
    let message = mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n");
    let make = || {
        protector()
            .resolver(resolver())
            .sign_as_sender()
            .encrypt_to_recipients()
            .framing(Framing::Definite)
            .danger_random(Seeded::new(7))
    };
    let protected = make().protect(&message).unwrap();
    let expected: Vec<&[u8]> = protected.copies().iter().map(|copy| copy.bytes()).collect();
    assert_eq!(expected.len(), 2);
    for cuts in [vec![], vec![1, 2, 3, 50, 200], (0..message.len()).collect()] {
        assert_eq!(by_machine(&make(), message.as_bytes(), &cuts), expected);
    }
    let awaited = block_on(make().protect_async(&message)).unwrap();
    assert!(
        awaited
            .copies()
            .iter()
            .map(|copy| copy.bytes())
            .eq(expected.iter().copied())
    );
}

/// Other randomness, other bytes: the comparison above compares something.
#[test]
fn another_seed_gives_other_bytes() {
    let bob = person(Key::P256, BOB);
    let make = |seed| {
        let protector = protector()
            .encrypt_to([bob.certificate()])
            .danger_random(Seeded::new(seed));
        protector.protect(mail()).unwrap().message().to_vec()
    };
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
}
