//! What can be read of one entry.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::super::{WHAT, reason_code};
use crate::asn1::{Reader, Tag, Value};
use crate::cert::serial::shortest;
use crate::{Error, Limits};

/// `SEQUENCE { userCertificate CertificateSerialNumber, revocationDate Time, crlEntryExtensions Extensions OPTIONAL }`
/// (RFC 5280 5.1), as far as it can be read.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub number: Option<&'a [u8]>,
    pub date: Option<Value<'a>>,
    pub has_extensions: bool,
    pub reason: Option<&'static str>,
    /// The value of certificateIssuer: `CertificateIssuer ::= GeneralNames` (RFC 5280 5.3.3).
    pub issuer: Option<Cow<'a, [u8]>>,
    /// Whether it has a critical extension that is not known.
    pub not_understood: bool,
}

/// The extensions of an entry that was read before, and what they say. Of a million entries nearly all have the same ones, a
/// reason, so that they are compared and not read again.
#[derive(Default)]
pub(super) struct Known<'a> {
    extensions: &'a [u8],
    reason: Option<&'static str>,
    not_understood: bool,
}

impl<'a> Known<'a> {
    /// What stands behind the first entry, and whether that one is understood, if it is another one than `serial` in the
    /// form that nearly all have: short lengths, a UTCTime, and no extensions or those that are known. Anything
    /// else is for [`Fields::read`].
    pub(super) fn pass<'r>(
        &self,
        entries: &'r [u8],
        serial: &[u8],
        before_extensions: bool,
    ) -> Option<(&'r [u8], bool)> {
        let [0x30, length @ 0..=0x7f, behind @ ..] = entries else {
            return None;
        };
        let (entry, rest) = behind.split_at_checked(usize::from(*length))?;
        let [0x02, length @ 1..=0x7f, behind @ ..] = entry else {
            return None;
        };
        let (number, behind) = behind.split_at_checked(usize::from(*length))?;
        let ([0x17, 13, ..], extensions) = behind.split_at_checked(15)? else {
            return None;
        };
        if shortest(number) == serial {
            return None;
        }
        match extensions {
            [] => Some((rest, true)),
            _ if extensions == self.extensions => {
                Some((rest, !self.not_understood && !before_extensions))
            }
            _ => None,
        }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn read(&mut self, entry: &Value<'a>, known: &mut Known<'a>) -> Result<(), Error> {
        if entry.tag != Tag::SEQUENCE {
            return Err(entry.error("a SEQUENCE was expected"));
        }
        let mut fields = entry.reader()?;
        self.number = Some(fields.expect(Tag::INTEGER)?.content);
        self.date = Some(fields.read()?);
        let extensions = fields.optional(Tag::SEQUENCE)?;
        fields.finish()?;
        match extensions {
            Some(extensions) if extensions.raw == known.extensions => {
                self.has_extensions = true;
                self.reason = known.reason;
                self.not_understood = known.not_understood;
                Ok(())
            }
            Some(extensions) => {
                self.read_extensions(&extensions)?;
                if self.issuer.is_none() {
                    *known = Known {
                        extensions: extensions.raw,
                        reason: self.reason,
                        not_understood: self.not_understood,
                    };
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn read_extensions(&mut self, extensions: &Value<'a>) -> Result<(), Error> {
        self.has_extensions = true;
        let mut list = extensions.reader()?;
        while !list.is_empty() {
            let extension = list.read()?;
            let (oid, critical, value) = parts(&extension)?;
            match oid {
                ids::ID_CE_CRL_REASONS if self.reason.is_none() => {
                    self.reason = Some(reason(&value)?);
                }
                ids::ID_CE_CERTIFICATE_ISSUER if self.issuer.is_none() => {
                    self.issuer = Some(value);
                }
                ids::ID_CE_CRL_REASONS | ids::ID_CE_CERTIFICATE_ISSUER => {
                    return Err(extension.error("an extension stands there twice"));
                }
                ids::ID_CE_INVALIDITY_DATE => {}
                _ => self.not_understood |= critical,
            }
        }
        Ok(())
    }
}

/// Object identifier, criticality and value of an extension, in place.
fn parts<'a>(extension: &Value<'a>) -> Result<(ObjectIdentifier, bool, Cow<'a, [u8]>), Error> {
    let mut reader = extension.reader()?;
    let oid = reader.expect(Tag::OID)?.oid()?;
    let critical = match reader.optional(Tag::BOOLEAN)? {
        Some(critical) => critical.boolean()?,
        None => false,
    };
    let value = reader.string(Tag::OCTET_STRING)?.octets()?;
    reader.finish()?;
    Ok((oid, critical, value))
}

/// `CRLReason ::= ENUMERATED`
fn reason(value: &[u8]) -> Result<&'static str, Error> {
    let mut reader = Reader::new(value, WHAT, &Limits::default());
    let code = reader.read()?;
    reader.finish()?;
    Ok(reason_code(code.content))
}
