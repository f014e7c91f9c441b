//! AlgorithmIdentifier, read as BER.

use const_oid::ObjectIdentifier;

use crate::Error;
use crate::asn1::{Tag, Value};

/// An AlgorithmIdentifier taken apart (RFC 5280 4.1.1.2).
///
/// ```text
/// AlgorithmIdentifier ::= SEQUENCE {
///   algorithm OBJECT IDENTIFIER,
///   parameters ANY DEFINED BY algorithm OPTIONAL }
/// ```
pub(crate) struct Algorithm<'a> {
    pub oid: ObjectIdentifier,
    pub parameters: Option<Value<'a>>,
    /// The whole of it as received.
    pub value: Value<'a>,
}

impl<'a> Algorithm<'a> {
    /// Reads one; a value that is no SEQUENCE is malformed.
    pub(crate) fn read(value: Value<'a>) -> Result<Algorithm<'a>, Error> {
        if value.tag != Tag::SEQUENCE {
            return Err(value.error("an AlgorithmIdentifier was expected"));
        }
        Algorithm::tagged(value)
    }

    /// Reads one whatever its tag is, for implicit ones.
    pub(crate) fn tagged(value: Value<'a>) -> Result<Algorithm<'a>, Error> {
        let mut reader = value.reader()?;
        let oid = reader.expect(Tag::OID)?.oid()?;
        let parameters = match reader.peek()? {
            None => None,
            Some(_) => Some(reader.read()?),
        };
        reader.finish()?;
        Ok(Algorithm {
            oid,
            parameters,
            value,
        })
    }

    /// The parameters, where they must be a SEQUENCE.
    pub(crate) fn sequence(&self) -> Result<&Value<'a>, Error> {
        match &self.parameters {
            Some(parameters) if parameters.tag == Tag::SEQUENCE => Ok(parameters),
            _ => Err(self.value.error("its parameters should be a SEQUENCE")),
        }
    }

    /// The parameters, where they must be an OCTET STRING of `N` octets.
    pub(crate) fn octets<const N: usize>(&self) -> Result<[u8; N], Error> {
        self.parameters
            .as_ref()
            .filter(|parameters| parameters.tag.primitive() == Tag::OCTET_STRING)
            .and_then(|parameters| parameters.octets().ok())
            .and_then(|octets| <[u8; N]>::try_from(octets.as_ref()).ok())
            .ok_or_else(|| {
                self.value
                    .error("its initialization vector has a wrong size")
            })
    }
}
