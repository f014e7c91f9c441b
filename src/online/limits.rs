//! What fetching may cost.

use std::time::Duration;

/// Bounds on one [`Collector::collect`](super::Collector::collect). The defaults fit a mail with a few signers.
///
/// ```
/// use std::time::Duration;
/// let limits = smime::online::FetchLimits {
///     total_time: Duration::from_secs(10),
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Bytes of one revocation list. Default 10 MiB.
    pub crl_bytes: u64,
    /// Bytes of one OCSP response. Default 64 KiB.
    pub ocsp_bytes: u64,
    /// Bytes of one file of certificates. Default 1 MiB.
    pub certificate_bytes: u64,
    /// Bytes of all answers together. Default 32 MiB.
    pub total_bytes: u64,
    /// Requests, those after a redirect included. Default 30.
    pub requests: usize,
    /// Redirects of one request. Default 3.
    pub redirects: usize,
    /// URLs of one kind that are tried for one certificate, which may name any number. Default 4.
    pub urls: usize,
    /// Certificates for which something is asked. Default 20.
    pub certificates: usize,
    /// Time for one request, from connecting to the last byte. Default 15 seconds.
    pub request_time: Duration,
    /// Time for everything: no request begins later, none takes longer. Default 60 seconds. Looking up a host name
    /// takes as long as the resolver does.
    pub total_time: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        FetchLimits {
            crl_bytes: 10 << 20,
            ocsp_bytes: 64 << 10,
            certificate_bytes: 1 << 20,
            total_bytes: 32 << 20,
            requests: 30,
            redirects: 3,
            urls: 4,
            certificates: 20,
            request_time: Duration::from_secs(15),
            total_time: Duration::from_secs(60),
        }
    }
}
