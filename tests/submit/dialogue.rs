//! What is said, and what comes of it when the server does its part.

use super::certs::{Authority, Host};
use super::smtp::{Act, Script, Server};
use super::*;
use smime::submit::{Cause, Stub, Transport};

#[tokio::test]
async fn implicit_tls_with_auth_plain() {
    let authority = Authority::new(1);
    let script = Script::offering(&["SIZE 100000", "8BITMIME", "AUTH LOGIN PLAIN"])
        .tls(authority.server(Host::Dns(HOST), (2020, 2049)))
        .account("alice", "tanstaaf");
    let server = Server::start(script).await;
    let delivery = Submitter::relay(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(authority.pem())
        .unwrap()
        .timeouts(patient())
        .credentials("alice", "tanstaaf")
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    assert!(
        delivery.to_string().contains("250 2.0.0 queued as 1"),
        "{delivery}"
    );
    let received = &server.messages()[0];
    assert_eq!(received.bytes, MESSAGE);
    assert_eq!(
        received.from,
        format!("<alice@example.org> SIZE={}", MESSAGE.len())
    );
    assert_eq!(received.recipients, ["<bob@example.org>"]);
    assert_eq!(received.user.as_deref(), Some("alice"));
    assert!(received.tls);
    assert_eq!(
        server.commands(),
        [
            "EHLO [127.0.0.1]",
            // base64 of NUL alice NUL tanstaaf
            "AUTH PLAIN AGFsaWNlAHRhbnN0YWFm",
            &format!("MAIL FROM:<alice@example.org> SIZE={}", MESSAGE.len()),
            "RCPT TO:<bob@example.org>",
            "DATA",
            "QUIT",
        ]
    );
}

#[tokio::test]
async fn starttls_with_auth_login() {
    let authority = Authority::new(1);
    let script = Script::offering(&["STARTTLS", "AUTH=LOGIN"])
        .tls(authority.server(Host::Dns(HOST), (2020, 2049)))
        .account("alice", "tanstaaf");
    let server = Server::start(script).await;
    let delivery = Submitter::starttls(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(authority.pem())
        .unwrap()
        .timeouts(patient())
        .credentials("alice", "tanstaaf")
        .ehlo_name("client.example.org")
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    assert!(server.messages()[0].tls);
    assert_eq!(server.messages()[0].user.as_deref(), Some("alice"));
    let commands = server.commands();
    assert_eq!(
        commands[..4],
        [
            "EHLO client.example.org",
            "STARTTLS",
            "EHLO client.example.org",
            "AUTH LOGIN"
        ]
    );
}

/// 13 bytes of command and CRLF and 496 of base64 are a line, 500 are none (RFC 4954 4).
#[tokio::test]
async fn long_credentials_wait_until_they_are_asked_for() {
    for (length, asked) in [(365, false), (366, true), (4000, true)] {
        let password = "x".repeat(length);
        let script = Script::offering(&["AUTH PLAIN"]).account("alice", &password);
        let server = Server::start(script).await;
        let submitter = plain(&server)
            .danger_credentials_in_clear()
            .credentials("alice", password);
        let delivery = submitter.send_bytes(&bob(), MESSAGE).await.unwrap();
        assert!(delivery.all_accepted(), "{delivery}");
        assert_eq!(server.messages()[0].user.as_deref(), Some("alice"));
        let commands = server.commands();
        assert_eq!(commands[1] == "AUTH PLAIN", asked, "{length}");
        assert!(commands.iter().all(|line| line.len() + 2 <= 512));
    }
    // A server that does not ask is not told.
    let script = Script::offering(&["AUTH PLAIN"]).say("AUTH PLAIN", "504 5.5.4 no");
    let server = Server::start(script).await;
    let submitter = plain(&server)
        .danger_credentials_in_clear()
        .credentials("alice", "x".repeat(400));
    let error = submitter.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(error.to_string().contains("504"), "{error}");
    assert_eq!(server.commands()[1..], ["AUTH PLAIN", "QUIT"]);
}

#[tokio::test]
async fn plain_text_when_asked_for() {
    let server = Server::start(Script::default()).await;
    let delivery = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    assert_eq!(server.messages()[0].bytes, MESSAGE);
    assert_eq!(server.messages()[0].from, "<alice@example.org>");
    assert!(!server.messages()[0].tls);
}

#[tokio::test]
async fn host_and_port_lead_to_the_server() {
    let server = Server::start(Script::default()).await;
    let submitter = Submitter::danger_plaintext("127.0.0.1").unwrap();
    let submitter = submitter.port(server.address().port()).timeouts(patient());
    let delivery = submitter.send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    let submitter = Submitter::relay("mail.bücher.example").unwrap();
    assert!(format!("{submitter:?}").contains("mail.xn--bcher-kva.example"));
}

#[tokio::test]
async fn the_null_return_path() {
    let server = Server::start(Script::default()).await;
    let envelope = Envelope::new(None, [mailbox("bob@example.org")]).unwrap();
    let _ = plain(&server).send_bytes(&envelope, MESSAGE).await.unwrap();
    assert_eq!(server.messages()[0].from, "<>");
}

#[tokio::test]
async fn a_refused_recipient_does_not_stop_the_others() {
    let script = Script::default()
        .say(
            "RCPT TO:<carol@",
            "550-5.1.1 no such user\r\n550 5.1.1 really",
        )
        .say("RCPT TO:<dave@", "451 4.2.1 try later");
    let server = Server::start(script).await;
    let to = [
        "carol@example.org",
        "bob@example.org",
        "dave@example.org",
        "eve@example.org",
    ];
    let delivery = plain(&server)
        .send_bytes(&envelope(&to), MESSAGE)
        .await
        .unwrap();
    let found = outcomes(&delivery);
    match found[0] {
        Outcome::Rejected(cause) => {
            let reply = cause.reply().unwrap();
            assert_eq!(reply.code(), 550);
            assert_eq!(reply.enhanced(), Some([5, 1, 1]));
            assert!(reply.text().contains("really"));
        }
        other => panic!("{other}"),
    }
    assert!(found[1].is_accepted() && found[3].is_accepted());
    assert!(matches!(
        found[2],
        Outcome::Deferred(Cause::Reply {
            during: "RCPT TO",
            ..
        })
    ));
    assert_eq!(
        server.messages()[0].recipients,
        ["<bob@example.org>", "<eve@example.org>"]
    );
    let retry = delivery.copies()[0].retry().unwrap();
    assert_eq!(retry.recipients(), [mailbox("dave@example.org")]);
}

#[tokio::test]
async fn nobody_accepted_no_data() {
    let server = Server::start(Script::default().say("RCPT", "550 5.1.1 no")).await;
    let delivery = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(matches!(outcomes(&delivery)[0], Outcome::Rejected(_)));
    let commands = server.commands();
    assert_eq!(commands[3..], ["RSET", "QUIT"]);
}

#[tokio::test]
async fn all_or_nothing_sends_to_nobody_if_one_is_refused() {
    let script = Script::default().say("RCPT TO:<carol@", "550 5.1.1 no");
    let server = Server::start(script).await;
    let first = envelope(&["bob@example.org", "carol@example.org"]);
    let second = envelope(&["dave@example.org"]);
    let copies = vec![(&first, MESSAGE), (&second, MESSAGE)];
    let submitter = plain(&server).all_or_nothing();
    let delivery = submitter.send_copies(copies).await.unwrap();
    let found = outcomes(&delivery);
    assert_eq!(found[0], &Outcome::Deferred(Cause::AllOrNothing));
    assert!(matches!(found[1], Outcome::Rejected(_)));
    assert_eq!(found[2], &Outcome::Deferred(Cause::AllOrNothing));
    assert!(server.messages().is_empty());
    assert!(!server.commands().contains(&"DATA".to_owned()));
}

#[tokio::test]
async fn several_copies_go_over_one_connection() {
    let script = Script::default().say("RCPT TO:<carol@", "550 5.1.1 no");
    let server = Server::start(script).await;
    let envelopes =
        ["bob", "carol", "dave"].map(|name| envelope(&[&format!("{name}@example.org")]));
    let messages: Vec<Vec<u8>> = (0..3)
        .map(|n| format!("N: {n}\r\n\r\n").into_bytes())
        .collect();
    let copies = envelopes
        .iter()
        .zip(messages.iter().map(Vec::as_slice))
        .collect();
    let delivery = plain(&server).send_copies(copies).await.unwrap();
    let accepted: Vec<bool> = outcomes(&delivery)
        .iter()
        .map(|o| o.is_accepted())
        .collect();
    assert_eq!(accepted, [true, false, true]);
    let indices: Vec<usize> = delivery.copies().iter().map(|copy| copy.index()).collect();
    assert_eq!(indices, [0, 1, 2]);
    assert_eq!(server.connections(), 1);
    let received: Vec<_> = server.messages().into_iter().map(|m| m.bytes).collect();
    assert_eq!(received, [messages[0].clone(), messages[2].clone()]);
}

#[tokio::test]
async fn a_retry_sends_identical_bytes() {
    let server = Server::start(Script::default().say("(dot)", "451 4.3.0 later")).await;
    let submitter = plain(&server);
    let delivery = submitter.send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(matches!(outcomes(&delivery)[0], Outcome::Deferred(_)));
    let retry = delivery.copies()[0].retry().unwrap();

    let server = Server::start(Script::default()).await;
    let submitter = submitter.connect_to(server.address());
    for _ in 0..2 {
        let delivery = submitter.send_bytes(&retry, MESSAGE).await.unwrap();
        assert!(delivery.all_accepted());
    }
    assert_eq!(server.messages()[0].raw, server.messages()[1].raw);
    assert_eq!(server.messages()[0].bytes, MESSAGE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocking_works_inside_a_runtime() {
    let server = Server::start(Script::default()).await;
    let delivery = plain(&server).send_bytes_blocking(&bob(), MESSAGE).unwrap();
    assert!(delivery.all_accepted());
    assert_eq!(server.messages()[0].bytes, MESSAGE);
}

#[tokio::test]
async fn a_dropped_future_is_a_lost_connection() {
    let server = Server::start(Script::default().on("DATA", Act::Hang)).await;
    let submitter = plain(&server);
    let envelope = bob();
    let mut sending = Box::pin(submitter.send_bytes(&envelope, MESSAGE));
    let data = async {
        while !server.commands().contains(&"DATA".to_owned()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = &mut sending => panic!("the server never answered"),
        () = data => {}
    }
    drop(sending);
    assert!(server.messages().is_empty());
}

#[tokio::test]
async fn an_application_can_swap_the_submitter_for_a_stub() {
    let server = Server::start(Script::default()).await;
    let stub = Stub::new();
    let transports: [&dyn Transport; 2] = [&plain(&server), &stub];
    for transport in transports {
        let delivery = transport.send_bytes(&bob(), MESSAGE).await.unwrap();
        assert!(delivery.all_accepted());
    }
    assert_eq!(stub.sent()[0].bytes(), server.messages()[0].bytes);
    assert_eq!(stub.sent()[0].envelope(), &bob());
}
