//! The source of randomness, injectable.

use rand_core::{TryCryptoRng, TryRng};

use crate::{Error, ErrorKind};

/// Where keys, nonces, salts and boundaries come from.
///
/// The default everywhere is [`SystemRandom`]. Another one serves tests, and machines whose
/// randomness comes from a device.
pub trait RandomSource: Send + Sync {
    /// Fills `buffer` with random bytes, or fails with [`crate::ErrorKind::Randomness`].
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(buffer).map_err(|e| failure(e.to_string()))
    }
}

fn failure(detail: impl Into<String>) -> Error {
    ErrorKind::Randomness {
        detail: detail.into(),
    }
    .into()
}

/// Bytes one operation may draw. The largest honest need is the padding of an RSA-8192 block; a
/// source stuck at one value would otherwise let a rejection loop run for ever.
const BUDGET: usize = 1 << 16;

/// A [`RandomSource`] in the clothes the primitives want. It remembers the first failure, because
/// the primitives' own errors do not say why.
pub(crate) struct Draw<'a> {
    source: &'a dyn RandomSource,
    /// Handed out first: a salt that was chosen elsewhere.
    given: &'a [u8],
    left: usize,
    failure: Option<Error>,
}

impl<'a> Draw<'a> {
    pub(crate) fn new(source: &'a dyn RandomSource) -> Draw<'a> {
        Draw::after(&[], source)
    }

    /// First the bytes of `given`, then those of `source`. A request never gets some of both.
    pub(crate) fn after(given: &'a [u8], source: &'a dyn RandomSource) -> Draw<'a> {
        Draw {
            source,
            given,
            left: BUDGET,
            failure: None,
        }
    }

    /// The failure of the source, if that was the cause, else `other`.
    pub(crate) fn or_failure(self, other: Error) -> Error {
        self.failure.unwrap_or(other)
    }

    /// The failure of the source, if there was one.
    pub(crate) fn failure(self) -> Option<Error> {
        self.failure
    }

    fn draw(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        if !self.given.is_empty() {
            let (now, later) = self
                .given
                .split_at_checked(buffer.len())
                .ok_or_else(|| failure("fewer bytes were given than are needed"))?;
            buffer.copy_from_slice(now);
            self.given = later;
            return Ok(());
        }
        self.left = self
            .left
            .checked_sub(buffer.len())
            .ok_or_else(|| failure("it gives no usable values"))?;
        self.source.fill(buffer)
    }
}

/// What the primitives see of a failure.
#[derive(Debug)]
pub(crate) struct NoRandomness;

impl std::fmt::Display for NoRandomness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the source of randomness failed")
    }
}

impl std::error::Error for NoRandomness {}

impl TryRng for Draw<'_> {
    type Error = NoRandomness;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomness> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomness> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), NoRandomness> {
        self.draw(buffer).map_err(|error| {
            self.failure.get_or_insert(error);
            NoRandomness
        })
    }
}

impl TryCryptoRng for Draw<'_> {}

#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use super::*;

    /// A reproducible stream: SHA-256 in counter mode over a seed.
    pub(crate) struct Seeded(Mutex<(u64, Vec<u8>)>);

    impl Seeded {
        pub(crate) fn new(seed: u64) -> Seeded {
            Seeded(Mutex::new((seed << 32, Vec::new())))
        }
    }

    impl RandomSource for Seeded {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
            let mut state = self.0.lock().unwrap();
            for byte in buffer {
                if state.1.is_empty() {
                    state.0 += 1;
                    state.1 = crate::crypto::DigestAlgorithm::Sha256.digest(&state.0.to_be_bytes());
                }
                *byte = state.1.pop().unwrap();
            }
            Ok(())
        }
    }

    /// Fails from the `n`th call on.
    pub(crate) struct FailingAfter(pub(crate) Mutex<usize>);

    impl RandomSource for FailingAfter {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
            let mut left = self.0.lock().unwrap();
            if *left == 0 {
                return Err(failure("test source is empty"));
            }
            *left -= 1;
            buffer.fill(0x5a);
            Ok(())
        }
    }

    /// Always the same byte.
    pub(crate) struct Stuck(pub(crate) u8);

    impl RandomSource for Stuck {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), Error> {
            buffer.fill(self.0);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::*;
    use super::*;

    #[test]
    fn a_failure_is_remembered() {
        let source = FailingAfter(1.into());
        let mut draw = Draw::new(&source);
        let mut buffer = [0; 4];
        draw.try_fill_bytes(&mut buffer).unwrap();
        assert_eq!(buffer, [0x5a; 4]);
        assert!(draw.try_fill_bytes(&mut buffer).is_err());
        let error = draw.or_failure(Error::misuse("other"));
        assert!(
            matches!(error.kind(), ErrorKind::Randomness { detail } if detail.contains("empty"))
        );
    }

    #[test]
    fn a_stuck_source_does_not_hang() {
        let mut draw = Draw::new(&Stuck(0));
        let result = (0..1 << 20).try_for_each(|_| draw.try_next_u32().map(drop));
        assert!(result.is_err());
    }

    #[test]
    fn given_bytes_come_first_and_never_short() {
        let mut draw = Draw::after(b"salt", &Stuck(9));
        let mut buffer = [0; 4];
        draw.try_fill_bytes(&mut buffer).unwrap();
        assert_eq!(&buffer, b"salt");
        draw.try_fill_bytes(&mut buffer).unwrap();
        assert_eq!(buffer, [9; 4]);
        let mut short = Draw::after(b"sal", &Stuck(9));
        assert!(short.try_fill_bytes(&mut buffer).is_err());
    }

    #[test]
    fn the_system_gives_something() {
        let mut buffer = [0; 32];
        SystemRandom.fill(&mut buffer).unwrap();
        assert_ne!(buffer, [0; 32]);
    }
}
