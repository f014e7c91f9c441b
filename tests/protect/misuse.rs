//! Things that make no sense, limits, and randomness that fails: a typed error, and nothing written.

use std::io::Write;

use smime::crypto::DigestAlgorithm;
use smime::engine::Step;
use smime::protect::{CertificateReference, Framing, ProtectError};
use smime::resolver::MemoryResolver;
use smime::{Error, ErrorKind, Limits, Protector};

use crate::ca::Key;
use crate::people::{ALICE, BOB, CAROL, ca, made, mail, mail_to, person, protector};
use crate::random::Failing;
use crate::{failed, nothing_written, refused};

#[track_caller]
fn assert_misuse(error: &Error, word: &str) {
    assert!(
        matches!(error.kind(), ErrorKind::Misuse { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains(word), "{error}");
}

#[test]
fn neither_sign_nor_encrypt() {
    for idle in [
        Protector::new(),
        Protector::new().opaque().pss().not_to_self(),
        Protector::new().resolver(MemoryResolver::new()),
        Protector::new().advertise(person(Key::P256, ALICE).certificate()),
    ] {
        assert_misuse(&failed(idle.protect(mail())), "encrypt_to");
        assert_misuse(&idle.machine().err().unwrap(), "sign");
        let Err(ProtectError::Failed(error)) = idle.writer(Vec::new()).map(|_| ()) else {
            panic!()
        };
        assert_misuse(&error, "sign");
    }
}

#[test]
fn resolver_missing() {
    for protector in [
        protector().sign_as_sender(),
        protector().encrypt_to_recipients(),
    ] {
        assert_misuse(&failed(protector.protect(mail())), "resolver");
    }
}

/// Setters commute: the same protector, said in another order.
#[test]
fn setters_commute() {
    let (alice, bob) = (person(Key::Rsa2048, ALICE), person(Key::P256, BOB));
    let source = || crate::random::Seeded::new(1);
    let one = protector()
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()])
        .opaque()
        .digest(DigestAlgorithm::Sha256)
        .danger_random(source());
    let other = Protector::new()
        .danger_random(source())
        .digest(DigestAlgorithm::Sha256)
        .opaque()
        .encrypt_to([bob.certificate()])
        .sign(&alice.identity)
        .policy(smime::policy::StandardPolicy::at(crate::people::now()));
    assert_eq!(
        one.protect(mail()).unwrap().message(),
        other.protect(mail()).unwrap().message()
    );
}

/// One protector, many messages and threads.
#[test]
fn protector_can_be_shared() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    shared(&protector);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| protector.protect(mail()).unwrap());
        }
    });
}

#[test]
fn digests_that_do_not_fit() {
    let sign = |kind| protector().sign(&person(kind, ALICE).identity);
    let error = failed(
        sign(Key::Rsa2048)
            .digest(DigestAlgorithm::Sha1)
            .protect(mail()),
    );
    assert_misuse(&error, "SHA-1");
    let error = failed(
        sign(Key::Ed25519)
            .digest(DigestAlgorithm::Sha256)
            .protect(mail()),
    );
    assert_misuse(&error, "Ed25519");
}

#[test]
fn key_identifier_that_is_not_there() {
    let nameless = made(ca().certify(Key::P256, BOB).no_key_identifiers());
    let reference = CertificateReference::SubjectKeyIdentifier;
    for protector in [
        protector().encrypt_to([nameless.certificate()]),
        protector().sign(&made(ca().certify(Key::P256, ALICE).no_key_identifiers()).identity),
    ] {
        let refused = refused(protector.certificate_reference(reference).protect(mail()));
        assert!(
            refused.to_string().contains("subject key identifier"),
            "{refused}"
        );
    }
}

/// Every draw fails once: an error each time, never a message with weak randomness, never half of one.
#[test]
fn key_04_failing_randomness() {
    let (alice, bob, carol) = (
        person(Key::P256, ALICE),
        person(Key::Rsa2048, BOB),
        person(Key::P256, CAROL),
    );
    let message = mail_to("To: bob@example.org\r\nCc: carol@example.org\r\n");
    let make = |answers| {
        protector()
            .sign(&alice.identity)
            .encrypt_to([bob.certificate(), carol.certificate()])
            .danger_random(Failing::after(answers))
    };
    let mut answers = 0;
    loop {
        match make(answers).protect(&message) {
            Ok(_) => break,
            Err(ProtectError::Failed(error)) => {
                assert!(
                    matches!(error.kind(), ErrorKind::Randomness { .. }),
                    "{answers}: {error:?}"
                );
                assert!(error.to_string().contains("noise diode"), "{error}");
            }
            Err(other) => panic!("{other}"),
        }
        let mut machine = make(answers).framing(Framing::Definite).machine().unwrap();
        let mut out = Vec::new();
        let mut run = || {
            machine.push(message.as_bytes(), &mut out)?;
            while let Step::Ask(questions) = machine.finish(&mut out)? {
                for (id, question) in questions {
                    machine.answer(id, question.answer(None))?;
                }
            }
            Ok::<_, ProtectError>(())
        };
        assert!(run().is_err());
        // The header may be there; of the content there is nothing that could be taken for a message.
        assert!(!crate::mime::contains(&out, b"Hello"), "{answers}");
        answers += 1;
        assert!(answers < 200, "randomness is drawn without end");
    }
    assert!(
        answers >= 5,
        "boundary, content key, nonce, RSA padding, ephemeral key: {answers}"
    );
}

