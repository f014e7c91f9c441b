//! The extKeyUsage extension (SMBR 7.1.2.3 f).

use const_oid::ObjectIdentifier;
use const_oid::db::rfc5280 as ids;

use super::lint::{Lint, listed};
use super::profile::Generation;

/// Never beside mail, with the names people know them by.
const NEVER: [(ObjectIdentifier, &str); 4] = [
    (ids::ID_KP_SERVER_AUTH, "web servers"),
    (ids::ID_KP_CODE_SIGNING, "signing code"),
    (ids::ID_KP_TIME_STAMPING, "time stamps"),
    (ids::ANY_EXTENDED_KEY_USAGE, "any purpose"),
];

pub(super) fn purposes(lint: &mut Lint<'_>) {
    let Some(purposes) = &lint.certificate.0.extensions.extended_key_usage else {
        if lint.extension(&ids::ID_CE_EXT_KEY_USAGE).is_none() {
            lint.baseline(
                "cabf.smime.extended_key_usage_extension_missing",
                "it does not say by an extended key usage that it is for mail",
                "SMBR 7.1.2.3 (f)",
            );
        }
        return;
    };
    if !purposes.contains(&ids::ID_KP_EMAIL_PROTECTION) {
        lint.baseline(
            "cabf.smime.emailprotection_eku_missing",
            "its extended key usage does not name mail",
            "SMBR 7.1.2.3 (f)",
        );
    }
    let strict = lint.generation() == Generation::Strict;
    let wrong = purposes.iter().filter_map(|purpose| {
        let never = NEVER.iter().find(|(oid, _)| oid == purpose);
        match never {
            Some((_, name)) => Some((*name).to_owned()),
            None if strict && *purpose != ids::ID_KP_EMAIL_PROTECTION => Some(name(purpose)),
            None => None,
        }
    });
    if let Some(named) = listed(wrong) {
        lint.baseline(
            "cabf.smime.prohibited_eku_present",
            format!(
                "its extended key usage names purposes that must not stand beside mail: {named}"
            ),
            "SMBR 7.1.2.3 (f)",
        );
    }
}

fn name(purpose: &ObjectIdentifier) -> String {
    match *purpose {
        ids::ID_KP_CLIENT_AUTH => "logging in (clientAuth)".into(),
        _ => purpose.to_string(),
    }
}
