//! Runs the mutants that cargo-mutants lists without building the crate once for each.
//!
//! ```text
//! mutants build --list FILE --order FILE --size N --tree DIR --copy DIR --out DIR -- CARGO-TEST-ARGUMENTS
//! mutants run   --out DIR [--jobs N] [--again]
//! mutants table --out DIR
//! ```
//!
//! `build` writes the mutants into a copy of the tree, each behind a switch, takes out those that do not compile,
//! and builds the tests once. `run` runs the tests for each mutant, the likeliest first, until one fails. `table`
//! prints what came out. The switch is the environment variable `MUTANT`, and it is in the copy only.

mod build;
mod compile;
mod edit;
mod mutant;
mod places;
mod run;
mod suite;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// What goes wrong is told to whoever called; nothing here tells errors apart.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The arguments: `--name value` pairs, and what stands after `--`.
struct Arguments {
    named: BTreeMap<String, String>,
    rest: Vec<String>,
}

impl Arguments {
    fn read(mut given: impl Iterator<Item = String>) -> Result<Arguments> {
        let mut named = BTreeMap::new();
        while let Some(argument) = given.next() {
            if argument == "--" {
                break;
            }
            let name = argument
                .strip_prefix("--")
                .ok_or("arguments are --name value")?;
            let value = if name == "again" {
                String::new()
            } else {
                given.next().ok_or(format!("--{name} needs a value"))?
            };
            named.insert(name.to_owned(), value);
        }
        Ok(Arguments {
            named,
            rest: given.collect(),
        })
    }

    fn has(&self, name: &str) -> bool {
        self.named.contains_key(name)
    }

    fn text(&self, name: &str) -> Result<&str> {
        let value = self.named.get(name).ok_or(format!("--{name} is missing"))?;
        Ok(value)
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        Ok(PathBuf::from(self.text(name)?))
    }

    fn number(&self, name: &str) -> Result<usize> {
        Ok(self.text(name)?.parse()?)
    }
}

fn begin() -> Result<()> {
    let mut given = std::env::args().skip(1);
    let command = given.next().unwrap_or_default();
    let arguments = Arguments::read(given)?;
    match command.as_str() {
        "build" => build::build(&build::Order {
            list: arguments.path("list")?,
            order: arguments.path("order")?,
            size: arguments.number("size")?,
            tree: arguments.path("tree")?,
            copy: arguments.path("copy")?,
            out: arguments.path("out")?,
            cargo: arguments.rest,
        }),
        "run" => {
            let jobs = if arguments.has("jobs") {
                arguments.number("jobs")?
            } else {
                1
            };
            run::run(&arguments.path("out")?, jobs, arguments.has("again"))
        }
        "table" => table::print(&arguments.path("out")?),
        other => Err(format!("no such command: {other:?}; there are build, run and table").into()),
    }
}

fn main() -> ExitCode {
    match begin() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mutants: {error}");
            ExitCode::FAILURE
        }
    }
}
