//! Reading of revocation lists, and looking into them.

use super::*;
use crate::ErrorKind;
use crate::cert::ca::{RevocationList, extension, name, sequence, tlv};
use crate::cert::crl::{Entry, Lookup};

const NUMBER: &str = "2.5.29.20";
const DELTA: &str = "2.5.29.27";
const POINT: &str = "2.5.29.28";

/// What a list says about a certificate of its own issuer.
fn find(list: &Crl, serial: &[u8]) -> Result<Lookup, crate::Error> {
    list.look_up(serial, list.issuer_der())
}

/// A time by `date -u -d … +%s`.
fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn what_stands_in_a_list() {
    let ca = Ca::new("Test CA");
    let der = ca
        .revocation_list()
        .updates("250607080910Z", Some("20510101000000Z"))
        .revoke(&[0x11], "250102030405Z", None)
        .revoke(&[0x22], "250102030405Z", Some(1))
        .issue();
    let list = Crl::from_bytes(&der).unwrap();
    assert_eq!(list.to_der(), der);
    assert_eq!(list.issuer(), "CN=Test CA");
    assert_eq!(list.this_update(), at(1_749_283_750));
    assert_eq!(list.next_update(), Some(at(2_556_144_000)));
    let entry = |reason| {
        let date = at(1_735_787_045);
        Lookup::Listed(Entry { date, reason })
    };
    assert_eq!(find(&list, &[0x11]).unwrap(), entry("unspecified"));
    assert_eq!(find(&list, &[0x22]).unwrap(), entry("keyCompromise"));
    assert_eq!(find(&list, &[0x33]).unwrap(), Lookup::Absent);
    let bare = ca.revocation_list().updates("250607080910Z", None).issue();
    let bare = Crl::from_bytes(&bare).unwrap();
    assert_eq!(bare.next_update(), None);
    assert_eq!(find(&bare, &[0x11]).unwrap(), Lookup::Absent);
    assert_eq!(format!("{bare:?}").matches("CN=Test CA").count(), 1);
}

#[test]
fn serial_numbers_are_numbers() {
    let ca = Ca::new("Test CA");
    let look_up = |listed: &[u8], wanted: &[u8]| {
        let list = ca.revocation_list().revoke(listed, "250102030405Z", None);
        let found = find(&Crl::from_bytes(&list.issue()).unwrap(), wanted);
        matches!(found.unwrap(), Lookup::Listed(_))
    };
    for (one, other, same) in [
        (&[0x01][..], &[0x00, 0x01][..], true),
        (&[0xff], &[0xff, 0xff], true),
        (&[0xff], &[0x00, 0xff], false),
        (&[0x80], &[0x00, 0x80], false),
        (&[0x00], &[0x00, 0x00], true),
        (&[0x01, 0x00], &[0x01], false),
    ] {
        assert_eq!(look_up(one, other), same, "{one:?} {other:?}");
        assert_eq!(look_up(other, one), same, "{one:?} {other:?}");
    }
}

#[test]
fn files_with_one_and_with_several() {
    let ca = Ca::new("Test CA");
    let one = ca.revocation_list().issue();
    let two = ca
        .revocation_list()
        .revoke(&[1], "250102030405Z", None)
        .issue();
    let pem = format!(
        "text\n{}{}{}",
        ca.certificate_pem(),
        ca.revocation_list().issue_pem(),
        ca.revocation_list().issue_pem()
    );
    assert_eq!(Crl::all_from_bytes(pem.as_bytes()).unwrap().len(), 2);
    let both = [one.clone(), two].concat();
    assert_eq!(Crl::all_from_bytes(&both).unwrap().len(), 2);
    let kind = |bytes: &[u8]| Crl::from_bytes(bytes).unwrap_err().into_kind();
    assert!(matches!(kind(&both), ErrorKind::Ambiguous { count: 2, .. }));
    assert!(matches!(kind(b""), ErrorKind::Missing { .. }));
    let certificate = ca.certificate_pem();
    assert!(matches!(
        kind(certificate.as_bytes()),
        ErrorKind::Missing { .. }
    ));
    assert!(matches!(
        kind(ca.certificate_der()),
        ErrorKind::Malformed { .. }
    ));
    let limits = Limits {
        crls: 1,
        ..Limits::default()
    };
    let error = Crl::all_with(&both, &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { limit: 1, .. }));
    let limits = Limits {
        file_bytes: 10,
        ..Limits::default()
    };
    assert!(matches!(
        Crl::all_with(&one, &limits).unwrap_err().kind(),
        ErrorKind::Limit { limit: 10, .. }
    ));
}

