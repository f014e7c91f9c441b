//! Markdown: tables, and the sections of docs/PERFORMANCE.md between their markers.

use std::fmt;
use std::fs;
use std::path::Path;

use crate::Failure;

/// A table in the making.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[String]) -> Table {
        Table {
            head: head.to_vec(),
            rows: Vec::new(),
        }
    }

    pub fn add(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Shows the row on standard error as well: all of the table takes minutes.
    pub fn show(&mut self, cells: Vec<String>) {
        eprintln!("{}", line(&cells));
        self.add(cells);
    }
}

/// In Markdown.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", line(&self.head))?;
        writeln!(f, "|{}", "---|".repeat(self.head.len()))?;
        self.rows
            .iter()
            .try_for_each(|row| writeln!(f, "{}", line(row)))
    }
}

fn line(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// Replaces what stands between `<!-- compare: NAME -->` and `<!-- /compare: NAME -->`.
pub fn replace(document: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let old = fs::read_to_string(document)?;
    let missing = || format!("{} has no markers for {name}", document.display());
    let begin = format!("<!-- compare: {name} -->\n");
    let end = format!("<!-- /compare: {name} -->");
    let (before, rest) = old.split_once(&begin).ok_or_else(missing)?;
    let (_, after) = rest.split_once(&end).ok_or_else(missing)?;
    fs::write(
        document,
        format!("{before}{begin}\n{}\n\n{end}{after}", text.trim()),
    )?;
    Ok(())
}

/// `640 B`, `1 KiB`, `100 MiB`, `5 GB`.
pub fn size_name(size: u64) -> String {
    const DECIMAL: u64 = 1_000_000_000;
    match size {
        _ if size.is_multiple_of(DECIMAL) => format!("{} GB", size / DECIMAL),
        _ if size >= 1 << 30 && size.is_multiple_of(1 << 30) => format!("{} GiB", size >> 30),
        _ if size >= 1 << 20 => format!("{} MiB", size >> 20),
        _ if size >= 1 << 10 => format!("{} KiB", size >> 10),
        _ => format!("{size} B"),
    }
}

/// Three digits and a unit.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 1e-3 => (s * 1e6, "µs"),
        s if s < 1.0 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let decimals = match value {
        v if v < 10.0 => 2,
        v if v < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}
