//! Cryptographic Message Syntax (RFC 5652), read: BER as the world writes it, over a slice.
//!
//! Small structures are copied out, contents stay where they are as [`Octets`].

pub(crate) mod attributes;
pub(crate) mod compressed;
pub(crate) mod enveloped;
pub(crate) mod octets;
pub(crate) mod recipient;
pub(crate) mod scanner;
pub(crate) mod signed;
pub(crate) mod signer_info;

pub(crate) use compressed::CompressedData;
pub(crate) use enveloped::EnvelopedData;
pub(crate) use octets::Octets;
pub(crate) use signed::SignedData;

use const_oid::ObjectIdentifier;

use super::oid;
use crate::asn1::{Tag, Value};
use crate::bag::{ContentInfo, outermost};
use crate::{Error, Limits};

/// What is read, in errors.
const WHAT: &str = "CMS message";
const OTHER_TYPE: &str = "it is of another type than the layer around it says";

/// A CMS content of any type.
pub(crate) enum Received<'a> {
    /// id-data: the content itself.
    Data(Octets<'a>),
    /// id-signedData.
    Signed(SignedData<'a>),
    /// id-envelopedData, or id-ct-authEnvelopedData when `authenticated` is set in it.
    Enveloped(EnvelopedData<'a>),
    /// id-ct-compressedData.
    Compressed(CompressedData<'a>),
    /// Anything else, by its content type.
    Other(ObjectIdentifier),
}

/// Reads a `ContentInfo`; bytes after it are an error (but for zero octets and line ends).
pub(crate) fn read<'a>(input: &'a [u8], limits: &Limits) -> Result<Received<'a>, Error> {
    let info = typed(None, input, limits)?;
    match of_known_type(&info)? {
        None => Ok(Received::Other(info.content_type)),
        Some((kind, value)) => kind.read(value, limits),
    }
}

/// Reads a content of a known type, as it stands inside another CMS layer without a `ContentInfo`.
///
/// Some writers put a `ContentInfo` there all the same; one of the same type is read.
pub(crate) fn read_as<'a>(
    content_type: &ObjectIdentifier,
    value: &'a [u8],
    limits: &Limits,
) -> Result<Received<'a>, Error> {
    match Kind::of(content_type) {
        None => return Ok(Received::Other(*content_type)),
        Some(Kind::Data) => return Ok(Received::Data(Octets::whole(value))),
        Some(_) => {}
    }
    match of_known_type(&typed(Some(content_type), value, limits)?)? {
        None => Ok(Received::Other(*content_type)),
        Some((kind, value)) => kind.read(value, limits),
    }
}

/// A content with its type: in a `ContentInfo`, or alone where the layer around it says that it is a `content_type`.
fn typed<'a>(
    content_type: Option<&ObjectIdentifier>,
    input: &'a [u8],
    limits: &Limits,
) -> Result<ContentInfo<'a>, Error> {
    let value = outermost(input, WHAT, limits)?;
    let Some(content_type) = content_type else {
        return ContentInfo::from_value(&value);
    };
    // All these types begin with their version, an INTEGER.
    if value.reader()?.peek()? != Some(Tag::OID) {
        return Ok(ContentInfo {
            content_type: *content_type,
            content: Some(value),
        });
    }
    let info = ContentInfo::from_value(&value)?;
    if info.content_type != *content_type {
        return Err(value.error(OTHER_TYPE));
    }
    Ok(info)
}

/// The value inside and how it is read; `None` for a type that is not read here.
fn of_known_type<'i, 'a>(
    info: &'i ContentInfo<'a>,
) -> Result<Option<(Kind, &'i Value<'a>)>, Error> {
    match (Kind::of(&info.content_type), &info.content) {
        (None, _) => Ok(None),
        (Some(kind), Some(value)) => {
            kind.check(value)?;
            Ok(Some((kind, value)))
        }
        (Some(_), None) => Err(Error::malformed(WHAT, "it has no content")),
    }
}

/// The content types that are read here.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Kind {
    Data,
    Signed,
    Enveloped { authenticated: bool },
    Compressed,
}

impl Kind {
    fn of(content_type: &ObjectIdentifier) -> Option<Kind> {
        Some(match *content_type {
            oid::DATA => Kind::Data,
            oid::SIGNED_DATA => Kind::Signed,
            oid::ENVELOPED_DATA => Kind::Enveloped {
                authenticated: false,
            },
            oid::AUTH_ENVELOPED_DATA => Kind::Enveloped {
                authenticated: true,
            },
            oid::COMPRESSED_DATA => Kind::Compressed,
            _ => return None,
        })
    }

    /// Whether the value is of the right form from outside.
    fn check(self, value: &Value<'_>) -> Result<(), Error> {
        match self {
            Kind::Data if value.tag.primitive() != Tag::OCTET_STRING => {
                Err(value.error("an OCTET STRING was expected"))
            }
            Kind::Data => Ok(()),
            _ if value.tag != Tag::SEQUENCE => Err(value.error("a SEQUENCE was expected")),
            _ => Ok(()),
        }
    }

    fn read<'a>(self, value: &Value<'a>, limits: &Limits) -> Result<Received<'a>, Error> {
        match self {
            Kind::Data => Octets::of(value).map(Received::Data),
            Kind::Signed => SignedData::read(value, limits).map(Received::Signed),
            Kind::Enveloped { authenticated } => {
                EnvelopedData::read(value, authenticated, limits).map(Received::Enveloped)
            }
            Kind::Compressed => CompressedData::read(value).map(Received::Compressed),
        }
    }
}

#[cfg(test)]
mod tests;
