//! Sources of randomness that can be foretold, or that fail.

#![allow(dead_code)] // Every user of this file needs another part of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sha2::{Digest, Sha256};
use smime::crypto::RandomSource;
use smime::{Error, ErrorKind};

/// SHA-256 in counter mode: the same seed gives the same bytes.
pub struct Seeded {
    seed: u64,
    stream: Mutex<(u64, Vec<u8>)>,
}

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Seeded {
            seed,
            stream: Mutex::new((0, Vec::new())),
        }
    }
}

impl RandomSource for Seeded {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let mut stream = self.stream.lock().unwrap();
        while stream.1.len() < buffer.len() {
            let block = Sha256::new()
                .chain_update(self.seed.to_be_bytes())
                .chain_update(stream.0.to_be_bytes())
                .finalize();
            stream.0 += 1;
            stream.1.extend_from_slice(&block);
        }
        let rest = stream.1.split_off(buffer.len());
        buffer.copy_from_slice(&stream.1);
        stream.1 = rest;
        Ok(())
    }
}

/// Gives some answers, then fails for ever.
pub struct Failing {
    left: AtomicUsize,
}

impl Failing {
    pub fn after(answers: usize) -> Self {
        Failing {
            left: AtomicUsize::new(answers),
        }
    }
}

impl RandomSource for Failing {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return Err(ErrorKind::Randomness {
                detail: "the noise diode is gone".into(),
            }
            .into());
        }
        self.left.store(left - 1, Ordering::SeqCst);
        for (index, byte) in buffer.iter_mut().enumerate() {
            *byte = (index * 7 + left * 31 + 1) as u8;
        }
        Ok(())
    }
}
