//! [`Envelope`]: who sends and who receives, apart from what the header says.

use std::collections::HashSet;

use crate::{Error, Mailbox};

/// The envelope of a message (RFC 5321 2.3.1): where bounces go, and everybody who shall receive it.
///
/// It is what the server acts on; the header of the message is never read for it. So Bcc recipients stand here and
/// nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    return_path: Option<Mailbox>,
    recipients: Vec<Mailbox>,
}

impl Envelope {
    /// An envelope with these recipients, in this order.
    ///
    /// A `return_path` of `None` is the null reverse-path `<>` of notifications, to which nobody sends bounces
    /// (RFC 5321 4.5.5). A recipient that [matches](Mailbox::matches) an earlier one is left out.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`](crate::ErrorKind::Missing) when there is no recipient.
    pub fn new(
        return_path: Option<Mailbox>,
        recipients: impl IntoIterator<Item = Mailbox>,
    ) -> Result<Envelope, Error> {
        let mut seen = HashSet::new();
        let recipients: Vec<Mailbox> = recipients
            .into_iter()
            .filter(|recipient| seen.insert(recipient.key()))
            .collect();
        if recipients.is_empty() {
            return Err(crate::ErrorKind::Missing {
                what: "recipient in the envelope".into(),
            }
            .into());
        }
        Ok(Envelope {
            return_path,
            recipients,
        })
    }

    /// The same envelope with another place for bounces; `None` is the null reverse-path.
    pub fn with_return_path(mut self, return_path: Option<Mailbox>) -> Envelope {
        self.return_path = return_path;
        self
    }

    /// Where bounces go; `None` is the null reverse-path.
    pub fn return_path(&self) -> Option<&Mailbox> {
        self.return_path.as_ref()
    }

    /// The recipients, each once.
    pub fn recipients(&self) -> &[Mailbox] {
        &self.recipients
    }

    /// Whether a local part is not ASCII, so that the server must offer SMTPUTF8 (RFC 6531 3.4). A domain alone never
    /// needs it, because it has an ASCII form.
    pub fn needs_smtputf8(&self) -> bool {
        self.return_path
            .iter()
            .chain(&self.recipients)
            .any(Mailbox::is_internationalized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox(address: &str) -> Mailbox {
        Mailbox::new(address).unwrap()
    }

    #[test]
    fn keeps_the_order_and_drops_repetitions() {
        let envelope = Envelope::new(
            Some(mailbox("alice@example.org")),
            ["bob@example.org", "carol@example.org", "Bob@EXAMPLE.org"].map(mailbox),
        )
        .unwrap();
        assert_eq!(
            envelope.recipients(),
            ["bob@example.org", "carol@example.org"].map(mailbox)
        );
        assert_eq!(envelope.return_path(), Some(&mailbox("alice@example.org")));
    }

    #[test]
    fn refuses_to_be_without_recipient() {
        let error = Envelope::new(Some(mailbox("alice@example.org")), []).unwrap_err();
        assert!(error.to_string().contains("recipient"), "{error}");
    }

    #[test]
    fn needs_smtputf8_for_local_parts_only() {
        let with = |from: Option<&str>, to: &str| {
            Envelope::new(from.map(mailbox), [mailbox(to)])
                .unwrap()
                .needs_smtputf8()
        };
        assert!(!with(None, "bob@example.org"));
        assert!(!with(None, "bob@bücher.example"));
        assert!(with(None, "jürgen@example.org"));
        assert!(with(Some("jürgen@example.org"), "bob@example.org"));
    }
}
