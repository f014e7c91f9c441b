//! Every step of the dialogue answered in every way, or not at all.

use super::script::first_reply;
use super::*;

/// Answers that no step, or only one, should get.
const ANSWERS: [&str; 34] = [
    "200 ok\r\n",
    "221 2.0.0 bye\r\n",
    "250 2.0.0 ok\r\n",
    "250-2.0.0 one\r\n250-two\r\n250 three\r\n",
    "251 2.1.5 elsewhere\r\n",
    "252 2.1.5 perhaps\r\n",
    "235 2.7.0 welcome\r\n",
    "220 ready\r\n",
    "334 \r\n",
    "354 go ahead\r\n",
    "354-go\r\n354 ahead\r\n",
    "399 x\r\n",
    "421 4.3.2 going down\r\n",
    "421-4.3.2 going\r\n421 4.3.2 down\r\n",
    "450 4.2.1 later\r\n",
    "451-4.3.0 some\r\n451 4.3.0 time\r\n",
    "452 4.5.3 too many\r\n",
    "500 5.5.2 what\r\n",
    "503 5.5.1 not now\r\n",
    "550 5.1.1 unknown\r\n",
    "552 5.3.4 too big\r\n",
    "554-5.7.1 no\r\n554 5.7.1 never\r\n",
    "550\r\n",
    "250\n",
    // From here on no reply at all.
    "150 early\r\n",
    "600 late\r\n",
    "999 never\r\n",
    "25\r\n",
    "\r\n",
    "250ok\r\n",
    "two hundred and fifty\r\n",
    "250-yes\r\n550 no\r\n",
    "250-yes\r\nno\r\n",
    "250\r-2.0.0 folded\r\n550 5.1.1 no\r\n",
];

const STEPS: [&str; 9] = [
    "(greeting)",
    "EHLO",
    "MAIL",
    "RCPT TO:<r0.1@",
    "RCPT TO:<r1.",
    "DATA",
    "(dot)",
    "RSET",
    "QUIT",
];

#[test]
fn the_table_of_answers_is_what_it_says() {
    let unreadable = ANSWERS.iter().position(|one| one.starts_with("150"));
    for (at, answer) in ANSWERS.iter().enumerate() {
        let readable = first_reply(answer.as_bytes()).map(|(_, length)| length);
        let expected = (at < unreadable.unwrap()).then_some(answer.len());
        assert_eq!(readable, expected, "{answer:?}");
    }
}

/// RSET comes only when something failed before.
fn with_failure(step: &str, script: Script) -> Script {
    match step {
        "RSET" => script.say("RCPT TO:<r0.", "550 5.1.1 unknown\r\n"),
        _ => script,
    }
}

