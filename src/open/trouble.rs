//! What keeps a node of a message from being looked at, and answers that did not come.

use crate::check::visible;
use crate::engine::{Answer, Ledger, QuestionId};
use crate::{Error, ErrorKind};

/// Why a node cannot be looked at.
#[derive(Clone)]
pub(super) enum Trouble {
    /// It costs this node; the mail, if the node is what the mail consists of.
    Node(Error),
    /// It costs the mail, whichever node it is.
    Mail(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Node(error)
    }
}

impl Trouble {
    pub(super) fn into_error(self) -> Error {
        match self {
            Trouble::Node(error) | Trouble::Mail(error) => error,
        }
    }
}

/// Whether a part may have this error without costing the mail: not what the caller did wrong.
pub(super) fn is_bearable(error: &Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::Misuse { .. } | ErrorKind::External { .. } | ErrorKind::Io { .. }
    )
}

pub(super) fn limit(what: &'static str, limit: usize) -> Error {
    Error::limit(what, u64::try_from(limit).unwrap_or(u64::MAX))
}

/// The answer to a question, or the error that came instead of it.
pub(super) fn taken(ledger: &mut Ledger, id: QuestionId) -> Result<Answer, Trouble> {
    match ledger.take(id) {
        Some(Answer::Failed(error)) => Err(Trouble::Mail(error)),
        Some(answer) => Ok(answer),
        None => Err(Trouble::Mail(Error::misuse(
            "a question of this machine was not answered",
        ))),
    }
}

/// Text that comes from a message, in one line of bounded length.
pub(super) fn shown(text: &str) -> String {
    visible(text, 300)
}

/// Refuses a CMS object where a mail should be: it would be shown as an unsigned text. One that does not fit in memory is
/// known by its beginning, so the same goes for every other, also a broken one. A short one begins like text, but for the
/// tag of its type; and no type is so short that it could be the end of a line.
pub(super) fn may_be_a_mail(begin: &[u8]) -> Result<(), Error> {
    match begin {
        [0x30, 0x80..=0x88, ..] | [0x30, 0x0b..=0x7f, 0x06, ..] => Err(Error::misuse(
            "this is a CMS object and not a mail: open it with open_cms, or a signature with verify_detached",
        )),
        _ => Ok(()),
    }
}
