//! Several digests of one content, on this thread or on one of their own.

use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::thread::{Builder, JoinHandle};

use zeroize::Zeroizing;

use super::{DigestAlgorithm, Hasher};

/// Size in bytes of one buffer. Content that does not fill one is hashed where it is.
const BUFFER: usize = 64 << 10;
/// Buffers that go back and forth: one is filled, one is hashed, the others wait.
const BUFFERS: usize = 4;

type Buffer = Zeroizing<Vec<u8>>;
type Digests = Vec<(DigestAlgorithm, Vec<u8>)>;

/// A set of digests that are fed together.
///
/// With two threads the second one hashes, while the caller goes on. It starts when the first buffer is full and
/// ends once it has worked off the buffers under way, also when this value is dropped unfinished. Memory is constant: when all buffers are under way the caller waits for one.
pub(crate) enum Hashers {
    Inline(Vec<(DigestAlgorithm, Hasher)>),
    /// There will be a thread if the content is long enough.
    Waiting(Vec<DigestAlgorithm>, Buffer),
    Threaded(Worker),
}

impl Hashers {
    /// Of each algorithm once. `threads` 0 counts as 1, more than 2 as 2.
    pub(crate) fn new(algorithms: &[DigestAlgorithm], threads: usize) -> Hashers {
        match threads {
            0 | 1 => Hashers::Inline(hashers(algorithms)),
            _ => Hashers::Waiting(algorithms.to_vec(), Buffer::default()),
        }
    }

    /// Takes content in.
    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Hashers::Inline(hashers) => update(hashers, data),
            Hashers::Threaded(worker) => worker.update(data),
            Hashers::Waiting(algorithms, filling) => {
                if filling.capacity() == 0 {
                    *filling = buffer();
                }
                let now = filling.capacity().saturating_sub(filling.len());
                let (now, later) = data.split_at(now.min(data.len()));
                filling.extend_from_slice(now);
                if later.is_empty() {
                    return;
                }
                let begun = std::mem::take(filling);
                *self = match Worker::spawn(algorithms) {
                    Some(worker) => Hashers::Threaded(worker),
                    None => Hashers::Inline(hashers(algorithms)),
                };
                self.update(&begun);
                self.update(later);
            }
        }
    }

    /// The digests, in the order of the algorithms.
    pub(crate) fn finish(self) -> Vec<(DigestAlgorithm, Vec<u8>)> {
        match self {
            Hashers::Inline(hashers) => finish(hashers),
            Hashers::Waiting(algorithms, filling) => {
                let mut hashers = hashers(&algorithms);
                update(&mut hashers, &filling);
                finish(hashers)
            }
            Hashers::Threaded(worker) => worker.finish(),
        }
    }
}

fn hashers(algorithms: &[DigestAlgorithm]) -> Vec<(DigestAlgorithm, Hasher)> {
    let hasher = |algorithm: &DigestAlgorithm| (*algorithm, Hasher::new(*algorithm));
    algorithms.iter().map(hasher).collect()
}

fn update(hashers: &mut [(DigestAlgorithm, Hasher)], data: &[u8]) {
    for (_, hasher) in hashers {
        hasher.update(data);
    }
}

fn finish(hashers: Vec<(DigestAlgorithm, Hasher)>) -> Digests {
    let digest = |(algorithm, hasher): (DigestAlgorithm, Hasher)| (algorithm, hasher.finish());
    hashers.into_iter().map(digest).collect()
}

/// Never grows, so that no copy of what is in it is left behind.
fn buffer() -> Buffer {
    Zeroizing::new(Vec::with_capacity(BUFFER))
}

/// The thread, as its owner sees it. The thread ends when `full` is dropped and what is in it
/// has been hashed.
pub(crate) struct Worker {
    full: SyncSender<Buffer>,
    empty: Receiver<Buffer>,
    filling: Buffer,
    /// Buffers that exist.
    buffers: usize,
    thread: JoinHandle<Digests>,
}

