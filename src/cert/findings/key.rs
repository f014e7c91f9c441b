//! The public key: kind, size and how it is written (SMBR 6.1.5, 6.1.6, 7.1.3.1).

use super::lint::Lint;
use crate::asn1::{Reader, Tag};
use crate::crypto::public_key::KeyKind;
use crate::{Error, Limits};

/// RSA.
const RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const P256: &[u8] =
    b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
const P521: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23";
const ED25519: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";
const ED448: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x71";

/// Smallest modulus in bits.
const RSA_MINIMUM: usize = 2048;
/// A modulus should have no factor below.
const SMALL: u32 = 752;

pub(super) fn key(lint: &mut Lint<'_>) {
    let kind = lint.certificate.public_key().kind();
    let Some(raw) = &lint.raw else { return };
    let (algorithm, bits) = (raw.key_algorithm, raw.key);
    let wanted: &[&[u8]] = match &kind {
        KeyKind::Rsa { .. } | KeyKind::RsaPss { .. } => &[RSA],
        KeyKind::P256 => &[P256],
        KeyKind::P384 => &[P384],
        KeyKind::P521 => &[P521],
        KeyKind::Ed25519 => &[ED25519],
        KeyKind::Other(_) if algorithm == ED448 => &[ED448],
        KeyKind::X25519 | KeyKind::Other(_) => &[],
    };
    if wanted.is_empty() {
        lint.baseline(
            "cabf.smime.unsupported_public_key_type",
            format!("keys of kind {kind} are not allowed"),
            "SMBR 6.1.5",
        );
    } else if !wanted.contains(&algorithm) {
        lint.baseline(
            "cabf.smime.prohibited_spki_algorithm_encoding",
            format!("the algorithm of the {kind} key is not written as it must be"),
            "SMBR 7.1.3.1",
        );
    }
    if let KeyKind::Rsa { bits: size } | KeyKind::RsaPss { bits: size } = kind {
        rsa(lint, size, bits);
    }
}

/// That modulus and exponent are odd, and the exponent at least 3, is seen to when the certificate is read.
fn rsa(lint: &mut Lint<'_>, size: usize, key: &[u8]) {
    // One that is too small for the policy was said.
    let is_said = lint.has("smime.weak_key");
    if (size < RSA_MINIMUM && !is_said) || !size.is_multiple_of(8) {
        lint.baseline(
            "cabf.rsa_modulus_invalid_length",
            format!(
                "the RSA key has {size} bits; 2048 are the least, and it must be a multiple of 8"
            ),
            "SMBR 6.1.5",
        );
    }
    let Ok((modulus, exponent)) = numbers(key) else {
        return;
    };
    // From 2^16 + 1 to 2^256 - 1.
    let small = matches!(exponent, [] | [_] | [_, _]) || matches!(exponent, [1, 0, 0]);
    if small || exponent.len() > 32 {
        lint.baseline_should(
            "cabf.rsa_exponent_not_in_recommended_range",
            "the public exponent of the RSA key is not between 65537 and 2^256",
            "SMBR 6.1.6",
        );
    }
    if (3..SMALL).step_by(2).any(|factor| divides(factor, modulus)) {
        lint.refuse(
            "cabf.rsa_modulus_has_small_prime_factor",
            "the RSA key has a small factor, so that anybody can compute its private key",
            "SMBR 6.1.6",
        );
    }
}

/// `RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }` (RFC 8017 A.1.1), without leading zeros.
fn numbers(key: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    let limits = Limits::default();
    let mut fields = Reader::new(key, "RSA key", &limits)
        .expect(Tag::SEQUENCE)?
        .reader()?;
    let modulus = fields.expect(Tag::INTEGER)?.content;
    let exponent = fields.expect(Tag::INTEGER)?.content;
    Ok((significant(modulus), significant(exponent)))
}

fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|octet| **octet == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn divides(factor: u32, number: &[u8]) -> bool {
    let remainder = number.iter().fold(0, |rest: u32, octet| {
        (rest << 8 | u32::from(*octet)) % factor
    });
    remainder == 0
}
