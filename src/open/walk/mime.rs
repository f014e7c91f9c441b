//! MIME: finds the layers of protection in a mail.

use super::{Form, Heading, Item, Place, Trouble, Walk, limit, signed};
use crate::check::{Aspect, Check};
use crate::cms::read::{Received, read};
use crate::mime::armour;
use crate::mime::entity::{Entity, Kind};
use crate::mime::line_ends;
use crate::mime::multipart::{Multipart, split};
use crate::open::buffer::Bytes;
use crate::open::sender::Sender;
use crate::{Error, ErrorKind, Limits};

/// A whole message: its header says who it is from.
pub(super) fn message(walk: &mut Walk, bytes: Bytes, place: Place) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    if walk.found.headings.is_empty() {
        may_be_a_mail(bytes.get(), &limits)?;
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
fn may_be_a_mail(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::malformed("mail", "it is empty"));
    }
    if bytes.first() == Some(&0x30) && read(bytes, limits).is_ok() {
        return Err(Error::misuse(
            "this is a CMS object and not a mail: open it with open_cms, or a signature with verify_detached",
        ));
    }
    Ok(())
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
    match entity.kind() {
        Kind::MultipartSigned { boundary, .. } => {
            let parts = split(entity.body, &boundary, &limits)?;
            multipart_signed(walk, bytes, entity, &parts, place)
        }
        Kind::Multipart { boundary } => {
            let parts = split(entity.body, &boundary, &limits)?;
            multipart(walk, bytes, entity, &parts, &place)
        }
        Kind::Message => {
            walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
            let inner = match entity.message_body() {
                Some(body) => Some(bytes.part(body)),
                None => entity.decoded().ok().map(Bytes::new),
            };
            // In an encoding that nobody knows it is a part like any other.
            if let Some(inner) = inner {
                walk.go_on_with(Item::Message(inner), place.child(0));
            }
            Ok(())
        }
        Kind::Cms | Kind::DetachedSignature => {
            if !place.is_chain() {
                walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
            }
            let cms = entity.cms()?;
            if entity.is_text()
                && let Ok(Received::Signed(data)) = read(&cms, &limits)
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
            let item = Item::Cms(Bytes::new(cms), None);
            walk.go_on_with(item, place);
            Ok(())
        }
        Kind::Leaf => walk.hand_out(bytes.clone(), entity.media_type(), true, &place),
    }
}

fn multipart(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    parts: &Multipart<'_>,
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
        walk.go_on_with(Item::Entity(bytes.part(part)), place.child(index));
    }
    Ok(())
}

/// `multipart/signed` (RFC 1847 2.1): exactly two parts, the second signs the first.
fn multipart_signed(
    walk: &mut Walk,
    bytes: &Bytes,
    entity: &Entity<'_>,
    parts: &Multipart<'_>,
    place: Place,
) -> Result<(), Trouble> {
    let [content, signature] = parts.parts.as_slice() else {
        let count = parts.parts.len();
        let error = Error::malformed("multipart/signed", format!("{count} parts instead of 2"));
        return unreadable(walk, bytes, entity, parts, place, error);
    };
    let limits = walk.config.limits;
    let opened = Entity::read(signature, &limits)
        .and_then(|second| second.cms().map(|cms| (second.media_type(), cms)));
    let (media_type, cms) = match opened {
        Ok(opened) => opened,
        Err(error) => return unreadable(walk, bytes, entity, parts, place, error),
    };
    if place.is_chain() {
        let problem = match read(&cms, &limits) {
            Ok(Received::Signed(_)) => None,
            Ok(_) => Some(signed::not_signed_data()),
            Err(error) => Some(error),
        };
        if let Some(error) = problem {
            return unreadable(walk, bytes, entity, parts, place, error);
        }
    } else {
        walk.hand_out(bytes.clone(), entity.media_type(), true, &place)?;
        let beside = place.child(1);
        walk.hand_out(bytes.part(signature), media_type, true, &beside)?;
    }
    let form = match Entity::read(content, &limits) {
        Ok(first) if line_ends::is_binary(&first) => Form::Binary,
        _ => Form::Text,
    };
    for (name, around) in [("before", parts.preamble), ("after", parts.epilogue)] {
        if !is_customary(around) {
            let what = format!(
                "{} bytes {name} the parts of {} are not signed and not handed out",
                around.len(),
                named(&place)
            );
            let note = Check::note(Aspect::Coverage, what, "RFC 2046 5.1.1");
            walk.found.checks.push(note);
        }
    }
    let item = Item::Detached {
        content: bytes.part(content),
        form,
        signature: Bytes::new(cms),
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
    parts: &Multipart<'_>,
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
fn is_customary(around: &[u8]) -> bool {
    let text = around.trim_ascii();
    text.is_empty() || text.len() <= 100 && text.starts_with(b"This is a") && !text.contains(&b'\n')
}
