//! A CMS object read as it goes by: its content leaves piece by piece, everything else is kept.

mod head;
mod kept;

#[cfg(test)]
mod tests;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{Kind, WHAT};
use crate::asn1::{END_OF_CONTENTS, Header, Length, Scanner, Tag, Token, tlv};
use crate::bag::{is_padding, outermost};
use crate::crypto::DigestAlgorithm;
use crate::{Error, Limits};
use kept::Kept;

/// The `[0]` around a content.
const EXPLICIT: Tag = Tag::context(0, true);

/// What stands before the content, once it is complete.
pub(crate) enum Head {
    /// id-data.
    Data,
    /// id-signedData with its content: eContentType, and the digests that `digestAlgorithms` names, as far as they are
    /// implemented.
    Signed {
        content_type: ObjectIdentifier,
        digests: Vec<DigestAlgorithm>,
    },
    /// id-envelopedData, or id-ct-authEnvelopedData. The object up to the content, closed: `EnvelopedData::read_head`
    /// reads it.
    Enveloped {
        reduced: Zeroizing<Vec<u8>>,
        content_type: Option<ObjectIdentifier>,
    },
    /// id-ct-compressedData, by eContentType.
    Compressed { content_type: ObjectIdentifier },
}

/// What a push gives, in order.
pub(crate) enum Event<'i> {
    /// The content begins. At most once, and before any octets; never for an object without content.
    Head(Head),
    /// Octets of the content, without the headers of its pieces.
    Octets(&'i [u8]),
}

/// The object without its content.
pub(crate) struct Reduced {
    /// The whole object with an empty string as its content: what `read` and `read_as` read. Positions in it are those of
    /// the object up to the content.
    pub object: Zeroizing<Vec<u8>>,
    /// Octets of the content; `None` when there was none.
    pub content: Option<u64>,
}

/// A value on the way to the content.
#[derive(Copy, Clone)]
enum Step {
    /// A `ContentInfo`, or the value that stands inside another layer without one.
    Either(Kind),
    /// `ContentInfo`; the kind is known after its first value, and is none for a type that is not read.
    Info(Option<Kind>),
    /// Its `[0]`.
    InfoContent(Kind),
    /// SignedData, EnvelopedData, AuthEnvelopedData, CompressedData; whether the value with the content was there.
    Body(Kind, bool),
    /// EncapsulatedContentInfo, EncryptedContentInfo.
    ContentInfo(Kind),
    /// The `[0]` of EncapsulatedContentInfo.
    Explicit,
}

/// What is done with a value that begins.
enum Action {
    Keep,
    Enter(Step),
    Content,
    /// It does not belong there.
    Refuse,
}

/// A value that was entered, and how many values inside it have begun.
struct Level {
    step: Step,
    values: usize,
}

/// What the scanner is at.
enum At {
    /// Between values on the way to the content, or behind it.
    Path,
    /// In a value that is kept; whether an end-of-contents ends it.
    Keeping(Length),
    /// In a piece of the content, or all of it, with so many constructed strings around it.
    Content(usize),
    /// Between pieces of the content.
    Pieces(usize),
    /// Behind the object.
    Behind,
    /// In a value that is not taken apart.
    Whole,
}

/// Reads one object (BER), pushed in pieces.
///
/// What it lets pass is as [`read`](super::read) and [`read_as`](super::read_as) have it: after that, what is left to
/// be refused they refuse in [`Reduced::object`].
pub(crate) struct ObjectScanner {
    content_type: Option<ObjectIdentifier>,
    limits: Limits,
    scanner: Scanner,
    kept: Kept,
    path: Vec<Level>,
    at: At,
    content: Option<u64>,
}

impl ObjectScanner {
    /// `content_type`: of a content that stands inside another layer, without a `ContentInfo` (see `read_as`). One of
    /// id-data or a type that is not read here is kept as it is.
    pub(crate) fn new(content_type: Option<ObjectIdentifier>, limits: &Limits) -> ObjectScanner {
        let at = match &content_type {
            Some(content_type) if !ObjectScanner::takes_apart(content_type) => At::Whole,
            _ => At::Path,
        };
        ObjectScanner {
            content_type,
            limits: *limits,
            scanner: Scanner::new(WHAT, limits),
            kept: Kept::new(limits),
            path: Vec::new(),
            at,
            content: None,
        }
    }

