//! What fuzzing needs is in no other build: the stub of the cryptography above all.

use std::fs;

use super::{files, read, root, shown};

const ONLY: &str = "#[cfg(fuzzing)]";

/// Whether a line stands directly below the attribute.
fn is_guarded(lines: &[&str], index: usize) -> bool {
    index
        .checked_sub(1)
        .is_some_and(|above| lines[above].trim() == ONLY)
}

/// A normal build has no module of that name, so what uses it and is not guarded would not compile; here it is said that
/// the module itself is guarded, and that nothing but the flag of the compiler turns it on.
#[test]
fn the_stub_of_the_cryptography_is_compiled_for_fuzzing_only() {
    for (file, declaration) in [
        ("src/lib.rs", "pub mod fuzzing;"),
        ("src/crypto.rs", "pub(crate) mod stub;"),
    ] {
        let text = read(&root().join(file));
        let lines: Vec<&str> = text.lines().collect();
        let declared: Vec<usize> = (0..lines.len())
            .filter(|index| lines[*index].trim() == declaration)
            .collect();
        assert_eq!(declared.len(), 1, "{file}: {declaration}");
        assert!(is_guarded(&lines, declared[0]), "{file}: {declaration}");
    }
    let manifest = read(&root().join("Cargo.toml"));
    let mentions: Vec<&str> = manifest
        .lines()
        .filter(|line| line.contains("fuzzing") && !line.starts_with('#'))
        .collect();
    assert_eq!(mentions.len(), 1, "{mentions:?}");
    assert!(mentions[0].starts_with("unexpected_cfgs"), "{mentions:?}");
    assert!(!fs::exists(root().join("build.rs")).unwrap());
}

#[test]
fn whatever_asks_the_stub_is_guarded() {
    let mut found = 0;
    for file in files("src") {
        let name = shown(&file);
        if name.starts_with("src/fuzzing") || name == "src/crypto/stub.rs" {
            continue;
        }
        let text = read(&file);
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let asks = line.contains("crypto::stub")
                || name.starts_with("src/crypto/") && line.contains("super::stub");
            if asks {
                found += 1;
                assert!(is_guarded(&lines, index), "{name}:{}", index + 1);
            }
        }
    }
    assert!(found > 8, "the stub is asked in {found} places");
}
