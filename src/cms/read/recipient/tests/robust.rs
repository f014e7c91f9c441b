//! What is odd, missing, or too much.

use super::*;
use crate::cert::pbe::Budget;

const OAEP: &str = "1.2.840.113549.1.1.7";
const RSA: &str = "1.2.840.113549.1.1.1";

/// Every value that differs from `der` by one value left out, at any depth.
fn with_one_left_out(der: &[u8]) -> Vec<Vec<u8>> {
    let limits = Limits::default();
    let value = Reader::new(der, "test", &limits).read().unwrap();
    if !value.tag.constructed {
        return Vec::new();
    }
    let mut inside = value.reader().unwrap();
    let mut parts: Vec<Vec<u8>> = Vec::new();
    while !inside.is_empty() {
        parts.push(inside.read().unwrap().raw.to_vec());
    }
    let mut all = Vec::new();
    for at in 0..parts.len() {
        let mut put = |replacement: &[u8]| {
            let before = parts[..at].concat();
            let content = [&before, replacement, &parts[at + 1..].concat()].concat();
            all.push(asn1::tlv(value.tag, &content));
        };
        put(&[]);
        for changed in with_one_left_out(&parts[at]) {
            put(&changed);
        }
    }
    all
}

fn label(label: &[u8]) -> Vec<u8> {
    algorithm("1.2.840.113549.1.1.9", &asn1::octet_string(label))
}

fn oaep(parts: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts
        .iter()
        .map(|(number, part)| asn1::explicit(*number, part))
        .collect();
    algorithm(OAEP, &asn1::sequence(&[&parts.concat()]))
}

fn sha(number: u8) -> Vec<u8> {
    algorithm(&format!("2.16.840.1.101.3.4.2.{number}"), &asn1::null())
}

fn mgf1(digest: &[u8]) -> Vec<u8> {
    algorithm("1.2.840.113549.1.1.8", digest)
}

