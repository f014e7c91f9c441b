//! Content that stays in its source until it is asked for.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::buffer::Bytes;
use super::checking::Plan;
use super::content::{Content, Message, NotTrusted, Part};
use super::release::Release;
use super::seal::Seal;
use super::view::Transform;
use crate::report::{Encryption, HeaderField, Protection, Report};
use crate::{Error, ErrorKind, Limits};

/// A message that was checked, with the source it came from. Its report is complete; no content has been given out.
pub struct Checked<R> {
    plan: Plan,
    source: R,
}

impl<R> Checked<R> {
    pub(super) fn new(plan: Plan, source: R) -> Checked<R> {
        Checked { plan, source }
    }

    /// What was found, and what follows from it.
    pub fn report(&self) -> &Report {
        self.plan.report()
    }

    /// The content, in a form in which the choice cannot be forgotten.
    pub fn content(self) -> Content<Stored<R>> {
        let opened = self.plan.opened.clone();
        opened.gate(self.into_stored())
    }

    /// The content if it is trusted.
    ///
    /// # Errors
    /// [`NotTrusted`] with the report and this.
    pub fn trusted(self) -> Result<Stored<R>, NotTrusted<Checked<R>>> {
        let opened = self.plan.opened.clone();
        opened.only_trusted(self).map(Checked::into_stored)
    }

    fn into_stored(self) -> Stored<R> {
        Stored {
            content: self.plan.releasable(),
            source: self.source,
        }
    }

    /// The source, for whoever wants no content.
    pub fn into_source(self) -> R {
        self.source
    }
}

/// Verdict, counts and sizes: nothing that the message says.
impl<R> fmt::Debug for Checked<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Checked").field(&self.plan).finish()
    }
}

/// The content of a message in its source.
///
/// It is read from the source whenever it is asked for, and every block of 64 KiB is compared with what was checked
/// before anything of it is used; before the first block, the length of the source is compared too. So what comes out is what the report is about, up to the last byte; when the source has changed
/// in between, what came out before the error is the beginning of it. Nothing is asked of keys and resolvers any more: the content
/// keys are kept until this is dropped, and then wiped.
pub struct Stored<R> {
    pub(super) content: Releasable,
    pub(super) source: R,
}

impl<R> Stored<R> {
    /// The header fields of the outer message. Nothing protects them.
    pub fn headers(&self) -> &[HeaderField] {
        self.content.headers()
    }

    /// How the content was encrypted: by the innermost of the encryptions around it.
    pub fn encryption(&self) -> Encryption {
        self.content.encryption()
    }

    /// The parts of the message in order, each with what protects it. The content itself is the first.
    pub fn parts(&self) -> &[StoredPart] {
        self.content.parts()
    }

    /// Length in bytes of the content.
    pub fn len(&self) -> u64 {
        self.content.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// The source, at no position in particular.
    pub fn into_source(self) -> R {
        self.source
    }
}

/// Counts and sizes only.
impl<R> fmt::Debug for Stored<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Stored").field(&self.content).finish()
    }
}

/// The content of a message that was checked, as something that can be taken from the received bytes. Cheap to clone.
///
/// It keeps the content keys of what is encrypted until it and all its clones are dropped; then they are wiped.
#[derive(Clone)]
pub struct Releasable {
    message: Message,
    parts: Vec<StoredPart>,
    seal: Arc<Seal>,
    limits: Arc<Limits>,
}

impl Releasable {
    pub(super) fn new(message: &Message, seal: Arc<Seal>, limits: Arc<Limits>) -> Releasable {
        Releasable {
            parts: message.parts().iter().cloned().map(StoredPart).collect(),
            message: message.clone(),
            seal,
            limits,
        }
    }

    /// The header fields of the outer message. Nothing protects them.
    pub fn headers(&self) -> &[HeaderField] {
        self.message.headers()
    }

    /// How the content was encrypted: by the innermost of the encryptions around it.
    pub fn encryption(&self) -> Encryption {
        self.message.encryption()
    }

    /// The parts of the message in order, each with what protects it. The content itself is the first.
    pub fn parts(&self) -> &[StoredPart] {
        &self.parts
    }

    /// Length in bytes of the content.
    pub fn len(&self) -> u64 {
        self.message.content().len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the source is still as long as what was received.
    ///
    /// # Errors
    /// [`ErrorKind::SourceChanged`].
    pub(super) fn check_length(&self, len: u64) -> Result<(), Error> {
        let received = self.seal.total();
        match len == received {
            true => Ok(()),
            false => Err(ErrorKind::SourceChanged {
                position: len.min(received),
            }
            .into()),
        }
    }

    /// Gives out the content: the innermost MIME entity with its header; of a plain mail the mail as it is; of CMS that is no
    /// MIME the content octets.
    ///
    /// # Errors
    /// As [`Release::push`].
    pub fn release(&self) -> Result<Release, Error> {
        self.of(self.message.content())
    }

    /// Gives out a part as received, header included, by its [`StoredPart::path`].
    ///
    /// # Errors
    /// [`ErrorKind::Missing`]: there is no such part.
    pub fn release_part(&self, path: &str) -> Result<Release, Error> {
        self.of(self.part(path)?.content())
    }

    /// Gives out the body of a part with its transfer encoding undone; all of it for content that is no MIME.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`]: there is no such part. [`ErrorKind::Malformed`] or [`ErrorKind::Unsupported`] when the
    /// transfer encoding cannot be undone.
    pub fn release_decoded(&self, path: &str) -> Result<Release, Error> {
        let part = self.part(path)?;
        let content = part.content();
        let Some(bulk) = content.as_bulk() else {
            let decoded = Zeroizing::new(part.decoded()?);
            return self.of(&Bytes::new(decoded));
        };
        let Some((start, encoding)) = part.encoding()? else {
            return self.of(content);
        };
        let length = bulk.len.saturating_sub(start);
        let body = bulk.view.then(Transform::Range { start, length });
        let decoded = body.then(Transform::Transfer(encoding));
        Release::of_view(&decoded, None, &self.seal, &self.limits)
    }

    fn of(&self, bytes: &Bytes) -> Result<Release, Error> {
        Release::new(bytes, &self.seal, &self.limits)
    }

    fn part(&self, path: &str) -> Result<&Part, Error> {
        let found = self.parts.iter().find(|part| part.path() == path);
        found.map(|part| &part.0).ok_or_else(|| {
            let path = crate::error::shortened(path);
            ErrorKind::Missing {
                what: format!("part \"{path}\"").into(),
            }
            .into()
        })
    }
}

/// Counts and sizes only.
impl fmt::Debug for Releasable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

/// A part of a message that stays in its source. Cheap to clone.
#[derive(Clone)]
pub struct StoredPart(Part);

impl StoredPart {
    /// Which part it is, in the manner of IMAP (`"1.2"`); empty for the root. What an encrypted or signed
    /// part holds counts as its first part.
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// `type/subtype` in lower case.
    pub fn media_type(&self) -> &str {
        self.0.media_type()
    }

    /// Length in bytes as received, header included.
    pub fn len(&self) -> u64 {
        self.0.content().len()
    }

    /// Whether it has no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the file the part was, without folders, control and invisible characters; `None` when it
    /// has none. Whoever sent the message chose it.
    pub fn file_name(&self) -> Option<String> {
        self.0.file_name()
    }

    /// What protects it.
    pub fn protection(&self) -> Protection {
        self.0.protection()
    }
}

/// Where it stands, its size and what protects it.
impl fmt::Debug for StoredPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
