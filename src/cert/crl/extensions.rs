//! The extensions of a list (RFC 5280 5.2).

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::WHAT;
use crate::asn1::{Reader, Tag, Value};
use crate::cert::distribution::IssuingDistributionPoint;
use crate::cert::extensions::parts;
use crate::{Error, Limits};

/// What the extensions of a list say.
#[derive(Default)]
pub(super) struct Extensions {
    pub are_there: bool,
    pub number: Option<Number>,
    /// Whether deltaCRLIndicator is there.
    pub is_delta: bool,
    /// The number in it.
    pub base: Option<Number>,
    pub issuing_point: Option<IssuingDistributionPoint>,
    /// As received: two lists name the same key when it is the same.
    pub authority_key_identifier: Option<Vec<u8>>,
    /// The first thing that keeps the list from being used.
    pub obstacle: Option<Cow<'static, str>>,
}

impl Extensions {
    /// Reads `[0] EXPLICIT Extensions`. What cannot be read or worked with inside of one makes the list useless, and
    /// no error.
    pub(super) fn parse(outer: &Value<'_>) -> Result<Extensions, Error> {
        let mut wrapper = outer.reader()?;
        let mut list = wrapper.expect(Tag::SEQUENCE)?.reader()?;
        wrapper.finish()?;
        let mut extensions = Extensions {
            are_there: true,
            ..Extensions::default()
        };
        let mut seen = BTreeSet::new();
        while !list.is_empty() {
            let (oid, critical, value) = parts(&list.read()?)?;
            if !seen.insert(oid) {
                extensions.object(format!("has the extension {} twice", label(&oid)));
            } else if extensions.accept(&oid, critical, value).is_err() {
                extensions.object(format!("has the malformed extension {}", label(&oid)));
            }
        }
        if extensions.is_delta && extensions.number.is_none() {
            extensions.object("is a delta list (deltaCRLIndicator) without a number");
        }
        Ok(extensions)
    }

    fn accept(
        &mut self,
        oid: &ObjectIdentifier,
        critical: bool,
        value: Vec<u8>,
    ) -> Result<(), Error> {
        match *oid {
            ids::ID_CE_CRL_NUMBER => self.number = Some(Number::parse(&value)?),
            ids::ID_CE_DELTA_CRL_INDICATOR => {
                self.is_delta = true;
                self.base = Some(Number::parse(&value)?);
            }
            ids::ID_CE_ISSUING_DISTRIBUTION_POINT => {
                self.issuing_point = Some(IssuingDistributionPoint::parse(&value)?);
            }
            ids::ID_CE_AUTHORITY_KEY_IDENTIFIER => self.authority_key_identifier = Some(value),
            // Where a delta list is to be had says nothing about this one.
            ids::ID_CE_FRESHEST_CRL => {}
            _ if critical => {
                self.object(format!(
                    "has the critical extension {oid}, which is not known"
                ));
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes why the list must not be used, unless something was noted before.
    pub(super) fn object(&mut self, obstacle: impl Into<Cow<'static, str>>) {
        self.obstacle.get_or_insert_with(|| obstacle.into());
    }
}

/// The name people know an extension by.
fn label(oid: &ObjectIdentifier) -> String {
    match *oid {
        ids::ID_CE_CRL_NUMBER => "cRLNumber".into(),
        ids::ID_CE_DELTA_CRL_INDICATOR => "deltaCRLIndicator".into(),
        ids::ID_CE_ISSUING_DISTRIBUTION_POINT => "issuingDistributionPoint".into(),
        ids::ID_CE_AUTHORITY_KEY_IDENTIFIER => "authorityKeyIdentifier".into(),
        _ => oid.to_string(),
    }
}

/// `CRLNumber ::= INTEGER (0..MAX)` (RFC 5280 5.2.3), of any length, without leading zero octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cert) struct Number(Vec<u8>);

impl Number {
    fn parse(value: &[u8]) -> Result<Number, Error> {
        let mut reader = Reader::new(value, WHAT, &Limits::default());
        let number = reader.expect(Tag::INTEGER)?;
        reader.finish()?;
        match number.content {
            [] => Err(number.error("an integer without octets")),
            [0x80..=0xff, ..] => Err(number.error("a negative integer")),
            content => {
                let zeros = content.iter().take_while(|octet| **octet == 0).count();
                Ok(Number(content.get(zeros..).unwrap_or_default().to_vec()))
            }
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let length = self.0.len().cmp(&other.0.len());
        length.then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("00"),
            octets => f.write_str(&crate::cert::hex(octets, "")),
        }
    }
}
