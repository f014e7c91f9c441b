//! [`Decision`]: what a person decides about a recipient, and about an entry.

use super::ledger::{Standing, State};
use super::removal::take_away;
use super::{EntryId, Outbox, OutboxError};
use crate::Mailbox;

/// What shall become of a recipient: [`Outbox::decide`](super::Outbox::decide).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The next run sends it to him, whatever happened before; whoever was unknown may get it twice. The time until he
    /// is given up begins anew. For everybody who has not got it.
    SendAgain,
    /// He has it, so nothing more happens. For those who are unknown.
    ConsiderDelivered,
    /// He does not get it, so nothing more happens. For those who are waiting or unknown.
    GiveUp,
}

impl Decision {
    /// Makes it so, or says why it cannot be.
    pub(super) fn apply(self, standing: &mut Standing) -> Result<(), String> {
        let is_unknown = matches!(standing.state, State::Unknown | State::InDoubt);
        let fits = match self {
            Decision::SendAgain => !matches!(standing.state, State::Accepted | State::Delivered),
            Decision::ConsiderDelivered => is_unknown,
            Decision::GiveUp => is_unknown || standing.state == State::Waiting,
        };
        if !fits {
            return Err(match standing.state {
                State::Waiting => "he is waiting, and nothing was sent to him".into(),
                State::Accepted => "the server has accepted it".into(),
                State::Delivered => "it was decided that he has it".into(),
                State::Rejected => "the server has rejected it".into(),
                State::GivenUp => "he was given up".into(),
                State::Unknown | State::InDoubt => "it is unknown whether he has it".to_owned(),
            });
        }
        match self {
            Decision::SendAgain => *standing = Standing::fresh(),
            Decision::ConsiderDelivered => standing.state = State::Delivered,
            Decision::GiveUp => {
                standing.state = State::GivenUp;
                standing.due = None;
            }
        }
        Ok(())
    }
}

impl Outbox {
    /// Decides what becomes of a recipient, in every copy that he gets and where it fits. If everybody has it then, the entry is removed.
    ///
    /// # Errors
    /// [`OutboxError::NothingToDecide`], [`OutboxError::Busy`], [`OutboxError::NotFound`], [`OutboxError::Damaged`],
    /// [`OutboxError::Io`].
    pub fn decide(
        &self,
        id: EntryId,
        recipient: &Mailbox,
        decision: Decision,
    ) -> Result<(), OutboxError> {
        let _claim = self.claim(id)?;
        let (letter, mut ledger) = self.load(id)?;
        let copies = letter.copies.iter();
        let mailboxes = copies.flat_map(|copy| copy.envelope.recipients());
        let mut any = false;
        let mut detail = "he is not a recipient of this entry".to_owned();
        for (mailbox, standing) in mailboxes.zip(&mut ledger.standings) {
            if mailbox.matches(recipient) {
                match decision.apply(standing) {
                    Ok(()) => any = true,
                    Err(why) => detail = why,
                }
            }
        }
        if !any {
            let recipient = Box::new(recipient.clone());
            return Err(OutboxError::NothingToDecide {
                id,
                recipient,
                detail,
            });
        }
        let disk = self.disk.as_ref();
        let kept = match ledger.is_done() {
            true => take_away(disk, id),
            false => ledger.write(disk, id, &letter),
        };
        self.shared().held.remove(&id);
        kept.map_err(|source| OutboxError::io(format!("entry {id}"), source))
    }

    /// Takes an entry away of which everything is known and nothing more happens: somebody has seen who was rejected
    /// and who was given up.
    ///
    /// # Errors
    /// [`OutboxError::Undecided`] when a recipient is waiting or unknown; otherwise as [`Outbox::decide`].
    pub fn acknowledge(&self, id: EntryId) -> Result<(), OutboxError> {
        let _claim = self.claim(id)?;
        let (_, ledger) = self.load(id)?;
        if ledger.standings.iter().any(Standing::is_open) {
            return Err(OutboxError::Undecided { id });
        }
        take_away(self.disk.as_ref(), id)
            .map_err(|source| OutboxError::io(format!("entry {id}"), source))
    }

    /// Takes an entry away, whatever is known of it, also one that cannot be read: whoever has not got the message
    /// does not get it.
    ///
    /// # Errors
    /// [`OutboxError::NotFound`], [`OutboxError::Busy`], [`OutboxError::Io`].
    pub fn remove(&self, id: EntryId) -> Result<(), OutboxError> {
        let _claim = self.claim(id)?;
        if !self.ids()?.contains(&id) {
            return Err(OutboxError::NotFound { id });
        }
        take_away(self.disk.as_ref(), id)
            .map_err(|source| OutboxError::io(format!("entry {id}"), source))
    }
}
