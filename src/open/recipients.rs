//! Whom a message is encrypted to, and who of those may open it.

use zeroize::Zeroizing;

use super::config::Config;
use super::trouble::shown;
use crate::cert::pbe::Budget;
use crate::cert::{Identity, RecipientId};
use crate::check::Reason;
use crate::cms::read::EnvelopedData;
use crate::cms::read::recipient::{self, Attempt, RecipientInfo};
use crate::crypto::ReceivedKeyEncryption;
use crate::policy::{Judgement, Policy};
use crate::{Error, ErrorKind};

/// How many recipients an error names.
const NAMED: usize = 5;

/// The ways to the content key that the policy leaves, and why it left others out.
pub(super) struct Ways {
    pub attempts: Vec<Attempt>,
    pub refused: Option<Reason>,
}

/// Every recipient that is named by a certificate.
pub(super) fn ids(data: &EnvelopedData<'_>) -> Vec<RecipientId> {
    let infos = data.recipients.iter();
    infos.flat_map(|recipient| recipient.recipients()).collect()
}

/// Those of these identities that the message names.
pub(super) fn matching(data: &EnvelopedData<'_>, identities: &[Identity]) -> Vec<Identity> {
    let ids = ids(data);
    identities
        .iter()
        .filter(|identity| ids.iter().any(|id| id.matches(identity.certificate())))
        .cloned()
        .collect()
}

/// Judged from public bytes, before any key is used.
pub(super) fn ways(data: &EnvelopedData<'_>, identities: &[Identity], policy: &dyn Policy) -> Ways {
    let mut refused = None;
    let mut readable = |judgement: Judgement| match judgement {
        Judgement::Refused(reason) => {
            refused.get_or_insert(reason);
            false
        }
        Judgement::Accepted | Judgement::Legacy(_) => true,
    };
    let allowed: Vec<Identity> = matching(data, identities)
        .into_iter()
        .filter(|identity| readable(policy.decryption_key(&identity.key().public_key().kind())))
        .collect();
    let mut may = |encryption| readable(policy.key_encryption(encryption));
    let attempts = recipient::attempts(&data.recipients, &allowed, data.key_len(), &mut may);
    Ways { attempts, refused }
}

/// The error when nobody is there to open it. It speaks of public bytes only: that a password or shared key did not fit is
/// a failure to decrypt like all others.
pub(super) fn nobody(data: &EnvelopedData<'_>, config: &Config) -> Error {
    let (passwords, keks) = secrets(config);
    if recipient::is_addressed(&data.recipients, passwords, keks) {
        return ErrorKind::Decryption.into();
    }
    let ids = ids(data);
    let mut names: Vec<String> = match ids.is_empty() {
        false => ids
            .iter()
            .take(NAMED)
            .map(|id| shown(&id.to_string()))
            .collect(),
        true => {
            let infos = data.recipients.iter().take(NAMED);
            infos.map(|info| shown(&info.description())).collect()
        }
    };
    let all = ids.len().max(data.recipients.len());
    if all > names.len() {
        names.push(format!("{} more", all.saturating_sub(names.len())));
    }
    ErrorKind::Missing {
        what: format!(
            "key for any recipient of the message ({})",
            names.join("; ")
        )
        .into(),
    }
    .into()
}

/// The error when an identity is named, and the way its content key was encrypted is not implemented.
pub(super) fn unsupported(data: &EnvelopedData<'_>, identities: &[Identity]) -> Error {
    let named = data.recipients.iter().filter(|info| {
        let ids = info.recipients();
        identities
            .iter()
            .any(|identity| ids.iter().any(|id| id.matches(identity.certificate())))
    });
    let named: Vec<&RecipientInfo> = named.take(NAMED).collect();
    let obstacles = named.iter().filter_map(|info| info.obstacle());
    for obstacle in obstacles {
        if let ErrorKind::UnsupportedAlgorithm { role, oid } = obstacle.kind() {
            return Error::unsupported_algorithm(role, oid);
        }
    }
    let ways: Vec<String> = named
        .iter()
        .map(|info| shown(&info.description()))
        .collect();
    ErrorKind::Unsupported {
        what: format!("opening the message ({})", ways.join("; ")).into(),
    }
    .into()
}

/// The policy stands against it.
pub(super) fn refusal(reason: &Reason) -> Error {
    Error::unfit(reason.to_string())
}

/// The key for recipients without certificate, as far as the policy lets them be used.
pub(super) fn without_certificate(
    data: &EnvelopedData<'_>,
    config: &Config,
    budget: &mut Budget,
) -> Result<Option<Found>, Error> {
    let (passwords, keks) = secrets(config);
    if passwords.is_empty() && keks.is_empty() {
        return Ok(None);
    }
    recipient::without_certificate(&data.recipients, passwords, keks, data.key_len(), budget)
}

/// Passwords, and shared keys by their identifiers.
type Secrets<'c> = (&'c [Zeroizing<String>], &'c [(Vec<u8>, Zeroizing<Vec<u8>>)]);

/// The passwords and shared keys that the policy lets be used.
fn secrets(config: &Config) -> Secrets<'_> {
    use ReceivedKeyEncryption::{Password, SharedKey};
    let may = |encryption| config.policy.key_encryption(encryption).is_readable();
    let passwords = if may(Password) {
        config.passwords.as_slice()
    } else {
        &[]
    };
    let keks = if may(SharedKey) {
        config.keks.as_slice()
    } else {
        &[]
    };
    (passwords, keks)
}

/// How the content key came, and the key.
pub(super) type Found = (ReceivedKeyEncryption, Zeroizing<Vec<u8>>);