#[tokio::test]
async fn every_answer_at_every_step() {
    let tester = Tester::new().await;
    for all_or_nothing in [false, true] {
        let mut order = order(&[3, 1, 2]);
        order.all_or_nothing = all_or_nothing;
        for step in STEPS {
            for answer in ANSWERS {
                for then in [Then::GoOn, Then::Close] {
                    for nth in [None, Some(1)] {
                        let script = Script::new(Mode::Plain).act(step, nth, answer, then);
                        tester.run(&with_failure(step, script), &order).await;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn every_answer_to_starttls_and_auth() {
    let tester = Tester::new().await;
    let order = order(&[1]).with_credentials();
    for answer in ANSWERS {
        // Where the answer is good the client goes on to TLS, and so must the server.
        if !answer.starts_with("220") {
            let script = Script::new(Mode::StartTls).say("STARTTLS", answer);
            assert!(tester.send(&script, &order).await.1.is_err());
        }
        for step in ["AUTH", "(answer)"] {
            let mut script = Script::new(Mode::Tls).say(step, answer);
            script.login = step == "(answer)";
            tester.run(&script, &order).await;
        }
    }
}

/// Some recipients are taken, some refused, some deferred: each by its own answer.
#[tokio::test]
async fn every_recipient_has_its_own_answer() {
    let tester = Tester::new().await;
    let answers = ["250 ok\r\n", "450 later\r\n", "550 no\r\n", "552 many\r\n"];
    for all_or_nothing in [false, true] {
        let mut order = order(&[3, 2]);
        order.all_or_nothing = all_or_nothing;
        for choice in 0..64 {
            let pick = |place: usize| answers[choice >> (2 * place) & 3];
            let script = Script::new(Mode::Plain)
                .say("RCPT TO:<r0.0@", pick(0))
                .say("RCPT TO:<r0.1@", pick(1))
                .say("RCPT TO:<r0.2@", pick(2))
                .say("RCPT TO:<r1.0@", pick(0));
            let (_, result) = tester.send(&script, &order).await;
            let kinds: String = result
                .unwrap()
                .iter()
                .map(|(_, one)| outcomes::kind(one))
                .collect();
            let of = |place: usize| match (pick(place).as_bytes()[0], pick(place)) {
                (b'2', _) => 'A',
                (b'4', _) | (_, "552 many\r\n") => 'D',
                _ => 'R',
            };
            let mut expected: String = [0, 1, 2].map(of).iter().collect();
            if all_or_nothing && expected != "AAA" {
                expected = expected.replace('A', "D") + "DD";
            } else {
                expected.push(of(0));
                expected.push(if all_or_nothing && of(0) != 'A' {
                    'D'
                } else {
                    'A'
                });
            }
            assert_eq!(kinds, expected, "{script}");
        }
    }
}

/// No answer, half an answer, or one that never ends: the bound of the step counts, and no other.
#[tokio::test]
async fn smtp_07_a_stall_at_every_step() {
    let tester = Tester::new().await;
    let order = order(&[2, 1]).with_credentials();
    let (starttls, tls) = (Mode::StartTls, Mode::Tls);
    let opening = [
        (starttls, "(greeting)", None),
        (starttls, "EHLO", Some(0)),
        (starttls, "STARTTLS", None),
        (starttls, "(tls)", None),
        // The one inside TLS.
        (starttls, "EHLO", Some(1)),
        (tls, "(tls)", None),
        (tls, "AUTH", None),
        (tls, "(answer)", Some(0)),
        (tls, "(answer)", Some(1)),
    ];
    let others = ["(message)"].into_iter().chain(STEPS);
    let others = others.map(|step| (tls, step, None));
    for (mode, step, nth) in opening.into_iter().chain(others) {
        for said in ["", "2", "250-go\r\n250"] {
            let mut script = Script::new(mode);
            script.login = step == "(answer)";
            let script = with_failure(step, script.act(step, nth, said, Then::Stall));
            let (mut ledger, mut result) = tester.send(&script, &order).await;
            let reached = |ledger: &Ledger| {
                let last = ledger.exchanges.last();
                step == "(tls)" || last.is_some_and(|last| last.step.starts_with(step))
            };
            if !reached(&ledger) {
                // A busy machine was too late for a step before it that has the same bound.
                let bounds = |_| timeouts(&script, PATIENT);
                (ledger, result) = tester.send_within(bounds, &script, &order).await;
            }
            assert!(reached(&ledger), "{:#?}\n{script}", ledger.exchanges);
            let fails = opening.contains(&(mode, step, nth));
            let fails = fails || ["(greeting)", "EHLO"].contains(&step);
            assert_eq!(result.is_err(), fails, "{script}");
        }
    }
}

#[tokio::test]
async fn smtp_07_endless_and_huge_answers_at_every_step() {
    let tester = Tester::new().await;
    let order = order(&[2, 1]);
    let huge = format!("250 {}\r\n", "x".repeat(1 << 20));
    let lines = "250-x\r\n".repeat(10_000) + "250 x\r\n";
    for step in STEPS {
        for (said, then) in [
            ("250-again\r\n", Then::Repeat),
            ("250 again\r\n", Then::Repeat),
            ("2", Then::Repeat),
            ("250 \r", Then::Repeat),
            ("\0", Then::Repeat),
            (&huge, Then::GoOn),
            (&lines, Then::GoOn),
        ] {
            let script = Script::new(Mode::Plain).act(step, None, said, then);
            tester.run(&with_failure(step, script), &order).await;
        }
    }
}
