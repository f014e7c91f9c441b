use crate::cert::Certificate;
use crate::cert::ca::{Ca, Key, oid, sequence, tlv};

fn description(method: &str, tag: u8, location: &[u8]) -> Vec<u8> {
    sequence(&[&oid(method), &tlv(tag, location)])
}

fn with_access(value: &[u8]) -> Certificate {
    let ca = Ca::new("Test CA");
    let certificate = ca.certify(Key::P256, "bob@example.org");
    let certificate = certificate.extension("1.3.6.1.5.5.7.1.1", false, value);
    Certificate::from_der_exact(&certificate.issue().0).unwrap()
}

const OCSP: &str = "1.3.6.1.5.5.7.48.1";
const ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

#[test]
fn uris_by_method() {
    let certificate = with_access(&sequence(&[
        &description(OCSP, 0x86, b"http://ocsp.example.org/a"),
        &description(ISSUERS, 0x86, b"http://example.org/ca.cer"),
        &description(OCSP, 0x86, b"ldap://example.org/b"),
        // No URI, and another method.
        &description(OCSP, 0x82, b"example.org"),
        &description("1.3.6.1.5.5.7.48.3", 0x86, b"http://example.org/time"),
    ]));
    let expected = ["http://ocsp.example.org/a", "ldap://example.org/b"];
    assert_eq!(certificate.ocsp_urls(), expected);
    assert_eq!(certificate.issuer_urls(), ["http://example.org/ca.cer"]);
    let ca = Ca::new("Test CA");
    let without = ca.leaf(Key::P256, "bob@example.org").0;
    let without = Certificate::from_der_exact(&without).unwrap();
    assert!(without.ocsp_urls().is_empty() && without.issuer_urls().is_empty());
}

#[test]
fn what_is_no_uri_is_left_out() {
    let long = [b"http://example.org/".as_slice(), &[b'a'; 2_029]].concat();
    let longer = [long.as_slice(), b"b"].concat();
    let certificate = with_access(&sequence(&[
        &description(OCSP, 0x86, b"http://example.org/a\r\nHost: x"),
        &description(OCSP, 0x86, b"http://example.org/a b"),
        &description(OCSP, 0x86, "http://exämple.org".as_bytes()),
        &description(OCSP, 0x86, b""),
        &description(OCSP, 0x86, &longer),
        &description(OCSP, 0x86, &long),
    ]));
    assert_eq!(certificate.ocsp_urls(), [String::from_utf8(long).unwrap()]);
    // Cut off in the middle, and more than anybody needs.
    assert!(with_access(&[0x30, 5, 0x30, 3]).ocsp_urls().is_empty());
    let many = description(OCSP, 0x86, b"http://example.org/").repeat(1_000);
    assert_eq!(with_access(&sequence(&[&many])).ocsp_urls().len(), 16);
}
