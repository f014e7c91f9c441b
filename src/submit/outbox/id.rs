//! [`EntryId`]: the name of an entry.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::crypto::{RandomSource, SystemRandom};
use crate::error::shortened;

/// The name of an entry of an [`Outbox`](super::Outbox), such as `0000002a-9f86d081884c7d65`: a number that says in
/// which order the entries came, and 64 random bits, so that no other entry ever has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    number: u32,
    random: u64,
}

impl EntryId {
    pub(super) fn new(number: u32) -> Result<EntryId, Error> {
        let mut random = [0; 8];
        SystemRandom.fill(&mut random)?;
        let random = u64::from_be_bytes(random);
        Ok(EntryId { number, random })
    }

    pub(super) fn number(self) -> u32 {
        self.number
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}-{:016x}", self.number, self.random)
    }
}

/// Exactly as it is shown.
impl FromStr for EntryId {
    type Err = Error;

    fn from_str(text: &str) -> Result<EntryId, Error> {
        let parsed = text.split_once('-').and_then(|(number, random)| {
            let number = u32::from_str_radix(number, 16).ok()?;
            let random = u64::from_str_radix(random, 16).ok()?;
            Some(EntryId { number, random })
        });
        // One name for one entry: no other spelling of the digits.
        parsed.filter(|id| id.to_string() == text).ok_or_else(|| {
            Error::misuse(format!(
                "\"{}\" is no entry of an outbox; they look like 0000002a-9f86d081884c7d65",
                shortened(text)
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_spelling() {
        let id = EntryId::new(42).unwrap();
        assert_eq!(id.to_string().parse::<EntryId>().unwrap(), id);
        assert_ne!(EntryId::new(42).unwrap(), id);
        for wrong in [
            "",
            "-",
            "2a-9f86d081884c7d65",
            "0000002A-9f86d081884c7d65",
            "0000002a-9f86d081884c7d650",
            "0000002a-+f86d081884c7d65",
            "../0002a-9f86d081884c7d65",
            "0000002a-9f86d081884c7d65/",
            "0000002a-9f86d081884c7d65\n",
        ] {
            assert!(wrong.parse::<EntryId>().is_err(), "{wrong:?}");
        }
    }
}
