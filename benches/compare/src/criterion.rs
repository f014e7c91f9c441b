//! The tables of the benches `ladder` and `growth`, from what criterion left in its folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Failure;
use crate::document::{Table, duration, size_name};

/// One measured function of one group.
struct Estimate {
    group: String,
    function: String,
    /// Bytes, or how many of what grows.
    amount: u64,
    /// Median, in seconds.
    seconds: f64,
}

const LADDER: [&str; 6] = [
    "sign",
    "encrypt",
    "sign and encrypt",
    "verify",
    "decrypt",
    "decrypt and verify",
];
const GROWTH: [&str; 6] = [
    "recipients, RSA-2048",
    "recipients, P-256",
    "parts",
    "depth",
    "header",
    "line",
];

/// The tables of both benches.
pub fn tables(folder: &Path) -> Result<[Table; 2], Failure> {
    let mut estimates = Vec::new();
    collect(folder, &mut estimates)?;
    Ok([ladder(&estimates), growth(&estimates)])
}

/// One row per function, one column per size.
fn ladder(estimates: &[Estimate]) -> Table {
    let of_ladder = |estimate: &&Estimate| LADDER.contains(&estimate.group.as_str());
    let mut sizes: Vec<u64> = estimates
        .iter()
        .filter(of_ladder)
        .map(|estimate| estimate.amount)
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    let mut head = vec!["work".to_owned(), "keys, cipher, face".to_owned()];
    head.extend(sizes.iter().map(|&size| size_name(size)));
    let mut table = Table::new(&head);
    for group in LADDER {
        let mut functions: BTreeMap<&str, BTreeMap<u64, f64>> = BTreeMap::new();
        for found in estimates.iter().filter(|found| found.group == group) {
            let function = functions.entry(&found.function).or_default();
            function.insert(found.amount, found.seconds);
        }
        for (function, times) in functions {
            let mut row = vec![group.to_owned(), function.to_owned()];
            row.extend(sizes.iter().map(|size| {
                times.get(size).map_or(String::new(), |&seconds| {
                    let mebibytes = *size as f64 / f64::from(1 << 20);
                    format!("{}, {:.0} MiB/s", duration(seconds), mebibytes / seconds)
                })
            }));
            table.add(row);
        }
    }
    table
}

/// One row per step, with the time for each of what grows.
fn growth(estimates: &[Estimate]) -> Table {
    let head = ["grows in", "to", "make", "each", "open", "each"];
    let mut table = Table::new(&head.map(str::to_owned));
    for group in GROWTH {
        let mut steps: BTreeMap<u64, BTreeMap<&str, f64>> = BTreeMap::new();
        for found in estimates.iter().filter(|found| found.group == group) {
            let step = steps.entry(found.amount).or_default();
            step.insert(&found.function, found.seconds);
        }
        for (amount, times) in steps {
            let mut row = vec![group.to_owned(), amount.to_string()];
            for function in ["make", "open"] {
                match times.get(function) {
                    Some(&seconds) => {
                        row.extend([duration(seconds), duration(seconds / amount as f64)]);
                    }
                    None => row.extend([String::new(), String::new()]),
                }
            }
            table.add(row);
        }
    }
    table
}

/// Everything below this folder.
fn collect(folder: &Path, estimates: &mut Vec<Estimate>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            continue;
        }
        match path.file_name() {
            Some(name) if name == "new" => {
                let benchmark = fs::read_to_string(path.join("benchmark.json"))?;
                let results = fs::read_to_string(path.join("estimates.json"))?;
                estimates.extend(estimate(&benchmark, &results));
            }
            _ => collect(&path, estimates)?,
        }
    }
    Ok(())
}

/// What has no function or throughput belongs to another bench.
fn estimate(benchmark: &str, results: &str) -> Option<Estimate> {
    let amount = after(benchmark, "\"throughput\":{\"")?.split_once(':')?.1;
    let median = after(after(results, "\"median\":")?, "\"point_estimate\":")?;
    Some(Estimate {
        group: string(benchmark, "group_id")?,
        function: string(benchmark, "function_id")?,
        amount: number(amount)?.parse().ok()?,
        seconds: number(median)?.parse::<f64>().ok()? / 1e9,
    })
}

/// Names in our benches hold no quotation marks.
fn string(json: &str, name: &str) -> Option<String> {
    let value = after(json, &format!("\"{name}\":\""))?;
    Some(value.split_once('"')?.0.to_owned())
}

fn after<'j>(json: &'j str, what: &str) -> Option<&'j str> {
    Some(json.split_once(what)?.1)
}

fn number(json: &str) -> Option<&str> {
    json.split([',', '}']).next()
}
