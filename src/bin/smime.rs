//! `smime`: sign, encrypt, send, open and inspect mail from the command line.
//!
//! The library seen through a door that scripts know: it uses the public face only.
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable
    )
)]

#[path = "smime/advice.rs"]
mod advice;
#[path = "smime/args.rs"]
mod args;
#[path = "smime/choices.rs"]
mod choices;
#[path = "smime/failure.rs"]
mod failure;
#[path = "smime/fetch.rs"]
mod fetch;
#[path = "smime/files.rs"]
mod files;
#[path = "smime/input.rs"]
mod input;
#[path = "smime/inspect.rs"]
mod inspect;
#[path = "smime/kind.rs"]
mod kind;
#[path = "smime/open.rs"]
mod open;
#[path = "smime/outbox.rs"]
mod outbox;
#[path = "smime/outgoing.rs"]
mod outgoing;
#[path = "smime/output.rs"]
mod output;
#[path = "smime/password.rs"]
mod password;
#[path = "smime/progress.rs"]
mod progress;
#[path = "smime/protect.rs"]
mod protect;
#[path = "smime/protection.rs"]
mod protection;
#[path = "smime/receiving.rs"]
mod receiving;
#[path = "smime/report.rs"]
mod report;
#[path = "smime/send.rs"]
mod send;
#[path = "smime/store.rs"]
mod store;
#[path = "smime/storing.rs"]
mod storing;
#[path = "smime/time.rs"]
mod time;
#[path = "smime/trust.rs"]
mod trust;

use std::process::ExitCode;

use args::Command;

fn main() -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(error) => {
            // Nobody is left to tell when the terminal is gone.
            let _ = error.print();
            let wrong = error.use_stderr();
            return ExitCode::from(if wrong { failure::WRONG_USAGE } else { 0 });
        }
    };
    let (result, json) = match command {
        Command::Protect(command) => (protect::run(&command), command.files.json),
        Command::Send(command) => (send::run(&command), command.files.json),
        Command::Open(command) => (open::run(&command), command.json),
        Command::Inspect(command) => (inspect::run(&command), command.json),
        Command::Store(command) => (store::run(&command), command.json()),
        Command::Outbox(command) => (outbox::run(&command), command.json()),
    };
    result.unwrap_or_else(|error| failure::tell(&error, json))
}
