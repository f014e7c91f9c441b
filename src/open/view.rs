//! How to get at bytes that are not held: from the received bytes through transformations.

use std::sync::Arc;

use const_oid::ObjectIdentifier;

use crate::cms::read::enveloped::ContentKey;
use crate::mime::content_type::TransferEncoding;

/// The way from the received bytes to some bytes in them. Cheap to clone; ways share their beginnings.
#[derive(Clone, Default)]
pub(super) struct View(Option<Arc<Link>>);

struct Link {
    outer: View,
    transform: Transform,
}

/// One step of the way. Everything it needs was found and checked when the bytes went by before.
pub(super) enum Transform {
    /// These bytes of what comes, by position and length.
    Range { start: u64, length: u64 },
    /// A transfer encoding undone.
    Transfer(TransferEncoding),
    /// PEM or undeclared base64 undone, if it is there.
    Armour { may_be_base64: bool },
    /// The content of a CMS object; the type is that of `ObjectScanner::new`.
    Content(Option<ObjectIdentifier>),
    /// Decryption.
    Decrypt(Arc<ContentKey>),
    /// Decompression.
    Inflate,
}

impl View {
    /// The received bytes as they are.
    pub(super) fn received() -> View {
        View(None)
    }

    /// What `transform` makes of these bytes.
    pub(super) fn then(&self, transform: Transform) -> View {
        View(Some(Arc::new(Link {
            outer: self.clone(),
            transform,
        })))
    }

    /// The transformations, the last one first.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Transform> {
        let mut next = self.0.as_deref();
        std::iter::from_fn(move || {
            let link = next?;
            next = link.outer.0.as_deref();
            Some(&link.transform)
        })
    }
}
