//! One subtree, and whether a name lies in it.

use super::super::name::Folded;
use super::names::{Form, Name, OtherForm};
use crate::asn1::{Tag, Value};
use crate::{Error, Mailbox};

/// The base of a `GeneralSubtree`.
pub(super) enum Subtree {
    Mail(MailSubtree),
    Directory(Folded),
    /// A form that is not compared.
    Other(OtherForm),
}

/// What an rfc822Name stands for in a constraint.
pub(super) enum MailSubtree {
    /// Empty: not in RFC 5280, and everywhere taken for every address.
    Every,
    /// One address.
    Mailbox(Mailbox),
    /// All addresses at this host, in lower case.
    Host(String),
    /// All addresses at hosts below this domain, which begins with a dot.
    Below(String),
}

impl Subtree {
    pub(super) fn parse(base: &Value<'_>) -> Result<Subtree, Error> {
        if base.tag.primitive() == Tag::context(1, false) {
            let octets = base.octets()?;
            let subtree = std::str::from_utf8(&octets).ok().and_then(MailSubtree::new);
            let subtree = subtree.ok_or_else(|| base.error("neither an address nor a domain"))?;
            return Ok(Subtree::Mail(subtree));
        }
        if base.tag == Tag::context(4, true) {
            let mut inner = base.reader()?;
            let name = inner.expect(Tag::SEQUENCE)?;
            inner.finish()?;
            let folded = Folded::new(name.raw).ok_or_else(|| base.error("an unreadable name"))?;
            return Ok(Subtree::Directory(folded));
        }
        OtherForm::of(base).map(Subtree::Other)
    }

    /// Whether it is about names of this form.
    pub(super) fn is_about(&self, name: &Name) -> bool {
        match (self, &name.form) {
            (Subtree::Mail(_), Form::Mail(_)) | (Subtree::Directory(_), Form::Directory(_)) => true,
            (Subtree::Other(subtree), Form::Other(form)) => subtree == form,
            _ => false,
        }
    }

    /// Whether the name lies in this permitted subtree; no, where that cannot be said.
    pub(super) fn permits(&self, name: &Name) -> bool {
        match (self, &name.form) {
            (Subtree::Mail(subtree), Form::Mail(Some(mailbox))) => match subtree {
                // RFC 5280 7.5: the local part as it is written.
                MailSubtree::Mailbox(base) => {
                    base.local() == mailbox.local() && base.matches(mailbox)
                }
                _ => subtree.contains(mailbox),
            },
            (Subtree::Directory(base), Form::Directory(Some(folded))) => folded.lies_below(base),
            _ => false,
        }
    }

    /// Whether the name lies in this excluded subtree; yes, where that cannot be said.
    pub(super) fn excludes(&self, name: &Name) -> bool {
        match (self, &name.form) {
            (Subtree::Mail(subtree), Form::Mail(Some(mailbox))) => subtree.contains(mailbox),
            (Subtree::Directory(base), Form::Directory(Some(folded))) => folded.lies_below(base),
            _ => self.is_about(name),
        }
    }
}

impl MailSubtree {
    /// `None` when it is neither an address nor a host nor a domain in ASCII (RFC 9549 2.1: A-labels).
    fn new(text: &str) -> Option<MailSubtree> {
        if !text.is_ascii() {
            return None;
        }
        if text.is_empty() {
            return Some(MailSubtree::Every);
        }
        if text.contains('@') {
            return Mailbox::new(text).ok().map(MailSubtree::Mailbox);
        }
        // The parser of addresses knows what a domain is.
        let domain = |text: &str| {
            let mailbox = Mailbox::new(&format!("x@{text}")).ok()?;
            Some(mailbox.ascii_domain())
        };
        match text.strip_prefix('.') {
            Some(below) => Some(MailSubtree::Below(format!(".{}", domain(below)?))),
            None => domain(text).map(MailSubtree::Host),
        }
    }

    fn contains(&self, mailbox: &Mailbox) -> bool {
        match self {
            MailSubtree::Every => true,
            MailSubtree::Mailbox(base) => base.matches(mailbox),
            MailSubtree::Host(host) => *host == mailbox.ascii_domain(),
            MailSubtree::Below(domain) => mailbox.ascii_domain().ends_with(domain.as_str()),
        }
    }
}
