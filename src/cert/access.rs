//! Where a certificate says that more is to be had: authorityInfoAccess (RFC 5280 4.2.2.1).

use const_oid::ObjectIdentifier;

use super::Certificate;
use crate::asn1::{Reader, Tag, Value};
use crate::{Error, Limits};

/// id-pe-authorityInfoAccess
const AUTHORITY_INFO_ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.1.1");
/// id-ad-ocsp
pub(super) const OCSP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
/// id-ad-caIssuers
pub(super) const CA_ISSUERS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");
/// id-pkix-ocsp-nocheck (RFC 6960 4.2.2.2.1)
pub(super) const OCSP_NO_CHECK: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1.5");

/// Places of one kind that are looked at. Real certificates have one or two.
const MOST: usize = 16;
/// The longest URI that is taken, in bytes.
const LONGEST: usize = 2_048;

impl Certificate {
    /// Where its issuer answers whether it was revoked: the URIs of the access method id-ad-ocsp (RFC 5280
    /// 4.2.2.1), as received, in order. Nothing is fetched by reading them.
    ///
    /// At most 16, each of at most 2,048 printable ASCII characters; others are left out, and so is all when the
    /// extension cannot be read. Whoever wrote the certificate chose them: they can point into one's own network.
    pub fn ocsp_urls(&self) -> Vec<String> {
        self.access(&OCSP)
    }

    /// Where the certificate of its issuer is to be had: the URIs of the access method id-ad-caIssuers (RFC 5280
    /// 4.2.2.1). The same holds for them as for [`Certificate::ocsp_urls`].
    pub fn issuer_urls(&self) -> Vec<String> {
        self.access(&CA_ISSUERS)
    }

    /// Whether its issuer says that nobody need ask whether this certificate of a responder was revoked
    /// (id-pkix-ocsp-nocheck, RFC 6960 4.2.2.2.1).
    pub(super) fn skips_ocsp(&self) -> bool {
        self.0.extensions.value(&OCSP_NO_CHECK).is_some()
    }

    fn access(&self, method: &ObjectIdentifier) -> Vec<String> {
        let value = self.0.extensions.value(&AUTHORITY_INFO_ACCESS);
        let all = value.and_then(|value| descriptions(value).ok());
        let these = all.iter().flatten();
        let these = these.filter(|one| one.method.as_ref() == Some(method));
        let uris = these.filter_map(Description::uri).filter(|uri| {
            (1..=LONGEST).contains(&uri.len()) && uri.bytes().all(|byte| byte.is_ascii_graphic())
        });
        uris.take(MOST).map(str::to_owned).collect()
    }
}

/// `AccessDescription`.
pub(super) struct Description<'a> {
    /// accessMethod.
    pub method: Option<ObjectIdentifier>,
    location: Value<'a>,
}

impl<'a> Description<'a> {
    /// accessLocation when it is a URI, as received; ASCII by its type, which not all CAs keep to.
    pub(super) fn uri(&self) -> Option<&'a str> {
        let is_uri = self.location.tag == Tag::context(6, false);
        let text = std::str::from_utf8(self.location.content).ok();
        text.filter(|_| is_uri)
    }
}

/// ```text
/// AuthorityInfoAccessSyntax  ::= SEQUENCE SIZE (1..MAX) OF AccessDescription
///
/// AccessDescription  ::=  SEQUENCE {
///     accessMethod          OBJECT IDENTIFIER,
///     accessLocation        GeneralName  }
///
/// GeneralName ::= CHOICE { …, uniformResourceIdentifier [6] IA5String, … }
/// ```
pub(super) fn descriptions(value: &[u8]) -> Result<Vec<Description<'_>>, Error> {
    let mut outer = Reader::new(value, "authorityInfoAccess", &Limits::default());
    let mut list = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut description = list.expect(Tag::SEQUENCE)?.reader()?;
        let method = description.expect(Tag::OID)?.oid().ok();
        let location = description.read()?;
        description.finish()?;
        found.push(Description { method, location });
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
