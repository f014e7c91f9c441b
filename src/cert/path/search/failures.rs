//! Why candidates failed: the most telling ones.

use super::super::CertificateStatus;
use super::super::pool::Index;
use crate::check::{Check, Reason};

/// Failures that are kept.
const MOST: usize = 16;

/// Why a candidate failed.
pub(in crate::cert::path) enum Fault {
    /// Against the certificate with this number.
    Reason(Index, Reason),
    /// A check on a complete path, failed or not.
    Check(Check),
}

/// How much a failure says, the least first; the farther it got, the more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Telling {
    /// Another certificate of the issuer's name, whose key identifier does not fit.
    Namesake,
    /// Nobody.
    Nobody,
    /// What seems to be the issuer is not fit.
    Unfit,
    /// It ends at an anchor, and something else is wrong.
    Complete,
}

/// How long the path was, and how much it says.
pub(super) type Rank = (usize, Telling);

/// A candidate that failed: as far as it goes, the one that failed last.
pub(in crate::cert::path) struct Failure {
    rank: Rank,
    pub path: Vec<Index>,
    pub against: Against,
}

/// What is wrong with a candidate.
pub(in crate::cert::path) struct Against {
    pub faults: Vec<Fault>,
    /// Of each certificate but the anchor, where it got that far.
    pub statuses: Vec<CertificateStatus>,
}

/// The best failures, the best first; of equal ones the first that was met.
#[derive(Default)]
pub(super) struct Failures(Vec<Failure>);

impl Failures {
    /// Keeps one, if it tells more than those that are kept, or there is room. `path`, and `candidate` above it if
    /// there is one. Cheap where it is not kept: a search meets a hundred thousand of them.
    pub(super) fn add(
        &mut self,
        rank: Rank,
        path: &[Index],
        candidate: Option<Index>,
        against: impl FnOnce() -> Against,
    ) {
        let is_full = self.0.len() >= MOST;
        if is_full && self.0.last().is_some_and(|last| rank <= last.rank) {
            return;
        }
        let path = || path.iter().copied().chain(candidate);
        // What is said of one path with one rank is the same.
        let is_known =
            |known: &Failure| known.rank == rank && known.path.iter().copied().eq(path());
        if self.0.iter().any(is_known) {
            return;
        }
        if is_full {
            self.0.pop();
        }
        let place = self.0.partition_point(|known| known.rank >= rank);
        let failure = Failure {
            rank,
            path: path().collect(),
            against: against(),
        };
        self.0.insert(place, failure);
    }

    pub(super) fn take(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault() -> Against {
        Against {
            faults: vec![Fault::Reason(0, Reason::NoAnchors)],
            statuses: Vec::new(),
        }
    }

    fn paths(failures: &mut Failures) -> Vec<Vec<Index>> {
        failures.take().into_iter().map(|f| f.path).collect()
    }

    #[test]
    fn the_best_first_and_of_equal_ones_the_first() {
        let mut failures = Failures::default();
        failures.add((1, Telling::Unfit), &[0], Some(1), fault);
        failures.add((1, Telling::Namesake), &[0], Some(2), fault);
        failures.add((2, Telling::Nobody), &[0, 3], None, fault);
        failures.add((1, Telling::Unfit), &[0], Some(4), fault);
        failures.add((2, Telling::Complete), &[0, 5], None, fault);
        assert_eq!(
            paths(&mut failures),
            [vec![0, 5], vec![0, 3], vec![0, 1], vec![0, 4], vec![0, 2]]
        );
    }

    #[test]
    fn bounded_and_without_repetition() {
        let mut failures = Failures::default();
        let unfit = (1, Telling::Unfit);
        failures.add(unfit, &[0], None, fault);
        failures.add(unfit, &[0], None, || panic!("made again"));
        for candidate in 1..MOST {
            failures.add(unfit, &[0], Some(candidate), fault);
        }
        failures.add(unfit, &[0], Some(99), || panic!("made for nothing"));
        failures.add((1, Telling::Complete), &[0], Some(100), fault);
        let paths = paths(&mut failures);
        assert_eq!(paths.len(), MOST);
        assert_eq!(paths[..2], [vec![0, 100], vec![0]]);
        assert_eq!(paths[MOST - 1], [0, MOST - 2]);
    }
}
