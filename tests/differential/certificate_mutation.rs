//! Other certificates for a signature.

use crate::ca::{Key, KeyPair};
use crate::cast::{is_rsa, reader, signer, signer_address, stranger};
use crate::dice::Dice;
use crate::people::ca;
use crate::tree::Node;

/// Certificates taken out, put in, exchanged for others of the same key, name or number.
pub fn certificates(cms: &[u8], signers: &[Key], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut tree = Node::parse(cms)?;
    let place = tree
        .at(&[1, 0])?
        .children()
        .iter()
        .position(|node| node.tag == [0xa0])?;
    // Mostly one that could stand for the signer's.
    let kind = match signers.first() {
        Some(kind) if dice.percent(60) => *kind,
        _ => *dice.one_of(&[Key::Rsa2048, Key::Rsa3072, Key::P256, Key::P384]),
    };
    // Half of them have the key of the one they take the place of.
    let which = match dice.percent(50) {
        true => *dice.one_of(&Other::ALL[3..8]),
        false => *dice.one_of(&Other::ALL),
    };
    let serial = serial(signer(same_key(kind)).certificate().to_der())?;
    let new = which.certificate(kind);
    let new = Node::parse(&new)?;
    let bag = tree.siblings(&[1, 0, place, 0])?;
    let replaced =
        (bag.iter()).position(|old| old.at(&[0, 1]).map(Node::octets) == Some(serial.clone()));
    if let (Some(replaced), true) = (replaced, dice.percent(60)) {
        bag[replaced] = new;
        return Some(tree.write());
    }
    match dice.below(6) {
        0 | 1 if !bag.is_empty() => {
            let which = dice.below(bag.len());
            bag[which] = new;
        }
        2 => bag.insert(0, new),
        3 => bag.push(new),
        4 => *bag = vec![new],
        _ => bag.clear(),
    }
    Some(tree.write())
}

/// Content of the serial number.
fn serial(certificate: &[u8]) -> Option<Vec<u8>> {
    Some(Node::parse(certificate)?.at(&[0, 1])?.octets())
}

/// A kind of key of which another certificate can be made: those of RSA are the same for the same address.
fn same_key(kind: Key) -> Key {
    match is_rsa(kind) || kind == Key::RsaPss2048 {
        true => kind,
        false => Key::Rsa2048,
    }
}

/// What stands in the place of a signer's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    Itself,
    /// That of a reader.
    Reader,
    /// From an authority that nobody trusts.
    Stranger,
    /// Another one for the same key and address.
    Again,
    /// The same with the same number, but it has expired.
    Expired,
    /// The same with the same number, but it ends earlier.
    SameNumber,
    /// The same name and number, but another key.
    Stolen,
    /// The same key and number, but another address.
    Renamed,
    /// That of the authority.
    Authority,
}

impl Other {
    pub const ALL: [Other; 9] = [
        Other::Itself,
        Other::Reader,
        Other::Stranger,
        Other::Again,
        Other::Expired,
        Other::SameNumber,
        Other::Stolen,
        Other::Renamed,
        Other::Authority,
    ];

    pub fn certificate(self, kind: Key) -> Vec<u8> {
        let same_key = same_key(kind);
        let address = signer_address(same_key);
        let number = || serial(signer(same_key).certificate().to_der()).unwrap();
        let again = || ca().certify(same_key, &address);
        let other = match self {
            Other::Itself => return signer(kind).certificate().to_der().to_vec(),
            Other::Reader => return reader(Key::Rsa2048).certificate().to_der().to_vec(),
            Other::Stranger => return stranger().certificate().to_der().to_vec(),
            Other::Authority => return ca().certificate_der().to_vec(),
            Other::Again => again(),
            Other::Expired => again()
                .serial(&number())
                .validity("200101000000Z", "210101000000Z"),
            Other::SameNumber => again()
                .serial(&number())
                .validity("240101000000Z", "481231235959Z"),
            Other::Stolen => ca().certify(Key::P256, &address).serial(&number()),
            Other::Renamed => ca()
                .certify(same_key, "mallory@example.org")
                .with_key(&KeyPair::generate(same_key, &address))
                .serial(&number()),
        };
        other.issue().0
    }

    /// A signature with this in the place of its one certificate.
    pub fn exchanged(self, cms: &[u8], kind: Key) -> Option<Vec<u8>> {
        let mut tree = Node::parse(cms)?;
        let fields = tree.siblings(&[1, 0, 0])?;
        let bag = fields.iter_mut().find(|node| node.tag == [0xa0])?;
        *bag.nodes()? = vec![Node::parse(&self.certificate(kind))?];
        Some(tree.write())
    }
}
