//! A layer of compression.

use super::{Layer, Place, Trouble, Walk, cms};
use crate::check::{Aspect, Check};
use crate::cms::read::CompressedData;
use crate::open::buffer::Bytes;
use crate::open::trouble::limit;
use crate::report::LayerKind;
use crate::{Error, Limits};

/// RFC 3274 has one algorithm and no protection.
pub(super) fn compressed(
    walk: &mut Walk,
    bytes: &Bytes,
    data: &CompressedData<'_>,
    place: Place,
) -> Result<(), Trouble> {
    let (packed, content) = match bytes.as_object() {
        Some(object) => (object.len.unwrap_or_default(), object.content.clone()?),
        None => {
            let packed = u64::try_from(data.content.len()).unwrap_or(u64::MAX);
            (packed, unpacked(walk, data)?)
        }
    };
    let len = content.len();
    let mut layer = Layer::new(&place, LayerKind::Compressed);
    layer.checks.push(Check::note(
        Aspect::Structure,
        format!("compressed, {packed} bytes hold {len}"),
        "RFC 3274",
    ));
    let inner = walk.add_layer(&place, layer);
    cms::inside(walk, content, &data.content_type, inner)
}

/// Compression in compression shares one budget. What comes out of it here is held: of a message that goes by, only as much as
/// may be held of it.
fn unpacked(walk: &mut Walk, data: &CompressedData<'_>) -> Result<Bytes, Trouble> {
    let limits = walk.config.limits;
    let left = limits
        .decompressed_bytes
        .saturating_sub(walk.costs.unpacked);
    let bound = left.min(walk.may_unpack);
    let content = data
        .decompress(&Limits {
            decompressed_bytes: bound,
            ..limits
        })
        .map_err(|error| match error.kind() {
            crate::ErrorKind::Limit { what, limit } if *limit == bound => match bound == left {
                true => Error::limit(what, limits.decompressed_bytes),
                false => limit_of_held(&limits),
            },
            _ => error,
        })?;
    let content = Bytes::new(content);
    walk.costs.unpacked = walk.costs.unpacked.saturating_add(content.len());
    walk.may_unpack = walk.may_unpack.saturating_sub(content.len());
    Ok(content)
}

fn limit_of_held(limits: &Limits) -> Error {
    let what = "short compressed parts of a message, unpacked, in bytes";
    limit(what, limits.held_in_all)
}
