//! Which network addresses are public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It belongs to this machine or to a network that is not the Internet.
    Private(&'static str),
    /// Nobody answers there, or many do.
    Never(&'static str),
}

impl Refusal {
    pub(super) fn range(self) -> &'static str {
        match self {
            Refusal::Private(range) | Refusal::Never(range) => range,
        }
    }
}

/// `None` for an address that is public (IANA special-purpose address registries, RFC 6890).
pub(super) fn refusal(address: IpAddr) -> Option<Refusal> {
    match address {
        IpAddr::V4(address) => v4(address),
        IpAddr::V6(address) => v6(address),
    }
}

fn v4(address: Ipv4Addr) -> Option<Refusal> {
    use Refusal::{Never, Private};
    let refusal = match address.octets() {
        [0, 0, 0, 0] => Never("unspecified"),
        [0, ..] => Never("this network, 0.0.0.0/8"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Private("private use (RFC 1918)"),
        [100, 64..=127, ..] => Private("shared address space (RFC 6598)"),
        [127, ..] => Private("loopback"),
        [169, 254, ..] => Private("link-local"),
        // Public by number, but each machine in Azure reaches the host that it runs on there.
        [168, 63, 129, 16] => Private("the platform of a cloud machine, 168.63.129.16"),
        [192, 0, 0, _] => Private("protocol assignments, 192.0.0.0/24"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Private("documentation"),
        [192, 88, 99, _] => Private("6to4 relays"),
        [198, 18..=19, ..] => Private("benchmarking"),
        [224..=239, ..] => Never("multicast"),
        [255, 255, 255, 255] => Never("broadcast"),
        [240..=255, ..] => Never("reserved, 240.0.0.0/4"),
        _ => return None,
    };
    Some(refusal)
}

fn v6(address: Ipv6Addr) -> Option<Refusal> {
    use Refusal::{Never, Private};
    let refusal = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => Never("unspecified"),
        [0, 0, 0, 0, 0, 0, 0, 1] => Private("loopback"),
        // An IPv4 address in other clothes is judged as what it is: mapped and compatible (RFC 4291 2.5.5), translated
        // (RFC 2765, RFC 6052), 6to4 (RFC 3056).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => return v4(embedded(high, low)),
        [0x2002, high, low, ..] => return v4(embedded(high, low)),
        [0x64, 0xff9b, 1, ..] => Private("local translation (RFC 8215)"),
        [0x2001, 0, ..] => Private("Teredo"),
        [0x2001, 2, 0, ..] => Private("benchmarking"),
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Private("documentation"),
        [0x2001, 0..=0x1ff, ..] => Private("protocol assignments, 2001::/23"),
        [0xfc00..=0xfdff, ..] => Private("private use (RFC 4193)"),
        [0xfe80..=0xfebf, ..] => Private("link-local"),
        [0xfec0..=0xfeff, ..] => Private("site-local"),
        [0xff00..=0xffff, ..] => Never("multicast"),
        [0x2000..=0x3fff, ..] => return None,
        _ => Private("outside of the global unicast addresses, 2000::/3"),
    };
    Some(refusal)
}

fn embedded(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(high) << 16 | u32::from(low))
}
