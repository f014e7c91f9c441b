//! The format of the files, and the names.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::fingerprint::Fingerprint;
use super::folder::{ENTRY_BYTES, Kind, Named};
use super::record::{Facts, KeyText, Record};
use crate::cert::ca::{Ca, Key};
use crate::{Certificate, ErrorKind, Limits, Mailbox};

fn certificate(address: &str) -> Certificate {
    let (der, _) = Ca::new("Test CA").leaf(Key::P256, address);
    Certificate::from_bytes(&der).unwrap()
}

fn parse(record: &Record, bytes: &[u8]) -> Result<Record, crate::Error> {
    Record::parse(bytes, record.fingerprint, record.kind(), &Limits::default())
}

/// 2026-06-01T12:00:00Z, by `date -u -d @1780315200`.
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_780_315_200)
}

fn full() -> Record {
    let mut facts = Facts {
        pinned: false,
        verifies_only: true,
        bound: vec![
            Mailbox::new("a.b@example.net").unwrap(),
            Mailbox::new("\"a:b\"@xn--bcher-kva.example").unwrap(),
        ],
        learned: Some(noon()),
        asserted: Some(UNIX_EPOCH - Duration::from_secs(1)),
        ..Facts::default()
    };
    facts.set_capabilities(&["AES-256-GCM".into(), "1.2.3.4".into()]);
    let mut record = Record::new(certificate("bob@example.org"), facts);
    record.issuers = vec![certificate("not really an issuer@example.org")];
    record
}

/// The header as the documentation has it.
#[test]
fn a_file_is_written_as_it_is_documented() {
    let text = full().to_text().unwrap();
    let (header, body) = text.split_once("\n\n").unwrap();
    let expected = "smime store entry 1\n\
        certificates: 2\n\
        provenance: candidate\n\
        use: verify\n\
        bound: a.b@example.net\n\
        bound: \"a:b\"@xn--bcher-kva.example\n\
        learned: 2026-06-01T12:00:00Z\n\
        asserted: 1969-12-31T23:59:59Z\n\
        capability: AES-256-GCM\n\
        capability: 1.2.3.4";
    assert_eq!(header, expected);
    assert_eq!(body.matches("-----BEGIN CERTIFICATE-----\n").count(), 2);
    let plain = Record::new(certificate("bob@example.org"), Facts::pinned());
    let text = plain.to_text().unwrap();
    assert!(text.starts_with("smime store entry 1\ncertificates: 1\nprovenance: pinned\n\n---"));
}

#[test]
fn what_is_written_is_read() {
    let record = full();
    let text = record.to_text().unwrap();
    let read = parse(&record, text.as_bytes()).unwrap();
    assert_eq!(read.facts, record.facts);
    assert_eq!(read.certificate, record.certificate);
    assert_eq!(read.issuers, record.issuers);
    assert_eq!(*read.to_text().unwrap(), *text);
}

#[test]
fn every_prefix_and_every_flip_is_an_error_or_the_same_certificate() {
    let ca = Ca::new("Test CA");
    let (der, key) = ca.leaf(Key::P256, "alice@example.org");
    let key = crate::PrivateKey::from_bytes(&key, None).unwrap();
    let certificate = Certificate::from_bytes(&der).unwrap();
    let identity = crate::Identity::new([certificate.clone()], key).unwrap();
    let key = KeyText::clear(identity.key().to_pem().unwrap());
    let identity = Record::new(certificate, Facts::pinned()).with_identity(&identity, key);
    for record in [full(), identity] {
        let text = record.to_text().unwrap();
        for end in 0..text.len() {
            // All but the last line end.
            let read = parse(&record, &text.as_bytes()[..end]);
            assert!(read.is_err() || end == text.len() - 1, "{end}");
        }
        for at in 0..text.len() {
            for bit in 0..8 {
                let mut changed = text.as_bytes().to_vec();
                changed[at] ^= 1 << bit;
                if let Ok(read) = parse(&record, &changed) {
                    assert_eq!(read.certificate, record.certificate);
                }
            }
        }
    }
}

