//! SECURITY.md PKI-02: the cases of PKITS for mail addresses, for addresses of both kinds, and hierarchies that turn in
//! circles, share names or are signed crosswise.

use super::*;
use crate::cert::ca::{Certify, name, sequence, tlv};

const COUNTRY: &str = "2.5.4.6";
const ORGANIZATION: &str = "2.5.4.10";
const UNIT: &str = "2.5.4.11";
const COMMON: &str = "2.5.4.3";
const EMAIL: &str = "1.2.840.113549.1.9.1";

/// The organisation whose subtree is permitted, and another one.
const INSIDE: [(&str, &str); 3] = [
    (COUNTRY, "US"),
    (ORGANIZATION, "Test Certificates"),
    (UNIT, "permittedSubtree1"),
];
const OUTSIDE: [(&str, &str); 3] = [
    (COUNTRY, "US"),
    (ORGANIZATION, "Test Certificates"),
    (UNIT, "excludedSubtree1"),
];

/// nameConstraints with one subtree: `0xa0` permitted, `0xa1` excluded.
fn subtree(list: u8, base: &[u8]) -> Vec<u8> {
    sequence(&[&tlv(list, &sequence(&[base]))])
}

fn limited<'a>(ca: Certify<'a>, list: u8, base: &[u8]) -> Certify<'a> {
    ca.extension("2.5.29.30", true, &subtree(list, base))
}

/// The verdict on a leaf below some CAs, whatever the order in which they are at hand.
fn passes(leaf: &[u8], others: &[&[u8]], anchors: &[&[u8]]) -> bool {
    let forwards = Case::new(leaf, others, anchors).validate().is_ok();
    let mut reversed = others.to_vec();
    reversed.reverse();
    let backwards = Case::new(leaf, &reversed, anchors).validate().is_ok();
    assert_eq!(forwards, backwards, "the order of certificates decides");
    forwards
}

/// The same address for an rfc822Name and for a SmtpUTF8Mailbox.
fn both_kinds(domain: &str) -> [String; 2] {
    [format!("test@{domain}"), format!("prüf@{domain}")]
}

#[test]
fn pki_02_rfc822_names() {
    let root = Ca::new("Trust Anchor");
    for (list, base, inside, outside) in [
        // 4.13.21 and 4.13.22
        (
            0xa0,
            ".testcertificates.gov",
            "mailserver.testcertificates.gov",
            "testcertificates.gov",
        ),
        // 4.13.23 and 4.13.24
        (
            0xa0,
            "testcertificates.gov",
            "testcertificates.gov",
            "mailserver.testcertificates.gov",
        ),
        // 4.13.25 and 4.13.26
        (
            0xa1,
            "testcertificates.gov",
            "mailserver.testcertificates.gov",
            "testcertificates.gov",
        ),
        // The one that PKITS leaves out.
        (
            0xa1,
            ".testcertificates.gov",
            "testcertificates.gov",
            "mailserver.testcertificates.gov",
        ),
    ] {
        let base = tlv(0x81, base.as_bytes());
        let ca =
            limited(root.authority("nameConstraints RFC822 CA"), list, &base).issue_authority();
        let below = ca.intermediate("Below");
        for (issuer, others) in [
            (&ca, vec![ca.certificate_der()]),
            (&below, vec![ca.certificate_der(), below.certificate_der()]),
        ] {
            for (domain, good) in [(inside, true), (outside, false)] {
                for address in both_kinds(domain) {
                    let (leaf, _) = issuer.leaf(Key::P256, &address);
                    let verdict = passes(&leaf, &others, &[root.certificate_der()]);
                    assert_eq!(verdict, good, "{address}");
                }
                // One good address does not help a bad one, of whatever kind.
                for (first, second) in [(inside, domain), (domain, inside)] {
                    for (one, other) in both_kinds(first)
                        .iter()
                        .zip(both_kinds(second).iter().rev())
                    {
                        let (leaf, _) = issuer.certify(Key::P256, one).address(other).issue();
                        let verdict = passes(&leaf, &others, &[root.certificate_der()]);
                        assert_eq!(verdict, good, "{one} and {other}");
                    }
                }
            }
        }
    }
}

