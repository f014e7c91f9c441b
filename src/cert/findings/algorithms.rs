//! The frame: version, serial number, and the algorithm it was signed with.

use super::lint::Lint;
use crate::policy::{Judgement, Policy};

/// `INTEGER v3(2)`
const VERSION_3: [u8; 3] = [0x02, 0x01, 0x02];
/// Octets of a serial number below which it does not hold 64 random bits. One in 256 that does falls below by chance, which
/// a SHOULD can bear.
const LEAST_OCTETS: usize = 8;
/// Octets of a serial number (RFC 5280 4.1.2.2); a positive one is below 2^159 then (SMBR 7.1).
const MOST_OCTETS: usize = 20;

/// The identifiers a CA may sign with, byte for byte (SMBR 7.1.3.2); those of RSASSA-PSS are below.
const SIGNATURES: [&[u8]; 8] = [
    b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
    b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00",
    b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
    b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
    b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
    b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
    b"\x30\x05\x06\x03\x2b\x65\x70",
    b"\x30\x05\x06\x03\x2b\x65\x71",
];

/// RSASSA-PSS before the digest's last arc, between both digests, after the second, and the end before the salt length
/// (SMBR 7.1.3.2.1).
const PSS: [&[u8]; 3] = [
    b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02",
    b"\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02",
    b"\x05\x00\xa2\x03\x02\x01",
];

/// What clients do not verify any more.
pub(super) fn judged(lint: &mut Lint<'_>, policy: &dyn Policy) {
    // An anchor is trusted as it is; nobody verifies its own signature.
    if lint.certificate.0.extensions.is_ca && lint.certificate.is_self_issued() {
        return;
    }
    match lint.certificate.signed().algorithm() {
        Ok(algorithm) => match policy.digest(algorithm.digest()) {
            Judgement::Accepted => {}
            Judgement::Legacy(reason) | Judgement::Refused(reason) => {
                let name = algorithm.name();
                let text = format!("its CA signed it with {name}: {reason}");
                lint.refuse("smime.weak_signature", text, reason.reference());
            }
        },
        Err(Some(reason)) => lint.warn(
            "smime.unknown_signature_algorithm",
            format!("its CA signed it with an algorithm that is not known here: {reason}"),
            reason.reference(),
        ),
        Err(None) => {
            let differ = lint
                .raw
                .as_ref()
                .is_some_and(|raw| raw.inner_algorithm != raw.outer_algorithm);
            let (code, text) = match differ {
                true => (
                    "pkix.certificate_signature_algorithm_match",
                    "it names one signature algorithm in what is signed and another one beside the signature",
                ),
                false => (
                    "smime.malformed_signature_algorithm",
                    "the parameters of its signature algorithm cannot be read",
                ),
            };
            lint.refuse(code, text, "RFC 5280 4.1.1.2");
        }
    }
}

/// How the CA wrote it.
pub(super) fn frame(lint: &mut Lint<'_>) {
    let Some(raw) = &lint.raw else { return };
    let old = raw.version != Some(&VERSION_3);
    let (issuer_id, subject_id) = (raw.issuer_unique_id, raw.subject_unique_id);
    let allowed = SIGNATURES.contains(&raw.inner_algorithm) || is_pss(raw.inner_algorithm);
    if old {
        lint.must(
            "pkix.certificate_version_is_not_v3",
            "it is of a version before 3",
            "RFC 5280 4.1.2.1",
        );
    }
    if !allowed {
        lint.baseline(
            "cabf.smime.prohibited_signature_algorithm_encoding",
            "its CA signed it with an algorithm that is not allowed, or wrote it in another way",
            "SMBR 7.1.3.2",
        );
    }
    for (there, code, text) in [
        (
            issuer_id,
            "pkix.issuer_unique_id_present",
            "it has an issuerUniqueID",
        ),
        (
            subject_id,
            "pkix.subject_unique_id_present",
            "it has a subjectUniqueID",
        ),
    ] {
        if there {
            lint.must(code, text, "RFC 5280 4.1.2.8");
        }
    }
    serial(lint);
    if lint.certificate.is_self_issued() {
        lint.warn(
            "smime.self_issued",
            "it names itself as its issuer: clients do not take it unless told to trust this very certificate",
            "RFC 5280 6.1",
        );
    }
}

fn serial(lint: &mut Lint<'_>) {
    let serial = lint.certificate.serial_der();
    let is_positive = serial.first().is_some_and(|first| first & 0x80 == 0)
        && serial.iter().any(|octet| *octet != 0);
    let octets = serial.len();
    if !is_positive || octets > MOST_OCTETS {
        lint.must(
            "pkix.certificate_serial_number_out_of_range",
            "its serial number is negative, zero or longer than 20 octets",
            "RFC 5280 4.1.2.2",
        );
    } else if octets < LEAST_OCTETS {
        lint.baseline_should(
            "smime.short_serial_number",
            format!("its serial number has {octets} octets, too few for 64 random bits"),
            "SMBR 7.1",
        );
    }
}

/// With SHA-256, SHA-384 or SHA-512 for both digests, and as many octets of salt.
fn is_pss(identifier: &[u8]) -> bool {
    let [head, middle, tail] = PSS;
    [(1, 32), (2, 48), (3, 64)]
        .into_iter()
        .any(|(arc, salt)| identifier == [head, &[arc], middle, &[arc], tail, &[salt]].concat())
}
