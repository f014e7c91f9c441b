//! Domains of addresses: host names, internationalised host names, address literals.

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Checks a domain and gives its normal form: lower case, A-labels (RFC 5321 4.1.2, RFC 5890).
pub(super) fn to_ascii(domain: &str) -> Result<String, &'static str> {
    if let Some(literal) = domain.strip_prefix('[') {
        return address_literal(literal);
    }
    if domain.is_empty() {
        return Err("the domain is empty");
    }
    // No domain of 255 octets in ASCII form is longer than this; it bounds the work below.
    if domain.len() > 1020 {
        return Err("the domain is longer than 255 octets");
    }
    for label in domain.split('.') {
        if label.is_empty() {
            return Err("the domain has an empty part");
        }
        if label.is_ascii() && !is_ldh(label) {
            return Err("the domain has a character that host names do not have");
        }
        if !label.is_ascii() && !is_stable(label) {
            return Err("the domain is not a valid internationalised name in normal form");
        }
    }
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Ignore,
        )
        .map_err(|_| "the domain is not a valid internationalised name")?;
    if ascii.split('.').any(|label| label.len() > 63) {
        return Err("a part of the domain is longer than 63 octets");
    }
    if ascii.len() > 255 {
        return Err("the domain is longer than 255 octets");
    }
    Ok(ascii.into_owned())
}

fn is_ldh(label: &str) -> bool {
    label
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Nothing but case changes when the label is mapped: invisible characters, look-alikes of the dot and
/// compatibility forms would make a name that looks like another one or differs from what is shown.
fn is_stable(label: &str) -> bool {
    let (mapped, result) = Uts46::new().to_unicode(
        label.as_bytes(),
        AsciiDenyList::STD3,
        Hyphens::CheckFirstLast,
    );
    result.is_ok()
        && mapped
            .chars()
            .eq(label.chars().flat_map(char::to_lowercase))
}

/// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 4.1.3), without the opening bracket.
fn address_literal(text: &str) -> Result<String, &'static str> {
    let inner = text
        .strip_suffix(']')
        .ok_or("the address literal has no closing bracket")?;
    let v6 = inner
        .split_at_checked(5)
        .filter(|(tag, _)| tag.eq_ignore_ascii_case("IPv6:"));
    if let Some((_, v6)) = v6 {
        let address: Ipv6Addr = v6.parse().map_err(|_| "not an IPv6 address")?;
        return Ok(format!("[IPv6:{address}]"));
    }
    let address: Ipv4Addr = inner
        .parse()
        .map_err(|_| "the address literal is neither an IPv4 nor an IPv6 address")?;
    Ok(format!("[{address}]"))
}