#[test]
fn pki_02_directory_names_and_rfc822_names() {
    let root = Ca::new("Trust Anchor");
    let directory = tlv(0xa4, &name(&INSIDE));
    let upper =
        limited(root.authority("nameConstraints DN1 CA"), 0xa0, &directory).issue_authority();
    let mail = tlv(0x81, b"testcertificates.gov");
    let called = |unit: &[(&'static str, &'static str)], common| {
        let mut all = unit.to_vec();
        all.push((COMMON, common));
        all
    };
    let lower = limited(
        upper
            .authority("")
            .subject(&called(&INSIDE, "nameConstraints DN1 subCA3")),
        0xa0,
        &mail,
    )
    .issue_authority();
    let others = [upper.certificate_der(), lower.certificate_der()];
    let verdict = |subject: &[(&str, &str)], address: Option<&str>| {
        let leaf = lower.certify(Key::P256, "x@x.invalid").no_address();
        let leaf = match address {
            Some(address) => leaf.address(address),
            None => leaf,
        };
        let (leaf, _) = leaf.subject(subject).issue();
        passes(&leaf, &others, &[root.certificate_der()])
    };
    let subject = called(&INSIDE, "Test EE");
    let with_address = |address: &'static str| {
        let mut subject = subject.clone();
        subject.push((EMAIL, address));
        subject
    };
    for (good, domain) in [
        (true, "testcertificates.gov"),
        (false, "invalidcertificates.gov"),
    ] {
        // 4.13.27 and 4.13.28
        for address in both_kinds(domain) {
            assert_eq!(verdict(&subject, Some(&address)), good, "{address}");
            // Whatever the address, the name must be inside, too.
            assert!(!verdict(&called(&OUTSIDE, "Test EE"), Some(&address)));
        }
    }
    // 4.13.29: the address stands in the subject.
    assert!(verdict(&with_address("test@testcertificates.gov"), None));
    assert!(!verdict(
        &with_address("test@invalidcertificates.gov"),
        None
    ));
    // And beside one in the alternative name.
    for address in both_kinds("testcertificates.gov") {
        let good = with_address("test@testcertificates.gov");
        assert!(verdict(&good, Some(&address)));
        let bad = with_address("test@invalidcertificates.gov");
        assert!(!verdict(&bad, Some(&address)));
    }
    // Neither address nor alternative name: only the directory name counts.
    assert!(verdict(&subject, None));
    assert!(!verdict(&called(&OUTSIDE, "Test EE"), None));
}

#[test]
fn pki_02_circles_lead_nowhere_but_to_an_anchor() {
    // One, Two and Three certify each other in a circle, in both directions.
    let stranger = Ca::new("Stranger");
    let [one, two, three] = ["One", "Two", "Three"].map(Ca::new);
    let all = [&one, &two, &three];
    let mut others = Vec::new();
    for subject in all {
        for issuer in all {
            // Also the self-signed ones, which nobody trusts.
            others.push(subject.cross_signed_by(issuer));
        }
    }
    let mut others: Vec<&[u8]> = others.iter().map(Vec::as_slice).collect();
    for address in both_kinds("example.org") {
        for ca in all {
            let (leaf, _) = ca.leaf(Key::P256, &address);
            assert!(!passes(&leaf, &others, &[stranger.certificate_der()]));
        }
    }
    // The anchor certifies one of them, for one host only: the constraint holds at every distance.
    let mail = tlv(0x81, b"example.org");
    let entry = limited(stranger.authority("").with_key(one.key_pair()), 0xa0, &mail)
        .subject(&[(COMMON, "One")])
        .issue()
        .0;
    others.push(&entry);
    for ca in all {
        for (domain, good) in [("example.org", true), ("example.com", false)] {
            for address in both_kinds(domain) {
                let (leaf, _) = ca.leaf(Key::P256, &address);
                let verdict = passes(&leaf, &others, &[stranger.certificate_der()]);
                assert_eq!(verdict, good, "{address}");
            }
        }
    }
}

