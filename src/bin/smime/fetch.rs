//! `--fetch`: what stays unknown is asked of the servers that the certificates name.

use anyhow::Result;
use clap::Args;
use smime::Opener;
use smime::cert::path::Validator;
use smime::online::{Collected, Collector, HttpClient, Problem, Wanted};

/// A missing issuer names its own issuer and lists. Longer chains of them are not for mail.
const ROUNDS: usize = 3;

#[derive(Args)]
pub struct Fetch {
    /// Ask the servers that the certificates name for what is missing: revocation lists, OCSP responses,
    /// issuers. Over plain http, in public networks only, within limits of size and time. It tells
    /// those servers, and whoever sees the network, that somebody here looks at this certificate,
    /// and when. Whoever made the certificate chose the servers: who sent a mail can learn that it
    /// was opened. Without this option nothing is asked of anybody
    #[arg(long, requires = "trust", help_heading = "Fetching")]
    pub fetch: bool,
    /// Let this host have addresses of the own network: a CA in the intranet. Repeated: more of them
    #[arg(
        long,
        value_name = "HOST",
        requires = "fetch",
        help_heading = "Fetching"
    )]
    pub fetch_host: Vec<String>,
    /// Ask on this port too, of whatever host, beside 80. Repeated: more of them
    #[arg(
        long,
        value_name = "PORT",
        requires = "fetch",
        help_heading = "Fetching"
    )]
    pub fetch_port: Vec<u16>,
}

/// Whoever judges better with what was fetched.
pub trait Takes: Sized {
    fn with(self, collected: &Collected) -> Self;
}

impl Takes for Opener {
    fn with(self, collected: &Collected) -> Self {
        self.certificates(collected.certificates())
            .crls(collected.crls())
            .ocsp_responses(collected.ocsp_responses())
    }
}

impl Takes for Validator {
    fn with(self, collected: &Collected) -> Self {
        self.certificates(collected.certificates())
            .crls(collected.crls())
            .ocsp_responses(collected.ocsp_responses())
    }
}

/// What came of it.
pub struct Known<J, S> {
    pub judge: J,
    /// What it saw last.
    pub seen: S,
    /// What could not be had, one line each.
    pub warnings: Vec<String>,
}

impl Fetch {
    /// After a first look: if it may, asks for what is missing and looks again.
    pub fn until_known<J: Takes, S>(
        &self,
        mut judge: J,
        mut seen: S,
        again: impl Fn(&J, S) -> Result<S>,
        missing: impl Fn(&S) -> Wanted,
    ) -> Result<Known<J, S>> {
        let mut warnings = Vec::new();
        let mut asked = Wanted::new();
        let collector = self.collector();
        for _ in 0..if self.fetch { ROUNDS } else { 0 } {
            let wanted = missing(&seen).without(&asked);
            if wanted.is_empty() {
                break;
            }
            let collected = collector.collect(&wanted)?;
            warnings.extend(collected.problems().iter().map(Problem::to_string));
            judge = judge.with(&collected);
            seen = again(&judge, seen)?;
            asked = asked.and(&wanted);
        }
        Ok(Known {
            judge,
            seen,
            warnings,
        })
    }

    fn collector(&self) -> Collector {
        let mut collector = Collector::new(HttpClient::new());
        for host in &self.fetch_host {
            collector = collector.allow_private_host(host);
        }
        for port in &self.fetch_port {
            collector = collector.allow_port(*port);
        }
        collector
    }
}
