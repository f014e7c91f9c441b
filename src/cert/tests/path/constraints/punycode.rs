//! SECURITY.md PKI-04: Punycode longer than any label, in constraints and in what they are about, as in CVE-2022-3602 and
//! CVE-2022-3786.

use idna::punycode::encode_str;

use super::*;

/// Of so many code points: one behind many letters, all different.
fn names(count: usize) -> [String; 2] {
    let different = (0x4e00..).filter_map(char::from_u32);
    [
        "a".repeat(count - 1) + "\u{fc}",
        different.take(count).collect(),
    ]
}

#[test]
fn pki_04_punycode_of_any_length_does_not_slip_through() {
    for count in [64, 512, 513, 2_000] {
        for name in names(count) {
            let domain = format!("xn--{}.example", encode_str(&name).unwrap());
            // An address in A-labels, one in U-labels, and one that is not about it.
            let own = format!("a@{domain}");
            let shown = format!("\u{e4}@{name}.example");
            for base in [mail(&domain), mail(&format!(".{domain}")), mail(&own)] {
                let permitted = constraints(std::slice::from_ref(&base), &[]);
                let excluded = constraints(&[], &[base]);
                for address in [own.as_str(), &shown] {
                    assert!(refused(&permitted, |leaf| leaf.address(address)).is_some());
                    assert!(refused(&excluded, |leaf| leaf.address(address)).is_some());
                }
                let other = refused(&permitted, |leaf| leaf.address("a@good.com"));
                assert!(other.is_some(), "{domain}");
            }
            for value in [
                constraints(&[mail("good.com")], &[]),
                constraints(&[], &[mail("bad.com")]),
            ] {
                for address in [own.as_str(), &shown] {
                    assert!(!passes(&value, address), "{address}");
                }
            }
        }
    }
}

/// Each part is a good one: what is too long is no address, what is not is compared.
#[test]
fn pki_04_many_parts_in_punycode() {
    for (parts, is_address) in [(20, true), (100, false), (2_000, false)] {
        let below = vec!["xn--tda"; parts].join(".");
        let inside = format!("a@{below}.good.com");
        let value = constraints(&[mail(".good.com")], &[]);
        assert_eq!(passes(&value, &inside), is_address, "{parts}");
        let value = constraints(&[], &[mail(".bad.com")]);
        assert_eq!(passes(&value, &inside), is_address, "{parts}");
        assert!(!passes(&value, &format!("a@{below}.bad.com")), "{parts}");
    }
}
