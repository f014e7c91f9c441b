//! Answering questions with the caller's resolver and keys: on this thread, or awaiting.
//!
//! Every driver answers through here, outgoing and incoming.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::{Answer, Question, QuestionId};
use crate::Error;
use crate::resolver::{AsyncCertificateResolver, CertificateResolver};

/// The caller's resolver, of either kind.
#[derive(Clone)]
pub(crate) enum Resolver {
    Blocking(Arc<dyn CertificateResolver>),
    Async(Arc<dyn AsyncCertificateResolver>),
}

impl Question {
    /// Answers by calling the resolver, or the key of the request, on this thread.
    ///
    /// A key that can only be used asynchronously gives [`Answer::Failed`].
    pub fn answer(&self, resolver: Option<&dyn CertificateResolver>) -> Answer {
        match self {
            Question::SigningIdentity(from) => found(
                resolver.map_or(Ok(None), |r| r.signing_identity(from)),
                Answer::SigningIdentity,
            ),
            Question::EncryptionCertificates(to) => found(
                resolver.map_or(Ok(Vec::new()), |r| r.encryption_certificates(to)),
                Answer::EncryptionCertificates,
            ),
            Question::DecryptionIdentities(recipients) => found(
                resolver.map_or(Ok(Vec::new()), |r| r.decryption_identities(recipients)),
                Answer::DecryptionIdentities,
            ),
            Question::SignerCertificates(signer) => found(
                resolver.map_or(Ok(Vec::new()), |r| r.signer_certificates(signer)),
                Answer::SignerCertificates,
            ),
            Question::Sign(request) => found(request.complete(), Answer::Signature),
            Question::Unwrap { key, request } => found(key.unwrap(request), Answer::Secret),
        }
    }

    /// Answers, awaiting an async resolver or key. Blocking ones are called inline.
    async fn answer_async(&self, resolver: Option<&Resolver>) -> Answer {
        let asked = match (self, resolver) {
            (Question::Sign(request), _) => {
                return found(request.complete_async().await, Answer::Signature);
            }
            (Question::Unwrap { key, request }, _) => {
                return found(key.unwrap_async(request).await, Answer::Secret);
            }
            (_, Some(Resolver::Async(asked))) => asked,
            (_, Some(Resolver::Blocking(asked))) => return self.answer(Some(asked.as_ref())),
            (_, None) => return self.answer(None),
        };
        match self {
            Question::SigningIdentity(from) => {
                found(asked.signing_identity(from).await, Answer::SigningIdentity)
            }
            Question::EncryptionCertificates(to) => found(
                asked.encryption_certificates(to).await,
                Answer::EncryptionCertificates,
            ),
            Question::DecryptionIdentities(recipients) => found(
                asked.decryption_identities(recipients).await,
                Answer::DecryptionIdentities,
            ),
            Question::SignerCertificates(signer) => found(
                asked.signer_certificates(signer).await,
                Answer::SignerCertificates,
            ),
            Question::Sign(_) | Question::Unwrap { .. } => self.answer(None),
        }
    }
}

fn found<T>(result: Result<T, Error>, answer: impl FnOnce(T) -> Answer) -> Answer {
    match result {
        Ok(found) => answer(found),
        Err(error) => Answer::Failed(error),
    }
}

/// Answers for a blocking driver. `twin` names the function that awaits, for the error when something is
/// asynchronous.
pub(crate) fn answer_blocking(
    question: &Question,
    resolver: Option<&Resolver>,
    twin: &str,
) -> Result<Answer, Error> {
    let asked: Option<&dyn CertificateResolver> = match (resolver, question) {
        (None, _) | (_, Question::Sign(_) | Question::Unwrap { .. }) => None,
        (Some(Resolver::Blocking(resolver)), _) => Some(resolver.as_ref()),
        (Some(Resolver::Async(_)), _) => return Err(only_async("the resolver", twin)),
    };
    match question.answer(asked) {
        Answer::SigningIdentity(Some(found)) if found.key().is_async() => {
            Err(only_async("the key of the signing identity", twin))
        }
        Answer::DecryptionIdentities(found) if found.iter().any(|f| f.key().is_async()) => {
            Err(only_async("the key of a decryption identity", twin))
        }
        answer => Ok(answer),
    }
}

/// The misuse of a blocking function with something asynchronous.
pub(crate) fn only_async(what: &str, twin: &str) -> Error {
    Error::misuse(format!(
        "{what} is asynchronous; use {twin}, or give a blocking one"
    ))
}

/// Awaits the answers to all of them at once, so that slow look-ups and keys run side by side.
pub(crate) async fn answer_all(
    questions: &[(QuestionId, Question)],
    resolver: Option<&Resolver>,
) -> Vec<(QuestionId, Answer)> {
    let mut running: Vec<_> = questions
        .iter()
        .map(
            |(_, question)| -> Pin<Box<dyn Future<Output = Answer> + Send>> {
                Box::pin(question.answer_async(resolver))
            },
        )
        .collect();
    let mut answers: Vec<Option<Answer>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        for (future, answer) in running.iter_mut().zip(&mut answers) {
            if answer.is_none()
                && let Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *answer = Some(ready);
            }
        }
        match answers.iter().all(Option::is_some) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
    let ids = questions.iter().map(|(id, _)| *id);
    ids.zip(answers)
        .filter_map(|(id, answer)| answer.map(|answer| (id, answer)))
        .collect()
}
