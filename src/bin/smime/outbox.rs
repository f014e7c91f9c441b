//! `smime outbox`, and what `smime send --outbox` does.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};
use smime::Protected;
use smime::submit::outbox::{Entry, EntryReport, OutboxError, RunReport, Status};
use smime::submit::{Outbox, Submitter};

use crate::outgoing::{DecideCommand, ListCommand, OutboxCommand, RemoveCommand, SendDueCommand};
use crate::send::{self, Sent};
use crate::{failure, report, time};

/// How long `smime outbox send` waits for others.
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(command: &OutboxCommand) -> Result<ExitCode> {
    match command {
        OutboxCommand::List(command) => list(command),
        OutboxCommand::Send(command) => send_due(command),
        OutboxCommand::Decide(command) => decide(command),
        OutboxCommand::Remove(command) => remove(command),
    }
}

/// Stores a message, and sends it. Once it is stored nothing is an error any more, but a report.
pub fn send(folder: &Path, protected: &Protected, submitter: &Submitter) -> Result<Sent> {
    let id = match Outbox::add_to(folder, protected) {
        Ok(id) => id,
        Err(error @ OutboxError::MaybeStored { id, .. }) => {
            return Ok(Sent {
                value: json!({
                    "delivery": [],
                    "entry": id.to_string(),
                    "in_outbox": null,
                    "stopped": error.to_string(),
                }),
                words: error.to_string(),
                exit: failure::PARTLY_SENT,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let mut is_kept = true;
    let run = Outbox::open(folder).and_then(|outbox| {
        let run = outbox.run_only_blocking(&[id], submitter, SystemTime::now())?;
        is_kept = !matches!(outbox.entry(id), Err(OutboxError::NotFound { .. }));
        Ok(run)
    });
    // Another process may have the outbox open, and sends for as long as it likes.
    let (run, not_run) = match run {
        Ok(run) => (run, None),
        Err(error) => (RunReport::default(), Some(error)),
    };
    let stopped = not_run
        .as_ref()
        .or(run.stopped())
        .map(OutboxError::to_string);
    // Which copy that is among all, as the rest of the report counts them.
    let copies = protected.copies().iter().enumerate();
    let numbers: Vec<usize> = copies
        .filter(|(_, copy)| copy.envelope().is_some())
        .map(|(number, _)| number)
        .collect();
    let number = |copy: usize| numbers.get(copy).copied().unwrap_or(copy);
    let recipients: Vec<Value> = recipients(run.entries(), number);
    let mut words: Vec<String> = Vec::new();
    for one in run.entries().iter().flat_map(EntryReport::recipients) {
        words.push(format!("{}: {}", one.mailbox().address(), one.outcome()));
    }
    words.extend(stopped.clone());
    words.push(match (is_kept, run.entries()) {
        (true, _) => format!(
            "the message is in the outbox {} as {id}: do not send it again; `smime outbox` sends and shows it",
            folder.display()
        ),
        (false, []) => format!("{id} was sent by another process that had the outbox open"),
        (false, _) => String::new(),
    });
    words.retain(|line| !line.is_empty());
    let outcomes = run.entries().iter().flat_map(EntryReport::recipients);
    let exit = match run.entries() {
        [] => match is_kept {
            true => failure::PARTLY_SENT,
            false => 0,
        },
        // FAILED would say that a script may send it again.
        _ => send::exit_status(outcomes.map(|one| one.outcome())).min(failure::PARTLY_SENT),
    };
    Ok(Sent {
        value: json!({
            "delivery": recipients,
            "entry": id.to_string(),
            "in_outbox": is_kept,
            "stopped": stopped,
        }),
        words: words.join("\n"),
        exit,
    })
}

fn list(command: &ListCommand) -> Result<ExitCode> {
    let outbox = open(&command.folder.dir)?;
    let entries = outbox.entries()?;
    let values = entries.iter().map(as_value).collect();
    print(
        command.folder.json,
        values,
        &entries.iter().map(in_words).collect::<String>(),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn send_due(command: &SendDueCommand) -> Result<ExitCode> {
    let submitter = send::submitter(&command.server)?;
    let outbox = open_soon(&command.folder.dir)?;
    let run = outbox.run_blocking(&submitter, SystemTime::now())?;
    match command.folder.json {
        true => report::to_stderr(format_args!("{}", run_as_value(&run))),
        false if run.entries().is_empty() && run.all_accepted() => {
            report::to_stderr(format_args!("nothing is due"));
        }
        false => report::to_stderr(format_args!("{run}")),
    }
    let outcomes = run.entries().iter().flat_map(EntryReport::recipients);
    let left = run.stopped().is_some() || !run.problems().is_empty();
    let exit = match (
        send::exit_status(outcomes.map(|one| one.outcome())),
        left,
        run.entries(),
    ) {
        (0, true, []) => failure::FAILED,
        (0, true, _) => failure::PARTLY_SENT,
        (exit, _, _) => exit,
    };
    Ok(ExitCode::from(exit))
}

/// Waits for a `smime send --outbox` that has it open, which sends one message; there may be many of them.
fn open_soon(folder: &Path) -> Result<Outbox, OutboxError> {
    let begun = Instant::now();
    loop {
        match Outbox::open(folder) {
            Err(OutboxError::Locked { .. }) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            opened => return opened,
        }
    }
}

fn decide(command: &DecideCommand) -> Result<ExitCode> {
    let outbox = open(&command.folder.dir)?;
    outbox.decide(command.id, &command.recipient, command.decision.into())?;
    let entry = match outbox.entry(command.id) {
        Ok(entry) => Some(entry),
        Err(OutboxError::NotFound { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let text = match &entry {
        Some(entry) => in_words(entry),
        None => format!("removed {}\n", command.id),
    };
    let value = entry.as_ref().map_or_else(
        || json!({ "entry": command.id.to_string(), "removed": true }),
        as_value,
    );
    print(command.folder.json, vec![value], &text)?;
    Ok(ExitCode::SUCCESS)
}

fn remove(command: &RemoveCommand) -> Result<ExitCode> {
    let outbox = open(&command.folder.dir)?;
    let mut all = true;
    let (mut values, mut text) = (Vec::new(), String::new());
    for id in &command.ids {
        let removed = match command.unsent {
            true => outbox.remove(*id),
            false => outbox.acknowledge(*id),
        };
        match removed {
            Ok(()) => {
                values.push(json!({ "entry": id.to_string(), "removed": true }));
                text.push_str(&format!("removed {id}\n"));
            }
            Err(error) => {
                all = false;
                let advice = match error {
                    OutboxError::Undecided { .. } | OutboxError::Damaged(_) => {
                        "; --unsent removes it as it is"
                    }
                    _ => "",
                };
                match command.folder.json {
                    true => values.push(json!({
                        "entry": id.to_string(), "removed": false, "error": error.to_string(),
                    })),
                    false => report::to_stderr(format_args!("smime: {error}{advice}")),
                }
            }
        }
    }
    print(command.folder.json, values, &text)?;
    Ok(ExitCode::from(if all { 0 } else { failure::FAILED }))
}

/// An outbox that is there, with a warning for every file that is not as it should be.
fn open(folder: &Path) -> Result<Outbox> {
    if !folder.is_dir() {
        return Err(anyhow!("{}: there is no such folder", folder.display()));
    }
    let outbox = Outbox::open_existing(folder)?;
    for problem in outbox.problems()? {
        let folder = folder.display();
        report::to_stderr(format_args!("warning: {folder}: {problem}"));
    }
    Ok(outbox)
}

fn in_words(entry: &Entry) -> String {
    let mut text = format!("{}  {} bytes\n", entry.id(), entry.size());
    for one in entry.recipients() {
        let address = report::visible(&one.mailbox().address());
        text.push_str(&format!("  {address}: {}", one.status().name()));
        if let (Status::Waiting, 1.., Some(due)) = (one.status(), one.attempts(), one.due()) {
            text.push_str(&format!(
                ", tried {} times, again at {}",
                one.attempts(),
                time::format(due)
            ));
        }
        if !one.why().is_empty() {
            text.push_str(&format!("\n    {}", one.why()));
        }
        text.push('\n');
    }
    text
}

fn as_value(entry: &Entry) -> Value {
    let recipients: Vec<Value> = entry
        .recipients()
        .iter()
        .map(|one| {
            let due = one.due().filter(|_| one.attempts() > 0);
            json!({
                "copy": one.copy(),
                "recipient": one.mailbox().address(),
                "status": one.status().name(),
                "attempts": one.attempts(),
                "due": due.map(time::format),
                "text": one.why(),
            })
        })
        .collect();
    json!({
        "entry": entry.id().to_string(),
        "bytes": entry.size(),
        "settled": entry.is_settled(),
        "recipients": recipients,
    })
}

fn run_as_value(run: &RunReport) -> Value {
    let entry = |entry: &EntryReport| {
        json!({
            "entry": entry.id().to_string(),
            "in_outbox": !entry.is_removed(),
            "delivery": recipients(std::slice::from_ref(entry), |copy| copy),
        })
    };
    let problems = run.problems().iter();
    json!({
        "entries": run.entries().iter().map(entry).collect::<Vec<_>>(),
        "problems": problems.map(ToString::to_string).collect::<Vec<_>>(),
        "stopped": run.stopped().map(OutboxError::to_string),
    })
}

fn recipients(entries: &[EntryReport], number: impl Fn(usize) -> usize) -> Vec<Value> {
    let all = entries.iter().flat_map(EntryReport::recipients);
    all.map(|one| report::recipient_outcome(number(one.copy()), one.mailbox(), one.outcome()))
        .collect()
}

fn print(as_json: bool, values: Vec<Value>, text: &str) -> Result<()> {
    let text = match as_json {
        true => format!("{}\n", Value::Array(values)),
        false => text.to_owned(),
    };
    let written = io::stdout().lock().write_all(text.as_bytes());
    written.map_err(|error| anyhow!("output: {error}"))
}
