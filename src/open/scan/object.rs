//! A CMS object going by.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::layer::LayerScan;
use super::node::{Begin, Spot};
use super::{Context, Facts, HELD, Holding, Shared};
use crate::cms::read::scanner::{Event, Head, ObjectScanner, Reduced};
use crate::cms::read::{Received, read, read_as};
use crate::mime::armour::ArmourReader;
use crate::open::buffer::{Bytes, Gather};
use crate::open::bulk::{Bulk, BulkKind, BulkObject};
use crate::open::trouble::limit;
use crate::open::view::{Transform, View};
use crate::{Error, ErrorKind, Limits};

/// How much armour is taken off at once, in bytes.
const STEP: usize = 32 << 10;

/// An object going by.
pub(in crate::open) struct ObjectScan {
    begin: Begin,
    limits: Limits,
    may_hold: usize,
    /// Of a content inside another layer, without a `ContentInfo`.
    content_type: Option<ObjectIdentifier>,
    /// It may be octets as well: it is an object only if it is SignedData that holds its content.
    or_octets: bool,
    armour: Option<Armour>,
    len: u64,
    state: State,
}

struct Armour {
    may_be_base64: bool,
    /// Bytes with the armour.
    len: u64,
    reader: ArmourReader,
    bare: Zeroizing<Vec<u8>>,
}

enum State {
    /// Short as yet: all of it.
    Held(Gather),
    Going(Box<Going>),
    Failed(Error),
}

/// An object that is too long to be held.
struct Going {
    scanner: Option<ObjectScanner>,
    layer: Option<LayerScan>,
    reduced: Option<Reduced>,
    /// It has to be SignedData.
    only_signed: bool,
    /// How much may be kept of it, and how much was counted.
    may_keep: usize,
    counted: usize,
    failed: Option<Error>,
}

impl ObjectScan {
    pub(super) fn new(
        begin: Begin,
        content_type: Option<ObjectIdentifier>,
        shared: &Shared,
    ) -> ObjectScan {
        ObjectScan {
            begin,
            limits: shared.config.limits,
            may_hold: shared.may_hold(),
            content_type,
            or_octets: false,
            armour: None,
            len: 0,
            state: State::Held(Gather::default()),
        }
    }

    /// The whole of what goes by, perhaps in an armour. What is held in memory is left to the walk as it is.
    pub(super) fn armoured(begin: Begin, shared: &Shared) -> ObjectScan {
        match shared.holding {
            Holding::All => ObjectScan::new(begin, None, shared),
            Holding::Short | Holding::ShortAndTapped => ObjectScan::in_armour(begin, true, shared),
        }
    }

    /// The body of a MIME entity.
    pub(super) fn in_armour(begin: Begin, may_be_base64: bool, shared: &Shared) -> ObjectScan {
        ObjectScan {
            armour: Some(Armour {
                may_be_base64,
                len: 0,
                reader: ArmourReader::new(may_be_base64),
                bare: Zeroizing::default(),
            }),
            ..ObjectScan::new(begin, None, shared)
        }
    }

    /// Decrypted octets that are an object only if they are SignedData with its content.
    pub(super) fn or_octets(begin: Begin, shared: &Shared) -> ObjectScan {
        ObjectScan {
            or_octets: true,
            ..ObjectScan::new(begin, None, shared)
        }
    }

    pub(super) fn push(&mut self, input: &[u8], context: &mut Context<'_>) {
        let Some(mut armour) = self.armour.take() else {
            return self.bare(input, context);
        };
        armour.len = armour.len.saturating_add(length(input));
        if armour.reader.passes(input) {
            self.bare(input, context);
        } else {
            for step in input.chunks(STEP) {
                if matches!(self.state, State::Failed(_)) {
                    break;
                }
                armour.bare.clear();
                match armour.reader.push(step, &mut armour.bare) {
                    Ok(()) => self.bare(&armour.bare, context),
                    Err(error) => self.fail(error),
                }
            }
        }
        self.armour = Some(armour);
    }

