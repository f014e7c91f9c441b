//! The header block of an outgoing message, taken apart.

use std::collections::HashSet;

use crate::address::{self, Mailbox};
use crate::mime::header::{Field, HeaderBlock};
use crate::mime::seven_bit::{ascii_field, utf8_field};
use crate::{Error, Limits};

/// Header fields and addresses of one message or bare MIME entity.
pub(crate) struct Head {
    /// Fields that stay outside, in order: neither Bcc nor MIME-Version nor `Content-*` among them.
    pub outer: Vec<Field>,
    /// `Content-*` fields, which move inside.
    pub content: Vec<Field>,
    /// Every address of From.
    pub from: Vec<Mailbox>,
    /// The address of Sender.
    pub sender: Option<Mailbox>,
    /// To and Cc, each address once.
    pub visible: Vec<Mailbox>,
    /// Bcc, without those that To or Cc name as well.
    pub hidden: Vec<Mailbox>,
}

impl Head {
    /// Takes a header block apart. The fields that stay outside come out in 7-bit form, unless an
    /// address with a non-ASCII local part makes the message SMTPUTF8 (RFC 6531, RFC 6532).
    pub(crate) fn parse(block: &[u8], limits: &Limits) -> Result<Head, Error> {
        let block = HeaderBlock::parse(block, limits)?;
        let mut head = Head {
            outer: Vec::with_capacity(block.fields.len()),
            content: Vec::new(),
            from: Vec::new(),
            sender: None,
            visible: Vec::new(),
            hidden: Vec::new(),
        };
        let mut reply_to = Vec::new();
        let (mut seen, mut seen_hidden) = (HashSet::new(), HashSet::new());
        let mut count = 0usize;
        for field in block.fields {
            if field.is("From") {
                if !head.from.is_empty() {
                    return Err(Error::header(
                        "From",
                        "stands twice; a message has one From field",
                    ));
                }
                head.from = addresses(&field, limits, &mut count)?;
                if head.from.is_empty() {
                    return Err(Error::header("From", "names no address"));
                }
            } else if field.is("Sender") {
                let mut senders = addresses(&field, limits, &mut count)?.into_iter();
                match (head.sender.is_none(), senders.next(), senders.next()) {
                    (true, Some(sender), None) => head.sender = Some(sender),
                    _ => return Err(Error::header("Sender", "names exactly one address, once")),
                }
            } else if field.is("Reply-To") {
                reply_to.extend(addresses(&field, limits, &mut count)?);
            } else if field.is("To") || field.is("Cc") {
                add_new(
                    &mut head.visible,
                    &mut seen,
                    addresses(&field, limits, &mut count)?,
                );
            } else if field.is("Bcc") {
                add_new(
                    &mut head.hidden,
                    &mut seen_hidden,
                    addresses(&field, limits, &mut count)?,
                );
                continue;
            } else if field.is("Resent-Bcc") {
                return Err(Error::header(
                    "Resent-Bcc",
                    "would tell hidden recipients to everyone; remove it",
                ));
            } else if field.is("MIME-Version") {
                continue;
            } else if is_content_field(field.name()) {
                head.content.push(field);
                continue;
            }
            head.outer.push(field);
        }
        head.hidden.retain(|mailbox| !seen.contains(&mailbox.key()));
        let utf8 = [&head.from, &head.visible, &reply_to].into_iter().flatten();
        let smtputf8 = utf8.chain(&head.sender).any(Mailbox::is_internationalized);
        let form = if smtputf8 { utf8_field } else { ascii_field };
        head.outer = head.outer.iter().map(form).collect::<Result<_, _>>()?;
        Ok(head)
    }

    /// Whether there is any address to check certificates against. Without, this is a bare MIME entity.
    pub(crate) fn has_addresses(&self) -> bool {
        !(self.from.is_empty()
            && self.sender.is_none()
            && self.visible.is_empty()
            && self.hidden.is_empty())
    }

    /// The address that answers for the message: Sender, else the only From (RFC 5322 3.6.2).
    pub(crate) fn responsible(&self) -> Option<&Mailbox> {
        match (&self.sender, self.from.as_slice()) {
            (Some(sender), _) => Some(sender),
            (None, [only]) => Some(only),
            _ => None,
        }
    }

    /// The address that a signer must name: the only From, else Sender (RFC 8550 3).
    pub(crate) fn signing_address(&self) -> Option<&Mailbox> {
        match self.from.as_slice() {
            [only] => Some(only),
            [] => self.sender.as_ref(),
            _ => self.sender.as_ref(),
        }
    }
}

fn is_content_field(name: &str) -> bool {
    name.get(..8)
        .is_some_and(|start| start.eq_ignore_ascii_case("content-"))
}

fn addresses(field: &Field, limits: &Limits, count: &mut usize) -> Result<Vec<Mailbox>, Error> {
    let found = address::parse_list(&field.text()?, limits)?;
    *count = count.saturating_add(found.len());
    if *count > limits.addresses {
        let limit = u64::try_from(limits.addresses).unwrap_or(u64::MAX);
        return Err(Error::limit("addresses in the header", limit));
    }
    Ok(found)
}

fn add_new(known: &mut Vec<Mailbox>, seen: &mut HashSet<String>, found: Vec<Mailbox>) {
    known.extend(
        found
            .into_iter()
            .filter(|mailbox| seen.insert(mailbox.key())),
    );
}
