//! Validation of a path of three certificates: alone, with revocation lists, with reading those lists.
//!
//! `cargo bench --bench path`; the figures are in docs/PERFORMANCE.md.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use smime::cert::Crl;
use smime::cert::path::Validator;
use smime::policy::StandardPolicy;
use smime::{Certificate, TrustAnchors};

#[path = "../tests/support/ca.rs"]
mod ca;

use ca::{Ca, Key, KeyPair, extension, sequence, tlv};

const KEYS: [(&str, Key); 2] = [("RSA-2048", Key::Rsa2048), ("P-256", Key::P256)];
const ENTRIES: [(&str, u32); 2] = [("10,000", 10_000), ("1,000,000", 1_000_000)];

/// Entries as public CAs write them: a serial number of 16 octets, a date and a reason.
fn entries(count: u32) -> Vec<u8> {
    let reason = extension("2.5.29.21", false, &tlv(0x0a, &[4]));
    let extensions = sequence(&[&reason]);
    (0..count)
        .flat_map(|number| {
            let mut serial = [0x5a; 16];
            serial[12..].copy_from_slice(&number.to_be_bytes());
            let date = tlv(0x17, b"250601000000Z");
            sequence(&[&tlv(0x02, &serial), &date, &extensions])
        })
        .collect()
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("path of three certificates");
    for (name, kind) in KEYS {
        let root = Ca::with_key("Root", kind);
        let key = KeyPair::generate(kind, "Issuing");
        let issuing = root.authority("Issuing").with_key(&key).issue_authority();
        let (leaf, _) = issuing.leaf(kind, "bob@example.org");
        let leaf = Certificate::from_bytes(&leaf).unwrap();
        let between = Certificate::from_bytes(issuing.certificate_der()).unwrap();
        let anchors = TrustAnchors::from_der(root.certificate_der()).unwrap();
        let validator = Validator::new(&anchors).certificates([&between]);
        let verifies = |validator: &Validator| validator.validate(black_box(&leaf)).unwrap();
        group.bench_function(format!("{name}, no lists"), |bencher| {
            bencher.iter(|| verifies(&validator));
        });
        let of_root = Crl::from_bytes(&root.revocation_list().issue()).unwrap();
        let validator = validator
            .crls([&of_root])
            .policy(StandardPolicy::new().require_revocation());
        for (count_name, count) in ENTRIES {
            let der = issuing.revocation_list().raw_entries(entries(count));
            let der = der.issue();
            let list = Crl::from_bytes(&der).unwrap();
            let with_list = validator.clone().crls([&list]);
            let name = format!("{name}, {count_name} entries");
            group.bench_function(&name, |bencher| {
                bencher.iter(|| verifies(&with_list));
            });
            group.bench_function(format!("{name}, list read as well"), |bencher| {
                bencher.iter(|| {
                    let list = Crl::from_bytes(black_box(&der)).unwrap();
                    verifies(&validator.clone().crls([&list]))
                });
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = path;
    config = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = benches
}
criterion_main!(path);