#[test]
fn extensions_that_keep_a_list_from_being_used() {
    let ca = Ca::new("Test CA");
    let obstacle = |extensions: &[(&str, bool, &[u8])]| {
        let list = ca.revocation_list();
        let list = extensions.iter().fold(list, |list, (id, critical, value)| {
            list.extension(id, *critical, value)
        });
        let list = Crl::from_bytes(&list.issue()).unwrap();
        list.obstacle().map(str::to_owned).unwrap_or_default()
    };
    let number = &tlv(2, &[1])[..];
    assert_eq!(obstacle(&[(NUMBER, false, number)]), "");
    assert_eq!(obstacle(&[("1.2.3.4", false, b"?")]), "");
    assert_eq!(
        obstacle(&[("1.2.3.4", true, b"?")]),
        "has the critical extension 1.2.3.4, which is not known"
    );
    for critical in [true, false] {
        let malformed = "has the malformed extension issuingDistributionPoint";
        assert_eq!(obstacle(&[(POINT, critical, number)]), malformed);
        // Nothing but defaults (RFC 5280 5.2.5).
        assert_eq!(obstacle(&[(POINT, critical, &[0x30, 0])]), malformed);
        assert_eq!(
            obstacle(&[(DELTA, critical, number)]),
            "is a delta list (deltaCRLIndicator) without a number"
        );
        let both = [(NUMBER, false, number), (DELTA, critical, number)];
        assert_eq!(obstacle(&both), "");
    }
    let twice = [(NUMBER, false, number); 2];
    assert_eq!(obstacle(&twice), "has the extension cRLNumber twice");
    for bad in [&[2, 0][..], &[2, 1, 0x80], &[5, 0], &[2, 1, 1, 0]] {
        let words = "has the malformed extension cRLNumber";
        assert_eq!(obstacle(&[(NUMBER, false, bad)]), words);
    }
}

#[test]
fn versions_of_lists() {
    let ca = Ca::new("Test CA");
    let read = |list: RevocationList<'_>| Crl::from_bytes(&list.issue()).unwrap();
    let plain = || ca.revocation_list().version(None);
    assert_eq!(read(plain()).obstacle(), None);
    let list = plain().extension(NUMBER, false, &tlv(2, &[1]));
    let words = "has extensions, but no version";
    assert_eq!(read(list).obstacle(), Some(words));
    for version in [0, 2] {
        let list = read(ca.revocation_list().version(Some(version)));
        assert_eq!(list.obstacle(), Some("has a version that is not known"));
    }
    // No entry of version 1 has extensions.
    let list = read(plain().revoke(&[1], "250102030405Z", Some(1)));
    assert!(matches!(find(&list, &[1]).unwrap(), Lookup::Listed(_)));
    assert_eq!(find(&list, &[2]).unwrap(), Lookup::NotUnderstood);
    let list = read(plain().revoke(&[1], "250102030405Z", None));
    assert_eq!(find(&list, &[2]).unwrap(), Lookup::Absent);
}

#[test]
fn what_a_list_says_of_itself() {
    let ca = Ca::new("Test CA");
    let read = |list: RevocationList<'_>| Crl::from_bytes(&list.issue()).unwrap();
    let plain = read(ca.revocation_list());
    assert_eq!(plain.number(), None);
    assert_eq!(plain.entries(), 0);
    assert!(!plain.is_delta() && !plain.is_indirect());
    for (number, text) in [
        (&[0][..], "00"),
        (&[0, 0x80], "80"),
        (&[0x01, 0x02], "0102"),
        (&[0x7f; 20], "7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F7F"),
    ] {
        let list = ca.revocation_list();
        let list = list.extension(NUMBER, false, &tlv(2, number));
        assert_eq!(read(list).number().as_deref(), Some(text));
    }
    let delta = read(ca.revocation_list().number(7).delta(3));
    assert!(delta.is_delta() && !delta.is_indirect());
    let indirect = read(ca.revocation_list().issuing_point(&tlv(0x84, &[0xff])));
    assert!(!indirect.is_delta() && indirect.is_indirect());
    let list = ca.revocation_list().revoke(&[1], "250102030405Z", None);
    let list = list.revoke(&[2], "250102030405Z", Some(1));
    assert_eq!(read(list).entries(), 2);
    let list = ca
        .revocation_list()
        .raw_entries(b"\x30\x00\xff\xff".to_vec());
    assert_eq!(read(list).entries(), 1);
}

