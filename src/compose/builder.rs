//! The bridge from `mail_builder::MessageBuilder`, with its traps closed.
//!
//! mail-builder writes header names as they come, drops control characters from addresses instead
//! of refusing them, and invents Date from its own clock and Message-ID from the host. So names and
//! values are checked before, Date and Message-ID are set here, and the header fields that come out
//! must be exactly those that went in.

use std::borrow::Cow;
use std::time::{SystemTime, UNIX_EPOCH};

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::mime::{BodyPart, MimePart};

use super::message::{IntoMessage, Stamp};
use crate::address::Mailbox;
use crate::mime::header::HeaderBlock;
use crate::{Error, Limits};

type Headers<'x> = [(Cow<'x, str>, HeaderType<'x>)];

impl IntoMessage<'static> for MessageBuilder<'_> {
    fn into_message(mut self, stamp: &Stamp<'_>) -> Result<Cow<'static, [u8]>, Error> {
        check_headers(&self.headers)?;
        let limits = Limits::default();
        for part in [&self.html_body, &self.text_body, &self.body]
            .into_iter()
            .flatten()
        {
            check_part(part, limits.mime_depth)?;
        }
        for part in self.attachments.iter().flatten() {
            check_part(part, limits.mime_depth)?;
        }
        self = stamped(self, stamp)?;
        let wanted: Vec<String> = self
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let bytes = self
            .write_to_vec()
            .map_err(|source| Error::io("composing the message", source))?;
        check_written(&bytes, wanted, &limits)?;
        Ok(Cow::Owned(bytes))
    }
}

/// Sets Date and Message-ID where they are missing, under the names mail-builder looks for.
fn stamped<'x>(
    mut message: MessageBuilder<'x>,
    stamp: &Stamp<'_>,
) -> Result<MessageBuilder<'x>, Error> {
    for (name, _) in &mut message.headers {
        for known in ["Date", "Message-ID", "MIME-Version"] {
            if name.eq_ignore_ascii_case(known) {
                *name = Cow::Borrowed(known);
            }
        }
    }
    if !has(&message.headers, "Date") {
        message = message.date(Date::new(unix_seconds(stamp.now())?));
    }
    if !has(&message.headers, "Message-ID") {
        let mut token = [0u8; 16];
        stamp.random().fill(&mut token)?;
        let left: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        let id = format!("{left}@{}", sender_domain(&message.headers)?);
        message = message.message_id(MessageId::new(id));
    }
    Ok(message)
}

fn has(headers: &Headers<'_>, name: &str) -> bool {
    headers
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(name))
}

/// The domain of the first From address: the sender's name for itself, never the host's.
fn sender_domain(headers: &Headers<'_>) -> Result<String, Error> {
    let from = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("From"));
    match from.and_then(|(_, value)| first_address(value)) {
        Some(address) => Ok(Mailbox::new(&address)?.ascii_domain()),
        None => Ok("localhost".to_owned()),
    }
}

fn first_address(value: &HeaderType<'_>) -> Option<String> {
    fn first(address: &Address<'_>) -> Option<String> {
        match address {
            Address::Address(address) => Some(address.email.to_string()),
            Address::Group(group) => group.addresses.iter().find_map(first),
            Address::List(list) => list.iter().find_map(first),
        }
    }
    match value {
        HeaderType::Address(address) => first(address),
        _ => None,
    }
}

fn unix_seconds(time: SystemTime) -> Result<i64, Error> {
    let reason = "a message cannot be dated before 1970 or after year 9999";
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_err(|_| Error::from(crate::ErrorKind::Time { reason }))?
        .as_secs();
    // 9999-12-31T23:59:59Z.
    match seconds <= 253_402_300_799 {
        true => i64::try_from(seconds).map_err(|_| crate::ErrorKind::Time { reason }.into()),
        false => Err(crate::ErrorKind::Time { reason }.into()),
    }
}

fn check_headers(headers: &Headers<'_>) -> Result<(), Error> {
    for (name, value) in headers {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic() && b != b':') {
            let reason = "a field name is printable ASCII without space and colon";
            return Err(Error::header(name, reason));
        }
        check_value(name, value)?;
    }
    Ok(())
}

fn check_value(name: &str, value: &HeaderType<'_>) -> Result<(), Error> {
    match value {
        HeaderType::Address(address) => check_address(address, Limits::default().mime_depth),
        HeaderType::Raw(raw) => no_controls(name, &raw.raw),
        HeaderType::Text(text) => no_controls(name, &text.text),
        HeaderType::MessageId(ids) => ids.id.iter().try_for_each(|id| no_controls(name, id)),
        HeaderType::URL(urls) => urls.url.iter().try_for_each(|url| no_controls(name, url)),
        HeaderType::ContentType(value) => {
            no_controls(name, &value.c_type)?;
            value.attributes.iter().try_for_each(|(key, value)| {
                no_controls(name, key)?;
                no_controls(name, value)
            })
        }
        HeaderType::Date(_) => Ok(()),
    }
}

fn check_address(address: &Address<'_>, depth: usize) -> Result<(), Error> {
    let Some(deeper) = depth.checked_sub(1) else {
        return Err(Error::limit("nesting of address groups", 0));
    };
    match address {
        Address::Address(address) => {
            no_controls("address", address.name.as_deref().unwrap_or_default())?;
            Mailbox::new(&address.email).map(|_| ())
        }
        Address::Group(group) => {
            no_controls("address", group.name.as_deref().unwrap_or_default())?;
            group
                .addresses
                .iter()
                .try_for_each(|address| check_address(address, deeper))
        }
        Address::List(list) => list
            .iter()
            .try_for_each(|address| check_address(address, deeper)),
    }
}

fn check_part(part: &MimePart<'_>, depth: usize) -> Result<(), Error> {
    let Some(deeper) = depth.checked_sub(1) else {
        let limit = u64::try_from(Limits::default().mime_depth).unwrap_or(u64::MAX);
        return Err(Error::limit("nesting of MIME parts", limit));
    };
    check_headers(&part.headers)?;
    match &part.contents {
        BodyPart::Multipart(parts) => parts.iter().try_for_each(|part| check_part(part, deeper)),
        BodyPart::Text(_) | BodyPart::Binary(_) => Ok(()),
    }
}

fn no_controls(name: &str, value: &str) -> Result<(), Error> {
    match value.chars().any(|c| c.is_control() && c != '\t') {
        true => Err(Error::header(
            name,
            "the value contains a control character or line break",
        )),
        false => Ok(()),
    }
}

/// The fields on paper must be those that were asked for, and nothing else.
fn check_written(bytes: &[u8], mut wanted: Vec<String>, limits: &Limits) -> Result<(), Error> {
    let head_len = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2);
    let head = bytes.get(..head_len).unwrap_or(bytes);
    let written = HeaderBlock::parse(head, limits)?;
    let own = [
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
    ];
    for field in &written.fields {
        let name = field.name().to_ascii_lowercase();
        match wanted.iter().position(|known| *known == name) {
            Some(index) => {
                wanted.swap_remove(index);
            }
            None if own.contains(&name.as_str()) || name.starts_with("content-") => {}
            None => {
                return Err(Error::header(
                    &name,
                    "was not asked for and must not be written",
                ));
            }
        }
    }
    match wanted.first() {
        Some(name) => Err(Error::header(name, "has no value that can be written")),
        None => Ok(()),
    }
}
