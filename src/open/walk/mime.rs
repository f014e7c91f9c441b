//! MIME: finds the layers of protection in a mail.

use super::{Form, Heading, Item, Place, Trouble, Walk, limit, signed};
use crate::check::{Aspect, Check};
use crate::cms::read::{Received, read};
use crate::mime::armour;
use crate::mime::entity::{Entity, Kind, is_signature_part};
use crate::mime::line_ends;
use crate::mime::multipart::split;
use crate::open::buffer::Bytes;
use crate::open::bulk::{Around, Bulk, BulkKind, BulkParts};
use crate::open::sender::Sender;
use crate::open::trouble::may_be_a_mail;
use crate::{Error, ErrorKind, Limits};

/// A whole message: its header says who it is from.
pub(super) fn message(walk: &mut Walk, bytes: Bytes, place: Place) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    if walk.found.headings.is_empty() {
        is_something(&bytes)?;
    }
    let entity = Entity::read(bytes.get(), &limits)?;
    let heading = walk.found.headings.len();
    walk.found.headings.push(Heading {
        sender: Sender::read(&entity.header, entity.flaw, &limits),
        header: entity.header.clone(),
    });
    look_into(walk, &bytes, &entity, place.of_message(heading))
}

/// Refuses what would otherwise be shown as an unsigned text.
fn is_something(bytes: &Bytes) -> Result<(), Error> {
    if bytes.as_bulk().is_some() {
        return Ok(());
    }
    let bytes = bytes.get();
    if bytes.trim_ascii().is_empty() {
        return Err(Error::malformed("mail", "it is empty"));
    }
    may_be_a_mail(bytes)
}

pub(super) fn entity(walk: &mut Walk, bytes: Bytes, place: Place) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    let entity = Entity::read(bytes.get(), &limits)?;
    look_into(walk, &bytes, &entity, place)
}

fn look_into(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    place: Place,
) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    let kind = kind(bytes, entity, &limits);
    if let Some(BulkKind::TooMany(error)) = bytes.as_bulk().map(|bulk| &bulk.kind) {
        return Err(Trouble::Mail(error.clone()));
    }
    // A part that should be CMS is handed out first.
    if !matches!(kind, Kind::Cms | Kind::DetachedSignature)
        && let Some(error) = bytes.as_bulk().and_then(Bulk::error)
    {
        return Err(error.into());
    }
    match kind {
        Kind::MultipartSigned { boundary, .. } => {
            let parts = Parts::of(bytes, entity, &boundary, &limits)?;
            multipart_signed(walk, bytes, entity, &parts, place)
        }
        Kind::Multipart { boundary } => {
            let parts = Parts::of(bytes, entity, &boundary, &limits)?;
            multipart(walk, bytes, entity, &parts, &place)
        }
        Kind::Message => {
            walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
            // In an encoding that nobody knows it is a part like any other.
            if let Some(inner) = message_in(bytes, entity) {
                walk.go_on_with(Item::Message(inner), place.child(0));
            }
            Ok(())
        }
        Kind::Cms | Kind::DetachedSignature => {
            if !place.is_chain() {
                walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
            }
            let cms = object_in(bytes, entity)?;
            let object = cms.as_object().map_or(&cms, |object| &object.reduced);
            if entity.is_text()
                && let Ok(Received::Signed(data)) = read(object.get(), &limits)
                && data.signers.is_empty()
                && data.content.is_none()
            {
                // Certificates in a text are a text to whoever reads it.
                let inner = signed::certificates_only(walk, &data, &place);
                return match place.is_chain() {
                    true => walk.hand_out(bytes.clone(), entity.media_type(), true, &inner),
                    false => Ok(()),
                };
            }
            let item = Item::Cms(cms, None);
            walk.go_on_with(item, place);
            Ok(())
        }
        Kind::Leaf => walk.hand_out(bytes.clone(), entity.media_type(), true, &place),
    }
}

