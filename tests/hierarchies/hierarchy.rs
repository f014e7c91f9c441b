//! One hierarchy, from root to leaf.

use std::collections::BTreeSet;

use crate::authorities::{FUTURE, PAST, change_ca, change_leaf};
use crate::ca::{Ca, Certify, Key};
use crate::constraints::{self, COMMON, ORGANIZATION, name_leaf};
use crate::dice::Dice;
use crate::lists::{self, Issued};
use crate::policies;

/// What is out of the ordinary, in words.
pub type Features = BTreeSet<&'static str>;

/// Certificates and lists in DER.
pub struct Hierarchy {
    pub leaf: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub anchors: Vec<Vec<u8>>,
    pub lists: Vec<Vec<u8>>,
    /// Whether every certificate needs a list that says it is good.
    pub checks_revocation: bool,
    pub features: Features,
}

/// A hierarchy that grows.
struct Growth {
    dice: Dice,
    features: Features,
    authorities: Vec<Ca>,
    others: Vec<Vec<u8>>,
    path: Vec<Issued>,
    /// Where changes are made: 0 the root, then the CAs below it; the leaf last.
    changes: Vec<usize>,
    has_policies: bool,
    narrows_policies: usize,
    serial: u8,
}

impl Hierarchy {
    /// The hierarchy of this number.
    pub fn grow(seed: u64, number: u64) -> Hierarchy {
        let mut dice = Dice::new(seed, number);
        // Certificates below the root, the leaf included.
        let depth = 1 + dice.below(5);
        let count = *dice.one_of(&[0, 0, 0, 1, 1, 1, 1, 2, 2]);
        let changes = (0..count).map(|_| dice.below(depth + 1)).collect();
        let has_policies = dice.percent(25);
        let growth = Growth {
            narrows_policies: dice.below(depth),
            dice,
            features: Features::new(),
            authorities: Vec::new(),
            others: Vec::new(),
            path: Vec::new(),
            changes,
            has_policies,
            serial: 0,
        };
        growth.grow(depth)
    }
}

impl Growth {
    fn grow(mut self, depth: usize) -> Hierarchy {
        let root = self.root();
        let mut chain = vec![0];
        for level in 1..depth {
            let issuer = *chain.last().unwrap();
            chain.push(self.authority(issuer, level));
            if self.dice.percent(8) {
                self.features.insert("renewed key of a CA");
                let issuer = *chain.last().unwrap();
                chain.push(self.successor(issuer));
            }
        }
        let leaf = self.leaf(*chain.last().unwrap(), depth);
        let mut anchors = vec![root];
        self.relatives(&chain, &mut anchors);
        let checks_revocation = self.dice.percent(35);
        let lists = match checks_revocation {
            true => lists::issue(
                &self.authorities,
                &self.path,
                &mut self.dice,
                &mut self.features,
            ),
            false => {
                self.other_anchors(&mut anchors);
                Vec::new()
            }
        };
        self.dice.shuffle(&mut self.others);
        self.dice.shuffle(&mut anchors);
        if self.features.is_empty() {
            self.features.insert("nothing");
        }
        Hierarchy {
            leaf,
            others: self.others,
            anchors,
            lists,
            checks_revocation,
            features: self.features,
        }
    }

    fn serial(&mut self) -> Vec<u8> {
        self.serial += 1;
        vec![0x40, self.serial]
    }

    fn key(&mut self) -> Key {
        *self.dice.one_of(&[Key::P256, Key::P256, Key::Ed25519])
    }

