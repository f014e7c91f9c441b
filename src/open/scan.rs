//! The first pass: a message is taken apart as it goes by.
//!
//! Nodes that are short are held and left to the walk. Of longer ones the structure is kept and the rest is
//! hashed, decoded and decrypted on the way, down to the last part. Nothing is given out.
//!
//! What is inside of an encryption is looked at before the encryption has authenticated it. So nothing that is found
//! there is told before: if the encryption fails, its content is dropped with whatever was wrong in it.

mod digests;
mod entity;
mod facts;
mod layer;
mod matter;
mod node;
mod object;
mod octets;
mod parts;
mod sealed;

use std::sync::Arc;

use super::buffer::{Bytes, Gather};
use super::config::Config;
use super::costs::Costs;
use super::keys::Searching;
use super::trouble::limit;
use super::view::View;
use crate::Error;
use crate::cert::Identity;
use crate::crypto::DigestAlgorithm;
use crate::engine::Ledger;
use digests::{Digests, Worker};
use entity::EntityScan;
use facts::Facts;
use node::{Begin, Node, Spot};
use object::ObjectScan;
use octets::OctetsScan;

/// How much is taken in at once, in bytes.
const STEP: usize = 64 << 10;

/// What may be set aside in any case, in bytes: ciphertext before its key, content that is given out as it goes by.
const FREE: usize = 1 << 20;

const HELD: &str = "structure of a message that is held, in bytes";
const UNPACKED: &str = "decompressed content in bytes";
const TAPPED: &str = "content that comes out of one step, in bytes";

/// What goes by.
pub(super) enum Subject {
    /// A mail, or a MIME entity.
    Mail,
    /// A CMS object, below MIME.
    Cms,
    /// Content, of which these digests are wanted.
    Content(Vec<DigestAlgorithm>),
}

/// How much is held.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holding {
    /// Everything: the message comes from memory and goes there.
    All,
    /// What is short.
    Short,
    /// What is short; and the content is given out as it goes by, before anything was verified.
    ShortAndTapped,
}

/// A message going by.
pub(super) struct Scan {
    root: Node,
    passes: usize,
    shared: Shared,
}

/// What all nodes share.
pub(super) struct Shared {
    pub config: Arc<Config>,
    pub costs: Costs,
    /// Identities that a resolver found.
    pub introduced: Vec<Identity>,
    holding: Holding,
    /// Whether content of the type id-data is MIME.
    mime: bool,
    /// Bytes held by nodes that have ended, and by headers.
    held: usize,
    parts: usize,
    /// What this pass knows from one before.
    facts: Facts,
    /// Whether it has to go by again, with these facts.
    again: bool,
    tap: Gather,
    worker: Worker,
}

/// What a node works with.
pub(super) struct Context<'c> {
    shared: &'c mut Shared,
    ledger: &'c mut Ledger,
}

impl Scan {
    pub(super) fn new(config: &Arc<Config>, subject: Subject, holding: Holding) -> Scan {
        let shared = Shared {
            config: Arc::clone(config),
            costs: Costs::new(&config.limits),
            introduced: Vec::new(),
            holding,
            mime: matches!(subject, Subject::Mail),
            held: 0,
            parts: 0,
            facts: Facts::default(),
            again: false,
            tap: Gather::default(),
            worker: Worker::default(),
        };
        let root = Scan::root(&subject, &shared);
        Scan {
            root,
            passes: 1,
            shared,
        }
    }

    fn root(subject: &Subject, shared: &Shared) -> Node {
        let begin = Begin::root();
        match subject {
            Subject::Mail => Node::Entity(EntityScan::new(begin, shared)),
            Subject::Cms => Node::Object(ObjectScan::armoured(begin, shared)),
            Subject::Content(algorithms) => {
                let digests = Digests::of_octets(algorithms, shared);
                Node::Octets(OctetsScan::new(begin, shared).hashed(digests))
            }
        }
    }

    /// How many bytes it is best to push at once: what comes before an answer waits.
    pub(super) fn step(&self) -> usize {
        match self.shared.holding {
            Holding::All => usize::MAX,
            Holding::Short | Holding::ShortAndTapped => STEP,
        }
    }

    /// Takes all of `input`; what is asked stands in the ledger afterwards.
    pub(super) fn push(&mut self, input: &[u8], ledger: &mut Ledger) {
        self.root
            .push(input, &mut context(&mut self.shared, ledger));
    }

    /// Goes on with the answers.
    pub(super) fn resume(&mut self, ledger: &mut Ledger) {
        self.root.resume(&mut context(&mut self.shared, ledger));
        ledger.drop_answers();
    }

