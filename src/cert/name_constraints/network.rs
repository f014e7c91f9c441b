//! IP addresses, and the networks that constraints stand for.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::hex;

/// The IP addresses that a constraint stands for (RFC 5280 4.2.1.10): an address and a mask in the manner of RFC
/// 4632, both of 4 or both of 16 octets.
pub(super) struct Network {
    address: Address,
    mask: u128,
}

/// The iPAddress of a certificate: 4 or 16 octets in network order (RFC 5280 4.2.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    V4(u32),
    V6(u128),
}

impl Address {
    /// `None` for another number of octets.
    pub(super) fn new(octets: &[u8]) -> Option<Address> {
        match octets.len() {
            4 => octets.try_into().ok().map(u32::from_be_bytes).map(Self::V4),
            _ => octets
                .try_into()
                .ok()
                .map(u128::from_be_bytes)
                .map(Self::V6),
        }
    }

    /// For people: the octets in hexadecimal when they are no address.
    pub(super) fn text(octets: &[u8]) -> String {
        match Address::new(octets) {
            Some(Address::V4(bits)) => Ipv4Addr::from_bits(bits).to_string(),
            Some(Address::V6(bits)) => Ipv6Addr::from_bits(bits).to_string(),
            None => hex(octets.get(..40).unwrap_or(octets), ":"),
        }
    }

    /// The IPv4 address that an IPv6 one is made from (RFC 4291 2.5.5.2), where there is one.
    fn mapped(self) -> Option<Address> {
        match self {
            Address::V4(_) => None,
            Address::V6(bits) => {
                let v4 = Ipv6Addr::from_bits(bits).to_ipv4_mapped()?;
                Some(Address::V4(v4.to_bits()))
            }
        }
    }
}

impl Network {
    /// `None` when the sizes are wrong or the mask has a hole.
    pub(super) fn new(octets: &[u8]) -> Option<Network> {
        let (address, mask) = match octets.len() {
            8 | 32 => octets.split_at_checked(octets.len() / 2)?,
            _ => return None,
        };
        let (address, mask) = (Address::new(address)?, Address::new(mask)?);
        let (mask, ones, bits) = match mask {
            Address::V4(mask) => (u128::from(mask), mask.leading_ones(), mask.count_ones()),
            Address::V6(mask) => (mask, mask.leading_ones(), mask.count_ones()),
        };
        (ones == bits).then_some(Network { address, mask })
    }

    pub(super) fn contains(&self, address: Address) -> bool {
        let difference = match (self.address, address) {
            (Address::V4(one), Address::V4(other)) => u128::from(one ^ other),
            (Address::V6(one), Address::V6(other)) => one ^ other,
            _ => return false,
        };
        difference & self.mask == 0
    }

    /// The same, and also where an IPv6 address is an IPv4 address in another form.
    pub(super) fn touches(&self, address: Address) -> bool {
        self.contains(address) || address.mapped().is_some_and(|mapped| self.contains(mapped))
    }
}
