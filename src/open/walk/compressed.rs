//! A layer of compression.

use super::{Layer, Place, Trouble, Walk, cms};
use crate::check::{Aspect, Check};
use crate::cms::read::CompressedData;
use crate::open::buffer::Bytes;
use crate::report::LayerKind;
use crate::{Error, Limits};

/// RFC 3274 has one algorithm and no protection.
pub(super) fn compressed(
    walk: &mut Walk,
    data: &CompressedData<'_>,
    place: Place,
) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    let left = limits
        .decompressed_bytes
        .saturating_sub(walk.costs.unpacked);
    // Compression in compression shares one budget.
    let content = data
        .decompress(&Limits {
            decompressed_bytes: left,
            ..limits
        })
        .map_err(|error| match error.kind() {
            crate::ErrorKind::Limit { what, limit } if *limit == left => {
                Error::limit(what, limits.decompressed_bytes)
            }
            _ => error,
        })?;
    let len = u64::try_from(content.len()).unwrap_or(u64::MAX);
    walk.costs.unpacked = walk.costs.unpacked.saturating_add(len);
    let mut layer = Layer::new(&place, LayerKind::Compressed);
    layer.checks.push(Check::note(
        Aspect::Structure,
        format!("compressed, {} bytes hold {len}", data.content.len()),
        "RFC 3274",
    ));
    let inner = walk.add_layer(&place, layer);
    cms::inside(walk, Bytes::new(content), &data.content_type, inner)
}
