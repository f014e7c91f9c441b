//! The command line.

use std::path::PathBuf;

use crate::Failure;
use crate::clock::Clock;

/// What is said with `--help`.
pub const HELP: &str = "\
Compares this crate with OpenSSL, in one process, on the same messages.

    cargo run --release -- [options]

--size SIZE      size of the large messages, and of the largest in the plots, such as 10MiB (100MiB)
--quick          few rounds, and 4 MiB where no --size is given: a smoke test
--huge           peak memory for a message of 5 GB as well (needs 20 GB of disk, and memory for OpenSSL)
--cpu-time       counts processor time instead of the time that passes: for a machine that does other work
--only TEXT      only rows of the ratio table whose name contains TEXT, and nothing else
--folder DIR     where the files of the file-to-file rows go (the system's folder for temporary files)
--criterion DIR  only the tables of the benches ladder and growth, from the folder of criterion
--server FILE    only the output of the bench server, from this file
--write DIR      puts the tables into DIR/PERFORMANCE.md between their markers, and draws the plots into DIR
";

/// Size of the large messages where none is given, and of a smoke test.
const LARGE: u64 = 100 << 20;
const QUICK: u64 = 4 << 20;

/// The options of the main program.
pub struct Arguments {
    pub size: u64,
    pub quick: bool,
    pub huge: bool,
    pub clock: Clock,
    pub only: Option<String>,
    pub folder: PathBuf,
    pub criterion: Option<PathBuf>,
    pub server: Option<PathBuf>,
    pub write: Option<PathBuf>,
}

impl Arguments {
    /// Reads the options; `None` when help was asked for.
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Option<Arguments>, Failure> {
        let mut arguments = Arguments {
            size: LARGE,
            quick: false,
            huge: false,
            clock: Clock::Wall,
            only: None,
            folder: std::env::temp_dir(),
            criterion: None,
            server: None,
            write: None,
        };
        let mut given = None;
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--size" => given = Some(size(&value()?)?),
                "--quick" => arguments.quick = true,
                "--huge" => arguments.huge = true,
                "--cpu-time" => arguments.clock = Clock::Processor,
                "--only" => arguments.only = Some(value()?),
                "--folder" => arguments.folder = value()?.into(),
                "--criterion" => arguments.criterion = Some(value()?.into()),
                "--server" => arguments.server = Some(value()?.into()),
                "--write" => arguments.write = Some(value()?.into()),
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("unknown option {word}\n\n{HELP}").into()),
            }
        }
        let usual = if arguments.quick { QUICK } else { LARGE };
        arguments.size = given.unwrap_or(usual);
        Ok(Some(arguments))
    }

    /// Whether this row is asked for.
    pub fn wants(&self, row: &str) -> bool {
        self.only.as_deref().is_none_or(|only| row.contains(only))
    }
}

/// A number with an optional unit: `KiB`, `MiB`, `GiB` or `GB`.
fn size(text: &str) -> Result<u64, Failure> {
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let unit: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "GB" => 1_000_000_000,
        _ => return Err(format!("not a size: {text}").into()),
    };
    Ok(number
        .parse::<u64>()?
        .checked_mul(unit)
        .ok_or("too large")?)
}
