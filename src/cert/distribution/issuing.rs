//! What a list says it is for (RFC 5280 5.2.5).

use super::{GeneralNames, PointName, Reasons};
use crate::asn1::{Reader, Tag};
use crate::{Error, Limits};

const WHAT: &str = "issuingDistributionPoint";

/// ```text
/// IssuingDistributionPoint ::= SEQUENCE {
///     distributionPoint          [0] DistributionPointName OPTIONAL,
///     onlyContainsUserCerts      [1] BOOLEAN DEFAULT FALSE,
///     onlyContainsCACerts        [2] BOOLEAN DEFAULT FALSE,
///     onlySomeReasons            [3] ReasonFlags OPTIONAL,
///     indirectCRL                [4] BOOLEAN DEFAULT FALSE,
///     onlyContainsAttributeCerts [5] BOOLEAN DEFAULT FALSE }
/// ```
pub(in crate::cert) struct IssuingDistributionPoint {
    name: Option<PointName>,
    pub contents: Contents,
    pub reasons: Reasons,
    /// Whether there are entries of other issuers.
    pub indirect: bool,
    /// The value as received: two lists are for the same when it is the same.
    pub value: Vec<u8>,
}

/// The certificates a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cert) enum Contents {
    All,
    Users,
    Authorities,
    Attributes,
}

impl IssuingDistributionPoint {
    /// An error is also one that says nothing, or that contradicts itself: more than one of onlyContainsUserCerts,
    /// onlyContainsCACerts and onlyContainsAttributeCerts.
    pub(in crate::cert) fn parse(value: &[u8]) -> Result<IssuingDistributionPoint, Error> {
        let mut outer = Reader::new(value, WHAT, &Limits::default());
        let mut fields = outer.expect(Tag::SEQUENCE)?.reader()?;
        outer.finish()?;
        if fields.is_empty() {
            return Err(Error::malformed(WHAT, "it is empty"));
        }
        let name = fields.optional(Tag::context(0, true))?;
        let users = flag(&mut fields, 1)?;
        let authorities = flag(&mut fields, 2)?;
        let reasons = fields.optional(Tag::context(3, false))?;
        let indirect = flag(&mut fields, 4)?;
        let attributes = flag(&mut fields, 5)?;
        fields.finish()?;
        let contents = match (users, authorities, attributes) {
            (false, false, false) => Contents::All,
            (true, false, false) => Contents::Users,
            (false, true, false) => Contents::Authorities,
            (false, false, true) => Contents::Attributes,
            _ => return Err(Error::malformed(WHAT, "it contradicts itself")),
        };
        Ok(IssuingDistributionPoint {
            name: name.map(|name| PointName::parse(&name)).transpose()?,
            contents,
            reasons: match reasons {
                Some(reasons) => Reasons::parse(&reasons)?,
                None => Reasons::ALL,
            },
            indirect,
            value: value.to_vec(),
        })
    }

    /// The names of the place where the list is, when it was issued under `issuer`; `None` when it says none, so that
    /// it can be anywhere.
    pub(in crate::cert) fn names(&self, issuer: &[u8]) -> Option<GeneralNames> {
        self.name.as_ref().map(|name| name.resolved(issuer))
    }
}

/// `[number] BOOLEAN DEFAULT FALSE`
fn flag(fields: &mut Reader<'_>, number: u32) -> Result<bool, Error> {
    match fields.optional(Tag::context(number, false))? {
        Some(flag) => flag.boolean(),
        None => Ok(false),
    }
}
