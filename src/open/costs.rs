//! What one mail may cost, whatever it is put together from.
//!
//! Each object in a mail is bounded by itself; these bound all of them together.

use super::trouble::{Trouble, limit};
use crate::Limits;
use crate::cert::pbe::Budget;
use crate::engine::{Ledger, Question, QuestionId};

/// How many contents of one mail are looked into for what changed them.
const DIAGNOSES: usize = 2;

/// What was spent so far.
pub(super) struct Costs {
    limits: Limits,
    /// Bytes that came out of decompression.
    pub unpacked: u64,
    /// For passwords.
    pub iterations: Budget,
    signers: usize,
    key_operations: usize,
    questions: usize,
    diagnoses: usize,
}

impl Costs {
    pub(super) fn new(limits: &Limits) -> Costs {
        Costs {
            limits: *limits,
            unpacked: 0,
            iterations: Budget::new(limits),
            signers: 0,
            key_operations: 0,
            questions: 0,
            diagnoses: 0,
        }
    }

    /// This many signers more. Those of a node that is over the limit do not count: nothing is done for them.
    pub(super) fn signers(&mut self, count: usize) -> Result<(), Trouble> {
        let limit = self.limits.signers;
        self.signers = spent(self.signers, count, "signers of one message", limit)?;
        Ok(())
    }

    /// Asks, if there is a question left; a private key also needs an operation that is left.
    pub(super) fn ask(
        &mut self,
        ledger: &mut Ledger,
        question: Question,
    ) -> Result<QuestionId, Trouble> {
        if let Question::Unwrap { .. } = question {
            let what = "operations with private keys for one message";
            let limit = self.limits.key_operations;
            self.key_operations = spent(self.key_operations, 1, what, limit)?;
        }
        let what = "questions about one message";
        self.questions = spent(self.questions, 1, what, self.limits.questions)?;
        Ok(ledger.ask(question))
    }

    /// Whether one more content may be looked into.
    pub(super) fn diagnosis(&mut self) -> bool {
        let may = self.diagnoses < DIAGNOSES;
        self.diagnoses = self.diagnoses.saturating_add(usize::from(may));
        may
    }
}

/// What is spent with `more`.
fn spent(spent: usize, more: usize, what: &'static str, most: usize) -> Result<usize, Trouble> {
    let sum = spent.saturating_add(more);
    match sum > most {
        true => Err(Trouble::Node(limit(what, most))),
        false => Ok(sum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_as_the_limit_may_be_spent() {
        let limits = Limits {
            signers: 3,
            ..Limits::default()
        };
        let mut costs = Costs::new(&limits);
        // A node that is over the limit costs nothing.
        assert!(costs.signers(4).is_err());
        assert!(costs.signers(1).is_ok());
        assert!(costs.signers(2).is_ok());
        assert!(costs.signers(1).is_err());
        let diagnoses = [(); 4].map(|()| costs.diagnosis());
        assert_eq!(diagnoses, [true, true, false, false]);
    }
}
