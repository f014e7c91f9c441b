//! The vocabulary between a machine and whoever drives it: what it asks, what it is told.
//!
//! A machine never calls a key, a resolver or a socket. It stops, asks, and goes on when every
//! question is answered; so one machine serves blocking callers, async ones and event loops.

mod answering;

pub(crate) use answering::{Resolver, answer_all, answer_blocking, only_async};

use std::collections::BTreeMap;

use crate::Error;
use crate::address::Mailbox;
use crate::cert::{Certificate, Identity, RecipientId, SignerId};
use crate::key::{PrivateKey, Secret, SignRequest, UnwrapRequest};
use crate::resolver::FoundCertificate;

/// Names one question of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QuestionId(u64);

/// What a machine wants next.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// More input, or `finish` when there is none.
    Continue,
    /// Answers to all of these, in any order; then push (an empty slice will do) or finish again.
    Ask(Vec<(QuestionId, Question)>),
    /// The same input once more from its beginning, then `finish` again: something at its end decides how its beginning
    /// is to be read. Only a machine that opens what goes by asks for it, and seldom.
    Again,
    /// Nothing: the output is complete.
    Finished,
}

/// Something a machine needs from outside.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Question {
    /// The identity that signs for this address (the OnGetSigningCertificate event).
    /// Answer with [`Answer::SigningIdentity`].
    SigningIdentity(Mailbox),
    /// The certificates to encrypt to this address (the OnGetEncryptionCertificate event).
    /// Answer with [`Answer::EncryptionCertificates`].
    EncryptionCertificates(Mailbox),
    /// The identities that can open a message for these recipients (the OnGetDecryptionKey event).
    /// Answer with [`Answer::DecryptionIdentities`].
    DecryptionIdentities(Vec<RecipientId>),
    /// The certificates a signature may be by (the OnGetSignerCertificate event). Answer with
    /// [`Answer::SignerCertificates`].
    SignerCertificates(SignerId),
    /// A signature by the key in the request. Answer with [`Answer::Signature`].
    Sign(SignRequest),
    /// The secret of a recipient, by this key. Answer with [`Answer::Secret`].
    Unwrap {
        /// The key to ask.
        key: PrivateKey,
        /// What to ask it.
        request: UnwrapRequest,
    },
}

/// What was found, made, or went wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The identity, or `None` when there is none.
    SigningIdentity(Option<Identity>),
    /// All certificates that come into question, with who vouches for them; empty when none is known.
    EncryptionCertificates(Vec<FoundCertificate>),
    /// The identities that were found, in the order in which to try them.
    DecryptionIdentities(Vec<Identity>),
    /// The certificates that were found.
    SignerCertificates(Vec<Certificate>),
    /// What [`PrivateKey::unwrap`] gave.
    Secret(Secret),
    /// The signature, in the form the CMS carries (ECDSA: DER, RFC 5753 2.1.1).
    Signature(Vec<u8>),
    /// The question could not be answered. Reported with the address or key it concerns.
    Failed(Error),
}

/// The questions of a machine and the answers that have come in.
#[derive(Default)]
pub(crate) struct Ledger {
    next: u64,
    open: BTreeMap<QuestionId, Question>,
    answers: BTreeMap<QuestionId, Answer>,
}

impl Ledger {
    /// Adds a question to those that go out together.
    pub(crate) fn ask(&mut self, question: Question) -> QuestionId {
        let id = QuestionId(self.next);
        self.next = self.next.wrapping_add(1);
        self.open.insert(id, question);
        id
    }

    /// The questions that have no answer yet, in the order they were asked.
    pub(crate) fn open(&self) -> Vec<(QuestionId, Question)> {
        self.open
            .iter()
            .map(|(id, question)| (*id, question.clone()))
            .collect()
    }

    /// Takes an answer in; one that fits no open question is a misuse.
    pub(crate) fn answer(&mut self, id: QuestionId, answer: Answer) -> Result<(), Error> {
        let fits = match (self.open.get(&id), &answer) {
            (None, _) => {
                return Err(Error::misuse(
                    "this question was not asked, or is answered already",
                ));
            }
            (Some(_), Answer::Failed(_)) => true,
            (Some(Question::SigningIdentity(_)), Answer::SigningIdentity(_)) => true,
            (Some(Question::EncryptionCertificates(_)), Answer::EncryptionCertificates(_)) => true,
            (Some(Question::DecryptionIdentities(_)), Answer::DecryptionIdentities(_)) => true,
            (Some(Question::SignerCertificates(_)), Answer::SignerCertificates(_)) => true,
            (Some(Question::Sign(_)), Answer::Signature(_)) => true,
            (Some(Question::Unwrap { .. }), Answer::Secret(_)) => true,
            (Some(_), _) => false,
        };
        if !fits {
            return Err(Error::misuse(
                "the answer is not of the kind the question asks for",
            ));
        }
        self.open.remove(&id);
        self.answers.insert(id, answer);
        Ok(())
    }

    /// Whether there are answers that nobody has taken.
    pub(crate) fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Drops the answers that nobody has taken: whoever asked is gone.
    pub(crate) fn drop_answers(&mut self) {
        self.answers.clear();
    }

    /// Takes the answer to a question out.
    pub(crate) fn take(&mut self, id: QuestionId) -> Option<Answer> {
        self.answers.remove(&id)
    }
}
