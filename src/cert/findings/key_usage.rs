//! The keyUsage extension, by kind of key and generation (SMBR 7.1.2.3 e).

use const_oid::db::rfc5280::ID_CE_KEY_USAGE;

use super::lint::{Lint, listed};
use super::profile::Generation;
use crate::asn1::{Reader, Tag};
use crate::crypto::public_key::KeyKind;
use crate::{Error, Limits};

/// The bits of `KeyUsage` by number (RFC 5280 4.2.1.3).
const NAMES: [&str; 9] = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
];
const SIGN: &str = "digitalSignature";
const COMMIT: &str = "nonRepudiation";
const TRANSPORT: &str = "keyEncipherment";
const DATA: &str = "dataEncipherment";
const AGREE: &str = "keyAgreement";
const ENCIPHER: &str = "encipherOnly";
const DECIPHER: &str = "decipherOnly";

type Bits = Vec<&'static str>;

pub(super) fn key_usage(lint: &mut Lint<'_>) {
    let Some(extension) = lint.extension(&ID_CE_KEY_USAGE) else {
        lint.baseline(
            "cabf.smime.key_usage_extension_missing",
            "it does not say by a key usage what its key is for",
            "SMBR 7.1.2.3 (e)",
        );
        return;
    };
    let Ok(bits) = bits(&extension.value) else {
        lint.unreadable("keyUsage");
        return;
    };
    if !extension.critical {
        lint.baseline_should(
            "cabf.smime.ku_extension_not_critical",
            "its key usage is not critical",
            "SMBR 7.1.2.3 (e)",
        );
    }
    if bits.is_empty() {
        lint.must(
            "pkix.no_ku_bits_set",
            "its key usage allows nothing",
            "RFC 5280 4.2.1.3",
        );
        return;
    }
    if bits.contains(&"keyCertSign") {
        lint.must(
            "pkix.ee_certificate_keycertsign_keyusage_set",
            "its key usage is that of a certification authority, which it is not",
            "RFC 5280 4.2.1.9",
        );
    }
    if bits.contains(&ENCIPHER) && bits.contains(&DECIPHER) {
        lint.must(
            "pkix.both_encipheronly_and_decipheronly_ku_set",
            "its key usage says encipherOnly and decipherOnly, which exclude each other",
            "RFC 5280 4.2.1.3",
        );
    }
    by_key(lint, &bits);
    by_profile(lint, &bits);
}

/// `KeyUsage ::= BIT STRING`
fn bits(value: &[u8]) -> Result<Bits, Error> {
    let limits = Limits::default();
    let mut reader = Reader::new(value, "keyUsage", &limits);
    let bits = reader.expect(Tag::BIT_STRING)?;
    reader.finish()?;
    let octets = bits.content.get(1..).unwrap_or_default();
    let each = octets
        .iter()
        .flat_map(|octet| (0..8).map(move |bit| octet & (0x80 >> bit) != 0));
    Ok(NAMES
        .into_iter()
        .zip(each)
        .filter(|(_, set)| *set)
        .map(|(name, _)| name)
        .collect())
}

/// What the documents about kinds of keys rule out.
fn by_key(lint: &mut Lint<'_>, bits: &Bits) {
    let (code, reference, wrong): (_, _, &[&str]) = match lint.certificate.public_key().kind() {
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => (
            "pkix.key_usage_value_prohibited_for_rsa",
            "RFC 3279 2.3.1",
            &[AGREE, ENCIPHER, DECIPHER],
        ),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => (
            "pkix.key_usage_value_prohibited_for_ec",
            "RFC 8813 3",
            &[TRANSPORT, DATA],
        ),
        KeyKind::Ed25519 => (
            "pkix.key_usage_value_prohibited_for_edwards_curve",
            "RFC 9295 3",
            &[TRANSPORT, DATA, AGREE, ENCIPHER, DECIPHER],
        ),
        KeyKind::X25519 => (
            "pkix.key_usage_value_prohibited_for_edwards_curve",
            "RFC 9295 3",
            &[SIGN, COMMIT, TRANSPORT, DATA, "keyCertSign", "cRLSign"],
        ),
        KeyKind::Other(_) => return,
    };
    if let Some(named) = named(bits, |bit| wrong.contains(&bit)) {
        let kind = lint.certificate.public_key().kind();
        let text = format!("its key usage says {named}, which {kind} keys cannot do");
        lint.must(code, text, reference);
    }
}

/// What the Baseline Requirements allow a key of this kind, alone or for both.
fn by_profile(lint: &mut Lint<'_>, bits: &Bits) {
    let has = |bit| bits.contains(&bit);
    let (signs, key_management) = match lint.certificate.public_key().kind() {
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => (has(SIGN), Some(TRANSPORT)),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => (has(SIGN), Some(AGREE)),
        KeyKind::Ed25519 => (has(SIGN), None),
        // No kind of key that is allowed: said elsewhere.
        KeyKind::X25519 | KeyKind::Other(_) => return,
    };
    let manages = key_management.is_some_and(has);
    let strict = lint.generation() == Generation::Strict;
    let allowed = |bit| match bit {
        SIGN => true,
        COMMIT => signs,
        TRANSPORT | AGREE => key_management == Some(bit),
        DATA => manages && key_management == Some(TRANSPORT) && !strict,
        ENCIPHER | DECIPHER => manages && key_management == Some(AGREE),
        _ => false,
    };
    if let Some(named) = named(bits, |bit| !allowed(bit)) {
        lint.baseline(
            "cabf.smime.prohibited_ku_present",
            format!("its key usage says {named}, which is not allowed, or not without another one"),
            "SMBR 7.1.2.3 (e)",
        );
    }
    if !signs && !manages {
        lint.baseline(
            "cabf.smime.unknown_certificate_key_usage_type",
            "its key usage is neither that of a certificate for signing nor of one for encrypting",
            "SMBR 7.1.2.3 (e)",
        );
    }
}

fn named(bits: &Bits, wanted: impl Fn(&'static str) -> bool) -> Option<String> {
    let bits = bits.iter().copied().filter(|bit| wanted(bit));
    listed(bits.map(str::to_owned))
}
