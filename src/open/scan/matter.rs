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
use text::{TextScan, Watch};

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
    /// Of a text in the place of a signature: whether it is armoured CMS to those who take it for no signature.
    watch: Option<Watch>,
    /// What is wrong with such a text if it is CMS.
    flaw: Option<Error>,
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
            Kind::Leaf if is_signature => {
                let if_armoured = entity.if_armoured();
                let may_be_text = if_armoured.is_some()
                    && shared.holding == Holding::Short
                    && entity.encoding != TransferEncoding::Base64;
                let flaw = if_armoured.and_then(Result::err);
                match (object(entity, begin, shared), flaw) {
                    (Ok(inner), flaw) => {
                        let watch = may_be_text.then(Watch::default);
                        let inner = Inner {
                            watch,
                            flaw,
                            ..inner
                        };
                        (Matter::Inner(Box::new(inner)), false)
                    }
                    (Err(_), Some(flaw)) => (Matter::Failed(flaw), false),
                    (Err(_), None) => (Matter::Leaf, false),
                }
            }
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
            Matter::Inner(inner) if inner.flaw.is_some() => {}
            Matter::Inner(inner) => inner.node.resume(context),
            Matter::Text(text) => text.resume(context),
        }
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        match self {
            Matter::Leaf | Matter::Failed(_) => {}
            Matter::Parts(parts) => parts.remember(facts),
            Matter::Inner(inner) if inner.flaw.is_some() => {}
            Matter::Inner(inner) => inner.node.remember(facts),
            Matter::Text(text) => text.remember(facts),
        }
    }

    pub(super) fn holds_binary(&self) -> bool {
        match self {
            Matter::Parts(parts) => parts.holds_binary(),
            Matter::Inner(inner) => {
                inner.flaw.is_none() && inner.reader.is_identity() && inner.node.holds_binary()
            }
            Matter::Leaf | Matter::Text(..) | Matter::Failed(_) => false,
        }
    }

    /// The CMS object in the body.
    pub(super) fn object(&self) -> Option<&ObjectScan> {
        match self {
            Matter::Inner(inner) => match &inner.node {
                Node::Object(object) if inner.flaw.is_none() => Some(object),
                Node::Object(_) | Node::Entity(_) | Node::Octets(_) => None,
            },
            _ => None,
        }
    }

    /// Whether the body, which stands where a signature should, is one block of armoured CMS and nothing else.
    pub(super) fn is_armoured(&self) -> bool {
        matches!(self, Matter::Inner(inner) if inner.is_armoured())
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
        let is_armoured = self.is_armoured();
        match (self.flaw.or(self.failed), self.node) {
            // A message in a broken encoding is a part like any other.
            (Some(_), Node::Entity(_)) => BulkKind::Leaf,
            (Some(error), _) => BulkKind::Unreadable(error),
            (None, node) => {
                let body = spot.view(length);
                let object = node.into_bytes(Spot::whole(match self.reader {
                    TransferReader::Identity => body,
                    _ => body.then(Transform::Transfer(encoding)),
                }));
                match is_armoured {
                    true => BulkKind::Armoured(object),
                    false => BulkKind::Inner(object),
                }
            }
        }
    }

    fn new(reader: TransferReader, node: Node) -> Inner {
        Inner {
            reader,
            decoded: Zeroizing::default(),
            node,
            failed: None,
            watch: None,
            flaw: None,
        }
    }

    fn is_armoured(&self) -> bool {
        self.failed.is_none() && self.watch.as_ref().is_some_and(Watch::is_one)
    }

    fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        if let Some(watch) = &mut self.watch {
            watch.came(input);
        }
        if self.reader.is_identity() {
            return self.take(input, context);
        }
        for step in input.chunks(STEP) {
            if self.failed.is_some() {
                return;
            }
            let mut decoded = std::mem::take(&mut self.decoded);
            decoded.clear();
            match self.reader.push(step, &mut decoded) {
                Ok(()) => self.take(&decoded, context),
                Err(error) => self.failed = Some(error),
            }
            self.decoded = decoded;
        }
    }

    /// Takes what was decoded.
    fn take(&mut self, decoded: &[u8], context: &mut Context<'_>) {
        if let Some(watch) = &mut self.watch {
            watch.decoded(decoded);
        }
        if self.flaw.is_none() {
            self.node.push(decoded, context);
        }
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        if self.failed.is_some() {
            return;
        }
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        match self.reader.finish(&mut decoded) {
            Ok(()) => {
                self.take(&decoded, context);
                if self.flaw.is_none() {
                    self.node.finish(context);
                }
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