    /// The message has ended. With a question in the ledger afterwards, `resume` goes on.
    pub(super) fn finish(&mut self, ledger: &mut Ledger) {
        self.root.finish(&mut context(&mut self.shared, ledger));
    }

    /// Whether the same bytes have to go by again, because something at the end changed what was to be done at the
    /// beginning; makes everything ready for that.
    pub(super) fn begin_again(&mut self, subject: &Subject) -> bool {
        // Each layer may once be the one at the end of which something is learned too late.
        let most = self.shared.config.limits.protection_layers;
        let is_last = self.passes >= most.saturating_add(2);
        if !self.shared.again || self.shared.holding != Holding::Short || is_last {
            return false;
        }
        self.passes += 1;
        self.root.remember(&mut self.shared.facts);
        self.shared.again = false;
        self.shared.held = 0;
        self.shared.parts = 0;
        self.shared.costs.unpacked = 0;
        self.root = Scan::root(subject, &self.shared);
        true
    }

    /// Content that may be given out as it goes by.
    pub(super) fn take_tapped(&mut self, out: &mut Vec<u8>) {
        let tapped = std::mem::take(&mut self.shared.tap);
        out.extend_from_slice(tapped.get());
    }

    /// What there was, and what all nodes shared.
    pub(super) fn into_parts(self) -> (Bytes, Shared) {
        let bytes = self.root.into_bytes(Spot::whole(View::received()));
        (bytes, self.shared)
    }
}

fn context<'c>(shared: &'c mut Shared, ledger: &'c mut Ledger) -> Context<'c> {
    Context { shared, ledger }
}

impl Shared {
    /// How many bytes may come out of short nodes that are held and compressed.
    pub(super) fn may_unpack(&self) -> u64 {
        match self.holding {
            Holding::All => u64::MAX,
            Holding::Short | Holding::ShortAndTapped => {
                let most = self.config.limits.held_in_all;
                u64::try_from(most).unwrap_or(u64::MAX)
            }
        }
    }

    /// How many bytes of a node that begins now may be held.
    fn may_hold(&self) -> usize {
        let limits = &self.config.limits;
        match self.holding {
            Holding::All => usize::MAX,
            // A message of many short parts is a long one.
            _ if self.held > limits.held_in_all / 2 => 0,
            _ => self.config.held_bytes.min(self.left_to_hold()),
        }
    }

    fn left_to_hold(&self) -> usize {
        self.config.limits.held_in_all.saturating_sub(self.held)
    }

    /// Counts bytes that came out of decompression.
    fn unpack(&mut self, bytes: usize) -> Result<(), Error> {
        let more = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.costs.unpacked = self.costs.unpacked.saturating_add(more);
        let budget = self.config.limits.decompressed_bytes;
        match self.costs.unpacked > budget {
            true => Err(Error::limit(UNPACKED, budget)),
            false => Ok(()),
        }
    }

    /// What may wait to be given out: what one step may unpack to.
    fn check_tap(&self) -> Result<(), Error> {
        let ratio = self.config.limits.decompression_ratio;
        let ratio = usize::try_from(ratio).unwrap_or(usize::MAX);
        let most = STEP.saturating_mul(ratio).saturating_add(FREE);
        match self.tap.get().len() > most {
            true => Err(limit(TAPPED, most)),
            false => Ok(()),
        }
    }

    /// Counts bytes that are held until the end.
    fn hold(&mut self, bytes: usize) -> Result<(), Error> {
        self.held = self.held.saturating_add(bytes);
        let most = self.config.limits.held_in_all;
        match self.holding != Holding::All && self.held > most {
            true => Err(limit(HELD, most)),
            false => Ok(()),
        }
    }

    /// Counts a part.
    fn part(&mut self) -> Result<(), Error> {
        self.parts = self.parts.saturating_add(1);
        let most = self.config.limits.mime_parts;
        match self.parts > most {
            true => Err(limit("MIME parts", most)),
            false => Ok(()),
        }
    }
}

impl Context<'_> {
    fn searching(&mut self) -> Searching<'_> {
        Searching {
            config: &self.shared.config,
            ledger: self.ledger,
            costs: &mut self.shared.costs,
            introduced: &mut self.shared.introduced,
        }
    }

    /// Gives content out as it goes by, where that was asked for.
    fn tap(&mut self, content: &[u8]) {
        if self.shared.holding == Holding::ShortAndTapped {
            self.shared.tap.push(content);
        }
    }
}

#[cfg(test)]
mod tests;
