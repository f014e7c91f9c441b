//! What stands before the content, read by the readers of whole objects.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::super::signed::SignedHead;
use super::super::{Kind, OTHER_TYPE, WHAT, of_known_type, typed};
use super::Head;
use crate::bag::{ContentInfo, outermost};
use crate::cms::read::{CompressedData, EnvelopedData};
use crate::{Error, Limits};

/// The type that a `ContentInfo` names; `closed` ends after it.
pub(super) fn kind(
    content_type: Option<&ObjectIdentifier>,
    closed: &[u8],
    limits: &Limits,
) -> Result<Option<Kind>, Error> {
    let value = outermost(closed, WHAT, limits)?;
    let found = ContentInfo::from_value(&value)?.content_type;
    match content_type {
        Some(content_type) if *content_type != found => Err(value.error(OTHER_TYPE)),
        _ => Ok(Kind::of(&found)),
    }
}

/// Reads the object up to its content; `closed` ends after it.
pub(super) fn read(
    content_type: Option<&ObjectIdentifier>,
    closed: Zeroizing<Vec<u8>>,
    limits: &Limits,
) -> Result<Head, Error> {
    let info = typed(content_type, &closed, limits)?;
    let Some((kind, value)) = of_known_type(&info)? else {
        return Err(Error::malformed(WHAT, "it is of another type than before"));
    };
    match kind {
        Kind::Data => Ok(Head::Data),
        Kind::Signed => {
            let head = SignedHead::of(value)?;
            Ok(Head::Signed {
                content_type: head.content_type,
                digests: head.digests(),
            })
        }
        Kind::Enveloped { authenticated } => {
            EnvelopedData::head(&mut value.reader()?, authenticated, limits)?;
            Ok(Head::Enveloped {
                content_type: content_type.copied(),
                reduced: closed,
            })
        }
        Kind::Compressed => Ok(Head::Compressed {
            content_type: CompressedData::read(value)?.content_type,
        }),
    }
}
