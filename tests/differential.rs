//! The same verdict and the same content as the tools people have: OpenSSL, gpgsm, NSS `cmsutil`.
//!
//! Dice make messages over all options, in both directions:
//!
//! - What this crate makes (`differential/made_here.rs`) is opened over every face and read by each of the three.
//! - What they make (`differential/made_there.rs`) is opened over every face, and read by whoever made it.
//!
//! Verdict and content must agree. `differential/differences.rs` lists what is known to differ, and why; anything else is a
//! failure that names the seed and the number which repeat it alone, and keeps the message.
//!
//! `differential/mutants.rs` makes good messages bad. What is accepted here then has to be accepted by a peer as well, with
//! the same content; `differential/repairs.rs` lists the fields in which we are more lenient, and why that does no harm.
//!
//! To accept is, for us, the verdict Trusted, or content that was decrypted and has no signature; for a peer, that all its
//! steps end well (gpgsm: a good and trusted signature, NSS: the status of each signer).
//!
//! 100 messages of each direction and 300 mutants are looked at. More of them, the first being the same:
//!
//! ```text
//! SMIME_DIFFERENTIAL=2000 SMIME_DIFFERENTIAL_MUTANTS=5000 cargo test --all-features --test differential -- --nocapture
//! ```
//!
//! `SMIME_DIFFERENTIAL_SEED` is another seed, `SMIME_DIFFERENTIAL_ONLY` one number alone (`7`) or some (`500..2000`). The shape of each message is given
//! by its number; keys are new every time. The counts are printed with `--nocapture`.

#[path = "support/ca.rs"]
mod ca;
#[path = "hierarchies/dice.rs"]
mod dice;
#[path = "support/faces.rs"]
mod faces;
#[path = "support/faces_detached.rs"]
mod faces_detached;
#[path = "support/mime.rs"]
mod mime;
#[path = "support/peers.rs"]
mod peers;
#[path = "support/people.rs"]
mod people;

#[path = "differential/cast.rs"]
mod cast;
#[path = "differential/differences.rs"]
mod differences;
#[path = "differential/letters.rs"]
mod letters;
#[path = "differential/made_here.rs"]
mod made_here;
#[path = "differential/made_there.rs"]
mod made_there;
#[path = "differential/mutants.rs"]
mod mutants;
#[path = "differential/mutation.rs"]
mod mutation;
#[path = "differential/reading.rs"]
mod reading;
#[path = "differential/repairs.rs"]
mod repairs;
#[path = "differential/tally.rs"]
mod tally;
#[path = "differential/tree.rs"]
mod tree;
#[path = "differential/unpack.rs"]
mod unpack;

use dice::Dice;
use differences::Feature;
use made_here::Made;
use reading::{Outcome, Peer, Peers, judged, opened_all, opener};
use tally::Tally;

const SEED: u64 = 8551;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name}={value}")),
        Err(_) => default,
    }
}

/// One number alone, or from one to before another (`500..2000`), when that is asked for.
fn only() -> Option<std::ops::Range<u64>> {
    let value = std::env::var("SMIME_DIFFERENTIAL_ONLY").ok()?;
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{value}"));
    Some(match value.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&value)..number(&value) + 1,
    })
}

fn numbers() -> std::ops::Range<u64> {
    only().unwrap_or(0..setting("SMIME_DIFFERENTIAL", 100))
}

/// What we say of a message, over every face.
fn ours(made: &Made) -> Outcome {
    let reader = made.readers.first().copied().map(cast::reader);
    let mut opener = opener(reader.as_ref(), &made.sender);
    if made.features.contains(&Feature::Secret) {
        let key: Vec<u8> = (0..16).collect();
        opener = opener
            .password(made_there::PASSWORD)
            .kek(&[0xc0, 0xff, 0xee], &key);
    }
    if made.features.contains(&Feature::NoCertificates) {
        let signers = cast::SIGNERS.map(cast::signer);
        opener = opener.certificates(signers.iter().map(people::Person::certificate));
    }
    judged(&opened_all(&opener, &made.message))
}

