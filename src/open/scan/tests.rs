//! What all nodes of one message may hold and unpack together.

use super::*;
use crate::cert::TrustAnchors;
use crate::{ErrorKind, Limits};

fn shared(holding: Holding, limits: Limits) -> Shared {
    let mut config = Config::new(&TrustAnchors::default());
    config.limits = limits;
    config.held_bytes = 300;
    Scan::new(&Arc::new(config), Subject::Mail, holding).shared
}

fn is_limit(result: Result<(), Error>) -> bool {
    matches!(result.unwrap_err().kind(), ErrorKind::Limit { .. })
}

#[test]
fn a_message_of_many_short_parts_is_a_long_one() {
    let limits = Limits {
        held_in_all: 1_000,
        ..Limits::default()
    };
    let mut short = shared(Holding::Short, limits);
    for (held, may) in [(0, 300), (500, 300), (501, 0), (1_001, 0)] {
        short.held = held;
        assert_eq!(short.may_hold(), may, "{held}");
    }
    assert_eq!(short.may_unpack(), 1_000);
    let mut all = shared(Holding::All, limits);
    all.held = 2_000;
    assert_eq!(all.may_hold(), usize::MAX);
    assert_eq!(all.may_unpack(), u64::MAX);
    all.hold(1).unwrap();
}

#[test]
fn each_limit_is_the_last_that_is_allowed() {
    let limits = Limits {
        held_in_all: 1_000,
        decompressed_bytes: 2_000,
        mime_parts: 2,
        ..Limits::default()
    };
    let mut shared = shared(Holding::Short, limits);
    shared.hold(1_000).unwrap();
    assert!(is_limit(shared.hold(1)));
    shared.unpack(2_000).unwrap();
    assert!(is_limit(shared.unpack(1)));
    shared.part().unwrap();
    shared.part().unwrap();
    assert!(is_limit(shared.part()));
}

#[test]
fn what_waits_to_be_given_out_is_bounded() {
    let limits = Limits {
        decompression_ratio: 2,
        ..Limits::default()
    };
    let mut tapped = shared(Holding::ShortAndTapped, limits);
    let mut ledger = Ledger::default();
    // A step of 64 KiB, twice, and a MiB in any case.
    context(&mut tapped, &mut ledger).tap(&vec![0; (128 << 10) + (1 << 20)]);
    tapped.check_tap().unwrap();
    context(&mut tapped, &mut ledger).tap(&[0]);
    assert!(is_limit(tapped.check_tap()));
    let mut held = shared(Holding::Short, limits);
    context(&mut held, &mut ledger).tap(&[0]);
    assert!(held.tap.get().is_empty());
}