    /// Whether a value of this type inside another layer is more than just content.
    pub(crate) fn takes_apart(content_type: &ObjectIdentifier) -> bool {
        !matches!(Kind::of(content_type), None | Some(Kind::Data))
    }

    /// Takes all of `input`.
    ///
    /// # Errors
    /// Malformed, over a limit, what `each` gives; the scanner is spent then.
    pub(crate) fn push(
        &mut self,
        input: &[u8],
        each: &mut dyn FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let At::Whole = self.at {
            return self.kept.append(input);
        }
        let mut input = input;
        while !matches!(self.at, At::Behind) {
            match self.scanner.next(&mut input)? {
                None => return Ok(()),
                Some(Token::Begin(header)) => self.begin(header, each)?,
                Some(Token::End) => self.end()?,
                Some(Token::Octets(octets)) => match self.at {
                    At::Content(_) => {
                        let more = u64::try_from(octets.len()).unwrap_or(u64::MAX);
                        self.content = self.content.map(|sum| sum.saturating_add(more));
                        each(Event::Octets(octets))?;
                    }
                    _ => self.kept.append(octets)?,
                },
            }
        }
        match is_padding(input) {
            true => Ok(()),
            false => Err(Error::malformed_at(
                WHAT,
                self.scanner.position(),
                "there are bytes after the end",
            )),
        }
    }

    /// How many bytes are kept so far.
    pub(crate) fn kept(&self) -> usize {
        self.kept.len()
    }

    /// The object has ended.
    ///
    /// # Errors
    /// It is not complete.
    pub(crate) fn finish(self) -> Result<Reduced, Error> {
        match self.at {
            At::Behind | At::Whole => Ok(Reduced {
                object: self.kept.into_octets(),
                content: self.content,
            }),
            At::Path if self.path.is_empty() => {
                outermost(self.scanner.header(), WHAT, &self.limits)?;
                Err(self.scanner.ends_early())
            }
            _ => Err(self.scanner.ends_early()),
        }
    }