/// What an entity is. Of one that is not held, what depends on its body was found when it went by.
fn kind(bytes: &Bytes, entity: &Entity<'_>, limits: &Limits) -> Kind {
    match (entity.kind(), bytes.as_bulk().map(|bulk| &bulk.kind)) {
        (Kind::Multipart { boundary }, Some(BulkKind::Multipart(parts)))
            if is_signed(entity, parts, limits) =>
        {
            let micalg = None;
            Kind::MultipartSigned { boundary, micalg }
        }
        (Kind::Leaf, Some(BulkKind::Armoured(_))) => Kind::Cms,
        (kind, _) => kind,
    }
}

/// Whether a multipart/signed that does not say by what is one of S/MIME.
fn is_signed(entity: &Entity<'_>, parts: &BulkParts, limits: &Limits) -> bool {
    entity.may_be_signed().is_some()
        && match parts.parts.as_slice() {
            [_, second] => is_signature_part(second.get(), limits),
            _ => false,
        }
}

/// The message in a message/rfc822.
fn message_in(bytes: &Bytes, entity: &Entity<'_>) -> Option<Bytes> {
    match bytes.as_bulk().map(|bulk| &bulk.kind) {
        Some(BulkKind::Inner(inner)) => Some(inner.clone()),
        Some(_) => None,
        None => match entity.message_body() {
            Some(body) => Some(bytes.part(body)),
            None => entity.decoded().ok().map(Bytes::new),
        },
    }
}

/// The CMS object in an entity.
fn object_in(bytes: &Bytes, entity: &Entity<'_>) -> Result<Bytes, Error> {
    let none = || {
        let why = "it is neither DER nor BER, PEM or base64";
        Error::malformed("CMS object", why)
    };
    match (entity.kind(), bytes.as_bulk()) {
        // What they hold are entities, also where a signature should stand.
        (Kind::Multipart { .. } | Kind::MultipartSigned { .. } | Kind::Message, _) => Err(none()),
        (_, Some(bulk)) => match (&bulk.kind, bulk.error()) {
            (BulkKind::Inner(object) | BulkKind::Armoured(object), _) => Ok(object.clone()),
            (BulkKind::NoSignature(error), _) => Err(error.clone()),
            (_, Some(error)) => Err(error),
            (_, None) => Err(none()),
        },
        (_, None) => Ok(Bytes::new(entity.cms()?)),
    }
}

/// The parts of a multipart, held or not.
struct Parts {
    preamble: Around,
    parts: Vec<Bytes>,
    epilogue: Around,
}

impl Parts {
    fn of(
        bytes: &Bytes,
        entity: &Entity<'_>,
        boundary: &str,
        limits: &Limits,
    ) -> Result<Parts, Error> {
        if let Some(BulkKind::Multipart(parts)) = bytes.as_bulk().map(|bulk| &bulk.kind) {
            return Ok(Parts {
                preamble: parts.preamble.clone(),
                parts: parts.parts.clone(),
                epilogue: parts.epilogue.clone(),
            });
        }
        let split = split(entity.body, boundary, limits)?;
        Ok(Parts {
            preamble: Around::of(split.preamble),
            parts: split.parts.iter().map(|part| bytes.part(part)).collect(),
            epilogue: Around::of(split.epilogue),
        })
    }
}

fn multipart(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    parts: &Parts,
    place: &Place,
) -> Result<(), Trouble> {
    walk.hand_out(bytes.clone(), entity.media_type(), true, place)?;
    let limits = &walk.config.limits;
    let known = walk.found.parts.len().saturating_add(parts.parts.len());
    if known > limits.mime_parts {
        return Err(Trouble::Mail(limit("MIME parts", limits.mime_parts)));
    }
    // The last one that is put there is the first one that is looked at.
    for (index, part) in parts.parts.iter().enumerate().rev() {
        walk.go_on_with(Item::Entity(part.clone()), place.child(index));
    }
    Ok(())
}

