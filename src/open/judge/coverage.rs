//! Which bytes the protection covers, and which stand unprotected beside them (RFC 9787 4).

use super::JudgedLayer;
use crate::check::{Aspect, Check, Reason};
use crate::open::inner_header::InnerHeader;
use crate::open::walk::{Found, Layer};
use crate::report::HeaderProtection;

pub(super) fn checks(found: &Found, judged: &[JudgedLayer], inner: &InnerHeader) -> Vec<Check> {
    let mut checks = Vec::new();
    let is_signed = found
        .chain
        .iter()
        .filter_map(|index| judged.get(*index))
        .any(JudgedLayer::is_verified);
    if is_signed && !found.headings.is_empty() && inner.protection == HeaderProtection::None {
        checks.push(Check::note(
            Aspect::Coverage,
            "the header fields of the message, such as Subject, To and Date, are not signed",
            "RFC 8551 3.1",
        ));
    }
    for (index, layer) in found.layers.iter().enumerate() {
        // What has no layer at all around it, and is not the whole.
        if found.chain.contains(&index) || !is_protecting(layer) {
            continue;
        }
        // An encryption around a signature does not sign what stands beside it.
        let is_outermost = !layer
            .enclosing
            .iter()
            .filter_map(|outer| found.layers.get(*outer))
            .any(|outer| outer.is_signed() || layer.is_encrypted() && outer.is_encrypted());
        let does = match layer.is_encrypted() {
            true => "encrypted",
            false => "signed",
        };
        if is_outermost {
            let beside = beside(found, layer);
            let what = format!(
                "only part {} is {does}; {beside} bytes beside it are not",
                layer.part
            );
            checks.push(Check::failed(
                Aspect::Coverage,
                what,
                Reason::PartlyProtected,
            ));
        } else {
            let what = format!("part {} is {does} by itself", layer.part);
            checks.push(Check::note(Aspect::Coverage, what, "RFC 9787 4"));
        }
    }
    checks
}

/// Whether it protects at all.
fn is_protecting(layer: &Layer) -> bool {
    layer.is_encrypted() || layer.is_signed()
}

/// Bytes of the content that the part of this layer does not cover.
fn beside(found: &Found, layer: &Layer) -> u64 {
    let whole = found
        .content
        .as_ref()
        .map_or(0, |content| content.bytes.len());
    let covered = found
        .parts
        .iter()
        .find(|part| part.path == layer.part)
        .map_or(0, |part| part.bytes.len());
    whole.saturating_sub(covered)
}
