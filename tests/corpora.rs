//! Mail and CMS that others made, opened. The files are not part of the repository: `SMIME_CORPORA` says where they are
//! (docs/CORPORA.md); without it each test says loudly that it skips.

#[path = "support/faces.rs"]
mod faces;
#[path = "support/faces_detached.rs"]
mod faces_detached;
#[path = "corpora/files.rs"]
mod files;
#[path = "corpora/james.rs"]
mod james;
#[path = "corpora/negative.rs"]
mod negative;
#[path = "corpora/nss.rs"]
mod nss;
#[path = "corpora/rfc4134.rs"]
mod rfc4134;
#[path = "corpora/rfc9216.rs"]
mod rfc9216;
#[path = "corpora/thunderbird.rs"]
mod thunderbird;
