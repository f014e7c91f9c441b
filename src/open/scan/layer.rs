//! What stands around the content of a CMS object, and is taken off as it goes by.

use const_oid::ObjectIdentifier;

use super::facts::{Facts, Way};
use super::node::{Begin, Node, Spot};
use super::sealed::SealedScan;
use super::{Context, Digests, EntityScan, ObjectScan, OctetsScan, Shared};
use crate::Error;
use crate::cms::oid;
use crate::cms::read::Received;
use crate::cms::read::compressed::InflateReader;
use crate::cms::read::scanner::{Head, ObjectScanner};
use crate::open::buffer::Bytes;
use crate::open::keys::Opening;
use crate::open::trouble::Trouble;
use crate::open::view::{Transform, View};

/// How much is inflated at once, in bytes.
const STEP: usize = 32 << 10;

/// The content of a CMS object going by.
pub(super) enum LayerScan {
    Data(Box<Node>),
    Signed(Digests, Box<Node>),
    Sealed(Box<SealedScan>),
    Compressed(Box<CompressedScan>),
}

/// Compressed content.
pub(super) struct CompressedScan {
    inflate: Option<InflateReader>,
    node: Node,
    failed: Option<Error>,
}

/// What a layer holds: MIME, CMS again, or octets.
pub(super) fn inside(
    content_type: &ObjectIdentifier,
    begin: Begin,
    is_decrypted: bool,
    shared: &Shared,
) -> Node {
    if begin.layers > shared.config.limits.protection_layers {
        // The walk goes no deeper. To go deeper here would take stack.
        let begin = Begin {
            chain: false,
            ..begin
        };
        Node::Octets(OctetsScan::new(begin, shared))
    } else if ObjectScanner::takes_apart(content_type) {
        Node::Object(ObjectScan::new(begin, Some(*content_type), shared))
    } else if *content_type != oid::DATA {
        Node::Octets(OctetsScan::new(begin, shared))
    } else if shared.mime {
        Node::Entity(EntityScan::new(begin, shared))
    } else if is_decrypted {
        Node::Object(ObjectScan::or_octets(begin, shared))
    } else {
        Node::Octets(OctetsScan::new(begin, shared))
    }
}

impl LayerScan {
    pub(super) fn new(
        head: Head,
        begin: &Begin,
        context: &mut Context<'_>,
    ) -> Result<LayerScan, Error> {
        let shared = &*context.shared;
        let node = |content_type| inside(content_type, begin.protected(), false, shared);
        Ok(match head {
            Head::Data => {
                let node = inside(&oid::DATA, begin.within(), false, shared);
                LayerScan::Data(Box::new(node))
            }
            Head::Signed {
                content_type,
                digests,
            } => {
                let algorithms = shared.facts.digests.get(&begin.way).unwrap_or(&digests);
                let digests = Digests::of_octets(algorithms, shared);
                LayerScan::Signed(digests, Box::new(node(&content_type)))
            }
            Head::Compressed { content_type } => LayerScan::Compressed(Box::new(CompressedScan {
                inflate: Some(InflateReader::new(&shared.config.limits)),
                node: node(&content_type),
                failed: None,
            })),
            Head::Enveloped {
                reduced,
                content_type,
            } => {
                let sealed = SealedScan::new(reduced, content_type, begin, context)?;
                LayerScan::Sealed(Box::new(sealed))
            }
        })
    }

    pub(super) fn push(&mut self, octets: &[u8], context: &mut Context<'_>) {
        match self {
            LayerScan::Data(node) => node.push(octets, context),
            LayerScan::Signed(digests, node) => {
                digests.update(octets);
                node.push(octets, context);
            }
            LayerScan::Sealed(sealed) => sealed.push(octets, context),
            LayerScan::Compressed(compressed) => compressed.push(octets, context),
        }
    }

    /// `whole` is the object without its content.
    pub(super) fn finish(
        &mut self,
        whole: &Received<'_>,
        begin: &Begin,
        context: &mut Context<'_>,
    ) {
        match self {
            LayerScan::Data(node) => node.finish(context),
            LayerScan::Signed(digests, node) => {
                digests.end();
                node.finish(context);
                let Received::Signed(data) = whole else {
                    return;
                };
                let (used, known) = (data.digests(), digests.algorithms());
                if used.iter().any(|algorithm| !known.contains(algorithm)) {
                    let facts = &mut context.shared.facts;
                    facts.digests.insert(begin.way.clone(), used);
                    context.shared.again = true;
                }
            }
            LayerScan::Sealed(sealed) => sealed.finish(whole, context),
            LayerScan::Compressed(compressed) => compressed.finish(context),
        }
    }

    pub(super) fn resume(&mut self, whole: Option<&Received<'_>>, context: &mut Context<'_>) {
        match self {
            LayerScan::Data(node) | LayerScan::Signed(_, node) => node.resume(context),
            LayerScan::Sealed(sealed) => sealed.resume(whole, context),
            LayerScan::Compressed(compressed) => {
                // Nobody is asked about what will not be told.
                if compressed.failed.is_none() {
                    compressed.node.resume(context);
                }
            }
        }
    }

    pub(super) fn remember(&mut self, way: &Way, facts: &mut Facts) {
        match self {
            LayerScan::Data(node) | LayerScan::Signed(_, node) => node.remember(facts),
            LayerScan::Sealed(sealed) => sealed.remember(way, facts),
            LayerScan::Compressed(compressed) => compressed.node.remember(facts),
        }
    }

    /// The content, of which `octets` is the way to it as it stands in the object, and how its key was found.
    pub(super) fn into_content(self, octets: View) -> (Content, Option<Result<Opening, Trouble>>) {
        match self {
            LayerScan::Data(node) => (Ok(node.into_bytes(Spot::whole(octets))), None),
            LayerScan::Signed(digests, node) => {
                let spot = Spot::whole(octets).hashed(digests.finish());
                (Ok(node.into_bytes(spot)), None)
            }
            LayerScan::Sealed(sealed) => sealed.into_content(&octets),
            LayerScan::Compressed(compressed) => {
                let content = match compressed.failed {
                    Some(error) => Err(error),
                    None => Ok(compressed
                        .node
                        .into_bytes(Spot::whole(octets.then(Transform::Inflate)))),
                };
                (content, None)
            }
        }
    }
}

/// Content, or what is wrong with it.
pub(super) type Content = Result<Bytes, Error>;

impl CompressedScan {
    fn push(&mut self, octets: &[u8], context: &mut Context<'_>) {
        let Some(mut inflate) = self.inflate.take() else {
            return;
        };
        for step in octets.chunks(STEP) {
            let node = &mut self.node;
            let pushed = inflate.push(step, &mut |inflated| {
                context.shared.unpack(inflated.len())?;
                node.push(inflated, context);
                // What compression inside of it unpacks to counts here as well: however the pieces are cut, it is the
                // outermost that is over the limit.
                context.shared.unpack(0)?;
                context.shared.check_tap()
            });
            if let Err(error) = pushed {
                self.failed = Some(error);
                return;
            }
        }
        self.inflate = Some(inflate);
    }

    fn finish(&mut self, context: &mut Context<'_>) {
        match self.inflate.take().map(InflateReader::finish) {
            Some(Ok(())) => self.node.finish(context),
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }
}
