//! The body of a MIME entity going by.

mod text;

use zeroize::Zeroizing;

use super::node::{Begin, Node, Spot};
use super::parts::PartsScan;
use super::{Context, EntityScan, Facts, Holding, ObjectScan, Shared};
use crate::Error;
use crate::crypto::DigestAlgorithm;
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::{Entity, Kind};
use crate::mime::transfer::TransferReader;
use crate::open::bulk::BulkKind;
use crate::open::view::Transform;
use text::TextScan;

/// How much is decoded at once, in bytes.
const STEP: usize = 32 << 10;

/// What the body is.
pub(super) enum Matter {
    Leaf,
    Parts(Box<PartsScan>),
    /// A message or a CMS object.
    Inner(Box<Inner>),
    /// A text that may be armoured CMS, as long as nothing else is in it.
    Text(Box<TextScan>),
    Failed(Error),
}

/// What stands in a transfer encoding.
pub(super) struct Inner {
    reader: TransferReader,
    decoded: Zeroizing<Vec<u8>>,
    node: Node,
    failed: Option<Error>,
}

impl Matter {
    /// What the body is, and whether it is a layer of protection.
    pub(super) fn of(
        entity: &Entity<'_>,
        begin: &Begin,
        is_signature: bool,
        shared: &Shared,
    ) -> (Matter, bool) {
        let parts = |boundary: &str, signed, chain| {
            let begin = Begin {
                chain,
                ..begin.clone()
            };
            let limits = &shared.config.limits;
            Matter::Parts(Box::new(PartsScan::new(begin, boundary, signed, limits)))
        };
        match entity.kind() {
            Kind::Leaf if let (true, Some(Err(error))) = (is_signature, entity.if_armoured()) => {
                (Matter::Failed(error), false)
            }
            Kind::Leaf if is_signature => match object(entity, begin, shared) {
                Ok(inner) => (Matter::Inner(Box::new(inner)), false),
                Err(_) => (Matter::Leaf, false),
            },
            Kind::Leaf => {
                let if_armoured = match shared.holding {
                    Holding::Short => entity.if_armoured(),
                    Holding::All | Holding::ShortAndTapped => None,
                };
                match (if_armoured, object(entity, begin, shared)) {
                    // In base64 it is a text to whoever looks at it.
                    (Some(flaw), Ok(inner)) if entity.encoding != TransferEncoding::Base64 => {
                        let text = TextScan::new(inner, flaw.err());
                        (Matter::Text(Box::new(text)), false)
                    }
                    _ => (Matter::Leaf, false),
                }
            }
            Kind::Multipart { boundary } => {
                let signed = entity.may_be_signed().map(|_| digests(None));
                (parts(&boundary, signed, false), false)
            }
            Kind::MultipartSigned { boundary, micalg } => {
                let signed = Some(digests(micalg.as_deref()));
                (parts(&boundary, signed, begin.chain), true)
            }
            Kind::Message => {
                let begin = Begin {
                    chain: false,
                    keep: false,
                    ..begin.within()
                };
                let node = Node::Entity(EntityScan::new(begin, shared));
                match TransferReader::new(&entity.encoding) {
                    Ok(reader) => (Matter::Inner(Box::new(Inner::new(reader, node))), false),
                    // In an encoding that nobody knows it is a part like any other.
                    Err(_) => (Matter::Leaf, false),
                }
            }
            Kind::Cms | Kind::DetachedSignature => match object(entity, begin, shared) {
                Ok(inner) => (Matter::Inner(Box::new(inner)), true),
                Err(error) => (Matter::Failed(error), true),
            },
        }
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        match self {
            Matter::Leaf | Matter::Failed(_) => {}
            Matter::Parts(parts) => parts.push(input, context),
            Matter::Inner(inner) => inner.push(input, context),
            Matter::Text(text) => {
                text.push(input, context);
                if text.is_out() {
                    *self = Matter::Leaf;
                }
            }
        }
    }

    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        match self {
            Matter::Leaf | Matter::Failed(_) => {}
            Matter::Parts(parts) => parts.finish(context),
            Matter::Inner(inner) => inner.finish(context),
            Matter::Text(text) => {
                if let Some(other) = text.finish(context) {
                    *self = other;
                }
            }
        }
    }

    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        match self {
            Matter::Leaf | Matter::Failed(_) => {}
            Matter::Parts(parts) => parts.resume(context),
            Matter::Inner(inner) => inner.node.resume(context),
            Matter::Text(text) => text.resume(context),
        }
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        match self {
            Matter::Leaf | Matter::Failed(_) => {}
            Matter::Parts(parts) => parts.remember(facts),
            Matter::Inner(inner) => inner.node.remember(facts),
            Matter::Text(text) => text.remember(facts),
        }
    }

    pub(super) fn holds_binary(&self) -> bool {
        match self {
            Matter::Parts(parts) => parts.holds_binary(),
            Matter::Inner(inner) => inner.reader.is_identity() && inner.node.holds_binary(),
            Matter::Leaf | Matter::Text(..) | Matter::Failed(_) => false,
        }
    }

    /// The CMS object in the body.
    pub(super) fn object(&self) -> Option<&ObjectScan> {
        match self {
            Matter::Inner(inner) => match &inner.node {
                Node::Object(object) => Some(object),
                Node::Entity(_) | Node::Octets(_) => None,
            },
            _ => None,
        }
    }

    /// What the body of `length` bytes at `spot` is.
    pub(super) fn into_kind(
        self,
        spot: &Spot,
        encoding: TransferEncoding,
        length: u64,
    ) -> BulkKind {
        match self {
            Matter::Text(text) => match text.into_inner().into_kind(spot, encoding, length) {
                BulkKind::Inner(object) => BulkKind::Armoured(object),
                other => other,
            },
            Matter::Leaf => BulkKind::Leaf,
            Matter::Failed(error) => BulkKind::Unreadable(error),
            Matter::Parts(parts) => parts.into_kind(spot),
            Matter::Inner(inner) => inner.into_kind(spot, encoding, length),
        }
    }
}

