//! A mail server's day: mixed messages opened and made on all cores, through one `Opener` and one `Protector`.
//!
//! `cargo bench --bench server` prints messages per second for 1, 2, … threads, and how many times the speed of
//! one thread that is.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use smime::crypto::ContentCipher;
use smime::open::Content;
use smime::resolver::MemoryResolver;
use smime::{Identity, Opener, Protector};

#[path = "support/world.rs"]
mod world;

use world::ca::{Ca, Key};
use world::{attachment, check, is_smoke, mail, opener, person};

const MESSAGES: usize = 1_000;
const MESSAGES_IN_SMOKE: usize = 50;

/// Sizes in KiB: most mail is small, most bytes are in large mail.
const SIZES: [usize; 20] = [
    1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 16, 16, 32, 32, 64, 128, 256, 512, 1024,
];
const LARGEST_IN_SMOKE: usize = 8;

/// What comes in and goes out; one tenth each.
const KINDS: [Kind; 10] = [
    Kind::Plain,
    Kind::Signed(Key::Rsa2048),
    Kind::Encrypted(Key::P256),
    Kind::Both(Key::Rsa2048),
    Kind::Both(Key::P256),
    Kind::Altered,
    Kind::Truncated,
    Kind::Outgoing(Key::Rsa2048),
    Kind::Outgoing(Key::P256),
    Kind::Outgoing(Key::P256),
];

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Signed(Key),
    Encrypted(Key),
    Both(Key),
    /// Signed, and changed on the way.
    Altered,
    /// Encrypted, and cut off.
    Truncated,
    Outgoing(Key),
}

/// One piece of work.
enum Task {
    Open(Vec<u8>),
    Make(Vec<u8>),
}

/// Two people who write to each other; each has an RSA key or a P-256 key.
struct Pair {
    kind: Key,
    from: Identity,
    to: Identity,
}

impl Pair {
    fn new(ca: &Ca, kind: Key, from: &str, to: &str) -> Pair {
        Pair {
            kind,
            from: person(ca, kind, from),
            to: person(ca, kind, to),
        }
    }

    fn mail(&self, size: usize) -> Vec<u8> {
        let address = |identity: &Identity| identity.certificate().addresses()[0].clone();
        mail(&address(&self.from), &address(&self.to), &attachment(size))
    }

    fn signed(&self) -> Protector {
        Protector::new().sign(&self.from)
    }

    fn encrypted(&self, cipher: ContentCipher) -> Protector {
        Protector::new()
            .encrypt_to([self.to.certificate()])
            .cipher(cipher)
            .not_to_self()
    }
}

fn task(kind: Kind, size: usize, pairs: &[Pair; 2]) -> Task {
    let [rsa, p256] = pairs;
    let of = |key: Key| if rsa.kind == key { rsa } else { p256 };
    let protect = |protector: Protector, mail: Vec<u8>| {
        Task::Open(protector.protect(&mail).unwrap().message().to_vec())
    };
    match kind {
        Kind::Plain => Task::Open(rsa.mail(size)),
        Kind::Outgoing(key) => Task::Make(of(key).mail(size)),
        Kind::Signed(key) => protect(of(key).signed(), of(key).mail(size)),
        Kind::Encrypted(key) => protect(
            of(key).encrypted(ContentCipher::Aes256Gcm),
            of(key).mail(size),
        ),
        Kind::Both(key) => protect(
            of(key)
                .encrypted(ContentCipher::Aes256Cbc)
                .sign(&of(key).from),
            of(key).mail(size),
        ),
        Kind::Altered => match protect(p256.signed(), p256.mail(size)) {
            Task::Open(message) => {
                let text = String::from_utf8(message).unwrap();
                Task::Open(text.replacen("VGhl", "VGhF", 1).into_bytes())
            }
            other => other,
        },
        Kind::Truncated => {
            let encrypt = rsa.encrypted(ContentCipher::Aes256Gcm);
            match protect(encrypt, rsa.mail(size)) {
                Task::Open(mut message) => {
                    message.truncate(message.len() * 3 / 4);
                    Task::Open(message)
                }
                other => other,
            }
        }
    }
}

