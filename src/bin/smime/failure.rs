//! What is said, and with which exit status, when something fails.

use std::process::ExitCode;

use anyhow::Error;
use serde_json::{Value, json};
use smime::protect::{ProtectError, Refused};

use crate::{advice, report};

/// Some recipient was not accepted.
pub const PARTLY_SENT: u8 = 1;
/// What was opened is not trusted.
pub const NOT_TRUSTED: u8 = 1;
/// Nothing was protected, sent or opened.
pub const FAILED: u8 = 2;
/// EX_USAGE of sysexits.
pub const WRONG_USAGE: u8 = 64;

/// Tells what failed on stderr.
pub fn tell(error: &Error, as_json: bool) -> ExitCode {
    match as_json {
        true => report::to_stderr(format_args!("{}", as_value(error))),
        false => {
            let refused = error
                .downcast_ref::<ProtectError>()
                .and_then(ProtectError::refused);
            let advice = refused.map(advice::on_refused).unwrap_or_default();
            report::to_stderr(format_args!("smime: {error}{advice}"));
        }
    }
    ExitCode::from(FAILED)
}

fn as_value(error: &Error) -> Value {
    let refused = match error.downcast_ref::<ProtectError>() {
        Some(ProtectError::Refused(refused)) => problems(refused),
        _ => json!([]),
    };
    json!({ "error": error.to_string(), "problems": refused })
}

fn problems(refused: &Refused) -> Value {
    let one = |problem: &smime::protect::Problem| {
        let reason = |reason: &smime::check::Reason| json!({ "text": reason.to_string(), "reference": reason.reference() });
        json!({
            "role": problem.role().to_string(),
            "address": problem.address().map(|address| address.address()),
            "certificate": problem.certificate(),
            "reasons": problem.reasons().iter().map(reason).collect::<Vec<_>>(),
        })
    };
    refused.problems().iter().map(one).collect()
}
