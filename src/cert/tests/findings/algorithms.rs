//! Version, serial number, signature algorithm and key.

use super::*;
use crate::crypto::{DigestAlgorithm, PssParameters, SignatureAlgorithm};

/// Place of the parts of what is signed.
const VERSION: usize = 0;
const ALGORITHM: usize = 2;
const SPKI: usize = 6;

const ENCODING: &str = "cabf.smime.prohibited_signature_algorithm_encoding";
const SPKI_ENCODING: &str = "cabf.smime.prohibited_spki_algorithm_encoding";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let octet = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(octet).collect()
}

fn signed_with(ca: &Ca, identifier: &[u8]) -> Vec<(Severity, &'static str)> {
    let certificate = changed(public(ca, Key::P256, MAILBOX), |parts| {
        parts[ALGORITHM] = identifier.to_vec();
    });
    found_in(&certificate)
}

/// The hexadecimal text of SMBR 7.1.3.2.
#[test]
fn signature_algorithms_are_compared_byte_by_byte() {
    let ca = Ca::new("Test CA");
    for allowed in [
        "300d06092a864886f70d01010b0500",
        "300d06092a864886f70d01010c0500",
        "300d06092a864886f70d01010d0500",
        "304106092a864886f70d01010a3034a00f300d0609608648016503040201 \
         0500a11c301a06092a864886f70d010108300d0609608648016503040201 0500a203020120",
        "304106092a864886f70d01010a3034a00f300d0609608648016503040202 \
         0500a11c301a06092a864886f70d010108300d0609608648016503040202 0500a203020130",
        "304106092a864886f70d01010a3034a00f300d0609608648016503040203 \
         0500a11c301a06092a864886f70d010108300d0609608648016503040203 0500a203020140",
        "300a06082a8648ce3d040302",
        "300a06082a8648ce3d040303",
        "300a06082a8648ce3d040304",
        "300506032b6570",
    ] {
        assert_eq!(signed_with(&ca, &bytes(allowed)), [], "{allowed}");
    }
    // Ed448 is allowed, and not known here.
    let unknown = warnings(&["smime.unknown_signature_algorithm"]);
    assert_eq!(signed_with(&ca, &bytes("300506032b6571")), unknown);
    // Without NULL; with a NULL too many; SHA-224.
    for other in [
        "300b06092a864886f70d01010b",
        "300c06082a8648ce3d0403020500",
        "300a06082a8648ce3d040301",
    ] {
        assert_eq!(
            signed_with(&ca, &bytes(other)),
            errors(&[ENCODING]),
            "{other}"
        );
    }
    // PSS with a short salt, as our own writer writes it.
    let mut short = bytes(
        "304106092a864886f70d01010a3034a00f300d0609608648016503040201 \
         0500a11c301a06092a864886f70d010108300d0609608648016503040201 0500a203020120",
    );
    let ours = SignatureAlgorithm::RsaPss(PssParameters::new(DigestAlgorithm::Sha256));
    assert_eq!(ours.identifier(), short);
    *short.last_mut().unwrap() = 20;
    assert_eq!(signed_with(&ca, &short), errors(&[ENCODING]));
    // SHA-1 is also what clients refuse; of a private CA only that is an error.
    let sha1 = bytes("300d06092a864886f70d0101050500");
    let weak = "smime.weak_signature";
    assert_eq!(signed_with(&ca, &sha1), errors(&[weak, ENCODING]));
    let private = changed(bare(&ca, Key::P256), |parts| {
        parts[ALGORITHM] = sha1.clone()
    });
    let found = found_in(&private);
    assert!(found.contains(&(Severity::Error, weak)));
    assert!(found.contains(&(Severity::Notice, ENCODING)));
}

#[test]
fn the_two_names_of_the_algorithm_must_be_the_same() {
    let ca = Ca::new("Test CA");
    let other = bytes("300a06082a8648ce3d040303");
    let certificate = public(&ca, Key::P256, MAILBOX).inner_algorithm(other);
    let differ = errors(&["pkix.certificate_signature_algorithm_match"]);
    assert_eq!(found(certificate), differ);
    // RSASSA-PSS whose parameters are none.
    let malformed = bytes("300f06092a864886f70d01010a02010500");
    let certificate = signed_with(&ca, &malformed);
    assert!(certificate.contains(&(Severity::Error, "smime.malformed_signature_algorithm")));
}

#[test]
fn version_and_unique_identifiers() {
    let ca = Ca::new("Test CA");
    let old = changed(public(&ca, Key::P256, MAILBOX), |parts| {
        parts[VERSION] = tlv(0xa0, &tlv(0x02, &[1]));
    });
    assert_eq!(
        found_in(&old),
        errors(&["pkix.certificate_version_is_not_v3"])
    );
    let identified = changed(public(&ca, Key::P256, MAILBOX), |parts| {
        parts.insert(SPKI + 1, tlv(0x81, &[0, 1]));
        parts.insert(SPKI + 2, tlv(0x82, &[0, 1]));
    });
    assert_eq!(
        found_in(&identified),
        errors(&[
            "pkix.issuer_unique_id_present",
            "pkix.subject_unique_id_present"
        ])
    );
    // Version 1 of a private CA, without extensions and so without an address: clients find it for nobody.
    let found = found(bare(&ca, Key::P256).version_1());
    assert!(found.contains(&(Severity::Warning, "pkix.certificate_version_is_not_v3")));
    assert!(found.contains(&(Severity::Error, "smime.names_no_address")));
}

