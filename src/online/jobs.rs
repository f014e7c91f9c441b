//! What is to be done, bounded: from what is wanted to URLs.

use std::collections::{HashSet, VecDeque};

use super::rules::Rules;
use super::wanted::{Item, Wanted};
use super::{Kind, Problem};

/// One thing to fetch.
pub(super) struct Job {
    pub item: Item,
    /// Those that were not tried yet.
    pub urls: VecDeque<String>,
}

impl Job {
    /// Whether one answer will do. Lists from several distribution points may be about different reasons or certificates
    /// (RFC 5280 4.2.1.13), so that all are wanted.
    pub(super) fn one_is_enough(&self) -> bool {
        match self.item.kind {
            Kind::OcspResponse | Kind::Issuer => true,
            Kind::RevocationList => false,
        }
    }
}

/// The jobs, and what is left out because it is too much.
pub(super) fn jobs(wanted: &Wanted, rules: &Rules) -> (VecDeque<Job>, Vec<Problem>) {
    let mut jobs = VecDeque::new();
    let mut problems = Vec::new();
    let mut certificates = HashSet::new();
    let mut left_out = 0_usize;
    let items = wanted.items().iter();
    for item in items.filter(|item| !rules.left_out.contains(&item.kind)) {
        let is_new = !certificates.contains(&item.certificate);
        if is_new && certificates.len() >= rules.limits.certificates {
            left_out = left_out.saturating_add(1);
            continue;
        }
        certificates.insert(item.certificate.clone());
        let mut seen = HashSet::new();
        let mut urls = VecDeque::from(item.urls());
        urls.retain(|url| seen.insert(url.clone()));
        if let more @ 1.. = urls.len().saturating_sub(rules.limits.urls) {
            let detail = format!("{more} more URLs are named, which are not asked");
            problems.push(Problem::without_url(item, &detail));
        }
        urls.truncate(rules.limits.urls);
        jobs.push_back(Job {
            item: item.clone(),
            urls,
        });
    }
    if left_out > 0 {
        let limit = rules.limits.certificates;
        problems.push(Problem::of_all(&format!(
            "for {left_out} things nobody was asked: they are for more than {limit} certificates"
        )));
    }
    (jobs, problems)
}