#[test]
fn enc_10_oaep_parameters() {
    let identity = identity(Key::Rsa2048, "a@example.org");
    let request = |algorithm: &[u8]| {
        let infos = read(&[ktri(identity.certificate(), algorithm, &[1; 256])]);
        let mut attempts = attempts(&infos, std::slice::from_ref(&identity), 16);
        match attempts.pop().map(|attempt| attempt.request) {
            Some(UnwrapRequest::RsaOaep {
                digest,
                mgf_digest,
                label,
                ..
            }) => Ok((digest, mgf_digest, label)),
            None => Err(infos[0].description()),
            Some(other) => panic!("{other:?}"),
        }
    };
    use DigestAlgorithm::{Sha1, Sha224, Sha256, Sha384, Sha512};
    let none = Vec::new;
    for (algorithm, expected) in [
        // Absent parameters, and an empty SEQUENCE: RFC 4055 4.1 has a default for every field.
        (algorithm(OAEP, &[]), (Sha1, Sha1, none())),
        (oaep(&[]), (Sha1, Sha1, none())),
        (oaep(&[(0, sha(1))]), (Sha256, Sha1, none())),
        (oaep(&[(1, mgf1(&sha(2)))]), (Sha1, Sha384, none())),
        (oaep(&[(2, label(b"L"))]), (Sha1, Sha1, b"L".to_vec())),
        (
            oaep(&[(0, sha(3)), (1, mgf1(&sha(4))), (2, label(b""))]),
            (Sha512, Sha224, none()),
        ),
        // A digest without NULL, as some write it.
        (
            oaep(&[(0, super::algorithm("2.16.840.1.101.3.4.2.1", &[]))]),
            (Sha256, Sha1, none()),
        ),
    ] {
        assert_eq!(request(&algorithm).unwrap(), expected);
    }
    for (algorithm, says) in [
        (algorithm(OAEP, &asn1::null()), "malformed"),
        (oaep(&[(1, mgf1(&[]))]), "MGF1 without its digest"),
        (oaep(&[(1, mgf1(&asn1::null()))]), "malformed"),
        (
            oaep(&[(2, super::algorithm("1.2.840.113549.1.1.9", &[]))]),
            "without its label",
        ),
        (
            oaep(&[(2, super::algorithm("1.2.3", &[]))]),
            "1.2.3 is not supported",
        ),
        (
            oaep(&[(1, super::algorithm("1.2.4", &[]))]),
            "1.2.4 is not supported",
        ),
        (
            oaep(&[(0, super::algorithm("1.2.5", &[]))]),
            "1.2.5 is not supported",
        ),
        (oaep(&[(2, label(b"")), (0, sha(1))]), "malformed"),
        (oaep(&[(3, sha(1))]), "malformed"),
    ] {
        let text = request(&algorithm).unwrap_err();
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn enc_10_every_value_left_out_in_every_recipient_info() {
    let rsa = identity(Key::Rsa2048, "a@example.org");
    let ec = identity(Key::P256, "a@example.org");
    let x25519 = identity(Key::X25519, "a@example.org");
    let full = oaep(&[(0, sha(3)), (1, mgf1(&sha(3))), (2, label(b"L"))]);
    let kari = Kari {
        ukm: Some(UKM.to_vec()),
        wrap: algorithm(AES_128_WRAP, &asn1::null()),
        ..Kari::ec(&ec, &[0; 24])
    };
    let password = asn1::implicit(
        3,
        true,
        &[
            asn1::integer_u64(0),
            asn1::implicit(
                0,
                true,
                &[
                    id("1.2.840.113549.1.5.12"),
                    asn1::sequence(&[
                        &asn1::octet_string(b"saltsalt"),
                        &asn1::integer_u64(1),
                        &asn1::integer_u64(32),
                        &algorithm("1.2.840.113549.2.9", &asn1::null()),
                    ]),
                ]
                .concat(),
            ),
            algorithm(
                "1.2.840.113549.1.9.16.3.9",
                &algorithm("2.16.840.1.101.3.4.1.42", &asn1::octet_string(&[0; 16])),
            ),
            asn1::octet_string(&[0; 48]),
        ]
        .concat(),
    );
    let shared = asn1::implicit(
        2,
        true,
        &[
            asn1::integer_u64(4),
            asn1::sequence(&[
                &asn1::octet_string(b"list"),
                &asn1::tlv(Tag::GENERALIZED_TIME, b"20260101000000Z"),
                &asn1::sequence(&[&id("1.2.3"), &asn1::null()]),
            ]),
            algorithm(AES_128_WRAP, &[]),
            asn1::octet_string(&[0; 24]),
        ]
        .concat(),
    );
    let infos = [
        ktri(rsa.certificate(), &full, &[1; 256]),
        ktri(rsa.certificate(), &algorithm(RSA, &asn1::null()), &[1; 256]),
        kari.der(),
        Kari::x25519(&x25519, &[9; 32], &[0; 24]).der(),
        password,
        shared,
    ];
    let identities = [rsa, ec, x25519];
    let passwords = [Zeroizing::new("p".to_owned())];
    let keys = [(b"list".to_vec(), Zeroizing::new(vec![0; 16]))];
    let mut seen = 0;
    for info in infos {
        assert!(!description(&info).contains("malformed"));
        for changed in with_one_left_out(&info) {
            let infos = read(&[changed]);
            let _ = infos[0].description();
            for attempt in attempts(&infos, &identities, 16) {
                let answer = attempt.identity.key().unwrap(&attempt.request);
                // Only PKCS#1 v1.5 gives a key, a substituted one.
                let key = answer.and_then(|secret| attempt.content_key(&secret));
                assert_eq!(key.is_ok(), attempt.is_final());
            }
            let limits = Limits::default();
            let found =
                without_certificate(&infos, &passwords, &keys, 16, &mut Budget::new(&limits))
                    .unwrap();
            assert!(found.is_none());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn an_odd_one_costs_only_itself() {
    let identity = identity(Key::P256, "a@example.org");
    let good = Kari::ec(&identity, &[0; 24]).der();
    let kem = asn1::implicit(
        4,
        true,
        &[id("1.2.840.113549.1.9.16.13.3"), asn1::sequence(&[])].concat(),
    );
    let odd: [(&[u8], &str); 7] = [
        (&kem, "1.2.840.113549.1.9.16.13.3 is not supported"),
        (&hex!("3000"), "malformed"),
        (&hex!("0500"), "not a RecipientInfo"),
        (&hex!("a100"), "malformed"),
        (&hex!("a500"), "not a RecipientInfo"),
        (&hex!("8100"), "not a RecipientInfo"),
        (&hex!("300401020304"), "malformed"),
    ];
    for (odd, says) in odd {
        let infos = read(&[odd.to_vec(), good.clone()]);
        let text = infos[0].description();
        assert!(text.contains(says), "{text}");
        assert!(infos[0].recipients().is_empty());
        assert_eq!(
            attempts(&infos, std::slice::from_ref(&identity), 16).len(),
            1
        );
    }
    let other = ktri(
        identity.certificate(),
        &algorithm("1.2.840.113549.1.9.16.3.14", &[]),
        &[],
    );
    let text = description(&other);
    assert!(
        text.contains("1.2.840.113549.1.9.16.3.14 is not supported"),
        "{text}"
    );
}

/// Whom it is for is told also where the algorithm is not implemented.
#[test]
fn recipients_of_unknown_algorithms() {
    let a = identity(Key::P256, "a@example.org");
    let b = identity(Key::P256, "b@example.org");
    let transport = ktri(a.certificate(), &algorithm("1.2.3.4", &[]), &[1; 256]);
    let kari = Kari {
        keys: [&a, &b]
            .map(|identity| (rid(identity.certificate()), vec![0; 24]))
            .to_vec(),
        ..Kari::ec(&a, &[])
    };
    let scheme = Kari {
        scheme: "1.2.3.4",
        ..kari.clone()
    };
    let wrap = Kari {
        wrap: algorithm("1.2.3.4", &[]),
        ..kari.clone()
    };
    let originator = Kari {
        originator: (algorithm("1.2.3.4", &[]), vec![4; 65]),
        ..kari
    };
    for (info, count) in [
        (transport, 1),
        (scheme.der(), 2),
        (wrap.der(), 2),
        (originator.der(), 2),
    ] {
        let infos = read(&[info]);
        let recipients = infos[0].recipients();
        assert_eq!(recipients.len(), count);
        assert!(recipients[0].matches(a.certificate()));
        assert!(
            recipients
                .iter()
                .skip(1)
                .all(|id| id.matches(b.certificate()))
        );
        let error = infos[0].obstacle().unwrap();
        assert!(matches!(
            error.kind(),
            ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == "1.2.3.4"
        ));
        assert!(attempts(&infos, &[a.clone(), b.clone()], 16).is_empty());
    }
}

#[test]
fn dos_04_recipients_are_counted() {
    let identity = identity(Key::P256, "a@example.org");
    let one = Kari::ec(&identity, &[0; 24]);
    let of = |count: usize| Kari {
        keys: vec![one.keys[0].clone(); count],
        ..one.clone()
    };
    let limits = Limits {
        recipients: 10,
        ..Limits::default()
    };
    let read = |infos: &[Vec<u8>]| read_with(infos, &limits).map(drop);
    assert!(read(&vec![one.der(); 10]).is_ok());
    assert!(read(&[of(10).der()]).is_ok());
    assert!(read(&[of(7).der(), one.der(), of(2).der()]).is_ok());
    // One that cannot be read counts as well.
    let odd = hex!("0500").to_vec();
    for too_many in [
        vec![one.der(); 11],
        vec![of(11).der()],
        vec![of(7).der(), one.der(), of(3).der()],
        vec![odd; 11],
    ] {
        let error = read(&too_many).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Limit { limit: 10, .. }));
    }
}

/// 10,000 RecipientInfos for one identity: one private-key operation, and the point of one is looked at.
#[test]
fn dos_04_many_recipients_for_one_identity() {
    let identity = identity(Key::P256, "a@example.org");
    let infos = read(&vec![Kari::ec(&identity, &[0; 24]).der(); 10_000]);
    let identities = std::slice::from_ref(&identity);
    assert_eq!(attempts(&infos, identities, 16).len(), 1);
}

#[test]
fn names_that_come_in_ber_are_compared_as_der() {
    let identity = identity(Key::Rsa2048, "a@example.org");
    let certificate = identity.certificate();
    // The issuer with an indefinite length.
    let issuer = Reader::new(certificate.issuer_der(), "test", &Limits::default())
        .read()
        .unwrap();
    let mut indefinite = asn1::indefinite(Tag::SEQUENCE);
    indefinite.extend(issuer.content);
    indefinite.extend(asn1::END_OF_CONTENTS);
    let info = asn1::sequence(&[
        &asn1::integer_u64(0),
        &asn1::sequence(&[
            &indefinite,
            &asn1::tlv(Tag::INTEGER, certificate.serial_der()),
        ]),
        &algorithm(RSA, &[]),
        &asn1::tlv(
            Tag::OCTET_STRING.constructed(),
            &[asn1::octet_string(&[1; 100]), asn1::octet_string(&[1; 156])].concat(),
        ),
    ]);
    let infos = read(&[info]);
    let attempts = attempts(&infos, std::slice::from_ref(&identity), 16);
    assert_eq!(
        attempts[0].request,
        UnwrapRequest::RsaPkcs1 {
            encrypted_key: vec![1; 256],
            key_len: 16
        }
    );
}
