//! CMS: which layer it is decides its content type, nothing else.

use const_oid::ObjectIdentifier;

use super::{Item, Layer, Place, Stage, Trouble, Walk, compressed, enveloped, signed};
use crate::ErrorKind;
use crate::cms::oid;
use crate::cms::read::{Received, read, read_as};
use crate::engine::Ledger;
use crate::open::buffer::Bytes;
use crate::open::bulk::{Bulk, BulkKind};

/// The media type of content that is no MIME.
const OCTETS: &str = "application/octet-stream";

pub(super) fn cms(
    walk: &mut Walk,
    ledger: &mut Ledger,
    bytes: Bytes,
    content_type: Option<ObjectIdentifier>,
    place: Place,
    stage: Stage,
) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    let object = match bytes.as_bulk().map(|bulk| &bulk.kind) {
        None => bytes.clone(),
        Some(BulkKind::Object(object)) => object.reduced.clone(),
        Some(BulkKind::Unreadable(error) | BulkKind::TooMany(error)) => {
            return Err(error.clone().into());
        }
        // Of a content type that nobody knows.
        Some(_) => return raw(walk, bytes, &place),
    };
    let received = match &content_type {
        None => read(object.get(), &limits)?,
        Some(content_type) => read_as(content_type, object.get(), &limits)?,
    };
    match received {
        Received::Data(octets) => {
            let content = match bytes.as_object() {
                Some(object) => object.content.clone()?,
                None => bytes.join(octets.pieces()),
            };
            inside(walk, content, &oid::DATA, place)
        }
        Received::Signed(data) => {
            signed::opaque(walk, ledger, &bytes, &data, content_type, place, stage)
        }
        Received::Enveloped(data) => {
            enveloped::enveloped(walk, ledger, &bytes, &data, content_type, place, stage)
        }
        Received::Compressed(data) => compressed::compressed(walk, &bytes, &data, place),
        // Inside of a layer it is content like any other; by itself there is nothing to open.
        Received::Other(_) if content_type.is_some() => raw(walk, bytes, &place),
        Received::Other(other) => Err(Trouble::Node(
            ErrorKind::Unsupported {
                what: format!("opening CMS of the content type {other}").into(),
            }
            .into(),
        )),
    }
}

/// What a layer holds: MIME, or CMS again.
pub(super) fn inside(
    walk: &mut Walk,
    content: Bytes,
    content_type: &ObjectIdentifier,
    place: Place,
) -> Result<(), Trouble> {
    if *content_type != oid::DATA {
        walk.go_on_with(Item::Cms(content, Some(*content_type)), place);
    } else if walk.mime {
        walk.go_on_with(Item::Entity(content), place);
    } else if is_signed_object(walk, &content, &place) {
        walk.go_on_with(Item::Cms(content, None), place);
    } else {
        raw(walk, content, &place)?;
    }
    Ok(())
}

/// Whether it is what [`Protector::protect_cms`](crate::Protector::protect_cms) encrypts when it signs too: a
/// `ContentInfo` of SignedData with its content, as id-data, and nothing else.
fn is_signed_object(walk: &Walk, content: &Bytes, place: &Place) -> bool {
    if let Some(bulk) = content.as_bulk() {
        return matches!(bulk.kind, BulkKind::Object(_));
    }
    let around = place.enclosing().last();
    let around = around.and_then(|index| walk.found.layers.get(*index));
    around.is_some_and(Layer::is_encrypted)
        && matches!(
            read(content.get(), &walk.config.limits),
            Ok(Received::Signed(data)) if data.content.is_some() && !data.signers.is_empty()
        )
}

/// Content that is no MIME.
pub(super) fn raw(walk: &mut Walk, content: Bytes, place: &Place) -> Result<(), Trouble> {
    if let Some(error) = content.as_bulk().and_then(Bulk::error) {
        return Err(error.into());
    }
    as_it_is(walk, content, place)
}

/// What could not be opened.
pub(super) fn as_it_is(walk: &mut Walk, content: Bytes, place: &Place) -> Result<(), Trouble> {
    walk.hand_out(content, OCTETS.into(), false, place)
}
