//! Where revocation lists, OCSP responses and the CA's certificate are found (SMBR 7.1.2.3 b, c).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::lint::{Lint, listed, quoted};
use super::profile::Generation;
use crate::cert::access::{CA_ISSUERS, OCSP, descriptions};
use crate::cert::distribution::DistributionPoint;

const LISTS: &str = "SMBR 7.1.2.3 (b)";
const ACCESS: &str = "SMBR 7.1.2.3 (c)";

pub(super) fn revocation_lists(lint: &mut Lint<'_>) {
    let Some(extension) = lint.extension(&ids::ID_CE_CRL_DISTRIBUTION_POINTS) else {
        let what_follows = match lint.certificate.ocsp_urls().is_empty() {
            true => "so that clients cannot find out whether it was revoked",
            false => "so that only clients that ask by OCSP find out whether it was revoked",
        };
        lint.baseline(
            "cabf.smime.crldp_extension_missing",
            format!("it does not say where the revocation list of its CA is, {what_follows}"),
            LISTS,
        );
        return;
    };
    let Ok(points) = lint.certificate.distribution_points() else {
        lint.unreadable("cRLDistributionPoints");
        return;
    };
    let uris: Vec<&str> = points.iter().flat_map(DistributionPoint::uris).collect();
    if extension.critical {
        lint.baseline_should(
            "cabf.smime.critical_crldp_extension",
            "the place of its revocation list is critical",
            LISTS,
        );
    }
    if !uris.iter().any(|uri| is_http(uri)) {
        lint.baseline(
            "cabf.no_http_crldp_uri",
            "its revocation list cannot be had by http",
            LISTS,
        );
    }
    if let Some(others) = other_schemes(lint, &uris) {
        lint.baseline(
            "cabf.smime.crldp_fullname_prohibited_uri_scheme",
            format!("the place of its revocation list is not one of http: {others}"),
            LISTS,
        );
    }
}

pub(super) fn authority_information(lint: &mut Lint<'_>) {
    let Some(extension) = lint.extension(&ids::ID_PE_AUTHORITY_INFO_ACCESS) else {
        lint.baseline_should(
            "cabf.aia_extension_missing",
            "it does not say where the certificate of its CA is; Gmail and others cannot complete a chain then",
            ACCESS,
        );
        return;
    };
    let Ok(descriptions) = descriptions(&extension.value) else {
        lint.unreadable("authorityInfoAccess");
        return;
    };
    if extension.critical {
        lint.must(
            "pkix.authority_information_access_extension_critical",
            "the place of its CA's certificate is critical",
            "RFC 5280 4.2.2.1",
        );
    }
    // What is no URI counts as an empty one.
    let of = |method: ObjectIdentifier| -> Vec<&str> {
        let these = descriptions.iter().filter(|one| one.method == Some(method));
        these.map(|one| one.uri().unwrap_or_default()).collect()
    };
    let (issuers, ocsp) = (of(CA_ISSUERS), of(OCSP));
    if issuers.is_empty() {
        lint.baseline_should(
            "cabf.aia_ca_issuers_missing",
            "it does not say where the certificate of its CA is; Gmail and others cannot complete a chain then",
            ACCESS,
        );
    }
    for (uris, code, text) in [
        (
            &issuers,
            "cabf.aia_ca_issuers_has_no_http_uri",
            "the certificate of its CA cannot be had by http",
        ),
        (
            &ocsp,
            "cabf.aia_ocsp_has_no_http_uri",
            "the OCSP responder of its CA cannot be asked by http",
        ),
    ] {
        if !uris.is_empty() && !uris.iter().any(|uri| is_http(uri)) {
            lint.baseline(code, text, ACCESS);
        }
    }
    if let Some(others) = other_schemes(lint, &[issuers, ocsp].concat()) {
        lint.baseline(
            "cabf.smime.aia_prohibited_uri_scheme",
            format!(
                "a place of its CA's certificate or OCSP responder is not one of http: {others}"
            ),
            ACCESS,
        );
    }
}

/// Only the Legacy generation allows others beside http.
fn other_schemes(lint: &Lint<'_>, uris: &[&str]) -> Option<String> {
    if lint.generation() == Generation::Legacy {
        return None;
    }
    let others = uris.iter().filter(|uri| !is_http(uri));
    listed(others.map(|uri| quoted(uri)))
}

fn is_http(uri: &str) -> bool {
    let scheme = uri.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}
