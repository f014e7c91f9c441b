//! A layer of encryption: finds who can open it, has the key asked, decrypts.
//!
//! The policy is asked first and sees public bytes only. Every failure with a key is one error.

use std::collections::VecDeque;

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::recipients::{self, Ways};
use super::{Item, Layer, Place, Stage, Trouble, Walk, cms, shown, taken};
use crate::cert::{Certificate, Identity, RecipientId};
use crate::check::{Aspect, Check, Reason};
use crate::cms::read::EnvelopedData;
use crate::cms::read::recipient::Attempt;
use crate::crypto::ReceivedKeyEncryption;
use crate::engine::{Answer, Ledger, Question, QuestionId};
use crate::open::buffer::Bytes;
use crate::policy::Judgement;
use crate::report::LayerKind;
use crate::{Error, ErrorKind};

/// Length of a full authentication tag in bytes.
const FULL_TAG: usize = 16;

/// The key that was asked, and what comes after it.
pub(super) struct Unwrapping {
    id: QuestionId,
    attempt: Attempt,
    others: VecDeque<Attempt>,
    failures: Failures,
}

/// What went wrong with the keys tried so far.
#[derive(Default)]
struct Failures {
    /// Why no key may be tried at all; known from public bytes.
    unfit: Option<Error>,
    /// Passwords and shared keys were tried before.
    tried_without_certificate: bool,
    /// The first key that could not be reached.
    unavailable: Option<Error>,
    /// Whether a key was reached and did not open it.
    failed: bool,
}

/// How the layer was opened.
struct Opened {
    content_key: Zeroizing<Vec<u8>>,
    key_encryption: ReceivedKeyEncryption,
    as_whom: Option<(RecipientId, Identity)>,
}

/// One layer on its way.
struct Envelope<'e, 'a> {
    walk: &'e mut Walk,
    ledger: &'e mut Ledger,
    data: &'e EnvelopedData<'a>,
    item: Item,
    place: Place,
}

pub(super) fn enveloped(
    walk: &mut Walk,
    ledger: &mut Ledger,
    bytes: &Bytes,
    data: &EnvelopedData<'_>,
    content_type: Option<ObjectIdentifier>,
    place: Place,
    stage: Stage,
) -> Result<(), Trouble> {
    let closed = match place.is_chain() {
        true => None,
        false => Some(layer(walk, data, None, &place)),
    };
    let part = place.clone();
    let envelope = Envelope {
        walk: &mut *walk,
        ledger,
        data,
        item: Item::Cms(bytes.clone(), content_type),
        place,
    };
    let result = envelope.go_on(stage);
    // A part that nobody here can open is still reported for what it is.
    if let (Err(Trouble::Node(error)), Some(mut layer)) = (&result, closed) {
        layer.checks.push(Check::unknown(
            Aspect::Integrity,
            "the encrypted part was not opened",
            Reason::Skipped {
                what: shown(&error.to_string()),
            },
        ));
        walk.add_layer(&part, layer);
    }
    result
}

impl Envelope<'_, '_> {
    fn go_on(self, stage: Stage) -> Result<(), Trouble> {
        match stage {
            Stage::Identities(id) => {
                let found = match taken(self.ledger, id)? {
                    Answer::DecryptionIdentities(found) => found,
                    _ => Vec::new(),
                };
                self.walk.found.certificates.add_chains(&found);
                match recipients::matching(self.data, &found).is_empty() {
                    true => Err(recipients::nobody(self.data).into()),
                    false => self.try_identities(&found, true),
                }
            }
            Stage::Unwrapping(unwrapping) => {
                let answer = self.ledger.take(unwrapping.id);
                self.unwrapped(answer, *unwrapping)
            }
            Stage::Start | Stage::SignerCertificates(_) => self.start(),
        }
    }

    fn start(self) -> Result<(), Trouble> {
        let config = self.walk.config.clone();
        if let Judgement::Refused(reason) = config.policy.cipher(self.data.cipher) {
            return Err(recipients::refusal(&reason).into());
        }
        if !recipients::matching(self.data, &config.identities).is_empty() {
            return self.try_identities(&config.identities, false);
        }
        let budget = &mut self.walk.costs.iterations;
        if let Some(found) = recipients::without_certificate(self.data, &config, budget)? {
            return self.opened_without_certificate(found);
        }
        let ids = recipients::ids(self.data);
        if ids.is_empty() {
            return Err(recipients::nobody(self.data).into());
        }
        let question = Question::DecryptionIdentities(ids);
        let id = self.walk.costs.ask(self.ledger, question)?;
        self.walk.wait(self.item, self.place, Stage::Identities(id));
        Ok(())
    }

    fn try_identities(
        self,
        identities: &[Identity],
        tried_without_certificate: bool,
    ) -> Result<(), Trouble> {
        let policy = self.walk.config.policy.clone();
        let Ways { attempts, refused } = recipients::ways(self.data, identities, policy.as_ref());
        let unfit = match (attempts.is_empty(), refused) {
            (true, Some(reason)) => Some(recipients::refusal(&reason)),
            (true, None) => Some(recipients::unsupported(self.data, identities)),
            (false, _) => None,
        };
        let failures = Failures {
            unfit,
            tried_without_certificate,
            ..Failures::default()
        };
        self.next(attempts.into(), failures)
    }

