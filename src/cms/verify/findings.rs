//! What is found on the way, and what follows from it.

use super::Standing;
use crate::check::{Aspect, Check, Reason};
use crate::policy::Judgement;

/// The checks in the order they were made, and the worst of them.
#[derive(Default)]
pub(super) struct Findings {
    invalid: bool,
    unchecked: bool,
    pub legacy: bool,
    pub digest_mismatch: bool,
    /// messageDigest was compared with the content and agrees.
    pub digest_agrees: bool,
    pub checks: Vec<Check>,
}

impl Findings {
    /// A check that came out well, or only tells something.
    pub fn add(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// It cannot be genuine.
    pub fn invalid(&mut self, aspect: Aspect, what: impl Into<String>, why: Reason) {
        self.invalid_check(Check::failed(aspect, what.into(), why));
    }

    /// The same with a check that is there already.
    pub fn invalid_check(&mut self, check: Check) {
        self.invalid = true;
        self.checks.push(check);
    }

    /// It cannot be told whether it is genuine.
    pub fn unchecked(&mut self, aspect: Aspect, what: impl Into<String>, why: Reason) {
        self.unchecked = true;
        self.checks.push(Check::failed(aspect, what.into(), why));
    }

    /// It holds, and is not to be trusted.
    pub fn failed(&mut self, aspect: Aspect, what: impl Into<String>, why: Reason) {
        self.checks.push(Check::failed(aspect, what.into(), why));
    }

    /// Notes what the policy says of an algorithm or key; whether to go on.
    pub fn judge(&mut self, judgement: Judgement, what: impl Into<String>) -> bool {
        match judgement {
            Judgement::Accepted => true,
            Judgement::Legacy(why) => {
                self.legacy = true;
                self.failed(Aspect::Algorithm, what, why);
                true
            }
            Judgement::Refused(why) => {
                self.unchecked(Aspect::Algorithm, what, why);
                false
            }
        }
    }

    /// `verified`: whether the signature itself verified. Everything else can only take away from it.
    pub fn standing(&self, verified: bool) -> Standing {
        match (self.invalid, self.unchecked, verified) {
            (true, _, _) => Standing::Invalid,
            (false, false, true) => Standing::Verified,
            _ => Standing::Unchecked,
        }
    }
}
