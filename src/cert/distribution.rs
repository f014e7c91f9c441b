//! Where revocation lists are found and what they are for (RFC 5280 4.2.1.13, 4.2.1.15, 5.2.5).

mod issuing;
mod names;
mod reasons;

pub(super) use issuing::{Contents, IssuingDistributionPoint};
pub(super) use names::GeneralNames;
pub(super) use reasons::Reasons;

use const_oid::db::rfc5280 as ids;

use super::Certificate;
use crate::asn1::{Reader, Tag, Value, sequence, tlv};
use crate::{Error, Limits};

const WHAT: &str = "distribution points";

/// Distribution points of one extension, and names of one point. Real ones have one to three; the bound keeps
/// comparing cheap.
const MOST: usize = 64;

/// `DistributionPoint ::= SEQUENCE { distributionPoint [0] DistributionPointName OPTIONAL, reasons [1] ReasonFlags
/// OPTIONAL, cRLIssuer [2] GeneralNames OPTIONAL }` (RFC 5280 4.2.1.13)
pub(super) struct DistributionPoint {
    name: Option<PointName>,
    pub reasons: Reasons,
    pub crl_issuer: Option<GeneralNames>,
}

/// `DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1]
/// RelativeDistinguishedName }`
enum PointName {
    Full(GeneralNames),
    /// The content of the relative name.
    Relative(Vec<u8>),
}

impl DistributionPoint {
    /// The point of a list that no point of the certificate names (RFC 5280 6.3.3, last paragraph).
    pub(super) fn implied(issuer: &[u8]) -> DistributionPoint {
        DistributionPoint {
            name: Some(PointName::Full(GeneralNames::directory(issuer))),
            reasons: Reasons::ALL,
            crl_issuer: None,
        }
    }

    /// The names by which a list can be known to be the one of this point, for a certificate with this `issuer`.
    pub(super) fn names(&self, issuer: &[u8]) -> GeneralNames {
        let crl_issuer = self.crl_issuer.as_ref();
        match &self.name {
            // RFC 5280 6.3.3 b 2 i: without a name the issuer of the list stands for it.
            None => crl_issuer.cloned().unwrap_or_default(),
            Some(name) => {
                // RFC 5280 4.2.1.13: relative to cRLIssuer where there is one, and then it is one name.
                let base = crl_issuer.and_then(|names| names.directories().next());
                name.resolved(base.unwrap_or(issuer))
            }
        }
    }

    /// The URIs among its full names, as received.
    pub(super) fn uris(&self) -> impl Iterator<Item = &str> {
        let names = match &self.name {
            Some(PointName::Full(names)) => Some(names),
            _ => None,
        };
        names.into_iter().flat_map(GeneralNames::uris)
    }

    fn parse(value: &Value<'_>) -> Result<DistributionPoint, Error> {
        if value.tag != Tag::SEQUENCE {
            return Err(value.error("a SEQUENCE was expected"));
        }
        let mut fields = value.reader()?;
        let name = fields.optional(Tag::context(0, true))?;
        let reasons = fields.optional(Tag::context(1, false))?;
        let crl_issuer = fields.optional(Tag::context(2, true))?;
        fields.finish()?;
        if name.is_none() && crl_issuer.is_none() {
            return Err(value.error("it names neither a place nor an issuer"));
        }
        Ok(DistributionPoint {
            name: name.map(|name| PointName::parse(&name)).transpose()?,
            reasons: match reasons {
                Some(reasons) => Reasons::parse(&reasons)?,
                None => Reasons::ALL,
            },
            crl_issuer: crl_issuer.map(|n| GeneralNames::parse(&n)).transpose()?,
        })
    }
}

impl PointName {
    /// Reads the explicitly tagged choice.
    fn parse(wrapped: &Value<'_>) -> Result<PointName, Error> {
        let mut wrapper = wrapped.reader()?;
        let name = wrapper.read()?;
        wrapper.finish()?;
        match name.tag {
            tag if tag == Tag::context(0, true) => Ok(PointName::Full(GeneralNames::parse(&name)?)),
            tag if tag == Tag::context(1, true) => Ok(PointName::Relative(name.content.to_vec())),
            _ => Err(name.error("neither a full nor a relative name")),
        }
    }

    /// The full names: a relative one is appended to `base`, a `Name`.
    fn resolved(&self, base: &[u8]) -> GeneralNames {
        match self {
            PointName::Full(names) => names.clone(),
            PointName::Relative(content) => {
                let mut reader = Reader::new(base, WHAT, &Limits::default());
                let base = reader.read().map_or(&[][..], |name| name.content);
                GeneralNames::directory(&sequence(&[base, &tlv(Tag::SET, content)]))
            }
        }
    }
}

/// `CRLDistributionPoints ::= SEQUENCE SIZE (1..MAX) OF DistributionPoint`
pub(super) fn points(value: &[u8]) -> Result<Vec<DistributionPoint>, Error> {
    let mut outer = Reader::new(value, WHAT, &Limits::default());
    let mut list = outer.expect(Tag::SEQUENCE)?.reader()?;
    outer.finish()?;
    let mut points = Vec::new();
    while !list.is_empty() {
        if points.len() >= MOST {
            return Err(Error::malformed(WHAT, "there are too many"));
        }
        points.push(DistributionPoint::parse(&list.read()?)?);
    }
    if points.is_empty() {
        return Err(Error::malformed(WHAT, "there are none"));
    }
    Ok(points)
}

impl Certificate {
    /// The points of cRLDistributionPoints; none without the extension.
    pub(super) fn distribution_points(&self) -> Result<Vec<DistributionPoint>, Error> {
        match self.0.extensions.value(&ids::ID_CE_CRL_DISTRIBUTION_POINTS) {
            Some(value) => points(value),
            None => Ok(Vec::new()),
        }
    }

    /// Where its issuer says that revocation lists about it are to be had: the URIs with the scheme http, https, ldap
    /// or ldaps in cRLDistributionPoints (RFC 5280 4.2.1.13), then those of delta lists in freshestCRL (4.2.1.15),
    /// in order.
    ///
    /// As received, and anything may stand there: escape before showing, check before fetching. At most 64 of each
    /// kind, none longer than 2,048 bytes. Empty when the extensions are not there or cannot be read.
    pub fn crl_urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        for id in [ids::ID_CE_CRL_DISTRIBUTION_POINTS, ids::ID_CE_FRESHEST_CRL] {
            let value = self.0.extensions.value(&id);
            let points = value.and_then(|value| points(value).ok());
            let uris = points.iter().flatten().flat_map(DistributionPoint::uris);
            for url in uris.filter(|uri| names::is_fetchable(uri)).take(MOST) {
                if !urls.iter().any(|known| known == url) {
                    urls.push(url.to_owned());
                }
            }
        }
        urls
    }
}

#[cfg(test)]
mod tests;
