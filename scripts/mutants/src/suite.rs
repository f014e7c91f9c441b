//! The tests there are, and how long each takes without a mutant.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;

/// One test of one binary.
#[derive(Clone)]
pub struct Test {
    pub binary: String,
    pub path: PathBuf,
    pub name: String,
    pub seconds: f64,
}

/// Tests of one binary that run in one process.
pub struct Stage {
    pub binary: String,
    pub path: PathBuf,
    pub names: Vec<String>,
    pub seconds: f64,
}

/// A test that takes longer than this, in seconds, runs when all others have passed.
const SLOW: f64 = 2.0;

/// Every test that passes without a mutant. The first call measures, later ones read what it wrote.
pub fn tests(out: &Path) -> Result<Vec<Test>> {
    let measured = out.join("times.tsv");
    if !measured.exists() {
        let mut times = String::new();
        for line in fs::read_to_string(out.join("binaries.tsv"))?.lines() {
            let (binary, path) = line.split_once('\t').ok_or("binaries.tsv")?;
            measure(binary, path, &mut times)?;
        }
        fs::write(&measured, times)?;
    }
    fs::read_to_string(&measured)?
        .lines()
        .map(|line| {
            let mut fields = line.split('\t');
            let mut field = || fields.next().ok_or("times.tsv");
            Ok(Test {
                binary: field()?.to_owned(),
                path: PathBuf::from(field()?),
                name: field()?.to_owned(),
                seconds: field()?.parse()?,
            })
        })
        .collect()
}

fn measure(binary: &str, path: &str, times: &mut String) -> Result<()> {
    eprintln!("mutants: measuring {binary}");
    let output = Command::new(path)
        .args(["-Zunstable-options", "--report-time", "--test-threads=1"])
        // The option is not stable; this is the way to have it nevertheless.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("MUTANT", "0")
        .output()?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let test = line.strip_prefix("test ");
        let Some((name, result)) = test.and_then(|test| test.rsplit_once(" ... ")) else {
            continue;
        };
        let name = name.trim_end_matches(" - should panic");
        if let Some(seconds) = result.strip_prefix("ok <") {
            let seconds = seconds.trim_end_matches("s>");
            writeln!(times, "{binary}\t{path}\t{name}\t{seconds}")?;
        } else if !result.starts_with("ignored") {
            eprintln!("mutants: without a mutant: {binary}: {line}");
        }
    }
    Ok(())
}

/// The modules at the root of the crate, from bottom to top: a module uses only modules before it.
pub fn layers(out: &Path) -> Result<Vec<String>> {
    let root = fs::read_to_string(out.join("tree/src/lib.rs"))?;
    let names = root.lines().filter_map(|line| {
        let declared = line.trim_start_matches("pub ").strip_prefix("mod ")?;
        declared.strip_suffix(';').map(str::to_owned)
    });
    Ok(names.collect())
}

/// The order for a mutant of this module: its own unit tests, those of the modules that may use it, each integration
/// test, and last what is slow. Unit tests of the modules beneath it cannot reach it.
pub fn stages(tests: &[Test], module: &str, layers: &[String]) -> Vec<Stage> {
    let layer_of = |name: &str| {
        let root = name.split("::").next().unwrap_or_default();
        layers.iter().position(|layer| layer == root)
    };
    let own_layer = layer_of(module);
    // The tests of a part may stand with the tests of the whole.
    let (root, part) = module.split_once("::").unwrap_or((module, ""));
    let (own, among) = (format!("{module}::"), format!("{root}::tests::{part}::"));
    let mut ranked: Vec<((bool, usize, usize), &Test)> = Vec::new();
    let mut binaries: Vec<&str> = Vec::new();
    for test in tests {
        let known = binaries.iter().position(|binary| *binary == test.binary);
        let binary = known.unwrap_or(binaries.len());
        if known.is_none() {
            binaries.push(&test.binary);
        }
        let is_own = test.name.starts_with(&own) || test.name.starts_with(&among);
        let distance = match layer_of(&test.name) {
            _ if test.binary != "lib" || is_own => 0,
            layer if layer < own_layer => continue,
            layer => layer.unwrap_or_default() + 1,
        };
        ranked.push(((test.seconds > SLOW, binary, distance), test));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut stages: Vec<Stage> = Vec::new();
    let mut last = None;
    for (rank, test) in ranked {
        if last != Some(rank) {
            last = Some(rank);
            stages.push(Stage {
                binary: test.binary.clone(),
                path: test.path.clone(),
                names: Vec::new(),
                seconds: 0.0,
            });
        }
        if let Some(stage) = stages.last_mut() {
            stage.names.push(test.name.clone());
            stage.seconds += test.seconds;
        }
    }
    stages
}
