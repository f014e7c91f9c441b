//! How much work the lists may make.

use std::borrow::Cow;
use std::collections::HashMap;

/// What work is paid from, so that none can use up what another needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purse {
    /// What the caller gave, by the keys of the path.
    Caller,
    /// What the message holds, by the keys of the path.
    Message,
    /// All lists, by keys that are not in the path.
    OtherSigners,
    /// The paths of those who sign lists for others.
    CrlIssuers,
}

/// Why a list says nothing.
pub(super) enum Obstacle {
    Unusable(Cow<'static, str>),
    /// More work than this was left.
    Exhausted(usize),
}

impl<T: Into<Cow<'static, str>>> From<T> for Obstacle {
    fn from(detail: T) -> Obstacle {
        Obstacle::Unusable(detail.into())
    }
}

/// Signatures checked and lists walked.
#[derive(Default)]
pub(super) struct Work(HashMap<Purse, usize>);

impl Work {
    /// Pays for this many pieces, with `all` for each purse. `Err`: the limit that is reached.
    pub(super) fn pay(&mut self, purse: Purse, pieces: usize, all: usize) -> Result<(), usize> {
        self.left(purse, all)?;
        self.take(purse, pieces);
        Ok(())
    }

    /// How much is left. `Err`: nothing, and the limit that is reached.
    pub(super) fn left(&self, purse: Purse, all: usize) -> Result<usize, usize> {
        let limit = match purse {
            Purse::Caller | Purse::Message => all,
            Purse::OtherSigners | Purse::CrlIssuers => all.div_ceil(4),
        };
        let spent = self.0.get(&purse).copied().unwrap_or_default();
        match limit.checked_sub(spent) {
            Some(left @ 1..) => Ok(left),
            _ => Err(limit),
        }
    }

    /// Pays for work that was done already.
    pub(super) fn take(&mut self, purse: Purse, pieces: usize) {
        let spent = self.0.entry(purse).or_default();
        *spent = spent.saturating_add(pieces);
    }
}
