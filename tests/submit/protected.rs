//! Protected messages: every copy to its own recipients, byte for byte.

use super::ca::{Ca, Key};
use super::smtp::{Script, Server};
use super::*;
use smime::submit::{Cause, Reply, Stub, SubmitError};
use smime::{Certificate, Protected, Protector};

const MAIL: &str = "From: Alice <alice@example.org>\r\nTo: bob@example.org\r\n\
    Bcc: carol@example.org\r\nSubject: hi\r\n\r\n.hello\r\n";

fn protected() -> Protected {
    protected_from(MAIL)
}

/// Encrypted to Bob and Carol.
fn protected_from(mail: &str) -> Protected {
    let ca = Ca::new("Test CA");
    let certificate = |address| Certificate::from_bytes(&ca.leaf(Key::P256, address).0).unwrap();
    let certificates = ["bob@example.org", "carol@example.org"].map(certificate);
    Protector::new()
        .encrypt_to(&certificates)
        .protect(mail)
        .unwrap()
}

#[tokio::test]
async fn each_copy_goes_to_its_readers_in_one_session() {
    let protected = protected();
    let server = Server::start(Script::default()).await;
    let delivery = plain(&server).send(&protected).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    assert_eq!(server.connections(), 1);
    let received = server.messages();
    assert_eq!(received.len(), 2);
    for (received, copy) in received.iter().zip(protected.copies()) {
        assert_eq!(received.bytes, copy.bytes());
        assert!(received.from.starts_with("<alice@example.org>"));
    }
    assert_eq!(received[0].recipients, ["<bob@example.org>"]);
    assert_eq!(received[1].recipients, ["<carol@example.org>"]);
}

#[tokio::test]
async fn the_return_path_can_be_another() {
    let server = Server::start(Script::default()).await;
    let bounces = mailbox("bounces@example.net");
    let submitter = plain(&server).return_path(&bounces);
    let delivery = submitter.send(&protected()).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    for received in server.messages() {
        assert!(received.from.starts_with("<bounces@example.net>"));
    }
}

#[tokio::test]
async fn blocking_inside_a_runtime_and_the_stub_see_the_same() {
    let protected = protected();
    let server = Server::start(Script::default()).await;
    let submitter = plain(&server);
    let sent = protected.clone();
    let delivery = tokio::task::spawn_blocking(move || submitter.send_blocking(&sent));
    assert!(delivery.await.unwrap().unwrap().all_accepted());

    let stub = Stub::new();
    assert!(stub.send(&protected).await.unwrap().all_accepted());
    let stubbed: Vec<Vec<u8>> = stub.sent().iter().map(|s| s.bytes().to_vec()).collect();
    let received: Vec<Vec<u8>> = server.messages().iter().map(|m| m.bytes.clone()).collect();
    assert_eq!(stubbed, received);
}

#[tokio::test]
async fn a_bare_entity_has_nobody_to_go_to() {
    let ca = Ca::new("Test CA");
    let bob = Certificate::from_bytes(&ca.leaf(Key::P256, "bob@example.org").0).unwrap();
    let protector = Protector::new().encrypt_to([&bob]);
    let protected = protector
        .protect("Content-Type: text/plain\r\n\r\nhi\r\n")
        .unwrap();
    assert!(protected.copies()[0].envelope().is_none());
    let server = Server::start(Script::default()).await;
    let error = plain(&server).send(&protected).await.unwrap_err();
    assert!(error.to_string().contains("no From"), "{error}");
    assert!(error.to_string().contains("send_bytes"), "{error}");
    assert_eq!(server.connections(), 0);
    let stubbed = Stub::new().send(&protected).await.unwrap_err();
    assert_eq!(stubbed.to_string(), error.to_string());
}

