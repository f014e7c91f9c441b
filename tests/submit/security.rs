//! Nobody on the way can lower the security or slip something in.

use super::certs::{Authority, Host};
use super::smtp::{Act, Script, Server};
use super::*;
use smime::submit::{SubmitError, TlsProblem};
use std::sync::Arc;
use tokio_rustls::rustls::ServerConfig;

fn starttls(server: &Server, authority: &Authority) -> Submitter {
    Submitter::starttls(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(authority.pem())
        .unwrap()
        .timeouts(patient())
        .credentials("alice", "tanstaaf")
}

/// Neither credentials nor mail went out.
fn nothing_leaked(server: &Server) {
    for command in server.commands() {
        let allowed = ["EHLO", "STARTTLS", "QUIT"];
        assert!(
            allowed.iter().any(|verb| command.starts_with(verb)),
            "{command}"
        );
    }
}

#[tokio::test]
async fn smtp_01_nothing_is_written_for_arguments_that_change_a_command() {
    let server = Server::start(Script::default()).await;
    let huge = "x".repeat(1 << 20);
    for address in [
        "a\r\nRCPT TO:<eve@example.org>@example.org",
        "a@example.org>\r\nDATA",
        "a\0@example.org",
        "a>@example.org",
        "<a@example.org",
        &format!("{huge}@example.org"),
    ] {
        // There is no such address, so none can stand in an envelope.
        assert!(Mailbox::new(address).is_err());
    }
    for name in ["a b", "a\r\nMAIL FROM:<eve@example.org>", "", &huge] {
        let sending = plain(&server).ehlo_name(name);
        let error = sending.send_bytes(&bob(), MESSAGE).await.unwrap_err();
        assert!(matches!(error, SubmitError::Invalid(_)), "{error}");
    }
    for user in ["a\0b", "a\r\nb", "", &huge] {
        let sending = plain(&server)
            .danger_credentials_in_clear()
            .credentials(user, "p");
        let error = sending.send_bytes(&bob(), MESSAGE).await.unwrap_err();
        assert!(matches!(error, SubmitError::Invalid(_)), "{error}");
    }
    for host in [
        "",
        "a b",
        "mail.example.org\r\n",
        "a/b",
        "mail.example.org:465",
    ] {
        assert!(Submitter::relay(host).is_err(), "{host:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn smtp_04_without_starttls_nothing_goes_out() {
    let authority = Authority::new(1);
    let server = Server::start(Script::offering(&["AUTH PLAIN"])).await;
    let error = starttls(&server, &authority)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    assert!(matches!(error, SubmitError::StartTlsNotOffered), "{error}");
    nothing_leaked(&server);

    let script = Script::offering(&["STARTTLS", "AUTH PLAIN"]).say("STARTTLS", "454 4.7.0 not now");
    let server = Server::start(script).await;
    let error = starttls(&server, &authority)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, SubmitError::StartTlsRefused(reply) if reply.code() == 454),
        "{error}"
    );
    nothing_leaked(&server);
}

#[tokio::test]
async fn smtp_05_replies_injected_behind_starttls_end_the_session() {
    let authority = Authority::new(1);
    let injected = "220 2.0.0 go ahead\r\n250-evil.example\r\n250 AUTH PLAIN";
    let script = Script::offering(&["STARTTLS"]).say("STARTTLS", injected);
    let server = Server::start(script).await;
    let error = starttls(&server, &authority)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    assert!(matches!(error, SubmitError::StartTlsInjection), "{error}");
    nothing_leaked(&server);

    // A little later they look like a broken handshake.
    let script = Script::offering(&["STARTTLS"]).on("STARTTLS", Act::Flood(b"220 x\r\n".to_vec()));
    let server = Server::start(script).await;
    let error = starttls(&server, &authority)
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    let refused = matches!(
        error,
        SubmitError::StartTlsInjection
            | SubmitError::Tls {
                problem: TlsProblem::Handshake { .. },
                ..
            }
    );
    assert!(refused, "{error}");
}

#[tokio::test]
async fn smtp_05_what_was_offered_before_tls_does_not_count_after_it() {
    let authority = Authority::new(1);
    let config = authority.server(Host::Dns(HOST), (2020, 2049));
    let offers = ["SIZE 10", "STARTTLS", "AUTH PLAIN"];
    let script = Script::offering(&offers).account("alice", "tanstaaf");
    let server = Server::start(script.tls(config.clone())).await;
    let sending = starttls(&server, &authority);
    let delivery = sending.send_bytes(&bob(), MESSAGE).await.unwrap();
    assert!(delivery.all_accepted(), "{delivery}");
    assert_eq!(server.messages()[0].from, "<alice@example.org>");

    let server = Server::start(Script::offering(&["AUTH PLAIN", "STARTTLS"]).tls(config)).await;
    let sending = starttls(&server, &authority);
    let error = sending.send_bytes(&bob(), MESSAGE).await.unwrap_err();
    assert!(
        matches!(&error, SubmitError::AuthNotOffered { offered } if offered.is_empty()),
        "{error}"
    );
}

async fn tls_problem(
    host: &str,
    certificate: Host<'_>,
    years: (u64, u64),
    trusted: u8,
) -> Option<TlsProblem> {
    tls_problem_of(host, Authority::new(1).server(certificate, years), trusted).await
}

async fn tls_problem_of(host: &str, config: Arc<ServerConfig>, trusted: u8) -> Option<TlsProblem> {
    let server = Server::start(Script::default().tls(config)).await;
    let sending = Submitter::relay(host)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(Authority::new(trusted).pem())
        .unwrap()
        .timeouts(patient());
    match sending.send_bytes(&bob(), MESSAGE).await {
        Ok(delivery) => {
            assert!(delivery.all_accepted());
            None
        }
        Err(SubmitError::Tls {
            host: named,
            problem,
        }) => {
            assert_eq!(named, host);
            nothing_leaked(&server);
            Some(problem)
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn smtp_06_a_certificate_that_does_not_fit_is_refused_and_named() {
    let valid = (2020, 2049);
    let wrong = tls_problem(HOST, Host::Dns("evil.example"), valid, 1).await;
    match wrong {
        Some(TlsProblem::WrongHost { presented }) => {
            assert!(
                presented.iter().any(|name| name.contains("evil.example")),
                "{presented:?}"
            );
        }
        other => panic!("{other:?}"),
    }
    let expired = tls_problem(HOST, Host::Dns(HOST), (2020, 2021), 1).await;
    assert_eq!(expired, Some(TlsProblem::Expired));
    let early = tls_problem(HOST, Host::Dns(HOST), (2048, 2049), 1).await;
    assert_eq!(early, Some(TlsProblem::NotYetValid));
    let unknown = tls_problem(HOST, Host::Dns(HOST), valid, 2).await;
    assert_eq!(unknown, Some(TlsProblem::UnknownAuthority));
    let own = Authority::self_signed(Host::Dns(HOST), valid);
    let own = tls_problem_of(HOST, own, 1).await;
    assert_eq!(own, Some(TlsProblem::UnknownAuthority));
}

#[tokio::test]
async fn smtp_06_wildcards_and_addresses() {
    let valid = (2020, 2049);
    assert_eq!(
        tls_problem(HOST, Host::Dns("*.example.org"), valid, 1).await,
        None
    );
    let deep = tls_problem("a.b.example.org", Host::Dns("*.example.org"), valid, 1).await;
    assert!(
        matches!(deep, Some(TlsProblem::WrongHost { .. })),
        "{deep:?}"
    );
    assert_eq!(
        tls_problem("192.0.2.1", Host::Ip([192, 0, 2, 1]), valid, 1).await,
        None
    );
    let other = tls_problem("192.0.2.2", Host::Ip([192, 0, 2, 1]), valid, 1).await;
    assert!(
        matches!(other, Some(TlsProblem::WrongHost { .. })),
        "{other:?}"
    );
}

#[tokio::test]
async fn smtp_06_a_server_that_does_not_speak_tls_gets_no_mail() {
    let server = Server::start(Script::default()).await;
    let error = Submitter::relay(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(Authority::new(1).pem())
        .unwrap()
        .timeouts(patient())
        .send_bytes(&bob(), MESSAGE)
        .await
        .unwrap_err();
    let handshake = matches!(
        error,
        SubmitError::Tls {
            problem: TlsProblem::Handshake { .. },
            ..
        }
    );
    assert!(handshake, "{error}");
}

#[tokio::test]
async fn new_roots_replace_those_already_used() {
    let authority = Authority::new(1);
    let script = Script::default().tls(authority.server(Host::Dns(HOST), (2020, 2049)));
    let server = Server::start(script).await;
    let used = Submitter::relay(HOST)
        .unwrap()
        .connect_to(server.address())
        .root_certificates(authority.pem())
        .unwrap()
        .timeouts(patient());
    assert!(
        used.send_bytes(&bob(), MESSAGE)
            .await
            .unwrap()
            .all_accepted()
    );
    let other = used
        .clone()
        .root_certificates(Authority::new(2).pem())
        .unwrap();
    assert!(other.send_bytes(&bob(), MESSAGE).await.is_err());
}
