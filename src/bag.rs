//! ContentInfo head, CertificateSet and RevocationInfoChoices, read leniently as BER.
//!
//! These three are shared by certificate files (`.p7b`), PKCS#12 and messages. They work on raw bytes: one
//! odd entry must not cost the rest, so it is skipped and reported.

mod sets;
mod signed_data;

#[cfg(test)]
use sets::Certificates;
pub(crate) use sets::certificate_set;
pub(crate) use signed_data::{certs_only, read_certs_only};

use const_oid::ObjectIdentifier;

use crate::asn1::{Reader, Tag, Value, explicit, oid, sequence};
use crate::{Error, Limits};

/// id-data (RFC 5652 4).
pub(crate) const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// id-signedData (RFC 5652 5.1).
pub(crate) const ID_SIGNED_DATA: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");

/// The head that says what a CMS value is (RFC 5652 3).
///
/// ```text
/// ContentInfo ::= SEQUENCE {
///   contentType ContentType,
///   content [0] EXPLICIT ANY DEFINED BY contentType }
/// ```
///
/// PKCS #7 made `content` optional, and files without it exist.
pub(crate) struct ContentInfo<'a> {
    pub content_type: ObjectIdentifier,
    /// The value inside `[0]`.
    pub content: Option<Value<'a>>,
}

impl<'a> ContentInfo<'a> {
    /// Reads a whole input; bytes after it are an error. `what` names it in errors.
    pub(crate) fn read(
        input: &'a [u8],
        what: &'static str,
        limits: &Limits,
    ) -> Result<ContentInfo<'a>, Error> {
        let mut reader = Reader::new(input, what, limits);
        let value = reader.expect(Tag::SEQUENCE)?;
        reader.finish()?;
        ContentInfo::from_value(&value)
    }

    /// Reads the SEQUENCE `value`.
    pub(crate) fn from_value(value: &Value<'a>) -> Result<ContentInfo<'a>, Error> {
        let mut reader = value.reader()?;
        let content_type = reader.expect(Tag::OID)?.oid()?;
        let content = match reader.optional(Tag::context(0, true))? {
            None => None,
            Some(wrapper) => {
                let mut inner = wrapper.reader()?;
                let content = inner.read()?;
                inner.finish()?;
                Some(content)
            }
        };
        reader.finish()?;
        Ok(ContentInfo {
            content_type,
            content,
        })
    }
}

/// Writes a ContentInfo around a value that is already encoded.
pub(crate) fn content_info(content_type: &ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(content_type), &explicit(0, content)])
}

#[cfg(test)]
mod tests;
