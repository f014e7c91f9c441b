//! SECURITY.md PKI-04: host names, URIs and IP addresses.

use super::*;

/// Numbers of GeneralName, as tag octets.
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const IP: u8 = 0x87;

/// Whether a leaf with this name is let pass. A refusal must be for the name.
fn lets_pass(value: &[u8], form: u8, name: &[u8]) -> bool {
    let reason = refused(value, |leaf| {
        leaf.address("a@good.com").alternative_name(form, name)
    });
    assert!(
        matches!(reason, None | Some(Reason::NameConstraint { .. })),
        "{reason:?}"
    );
    reason.is_none()
}

/// A base, names inside and names outside: as permitted and as excluded subtree.
fn divides(form: u8, base: &[u8], inside: &[&[u8]], outside: &[&[u8]]) {
    let permitted = constraints(&[tlv(form, base)], &[]);
    let excluded = constraints(&[], &[tlv(form, base)]);
    let shown = |name: &[u8]| name.escape_ascii().to_string();
    for name in inside {
        let words = format!("{} is in {}", shown(name), shown(base));
        assert!(lets_pass(&permitted, form, name), "{words}");
        assert!(!lets_pass(&excluded, form, name), "{words}");
    }
    for name in outside {
        let words = format!("{} is not in {}", shown(name), shown(base));
        assert!(!lets_pass(&permitted, form, name), "{words}");
        assert!(lets_pass(&excluded, form, name), "{words}");
    }
}

/// Names that lie neither inside of a permitted nor outside of an excluded subtree: refused either way.
fn refuses(form: u8, base: &[u8], names: &[&[u8]]) {
    for name in names {
        for value in [
            constraints(&[tlv(form, base)], &[]),
            constraints(&[], &[tlv(form, base)]),
        ] {
            let shown = name.escape_ascii();
            assert!(!lets_pass(&value, form, name), "{shown}");
        }
    }
}

/// A base that makes the CA unfit, whatever the leaf names.
fn means_nothing(form: u8, bases: &[&[u8]]) {
    for base in bases {
        for value in [
            constraints(&[], &[tlv(form, base)]),
            constraints(&[tlv(form, base)], &[]),
        ] {
            let reason = refused(&value, |leaf| leaf.address("a@good.com"));
            let extension = "nameConstraints".to_owned();
            let malformed = Reason::MalformedExtension { extension };
            let shown = base.escape_ascii();
            assert_eq!(reason, Some(of_issuer("CN=Limited", malformed)), "{shown}");
        }
    }
}

#[test]
fn pki_04_host_names() {
    // RFC 5280 4.2.1.10: zero or more labels to the left.
    divides(
        DNS,
        b"example.com",
        &[
            b"example.com",
            b"EXAMPLE.Com",
            b"a.example.com",
            b"a.b.example.com",
            b"_sip.example.com",
            b"*.example.com",
            b"*.a.example.com",
        ],
        &[
            b"badexample.com",
            b"example.com.org",
            b"com",
            b"xample.com",
            b"*.badexample.com",
            b"*.org",
        ],
    );
    // With a dot at its beginning: one or more.
    divides(
        DNS,
        b".example.com",
        &[b"a.example.com", b"a.b.Example.com", b"*.example.com"],
        &[b"example.com", b"badexample.com", b"a.example.org"],
    );
    divides(
        DNS,
        b"XN--BCHER-kva.example",
        &[b"xn--bcher-kva.example", b"www.Xn--Bcher-Kva.example"],
        &[b"bcher-kva.example", b"xn--bcher-kvb.example"],
    );
    divides(DNS, b"", &[b"example.com", b"*.example.com"], &[]);
}

#[test]
fn pki_04_wildcards_that_reach_across_are_refused_either_way() {
    refuses(DNS, b"bad.example.com", &[b"*.example.com", b"*.com"]);
    refuses(DNS, b".bad.example.com", &[b"*.example.com", b"*.com"]);
}

