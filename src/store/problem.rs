//! What is not as it should be in a store.

use std::fmt;

use crate::error::shortened;

/// Something in the folder of a store that is not as it should be. What it is about was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreProblem {
    file: String,
    kind: StoreProblemKind,
}

/// What is wrong with a file of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreProblemKind {
    /// It cannot be read: torn, changed by hand, or by another version. It was skipped.
    Unreadable {
        /// What is wrong with it.
        detail: String,
    },
    /// It is none of the store's files. It was skipped.
    Foreign,
    /// Others than the owner may read a private key, or write into an entry or the folder.
    Permissions {
        /// The permission bits as they are.
        mode: u32,
    },
    /// The private key in it is not encrypted.
    UnencryptedKey,
}

impl StoreProblem {
    pub(super) fn new(file: &str, kind: StoreProblemKind) -> StoreProblem {
        StoreProblem {
            file: shortened(file),
            kind,
        }
    }

    /// Name of the file in the folder, what cannot be seen escaped; `.` is the folder itself.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is wrong with it.
    pub fn kind(&self) -> &StoreProblemKind {
        &self.kind
    }
}

/// One line: the file, what is wrong with it, and what to do.
impl fmt::Display for StoreProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        match &self.kind {
            StoreProblemKind::Unreadable { detail } => write!(f, "skipped: {detail}"),
            StoreProblemKind::Foreign => f.write_str("skipped: not a file of the store"),
            StoreProblemKind::Permissions { mode } => write!(
                f,
                "others than its owner have access (mode {mode:o}); take it from them with \
                 chmod go-rwx"
            ),
            StoreProblemKind::UnencryptedKey => f.write_str("the private key is not encrypted"),
        }
    }
}
