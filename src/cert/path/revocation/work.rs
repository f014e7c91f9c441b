//! How much work the lists may make.

use std::borrow::Cow;
use std::collections::HashMap;

/// What work is paid from, so that none can use up what another needs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Purse {
    /// The caller's lists, by the keys of the path.
    Caller,
    /// The message's lists, by the keys of the path.
    Message,
    /// All lists, by keys that are not in the path.
    OtherSigners,
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

/// Signatures checked and lists walked; each costs as much as its list is long.
#[derive(Default)]
pub(super) struct Work(HashMap<Purse, usize>);

impl Work {
    /// Pays for one piece, with `all` for each purse. `Err`: the limit that is reached.
    pub(super) fn pay(&mut self, purse: Purse, all: usize) -> Result<(), usize> {
        let limit = match purse {
            Purse::Caller | Purse::Message => all,
            Purse::OtherSigners => all.div_ceil(4),
        };
        let spent = self.0.entry(purse).or_default();
        if *spent >= limit {
            return Err(limit);
        }
        *spent += 1;
        Ok(())
    }
}