    fn fail(&mut self, error: Error) {
        if !matches!(self.state, State::Failed(_)) {
            self.state = State::Failed(error);
        }
    }

    fn bare(&mut self, input: &[u8], context: &mut Context<'_>) {
        self.len = self.len.saturating_add(length(input));
        match &mut self.state {
            State::Failed(_) => {}
            State::Going(going) => going.push(input, &self.begin, context),
            State::Held(gather) => {
                if gather.get().len().saturating_add(input.len()) <= self.may_hold {
                    return gather.push(input);
                }
                let may_keep = context.shared.left_to_hold();
                let limits = Limits {
                    held_in_all: may_keep,
                    ..self.limits
                };
                let mut going = Box::new(Going {
                    scanner: Some(ObjectScanner::new(self.content_type, &limits)),
                    layer: None,
                    reduced: None,
                    only_signed: self.or_octets,
                    may_keep,
                    counted: 0,
                    failed: None,
                });
                let begun = std::mem::take(gather);
                going.push(begun.get(), &self.begin, context);
                going.push(input, &self.begin, context);
                self.state = State::Going(going);
            }
        }
    }

    pub(super) fn finish(&mut self, context: &mut Context<'_>) {
        if let Some(mut armour) = self.armour.take() {
            armour.bare.clear();
            match armour.reader.finish(&mut armour.bare) {
                Ok(()) => self.bare(&armour.bare, context),
                Err(error) => self.fail(error),
            }
            self.armour = Some(armour);
        }
        match &mut self.state {
            State::Held(gather) => {
                if let Err(error) = context.shared.hold(gather.get().len()) {
                    self.state = State::Failed(error);
                }
            }
            State::Going(going) => {
                going.finish(&self.begin, self.content_type.as_ref(), context);
            }
            State::Failed(_) => {}
        }
    }

    pub(super) fn resume(&mut self, context: &mut Context<'_>) {
        // Nobody is asked about what will not be told.
        if let State::Going(going) = &mut self.state
            && going.failed.is_none()
            && let Some(layer) = &mut going.layer
        {
            let content_type = self.content_type.as_ref();
            let reduced = going.reduced.as_ref();
            let whole = reduced.and_then(|reduced| whole(reduced, content_type, &self.limits).ok());
            layer.resume(whole.as_ref(), context);
        }
    }

    pub(super) fn remember(&mut self, facts: &mut Facts) {
        if let State::Going(going) = &mut self.state
            && let Some(layer) = &mut going.layer
        {
            layer.remember(&self.begin.way, facts);
        }
    }

    /// What `look` says of the object, its content left out.
    pub(super) fn look<T: Default>(&self, look: impl Fn(&[u8]) -> T) -> T {
        match &self.state {
            State::Held(gather) => look(gather.get()),
            State::Going(going) => match &going.reduced {
                Some(reduced) => look(&reduced.object),
                None => T::default(),
            },
            State::Failed(_) => T::default(),
        }
    }

    pub(super) fn into_bytes(self, spot: Spot) -> Bytes {
        let spot = match &self.armour {
            Some(armour) => {
                let bare = spot.view(armour.len).then(Transform::Armour {
                    may_be_base64: armour.may_be_base64,
                });
                Spot::whole(bare).hashed(spot.hashed)
            }
            None => spot,
        };
        let view = spot.view(self.len);
        let kind = match self.state {
            State::Held(gather) => return gather.finish(),
            State::Failed(error) => BulkKind::Unreadable(error),
            State::Going(going) => {
                let limits = self.limits;
                let is_octets = self.or_octets && !going.is_signed_with_content(&limits);
                match (is_octets, going.failed, going.reduced) {
                    (true, _, _) => BulkKind::Leaf,
                    (false, Some(error), _) => BulkKind::Unreadable(error),
                    (false, None, reduced) => {
                        let content = view.then(Transform::Content(self.content_type));
                        BulkKind::Object(Box::new(object(reduced, going.layer, content)))
                    }
                }
            }
        };
        let bulk = Bulk {
            len: self.len,
            view,
            hashed: spot.hashed,
            kind,
        };
        Bytes::bulk(Bytes::empty(), bulk)
    }
}

