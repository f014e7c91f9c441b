//! Text that goes by in pieces, seen through windows in which nothing that matters is cut.

use crate::Error;

/// Shows `input` to `step`, after what was held back before.
///
/// `step` says how many bytes of a window it is done with; the rest is held back, and shown again with what follows. It
/// holds back no more than `longest` bytes, and never what it held back before when as many others follow. Only what
/// is around a seam is copied. `held` may be secret: it is allocated once.
pub(super) fn push(
    held: &mut Vec<u8>,
    longest: usize,
    input: &[u8],
    step: &mut dyn FnMut(&[u8]) -> Result<usize, Error>,
) -> Result<(), Error> {
    let mut input = input;
    while !held.is_empty() && !input.is_empty() {
        let before = held.len();
        let (next, after) = input.split_at(input.len().min(longest));
        held.extend_from_slice(next);
        let done = step(held)?;
        match done.checked_sub(before) {
            Some(done) => {
                held.clear();
                input = input.get(done..).unwrap_or_default();
            }
            None => {
                held.drain(..done);
                input = after;
            }
        }
    }
    if input.is_empty() {
        return Ok(());
    }
    let done = step(input)?;
    held.reserve_exact(longest.saturating_mul(2));
    held.extend_from_slice(input.get(done..).unwrap_or_default());
    Ok(())
}
