//! Every operation over the size of the message: in memory and through the writer, CBC and GCM.
//!
//! `cargo bench --bench ladder`; the figures are in docs/PERFORMANCE.md. The messages are mails with one base64
//! attachment.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use smime::crypto::ContentCipher;
use smime::{Opener, Protector};

#[path = "support/world.rs"]
mod world;

use world::ca::{Ca, Key};
use world::{attachment, check, is_smoke, mail, opener, person};

const ALICE: &str = "alice@example.org";
const BOB: &str = "bob@example.org";

const SIZES: [(&str, usize); 5] = [
    ("1 KiB", 1 << 10),
    ("32 KiB", 32 << 10),
    ("1 MiB", 1 << 20),
    ("10 MiB", 10 << 20),
    ("100 MiB", 100 << 20),
];
/// Larger messages are measured with one kind of keys, whose share is small, and with few samples.
const LARGE: usize = 1 << 20;
const LARGEST_IN_SMOKE: usize = 32 << 10;

const KEYS: [(&str, Key); 2] = [("RSA-2048", Key::Rsa2048), ("P-256", Key::P256)];
const CIPHERS: [(&str, ContentCipher); 2] = [
    ("AES-256-CBC", ContentCipher::Aes256Cbc),
    ("AES-256-GCM", ContentCipher::Aes256Gcm),
];

/// A way to protect messages, and what opens them.
struct Way {
    making: &'static str,
    opening: &'static str,
    name: String,
    has_large: bool,
    protector: Protector,
    opener: Opener,
}

fn ways() -> Vec<Way> {
    let mut ways = Vec::new();
    for (key_name, kind) in KEYS {
        let ca = Ca::with_key("Bench CA", kind);
        let alice = person(&ca, kind, ALICE);
        let bob = person(&ca, kind, BOB);
        let mut add = |making, opening, name, protector| {
            ways.push(Way {
                making,
                opening,
                name,
                has_large: kind == Key::Rsa2048,
                protector,
                opener: opener(&ca, [&bob]),
            });
        };
        let sign = Protector::new().sign(&alice);
        add("sign", "verify", key_name.to_owned(), sign);
        for (cipher_name, cipher) in CIPHERS {
            let name = format!("{key_name}, {cipher_name}");
            let encrypt = Protector::new()
                .encrypt_to([bob.certificate()])
                .cipher(cipher)
                .not_to_self();
            let both = encrypt.clone().sign(&alice);
            add("encrypt", "decrypt", name.clone(), encrypt);
            add("sign and encrypt", "decrypt and verify", name, both);
        }
    }
    ways
}

/// The sizes of this way, the group set up for each.
fn for_each_size(
    group: &mut BenchmarkGroup<'_, WallTime>,
    way: &Way,
    mut measure: impl FnMut(&mut BenchmarkGroup<'_, WallTime>, &str, &[u8]),
) {
    for (size_name, size) in SIZES {
        if size > LARGE && !way.has_large || size > LARGEST_IN_SMOKE && is_smoke() {
            continue;
        }
        if size > LARGE {
            group.sampling_mode(SamplingMode::Flat).sample_size(10);
        } else {
            group.sampling_mode(SamplingMode::Auto).sample_size(50);
        }
        group.throughput(Throughput::Bytes(size as u64));
        measure(group, size_name, &mail(ALICE, BOB, &attachment(size)));
    }
}

/// What writes into a sink that forgets.
fn write(protector: &Protector, message: &[u8]) {
    let mut writer = protector.writer(io::sink()).unwrap();
    for piece in message.chunks(64 << 10) {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap();
}

fn making(criterion: &mut Criterion) {
    for way in ways() {
        let mut group = criterion.benchmark_group(way.making);
        for_each_size(&mut group, &way, |group, size_name, message| {
            let protector = &way.protector;
            group.bench_function(BenchmarkId::new(&way.name, size_name), |bencher| {
                bencher.iter(|| protector.protect(black_box(message)).unwrap());
            });
            let name = format!("{}, writer", way.name);
            group.bench_function(BenchmarkId::new(name, size_name), |bencher| {
                bencher.iter(|| write(protector, black_box(message)));
            });
        });
        group.finish();
    }
}

fn opening(criterion: &mut Criterion) {
    for way in ways() {
        let mut group = criterion.benchmark_group(way.opening);
        for_each_size(&mut group, &way, |group, size_name, message| {
            let made = way.protector.protect(message).unwrap();
            check(&way.opener, made.message());
            group.bench_function(BenchmarkId::new(&way.name, size_name), |bencher| {
                bencher.iter(|| way.opener.open(black_box(made.message())).unwrap());
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = ladder;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    targets = making, opening
}
criterion_main!(ladder);
