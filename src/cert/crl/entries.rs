//! Looking for one certificate in a list, walked in place.

mod fields;

use std::borrow::Cow;
use std::time::SystemTime;

use super::reasons::REMOVED;
use super::{Crl, WHAT};
use crate::asn1::{Reader, Tag};
use crate::cert::distribution::GeneralNames;
use crate::cert::name;
use crate::cert::serial::shortest;
use crate::cert::time;
use crate::{Error, Limits};
use fields::{Fields, Known};

/// What a list says about a certificate.
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

impl Entry {
    /// In a delta list: it is not revoked any more. A complete list cannot say so, by not having the entry it does.
    pub(in crate::cert) fn is_removal(&self) -> bool {
        self.reason == REMOVED
    }

    /// Whether it counts when both are about one certificate: what is revoked before what is not any more, then
    /// the earlier one.
    fn counts_before(&self, other: &Entry) -> bool {
        (self.is_removal(), self.date) < (other.is_removal(), other.date)
    }
}

impl Crl {
    /// How many entries there are, as far as they can be told apart. Walks all of them.
    pub fn entries(&self) -> usize {
        let mut entries = self.walk();
        let mut count = 0_usize;
        while !entries.is_empty() && entries.read().is_ok() {
            count = count.saturating_add(1);
        }
        count
    }

    /// Looks for the certificate with this number (content octets) of this issuer (a `Name`). Walks the entries to
    /// the end. One that cannot be read makes the list useless, an error, for all that are not found in it.
    pub(in crate::cert) fn look_up(&self, serial: &[u8], issuer: &[u8]) -> Result<Lookup, Error> {
        let serial = shortest(serial);
        let mut issuers = Issuers::new(self, issuer);
        let mut rest = self.slice(&self.0.revoked);
        let mut known = Known::default();
        let mut listed: Option<Entry> = None;
        let mut understood = true;
        let mut unreadable = None;
        while !rest.is_empty() {
            if let Some((behind, is_understood)) =
                known.pass(rest, serial, self.0.before_extensions)
            {
                rest = behind;
                understood &= is_understood;
                continue;
            }
            let entry = match Reader::new(rest, WHAT, &Limits::default()).read() {
                Ok(entry) => entry,
                Err(error) => {
                    unreadable = Some(error);
                    break;
                }
            };
            rest = rest.get(entry.raw.len()..).unwrap_or_default();
            let mut found = Fields::default();
            match found.read(&entry, &mut known) {
                Ok(()) => understood &= !found.not_understood && issuers.follow(&found),
                Err(error) => {
                    unreadable = Some(error);
                    // It may have named the issuer of this entry and of those behind it.
                    issuers.lose();
                }
            }
            understood &= !(self.0.before_extensions && found.has_extensions);
            let is_wanted = |number: &[u8]| shortest(number) == serial;
            if found.number.is_some_and(is_wanted) {
                match issuers.are_wanted() {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(error) => {
                        unreadable = Some(error);
                        continue;
                    }
                }
                let date = found.date.and_then(|date| time::parse(&date).ok());
                let entry = Entry {
                    date: date.unwrap_or(self.this_update()),
                    reason: found.reason.unwrap_or("unspecified"),
                };
                if listed
                    .as_ref()
                    .is_none_or(|other| entry.counts_before(other))
                {
                    listed = Some(entry);
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

    fn walk(&self) -> Reader<'_> {
        Reader::new(self.slice(&self.0.revoked), WHAT, &Limits::default())
    }
}

/// Who issued the certificate of the entry that the walk has come to (RFC 5280 5.3.3): whom the last
/// certificateIssuer names, before the first one the issuer of the list. Only an indirect list has others.
struct Issuers<'a> {
    is_indirect: bool,
    wanted: &'a [u8],
    current: Current<'a>,
}

enum Current<'a> {
    Own(&'a [u8]),
    /// The value of a certificateIssuer, read when it is needed: a million entries can have one each.
    Named(Cow<'a, [u8]>),
    /// The last one could not be read.
    Lost,
}

impl<'a> Issuers<'a> {
    fn new(list: &'a Crl, wanted: &'a [u8]) -> Issuers<'a> {
        Issuers {
            is_indirect: list.is_indirect(),
            wanted,
            current: Current::Own(list.issuer_der()),
        }
    }

    /// Takes over what the entry says. `false`: it must not say so in this list.
    fn follow(&mut self, entry: &Fields<'a>) -> bool {
        match &entry.issuer {
            Some(issuer) if self.is_indirect => self.current = Current::Named(issuer.clone()),
            Some(_) => return false,
            None => {}
        }
        true
    }

    fn lose(&mut self) {
        if self.is_indirect {
            self.current = Current::Lost;
        }
    }

    fn are_wanted(&self) -> Result<bool, Error> {
        match &self.current {
            Current::Own(name) => Ok(!self.is_indirect || name::same(name, self.wanted)),
            Current::Named(value) => {
                let mut reader = Reader::new(value, WHAT, &Limits::default());
                let names = reader.expect(Tag::SEQUENCE)?;
                reader.finish()?;
                Ok(GeneralNames::parse(&names)?.contains(self.wanted))
            }
            Current::Lost => Err(Error::malformed(
                WHAT,
                "the issuer of an entry cannot be read",
            )),
        }
    }
}
