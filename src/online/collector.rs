//! The builder, and the two drivers of the machine.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use super::client::SystemResolver;
use super::rules::{Rules, comparable};
use super::{
    AsyncClient, AsyncResolve, Client, Collected, Collection, FetchLimits, Kind, Resolve, Step,
    Wanted,
};
use crate::Error;
use crate::crypto::{RandomSource, SystemRandom};

/// Collects what is [`Wanted`], when it is called and never by itself.
///
/// See the [module](super) for what it tells others and what it refuses to do. Setters commute, and one collector serves
/// any number of calls and threads; nothing is kept between calls.
///
/// ```
/// use smime::online::{Client, Collector, FetchLimits, Request, Response, Wanted};
///
/// struct Stub(Vec<u8>);
///
/// impl Client for Stub {
///     fn fetch(&self, _: &Request) -> Result<Response, smime::Error> {
///         Ok(Response::new(200, self.0.clone()))
///     }
/// }
///
/// let collector = Collector::new(Stub(Vec::new()))
///     .limits(FetchLimits { requests: 5, ..Default::default() })
///     .only_hosts(["crl.example.org", "ocsp.example.org"])
///     .without_issuers();
/// let collected = collector.collect(&Wanted::new())?;
/// assert_eq!(collected.problems().len(), 0);
/// # Ok::<(), smime::Error>(())
/// ```
#[derive(Clone)]
pub struct Collector {
    client: Fetch,
    resolver: Lookup,
    rules: Rules,
    random: Arc<dyn RandomSource>,
}

#[derive(Clone)]
enum Fetch {
    Blocking(Arc<dyn Client>),
    Async(Arc<dyn AsyncClient>),
}

#[derive(Clone)]
enum Lookup {
    Blocking(Arc<dyn Resolve>),
    Async(Arc<dyn AsyncResolve>),
}

impl Collector {
    /// Fetches with this client; [`super::HttpClient`] is ready-made.
    pub fn new(client: impl Client + 'static) -> Collector {
        let https = client.https();
        Collector::with_client(Fetch::Blocking(Arc::new(client)), https)
    }

    /// Fetches with this client, with [`Collector::collect_async`] only.
    pub fn new_async(client: impl AsyncClient + 'static) -> Collector {
        let https = client.https();
        Collector::with_client(Fetch::Async(Arc::new(client)), https)
    }

    fn with_client(client: Fetch, https: bool) -> Collector {
        Collector {
            client,
            resolver: Lookup::Blocking(Arc::new(SystemResolver)),
            rules: Rules {
                https,
                ..Rules::default()
            },
            random: Arc::new(SystemRandom),
        }
    }

    /// Looks host names up with this resolver instead of [`SystemResolver`].
    pub fn resolver(mut self, resolver: impl Resolve + 'static) -> Self {
        self.resolver = Lookup::Blocking(Arc::new(resolver));
        self
    }

    /// The same with an async one, for [`Collector::collect_async`] only.
    pub fn resolver_async(mut self, resolver: impl AsyncResolve + 'static) -> Self {
        self.resolver = Lookup::Async(Arc::new(resolver));
        self
    }

    /// Other bounds.
    pub fn limits(mut self, limits: FetchLimits) -> Self {
        self.rules.limits = limits;
        self
    }

    /// Takes the nonces of OCSP requests from here instead of [`SystemRandom`]. A source that can be guessed makes a
    /// replayed response possible.
    pub fn danger_random(mut self, random: impl RandomSource + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Refuses OCSP responses without the nonce of their request. Many responders send none, so that by default only
    /// another nonce than the one sent is refused; how old a response may be is said by its dates.
    pub fn require_nonce(mut self) -> Self {
        self.rules.nonce_required = true;
        self
    }

    /// Asks no OCSP responder. Those learn which certificate somebody looks at; a revocation list tells only the CA.
    pub fn without_ocsp(self) -> Self {
        self.without(Kind::OcspResponse)
    }

    /// Fetches no revocation lists, which can be large.
    pub fn without_crls(self) -> Self {
        self.without(Kind::RevocationList)
    }

    /// Fetches no issuers. Their URLs stand in certificates that nobody vouches for yet.
    pub fn without_issuers(self) -> Self {
        self.without(Kind::Issuer)
    }

    fn without(mut self, kind: Kind) -> Self {
        self.rules.left_out.push(kind);
        self
    }

    /// Asks these hosts and no others, also after redirects. Called again, it adds more.
    pub fn only_hosts<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let hosts = hosts.into_iter().map(|host| comparable(host.as_ref()));
        self.rules.only_hosts.get_or_insert_default().extend(hosts);
        self
    }

    /// Lets this host have private addresses: a CA in the own network. An IPv6 address stands in brackets.
    pub fn allow_private_host(mut self, host: &str) -> Self {
        self.rules.private_hosts.insert(comparable(host));
        self
    }

    /// Lets every host have private addresses: loopback, link-local and those of the own network. Whoever writes a
    /// certificate can then have anything asked that this machine can reach.
    pub fn danger_allow_private_addresses(mut self) -> Self {
        self.rules.private_addresses = true;
        self
    }

    /// Allows another port than the usual one.
    pub fn allow_port(mut self, port: u16) -> Self {
        self.rules.ports.insert(port);
        self
    }

    /// Fetches what is wanted, one after the other.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Misuse`] with an async client or resolver. What cannot be had is no error:
    /// [`Collected::problems`] says so.
    pub fn collect(&self, wanted: &Wanted) -> Result<Collected, Error> {
        let (Fetch::Blocking(client), Lookup::Blocking(resolver)) = (&self.client, &self.resolver)
        else {
            return Err(Error::misuse(
                "the client or the resolver is asynchronous; use collect_async, or give a blocking one",
            ));
        };
        let begin = Instant::now();
        let mut machine = self.machine(wanted);
        loop {
            match machine.next(begin.elapsed()) {
                Step::Resolve { host } => machine.resolved(resolver.resolve(&host))?,
                Step::Fetch(request) => machine.fetched(client.fetch(&request))?,
                Step::Finished => return Ok(machine.finish()),
            }
        }
    }

    /// Fetches what is wanted, awaiting client and resolver. It needs no particular runtime; blocking ones are called
    /// inline, and [`SystemResolver`], the default, is one.
    ///
    /// # Errors
    /// None today.
    pub async fn collect_async(&self, wanted: &Wanted) -> Result<Collected, Error> {
        let begin = Instant::now();
        let mut machine = self.machine(wanted);
        loop {
            match machine.next(begin.elapsed()) {
                Step::Resolve { host } => {
                    let found = match &self.resolver {
                        Lookup::Blocking(resolver) => resolver.resolve(&host),
                        Lookup::Async(resolver) => resolver.resolve(&host).await,
                    };
                    machine.resolved(found)?;
                }
                Step::Fetch(request) => {
                    let answer = match &self.client {
                        Fetch::Blocking(client) => client.fetch(&request),
                        Fetch::Async(client) => client.fetch(&request).await,
                    };
                    machine.fetched(answer)?;
                }
                Step::Finished => return Ok(machine.finish()),
            }
        }
    }

    /// The machine itself, for an event loop of your own, which then is client, resolver and clock.
    pub fn machine(&self, wanted: &Wanted) -> Collection {
        Collection::new(self.rules.clone(), self.random.clone(), wanted)
    }
}

/// What is allowed.
impl fmt::Debug for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collector")
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}
