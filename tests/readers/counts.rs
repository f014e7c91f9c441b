//! DOS-03 and DOS-04: very many values, in the order that is the worst for who sorts them.

use smime::{Certificate, ErrorKind};

use crate::ca::{Key, KeyPair, name, oid, sequence, tlv};
use crate::counted::{alone, assert_linear, measured};
use crate::forge::*;
use crate::people::{ALICE, ca, mail, person, protector};
use crate::samples::{PART, alice, opener};
use crate::timed::assert_not_quadratic;

/// Values that are sorted backwards.
fn backwards(count: u32, of: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let values = (0..count).rev().map(|n| of(&n.to_be_bytes()));
    values.collect::<Vec<_>>().concat()
}

const MANY: u32 = 32_000;

fn open(cms: &[u8]) -> Result<smime::open::Opened, smime::Error> {
    opener().any_signer().open_cms(cms)
}

/// What it is called, where it stands, its tag, and a value with this number.
type Set<'a> = (&'a str, &'a [usize], u8, &'a dyn Fn(&[u8]) -> Vec<u8>);

/// SET OF with 32,000 values, the last one first, wherever CMS has one.
#[test]
fn dos_03_sets_sorted_backwards() {
    let _alone = alone();
    let good = Signed::new(PART.as_bytes(), &[&alice()]).build();
    assert!(open(&good).unwrap().trusted().is_ok());
    let value = |n: &[u8]| attribute("1.2.3.4", &[octets(n)]);
    let sets: [Set<'_>; 6] = [
        ("digestAlgorithms", &[1, 0, 1], 0x31, &|n| {
            sequence(&[&oid(SHA_256), &octets(n)])
        }),
        ("certificates", &[1, 0, 3], 0xa0, &|n| {
            sequence(&[&octets(n)])
        }),
        ("signerInfos", &[1, 0, 4], 0x31, &|n| {
            sequence(&[&octets(n)])
        }),
        ("signed attributes", &[1, 0, 4, 0, 3], 0xa0, &value),
        (
            "values of one attribute",
            &[1, 0, 4, 0, 3, 0, 1],
            0x31,
            &octets,
        ),
        ("signature", &[1, 0, 4, 0, 5], 0x31, &octets),
    ];
    for (what, path, tag, of) in sets {
        let bent = |count: u32| {
            let set = tlv(tag, &backwards(count, of));
            edit(&good, path, &|_| set.clone())
        };
        let (half, whole) = (bent(MANY / 2), bent(MANY));
        let (_, once) = measured(|| open(&half).map(drop));
        let (result, twice) = measured(|| open(&whole));
        match result {
            Ok(opened) => assert!(
                opened.trusted().is_err() || what == "digestAlgorithms",
                "{what}"
            ),
            Err(error) => assert!(!error.to_string().is_empty(), "{what}"),
        }
        assert_linear(what, once, twice);
        let bent = |count: usize| bent(u32::try_from(count).unwrap());
        assert_not_quadratic(what, MANY as usize / 4, bent, |cms| drop(open(cms)));
    }
    // The attributes of one signer have a limit of their own.
    let many = tlv(0xa0, &backwards(MANY, value));
    let report = open(&edit(&good, &[1, 0, 4, 0, 3], &|_| many.clone())).unwrap();
    let report = report.report().to_string();
    assert!(report.contains("256"), "{report}");
}

/// A relative name of 32,000 attributes, backwards, as subject of a signer.
#[test]
fn dos_03_a_relative_name_sorted_backwards() {
    let _alone = alone();
    let bent = |count: u32| {
        let one = |n: &[u8]| sequence(&[&oid("2.5.4.5"), &tlv(0x13, n)]);
        let subject = sequence(&[&tlv(0x31, &backwards(count, one))]);
        let maker = ca().certify(Key::P256, ALICE).raw_subject(subject);
        let (der, _) = maker.issue();
        let mut signed = Signed::new(PART.as_bytes(), &[&alice()]);
        signed.certificates = vec![der.clone()];
        signed.signers[0].sid = issuer_and_serial(&der);
        signed.build()
    };
    let costs = [MANY / 2, MANY].map(|count| {
        let cms = bent(count);
        measured(|| open(&cms).map(drop)).1
    });
    assert_linear("relative name", costs[0], costs[1]);
    let bent = |count: usize| bent(u32::try_from(count).unwrap());
    let open = |cms: &Vec<u8>| drop(open(cms));
    assert_not_quadratic("relative name", MANY as usize / 4, bent, open);
}

