//! RecipientInfo (RFC 5652 6.2), read: who can open it, and how.

mod agreement;
mod attempt;
mod keyless;
mod transport;

#[cfg(test)]
mod tests;

pub(crate) use attempt::{Attempt, attempts};
pub(crate) use keyless::{is_addressed, without_certificate};

use crate::asn1::{Reader, Tag, Value, to_der};
use crate::bag::Algorithm;
use crate::cert::RecipientId;
use crate::crypto::wrap::{KeyWrap, ReceivedWrap};
use crate::{Error, ErrorKind, Limits};
use agreement::Agreement;
use keyless::{PasswordRecipient, SharedKeyRecipient};
use transport::Transport;

const ROLE: &str = "key encryption";

/// One RecipientInfo as received. One of a kind or algorithm that is not implemented is kept with its name, for the report.
///
/// ```text
/// RecipientInfo ::= CHOICE { ktri KeyTransRecipientInfo, kari [1] KeyAgreeRecipientInfo,
///     kekri [2] KEKRecipientInfo, pwri [3] PasswordRecipientinfo, ori [4] OtherRecipientInfo }
/// OtherRecipientInfo ::= SEQUENCE { oriType OBJECT IDENTIFIER, oriValue ANY DEFINED BY oriType }
/// ```
pub(crate) struct RecipientInfo {
    kind: Kind,
}

enum Kind {
    Transport(Transport),
    Agreement(Agreement),
    SharedKey(SharedKeyRecipient),
    Password(PasswordRecipient),
    /// What cannot be used, and why.
    Unusable {
        /// As far as they could be read.
        recipients: Vec<RecipientId>,
        error: Error,
    },
}

impl RecipientInfo {
    /// Reads `RecipientInfos`, whatever is in each; the end of each must be found.
    pub(super) fn read_all(set: &Value<'_>, limits: &Limits) -> Result<Vec<RecipientInfo>, Error> {
        let mut count = Count::new(limits);
        let mut recipients = Vec::new();
        let mut reader = set.reader()?;
        while !reader.is_empty() {
            recipients.push(RecipientInfo::read(&reader.read()?, &mut count, limits)?);
        }
        Ok(recipients)
    }

    fn read(value: &Value<'_>, count: &mut Count, limits: &Limits) -> Result<RecipientInfo, Error> {
        count.one()?;
        let mut named = Vec::new();
        let read = match (value.tag, value.tag.number) {
            (Tag::SEQUENCE, _) => Transport::read(value, &mut named, limits).map(Kind::Transport),
            (tag, 1) if tag == Tag::context(1, true) => {
                Agreement::read(value, count, &mut named, limits).map(Kind::Agreement)
            }
            (tag, 2) if tag == Tag::context(2, true) => {
                SharedKeyRecipient::read(value).map(Kind::SharedKey)
            }
            (tag, 3) if tag == Tag::context(3, true) => {
                PasswordRecipient::read(value).map(Kind::Password)
            }
            (tag, 4) if tag == Tag::context(4, true) => other(value),
            _ => Err(value.error("not a RecipientInfo")),
        };
        let kind = read.or_else(|error| match error.kind() {
            ErrorKind::Limit { .. } => Err(error),
            _ => Ok(Kind::Unusable {
                recipients: named,
                error,
            }),
        })?;
        Ok(RecipientInfo { kind })
    }

    /// The certificates it is for, also when it cannot be used: one, several for a key agreement, none for keys
    /// and passwords.
    pub(crate) fn recipients(&self) -> Vec<RecipientId> {
        match &self.kind {
            Kind::Transport(transport) => vec![transport.recipient.clone()],
            Kind::Agreement(agreement) => {
                let keys = agreement.keys.iter();
                keys.map(|key| key.recipient.clone()).collect()
            }
            Kind::Unusable { recipients, .. } => recipients.clone(),
            Kind::SharedKey(_) | Kind::Password(_) => Vec::new(),
        }
    }

    /// Why it cannot be used, if so.
    pub(crate) fn obstacle(&self) -> Option<&Error> {
        match &self.kind {
            Kind::Unusable { error, .. } => Some(error),
            _ => None,
        }
    }

    /// For the report: the algorithm in words, or what is not supported.
    pub(crate) fn description(&self) -> String {
        match &self.kind {
            Kind::Transport(transport) => transport.encryption.to_string(),
            Kind::Agreement(agreement) => {
                format!("{}, {}", agreement.encryption, wrap_name(agreement.wrap))
            }
            Kind::SharedKey(recipient) => {
                format!("a shared key, {}", wrap_name(recipient.wrap))
            }
            Kind::Password(_) => "a password".to_owned(),
            Kind::Unusable { error, .. } => error.to_string(),
        }
    }
}

/// How many recipients there may still be.
struct Count {
    limit: usize,
    left: usize,
}

impl Count {
    fn new(limits: &Limits) -> Count {
        Count {
            limit: limits.recipients,
            left: limits.recipients,
        }
    }

    fn one(&mut self) -> Result<(), Error> {
        let limit = || u64::try_from(self.limit).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| Error::limit("recipients of one message", limit()))?;
        Ok(())
    }
}

fn other(value: &Value<'_>) -> Result<Kind, Error> {
    let kind = value.reader()?.expect(Tag::OID)?.oid()?;
    Err(Error::unsupported_algorithm(
        "recipient of another kind",
        kind,
    ))
}

fn unsupported(what: &'static str) -> Error {
    ErrorKind::Unsupported { what: what.into() }.into()
}

/// ```text
/// IssuerAndSerialNumber ::= SEQUENCE { issuer Name, serialNumber CertificateSerialNumber }
/// ```
fn issuer_and_serial(value: &Value<'_>, limits: &Limits) -> Result<RecipientId, Error> {
    let mut reader = value.reader()?;
    let issuer = to_der(reader.expect(Tag::SEQUENCE)?.raw, limits)?.into_owned();
    let serial = reader.expect(Tag::INTEGER)?.content.to_vec();
    reader.finish()?;
    Ok(RecipientId::IssuerAndSerial { issuer, serial })
}

/// The optional `date GeneralizedTime` and `other OtherKeyAttribute` after a key identifier, to the end.
fn skip_date_and_other(mut reader: Reader<'_>) -> Result<(), Error> {
    reader.optional(Tag::GENERALIZED_TIME)?;
    reader.optional(Tag::SEQUENCE)?;
    reader.finish()
}

/// `KeyWrapAlgorithm ::= AlgorithmIdentifier`. Parameters are absent or NULL, and mean nothing.
fn key_wrap(algorithm: &Algorithm<'_>) -> Result<ReceivedWrap, Error> {
    ReceivedWrap::from_oid(&algorithm.oid)
        .ok_or_else(|| Error::unsupported_algorithm("key wrap", algorithm.oid))
}

fn wrap_name(wrap: ReceivedWrap) -> &'static str {
    match wrap {
        ReceivedWrap::Aes(KeyWrap::Aes128) => "AES-128 key wrap",
        ReceivedWrap::Aes(KeyWrap::Aes192) => "AES-192 key wrap",
        ReceivedWrap::Aes(KeyWrap::Aes256) => "AES-256 key wrap",
        ReceivedWrap::TripleDes => "3DES key wrap",
    }
}
