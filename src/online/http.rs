//! The ready-made client.

use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use ureq::http::{self, header};

use super::{Client, Method, Request, Response};
use crate::{Error, ErrorKind};

/// Bytes of the header of an answer.
const HEADER: usize = 16 << 10;

/// A blocking client for plain http, on the crate `ureq`.
///
/// CAs publish over http, because what they publish is signed and because https would need the status of another
/// certificate first (RFC 5280 8). There is no https here: the crate brings no TLS provider for it without C.
/// It connects to the addresses it is given, follows no redirects, uses no proxies, keeps no connections, and sends
/// nothing but what the [`Request`] says.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClient {}

impl HttpClient {
    /// A client.
    pub fn new() -> HttpClient {
        HttpClient::default()
    }
}

impl Client for HttpClient {
    fn fetch(&self, request: &Request) -> Result<Response, Error> {
        if request.is_https() {
            return Err(ErrorKind::Unsupported {
                what: "https with HttpClient".into(),
            }
            .into());
        }
        let end = Instant::now().checked_add(request.timeout());
        let mut left = request.addresses().len();
        let mut last = None;
        for &address in request.addresses() {
            let time = end.map_or(request.timeout(), |end| {
                end.saturating_duration_since(Instant::now())
            });
            if time.is_zero() {
                break;
            }
            // Every address has its share of the time to connect, so that a dead one does not take all.
            let connect = time / u32::try_from(left).unwrap_or(u32::MAX).max(1);
            left = left.saturating_sub(1);
            match ask(request, address, connect, time) {
                Ok(response) => return Ok(response),
                Err(error) if is_about_connecting(&error) => last = Some(error),
                Err(error) => return Err(failed(&error)),
            }
        }
        Err(match last {
            Some(error) => failed(&error),
            None => Error::external("HTTP", "there was no time left"),
        })
    }
}

fn failed(error: &ureq::Error) -> Error {
    Error::external("HTTP", error)
}

/// Whether another address may do better.
fn is_about_connecting(error: &ureq::Error) -> bool {
    use std::io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable, TimedOut,
    };
    match error {
        ureq::Error::ConnectionFailed | ureq::Error::Timeout(ureq::Timeout::Connect) => true,
        ureq::Error::Io(error) => matches!(
            error.kind(),
            AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkUnreachable | TimedOut
        ),
        _ => false,
    }
}

fn ask(
    request: &Request,
    address: IpAddr,
    connect: Duration,
    time: Duration,
) -> Result<Response, ureq::Error> {
    let agent = ureq::Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .max_idle_connections(0)
        .max_response_header_size(HEADER)
        .user_agent("")
        .accept(request.accept())
        .accept_encoding("")
        .timeout_global(Some(time))
        .timeout_connect(Some(connect))
        .build()
        .new_agent();
    // The address stands in the URL and the name in the Host field: there is nothing left to look up.
    let place = SocketAddr::new(address, request.port());
    let asked = http::Request::builder()
        .uri(format!("http://{place}{}", request.path()))
        .header(header::HOST, request.host_field())
        .header(header::CONNECTION, "close");
    let answer = match request.method() {
        Method::Get => agent.run(asked.method(http::Method::GET).body(())?)?,
        Method::Post => {
            let content_type = request.content_type().unwrap_or_default();
            let asked = asked.header(header::CONTENT_TYPE, content_type);
            let asked = asked.method(http::Method::POST);
            agent.run(asked.body(request.body())?)?
        }
    };
    let (head, body) = answer.into_parts();
    let field = |name| {
        let value: Option<&http::HeaderValue> = head.headers.get(name);
        value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let mut response = Response::new(head.status.as_u16(), Vec::new());
    response.location = field(header::LOCATION);
    response.content_encoding = field(header::CONTENT_ENCODING);
    // What is compressed is refused, so that it need not be read.
    if head.status == http::StatusCode::OK && response.encoding().is_none() {
        let most = request.maximum().saturating_add(1);
        let mut content = body.into_reader().take(most);
        content.read_to_end(&mut response.body)?;
    }
    Ok(response)
}