#[test]
fn numbers_of_lists_compare_as_numbers() {
    let ca = Ca::new("Test CA");
    let number = |octets: &[u8]| {
        let list = ca.revocation_list();
        let list = list.extension(NUMBER, false, &tlv(2, octets));
        let list = Crl::from_bytes(&list.issue()).unwrap();
        list.sequence_number().unwrap().clone()
    };
    let ascending: [&[u8]; 6] = [&[0], &[2], &[0, 0xff], &[1, 0], &[0, 0xff, 0], &[1, 0, 0]];
    for pair in ascending.windows(2) {
        assert!(number(pair[0]) < number(pair[1]), "{pair:?}");
    }
    assert_eq!(number(&[0, 0, 5]), number(&[5]));
}

#[test]
fn entries_that_are_not_understood_or_malformed() {
    let ca = Ca::new("Test CA");
    let unknown = extension("1.2.3.4", true, b"?");
    let look_up = |extensions: &[u8], serial: u8| {
        let list = ca
            .revocation_list()
            .entry(&[1], "250102030405Z", extensions)
            .revoke(&[2], "250102030405Z", None);
        find(&Crl::from_bytes(&list.issue()).unwrap(), &[serial])
    };
    assert!(matches!(look_up(&unknown, 1).unwrap(), Lookup::Listed(_)));
    assert!(matches!(look_up(&unknown, 2).unwrap(), Lookup::Listed(_)));
    assert_eq!(look_up(&unknown, 3).unwrap(), Lookup::NotUnderstood);
    let unknown = extension("1.2.3.4", false, b"?");
    assert_eq!(look_up(&unknown, 3).unwrap(), Lookup::Absent);
    // invalidityDate says nothing about the status.
    let invalid_since = extension("2.5.29.24", true, &tlv(0x18, b"20240101000000Z"));
    assert_eq!(look_up(&invalid_since, 3).unwrap(), Lookup::Absent);
    // No Extension at all: nothing but what is listed can be told.
    for malformed in [&sequence(&[sequence(&[]).as_slice()])[..], b"\x05\x00"] {
        assert!(matches!(look_up(malformed, 1).unwrap(), Lookup::Listed(_)));
        assert!(matches!(look_up(malformed, 2).unwrap(), Lookup::Listed(_)));
        assert!(look_up(malformed, 3).is_err());
    }
    // No time either, and bytes that are no entry at all behind it.
    let entries = b"\x30\x05\x02\x01\x01\x05\x00\xff\xff".to_vec();
    let list = ca.revocation_list().raw_entries(entries).issue();
    let list = Crl::from_bytes(&list).unwrap();
    let date = list.this_update();
    let reason = "unspecified";
    let listed = Lookup::Listed(Entry { date, reason });
    assert_eq!(find(&list, &[1]).unwrap(), listed);
    assert!(find(&list, &[2]).is_err());
    // Of two entries the earlier one counts.
    let list = ca
        .revocation_list()
        .revoke(&[1], "260102030405Z", Some(6))
        .revoke(&[1], "250102030405Z", Some(4));
    let list = Crl::from_bytes(&list.issue()).unwrap();
    let reason = "superseded";
    let date = at(1_735_787_045);
    assert_eq!(
        find(&list, &[1]).unwrap(),
        Lookup::Listed(Entry { date, reason })
    );
}

#[test]
fn broken_lists_do_not_panic() {
    let ca = Ca::new("Test CA");
    let der = ca
        .revocation_list()
        .revoke(&[1, 2, 3], "250102030405Z", Some(1))
        .extension("2.5.29.20", false, &tlv(2, &[1]))
        .issue();
    for end in 0..der.len() {
        assert!(Crl::from_bytes(&der[..end]).is_err());
    }
    for at in 0..der.len() {
        for bit in 0..8 {
            let mut changed = der.clone();
            changed[at] ^= 1 << bit;
            if let Ok(list) = Crl::from_bytes(&changed) {
                let _ = (find(&list, &[1, 2, 3]), format!("{list:?}"));
            }
        }
    }
}

/// A million entries of the same length, numbers 0 to 999,999, each with these extensions.
fn million(extensions: &[u8]) -> Vec<u8> {
    let extensions = match extensions {
        [] => Vec::new(),
        _ => sequence(&[extensions]),
    };
    let time = b"\x17\x0d250102030405Z";
    let mut entry = sequence(&[&[0x02, 3, 0, 0, 0], time, &extensions]);
    // Behind tag and length of the entry and of the number.
    let place = if entry.len() < 0x80 { 4 } else { 5 };
    let mut entries = Vec::with_capacity(entry.len() * 1_000_000);
    for number in 0..1_000_000_u32 {
        entry[place..place + 3].copy_from_slice(&number.to_be_bytes()[1..]);
        entries.extend_from_slice(&entry);
    }
    entries
}

