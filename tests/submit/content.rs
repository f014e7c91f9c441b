//! The bytes, and what the server must offer for them.

use super::smtp::{Script, Server};
use super::*;
use smime::submit::{Cause, SubmitError};

#[tokio::test]
async fn smtp_03_hostile_bodies_arrive_byte_for_byte_as_one_message() {
    let server = Server::start(Script::default()).await;
    let bodies = [
        ".\r\n",
        "\r\n.\r\nMAIL FROM:<eve@example.org>\r\nRCPT TO:<eve@example.org>\r\nDATA\r\nx\r\n.\r\n",
        "..\r\n...\r\n\r\n.\r\n..",
        ".",
        "a\r\n\r\n\r\n.b\r\n",
        "no line end",
        "",
    ];
    for (at, body) in bodies.iter().enumerate() {
        let message = format!("Subject: x\r\n\r\n{body}").into_bytes();
        let delivery = plain(&server).send_bytes(&bob(), &message).await.unwrap();
        assert!(delivery.all_accepted());
        let received = server.messages();
        assert_eq!(received.len(), at + 1, "{body:?}");
        let mut expected = message;
        if !expected.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        assert_eq!(received[at].bytes, expected);
        for end in [
            "\r\n.\r\n",
            "\n.\n",
            "\n.\r\n",
            "\r.\r",
            "\r\n.\n",
            "\r\n.\r",
        ] {
            let raw = [b"\r\n", received[at].raw.as_slice()].concat();
            // Servers that take CR or LF alone for a line end see no earlier end than strict ones.
            let ends = ends_of(&raw, end.as_bytes());
            assert!(
                ends.iter().all(|found| *found >= raw.len() - 1),
                "{end:?} in {body:?}"
            );
        }
    }
}

/// Where the pattern ends in the bytes.
fn ends_of(bytes: &[u8], pattern: &[u8]) -> Vec<usize> {
    let windows = bytes.windows(pattern.len()).enumerate();
    let found = windows.filter(|(_, window)| *window == pattern);
    found.map(|(at, _)| at + pattern.len()).collect()
}

#[tokio::test]
async fn smtp_03_bytes_that_servers_disagree_about_are_refused_before_connecting() {
    let server = Server::start(Script::default()).await;
    for (message, position) in [
        ("a: b\r\n\r\nx\n.\ny", 9),
        ("a: b\r\n\r\nx\r.\ry", 9),
        ("a: b\r\n\r\nx\n.\r\ny", 9),
        ("a: b\r\n\r\n\0", 8),
    ] {
        let error = plain(&server)
            .send_bytes(&bob(), message.as_bytes())
            .await
            .unwrap_err();
        assert!(matches!(error, SubmitError::Invalid(_)));
        assert!(
            error.to_string().contains(&format!("byte {position}")),
            "{error}"
        );
    }
    assert!(plain(&server).send_bytes(&bob(), b"").await.is_err());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_large_message_goes_in_blocks_and_arrives_whole() {
    let server = Server::start(Script::default()).await;
    let line = ".dots at the start and an odd length, so that blocks end everywhere\r\n";
    let message = format!("Subject: x\r\n\r\n{}", line.repeat(30_000)).into_bytes();
    let delivery = plain(&server).send_bytes(&bob(), &message).await.unwrap();
    assert!(delivery.all_accepted());
    assert!(server.messages()[0].bytes == message);
}

#[tokio::test]
async fn smtp_08_a_message_larger_than_size_is_not_sent() {
    let limit = MESSAGE.len();
    let server = Server::start(Script::offering(&[&format!("SIZE {limit}")])).await;
    let delivery = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(delivery.all_accepted());

    let larger = [MESSAGE, b"x\r\n"].concat();
    let delivery = plain(&server).send_bytes(&bob(), &larger).await.unwrap();
    let size = larger.len() as u64;
    let limit = limit as u64;
    assert_eq!(
        outcomes(&delivery),
        [&Outcome::Rejected(Cause::TooLarge { size, limit })]
    );
    assert_eq!(server.messages().len(), 1);
}

#[tokio::test]
async fn smtp_08_8_bit_needs_8bitmime() {
    let message = "Subject: x\r\n\r\nGrüße\r\n".as_bytes();
    let server = Server::start(Script::default()).await;
    let delivery = plain(&server).send_bytes(&bob(), message).await.unwrap();
    assert!(
        delivery.to_string().contains("does not offer 8BITMIME"),
        "{delivery}"
    );
    assert!(matches!(outcomes(&delivery)[0], Outcome::Rejected(_)));
    assert!(
        server
            .commands()
            .iter()
            .all(|line| !line.starts_with("MAIL"))
    );

    let server = Server::start(Script::offering(&["8BITMIME"])).await;
    let delivery = plain(&server).send_bytes(&bob(), message).await.unwrap();
    assert!(delivery.all_accepted());
    assert_eq!(
        server.messages()[0].from,
        "<alice@example.org> BODY=8BITMIME"
    );
    assert_eq!(server.messages()[0].bytes, message);
    let _ = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    assert_eq!(server.messages()[1].from, "<alice@example.org>");
}

#[tokio::test]
async fn smtp_08_smtputf8_where_it_is_needed() {
    let mixed = envelope(&["jürgen@example.org", "bob@bücher.example"]);
    let server = Server::start(Script::offering(&["8BITMIME"])).await;
    let delivery = plain(&server).send_bytes(&mixed, MESSAGE).await.unwrap();
    let found = outcomes(&delivery);
    let not_offered = |outcome: &Outcome| {
        let needed = matches!(
            outcome,
            Outcome::Rejected(Cause::NotOffered {
                extension: "SMTPUTF8",
                ..
            })
        );
        assert!(needed, "{outcome}");
    };
    not_offered(found[0]);
    assert!(found[1].is_accepted());
    assert_eq!(
        server.messages()[0].recipients,
        ["<bob@xn--bcher-kva.example>"]
    );

    let header = "Subject: Grüße\r\n\r\nx\r\n".as_bytes();
    not_offered(outcomes(&plain(&server).send_bytes(&bob(), header).await.unwrap())[0]);
    let from = Envelope::new(
        Some(mailbox("jürgen@example.org")),
        [mailbox("bob@example.org")],
    );
    let delivery = plain(&server)
        .send_bytes(&from.unwrap(), MESSAGE)
        .await
        .unwrap();
    not_offered(outcomes(&delivery)[0]);
    assert_eq!(server.messages().len(), 1);

    let server = Server::start(Script::offering(&["8BITMIME", "SMTPUTF8"])).await;
    let delivery = plain(&server).send_bytes(&mixed, header).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    let received = &server.messages()[0];
    assert_eq!(received.from, "<alice@example.org> BODY=8BITMIME SMTPUTF8");
    assert_eq!(
        received.recipients,
        ["<jürgen@example.org>", "<bob@xn--bcher-kva.example>"]
    );
    let _ = plain(&server).send_bytes(&bob(), MESSAGE).await.unwrap();
    assert_eq!(server.messages()[1].from, "<alice@example.org>");
}
