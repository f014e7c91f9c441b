//! DOS-01: values inside of values inside of values, for everything that reads.

use crate::ca::{oid, sequence, tlv};
use crate::counted::{alone, measured};
use crate::forge::*;
use crate::samples::{PART, alice, readers};

/// This many values with this tag, of definite lengths, around nothing.
fn definite(tag: u8, depth: usize) -> Vec<u8> {
    let mut backwards: Vec<u8> = Vec::new();
    for _ in 0..depth {
        let length = backwards.len();
        let bytes = length.to_be_bytes();
        let bytes = &bytes[length.leading_zeros() as usize / 8..];
        backwards.extend(bytes.iter().rev());
        if length >= 0x80 {
            backwards.push(0x80 | bytes.len() as u8);
        } else if length == 0 {
            backwards.push(0);
        }
        backwards.push(tag);
    }
    backwards.reverse();
    backwards
}

fn indefinite(tag: u8, depth: usize, ended: bool) -> Vec<u8> {
    let mut out = [tag, 0x80].repeat(depth);
    if ended {
        out.extend(vec![0; depth * 2]);
    }
    out
}

fn nests(depth: usize) -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("sequences", definite(0x30, depth)),
        ("sets", definite(0x31, depth)),
        ("explicit tags", definite(0xa0, depth)),
        ("strings of strings", indefinite(0x24, depth, true)),
        ("indefinite lengths", indefinite(0x30, depth, true)),
        ("no end", indefinite(0x30, depth, false)),
        ("strings without end", indefinite(0x24, depth, false)),
    ]
}

#[test]
fn dos_01_ten_thousand_and_a_million_levels() {
    let _alone = alone();
    assert_eq!(definite(0x30, 3), [0x30, 4, 0x30, 2, 0x30, 0]);
    for depth in [10_000, 1_000_000] {
        for (what, nest) in nests(depth) {
            for (name, read, _) in readers() {
                let (result, cost) = measured(|| read(&nest));
                assert!(result.is_err(), "{name}: {depth} {what}");
                assert!(
                    cost.peak <= 2 * nest.len() + (1 << 20),
                    "{name} {what}: {cost:?}"
                );
            }
        }
    }
}

/// The same where something good would stand: as content, attribute, extension, parameter and key.
#[test]
fn dos_01_levels_inside_of_good_objects() {
    let _alone = alone();
    for (what, nest) in nests(20_000) {
        // Without an end the values around it do not end either.
        for (name, read, good) in readers() {
            for path in [
                &[0][..],
                &[1],
                &[1, 0],
                &[1, 0, 1],
                &[1, 0, 2],
                &[0, 2],
                &[0, 6],
                &[0, 7],
            ] {
                let Some(bent) = replaced(&good, path, &nest) else {
                    continue;
                };
                let (_, cost) = measured(|| read(&bent));
                assert!(
                    cost.peak <= 4 * bent.len() + (1 << 20),
                    "{name} {what}: {cost:?}"
                );
            }
        }
        let attribute = attribute("1.2.3.4", std::slice::from_ref(&nest));
        let signed = Signed::new(PART.as_bytes(), &[&alice()]).signer(|s| s.with(attribute));
        let bytes = signed.build();
        let read = |bytes: &[u8]| {
            crate::samples::opener()
                .any_signer()
                .open_cms(bytes)
                .map(drop)
        };
        let (_, cost) = measured(|| read(&bytes));
        assert!(cost.peak <= 4 * bytes.len() + (1 << 20), "{what}: {cost:?}");
        // An error or a failed check, and never a stack that is too small.
        let carried = sequence(&[&oid(DATA), &tlv(0xa0, &nest)]);
        let bent = edit(&signed.build(), &[1, 0, 2], &|_| carried.clone());
        let (_, cost) = measured(|| read(&bent));
        assert!(cost.peak <= 4 * bytes.len() + (1 << 20), "{what}: {cost:?}");
    }
}

/// [`edit`] where there is such a value.
fn replaced(der: &[u8], path: &[usize], by: &[u8]) -> Option<Vec<u8>> {
    let mut inner = der.to_vec();
    for step in path {
        let (tag, _, content) = crate::structure::children(&inner)[0];
        if tag & 0x20 == 0 {
            return None;
        }
        let children = crate::structure::children(content);
        inner = children.get(*step)?.1.to_vec();
    }
    Some(edit(der, path, &|_| by.to_vec()))
}