#[test]
fn key_04_failing_randomness_for_the_message_id() {
    #[cfg(feature = "mail-builder")]
    {
        use smime::mail_builder::MessageBuilder;
        let message = MessageBuilder::new().from(ALICE).to(BOB).text_body("x");
        let protector = protector().sign(&person(Key::P256, ALICE).identity);
        let error = failed(protector.danger_random(Failing::after(0)).protect(message));
        assert!(matches!(error.kind(), ErrorKind::Randomness { .. }));
    }
}

/// After an error everything but a new machine is refused.
#[test]
fn machine_is_spent_after_an_error() {
    let bob = person(Key::P256, BOB);
    let protector = protector().encrypt_to([bob.certificate()]);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    let message = mail().replace("bob@", "carol@");
    refused(machine.push(message.as_bytes(), &mut out));
    for _ in 0..2 {
        assert_misuse(&failed(machine.push(b"", &mut out)), "new one");
        assert_misuse(&failed(machine.push(b"x", &mut out)), "new one");
        assert_misuse(&failed(machine.finish(&mut out)), "new one");
    }
    assert!(out.is_empty());
    // The protector itself goes on.
    protector.protect(mail()).unwrap();
}

#[test]
fn machine_takes_nothing_after_its_end() {
    let protector = protector().encrypt_to([person(Key::P256, BOB).certificate()]);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    machine.push(mail().as_bytes(), &mut out).unwrap();
    assert!(matches!(machine.finish(&mut out).unwrap(), Step::Finished));
    let length = out.len();
    assert!(matches!(machine.finish(&mut out).unwrap(), Step::Finished));
    machine.push(b"", &mut out).unwrap();
    assert_misuse(&failed(machine.push(b"x", &mut out)), "after the end");
    assert_eq!(out.len(), length);
}

#[test]
fn header_block_over_the_limit() {
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    let small = protector.limits(Limits {
        header_bytes: 1000,
        ..Limits::default()
    });
    let fits = mail();
    assert!(fits.len() < 1000);
    small.protect(&fits).unwrap();
    let field = "X-Long: 0123456789012345678901234567890123456789\r\n";
    let long = format!("{}{fits}", field.repeat(30));
    let error = failed(small.protect(&long));
    assert!(
        matches!(error.kind(), ErrorKind::Limit { limit: 1000, .. }),
        "{error:?}"
    );
    // A header that never ends is refused when it reaches the limit, not when memory is full.
    let mut machine = small.machine().unwrap();
    let mut out = Vec::new();
    let refused_at = (0..1000).position(|_| machine.push(field.as_bytes(), &mut out).is_err());
    assert_eq!(refused_at, Some(1000 / field.len()));
    assert!(out.is_empty());
}

#[test]
fn too_many_addresses() {
    let limits = Limits {
        addresses: 3,
        ..Limits::default()
    };
    let protector = protector()
        .sign(&person(Key::P256, ALICE).identity)
        .limits(limits);
    protector
        .protect(mail_to("To: a@example.org, b@example.org\r\n"))
        .unwrap();
    let fields = mail_to("To: a@example.org, b@example.org\r\nCc: c@example.org\r\n");
    let error = nothing_written(protector.machine().unwrap(), fields.as_bytes());
    assert!(error.to_string().contains("limit of 3"), "{error}");
}

/// A writer that is dropped before its end has written no complete message; one that failed says so again.
#[test]
fn writer_that_is_not_finished() {
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    let mut sink = Vec::new();
    let mut writer = protector.writer(&mut sink).unwrap();
    writer.write_all(mail().as_bytes()).unwrap();
    writer.flush().unwrap();
    drop(writer);
    assert!(!crate::mime::contains(&sink, b"smime.p7s"));

    let mut writer = protector.writer(Vec::new()).unwrap();
    let error = writer
        .write_all(b"From: bob@example.org\r\n\r\n")
        .unwrap_err();
    let error = error.downcast::<ProtectError>().unwrap();
    assert!(error.refused().is_some());
    assert_misuse(&failed(writer.finish().map(|_| ())), "new one");
}

/// What the sink says comes back. The input is in the machine by then, so that nobody may repeat the write.
#[test]
fn sink_that_fails() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::new(
                std::io::ErrorKind::StorageFull,
                "disk full",
            ))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let protector = protector().sign(&person(Key::P256, ALICE).identity);
    let mut writer = protector.writer(Full).unwrap();
    let error = writer.write_all(mail().as_bytes()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::StorageFull);
    let error = writer.write_all(b"more").unwrap_err();
    assert!(
        error
            .downcast::<ProtectError>()
            .unwrap()
            .to_string()
            .contains("new one")
    );
    assert_misuse(&failed(writer.finish().map(|_| ())), "new one");
}
