//! A test that is skipped has to be seen in the log of a run that passes.

use std::fmt::Display;
use std::io::Write;

/// Says that this test, or a part of it, is skipped. Not with `eprintln`: what a test that passes says there, the harness
/// keeps to itself.
pub fn loudly(why: impl Display) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "skipped: {test}: {why}");
}