#[test]
fn pki_02_a_name_is_no_proof() {
    let root = Ca::new("Root");
    let false_root = Ca::new("Root");
    let ca = root.intermediate("Mail CA");
    let false_ca = false_root.intermediate("Mail CA");
    let self_made = Ca::new("Mail CA");
    let others = [
        ca.certificate_der(),
        false_ca.certificate_der(),
        self_made.certificate_der(),
        false_root.certificate_der(),
    ];
    for address in both_kinds("example.org") {
        for identifiers in [true, false] {
            for (issuer, good) in [(&ca, true), (&false_ca, false), (&self_made, false)] {
                let leaf = issuer.certify(Key::P256, &address);
                let leaf = match identifiers {
                    true => leaf,
                    false => leaf.no_key_identifiers(),
                };
                let (leaf, _) = leaf.issue();
                let verdict = passes(&leaf, &others, &[root.certificate_der()]);
                assert_eq!(verdict, good, "{address}");
            }
        }
        // All three in one path, each self-issued and issued by nobody: a leaf called as its CA.
        let (leaf, _) = false_ca
            .certify(Key::P256, &address)
            .subject(&[(COMMON, "Mail CA")])
            .issue();
        assert!(!passes(&leaf, &others, &[root.certificate_der()]));
    }
    // A leaf signed by a leaf of the same name as a CA.
    let mallory = ca
        .certify(Key::P256, "mallory@example.org")
        .subject(&[(COMMON, "Mail CA")])
        .issue_authority();
    let (leaf, _) = mallory.leaf(Key::P256, "alice@example.org");
    let others = [ca.certificate_der(), mallory.certificate_der()];
    assert!(!passes(&leaf, &others, &[root.certificate_der()]));
}

#[test]
fn pki_02_cross_signatures_carry_their_own_constraints() {
    let [here, there] = ["Here", "There"].map(Ca::new);
    let ca = here.intermediate("Mail CA");
    // There vouches for Here within one domain, and not for one host in it.
    let permitted = limited(
        there.authority("").with_key(here.key_pair()),
        0xa0,
        &tlv(0x81, b".example.org"),
    )
    .subject(&[(COMMON, "Here")])
    .issue()
    .0;
    let excluded = limited(
        there.authority("").with_key(here.key_pair()),
        0xa1,
        &tlv(0x81, b"secret.example.org"),
    )
    .subject(&[(COMMON, "Here")])
    .issue()
    .0;
    for (domain, through_permitted, through_excluded) in [
        ("mail.example.org", true, true),
        ("secret.example.org", true, false),
        ("example.org", false, true),
        ("example.com", false, true),
    ] {
        for address in both_kinds(domain) {
            let (leaf, _) = ca.leaf(Key::P256, &address);
            let verdict = |cross: &[&[u8]], anchor: &Ca| {
                let mut others = vec![ca.certificate_der()];
                others.extend(cross);
                passes(&leaf, &others, &[anchor.certificate_der()])
            };
            assert!(verdict(&[&permitted], &here), "{address}: straight");
            assert!(!verdict(&[], &there), "{address}: nobody vouches");
            assert_eq!(
                verdict(&[&permitted], &there),
                through_permitted,
                "{address}"
            );
            assert_eq!(verdict(&[&excluded], &there), through_excluded, "{address}");
            // Either way will do.
            let either = through_permitted || through_excluded;
            assert_eq!(verdict(&[&permitted, &excluded], &there), either);
            assert_eq!(verdict(&[&excluded, &permitted], &there), either);
        }
    }
}

#[test]
fn pki_02_renewed_keys_are_not_bound_by_constraints_on_names_and_leaves_are() {
    // RFC 5280 6.1.3 b: a self-issued certificate that is not the last one is exempt.
    let root = Ca::new("Root");
    let old =
        limited(root.authority("Mail CA"), 0xa0, &tlv(0x81, b"example.org")).issue_authority();
    let renewed = old
        .authority("Mail CA")
        .alternative_name(0x81, b"ca@example.com")
        .issue_authority();
    let others = [old.certificate_der(), renewed.certificate_der()];
    for (domain, good) in [("example.org", true), ("example.com", false)] {
        for address in both_kinds(domain) {
            let (leaf, _) = renewed.leaf(Key::P256, &address);
            let verdict = passes(&leaf, &others, &[root.certificate_der()]);
            assert_eq!(verdict, good, "{address}");
            // A leaf that calls itself as its CA is no CA.
            let (leaf, _) = renewed
                .certify(Key::P256, &address)
                .subject(&[(COMMON, "Mail CA")])
                .issue();
            let verdict = passes(&leaf, &others, &[root.certificate_der()]);
            assert_eq!(verdict, good, "{address}, self-issued");
        }
    }
}
