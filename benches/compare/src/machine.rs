//! What the figures were measured with.

use std::fs;
use std::process::Command;

use crate::clock::Clock;

/// Instructions that decide how fast this work can be.
const INSTRUCTIONS: [&str; 8] = [
    "aes",
    "pclmulqdq",
    "sha_ni",
    "adx",
    "avx2",
    "vaes",
    "vpclmulqdq",
    "avx512ifma",
];

/// The machine, the compiler and the libraries, as a Markdown list.
pub fn description(clock: Clock) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = information.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let flags = field("flags").unwrap_or_default();
    let has: Vec<&str> = INSTRUCTIONS
        .into_iter()
        .filter(|name| flags.split(' ').any(|flag| flag == *name))
        .collect();
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map_or_else(
        |_| "rustc, version not known".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    let clock = match clock {
        Clock::Wall => "time that passed",
        Clock::Processor => "processor time",
    };
    format!(
        "- {processors} processors: {model} ({})\n- {compiler}, profile `release`\n- {}, built from source\n- measured: {clock}\n",
        has.join(", "),
        openssl::version::version(),
    )
}
