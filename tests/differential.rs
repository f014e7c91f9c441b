//! The same verdict and the same content as the tools people have: OpenSSL, gpgsm, NSS `cmsutil`.
//!
//! Dice make messages over all options, in both directions:
//!
//! - What this crate makes (`differential/made_here.rs`, `options.rs`) is opened over every face and read by each of the three.
//! - What they make (`differential/made_there.rs`, `made_by_others.rs`) is opened over every face, and read by whoever made
//!   it.
//!
//! Everybody must get what was written, signed if it was signed, with the key of each reader. `differential/differences.rs`
//! lists what is known to differ, and why; anything else is a failure that names the seed and the number which repeat it
//! alone, and keeps the message. That we refuse something is a failure as well, whatever the peers say, unless the message
//! has what must be refused; and so it is when we accept that. Each peer has to accept its share.
//!
//! `differential/mutants.rs` makes good messages bad, some of them before they are encrypted. What is accepted here then has
//! to be signed by the sender and accepted by a peer as well, with the same content and a signature if we say so;
//! `differential/repairs.rs` lists the fields in which we are more lenient, and why that does no harm.
//!
//! To accept is, for us, the verdict Trusted, or content that was decrypted and has no signature; for a peer, that all its
//! steps end well (gpgsm: a good and trusted signature, NSS: the status of each signer). With a signature is, for us,
//! Trusted; for a peer, that it verified one.
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
#[path = "differential/certificate_mutation.rs"]
mod certificate_mutation;
#[path = "differential/differences.rs"]
mod differences;
#[path = "differential/letters.rs"]
mod letters;
#[path = "differential/made_by_others.rs"]
mod made_by_others;
#[path = "differential/made_here.rs"]
mod made_here;
#[path = "differential/made_there.rs"]
mod made_there;
#[path = "differential/mime_mutation.rs"]
mod mime_mutation;
#[path = "differential/mutants.rs"]
mod mutants;
#[path = "differential/mutation.rs"]
mod mutation;
#[path = "differential/options.rs"]
mod options;
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

use cast::Who;
use dice::Dice;
use differences::Feature;
use made_here::{Made, Says};
use reading::{Accepted, Outcome, Peer, Peers, judged, opened, opened_all, opener};
use smime::Opener;
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

/// An opener with the key of this reader, and what else such a message needs.
fn opened_by(made: &Made, reader: Option<Who>) -> Opener {
    let person = reader.map(Who::person);
    let mut opener = opener(person.as_ref(), &made.sender);
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
    opener
}

/// What we say of a message: over every face for one reader, in memory for the others, who must get the same.
fn ours(made: &Made, dice: &mut Dice) -> Outcome {
    let mut readers = made.readers.clone();
    let first = match readers.is_empty() {
        true => None,
        false => Some(readers.swap_remove(dice.below(readers.len()))),
    };
    let ours = judged(&opened_all(&opened_by(made, first), &made.message));
    for reader in readers {
        let other = judged(&opened(&opened_by(made, Some(reader)), &made.message));
        let is_same = match (&ours, &other) {
            (Outcome::Refused(_), Outcome::Refused(_)) => true,
            (ours, other) => ours == other,
        };
        if !is_same {
            return Outcome::Refused(format!("{first:?}: {ours:?}, but {reader:?}: {other:?}"));
        }
    }
    ours
}

/// What is wrong with what we say, whatever the peers say.
fn wrong(made: &Made, ours: &Outcome) -> Option<String> {
    let mut refused = made.features.iter().filter(|f| f.is_refused());
    match (ours, refused.next()) {
        (Outcome::Accepted(_), Some(feature)) => Some(format!("{feature:?} is accepted")),
        (Outcome::Accepted(ours), None) => {
            let is_signed = made.features.contains(&Feature::Signed);
            let is_said = made.says.is(&ours.content);
            match is_signed == ours.is_signed {
                false => Some(format!("signed: {is_signed}, but read as {ours:?}")),
                true => (!is_said).then(|| "the content is not what was written".into()),
            }
        }
        (Outcome::Refused(said), _) => match differences::we_refuse(&made.features, said) {
            Some(_) => None,
            None => Some(format!("refused by us: {said}")),
        },
    }
}

