//! Mail addresses: the one [`Mailbox`] type and its strict parser.
//!
//! Envelope, certificate look-up and sender check all hang on what an address means, so there is one
//! parser, and what it lets through can be written into an SMTP command or a header as it is.

pub(crate) mod cursor;
mod domain;
pub(crate) mod encoded_word;
mod look_alike;
mod parse;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::{Error, Limits};

/// One mail address with an optional display name (RFC 5322 3.4, RFC 6531, RFC 6532).
///
/// The address holds no control character, space, `<` or `>`; its domain is a valid host name,
/// internationalised host name or address literal. Two mailboxes are equal (`==`) when display name,
/// local part and domain are the same text; whether they are the same mailbox is [`Mailbox::matches`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    display_name: Option<String>,
    local: String,
    domain: String,
    ascii_domain: String,
}

impl Mailbox {
    /// Takes a bare address such as `alice@example.org` or `"a b@c"@example.org` (addr-spec, RFC 5322
    /// 3.4.1, without comments and white space).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Address`] with the reason.
    pub fn new(address: &str) -> Result<Mailbox, Error> {
        parse::addr_spec(address)
    }

    /// A bare address with a display name, which is taken as plain text.
    ///
    /// White space around the name is dropped; an empty name is no name.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Address`] if the address is refused or the name holds a control character.
    pub fn named(name: &str, address: &str) -> Result<Mailbox, Error> {
        let mut mailbox = parse::addr_spec(address)?;
        let name = name.trim();
        if name.chars().any(char::is_control) {
            return Err(Error::address(
                address,
                "the display name holds a control character",
            ));
        }
        mailbox.display_name = (!name.is_empty()).then(|| name.to_owned());
        Ok(mailbox)
    }

    /// Parses one mailbox: `alice@example.org` or `Alice <alice@example.org>` (RFC 5322 3.4), with
    /// comments, quoted strings, encoded words (RFC 2047) and UTF-8 (RFC 6532).
    ///
    /// # Errors
    /// [`crate::ErrorKind::Address`] with the reason. Obsolete source routes, groups, lists and
    /// line breaks are refused.
    pub fn parse(text: &str) -> Result<Mailbox, Error> {
        parse::mailbox(text)
    }

    /// Parses a list of mailboxes separated by commas, as From, To and Cc hold it (address-list, RFC 5322
    /// 3.4): what [`Mailbox::parse`] takes, and groups, whose members are listed without the name of
    /// the group. At most [`Limits::addresses`] by default, 10,000.
    ///
    /// ```
    /// use smime::Mailbox;
    ///
    /// let list = Mailbox::parse_list("Alice <alice@example.org>, bob@example.org")?;
    /// assert_eq!(list[1].address(), "bob@example.org");
    /// # Ok::<(), smime::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`crate::ErrorKind::Address`] with the address that is wrong and the reason,
    /// [`crate::ErrorKind::Limit`] for too many.
    pub fn parse_list(text: &str) -> Result<Vec<Mailbox>, Error> {
        parse_list(text, &Limits::default())
    }

