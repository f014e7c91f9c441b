//! The asynchronous driver: awaits every answer. It needs no particular runtime.

use std::sync::Arc;

use super::config::Config;
use super::content::Opened;
use super::machine::{Machine, Root};
use crate::Error;
use crate::engine::{Step, answer_all};

/// Runs a machine over `input`. Blocking resolvers and keys are called inline.
pub(super) async fn drive(config: &Arc<Config>, root: Root, input: &[u8]) -> Result<Opened, Error> {
    let mut machine = Machine::new(config, root);
    machine.push(input)?;
    while let Step::Ask(questions) = machine.finish()? {
        for (id, answer) in answer_all(&questions, config.resolver.as_ref()).await {
            machine.answer(id, answer)?;
        }
    }
    machine.into_opened()
}
