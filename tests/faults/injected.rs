//! Replies that nobody asked for, and servers that are not who they should be.

use super::*;
use smime::submit::TlsProblem;

/// Sent together with an answer, more answers would shift all that follow by one.
#[tokio::test]
async fn smtp_07_answers_ahead_of_time_are_never_taken_for_others() {
    let tester = Tester::new().await;
    let good = [
        ("(greeting)", "220 x\r\n"),
        ("EHLO", "250 x\r\n"),
        ("MAIL", "250 x\r\n"),
        ("RCPT TO:<r0.0@", "250 x\r\n"),
        ("RCPT TO:<r0.1@", "550 x\r\n"),
        ("DATA", "354 x\r\n"),
        ("(dot)", "250 x\r\n"),
        ("QUIT", "221 x\r\n"),
    ];
    let order = order(&[2, 1]);
    for (at, (step, answer)) in good.iter().enumerate() {
        let rest: String = good.iter().skip(at + 1).map(|(_, next)| *next).collect();
        for injected in [
            "2",
            "\r\n",
            "250 ok\r\n",
            "354 go\r\n",
            "421 bye\r\n",
            "450 x\r\n",
            "550 x\r\n",
            &rest,
        ] {
            for then in [Then::GoOn, Then::Close] {
                let say = format!("{answer}{injected}");
                let script = Script::new(Mode::Plain).act(step, None, &say, then);
                tester.run(&script, &order).await;
            }
        }
    }
}

#[tokio::test]
async fn smtp_05_answers_behind_starttls_are_never_taken() {
    let tester = Tester::new().await;
    let order = order(&[1]).with_credentials();
    for injected in [
        "2",
        "\r\n",
        "250 ok\r\n",
        "250-test\r\n250 AUTH PLAIN\r\n",
        "\x16\x03\x03",
    ] {
        for split in [false, true] {
            let say = format!("220 2.0.0 go ahead\r\n{injected}");
            // It would go on with the handshake, as if nothing had been.
            let then = match injected.ends_with('\n') && !split {
                true => Then::GoOn,
                false => Then::Close,
            };
            let mut script = Script::new(Mode::StartTls).act("STARTTLS", None, &say, then);
            script.split = split;
            let (ledger, result) = tester.send(&script, &order).await;
            let error = result.unwrap_err();
            assert!(
                matches!(
                    error,
                    SubmitError::StartTlsInjection | SubmitError::Tls { .. }
                ),
                "{error}"
            );
            assert!(ledger.exchanges.iter().all(|one| !one.tls));
        }
    }
}

#[tokio::test]
async fn smtp_04_without_starttls_nothing_is_sent() {
    let tester = Tester::new().await;
    let order = order(&[1]).with_credentials();
    for (step, answer) in [
        ("EHLO", "250-test\r\n250 AUTH PLAIN\r\n"),
        ("EHLO", "250-test STARTTLS\r\n250 AUTH PLAIN\r\n"),
        ("EHLO", "250-test\r\n250-XSTARTTLS\r\n250 AUTH PLAIN\r\n"),
        ("STARTTLS", "454 4.7.0 not now\r\n"),
        ("STARTTLS", "250 2.0.0 ok\r\n"),
        ("STARTTLS", "500 5.5.1 unknown\r\n"),
    ] {
        let script = Script::new(Mode::StartTls).say(step, answer);
        let (ledger, result) = tester.send(&script, &order).await;
        let error = result.unwrap_err();
        assert!(
            matches!(
                error,
                SubmitError::StartTlsNotOffered | SubmitError::StartTlsRefused(_)
            ),
            "{error}"
        );
        let last = &ledger.exchanges.last().unwrap().step;
        assert!(last.starts_with("QUIT"), "{last}");
    }
}

/// Words in clear where a handshake should be.
#[tokio::test]
async fn smtp_06_a_server_without_tls_gets_no_mail() {
    let tester = Tester::new().await;
    let order = order(&[1]).with_credentials();
    // The ServerHello of a server that knows no more than TLS 1.0.
    let random = "r".repeat(32);
    let tls_1_0 = format!("\x16\x03\x01\0\x2a\x02\0\0\x26\x03\x01{random}\0\0\x2f\0");
    for mode in [Mode::StartTls, Mode::Tls] {
        for said in [
            "220 test ESMTP\r\n",
            "\x15\x03\x03\0\x02\x02\x28",
            "x",
            &tls_1_0,
        ] {
            let script = Script::new(mode).act("(tls)", None, said, Then::Close);
            let error = tester.send(&script, &order).await.1.unwrap_err();
            let refused = match error {
                SubmitError::Tls { .. } => true,
                SubmitError::StartTlsInjection => mode == Mode::StartTls,
                _ => false,
            };
            assert!(refused, "{error}");
        }
    }
}

#[tokio::test]
async fn smtp_06_a_wrong_certificate_is_the_end_after_starttls_too() {
    let good = Authority::new(1);
    let valid = (2020, 2049);
    let order = order(&[1]).with_credentials();
    for (made, wrong) in [
        (good.server(Host::Dns("evil.example"), valid), "host"),
        (good.server(Host::Ip([192, 0, 2, 1]), valid), "host"),
        (good.server(Host::Dns(HOST), (2020, 2021)), "expired"),
        (good.server(Host::Dns(HOST), (2048, 2049)), "early"),
        (
            Authority::new(2).server(Host::Dns(HOST), valid),
            "authority",
        ),
        (Authority::self_signed(Host::Dns(HOST), valid), "authority"),
    ] {
        let tester = Tester::with(made).await;
        for mode in [Mode::StartTls, Mode::Tls] {
            let (ledger, result) = tester.send(&Script::new(mode), &order).await;
            let Err(SubmitError::Tls { host, problem }) = result else {
                panic!("{wrong}: {result:?}");
            };
            assert_eq!(host, HOST);
            let named = match problem {
                TlsProblem::WrongHost { .. } => "host",
                TlsProblem::Expired => "expired",
                TlsProblem::NotYetValid => "early",
                TlsProblem::UnknownAuthority => "authority",
                other => panic!("{wrong}: {other}"),
            };
            assert_eq!(named, wrong);
            assert!(ledger.exchanges.iter().all(|one| !one.tls));
        }
    }
}

/// What has been begun behind an answer must end within the bound of the step that finds it, not within another.
#[tokio::test]
async fn smtp_07_half_an_answer_ahead_of_time_has_the_bound_of_its_step() {
    let tester = Tester::new().await;
    let order = order(&[1]);
    for (step, answer) in [
        ("EHLO", "250 test\r\n2"),
        ("MAIL", "250 ok\r\n2"),
        ("RCPT", "250 ok\r\n2"),
        ("DATA", "354 go\r\n2"),
        ("(dot)", "250 ok\r\n2"),
    ] {
        let script = Script::new(Mode::Plain).say(step, answer);
        let bounds = |short| {
            let mut bounds = Timeouts::all(NEVER);
            *match step {
                "EHLO" => &mut bounds.mail,
                "MAIL" => &mut bounds.recipient,
                "RCPT" => &mut bounds.data,
                "DATA" => &mut bounds.block,
                _ => &mut bounds.quit,
            } = short;
            bounds
        };
        let (ledger, result) = tester.send_within(bounds, &script, &order).await;
        let accepted = result.unwrap().all_accepted();
        assert_eq!(accepted, step == "(dot)");
        assert_eq!(tester.messages(&ledger), usize::from(accepted));
    }
}
