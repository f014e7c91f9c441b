//! The blocking driver: answers every question on this thread.

use std::sync::Arc;

use super::config::Config;
use super::content::Opened;
use super::machine::{Machine, Root};
use crate::Error;
use crate::engine::{Step, answer_blocking};

/// Runs a machine over `input`. `twin` names the function that awaits, for the error when something is
/// asynchronous.
pub(super) fn drive(
    config: &Arc<Config>,
    root: Root,
    input: &[u8],
    twin: &str,
) -> Result<Opened, Error> {
    config.check_blocking(twin)?;
    let mut machine = Machine::new(config, root);
    machine.push(input)?;
    while let Step::Ask(questions) = machine.finish()? {
        for (id, question) in questions {
            let answer = answer_blocking(&question, config.resolver.as_ref(), twin)?;
            machine.answer(id, answer)?;
        }
    }
    machine.into_opened()
}
