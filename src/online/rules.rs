//! What may be asked: URLs, hosts, ports, addresses.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::addresses::{Refusal, refusal};
use super::client::MOST_ADDRESSES;
use super::{FetchLimits, Kind};

/// What the caller allows.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub limits: FetchLimits,
    /// Kinds that are not asked for.
    pub left_out: Vec<Kind>,
    /// Whether addresses may be private, whatever the host.
    pub private_addresses: bool,
    /// Hosts whose addresses may be private.
    pub private_hosts: BTreeSet<String>,
    /// The only hosts that are asked; all of them without it.
    pub only_hosts: Option<BTreeSet<String>>,
    /// Ports beside the usual one of the scheme.
    pub ports: BTreeSet<u16>,
    /// Whether the client can https.
    pub https: bool,
    /// Whether a response without the nonce of its request is refused.
    pub nonce_required: bool,
}

impl Rules {
    /// Those of the addresses that may be connected to; why not when there is none.
    pub(super) fn admit(&self, host: &str, found: &[IpAddr]) -> Result<Vec<IpAddr>, String> {
        let is_private_allowed =
            self.private_addresses || self.private_hosts.contains(&comparable(host));
        let mut refused = None;
        let mut admitted = Vec::new();
        for &address in found.iter().take(MOST_ADDRESSES) {
            match refusal(address) {
                None => admitted.push(address),
                Some(Refusal::Private(_)) if is_private_allowed => admitted.push(address),
                Some(refusal) => refused = refused.or(Some((address, refusal))),
            }
        }
        match (admitted.is_empty(), refused) {
            (false, _) => Ok(admitted),
            (true, Some((address, refusal))) => Err(format!(
                "its address {address} is not public: {}",
                refusal.range()
            )),
            (true, None) => Err("the host has no address".into()),
        }
    }
}

/// A host name as it is compared: lower case A-labels, without the dot of the root.
pub(super) fn comparable(host: &str) -> String {
    let parsed = url::Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string());
    parsed.strip_suffix('.').unwrap_or(&parsed).to_owned()
}
