//! A small certification authority for tests and the example: certificates made at run time.
//!
//! ```text
//! let ca = Ca::new("Test CA");
//! let (certificate, key) = ca.leaf(Key::P256, "bob@example.org");          // DER, PKCS#8 DER
//! let (expired, _) = ca
//!     .certify(Key::Rsa2048, "bob@example.org")
//!     .validity("200101000000Z", "210101000000Z")
//!     .key_usage(Some(KEY_ENCIPHERMENT))
//!     .issue();
//! let intermediate = ca.intermediate("Test CA 2");                          // a Ca again
//! ```
//!
//! Depends on crates only, not on this one, so that it can also make what a library should refuse.
//! It writes its own DER for the same reason: `x509-cert`'s builder makes good certificates only.

#![allow(dead_code, unused_imports)] // Every user of this file needs another part of it.

#[path = "ca/crl.rs"]
mod crl;
#[path = "ca/der.rs"]
mod der;
#[path = "ca/key.rs"]
mod key;
#[path = "ca/ocsp.rs"]
mod ocsp;
#[path = "ca/points.rs"]
mod points;
#[path = "ca/policies.rs"]
mod policies;

pub use crl::{RevocationList, extension};
use der::{bit_string, time};
pub use der::{name, oid, pem, sequence, tlv};
pub use key::{Key, KeyPair};
pub use ocsp::{IdDigest, OcspMaker, framed};
pub use points::{crl_issuer, directory, full_name, points, relative_name, uri};
pub use policies::ANY_POLICY;

/// Bits of keyUsage (RFC 5280 4.2.1.3), for [`Certify::key_usage`].
pub const DIGITAL_SIGNATURE: u8 = 0x80;
pub const NON_REPUDIATION: u8 = 0x40;
pub const KEY_ENCIPHERMENT: u8 = 0x20;
pub const KEY_AGREEMENT: u8 = 0x08;
pub const KEY_CERT_SIGN: u8 = 0x04;
pub const CRL_SIGN: u8 = 0x02;

/// Purposes for [`Certify::extended_key_usage`].
pub const EMAIL_PROTECTION: &str = "1.3.6.1.5.5.7.3.4";
pub const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
pub const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";
pub const ANY_PURPOSE: &str = "2.5.29.37.0";

/// A certification authority: a root, or an intermediate made by [`Ca::intermediate`].
#[derive(Clone)]
pub struct Ca {
    name: Vec<u8>,
    key: KeyPair,
    certificate: Vec<u8>,
}

impl Ca {
    /// A self-signed root with a P-256 key; `name` is its common name.
    pub fn new(name: &str) -> Ca {
        Ca::with_key(name, Key::P256)
    }

    /// A self-signed root with a key of another kind.
    pub fn with_key(name: &str, kind: Key) -> Ca {
        let key = KeyPair::generate(kind, name);
        let mut root = Ca {
            name: self::name(&[("2.5.4.3", name)]),
            key,
            certificate: Vec::new(),
        };
        root.certificate = root.certify_ca(name, &root.key).issue().0;
        root
    }

    /// A CA below this one, with a P-256 key.
    pub fn intermediate(&self, name: &str) -> Ca {
        let key = KeyPair::generate(Key::P256, name);
        Ca {
            name: self::name(&[("2.5.4.3", name)]),
            certificate: self.certify_ca(name, &key).issue().0,
            key,
        }
    }

