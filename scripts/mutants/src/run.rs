//! Each mutant against the tests, until one fails.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::suite::{self, Stage};
use crate::table::{self, Planned};

/// A stage may take this many times what it takes without a mutant, and this many seconds more.
const PATIENCE: f64 = 3.0;
const AT_LEAST: f64 = 30.0;

/// Runs what has no result yet; with `again`, what survived.
pub fn run(out: &Path, jobs: usize, again: bool) -> Result<()> {
    let tests = suite::tests(out)?;
    let layers = suite::layers(out)?;
    let results = table::results(out)?;
    let mut left: Vec<Planned> = table::plan(out)?
        .into_iter()
        .filter(|planned| planned.state == "viable")
        .filter(|planned| match results.get(&planned.name) {
            None => true,
            Some(result) => again && result.verdict == "survived",
        })
        .collect();
    left.reverse();
    eprintln!("mutants: {} to run, {} tests", left.len(), tests.len());
    let mut stages = BTreeMap::new();
    for planned in &left {
        let module = planned.module();
        let of_module = || suite::stages(&tests, module, &layers);
        stages.entry(module.to_owned()).or_insert_with(of_module);
    }
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(out.join("results.tsv"))?;
    let left = Mutex::new((left, file));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs)
            .map(|_| scope.spawn(|| work(&left, &stages)))
            .collect();
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")??;
        }
        Ok(())
    })
}

type Shared = Mutex<(Vec<Planned>, fs::File)>;

fn work(shared: &Shared, stages: &BTreeMap<String, Vec<Stage>>) -> std::result::Result<(), String> {
    let lock = || shared.lock().map_err(|error| error.to_string());
    loop {
        let Some(planned) = lock()?.0.pop() else {
            return Ok(());
        };
        let begun = Instant::now();
        let verdict =
            judge(planned.number, &stages[planned.module()]).map_err(|error| error.to_string())?;
        let seconds = begun.elapsed().as_secs_f64();
        let line = format!(
            "{}\t{verdict}\t{seconds:.1}\t{}\n",
            planned.number, planned.name
        );
        eprint!("{line}");
        let mut locked = lock()?;
        locked
            .1
            .write_all(line.as_bytes())
            .map_err(|error| error.to_string())?;
    }
}

/// What the tests say, and which one.
fn judge(number: usize, stages: &[Stage]) -> Result<String> {
    for stage in stages {
        if let Some(verdict) = attempt(number, stage)? {
            return Ok(verdict);
        }
    }
    Ok("survived\t".to_owned())
}

/// Runs a stage; `None` when all of it passed.
fn attempt(number: usize, stage: &Stage) -> Result<Option<String>> {
    let mut child = Command::new(&stage.path)
        .args(["--test-threads=1", "--exact"])
        .args(&stage.names)
        .env("MUTANT", number.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let stdout = child.stdout.take().ok_or("no output")?;
    let (sender, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in BufReader::new(stdout)
            .split(b'\n')
            .map_while(std::io::Result::ok)
        {
            if sender
                .send(String::from_utf8_lossy(&line).into_owned())
                .is_err()
            {
                return;
            }
        }
    });
    let deadline = Instant::now() + Duration::from_secs_f64(stage.seconds * PATIENCE + AT_LEAST);
    let mut passed = 0;
    let verdict = loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) if line.starts_with("test ") && line.ends_with("FAILED") => {
                let name = line.trim_start_matches("test ");
                let name = name.split(' ').next().unwrap_or_default();
                break Some(format!("caught\t{} {name}", stage.binary));
            }
            Ok(line) => passed += usize::from(line.starts_with("test ") && line.ends_with("ok")),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                break Some(format!(
                    "timed out\t{} {}",
                    stage.binary,
                    next(stage, passed)
                ));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break None,
        }
    };
    if verdict.is_some() {
        kill(&child);
    }
    let status = child.wait()?;
    drop(lines);
    let _ended = reader.join();
    if verdict.is_none() && !status.success() {
        // No test said so: the process itself ended, by a signal.
        return Ok(Some(format!(
            "caught\t{} {} ({status})",
            stage.binary,
            next(stage, passed)
        )));
    }
    Ok(verdict)
}

/// The test that was running: they run in the order of their names.
fn next(stage: &Stage, passed: usize) -> String {
    let mut names = stage.names.clone();
    names.sort();
    names.get(passed).cloned().unwrap_or_default()
}

/// The process with all that it started.
fn kill(child: &Child) {
    let group = format!("-{}", child.id());
    let _status = Command::new("kill").args(["-KILL", "--", &group]).status();
}
