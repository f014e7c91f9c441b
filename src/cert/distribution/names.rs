//! The names of issuers of lists and of the places where lists are (RFC 5280 4.2.1.6, 4.2.1.13).

use super::{MOST, WHAT};
use crate::Error;
use crate::asn1::{Tag, Value};
use crate::cert::name::Folded;

/// The longest URI looked at, in octets.
const LONGEST: usize = 2_048;

/// `GeneralNames ::= SEQUENCE SIZE (1..MAX) OF GeneralName`
#[derive(Clone, Default)]
pub(in crate::cert) struct GeneralNames(Vec<GeneralName>);

#[derive(Clone)]
enum GeneralName {
    /// `directoryName [4] Name`, as received and for comparison.
    Directory(Vec<u8>, Option<Folded>),
    /// `uniformResourceIdentifier [6] IA5String`
    Uri(String),
    /// Any other, as received.
    Other(Vec<u8>),
}

impl GeneralName {
    fn directory(name: &[u8]) -> GeneralName {
        let folded = Folded::new(name).filter(|folded| !folded.is_empty());
        GeneralName::Directory(name.to_vec(), folded)
    }

    /// Directory names after folding (RFC 5280 7.1), all others byte for byte.
    fn is(&self, other: &GeneralName) -> bool {
        match (self, other) {
            (GeneralName::Directory(one, one_folded), GeneralName::Directory(two, two_folded)) => {
                one == two || (one_folded.is_some() && one_folded == two_folded)
            }
            (GeneralName::Uri(one), GeneralName::Uri(two)) => one == two,
            (GeneralName::Other(one), GeneralName::Other(two)) => one == two,
            _ => false,
        }
    }
}

impl GeneralNames {
    /// One directory name.
    pub(in crate::cert) fn directory(name: &[u8]) -> GeneralNames {
        GeneralNames(vec![GeneralName::directory(name)])
    }

    /// Reads what stands inside of `value`, whatever its tag.
    pub(in crate::cert) fn parse(value: &Value<'_>) -> Result<GeneralNames, Error> {
        let mut list = value.reader()?;
        let mut names = Vec::new();
        while !list.is_empty() {
            let name = list.read()?;
            if names.len() >= MOST {
                return Err(Error::malformed(WHAT, "a point has too many names"));
            }
            names.push(match name.tag {
                tag if tag == Tag::context(4, true) => {
                    let mut wrapper = name.reader()?;
                    let directory = wrapper.expect(Tag::SEQUENCE)?;
                    wrapper.finish()?;
                    GeneralName::directory(directory.raw)
                }
                tag if tag == Tag::context(6, false) => match std::str::from_utf8(name.content) {
                    Ok(uri) => GeneralName::Uri(uri.to_owned()),
                    Err(_) => GeneralName::Other(name.raw.to_vec()),
                },
                _ => GeneralName::Other(name.raw.to_vec()),
            });
        }
        match names.is_empty() {
            true => Err(value.error("there is no name")),
            false => Ok(GeneralNames(names)),
        }
    }

    /// The directory names, each a `Name` as received.
    pub(in crate::cert) fn directories(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().filter_map(|name| match name {
            GeneralName::Directory(name, _) => Some(name.as_slice()),
            _ => None,
        })
    }

    /// Whether one of the names is in both.
    pub(in crate::cert) fn meet(&self, other: &GeneralNames) -> bool {
        self.0
            .iter()
            .any(|one| other.0.iter().any(|two| one.is(two)))
    }

    /// Whether this directory name is among them.
    pub(in crate::cert) fn contains(&self, name: &[u8]) -> bool {
        self.meet(&GeneralNames::directory(name))
    }

    /// The URIs, as received.
    pub(super) fn uris(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|name| match name {
            GeneralName::Uri(uri) => Some(uri.as_str()),
            _ => None,
        })
    }
}

/// Whether a client for HTTP or LDAP could fetch it.
pub(super) fn is_fetchable(uri: &str) -> bool {
    let scheme = uri.split_once("://").map_or("", |(scheme, _)| scheme);
    let schemes = ["http", "https", "ldap", "ldaps"];
    uri.len() <= LONGEST
        && schemes
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
}