    pub(crate) fn from_parts(
        display_name: Option<String>,
        local: String,
        domain: &str,
    ) -> Result<Mailbox, &'static str> {
        let ascii_domain = domain::to_ascii(domain)?;
        if local.is_empty() {
            return Err("the part before the @ is empty");
        }
        if local.chars().any(is_refused_in_local) {
            return Err("a control character, white space, < or > before the @");
        }
        if quoted_if_needed(&local).len() > 64 {
            return Err("the part before the @ is longer than 64 octets");
        }
        Ok(Mailbox {
            display_name,
            local,
            domain: domain.to_owned(),
            ascii_domain,
        })
    }

    /// The display name, encoded words decoded.
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// The local part, unquoted.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The domain as given.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The domain in lower case with A-labels (`xn--…`, RFC 5890), as DNS and certificates have it.
    pub fn ascii_domain(&self) -> String {
        self.ascii_domain.clone()
    }

    /// The address without display name, the local part quoted if needed, the domain as given.
    pub fn address(&self) -> String {
        format!("{}@{}", quoted_if_needed(&self.local), self.domain)
    }

    /// The address as SMTP takes it: the local part quoted if needed, the domain as A-labels.
    ///
    /// It is ASCII unless [`Mailbox::is_internationalized`].
    pub fn ascii_address(&self) -> String {
        format!("{}@{}", quoted_if_needed(&self.local), self.ascii_domain)
    }

    /// Whether the local part is not ASCII, so that the message needs SMTPUTF8 (RFC 6531).
    pub fn is_internationalized(&self) -> bool {
        !self.local.is_ascii()
    }

    /// Whether both are the same mailbox (RFC 8550 3): domains without case, U-labels equal to their
    /// A-labels; local parts without case if both are ASCII, else exactly. Display names do not count.
    pub fn matches(&self, other: &Mailbox) -> bool {
        self.ascii_domain == other.ascii_domain
            && if self.local.is_ascii() && other.local.is_ascii() {
                self.local.eq_ignore_ascii_case(&other.local)
            } else {
                self.local == other.local
            }
    }

    /// A normal form for maps: two keys are equal if and only if the mailboxes [match](Mailbox::matches).
    pub fn key(&self) -> String {
        if self.local.is_ascii() {
            format!("{}@{}", self.local.to_ascii_lowercase(), self.ascii_domain)
        } else {
            format!("{}@{}", self.local, self.ascii_domain)
        }
    }

    /// The mailbox as 7-bit header text: name as encoded words (RFC 2047) if it needs them, A-labels.
    ///
    /// A local part that is not ASCII has no such form: an error.
    pub(crate) fn to_ascii(&self) -> Result<String, Error> {
        if self.is_internationalized() {
            return Err(Error::address(
                &self.address(),
                "the part before the @ is not ASCII, which only an internationalised message \
                 (SMTPUTF8) can carry",
            ));
        }
        let address = self.ascii_address();
        Ok(match &self.display_name {
            None => address,
            Some(name) if encoded_word::is_needed(name) => {
                format!("{} <{address}>", encoded_word::encode(name).join(" "))
            }
            Some(name) => format!("{} <{address}>", phrase(name)),
        })
    }
}

/// Parses the unfolded value of an address field (From, To, Cc, Bcc; RFC 5322 3.6.3) into its
/// mailboxes, groups flattened. The error names the address that is wrong.
pub(crate) fn parse_list(value: &str, limits: &Limits) -> Result<Vec<Mailbox>, Error> {
    parse::list(value, limits.addresses)
}

/// Characters of an unquoted local part or of a word in a display name (RFC 5322 atext, RFC 6532).
fn is_atext(c: char) -> bool {
    match c {
        c if c.is_ascii() => c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c),
        c => !c.is_control(),
    }
}

/// Direction overrides are refused too: they make an address look like another one.
fn is_refused_in_local(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(
            c,
            '<' | '>' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

/// Whether this is a dot-atom (RFC 5322 3.2.3).
fn is_dot_atom(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.chars().all(is_atext))
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn quoted_if_needed(local: &str) -> String {
    if is_dot_atom(local) {
        local.to_owned()
    } else {
        quoted(local)
    }
}

/// A display name as a phrase, quoted unless it is plain words that nobody takes for an encoded word.
fn phrase(name: &str) -> String {
    let plain = !name.contains("=?")
        && name
            .split(' ')
            .all(|word| !word.is_empty() && word.chars().all(is_atext));
    if plain { name.to_owned() } else { quoted(name) }
}

/// RFC 5322 form, `Alice <alice@example.org>`, the name quoted if needed; UTF-8 where it is not ASCII.
impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.display_name {
            None => f.write_str(&self.address()),
            Some(name) => write!(f, "{} <{}>", phrase(name), self.address()),
        }
    }
}

/// The same as [`Mailbox::parse`].
impl FromStr for Mailbox {
    type Err = Error;

    fn from_str(text: &str) -> Result<Mailbox, Error> {
        Mailbox::parse(text)
    }
}

/// The same as [`Mailbox::parse`].
impl TryFrom<&str> for Mailbox {
    type Error = Error;

    fn try_from(text: &str) -> Result<Mailbox, Error> {
        Mailbox::parse(text)
    }
}
