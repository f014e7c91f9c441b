//! The same verdicts as `openssl verify` over hierarchies that dice make.
//!
//! Every hierarchy has roots, CAs and a leaf, and some things that are out of the ordinary: cross-signatures,
//! renewed keys, namesakes, circles, dates, key usages, constraints, policies, revocation lists. `openssl verify` and
//! [`smime::cert::path::Validator`] get the same certificates and lists at the same time. Where they disagree, a rule
//! of `hierarchies/differences.rs` must say why; a difference that no rule names is a failure, and its files are kept.
//!
//! 200 hierarchies are compared; `SMIME_HIERARCHIES=1000` makes it 1,000, the first 200 being the same. The shape of
//! each is given by its number; keys are new every time. `SMIME_HIERARCHIES_SEED` is another seed, for looking further.
//!
//! The counts are printed with `--nocapture`.

#[path = "support/ca.rs"]
mod ca;

#[path = "hierarchies/authorities.rs"]
mod authorities;
#[path = "hierarchies/constraints.rs"]
mod constraints;
#[path = "hierarchies/dice.rs"]
mod dice;
#[path = "hierarchies/differences.rs"]
mod differences;
#[path = "hierarchies/hierarchy.rs"]
mod hierarchy;
#[path = "hierarchies/lists.rs"]
mod lists;
#[path = "hierarchies/openssl.rs"]
mod openssl;
#[path = "hierarchies/ours.rs"]
mod ours;
#[path = "hierarchies/policies.rs"]
mod policies;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use differences::explain;
use hierarchy::Hierarchy;

/// Seconds since 1970 of 2026-01-01, when everything is looked at.
const NOW: u64 = 1_767_225_600;
const SEED: u64 = 5280;

/// What came out, added up.
#[derive(Default)]
struct Counts {
    both_accept: usize,
    both_refuse: usize,
    differences: BTreeMap<&'static str, usize>,
    /// How often each feature was there, and how often we accepted it.
    features: BTreeMap<&'static str, (usize, usize)>,
    unexplained: Vec<String>,
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value}")),
        Err(_) => default,
    }
}

fn compare(number: u64, seed: u64, counts: &Mutex<Counts>) {
    let hierarchy = Hierarchy::grow(seed, number);
    let ours = ours::verdict(&hierarchy);
    let theirs = openssl::verdict(&hierarchy);
    let difference = match (ours.accepts(), theirs.accepts()) {
        (true, true) | (false, false) => None,
        _ => Some(explain(&hierarchy, &ours)),
    };
    let mut counts = counts.lock().unwrap();
    for feature in &hierarchy.features {
        let (there, accepted) = counts.features.entry(feature).or_default();
        *there += 1;
        *accepted += usize::from(ours.accepts());
    }
    match difference {
        None if ours.accepts() => counts.both_accept += 1,
        None => counts.both_refuse += 1,
        Some(Some(rule)) => *counts.differences.entry(rule).or_default() += 1,
        Some(None) => {
            let files = openssl::keep(&hierarchy);
            counts.unexplained.push(format!(
                "number {number}: {}\n  we: {}\n  openssl: {}\n  with {:?}",
                files.display(),
                ours.words(),
                theirs.words.replace('\n', " | "),
                hierarchy.features,
            ));
        }
    }
}

fn show(counts: &Counts) {
    let mut out = std::io::stdout().lock();
    let mut line = |text: String| writeln!(out, "{text}").unwrap();
    line(format!(
        "accepted by both: {}, refused by both: {}",
        counts.both_accept, counts.both_refuse
    ));
    for (rule, count) in &counts.differences {
        line(format!("{count:5}  {rule}"));
    }
    line("with, and accepted by us:".into());
    for (feature, (there, accepted)) in &counts.features {
        line(format!("{there:5} {accepted:5}  {feature}"));
    }
}

#[test]
fn verdicts_are_those_of_openssl() {
    if !openssl::is_there() {
        return;
    }
    let many = setting("SMIME_HIERARCHIES", 200);
    let seed = setting("SMIME_HIERARCHIES_SEED", SEED);
    let counts = Mutex::new(Counts::default());
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let number = u64::try_from(number).unwrap();
                    if number >= many {
                        break;
                    }
                    compare(number, seed, &counts);
                }
            });
        }
    });
    let counts = counts.into_inner().unwrap();
    show(&counts);
    let differences: usize = counts.differences.values().sum();
    assert!(
        counts.unexplained.is_empty(),
        "{} differences that no rule explains:\n{}",
        counts.unexplained.len(),
        counts.unexplained.join("\n")
    );
    // The comparison says something only when both verdicts are frequent and differences are not.
    let many = usize::try_from(many).unwrap();
    assert!(counts.both_accept > many / 5, "{}", counts.both_accept);
    assert!(counts.both_refuse > many / 5, "{}", counts.both_refuse);
    assert!(differences < many / 5, "{differences}");
}
