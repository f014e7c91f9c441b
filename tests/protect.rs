//! Protecting a message: what goes in, what comes out, what is refused. No other tool is needed here.

#[path = "support/ca.rs"]
mod ca;
#[path = "support/mime.rs"]
mod mime;
#[path = "support/people.rs"]
mod people;
#[path = "support/random.rs"]
mod random;
#[path = "support/structure.rs"]
mod structure;

#[path = "protect/attributes.rs"]
mod attributes;
#[path = "protect/bcc.rs"]
mod bcc;
#[path = "protect/closed.rs"]
mod closed;
#[cfg(feature = "mail-builder")]
#[path = "protect/composed.rs"]
mod composed;
#[path = "protect/compress.rs"]
mod compress;
#[path = "protect/debug.rs"]
mod debug;
#[path = "protect/der.rs"]
mod der_form;
#[path = "protect/headers.rs"]
mod headers;
#[path = "protect/keys.rs"]
mod keys;
#[path = "protect/large.rs"]
mod large;
#[path = "protect/misuse.rs"]
mod misuse;
#[path = "protect/modern.rs"]
mod modern;
#[path = "protect/oneself.rs"]
mod oneself;
#[path = "protect/refusals.rs"]
mod refusals;
#[path = "protect/report.rs"]
mod report;
#[path = "protect/resolvers.rs"]
mod resolvers;
#[path = "protect/revoked.rs"]
mod revoked;
#[path = "protect/senders.rs"]
mod senders;
#[path = "protect/seven_bit.rs"]
mod seven_bit;
#[path = "protect/splits.rs"]
mod splits;
#[path = "protect/statuses.rs"]
mod statuses;
#[path = "protect/streaming.rs"]
mod streaming;
#[path = "protect/times.rs"]
mod times;
#[path = "protect/trust.rs"]
mod trust;
#[path = "protect/unknown.rs"]
mod unknown;

use smime::protect::{Machine, ProtectError, Refused};

/// Whether a reason is the one expected.
type Expected = fn(&smime::check::Reason) -> bool;

/// Everything that was refused; anything else is a failure of the test.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, ProtectError>) -> Refused {
    match result {
        Err(ProtectError::Refused(refused)) => refused,
        other => panic!("not refused: {other:?}"),
    }
}

/// The error that is not about addresses and certificates.
#[track_caller]
fn failed<T: std::fmt::Debug>(result: Result<T, ProtectError>) -> smime::Error {
    match result {
        Err(ProtectError::Failed(error)) => error,
        other => panic!("not failed: {other:?}"),
    }
}

/// What a machine wrote before it refused: must be nothing.
#[track_caller]
fn nothing_written(mut machine: Machine, message: &[u8]) -> ProtectError {
    let mut out = Vec::new();
    let result = machine
        .push(message, &mut out)
        .and_then(|_| machine.finish(&mut out));
    let error = result.expect_err("the machine went on");
    assert!(out.is_empty(), "{} bytes were written", out.len());
    error
}
