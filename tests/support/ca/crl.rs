//! Revocation lists.

use super::der::{bit_string, oid, sequence, time, tlv};
use super::{Ca, pem};

/// A list in the making.
pub struct RevocationList<'a> {
    ca: &'a Ca,
    version: Option<u8>,
    this_update: String,
    next_update: Option<String>,
    entries: Vec<u8>,
    extensions: Vec<u8>,
    inner_algorithm: Option<Vec<u8>>,
}

impl<'a> RevocationList<'a> {
    /// Valid from 2025 to 2049, empty.
    pub(super) fn new(ca: &'a Ca) -> RevocationList<'a> {
        RevocationList {
            ca,
            version: Some(1),
            this_update: "250101000000Z".into(),
            next_update: Some("491231235959Z".into()),
            entries: Vec::new(),
            extensions: Vec::new(),
            inner_algorithm: None,
        }
    }

    /// Both times, in the form of [`super::Certify::validity`].
    pub fn updates(mut self, this: &str, next: Option<&str>) -> Self {
        self.this_update = this.into();
        self.next_update = next.map(Into::into);
        self
    }

    /// Another version than 2; `None` leaves it out, which is version 1.
    pub fn version(mut self, version: Option<u8>) -> Self {
        self.version = version;
        self
    }

    /// cRLNumber.
    pub fn number(self, number: u8) -> Self {
        self.extension("2.5.29.20", false, &tlv(0x02, &[number]))
    }

    /// deltaCRLIndicator: what changed since the complete list with this number.
    pub fn delta(self, base: u8) -> Self {
        self.extension("2.5.29.27", true, &tlv(0x02, &[base]))
    }

    /// issuingDistributionPoint with these fields (DER, one after the other).
    pub fn issuing_point(self, fields: &[u8]) -> Self {
        self.extension("2.5.29.28", true, &sequence(&[fields]))
    }

    /// One entry with certificateIssuer: DER of a `Name`.
    pub fn revoke_of(self, issuer: &[u8], serial: &[u8], when: &str) -> Self {
        let names = sequence(&[&tlv(0xa4, issuer)]);
        self.entry(serial, when, &extension("2.5.29.29", true, &names))
    }

    /// One entry: content octets of the serial number, time, reasonCode.
    pub fn revoke(self, serial: &[u8], when: &str, reason: Option<u8>) -> Self {
        let reason = reason.map(|code| extension("2.5.29.21", false, &tlv(0x0a, &[code])));
        self.entry(serial, when, &reason.unwrap_or_default())
    }

    /// One entry with any extensions (DER, one after the other).
    pub fn entry(mut self, serial: &[u8], when: &str, extensions: &[u8]) -> Self {
        let extensions = match extensions {
            [] => Vec::new(),
            _ => sequence(&[extensions]),
        };
        let entry = [tlv(0x02, serial), time(when), extensions].concat();
        self.entries.extend(tlv(0x30, &entry));
        self
    }

    /// Entries in DER, one after the other.
    pub fn raw_entries(mut self, entries: Vec<u8>) -> Self {
        self.entries = entries;
        self
    }

    /// Any extension of the list.
    pub fn extension(mut self, id: &str, critical: bool, value: &[u8]) -> Self {
        self.extensions.extend(extension(id, critical, value));
        self
    }

    /// Another AlgorithmIdentifier (DER) in the signed part than beside the signature.
    pub fn inner_algorithm(mut self, algorithm: Vec<u8>) -> Self {
        self.inner_algorithm = Some(algorithm);
        self
    }

    /// The list in DER.
    pub fn issue(self) -> Vec<u8> {
        let algorithm = self.ca.key.signature_algorithm();
        let next = self.next_update.as_deref().map(time).unwrap_or_default();
        let entries = match self.entries.as_slice() {
            [] => Vec::new(),
            entries => tlv(0x30, entries),
        };
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            extensions => tlv(0xa0, &tlv(0x30, extensions)),
        };
        let version = self.version.map(|version| tlv(0x02, &[version]));
        let tbs = sequence(&[
            &version.unwrap_or_default(),
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            &self.ca.name,
            &time(&self.this_update),
            &next,
            &entries,
            &extensions,
        ]);
        let signature = bit_string(&self.ca.key.sign(&tbs));
        sequence(&[&tbs, &algorithm, &signature])
    }

    /// The list in PEM.
    pub fn issue_pem(self) -> String {
        pem("X509 CRL", &self.issue())
    }
}

/// `Extension` in DER.
pub fn extension(id: &str, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = match critical {
        true => tlv(0x01, &[0xff]),
        false => Vec::new(),
    };
    sequence(&[&oid(id), &critical, &tlv(0x04, value)])
}
