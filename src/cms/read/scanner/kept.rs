//! What is kept of an object that goes by: all of it but its content.

use zeroize::Zeroizing;

use crate::asn1::{END_OF_CONTENTS, Header, Length, Tag, shorten, tlv};
use crate::{Error, Limits};

/// A value around the content.
#[derive(Copy, Clone)]
struct Open {
    /// Where its header stands in what is kept.
    start: usize,
    /// Where its content begins there.
    content: usize,
    indefinite: bool,
}

/// The object as far as it has come, without its content. What stands before the content stands where it stood:
/// headers keep their size, and say how much was kept.
pub(super) struct Kept {
    octets: Zeroizing<Vec<u8>>,
    open: Vec<Open>,
    limit: usize,
}

impl Kept {
    pub(super) fn new(limits: &Limits) -> Kept {
        Kept {
            octets: Zeroizing::new(Vec::new()),
            open: Vec::new(),
            limit: limits.held_in_all,
        }
    }

    /// Appends as received. A full buffer is moved to one twice as large and wiped.
    pub(super) fn append(&mut self, octets: &[u8]) -> Result<(), Error> {
        let length = self.octets.len().saturating_add(octets.len());
        if length > self.limit {
            let limit = u64::try_from(self.limit).unwrap_or(u64::MAX);
            let what = "structure of a message that is held, in bytes";
            return Err(Error::limit(what, limit));
        }
        if length > self.octets.capacity() {
            let room = length.saturating_mul(2).min(self.limit);
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&self.octets);
            self.octets = larger;
        }
        self.octets.extend_from_slice(octets);
        Ok(())
    }

    /// Keeps the beginning of a value around the content; `received` is its header.
    pub(super) fn open(&mut self, header: Header, received: &[u8]) -> Result<(), Error> {
        let start = self.octets.len();
        self.append(received)?;
        self.open.push(Open {
            start,
            content: self.octets.len(),
            indefinite: header.length == Length::Indefinite,
        });
        Ok(())
    }

    /// The value that was opened last has ended.
    pub(super) fn close(&mut self) -> Result<(), Error> {
        match self.open.pop() {
            Some(open) if open.indefinite => self.append(&END_OF_CONTENTS),
            Some(open) => {
                open.shorten(&mut self.octets);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A copy in which an empty value stands for the one that begins, and everything ends.
    pub(super) fn closed(&self, begins: Option<Tag>) -> Zeroizing<Vec<u8>> {
        let value = begins.map(|tag| tlv(tag, &[])).unwrap_or_default();
        let ends = self.open.len().saturating_mul(END_OF_CONTENTS.len());
        let room = [value.len(), ends]
            .into_iter()
            .fold(self.octets.len(), usize::saturating_add);
        let mut copy = Zeroizing::new(Vec::with_capacity(room));
        copy.extend_from_slice(&self.octets);
        copy.extend_from_slice(&value);
        for open in self.open.iter().rev() {
            match open.indefinite {
                true => copy.extend_from_slice(&END_OF_CONTENTS),
                false => open.shorten(&mut copy),
            }
        }
        copy
    }

    pub(super) fn len(&self) -> usize {
        self.octets.len()
    }

    pub(super) fn into_octets(self) -> Zeroizing<Vec<u8>> {
        self.octets
    }
}

impl Open {
    /// Puts into its header how long it is now.
    fn shorten(self, octets: &mut [u8]) {
        let length = octets.len().saturating_sub(self.content);
        if let Some(header) = octets.get_mut(self.start..self.content) {
            shorten(header, u64::try_from(length).unwrap_or(u64::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector that grows by itself leaves what it held behind.
    #[test]
    fn grows_by_moving_and_no_further_than_it_may() {
        let limits = Limits {
            held_in_all: 25,
            ..Limits::default()
        };
        let mut kept = Kept::new(&limits);
        for (more, length, capacity) in [(10, 10, 20), (10, 20, 20), (5, 25, 25)] {
            kept.append(&vec![7; more]).unwrap();
            assert_eq!(kept.len(), length);
            assert_eq!(kept.octets.capacity(), capacity);
        }
        assert!(kept.append(&[7]).is_err());
    }
}
