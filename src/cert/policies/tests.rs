//! The four extensions, well-formed and not. The DER is by hand.

use super::*;

/// 1.2.3, 1.2.4 and anyPolicy.
const P3: &[u8] = b"\x06\x02\x2a\x03";
const P4: &[u8] = b"\x06\x02\x2a\x04";
const ANY: &[u8] = b"\x06\x04\x55\x1d\x20\x00";

fn list(members: &[&[u8]]) -> Vec<u8> {
    crate::asn1::sequence(members)
}

fn texts<'p>(ids: impl IntoIterator<Item = &'p PolicyId>) -> Vec<String> {
    ids.into_iter().map(PolicyId::to_string).collect()
}

fn asserted(value: &[u8]) -> Option<Vec<String>> {
    let mut policies = Policies::default();
    policies.read_policies(value).ok()?;
    policies.asserted.as_ref().map(texts)
}

#[test]
fn certificate_policies() {
    let (three, four, any) = (list(&[P3]), list(&[P4]), list(&[ANY]));
    assert_eq!(asserted(&list(&[&three])).unwrap(), ["1.2.3"]);
    let both = list(&[&four, &any, &three]);
    assert_eq!(asserted(&both).unwrap(), ["1.2.3", "1.2.4", "2.5.29.32.0"]);
    for bad in [
        &list(&[])[..],
        b"",
        b"\x05\x00",
        &list(&[P3]),
        &list(&[&list(&[])]),
        &list(&[&list(&[b"\x06\x00"])]),
        &list(&[&list(&[b"\x06\x02\x2a\x83"])]),
        &list(&[&list(&[P3, P4])]),
        &list(&[&three, &three]),
        &list(&[&any, &any]),
        &[list(&[&three]), vec![0]].concat(),
    ] {
        assert_eq!(asserted(bad), None, "{bad:x?}");
    }
}

#[test]
fn qualifiers() {
    let mut policies = Policies::default();
    // id-qt-cps 1.3.6.1.5.5.7.2.1, id-qt-unotice .2, and .9, which nobody knows.
    let qualifier = |last: u8| {
        let id = [b"\x06\x08\x2b\x06\x01\x05\x05\x07\x02".as_slice(), &[last]].concat();
        list(&[&id, b"\x16\x01x"])
    };
    let with = |numbers: &[u8]| {
        let all: Vec<u8> = numbers.iter().flat_map(|&n| qualifier(n)).collect();
        list(&[&list(&[P3, &list(&[&all])])])
    };
    assert_eq!(policies.read_policies(&with(&[1, 2])).unwrap(), None);
    let unknown = policies.read_policies(&with(&[1, 9, 8, 2])).unwrap();
    assert_eq!(unknown.unwrap().to_string(), "1.3.6.1.5.5.7.2.9");
    assert_eq!(texts(policies.asserted.as_ref().unwrap()), ["1.2.3"]);
    let bad = list(&[&list(&[P3, &list(&[b"\x05\x00"])])]);
    assert!(policies.read_policies(&bad).is_err());
}

#[test]
fn mappings() {
    let read = |value: &[u8]| {
        let mut policies = Policies::default();
        policies.read_mappings(value).ok()?;
        let pairs = policies.mappings.iter();
        let pairs = pairs.map(|(from, to)| (from.to_string(), texts(to)));
        Some(pairs.collect::<Vec<_>>())
    };
    let (three_four, four_three) = (list(&[P3, P4]), list(&[P4, P3]));
    let three_three = list(&[P3, P3]);
    let found = read(&list(&[
        &three_four,
        &four_three,
        &three_three,
        &three_four,
    ]))
    .unwrap();
    let expected = [
        ("1.2.3".to_owned(), vec!["1.2.3".to_owned(), "1.2.4".into()]),
        ("1.2.4".into(), vec!["1.2.3".into()]),
    ];
    assert_eq!(found, expected);
    for bad in [
        list(&[]),
        list(&[&list(&[P3])]),
        list(&[&list(&[P3, P4, P4])]),
        list(&[&list(&[P3, ANY])]),
        list(&[&list(&[ANY, P3])]),
        list(&[&three_four, &list(&[ANY, ANY])]),
        [list(&[&three_four]), vec![0]].concat(),
    ] {
        assert_eq!(read(&bad), None, "{bad:x?}");
    }
}

#[test]
fn constraints() {
    let read = |value: &[u8]| {
        let mut policies = Policies::default();
        policies.read_constraints(value).ok()?;
        Some((policies.require_explicit, policies.inhibit_mapping))
    };
    assert_eq!(read(b"\x30\x03\x80\x01\x00"), Some((Some(0), None)));
    assert_eq!(read(b"\x30\x03\x81\x01\x07"), Some((None, Some(7))));
    let both = b"\x30\x07\x80\x02\x00\xff\x81\x01\x01";
    assert_eq!(read(both), Some((Some(255), Some(1))));
    for bad in [
        &b"\x30\x00"[..],
        b"\x05\x00",
        b"\x30\x03\x80\x01\xff",
        b"\x30\x02\x80\x00",
        b"\x30\x03\x82\x01\x00",
        b"\x30\x06\x81\x01\x00\x80\x01\x00",
        b"\x30\x03\x80\x01\x00\x00",
        b"\x30\x0b\x80\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00",
    ] {
        assert_eq!(read(bad), None, "{bad:x?}");
    }
}

#[test]
fn inhibit_any() {
    let read = |value: &[u8]| {
        let mut policies = Policies::default();
        policies.read_inhibit_any(value).ok()?;
        policies.inhibit_any
    };
    assert_eq!(read(b"\x02\x01\x00"), Some(0));
    assert_eq!(read(b"\x02\x02\x01\x00"), Some(256));
    for bad in [
        &b"\x02\x01\xff"[..],
        b"\x30\x00",
        b"\x02\x00",
        b"\x02\x01\x00\x00",
    ] {
        assert_eq!(read(bad), None, "{bad:x?}");
    }
}
