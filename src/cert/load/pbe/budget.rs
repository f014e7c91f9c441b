//! What one file may cost.

use crate::{Error, ErrorKind, Limits};

/// The iterations that are left for one file, over all its key derivations.
///
/// A file of many encrypted keys, each just below the cap, would cost as much as one above it.
pub(crate) struct Budget {
    limit: u64,
    left: u64,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Budget {
        Budget {
            limit: limits.kdf_iterations,
            left: limits.kdf_iterations,
        }
    }

    /// Takes `iterations` before they are run; above what is left: [`ErrorKind::TooManyIterations`].
    ///
    /// Gives the count in the type that key derivations want, at least 1.
    pub(crate) fn spend(&mut self, iterations: u64) -> Result<u32, Error> {
        let used = self.limit.saturating_sub(self.left);
        let refused = || ErrorKind::TooManyIterations {
            found: used.saturating_add(iterations),
            limit: self.limit,
        };
        let count = u32::try_from(iterations).map_err(|_| refused())?;
        self.left = self.left.checked_sub(iterations).ok_or_else(refused)?;
        Ok(count.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_all_derivations_of_a_file() {
        let limits = Limits {
            kdf_iterations: 100,
            ..Limits::default()
        };
        let mut budget = Budget::new(&limits);
        assert_eq!(budget.spend(60).unwrap(), 60);
        assert!(matches!(
            budget.spend(41).unwrap_err().kind(),
            ErrorKind::TooManyIterations {
                found: 101,
                limit: 100
            }
        ));
        assert_eq!(budget.spend(40).unwrap(), 40);
        assert!(budget.spend(1).is_err());
        assert!(Budget::new(&limits).spend(u64::MAX).is_err());
        let all = Limits {
            kdf_iterations: u64::MAX,
            ..limits
        };
        // Key derivations count in 32 bits.
        assert!(Budget::new(&all).spend(1 << 32).is_err());
    }
}
