//! KEY-06 and others: what the source itself must and must not hold.

use std::fs;
use std::path::Path;

/// Files that are compiled for tests only.
const TESTS: [&str; 3] = ["/tests", "/testing.rs", "/load/tools.rs"];

/// Every file below src, without its tests.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                walk(&path, found);
            } else if name.ends_with(".rs") && !TESTS.iter().any(|test| name.contains(test)) {
                let text = fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                found.push((name, text.to_owned()));
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    assert!(found.len() > 100);
    found
}

fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with("//"))
}

#[test]
fn key_06_neither_unsafe_code_nor_panics_nor_exceptions_to_that() {
    let lib = include_str!("../../src/lib.rs");
    assert!(lib.contains("#![forbid(unsafe_code)]"));
    let start = lib.find("deny(\n").unwrap();
    let denied = &lib[start..start + lib[start..].find(")\n").unwrap()];
    for lint in [
        "unwrap_used",
        "expect_used",
        "panic",
        "indexing_slicing",
        "string_slice",
        "as_conversions",
        "todo",
        "unimplemented",
        "unreachable",
    ] {
        assert!(
            denied.contains(&format!("clippy::{lint}")),
            "{lint}: {denied}"
        );
    }
    for (name, text) in sources() {
        for line in code(&text) {
            let switched_off = ["#[allow", "#![allow", "#[expect", "#![expect", "unsafe "];
            let found = switched_off.iter().find(|word| line.starts_with(**word));
            assert_eq!(found, None, "{name}: {line}");
        }
    }
}

/// Neither a process is started with arguments from a message, nor is the environment or the clock asked by the library.
#[test]
fn smtp_01_no_process_is_started() {
    for (name, text) in sources() {
        if name.contains("/src/bin/") {
            continue;
        }
        for line in code(&text) {
            for word in ["std::process", "Command::new", "env::var", "sendmail"] {
                assert!(!line.contains(word), "{name}: {line}");
            }
        }
    }
}

/// Nothing that switches a check off has a harmless name.
#[test]
fn smtp_06_what_switches_checks_off_is_called_danger() {
    let faces = [
        "/submit",
        "/open",
        "/protect",
        "/policy",
        "/store",
        "/cert/load",
        "/online",
        "/compose",
    ];
    for (name, text) in sources() {
        if !faces.iter().any(|face| name.contains(face)) {
            continue;
        }
        for line in code(&text)
            .filter(|line| line.starts_with("pub fn ") || line.starts_with("pub async fn "))
        {
            let function = line
                .split("fn ")
                .nth(1)
                .unwrap()
                .split(['(', '<'])
                .next()
                .unwrap();
            let suspicious = [
                "insecure",
                "invalid_cert",
                "no_verif",
                "unchecked",
                "without_mac",
                "plaintext",
                "in_clear",
                "unencrypted",
                "ignore_",
            ];
            let is_suspicious = suspicious.iter().any(|word| function.contains(word));
            assert!(
                !is_suspicious || function.starts_with("danger_"),
                "{name}: {function}"
            );
        }
    }
}
