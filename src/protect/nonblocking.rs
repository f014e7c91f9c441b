//! The asynchronous driver: awaits every answer. It needs no particular runtime.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use super::config::{Config, Resolver};
use super::error::ProtectError;
use super::machine::Machine;
use crate::engine::{Answer, Question};

/// Pushes `input`, or finishes when there is none, answering whatever is asked on the way.
///
/// Blocking resolvers and keys are called inline.
pub(super) async fn drive(
    config: &Config,
    machine: &mut Machine,
    mut input: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> Result<(), ProtectError> {
    while let Some(questions) = machine.advance(&mut input, out)? {
        let answers = questions
            .iter()
            .map(|(_, question)| answer(config, question));
        for ((id, _), answer) in questions.iter().zip(all(answers).await) {
            machine.answer(*id, answer)?;
        }
    }
    Ok(())
}

async fn answer(config: &Config, question: &Question) -> Answer {
    match (question, &config.resolver) {
        (Question::Sign(request), _) => match request.complete_async().await {
            Ok(signature) => Answer::Signature(signature),
            Err(error) => Answer::Failed(error),
        },
        (Question::SigningIdentity(from), Some(Resolver::Async(resolver))) => {
            match resolver.signing_identity(from).await {
                Ok(identity) => Answer::SigningIdentity(identity),
                Err(error) => Answer::Failed(error),
            }
        }
        (Question::EncryptionCertificates(to), Some(Resolver::Async(resolver))) => {
            match resolver.encryption_certificates(to).await {
                Ok(found) => Answer::EncryptionCertificates(found),
                Err(error) => Answer::Failed(error),
            }
        }
        (_, Some(Resolver::Blocking(resolver))) => question.answer(Some(resolver.as_ref())),
        (_, None) => question.answer(None),
    }
}

/// Awaits all of them at once, so that slow look-ups and keys run side by side.
async fn all<F: Future<Output = Answer> + Send>(futures: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut running: Vec<Pin<Box<F>>> = futures.map(Box::pin).collect();
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
    answers.into_iter().flatten().collect()
}
