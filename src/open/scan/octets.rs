//! Octets that nothing is looked for in.

use super::node::{Begin, Spot};
use super::{Context, Digests, Shared};
use crate::Error;
use crate::open::buffer::{Bytes, Gather};
use crate::open::bulk::{Bulk, BulkKind, Hashed};

/// Octets going by: held while they are few.
pub(in crate::open) struct OctetsScan {
    begin: Begin,
    digests: Option<Digests>,
    may_hold: usize,
    len: u64,
    held: Option<Gather>,
    failed: Option<Error>,
}

impl OctetsScan {
    pub(super) fn new(begin: Begin, shared: &Shared) -> OctetsScan {
        OctetsScan {
            begin,
            digests: None,
            may_hold: shared.may_hold(),
            len: 0,
            held: Some(Gather::default()),
            failed: None,
        }
    }

    /// With these digests computed of it.
    pub(super) fn hashed(mut self, digests: Digests) -> OctetsScan {
        self.digests = Some(digests);
        self
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        self.len = self
            .len
            .saturating_add(u64::try_from(input.len()).unwrap_or(u64::MAX));
        if let Some(held) = &mut self.held {
            if held.get().len().saturating_add(input.len()) <= self.may_hold {
                held.push(input);
                return;
            }
            if let Some(held) = self.held.take() {
                self.pass(held.get(), context);
            }
        }
        self.pass(input, context);
    }

    fn pass(&mut self, input: &[u8], context: &mut Context<'_>) {
        if let Some(digests) = &mut self.digests {
            digests.update(input);
        }
        if self.begin.chain {
            context.tap(input);
        }
    }

    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some(digests) = &mut self.digests {
            digests.end();
        }
        if let Some(held) = &self.held {
            self.failed = context.shared.hold(held.get().len()).err();
        }
    }

    pub(super) fn into_bytes(self, spot: Spot) -> Bytes {
        if let (Some(held), None) = (self.held, &self.failed) {
            return held.finish();
        }
        let view = spot.view(self.len);
        let hashed = match (self.digests, &self.failed) {
            // It was held until it failed: nothing of it was hashed.
            (_, Some(_)) => Hashed::default(),
            (Some(digests), None) => digests.finish(),
            (None, None) => spot.hashed,
        };
        let bulk = Bulk {
            len: self.len,
            view,
            hashed,
            kind: match self.failed {
                Some(error) => BulkKind::Unreadable(error),
                None => BulkKind::Leaf,
            },
        };
        Bytes::bulk(Bytes::empty(), bulk)
    }
}
