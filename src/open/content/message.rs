//! The content of an opened message.

use std::fmt;
use std::sync::Arc;

use super::Part;
use crate::mime::header::HeaderBlock;
use crate::open::buffer::Bytes;
use crate::open::walk::{Found, Part as FoundPart};
use crate::report::{Encryption, HeaderField, PartReport, Protection};

/// The content of an opened message: buffers that are wiped when dropped, and ranges into them. Cheap to
/// clone.
#[derive(Clone)]
pub struct Message(Arc<Inner>);

struct Inner {
    bytes: Bytes,
    headers: Vec<HeaderField>,
    parts: Vec<Part>,
    encryption: Encryption,
}

impl Message {
    /// The innermost MIME entity with its header; for a plain mail the mail as it is; for CMS that is no MIME the content octets.
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes.get()
    }

    /// The same, held or not.
    pub(in crate::open) fn content(&self) -> &Bytes {
        &self.0.bytes
    }

    /// The header fields of the outer message. Nothing protects them.
    pub fn headers(&self) -> &[HeaderField] {
        &self.0.headers
    }

    /// The parts of the message in order, each with what protects it. The content itself is the first.
    pub fn parts(&self) -> &[Part] {
        &self.0.parts
    }

    /// How the content was encrypted: by the innermost of the encryptions around it.
    pub fn encryption(&self) -> Encryption {
        self.0.encryption
    }
}

/// Counts and sizes only.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("content", &self.0.bytes)
            .field("headers", &self.0.headers.len())
            .field("parts", &self.0.parts.len())
            .field("encryption", &self.0.encryption)
            .finish()
    }
}

/// The content that was found, with its parts in order, and what the report says of them.
pub(in crate::open) fn message(
    found: &Found,
    parts: &[(&FoundPart, Protection)],
    encryption: Encryption,
) -> (Message, Vec<PartReport>) {
    let reports = parts
        .iter()
        .map(|(part, protection)| PartReport {
            part: part.path.clone(),
            media_type: part.media_type.clone(),
            bytes: part.bytes.len(),
            protection: *protection,
        })
        .collect();
    let message = Message(Arc::new(Inner {
        bytes: match &found.content {
            Some(content) => content.bytes.clone(),
            None => Bytes::empty(),
        },
        headers: match found.headings.first() {
            Some(heading) => fields(&heading.header),
            None => Vec::new(),
        },
        parts: parts
            .iter()
            .map(|(part, protection)| Part::new(part, *protection))
            .collect(),
        encryption,
    }));
    (message, reports)
}

fn fields(header: &HeaderBlock) -> Vec<HeaderField> {
    header
        .fields
        .iter()
        .map(|field| HeaderField {
            name: field.name().to_owned(),
            value: field.value().into_owned(),
        })
        .collect()
}

#[cfg(test)]
impl Message {
    /// With this content and these parts, and nothing else.
    pub(in crate::open) fn of(bytes: Bytes, parts: Vec<Part>) -> Message {
        Message(Arc::new(Inner {
            bytes,
            headers: Vec::new(),
            parts,
            encryption: Encryption::None,
        }))
    }
}
