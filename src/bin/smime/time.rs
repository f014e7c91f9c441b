//! Times as scripts write them: RFC 3339.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// Reads `2026-06-01T12:00:00Z`, with an offset (`+02:00`) instead of `Z`, fractions of a second left out.
pub fn parse(text: &str) -> Result<SystemTime, String> {
    let wrong = || "not a time as RFC 3339 writes it, such as 2026-06-01T12:00:00Z".to_owned();
    let seconds = seconds(text).ok_or_else(wrong)?;
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = match seconds {
        0.. => UNIX_EPOCH.checked_add(distance),
        _ => UNIX_EPOCH.checked_sub(distance),
    };
    time.ok_or_else(wrong)
}

/// Writes `2026-06-01T12:00:00Z`.
pub fn format(time: SystemTime) -> String {
    let seconds = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => 0_i64.saturating_sub_unsigned(before.duration().as_secs()),
    };
    let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

fn seconds(text: &str) -> Option<i64> {
    let mut rest = text.as_bytes();
    let year = digits(&mut rest, 4)?;
    take(&mut rest, b"-")?;
    let month = digits(&mut rest, 2)?;
    take(&mut rest, b"-")?;
    let day = digits(&mut rest, 2)?;
    take(&mut rest, b"Tt ")?;
    let hour = digits(&mut rest, 2)?;
    take(&mut rest, b":")?;
    let minute = digits(&mut rest, 2)?;
    take(&mut rest, b":")?;
    let second = digits(&mut rest, 2)?;
    if take(&mut rest, b".").is_some() {
        digits(&mut rest, 1)?;
        while digits(&mut rest, 1).is_some() {}
    }
    let offset = match take(&mut rest, b"Zz+-")? {
        sign @ (b'+' | b'-') => {
            let hours = digits(&mut rest, 2)?;
            take(&mut rest, b":")?;
            let minutes = digits(&mut rest, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            if sign == b'+' { minutes } else { -minutes }
        }
        _ => 0,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    // 60: a leap second, which no system clock knows.
    if !rest.is_empty() || !(1..=last).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    Some(days(year, month, day) * DAY + (hour * 60 + minute - offset) * 60 + second.min(59))
}

/// Takes one of these characters from the front.
fn take(rest: &mut &[u8], wanted: &[u8]) -> Option<u8> {
    let (first, back) = rest.split_first()?;
    if !wanted.contains(first) {
        return None;
    }
    *rest = back;
    Some(*first)
}

/// Takes `count` decimal digits from the front.
fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (front, back) = rest.split_at_checked(count)?;
    if !front.iter().all(u8::is_ascii_digit) {
        return None;
    }
    *rest = back;
    std::str::from_utf8(front).ok()?.parse().ok()
}

/// Days since 1970-01-01. Years begin in March here, so that the leap day comes last; 400 years are 146,097 days.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a day counted from 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400;
    (if month <= 2 { year + 1 } else { year }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Seconds made with `date -u -d TIME +%s`.
    const KNOWN: [(&str, i64); 7] = [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:34:56Z", 951_827_696),
        ("2026-06-01T12:00:00Z", 1_780_315_200),
        ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
    ];

    #[test]
    fn known_times_both_ways() {
        for (text, expected) in KNOWN {
            assert_eq!(seconds(text), Some(expected), "{text}");
            assert_eq!(format(parse(text).unwrap()), text);
        }
    }

    #[test]
    fn offsets_and_fractions() {
        for same in [
            "2026-06-01T14:00:00+02:00",
            "2026-06-01T06:30:00-05:30",
            "2026-06-01t12:00:00.123456z",
            "2026-06-01 12:00:00+00:00",
        ] {
            assert_eq!(seconds(same), Some(1_780_315_200), "{same}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for wrong in [
            "",
            "now",
            "2026-06-01",
            "2026-06-01T12:00:00",
            "2026-06-01T12:00Z",
            "2026-13-01T12:00:00Z",
            "2026-02-29T12:00:00Z",
            "2026-06-00T12:00:00Z",
            "2026-06-01T24:00:00Z",
            "2026-06-01T12:60:00Z",
            "2026-06-01T12:00:00.Z",
            "2026-06-01T12:00:00+2:00",
            "2026-06-01T12:00:00Z ",
            "+026-06-01T12:00:00Z",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
