//! The `openssl` program as second opinion.

use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Whether there is an `openssl`. Without one a test is skipped, loudly; under `CI=true` it fails.
pub fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "no openssl program"
        );
        crate::skip::loudly("no openssl program");
    }
    there
}

/// Runs a program with this input and gives everything it said.
pub fn run(mut command: Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // Whoever fails early does not read to the end.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}
