//! Extensions of a CA or a leaf that say nothing that could be met.

use super::*;
use crate::cert::ca::{points, sequence, tlv};

/// Why a leaf is refused that is below a CA with this extension, and one that has it itself.
fn refused(oid: &str, critical: bool, value: &[u8]) -> [Vec<Reason>; 2] {
    let root = Ca::new("Root");
    let (with, without) = (root.authority("With"), root.authority("Without"));
    let with = with.extension(oid, critical, value).issue_authority();
    let without = without.issue_authority();
    let below = with.leaf(Key::P256, "bob@example.org").0;
    let itself = without.certify(Key::P256, "bob@example.org");
    let itself = itself.extension(oid, critical, value).issue().0;
    [(below, with), (itself, without)].map(|(leaf, ca)| {
        let case = Case::new(&leaf, &[ca.certificate_der()], &[root.certificate_der()]);
        match case.validate() {
            Ok(_) => Vec::new(),
            Err(failure) => failed(&failure.checks),
        }
    })
}

fn malformed(extension: &str) -> [Vec<Reason>; 2] {
    let extension = extension.to_owned();
    let reason = Reason::MalformedExtension { extension };
    [vec![of_issuer("CN=With", reason.clone())], vec![reason]]
}

#[test]
fn pki_04_constraints_without_a_subtree() {
    let host = sequence(&[&tlv(0x82, b"example.org")]);
    let (none, some) = (tlv(0xa0, &[]), tlv(0xa1, &host));
    assert_eq!(refused("2.5.29.30", true, &sequence(&[&some])), [[], []]);
    for empty in [
        sequence(&[]),
        sequence(&[&none]),
        sequence(&[&tlv(0xa1, &[])]),
        sequence(&[&none, &some]),
    ] {
        for critical in [true, false] {
            let reasons = refused("2.5.29.30", critical, &empty);
            assert_eq!(reasons, malformed("nameConstraints"), "{empty:02x?}");
        }
    }
}

#[test]
fn pki_06_critical_distribution_points_must_be_understood() {
    let place = tlv(0xa0, &tlv(0xa0, &tlv(0x86, b"http://example.org/list")));
    let good = points(&[&place]);
    assert_eq!(refused("2.5.29.31", true, &good), [[], []]);
    let more = [good.as_slice(), &[5, 0]].concat();
    for bad in [&[4, 0][..], &[0x30, 0], b"garbage", &more] {
        assert_eq!(
            refused("2.5.29.31", true, bad),
            malformed("cRLDistributionPoints")
        );
        // Revocation is not asked for.
        assert_eq!(refused("2.5.29.31", false, bad), [[], []]);
    }
}
