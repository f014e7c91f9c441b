//! Messages that this crate makes, over its options.

use std::collections::BTreeSet;
use std::io::Write;

use smime::protect::Framing;

use crate::ca::Key;
use crate::cast::{Who, signer_address};
use crate::dice::Dice;
use crate::differences::Feature;
use crate::letters;
use crate::options::{Roles, Step, note_readers, step};
use crate::reading::Message;

/// A message, who can read it, and what it must say.
pub struct Made {
    pub message: Message,
    /// Who can open all of its layers.
    pub readers: Vec<Who>,
    /// Who is in From, or expected.
    pub sender: String,
    /// Who has signed; none when a stranger did.
    pub signers: Vec<Key>,
    pub features: BTreeSet<Feature>,
    pub says: Says,
}

/// What must come out.
pub enum Says {
    /// A mail with these leaves, in their own transfer encoding.
    Leaves(Vec<Vec<u8>>),
    /// These octets.
    Octets(Vec<u8>),
    /// Nothing comes out of it.
    Nothing,
}

impl Says {
    pub fn is(&self, content: &[u8]) -> bool {
        match self {
            Says::Leaves(leaves) => letters::leaves(content) == *leaves,
            Says::Octets(octets) => match crate::unpack::kind(content) {
                // Compressed content of an object is content.
                Some(crate::unpack::Kind::Compressed) => {
                    crate::unpack::inflated(content).is_ok_and(|inflated| inflated == *octets)
                }
                _ => content == octets,
            },
            Says::Nothing => false,
        }
    }
}

fn object(dice: &mut Dice) -> Made {
    let mut features = BTreeSet::from([Feature::Object]);
    let mut roles = Roles::roll(dice);
    roles.is_unaddressed = true;
    let what = *dice.one_of(&[(true, false), (true, false), (false, true), (true, true)]);
    let Step { mut protector, own } = step(dice, &roles, what, &mut features);
    if !what.1 && features.contains(&Feature::Compressed) {
        // A detached signature is over the content as it is.
        protector = protector.opaque();
    }
    let entity = letters::entity(dice, "\n");
    let cms = protector.protect_cms(&entity.bytes).unwrap();
    let layer = crate::unpack::object(&cms, None).unwrap();
    let content = (what == (true, false) && is_detached(&layer.cms)).then(|| entity.bytes.clone());
    Made {
        message: Message::Object { cms, content },
        readers: match what.1 {
            true => readers(&roles).chain(own).collect(),
            false => Vec::new(),
        },
        sender: roles.sender(),
        signers: signers(&roles, what.0),
        features,
        says: Says::Octets(entity.bytes),
    }
}

fn readers(roles: &Roles) -> impl Iterator<Item = Who> {
    roles.readers.iter().copied().map(Who::Reader)
}

fn signers(roles: &Roles, signs: bool) -> Vec<Key> {
    match signs && !roles.is_stranger {
        true => roles.signers.clone(),
        false => Vec::new(),
    }
}

/// Whether there is no eContent.
fn is_detached(cms: &[u8]) -> bool {
    let tree = crate::tree::Node::parse(cms).unwrap();
    crate::unpack::kind(cms) == Some(crate::unpack::Kind::Signed)
        && tree.at(&[1, 0, 2, 1]).is_none()
}

/// A signature by this one that holds its content.
pub fn opaque(cms: Vec<u8>, signer: Key) -> Made {
    Made {
        message: Message::Object { cms, content: None },
        readers: Vec::new(),
        sender: signer_address(signer),
        signers: vec![signer],
        features: BTreeSet::from([Feature::Object, Feature::Signed]),
        says: Says::Nothing,
    }
}

/// The message of this number.
pub fn message(seed: u64, number: u64) -> Made {
    let dice = &mut Dice::new(seed, number);
    if dice.percent(15) {
        return object(dice);
    }
    let mut features = BTreeSet::new();
    let mut roles = Roles::roll(dice);
    let steps: &[(bool, bool)] = match dice.below(100) {
        0..35 => &[(true, false)],
        35..50 => &[(false, true)],
        50..82 => &[(true, true)],
        82..88 => &[(false, true), (true, false)],
        88..94 => &[(true, false), (false, true), (true, false)],
        94..97 => &[(true, true), (true, true)],
        _ => &[(true, false), (true, false)],
    };
    let encryptions = steps.iter().filter(|step| step.1).count();
    let signs = steps.iter().any(|step| step.0);
    let mut to: Vec<String> = match encryptions {
        0 => vec!["bob@example.org".into()],
        _ => roles
            .readers
            .iter()
            .map(|kind| roles.address(*kind))
            .collect(),
    };
    let mut readers: Vec<Who> = match encryptions {
        0 => Vec::new(),
        _ => readers(&roles).collect(),
    };
    // Who is in Bcc gets a copy of his own, which is looked at instead of the other one.
    let bcc = (encryptions == 1 && steps.len() == 1 && readers.len() > 1 && dice.percent(25))
        .then(|| to.remove(0));
    let is_other = signs && encryptions == 0 && dice.percent(3);
    roles.is_unaddressed = is_other;
    let from = match is_other {
        true => "mallory@example.org".to_owned(),
        false => roles.sender(),
    };
    let eol = if dice.percent(50) { "\r\n" } else { "\n" };
    let entity = letters::entity(dice, eol);
    let header = letters::header(dice, &from, &to, bcc.as_deref()).replace('\n', eol);
    let mut mail = [header.as_bytes(), &entity.bytes].concat();
    for what in steps {
        let Step { mut protector, own } = step(dice, &roles, *what, &mut features);
        if encryptions == 1 && bcc.is_none() {
            readers.extend(own);
        }
        if is_other {
            protector = protector.danger_ignore_addresses();
            features.insert(Feature::OtherSender);
        }
        if bcc.is_some() {
            // Several copies cannot be made in one pass.
            protector = protector.framing(Framing::Definite);
        }
        if bcc.is_none() && dice.percent(25) {
            let mut writer = protector.writer(Vec::new()).unwrap();
            let cut = dice.below(mail.len() + 1);
            writer.write_all(&mail[..cut]).unwrap();
            writer.write_all(&mail[cut..]).unwrap();
            let written = writer.finish();
            let written =
                written.unwrap_or_else(|error| panic!("message {number}: {error}\n{header}"));
            mail = written.sink;
            continue;
        }
        let protected = protector.protect(&mail);
        let protected =
            protected.unwrap_or_else(|error| panic!("message {number}: {error}\n{header}"));
        mail = protected.copies().last().unwrap().bytes().to_vec();
    }
    if bcc.is_some() {
        readers.truncate(1);
        let alone = readers[0].kind();
        features.retain(|feature| !feature.is_of_reader());
        note_readers(&mut features, &[alone]);
        if !crate::cast::is_rsa(alone) {
            features.remove(&Feature::Oaep);
        }
    }
    Made {
        message: Message::Mail(mail),
        readers,
        sender: from,
        signers: signers(&roles, signs),
        features,
        says: Says::Leaves(entity.leaves),
    }
}
