//! The mutants as `cargo mutants --list --json` tells them, and `names.py` names them, in the order that was drawn.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Result;

/// One change to the source.
pub struct Mutant {
    /// Its place in the order, from 1: what switches it on.
    pub number: usize,
    /// File, change, and which of several equal ones: `key` in the list.
    pub name: String,
    pub file: String,
    pub genre: String,
    /// Line and column where the replaced text begins and where it ends, both from 1, columns in characters.
    pub start: (usize, usize),
    pub end: (usize, usize),
    pub replacement: String,
    /// `-> T` of the function around it, empty when there is none.
    pub return_type: String,
}

/// All the mutants of the list that the order names, in its order.
pub fn read(list: &Path, order: &Path) -> Result<Vec<Mutant>> {
    let list: Vec<Value> = serde_json::from_slice(&fs::read(list)?)?;
    let by_key: BTreeMap<&str, &Value> = list
        .iter()
        .filter_map(|entry| Some((entry["key"].as_str()?, entry)))
        .collect();
    let order = fs::read_to_string(order)?;
    order
        .lines()
        .zip(1..)
        .map(|(name, number)| {
            let entry = by_key.get(name).ok_or(format!("not in the list: {name}"))?;
            one(number, name, entry).ok_or(format!("cannot read the entry of {name}").into())
        })
        .collect()
}

fn one(number: usize, name: &str, entry: &Value) -> Option<Mutant> {
    let place = |which: &str| {
        let place = &entry["span"][which];
        Some((index(&place["line"])?, index(&place["column"])?))
    };
    Some(Mutant {
        number,
        name: name.to_owned(),
        file: entry["file"].as_str()?.to_owned(),
        genre: entry["genre"].as_str()?.to_owned(),
        start: place("start")?,
        end: place("end")?,
        replacement: entry["replacement"].as_str()?.to_owned(),
        return_type: entry["function"]["return_type"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
    })
}

fn index(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}
