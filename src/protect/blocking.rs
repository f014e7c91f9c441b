//! The blocking driver: answers every question on this thread.

use super::config::{Config, Resolver};
use super::error::ProtectError;
use super::machine::Machine;
use crate::Error;
use crate::engine::{Answer, Question};
use crate::resolver::CertificateResolver;

/// Pushes `input`, or finishes when there is none, answering whatever is asked on the way.
pub(super) fn drive(
    config: &Config,
    machine: &mut Machine,
    mut input: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> Result<(), ProtectError> {
    while let Some(questions) = machine.advance(&mut input, out)? {
        for (id, question) in questions {
            machine.answer(id, answer(config, &question)?)?;
        }
    }
    Ok(())
}

/// Refuses what only the asynchronous driver can do, before anything is read.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    match config.signers.iter().any(|signer| signer.key().is_async()) {
        true => Err(only_async("a signing key")),
        false => Ok(()),
    }
}

fn answer(config: &Config, question: &Question) -> Result<Answer, Error> {
    let resolver: Option<&dyn CertificateResolver> = match (&config.resolver, question) {
        (Some(Resolver::Blocking(resolver)), _) => Some(resolver.as_ref()),
        (None, _) | (_, Question::Sign(_)) => None,
        (Some(Resolver::Async(_)), _) => return Err(only_async("the resolver")),
    };
    match question.answer(resolver) {
        Answer::SigningIdentity(Some(found)) if found.key().is_async() => {
            Err(only_async("the key of the signing identity"))
        }
        answer => Ok(answer),
    }
}

fn only_async(what: &str) -> Error {
    Error::misuse(format!(
        "{what} is asynchronous; use protect_async, or give a blocking one"
    ))
}
