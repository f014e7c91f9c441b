//! Reading of revocation lists, and looking into them.

use super::*;
use crate::ErrorKind;
use crate::cert::ca::{extension, sequence, tlv};
use crate::cert::crl::{Entry, Lookup};

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
    assert_eq!(list.look_up(&[0x11]).unwrap(), entry("unspecified"));
    assert_eq!(list.look_up(&[0x22]).unwrap(), entry("keyCompromise"));
    assert_eq!(list.look_up(&[0x33]).unwrap(), Lookup::Absent);
    let bare = ca.revocation_list().updates("250607080910Z", None).issue();
    let bare = Crl::from_bytes(&bare).unwrap();
    assert_eq!(bare.next_update(), None);
    assert_eq!(bare.look_up(&[0x11]).unwrap(), Lookup::Absent);
    assert_eq!(format!("{bare:?}").matches("CN=Test CA").count(), 1);
}

#[test]
fn serial_numbers_are_numbers() {
    let ca = Ca::new("Test CA");
    let look_up = |listed: &[u8], wanted: &[u8]| {
        let list = ca.revocation_list().revoke(listed, "250102030405Z", None);
        let found = Crl::from_bytes(&list.issue()).unwrap().look_up(wanted);
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
fn extensions_that_narrow_a_list_down() {
    let ca = Ca::new("Test CA");
    let obstacle = |id: &str, critical: bool| {
        let list = ca.revocation_list().extension(id, critical, &tlv(2, &[1]));
        let list = Crl::from_bytes(&list.issue()).unwrap();
        list.obstacle().map(str::to_owned)
    };
    assert_eq!(obstacle("2.5.29.20", false), None);
    assert_eq!(obstacle("1.2.3.4", false), None);
    assert_eq!(obstacle("1.2.3.4", true).unwrap(), "1.2.3.4");
    for critical in [true, false] {
        let found = obstacle("2.5.29.28", critical).unwrap();
        assert_eq!(found, "issuingDistributionPoint");
        assert_eq!(
            obstacle("2.5.29.27", critical).unwrap(),
            "deltaCRLIndicator"
        );
    }
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
        Crl::from_bytes(&list.issue()).unwrap().look_up(&[serial])
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
    assert_eq!(list.look_up(&[1]).unwrap(), listed);
    assert!(list.look_up(&[2]).is_err());
    // Of two entries the earlier one counts.
    let list = ca
        .revocation_list()
        .revoke(&[1], "260102030405Z", Some(6))
        .revoke(&[1], "250102030405Z", Some(4));
    let list = Crl::from_bytes(&list.issue()).unwrap();
    let reason = "superseded";
    let date = at(1_735_787_045);
    assert_eq!(
        list.look_up(&[1]).unwrap(),
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
                let _ = (list.look_up(&[1, 2, 3]), format!("{list:?}"));
            }
        }
    }
}

#[test]
fn pki_06_a_million_entries_are_walked_in_place() {
    // Entries of 22 octets: serial numbers 0 to 999,999.
    let ca = Ca::new("Test CA");
    let mut entries = Vec::with_capacity(22_000_000);
    for number in 0..1_000_000_u32 {
        entries.extend([0x30, 20, 0x02, 3]);
        entries.extend(&number.to_be_bytes()[1..]);
        entries.extend(b"\x17\x0d250102030405Z");
    }
    let der = ca.revocation_list().raw_entries(entries).issue();
    let list = Crl::from_bytes(&der).unwrap();
    let found = list.look_up(&999_999_u32.to_be_bytes()[1..]).unwrap();
    assert!(matches!(found, Lookup::Listed(_)));
    assert_eq!(list.look_up(&[0x0f, 0x42, 0x40]).unwrap(), Lookup::Absent);
}
