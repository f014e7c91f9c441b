//! Which copies are made, and who can read each.

use std::collections::{HashMap, HashSet};

use super::config::{Config, KeyEncryptionChoice, SelfCopy};
use super::error::Role;
use super::plan::Chosen;
use super::report::{ProtectReport, RecipientReport};
use crate::Error;
use crate::address::Mailbox;
use crate::cert::Certificate;
use crate::cms::recipient::{KeyEncryption, Recipient};
use crate::compose::Envelope;
use crate::compose::head::Head;

/// One copy before it is built.
pub(super) struct CopyPlan {
    pub envelope: Option<Envelope>,
    pub recipients: Vec<Recipient>,
}

/// One copy for everybody: the message is signed only.
pub(super) fn signed_only(
    head: &Head,
    config: &Config,
    report: &mut ProtectReport,
) -> Result<Vec<CopyPlan>, Error> {
    report.add_notes(false);
    let everybody = head.visible.iter().chain(&head.hidden).cloned().collect();
    Ok(vec![CopyPlan {
        envelope: envelope(head, config, everybody)?,
        recipients: Vec::new(),
    }])
}

/// The copy for To, Cc, the sender and certificates of nobody in particular; then one per Bcc
/// recipient, to whom nothing but their own certificates belongs: who reads the RecipientInfos
/// learns who else can read (RFC 9787).
pub(super) fn encrypted(
    head: &Head,
    config: &Config,
    chosen: Vec<Chosen>,
    report: &mut ProtectReport,
) -> Result<Vec<CopyPlan>, Error> {
    let own_copy_missing = own_copy_missing(head, config, &chosen) && report.notes.is_empty();
    let mut copies = Vec::new();
    let (hidden, open): (Vec<Chosen>, Vec<Chosen>) = chosen
        .into_iter()
        .partition(|one| one.role == Role::HiddenRecipient);
    if !(open.is_empty() && head.visible.is_empty()) {
        let recipients = recipients(config, open, 0, report)?;
        if recipients.is_empty() {
            return Err(to_nobody());
        }
        let envelope = envelope(head, config, head.visible.clone())?;
        copies.push(CopyPlan {
            envelope,
            recipients,
        });
    }
    let mut own: HashMap<String, Vec<Chosen>> = HashMap::new();
    for one in hidden {
        let key = one.address.as_ref().map(Mailbox::key).unwrap_or_default();
        own.entry(key).or_default().push(one);
    }
    for mailbox in &head.hidden {
        let own = own.remove(&mailbox.key()).unwrap_or_default();
        let recipients = recipients(config, own, copies.len(), report)?;
        if recipients.is_empty() {
            return Err(to_nobody());
        }
        let envelope = envelope(head, config, vec![mailbox.clone()])?;
        copies.push(CopyPlan {
            envelope,
            recipients,
        });
    }
    if copies.is_empty() {
        return Err(to_nobody());
    }
    report.cipher = Some(config.cipher);
    report.add_notes(own_copy_missing);
    Ok(copies)
}

fn to_nobody() -> Error {
    Error::misuse(
        "the message would be encrypted to nobody: name a certificate with encrypt_to, or a \
         recipient in the message",
    )
}

/// Whether the sender wants to read the message and cannot. Whoever writes to themselves needs no
/// copy of their own.
fn own_copy_missing(head: &Head, config: &Config, chosen: &[Chosen]) -> bool {
    let Some(sender) = head.signing_address() else {
        return false;
    };
    let reads = |one: &Chosen| match &one.address {
        _ if one.role == Role::Oneself => true,
        Some(address) => address.matches(sender),
        None => one.certificate.names(sender),
    };
    !matches!(config.self_copy, SelfCopy::Never) && !chosen.iter().any(reads)
}

fn recipients(
    config: &Config,
    chosen: Vec<Chosen>,
    copy: usize,
    report: &mut ProtectReport,
) -> Result<Vec<Recipient>, Error> {
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut seen = HashSet::new();
    for one in chosen {
        let encryption = key_encryption(config, &one.certificate)?;
        if seen.insert(one.certificate.clone()) {
            recipients.push(Recipient {
                certificate: one.certificate.clone(),
                encryption,
                reference: config.reference,
            });
        }
        report.recipients.push(RecipientReport {
            role: one.role,
            address: one.address,
            certificate: one.certificate,
            encryption,
            source: one.source,
            path: one.path,
            copy,
        });
    }
    Ok(recipients)
}

fn key_encryption(config: &Config, certificate: &Certificate) -> Result<KeyEncryption, Error> {
    let oaep = config.key_encryption == KeyEncryptionChoice::Oaep;
    KeyEncryption::for_key(&certificate.public_key().kind(), oaep).ok_or_else(|| {
        let owner = certificate.description();
        Error::unfit(format!(
            "the key in the certificate of {owner} cannot receive"
        ))
    })
}

/// The envelope, when there is somebody to send to and somebody who answers for the message.
fn envelope(
    head: &Head,
    config: &Config,
    recipients: Vec<Mailbox>,
) -> Result<Option<Envelope>, Error> {
    if recipients.is_empty() || head.from.is_empty() {
        return Ok(None);
    }
    match head.responsible() {
        Some(sender) => Envelope::new(Some(sender.clone()), recipients).map(Some),
        None if config.ignore_addresses => Ok(None),
        None => Err(Error::header(
            "Sender",
            "is needed when From names several addresses (RFC 5322 3.6.2)",
        )),
    }
}
