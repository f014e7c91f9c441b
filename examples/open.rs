//! Opens mail: decrypts, verifies, and says why it is to be believed or not.
//!
//! Without arguments: what the example `send` delivered, as each of its recipients. When there is nothing yet,
//! it is sent first, on this machine alone.
//!
//! ```text
//! cargo run --release --example open
//! ```
//!
//! With arguments: any mail. `--help` lists what it wants to know.
//!
//! ```text
//! cargo run --release --example open -- mail.eml --identity bob.p12 --password-env BOB_P12 --trust ca.pem
//! ```
#![forbid(unsafe_code)]

#[path = "../tests/support/ca.rs"]
mod ca;
#[path = "open/delivered.rs"]
mod delivered;
#[path = "open/form.rs"]
mod form;
#[path = "send/people.rs"]
mod people;
#[path = "send/reading.rs"]
mod reading;
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
        0 | 1 => delivered::run().map(|()| ExitCode::SUCCESS),
        _ => form::run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(2)
    })
}
