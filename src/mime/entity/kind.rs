//! What an entity is: by its Content-Type, and where that says little, by name and first line.

use super::{Kind, names};
use crate::mime::content_type::ContentType;
use crate::mime::header::{HeaderBlock, received};
use crate::mime::{armour, boundary, multipart};
use crate::{Error, Limits};

/// File names of S/MIME (RFC 8551 3.2.1).
const SUFFIXES: [&str; 4] = [".p7m", ".p7s", ".p7c", ".p7z"];

/// The kind of an entity with this Content-Type.
///
/// # Errors
/// [`crate::ErrorKind::Header`]: multipart/signed without a boundary that can be one.
pub(super) fn of(
    content_type: Option<&ContentType>,
    header: &HeaderBlock,
    body: &[u8],
    limits: &Limits,
) -> Result<Kind, Error> {
    let Some(found) = content_type.filter(|_| !is_text(content_type)) else {
        return Ok(text(header, body));
    };
    Ok(match (found.kind.as_str(), found.subtype.as_str()) {
        ("multipart", "signed") => return signed(found, body, limits),
        ("multipart", _) => match usable_boundary(found) {
            Ok(boundary) => Kind::Multipart { boundary },
            Err(_) => Kind::Leaf,
        },
        ("message", "rfc822" | "global") => Kind::Message,
        ("application", "pkcs7-mime" | "x-pkcs7-mime") => Kind::Cms,
        ("application", "octet-stream") if has_name_of_cms(found, header) => Kind::Cms,
        _ if is_signature(found) => Kind::DetachedSignature,
        _ => Kind::Leaf,
    })
}

/// Whether an entity of this Content-Type, or of none, is text to programs that know nothing of CMS.
pub(super) fn is_text(content_type: Option<&ContentType>) -> bool {
    content_type.is_none_or(|found| found.is("text", "plain"))
}

/// Whether a Content-Type that cannot be parsed could be one of a multipart or of CMS to others.
pub(super) fn looks_like_structure(value: &str) -> bool {
    let kind = value.split(';').next().unwrap_or_default();
    let kind = kind.to_ascii_lowercase();
    kind.contains("multipart") || kind.contains("pkcs7-")
}

/// Armoured CMS only if it is the whole text, before and after its transfer encoding is undone: of anything
/// else a part would be lost.
fn text(header: &HeaderBlock, body: &[u8]) -> Kind {
    let is_all = armour::begins(body)
        && super::undone(&super::encoding(header), body).is_ok_and(|text| armour::is_all(&text));
    match is_all {
        true => Kind::Cms,
        false => Kind::Leaf,
    }
}

fn signed(found: &ContentType, body: &[u8], limits: &Limits) -> Result<Kind, Error> {
    let boundary = usable_boundary(found);
    let protocol = lower(found, "protocol");
    if is_of_pgp(&protocol) {
        return Ok(boundary.map_or(Kind::Leaf, |boundary| Kind::Multipart { boundary }));
    }
    let boundary = boundary?;
    Ok(
        if is_ours(&protocol) || second_is_signature(body, &boundary, limits) {
            let micalg = Some(lower(found, "micalg")).filter(|value| !value.is_empty());
            Kind::MultipartSigned { boundary, micalg }
        } else {
            Kind::Multipart { boundary }
        },
    )
}

/// Whether only its parts can say if a multipart of this Content-Type is signed.
pub(super) fn may_be_signed(found: &ContentType) -> bool {
    let protocol = lower(found, "protocol");
    found.is("multipart", "signed") && !is_ours(&protocol) && !is_of_pgp(&protocol)
}

/// The value of a parameter in lower case; empty without it.
fn lower(found: &ContentType, name: &str) -> String {
    let value = found.parameter(name).unwrap_or_default();
    value.trim().to_ascii_lowercase()
}

fn is_ours(protocol: &str) -> bool {
    matches!(
        protocol,
        "application/pkcs7-signature" | "application/x-pkcs7-signature"
    )
}

fn is_of_pgp(protocol: &str) -> bool {
    protocol.starts_with("application/pgp-")
}

fn usable_boundary(found: &ContentType) -> Result<String, Error> {
    let boundary = found.parameter("boundary");
    let problem = match boundary {
        None => Some("a multipart without boundary parameter"),
        Some(boundary) => boundary::check(boundary).err(),
    };
    match problem {
        Some(why) => Err(Error::header("Content-Type", why)),
        None => Ok(boundary.unwrap_or_default().to_owned()),
    }
}

/// Whether the second of two parts is a signature of S/MIME.
fn second_is_signature(body: &[u8], boundary: &str, limits: &Limits) -> bool {
    let Ok(split) = multipart::split(body, boundary, limits) else {
        return false;
    };
    let [_, second] = split.parts.as_slice() else {
        return false;
    };
    is_signature_part(second, limits)
}

/// Whether a part, or what begins with its whole header, is a signature of S/MIME. One that cannot be read is none.
pub(crate) fn is_signature_part(part: &[u8], limits: &Limits) -> bool {
    let header = received::read(part, limits).map(|received| received.header);
    header.is_ok_and(|header| {
        let field = header.get("Content-Type");
        let found = field.and_then(|field| ContentType::parse(&field.value()).ok());
        found.is_some_and(|found| {
            let is_octets = found.is("application", "octet-stream");
            is_signature(&found) || (is_octets && has_name_of_cms(&found, &header))
        })
    })
}

fn is_signature(found: &ContentType) -> bool {
    found.is("application", "pkcs7-signature") || found.is("application", "x-pkcs7-signature")
}

fn has_name_of_cms(found: &ContentType, header: &HeaderBlock) -> bool {
    names::of(Some(found), header).any(|name| {
        let name = name.trim_end().to_ascii_lowercase();
        SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
    })
}