    /// The changes and policies that are due for the CA at this level.
    fn change<'a>(&mut self, mut ca: Certify<'a>, level: usize) -> Certify<'a> {
        let Growth { dice, features, .. } = self;
        let mut is_narrowed = false;
        let count = self.changes.iter().filter(|l| **l == level).count();
        // A second one might be the same extension again, which is another matter.
        if count > 0 {
            ca = change_ca(ca, dice, features);
        }
        if self.has_policies && level > 0 {
            features.insert("policies");
            if !dice.percent(5) {
                ca = policies::state(ca, dice);
            }
            is_narrowed = level == self.narrows_policies;
        }
        match is_narrowed {
            true => policies::narrow(ca, dice, features),
            false => ca,
        }
    }

    /// The certificate of the root; its CA is the first.
    fn root(&mut self) -> Vec<u8> {
        let root = Ca::with_key("Root", self.key());
        let certificate = self.change(root.again(), 0).issue().0;
        self.authorities.push(root);
        certificate
    }

    /// A name for the CA at this level, now and then one that constraints on directories are about.
    fn subject(&mut self, level: usize) -> Vec<(&'static str, String)> {
        let mut subject = Vec::new();
        if self.dice.percent(70) {
            let organization = *self
                .dice
                .one_of(&["Example", "Example", "Example", "Other"]);
            subject.push((ORGANIZATION, organization.to_owned()));
        }
        subject.push((COMMON, format!("CA {level}")));
        subject
    }

    /// Adds a CA below another one.
    fn authority(&mut self, issuer: usize, level: usize) -> usize {
        let subject = self.subject(level);
        let subject: Vec<(&str, &str)> = subject.iter().map(|(id, v)| (*id, v.as_str())).collect();
        let key = Ca::with_key("", self.key()).key_pair().clone();
        let above = self.authorities[issuer].clone();
        let serial = self.serial();
        let ca = above.authority("").subject(&subject).with_key(&key);
        let ca = self.change(ca.serial(&serial), level).issue_authority();
        let mut certificate = ca.certificate_der().to_vec();
        match self.dice.below(60) {
            0 => {
                self.features.insert("wrong signature");
                *certificate.last_mut().unwrap() ^= 1;
                self.others.push(certificate);
            }
            1 => {
                self.features.insert("CA missing");
            }
            2..=5 => {
                // The same name and key, with dates that do not fit: one of the two will do.
                self.features.insert("certified twice");
                let (from, to) = *self.dice.one_of(&[PAST, FUTURE]);
                let twin = above.authority("").subject(&subject).with_key(&key);
                let twin = twin.serial(&self.serial()).validity(from, to);
                self.others.push(twin.issue().0);
                self.others.push(certificate);
            }
            6..=8 => {
                self.features.insert("namesake");
                let stranger = match self.dice.percent(50) {
                    true => above.clone(),
                    false => Ca::new("Stranger"),
                };
                let namesake = stranger.authority("").subject(&subject);
                let namesake = namesake.serial(&self.serial());
                let namesake = match self.dice.percent(50) {
                    true => namesake,
                    false => namesake.no_key_identifiers(),
                };
                self.others.push(namesake.issue().0);
                self.others.push(certificate);
            }
            _ => self.others.push(certificate),
        }
        self.authorities.push(ca);
        self.path.push(Issued { issuer, serial });
        self.authorities.len() - 1
    }

    /// Adds a new key of a CA, certified by its old one: self-issued.
    fn successor(&mut self, old: usize) -> usize {
        let before = self.authorities[old].clone();
        let serial = self.serial();
        let mut after = before
            .again()
            .with_key(Ca::new("").key_pair())
            .serial(&serial);
        if self.has_policies {
            after = policies::state(after, &mut self.dice);
        }
        let after = after.issue_authority();
        self.others.push(after.certificate_der().to_vec());
        self.authorities.push(after);
        self.path.push(Issued {
            issuer: old,
            serial,
        });
        self.authorities.len() - 1
    }

    fn leaf(&mut self, issuer: usize, depth: usize) -> Vec<u8> {
        let above = self.authorities[issuer].clone();
        let serial = self.serial();
        let leaf = above.certify(Key::P256, "x@x.invalid").serial(&serial);
        let Growth { dice, features, .. } = self;
        let mut leaf = name_leaf(leaf, dice, features);
        if self.changes.contains(&depth) {
            leaf = change_leaf(leaf, dice, features);
        }
        if self.has_policies && !dice.percent(10) {
            leaf = policies::state(leaf, dice);
        }
        let mut leaf = leaf.issue().0;
        if dice.percent(2) {
            features.insert("wrong signature");
            *leaf.last_mut().unwrap() ^= 1;
        }
        self.path.push(Issued { issuer, serial });
        leaf
    }

    /// A second root, cross-signatures and circles.
    fn relatives(&mut self, chain: &[usize], anchors: &mut Vec<Vec<u8>>) {
        if !self.dice.percent(35) {
            return;
        }
        self.features.insert("second root");
        let second = Ca::with_key("Second Root", self.key());
        let is_anchor = self.dice.percent(70);
        let place = *self.dice.one_of(chain);
        let crossed = self.authorities[place].clone();
        if self.dice.percent(70) {
            self.features.insert("cross-signed");
            let mut cross = second.cross_again(&crossed);
            match self.dice.below(6) {
                0 => cross = cross.validity(PAST.0, PAST.1),
                1 => {
                    cross = constraints::limit(cross, &mut self.dice, &mut self.features);
                }
                2 => cross = cross.path_length(0),
                _ => {}
            }
            let cross = cross.serial(&self.serial());
            let mut cross = cross.issue().0;
            if self.dice.percent(10) {
                *cross.last_mut().unwrap() ^= 1;
            }
            self.others.push(cross);
        }
        if self.dice.percent(30) {
            self.features.insert("circle");
            let last = self.authorities[*chain.last().unwrap()].clone();
            let first = self.authorities[*self.dice.one_of(chain)].clone();
            self.others.push(last.cross_again(&first).issue().0);
            self.others.push(first.cross_again(&second).issue().0);
        }
        if is_anchor {
            anchors.push(second.certificate_der().to_vec());
            if self.dice.percent(30) {
                self.features.insert("only the second root is an anchor");
                let first = anchors.remove(0);
                self.others.push(first);
            }
        } else {
            self.others.push(second.certificate_der().to_vec());
        }
        self.authorities.push(second);
    }

    /// Now and then no root is an anchor, but a CA below it, or a stranger.
    fn other_anchors(&mut self, anchors: &mut Vec<Vec<u8>>) {
        match self.dice.below(25) {
            0 => {
                self.features.insert("anchor that is no root");
                let place = 1 + self.dice.below(self.authorities.len());
                if let Some(ca) = self.authorities.get(place) {
                    let anchor = ca.certificate_der().to_vec();
                    self.others.append(anchors);
                    anchors.push(anchor);
                }
            }
            1 => {
                self.features.insert("root is no anchor");
                self.others.append(anchors);
                anchors.push(Ca::new("Root").certificate_der().to_vec());
            }
            _ => {}
        }
    }
}