impl Worker {
    /// `None` when no thread can be started.
    fn spawn(algorithms: &[DigestAlgorithm]) -> Option<Worker> {
        let mut hashers = hashers(algorithms);
        let (full, incoming) = sync_channel::<Buffer>(BUFFERS);
        let (outgoing, empty) = channel();
        let work = move || {
            for mut buffer in incoming {
                update(&mut hashers, &buffer);
                buffer.clear();
                // Nobody waits for it any more when the owner has gone.
                drop(outgoing.send(buffer));
            }
            finish(hashers)
        };
        let thread = Builder::new().name("smime digest".to_owned()).spawn(work);
        Some(Worker {
            full,
            empty,
            filling: buffer(),
            buffers: 1,
            thread: thread.ok()?,
        })
    }

    fn update(&mut self, mut data: &[u8]) {
        while !data.is_empty() {
            let room = BUFFER.saturating_sub(self.filling.len());
            let (now, later) = data.split_at(room.min(data.len()));
            self.filling.extend_from_slice(now);
            data = later;
            if self.filling.len() >= BUFFER {
                let next = self.next_buffer();
                self.send(next);
            }
        }
    }

    fn next_buffer(&mut self) -> Buffer {
        if let Ok(buffer) = self.empty.try_recv() {
            return buffer;
        }
        if self.buffers < BUFFERS {
            self.buffers = self.buffers.saturating_add(1);
            return buffer();
        }
        // A thread that is gone has panicked, which `finish` passes on.
        self.empty.recv().unwrap_or_else(|_| buffer())
    }

    fn send(&mut self, next: Buffer) {
        let filled = std::mem::replace(&mut self.filling, next);
        drop(self.full.send(filled));
    }

    fn finish(mut self) -> Digests {
        self.send(Buffer::default());
        drop(self.full);
        self.thread
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TWO: [DigestAlgorithm; 2] = [DigestAlgorithm::Sha512, DigestAlgorithm::Sha256];

    fn digests(data: &[u8], step: usize, threads: usize) -> Digests {
        let mut hashers = Hashers::new(&TWO, threads);
        for piece in data.chunks(step) {
            hashers.update(piece);
        }
        hashers.finish()
    }

    fn expected(data: &[u8]) -> Digests {
        TWO.map(|algorithm| (algorithm, algorithm.digest(data)))
            .to_vec()
    }

    #[test]
    fn the_thread_gives_the_same_digests() {
        let data: Vec<u8> = (0..2_000_003_u32).map(|n| n.to_le_bytes()[1]).collect();
        for length in [
            0,
            1,
            BUFFER - 1,
            BUFFER,
            BUFFER + 1,
            10 * BUFFER,
            data.len(),
        ] {
            let data = &data[..length];
            for threads in [0, 1, 2, 7] {
                for step in [997, BUFFER, usize::MAX] {
                    assert_eq!(digests(data, step, threads), expected(data));
                }
            }
        }
    }

    #[test]
    fn a_thread_is_started_for_long_content_only() {
        let mut hashers = Hashers::new(&TWO, 2);
        hashers.update(&vec![7; BUFFER]);
        assert!(matches!(hashers, Hashers::Waiting(..)));
        hashers.update(b"x");
        assert!(matches!(hashers, Hashers::Threaded(_)));
        assert!(matches!(Hashers::new(&TWO, 1), Hashers::Inline(_)));
        assert!(matches!(Hashers::new(&TWO, 0), Hashers::Inline(_)));
    }

    #[test]
    fn memory_is_bounded_and_the_thread_ends_with_its_owner() {
        let mut worker = Worker::spawn(&TWO).unwrap();
        for _ in 0..200 {
            worker.update(&[9; 50_000]);
        }
        assert!(worker.buffers <= BUFFERS);
        assert_eq!(worker.filling.capacity(), BUFFER);
        let Worker {
            full,
            empty,
            thread,
            ..
        } = worker;
        drop((full, empty));
        // What it gives now is the digest of what it was sent.
        assert_eq!(thread.join().unwrap().len(), 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn splits_do_not_matter(length in 0_usize..300_000, step in 1_usize..100_000) {
            let data: Vec<u8> = (0..length).map(|n| n.to_le_bytes()[0]).collect();
            prop_assert_eq!(digests(&data, step, 2), expected(&data));
        }
    }
}
