//! The rows of the ratio table, in the order of the targets.

use crate::Failure;
use crate::arguments::Arguments;
use crate::clock::Clock;
use crate::document::{Table, duration, size_name};
use crate::measure::{Effort, Pair};
use crate::message;
use crate::side::{Files, Sides};
use crate::theirs::Input;
use crate::work::{Cipher, Digest, Keys, Work};

/// Where the message is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Memory,
    /// In memory, where this crate gives content out before it is verified.
    OnePass,
    /// In memory, where OpenSSL takes its input for canonical.
    Binary,
    Files,
    /// From file to file, where this crate may use a second thread.
    Threads,
}

use Place::{Binary, Files as InFiles, Memory as InMemory, OnePass, Threads};
use Work::{Decrypt, DecryptVerify, Encrypt, Sign, SignEncrypt, Verify};

const SHA256: Digest = Digest::Sha256;
const CBC: Cipher = Cipher::Cbc;
const GCM: Cipher = Cipher::Gcm;

/// A small message: keys, work, target.
const SMALL: [(Keys, Work, &str); 10] = [
    (Keys::P256, Sign(SHA256), "≥ 1.0"),
    (Keys::P256, Verify, "≥ 1.0"),
    (Keys::P256, Encrypt(CBC), "≥ 1.0"),
    (Keys::P256, Decrypt(CBC), "≥ 1.0"),
    (Keys::Rsa2048, Sign(SHA256), "publish"),
    (Keys::Rsa2048, Verify, "≥ 1.0"),
    (Keys::Rsa2048, Encrypt(CBC), ""),
    (Keys::Rsa2048, Decrypt(CBC), "publish"),
    (Keys::Rsa3072, Sign(SHA256), ""),
    (Keys::Rsa4096, Sign(SHA256), ""),
];

/// A large message: place, work, target. RSA-2048 throughout.
const LARGE: [(Place, Work, &str); 30] = [
    (InMemory, Verify, "≥ 20"),
    (InMemory, Decrypt(CBC), "≥ 5"),
    (InMemory, Decrypt(GCM), "≥ 5"),
    (InMemory, DecryptVerify(CBC), ""),
    (InMemory, DecryptVerify(GCM), ""),
    (OnePass, Verify, ""),
    (OnePass, Decrypt(CBC), ""),
    (OnePass, Decrypt(GCM), ""),
    (InFiles, Verify, "≥ 10"),
    (InFiles, Decrypt(CBC), "≥ 3"),
    (InFiles, Decrypt(GCM), "≥ 3"),
    (InFiles, DecryptVerify(CBC), ""),
    (InFiles, DecryptVerify(GCM), ""),
    (Threads, DecryptVerify(CBC), ""),
    (InMemory, SignEncrypt(CBC), "≥ 1.7"),
    (InMemory, SignEncrypt(GCM), "≥ 2.0"),
    (InMemory, Encrypt(CBC), "≥ 1.5"),
    (InMemory, Encrypt(GCM), "≥ 1.7"),
    (InMemory, Sign(SHA256), "≥ 1.4"),
    (InMemory, Sign(Digest::Sha512), "≥ 0.95"),
    (Binary, Encrypt(CBC), ""),
    (Binary, Encrypt(GCM), ""),
    (Binary, Sign(SHA256), ""),
    (InFiles, SignEncrypt(CBC), "≥ 1.7"),
    (InFiles, SignEncrypt(GCM), "≥ 2.0"),
    (InFiles, Encrypt(CBC), "≥ 1.5"),
    (InFiles, Encrypt(GCM), "≥ 1.7"),
    (InFiles, Sign(SHA256), "≥ 1.4"),
    (InFiles, Sign(Digest::Sha512), "≥ 0.95"),
    (Threads, SignEncrypt(CBC), ""),
];

/// A message of this many bytes is small.
const SMALL_SIZE: u64 = 1 << 10;

/// For messages that take microseconds or milliseconds, and for those that take longer.
pub fn effort(arguments: &Arguments, size: u64) -> Effort {
    let (rounds, at_least) = match (size < 1 << 20, arguments.quick) {
        (true, false) => (31, 0.02),
        (true, true) => (5, 0.005),
        (false, false) => (7, 0.1),
        (false, true) => (3, 0.001),
    };
    Effort {
        rounds,
        at_least,
        clock: arguments.clock,
    }
}

/// Measures every row and prints each as it is known.
pub fn table(arguments: &Arguments) -> Result<Table, Failure> {
    let mut table =
        Table::new(&["work", "this crate", "OpenSSL", "ratio", "target"].map(str::to_owned));
    let small = message::mail(SMALL_SIZE);
    let mut sides: Option<Sides> = None;
    for (keys, work, target) in SMALL {
        let name = format!("{}, {keys}: {work}", size_name(SMALL_SIZE));
        if !arguments.wants(&name) {
            continue;
        }
        let with_keys = match sides.take() {
            Some(found) if found.keys == keys => found,
            _ => Sides::new(keys)?,
        };
        let pair = with_keys.in_memory(work, &small, effort(arguments, SMALL_SIZE))?;
        sides = Some(with_keys);
        table.show(small_row(name, pair, target));
    }

    let mut sides = Sides::new(Keys::Rsa2048)?;
    let large = message::mail(arguments.size);
    let files = Files::new(&arguments.folder, arguments.size)?;
    let effort = effort(arguments, arguments.size);
    for (place, work, target) in LARGE {
        let (place_name, size) = (place.name(), size_name(arguments.size));
        let name = format!("{size} {place_name}: {work}");
        if !arguments.wants(&name) {
            continue;
        }
        let pair = match place {
            InMemory => sides.in_memory(work, &large, effort)?,
            OnePass => sides.in_one_pass(work, &large, effort)?,
            Binary => {
                sides.theirs.take(Input::Binary);
                let pair = sides.in_memory(work, &large, effort);
                sides.theirs.take(Input::Text);
                pair?
            }
            InFiles => sides.in_files(work, &files, effort)?,
            Threads => {
                // Processor time would count both threads.
                let clock = Clock::Wall;
                sides.ours.threads(2);
                let pair = sides.in_files(work, &files, Effort { clock, ..effort });
                sides.ours.threads(1);
                pair?
            }
        };
        table.show(large_row(name, pair, arguments.size, target));
    }
    Ok(table)
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            InMemory => "in memory",
            OnePass => "in memory, one pass",
            Binary => "in memory, CMS_BINARY",
            InFiles => "file to file",
            Threads => "file to file, threads(2)",
        }
    }
}

fn small_row(name: String, pair: Pair, target: &str) -> Vec<String> {
    let cell = |seconds: f64| format!("{}, {:.0}/s", duration(seconds), 1.0 / seconds);
    cells(name, cell(pair.ours), cell(pair.theirs), pair, target)
}

fn large_row(name: String, pair: Pair, size: u64, target: &str) -> Vec<String> {
    let mebibytes = size as f64 / f64::from(1 << 20);
    let cell = |seconds: f64| format!("{}, {:.0} MiB/s", duration(seconds), mebibytes / seconds);
    cells(name, cell(pair.ours), cell(pair.theirs), pair, target)
}

fn cells(name: String, ours: String, theirs: String, pair: Pair, target: &str) -> Vec<String> {
    let ratio = format!("**{:.2}**", pair.ratio);
    vec![name, ours, theirs, ratio, target.to_owned()]
}