    /// Begins the certificate of a CA below this one; [`Certify::issue_authority`] ends it.
    pub fn authority(&self, name: &str) -> Certify<'_> {
        self.certify_ca(name, &KeyPair::generate(Key::P256, name))
    }

    /// Begins another self-signed certificate for the name and key of this root.
    pub fn again(&self) -> Certify<'_> {
        self.certify_ca("", &self.key)
            .raw_subject(self.name.clone())
    }

    /// Begins a list of what this CA has revoked.
    pub fn revocation_list(&self) -> RevocationList<'_> {
        RevocationList::new(self)
    }

    /// Begins a response about certificates of this CA.
    pub fn ocsp_response(&self) -> OcspMaker<'_> {
        OcspMaker::new(self)
    }

    /// The key pair, to have it certified under another name or by another CA.
    pub fn key_pair(&self) -> &KeyPair {
        &self.key
    }

    /// This CA's name and key, certified by another CA.
    pub fn cross_signed_by(&self, other: &Ca) -> Vec<u8> {
        let mut cross = other.certify_ca("", &self.key);
        cross.subject = self.name.clone();
        cross.issue().0
    }

    /// Begins a certificate by this CA for another one's name and key.
    pub fn cross_again(&self, other: &Ca) -> Certify<'_> {
        self.certify_ca("", &other.key)
            .raw_subject(other.name.clone())
    }

    /// Certificate in DER.
    pub fn certificate_der(&self) -> &[u8] {
        &self.certificate
    }

    /// Certificate in PEM.
    pub fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// Private key, PKCS#8 DER.
    pub fn key_der(&self) -> Vec<u8> {
        self.key.pkcs8_der()
    }

    /// An ordinary mail certificate and its private key: DER and PKCS#8 DER.
    pub fn leaf(&self, kind: Key, address: &str) -> (Vec<u8>, Vec<u8>) {
        self.certify(kind, address).issue()
    }

    /// Begins a certificate for one address; [`Certify::issue`] ends it.
    ///
    /// Unless changed: common name = local part, the address in the subject alternative name, key usage
    /// as the key can, emailProtection, both key identifiers, valid 2024 to 2049, random serial number.
    pub fn certify(&self, kind: Key, address: &str) -> Certify<'_> {
        let local = address.rsplit_once('@').map_or(address, |(local, _)| local);
        let usage = match kind {
            Key::Rsa1024 | Key::Rsa2048 | Key::Rsa3072 => DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
            Key::P256 | Key::P384 | Key::P521 => DIGITAL_SIGNATURE | KEY_AGREEMENT,
            Key::RsaPss2048 | Key::Ed25519 => DIGITAL_SIGNATURE,
            Key::X25519 => KEY_AGREEMENT,
        };
        Certify {
            key_usage: Some(usage),
            purposes: vec![EMAIL_PROTECTION.into()],
            ..self.blank(
                KeyPair::generate(kind, address),
                name(&[("2.5.4.3", local)]),
            )
        }
        .address(address)
    }

    fn certify_ca(&self, name: &str, key: &KeyPair) -> Certify<'_> {
        Certify {
            key_usage: Some(KEY_CERT_SIGN | CRL_SIGN),
            basic_constraints: Some(true),
            ..self.blank(key.clone(), self::name(&[("2.5.4.3", name)]))
        }
    }

    fn blank(&self, key: KeyPair, subject: Vec<u8>) -> Certify<'_> {
        let mut serial = key::random::<16>();
        serial[0] = serial[0] & 0x7f | 0x40;
        Certify {
            ca: self,
            key,
            subject,
            serial: serial.to_vec(),
            not_before: "240101000000Z".into(),
            not_after: "491231235959Z".into(),
            names: Vec::new(),
            key_usage: None,
            purposes: Vec::new(),
            basic_constraints: None,
            path_length: None,
            key_identifiers: true,
            version_1: false,
            extensions: Vec::new(),
            inner_algorithm: None,
        }
    }
}

/// A certificate in the making.
pub struct Certify<'a> {
    ca: &'a Ca,
    key: KeyPair,
    subject: Vec<u8>,
    serial: Vec<u8>,
    not_before: String,
    not_after: String,
    names: Vec<Vec<u8>>,
    key_usage: Option<u8>,
    purposes: Vec<String>,
    basic_constraints: Option<bool>,
    path_length: Option<u8>,
    key_identifiers: bool,
    version_1: bool,
    extensions: Vec<(String, bool, Vec<u8>)>,
    inner_algorithm: Option<Vec<u8>>,
}

