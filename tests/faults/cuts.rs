//! The connection ends after every byte: of the server, of the client, and on the wire below TLS.

use super::meter::Cut;
use super::*;

/// In clear every byte is tried. With TLS, every so many: a handshake costs milliseconds. All of them:
/// `SMIME_FAULT_ALL=1 cargo test --all-features --test faults cut`.
fn step(few: usize) -> usize {
    match std::env::var_os("SMIME_FAULT_ALL") {
        Some(_) => 1,
        None => few,
    }
}

/// Cuts after every `step`th byte, and after each of the last 30.
fn places(whole: usize, step: usize) -> impl Iterator<Item = usize> {
    (1..=whole).filter(move |at| at % step == 0 || whole - at < 30)
}

async fn everywhere(script: Script, order: &Order, step: usize) {
    let tester = Tester::new().await;
    let whole = tester.run(&script, order).await;
    assert_eq!(tester.messages(&whole), order.copies.len());
    for at in places(whole.said, step) {
        let cut = script.clone().cut_after_said(at);
        let found = tester.run(&cut, order).await;
        assert_eq!(found.said, at, "the cut is not where it should be");
    }
    for at in places(whole.heard, step) {
        let cut = script.clone().cut_after_heard(at);
        let found = tester.run(&cut, order).await;
        assert_eq!(found.heard, at, "the cut is not where it should be");
    }
}

#[tokio::test]
async fn a_cut_after_every_byte_in_clear() {
    everywhere(Script::new(Mode::Plain), &order(&[3, 1, 2]), 1).await;
}

#[tokio::test]
async fn a_cut_after_every_byte_of_answers_that_come_byte_by_byte() {
    let mut script = Script::new(Mode::Plain);
    script.split = true;
    everywhere(script, &order(&[2, 1]), 1).await;
}

#[tokio::test]
async fn a_cut_inside_starttls() {
    let order = order(&[2, 1]).with_credentials();
    everywhere(Script::new(Mode::StartTls), &order, step(9)).await;
}

#[tokio::test]
async fn a_cut_inside_tls() {
    let mut script = Script::new(Mode::Tls);
    script.login = true;
    let order = order(&[2, 1]).with_credentials();
    everywhere(script, &order, step(9)).await;
}

/// The copies of a message as they are really made: one for To, one for each Bcc, with other bytes.
#[tokio::test]
async fn a_cut_inside_a_protected_message() {
    let order = Order::of(&protected());
    assert_eq!(order.copies.len(), 3);
    everywhere(Script::new(Mode::Plain), &order, step(13)).await;
    everywhere(Script::new(Mode::Tls), &order, step(301)).await;
}

#[tokio::test]
async fn a_cut_on_the_wire_below_tls() {
    let tester = Tester::new().await;
    let order = order(&[2, 1]).with_credentials();
    for (mode, few) in [(Mode::StartTls, 131), (Mode::Tls, 127)] {
        let whole = tester.run(&Script::new(mode), &order).await;
        for at in places(whole.wire_said, step(few)) {
            let mut script = Script::new(mode);
            script.cut_wire.said = Some(at);
            let found = tester.run(&script, &order).await;
            took_place(found.wire_said, at, whole.wire_said);
        }
        for at in places(whole.wire.len(), step(few)) {
            let mut script = Script::new(mode);
            script.cut_wire.heard = Some(at);
            let found = tester.run(&script, &order).await;
            took_place(found.wire.len(), at, whole.wire.len());
        }
    }
}

/// Two handshakes differ by the length of a signature, and the last alert may find nobody: only near the end can there
/// be less than what the cut leaves.
fn took_place(found: usize, at: usize, whole: usize) {
    const LAST: usize = 64;
    assert!(found <= at, "{found} bytes, cut after {at}");
    assert!(
        found == at || at + LAST > whole,
        "{found} bytes, cut after {at} of {whole}"
    );
}

/// What was said before may be lost with a reset: then it is unknown, never denied.
#[tokio::test]
async fn a_reset_after_every_byte() {
    let tester = Tester::new().await;
    let order = order(&[2, 1]);
    let whole = tester.run(&Script::new(Mode::Plain), &order).await;
    for at in 1..=whole.said {
        let mut script = Script::new(Mode::Plain);
        script.reset = true;
        script.cut = Cut {
            said: Some(at),
            heard: None,
        };
        assert_eq!(tester.run(&script, &order).await.said, at);
    }
}