#[test]
fn an_entry_that_nobody_would_read_is_not_written() {
    let mut record = full();
    let (der, _) = Ca::new("Test CA")
        .certify(Key::P256, "bob@example.org")
        .extension("1.2.3.4", false, &vec![0; 1 << 18])
        .issue();
    let large = Certificate::from_bytes(&der).unwrap();
    record.issuers = vec![large.clone(), large.clone()];
    assert!(u64::try_from(record.to_text().unwrap().len()).unwrap() <= ENTRY_BYTES);
    record.issuers.push(large);
    let error = record.to_text().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

/// A message chooses the names of capabilities.
#[test]
fn capabilities_that_would_break_the_file_are_left_out() {
    let mut facts = Facts::default();
    let long = "x".repeat(101);
    let names = [
        "a\nprovenance: pinned",
        "",
        " a",
        "b ",
        "c\u{202e}",
        &long,
        "good one",
    ];
    facts.set_capabilities(&names.map(str::to_owned));
    assert_eq!(facts.capabilities, ["good one"]);
    let many: Vec<String> = (0..1_000).map(|number| number.to_string()).collect();
    facts.set_capabilities(&many);
    assert_eq!(facts.capabilities, many[..64]);
}

#[test]
fn times_that_do_not_fit_are_left_out() {
    let mut record = full();
    let far = UNIX_EPOCH + Duration::from_secs(1 << 40);
    record.facts.learned = Some(far);
    let text = record.to_text().unwrap();
    assert!(!text.contains("learned"));
    parse(&record, text.as_bytes()).unwrap();
}

#[test]
fn fingerprints_and_names_of_files() {
    let certificate = certificate("bob@example.org");
    let fingerprint = Fingerprint::of(&certificate);
    let colons = certificate.fingerprint_sha256();
    assert_eq!(Fingerprint::parse(&colons).unwrap(), fingerprint);
    assert_eq!(
        Fingerprint::parse(&colons.to_lowercase()).unwrap(),
        fingerprint
    );
    let hex = fingerprint.to_string();
    assert_eq!(hex, colons.replace(':', "").to_lowercase());
    assert_eq!(Fingerprint::parse(&hex).unwrap(), fingerprint);
    for wrong in [
        "",
        "0",
        &hex[1..],
        &format!("{hex}0"),
        &hex.replace(&hex[..1], "g"),
    ] {
        assert!(Fingerprint::parse(wrong).is_err(), "{wrong}");
    }
    let kind = |name: &str| match Named::of(name) {
        Named::Entry(found, kind) if found == fingerprint => Some(kind),
        _ => None,
    };
    assert_eq!(kind(&format!("{hex}.cert")), Some(Kind::Certificate));
    assert_eq!(kind(&format!("{hex}.key")), Some(Kind::Identity));
    for wrong in [
        format!("{hex}.pem"),
        format!("{}.cert", colons),
        format!("{}.cert", hex.to_uppercase()),
        format!("{hex}.cert.key"),
        hex.clone(),
    ] {
        assert!(matches!(Named::of(&wrong), Named::Foreign), "{wrong}");
    }
}

/// Whoever puts a file in by hand takes no lock: before the first file of a change is written, and after.
#[test]
fn what_is_put_in_by_hand_during_a_change_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let store = crate::Store::create(folder.path().join("store")).unwrap();
    let add = |address: &str| {
        let record = Record::new(certificate(address), Facts::pinned());
        let path = store.0.folder.entry(record.fingerprint, Kind::Certificate);
        (record, path)
    };
    let count = || store.entries().unwrap().len();
    for (number, is_before) in [(1, true), (3, false), (5, true), (7, false)] {
        let (own, _) = add("own@example.org");
        let (other, path) = add("other@example.org");
        let text = other.to_text().unwrap();
        store
            .change(|changes| {
                let by_hand = || std::fs::write(&path, text.as_bytes()).unwrap();
                if is_before {
                    by_hand();
                }
                changes.put(own)?;
                if !is_before {
                    by_hand();
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(count(), number + 1);
    }
    // And what is taken out.
    let (own, _) = add("own@example.org");
    let known = store.entries().unwrap();
    let gone = Fingerprint::of(known[0].certificate());
    store
        .change(|changes| {
            changes.put(own)?;
            std::fs::remove_file(store.0.folder.entry(gone, Kind::Certificate)).unwrap();
            Ok(())
        })
        .unwrap();
    assert_eq!(count(), 8);
    // Left alone, it need not be read again.
    let (own, _) = add("own@example.org");
    store.change(|changes| changes.put(own)).unwrap();
    assert!(store.cached().stamp.is_some());
    assert!(store.fresh().unwrap().is_some());
}

/// RFC 8551 2.7.1: what its owner said stands until he says otherwise, or somebody vouches for it.
#[test]
fn the_last_word_about_encrypting_counts() {
    let said = |at: Option<u64>| Facts {
        verifies_only: true,
        asserted: at.map(|at| noon() + Duration::from_secs(at)),
        ..Facts::default()
    };
    let silent = |at: Option<u64>| Facts {
        verifies_only: false,
        ..said(at)
    };
    for known in [said(None), said(Some(1))] {
        assert!(known.joined(&Facts::default()).verifies_only);
        assert!(!known.joined(&Facts::pinned()).verifies_only);
    }
    assert!(!said(Some(1)).joined(&silent(Some(2))).verifies_only);
    assert!(said(Some(2)).joined(&silent(Some(1))).verifies_only);
    assert!(silent(Some(1)).joined(&said(Some(2))).verifies_only);
}