/// Counts what both say, or why they differ, or that nothing explains it.
fn compare(
    (number, made): (u64, &Made),
    ours: &Outcome,
    (peer, reader, theirs): (Peer, Option<Who>, &Outcome),
    tally: &mut Tally,
) {
    let fail = |tally: &mut Tally, words: String| {
        let what = format!("number {number}: {words}\n  {:?}", made.features);
        tally.fail(&what, &made.message);
    };
    let is_same = ours.is_accepted() && ours == theirs;
    tally.compared(peer, is_same);
    match (ours, theirs) {
        (Outcome::Accepted(_), Outcome::Accepted(_)) if is_same => {
            tally.count(format!("{peer:?}: accepted by both, same content"));
        }
        (Outcome::Accepted(ours), Outcome::Accepted(theirs)) => {
            fail(tally, format!("{peer:?} reads {theirs:?}, not {ours:?}"));
        }
        (Outcome::Refused(said), Outcome::Refused(_)) => {
            let why = differences::we_refuse(&made.features, said).unwrap_or("without a reason");
            tally.count(format!("{peer:?}: refused by both: {why}"));
        }
        (Outcome::Accepted(_), Outcome::Refused(said)) => {
            let asked = reader.map(Who::kind);
            match differences::peer_refuses(peer, &made.features, asked, said) {
                Some(why) => tally.count(format!("{peer:?} refuses: {why}")),
                None => fail(tally, format!("{peer:?} refuses: {said}")),
            }
        }
        (Outcome::Refused(said), Outcome::Accepted(_)) => {
            match differences::we_refuse(&made.features, said) {
                Some(why) => tally.count(format!("{peer:?} accepts: {why}")),
                None => fail(tally, format!("{peer:?} accepts, we: {said}")),
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
        let ours = ours(&made, &mut dice);
        if let Some(what) = wrong(&made, &ours) {
            let what = format!("number {number}: {what}\n  {:?}", made.features);
            tally.fail(&what, &made.message);
        }
        // Of several readers OpenSSL takes one of those it can use, when there is one.
        let is_usable = |who: &Who| who.kind() != ca::Key::X25519;
        let usable: Vec<_> = made.readers.iter().copied().filter(is_usable).collect();
        let reader = match usable.is_empty() {
            true => made.readers.first().copied(),
            false => Some(*dice.one_of(&usable)),
        };
        for peer in Peer::MAIN {
            if let Some(theirs) = peers.read(peer, &made.message, reader, None) {
                compare((number, &made), &ours, (peer, reader, &theirs), &mut tally);
            }
        }
    }
    tally.finish("made here", seed);
    tally.assert_floor(Peer::OpenSsl, 60);
    tally.assert_floor(Peer::Nss, 12);
    tally.assert_floor(Peer::Gpgsm, 12);
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
        let ours = ours(&made, &mut Dice::new(!seed, number));
        if let Some(what) = wrong(&made, &ours) {
            let what = format!(
                "number {number} by {maker:?}: {what}\n  {:?}",
                made.features
            );
            tally.fail(&what, &made.message);
        }
        // Its reader of MIME is asked as well: for what it refuses of its own making the CMS decides.
        let reader = made.readers.first().copied();
        let theirs = match (&made.says, made.features.contains(&Feature::Secret)) {
            (Says::Octets(content), true) => Some(Outcome::Accepted(Accepted {
                content: content.clone(),
                is_signed: false,
            })),
            _ => peers.read(maker, &made.message, reader, None),
        };
        if let Some(theirs) = theirs {
            compare((number, &made), &ours, (maker, reader, &theirs), &mut tally);
        }
    }
    tally.finish("made by the peers", seed);
    tally.assert_floor(Peer::OpenSsl, 75);
    tally.assert_floor(Peer::Nss, 15);
    tally.assert_floor(Peer::Gpgsm, 40);
}
