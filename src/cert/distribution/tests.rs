use super::*;
use crate::cert::ca::{self, Ca, Key};

const POINTS: &str = "2.5.29.31";
const FRESHEST: &str = "2.5.29.46";

fn certificate(extensions: &[(&str, Vec<u8>)]) -> Certificate {
    let ca = Ca::new("CA");
    let blank = ca.certify(Key::P256, "bob@example.org");
    let filled = extensions.iter();
    let filled = filled.fold(blank, |c, (id, value)| c.extension(id, false, value));
    Certificate::from_bytes(&filled.issue().0).unwrap()
}

fn full(uris: &[&str]) -> Vec<u8> {
    let names: Vec<u8> = uris.iter().flat_map(|uri| ca::uri(uri)).collect();
    ca::full_name(&names)
}

#[test]
fn urls_of_lists() {
    assert!(certificate(&[]).crl_urls().is_empty());
    let long = format!("http://example.org/{}", "a".repeat(2_048 - 19));
    let too_long = format!("{long}a");
    let first = full(&["http://one.example/a.crl", "ftp://one.example/a.crl"]);
    let directory = ca::full_name(&ca::directory(&ca::name(&[("2.5.4.3", "CA")])));
    let relative = ca::relative_name(&ca::sequence(&[&ca::oid("2.5.4.3"), b"\x0c\x01x"]));
    let second = full(&["LDAP://two.example/cn=x?y", "https://\x1b\n", "mailto:a@b"]);
    let third = full(&[&long, &too_long, "http://one.example/a.crl"]);
    let all = [&first[..], &directory, &relative, &second, &third];
    let delta = full(&["ldaps://delta.example/", "http:/no"]);
    let found = certificate(&[
        (FRESHEST, ca::points(&[&delta])),
        (POINTS, ca::points(&all)),
    ]);
    assert_eq!(
        found.crl_urls(),
        [
            "http://one.example/a.crl",
            "LDAP://two.example/cn=x?y",
            "https://\x1b\n",
            &long,
            "ldaps://delta.example/",
        ]
    );
}

#[test]
fn points_that_cannot_be_read_or_are_too_many() {
    let good = full(&["http://one.example/"]);
    let reasons = |bits: &[u8]| [good.clone(), ca::tlv(0x81, bits)].concat();
    let read = |value: Vec<u8>| {
        let certificate = certificate(&[(POINTS, value)]);
        let read = certificate.distribution_points();
        assert_eq!(read.is_ok(), !certificate.crl_urls().is_empty());
        read.map(|points| points.len())
    };
    assert_eq!(read(ca::points(&[&good[..]; 64])).unwrap(), 64);
    assert!(read(ca::points(&[&good[..]; 65])).is_err());
    assert_eq!(read(ca::points(&[&full(&["http://a/"; 64])])).unwrap(), 1);
    assert!(read(ca::points(&[&full(&["http://a/"; 65])])).is_err());
    assert_eq!(read(ca::points(&[&reasons(&[0, 0x40])])).unwrap(), 1);
    let bad: [Vec<u8>; 9] = [
        ca::points(&[]),
        ca::points(&[&[]]),
        ca::points(&[&good, &full(&[])]),
        ca::points(&[&ca::tlv(0xa0, &[])]),
        ca::points(&[&ca::tlv(0xa0, &ca::tlv(0xa2, &[]))]),
        ca::points(&[&reasons(&[0])]),
        ca::points(&[&reasons(&[8, 0x40])]),
        ca::points(&[&[reasons(&[0, 0x40]), good.clone()].concat()]),
        [ca::points(&[&good]), vec![0]].concat(),
    ];
    for value in bad {
        assert!(read(value.clone()).is_err(), "{value:02x?}");
    }
}

fn reasons(content: &[u8]) -> Result<Reasons, Error> {
    let value = ca::tlv(0x03, content);
    let mut reader = Reader::new(&value, "test", &Limits::default());
    Reasons::parse(&reader.read().unwrap())
}

#[test]
fn pki_06_no_reason_is_never_every_reason() {
    for nothing in [
        &[][..],
        &[0],
        &[7],
        &[0, 0],
        // unused, and bits behind the last one that has a name.
        &[7, 0x80],
        &[0, 0, 0x7f],
        &[0, 0, 0, 0xff],
        // Bits that are padding.
        &[7, 0x40],
        &[7, 0, 0x7f],
        &[8, 0xff],
    ] {
        assert!(reasons(nothing).is_err(), "{nothing:?}");
    }
    let both = reasons(&[7, 0xff, 0xff]).unwrap();
    assert_eq!(both, Reasons::ALL);
    assert_eq!(reasons(&[7, 0x7f, 0x80]).unwrap(), Reasons::ALL);
    // Bits 1 and 2, bits 3 to 8.
    let (some, others) = (reasons(&[5, 0x60]), reasons(&[7, 0x1f, 0x80]));
    let (some, others) = (some.unwrap(), others.unwrap());
    assert!(some.adds_to(others) && Reasons::ALL.adds_to(some));
    assert!(!some.adds_to(some) && !Reasons::NONE.adds_to(Reasons::NONE));
    assert_eq!(some.or(others), Reasons::ALL);
    assert_eq!(some.and(others), Reasons::NONE);
}

#[test]
fn relative_names_are_appended_to_the_issuer() {
    let issuer = ca::name(&[("2.5.4.10", "Org"), ("2.5.4.3", "CA")]);
    let attribute = ca::sequence(&[&ca::oid("2.5.4.3"), b"\x0c\x04here"]);
    let whole = ca::name(&[("2.5.4.10", "Org"), ("2.5.4.3", "CA"), ("2.5.4.3", "here")]);
    let points = ca::points(&[&ca::relative_name(&attribute)]);
    let points = certificate(&[(POINTS, points)])
        .distribution_points()
        .unwrap();
    assert!(points[0].names(&issuer).contains(&whole));
    assert!(!points[0].names(&whole).contains(&whole));
    // With a cRLIssuer to its name.
    let fields = [
        ca::relative_name(&attribute),
        ca::crl_issuer(&ca::directory(&issuer)),
    ];
    let points = ca::points(&[&fields.concat()]);
    let points = certificate(&[(POINTS, points)])
        .distribution_points()
        .unwrap();
    assert!(points[0].names(&whole).contains(&whole));
}

#[test]
fn names_of_points_compare_by_their_kind() {
    let names = |content: &[u8]| {
        let value = ca::sequence(&[content]);
        let mut reader = Reader::new(&value, "test", &Limits::default());
        GeneralNames::parse(&reader.read().unwrap()).unwrap()
    };
    let common = |text: &str| ca::directory(&ca::name(&[("2.5.4.3", text)]));
    let dns = |text: &str| ca::tlv(0x82, text.as_bytes());
    let uri = ca::uri("http://a/B");
    assert!(names(&common("A  b")).meet(&names(&common("a B"))));
    assert!(!names(&common("a")).meet(&names(&common("b"))));
    assert!(names(&uri).meet(&names(&[dns("x"), uri.clone()].concat())));
    assert!(!names(&uri).meet(&names(&ca::uri("http://a/b"))));
    assert!(names(&dns("x")).meet(&names(&dns("x"))));
    assert!(!names(&ca::uri("x")).meet(&names(&dns("x"))));
}
