//! Who the message says it is from, and whether the signer is that one (RFC 8550 3).

mod display_name;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::address;
use crate::cert::Certificate;
use crate::check::{Aspect, Check, Reason, is_invisible, visible};
use crate::mime::header::{Field, HeaderBlock};
use crate::{ErrorKind, Limits, Mailbox};

/// Addresses of a certificate that are shown. A certificate may name thousands.
const SHOWN: usize = 10;
/// Characters of a name or text that are shown.
const LONGEST: usize = 200;

/// From and Sender of a message.
///
/// Resent-From and Resent-Sender are not looked at: they say who passed the message on, and anybody
/// can add them (RFC 5322 3.6.6).
pub(super) struct Sender {
    from: Author,
    /// The one in Sender, where there is exactly one.
    sender: Option<Mailbox>,
    /// How the address is called in checks.
    label: &'static str,
}

/// What From comes to.
enum Author {
    One(Mailbox),
    Several,
    Unusable(Cow<'static, str>),
}

impl Sender {
    /// Reads From and Sender from the header block of the message. `flaw`: what is wrong with a line of it.
    ///
    /// With a flaw there is no author: readers that end a line at a bare CR, or the header at a line that is
    /// no field, find another From than those that do not.
    pub(super) fn read(header: &HeaderBlock, flaw: Option<&str>, limits: &Limits) -> Sender {
        let sender = match only(header, "Sender") {
            Ok(Some(field)) => match read_from(field, limits) {
                Author::One(mailbox) => Some(mailbox),
                Author::Several | Author::Unusable(_) => None,
            },
            _ => None,
        };
        let from = match (only(header, "From"), flaw) {
            (Err(Several), _) => Author::Several,
            (Ok(None), None) => Author::Unusable("there is no From field".into()),
            (Ok(_), Some(flaw)) => {
                let detail = format!("programs read its header in different ways: {flaw}");
                Author::Unusable(detail.into())
            }
            (Ok(Some(field)), None) => read_from(field, limits),
        };
        Sender {
            from,
            sender,
            label: "From",
        }
    }

    /// The one who must have signed what comes without From.
    pub(super) fn expected(signer: &Mailbox) -> Sender {
        Sender {
            from: Author::One(signer.clone()),
            sender: None,
            label: "the expected signer",
        }
    }

    /// What is odd about them whoever signed: several From, misleading display names. Nothing fails
    /// here: that is for [`Sender::bind`].
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut checks: Vec<Check> = self
            .problem()
            .map(|why| Check::noted(Aspect::Address, self.label, why))
            .into_iter()
            .collect();
        if let Author::One(mailbox) = &self.from
            && let Some(name) = mailbox.display_name()
            && display_name::misleads(name, mailbox)
        {
            checks.push(Check::noted(
                Aspect::Address,
                "display name of From",
                Reason::MisleadingName {
                    name: visible(name, LONGEST),
                    address: shown(mailbox),
                },
            ));
        }
        checks
    }

    /// Whether the certificate names the one From; the checks say it, and at least one is there.
    pub(super) fn bind(&self, certificate: &Certificate, strict_local_part: bool) -> Vec<Check> {
        let Author::One(from) = &self.from else {
            return self
                .problem()
                .map(|why| Check::failed(Aspect::Address, self.label, why))
                .into_iter()
                .collect();
        };
        let named: Vec<Mailbox> = certificate
            .addresses()
            .iter()
            .filter_map(|address| Mailbox::new(address).ok())
            .collect();
        let what = format!("{} ({})", self.label, shown(from));
        let mut checks = match named.iter().find(|name| is_exactly(name, from)) {
            Some(_) => vec![self.is_named(from)],
            None => match named.iter().find(|name| name.matches(from)) {
                Some(name) => self.differs_in_case(from, name, strict_local_part),
                None => vec![Check::failed(
                    Aspect::Address,
                    what.clone(),
                    self.why_not(from, certificate),
                )],
            },
        };
        if let Some(name) = named.iter().find(|name| name.looks_like(from))
            && !named.iter().any(|name| name.matches(from))
        {
            checks.push(Check::failed(
                Aspect::Address,
                what,
                Reason::Confusable {
                    from: shown(from),
                    certificate_names: shown(name),
                },
            ));
        }
        let left_out = certificate.ignored_addresses().iter().take(SHOWN);
        checks.extend(left_out.map(|address| {
            let what = format!(
                "an address of the certificate is left out: {}",
                visible(address, LONGEST)
            );
            Check::note(Aspect::Address, what, "RFC 8550 3")
        }));
        checks
    }