/// What is written is sorted, whoever the recipients are: thousands of them in the worst order.
#[test]
fn dos_03_writing_thousands_of_recipients() {
    let _alone = alone();
    let key = KeyPair::generate(Key::P256, "bob");
    let certify = ca().certify(Key::P256, "bob@example.org").with_key(&key);
    let (der, _) = certify.serial(&[0x5a, 0xa5, 0, 0]).issue();
    let serial = memchr::memmem::find(&der, &[2, 4, 0x5a, 0xa5, 0, 0]).unwrap();
    let costs = [1_000_u16, 2_000].map(|count| {
        // Nobody verifies the certificate of a recipient that was given, so one signature does for all.
        let certificate = |number: u16| {
            let mut der = der.clone();
            der[serial + 4..serial + 6].copy_from_slice(&number.to_be_bytes());
            Certificate::from_bytes(&der).unwrap()
        };
        let certificates: Vec<Certificate> = (0..count).rev().map(certificate).collect();
        let protector = protector().encrypt_to(&certificates).not_to_self();
        let (result, cost) = measured(|| protector.protect(mail().as_str()).unwrap());
        assert_eq!(result.report().recipients().len(), usize::from(count));
        cost
    });
    assert_linear("recipients", costs[0], costs[1]);
}

#[test]
fn dos_04_a_hundred_thousand_of_each() {
    let _alone = alone();
    const COUNT: usize = 100_000;
    let alice = alice();
    let signed = Signed::new(PART.as_bytes(), &[&alice]).build();
    let limited = |cms: &[u8], what: &str| {
        let (result, cost) = measured(|| open(cms));
        let error = result.map(drop).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Limit { .. }),
            "{what}: {error}"
        );
        assert!(cost.peak <= 2 * cms.len() + (4 << 20), "{what}: {cost:?}");
    };
    let many = |path: &[usize], tag: u8, value: &[u8]| {
        let set = tlv(tag, &value.repeat(COUNT));
        edit(&signed, path, &|_| set.clone())
    };
    let signer = value_at(&signed, &[1, 0, 4, 0]);
    limited(&many(&[1, 0, 4], 0x31, &signer), "signers");
    let certificate = sequence(&[&name(&[("2.5.4.3", "x")])]);
    limited(&many(&[1, 0, 3], 0xa0, &certificate), "certificates");
    // Of one signer, who is left out then.
    let attribute = attribute("1.2.3.4", &[octets(b"x")]);
    let opened = open(&many(&[1, 0, 4, 0, 3], 0xa0, &attribute)).unwrap();
    assert!(opened.trusted().is_err());

    let bob = person(Key::Rsa2048, "bob@example.org");
    let info = key_transport(bob.certificate().to_der(), &[1; 256]);
    for recipient in [
        info,
        tlv(0xa1, &[5, 0]),
        tlv(0xa2, &[5, 0]),
        tlv(0xa3, &[5, 0]),
        tlv(0xa4, &[5, 0]),
    ] {
        let enveloped = Enveloped {
            kind: ENVELOPED,
            recipients: vec![recipient.repeat(COUNT)],
            content_type: DATA,
            algorithm: aes_128_cbc_id(&[9; 16]),
            ciphertext: vec![0; 32],
            attributes: Vec::new(),
            mac: None,
        };
        limited(
            &enveloped.build(),
            &format!("recipients {:02x}", recipient[0]),
        );
    }
}
