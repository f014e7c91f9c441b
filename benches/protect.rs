//! Whole messages through the public face: sign, encrypt, sign and encrypt.
//!
//! `cargo bench --bench protect`; the figures are in docs/PERFORMANCE.md.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use smime::crypto::ContentCipher;
use smime::{Certificate, Identity, PrivateKey, Protector};

#[path = "../tests/support/ca.rs"]
mod ca;

use ca::{Ca, Key};

const SIZES: [(&str, usize); 2] = [("1 KiB", 1 << 10), ("1 MiB", 1 << 20)];
const KEYS: [(&str, Key); 2] = [("RSA-2048", Key::Rsa2048), ("P-256", Key::P256)];
const CIPHERS: [(&str, ContentCipher); 2] = [
    ("AES-256-CBC", ContentCipher::Aes256Cbc),
    ("AES-256-GCM", ContentCipher::Aes256Gcm),
];

fn identity(ca: &Ca, kind: Key, address: &str) -> Identity {
    let (certificate, key) = ca.leaf(kind, address);
    let certificate = Certificate::from_bytes(&certificate).unwrap();
    let key = PrivateKey::from_bytes(&key, None).unwrap();
    Identity::new([certificate], key).unwrap()
}

/// A plain text mail whose body has `size` bytes.
fn message(size: usize) -> Vec<u8> {
    let mut message = b"From: alice@example.org\r\nTo: bob@example.org\r\nSubject: Q3\r\n\
        Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        .to_vec();
    let line = b"The quick brown fox jumps over the lazy dog, and then it does so once more.\r\n";
    message.extend(line.iter().cycle().take(size));
    message
}

fn measure(criterion: &mut Criterion, group: &str, cases: &[(String, Protector)]) {
    let mut group = criterion.benchmark_group(group);
    for (name, protector) in cases {
        for (size_name, size) in SIZES {
            let message = message(size);
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(BenchmarkId::new(name, size_name), |bencher| {
                bencher.iter(|| protector.protect(black_box(&message)).unwrap());
            });
        }
    }
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let ca = Ca::new("Bench CA");
    let (mut sign, mut encrypt, mut both) = (Vec::new(), Vec::new(), Vec::new());
    for (key_name, kind) in KEYS {
        let alice = identity(&ca, kind, "alice@example.org");
        let bob = identity(&ca, kind, "bob@example.org");
        let bob = bob.certificate();
        sign.push((key_name.to_owned(), Protector::new().sign(&alice)));
        for (cipher_name, cipher) in CIPHERS {
            let name = format!("{key_name}, {cipher_name}");
            let protector = Protector::new()
                .encrypt_to([bob])
                .cipher(cipher)
                .not_to_self();
            both.push((name.clone(), protector.clone().sign(&alice)));
            encrypt.push((name, protector));
        }
    }
    measure(criterion, "sign", &sign);
    measure(criterion, "encrypt", &encrypt);
    measure(criterion, "sign and encrypt", &both);
}

criterion_group! {
    name = protect;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = benches
}
criterion_main!(protect);
