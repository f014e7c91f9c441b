//! Sends a signed and encrypted mail.
//!
//! Without arguments: everything from a small CA to the delivered mail and what its recipients see, on this
//! machine alone, with the `openssl` commands that read the result.
//!
//! ```text
//! cargo run --release --example send
//! ```
//!
//! With arguments: a mail program for one mail. `--help` lists what it wants to know.
//!
//! ```text
//! cargo run --release --example send -- --server smtp.example.org --user alice --password-file password.txt \
//!     --from "Alice <alice@example.org>" --to bob@example.net --subject Hello --body "Hello Bob" \
//!     --identity alice.p12 --identity-password-env ALICE_P12 --certs certificates/
//! ```
#![forbid(unsafe_code)]

#[path = "../tests/support/ca.rs"]
mod ca;
#[path = "send/compose.rs"]
mod compose;
#[path = "send/demo.rs"]
mod demo;
#[path = "send/form.rs"]
mod form;
#[path = "send/openssl.rs"]
mod openssl;
#[path = "send/people.rs"]
mod people;
#[path = "send/reading.rs"]
mod reading;
#[path = "send/seen.rs"]
mod seen;
#[path = "send/sender.rs"]
mod sender;
#[path = "send/server.rs"]
mod server;
#[allow(dead_code)] // The tests of submission use the rest of it.
#[path = "../tests/support/smtp.rs"]
mod smtp;
#[path = "send/world.rs"]
mod world;

use std::process::ExitCode;

/// Errors of the example: the library's own texts say what to do.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let result = match std::env::args_os().len() {
        0 | 1 => demo::run().map(|()| ExitCode::SUCCESS),
        _ => sender::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}
