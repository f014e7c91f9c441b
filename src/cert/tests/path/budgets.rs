//! SECURITY.md PKI-03: bags made to keep a builder busy. Counted, not timed.

use super::*;
use crate::cert::path::validate_and_count;

/// Another certificate for each number: the last octets of `key`, where `key` stands in it, are changed. An
/// Ed25519 key is any 32 octets, so each stays a certificate.
pub(super) fn variants(der: &[u8], key: &[u8], count: u32) -> Vec<Certificate> {
    let place = der.windows(key.len()).position(|w| w == key).unwrap();
    let end = place + key.len();
    let vary = |number: u32| {
        let mut der = der.to_vec();
        der[end - 4..end].copy_from_slice(&number.to_be_bytes());
        read(&der)
    };
    (0..count).map(vary).collect()
}

pub(super) fn spent(case: &Case) -> (Vec<Reason>, usize, usize) {
    let (result, spent) = validate_and_count(&case.inputs());
    let failure = result.expect_err("accepted");
    (failed(&failure.checks), spent.signatures, spent.steps)
}

pub(super) fn budget(what: &'static str, limit: u64) -> Reason {
    Reason::Budget { what, limit }
}

#[test]
fn pki_03_ten_thousand_namesakes_with_keys_of_their_own() {
    let blow_up = Ca::with_key("Blow-up", Key::Ed25519);
    let mut case = Case::new(
        &blow_up
            .certify(Key::P256, "eve@example.org")
            .no_key_identifiers()
            .issue()
            .0,
        &[],
        &[Ca::new("Root").certificate_der()],
    );
    let template = blow_up.again().no_key_identifiers().issue().0;
    let spki = blow_up.key_pair().spki_der();
    let key = &spki[spki.len() - 32..];
    case.others = variants(&template, key, 10_000);
    let (reasons, signatures, _) = spent(&case);
    assert_eq!(signatures, 100);
    let stopped = budget("signatures checked to find a path", 100);
    assert_eq!(reasons.last(), Some(&stopped));
}

#[test]
fn pki_03_ten_thousand_namesakes_with_one_key() {
    let blow_up = Ca::new("Blow-up");
    let (leaf, _) = blow_up.leaf(Key::P256, "eve@example.org");
    let mut case = Case::new(&leaf, &[], &[Ca::new("Root").certificate_der()]);
    // The signature is not looked at before the certificate is above another one.
    let template = blow_up.again().serial(b"0123456789abcdef").issue().0;
    case.others = variants(&template, b"0123456789abcdef", 10_000);
    let (reasons, signatures, steps) = spent(&case);
    // One check answers for all of them, and each asks for 10,000 candidates.
    assert_eq!((signatures, steps), (1, 210_000));
    let stopped = budget("steps taken to find a path", 200_000);
    assert_eq!(reasons.last(), Some(&stopped));

    // Few enough, and it ends without a budget: nobody is above them.
    case.others.truncate(400);
    let (reasons, signatures, steps) = spent(&case);
    let issuer = "CN=Blow-up".to_owned();
    assert_eq!(reasons, [Reason::UnknownIssuer { issuer }]);
    assert_eq!((signatures, steps), (1, 400 + 400 * 400));
}

#[test]
fn pki_03_cyclic_cross_certificates() {
    let names: Vec<String> = (0..9).map(|number| format!("CA {number}")).collect();
    let authorities: Vec<Ca> = names.iter().map(|name| Ca::new(name)).collect();
    let mut crosses: Vec<Vec<u8>> = Vec::new();
    for one in &authorities {
        for other in &authorities {
            crosses.push(one.cross_signed_by(other));
        }
    }
    let (leaf, _) = authorities[0].leaf(Key::P256, "eve@example.org");
    let crosses: Vec<&[u8]> = crosses.iter().map(Vec::as_slice).collect();
    let root = Ca::new("Root");
    let mut case = Case::new(&leaf, &crosses, &[root.certificate_der()]);
    let (reasons, signatures, steps) = spent(&case);
    assert!(signatures <= 100 && steps > 200_000 && steps < 200_100);
    let stopped = budget("steps taken to find a path", 200_000);
    assert_eq!(reasons.last(), Some(&stopped));

    // The same maze with a way out.
    case.anchors.add(&read(authorities[8].certificate_der()));
    assert!(case.validate().is_ok());
    // A budget of one's own.
    case.limits.path_signatures = 1;
    let (reasons, signatures, _) = spent(&case);
    assert_eq!(signatures, 1);
    let stopped = budget("signatures checked to find a path", 1);
    assert_eq!(reasons.last(), Some(&stopped));
}

#[test]
fn two_cas_that_certify_each_other() {
    let (one, two) = (Ca::new("One"), Ca::new("Two"));
    let (leaf, _) = one.leaf(Key::P256, "eve@example.org");
    let others = [one.cross_signed_by(&two), two.cross_signed_by(&one)];
    let others: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
    let case = Case::new(&leaf, &others, &[Ca::new("Root").certificate_der()]);
    let (reasons, signatures, steps) = spent(&case);
    // The leaf by One, One by Two, Two by One: there the circle closes.
    let issuer = "CN=One".to_owned();
    assert_eq!(reasons, [Reason::UnknownIssuer { issuer }]);
    assert_eq!((signatures, steps), (2, 3));
}

#[test]
fn comparisons_of_names_are_steps() {
    use crate::cert::ca::{sequence, tlv};
    let root = Ca::new("Root");
    let subtree = sequence(&[&tlv(0x81, b"example.org")]);
    let permitted = tlv(0xa0, &subtree.repeat(1_000));
    let limited = root
        .authority("Limited")
        .extension("2.5.29.30", true, &sequence(&[&permitted]))
        .issue_authority();
    let mut leaf = limited.certify(Key::P256, "0@example.org");
    for number in 1..300 {
        leaf = leaf.address(&format!("{number}@example.org"));
    }
    let (leaf, _) = leaf.issue();
    let mut case = Case::new(
        &leaf,
        &[limited.certificate_der()],
        &[root.certificate_der()],
    );
    let (reasons, _, _) = spent(&case);
    let stopped = budget("steps taken to find a path", 200_000);
    assert_eq!(reasons, [stopped]);
    case.limits.path_steps = 400_000;
    assert!(case.validate().is_ok());
}
