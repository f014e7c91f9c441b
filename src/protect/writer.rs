//! `std::io::Write` over the machine.

use std::io::{self, Write};

use super::blocking;
use super::config::Config;
use super::error::ProtectError;
use super::layers::STEP;
use super::machine::Machine;
use super::report::ProtectReport;
use crate::Error;
use crate::compose::Envelope;

/// Protects what is written to it and passes it on. Made by [`super::Protector::writer`].
///
/// The message is complete only after [`ProtectWriter::finish`]; one that is dropped before leaves a
/// truncated message in the sink. Errors are `io::Error` with the typed one inside; after one, also of
/// the sink, the writer is spent.
pub struct ProtectWriter<W> {
    config: Config,
    machine: Machine,
    sink: W,
    out: Vec<u8>,
}

/// What is left when a [`ProtectWriter`] has finished.
#[derive(Debug)]
#[non_exhaustive]
pub struct Written<W> {
    /// The sink, flushed.
    pub sink: W,
    /// What was chosen for whom, and why.
    pub report: ProtectReport,
    /// Whom the message goes to; `None` for a bare MIME entity.
    pub envelope: Option<Envelope>,
}

impl<W: Write> ProtectWriter<W> {
    pub(super) fn new(config: Config, machine: Machine, sink: W) -> Self {
        ProtectWriter {
            config,
            machine,
            sink,
            out: Vec::new(),
        }
    }

    /// Ends the message: signs, writes the rest, flushes the sink and gives it back.
    pub fn finish(mut self) -> Result<Written<W>, ProtectError> {
        blocking::drive(&self.config, &mut self.machine, None, &mut self.out)?;
        self.pass_on()
            .and_then(|()| self.sink.flush())
            .map_err(writing)?;
        let envelope = self.machine.envelope().cloned();
        Ok(Written {
            sink: self.sink,
            report: self.machine.into_report(),
            envelope,
        })
    }

    /// The machine has taken the input, whatever the sink says: a caller that repeats a write would
    /// have its text twice in the message. So a failing sink ends the message.
    fn pass_on(&mut self) -> io::Result<()> {
        let passed = self.sink.write_all(&self.out);
        self.out.clear();
        if passed.is_err() {
            self.machine.spend();
        }
        passed
    }
}

impl<W: Write> Write for ProtectWriter<W> {
    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        // However much is written at once, no more than a step of it is under way.
        for step in input.chunks(STEP) {
            blocking::drive(&self.config, &mut self.machine, Some(step), &mut self.out)?;
            self.pass_on()?;
        }
        Ok(input.len())
    }

    /// Flushes the sink. What the layers still hold comes with [`ProtectWriter::finish`].
    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

fn writing(source: io::Error) -> Error {
    Error::io("writing the protected message", source)
}
