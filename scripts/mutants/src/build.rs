//! The switchable copy: mutants written in, those that do not compile taken out, the tests built.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::Result;
use crate::compile::{self, Complaint, Outcome};
use crate::edit::{self, Edited};
use crate::mutant::{self, Mutant};
use crate::places::{self, Placed};

/// What to build.
pub struct Order {
    /// What `cargo mutants --list --json` said, with names.
    pub list: PathBuf,
    /// Names of mutants, one on a line, in the order that was drawn.
    pub order: PathBuf,
    /// How many that compile are wanted.
    pub size: usize,
    /// The tree as it is.
    pub tree: PathBuf,
    /// The copy that is written to; it holds the whole tree already.
    pub copy: PathBuf,
    /// Where the plan and the list of binaries go.
    pub out: PathBuf,
    /// Arguments for `cargo test`.
    pub cargo: Vec<String>,
}

/// Whether the chosen mutant is this one; number 0 is no mutant. And an iterator of one type or another.
const SWITCH: &str = r#"use std::sync::OnceLock;

static CHOSEN: OnceLock<u32> = OnceLock::new();

pub(crate) fn is(number: u32) -> bool {
    let chosen = || std::env::var("MUTANT").ok().and_then(|chosen| chosen.parse().ok());
    *CHOSEN.get_or_init(|| chosen().unwrap_or(0)) == number
}

pub(crate) enum Either<A, B> {
    Left(A),
    Right(B),
}

impl<A: Iterator, B: Iterator<Item = A::Item>> Iterator for Either<A, B> {
    type Item = A::Item;

    fn next(&mut self) -> Option<A::Item> {
        match self {
            Either::Left(one) => one.next(),
            Either::Right(other) => other.next(),
        }
    }
}
"#;

/// Errors that say: this cannot be decided at run time. They speak of the switch, not of the mutant.
const OF_THE_SWITCH: [&str; 2] = ["E0015", "E0658"];

pub fn build(order: &Order) -> Result<()> {
    let all = mutant::read(&order.list, &order.order)?;
    let mut copy = Copy::new(order, &all)?;
    let check = ["check", "--lib", "--all-features"].map(str::to_owned);
    copy.compile(&check)?;
    let mut test = vec!["test".to_owned(), "--no-run".to_owned()];
    test.extend(order.cargo.iter().cloned());
    let mut built = copy.compile(&test)?;
    // Cargo finishes them in any order; they are to run in the order they were asked for.
    built.binaries.sort_by_key(|binary| {
        let is_asked = |argument: &String| argument.trim_start_matches("--") == binary.name;
        order.cargo.iter().position(is_asked)
    });

    fs::create_dir_all(&order.out)?;
    fs::write(order.out.join("plan.tsv"), copy.plan())?;
    let mut binaries = String::new();
    for binary in &built.binaries {
        writeln!(binaries, "{}\t{}", binary.name, binary.path.display())?;
    }
    fs::write(order.out.join("binaries.tsv"), binaries)?;
    Ok(())
}

struct Copy<'o> {
    order: &'o Order,
    all: &'o [Mutant],
    /// How many of `all` stand in the copy, those that are out included.
    window: usize,
    /// Why a mutant is out.
    out: BTreeMap<usize, String>,
    files: BTreeMap<String, Edited>,
}

impl<'o> Copy<'o> {
    fn new(order: &'o Order, all: &'o [Mutant]) -> Result<Copy<'o>> {
        let source = order.copy.join("src");
        fs::write(source.join("mutation.rs"), SWITCH)?;
        let root = fs::read_to_string(order.tree.join("src/lib.rs"))?;
        fs::write(source.join("lib.rs"), root + "\nmod mutation;\n")?;
        Ok(Copy {
            order,
            all,
            window: order.size,
            out: BTreeMap::new(),
            files: BTreeMap::new(),
        })
    }

    /// Until it compiles and there are enough mutants.
    fn compile(&mut self, arguments: &[String]) -> Result<Outcome> {
        loop {
            self.write()?;
            let inside = self.window.min(self.all.len()) - self.out.len();
            eprintln!(
                "mutants: {inside} in, {} out; cargo {}",
                self.out.len(),
                arguments[0]
            );
            let outcome = compile::cargo(&self.order.copy, arguments)?;
            if !outcome.is_success {
                self.take_out(&outcome.errors)?;
            } else if self.grow() {
                continue;
            } else {
                return Ok(outcome);
            }
        }
    }

    /// Takes in more mutants when too many fell out; says whether it did.
    fn grow(&mut self) -> bool {
        let before = self.window.min(self.all.len());
        let missing = self.order.size.saturating_sub(before - self.out.len());
        if missing == 0 || before == self.all.len() {
            return false;
        }
        // About one in four falls out.
        self.window = before + missing * 4 / 3 + 1;
        true
    }

    fn write(&mut self) -> Result<()> {
        let mut by_file: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
        for mutant in self.all.iter().take(self.window) {
            by_file.entry(&mutant.file).or_default().push(mutant);
        }
        for (file, mutants) in by_file {
            let source = fs::read_to_string(self.order.tree.join(file))?;
            let mut wraps = Vec::new();
            for (number, placed) in places::places(&source, &mutants)? {
                match placed {
                    Placed::Err(why) => {
                        self.out.insert(number, format!("no switch: {why}"));
                    }
                    Placed::Ok(_) if self.out.contains_key(&number) => {}
                    Placed::Ok(wrap) => wraps.push(wrap),
                }
            }
            let edited = edit::edit(&source, wraps);
            let path = self.order.copy.join(file);
            let old = fs::read_to_string(&path)?;
            // The root module of the copy has one line more.
            if old != edited.text && file != "src/lib.rs" {
                fs::write(path, &edited.text)?;
            }
            self.files.insert(file.to_owned(), edited);
        }
        Ok(())
    }

    fn take_out(&mut self, errors: &[Complaint]) -> Result<()> {
        let before = self.out.len();
        for error in errors {
            let Some(number) = self.blame(error) else {
                continue;
            };
            let is_opaque = self.all[number - 1].return_type.contains("impl ");
            let is_switch = OF_THE_SWITCH.contains(&error.code.as_str()) || is_opaque;
            let kind = if is_switch { "no switch" } else { "unviable" };
            let first = error.rendered.lines().next().unwrap_or_default();
            let why = format!("{kind}: {first}");
            self.out.entry(number).or_insert(why);
        }
        if self.out.len() == before {
            let all: String = errors.iter().map(|error| error.rendered.as_str()).collect();
            return Err(format!("errors of no mutant:\n{all}").into());
        }
        Ok(())
    }

    /// The mutant whose text the error is about, or else the closest around.
    fn blame(&self, error: &Complaint) -> Option<usize> {
        let places = || {
            error
                .places
                .iter()
                .filter_map(|(file, offset)| Some((self.files.get(file)?, *offset)))
        };
        let written = places().find(|(file, offset)| file.is_written(*offset));
        written
            .into_iter()
            .chain(places())
            .find_map(|(file, offset)| file.blame(offset))
    }

    /// Number, state, name: as far as the last mutant that is needed.
    fn plan(&self) -> String {
        let mut plan = String::new();
        let mut left = self.order.size;
        for mutant in self.all.iter().take(self.window) {
            if left == 0 {
                break;
            }
            let Mutant { number, name, .. } = mutant;
            let state = self.out.get(number).map_or("viable", String::as_str);
            left -= usize::from(state == "viable");
            plan.push_str(&format!("{number}\t{}\t{name}\n", state.replace('\t', " ")));
        }
        plan
    }
}
