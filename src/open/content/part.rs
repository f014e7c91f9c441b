//! One part of an opened message.

use std::fmt;
use std::sync::Arc;

use crate::Error;
use crate::Limits;
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::Entity;
use crate::open::buffer::Bytes;
use crate::open::walk::Part as FoundPart;
use crate::report::Protection;

/// One part of a message. Cheap to clone.
#[derive(Clone)]
pub struct Part(Arc<Inner>);

struct Inner {
    path: String,
    media_type: String,
    bytes: Bytes,
    is_mime: bool,
    protection: Protection,
}

impl Part {
    pub(in crate::open) fn new(part: &FoundPart, protection: Protection) -> Part {
        Part(Arc::new(Inner {
            path: part.path.clone(),
            media_type: part.media_type.clone(),
            bytes: part.bytes.clone(),
            is_mime: part.is_mime,
            protection,
        }))
    }

    /// Which part it is, in the manner of IMAP (`"1.2"`); empty for the root. What an encrypted or signed
    /// part holds counts as its first part.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// `type/subtype` in lower case.
    pub fn media_type(&self) -> &str {
        &self.0.media_type
    }

    /// The part as received, header included.
    pub fn bytes(&self) -> &[u8] {
        self.0.bytes.get()
    }

    /// The same, held or not.
    pub(in crate::open) fn content(&self) -> &Bytes {
        &self.0.bytes
    }

    /// Of MIME the length in bytes of the header with its empty line, and the transfer encoding of what follows.
    ///
    /// # Errors
    /// The header cannot be read.
    pub(in crate::open) fn encoding(&self) -> Result<Option<(u64, TransferEncoding)>, Error> {
        if !self.0.is_mime {
            return Ok(None);
        }
        let entity = self.entity()?;
        let header = entity.raw.len().saturating_sub(entity.body.len());
        let header = u64::try_from(header).unwrap_or(u64::MAX);
        Ok(Some((header, entity.encoding)))
    }

    /// The body with its transfer encoding undone; all of it for content that is no MIME. Who takes it
    /// over wipes it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`] or [`crate::ErrorKind::Unsupported`] when the transfer encoding cannot be
    /// undone.
    pub fn decoded(&self) -> Result<Vec<u8>, Error> {
        if !self.0.is_mime {
            return Ok(self.bytes().to_vec());
        }
        let mut body = self.entity()?.decoded()?;
        Ok(std::mem::take(&mut *body))
    }

    /// The name of the file the part was, without folders, control and invisible characters; `None` when it
    /// has none. Whoever sent the message chose it.
    pub fn file_name(&self) -> Option<String> {
        let entity = self.0.is_mime.then(|| self.entity().ok()).flatten()?;
        entity.file_name()
    }

    /// What protects it.
    pub fn protection(&self) -> Protection {
        self.0.protection
    }

    fn entity(&self) -> Result<Entity<'_>, Error> {
        // It was read within the limits of the opener before.
        let limits = Limits {
            header_bytes: usize::MAX,
            ..Limits::default()
        };
        Entity::read(self.bytes(), &limits)
    }
}

/// Where it stands, its size and what protects it; its own words may have come encrypted.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("path", &self.0.path)
            .field("content", &self.0.bytes)
            .field("protection", &self.0.protection)
            .finish()
    }
}
