//! Passwords go to the server and nowhere else.

use super::certs::{Authority, Host};
use super::smtp::{Script, Server};
use super::*;
use smime::submit::SubmitError;

const PASSWORD: &str = "tanstaaftanstaaf";

fn shows_no_secret(text: &str) {
    for secret in [
        PASSWORD,
        "dGFuc3RhYWZ0YW5zdGFhZg==",
        "AGFsaWNlAHRhbnN0YWFmdGFuc3RhYWY=",
    ] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[test]
fn smtp_09_credentials_are_not_in_debug() {
    let submitter = Submitter::relay(HOST)
        .unwrap()
        .credentials("alice", PASSWORD);
    let text = format!("{submitter:?} {submitter:#?}");
    shows_no_secret(&text);
    assert!(!text.contains("alice"), "{text}");
}

#[tokio::test]
async fn smtp_09_a_refusal_that_repeats_the_credentials_is_cut() {
    let authority = Authority::new(1);
    let wrong = "535 5.7.8 not valid: AGFsaWNlAHRhbnN0YWFmdGFuc3RhYWY=";
    let script = Script::offering(&["AUTH PLAIN"])
        .tls(authority.server(Host::Dns(HOST), (2020, 2049)))
        .say("AUTH", wrong);
    let server = Server::start(script).await;
    let error = Submitter::relay(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(authority.pem())
        .unwrap()
        .timeouts(patient())
        .credentials("alice", PASSWORD)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, SubmitError::AuthRefused(reply) if reply.code() == 535),
        "{error}"
    );
    shows_no_secret(&format!("{error} {error:?}"));
}

#[tokio::test]
async fn credentials_do_not_go_over_plain_text_unless_allowed() {
    let script = Script::offering(&["AUTH PLAIN"]).account("alice", PASSWORD);
    let server = Server::start(script).await;
    let submitter = plain(&server).credentials("alice", PASSWORD);
    let error = submitter.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(
        error.to_string().contains("danger_credentials_in_clear"),
        "{error}"
    );
    assert_eq!(server.connections(), 0);
    let allowed = submitter.danger_credentials_in_clear();
    assert!(
        allowed
            .send_bytes(&bob(), MESSAGE)
            .await
            .unwrap()
            .all_accepted()
    );
}

#[tokio::test]
async fn wrong_password_and_unknown_mechanisms() {
    let script = Script::offering(&["AUTH PLAIN LOGIN"]).account("alice", PASSWORD);
    let server = Server::start(script).await;
    let submitter = plain(&server).danger_credentials_in_clear();
    let wrong = submitter.clone().credentials("alice", "other");
    let error = wrong.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(
        matches!(&error, SubmitError::AuthRefused(reply) if reply.code() == 535),
        "{error}"
    );
    // One attempt only, and a polite goodbye.
    let attempts = server
        .commands()
        .iter()
        .filter(|line| line.starts_with("AUTH"))
        .count();
    assert_eq!(attempts, 1);
    assert_eq!(server.commands().last().unwrap(), "QUIT");

    let server = Server::start(Script::offering(&["AUTH GSSAPI XOAUTH2"])).await;
    let submitter = submitter
        .connect_to(server.address())
        .credentials("alice", PASSWORD);
    let error = submitter.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(error.to_string().contains("GSSAPI, XOAUTH2"), "{error}");
}
