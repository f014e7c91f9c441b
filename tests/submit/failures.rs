//! What goes wrong on the way, and what is then said of every recipient.

use super::smtp::{Act, Script, Server};
use super::*;
use smime::submit::{Cause, SubmitError, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One message to Bob, to a server that does this.
async fn bob_gets(script: Script) -> Outcome {
    let server = Server::start(script).await;
    let delivery = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    outcomes(&delivery)[0].clone()
}

async fn fails(script: Script) -> SubmitError {
    let server = Server::start(script).await;
    plain(&server)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err()
}

#[tokio::test]
async fn replies_decide_between_rejected_and_deferred() {
    for step in ["MAIL FROM", "RCPT TO", "DATA", "(dot)"] {
        let permanent = bob_gets(Script::default().say(step, "554 5.7.1 no")).await;
        match permanent {
            Outcome::Rejected(cause) => assert_eq!(cause.reply().unwrap().code(), 554),
            other => panic!("{step}: {other}"),
        }
        let transient = bob_gets(Script::default().say(step, "451 4.3.0 later")).await;
        match transient {
            Outcome::Deferred(cause) => assert_eq!(cause.reply().unwrap().code(), 451),
            other => panic!("{step}: {other}"),
        }
    }
}

/// RFC 821 had 552 for "too many recipients", so at RCPT TO it is a 452 (RFC 5321 4.5.3.1.10).
#[tokio::test]
async fn too_many_recipients_are_deferred() {
    let script = Script::default().say("RCPT TO:<carol@", "552 5.5.3 too many recipients");
    let server = Server::start(script).await;
    let both = envelope(&["bob@example.org", "carol@example.org"]);
    let delivery = plain(&server).send_bytes(&both, MESSAGE).await.unwrap();
    let outcomes = outcomes(&delivery);
    assert!(outcomes[0].is_accepted(), "{delivery}");
    match outcomes[1] {
        Outcome::Deferred(cause) => assert_eq!(cause.reply().unwrap().code(), 552),
        other => panic!("{other}"),
    }
    for step in ["MAIL FROM", "DATA", "(dot)"] {
        let outcome = bob_gets(Script::default().say(step, "552 5.3.4 too big")).await;
        assert!(matches!(outcome, Outcome::Rejected(_)), "{step}: {outcome}");
    }
}

/// What an empty first line would hide is what the message needs.
#[tokio::test]
async fn a_reply_to_ehlo_may_begin_with_an_empty_line() {
    let script = Script::default().say("EHLO", "250-\r\n250-8BITMIME\r\n250 HELP");
    let server = Server::start(script).await;
    let message = "Subject: hi\r\n\r\nhellö\r\n".as_bytes();
    let delivery = plain(&server).send_bytes(&bob(), message).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
}

#[tokio::test]
async fn a_lost_connection_is_unknown_only_after_the_dot() {
    for step in ["MAIL FROM", "RCPT TO", "DATA"] {
        let outcome = bob_gets(Script::default().on(step, Act::Close)).await;
        assert!(
            matches!(outcome, Outcome::Deferred(Cause::ConnectionLost { .. })),
            "{step}: {outcome}"
        );
    }
    let outcome = bob_gets(Script::default().on("(dot)", Act::Close)).await;
    assert!(
        matches!(outcome, Outcome::Unknown(Cause::ConnectionLost { .. })),
        "{outcome}"
    );
    let outcome = bob_gets(Script::default().say("(dot)", "what?")).await;
    assert!(
        matches!(outcome, Outcome::Unknown(Cause::Protocol { .. })),
        "{outcome}"
    );
    let outcome = bob_gets(Script::default().say("(dot)", "354 go on")).await;
    assert!(
        matches!(outcome, Outcome::Unknown(Cause::Protocol { .. })),
        "{outcome}"
    );
}

#[tokio::test]
async fn a_connection_cut_inside_the_message_is_deferred() {
    // More than the sockets take, so that the cut happens while the message is written.
    let message = large();
    for act in [
        Act::Close,
        Act::SayAndClose("421 4.3.2 going down".into()),
        Act::SayAndClose("452 4.3.1 disk full".into()),
    ] {
        let server = Server::start(Script::default().on("(message)", act)).await;
        let delivery = plain(&server).send_bytes(&bob(), &message).await.unwrap();
        let outcome = outcomes(&delivery)[0];
        assert!(matches!(outcome, Outcome::Deferred(_)), "{outcome}");
    }
}

#[tokio::test]
async fn a_refusal_before_the_dot_is_a_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let submitter = Submitter::danger_plaintext(HOST)
        .unwrap()
        .connect_to(listener.local_addr().unwrap())
        .timeouts(patient());
    let server = tokio::spawn(async move {
        let mut stream = until_data(&listener).await;
        stream.write_all(b"552 5.3.4 too big\r\n").await.unwrap();
        // It reads on, as it should; but it has answered, and the dot must not come.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        rest
    });
    let delivery = submitter.send_bytes(&bob(), &large()).await.unwrap();
    match outcomes(&delivery)[0] {
        Outcome::Rejected(cause) => assert_eq!(cause.reply().unwrap().code(), 552),
        other => panic!("{other}"),
    }
    assert!(!server.await.unwrap().ends_with(b"\r\n.\r\n"));
}

