//! `smime send`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use smime::submit::{Delivery, Outcome, Submitter};
use smime::{Certificate, Protected};

use crate::args::{SendCommand, ServerArgs};
use crate::input;
use crate::output::Output;
use crate::password::PasswordSource;
use crate::protection::{self, Prepared};
use crate::{failure, files, outbox, report};

pub fn run(command: &SendCommand) -> Result<ExitCode> {
    let Prepared {
        protector,
        warnings,
    } = protection::prepare(&command.protection)?;
    let submitter = submitter(&command.server)?;
    let message = input::read(&command.files.input)?;
    let protected = protector.protect(&message)?;
    if protected
        .copies()
        .iter()
        .all(|copy| copy.envelope().is_none())
    {
        bail!(
            "nothing was sent: the message has no From or Sender address, or no recipient in To, Cc or Bcc; \
             a bare MIME entity cannot be sent, only protected with `smime protect`"
        );
    }
    // Made before anything is sent: a disk that is full is found out in time.
    let kept = command
        .files
        .output
        .as_deref()
        .map(|path| keep(path, &protected))
        .transpose()?;
    let sent = match &command.outbox {
        Some(folder) => outbox::send(folder, &protected, &submitter)?,
        None => of_delivery(&submitter.send_blocking(&protected)?),
    };
    let kept = kept.into_iter().flatten();
    let lost: Vec<_> = kept.filter_map(|copy| copy.commit().err()).collect();

    tell(command.files.json, &protected, &warnings, &sent);
    for error in lost {
        report::to_stderr(format_args!(
            "warning: the message was {}, but not kept: {error}",
            if command.outbox.is_some() {
                "stored"
            } else {
                "sent"
            }
        ));
    }
    Ok(ExitCode::from(sent.exit))
}

/// What became of a message.
pub struct Sent {
    pub value: Value,
    pub words: String,
    pub exit: u8,
}

fn of_delivery(delivery: &Delivery) -> Sent {
    Sent {
        value: json!({ "delivery": report::delivered(delivery) }),
        words: delivery.to_string(),
        exit: exit_status(delivery.iter().map(|(_, outcome)| outcome)),
    }
}

fn tell(as_json: bool, protected: &Protected, warnings: &[String], sent: &Sent) {
    let report = protected.report();
    if as_json {
        let mut value = json!({ "protected": report::protected(report, warnings) });
        if let (Some(all), Value::Object(sent)) = (value.as_object_mut(), &sent.value) {
            all.extend(sent.clone());
        }
        report::to_stderr(format_args!("{value}"));
    } else {
        report::to_stderr(format_args!("{}", report::in_words(report, warnings)));
        report::to_stderr(format_args!("{}", sent.words));
    }
}

pub fn exit_status<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> u8 {
    let (mut all, mut any) = (true, false);
    for outcome in outcomes {
        all &= outcome.is_accepted();
        // Unknown may have been delivered, so it is not "nothing was sent".
        any |= outcome.is_accepted() || matches!(outcome, Outcome::Unknown(_));
    }
    match (all, any) {
        (true, _) => 0,
        (false, true) => failure::PARTLY_SENT,
        (false, false) => failure::FAILED,
    }
}

pub fn submitter(server: &ServerArgs) -> Result<Submitter> {
    let (host, port) = &server.server;
    let mut submitter = match server.starttls {
        true => Submitter::starttls(host)?,
        false => Submitter::relay(host)?,
    };
    if let Some(port) = port {
        submitter = submitter.port(*port);
    }
    if let Some(path) = &server.ca {
        let bytes = files::read(path)?;
        // Names the file in the error, which the TLS side cannot.
        Certificate::all_from_bytes(&bytes).map_err(|error| error.in_file(path))?;
        submitter = submitter
            .root_certificates(&bytes)
            .map_err(|error| anyhow!("{}: {error}", path.display()))?;
    }
    let password = match (&server.smtp_password_file, &server.smtp_password_env) {
        (Some(path), _) => Some(PasswordSource::File(path.clone())),
        (None, Some(name)) => Some(PasswordSource::Variable(name.clone())),
        (None, None) => None,
    };
    if let (Some(user), Some(password)) = (&server.user, password) {
        submitter = submitter.credentials(user, password.read()?.as_str());
    }
    Ok(submitter)
}

/// The first copy as this file, the further ones beside it. What is no file, such as stdout, takes one message.
fn keep(path: &Path, protected: &Protected) -> Result<Vec<Output>> {
    let mut kept = Vec::new();
    for (number, copy) in (1..).zip(protected.copies()) {
        let path = numbered(path, number);
        let mut output = Output::create(&path)?;
        output
            .write_all(copy.bytes())
            .and_then(|()| output.flush())
            .map_err(|error| anyhow!("{}: {error}", path.display()))?;
        let is_file = matches!(output, Output::File { .. });
        kept.push(output);
        if !is_file {
            break;
        }
    }
    Ok(kept)
}

/// `sent.eml`, `sent.2.eml`, `sent.3.eml`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let (Some(stem), 2..) = (path.file_stem(), number) else {
        return path.to_owned();
    };
    let mut name = stem.to_owned();
    name.push(format!(".{number}"));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_copies_are_numbered_before_the_extension() {
        for (path, number, expected) in [
            ("sent.eml", 1, "sent.eml"),
            ("a.b/sent.old.eml", 3, "a.b/sent.old.3.eml"),
            ("a.b/sent", 3, "a.b/sent.3"),
            (".sent", 2, ".sent.2"),
        ] {
            assert_eq!(numbered(Path::new(path), number), Path::new(expected));
        }
    }
}