    /// Asks the next key; when there is none left, tells what became of the others.
    fn next(self, mut attempts: VecDeque<Attempt>, failures: Failures) -> Result<(), Trouble> {
        let Some(attempt) = attempts.pop_front() else {
            let config = self.walk.config.clone();
            let found = match failures.tried_without_certificate {
                true => None,
                false => {
                    let budget = &mut self.walk.costs.iterations;
                    recipients::without_certificate(self.data, &config, budget)?
                }
            };
            return match found {
                Some(found) => self.opened_without_certificate(found),
                None => Err(failures.into_error().into()),
            };
        };
        let question = Question::Unwrap {
            key: attempt.identity.key().clone(),
            request: attempt.request.clone(),
        };
        let id = self.walk.costs.ask(self.ledger, question)?;
        let stage = Stage::Unwrapping(Box::new(Unwrapping {
            id,
            attempt,
            others: attempts,
            failures,
        }));
        self.walk.wait(self.item, self.place, stage);
        Ok(())
    }

    fn unwrapped(self, answer: Option<Answer>, asked: Unwrapping) -> Result<(), Trouble> {
        let Unwrapping {
            attempt,
            others,
            mut failures,
            ..
        } = asked;
        let content_key = match answer {
            Some(Answer::Secret(secret)) => attempt.content_key(&secret).ok(),
            Some(Answer::Failed(error)) => match error.kind() {
                ErrorKind::KeyUnavailable { .. } => {
                    failures.unavailable.get_or_insert(error);
                    return self.next(others, failures);
                }
                ErrorKind::Misuse { .. } => return Err(Trouble::Mail(error)),
                _ => None,
            },
            _ => None,
        };
        match content_key {
            Some(content_key) => self.decrypt(Opened {
                content_key,
                key_encryption: attempt.encryption,
                as_whom: Some((attempt.recipient, attempt.identity)),
            }),
            // What a v1.5 operation gives is final: a second try would be an oracle.
            None if attempt.is_final() => Err(uniform().into()),
            None => {
                failures.failed = true;
                self.next(others, failures)
            }
        }
    }

    fn opened_without_certificate(self, found: recipients::Found) -> Result<(), Trouble> {
        let (key_encryption, content_key) = found;
        self.decrypt(Opened {
            content_key,
            key_encryption,
            as_whom: None,
        })
    }

    fn decrypt(self, opened: Opened) -> Result<(), Trouble> {
        let plaintext = self.data.decrypt(&opened.content_key)?;
        for der in &self.data.certificates {
            if let Ok(certificate) = Certificate::from_der_exact(der) {
                self.walk.found.certificates.add(certificate);
            }
        }
        let layer = layer(self.walk, self.data, Some(opened), &self.place);
        let inner = self.walk.add_layer(&self.place, layer);
        let content_type = &self.data.content_type;
        cms::inside(self.walk, Bytes::new(plaintext), content_type, inner)
    }
}

impl Failures {
    fn into_error(self) -> Error {
        match (self.unfit, self.unavailable) {
            (Some(unfit), _) => unfit,
            (None, Some(unavailable)) if !self.failed => unavailable,
            (None, _) => uniform(),
        }
    }
}

fn uniform() -> Error {
    ErrorKind::Decryption.into()
}

/// The layer as it is reported; `opened` is `None` when nobody could open it.
fn layer(walk: &Walk, data: &EnvelopedData<'_>, opened: Option<Opened>, place: &Place) -> Layer {
    let recipients: usize = data
        .recipients
        .iter()
        .map(|recipient| recipient.recipients().len().max(1))
        .sum();
    let (key_encryption, as_whom) = match opened {
        Some(opened) => (Some(opened.key_encryption), opened.as_whom),
        None => (None, None),
    };
    let policy = walk.config.policy.as_ref();
    let mut layer = Layer::new(
        place,
        LayerKind::Encrypted {
            cipher: data.cipher,
            key_encryption,
            opened_as: as_whom.as_ref().map(|(id, _)| id.clone()),
            recipients,
        },
    );
    let name = data.cipher.name();
    layer.checks.push(judged(
        policy.cipher(data.cipher),
        format!("content encrypted with {name}"),
    ));
    if let Some(encryption) = key_encryption {
        let what = format!("content key encrypted with {encryption}");
        layer
            .checks
            .push(judged(policy.key_encryption(encryption), what));
    }
    if let Some((_, identity)) = as_whom {
        let kind = identity.key().public_key().kind();
        let what = format!("opened with a key of kind {kind}");
        layer
            .checks
            .push(judged(policy.decryption_key(&kind), what));
        layer.opened_by = Some(identity.certificate().clone());
    }
    if let Some(bytes) = data.tag_len
        && bytes < FULL_TAG
    {
        let why = Reason::ShortTag { bytes };
        let what = "length of the authentication tag";
        layer.checks.push(match policy.requirements().full_tag {
            true => Check::failed(Aspect::Integrity, what, why),
            false => Check::noted(Aspect::Integrity, what, why),
        });
    }
    for note in &data.notes {
        let note = Check::note(Aspect::Structure, shown(note), "RFC 5652 6");
        layer.checks.push(note);
    }
    layer
}

/// What the policy says about an algorithm that was used.
fn judged(judgement: Judgement, what: String) -> Check {
    match judgement {
        Judgement::Accepted => Check::passed(Aspect::Algorithm, what, "RFC 8551 2"),
        Judgement::Legacy(reason) | Judgement::Refused(reason) => {
            Check::failed(Aspect::Algorithm, what, reason)
        }
    }
}