#[test]
fn pki_04_what_is_no_host_name_does_not_slip_through() {
    refuses(
        DNS,
        b"bad.com",
        &[
            b"a.bad.com.",
            b"bad.com.",
            b".bad.com",
            b"a..bad.com",
            b"bad.com\0",
            b"bad.com\0.good.com",
            b"bad.com ",
            b" ",
            b"",
            b"*",
            b"*bad.com",
            b"a*.bad.com",
            b"a.*.bad.com",
            b"*.*.bad.com",
            b"*.",
            "b\u{fc}cher.example".as_bytes(),
            b"\xff.bad.com",
            b"user@bad.com",
            b"bad.com:443",
            [b"a".repeat(64), b".com".to_vec()].concat().as_slice(),
            [b"a.".repeat(130), b"com".to_vec()].concat().as_slice(),
        ],
    );
    means_nothing(
        DNS,
        &[
            b"bad.com.",
            b"*.bad.com",
            b"*",
            b".",
            b"..bad.com",
            b"bad..com",
            b"bad.com\0",
            b"bad com",
            b"https://bad.com",
            "b\u{fc}cher.example".as_bytes(),
            b"\xff",
        ],
    );
}

#[test]
fn pki_04_hosts_of_uris() {
    // A host is that host only.
    divides(
        URI,
        b"example.com",
        &[
            b"https://example.com",
            b"https://EXAMPLE.com/path?query#fragment",
            b"ldap://example.com:389/",
            b"https://example.com:/",
            b"https://user:password@example.com/",
            b"https://example.com?@bad.com",
            b"https://example.com#@bad.com",
        ],
        &[
            b"https://a.example.com",
            b"https://badexample.com",
            b"https://example.com.org",
            b"https://example.com@bad.com",
            b"https://example.com:80@bad.com",
            b"https://bad.com/example.com",
            b"https://bad.com?example.com",
            b"https://bad.com#example.com",
            b"https://bad.com/@example.com",
            b"https://bad.com/?@example.com",
        ],
    );
    // With a dot at its beginning: all below that domain, and not itself.
    divides(
        URI,
        b".example.com",
        &[b"https://a.example.com", b"https://a.b.EXAMPLE.com:1/x"],
        &[b"https://example.com", b"https://badexample.com"],
    );
}

#[test]
fn pki_04_uris_whose_host_cannot_be_said_are_refused() {
    refuses(
        URI,
        b"example.com",
        &[
            // No authority, or none that is a name (RFC 5280 4.2.1.10).
            b"mailto:a@example.com",
            b"urn:example.com",
            b"file:///example.com",
            b"example.com",
            b"//example.com",
            b"",
            b"https://",
            b"https://:80/",
            b"https://user@/",
            b"https://192.0.2.1/",
            b"https://3221225985/",
            b"https://0xC0000201/",
            b"https://192.0.2.1:80/",
            b"https://[2001:db8::1]/",
            b"https://[2001:db8::1]:80/",
            // Read differently by different readers.
            b"https://bad.com\\@example.com/",
            b"https://example.com\\@bad.com/",
            b"https://a@bad.com@example.com/",
            b"https://exam\tple.com/",
            b"https://example.com\0.bad.com/",
            b"https://example.com /",
            b"https://example.com./",
            b"https://example%2ecom/",
            b"https://*.example.com/",
            b"https://example.com:80:90/",
            b"https://example.com:x/",
            b"1https://example.com/",
            "https://b\u{fc}cher.example/".as_bytes(),
        ],
    );
    // An empty one is in no RFC: neither every host nor none.
    refuses(URI, b"", &[b"https://example.com"]);
    means_nothing(
        URI,
        &[
            b"https://bad.com",
            b"bad.com/",
            b"bad.com:80",
            b"user@bad.com",
            b"bad.com.",
            b"*.bad.com",
            b".",
            "b\u{fc}cher.example".as_bytes(),
        ],
    );
}

#[test]
fn pki_04_ip_addresses() {
    divides(
        IP,
        &[192, 0, 2, 0, 255, 255, 255, 0],
        &[&[192, 0, 2, 0], &[192, 0, 2, 255]],
        &[&[192, 0, 3, 0], &[192, 0, 1, 255], &[0; 16]],
    );
    // Bits of the address that the mask leaves out do not count.
    divides(
        IP,
        &[10, 1, 2, 3, 255, 0, 0, 0],
        &[&[10, 200, 0, 1]],
        &[&[11, 1, 2, 3]],
    );
    divides(IP, &[0; 8], &[&[0; 4], &[255; 4]], &[&[1; 16]]);
    divides(
        IP,
        &[192, 0, 2, 1, 255, 255, 255, 255],
        &[&[192, 0, 2, 1]],
        &[&[192, 0, 2, 0]],
    );
    // 2001:db8::/33
    let mut v6 = [0; 32];
    v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
    v6[16..21].copy_from_slice(&[255, 255, 255, 255, 0x80]);
    let address = |fifth: u8| {
        let mut address: [u8; 16] = v6[..16].try_into().unwrap();
        address[4] = fifth;
        address[15] = 1;
        address
    };
    divides(
        IP,
        &v6,
        &[&address(0), &address(0x7f)],
        &[&address(0x80), &[192, 0, 2, 1], &[0; 16]],
    );
}

