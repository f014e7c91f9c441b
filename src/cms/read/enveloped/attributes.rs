//! authAttrs of AuthEnvelopedData (RFC 5083 2.1): what enters the tag beside the ciphertext.

use const_oid::ObjectIdentifier;

use crate::asn1::{self, Reader, Tag, Value, to_der};
use crate::cms::oid;
use crate::{Error, Limits};

/// The attributes as DER, tagged as a SET OF (RFC 5083 2.2), whatever form they came in.
///
/// ```text
/// AuthAttributes ::= SET SIZE (1..MAX) OF Attribute
/// Attribute ::= SEQUENCE { attrType OBJECT IDENTIFIER, attrValues SET OF AttributeValue }
/// ```
///
/// Errors: one that is no Attribute, more than the limit, a contentType that says something else than the content.
pub(super) fn additional_data(
    attributes: &Value<'_>,
    content_type: &ObjectIdentifier,
    limits: &Limits,
) -> Result<Vec<u8>, Error> {
    let mut encoded = Vec::new();
    let mut reader = attributes.reader()?;
    while !reader.is_empty() {
        if encoded.len() >= limits.attributes {
            let limit = u64::try_from(limits.attributes).unwrap_or(u64::MAX);
            return Err(Error::limit("authenticated attributes", limit));
        }
        let attribute = reader.expect(Tag::SEQUENCE)?;
        let mut inside = attribute.reader()?;
        let kind = inside.expect(Tag::OID)?;
        let values = inside.expect(Tag::SET)?;
        inside.finish()?;
        let values = set_elements(values.reader()?, limits)?;
        if kind.oid().ok() == Some(oid::CONTENT_TYPE) && values != [asn1::oid(content_type)] {
            return Err(attribute.error("its contentType is not that of the encrypted content"));
        }
        encoded.push(asn1::sequence(&[
            &asn1::tlv(Tag::OID, kind.content),
            &asn1::set_of(values),
        ]));
    }
    if encoded.is_empty() {
        return Err(attributes.error("authAttrs without an attribute"));
    }
    Ok(asn1::set_of(encoded))
}

fn set_elements(mut reader: Reader<'_>, limits: &Limits) -> Result<Vec<Vec<u8>>, Error> {
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(to_der(reader.read()?.raw, limits)?.into_owned());
    }
    Ok(elements)
}
