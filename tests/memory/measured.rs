//! Runs the program and looks at its memory all the time.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Whether memory can be measured here. Where it cannot, a test is skipped, loudly.
pub fn is_possible() -> bool {
    let possible = cfg!(target_os = "linux");
    if !possible {
        crate::skip::loudly("memory is measured on Linux only");
    }
    possible
}

/// Peak resident memory in KiB. Of a program that is not optimised, whose code is several times as large, without the pages
/// of the program and its libraries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Peak(u64);

impl Peak {
    pub const BOUND: Peak = Peak(if cfg!(debug_assertions) { 8 } else { 16 } << 10);

    pub fn kib(self) -> u64 {
        self.0
    }

    fn look(&mut self, process: u32) {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else {
            return;
        };
        let field = |name: &str| -> u64 {
            let value = status.lines().find_map(|line| line.strip_prefix(name));
            let number = value.and_then(|value| value.split_whitespace().next());
            number.map_or(0, |number| number.parse().unwrap())
        };
        let peak = field("VmHWM:");
        let seen = match cfg!(debug_assertions) {
            true => {
                let own = field("RssAnon:") + field("RssShmem:");
                own.max(peak.saturating_sub(field("RssFile:")))
            }
            false => peak,
        };
        self.0 = self.0.max(seen);
    }
}

impl fmt::Display for Peak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} KiB", self.0)
    }
}

/// The program with its arguments.
pub struct Program(Command);

impl Program {
    /// In this folder; the arguments are separated by spaces.
    pub fn new(folder: &Path, arguments: &str) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smime"));
        command
            .args(arguments.split_whitespace())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Program(command)
    }

    /// Runs it from this input to this output. It has to end with this status.
    pub fn run(
        mut self,
        mut input: impl Read + Send,
        mut output: impl Write + Send,
        status: i32,
    ) -> Peak {
        let mut child = self.0.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let mut peak = Peak::default();
        std::thread::scope(|scope| {
            // Whoever fails early does not read to the end.
            scope.spawn(move || drop(io::copy(&mut input, &mut stdin)));
            let taken = scope.spawn(move || {
                io::copy(&mut stdout, &mut output).unwrap();
                output
            });
            let said = scope.spawn(move || io::read_to_string(&mut stderr).unwrap());
            let ended = loop {
                peak.look(child.id());
                if let Some(ended) = child.try_wait().unwrap() {
                    break ended;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            let said = said.join().unwrap();
            assert_eq!(ended.code(), Some(status), "{:?}: {said}", self.0);
            taken.join().unwrap().flush().unwrap();
        });
        assert!(peak > Peak::default(), "nothing was measured");
        peak
    }
}
