//! The machine: what to ask next, and what became of it.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::answers::{self, Nonce};
use super::jobs::{Job, jobs};
use super::location::Location;
use super::rules::Rules;
use super::wanted::Item;
use super::{Collected, Kind, Method, Problem, Request, Response, Wanted};
use crate::Error;
use crate::cert::OcspRequest;
use crate::crypto::RandomSource;

/// Bytes of a nonce (RFC 9654 2.1).
const NONCE: usize = 32;

/// What a [`Collection`] wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The addresses of this host name; answer with [`Collection::resolved`].
    Resolve {
        /// The name, in A-labels.
        host: String,
    },
    /// The answer to this request; answer with [`Collection::fetched`].
    Fetch(Request),
    /// Nothing: [`Collection::finish`] gives what was found.
    Finished,
}

/// Collecting without sockets, threads and clock, for an event loop of your own ([`super::Collector::machine`]). One thing
/// after the other, so that the limits hold exactly.
///
/// ```
/// use smime::online::{Collector, HttpClient, Step, Wanted};
/// use std::time::Instant;
///
/// let begin = Instant::now();
/// let mut machine = Collector::new(HttpClient::new()).machine(&Wanted::new());
/// loop {
///     match machine.next(begin.elapsed()) {
///         Step::Resolve { host } => machine.resolved(Err(smime::Error::external("DNS", host)))?,
///         Step::Fetch(request) => machine.fetched(Err(smime::Error::external("HTTP", request.url())))?,
///         _ => break,
///     }
/// }
/// assert!(machine.finish().problems().is_empty());
/// # Ok::<(), smime::Error>(())
/// ```
pub struct Collection {
    rules: Rules,
    random: Arc<dyn RandomSource>,
    jobs: VecDeque<Job>,
    active: Option<Active>,
    /// What was asked, and whether it gave something.
    asked: HashMap<Asked, bool>,
    requests: usize,
    bytes: u64,
    collected: Collected,
}

/// A question that is asked once.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Asked(Kind, About, Location);

/// What an answer has to be about.
#[derive(Clone, PartialEq, Eq, Hash)]
enum About {
    /// Any list is one.
    Anything,
    /// A certificate with this subject.
    Name(Vec<u8>),
    /// This certificate, which is part of the question.
    Certificate(Item),
}

/// What is being fetched.
struct Active {
    job: Job,
    /// From the URL in the certificate over all redirects.
    chain: Vec<Location>,
    /// Those that may be connected to, for the last of the chain.
    addresses: Option<Vec<IpAddr>>,
    /// The content of the request.
    body: Vec<u8>,
    nonce: Vec<u8>,
}

impl Active {
    fn here(&self) -> Option<&Location> {
        self.chain.last()
    }

    fn asked(&self, location: &Location) -> Asked {
        let item = &self.job.item;
        let about = match item.kind {
            Kind::RevocationList => About::Anything,
            Kind::Issuer => About::Name(item.certificate.issuer_der().to_vec()),
            Kind::OcspResponse => About::Certificate(item.clone()),
        };
        Asked(item.kind, about, location.clone())
    }
}

fn method(kind: Kind) -> Method {
    match kind {
        Kind::OcspResponse => Method::Post,
        Kind::RevocationList | Kind::Issuer => Method::Get,
    }
}

impl Collection {
    pub(super) fn new(rules: Rules, random: Arc<dyn RandomSource>, wanted: &Wanted) -> Collection {
        let (jobs, problems) = jobs(wanted, &rules);
        Collection {
            rules,
            random,
            jobs,
            active: None,
            asked: HashMap::new(),
            requests: 0,
            bytes: 0,
            collected: Collected {
                problems,
                ..Collected::default()
            },
        }
    }

    /// What is wanted next, `elapsed` after the beginning. Until it is answered it stays the same, but for the time
    /// that is left.
    pub fn next(&mut self, elapsed: Duration) -> Step {
        loop {
            if self.active.is_none() && !self.begin() {
                return Step::Finished;
            }
            match self.ask(elapsed) {
                Ok(Some(step)) => return step,
                Ok(None) => self.active = None,
                Err(why) => self.give_up(&why),
            }
        }
    }

