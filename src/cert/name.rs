//! Distinguished names for people, and their comparison.

use std::borrow::Cow;

use const_oid::ObjectIdentifier;

use crate::Limits;
use crate::asn1::{Class, Reader, Tag, Value};
use crate::check::is_invisible;

/// Characters after which a name is cut: a report stays readable whatever the certificate holds.
const LONGEST: usize = 1_000;

/// Attributes of a name that is compared. Real ones have a dozen; the bound keeps comparing cheap.
const MOST: usize = 256;

/// One `AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }` of a name.
pub(super) struct Attribute<'a> {
    /// `None` when it cannot be held.
    pub oid: Option<ObjectIdentifier>,
    value: Value<'a>,
    /// Whether it stands in one relative name with the attribute before it.
    joined: bool,
}

impl Attribute<'_> {
    /// The value as text; `None` when it is no character string.
    pub(super) fn text(&self) -> Option<Cow<'_, str>> {
        let content = self.value.content;
        if self.value.tag.class != Class::Universal || self.value.tag.constructed {
            return None;
        }
        match self.value.tag.number {
            // UTF8String
            12 => std::str::from_utf8(content).ok().map(Cow::Borrowed),
            // NumericString, PrintableString, IA5String, VisibleString. Some hold UTF-8 in truth.
            18 | 19 | 22 | 26 => std::str::from_utf8(content).ok().map(Cow::Borrowed),
            // TeletexString: Latin-1 in practice.
            20 => Some(content.iter().copied().map(char::from).collect()),
            // UniversalString: UTF-32, big-endian.
            28 => content
                .chunks(4)
                .map(|c| char::from_u32(u32::from_be_bytes(c.try_into().ok()?)))
                .collect::<Option<String>>()
                .map(Cow::Owned),
            // BMPString: UTF-16, big-endian.
            30 => {
                let units: Option<Vec<u16>> = content
                    .chunks(2)
                    .map(|c| Some(u16::from_be_bytes(c.try_into().ok()?)))
                    .collect();
                String::from_utf16(&units?).ok().map(Cow::Owned)
            }
            _ => None,
        }
    }
}

/// The attributes of `Name ::= SEQUENCE OF RelativeDistinguishedName`, where `RelativeDistinguishedName
/// ::= SET SIZE (1..MAX) OF AttributeTypeAndValue`, as far as they can be read.
pub(super) fn attributes(name: &[u8]) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let _ = read(name, &mut found);
    found
}

fn read<'a>(name: &'a [u8], found: &mut Vec<Attribute<'a>>) -> Result<(), crate::Error> {
    let limits = Limits::default();
    let mut outer = Reader::new(name, "name", &limits);
    let mut relative_names = outer.expect(Tag::SEQUENCE)?.reader()?;
    while !relative_names.is_empty() {
        let mut set = relative_names.expect(Tag::SET)?.reader()?;
        let mut joined = false;
        while !set.is_empty() {
            let mut attribute = set.expect(Tag::SEQUENCE)?.reader()?;
            let oid = attribute.expect(Tag::OID)?.oid().ok();
            let value = attribute.read()?;
            attribute.finish()?;
            found.push(Attribute { oid, value, joined });
            joined = true;
        }
    }
    Ok(())
}

/// RFC 4514, with two departures for the reader's sake: known types beyond its table keep their names,
/// and a text under an unknown type stays text. Linear in the input.
pub(super) fn to_text(name: &[u8]) -> String {
    let attributes = attributes(name);
    let mut out = String::new();
    let mut written = 0_usize;
    // RFC 4514 2.1: from the last relative name to the first; inside one, in order.
    let mut end = attributes.len();
    while end > 0 {
        let mut start = end.saturating_sub(1);
        while start > 0 && attributes.get(start).is_some_and(|a| a.joined) {
            start -= 1;
        }
        for attribute in attributes.get(start..end).unwrap_or_default() {
            let separator = match (out.is_empty(), attribute.joined) {
                (true, _) => "",
                (false, true) => "+",
                (false, false) => ",",
            };
            out.push_str(separator);
            out.push_str(&label(attribute.oid));
            out.push('=');
            written = written.saturating_add(write_value(&mut out, attribute, LONGEST - written));
            if written >= LONGEST {
                out.push('…');
                return out;
            }
        }
        end = start;
    }
    out
}