/// More than the sockets take at once.
fn large() -> Vec<u8> {
    format!("a: b\r\n\r\n{}", ("x".repeat(70) + "\r\n").repeat(300_000)).into_bytes()
}

/// A server that has said 354 and reads no further.
async fn until_data(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(b"220 x\r\n").await.unwrap();
    for reply in ["250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n"] {
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        stream.write_all(reply.as_bytes()).await.unwrap();
    }
    stream
}

#[tokio::test]
async fn a_421_ends_the_session_and_the_rest_is_deferred() {
    let script = Script::default().say("RCPT TO:<carol@", "550 5.1.1 no").on(
        "RCPT TO:<dave@",
        Act::SayAndClose("421 4.3.2 going down".into()),
    );
    let server = Server::start(script).await;
    let first = envelope(&[
        "bob@example.org",
        "carol@example.org",
        "dave@example.org",
        "eve@example.org",
    ]);
    let second = envelope(&["frank@example.org"]);
    let copies = vec![(&first, MESSAGE), (&second, MESSAGE)];
    let delivery = plain(&server).send_copies(copies).await.unwrap();
    let found = outcomes(&delivery);
    assert_eq!(found.len(), 5);
    for at in [0, 2, 3, 4] {
        match found[at] {
            Outcome::Deferred(cause) => assert_eq!(cause.reply().unwrap().code(), 421),
            other => panic!("{other}"),
        }
    }
    assert!(matches!(found[1], Outcome::Rejected(_)));
    assert_eq!(server.connections(), 1);
    assert!(server.messages().is_empty());
}

#[tokio::test]
async fn a_server_that_dies_between_copies_has_accepted_the_first() {
    let script = Script::default().on("MAIL FROM:<second@", Act::Close);
    let server = Server::start(script).await;
    let first = bob();
    let second = Envelope::new(
        Some(mailbox("second@example.org")),
        [mailbox("carol@example.org")],
    );
    let second = second.unwrap();
    let copies = vec![(&first, MESSAGE), (&second, MESSAGE), (&first, MESSAGE)];
    let delivery = plain(&server).send_copies(copies).await.unwrap();
    let found = outcomes(&delivery);
    assert!(found[0].is_accepted());
    assert!(matches!(found[1], Outcome::Deferred(_)));
    assert!(matches!(found[2], Outcome::Deferred(_)));
}

