//! The asynchronous driver: awaits every answer. It needs no particular runtime.

use super::config::Config;
use super::error::ProtectError;
use super::machine::Machine;
use crate::engine::answer_all;

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
        for (id, answer) in answer_all(&questions, config.resolver.as_ref()).await {
            machine.answer(id, answer)?;
        }
    }
    Ok(())
}