/// The CMS object that the body is.
fn object(entity: &Entity<'_>, begin: &Begin, shared: &Shared) -> Result<Inner, Error> {
    // Base64 is undone once: what is encoded twice, others read differently.
    let may_be_base64 = entity.encoding != TransferEncoding::Base64;
    let object = ObjectScan::in_armour(begin.within(), may_be_base64, shared);
    let reader = TransferReader::new(&entity.encoding)?;
    Ok(Inner::new(reader, Node::Object(object)))
}

impl Inner {
    /// What the body of `length` bytes at `spot` is.
    fn into_kind(self, spot: &Spot, encoding: TransferEncoding, length: u64) -> BulkKind {
        match (self.failed, self.node) {
            // A message in a broken encoding is a part like any other.
            (Some(_), Node::Entity(_)) => BulkKind::Leaf,
            (Some(error), _) => BulkKind::Unreadable(error),
            (None, node) => {
                let body = spot.view(length);
                BulkKind::Inner(node.into_bytes(Spot::whole(match self.reader {
                    TransferReader::Identity => body,
                    _ => body.then(Transform::Transfer(encoding)),
                })))
            }
        }
    }

    fn new(reader: TransferReader, node: Node) -> Inner {
        Inner {
            reader,
            decoded: Zeroizing::default(),
            node,
            failed: None,
        }
    }

    fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        if self.reader.is_identity() {
            return self.node.push(input, context);
        }
        for step in input.chunks(STEP) {
            if self.failed.is_some() {
                return;
            }
            self.decoded.clear();
            match self.reader.push(step, &mut self.decoded) {
                Ok(()) => self.node.push(&self.decoded, context),
                Err(error) => self.failed = Some(error),
            }
        }
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        if self.failed.is_some() {
            return;
        }
        self.decoded.clear();
        match self.reader.finish(&mut self.decoded) {
            Ok(()) => {
                self.node.push(&self.decoded, context);
                self.node.finish(context);
            }
            Err(error) => self.failed = Some(error),
        }
    }
}

/// The digests that a signature may be over: micalg is a hint, without it all of today's are computed.
fn digests(micalg: Option<&str>) -> Vec<DigestAlgorithm> {
    match micalg.and_then(DigestAlgorithm::from_micalg) {
        Some(algorithm) => vec![algorithm],
        None => vec![
            DigestAlgorithm::Sha256,
            DigestAlgorithm::Sha384,
            DigestAlgorithm::Sha512,
        ],
    }
}
