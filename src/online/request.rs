//! What is asked of a client, and what it answers.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`, for revocation lists and certificates.
    Get,
    /// `POST`, for OCSP (RFC 6960 A.1).
    Post,
}

impl Method {
    /// `"GET"` or `"POST"`.
    pub fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// One HTTP request, with everything a client needs and must keep to.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) default_port: bool,
    pub(super) path: String,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) accept: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) maximum: u64,
    pub(super) timeout: Duration,
}

impl Request {
    /// How to ask.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The whole URL: `http://host/path`, without user name and fragment, in ASCII.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is https. Only for a client that says it can ([`super::Client::https`]).
    pub fn is_https(&self) -> bool {
        self.secure
    }

    /// The host: a name in A-labels, an IPv4 address, or an IPv6 address in brackets. It is for the Host field and
    /// for TLS; do not look it up again.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The value of the Host field (RFC 9110 7.2): the host, with the port unless it is the usual one.
    pub fn host_field(&self) -> String {
        match self.default_port {
            true => self.host.clone(),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    /// Path and query: the request target.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The addresses that may be connected to, checked, in the order of the resolver; never empty. Connecting anywhere
    /// else lets a certificate reach into the network this runs in.
    pub fn addresses(&self) -> &[IpAddr] {
        &self.addresses
    }

    /// The value of the Accept field.
    pub fn accept(&self) -> &'static str {
        self.accept
    }

    /// The value of the Content-Type field, with [`Method::Post`].
    pub fn content_type(&self) -> Option<&'static str> {
        match self.method {
            Method::Get => None,
            Method::Post => Some("application/ocsp-request"),
        }
    }

    /// The content; empty with [`Method::Get`].
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Bytes that the content of the answer may have. Reading must stop one byte later.
    pub fn maximum(&self) -> u64 {
        self.maximum
    }

    /// Time for all of it, from connecting to the last byte.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// Without the content.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method.name())
            .field("url", &self.url)
            .field("addresses", &self.addresses)
            .field("body", &self.body.len())
            .field("maximum", &self.maximum)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// The answer of a client.
///
/// ```
/// use smime::online::Response;
/// let found = Response::new(200, b"0\x82".to_vec());
/// let elsewhere = Response::new(302, Vec::new()).location("http://crl.example/list.crl");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
    pub(super) location: Option<String>,
    pub(super) content_encoding: Option<String>,
}

impl Response {
    /// The status code and the content, which is only needed with status 200. Chunks are joined (RFC 9112 7.1);
    /// nothing is decompressed.
    pub fn new(status: u16, body: Vec<u8>) -> Response {
        Response {
            status,
            body,
            location: None,
            content_encoding: None,
        }
    }

    /// The Location field of a redirect (RFC 9110 10.2.2), as received.
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.location = Some(location.into());
        self
    }

    /// The Content-Encoding field (RFC 9110 8.4), as received. Compressed content is refused: nobody asked for it.
    pub fn content_encoding(mut self, encoding: impl Into<String>) -> Self {
        self.content_encoding = Some(encoding.into());
        self
    }

    /// What the content is encoded with; "identity" is nothing.
    pub(super) fn encoding(&self) -> Option<&str> {
        let encoding = self.content_encoding.as_deref().map(str::trim);
        encoding.filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"))
    }
}

/// Without the content.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .field("location", &self.location)
            .field("content_encoding", &self.content_encoding)
            .finish()
    }
}