const LAST: &[u8] = &[0x0f, 0x42, 0x3f];
const BEHIND: &[u8] = &[0x0f, 0x42, 0x40];

#[test]
fn pki_06_a_million_entries_are_walked_in_place() {
    let ca = Ca::new("Test CA");
    let der = ca.revocation_list().raw_entries(million(&[])).issue();
    let list = Crl::from_bytes(&der).unwrap();
    assert!(matches!(find(&list, LAST).unwrap(), Lookup::Listed(_)));
    assert_eq!(find(&list, BEHIND).unwrap(), Lookup::Absent);
    assert_eq!(list.entries(), 1_000_000);
}

#[test]
fn pki_06_a_million_entries_of_an_indirect_list_are_walked_in_place() {
    let ca = Ca::new("Test CA");
    let other = name(&[("2.5.4.3", "Other")]);
    let issuer = sequence(&[&tlv(0xa4, &other)]);
    let entries = million(&extension("2.5.29.29", true, &issuer));
    let list = ca.revocation_list().raw_entries(entries);
    let der = list.issuing_point(&tlv(0x84, &[0xff])).issue();
    let list = Crl::from_bytes(&der).unwrap();
    // What is not found would be walked the same way; whose entries they are is tested below.
    let found = list.look_up(LAST, &other).unwrap();
    assert!(matches!(found, Lookup::Listed(_)));
}

#[test]
fn pki_06_a_million_entries_of_a_delta_list_are_walked_in_place() {
    let ca = Ca::new("Test CA");
    let entries = million(&extension("2.5.29.21", false, &tlv(0x0a, &[8])));
    let der = ca.revocation_list().raw_entries(entries);
    let list = Crl::from_bytes(&der.number(2).delta(1).issue()).unwrap();
    let Lookup::Listed(entry) = find(&list, LAST).unwrap() else {
        panic!("not found");
    };
    assert!(entry.is_removal());
}

#[test]
fn pki_06_the_issuer_of_an_entry_is_carried_forward() {
    let ca = Ca::new("Test CA");
    let [one, two] = ["One", "Two"].map(|common| name(&[("2.5.4.3", common)]));
    let named = |name: &[u8]| extension("2.5.29.29", true, &sequence(&[&tlv(0xa4, name)]));
    let at = "250102030405Z";
    let indirect = || ca.revocation_list().issuing_point(&tlv(0x84, &[0xff]));
    let list = indirect()
        .revoke(&[1], at, None)
        .entry(&[2], at, &named(&one))
        .revoke(&[3], at, Some(1))
        .entry(&[4], at, &named(&two))
        .revoke(&[1], at, None);
    let list = Crl::from_bytes(&list.issue()).unwrap();
    let own = list.issuer_der().to_vec();
    for (issuer, numbers) in [(&own, &[1][..]), (&one, &[2, 3]), (&two, &[1, 4])] {
        for number in 1..=5 {
            let found = list.look_up(&[number], issuer).unwrap();
            let listed = matches!(found, Lookup::Listed(_));
            assert_eq!(listed, numbers.contains(&number), "{number} {issuer:?}");
        }
    }
    // Names compare as names do, and one of several is enough.
    let shouted = name(&[("2.5.4.3", "ONE")]);
    let found = list.look_up(&[3], &shouted).unwrap();
    assert!(matches!(found, Lookup::Listed(_)));
    // From an entry whose issuer cannot be read on, it is not known whose entries they are.
    for bad in [
        &extension("2.5.29.29", true, b"\x30\x00")[..],
        &[named(&one), named(&two)].concat(),
    ] {
        let list = indirect().entry(&[1], at, bad).revoke(&[2], at, None);
        let list = list.entry(&[3], at, &named(&two));
        let list = Crl::from_bytes(&list.issue()).unwrap();
        assert!(list.look_up(&[1], &own).is_err());
        assert!(list.look_up(&[2], &one).is_err());
        let found = list.look_up(&[3], &two).unwrap();
        assert!(matches!(found, Lookup::Listed(_)));
    }
    // A list that is not indirect has no entries of others.
    let list = ca.revocation_list().entry(&[2], at, &named(&one));
    let list = Crl::from_bytes(&list.issue()).unwrap();
    assert!(matches!(find(&list, &[2]).unwrap(), Lookup::Listed(_)));
    assert_eq!(find(&list, &[1]).unwrap(), Lookup::NotUnderstood);
}
