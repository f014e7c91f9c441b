//! Dates of mail headers (RFC 5322 3.3), with the obsolete forms (4.3): one pass, no recursion.

use std::time::SystemTime;

use crate::address::cursor::Cursor;
use crate::asn1::Civil;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
/// Zones by name, in hours. Every other one counts as UTC, as RFC 5322 4.3 says: what the military
/// letters mean was written down wrong for years.
const ZONES: [(&str, i64); 8] = [
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
];

/// `[day-of-week ","] day month year hour ":" minute [":" second] zone`, white space and comments
/// between all of them. The day of the week is not compared with the date.
pub(super) fn date_time(text: &str) -> Option<SystemTime> {
    let mut cursor = Cursor { rest: text };
    cursor.skip().ok()?;
    if !word(&mut cursor).is_empty() {
        cursor.skip().ok()?;
        cursor.take(',');
        cursor.skip().ok()?;
    }
    let day = number(&mut cursor, 1..=2)?;
    cursor.skip().ok()?;
    let month = month(word(&mut cursor))?;
    cursor.skip().ok()?;
    let year = year(&mut cursor)?;
    cursor.skip().ok()?;
    let hour = number(&mut cursor, 1..=2)?;
    colon(&mut cursor)?;
    let minute = number(&mut cursor, 2..=2)?;
    cursor.skip().ok()?;
    let mut second = 0;
    if cursor.peek() == Some(':') {
        colon(&mut cursor)?;
        second = number(&mut cursor, 2..=2)?;
        cursor.skip().ok()?;
    }
    let offset = zone(&mut cursor)?;
    cursor.skip().ok()?;
    cursor.end().ok()?;
    let local = Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    };
    Civil::from_unix(local.to_unix()? - offset * 60)?.to_system_time()
}

fn word<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| c.is_ascii_alphabetic())
}

fn digits<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    cursor.take_while(|c| c.is_ascii_digit())
}

fn number(cursor: &mut Cursor<'_>, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let digits = digits(cursor);
    if length.contains(&digits.len()) {
        digits.parse().ok()
    } else {
        None
    }
}

fn month(name: &str) -> Option<i64> {
    (1..)
        .zip(MONTHS)
        .find(|(_, month)| name.eq_ignore_ascii_case(month))
        .map(|(number, _)| number)
}

/// RFC 5322 4.3: two digits from 50 and all of three digits count from 1900, two below 50 from 2000.
fn year(cursor: &mut Cursor<'_>) -> Option<i64> {
    let digits = digits(cursor);
    let year: i64 = digits.parse().ok()?;
    match digits.len() {
        2 if year < 50 => Some(2000 + year),
        2 | 3 => Some(1900 + year),
        4 => Some(year),
        _ => None,
    }
}

fn colon(cursor: &mut Cursor<'_>) -> Option<()> {
    cursor.skip().ok()?;
    if !cursor.take(':') {
        return None;
    }
    cursor.skip().ok()?;
    Some(())
}

/// Minutes east of UTC.
fn zone(cursor: &mut Cursor<'_>) -> Option<i64> {
    let sign = match cursor.peek()? {
        '+' => 1,
        '-' => -1,
        _ => {
            let name = word(cursor);
            let hours = ZONES
                .iter()
                .find(|(zone, _)| name.eq_ignore_ascii_case(zone))
                .map_or(0, |(_, hours)| *hours);
            return (!name.is_empty()).then_some(hours * 60);
        }
    };
    cursor.next();
    let offset = number(cursor, 4..=4)?;
    let (hours, minutes) = (offset / 100, offset % 100);
    (minutes < 60).then_some(sign * (hours * 60 + minutes))
}
