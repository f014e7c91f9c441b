//! `smime protect`.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use smime::protect::{Framing, ProtectError, ProtectWriter, Written};
use smime::{Envelope, ErrorKind, Protector};

use crate::args::ProtectCommand;
use crate::input::{self, Input};
use crate::output::{self, Output};
use crate::progress::Watched;
use crate::protection::{self, Prepared};
use crate::report;

/// Less than this is held in memory and written with definite lengths. The layers around it hold several times as
/// much before the first byte is written, and all of it stays within what a stream of any size takes.
const IN_MEMORY: usize = 256 << 10;

/// Bytes that the layers get at a time.
const STEP: usize = 64 << 10;

const BCC_ENCRYPTED: &str = "the message has Bcc recipients, and encrypted it is several messages, one per \
    Bcc recipient; `smime send` makes and sends them, or take Bcc out of the message";

pub fn run(command: &ProtectCommand) -> Result<ExitCode> {
    let Prepared {
        protector,
        warnings,
    } = protection::prepare(&command.protection)?;
    let files = &command.files;
    let input = Input::open(&files.input)?;
    let size = input.size();
    let mut input = Watched::new(input.reader(), size);
    let begin = input::begin(&mut input, IN_MEMORY)
        .map_err(|error| input::reading(&files.input, &error))?;

    let path = files.output.as_deref().unwrap_or(Path::new("-"));
    let (report, envelope) = if begin.len() == IN_MEMORY {
        let sink = Output::create(path)?;
        let written = stream(&protector, begin, input, sink, &files.input)?;
        written.sink.commit()?;
        (written.report, written.envelope)
    } else {
        let written = whole(&protector, begin)?;
        let mut sink = Output::create(path)?;
        sink.write_all(&written.sink)
            .map_err(|error| anyhow!("{}: {error}", output::output_name(path).display()))?;
        sink.commit()?;
        (written.report, written.envelope)
    };

    if files.json {
        let mut value = report::protected(&report, &warnings);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("envelope".into(), report::envelope(envelope.as_ref()));
        }
        report::to_stderr(format_args!("{value}"));
    } else {
        report::to_stderr(format_args!("{}", report::in_words(&report, &warnings)));
        if let Some(line) = envelope.as_ref().map(recipients) {
            report::to_stderr(format_args!("{line}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Bcc stands no longer in the message, so whoever sends it needs to be told.
fn recipients(envelope: &Envelope) -> String {
    let all: Vec<String> = envelope
        .recipients()
        .iter()
        .map(|mailbox| report::visible(&mailbox.address()))
        .collect();
    format!("to be sent to {}", all.join(", "))
}

/// Nothing is written before it is complete.
fn whole(protector: &Protector, message: Vec<u8>) -> Result<Written<Vec<u8>>> {
    let protector = protector.clone().framing(Framing::Definite);
    let mut writer = protector.writer(Vec::new())?;
    writer.write_all(&message).map_err(protecting)?;
    drop(message);
    finish(writer)
}

/// In constant memory, whatever the size.
fn stream(
    protector: &Protector,
    begin: Vec<u8>,
    mut input: impl Read,
    sink: Output,
    name: &Path,
) -> Result<Written<Output>> {
    let mut writer = protector.writer(sink)?;
    for piece in begin.chunks(STEP) {
        writer.write_all(piece).map_err(protecting)?;
    }
    drop(begin);
    let mut piece = vec![0; STEP];
    loop {
        let count = input
            .read(&mut piece)
            .map_err(|error| input::reading(name, &error))?;
        if count == 0 {
            return finish(writer);
        }
        writer
            .write_all(piece.get(..count).unwrap_or_default())
            .map_err(protecting)?;
    }
}

fn finish<W: Write>(writer: ProtectWriter<W>) -> Result<Written<W>> {
    writer.finish().map_err(explained)
}

/// The typed error out of the one that `std::io::Write` gives.
fn protecting(error: io::Error) -> anyhow::Error {
    match error.downcast::<ProtectError>() {
        Ok(error) => explained(error),
        Err(error) => anyhow!("output: {error}"),
    }
}

fn explained(error: ProtectError) -> anyhow::Error {
    match &error {
        ProtectError::Failed(inner) if matches!(inner.kind(), ErrorKind::SeveralCopies) => {
            anyhow!(BCC_ENCRYPTED)
        }
        _ => error.into(),
    }
}
