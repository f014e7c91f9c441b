//! CMS as text: PEM (RFC 7468 8 and 9) and base64 that nothing declares.

mod block;
mod only;
mod reader;

pub(crate) use only::ArmourOnly;
pub(crate) use reader::ArmourReader;

use memchr::memmem;
use zeroize::Zeroizing;

use crate::Error;

const MARK: &[u8] = b"\xEF\xBB\xBF";
const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";
/// Bytes after [`BEGIN`] in which a label and its dashes stand.
const LABEL: usize = 64;
/// Bytes at the beginning in which a block must begin.
const LOOKED_AT: usize = 64 << 10;

/// Labels of CMS: that of RFC 7468, OpenSSL's older one, Netscape's, and those of gpgsm.
const LABELS: [&[u8]; 6] = [
    b"CMS",
    b"SIGNED MESSAGE",
    b"ENCRYPTED MESSAGE",
    b"PKCS7",
    b"PKCS #7 SIGNED DATA",
    b"PKCS7 SIGNED DATA",
];

/// The CMS in a file: DER or BER as it is, PEM and base64 undone.
///
/// # Errors
/// [`crate::ErrorKind::Malformed`]: it is none of them, or the armour is broken.
pub(crate) fn cms_bytes(input: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    match undo(input, true)? {
        Some(bytes) => Ok(bytes),
        None => Ok(Zeroizing::new(input.to_vec())),
    }
}

/// Whether text begins with PEM-armoured CMS.
pub(crate) fn begins(text: &[u8]) -> bool {
    label(text.trim_ascii_start()).is_some()
}

/// Whether text is one PEM block of CMS and nothing else, so that nothing of it is lost when the armour
/// comes off: no other block, no words around it, no headers (RFC 1421 4.4) inside.
pub(crate) fn is_all(text: &[u8]) -> bool {
    let mut only = ArmourOnly::default();
    only.push(text);
    only.is_one()
}

/// Undoes PEM, and base64 where it `may_be_base64`; `None` if the bytes are DER or BER as they are. A block of PEM begins in
/// the first 64 KiB.
///
/// # Errors
/// [`crate::ErrorKind::Malformed`]: they are none of these, or the armour is broken.
pub(super) fn undo(bytes: &[u8], may_be_base64: bool) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let mut reader = ArmourReader::new(may_be_base64);
    if reader.passes(bytes) {
        return Ok(None);
    }
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len() / 4 * 3 + 3));
    reader.push(bytes, &mut out)?;
    reader.finish(&mut out)?;
    Ok(Some(out))
}

/// The label of the block that begins here, if it is one of CMS.
fn label(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(BEGIN)?;
    let rest = rest.get(..LABEL).unwrap_or(rest);
    let label = rest.get(..memmem::find(rest, DASHES)?)?;
    LABELS.contains(&label).then_some(label)
}

/// Position and label of the first block of CMS at the beginning of a line; none begins before `from`.
fn find(bytes: &[u8], from: usize) -> Option<(usize, &[u8])> {
    let rest = bytes.get(from..).unwrap_or_default();
    let mut all = memmem::find_iter(rest, BEGIN).map(|at| from + at);
    all.find_map(|at| {
        let before = bytes.get(..at).unwrap_or_default();
        let line = before.iter().rev().take(4);
        let starts = line.copied().find(|byte| !matches!(byte, b' ' | b'\t'));
        let at_start = matches!(starts, None | Some(b'\n' | b'\r' | 0xBF));
        let label = label(bytes.get(at..)?)?;
        (at_start && at < LOOKED_AT).then_some((at, label))
    })
}

/// What ends the block of this label.
fn end_line(label: &[u8]) -> Vec<u8> {
    [b"-----END ", label, DASHES].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SEQUENCE of one NULL.
    const DER: &[u8] = b"\x30\x02\x05\x00";

    fn read(text: &str) -> Result<Vec<u8>, String> {
        let bytes = cms_bytes(text.as_bytes());
        bytes.map(|bytes| bytes.to_vec()).map_err(|e| e.to_string())
    }

    #[test]
    fn every_armour_comes_off() {
        assert_eq!(cms_bytes(DER).unwrap().as_slice(), DER);
        for text in [
            "-----BEGIN PKCS7-----\nMAIFAA==\n-----END PKCS7-----\n",
            "-----BEGIN CMS-----\r\nMAIF\r\nAA==\r\n-----END CMS-----",
            "\u{FEFF}-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----\n",
            "some words\n-----BEGIN PKCS #7 SIGNED DATA-----\nMAIFAA==\n-----END PKCS #7 SIGNED DATA-----\n\n",
            "-----BEGIN PKCS7-----\nVersion: 3\nComment: x\n\nMAIFAA==\n-----END PKCS7-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----",
            "MAIFAA==",
            "\r\n\r\n  MAIF\r\nAA==\r\n",
        ] {
            assert_eq!(read(text).as_deref(), Ok(DER), "{text}");
        }
    }

    #[test]
    fn what_is_no_cms_is_an_error() {
        for (text, words) in [
            ("", "neither"),
            ("hello", "neither"),
            (
                "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----",
                "neither",
            ),
            (
                "see -----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----",
                "neither",
            ),
            ("-----BEGIN CMS-----\nMAIFAA==\n", "has no end"),
            (
                "x\n-----BEGIN CMS-----\nMAIFAA==\n-----END PKCS7-----\n",
                "byte 2: a block has no end",
            ),
            (
                "-----BEGIN CMS-----\nMAIFA\n-----END CMS-----",
                "not base64",
            ),
            ("MAIFAA==MAIFAA==", "data after the padding"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn begins_only_with_cms() {
        assert!(begins(b"\r\n -----BEGIN PKCS7-----\n"));
        assert!(!begins(b"Look: -----BEGIN PKCS7-----\n"));
        assert!(!begins(b"-----BEGIN PGP MESSAGE-----\n"));
        assert!(!begins(b"-----BEGIN CMS"));
    }

    #[test]
    fn a_text_is_cms_only_when_nothing_else_is_in_it() {
        for (text, expected) in [
            ("-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----", true),
            (
                "\u{FEFF}\r\n -----BEGIN PKCS7-----\r\nMAIFAA==\r\n-----END PKCS7-----\r\n\r\n",
                true,
            ),
            (
                "-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----\nBuy now",
                false,
            ),
            (
                "Buy now\n-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----",
                false,
            ),
            (
                "-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----\n-----BEGIN CMS-----\nMAIFAA==\n-----END CMS-----",
                false,
            ),
            (
                "-----BEGIN CMS-----\nComment: buy now\n\nMAIFAA==\n-----END CMS-----",
                false,
            ),
            ("-----BEGIN CMS-----\nMAIFAA==\n-----END PKCS7-----", false),
            ("-----BEGIN CMS-----\nMAIFAA==", false),
            ("-----BEGIN CMS-----", false),
            ("", false),
        ] {
            assert_eq!(is_all(text.as_bytes()), expected, "{text}");
        }
    }
}