    /// The addresses of the host that was asked for.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] when none was.
    pub fn resolved(&mut self, found: Result<Vec<IpAddr>, Error>) -> Result<(), Error> {
        let (host, active) = match &mut self.active {
            Some(active) if active.addresses.is_none() => match active.here() {
                Some(here) => (here.host().to_owned(), active),
                None => return Err(not_asked()),
            },
            _ => return Err(not_asked()),
        };
        let found = found.map_err(|error| error.to_string());
        match found.and_then(|found| self.rules.admit(&host, &found)) {
            Ok(addresses) => active.addresses = Some(addresses),
            Err(why) => self.give_up(&why),
        }
        Ok(())
    }

    /// What the client answered to the request.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] when nothing was asked.
    pub fn fetched(&mut self, answer: Result<Response, Error>) -> Result<(), Error> {
        let Some(active) = self.active.take() else {
            return Err(not_asked());
        };
        if active.addresses.is_none() {
            self.active = Some(active);
            return Err(not_asked());
        }
        self.requests = self.requests.saturating_add(1);
        let result = match answer {
            Ok(response) => self.judge(&active, &response),
            Err(error) => Err(error.to_string()),
        };
        match result {
            Ok(Some(next)) => self.follow(active, next),
            Ok(None) => self.done(active, true),
            Err(why) => {
                self.active = Some(active);
                self.give_up(&why);
            }
        }
        Ok(())
    }

    /// What was found. What was still to be asked is left.
    pub fn finish(self) -> Collected {
        self.collected
    }

    /// Makes the next URL the active one; whether there is one.
    fn begin(&mut self) -> bool {
        while let Some(mut job) = self.jobs.pop_front() {
            let Some(url) = job.urls.pop_front() else {
                continue;
            };
            match Location::parse(&url, &self.rules) {
                Ok(location) => {
                    self.active = Some(Active {
                        job,
                        chain: vec![location],
                        addresses: None,
                        body: Vec::new(),
                        nonce: Vec::new(),
                    });
                    return true;
                }
                Err(why) => {
                    let problem = Problem::new(&job.item, &url, &why);
                    self.collected.problems.push(problem);
                    self.jobs.push_front(job);
                }
            }
        }
        false
    }

    /// The next step for the active URL; none when it was asked before.
    fn ask(&mut self, elapsed: Duration) -> Result<Option<Step>, String> {
        let limits = self.rules.limits;
        let Some(active) = &mut self.active else {
            return Ok(None);
        };
        let Some(here) = active.here().cloned() else {
            return Ok(None);
        };
        if let Some(&is_found) = self.asked.get(&active.asked(&here)) {
            if let Some(active) = self.active.take() {
                self.done(active, is_found);
            }
            return Ok(None);
        }
        let left = limits.total_time.saturating_sub(elapsed);
        if left.is_zero() {
            return Err("not asked: the time for all requests is used up".into());
        }
        if self.requests >= limits.requests {
            let limit = limits.requests;
            return Err(format!("not asked: {limit} requests are the limit"));
        }
        let bytes_left = limits.total_bytes.saturating_sub(self.bytes);
        if bytes_left == 0 {
            let limit = limits.total_bytes;
            return Err(format!("not asked: {limit} bytes of answers are the limit"));
        }
        let addresses = match (&active.addresses, here.address()) {
            (Some(addresses), _) => addresses.clone(),
            (None, Some(address)) => self.rules.admit(here.host(), &[address])?,
            (None, None) => {
                let host = here.host().to_owned();
                return Ok(Some(Step::Resolve { host }));
            }
        };
        active.addresses = Some(addresses.clone());
        let kind = active.job.item.kind;
        if method(kind) == Method::Post && active.body.is_empty() {
            (active.body, active.nonce) = ocsp_request(&active.job.item, self.random.as_ref())?;
        }
        Ok(Some(Step::Fetch(Request {
            method: method(kind),
            url: here.as_str().to_owned(),
            secure: here.is_https(),
            host: here.host().to_owned(),
            port: here.port(),
            default_port: here.is_default_port(),
            path: here.path().to_owned(),
            addresses,
            accept: kind.accept(),
            body: active.body.clone(),
            maximum: kind.maximum(&limits).min(bytes_left),
            timeout: left.min(limits.request_time),
        })))
    }

