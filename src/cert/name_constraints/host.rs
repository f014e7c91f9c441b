//! Host names, and the part of the name space that a constraint stands for.

/// A host name in lower case, without a dot at its end.
///
/// Internationalised labels are compared as A-labels (RFC 9549 2.2), the only form that an IA5String holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Host(String);

impl Host {
    /// `None` when it is no host name: an empty label (so also a dot at the end), a character that host names do
    /// not have, too long. An underscore passes: it is found in real names and means nothing else.
    pub(super) fn new(text: &str) -> Option<Host> {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        let fits = text.len() <= 253 && text.split('.').all(is_label);
        fits.then(|| Host(text.to_ascii_lowercase()))
    }

    /// Whether some software takes it for an IPv4 address: the last label is a number.
    pub(super) fn is_numeric(&self) -> bool {
        let last = self.0.rsplit('.').next().unwrap_or_default();
        let hexadecimal = last.strip_prefix("0x");
        last.bytes().all(|b| b.is_ascii_digit())
            || hexadecimal.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))
    }

    /// Whether at least one label stands to the left of `parent`.
    fn is_below(&self, parent: &Host) -> bool {
        let labels = self.0.strip_suffix(parent.0.as_str());
        labels.is_some_and(|labels| labels.ends_with('.'))
    }

    fn is_or_is_below(&self, parent: &Host) -> bool {
        self == parent || self.is_below(parent)
    }
}

/// A dNSName of a certificate.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum DnsName {
    Host(Host),
    /// `*.` and this: the names with one label more (RFC 9525 6.3).
    Wildcard(Host),
}

impl DnsName {
    /// `None` when it is no host name, or its wildcard is not the whole first label.
    pub(super) fn new(text: &str) -> Option<DnsName> {
        match text.strip_prefix("*.") {
            Some(parent) => Host::new(parent).map(DnsName::Wildcard),
            None => Host::new(text).map(DnsName::Host),
        }
    }
}

/// The host names that a constraint stands for.
pub(super) enum Domain {
    /// Empty: every name.
    Every,
    /// This one alone.
    Only(Host),
    /// This one and all names below it.
    From(Host),
    /// All names below it.
    Below(Host),
}

impl Domain {
    /// The dNSName of a constraint: labels may be added to the left, or none (RFC 5280 4.2.1.10). With a dot at
    /// its beginning, which the RFC does not have and CAs write, at least one must be.
    pub(super) fn of_dns(base: &str) -> Option<Domain> {
        match base.strip_prefix('.') {
            _ if base.is_empty() => Some(Domain::Every),
            Some(parent) => Host::new(parent).map(Domain::Below),
            None => Host::new(base).map(Domain::From),
        }
    }

    /// The uniformResourceIdentifier of a constraint: a host, or with a dot at its beginning all hosts below that
    /// domain (RFC 5280 4.2.1.10).
    pub(super) fn of_uri(base: &str) -> Option<Domain> {
        match base.strip_prefix('.') {
            Some(parent) => Host::new(parent).map(Domain::Below),
            None => Host::new(base).map(Domain::Only),
        }
    }

    pub(super) fn contains(&self, host: &Host) -> bool {
        match self {
            Domain::Every => true,
            Domain::Only(only) => host == only,
            Domain::From(top) => host.is_or_is_below(top),
            Domain::Below(parent) => host.is_below(parent),
        }
    }

    /// Whether every name that the wildcard stands for lies in it.
    pub(super) fn contains_all(&self, name: &DnsName) -> bool {
        match (name, self) {
            (DnsName::Host(host), _) => self.contains(host),
            (DnsName::Wildcard(_), Domain::Every) => true,
            (DnsName::Wildcard(_), Domain::Only(_)) => false,
            (DnsName::Wildcard(parent), Domain::From(top) | Domain::Below(top)) => {
                parent.is_or_is_below(top)
            }
        }
    }

    /// Whether some name that the wildcard may be taken to stand for lies in it; some software lets a wildcard be
    /// more than one label.
    pub(super) fn touches(&self, name: &DnsName) -> bool {
        match (name, self) {
            (DnsName::Host(host), _) => self.contains(host),
            (DnsName::Wildcard(_), Domain::Every) => true,
            (DnsName::Wildcard(parent), Domain::Only(host)) => host.is_below(parent),
            (DnsName::Wildcard(parent), Domain::From(top) | Domain::Below(top)) => {
                parent.is_or_is_below(top) || top.is_below(parent)
            }
        }
    }
}

/// The host of a URI (RFC 3986 3.2); `None` when it has no authority, when its host is an IP address, which
/// constraints refuse (RFC 5280 4.2.1.10), or when readers may disagree on where the host is.
pub(super) fn of_uri(uri: &str) -> Option<Host> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    // Browsers take a backslash for a slash, and drop what is invisible.
    if !is_scheme || uri.contains('\\') || !uri.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let host_and_port = match authority.rsplit_once('@') {
        // RFC 3986 has no second @; the last one divides for some readers, the first one for others.
        Some((user, _)) if user.contains('@') => return None,
        Some((_, after)) => after,
        None => authority,
    };
    let host = match host_and_port.split_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        Some(_) => return None,
        None => host_and_port,
    };
    Host::new(host).filter(|host| !host.is_numeric())
}
