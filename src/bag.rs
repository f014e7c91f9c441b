//! ContentInfo head, CertificateSet and RevocationInfoChoices, read leniently as BER.
//!
//! These three are shared by certificate files (`.p7b`), PKCS#12 and messages. They work on raw bytes: one
//! odd entry must not cost the rest, so it is skipped and reported.

mod algorithm;
mod sets;
mod signed_data;

pub(crate) use algorithm::Algorithm;
pub(crate) use sets::{Certificates, Revocations, Skipped, certificate_set};
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
    /// Reads a whole input, as [`outermost`] does. `what` names it in errors.
    pub(crate) fn read(
        input: &'a [u8],
        what: &'static str,
        limits: &Limits,
    ) -> Result<ContentInfo<'a>, Error> {
        ContentInfo::from_value(&outermost(input, what, limits)?)
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

/// The SEQUENCE that a whole input is; bytes after it are an error, but for the line ends and zero octets that mail
/// programs and gateways leave there. `what` names the input in errors.
pub(crate) fn outermost<'a>(
    input: &'a [u8],
    what: &'static str,
    limits: &Limits,
) -> Result<Value<'a>, Error> {
    let mut reader = Reader::new(input, what, limits);
    let value = reader.expect(Tag::SEQUENCE)?;
    let rest = input.get(value.raw.len()..).unwrap_or_default();
    if !is_padding(rest) {
        reader.finish()?;
    }
    Ok(value)
}

/// Whether these are octets that may follow a value in a file or message and mean nothing.
pub(crate) fn is_padding(rest: &[u8]) -> bool {
    rest.iter().all(|octet| matches!(octet, 0 | b'\r' | b'\n'))
}

/// Writes a ContentInfo around a value that is already encoded.
pub(crate) fn content_info(content_type: &ObjectIdentifier, content: &[u8]) -> Vec<u8> {
    sequence(&[&oid(content_type), &explicit(0, content)])
}

#[cfg(test)]
mod tests;
