//! Dates of the Gregorian calendar, also before 1970, which `SystemTime` cannot print.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A time in UTC as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub year: i64,
    pub month: i64,
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
}

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;
/// Days in 400 years.
const DAYS_IN_ERA: i64 = 146_097;

impl Civil {
    /// Seconds since 1970; `None` when a field is outside of its range. Second 60 is taken as 59:
    /// a leap second stands in some certificates.
    pub(crate) fn to_unix(self) -> Option<i64> {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let last_day = match self.month {
            2 => 28 + i64::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let in_range = (0..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=last_day).contains(&self.day)
            && (0..=23).contains(&self.hour)
            && (0..=59).contains(&self.minute)
            && (0..=60).contains(&self.second);
        if !in_range {
            return None;
        }
        // Years begin in March here, so that the leap day is the last day of the year.
        let year = if self.month <= 2 {
            self.year - 1
        } else {
            self.year
        };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * DAYS_IN_ERA + day_of_era - DAYS_TO_1970;
        Some(days * 86_400 + self.hour * 3_600 + self.minute * 60 + self.second.min(59))
    }

    /// The date of a number of seconds since 1970; `None` outside of the years 0 to 9999.
    pub(crate) fn from_unix(seconds: i64) -> Option<Civil> {
        if !(-62_167_219_200..=253_402_300_799).contains(&seconds) {
            return None;
        }
        let days = seconds.div_euclid(86_400) + DAYS_TO_1970;
        let time = seconds.rem_euclid(86_400);
        let era = days.div_euclid(DAYS_IN_ERA);
        let day_of_era = days.rem_euclid(DAYS_IN_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = (march_month + 2) % 12 + 1;
        Some(Civil {
            year: era * 400 + year_of_era + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
            hour: time / 3_600,
            minute: time / 60 % 60,
            second: time % 60,
        })
    }

    /// As a `SystemTime`; `None` when a field is out of range or the platform cannot hold the time.
    pub(crate) fn to_system_time(self) -> Option<SystemTime> {
        let seconds = self.to_unix()?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
    }
}

#[cfg(feature = "serde")]
impl Civil {
    /// `2026-01-02T03:04:05Z` (RFC 3339).
    pub(crate) fn rfc_3339(self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

/// Whole seconds since 1970, negative before; a time that does not fit is the nearest that does.
pub(crate) fn unix_seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => {
            let distance = before.duration();
            let whole = i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
            -whole.saturating_add(i64::from(distance.subsec_nanos() > 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `date -u -d TEXT +%s`.
    const KNOWN: [(&str, i64); 9] = [
        ("1950-01-01 00:00:00 UTC", -631_152_000),
        ("1969-12-31 23:59:59 UTC", -1),
        ("1970-01-01 00:00:00 UTC", 0),
        ("2000-02-29 12:34:56 UTC", 951_827_696),
        ("2024-02-29 23:59:59 UTC", 1_709_251_199),
        ("2024-03-01 00:00:00 UTC", 1_709_251_200),
        ("2049-12-31 23:59:59 UTC", 2_524_607_999),
        ("2100-03-01 00:00:00 UTC", 4_107_542_400),
        ("9999-12-31 23:59:59 UTC", 253_402_300_799),
    ];

    #[test]
    fn agrees_with_date() {
        for (text, seconds) in KNOWN {
            let civil = Civil::from_unix(seconds).unwrap();
            assert_eq!(civil.to_string(), text);
            assert_eq!(civil.to_unix(), Some(seconds), "{text}");
            assert_eq!(unix_seconds(civil.to_system_time().unwrap()), seconds);
        }
    }

    #[test]
    fn year_zero_and_back() {
        let civil = Civil::from_unix(-62_167_219_200).unwrap();
        assert_eq!(civil.to_string(), "0000-01-01 00:00:00 UTC");
        assert_eq!(civil.to_unix(), Some(-62_167_219_200));
        assert_eq!(Civil::from_unix(-62_167_219_201), None);
        assert_eq!(Civil::from_unix(253_402_300_800), None);
    }

    #[test]
    fn impossible_dates_are_refused() {
        let good = Civil {
            year: 2023,
            month: 2,
            day: 28,
            hour: 0,
            minute: 0,
            second: 0,
        };
        assert!(good.to_unix().is_some());
        assert_eq!(Civil { day: 29, ..good }.to_unix(), None);
        assert_eq!(Civil { month: 13, ..good }.to_unix(), None);
        assert_eq!(Civil { month: 0, ..good }.to_unix(), None);
        assert_eq!(Civil { hour: 24, ..good }.to_unix(), None);
        assert_eq!(Civil { second: 61, ..good }.to_unix(), None);
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = (1970, 1, 1);
        for day in 0..2_932_897_i64 {
            let found = Civil::from_unix(day * 86_400).unwrap();
            assert_eq!((found.year, found.month, found.day), expected);
            let (y, m, d) = expected;
            let leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
            let last = match m {
                2 => 28 + i64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = if d < last {
                (y, m, d + 1)
            } else if m < 12 {
                (y, m + 1, 1)
            } else {
                (y + 1, 1, 1)
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }
}