    fn begin(
        &mut self,
        header: Header,
        each: &mut dyn FnMut(Event<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let At::Pieces(around) = self.at {
            return match header.tag.primitive() == Tag::OCTET_STRING {
                true => self.string(header, around),
                false => Err(self.scanner.other_piece(header)),
            };
        }
        match self.action(header.tag) {
            Action::Keep => self.keep(header),
            Action::Enter(step) => {
                self.kept.open(header, self.scanner.header())?;
                self.path.push(Level { step, values: 0 });
                self.scanner.enter(header)
            }
            Action::Content => {
                let event = Event::Head(self.head(header.tag)?);
                self.kept.append(&tlv(empty(header.tag), &[]))?;
                self.content = Some(0);
                each(event)?;
                if is_string(header.tag) {
                    return self.string(header, 0);
                }
                self.at = At::Content(0);
                self.scanner.pass(header);
                Ok(())
            }
            Action::Refuse if self.path.is_empty() => {
                Err(self.scanner.expected(header, Tag::SEQUENCE))
            }
            Action::Refuse => {
                self.head(header.tag)?;
                self.keep(header)
            }
        }
    }

    /// What is done with the next value, by where it stands and its tag.
    fn action(&mut self, tag: Tag) -> Action {
        let kind = self.content_type.as_ref().and_then(Kind::of);
        let Some(level) = self.path.last_mut() else {
            return match (tag, kind) {
                (Tag::SEQUENCE, Some(kind)) => Action::Enter(Step::Either(kind)),
                (Tag::SEQUENCE, None) => Action::Enter(Step::Info(None)),
                _ => Action::Refuse,
            };
        };
        let index = level.values;
        level.values = level.values.saturating_add(1);
        if let Step::Either(kind) = level.step {
            level.step = match tag {
                Tag::OID => Step::Info(None),
                _ => Step::Body(kind, false),
            };
        }
        match (level.step, index, tag) {
            (Step::Info(_), 0, Tag::OID) => Action::Keep,
            (Step::Info(Some(kind)), 1, EXPLICIT) => Action::Enter(Step::InfoContent(kind)),
            (Step::Info(None), 1.., _) => Action::Keep,

            (Step::InfoContent(Kind::Data), 0, _) => Action::Content,
            (Step::InfoContent(kind), 0, Tag::SEQUENCE) => Action::Enter(Step::Body(kind, false)),

            (Step::Body(_, _), 0, Tag::INTEGER) => Action::Keep,
            (Step::Body(_, true), _, _) => Action::Keep,
            (Step::Body(Kind::Signed, _), 1, Tag::SET) => Action::Keep,
            (Step::Body(Kind::Compressed, _), 1, _) => Action::Keep,
            (Step::Body(Kind::Enveloped { .. }, _), 1.., EXPLICIT | Tag::SET) => Action::Keep,
            (Step::Body(kind, _), 1.., Tag::SEQUENCE) => {
                level.step = Step::Body(kind, true);
                Action::Enter(Step::ContentInfo(kind))
            }

            (Step::ContentInfo(_), 0, Tag::OID) => Action::Keep,
            (Step::ContentInfo(Kind::Enveloped { .. }), 1, _) => Action::Keep,
            (Step::ContentInfo(Kind::Enveloped { .. }), 2, _) => Action::Content,
            (Step::ContentInfo(_), 1, EXPLICIT) => Action::Enter(Step::Explicit),

            (Step::Explicit, 0, _) => Action::Content,
            _ => Action::Refuse,
        }
    }

    /// Everything before the value that begins, which stands where the content should: an error when it may not.
    fn head(&self, tag: Tag) -> Result<Head, Error> {
        let closed = self.kept.closed(Some(empty(tag)));
        head::read(self.content_type.as_ref(), closed, &self.limits)
    }

    fn keep(&mut self, header: Header) -> Result<(), Error> {
        self.kept.append(self.scanner.header())?;
        self.at = At::Keeping(header.length);
        self.scanner.pass(header);
        Ok(())
    }

    /// The content or a piece of it, with so many constructed strings around.
    fn string(&mut self, header: Header, around: usize) -> Result<(), Error> {
        if header.tag.constructed {
            self.at = At::Pieces(around.saturating_add(1));
            return self.scanner.enter(header);
        }
        self.at = At::Content(around);
        self.scanner.pass(header);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        self.at = match self.at {
            At::Content(0) | At::Pieces(1) => At::Path,
            At::Content(around) => At::Pieces(around),
            At::Pieces(around) => At::Pieces(around.saturating_sub(1)),
            At::Keeping(length) => {
                if length == Length::Indefinite {
                    self.kept.append(&END_OF_CONTENTS)?;
                }
                self.kept_one()?;
                At::Path
            }
            At::Path | At::Behind | At::Whole => {
                self.kept.close()?;
                self.path.pop();
                match self.path.is_empty() {
                    true => At::Behind,
                    false => At::Path,
                }
            }
        };
        Ok(())
    }

    /// After a value that is kept: the first one of a `ContentInfo` says what the object is.
    fn kept_one(&mut self) -> Result<(), Error> {
        if let Some(level) = self.path.last_mut()
            && matches!((level.step, level.values), (Step::Info(_), 1))
        {
            let closed = self.kept.closed(None);
            level.step = Step::Info(head::kind(
                self.content_type.as_ref(),
                &closed,
                &self.limits,
            )?);
        }
        Ok(())
    }
}

/// Whether it is an OCTET STRING, or an encryptedContent, in either form.
fn is_string(tag: Tag) -> bool {
    let primitive = tag.primitive();
    primitive == Tag::OCTET_STRING || primitive == Tag::context(0, false)
}

/// The tag of the empty value that stands for a content.
fn empty(tag: Tag) -> Tag {
    match is_string(tag) {
        true => tag.primitive(),
        false => tag,
    }
}
