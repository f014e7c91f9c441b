//! `GeneralName` (RFC 5280 4.2.1.6), as far as the findings need it.

use const_oid::ObjectIdentifier;

use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

/// One name.
pub(super) enum GeneralName<'a> {
    /// otherName, by its type.
    Other(Option<ObjectIdentifier>, Value<'a>),
    /// rfc822Name.
    Rfc822(String),
    /// directoryName: a `Name` in DER.
    Directory(&'a [u8]),
    /// Any other, by its name in RFC 5280.
    Else(&'static str),
}

/// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`
pub(super) fn all(value: &[u8]) -> Result<Vec<GeneralName<'_>>, Error> {
    let limits = Limits::default();
    let mut outer = Reader::new(value, "general names", &limits);
    let mut names = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let mut found = Vec::new();
    while !names.is_empty() {
        found.push(one(&names.read()?)?);
    }
    Ok(found)
}

/// ```text
/// GeneralName ::= CHOICE {
///     otherName [0], rfc822Name [1] IA5String, dNSName [2], x400Address [3], directoryName [4] Name,
///     ediPartyName [5], uniformResourceIdentifier [6] IA5String, iPAddress [7], registeredID [8] }
/// ```
fn one<'a>(name: &Value<'a>) -> Result<GeneralName<'a>, Error> {
    let text = || {
        name.octets()
            .map(|octets| String::from_utf8_lossy(&octets).into_owned())
    };
    Ok(match name.tag.number {
        _ if name.tag.primitive() != Tag::context(name.tag.number, false) => {
            return Err(name.error("not a general name"));
        }
        0 => GeneralName::Other(name.reader()?.expect(Tag::OID)?.oid().ok(), name.clone()),
        1 => GeneralName::Rfc822(text()?),
        2 => GeneralName::Else("dNSName"),
        3 => GeneralName::Else("x400Address"),
        // The tag is explicit, because Name is a CHOICE.
        4 => GeneralName::Directory(name.content),
        5 => GeneralName::Else("ediPartyName"),
        6 => GeneralName::Else("uniformResourceIdentifier"),
        7 => GeneralName::Else("iPAddress"),
        8 => GeneralName::Else("registeredID"),
        _ => return Err(name.error("not a general name")),
    })
}
