//! The names of a certificate that constraints are about.

use super::super::Certificate;
use super::super::addresses::{EMAIL_ADDRESS, SMTP_UTF8_MAILBOX, smtp_utf8_mailbox};
use super::super::name::{self, Folded};
use super::WHAT;
use crate::asn1::{Reader, Tag, Value};
use crate::error::shortened;
use crate::{Error, Limits, Mailbox};

/// Every name in the subject and the subject alternative name.
pub(in crate::cert) struct Names(Vec<Name>);

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
    /// A form that is not compared.
    Other(OtherForm),
}

/// Number of the GeneralName alternative, and for an otherName its type.
#[derive(PartialEq, Eq)]
pub(super) struct OtherForm {
    number: u32,
    type_id: Vec<u8>,
}

impl OtherForm {
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
        let mut names = Names(Vec::new());
        let extensions = &certificate.0.extensions;
        if let Some(value) = &extensions.subject_alt_name {
            // One that breaks off makes the certificate unfit elsewhere.
            let _ = names.read_alternative_names(value);
        }
        let subject = certificate.subject_der();
        // RFC 5280 4.1.2.6 lets the subject be empty.
        let folded = Folded::new(subject);
        if !folded.as_ref().is_some_and(Folded::is_empty) {
            names.add(certificate.subject(), Form::Directory(folded));
        }
        let has_address = names.0.iter().any(|n| matches!(n.form, Form::Mail(_)));
        if !has_address {
            for attribute in name::attributes(subject) {
                if attribute.oid == Some(EMAIL_ADDRESS) {
                    names.add_mail(attribute.text().as_deref().unwrap_or_default());
                }
            }
        }
        names
    }

    pub(super) fn all(&self) -> &[Name] {
        &self.0
    }

    fn read_alternative_names(&mut self, value: &[u8]) -> Result<(), Error> {
        let mut outer = Reader::new(value, WHAT, &Limits::default());
        let mut names = outer.expect(Tag::SEQUENCE)?.reader()?;
        while !names.is_empty() {
            let name = names.read()?;
            if name.tag.primitive() == Tag::context(1, false) {
                self.add_mail(&String::from_utf8_lossy(&name.octets()?));
            } else if name.tag == Tag::context(4, true) {
                let mut inner = name.reader()?;
                let directory = inner.expect(Tag::SEQUENCE)?.raw;
                let text = name::to_text(directory);
                self.add(text, Form::Directory(Folded::new(directory)));
            } else {
                self.add_other(&name)?;
            }
        }
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
            2 => "a host name (dNSName)",
            6 => "a URI",
            7 => "an IP address",
            _ => "a name of an uncommon form",
        };
        self.add(text.into(), Form::Other(form));
        Ok(())
    }

    fn add_mail(&mut self, address: &str) {
        let mailbox = Mailbox::new(address).ok();
        self.add(shortened(address), Form::Mail(mailbox));
    }

    fn add(&mut self, text: String, form: Form) {
        self.0.push(Name { text, form });
    }
}
