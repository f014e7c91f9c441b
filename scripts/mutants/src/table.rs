//! Plan, results, and the table made of both.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Result;

/// A mutant of the plan.
pub struct Planned {
    pub number: usize,
    /// `viable`, or why not.
    pub state: String,
    pub name: String,
}

/// What came of a mutant.
pub struct Outcome {
    pub verdict: String,
    /// The test that caught it.
    pub by: String,
}

impl Planned {
    /// The part of the crate it is in: where its own unit tests are.
    pub fn module(&self) -> &'static str {
        let file = self.name.split(':').next().unwrap_or_default();
        let path = file.trim_start_matches("src/").trim_end_matches(".rs");
        MODULES
            .into_iter()
            .find(|module| {
                let module = module.replace("::", "/");
                path == module || path.starts_with(&format!("{module}/"))
            })
            .unwrap_or("elsewhere")
    }
}

const MODULES: [&str; 6] = ["asn1", "cert::path", "resolver", "cms", "open", "submit"];

pub fn plan(out: &Path) -> Result<Vec<Planned>> {
    fs::read_to_string(out.join("plan.tsv"))?
        .lines()
        .map(|line| {
            let mut fields = line.splitn(3, '\t');
            let mut field = || fields.next().ok_or("plan.tsv");
            Ok(Planned {
                number: field()?.parse()?,
                state: field()?.to_owned(),
                name: field()?.to_owned(),
            })
        })
        .collect()
}

/// By name; the last result of a mutant counts. Its number is another one after each build.
pub fn results(out: &Path) -> Result<BTreeMap<String, Outcome>> {
    let path = out.join("results.tsv");
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    fs::read_to_string(path)?
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.splitn(5, '\t').collect();
            let [_, verdict, by, _, name] = fields[..] else {
                return Err("results.tsv".into());
            };
            let [verdict, by] = [verdict, by].map(str::to_owned);
            Ok((name.to_owned(), Outcome { verdict, by }))
        })
        .collect()
}

const COLUMNS: [&str; 5] = ["caught", "timed out", "survived", "unviable", "no switch"];

pub fn print(out: &Path) -> Result<()> {
    let results = results(out)?;
    let mut counts: BTreeMap<&str, [usize; COLUMNS.len()]> = BTreeMap::new();
    let mut survivors = Vec::new();
    let mut switchless = Vec::new();
    let mut missing = 0;
    for planned in plan(out)? {
        let verdict = match planned.state.split(':').next().unwrap_or_default() {
            "viable" => results
                .get(&planned.name)
                .map(|result| result.verdict.as_str()),
            state => Some(state),
        };
        let column = COLUMNS.iter().position(|column| Some(*column) == verdict);
        let Some(column) = column else {
            missing += 1;
            continue;
        };
        for row in [planned.module(), "all"] {
            counts.entry(row).or_default()[column] += 1;
        }
        match COLUMNS[column] {
            "survived" => survivors.push(planned.name),
            "no switch" => switchless.push(format!("{} ({})", planned.name, planned.state)),
            _ => {}
        }
    }
    println!("| module | mutants | unviable | no switch | caught | timed out | survived |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    let row = |name: &str| {
        let [caught, timed_out, survived, unviable, no_switch] =
            counts.get(name).copied().unwrap_or_default();
        let all = caught + timed_out + survived + unviable + no_switch;
        println!(
            "| {name} | {all} | {unviable} | {no_switch} | {caught} | {timed_out} | {survived} |"
        );
    };
    MODULES.into_iter().chain(["all"]).for_each(row);
    let [caught, timed_out, survived, ..] = counts.get("all").copied().unwrap_or_default();
    let run = caught + timed_out + survived;
    println!(
        "\n{} of {run} caught; without a result: {missing}",
        caught + timed_out
    );
    if !survivors.is_empty() {
        println!("\nsurvived:\n{}", survivors.join("\n"));
    }
    if !switchless.is_empty() {
        println!("\ncannot stand behind a switch:\n{}", switchless.join("\n"));
    }
    let slow: Vec<_> = results
        .values()
        .filter(|result| result.verdict == "timed out")
        .collect();
    if !slow.is_empty() {
        println!("\ntimed out in:");
        slow.iter().for_each(|result| println!("{}", result.by));
    }
    Ok(())
}
