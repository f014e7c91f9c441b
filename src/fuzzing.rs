//! What fuzz targets reach below the public face, under `--cfg fuzzing` only: no feature switches it on.
//!
//! Every function calls the code that messages reach and returns what it says; what must hold is asserted by the
//! targets. Input that comes in pieces is given as pieces: one piece is the whole at once.

pub mod asn1;
pub mod mime;
#[cfg(feature = "smtp")]
pub mod smtp;

use crate::crypto::stub;

/// How many signatures the stub accepted in this thread so far.
pub fn accepted_signatures() -> u64 {
    stub::accepted()
}
