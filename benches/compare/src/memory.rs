//! Peak resident memory, each piece of work in a process of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Failure;
use crate::arguments::Arguments;
use crate::document::{Table, size_name};
use crate::ours::Ours;
use crate::people::{Pem, People};
use crate::plot::Panel;
use crate::side::{Files, Sides};
use crate::theirs::Theirs;
use crate::work::{Cipher, Digest, Keys, Work};

/// The first argument of a child process.
pub const CHILD: &str = "child";

const SIZES: [u64; 4] = [1 << 20, 4 << 20, 10 << 20, 100 << 20];
const HUGE: u64 = 5_000_000_000;

const WORKS: [Work; 10] = [
    Work::Sign(Digest::Sha256),
    Work::Encrypt(Cipher::Cbc),
    Work::Encrypt(Cipher::Gcm),
    Work::SignEncrypt(Cipher::Cbc),
    Work::SignEncrypt(Cipher::Gcm),
    Work::Verify,
    Work::Decrypt(Cipher::Cbc),
    Work::Decrypt(Cipher::Gcm),
    Work::DecryptVerify(Cipher::Cbc),
    Work::DecryptVerify(Cipher::Gcm),
];

/// What is drawn.
const DRAWN: [Work; 4] = [
    Work::Sign(Digest::Sha256),
    Work::Encrypt(Cipher::Cbc),
    Work::Verify,
    Work::Decrypt(Cipher::Cbc),
];

/// The table of peaks from file to file, and the panels of the plot.
pub fn table(arguments: &Arguments) -> Result<(Table, Vec<Panel>), Failure> {
    let sizes = SIZES.into_iter().filter(|&size| size <= arguments.size);
    let mut sizes: Vec<u64> = sizes.collect();
    if arguments.huge {
        sizes.push(HUGE);
    }
    let mut head = vec!["file to file".to_owned()];
    head.extend(sizes.iter().map(|&size| size_name(size)));
    let mut table = Table::new(&head);

    let sides = Sides::new(Keys::Rsa2048)?;
    let mut peaks = vec![Vec::new(); WORKS.len()];
    for &size in &sizes {
        let files = Files::new(&arguments.folder, size)?;
        sides.pem.save(files.folder())?;
        for (work, peaks) in WORKS.into_iter().zip(&mut peaks) {
            let input = files.input(&sides, work)?;
            let ours = child("ours", work, &files, &input)
                .map_err(|failure| format!("{} of {}: {failure}", work.word(), size_name(size)))?;
            // A message can be too large for OpenSSL.
            peaks.push((ours, child("openssl", work, &files, &input).ok()));
            if input != files.path("mail") {
                fs::remove_file(input)?;
            }
        }
    }
    let mut panels = Vec::new();
    for (work, peaks) in WORKS.into_iter().zip(peaks) {
        let mut row = vec![work.to_string()];
        row.extend(peaks.iter().map(|&(ours, theirs)| {
            let theirs = theirs.map_or("fails".to_owned(), mebibytes);
            format!("{} / {theirs}", mebibytes(ours))
        }));
        table.show(row);
        if DRAWN.contains(&work) {
            let points = sizes.iter().zip(&peaks);
            panels.push(Panel {
                title: work.to_string(),
                ours: points.clone().map(|(&size, peak)| (size, peak.0)).collect(),
                theirs: points
                    .filter_map(|(&size, peak)| Some((size, peak.1?)))
                    .collect(),
            });
        }
    }
    Ok((table, panels))
}

/// Runs this program again for one piece of work; its peak in MiB.
fn child(side: &str, work: Work, files: &Files, input: &Path) -> Result<f64, Failure> {
    let output = files.path(side);
    let done = Command::new(std::env::current_exe()?)
        .args([CHILD, side, work.word()])
        .args([files.folder(), input, &output])
        .output()?;
    let _ = fs::remove_file(&output);
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    let kibibytes: f64 = String::from_utf8(done.stdout)?.trim().parse()?;
    Ok(kibibytes / 1024.0)
}

/// The child: works from file to file and prints its own peak in KiB.
pub fn run_child(words: &[String]) -> Result<(), Failure> {
    let [side, work, folder, input, output] = words else {
        return Err("a child is started by the program itself".into());
    };
    let work = Work::of_word(work).ok_or("unknown work")?;
    let pem = Pem::load(folder.as_ref())?;
    let (input, output) = (input.as_ref(), output.as_ref());
    match side.as_str() {
        "ours" => Ours::new(&pem)?.file(work, input, output)?,
        _ => Theirs::new(People::from_pem(&pem)?)?.file(work, input, output)?,
    }
    println!("{}", peak()?);
    Ok(())
}

/// Peak resident memory of this process in KiB: the high-water mark that Linux keeps.
fn peak() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no VmHWM on this system")?.parse()?)
}

fn mebibytes(value: f64) -> String {
    let decimals = if value < 100.0 { 1 } else { 0 };
    format!("{value:.decimals$}")
}
