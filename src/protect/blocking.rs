//! The blocking driver: answers every question on this thread.

use super::config::Config;
use super::error::ProtectError;
use super::machine::Machine;
use crate::Error;
use crate::engine::{answer_blocking, only_async};

/// The function that awaits.
const TWIN: &str = "protect_async";

/// Pushes `input`, or finishes when there is none, answering whatever is asked on the way.
pub(super) fn drive(
    config: &Config,
    machine: &mut Machine,
    mut input: Option<&[u8]>,
    out: &mut Vec<u8>,
) -> Result<(), ProtectError> {
    while let Some(questions) = machine.advance(&mut input, out)? {
        for (id, question) in questions {
            let answer = answer_blocking(&question, config.resolver.as_ref(), TWIN)?;
            machine.answer(id, answer)?;
        }
    }
    Ok(())
}

/// Refuses what only the asynchronous driver can do, before anything is read.
pub(super) fn check(config: &Config) -> Result<(), Error> {
    match config.signers.iter().any(|signer| signer.key().is_async()) {
        true => Err(only_async("a signing key", TWIN)),
        false => Ok(()),
    }
}
