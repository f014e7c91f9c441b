//! Good messages made bad: nothing is accepted here that all peers refuse.

use std::panic::AssertUnwindSafe;

use crate::ca;
use crate::cast;
use crate::dice::Dice;
use crate::differences::Feature;
use crate::made_here::{self, Made};
use crate::made_there;
use crate::mutation;
use crate::reading::{Message, Outcome, Peer, Peers, judged, opened, opened_all, opener};
use crate::repairs::Repair;
use crate::tally::Tally;
use crate::unpack;
use crate::{SEED, only, ours, setting};

/// Good messages of both directions that some peer reads, to be made bad.
fn bases(peers: &Peers, seed: u64, many: usize) -> Vec<Made> {
    let mut bases = Vec::new();
    let mut number = 1_000_000;
    while bases.len() < many {
        number += 1;
        let made = match number % 3 {
            0 => made_there::message(peers, seed, number).map(|(_, made)| made),
            _ => Some(made_here::message(seed, number)),
        };
        let Some(made) = made else { continue };
        let is_small = made.message.bytes().len() < 30_000;
        let reader = made.readers.first().copied();
        let is_odd = made.features.contains(&Feature::Secret)
            || made.features.contains(&Feature::Compressed);
        if is_odd || !is_small || ours(&made).content().is_none() {
            continue;
        }
        let reads = |peer: &Peer| {
            let theirs = peers.read(*peer, &made.message, reader, None);
            theirs.is_some_and(|theirs| theirs.content().is_some())
        };
        if Peer::MAIN.iter().any(reads) {
            bases.push(made);
        }
    }
    bases
}

/// Says whether a peer accepts with this content, and which.
fn accepted_by(
    peers: &Peers,
    message: &Message,
    reader: Option<ca::Key>,
    ours: Option<&[u8]>,
) -> Result<Peer, String> {
    let mut said = String::new();
    for peer in Peer::ALL {
        match peers.read(peer, message, reader, ours) {
            Some(Outcome::Accepted(theirs)) => match ours {
                Some(ours) if unpack::canonical(ours) != unpack::canonical(&theirs) => {
                    said += &format!("{peer:?}: another content; ");
                }
                _ => return Ok(peer),
            },
            Some(Outcome::Refused(words)) => {
                let words: Vec<&str> = words.lines().take(5).collect();
                said += &format!("\n  {peer:?}: {}", words.join("\n    "));
            }
            None => {}
        }
    }
    Err(said)
}

/// The field that all peers stumble over, when it is one of those that decide nothing.
fn explained(
    peers: &Peers,
    (mutant, base): (&Message, &Made),
    reader: Option<ca::Key>,
    ours: &[u8],
) -> Option<Repair> {
    Repair::ALL.into_iter().find(|repair| {
        repair
            .apply(mutant, &base.message)
            .is_some_and(|repaired| accepted_by(peers, &repaired, reader, Some(ours)).is_ok())
    })
}

/// Our reason without what belongs to one message only.
fn reason(said: &str) -> String {
    let mut quoted = false;
    let plain: String = said
        .chars()
        .map(|c| if c.is_ascii_digit() { '#' } else { c })
        .filter(|c| {
            quoted ^= *c == '"';
            !quoted
        })
        .collect();
    plain.chars().take(90).collect()
}

#[test]
fn nothing_is_accepted_that_all_peers_refuse() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let seed = setting("SMIME_DIFFERENTIAL_SEED", SEED);
    let many = setting("SMIME_DIFFERENTIAL_MUTANTS", 300);
    let bases = bases(
        &peers,
        seed,
        usize::try_from(many / 25).unwrap().clamp(12, 120),
    );
    let mut tally = Tally::default();
    for number in only().unwrap_or(0..many) {
        tally.tell(number);
        let mut dice = Dice::new(seed ^ 0x5a5a, number);
        let base = dice.one_of(&bases);
        let other = dice.one_of(&bases);
        let (message, way) = mutation::mutant(base, other, &mut dice);
        let reader = base.readers.first().copied();
        let person = reader.map(cast::reader);
        let opener = opener(person.as_ref(), &base.sender);
        let all_faces = number % 8 == 0;
        let ours = std::panic::catch_unwind(AssertUnwindSafe(|| {
            judged(&match all_faces {
                true => opened_all(&opener, &message),
                false => opened(&opener, &message),
            })
        }));
        tally.count(format!(
            "mutants of kind {}",
            way.split('+').next().unwrap_or_default()
        ));
        match ours {
            Err(_) => {
                let what = format!("mutant {number} ({way}): a panic, or faces that differ");
                tally.fail(&what, &message);
            }
            Ok(Outcome::Accepted(content)) => {
                tally.count("accepted by us");
                match accepted_by(&peers, &message, reader, Some(&content)) {
                    Ok(peer) => tally.count(format!("accepted by us and {peer:?}")),
                    Err(said) => match explained(&peers, (&message, base), reader, &content) {
                        Some(repair) => {
                            tally.count(format!("accepted by us only: {}", repair.why()))
                        }
                        None => {
                            let what =
                                format!("mutant {number} ({way}) {:?}: {said}", base.features);
                            tally.fail(&what, &message);
                        }
                    },
                }
            }
            Ok(Outcome::Refused(said)) => {
                tally.count("refused by us");
                if number % 20 == 0 {
                    tally.count("refused by us, shown to the peers");
                    if let Ok(peer) = accepted_by(&peers, &message, reader, None) {
                        tally.count(format!("accepted by {peer:?} only; we: {}", reason(&said)));
                    }
                }
            }
        }
    }
    tally.finish("mutants", seed);
}
