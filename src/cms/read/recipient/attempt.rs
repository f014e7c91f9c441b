//! Which private keys are asked for the content key, in which order.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::agreement::{Agreement, Derivations, Originator};
use super::transport::Transport;
use super::{Kind, RecipientInfo};
use crate::cert::{Identity, RecipientId};
use crate::crypto::wrap::ReceivedWrap;
use crate::crypto::{KeyKind, ReceivedKeyEncryption, agreement};
use crate::key::{Secret, UnwrapRequest};
use crate::{Error, ErrorKind};

/// More private-key operations than that no message is worth.
const MOST_ATTEMPTS: usize = 4;

/// One way to the content key with a private key.
pub(crate) struct Attempt {
    pub identity: Identity,
    pub recipient: RecipientId,
    pub encryption: ReceivedKeyEncryption,
    /// What the key is asked.
    pub request: UnwrapRequest,
    key_len: usize,
    /// What follows an agreement; with key transport the answer is the content key itself.
    wrapped: Option<Wrapped>,
}

/// A content key wrapped under a key that comes from a shared secret.
struct Wrapped {
    derivations: Derivations,
    wrap: ReceivedWrap,
    encrypted_key: Vec<u8>,
}

impl Attempt {
    /// Whether its result is final: an RSA v1.5 operation is never followed by another attempt.
    pub(crate) fn is_final(&self) -> bool {
        self.encryption == ReceivedKeyEncryption::RsaPkcs1
    }

    /// The content key from what the private key answered. `Err` (uniform): the unwrap failed, the next attempt may follow.
    pub(crate) fn content_key(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
        let key = match &self.wrapped {
            None => Some(Zeroizing::new(secret.as_ref().to_vec())),
            Some(wrapped) => wrapped.unwrap(secret.as_ref()),
        };
        key.filter(|key| key.len() == self.key_len)
            .ok_or_else(|| ErrorKind::Decryption.into())
    }
}

impl Wrapped {
    fn unwrap(&self, shared: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        // RFC 8418 2: a key outside this crate may not have looked.
        if shared.iter().fold(0, |any, byte| any | byte) == 0 {
            return None;
        }
        self.derivations.keys(shared).find_map(|key| {
            let key = key.ok()?;
            self.wrap.unwrap(&key, &self.encrypted_key).ok()
        })
    }
}

/// A key of this kind and a RecipientInfo that may fit together.
enum Candidate<'a> {
    Agreement(&'a Agreement, &'a [u8]),
    Transport(&'a Transport),
}

impl Candidate<'_> {
    fn encryption(&self) -> ReceivedKeyEncryption {
        match self {
            Candidate::Agreement(agreement, _) => agreement.encryption,
            Candidate::Transport(transport) => transport.encryption,
        }
    }

    /// ECDH and X25519 first, then OAEP: a failure of these is noticed, and the next may follow.
    fn rank(&self) -> u8 {
        match self {
            Candidate::Agreement(..) => 0,
            Candidate::Transport(transport) => match transport.encryption {
                ReceivedKeyEncryption::RsaPkcs1 => 2,
                _ => 1,
            },
        }
    }

    fn fits(&self, kind: &KeyKind) -> bool {
        match self {
            Candidate::Transport(_) => matches!(kind, KeyKind::Rsa { .. }),
            Candidate::Agreement(agreement, _) => match agreement.originator {
                Originator::Ec(..) => {
                    matches!(kind, KeyKind::P256 | KeyKind::P384 | KeyKind::P521)
                }
                Originator::X25519(_) => *kind == KeyKind::X25519,
            },
        }
    }

    /// What the key is asked; `None` when the sender's point is none of the key's curve.
    fn request(&self, identity: &Identity, key_len: usize) -> Option<UnwrapRequest> {
        Some(match self {
            Candidate::Transport(transport) => match transport.encryption {
                ReceivedKeyEncryption::RsaOaep { digest, mgf_digest } => UnwrapRequest::RsaOaep {
                    encrypted_key: transport.encrypted_key.clone(),
                    digest,
                    mgf_digest,
                    label: transport.label.clone(),
                },
                _ => UnwrapRequest::RsaPkcs1 {
                    encrypted_key: transport.encrypted_key.clone(),
                    key_len,
                },
            },
            Candidate::Agreement(agreement, _) => match &agreement.originator {
                Originator::X25519(public) => UnwrapRequest::X25519 { public: *public },
                Originator::Ec(named, point) => {
                    let curve = identity.certificate().public_key().curve()?;
                    if named.is_some_and(|named| named != curve) {
                        return None;
                    }
                    let public_point = agreement::originator_point(curve, point).ok()?;
                    UnwrapRequest::Ecdh { public_point }
                }
            },
        })
    }

    fn attempt(
        &self,
        recipient: &RecipientId,
        identity: &Identity,
        key_len: usize,
    ) -> Option<Attempt> {
        let request = self.request(identity, key_len)?;
        let (encryption, wrapped) = match self {
            Candidate::Transport(transport) => (transport.encryption, None),
            Candidate::Agreement(agreement, encrypted_key) => {
                let wrapped = Wrapped {
                    derivations: agreement.derivations(),
                    wrap: agreement.wrap,
                    encrypted_key: encrypted_key.to_vec(),
                };
                (agreement.encryption, Some(wrapped))
            }
        };
        Some(Attempt {
            identity: identity.clone(),
            recipient: recipient.clone(),
            encryption,
            request,
            key_len,
            wrapped,
        })
    }
}

/// The attempts for these identities, best first: ECDH and X25519, then OAEP, then v1.5; at most one RecipientInfo per identity
/// and one identity per RecipientInfo, at most 4, and nothing after the first that is final.
/// `key_len`: length of the content key. `may`: whether the policy lets an algorithm be used; what it refuses takes no
/// place.
///
/// What a sender encrypted to several keys of one agreement counts as several RecipientInfos.
pub(crate) fn attempts(
    recipients: &[RecipientInfo],
    identities: &[Identity],
    key_len: usize,
    may: &mut dyn FnMut(ReceivedKeyEncryption) -> bool,
) -> Vec<Attempt> {
    let mut candidates: Vec<(Candidate<'_>, &RecipientId)> = Vec::new();
    for recipient in recipients {
        match &recipient.kind {
            Kind::Transport(transport) => {
                candidates.push((Candidate::Transport(transport), &transport.recipient));
            }
            Kind::Agreement(agreement) => candidates.extend(agreement.keys.iter().map(|key| {
                let candidate = Candidate::Agreement(agreement, &key.encrypted_key);
                (candidate, &key.recipient)
            })),
            Kind::SharedKey(_) | Kind::Password(_) | Kind::Unusable { .. } => {}
        }
    }
    // Stable: within a rank the order is that of the message.
    candidates.sort_by_key(|(candidate, _)| candidate.rank());

    let mut used = HashSet::new();
    let mut attempts = Vec::new();
    for (candidate, recipient) in candidates {
        let found = identities.iter().enumerate().find(|(index, identity)| {
            !used.contains(index)
                && recipient.matches(identity.certificate())
                && candidate.fits(&identity.certificate().public_key().kind())
        });
        let Some((index, identity)) = found else {
            continue;
        };
        if !may(candidate.encryption()) {
            continue;
        }
        // Also when the point is refused: nobody shall make a reader check a point per RecipientInfo.
        used.insert(index);
        let Some(attempt) = candidate.attempt(recipient, identity, key_len) else {
            continue;
        };
        let last = attempt.is_final();
        attempts.push(attempt);
        if last || attempts.len() == MOST_ATTEMPTS {
            break;
        }
    }
    attempts
}
