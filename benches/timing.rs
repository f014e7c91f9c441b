//! Side channels, after dudect (Reparaz, Balasch, Verbauwhede, 2017): whether two classes of input take different time.
//!
//! ```text
//! cargo bench --bench timing                        100,000 samples of everything: some 15 minutes
//! cargo bench --bench timing -- --samples 1000000 tag   of what has "tag" in its name
//! ```
//!
//! The inputs of both classes are made first, in random order, and then timed one after the other. Welch's t-test says
//! whether the means differ. It is repeated with the slowest samples of both classes cut off, at 100 places, because
//! interrupts hide small differences. A |t| above 4.5 makes a difference likely, above 10 certain. The figures are in
//! docs/RELIABILITY.md.
//!
//! A small |t| proves only that nothing was seen here. So RSA, MACs, tags and ciphers have leaks made on purpose, which
//! must be found, and one class against itself, which must not; where a leak on purpose is not found, a small |t| beside
//! it shows nothing.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

#[path = "../tests/support/ca.rs"]
mod ca;
#[path = "timing/messages.rs"]
mod messages;
#[path = "timing/random.rs"]
mod random;
#[path = "timing/rsa.rs"]
mod rsa_cases;
#[path = "timing/tags.rs"]
mod tags;
#[path = "timing/welch.rs"]
mod welch;

use random::Random;
use welch::{Class, Sample, Summary};

/// What a difference between the two classes would mean.
#[derive(Clone, Copy)]
pub enum Meaning {
    /// A leak of this crate or of one below it.
    Leak,
    /// The leak made on purpose.
    Control,
    /// That the method is wrong: both classes are the same.
    Same,
    /// Nothing: the result shows it too.
    Visible,
}

/// So many samples, in the order in which they were taken.
type Run = Box<dyn Fn(usize, &mut Random) -> Vec<Sample>>;

/// The bench of one pair of classes.
pub struct Case {
    pub name: &'static str,
    pub meaning: Meaning,
    pub run: Run,
}

impl Case {
    /// `make` gives an input of the class, `work` is what is timed, dropping its result included.
    pub fn new<I: 'static, R>(
        name: &'static str,
        meaning: Meaning,
        make: impl Fn(Class, &mut Random) -> I + 'static,
        work: impl Fn(&I) -> R + 'static,
    ) -> Case {
        let run = move |count: usize, random: &mut Random| {
            let inputs: Vec<(Class, I)> = (0..count)
                .map(|_| {
                    let class = random.class();
                    (class, make(class, random))
                })
                .collect();
            for (_, input) in inputs.iter().take(200) {
                black_box(work(black_box(input)));
            }
            inputs
                .iter()
                .map(|(class, input)| {
                    let start = Instant::now();
                    drop(black_box(work(black_box(input))));
                    Sample {
                        class: *class,
                        nanoseconds: start.elapsed().as_secs_f64() * 1e9,
                    }
                })
                .collect()
        };
        Case {
            name,
            meaning,
            run: Box::new(run),
        }
    }
}

fn verdict(meaning: Meaning, t: f64) -> &'static str {
    let (likely, certain) = (t.abs() >= 4.5, t.abs() >= 10.0);
    match meaning {
        Meaning::Leak if certain => "LEAKS",
        Meaning::Leak if likely => "probably leaks",
        Meaning::Leak => "no difference seen",
        Meaning::Control if likely => "found, as it must be",
        Meaning::Control => "NOT FOUND: this family proves nothing here",
        Meaning::Same if likely => "FOUND: the method is wrong here",
        Meaning::Same => "none, as it must be",
        Meaning::Visible if likely => "differs, and the result says it too",
        Meaning::Visible => "no difference seen",
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_smoke = !arguments.iter().any(|argument| argument == "--bench");
    let mut samples = if is_smoke { 40 } else { 100_000 };
    let mut wanted = None;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--samples" => samples = rest.next().unwrap().parse().unwrap(),
            option if option.starts_with("--") => {}
            name => wanted = Some(name),
        }
    }
    println!(
        "| What | Samples | Mean A, ns | Mean B, ns | B - A, ns | t of all | largest t, cropped | Verdict |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut random = Random::new();
    for case in rsa_cases::cases()
        .into_iter()
        .chain(rsa_cases::answers())
        .chain(tags::cases())
    {
        if wanted.is_some_and(|wanted| !case.name.contains(wanted)) {
            continue;
        }
        let Summary {
            means: [a, b],
            t,
            cropped,
        } = welch::summary(&(case.run)(samples, &mut random));
        println!(
            "| {} | {samples} | {a:.1} | {b:.1} | {:.1} | {t:.2} | {cropped:.2} | {} |",
            case.name,
            b - a,
            verdict(case.meaning, cropped)
        );
    }
}