    /// Keeps the content, or says where else to ask.
    fn judge(&mut self, active: &Active, response: &Response) -> Result<Option<Location>, String> {
        let item = &active.job.item;
        let limits = self.rules.limits;
        let left = limits.total_bytes.saturating_sub(self.bytes);
        let maximum = item.kind.maximum(&limits).min(left);
        let length = u64::try_from(response.body.len()).unwrap_or(u64::MAX);
        self.bytes = self.bytes.saturating_add(length);
        if length > maximum {
            return Err(format!(
                "the answer is longer than {maximum} bytes; FetchLimits can raise it"
            ));
        }
        match response.status {
            200 => {}
            301 | 302 | 307 | 308 => return self.redirect(active, response).map(Some),
            303 if method(item.kind) == Method::Get => {
                return self.redirect(active, response).map(Some);
            }
            status => return Err(format!("the server answered with status {status}")),
        }
        if let Some(encoding) = response.encoding() {
            return Err(format!("the answer is compressed ({encoding})"));
        }
        let nonce = Nonce {
            sent: &active.nonce,
            is_required: self.rules.nonce_required,
        };
        answers::take(item, nonce, response, &limits, &mut self.collected)
            .map_err(|error| error.to_string())?;
        Ok(None)
    }

    fn redirect(&self, active: &Active, response: &Response) -> Result<Location, String> {
        let (Some(here), Some(to)) = (active.here(), &response.location) else {
            return Err("a redirect that leads nowhere".into());
        };
        let limit = self.rules.limits.redirects;
        if active.chain.len() > limit {
            return Err(format!("more than {limit} redirects"));
        }
        let next = here.redirected(to, &self.rules)?;
        match active.chain.contains(&next) {
            true => Err("the redirects lead in a circle".into()),
            false => Ok(next),
        }
    }

    /// Goes on where a redirect leads to. Its addresses are looked up and checked anew.
    fn follow(&mut self, mut active: Active, next: Location) {
        active.chain.push(next);
        active.addresses = None;
        self.active = Some(active);
    }

    fn give_up(&mut self, why: &str) {
        let Some(active) = self.active.take() else {
            return;
        };
        let url = active.here().map(Location::as_str).unwrap_or_default();
        let problem = Problem::new(&active.job.item, url, why);
        self.collected.problems.push(problem);
        self.done(active, false);
    }

    /// Remembers the answer for every URL that led to it, and goes on with what is left of the job.
    fn done(&mut self, active: Active, is_found: bool) {
        for location in &active.chain {
            self.asked.insert(active.asked(location), is_found);
        }
        if !(is_found && active.job.one_is_enough()) {
            self.jobs.push_front(active.job);
        }
    }
}

/// An OCSP request about one certificate, and the nonce in it.
fn ocsp_request(item: &Item, random: &dyn RandomSource) -> Result<(Vec<u8>, Vec<u8>), String> {
    let Some(issuer) = &item.issuer else {
        return Err("the issuer is not known".into());
    };
    let mut nonce = vec![0; NONCE];
    random.fill(&mut nonce).map_err(|error| error.to_string())?;
    let request = OcspRequest::new(&item.certificate, issuer).nonce(&nonce);
    Ok((request.to_der(), nonce))
}

fn not_asked() -> Error {
    Error::misuse("the collection did not ask for this; next says what it wants")
}

/// How far it is.
impl std::fmt::Debug for Collection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collection")
            .field("jobs", &self.jobs.len())
            .field("requests", &self.requests)
            .field("bytes", &self.bytes)
            .field("collected", &self.collected)
            .finish_non_exhaustive()
    }
}
