//! This crate and OpenSSL in one process, on the same messages.
//!
//! Both take the same S/MIME text and give the same; each must understand what the other makes before anything
//! is timed. They run in turn, and the ratio is the median of those of neighbours, so that what else
//! the machine does strikes both.

mod arguments;
mod bio;
mod clock;
mod criterion;
mod document;
mod ladder;
mod machine;
mod measure;
mod memory;
mod message;
mod ours;
mod people;
mod plot;
mod rows;
mod side;
mod theirs;
mod work;

use std::fmt::Display;

use arguments::Arguments;
use plot::Legend;

/// Whatever goes wrong: this program stops and says so.
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = words.split_first()
        && first == memory::CHILD
    {
        return memory::run_child(rest);
    }
    match Arguments::parse(words)? {
        Some(arguments) => compare(&arguments),
        None => {
            print!("{}", arguments::HELP);
            Ok(())
        }
    }
}

fn compare(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(folder) = &arguments.criterion {
        let [ladder, growth] = criterion::tables(folder)?;
        return publish(arguments, &[("ladder", &ladder), ("growth", &growth)]);
    }
    if let Some(file) = &arguments.server {
        let output = std::fs::read_to_string(file)?;
        return publish(arguments, &[("server", &output)]);
    }
    let ratios = rows::table(arguments)?;
    if arguments.only.is_some() {
        print!("{ratios}");
        return Ok(());
    }
    let (throughput, throughput_panels) = ladder::table(arguments)?;
    let (memory, memory_panels) = memory::table(arguments)?;
    let machine = machine::description(arguments.clock);
    let sections: [(&str, &dyn Display); 4] = [
        ("machine", &machine),
        ("ratios", &ratios),
        ("throughput", &throughput),
        ("memory", &memory),
    ];
    publish(arguments, &sections)?;
    let Some(folder) = &arguments.write else {
        return Ok(());
    };
    let title = "Throughput in memory, RSA-2048";
    let path = folder.join("throughput.svg");
    plot::draw(
        &path,
        title,
        "MiB/s",
        Legend::LowerRight,
        &throughput_panels,
    )?;
    let title = "Peak resident memory, file to file, RSA-2048";
    let path = folder.join("memory.svg");
    plot::draw(&path, title, "MiB", Legend::UpperLeft, &memory_panels)
}

/// Prints the sections, and puts them into the document if that is asked for.
fn publish(arguments: &Arguments, sections: &[(&str, &dyn Display)]) -> Result<(), Failure> {
    for (name, text) in sections {
        println!("{text}");
        if let Some(folder) = &arguments.write {
            document::replace(&folder.join("PERFORMANCE.md"), name, &text.to_string())?;
        }
    }
    Ok(())
}
