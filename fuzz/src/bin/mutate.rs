//! A fuzzer that knows nothing: seeds changed by chance, for machines without a nightly toolchain.
//!
//! `mutate TARGET SECONDS [SEED]`: the same seed gives the same inputs. One that fails is kept in `artifacts`.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs, panic, process};

use smime_fuzz::targets::ALL;

/// A linear congruential generator: the high bits are good enough.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % bound.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap_or(0)
    }
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (name, seconds, seed) = match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        [name, seconds] => (*name, seconds.parse().unwrap_or(60), 1),
        [name, seconds, seed] => (
            *name,
            seconds.parse().unwrap_or(60),
            seed.parse().unwrap_or(1),
        ),
        _ => {
            eprintln!("mutate TARGET SECONDS [SEED]");
            process::exit(1);
        }
    };
    let Some((_, target)) = ALL.into_iter().find(|(known, _)| *known == name) else {
        eprintln!("no such target");
        process::exit(1);
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(root.join("seeds").join(name))
        .expect("seeds")
        .flatten()
        .collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let seeds: Vec<Vec<u8>> = files
        .iter()
        .flat_map(|file| fs::read(file.path()))
        .collect();
    let words = words(&root.join("dictionaries"));
    let mut chance = Chance(seed);
    let (begun, mut runs) = (Instant::now(), 0_u64);
    while begun.elapsed() < Duration::from_secs(seconds) {
        let mut data = seeds[chance.below(seeds.len())].clone();
        for _ in 0..=chance.below(8) {
            change(&mut data, &seeds, &words, &mut chance);
        }
        data.truncate(16 << 10);
        runs += 1;
        if panic::catch_unwind(|| target(&data)).is_err() {
            let folder = root.join("artifacts").join(name);
            let file = folder.join(format!("mutate-{seed}-{runs}"));
            fs::create_dir_all(&folder)
                .and_then(|()| fs::write(&file, &data))
                .expect("a file");
            eprintln!("{}", file.display());
            process::exit(1);
        }
    }
    println!(
        "{name:<12} {runs} executions in {} s from seed {seed}",
        begun.elapsed().as_secs()
    );
}

fn change(data: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[Vec<u8>], chance: &mut Chance) {
    let place = chance.below(data.len() + 1);
    let end = data.len().min(place + chance.below(40));
    match chance.below(9) {
        0 => data
            .iter_mut()
            .skip(place)
            .take(1)
            .for_each(|byte| *byte ^= 1 << chance.below(8)),
        1 => data
            .iter_mut()
            .skip(place)
            .take(1)
            .for_each(|byte| *byte = chance.byte()),
        // The bytes that decide.
        2 => data
            .iter_mut()
            .take(40)
            .skip(chance.below(40))
            .take(1)
            .for_each(|byte| *byte = chance.byte()),
        3 => data.insert(place, chance.byte()),
        4 => drop(data.drain(place..end)),
        5 => {
            let copy = data[place..end].to_vec();
            data.splice(place..place, copy);
        }
        6 => {
            let other = &seeds[chance.below(seeds.len())];
            let from = chance.below(other.len());
            let until = other.len().min(from + chance.below(600));
            data.splice(place..end, other[from..until].iter().copied());
        }
        7 => data.truncate(place.max(8)),
        _ => drop(data.splice(
            place..place,
            words[chance.below(words.len())].iter().copied(),
        )),
    }
}

/// The words of all dictionaries.
fn words(folder: &Path) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("dictionaries")
        .flatten()
        .collect();
    files.sort_by_key(fs::DirEntry::file_name);
    let text: String = files
        .iter()
        .flat_map(|file| fs::read_to_string(file.path()))
        .collect();
    let quoted = text
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    quoted.map(unescaped).collect()
}

fn unescaped(word: &str) -> Vec<u8> {
    let mut bytes = word.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'x') => {
                    let digits = [bytes.next(), bytes.next()].map(|digit| {
                        digit
                            .and_then(|digit| char::from(digit).to_digit(16))
                            .unwrap_or(0)
                    });
                    u8::try_from(digits[0] << 4 | digits[1]).unwrap_or(0)
                }
                other => other.unwrap_or(b'\\'),
            },
            other => other,
        });
    }
    out
}