/// How one task ended, in a word.
fn run(task: &Task, opener: &Opener, protector: &Protector) -> &'static str {
    match task {
        Task::Make(mail) => {
            protector.protect(mail).unwrap();
            "made"
        }
        Task::Open(message) => match opener.open(message).map(|opened| opened.content()) {
            Ok(Content::Trusted(_)) => "trusted",
            Ok(Content::Untrusted(_)) => "untrusted",
            Ok(Content::Unsigned(_)) => "unsigned",
            Ok(_) => "withheld",
            Err(_) => "cannot be opened",
        },
    }
}

type Outcomes = BTreeMap<&'static str, usize>;

/// All tasks on so many threads: seconds, and how the tasks ended.
fn day(tasks: &[Task], threads: usize, opener: &Opener, protector: &Protector) -> (f64, Outcomes) {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut outcomes = Outcomes::new();
        while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
            *outcomes.entry(run(task, opener, protector)).or_default() += 1;
        }
        outcomes
    };
    let begun = Instant::now();
    let outcomes = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let mut all = Outcomes::new();
        for worker in workers {
            for (outcome, count) in worker.join().unwrap() {
                *all.entry(outcome).or_default() += count;
            }
        }
        all
    });
    (begun.elapsed().as_secs_f64(), outcomes)
}

fn main() {
    let ca = Ca::new("Bench CA");
    let pairs = [
        Pair::new(&ca, Key::Rsa2048, "alice@example.org", "bob@example.org"),
        Pair::new(&ca, Key::P256, "carol@example.org", "dave@example.org"),
    ];
    let (messages, rounds) = match is_smoke() {
        true => (MESSAGES_IN_SMOKE, 1),
        false => (MESSAGES, 5),
    };
    let tasks: Vec<Task> = (0..messages)
        .map(|number| {
            let size = SIZES[number / KINDS.len() % SIZES.len()];
            let size = if is_smoke() {
                size.min(LARGEST_IN_SMOKE)
            } else {
                size
            };
            task(KINDS[number % KINDS.len()], size << 10, &pairs)
        })
        .collect();
    let bytes: usize = tasks
        .iter()
        .map(|task| match task {
            Task::Open(message) | Task::Make(message) => message.len(),
        })
        .sum();

    let opener = opener(&ca, pairs.iter().map(|pair| &pair.to));
    let mut resolver = MemoryResolver::new();
    for pair in &pairs {
        resolver.add_identity(&pair.from);
        resolver.add_certificate(pair.to.certificate());
    }
    let protector = Protector::new()
        .sign_as_sender()
        .encrypt_to_recipients()
        .resolver(resolver);

    for pair in &pairs {
        let made = protector.protect(pair.mail(1 << 10)).unwrap();
        check(&opener, made.message());
    }
    let (_, expected) = day(&tasks, 1, &opener, &protector);
    println!("{messages} messages, {} MiB: {expected:?}\n", bytes >> 20);
    println!("| threads | messages/s | MiB/s | times one thread |");
    println!("|---|---|---|---|");
    let mut alone = None;
    for threads in 1..=thread::available_parallelism().map_or(1, NonZero::get) {
        let mut best = f64::INFINITY;
        for _ in 0..rounds {
            let (seconds, outcomes) = day(&tasks, threads, &opener, &protector);
            assert_eq!(outcomes, expected, "on {threads} threads");
            best = best.min(seconds);
        }
        let alone = *alone.get_or_insert(best);
        println!(
            "| {threads} | {:.0} | {:.0} | {:.2} |",
            messages as f64 / best,
            bytes as f64 / f64::from(1 << 20) / best,
            alone / best,
        );
    }
}