#[tokio::test]
async fn before_mail_from_it_is_an_error() {
    let refused = fails(Script::default().say("(greeting)", "554 5.3.2 no service")).await;
    assert!(
        refused.to_string().contains("554 5.3.2 no service"),
        "{refused}"
    );
    let refused = fails(Script::default().say("EHLO", "550 5.7.1 not you")).await;
    assert!(
        refused.to_string().contains("550 5.7.1 not you"),
        "{refused}"
    );
    let lost = fails(Script::default().on("(greeting)", Act::Close)).await;
    assert!(
        matches!(lost, SubmitError::Session(Cause::ConnectionLost { .. })),
        "{lost}"
    );

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let submitter = Submitter::danger_plaintext(HOST)
        .unwrap()
        .connect_to(address);
    let error = submitter.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(matches!(error, SubmitError::Connect { .. }), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn smtp_07_endless_and_huge_replies_are_cut_off() {
    for flood in [
        b"250-a\r\n".to_vec(),
        b"2".repeat(1 << 20),
        b"250-\r\n".to_vec(),
        b"250 \r".to_vec(),
    ] {
        let error = fails(Script::default().on("(greeting)", Act::Flood(flood.clone()))).await;
        assert!(
            matches!(error, SubmitError::Session(Cause::Protocol { .. })),
            "{error}"
        );
        let outcome = bob_gets(Script::default().on("RCPT TO", Act::Flood(flood))).await;
        assert!(
            matches!(outcome, Outcome::Deferred(Cause::Protocol { .. })),
            "{outcome}"
        );
    }
    let mismatch = bob_gets(Script::default().say("RCPT TO", "250-yes\r\n550 no")).await;
    assert!(
        matches!(mismatch, Outcome::Deferred(Cause::Protocol { .. })),
        "{mismatch}"
    );
}

#[tokio::test]
async fn smtp_07_a_reply_nobody_asked_for_is_not_taken_for_the_next_answer() {
    // With the answers shifted by one, the refusal would become an acceptance.
    let script = Script::default()
        .say("MAIL FROM", "250 ok\r\n250 ok")
        .say("RCPT TO", "550 5.1.1 no");
    let outcome = bob_gets(script).await;
    assert!(
        matches!(outcome, Outcome::Deferred(Cause::Protocol { .. })),
        "{outcome}"
    );
}

#[tokio::test]
async fn smtp_07_every_step_has_its_timeout() {
    let slow = |step: &'static str, act: Act| async move {
        let server = Server::start(Script::default().on(step, act)).await;
        let mut timeouts = patient();
        let bound = match step {
            "(greeting)" => &mut timeouts.greeting,
            "EHLO" => &mut timeouts.command,
            "MAIL FROM" => &mut timeouts.mail,
            "RCPT TO" => &mut timeouts.recipient,
            "DATA" => &mut timeouts.data,
            "(dot)" => &mut timeouts.dot,
            _ => &mut timeouts.quit,
        };
        *bound = Duration::from_millis(30);
        let submitter = plain(&server).timeouts(timeouts);
        submitter.send_bytes(&bob(), MESSAGE).await
    };
    for step in ["(greeting)", "EHLO"] {
        for act in [Act::Hang, Act::Drip] {
            let error = slow(step, act).await.unwrap_err();
            assert!(
                matches!(error, SubmitError::Session(Cause::TimedOut { .. })),
                "{step}: {error}"
            );
        }
    }
    for step in ["MAIL FROM", "RCPT TO", "DATA"] {
        for act in [Act::Hang, Act::Drip] {
            let delivery = slow(step, act).await.unwrap();
            let outcome = outcomes(&delivery)[0];
            assert!(
                matches!(outcome, Outcome::Deferred(Cause::TimedOut { .. })),
                "{step}: {outcome}"
            );
        }
    }
    let delivery = slow("(dot)", Act::Hang).await.unwrap();
    let outcome = outcomes(&delivery)[0];
    assert!(
        matches!(outcome, Outcome::Unknown(Cause::TimedOut { .. })),
        "{outcome}"
    );
    // All is accepted by the time the goodbye hangs.
    assert!(slow("QUIT", Act::Hang).await.unwrap().all_accepted());
}

#[tokio::test]
async fn a_server_that_stops_reading_does_not_hold_the_message_forever() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let submitter = Submitter::danger_plaintext(HOST)
        .unwrap()
        .connect_to(listener.local_addr().unwrap())
        .timeouts(Timeouts {
            block: Duration::from_millis(50),
            ..patient()
        });
    let server = tokio::spawn(async move {
        let _open = until_data(&listener).await;
        std::future::pending::<()>().await;
    });
    let delivery = submitter.send_bytes(&bob(), &large()).await.unwrap();
    server.abort();
    let outcome = outcomes(&delivery)[0];
    let during = "the message";
    assert_eq!(outcome, &Outcome::Deferred(Cause::TimedOut { during }));
}