/// Counts what both say, or why they differ, or that nothing explains it.
fn compare(
    (number, made): (u64, &Made),
    ours: &Outcome,
    (peer, theirs): (Peer, &Outcome),
    tally: &mut Tally,
) {
    let what = |words: &str| format!("number {number}: {words}\n  {:?}", made.features);
    match (ours, theirs) {
        (Outcome::Accepted(ours), Outcome::Accepted(theirs)) if ours == theirs => {
            tally.count(format!("{peer:?}: accepted by both, same content"));
        }
        (Outcome::Accepted(ours), Outcome::Accepted(theirs)) => {
            let words = format!("{peer:?} reads {} bytes, not {}", theirs.len(), ours.len());
            tally.fail(&what(&words), &made.message);
        }
        (Outcome::Refused(_), Outcome::Refused(_)) => {
            let unusual: Vec<_> = made.features.iter().filter(|f| f.is_refused()).collect();
            tally.count(format!("{peer:?}: refused by both {unusual:?}"));
        }
        (Outcome::Accepted(_), Outcome::Refused(said)) => {
            match differences::peer_refuses(peer, &made.features, said) {
                Some(why) => tally.count(format!("{peer:?} refuses: {why}")),
                None => tally.fail(&what(&format!("{peer:?} refuses: {said}")), &made.message),
            }
        }
        (Outcome::Refused(said), Outcome::Accepted(_)) => {
            match differences::we_refuse(&made.features, said) {
                Some(why) => tally.count(format!("{peer:?} accepts: {why}")),
                None => tally.fail(
                    &what(&format!("{peer:?} accepts, we: {said}")),
                    &made.message,
                ),
            }
        }
    }
}

#[test]
fn what_is_made_here_is_read_by_the_peers() {
    let Some(peers) = Peers::find() else {
        return;
    };
    let seed = setting("SMIME_DIFFERENTIAL_SEED", SEED);
    let mut tally = Tally::default();
    for number in numbers() {
        tally.tell(number);
        let made = made_here::message(seed, number);
        let mut dice = Dice::new(!seed, number);
        let ours = ours(&made);
        if let (Some(leaf), Some(content)) = (&made.leaf, ours.content())
            && mime::leaf(content).1 != *leaf
        {
            let what = format!("number {number}: the content is not what was written");
            tally.fail(&what, &made.message);
        }
        // Of several readers OpenSSL takes one of those it can use, when there is one.
        let is_usable = |kind: &ca::Key| *kind != ca::Key::X25519;
        let usable: Vec<_> = made.readers.iter().copied().filter(is_usable).collect();
        let reader = match usable.is_empty() {
            true => made.readers.first().copied(),
            false => Some(*dice.one_of(&usable)),
        };
        for peer in Peer::MAIN {
            if let Some(theirs) = peers.read(peer, &made.message, reader, None) {
                compare((number, &made), &ours, (peer, &theirs), &mut tally);
            }
        }
    }
    tally.finish("made here", seed);
}

#[test]
fn what_the_peers_make_is_read_here() {
    let Some(mut peers) = Peers::find() else {
        return;
    };
    peers.knows_signers = true;
    let seed = setting("SMIME_DIFFERENTIAL_SEED", SEED);
    let mut tally = Tally::default();
    for number in numbers() {
        tally.tell(number);
        let Some((maker, made)) = made_there::message(&peers, seed, number) else {
            continue;
        };
        let ours = ours(&made);
        if let (Some(expected), Some(content)) = (&made.leaf, ours.content())
            && content != expected
        {
            let what = format!("number {number}: the content is not what {maker:?} was given");
            tally.fail(&what, &made.message);
        }
        // Its reader of MIME is asked as well: for what it refuses of its own making the CMS decides.
        let reader = made.readers.first().copied();
        let theirs = match (&made.leaf, made.features.contains(&Feature::Secret)) {
            (Some(content), true) => Some(Outcome::Accepted(content.clone())),
            _ => peers.read(maker, &made.message, reader, None),
        };
        if let Some(theirs) = theirs {
            compare((number, &made), &ours, (maker, &theirs), &mut tally);
        }
    }
    tally.finish("made by the peers", seed);
}
