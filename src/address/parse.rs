//! The grammar of RFC 5322 3.4 over a cursor: one pass, no recursion.

use super::cursor::{Cursor, unexpected};
use super::encoded_word::Joiner;
use super::{Mailbox, is_atext, is_dot_atom};
use crate::Error;

/// A bare addr-spec, nothing around it.
pub(super) fn addr_spec(text: &str) -> Result<Mailbox, Error> {
    let mut cursor = Cursor { rest: text };
    let parsed = cursor
        .local_part()
        .and_then(|local| {
            cursor.expect('@', "no @ after the first part")?;
            Ok((local, cursor.domain()?))
        })
        .and_then(|parts| cursor.end().map(|()| parts))
        .and_then(|(local, domain)| Mailbox::from_parts(None, local, domain));
    parsed.map_err(|reason| Error::address(text, reason))
}

/// One mailbox, bare or with a display name.
pub(super) fn mailbox(text: &str) -> Result<Mailbox, Error> {
    let mut cursor = Cursor { rest: text };
    let parsed = cursor.element().and_then(|element| {
        cursor.skip()?;
        match element {
            Element::Mailbox(mailbox) => cursor.end().map(|()| mailbox),
            Element::GroupStart => Err("a group where one address is expected"),
        }
    });
    parsed.map_err(|reason| Error::address(text, reason))
}

/// An address list with groups; empty elements (RFC 5322 4.4) are let pass.
pub(super) fn list(value: &str, max: usize) -> Result<Vec<Mailbox>, Error> {
    let mut found = Vec::new();
    let mut cursor = Cursor { rest: value };
    let mut in_group = false;
    loop {
        let start = cursor.rest;
        match cursor.list_element(&mut in_group) {
            Ok(Some(Element::Mailbox(_))) if found.len() == max => {
                return Err(Error::limit(
                    "addresses",
                    u64::try_from(max).unwrap_or(u64::MAX),
                ));
            }
            Ok(Some(Element::Mailbox(mailbox))) => found.push(mailbox),
            Ok(Some(Element::GroupStart)) => {}
            Ok(None) => return Ok(found),
            Err(reason) => return Err(Error::address(cursor.element_from(start), reason)),
        }
    }
}

enum Element {
    Mailbox(Mailbox),
    /// The name of a group and its colon have been read.
    GroupStart,
}

impl<'a> Cursor<'a> {
    /// What was read since `start` and the rest of that element, for an error.
    fn element_from(&self, start: &'a str) -> &'a str {
        let read = start.len() - self.rest.len();
        let rest = self.rest.find([',', ';']).unwrap_or(self.rest.len());
        start
            .get(..read + rest)
            .unwrap_or(start)
            .trim_matches([',', ' ', '\t'])
    }

    fn local_part(&mut self) -> Result<String, &'static str> {
        if self.peek() == Some('"') {
            return self.quoted_string();
        }
        let local = self.take_while(|c| is_atext(c) || c == '.');
        dot_atom(local).map(str::to_owned)
    }

    fn domain(&mut self) -> Result<&'a str, &'static str> {
        let start = self.rest;
        if self.take('[') {
            self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':'));
            self.expect(']', "the address literal is malformed")?;
        } else {
            self.take_while(|c| is_atext(c) || c == '.');
        }
        let length = start.len() - self.rest.len();
        Ok(start.get(..length).unwrap_or_default())
    }

    /// The address in angle brackets, the opening one read.
    fn angle_addr(&mut self, name: Option<String>) -> Result<Mailbox, &'static str> {
        self.skip()?;
        match self.peek() {
            Some('@' | ',') => return Err("source routes are obsolete and refused"),
            Some('>') => return Err("the address is empty"),
            _ => {}
        }
        let local = self.local_part()?;
        self.skip()?;
        self.expect('@', "no @ in the angle brackets")?;
        self.skip()?;
        let domain = self.domain()?;
        self.skip()?;
        self.expect('>', "no > where the address should end")?;
        Mailbox::from_parts(name, local, domain)
    }

    /// A mailbox, or the beginning of a group.
    fn element(&mut self) -> Result<Element, &'static str> {
        let mut words = 0_usize;
        let mut name = Joiner::default();
        let mut last = LastWord::None;
        loop {
            let spaced = self.skip()?;
            let separator = if spaced { " " } else { "" };
            match self.peek() {
                Some('"') => {
                    let text = self.quoted_string()?;
                    name.plain(separator, &text.replace('\t', " "));
                    last = LastWord::Quoted(text);
                    words += 1;
                }
                Some('<') => {
                    self.next();
                    let name = Some(name.finish()).filter(|name| !name.is_empty());
                    return self.angle_addr(name).map(Element::Mailbox);
                }
                Some(':') if words > 0 => {
                    self.next();
                    return Ok(Element::GroupStart);
                }
                Some('@') if words == 1 => {
                    self.next();
                    let local = match last {
                        LastWord::Atom(atom) => dot_atom(atom)?.to_owned(),
                        LastWord::Quoted(text) => text,
                        LastWord::None => String::new(),
                    };
                    self.skip()?;
                    let domain = self.domain()?;
                    return Mailbox::from_parts(None, local, domain).map(Element::Mailbox);
                }
                Some('@') if words > 1 => return Err("white space or several words before the @"),
                Some('@') => return Err("the part before the @ is empty"),
                Some(c) if is_atext(c) || c == '.' => {
                    let atom = self.take_while(|c| is_atext(c) || c == '.');
                    name.word(separator, atom);
                    last = LastWord::Atom(atom);
                    words += 1;
                }
                None | Some(',' | ';') if words == 0 => return Err("the address is empty"),
                None | Some(',' | ';') => return Err("no @, so it is not an address"),
                Some(c) => return Err(unexpected(c)),
            }
        }
    }

    /// The next element of a list with what separates it from the one after it.
    fn list_element(&mut self, in_group: &mut bool) -> Result<Option<Element>, &'static str> {
        loop {
            self.skip()?;
            match self.peek() {
                None if *in_group => return Err("a group is not closed by a semicolon"),
                None => return Ok(None),
                Some(',') => {
                    self.next();
                }
                Some(';') if *in_group => {
                    self.next();
                    *in_group = false;
                    self.separator(false)?;
                }
                Some(_) => break,
            }
        }
        let element = self.element()?;
        match element {
            Element::GroupStart if *in_group => return Err("a group inside a group"),
            Element::GroupStart => *in_group = true,
            Element::Mailbox(_) => self.separator(*in_group)?,
        }
        Ok(Some(element))
    }

    fn separator(&mut self, in_group: bool) -> Result<(), &'static str> {
        self.skip()?;
        match self.peek() {
            None | Some(',') => Ok(()),
            Some(';') if in_group => Ok(()),
            Some(c) => Err(unexpected(c)),
        }
    }
}

enum LastWord<'a> {
    None,
    Atom(&'a str),
    Quoted(String),
}

fn dot_atom(text: &str) -> Result<&str, &'static str> {
    if text.is_empty() {
        Err("the part before the @ is empty")
    } else if is_dot_atom(text) {
        Ok(text)
    } else {
        Err("a dot at the beginning or end or two in a row before the @")
    }
}
