//! A MIME entity going by.

use super::facts::Way;
use super::matter::Matter;
use super::node::{Begin, Spot};
use super::parts::object_of;
use super::{Context, Digests, Facts, Shared};
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::{Entity, Kind, head_length};
use crate::mime::header::HeaderReader;
use crate::mime::line_ends;
use crate::open::buffer::{Bytes, Gather};
use crate::open::bulk::{Bulk, BulkKind};
use crate::open::trouble::{limit, may_be_a_mail};
use crate::{Error, Limits};

/// An entity going by.
pub(in crate::open) struct EntityScan {
    begin: Begin,
    /// Of the first part of a signed multipart.
    digests: Option<Digests>,
    /// It stands where a signature should: its body is read as CMS, whatever it says that it is.
    is_signature: bool,
    limits: Limits,
    /// Nothing is looked for in it.
    is_leaf: bool,
    may_hold: usize,
    len: u64,
    /// Nothing but white space so far.
    is_blank: bool,
    state: State,
}

enum State {
    /// Short as yet: all of it.
    Held(Gather),
    /// Too long to be held, in its header; how many bytes were looked at for its end.
    Head(Gather, usize),
    Body(Box<Body>),
    /// With its header, if the end of that was found.
    Failed(Bytes, Error),
}

/// An entity whose header is known.
struct Body {
    head: Bytes,
    encoding: TransferEncoding,
    /// The header of the message that the content is, as it stands in the body, and whether more of it is to come.
    beneath: Option<(HeaderReader, bool)>,
    /// It is content that is given out as it goes by.
    is_tapped: bool,
    matter: Matter,
}

/// The longest CMS object with a length of one octet: only as a whole can it be told from a mail.
const SHORT_OBJECT: usize = 2 + 0x7f;

impl EntityScan {
    pub(super) fn new(begin: Begin, shared: &Shared) -> EntityScan {
        let least = match begin.depth {
            0 => SHORT_OBJECT,
            _ => 0,
        };
        EntityScan {
            begin,
            digests: None,
            is_signature: false,
            is_leaf: false,
            limits: shared.config.limits,
            may_hold: shared.may_hold().max(least),
            len: 0,
            is_blank: true,
            state: State::Held(Gather::default()),
        }
    }

    /// With these digests computed of it.
    pub(super) fn hashed(mut self, digests: Digests) -> EntityScan {
        self.digests = Some(digests);
        self
    }

    /// Where the signature of a signed multipart should be.
    pub(super) fn for_signature(mut self) -> EntityScan {
        self.is_signature = true;
        self
    }

    pub(super) fn way(&self) -> &Way {
        &self.begin.way
    }

    /// The digests of it, if it is not held.
    pub(super) fn digests(&self) -> Option<&Digests> {
        match self.state {
            State::Body(_) | State::Failed(..) => self.digests.as_ref(),
            State::Held(_) | State::Head(..) => None,
        }
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        self.len = self
            .len
            .saturating_add(u64::try_from(input.len()).unwrap_or(u64::MAX));
        self.is_blank = self.is_blank && input.trim_ascii_start().is_empty();
        match &mut self.state {
            State::Held(gather) => {
                let len = gather.get().len().saturating_add(input.len());
                if len <= self.may_hold {
                    gather.push(input);
                } else {
                    self.state = State::Head(std::mem::take(gather), 0);
                    self.head(input, false, context);
                }
            }
            State::Head(..) => self.head(input, false, context),
            State::Body(_) => self.body(input, context),
            State::Failed(..) => {
                if let Some(digests) = &mut self.digests {
                    digests.update(input);
                }
            }
        }
    }

    /// Looks for the end of the header.
    fn head(&mut self, input: &[u8], is_all: bool, context: &mut Context<'_>) {
        let State::Head(gather, looked) = &mut self.state else {
            return;
        };
        gather.push(input);
        let length = head_length(gather.get(), *looked, is_all, &self.limits);
        if let Ok(None) = length {
            *looked = gather.get().len();
            return;
        }
        let gathered = std::mem::take(gather).finish();
        let gathered = gathered.get();
        let (head, rest) = match length {
            Ok(length) => gathered.split_at(length.unwrap_or_default().min(gathered.len())),
            Err(error) => return self.unreadable(&[], gathered, error),
        };
        let entity = match Entity::read(head, &self.limits) {
            Ok(entity) => entity,
            Err(error) => return self.unreadable(head, gathered, error),
        };
        match self.begin_body(&entity, rest, context) {
            Ok(body) => {
                self.state = State::Body(Box::new(body));
                if let Some(digests) = &mut self.digests {
                    digests.update(head);
                }
                self.body(rest, context);
            }
            Err(error) => self.fail(error),
        }
    }

    /// Its header cannot be read. It may be signed all the same: then as text.
    fn unreadable(&mut self, head: &[u8], gathered: &[u8], error: Error) {
        self.digests = self.digests.take().map(Digests::with_line_ends);
        if let Some(digests) = &mut self.digests {
            digests.update(gathered);
        }
        self.state = State::Failed(Bytes::copy(head), error);
    }

    /// It is more than is taken apart. What was hashed of it is not all of it.
    fn fail(&mut self, error: Error) {
        self.digests = None;
        self.state = State::Failed(Bytes::empty(), error);
    }

