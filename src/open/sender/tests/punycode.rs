//! SECURITY.md SIG-12: Punycode longer than any label, as in CVE-2022-3602 and CVE-2022-3786.

use idna::punycode::encode_str;

use super::*;

/// Of so many code points: one again and again, one behind many letters, all different.
fn names(count: usize) -> [String; 3] {
    let different = (0x4e00..).filter_map(char::from_u32);
    [
        "\u{fc}".repeat(count),
        "a".repeat(count - 1) + "\u{fc}",
        different.take(count).collect(),
    ]
}

#[test]
fn sig_12_punycode_of_any_length_matches_nothing() {
    let good = certificate("ceo@example.org");
    let ca = Ca::new("Test CA");
    for count in [64, 255, 256, 511, 512, 513, 1_000, 2_000] {
        for name in names(count) {
            let label = format!("xn--{}", encode_str(&name).unwrap());
            for domain in [
                format!("{label}.example"),
                format!("example.{label}"),
                format!("{name}.example"),
            ] {
                let header = format!("From: ceo@{domain}\r\n");
                assert_eq!(found(&header, &good), Found::NoFrom, "{domain}");
                let certify = ca.certify(Key::P256, &format!("ceo@{domain}"));
                let long = issued(certify);
                for header in ["From: ceo@example.org\r\n", &header] {
                    assert!(!failures(header, &long).is_empty(), "{domain}");
                }
            }
        }
    }
}

/// Each part is a good one, and together they are too long.
#[test]
fn sig_12_many_parts_in_punycode_match_nothing() {
    for (parts, expected) in [
        (20, Found::Named),
        (100, Found::NoFrom),
        (2_000, Found::NoFrom),
    ] {
        let domain = vec!["xn--tda"; parts].join(".");
        let long = certificate(&format!("ceo@{domain}"));
        let header = format!("From: ceo@{domain}\r\n");
        assert_eq!(found(&header, &long), expected, "{parts}");
        let shown = vec!["\u{fc}"; parts].join(".");
        let header = format!("From: ceo@{shown}\r\n");
        assert_eq!(found(&header, &long), expected, "{parts}");
    }
}
