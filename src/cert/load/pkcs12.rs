//! PKCS#12 files: `.p12`, `.pfx` (RFC 7292, RFC 9579).
//!
//! Reading goes in steps: the outer structure, the MAC, the bags as raw DER ([`bags::Contents`]), and only then keys
//! and certificates.

mod bags;
mod builder;
mod mac;
mod open;
mod read;
mod write;

pub use builder::Pkcs12Builder;
pub use open::{Pkcs12, Pkcs12Certificate, Pkcs12Key, Pkcs12Options};
pub(super) use write::Writing;

use const_oid::ObjectIdentifier;

const WHAT: &str = "PKCS#12 file";

/// id-encryptedData (RFC 5652 8).
const ID_ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const KEY_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.1");
const SHROUDED_KEY_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.2");
const CERT_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.3");
const CRL_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.4");
const SECRET_BAG: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.5");
const SAFE_CONTENTS_BAG: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.10.1.6");
/// x509Certificate (RFC 7292 4.2.3).
const X509_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.1");
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

#[cfg(test)]
mod tests;
