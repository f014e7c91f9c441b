//! What fetching needs from outside: a client for HTTP and a resolver of host names.

use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::Arc;

use super::{Request, Response};
use crate::Error;

/// Addresses of one host that are looked at.
pub(super) const MOST_ADDRESSES: usize = 8;

/// Sends one request and reads the answer.
///
/// A client must connect to one of [`Request::addresses`] and nowhere else: no look-up of its own, no proxy from the
/// environment, no redirect followed. It sends no cookies and no credentials, asks for no compression and undoes
/// none. Of an answer longer than [`Request::maximum`] it reads one byte more than that and returns it so: that it is
/// too long is said by whoever asked. It gives up after [`Request::timeout`]. [`super::HttpClient`] is one.
///
/// ```
/// use smime::Error;
/// use smime::online::{Client, Collector, Request, Resolve, Response, Wanted};
/// use std::net::IpAddr;
///
/// /// Nothing is ever found.
/// struct Nowhere;
///
/// impl Client for Nowhere {
///     fn fetch(&self, request: &Request) -> Result<Response, Error> {
///         assert!(!request.addresses().is_empty());
///         Ok(Response::new(404, Vec::new()))
///     }
/// }
///
/// let collected = Collector::new(Nowhere).collect(&Wanted::new())?;
/// assert!(collected.crls().is_empty() && collected.problems().is_empty());
/// # Ok::<(), Error>(())
/// ```
pub trait Client: Send + Sync {
    /// Sends `request` and reads the answer, whatever its status is.
    ///
    /// # Errors
    /// Why there is no answer, for example with [`Error::external`].
    fn fetch(&self, request: &Request) -> Result<Response, Error>;

    /// Whether it can https. Default: no.
    fn https(&self) -> bool {
        false
    }
}

/// What an [`AsyncClient`] gives.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

/// [`Client`] for clients that wait without blocking. The same duties.
///
/// ```
/// use smime::online::{AsyncClient, Fetching, Request, Response};
///
/// struct Nowhere;
///
/// impl AsyncClient for Nowhere {
///     fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
///         Box::pin(async move {
///             let _ = request.addresses(); // connect to one of them and await the answer
///             Ok(Response::new(404, Vec::new()))
///         })
///     }
/// }
/// ```
pub trait AsyncClient: Send + Sync {
    /// See [`Client::fetch`].
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a>;

    /// See [`Client::https`].
    fn https(&self) -> bool {
        false
    }
}

/// Looks up host names.
pub trait Resolve: Send + Sync {
    /// The addresses of a host name (in A-labels). They are checked by the caller; only the first few are used.
    ///
    /// # Errors
    /// Why there are none.
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error>;
}

/// What an [`AsyncResolve`] gives.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, Error>> + Send + 'a>>;

/// [`Resolve`] without blocking.
pub trait AsyncResolve: Send + Sync {
    /// See [`Resolve::resolve`].
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// The operating system's resolver, the default.
///
/// It blocks the thread and knows no time-out of its own: a dead name server can hold it for longer than
/// [`super::FetchLimits::total_time`]. In an async program give [`super::Collector::resolver_async`] another one.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        let found = (host, 0_u16)
            .to_socket_addrs()
            .map_err(|error| Error::external("looking up the host", error))?;
        let addresses = found.map(|address| address.ip());
        Ok(addresses.take(MOST_ADDRESSES).collect())
    }
}

impl<T: Client + ?Sized> Client for Arc<T> {
    fn fetch(&self, request: &Request) -> Result<Response, Error> {
        (**self).fetch(request)
    }

    fn https(&self) -> bool {
        (**self).https()
    }
}

impl<T: AsyncClient + ?Sized> AsyncClient for Arc<T> {
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
        (**self).fetch(request)
    }

    fn https(&self) -> bool {
        (**self).https()
    }
}

impl<T: Resolve + ?Sized> Resolve for Arc<T> {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        (**self).resolve(host)
    }
}

impl<T: AsyncResolve + ?Sized> AsyncResolve for Arc<T> {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        (**self).resolve(host)
    }
}
