//! DOS-05: object identifiers of a megabyte, whose text takes quadratic time to write where big numbers are used.

use smime::Certificate;

use crate::ca::{Key, sequence, tlv};
use crate::counted::{alone, assert_linear, measured};
use crate::forge::*;
use crate::people::{ALICE, ca};
use crate::samples::{PART, alice, opener, readers};
use crate::timed::assert_not_quadratic;

const MEGABYTE: usize = 1 << 20;

/// One number of this many bytes, and as many numbers of one byte.
fn identifiers(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let one = [&[0x2a][..], &vec![0xff; size], &[0x7f]].concat();
    let zeros = [&[0x2a][..], &vec![0x80; size], &[0x01]].concat();
    let many = [&[0x2a][..], &vec![0x01; size]].concat();
    vec![
        ("one number", tlv(0x06, &one)),
        ("leading zeros", tlv(0x06, &zeros)),
        ("many numbers", tlv(0x06, &many)),
    ]
}

/// In the place of each identifier of everything that is read.
#[test]
fn dos_05_identifiers_of_a_megabyte() {
    let _alone = alone();
    for (name, read, good) in readers() {
        let mut places = Vec::new();
        find(&good, &mut Vec::new(), &mut places);
        assert!(!places.is_empty(), "{name}");
        for (index, path) in places.into_iter().enumerate() {
            // Of the whole size in some places of each: 32 KiB would show a square as well.
            let size = if index % 40 == 0 {
                MEGABYTE
            } else {
                MEGABYTE / 32
            };
            let costs = [size / 2, size].map(|size| {
                let identifiers = identifiers(size).into_iter();
                let costs = identifiers.map(|(what, identifier)| {
                    let bent = edit(&good, &path, &|_| identifier.clone());
                    let (result, cost) = measured(|| read(&bent));
                    if let Err(error) = result {
                        let told = error.to_string();
                        assert!(told.len() < 1_000, "{name}: {} bytes of error", told.len());
                    }
                    (what, cost)
                });
                costs.collect::<Vec<_>>()
            });
            if size == MEGABYTE {
                for kind in 0..3 {
                    let bent = |size| {
                        let (_, identifier) = identifiers(size).swap_remove(kind);
                        edit(&good, &path, &|_| identifier.clone())
                    };
                    let what = format!("{name} {path:?} {kind}");
                    assert_not_quadratic(&what, size / 4, bent, |bent| drop(read(bent)));
                }
            }
            let [once, twice] = costs;
            for ((what, once), (_, twice)) in once.into_iter().zip(twice) {
                assert_linear(&format!("{name} {path:?} {what}"), once, twice);
            }
        }
    }
}

/// What stands in a report about them is short.
#[test]
fn dos_05_reports_stay_short() {
    let _alone = alone();
    for (what, identifier) in identifiers(MEGABYTE) {
        let kind = sequence(&[&identifier]);
        let signed = Signed::new(PART.as_bytes(), &[&alice()]);
        let bent = signed.signer(|mut signer| {
            signer.digest_algorithm = kind.clone();
            signer.signature_algorithm = kind.clone();
            signer.with(sequence(&[&identifier, &tlv(0x31, &octets(b"x"))]))
        });
        match opener().any_signer().open_cms(&bent.build()) {
            Ok(opened) => {
                assert!(opened.trusted().is_err(), "{what}");
                let report = opened.report().to_string();
                assert!(report.len() < 8_000, "{what}: {}", report.len());
            }
            Err(error) => assert!(error.to_string().len() < 1_000, "{what}"),
        }
        let subject = sequence(&[&tlv(0x31, &sequence(&[&identifier, &tlv(0x0c, b"x")]))]);
        let (der, _) = ca().certify(Key::P256, ALICE).raw_subject(subject).issue();
        match Certificate::from_bytes(&der) {
            Ok(certificate) => {
                assert!(certificate.subject().len() < 5_000, "{what}");
                assert!(certificate.description().len() < 8_000, "{what}");
            }
            Err(error) => assert!(error.to_string().len() < 1_000, "{what}"),
        }
    }
}

/// Paths to all object identifiers.
fn find(der: &[u8], above: &mut Vec<usize>, found: &mut Vec<Vec<usize>>) {
    let (tag, _, content) = crate::structure::children(der)[0];
    if tag == 0x06 {
        found.push(above.clone());
    }
    if tag & 0x20 != 0 {
        for (index, (_, raw, _)) in crate::structure::children(content).iter().enumerate() {
            above.push(index);
            find(raw, above, found);
            above.pop();
        }
    }
}