/// `multipart/signed` (RFC 1847 2.1): exactly two parts, the second signs the first.
fn multipart_signed(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    parts: &Parts,
    place: Place,
) -> Result<(), Trouble> {
    let [content, signature] = parts.parts.as_slice() else {
        let count = parts.parts.len();
        let error = Error::malformed("multipart/signed", format!("{count} parts instead of 2"));
        return unreadable(walk, bytes, entity, parts, place, error);
    };
    let limits = walk.config.limits;
    let second = match Entity::read(signature.get(), &limits) {
        Ok(second) => second,
        Err(error) => return unreadable(walk, bytes, entity, parts, place, error),
    };
    let cms = object_in(signature, &second);
    let is_signature = matches!(
        kind(signature, &second, &limits),
        Kind::Cms | Kind::DetachedSignature
    );
    let problem = match &cms {
        Err(error) if place.is_chain() || !is_signature => Some(error.clone()),
        Ok(cms) if place.is_chain() => match signed::read_signature(cms, &limits) {
            Ok(Received::Signed(_)) => None,
            Ok(_) => Some(signed::not_signed_data()),
            Err(error) => Some(error),
        },
        _ => None,
    };
    if let Some(error) = problem {
        return unreadable(walk, bytes, entity, parts, place, error);
    }
    if !place.is_chain() {
        walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
        let beside = place.child(1);
        walk.hand_out(signature.clone(), second.media_type(), true, &beside)?;
    }
    let form = match Entity::read(content.get(), &limits) {
        Ok(first) if line_ends::is_binary(&first) => Form::Binary,
        _ => Form::Text,
    };
    for (name, around) in [("before", &parts.preamble), ("after", &parts.epilogue)] {
        if !is_customary(around) {
            let what = format!(
                "{} bytes {name} the parts of {} are not signed and not handed out",
                around.len,
                named(&place)
            );
            let note = Check::note(Aspect::Coverage, what, "RFC 2046 5.1.1");
            walk.found.note(&place, note);
        }
    }
    let cms = match cms {
        Ok(cms) => cms,
        Err(error) => {
            // As when it is read and found to be none.
            walk.go_on_with(Item::Entity(content.clone()), place.child(0));
            return Err(error.into());
        }
    };
    let item = Item::Detached {
        content: content.clone(),
        form,
        signature: cms,
    };
    walk.go_on_with(item, place);
    Ok(())
}

/// `multipart/signed` whose signature cannot be read: was damaged, or taken away. Nothing is believed of it; its
/// parts are still parts.
fn unreadable(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    parts: &Parts,
    place: Place,
    error: Error,
) -> Result<(), Trouble> {
    if !place.is_chain() {
        multipart(walk, bytes, entity, parts, &place)?;
        return Err(error.into());
    }
    if matches!(error.kind(), ErrorKind::Limit { .. }) {
        return Err(error.into());
    }
    let inner = signed::unreadable(walk, &place, &error);
    multipart(walk, bytes, entity, parts, &inner)
}

fn named(place: &Place) -> String {
    match place.part() {
        "" => "multipart/signed".into(),
        part => format!("the multipart/signed {part}"),
    }
}

/// CMS from a file: PEM and bare base64 undone. What is neither is left to the reader of CMS.
pub(super) fn unarmoured(bytes: Bytes) -> Bytes {
    match armour::cms_bytes(bytes.get()) {
        Ok(cms) => Bytes::new(cms),
        Err(_) => bytes,
    }
}

/// Nothing, or the one line that mail programs write for readers without MIME ("This is an S/MIME signed message").
fn is_customary(around: &Around) -> bool {
    let text = around.begin.trim_ascii();
    around.is_all()
        && (text.is_empty()
            || text.len() <= 100 && text.starts_with(b"This is a") && !text.contains(&b'\n'))
}
