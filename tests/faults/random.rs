//! Random scripts, each made from one number.
//!
//! `SMIME_FAULT_SEED=7 SMIME_FAULT_SCRIPTS=20000 cargo test --all-features --test faults random` plays other and more
//! scripts. One that fails shows its seed; with that and `SMIME_FAULT_SCRIPTS=1` it is played alone.

use super::*;

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    /// True in `percent` of 100.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const GOOD: [&str; 5] = [
    "250 2.0.0 ok\r\n",
    "250-2.0.0 ok\r\n250 2.0.0 ok\r\n",
    "251 2.1.5 elsewhere\r\n",
    "250\r\n",
    "200 ok\n",
];
const LATER: [&str; 5] = [
    "450 4.2.1 later\r\n",
    "451-4.3.0 some\r\n451 4.3.0 time\r\n",
    "452 4.5.3 too many\r\n",
    "421 4.3.2 going down\r\n",
    "454 4.7.0 not now\r\n",
];
const NEVER: [&str; 5] = [
    "550 5.1.1 unknown\r\n",
    "552 5.3.4 too big\r\n",
    "554-5.7.1 no\r\n554 5.7.1 never\r\n",
    "503 5.5.1 not now\r\n",
    "535 5.7.8 who are you\r\n",
];
const STRANGE: [&str; 15] = [
    "354 go ahead\r\n",
    "334 \r\n",
    "220 ready\r\n",
    "221 bye\r\n",
    "399 x\r\n",
    "150 early\r\n",
    "999 never\r\n",
    "25\r\n",
    "\r\n",
    "250ok\r\n",
    "what?\r\n",
    "250-yes\r\n550 no\r\n",
    "250-yes\r\nno\r\n",
    "250\r-yes\r\n550 no\r\n",
    "",
];

fn answer(dice: &mut Dice) -> String {
    match dice.below(6) {
        0 | 1 => dice.pick(&GOOD).to_owned(),
        2 => dice.pick(&LATER).to_owned(),
        3 => dice.pick(&NEVER).to_owned(),
        _ => dice.pick(&STRANGE).to_owned(),
    }
}

fn rule(dice: &mut Dice, script: Script, order: &Order) -> Script {
    let copy = dice.below(order.copies.len());
    let (envelope, _) = &order.copies[copy];
    let one = dice.below(envelope.recipients().len());
    let recipient = format!("RCPT TO:<{}", envelope.recipients()[one].address());
    let steps = [
        "(greeting)",
        "EHLO",
        "STARTTLS",
        "AUTH",
        "(answer)",
        "(tls)",
        "QUIT",
        "RSET",
        "RSET",
        "(message)",
        "MAIL",
        "MAIL",
        "DATA",
        "DATA",
        "(dot)",
        "(dot)",
        "(dot)",
        "RCPT",
        &recipient,
        &recipient,
        &recipient,
    ];
    let step = dice.pick(&steps).to_owned();
    let nth = dice.chance(60).then(|| dice.below(order.copies.len()));
    let begin_tls = step == "STARTTLS" && script.mode == Mode::StartTls;
    let mut say = answer(dice);
    // A whole answer must not let the server go where the client does not follow.
    if begin_tls && say.starts_with("220") {
        say = "454 4.7.0 not now\r\n".into();
    }
    let then = match (step.as_str(), dice.below(20)) {
        // The client is about to send the dot: what is said now could be taken for the answer to it.
        ("(message)", 0..10) => Then::Close,
        ("(message)", _) => {
            say.clear();
            Then::Stall
        }
        ("(tls)", 0..10) => Then::Stall,
        ("(tls)", _) => Then::Close,
        (_, 0) if !say.is_empty() => Then::Repeat,
        (_, 1 | 2) => {
            say.truncate(dice.below(say.len() + 1));
            Then::Stall
        }
        (_, 3..6) => Then::Close,
        (_, 6) => {
            say.push_str(&answer(dice));
            Then::GoOn
        }
        (_, 7) => {
            say = format!("250 {}\r\n", "x".repeat(100_000));
            Then::GoOn
        }
        _ => Then::GoOn,
    };
    // Where injected answers come in pieces, no client can tell them from others.
    let split =
        script.split && script::first_reply(say.as_bytes()).is_none_or(|(_, n)| n == say.len());
    let mut script = script.act(&step, nth, &say, then);
    script.split = split && then != Then::Repeat;
    script
}

