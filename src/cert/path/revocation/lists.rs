//! The lists at hand, and what each says about itself.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

use super::super::PathInputs;
use super::super::pool::NameKey;
use crate::asn1::{Civil, unix_seconds};
use crate::cert::Crl;
use crate::check::Reason;
use crate::policy::Judgement;

/// Who gave a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Caller,
    Message,
}

/// The lists of each issuer with their numbers, the newest first.
pub(super) type Lists<'a> = HashMap<NameKey<'a>, Vec<(usize, &'a Crl)>>;

/// `first`: the number of the first one.
pub(super) fn by_issuer<'a>(crls: &'a [Crl], first: usize) -> Lists<'a> {
    let mut lists = Lists::new();
    for (number, list) in crls.iter().enumerate() {
        let of_issuer = lists.entry(NameKey::new(list.issuer_der())).or_default();
        of_issuer.push((first.saturating_add(number), list));
    }
    for of_issuer in lists.values_mut() {
        newest_first(of_issuer);
    }
    lists
}

/// The newest decides: only a hold ends, and an older list does not know. A delta list before the complete one it was
/// made with.
pub(super) fn newest_first(lists: &mut [(usize, &Crl)]) {
    lists.sort_by_key(|(_, list)| std::cmp::Reverse((list.this_update(), list.is_delta())));
}

/// Whether a list can be used, as far as it says itself and but for its end; the reason when it is only good enough
/// to revoke.
pub(super) fn usable(
    list: &Crl,
    inputs: &PathInputs<'_>,
) -> Result<Option<Reason>, Cow<'static, str>> {
    if let Some(obstacle) = list.obstacle() {
        return Err(format!("the list of its issuer {obstacle}").into());
    }
    if inputs.now < list.this_update() {
        let from = date(list.this_update());
        return Err(format!("the list of its issuer is only valid from {from}").into());
    }
    match list.signed().algorithm() {
        Ok(algorithm) => match inputs.policy.digest(algorithm.digest()) {
            Judgement::Accepted => Ok(None),
            Judgement::Legacy(reason) => Ok(Some(reason)),
            Judgement::Refused(reason) => Err(format!("the list of its issuer: {reason}").into()),
        },
        Err(Some(reason)) => Err(format!("the list of its issuer: {reason}").into()),
        Err(None) => Err("the signature algorithm of the list of its issuer is malformed".into()),
    }
}

/// Whether a list is still the newest there is, by its own word.
pub(super) fn current(list: &Crl, inputs: &PathInputs<'_>) -> Result<(), Cow<'static, str>> {
    match list.next_update() {
        Some(until) if inputs.now <= until => Ok(()),
        Some(until) => {
            let until = date(until);
            Err(format!("the list of its issuer expired on {until}; get the new one").into())
        }
        None => Err("the list of its issuer does not say how long it is valid".into()),
    }
}

pub(super) fn date(time: SystemTime) -> String {
    match Civil::from_unix(unix_seconds(time)) {
        Some(civil) => civil.to_string(),
        None => "a time outside of the calendar".into(),
    }
}
