//! What a message costs as it grows in recipients, parts, depth, header and line: each must be linear.
//!
//! `cargo bench --bench growth`; criterion prints the time per element beside the time. The
//! figures are in docs/PERFORMANCE.md.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use smime::{Limits, Opener, Protector};

#[path = "support/world.rs"]
mod world;

use world::ca::{Ca, Key, KeyPair};
use world::{attachment, check, identity, is_smoke, mail, opener, person};

const ALICE: &str = "alice@example.org";
const BOB: &str = "bob@example.org";

const RECIPIENTS: [usize; 4] = [1, 10, 100, 1_000];
const PARTS: [usize; 4] = [10, 100, 1_000, 10_000];
const DEPTHS: [usize; 5] = [1, 4, 8, 16, 30];
/// Bytes of one header field, or of one line of a body.
const LENGTHS: [usize; 3] = [1_000_000, 10_000_000, 100_000_000];

/// What a smoke run leaves out.
fn rungs(all: &[usize], most_in_smoke: usize) -> impl Iterator<Item = usize> {
    all.iter()
        .copied()
        .filter(move |&rung| rung <= most_in_smoke || !is_smoke())
}

/// For messages over the default limits.
fn raised() -> Limits {
    Limits {
        mime_parts: 20_000,
        header_bytes: 200_000_000,
        ..Limits::default()
    }
}

/// One rung: making with `protector`, and opening what it makes.
fn measure(
    group: &mut BenchmarkGroup<'_, WallTime>,
    rung: usize,
    message: &[u8],
    protector: &Protector,
    opener: &Opener,
) {
    group.throughput(Throughput::Elements(rung as u64));
    group.bench_function(BenchmarkId::new("make", rung), |bencher| {
        bencher.iter(|| protector.protect(black_box(message)).unwrap());
    });
    let made = protector.protect(message).unwrap();
    check(opener, made.message());
    group.bench_function(BenchmarkId::new("open", rung), |bencher| {
        bencher.iter(|| opener.open(black_box(made.message())).unwrap());
    });
}

/// Encrypts to all of them, opens as the last. All have one key, since making keys is not what is measured.
fn recipients(criterion: &mut Criterion) {
    let ca = Ca::new("Bench CA");
    for (name, kind) in [("RSA-2048", Key::Rsa2048), ("P-256", Key::P256)] {
        let key = KeyPair::generate(kind, "everybody");
        let mut group = criterion.benchmark_group(format!("recipients, {name}"));
        for count in rungs(&RECIPIENTS, 10) {
            let addresses: Vec<String> = (0..count)
                .map(|number| format!("reader{number}@example.org"))
                .collect();
            let readers: Vec<_> = addresses
                .iter()
                .map(|address| identity(ca.certify(kind, address).with_key(&key)))
                .collect();
            let protector = Protector::new()
                .encrypt_to(readers.iter().map(|reader| reader.certificate()))
                .not_to_self();
            let message = mail(ALICE, &addresses.join(",\r\n "), &attachment(1 << 10));
            let opener = opener(&ca, readers.last());
            measure(&mut group, count, &message, &protector, &opener);
        }
        group.finish();
    }
}

/// Signs `message` of each rung and verifies it.
fn signed(
    criterion: &mut Criterion,
    name: &str,
    rungs: impl Iterator<Item = usize>,
    message: impl Fn(usize) -> Vec<u8>,
) {
    let ca = Ca::new("Bench CA");
    let alice = person(&ca, Key::P256, ALICE);
    let protector = Protector::new().sign(&alice).limits(raised());
    let opener = opener(&ca, []).limits(raised());
    let mut group = criterion.benchmark_group(name);
    group.sampling_mode(SamplingMode::Flat);
    for rung in rungs {
        measure(&mut group, rung, &message(rung), &protector, &opener);
    }
    group.finish();
}

fn parts(criterion: &mut Criterion) {
    signed(criterion, "parts", rungs(&PARTS, 100), |count| {
        let mut entity = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec();
        for number in 0..count {
            entity.extend_from_slice(b"--b\r\nContent-Type: text/plain\r\n\r\n");
            entity.extend_from_slice(format!("Part {number}\r\n").as_bytes());
        }
        entity.extend_from_slice(b"--b--\r\n");
        mail(ALICE, BOB, &entity)
    });
}

fn depth(criterion: &mut Criterion) {
    signed(criterion, "depth", rungs(&DEPTHS, 8), |depth| {
        let innermost = "Content-Type: text/plain\r\n\r\nInside\r\n".to_owned();
        let entity = (0..depth).fold(innermost, |inner, level| {
            format!(
                "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{inner}\r\n--b{level}--\r\n"
            )
        });
        mail(ALICE, BOB, entity.as_bytes())
    });
}

/// One header field that is folded over and over, outside of what is signed.
fn header(criterion: &mut Criterion) {
    signed(criterion, "header", rungs(&LENGTHS, 1_000_000), |length| {
        let fold = b"\r\n and on it goes, in one field, line after line";
        let field = b"X-Long: begins".iter();
        let field = field.chain(fold.iter().cycle().take(length / fold.len() * fold.len()));
        let field: Vec<u8> = field.chain(b"\r\n").copied().collect();
        let mail = mail(ALICE, BOB, &attachment(1 << 10));
        [field, mail].concat()
    });
}

fn line(criterion: &mut Criterion) {
    signed(criterion, "line", rungs(&LENGTHS, 1_000_000), |length| {
        let mut entity = b"Content-Type: text/plain\r\n\r\n".to_vec();
        entity.resize(entity.len() + length, b'a');
        entity.extend_from_slice(b"\r\n");
        mail(ALICE, BOB, &entity)
    });
}

criterion_group! {
    name = growth;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = recipients, parts, depth, header, line
}
criterion_main!(growth);
