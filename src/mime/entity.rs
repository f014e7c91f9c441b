//! A MIME entity as received: header, body, and what kind of thing it is.

mod kind;
mod names;

pub(crate) use super::header::received::head_length;
pub(crate) use kind::is_signature_part;

use zeroize::Zeroizing;

use super::armour;
use super::content_type::{ContentType, TransferEncoding};
use super::header::{HeaderBlock, received};
use super::transfer::TransferReader;
use crate::{Error, Limits};

/// Characters of an unknown transfer encoding that are kept.
const SHOWN: usize = 40;

/// What an entity is to a reader of S/MIME.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// multipart/signed by S/MIME (protocol application/pkcs7-signature or its x- form, or a second part that is one).
    MultipartSigned {
        boundary: String,
        micalg: Option<String>,
    },
    /// Any other multipart.
    Multipart { boundary: String },
    /// message/rfc822 or message/global.
    Message,
    /// application/pkcs7-mime, its x- form, application/octet-stream with a .p7m/.p7s/.p7c/.p7z name, PEM-armoured CMS: its
    /// body is CMS, whatever smime-type says.
    Cms,
    /// application/pkcs7-signature standing alone.
    DetachedSignature,
    /// Anything else.
    Leaf,
}

/// A MIME entity (RFC 2045): header block, empty line, body.
#[derive(Debug)]
pub(crate) struct Entity<'a> {
    /// Everything, as received.
    pub raw: &'a [u8],
    pub header: HeaderBlock,
    /// What is wrong with the first sloppy line of the header, where readers may disagree about its fields.
    pub flaw: Option<&'static str>,
    pub body: &'a [u8],
    /// `None` without Content-Type, and with one that cannot be read (then the entity is a leaf).
    pub content_type: Option<ContentType>,
    pub encoding: TransferEncoding,
    kind: Kind,
    /// What comes of it if its body is armoured CMS.
    if_armoured: Option<Result<(), Error>>,
    limits: Limits,
}

impl<'a> Entity<'a> {
    /// Reads an entity; LF and CRLF are line ends. Without an empty line the whole of it is header; with a
    /// first line that is no header field the whole of it is body.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Limit`]: the header is too long. [`crate::ErrorKind::Header`] and
    /// [`crate::ErrorKind::Malformed`] for a multipart or CMS of which two readers could make different
    /// things: Content-Type or Content-Transfer-Encoding given twice or after a broken header line, two
    /// boundaries, no boundary for multipart/signed. Anything else that is broken makes a leaf.
    pub(crate) fn read(raw: &'a [u8], limits: &Limits) -> Result<Entity<'a>, Error> {
        let received = received::read(raw, limits)?;
        let body = raw.get(received.length..).unwrap_or_default();
        // Of several, readers take the first or the last.
        let mut types = received.header.all("Content-Type");
        let (mut found, mut if_armoured) = (None, None);
        for field in [types.next(), types.last()].into_iter().flatten() {
            let value = field.value();
            let parsed = match ContentType::parse(&value) {
                Ok(parsed) => Some(parsed),
                Err(error) if kind::looks_like_structure(&value) => return Err(error),
                Err(_) => None,
            };
            let kind = kind::of(parsed.as_ref(), &received.header, body, limits)?;
            if !matches!(kind, Kind::Leaf | Kind::Message) {
                received.check_structure()?;
            }
            if kind::is_text(parsed.as_ref()) {
                if_armoured.get_or_insert_with(|| received.check_structure());
            }
            found.get_or_insert((parsed, kind));
        }
        let (content_type, kind) = match found {
            Some(found) => found,
            None => {
                if_armoured = Some(Ok(()));
                (None, kind::of(None, &received.header, body, limits)?)
            }
        };
        Ok(Entity {
            raw,
            encoding: encoding(&received.header),
            flaw: received.first_flaw(),
            header: received.header,
            body,
            content_type,
            kind,
            if_armoured,
            limits: *limits,
        })
    }

    /// Whether it is text to programs that know nothing of CMS, though it may be armoured CMS.
    pub(crate) fn is_text(&self) -> bool {
        kind::is_text(self.content_type.as_ref())
    }

    /// For an entity whose body is not there as yet: `None` if it stays what it is whatever the body is, else what comes of it
    /// if the body turns out to be armoured CMS and nothing else.
    ///
    /// # Errors
    /// Those of [`Entity::read`] with such a body.
    pub(crate) fn if_armoured(&self) -> Option<Result<(), Error>> {
        self.if_armoured.clone()
    }

    /// What it is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind.clone()
    }

    /// The boundary of a multipart/signed that does not say what it is signed with. It is one of S/MIME if it has two parts, and
    /// the second of them [is a signature](is_signature_part). `None` also when that was found in the body.
    pub(crate) fn may_be_signed(&self) -> Option<String> {
        match (&self.kind, &self.content_type) {
            (Kind::Multipart { boundary }, Some(found)) if kind::may_be_signed(found) => {
                Some(boundary.clone())
            }
            _ => None,
        }
    }

    /// The bounds it was read with.
    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The body with its transfer encoding undone.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`]: the base64 is broken. [`crate::ErrorKind::Unsupported`]: an encoding
    /// that is not one of RFC 2045.
    pub(crate) fn decoded(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        undone(&self.encoding, self.body)
    }

    /// The CMS in the body: transfer encoding, PEM armour and undeclared base64 undone.
    ///
    /// # Errors
    /// Those of [`Entity::decoded`]; [`crate::ErrorKind::Malformed`] if what comes out is no CMS; those of
    /// [`Entity::if_armoured`].
    pub(crate) fn cms(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        if let Some(Err(error)) = &self.if_armoured {
            return Err(error.clone());
        }
        let decoded = self.decoded()?;
        // Base64 is undone once: what is encoded twice, others read differently.
        let may_be_base64 = self.encoding != TransferEncoding::Base64;
        Ok(armour::undo(&decoded, may_be_base64)?.unwrap_or(decoded))
    }

    /// The body where the entity in it can be read in place: not encoded, as RFC 2046 5.2.1 demands. With
    /// `None`, [`Entity::decoded`] gives it.
    pub(crate) fn message_body(&self) -> Option<&'a [u8]> {
        match self.encoding {
            TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
                Some(self.body)
            }
            _ => None,
        }
    }

    /// `type/subtype` in lower case; `text/plain` without Content-Type.
    pub(crate) fn media_type(&self) -> String {
        match &self.content_type {
            Some(found) => format!("{}/{}", found.kind, found.subtype),
            None => "text/plain".to_owned(),
        }
    }

    /// The name the sender gave to the part, fit for display: one component of a path, without characters
    /// that hide or reorder others, at most 120 characters.
    pub(crate) fn file_name(&self) -> Option<String> {
        names::display(self.content_type.as_ref(), &self.header)
    }
}

/// A body with this transfer encoding undone.
fn undone(encoding: &TransferEncoding, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut reader = TransferReader::new(encoding)?;
    let mut out = Zeroizing::new(Vec::with_capacity(reader.most(body)));
    reader.push(body, &mut out)?;
    reader.finish(&mut out)?;
    Ok(out)
}

/// The first declared transfer encoding; a malformed one is one that nobody knows.
fn encoding(header: &HeaderBlock) -> TransferEncoding {
    let Some(field) = header.get("Content-Transfer-Encoding") else {
        return TransferEncoding::SevenBit;
    };
    let value = field.value();
    TransferEncoding::parse(&value)
        .unwrap_or_else(|_| TransferEncoding::Other(value.chars().take(SHOWN).collect()))
}

#[cfg(test)]
mod tests;
