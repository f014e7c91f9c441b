//! What is too deep inside to be seen from outside.

use super::answers::Nonce;
use super::location::Location;
use super::rules::{Rules, comparable};
use crate::cert::OcspResponse;
use crate::cert::ca::{Ca, Key};

/// RFC 9654 2.1: the nonce of the response is that of the request. One from before is a replay.
#[test]
fn pki_07_a_replayed_nonce_is_refused() {
    let ca = Ca::new("Test CA");
    let (leaf, _) = ca.leaf(Key::P256, "alice@example.org");
    let with = |nonce: Option<&[u8]>| {
        let response = ca.ocsp_response().good(&leaf);
        let response = match nonce {
            Some(nonce) => response.nonce(nonce),
            None => response,
        };
        OcspResponse::from_bytes(&response.issue()).unwrap()
    };
    for is_required in [false, true] {
        let sent = b"0123456789abcdef";
        let is_taken = |received: Option<&[u8]>| {
            let nonce = Nonce { sent, is_required };
            nonce.check(&with(received)).is_ok()
        };
        assert!(is_taken(Some(sent)));
        assert!(!is_taken(Some(b"0123456789abcdeg")));
        assert!(!is_taken(Some(b"0123456789abcde")));
        assert!(!is_taken(Some(b"0")));
        assert_eq!(is_taken(None), !is_required);
    }
}

#[test]
fn hosts_compare_without_case_and_script() {
    for (one, other) in [
        ("CA.Example.", "ca.example"),
        ("bücher.example", "XN--BCHER-KVA.example"),
        ("127.1", "127.0.0.1"),
        ("[::0001]", "[::1]"),
    ] {
        assert_eq!(comparable(one), comparable(other));
    }
    assert_ne!(comparable("ca.example"), comparable("a.ca.example"));
}

/// Whatever a certificate may hold.
#[test]
fn pki_09_odd_urls() {
    for (url, words) in [
        ("", "not a URL"),
        ("http://", "not a URL"),
        ("//crl.example.com/a", "not a URL"),
        ("crl.crl", "not a URL"),
        ("http://crl.example.com:99999/", "not a URL"),
        ("http://a\u{0}b/", "not a URL"),
        ("http://[::1", "not a URL"),
        ("http://[fe80::1%25eth0]/", "not a URL"),
        ("javascript:alert(1)", "scheme is javascript"),
        ("data:application/pkix-crl;base64,AAAA", "scheme is data"),
        ("file:///etc/passwd", "scheme is file"),
        (
            "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
            "scheme is http+unix",
        ),
        ("http://admin@crl.example.com/a", "user name"),
        ("http://:secret@crl.example.com/a", "user name"),
        ("http://crl.example.com:6379/a", "port 6379"),
    ] {
        let why = Location::parse(url, &Rules::default()).unwrap_err();
        assert!(why.contains(words), "{url}: {why}");
    }
    let long = format!("http://crl.example.com/{}", "a".repeat(2_001));
    assert!(Location::parse(&long, &Rules::default()).is_err());
}

/// Nothing of a URL breaks a request into two.
#[test]
fn pki_09_a_request_stays_one() {
    for url in [
        "http://crl.example.com/a b\r\nX: y\u{202e}?\u{0}\r\n\r\nGET / HTTP/1.1",
        "http://crl.example.com\r\n/\u{85}\u{2028}",
        "ht\ntp://crl.exa\tmple.com/ö",
    ] {
        let location = Location::parse(url, &Rules::default()).unwrap();
        assert_eq!(location.host(), "crl.example.com");
        assert!(location.path().starts_with('/'));
        let parts = [location.as_str(), location.path(), location.host()];
        for part in parts {
            assert!(part.bytes().all(|byte| byte.is_ascii_graphic()), "{part:?}");
        }
    }
}

/// The other ways to write an address.
#[test]
fn pki_09_numbers_are_addresses() {
    let loopback = std::net::IpAddr::from([127, 0, 0, 1]);
    for url in [
        "http://127.1/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.01/",
        "http://2130706433/",
        "http://①②⑦。0。0。1/",
        "http://127.0.0.1./",
    ] {
        let location = Location::parse(url, &Rules::default()).unwrap();
        assert_eq!(location.address(), Some(loopback), "{url}");
    }
}
