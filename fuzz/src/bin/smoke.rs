//! Every target over its committed seeds, or over the files and folders that are named, without a fuzzer.
//!
//! `smoke [TARGET [FILE OR FOLDER]...]`; `smoke show FILE` writes the mail that an input of `faces` stands for.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs, process};

use smime_fuzz::targets::{ALL, faces_message};

fn main() {
    let mut arguments = env::args().skip(1);
    let wanted = arguments.next();
    if wanted.as_deref() == Some("show") {
        for file in arguments {
            let message = faces_message(&fs::read(file).expect("an input of faces"));
            std::io::stdout().write_all(&message).expect("an output");
        }
        return;
    }
    let places: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    let mut ran = false;
    for (name, target) in ALL {
        if wanted.as_deref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        ran = true;
        let begun = Instant::now();
        let mut files = Vec::new();
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("seeds")
            .join(name);
        match places.is_empty() {
            true => collect(&seeds, &mut files),
            false => places.iter().for_each(|place| collect(place, &mut files)),
        }
        if files.is_empty() {
            eprintln!("{name}: no seeds");
            process::exit(1);
        }
        target(b"");
        for file in &files {
            if env::var_os("SMOKE_NAMES").is_some() {
                eprintln!("{}", file.display());
            }
            let data = fs::read(file).expect("a seed");
            target(&data);
            // Cut short and with one bit changed, as a fuzzer begins.
            target(&data[..data.len() / 2]);
            let mut changed = data.clone();
            let middle = data.len() * 2 / 3;
            changed[middle..]
                .iter_mut()
                .take(1)
                .for_each(|byte| *byte ^= 4);
            target(&changed);
        }
        println!(
            "{name:<12} {:>5} seeds {:>6} ms",
            files.len(),
            begun.elapsed().as_millis()
        );
    }
    if !ran {
        eprintln!(
            "no such target; there are: {}",
            ALL.map(|(name, _)| name).join(", ")
        );
        process::exit(1);
    }
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(place) else {
        if place.is_file() {
            files.push(place.to_owned());
        }
        return;
    };
    let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    entries.sort();
    entries.iter().for_each(|entry| collect(entry, files));
}