    /// Decides from the header what the body is.
    fn begin_body(
        &mut self,
        entity: &Entity<'_>,
        rest: &[u8],
        context: &mut Context<'_>,
    ) -> Result<Body, Error> {
        let head = entity.raw;
        context.shared.hold(head.len())?;
        let limits = self.limits;
        let deepest = limits.mime_depth.saturating_add(limits.protection_layers);
        if self.begin.depth > deepest.saturating_mul(2) {
            return Err(limit("MIME nesting", limits.mime_depth));
        }
        if self.begin.depth == 0 && head.is_empty() {
            may_be_a_mail(rest)?;
        }
        let is_binary = entity.encoding == TransferEncoding::Binary
            || context.shared.facts.binary.contains(&self.begin.way);
        if let Some(digests) = self.digests.take() {
            self.digests = Some(match is_binary {
                true => digests,
                false => digests.with_line_ends(),
            });
        }
        let (matter, is_layer) = match self.is_leaf {
            true => (Matter::Leaf, false),
            false => Matter::of(entity, &self.begin, self.is_signature, context.shared),
        };
        let is_tapped = self.begin.chain && !is_layer;
        if is_tapped {
            context.tap(head);
        }
        Ok(Body {
            head: Bytes::copy(head),
            encoding: entity.encoding.clone(),
            beneath: (self.begin.chain && entity.kind() == Kind::Message)
                .then(|| (HeaderReader::default(), true)),
            is_tapped,
            matter,
        })
    }

    fn body(&mut self, input: &[u8], context: &mut Context<'_>) {
        let State::Body(body) = &mut self.state else {
            return;
        };
        if let Some(digests) = &mut self.digests {
            digests.update(input);
        }
        if body.is_tapped {
            context.tap(input);
        }
        if let Some((reader, is_open)) = &mut body.beneath
            && *is_open
        {
            *is_open = matches!(reader.push(input, &self.limits), Ok(None));
        }
        body.matter.push(input, context);
    }

    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let State::Head(..) = self.state {
            self.head(&[], true, context);
        }
        if self.is_blank && self.begin.depth == 0 && !matches!(self.state, State::Held(_)) {
            self.fail(Error::malformed("mail", "it is empty"));
        }
        match &mut self.state {
            State::Held(gather) => {
                if self.begin.keep || !is_leaf(gather.get(), &self.limits) {
                    if let Err(error) = context.shared.hold(gather.get().len()) {
                        self.fail(error);
                    }
                } else {
                    // Of a part that nothing is looked for in the header is enough.
                    self.state = State::Head(std::mem::take(gather), 0);
                    self.is_leaf = true;
                    self.head(&[], true, context);
                }
            }
            State::Body(body) => body.matter.finish(context),
            State::Head(..) | State::Failed(..) => {}
        }
        if let Some(digests) = &mut self.digests {
            digests.end();
        }
    }

    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        if let State::Body(body) = &mut self.state {
            body.matter.resume(context);
        }
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        if let State::Body(body) = &mut self.state {
            body.matter.remember(facts);
        }
    }

    pub(super) fn holds_binary(&self) -> bool {
        match &self.state {
            State::Held(gather) => Entity::read(gather.get(), &self.limits)
                .is_ok_and(|entity| line_ends::is_binary(&entity)),
            State::Body(body) => {
                body.encoding == TransferEncoding::Binary || body.matter.holds_binary()
            }
            State::Head(..) | State::Failed(..) => false,
        }
    }

    /// What `look` says of the CMS object in it, if it is one.
    pub(super) fn look<T: Default>(&self, look: impl Fn(&[u8]) -> T) -> T {
        match &self.state {
            State::Held(gather) => match object_of(gather.get(), &self.limits) {
                Some(object) => look(&object),
                None => T::default(),
            },
            State::Body(body) => match body.matter.object() {
                Some(object) => object.look(look),
                None => T::default(),
            },
            State::Head(..) | State::Failed(..) => T::default(),
        }
    }

    pub(super) fn into_bytes(self, spot: Spot) -> Bytes {
        let view = spot.view(self.len);
        let (head, kind) = match self.state {
            State::Held(gather) => return gather.finish(),
            State::Head(gather, _) => (gather.finish(), BulkKind::Leaf),
            State::Failed(head, error) => (head, BulkKind::Unreadable(error)),
            State::Body(body) => {
                let Body {
                    head,
                    encoding,
                    beneath,
                    matter,
                    ..
                } = *body;
                let length = self.len.saturating_sub(head.len());
                let is_armoured = matter.is_armoured();
                let kind = match matter.into_kind(&spot.at(head.len()), encoding, length) {
                    BulkKind::Unreadable(error)
                        if self.is_signature
                            && !is_armoured
                            && is_leaf(head.get(), &self.limits) =>
                    {
                        BulkKind::NoSignature(error)
                    }
                    kind => kind,
                };
                let mut held = Gather::default();
                held.push(head.get());
                if let Some((beneath, _)) = beneath {
                    held.push(beneath.bytes());
                }
                (held.finish(), kind)
            }
        };
        let hashed = match self.digests {
            Some(digests) => digests.finish(),
            None => spot.hashed,
        };
        let bulk = Bulk {
            len: self.len,
            view,
            hashed,
            kind,
        };
        Bytes::bulk(head, bulk)
    }
}

/// Whether nothing is looked for in an entity.
fn is_leaf(raw: &[u8], limits: &Limits) -> bool {
    Entity::read(raw, limits).is_ok_and(|entity| entity.kind() == Kind::Leaf)
}
