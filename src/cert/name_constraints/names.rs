//! The names of a certificate that constraints are about.

use super::super::Certificate;
use super::super::addresses::{EMAIL_ADDRESS, SMTP_UTF8_MAILBOX, smtp_utf8_mailbox};
use super::super::name::{self, Folded};
use super::WHAT;
use super::host::{self, DnsName, Host};
use super::network::Address;
use crate::asn1::{Class, Reader, Tag, Value};
use crate::error::shortened;
use crate::{Error, Limits, Mailbox};

/// Octets whose comparison is one step.
const PIECE: usize = 256;

/// Every name in the subject and the subject alternative name.
pub(in crate::cert) struct Names {
    all: Vec<Name>,
    /// What it costs to compare all of them with one subtree.
    cost: usize,
}

/// One name, and what it is called in a report.
pub(super) struct Name {
    pub text: String,
    pub form: Form,
}

pub(super) enum Form {
    /// rfc822Name, SmtpUTF8Mailbox or the subject's emailAddress; `None` when it is no address.
    Mail(Option<Mailbox>),
    /// The subject or a directoryName; `None` when it cannot be read.
    Directory(Option<Folded>),
    /// dNSName; `None` when it is no host name.
    Dns(Option<DnsName>),
    /// The host of a uniformResourceIdentifier; `None` when there is none that could be compared.
    Uri(Option<Host>),
    /// iPAddress; `None` when it has a wrong size.
    Ip(Option<Address>),
    /// A form that is not compared.
    Other(OtherForm),
    /// It may be of any form.
    Unreadable,
}

impl Form {
    /// What it costs to compare it with one subtree.
    fn cost(&self) -> usize {
        match self {
            Form::Directory(Some(folded)) => cost_of_name(folded),
            Form::Other(form) => form.cost(),
            // Short, by the rules of their forms.
            _ => 1,
        }
    }
}

/// What it costs to compare a directory name with another one.
pub(super) fn cost_of_name(name: &Folded) -> usize {
    let cost = name.attributes().saturating_add(name.size() / PIECE);
    cost.max(1)
}

/// Number of the GeneralName alternative, and for an otherName its type.
#[derive(PartialEq, Eq)]
pub(super) struct OtherForm {
    number: u32,
    type_id: Vec<u8>,
}

impl OtherForm {
    /// What it costs to compare it with another one.
    pub(super) fn cost(&self) -> usize {
        (self.type_id.len() / PIECE).saturating_add(1)
    }

    /// `OtherName ::= SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }`
    pub(super) fn of(name: &Value<'_>) -> Result<OtherForm, Error> {
        let type_id = if name.tag == Tag::context(0, true) {
            name.reader()?.expect(Tag::OID)?.content.to_vec()
        } else {
            Vec::new()
        };
        let number = name.tag.number;
        Ok(OtherForm { number, type_id })
    }
}

impl Names {
    pub(in crate::cert) fn of(certificate: &Certificate) -> Names {
        let mut names = Names {
            all: Vec::new(),
            cost: 0,
        };
        let extensions = &certificate.0.extensions;
        if let Some(value) = &extensions.subject_alt_name
            && names.read_alternative_names(value).is_err()
        {
            names.add_unreadable();
        }
        let subject = certificate.subject_der();
        // RFC 5280 4.1.2.6 lets the subject be empty.
        let folded = Folded::new(subject);
        if !folded.as_ref().is_some_and(Folded::is_empty) {
            names.add(certificate.subject(), Form::Directory(folded));
        }
        // RFC 5280 4.2.1.10 asks for these only where no alternative name is an address. People are shown them all
        // the same.
        for attribute in name::attributes(subject) {
            if attribute.oid == Some(EMAIL_ADDRESS) {
                names.add_mail(attribute.text().as_deref().unwrap_or_default());
            }
        }
        names
    }

    pub(super) fn all(&self) -> &[Name] {
        &self.all
    }

    /// What it costs to compare all of them with one subtree.
    pub(super) fn cost(&self) -> usize {
        self.cost
    }

    fn read_alternative_names(&mut self, value: &[u8]) -> Result<(), Error> {
        let mut outer = Reader::new(value, WHAT, &Limits::default());
        let mut names = outer.expect(Tag::SEQUENCE)?.reader()?;
        while !names.is_empty() {
            let name = names.read()?;
            // One that cannot be read hides none that follows.
            if self.read_alternative_name(&name).is_err() {
                self.add_unreadable();
            }
        }
        Ok(())
    }

    fn read_alternative_name(&mut self, name: &Value<'_>) -> Result<(), Error> {
        let number = name.tag.number;
        if name.tag.class != Class::ContextSpecific {
            return Err(name.error("not a GeneralName"));
        }
        if !matches!(number, 1 | 2 | 4 | 6 | 7) {
            return self.add_other(name);
        }
        if number == 4 {
            let mut inner = name.reader()?;
            let directory = inner.expect(Tag::SEQUENCE)?.raw;
            let text = name::to_text(directory);
            self.add(text, Form::Directory(Folded::new(directory)));
            return Ok(());
        }
        let octets = name.octets()?;
        if number == 7 {
            self.add(Address::text(&octets), Form::Ip(Address::new(&octets)));
            return Ok(());
        }
        let text = String::from_utf8_lossy(&octets);
        // An IA5String holds ASCII (RFC 9549 2.2, 2.5).
        let ascii = Some(text.as_ref()).filter(|text| text.is_ascii());
        let form = match number {
            1 => Form::Mail(ascii.and_then(|text| Mailbox::new(text).ok())),
            2 => Form::Dns(ascii.and_then(DnsName::new)),
            _ => Form::Uri(ascii.and_then(host::of_uri)),
        };
        self.add(shortened(&text), form);
        Ok(())
    }

    fn add_other(&mut self, name: &Value<'_>) -> Result<(), Error> {
        let form = OtherForm::of(name)?;
        if form.type_id == SMTP_UTF8_MAILBOX.as_bytes() {
            // A mail address, and a name that its own form may be constrained in.
            let mailbox = smtp_utf8_mailbox(name)?.unwrap_or_default();
            self.add_mail(&String::from_utf8_lossy(&mailbox));
        }
        let text = match form.number {
            0 => "an otherName",
            3 => "an X.400 address",
            5 => "an ediPartyName",
            8 => "a registeredID",
            _ => "a name of an unknown form",
        };
        self.add(text.into(), Form::Other(form));
        Ok(())
    }

    fn add_mail(&mut self, address: &str) {
        let mailbox = Mailbox::new(address).ok();
        self.add(shortened(address), Form::Mail(mailbox));
    }

    fn add_unreadable(&mut self) {
        self.add("a name that cannot be read".into(), Form::Unreadable);
    }

    fn add(&mut self, text: String, form: Form) {
        self.cost = self.cost.saturating_add(form.cost());
        self.all.push(Name { text, form });
    }
}
