//! Looking for one certificate in a list, walked in place.

use std::time::SystemTime;

use const_oid::db::rfc5280 as ids;

use super::{Crl, WHAT};
use crate::asn1::{Reader, Tag, Value};
use crate::cert::extensions::parts;
use crate::cert::time;
use crate::{Error, Limits};

/// What a list says about a serial number.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cert) enum Lookup {
    Listed(Entry),
    /// Not there, and every entry is understood.
    Absent,
    /// Not there, and some entry has a critical extension that is not known, so that the list must not be used
    /// (RFC 5280 5.3).
    NotUnderstood,
}

/// One entry of `revokedCertificates`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cert) struct Entry {
    pub date: SystemTime,
    /// In the words of RFC 5280 5.3.1.
    pub reason: &'static str,
}

impl Crl {
    /// Walks the entries to the end. One that cannot be read makes the list useless, an error, for all that
    /// are not found in it.
    pub(in crate::cert) fn look_up(&self, serial: &[u8]) -> Result<Lookup, Error> {
        let serial = shortest(serial);
        let entries = self.slice(&self.0.revoked);
        let mut entries = Reader::new(entries, WHAT, &Limits::default());
        let mut listed: Option<Entry> = None;
        let mut understood = true;
        let mut unreadable = None;
        while !entries.is_empty() {
            let entry = match entries.read() {
                Ok(entry) => entry,
                Err(error) => {
                    unreadable = Some(error);
                    break;
                }
            };
            let mut found = Fields::default();
            match found.read(&entry) {
                Ok(known) => understood &= known,
                Err(error) => unreadable = Some(error),
            }
            if found
                .number
                .is_some_and(|number| shortest(number) == serial)
            {
                let date = found.date.and_then(|date| time::parse(&date).ok());
                let date = date.unwrap_or(self.this_update());
                let reason = found.reason.unwrap_or("unspecified");
                // Of two entries the earlier one counts.
                if listed.as_ref().is_none_or(|entry| date < entry.date) {
                    listed = Some(Entry { date, reason });
                }
            }
        }
        match (listed, unreadable) {
            // Whatever else an entry says, the CA does not stand behind the certificate any more.
            (Some(entry), _) => Ok(Lookup::Listed(entry)),
            (None, Some(error)) => Err(error),
            (None, None) if understood => Ok(Lookup::Absent),
            (None, None) => Ok(Lookup::NotUnderstood),
        }
    }
}

/// What could be read of an entry.
#[derive(Default)]
struct Fields<'a> {
    number: Option<&'a [u8]>,
    date: Option<Value<'a>>,
    reason: Option<&'static str>,
}

impl<'a> Fields<'a> {
    /// As far as it can be read. Whether no unknown extension is critical.
    fn read(&mut self, entry: &Value<'a>) -> Result<bool, Error> {
        if entry.tag != Tag::SEQUENCE {
            return Err(entry.error("a SEQUENCE was expected"));
        }
        let mut fields = entry.reader()?;
        self.number = Some(fields.expect(Tag::INTEGER)?.content);
        self.date = Some(fields.read()?);
        let extensions = fields.optional(Tag::SEQUENCE)?;
        fields.finish()?;
        match extensions {
            Some(extensions) => read_extensions(&extensions, &mut self.reason),
            None => Ok(true),
        }
    }
}

/// Whether no unknown extension is critical. Finds the reason on the way.
fn read_extensions(
    extensions: &Value<'_>,
    reason: &mut Option<&'static str>,
) -> Result<bool, Error> {
    let mut list = extensions.reader()?;
    let mut understood = true;
    while !list.is_empty() {
        let (oid, critical, value) = parts(&list.read()?)?;
        match oid {
            ids::ID_CE_CRL_REASONS => *reason = Some(reason_code(&value)?),
            ids::ID_CE_INVALIDITY_DATE => {}
            _ => understood &= !critical,
        }
    }
    Ok(understood)
}

/// `CRLReason ::= ENUMERATED` (RFC 5280 5.3.1). One without a name is no reason to overlook the entry.
fn reason_code(value: &[u8]) -> Result<&'static str, Error> {
    let mut reader = Reader::new(value, WHAT, &Limits::default());
    let code = reader.read()?;
    reader.finish()?;
    Ok(match code.content {
        [1] => "keyCompromise",
        [2] => "cACompromise",
        [3] => "affiliationChanged",
        [4] => "superseded",
        [5] => "cessationOfOperation",
        [6] => "certificateHold",
        [8] => "removeFromCRL",
        [9] => "privilegeWithdrawn",
        [10] => "aACompromise",
        _ => "unspecified",
    })
}

/// An INTEGER without the octets that only repeat its sign: certificates and lists need not agree on them.
fn shortest(mut number: &[u8]) -> &[u8] {
    while let [first @ (0x00 | 0xff), rest @ ..] = number
        && rest
            .first()
            .is_some_and(|second| (first ^ second) & 0x80 == 0)
    {
        number = rest;
    }
    number
}