fn order_of(dice: &mut Dice) -> Order {
    let copies: Vec<usize> = (0..1 + dice.below(3)).map(|_| 1 + dice.below(4)).collect();
    let mut order = order(&copies);
    order.all_or_nothing = dice.chance(30);
    for (_, bytes) in &mut order.copies {
        match dice.below(8) {
            0 => bytes.extend_from_slice(b"\r\n"),
            1 => bytes.extend_from_slice(b"\r\n."),
            2 => bytes.extend_from_slice(b"\r\n.\r\n"),
            // Dots around the place where one block ends and the next begins.
            3 => {
                let fill = (64 << 10) - 4 + dice.below(8) - bytes.len() % 2;
                while bytes.len() + 2 < fill {
                    bytes.push(b'x');
                }
                bytes.extend_from_slice(b"\r\n.\r\n..\r\n.x\r\n");
            }
            4 if dice.chance(30) => {
                let line = [b".".repeat(dice.below(5)), b"\r\n".to_vec()].concat();
                bytes.extend_from_slice(b"\r\n");
                bytes.extend(line.repeat(60_000));
            }
            _ => {}
        }
    }
    order
}

fn script_of(dice: &mut Dice) -> (Script, Order) {
    let mut script = Script::new(match dice.below(5) {
        0..=2 => Mode::Plain,
        3 => Mode::StartTls,
        _ => Mode::Tls,
    });
    let mut order = order_of(dice);
    order.credentials = script.mode != Mode::Plain && dice.chance(60);
    script.login = dice.chance(40);
    let small = order.copies.iter().all(|(_, bytes)| bytes.len() < 1_000);
    script.split = small && dice.chance(20);
    script.reset = dice.chance(10);
    for _ in 0..dice.below(4) {
        script = rule(dice, script, &order);
    }
    match dice.below(10) {
        0 => script.cut.said = Some(1 + dice.below(500)),
        1 => script.cut.heard = Some(1 + dice.below(800)),
        2 => script.cut_wire.said = Some(1 + dice.below(3_000)),
        3 => script.cut_wire.heard = Some(1 + dice.below(3_000)),
        _ => {}
    }
    (script, order)
}

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().expect(name),
        Err(_) => otherwise,
    }
}

#[tokio::test]
async fn random_scripts() {
    let tester = Tester::new().await;
    let seed = number("SMIME_FAULT_SEED", 1);
    let count = number("SMIME_FAULT_SCRIPTS", 1_000);
    let mut tally = std::collections::BTreeMap::<char, usize>::new();
    for seed in seed..seed + count {
        let (script, order) = script_of(&mut Dice(seed));
        let shown = Shown { seed, quiet: false };
        let (_, result) = tester.send(&script, &order).await;
        shown.well();
        let kinds = match &result {
            Ok(delivery) => delivery
                .iter()
                .map(|(_, one)| outcomes::kind(one))
                .collect(),
            Err(_) => vec!['E'],
        };
        for kind in kinds {
            *tally.entry(kind).or_default() += 1;
        }
    }
    println!("{count} scripts from {seed}: {tally:?}");
    // Otherwise the scripts would show little.
    if count >= 1_000 {
        assert!("ARDUE".chars().all(|kind| tally[&kind] > 20), "{tally:?}");
    }
}

/// Tells the seed of the script that failed.
struct Shown {
    seed: u64,
    quiet: bool,
}

impl Shown {
    fn well(mut self) {
        self.quiet = true;
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if !self.quiet {
            println!("SMIME_FAULT_SEED={} SMIME_FAULT_SCRIPTS=1", self.seed);
        }
    }
}
