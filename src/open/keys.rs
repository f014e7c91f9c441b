//! The way to one content key: who can open it, which keys are asked, in which order.
//!
//! The policy is asked first and sees public bytes only. Every failure with a key is one error.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use super::config::Config;
use super::costs::Costs;
use super::recipients::{self, Ways};
use super::trouble::{Trouble, taken};
use crate::cert::{Identity, RecipientId};
use crate::cms::read::EnvelopedData;
use crate::cms::read::recipient::Attempt;
use crate::crypto::ReceivedKeyEncryption;
use crate::engine::{Answer, Ledger, Question, QuestionId};
use crate::policy::Judgement;
use crate::{Error, ErrorKind};

/// A search that goes on when its question is answered.
#[derive(Default)]
pub(super) enum KeySearch {
    #[default]
    Start,
    /// The resolver was asked for identities.
    Identities(QuestionId),
    /// A private key was asked.
    Unwrapping(Box<Unwrapping>),
}

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

/// How a content key was found.
#[derive(Clone)]
pub(super) struct Opening {
    pub content_key: Zeroizing<Vec<u8>>,
    pub key_encryption: ReceivedKeyEncryption,
    pub as_whom: Option<(RecipientId, Identity)>,
}

/// Where a search stands.
pub(super) enum Progress {
    Waiting(KeySearch),
    Found(Opening),
}

/// What a search works with.
pub(super) struct Searching<'s> {
    pub config: &'s Config,
    pub ledger: &'s mut Ledger,
    pub costs: &'s mut Costs,
    /// Takes the identities that a resolver found: their issuers may be those of signers as well.
    pub introduced: &'s mut Vec<Identity>,
}

impl KeySearch {
    /// Goes as far as the answers allow.
    pub(super) fn go_on(
        self,
        data: &EnvelopedData<'_>,
        with: Searching<'_>,
    ) -> Result<Progress, Trouble> {
        let step = Step { data, with };
        match self {
            KeySearch::Start => step.start(),
            KeySearch::Identities(id) => {
                let found = match taken(step.with.ledger, id)? {
                    Answer::DecryptionIdentities(found) => found,
                    _ => Vec::new(),
                };
                step.with.introduced.extend(found.iter().cloned());
                match recipients::matching(data, &found).is_empty() {
                    true => Err(recipients::nobody(data, step.with.config).into()),
                    false => step.try_identities(&found, true),
                }
            }
            KeySearch::Unwrapping(unwrapping) => {
                let answer = step.with.ledger.take(unwrapping.id);
                step.unwrapped(answer, *unwrapping)
            }
        }
    }
}

/// One step of a search.
struct Step<'s, 'd> {
    data: &'s EnvelopedData<'d>,
    with: Searching<'s>,
}

impl Step<'_, '_> {
    fn start(mut self) -> Result<Progress, Trouble> {
        let config = self.with.config;
        if let Judgement::Refused(reason) = config.policy.cipher(self.data.cipher) {
            return Err(recipients::refusal(&reason).into());
        }
        if !recipients::matching(self.data, &config.identities).is_empty() {
            return self.try_identities(&config.identities, false);
        }
        if let Some(found) = self.without_certificate()? {
            return Ok(found);
        }
        let ids = recipients::ids(self.data);
        if ids.is_empty() {
            return Err(recipients::nobody(self.data, config).into());
        }
        let question = Question::DecryptionIdentities(ids);
        let id = self.with.costs.ask(self.with.ledger, question)?;
        Ok(Progress::Waiting(KeySearch::Identities(id)))
    }

    fn try_identities(
        self,
        identities: &[Identity],
        tried_without_certificate: bool,
    ) -> Result<Progress, Trouble> {
        let policy = self.with.config.policy.as_ref();
        let Ways { attempts, refused } = recipients::ways(self.data, identities, policy);
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
    fn next(
        mut self,
        mut attempts: VecDeque<Attempt>,
        failures: Failures,
    ) -> Result<Progress, Trouble> {
        let Some(attempt) = attempts.pop_front() else {
            let found = match failures.tried_without_certificate {
                true => None,
                false => self.without_certificate()?,
            };
            return found.ok_or_else(|| failures.into_error().into());
        };
        let question = Question::Unwrap {
            key: attempt.identity.key().clone(),
            request: attempt.request.clone(),
        };
        let id = self.with.costs.ask(self.with.ledger, question)?;
        Ok(Progress::Waiting(KeySearch::Unwrapping(Box::new(
            Unwrapping {
                id,
                attempt,
                others: attempts,
                failures,
            },
        ))))
    }

    fn unwrapped(self, answer: Option<Answer>, asked: Unwrapping) -> Result<Progress, Trouble> {
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
            Some(content_key) => Ok(Progress::Found(Opening {
                content_key,
                key_encryption: attempt.encryption,
                as_whom: Some((attempt.recipient, attempt.identity)),
            })),
            // What a v1.5 operation gives is final: a second try would be an oracle.
            None if attempt.is_final() => Err(uniform().into()),
            None => {
                failures.failed = true;
                self.next(others, failures)
            }
        }
    }

    fn without_certificate(&mut self) -> Result<Option<Progress>, Trouble> {
        let budget = &mut self.with.costs.iterations;
        let found = recipients::without_certificate(self.data, self.with.config, budget)?;
        Ok(found.map(|(key_encryption, content_key)| {
            Progress::Found(Opening {
                content_key,
                key_encryption,
                as_whom: None,
            })
        }))
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