fn object(reduced: Option<Reduced>, layer: Option<LayerScan>, content: View) -> BulkObject {
    let (object, len) = match reduced {
        Some(reduced) => (reduced.object, reduced.content),
        None => (Zeroizing::default(), None),
    };
    let (content, opening) = match layer {
        Some(layer) => layer.into_content(content),
        None => (Ok(Bytes::empty()), None),
    };
    BulkObject {
        reduced: Bytes::new(object),
        len,
        content,
        opening,
    }
}

impl Going {
    fn push(&mut self, input: &[u8], begin: &Begin, context: &mut Context<'_>) {
        let Some(mut scanner) = self.scanner.take() else {
            return;
        };
        let layer = &mut self.layer;
        let only_signed = self.only_signed;
        let pushed = scanner.push(input, &mut |event| {
            match (event, layer.as_mut()) {
                (Event::Head(head), _) if only_signed && !matches!(head, Head::Signed { .. }) => {
                    return Err(Error::malformed("SignedData", "it is of another type"));
                }
                (Event::Head(head), _) => *layer = Some(LayerScan::new(head, begin, context)?),
                (Event::Octets(octets), Some(layer)) => layer.push(octets, context),
                (Event::Octets(_), None) => {}
            }
            Ok(())
        });
        match pushed.and_then(|()| self.count(scanner.kept(), context)) {
            Ok(()) => self.scanner = Some(scanner),
            Err(error) => self.fail(error, context),
        }
    }

    /// Counts what is kept of it.
    fn count(&mut self, kept: usize, context: &mut Context<'_>) -> Result<(), Error> {
        let more = kept.saturating_sub(self.counted);
        self.counted = self.counted.max(kept);
        context.shared.hold(more)
    }

    /// All objects share what may be held: the error names the whole.
    fn fail(&mut self, error: Error, context: &Context<'_>) {
        let left = u64::try_from(self.may_keep).unwrap_or(u64::MAX);
        self.failed = Some(match error.kind() {
            ErrorKind::Limit { what, limit: most } if *what == HELD && *most == left => {
                limit(HELD, context.shared.config.limits.held_in_all)
            }
            _ => error,
        });
    }

    fn finish(
        &mut self,
        begin: &Begin,
        content_type: Option<&ObjectIdentifier>,
        context: &mut Context<'_>,
    ) {
        let Some(scanner) = self.scanner.take() else {
            return;
        };
        let finished = scanner.finish();
        let counted = finished.and_then(|reduced| {
            self.count(reduced.object.len(), context)?;
            Ok(reduced)
        });
        let reduced = match counted {
            Ok(reduced) => self.reduced.insert(reduced),
            Err(error) => return self.fail(error, context),
        };
        let Some(layer) = &mut self.layer else {
            return;
        };
        match whole(reduced, content_type, &context.shared.config.limits) {
            Ok(whole) => layer.finish(&whole, begin, context),
            Err(error) => self.failed = Some(error),
        }
    }

    fn is_signed_with_content(&self, limits: &Limits) -> bool {
        let reduced = self.reduced.as_ref().filter(|_| self.failed.is_none());
        reduced.is_some_and(|reduced| {
            matches!(
                read(&reduced.object, limits),
                Ok(Received::Signed(data)) if data.content.is_some() && !data.signers.is_empty()
            )
        })
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// The object without its content.
fn whole<'r>(
    reduced: &'r Reduced,
    content_type: Option<&ObjectIdentifier>,
    limits: &Limits,
) -> Result<Received<'r>, Error> {
    match content_type {
        Some(content_type) => read_as(content_type, &reduced.object, limits),
        None => read(&reduced.object, limits),
    }
}