impl Certify<'_> {
    /// One more address: rfc822Name, or SmtpUTF8Mailbox when the local part is not ASCII.
    pub fn address(mut self, address: &str) -> Self {
        if address.is_ascii() {
            self.alternative_name(0x81, address.as_bytes())
        } else {
            let value = tlv(0xa0, &tlv(0x0c, address.as_bytes()));
            let name = [oid("1.3.6.1.5.5.7.8.9"), value].concat();
            self.names.push(tlv(0xa0, &name));
            self
        }
    }

    /// No address in the subject alternative name.
    pub fn no_address(mut self) -> Self {
        self.names.clear();
        self
    }

    /// Any GeneralName: tag octet (`0x81` rfc822Name, `0x82` dNSName, …) and content.
    pub fn alternative_name(mut self, tag: u8, content: &[u8]) -> Self {
        self.names.push(tlv(tag, content));
        self
    }

    /// Subject by attribute types (dotted) and values, the most general first. Values are written as
    /// UTF8String, countries as PrintableString, emailAddress and domain components as IA5String.
    pub fn subject(mut self, attributes: &[(&str, &str)]) -> Self {
        self.subject = name(attributes);
        self
    }

    /// Subject as DER of a `Name`, whatever it is.
    pub fn raw_subject(mut self, name: Vec<u8>) -> Self {
        self.subject = name;
        self
    }

    /// keyUsage bits; `None` leaves the extension out.
    pub fn key_usage(mut self, bits: Option<u8>) -> Self {
        self.key_usage = bits;
        self
    }

    /// extKeyUsage; empty leaves the extension out.
    pub fn extended_key_usage(mut self, purposes: &[&str]) -> Self {
        self.purposes = purposes.iter().map(|&p| p.into()).collect();
        self
    }

    /// basicConstraints with this `cA`.
    pub fn basic_constraints(mut self, ca: bool) -> Self {
        self.basic_constraints = Some(ca);
        self
    }

    /// pathLenConstraint; needs basicConstraints.
    pub fn path_length(mut self, length: u8) -> Self {
        self.path_length = Some(length);
        self
    }

    /// No basicConstraints.
    pub fn no_basic_constraints(mut self) -> Self {
        self.basic_constraints = None;
        self
    }

    /// Both times as they stand in the certificate: 13 characters are a UTCTime (`240101000000Z`),
    /// longer ones a GeneralizedTime (`20500101000000Z`).
    pub fn validity(mut self, not_before: &str, not_after: &str) -> Self {
        self.not_before = not_before.into();
        self.not_after = not_after.into();
        self
    }

    /// Content octets of the serial number, whatever they are.
    pub fn serial(mut self, octets: &[u8]) -> Self {
        self.serial = octets.to_vec();
        self
    }

    /// Neither subjectKeyIdentifier nor authorityKeyIdentifier.
    pub fn no_key_identifiers(mut self) -> Self {
        self.key_identifiers = false;
        self
    }

    /// Version 1: no extensions at all.
    pub fn version_1(mut self) -> Self {
        self.version_1 = true;
        self
    }

    /// Any other extension: dotted identifier, critical, DER of its value.
    pub fn extension(mut self, id: &str, critical: bool, value: &[u8]) -> Self {
        self.extensions.push((id.into(), critical, value.to_vec()));
        self
    }

    /// Another AlgorithmIdentifier (DER) in the signed part than beside the signature.
    pub fn inner_algorithm(mut self, algorithm: Vec<u8>) -> Self {
        self.inner_algorithm = Some(algorithm);
        self
    }

    /// For a key that exists already (a renewal, or a pair that shares one key).
    pub fn with_key(mut self, key: &KeyPair) -> Self {
        self.key = key.clone();
        self
    }

    /// The certificate in DER and its private key in PKCS#8 DER.
    pub fn issue(self) -> (Vec<u8>, Vec<u8>) {
        let algorithm = self.ca.key.signature_algorithm();
        let tbs = self.to_be_signed(self.inner_algorithm.as_ref().unwrap_or(&algorithm));
        let signature = bit_string(&self.ca.key.sign(&tbs));
        let certificate = sequence(&[&tbs, &algorithm, &signature]);
        (certificate, self.key.pkcs8_der())
    }

    /// The same, as a CA that can issue.
    pub fn issue_authority(self) -> Ca {
        Ca {
            name: self.subject.clone(),
            key: self.key.clone(),
            certificate: self.issue().0,
        }
    }

    fn to_be_signed(&self, algorithm: &[u8]) -> Vec<u8> {
        let version = tlv(0xa0, &tlv(0x02, &[2]));
        let serial = tlv(0x02, &self.serial);
        let validity = sequence(&[&time(&self.not_before), &time(&self.not_after)]);
        let spki = self.key.spki_der();
        let common = [
            serial.as_slice(),
            algorithm,
            &self.ca.name,
            &validity,
            &self.subject,
            &spki,
        ];
        if self.version_1 {
            return sequence(&common);
        }
        let extensions = tlv(0xa3, &sequence(&[&self.extensions_der()]));
        sequence(&[&version, &common.concat(), &extensions])
    }

    fn extensions_der(&self) -> Vec<u8> {
        let mut all = Vec::new();
        let mut add = |id: &str, critical: bool, value: &[u8]| {
            let critical = if critical {
                tlv(0x01, &[0xff])
            } else {
                Vec::new()
            };
            all.extend(sequence(&[&oid(id), &critical, &tlv(0x04, value)]));
        };
        if let Some(ca) = self.basic_constraints {
            let flag = if ca { tlv(0x01, &[0xff]) } else { Vec::new() };
            let length = self.path_length.map(|length| tlv(0x02, &[length]));
            add(
                "2.5.29.19",
                true,
                &sequence(&[&flag, &length.unwrap_or_default()]),
            );
        }
        if let Some(bits) = self.key_usage {
            let unused = u8::try_from(bits.trailing_zeros().min(7)).unwrap();
            add("2.5.29.15", true, &tlv(0x03, &[unused, bits]));
        }
        if !self.purposes.is_empty() {
            let purposes: Vec<u8> = self.purposes.iter().flat_map(|p| oid(p)).collect();
            add("2.5.29.37", false, &sequence(&[&purposes]));
        }
        if !self.names.is_empty() {
            add("2.5.29.17", false, &sequence(&[&self.names.concat()]));
        }
        if self.key_identifiers {
            add("2.5.29.14", false, &tlv(0x04, &self.key.identifier()));
            let authority = tlv(0x80, &self.ca.key.identifier());
            add("2.5.29.35", false, &sequence(&[&authority]));
        }
        for (id, critical, value) in &self.extensions {
            add(id, *critical, value);
        }
        all
    }
}
