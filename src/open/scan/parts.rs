//! The parts of a multipart body going by.

use super::node::{Begin, Node, Spot};
use super::{Context, Digests, EntityScan, Facts, Shared};
use crate::cms::read::{Received, read};
use crate::crypto::DigestAlgorithm;
use crate::mime::entity::Entity;
use crate::mime::multipart::{Piece, Splitter};
use crate::open::bulk::{Around, BulkKind, BulkParts};
use crate::{Error, Limits};

/// The parts of a multipart body.
pub(super) struct PartsScan {
    begin: Begin,
    splitter: Option<Splitter>,
    /// The digests of the first part, if the second may sign it.
    signed: Option<Vec<DigestAlgorithm>>,
    preamble: Around,
    parts: Vec<(u64, Node)>,
    epilogue: Around,
    failed: Option<Error>,
    /// The mail has too many parts: no more of them are looked at.
    over: Option<Error>,
    /// Parts of the mail before these.
    before: Option<usize>,
}

impl PartsScan {
    /// `signed`: the digests of the first part, if the second may sign it; then the parts are in the chain of layers.
    pub(super) fn new(
        begin: Begin,
        boundary: &str,
        signed: Option<Vec<DigestAlgorithm>>,
        limits: &Limits,
    ) -> PartsScan {
        let (splitter, failed) = match Splitter::new(boundary, limits) {
            Ok(splitter) => (Some(splitter), None),
            Err(error) => (None, Some(error)),
        };
        PartsScan {
            begin,
            splitter,
            signed,
            preamble: Around::default(),
            parts: Vec::new(),
            epilogue: Around::default(),
            failed,
            over: None,
            before: None,
        }
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        let Some(mut splitter) = self.splitter.take() else {
            return;
        };
        self.before.get_or_insert(context.shared.parts);
        match splitter.push(input, &mut |piece| self.piece(piece, context)) {
            Ok(()) => self.splitter = Some(splitter),
            Err(error) => self.fail(error, context),
        }
    }

    /// Parts that could not be told apart are no parts.
    fn fail(&mut self, error: Error, context: &mut Context<'_>) {
        context.shared.parts = self.before.unwrap_or(context.shared.parts);
        self.failed = Some(error);
    }

    fn piece(&mut self, piece: Piece<'_>, context: &mut Context<'_>) -> Result<(), Error> {
        match piece {
            Piece::Preamble(bytes) => self.preamble.add(bytes),
            Piece::Part { .. } | Piece::Bytes(_) | Piece::End if self.over.is_some() => {}
            Piece::Part { start } => {
                if let Err(error) = context.shared.part() {
                    self.over = Some(error);
                    return Ok(());
                }
                let node = Node::Entity(self.child(context.shared));
                self.parts.push((start, node));
            }
            Piece::Bytes(bytes) => {
                if let Some((_, node)) = self.parts.last_mut() {
                    node.push(bytes, context);
                }
            }
            Piece::End => {
                if let Some((_, node)) = self.parts.last_mut() {
                    node.finish(context);
                }
            }
            Piece::Epilogue(bytes) => self.epilogue.add(bytes),
        }
        Ok(())
    }

    /// The next part.
    fn child(&self, shared: &Shared) -> EntityScan {
        let index = self.parts.len();
        let mut child = self.begin.child(index);
        child.keep = self.signed.is_some();
        child.chain = self.begin.chain && self.signed.is_some() && index == 0;
        let algorithms = match (&self.signed, index) {
            (Some(algorithms), 0) => algorithms,
            (Some(_), 1) => return EntityScan::new(child, shared).for_signature(),
            _ => return EntityScan::new(child, shared),
        };
        let known = shared.facts.digests.get(&child.way);
        let digests = Digests::of_octets(known.unwrap_or(algorithms), shared);
        EntityScan::new(child, shared).hashed(digests)
    }

    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some(splitter) = self.splitter.take()
            && let Err(error) = splitter.finish(&mut |piece| self.piece(piece, context))
        {
            self.fail(error, context);
        }
        if self.signed.is_some() {
            self.check_digests(context);
        }
    }

    /// Whether the first part was hashed as its signers did it; if not, it has to go by again.
    fn check_digests(&self, context: &mut Context<'_>) {
        let [(_, Node::Entity(content)), (_, Node::Entity(signature))] = self.parts.as_slice()
        else {
            return;
        };
        let Some(digests) = content.digests() else {
            return;
        };
        let limits = context.shared.config.limits;
        let used = signature.look(|object| match read(object, &limits) {
            Ok(Received::Signed(data)) => data.digests(),
            _ => Vec::new(),
        });
        let facts = &mut context.shared.facts;
        let known = digests.algorithms();
        if used.iter().any(|algorithm| !known.contains(algorithm)) {
            facts.digests.insert(content.way().clone(), used);
            context.shared.again = true;
        }
        let facts = &mut context.shared.facts;
        if digests.is_changed()
            && content.holds_binary()
            && facts.binary.insert(content.way().clone())
        {
            context.shared.again = true;
        }
    }

    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        for (_, node) in &mut self.parts {
            node.resume(context);
        }
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        for (_, node) in &mut self.parts {
            node.remember(facts);
        }
    }

    pub(super) fn holds_binary(&self) -> bool {
        self.failed.is_none() && self.parts.iter().any(|(_, node)| node.holds_binary())
    }

    /// What they are; `spot` is that of the body.
    pub(super) fn into_kind(self, spot: &Spot) -> BulkKind {
        match (self.failed, self.over) {
            (Some(error), _) => BulkKind::Unreadable(error),
            (None, Some(error)) => BulkKind::TooMany(error),
            (None, None) => BulkKind::Multipart(BulkParts {
                preamble: self.preamble,
                parts: self
                    .parts
                    .into_iter()
                    .map(|(start, node)| node.into_bytes(spot.at(start)))
                    .collect(),
                epilogue: self.epilogue,
            }),
        }
    }
}

/// The CMS of a signature that is held as an entity.
pub(super) fn object_of(raw: &[u8], limits: &Limits) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    Entity::read(raw, limits).ok()?.cms().ok()
}
