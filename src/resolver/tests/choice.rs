//! The rule of choice, one step after the other.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::*;
use crate::check::Reason;
use crate::policy::StandardPolicy;

/// 2026-01-01.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// The place of the choice in `found`; asks in both orders, which must not matter.
fn chosen(found: &[FoundCertificate]) -> Option<usize> {
    let to = mailbox("bob@example.org");
    let policy = StandardPolicy::at(now());
    let mut reversed = found.to_vec();
    reversed.reverse();
    let choice = |found| {
        let choice = choose(found, Some(&to), now(), &policy, |_| {
            Ok::<(), Vec<Reason>>(())
        });
        choice.ok().map(|choice| choice.found.clone())
    };
    let one = choice(found);
    assert_eq!(one, choice(&reversed));
    one.and_then(|one| found.iter().position(|f| *f == one))
}

fn bob(ca: &Ca, kind: Key, from: &str, to: &str) -> Certificate {
    read(
        &ca.certify(kind, "bob@example.org")
            .validity(from, to)
            .issue()
            .0,
    )
}

#[test]
fn step_by_step() {
    use FoundCertificate as Found;
    let ca = Ca::new("Test CA");
    let plain = bob(&ca, Key::P256, "240101000000Z", "491231235959Z");
    let stronger = bob(&ca, Key::P384, "240101000000Z", "491231235959Z");
    let longer = bob(&ca, Key::P256, "240101000000Z", "20500101000000Z");
    let newer = bob(&ca, Key::P256, "250101000000Z", "270101000000Z");
    let future = bob(&ca, Key::P521, "260102000000Z", "20500101000000Z");
    let expired = bob(&ca, Key::P521, "250601000000Z", "251231235959Z");
    let foreign = read(
        &ca.certify(Key::P256, "carol@example.org")
            .validity("230101000000Z", "491231235959Z")
            .issue()
            .0,
    );

    let candidates = |all: &[&Certificate]| -> Vec<Found> {
        all.iter().map(|&c| Found::candidate(c.clone())).collect()
    };
    // The stronger key; before it the longer validity; before that the newer one.
    assert_eq!(chosen(&candidates(&[&plain, &stronger])), Some(1));
    assert_eq!(chosen(&candidates(&[&plain, &stronger, &longer])), Some(2));
    assert_eq!(
        chosen(&candidates(&[&plain, &stronger, &longer, &newer])),
        Some(3)
    );
    // What cannot be used is not looked at.
    assert_eq!(
        chosen(&candidates(&[&future, &plain, &expired, &foreign])),
        Some(1)
    );
    // Pinned before candidate, bound before pinned, whatever the rest says.
    let mut found = candidates(&[&newer, &stronger]);
    found.push(Found::pinned(plain.clone()));
    assert_eq!(chosen(&found), Some(2));
    found.push(Found::bound(foreign.clone()));
    assert_eq!(chosen(&found), Some(3));
    // Pinned does not make it usable, and a binding is for the address only.
    let pinned = [
        Found::pinned(expired.clone()),
        Found::candidate(plain.clone()),
        Found::bound(future),
    ];
    assert_eq!(chosen(&pinned), Some(1));
    // All equal: the DER decides, always the same way.
    let twin = bob(&ca, Key::P256, "240101000000Z", "491231235959Z");
    let first = if plain.to_der() < twin.to_der() { 0 } else { 1 };
    assert_eq!(chosen(&candidates(&[&plain, &twin])), Some(first));
}

#[test]
fn every_unusable_one_is_reported() {
    let ca = Ca::new("Test CA");
    let expired = bob(&ca, Key::P256, "200101000000Z", "210101000000Z");
    let foreign = read(
        &ca.certify(Key::P256, "carol@example.org")
            .key_usage(Some(DIGITAL_SIGNATURE))
            .issue()
            .0,
    );
    let found = [expired.clone().into(), foreign.clone().into()];
    let to = mailbox("bob@example.org");
    let policy = StandardPolicy::at(now());
    let all = |_: &FoundCertificate| Ok::<(), Vec<Reason>>(());
    let unusable = choose(&found, Some(&to), now(), &policy, all).unwrap_err();
    assert_eq!(unusable.len(), 2);
    assert_eq!(unusable[0].0, expired.description());
    assert!(matches!(unusable[0].1[..], [Reason::Expired { .. }]));
    assert_eq!(unusable[1].0, foreign.description());
    assert!(matches!(
        unusable[1].1[..],
        [
            Reason::AddressMismatch { .. },
            Reason::KeyUsage {
                needed: "keyAgreement"
            }
        ]
    ));
    assert!(
        choose(&[], Some(&to), now(), &policy, all)
            .unwrap_err()
            .is_empty()
    );
}

/// Validation is asked from the best downwards, and only as far as needed; what it refuses is passed over.
#[test]
fn what_is_refused_makes_room_for_the_next() {
    use FoundCertificate as Found;
    let ca = Ca::new("Test CA");
    let old = bob(&ca, Key::P256, "240101000000Z", "491231235959Z");
    let new = bob(&ca, Key::P256, "250101000000Z", "491231235959Z");
    let pinned = bob(&ca, Key::P256, "230101000000Z", "491231235959Z");
    let expired = bob(&ca, Key::P256, "200101000000Z", "210101000000Z");
    let found = [
        Found::candidate(old.clone()),
        Found::candidate(expired.clone()),
        Found::pinned(pinned.clone()),
        Found::candidate(new.clone()),
    ];
    let to = mailbox("bob@example.org");
    let policy = StandardPolicy::at(now());
    let ask = |refused: &[&Certificate]| {
        let mut asked = Vec::new();
        let choice = choose(&found, Some(&to), now(), &policy, |one| {
            asked.push(one.certificate().clone());
            match refused.contains(&one.certificate()) {
                true => Err(vec![Reason::Unvalidated]),
                false => Ok(asked.len()),
            }
        });
        let choice = choice.map(|choice| {
            let over = choice.passed_over.into_iter().map(|(name, _)| name);
            (
                choice.found.certificate().clone(),
                choice.accepted,
                over.collect::<Vec<_>>(),
            )
        });
        (choice, asked)
    };
    let (choice, asked) = ask(&[]);
    assert_eq!(choice, Ok((pinned.clone(), 1, Vec::new())));
    assert_eq!(asked, std::slice::from_ref(&pinned));
    let (choice, asked) = ask(&[&pinned, &new]);
    let over = vec![pinned.description(), new.description()];
    assert_eq!(choice, Ok((old.clone(), 3, over)));
    assert_eq!(asked, [pinned.clone(), new.clone(), old.clone()]);
    // All of them in the order found, each with its own reasons.
    let (choice, _) = ask(&[&pinned, &new, &old]);
    let unusable = choice.unwrap_err();
    let names: Vec<_> = unusable.iter().map(|(name, _)| name.clone()).collect();
    let expected = [&old, &expired, &pinned, &new].map(Certificate::description);
    assert_eq!(names, expected);
    assert!(matches!(unusable[1].1[..], [Reason::Expired { .. }]));
    assert_eq!(unusable[3].1, [Reason::Unvalidated]);
}
