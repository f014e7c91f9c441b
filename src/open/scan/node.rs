//! A node of a message going by, and where it stands.

use super::facts::{Facts, Way};
use super::{Context, EntityScan, ObjectScan, OctetsScan};
use crate::open::buffer::Bytes;
use crate::open::bulk::Hashed;
use crate::open::view::{Transform, View};

/// A node of a message.
pub(super) enum Node {
    /// A MIME entity.
    Entity(EntityScan),
    /// A CMS object.
    Object(ObjectScan),
    /// Octets that nothing is looked for in.
    Octets(OctetsScan),
}

/// What a node is told when it begins.
#[derive(Clone)]
pub(super) struct Begin {
    pub way: Way,
    /// Whether there are only layers of protection around it, down from the root.
    pub chain: bool,
    /// Whether it is held when it is short, even if nothing is looked for in it.
    pub keep: bool,
    /// Nodes around it.
    pub depth: usize,
    /// CMS layers of protection around it.
    pub layers: usize,
    /// Whether it is in an authenticated encryption of which nobody knows as yet whether it is whole.
    pub is_unverified: bool,
}

impl Begin {
    pub(super) fn root() -> Begin {
        Begin {
            way: Way::new(),
            chain: true,
            keep: true,
            depth: 0,
            layers: 0,
            is_unverified: false,
        }
    }

    /// The only child.
    pub(super) fn within(&self) -> Begin {
        self.child(0)
    }

    pub(super) fn child(&self, index: usize) -> Begin {
        let mut way = self.way.clone();
        way.push(u32::try_from(index).unwrap_or(u32::MAX));
        Begin {
            way,
            chain: self.chain,
            keep: true,
            depth: self.depth.saturating_add(1),
            layers: self.layers,
            is_unverified: self.is_unverified,
        }
    }

    /// What is in a layer of protection that this is.
    pub(super) fn protected(&self) -> Begin {
        Begin {
            layers: self.layers.saturating_add(1),
            ..self.within()
        }
    }
}

/// Where the bytes of a node are.
pub(super) struct Spot {
    stream: View,
    start: u64,
    is_whole: bool,
    /// Digests of the node that the layer around it computed.
    pub hashed: Hashed,
}

impl Spot {
    /// All that `stream` gives.
    pub(super) fn whole(stream: View) -> Spot {
        Spot {
            stream,
            start: 0,
            is_whole: true,
            hashed: Hashed::default(),
        }
    }

    /// With digests that the layer around it computed.
    pub(super) fn hashed(mut self, hashed: Hashed) -> Spot {
        self.hashed = hashed;
        self
    }

    /// A place further on.
    pub(super) fn at(&self, offset: u64) -> Spot {
        Spot {
            stream: self.stream.clone(),
            start: self.start.saturating_add(offset),
            is_whole: false,
            hashed: Hashed::default(),
        }
    }

    /// The way to `length` bytes here.
    pub(super) fn view(&self, length: u64) -> View {
        match self.is_whole {
            true => self.stream.clone(),
            false => self.stream.then(Transform::Range {
                start: self.start,
                length,
            }),
        }
    }
}

impl Node {
    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        match self {
            Node::Entity(entity) => entity.push(input, context),
            Node::Object(object) => object.push(input, context),
            Node::Octets(octets) => octets.push(input, context),
        }
    }

    /// The node has ended, whether or not an answer is still waited for.
    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        match self {
            Node::Entity(entity) => entity.finish(context),
            Node::Object(object) => object.finish(context),
            Node::Octets(octets) => octets.finish(context),
        }
    }

    /// Goes on with answers.
    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        match self {
            Node::Entity(entity) => entity.resume(context),
            Node::Object(object) => object.resume(context),
            Node::Octets(_) => {}
        }
    }

    /// Keeps what another pass must not ask again.
    pub(super) fn remember(&mut self, facts: &mut Facts) {
        match self {
            Node::Entity(entity) => entity.remember(facts),
            Node::Object(object) => object.remember(facts),
            Node::Octets(_) => {}
        }
    }

    pub(super) fn into_bytes(self, spot: Spot) -> Bytes {
        match self {
            Node::Entity(entity) => entity.into_bytes(spot),
            Node::Object(object) => object.into_bytes(spot),
            Node::Octets(octets) => octets.into_bytes(spot),
        }
    }

    /// Whether it is, or has in it, an entity that is sent as binary.
    pub(super) fn holds_binary(&self) -> bool {
        match self {
            Node::Entity(entity) => entity.holds_binary(),
            Node::Object(_) | Node::Octets(_) => false,
        }
    }
}