    /// Why there is no one address that a signer could be compared with.
    fn problem(&self) -> Option<Reason> {
        match &self.from {
            Author::One(_) => None,
            Author::Several => Some(Reason::SeveralFrom),
            Author::Unusable(detail) => Some(Reason::NoFrom {
                detail: detail.clone(),
            }),
        }
    }

    fn is_named(&self, from: &Mailbox) -> Check {
        let what = format!(
            "{} ({}) is named by the certificate",
            self.label,
            shown(from)
        );
        Check::passed(Aspect::Address, what, "RFC 8550 3")
    }

    fn differs_in_case(&self, from: &Mailbox, name: &Mailbox, strict: bool) -> Vec<Check> {
        let why = Reason::LocalPartCase {
            from: shown(from),
            certificate_names: shown(name),
        };
        if strict {
            vec![Check::failed(Aspect::Address, self.label, why)]
        } else {
            vec![
                self.is_named(from),
                Check::noted(Aspect::Address, self.label, why),
            ]
        }
    }

    fn why_not(&self, from: &Mailbox, certificate: &Certificate) -> Reason {
        let addresses = certificate.addresses();
        if addresses.is_empty() {
            return Reason::NamesNoAddress;
        }
        if let Some(sender) = &self.sender
            && certificate.names(sender)
        {
            return Reason::SignedBySender {
                sender: shown(sender),
                from: shown(from),
            };
        }
        let mut certificate_names: Vec<String> = addresses
            .iter()
            .take(SHOWN)
            .map(|address| visible(address, LONGEST))
            .collect();
        if let Some(more) = addresses.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            certificate_names.push(format!("{more} more"));
        }
        Reason::AddressMismatch {
            address: shown(from),
            certificate_names,
        }
    }
}

/// There is more than one field.
struct Several;

/// The only field of this name.
fn only<'h>(header: &'h HeaderBlock, name: &str) -> Result<Option<&'h Field>, Several> {
    header.unique(name).map_err(|_| Several)
}

/// One plain mailbox, or why not. Groups (RFC 6854) and lists are refused: mail programs disagree on
/// whom they show.
fn read_from(field: &Field, limits: &Limits) -> Author {
    let text = match field.text() {
        Ok(text) => text,
        Err(error) => return Author::Unusable(error.to_string().into()),
    };
    if let Ok(mailbox) = Mailbox::parse(&text) {
        let address = mailbox.address();
        if address.chars().any(is_invisible) {
            let detail = format!(
                "the address holds a character that cannot be seen: {}",
                visible(&address, LONGEST)
            );
            return Author::Unusable(detail.into());
        }
        return Author::One(mailbox);
    }
    match address::parse_list(&text, limits) {
        Ok(list) => match list.len() {
            0 => Author::Unusable("it names nobody".into()),
            1 => Author::Unusable("it is a group or a list instead of one plain address".into()),
            _ => Author::Several,
        },
        Err(error) if matches!(error.kind(), ErrorKind::Limit { .. }) => Author::Several,
        Err(error) => Author::Unusable(visible(&error.to_string(), 2 * LONGEST).into()),
    }
}

/// Whether they are the same in upper and lower case of the local part too.
fn is_exactly(one: &Mailbox, other: &Mailbox) -> bool {
    one.matches(other) && one.local() == other.local()
}

fn shown(mailbox: &Mailbox) -> String {
    visible(&mailbox.address(), LONGEST)
}
