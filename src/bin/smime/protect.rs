//! `smime protect`.

use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use smime::protect::{Framing, ProtectError, ProtectWriter, Written};
use smime::{Envelope, ErrorKind, Protector};

use crate::args::ProtectCommand;
use crate::output::{self, Output};
use crate::protection::{self, Prepared};
use crate::report;

/// Up to here a message is held in memory and written with definite lengths.
const IN_MEMORY: u64 = 16 << 20;

const BCC_ENCRYPTED: &str = "the message has Bcc recipients, and encrypted it is several messages, one per \
    Bcc recipient; `smime send` makes and sends them, or take Bcc out of the message";

pub fn run(command: &ProtectCommand) -> Result<ExitCode> {
    let Prepared {
        protector,
        warnings,
    } = protection::prepare(&command.protection)?;
    let files = &command.files;
    let (mut input, size) = output::open_input(&files.input)?;
    let mut begin = Vec::new();
    let named = |error: io::Error| reading(&files.input, &error);
    input
        .by_ref()
        .take(IN_MEMORY)
        .read_to_end(&mut begin)
        .map_err(named)?;
    let is_large = u64::try_from(begin.len())? == IN_MEMORY;

    let path = files.output.as_deref().unwrap_or(Path::new("-"));
    let (report, envelope) = if is_large {
        let input = Watched::new(io::Cursor::new(begin).chain(input), size);
        let sink = Output::create(path)?;
        let Written {
            sink,
            report,
            envelope,
            ..
        } = stream(&protector, input, sink, &files.input)?;
        sink.commit()?;
        (report, envelope)
    } else {
        let mut writer = protector.framing(Framing::Definite).writer(Vec::new())?;
        writer.write_all(&begin).map_err(protecting)?;
        let Written {
            sink: message,
            report,
            envelope,
            ..
        } = finish(writer)?;
        let mut sink = Output::create(path)?;
        sink.write_all(&message)
            .map_err(|error| anyhow!("{}: {error}", output::output_name(path).display()))?;
        sink.commit()?;
        (report, envelope)
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

/// In constant memory, whatever the size.
fn stream(
    protector: &Protector,
    mut input: impl Read,
    sink: Output,
    name: &Path,
) -> Result<Written<Output>> {
    let mut writer = protector.writer(sink)?;
    let mut piece = vec![0; 64 << 10];
    loop {
        let count = input
            .read(&mut piece)
            .map_err(|error| reading(name, &error))?;
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

fn reading(path: &Path, error: &io::Error) -> anyhow::Error {
    match output::is_standard(path) {
        true => anyhow!("stdin: {error}"),
        false => anyhow!("{}: {error}", path.display()),
    }
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

/// A large input, with a bar where somebody looks at it.
struct Watched<R> {
    input: R,
    bar: ProgressBar,
}

impl<R> Watched<R> {
    fn new(input: R, size: Option<u64>) -> Self {
        let bar = match size {
            _ if !io::stderr().is_terminal() => ProgressBar::hidden(),
            Some(size) => ProgressBar::new(size),
            None => ProgressBar::no_length(),
        };
        let template = "{bytes:>12} {wide_bar} {total_bytes} {eta}";
        if let (Some(_), Ok(style)) = (size, ProgressStyle::with_template(template)) {
            bar.set_style(style);
        }
        Watched { input, bar }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.bar.inc(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

impl<R> Drop for Watched<R> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
