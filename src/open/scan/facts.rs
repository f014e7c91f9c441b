//! What one pass learns too late, for another pass over the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use crate::crypto::DigestAlgorithm;
use crate::open::keys::Opening;
use crate::open::trouble::Trouble;

/// Where a node stands: which child of which child.
pub(super) type Way = Vec<u32>;

#[derive(Default)]
pub(super) struct Facts {
    /// Digests that the signers of a content turned out to use.
    pub digests: BTreeMap<Way, Vec<DigestAlgorithm>>,
    /// Signed parts that turned out to be signed as they are, because something in them is binary.
    pub binary: BTreeSet<Way>,
    /// authAttrs that a cipher must know before the content.
    pub attributes: BTreeMap<Way, Vec<u8>>,
    /// How the keys of encrypted objects were found: nobody is asked twice.
    pub openings: BTreeMap<Way, Result<Opening, Trouble>>,
    /// Content of authenticated encryption that turned out to be whole.
    pub verified: BTreeSet<Way>,
    /// Encrypted objects in content of which that was not known yet.
    pub later: BTreeSet<Way>,
}

impl Facts {
    /// This content is whole; whether something in it waited for that.
    pub(super) fn verify(&mut self, content: &Way) -> bool {
        self.verified.insert(content.clone());
        let waited = self.later.len();
        self.later.retain(|way| !way.starts_with(content));
        self.later.len() < waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waited_in_a_content_waits_no_more() {
        let mut facts = Facts {
            later: [vec![0, 1, 0], vec![0, 2]].into(),
            ..Facts::default()
        };
        assert!(!facts.verify(&vec![0, 3]));
        assert!(facts.verify(&vec![0, 1]));
        assert!(!facts.verify(&vec![0, 1]));
        assert_eq!(facts.later, [vec![0, 2]].into());
        assert!(facts.verified.contains(&vec![0, 1]));
    }
}