/// The name people know a type of attribute by, else its numbers.
pub(super) fn label(oid: Option<ObjectIdentifier>) -> Cow<'static, str> {
    let Some(oid) = oid else {
        return "(unreadable)".into();
    };
    let text = oid.to_string();
    let short = match text.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "street",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.12" => "title",
        "2.5.4.17" => "postalCode",
        "2.5.4.42" => "GN",
        "2.5.4.65" => "pseudonym",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return text.into(),
    };
    short.into()
}

/// Appends the value, at most `room` characters of it (escaped ones count once), and says how many
/// it counted; at least one, so that a name of empty values ends too.
fn write_value(out: &mut String, attribute: &Attribute<'_>, room: usize) -> usize {
    let Some(text) = attribute.text() else {
        out.push('#');
        let octets = attribute
            .value
            .raw
            .get(..room)
            .unwrap_or(attribute.value.raw);
        out.push_str(&super::hex(octets, ""));
        return octets.len().max(1);
    };
    let mut count = 0;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        if count == room {
            return count;
        }
        let edge = count == 0 || characters.peek().is_none();
        if is_invisible(c) {
            // RFC 4514 2.4: any character may be written as its UTF-8 octets in hexadecimal.
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                out.push('\\');
                out.push_str(&super::hex(&[octet], ""));
            }
        } else {
            if matches!(c, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
                || (c == ' ' && edge)
                || (c == '#' && count == 0)
            {
                out.push('\\');
            }
            out.push(c);
        }
        count += 1;
    }
    count.max(1)
}

/// Whether two names are the same: byte for byte, or after the folding of RFC 5280 7.1 (case, runs of
/// spaces, kind of string), which some CAs need between their own certificates.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one == other {
        return true;
    }
    match (Folded::new(one), Folded::new(other)) {
        (Some(one), Some(other)) => !one.is_empty() && one == other,
        _ => false,
    }
}

/// A name made ready for comparison (RFC 5280 7.1): relative names in order, the attributes of each sorted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Folded(Vec<Vec<(ObjectIdentifier, FoldedValue)>>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum FoldedValue {
    Text(String),
    /// No character string: compared as received.
    Raw(Vec<u8>),
}

impl Folded {
    /// `None` when it cannot be read to its end, or has more than 256 attributes.
    pub(super) fn new(name: &[u8]) -> Option<Folded> {
        let mut attributes = Vec::new();
        read(name, &mut attributes).ok()?;
        if attributes.len() > MOST {
            return None;
        }
        let mut relative_names: Vec<Vec<_>> = Vec::new();
        for attribute in &attributes {
            let value = match attribute.text() {
                Some(text) => FoldedValue::Text(folded(&text)),
                None => FoldedValue::Raw(attribute.value.raw.to_vec()),
            };
            let pair = (attribute.oid?, value);
            match relative_names.last_mut() {
                Some(last) if attribute.joined => last.push(pair),
                _ => relative_names.push(vec![pair]),
            }
        }
        for relative_name in &mut relative_names {
            relative_name.sort();
        }
        Some(Folded(relative_names))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Octets of its values.
    pub(super) fn size(&self) -> usize {
        let values = self.0.iter().flatten().map(|(_, value)| match value {
            FoldedValue::Text(text) => text.len(),
            FoldedValue::Raw(raw) => raw.len(),
        });
        values.fold(0, usize::saturating_add)
    }

    /// Attributes in it, at most 256.
    pub(super) fn attributes(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }

    /// Whether it lies in the subtree of `base` (RFC 5280 4.2.1.10, directoryName).
    pub(super) fn lies_below(&self, base: &Folded) -> bool {
        self.0.starts_with(&base.0)
    }
}

fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}
