//! The digests of content in the form in which it is signed.

use std::sync::Arc;

use super::Shared;
use crate::cms::verify::begins_like_attributes;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Hashers;
use crate::mime::line_ends::CrlfStream;
use crate::open::bulk::Hashed;

/// The thread that hashes, for whoever has it: there is one for a message.
#[derive(Default)]
pub(super) struct Worker(Arc<()>);

impl Worker {
    fn take(&self) -> Option<Arc<()>> {
        (Arc::strong_count(&self.0) == 1).then(|| Arc::clone(&self.0))
    }
}

/// Digests being computed.
pub(in crate::open) struct Digests {
    algorithms: Vec<DigestAlgorithm>,
    state: State,
    /// The right to the thread.
    worker: Option<Arc<()>>,
    /// Each bare LF counts as CRLF.
    line_ends: Option<CrlfStream>,
    taken: u64,
    hashed: u64,
    /// How the content begins.
    begin: Vec<u8>,
}

enum State {
    Going(Hashers),
    Ended(Vec<(DigestAlgorithm, Vec<u8>)>),
}

/// How much of the beginning is kept: more than the headers of three ASN.1 values can be long.
const BEGIN: usize = 512;

impl Digests {
    /// Of octets as they are.
    pub(super) fn of_octets(algorithms: &[DigestAlgorithm], shared: &Shared) -> Digests {
        let threads = shared.config.threads;
        let worker = (threads > 1).then(|| shared.worker.take()).flatten();
        let threads = match worker {
            Some(_) => threads,
            None => 1,
        };
        Digests {
            algorithms: algorithms.to_vec(),
            state: State::Going(Hashers::new(algorithms, threads)),
            worker,
            line_ends: None,
            taken: 0,
            hashed: 0,
            begin: Vec::new(),
        }
    }

    /// Of text: each bare LF counts as CRLF (what SMTP carried).
    pub(super) fn with_line_ends(mut self) -> Digests {
        self.line_ends = Some(CrlfStream::default());
        self
    }

    pub(super) fn update(&mut self, input: &[u8]) {
        let Digests {
            state: State::Going(hashers),
            line_ends,
            taken,
            hashed,
            begin,
            ..
        } = self
        else {
            return;
        };
        let mut hash = |piece: &[u8]| {
            *hashed = hashed.saturating_add(length(piece));
            let room = BEGIN.saturating_sub(begin.len());
            begin.extend(piece.iter().take(room));
            hashers.update(piece);
        };
        *taken = taken.saturating_add(length(input));
        match line_ends {
            Some(line_ends) => line_ends.push(input, &mut hash),
            None => hash(input),
        }
    }

    /// Whether the form made a difference.
    pub(super) fn is_changed(&self) -> bool {
        self.taken != self.hashed
    }

    pub(super) fn algorithms(&self) -> &[DigestAlgorithm] {
        &self.algorithms
    }

    /// Nothing comes any more: gives back the thread and the buffers.
    pub(super) fn end(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Ended(Vec::new()));
        self.state = State::Ended(state.into_results());
        drop(self.worker.take());
    }

    pub(super) fn finish(self) -> Hashed {
        Hashed {
            may_be_attributes: begins_like_attributes(&self.begin, self.hashed),
            digests: self.state.into_results(),
        }
    }
}

impl State {
    fn into_results(self) -> Vec<(DigestAlgorithm, Vec<u8>)> {
        match self {
            State::Going(hashers) => hashers.finish(),
            State::Ended(results) => results,
        }
    }
}

fn length(piece: &[u8]) -> u64 {
    u64::try_from(piece.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_the_thread_until_it_ends() {
        let worker = Worker::default();
        let first = worker.take();
        assert!(first.is_some());
        assert!(worker.take().is_none());
        drop(first);
        assert!(worker.take().is_some());
    }
}
