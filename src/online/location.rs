//! URLs from certificates and redirects.

use std::net::IpAddr;

use url::{Host, Position, Url};

use super::rules::{Rules, comparable};

/// Characters of a URL that is asked.
const LONGEST: usize = 2_000;

/// A URL that may be asked, but for its addresses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Location(Url);

impl Location {
    /// Reads a URL of a certificate.
    pub(super) fn parse(text: &str, rules: &Rules) -> Result<Location, String> {
        if text.len() > LONGEST {
            return Err(format!("the URL is longer than {LONGEST} bytes"));
        }
        let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
        Location::check(url, rules)
    }

    /// Where a redirect from here leads to.
    pub(super) fn redirected(&self, to: &str, rules: &Rules) -> Result<Location, String> {
        if to.len() > LONGEST {
            return Err(format!("the redirect is longer than {LONGEST} bytes"));
        }
        let url = self
            .0
            .join(to)
            .map_err(|error| format!("the redirect leads to what is no URL: {error}"))?;
        let next = Location::check(url, rules)?;
        match self.is_https() && !next.is_https() {
            true => Err("the redirect leads from https to http".into()),
            false => Ok(next),
        }
    }

    fn check(mut url: Url, rules: &Rules) -> Result<Location, String> {
        match url.scheme() {
            "http" => {}
            "https" if rules.https => {}
            "https" => return Err("https, which this client cannot".into()),
            scheme => return Err(format!("the scheme is {scheme}, and only http is asked")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("there is a user name or a password in the URL".into());
        }
        if let Some(port) = url.port()
            && !rules.ports.contains(&port)
        {
            return Err(format!("port {port} is not the usual one"));
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err("the URL names no host".into());
        };
        if let Some(only) = &rules.only_hosts
            && !only.contains(&comparable(host))
        {
            return Err("the host is not among those that may be asked".into());
        }
        url.set_fragment(None);
        Ok(Location(url))
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The host, an IPv6 address in brackets.
    pub(super) fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The address that stands there instead of a name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    pub(super) fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    pub(super) fn is_default_port(&self) -> bool {
        self.0.port().is_none()
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        &self.0[Position::BeforePath..]
    }
}
