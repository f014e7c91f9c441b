//! The Date of a message and the signer's claim about the time (CVE-2023-50761).

mod parse;

use std::time::{Duration, SystemTime};

use crate::check::{Aspect, Check, Reason};
use crate::mime::header::HeaderBlock;

/// How far the two may lie apart: clocks differ, and mail waits between being dated and being signed.
const APART: Duration = Duration::from_secs(60 * 60);
/// How far a clock may be ahead.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// Where signingTime comes from.
const REFERENCE: &str = "RFC 8551 2.5.1";

/// Compares signingTime with Date: informative only, nothing fails. Without a signingTime there is
/// nothing to say.
pub(super) fn compare(
    header: &HeaderBlock,
    signing_time: Option<SystemTime>,
    now: SystemTime,
) -> Vec<Check> {
    let Some(signed) = signing_time else {
        return Vec::new();
    };
    let mut checks = vec![match read(header) {
        Ok(date) if distance(signed, date) > APART => Check::noted(
            Aspect::Time,
            "Date and signing time",
            Reason::DateDiffers { signed, date },
        ),
        Ok(_) => Check::passed(Aspect::Time, "Date agrees with the signing time", REFERENCE),
        Err(why) => Check::note(
            Aspect::Time,
            format!("{why}, so the signing time cannot be compared with it"),
            REFERENCE,
        ),
    }];
    if signed > now && distance(signed, now) > AHEAD {
        checks.push(Check::noted(
            Aspect::Time,
            "signing time",
            Reason::SignedInFuture { signed },
        ));
    }
    checks
}

pub(crate) fn read(header: &HeaderBlock) -> Result<SystemTime, &'static str> {
    let field = header
        .unique("Date")
        .map_err(|_| "there is more than one Date field")?
        .ok_or("there is no Date field")?;
    let text = field.text().map_err(|_| "the Date field is not text")?;
    parse::date_time(&text).ok_or("the Date field cannot be read")
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    match one.duration_since(other) {
        Ok(after) => after,
        Err(before) => before.duration(),
    }
}

#[cfg(test)]
mod tests;