#[test]
fn serial_numbers() {
    let ca = Ca::new("Test CA");
    let with = |octets: &[u8]| found(public(&ca, Key::P256, MAILBOX).serial(octets));
    let range = errors(&["pkix.certificate_serial_number_out_of_range"]);
    assert_eq!(with(&[0x7f; 20]), []);
    assert_eq!(with(&[0x7f; 21]), range);
    assert_eq!(with(&[0x80; 16]), range);
    assert_eq!(with(&[0]), range);
    assert_eq!(with(&[1; 8]), []);
    assert_eq!(with(&[1; 7]), warnings(&["smime.short_serial_number"]));
}

/// A modulus of this many octets, ending so that it is odd and has no small factor, beginning with `first`.
fn modulus(first: u8, octets: usize) -> Vec<u8> {
    let mut number = vec![0; octets];
    number[0] = first;
    for last in (1..=u8::MAX)
        .step_by(2)
        .flat_map(|one| (0..=u8::MAX).map(move |two| [two, one]))
    {
        number[octets - 2..].copy_from_slice(&last);
        let rest = |factor: u32| {
            number
                .iter()
                .fold(0, |rest, octet| (rest * 256 + u32::from(*octet)) % factor)
        };
        if (3..752).step_by(2).all(|factor| rest(factor) != 0) {
            return number;
        }
    }
    panic!("no such modulus");
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    rsa_with("300d06092a864886f70d0101010500", modulus, exponent)
}

fn rsa_with(algorithm: &str, modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| match number[0] & 0x80 {
        0 => tlv(0x02, number),
        _ => tlv(0x02, &[&[0], number].concat()),
    };
    let key = sequence(&[&integer(modulus), &integer(exponent)]);
    sequence(&[
        &bytes(algorithm),
        &tlv(0x03, &[&[0], key.as_slice()].concat()),
    ])
}

#[test]
fn rsa_keys() {
    let ca = Ca::new("Test CA");
    let with = |spki: Vec<u8>| {
        let certificate = public(&ca, Key::Rsa2048, MAILBOX);
        found_in(&changed(certificate, |parts| parts[SPKI] = spki.clone()))
    };
    let f4: &[u8] = &[1, 0, 1];
    assert_eq!(with(rsa(&modulus(0x80, 256), f4)), []);
    // 2056 bits are allowed; 2052 are no multiple of 8.
    assert_eq!(with(rsa(&modulus(0x80, 257), f4)), []);
    let length = "cabf.rsa_modulus_invalid_length";
    assert_eq!(with(rsa(&modulus(0x08, 257), f4)), errors(&[length]));
    // What the policy refuses for everybody is said once.
    let small = with(rsa(&modulus(0x80, 128), f4));
    assert_eq!(small, errors(&["smime.weak_key"]));

    let exponent = warnings(&["cabf.rsa_exponent_not_in_recommended_range"]);
    let large = [vec![0x01], vec![0; 31], vec![1]].concat();
    for (number, expected) in [
        (&[3][..], &exponent),
        (&[0xff, 0xff], &exponent),
        (f4, &Vec::new()),
        (&[0x7f; 32], &Vec::new()),
        (&large, &exponent),
    ] {
        assert_eq!(
            &with(rsa(&modulus(0x80, 256), number)),
            expected,
            "{number:?}"
        );
    }
    // 3 divides a number whose octets' sum it divides, because 256 is 1 modulo 3.
    let mut factor = vec![0; 256];
    (factor[0], factor[255]) = (0x81, 0x03);
    assert_eq!(
        with(rsa(&factor, f4)),
        errors(&["cabf.rsa_modulus_has_small_prime_factor"])
    );
    // Anybody can read the mail, whoever issued the certificate.
    let private = changed(bare(&ca, Key::Rsa2048), |parts| {
        parts[SPKI] = rsa(&factor, f4);
    });
    assert!(found_in(&private).contains(&errors(&["cabf.rsa_modulus_has_small_prime_factor"])[0]));
    // Without NULL.
    let bare = rsa_with("300b06092a864886f70d010101", &modulus(0x80, 256), f4);
    assert_eq!(with(bare), errors(&[SPKI_ENCODING]));
}

#[test]
fn other_keys() {
    let ca = Ca::new("Test CA");
    for key in [Key::P256, Key::P384, Key::P521, Key::Ed25519] {
        assert_eq!(found(public(&ca, key, MAILBOX)), [], "{key:?}");
    }
    // For PSS only: another identifier than that of RSA.
    assert_eq!(
        found(public(&ca, Key::RsaPss2048, MAILBOX)),
        errors(&[SPKI_ENCODING])
    );
    let kind = "cabf.smime.unsupported_public_key_type";
    assert_eq!(found(public(&ca, Key::X25519, MAILBOX)), errors(&[kind]));
    // secp256k1, and Ed448, which is allowed and not known here.
    let refused = "smime.key_refused";
    for (algorithm, expected) in [
        ("301006072a8648ce3d020106052b8104000a", vec![refused, kind]),
        ("300506032b6571", vec![refused]),
    ] {
        let certificate = changed(public(&ca, Key::P256, MAILBOX), |parts| {
            parts[SPKI] = sequence(&[&bytes(algorithm), &tlv(0x03, &[0; 58])]);
        });
        assert_eq!(found_in(&certificate), errors(&expected), "{algorithm}");
    }
}
