//! One subtree, and whether a name lies in it.

use super::super::name::Folded;
use super::host::Domain;
use super::names::{Form, Name, OtherForm, cost_of_name};
use super::network::Network;
use crate::asn1::{Class, Tag, Value};
use crate::{Error, Mailbox};

/// The base of a `GeneralSubtree`.
pub(super) enum Subtree {
    Mail(MailSubtree),
    Directory(Folded),
    Dns(Domain),
    /// `None` for an empty one: not in RFC 5280, and read in two ways, as every host and as none.
    Uri(Option<Domain>),
    Ip(Network),
    /// A form that is not compared.
    Other(OtherForm),
}

/// What an rfc822Name stands for in a constraint.
pub(super) enum MailSubtree {
    /// Empty: not in RFC 5280, and read in two ways, as every address and as none.
    Empty,
    /// One address.
    Mailbox(Mailbox),
    /// All addresses at this host, in lower case.
    Host(String),
    /// All addresses at hosts below this domain, which begins with a dot.
    Below(String),
}

impl Subtree {
    pub(super) fn parse(base: &Value<'_>) -> Result<Subtree, Error> {
        if base.tag.class != Class::ContextSpecific {
            return Err(base.error("not a GeneralName"));
        }
        match base.tag.number {
            1 => {
                let subtree = ascii(base)?.as_deref().and_then(MailSubtree::new);
                let subtree = subtree.ok_or_else(|| base.error("neither an address nor a domain"));
                subtree.map(Subtree::Mail)
            }
            2 => {
                let domain = ascii(base)?.as_deref().and_then(Domain::of_dns);
                let domain = domain.ok_or_else(|| base.error("not a host name"));
                domain.map(Subtree::Dns)
            }
            4 => {
                let mut inner = base.reader()?;
                let name = inner.expect(Tag::SEQUENCE)?;
                inner.finish()?;
                let folded =
                    Folded::new(name.raw).ok_or_else(|| base.error("an unreadable name"))?;
                Ok(Subtree::Directory(folded))
            }
            6 if base.content.is_empty() => Ok(Subtree::Uri(None)),
            6 => {
                let domain = ascii(base)?.as_deref().and_then(Domain::of_uri);
                let domain = domain.ok_or_else(|| base.error("neither a host nor a domain"));
                domain.map(|domain| Subtree::Uri(Some(domain)))
            }
            7 => {
                let network = Network::new(&base.octets()?);
                let network = network.ok_or_else(|| base.error("not an address and its mask"));
                network.map(Subtree::Ip)
            }
            _ => OtherForm::of(base).map(Subtree::Other),
        }
    }

    /// What it costs to compare it with one name.
    pub(super) fn cost(&self) -> usize {
        match self {
            Subtree::Directory(base) => cost_of_name(base),
            Subtree::Other(form) => form.cost(),
            // Short, by the rules of their forms.
            _ => 1,
        }
    }

    /// Whether it is about names of this form.
    pub(super) fn is_about(&self, name: &Name) -> bool {
        match (self, &name.form) {
            (Subtree::Mail(_), Form::Mail(_))
            | (Subtree::Directory(_), Form::Directory(_))
            | (Subtree::Dns(_), Form::Dns(_))
            | (Subtree::Uri(_), Form::Uri(_))
            | (Subtree::Ip(_), Form::Ip(_)) => true,
            (Subtree::Other(subtree), Form::Other(form)) => subtree == form,
            (_, Form::Unreadable) => true,
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
                MailSubtree::Empty => false,
                _ => subtree.contains(mailbox),
            },
            (Subtree::Directory(base), Form::Directory(Some(folded))) => folded.lies_below(base),
            (Subtree::Dns(domain), Form::Dns(Some(name))) => domain.contains_all(name),
            (Subtree::Uri(Some(domain)), Form::Uri(Some(host))) => domain.contains(host),
            (Subtree::Ip(network), Form::Ip(Some(address))) => network.contains(*address),
            _ => false,
        }
    }

    /// Whether the name lies in this excluded subtree; yes, where that cannot be said.
    pub(super) fn excludes(&self, name: &Name) -> bool {
        match (self, &name.form) {
            (Subtree::Mail(subtree), Form::Mail(Some(mailbox))) => subtree.contains(mailbox),
            (Subtree::Directory(base), Form::Directory(Some(folded))) => folded.lies_below(base),
            (Subtree::Dns(domain), Form::Dns(Some(name))) => domain.touches(name),
            (Subtree::Uri(Some(domain)), Form::Uri(Some(host))) => domain.contains(host),
            (Subtree::Ip(network), Form::Ip(Some(address))) => network.touches(*address),
            _ => self.is_about(name),
        }
    }
}

/// The text of an IA5String; `None` when it is not ASCII.
fn ascii(base: &Value<'_>) -> Result<Option<String>, Error> {
    let text = String::from_utf8(base.octets()?.into_owned()).ok();
    Ok(text.filter(|text| text.is_ascii()))
}

impl MailSubtree {
    /// `None` when it is neither an address nor a host nor a domain in ASCII (RFC 9549 2.1: A-labels).
    fn new(text: &str) -> Option<MailSubtree> {
        if text.is_empty() {
            return Some(MailSubtree::Empty);
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

    /// Whether it stands for this address, or may be taken to.
    fn contains(&self, mailbox: &Mailbox) -> bool {
        match self {
            MailSubtree::Empty => true,
            MailSubtree::Mailbox(base) => base.matches(mailbox),
            MailSubtree::Host(host) => *host == mailbox.ascii_domain(),
            MailSubtree::Below(domain) => mailbox.ascii_domain().ends_with(domain.as_str()),
        }
    }
}