/// The first copy goes to nobody: the sender reads it, and To is empty.
fn only_hidden() -> Protected {
    let ca = Ca::new("Test CA");
    let certificate =
        |address: &str| Certificate::from_bytes(&ca.leaf(Key::P256, address).0).unwrap();
    let certificates =
        ["alice", "bob", "carol", "dave"].map(|name| certificate(&format!("{name}@example.org")));
    let protected = Protector::new()
        .encrypt_to(&certificates)
        .protect(
            "From: alice@example.org\r\nBcc: bob@example.org, carol@example.org, dave@example.org\r\n\r\nhi\r\n",
        )
        .unwrap();
    let nobody: Vec<bool> = protected
        .copies()
        .iter()
        .map(|copy| copy.envelope().is_none())
        .collect();
    assert_eq!(nobody, [true, false, false, false]);
    protected
}

fn bytes_for(server: &Server, address: &str) -> Vec<Vec<u8>> {
    let to = [format!("<{address}>")];
    let received = server.messages().into_iter();
    received
        .filter(|received| received.recipients == to)
        .map(|received| received.bytes)
        .collect()
}

#[tokio::test]
async fn a_retry_sends_the_copy_that_was_deferred() {
    let protected = only_hidden();
    let script = Script::default()
        .say("RCPT TO:<carol@", "450 4.2.1 later")
        .say("RCPT TO:<dave@", "550 5.1.1 no such user");
    let server = Server::start(script).await;
    let submitter = plain(&server).return_path(&mailbox("bounces@example.net"));
    let delivery = submitter.send(&protected).await.unwrap();
    let indices: Vec<usize> = delivery.copies().iter().map(|copy| copy.index()).collect();
    assert_eq!(indices, [1, 2, 3]);

    let later = Server::start(Script::default().say("RCPT TO:<carol@", "450 4.2.1 later")).await;
    let delivery = plain(&later).retry(&protected, &delivery).await.unwrap();
    assert_eq!(delivery.copies().len(), 1);
    assert_eq!(delivery.copies()[0].index(), 2);

    // Again, in one session and by hand.
    let last = Server::start(Script::default()).await;
    let submitter = plain(&last);
    let again = submitter.retry(&protected, &delivery).await.unwrap();
    assert!(again.all_accepted(), "{again}");
    for copy in delivery.copies() {
        let bytes = protected.copies()[copy.index()].bytes();
        let envelope = copy.retry().unwrap();
        let _ = submitter.send_bytes(&envelope, bytes).await.unwrap();
    }
    let carols = protected.copies()[2].bytes();
    assert_eq!(bytes_for(&last, "carol@example.org"), [carols, carols]);
    assert_eq!(last.messages().len(), 2);
    assert!(last.messages()[0].from.starts_with("<bounces@example.net>"));
    let error = submitter.retry(&protected, &again).await.unwrap_err();
    assert!(error.to_string().contains("nobody was deferred"), "{error}");
}

#[test]
fn a_stub_retries_as_a_submitter_does() {
    let protected = only_hidden();
    let deferred = Outcome::Deferred(Cause::Reply {
        during: "RCPT TO",
        reply: Reply::new(450, "later"),
    });
    let carol = mailbox("carol@example.org");
    let delivery = Stub::new()
        .answer(&carol, deferred)
        .send_blocking(&protected)
        .unwrap();
    let indices: Vec<usize> = delivery.copies().iter().map(|copy| copy.index()).collect();
    assert_eq!(indices, [1, 2, 3]);
    let stub = Stub::new();
    let again = stub.retry_blocking(&protected, &delivery).unwrap();
    assert_eq!(again.copies()[0].index(), 2);
    assert_eq!(stub.sent().len(), 1);
    assert_eq!(stub.sent()[0].envelope().recipients(), [carol]);
    assert_eq!(stub.sent()[0].bytes(), protected.copies()[2].bytes());

    // In another message this index is another person's.
    let other = protected_from(MAIL);
    let error = stub.retry_blocking(&other, &delivery).unwrap_err();
    assert!(matches!(error, SubmitError::Invalid(_)), "{error}");
    assert_eq!(stub.sent().len(), 1);
}

#[test]
fn takes_a_configuration_of_its_own_rustls() {
    use smime::submit::rustls::{ClientConfig, RootCertStore};
    let provider = std::sync::Arc::new(rustls_graviola::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let _ = Submitter::relay(HOST).unwrap().tls_config(config.into());
}
