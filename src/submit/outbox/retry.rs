//! [`Retry`]: when what was deferred is tried again, and when it is given up.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// When a recipient who was deferred is tried again: after [`first`](Retry::first), then after twice as long each time,
/// up to [`longest`](Retry::longest); and when that ends.
///
/// ```
/// use std::time::Duration;
/// use smime::submit::outbox::Retry;
///
/// let impatient = Retry { give_up_after: Duration::from_secs(4 * 60 * 60), ..Retry::default() };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How long after the first attempt the second one follows; whole seconds count. Default 5 minutes.
    pub first: Duration,
    /// The longest time between two attempts. Default 4 hours.
    pub longest: Duration,
    /// How long after the first attempt a recipient is given up: the attempt at that time, or the next one after it,
    /// is the last. Default 5 days (RFC 5321 4.5.4.1).
    pub give_up_after: Duration,
}

impl Default for Retry {
    fn default() -> Retry {
        let hours = |count: u64| Duration::from_secs(count * 60 * 60);
        Retry {
            first: Duration::from_secs(5 * 60),
            longest: hours(4),
            give_up_after: hours(5 * 24),
        }
    }
}

impl Retry {
    /// Seconds to wait after that many attempts in vain.
    pub(super) fn delay(&self, attempts: u32) -> u64 {
        let doubled = 2u64.saturating_pow(attempts.saturating_sub(1));
        let delay = self.first.as_secs().saturating_mul(doubled);
        delay.min(self.longest.as_secs())
    }

    /// When the next attempt is due; `None` when this one was the last. In seconds, as [`seconds`] counts.
    pub(super) fn next(&self, first: u64, attempts: u32, now: u64) -> Option<u64> {
        let end = first.saturating_add(self.give_up_after.as_secs());
        (now < end).then(|| now.saturating_add(self.delay(attempts)).min(end))
    }

    /// From when on the time counts after which a recipient is given up. That is his first attempt, except when a
    /// clock was wrong: it was after now, or the time is over in one leap and hardly anything was tried in it.
    pub(super) fn begin(&self, first: u64, due: Option<u64>, attempts: u32, now: u64) -> u64 {
        let half = self.give_up_after.as_secs() / 2;
        let is_over = self.next(first, attempts, now).is_none();
        let leapt = due.is_some_and(|due| now.saturating_sub(due) > half);
        match first > now || (is_over && leapt && attempts < self.tried_within(half)) {
            true => now,
            false => first,
        }
    }

    /// Which attempt is the first for which that many seconds have passed, up to 64.
    fn tried_within(&self, seconds: u64) -> u32 {
        let (mut attempts, mut passed) = (1, 0u64);
        while attempts < 64 && passed < seconds {
            passed = passed.saturating_add(self.delay(attempts));
            attempts += 1;
        }
        attempts
    }

    /// Whether it is time. A time further away than any that is ever set comes from a clock that was wrong.
    pub(super) fn is_due(&self, due: u64, now: u64) -> bool {
        due <= now || due.saturating_sub(now) > self.longest.as_secs().max(self.first.as_secs())
    }
}

/// Seconds since 1970; 0 before.
pub(super) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// The time that many seconds after 1970.
pub(super) fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_longest_and_ends() {
        let retry = Retry::default();
        let delays: Vec<u64> = (1..9).map(|attempts| retry.delay(attempts)).collect();
        assert_eq!(delays, [300, 600, 1200, 2400, 4800, 9600, 14400, 14400]);
        assert_eq!(retry.delay(u32::MAX), 14400);
        let days = 24 * 60 * 60;
        assert_eq!(retry.next(1000, 1, 1000), Some(1300));
        // The last attempt is at the end, not before.
        assert_eq!(retry.next(0, 40, 5 * days - 1), Some(5 * days));
        assert_eq!(retry.next(0, 41, 5 * days), None);
        assert_eq!(retry.next(u64::MAX, 1, 7), Some(307));
    }

    #[test]
    fn a_clock_that_was_wrong_neither_gives_up_early_nor_never() {
        let retry = Retry::default();
        let now = 1_800_000_000;
        // It began in 1970.
        assert_eq!(retry.begin(10, Some(310), 2, now), now);
        // It was ahead.
        assert_eq!(retry.begin(2 * now, None, 3, now), now);
        // Nothing is wrong: tried in time, a little late, or for the last time.
        let day = 24 * 60 * 60;
        assert_eq!(retry.begin(now - day, Some(now), 12, now), now - day);
        assert_eq!(retry.begin(now - 3 * day, Some(1), 2, now), now - 3 * day);
        assert_eq!(
            retry.begin(now - 5 * day, Some(now - day), 6, now),
            now - 5 * day
        );
        // Half of the time was slept through: not a leap yet. One second more: a leap.
        let half = 5 * day / 2;
        assert_eq!(
            retry.begin(now - 5 * day, Some(now - half), 2, now),
            now - 5 * day
        );
        assert_eq!(
            retry.begin(now - 5 * day, Some(now - half - 1), 2, now),
            now
        );
        // Whoever runs it too rarely does not keep it for ever.
        let attempts = (1..).find(|tried| retry.begin(1, Some(1), *tried, now) == 1);
        assert_eq!(attempts, Some(21));
    }

    #[test]
    fn a_clock_that_was_wrong_does_not_hold_mail_for_years() {
        let retry = Retry::default();
        assert!(retry.is_due(10, 10) && !retry.is_due(11, 10));
        assert!(!retry.is_due(10 + 14_400, 10) && retry.is_due(11 + 14_400, 10));
    }
}
