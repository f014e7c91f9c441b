//! Header fields inside the protection (RFC 9788, RFC 8551 3.1).

mod compare;
mod recipients;
#[cfg(test)]
mod tests;

pub(super) use recipients::intended_recipient_checks;

use crate::Limits;
use crate::check::Check;
use crate::mime::content_type::ContentType;
use crate::mime::entity::Entity;
use crate::mime::header::{Field, HeaderBlock, HeaderReader};
use crate::report::{HeaderField, HeaderProtection};
use compare::{Comparison, Outside, has_from_of};

/// What the payload says about its own header.
pub(super) struct InnerHeader {
    pub protection: HeaderProtection,
    pub fields: Vec<HeaderField>,
    /// Fields that differ outside, among others.
    pub checks: Vec<Check>,
}

impl InnerHeader {
    /// No header inside, or none that may be told.
    pub(super) fn none() -> InnerHeader {
        InnerHeader {
            protection: HeaderProtection::None,
            fields: Vec::new(),
            checks: Vec::new(),
        }
    }

    /// Compares the header of the innermost signed or encrypted entity with the outer one. Only for a
    /// payload that is inside of at least one layer of protection.
    pub(super) fn read(outer: &HeaderBlock, payload: &Entity<'_>, limits: &Limits) -> InnerHeader {
        let (protection, block, outside) = match hp(payload.content_type.as_ref()) {
            Some(HeaderProtection::Cipher) => (
                HeaderProtection::Cipher,
                payload.header.clone(),
                Outside::Announced(announced(&payload.header)),
            ),
            Some(protection) => (protection, payload.header.clone(), Outside::Copied),
            None => (
                HeaderProtection::Legacy,
                wrapped(outer, payload, limits).unwrap_or_else(|| payload.header.clone()),
                Outside::CopiedOrHidden,
            ),
        };
        let protected: Vec<&Field> = block.fields.iter().filter(|f| is_protected(f)).collect();
        if protected.is_empty() && protection == HeaderProtection::Legacy {
            return InnerHeader::none();
        }
        InnerHeader {
            protection,
            checks: Comparison::new(outer, &protected, &outside, limits).checks(),
            fields: protected
                .iter()
                .map(|field| HeaderField {
                    name: field.name().to_owned(),
                    value: field.value().into_owned(),
                })
                .collect(),
        }
    }
}

/// The `hp` parameter (RFC 9788 2.1.1).
fn hp(content_type: Option<&ContentType>) -> Option<HeaderProtection> {
    let value = content_type?.parameter("hp")?;
    if value.eq_ignore_ascii_case("cipher") {
        Some(HeaderProtection::Cipher)
    } else if value.eq_ignore_ascii_case("clear") {
        Some(HeaderProtection::Clear)
    } else {
        None
    }
}

/// Fields that describe the message. What describes the MIME part is of the part (RFC 9787 1.1.1), and
/// HP-Outer describes the outer header.
fn is_protected(field: &Field) -> bool {
    let about_the_part = field
        .name()
        .split_at_checked(8)
        .is_some_and(|(start, _)| start.eq_ignore_ascii_case("Content-"));
    !about_the_part && !field.is("MIME-Version") && !field.is("HP-Outer")
}

/// The fields that the sender put outside, as HP-Outer repeats them (RFC 9788 2.2, 4.2.1).
fn announced(payload: &HeaderBlock) -> Vec<(String, String)> {
    payload
        .fields
        .iter()
        .filter(|field| field.is("HP-Outer"))
        .filter_map(|field| {
            let value = field.value();
            let (name, value) = value.split_once(':')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// The header of a message that is wrapped in message/rfc822 for the sake of its header (RFC 8551 3.1),
/// told from a forwarded one as RFC 9788 4.10.1 says. Drafts marked it with `forwarded=no`. Without the mark only
/// a message from the same author counts: whoever forwards somebody else's signs that he has it, not who wrote it.
fn wrapped(outer: &HeaderBlock, payload: &Entity<'_>, limits: &Limits) -> Option<HeaderBlock> {
    let content_type = payload.content_type.as_ref()?;
    let is_message = content_type.kind == "message"
        && matches!(content_type.subtype.as_str(), "rfc822" | "global");
    let forwarded = content_type.parameter("forwarded");
    if !is_message || forwarded.is_some_and(|value| !value.eq_ignore_ascii_case("no")) {
        return None;
    }
    let mut reader = HeaderReader::default();
    reader.push(payload.body, limits).ok()?;
    let block = HeaderBlock::parse(reader.bytes(), limits).ok()?;
    let inside = ContentType::of(&block).ok()?;
    let protected_again = inside.as_ref().is_some_and(|inside| {
        inside.parameter("hp").is_some()
            || matches!(
                (inside.kind.as_str(), inside.subtype.as_str()),
                ("multipart", "signed" | "encrypted")
                    | ("application", "pkcs7-mime" | "x-pkcs7-mime")
            )
    });
    if protected_again {
        return None;
    }
    (forwarded.is_some() || has_from_of(outer, &block, limits)).then_some(block)
}