#[test]
fn pki_04_an_ipv4_address_in_the_form_of_ipv6_is_refused_either_way() {
    let mut mapped = [0; 16];
    mapped[10..].copy_from_slice(&[255, 255, 192, 0, 2, 1]);
    refuses(IP, &[192, 0, 2, 0, 255, 255, 255, 0], &[&mapped]);
    divides(IP, &[198, 51, 100, 0, 255, 255, 255, 0], &[], &[&mapped]);
}

#[test]
fn pki_04_ip_addresses_and_masks_of_wrong_sizes() {
    let base = [192, 0, 2, 0, 255, 255, 255, 0];
    refuses(
        IP,
        &base,
        &[&[], &[192], &[192, 0, 2], &[192, 0, 2, 1, 0], &base],
    );
    let mut hole = [0xff; 32];
    hole[20] = 0xfe;
    means_nothing(
        IP,
        &[
            &[],
            &[192, 0, 2, 0],
            &[192, 0, 2, 0, 255, 255, 255],
            &[192, 0, 2, 0, 255, 0, 255, 0],
            &[192, 0, 2, 0, 0, 0, 0, 1],
            &[192, 0, 2, 0, 127, 255, 255, 255],
            &[0; 16],
            &[0; 20],
            &[0; 33],
            &hole,
        ],
    );
}

#[test]
fn pki_04_the_refused_name_is_named() {
    let named = |value: &[u8], form: u8, name: &[u8]| {
        let reason = refused(value, |leaf| leaf.alternative_name(form, name));
        let Some(Reason::NameConstraint { name, .. }) = reason else {
            panic!("{reason:?}")
        };
        name
    };
    let of = |form: u8| constraints(&[tlv(form, b"good.com")], &[]);
    assert_eq!(named(&of(DNS), DNS, b"bad.com\r\n"), "bad.com\\r\\n");
    assert_eq!(named(&of(URI), URI, b"ftp://bad.com"), "ftp://bad.com");
    let network = constraints(&[tlv(IP, &[10, 0, 0, 0, 255, 0, 0, 0])], &[]);
    assert_eq!(named(&network, IP, &[192, 0, 2, 1]), "192.0.2.1");
    assert_eq!(named(&network, IP, &[1; 3]), "01:01:01");
    let mut v6 = [0; 16];
    v6[15] = 1;
    assert_eq!(named(&network, IP, &v6), "::1");
}

#[test]
fn pki_04_other_forms_do_not_matter() {
    let value = constraints(
        &[
            tlv(DNS, b"good.com"),
            tlv(URI, b"good.com"),
            tlv(IP, &[10, 0, 0, 0, 255, 0, 0, 0]),
        ],
        &[],
    );
    // Mail addresses alone are not constrained by these.
    assert_eq!(refused(&value, |leaf| leaf.address("a@bad.com")), None);
    assert!(lets_pass(&value, DNS, b"www.good.com"));
    assert!(lets_pass(&value, URI, b"https://good.com"));
    assert!(lets_pass(&value, IP, &[10, 1, 1, 1]));
    assert!(!lets_pass(&value, DNS, b"bad.com"));
    // One of several is enough, and every name must lie in one.
    let two = constraints(&[tlv(DNS, b"one.com"), tlv(DNS, b"two.com")], &[]);
    assert!(lets_pass(&two, DNS, b"two.com"));
    let reason = refused(&two, |leaf| {
        leaf.alternative_name(DNS, b"two.com")
            .alternative_name(DNS, b"three.com")
    });
    assert!(matches!(reason, Some(Reason::NameConstraint { name, .. }) if name == "three.com"));
    // Excluded wins over permitted.
    let both = constraints(&[tlv(DNS, b"good.com")], &[tlv(DNS, b"bad.good.com")]);
    assert!(lets_pass(&both, DNS, b"a.good.com"));
    assert!(!lets_pass(&both, DNS, b"a.bad.good.com"));
}
