//! Object identifiers of content types and attributes.

use const_oid::ObjectIdentifier;

pub(crate) use crate::bag::{ID_DATA as DATA, ID_SIGNED_DATA as SIGNED_DATA};
pub(crate) use crate::crypto::public_key::{EC_PUBLIC_KEY, X25519};

const fn oid(dotted: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(dotted)
}

/// id-envelopedData (RFC 5652 6.1).
pub(crate) const ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.7.3");
/// id-ct-authEnvelopedData (RFC 5083 2.1).
pub(crate) const AUTH_ENVELOPED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.23");

/// id-ct-compressedData (RFC 3274 1.1).
pub(crate) const COMPRESSED_DATA: ObjectIdentifier = oid("1.2.840.113549.1.9.16.1.9");

/// id-contentType (RFC 5652 11.1).
pub(crate) const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
/// id-messageDigest (RFC 5652 11.2).
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
/// id-signingTime (RFC 5652 11.3).
pub(crate) const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
/// smimeCapabilities (RFC 8551 2.5.2).
pub(crate) const SMIME_CAPABILITIES: ObjectIdentifier = oid("1.2.840.113549.1.9.15");
/// id-aa-CMSAlgorithmProtection (RFC 6211 2).
pub(crate) const ALGORITHM_PROTECTION: ObjectIdentifier = oid("1.2.840.113549.1.9.52");
/// id-aa-encrypKeyPref (RFC 8551 2.5.3).
pub(crate) const ENCRYPTION_KEY_PREFERENCE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.11");
/// Microsoft's own encryption key preference, which Outlook writes beside or instead of the standard one.
pub(crate) const MICROSOFT_KEY_PREFERENCE: ObjectIdentifier = oid("1.3.6.1.4.1.311.16.4");
/// id-aa-signingCertificate (RFC 2634 5.4).
pub(crate) const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.12");
/// id-aa-signingCertificateV2 (RFC 5035 3).
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");

/// dhSinglePass-stdDH-sha256kdf-scheme (RFC 5753 7.1.4).
pub(crate) const ECDH_X963_SHA256: ObjectIdentifier = oid("1.3.132.1.11.1");
/// dhSinglePass-stdDH-hkdf-sha256-scheme (RFC 8418 2.2).
pub(crate) const ECDH_HKDF_SHA256: ObjectIdentifier = oid("1.2.840.113549.1.9.16.3.19");

/// id-alg-zlibCompress (RFC 3274 2).
pub(crate) const ZLIB: ObjectIdentifier = oid("1.2.840.113549.1.9.16.3.8");
