//! Revocation lists.

use super::der::{bit_string, oid, sequence, time, tlv};
use super::{Ca, pem};

/// A list in the making.
pub struct RevocationList<'a> {
    ca: &'a Ca,
    this_update: String,
    next_update: Option<String>,
    entries: Vec<u8>,
    extensions: Vec<u8>,
}

impl<'a> RevocationList<'a> {
    /// Valid from 2025 to 2049, empty.
    pub(super) fn new(ca: &'a Ca) -> RevocationList<'a> {
        RevocationList {
            ca,
            this_update: "250101000000Z".into(),
            next_update: Some("491231235959Z".into()),
            entries: Vec::new(),
            extensions: Vec::new(),
        }
    }

    /// Both times, in the form of [`super::Certify::validity`].
    pub fn updates(mut self, this: &str, next: Option<&str>) -> Self {
        self.this_update = this.into();
        self.next_update = next.map(Into::into);
        self
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
        let tbs = sequence(&[
            &tlv(0x02, &[1]),
            &algorithm,
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
