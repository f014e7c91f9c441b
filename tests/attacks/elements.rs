//! DOS-10: each value of each kind of object deleted, doubled, emptied and made another type. Nothing panics, and nothing
//! that a signature, a tag or a MAC covers may change and be accepted as what it was.

use smime::cert::{Crl, OcspResponse, Pkcs12};
use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::protect::KeyEncryptionChoice;
use smime::report::Encryption;
use smime::{Certificate, Opener};

use crate::ca::{Key, sequence, tlv};
use crate::forge::*;
use crate::people::{BOB, ca, mail, now, person, protector};
use crate::structure::children;
use crate::tools::*;

type Change = (&'static str, fn(&[u8]) -> Vec<u8>);

const CHANGES: [Change; 9] = [
    ("deleted", |_| Vec::new()),
    ("doubled", |raw| [raw, raw].concat()),
    ("NULL", |_| vec![5, 0]),
    ("empty", |raw| vec![raw[0], 0]),
    ("a number", |raw| retagged(raw, 0x02)),
    ("a string", |raw| retagged(raw, 0x04)),
    ("a sequence", |raw| retagged(raw, 0x30)),
    ("constructed or not", |raw| retagged(raw, raw[0] ^ 0x20)),
    ("of another class", |raw| retagged(raw, raw[0] ^ 0x80)),
];

fn retagged(raw: &[u8], tag: u8) -> Vec<u8> {
    [&[tag], &raw[1..]].concat()
}

/// Whether these are values, one after the other, and at least one.
fn are_values(mut der: &[u8]) -> bool {
    let any = !der.is_empty();
    while let [tag, first, ..] = *der {
        let count = usize::from(first & 0x7f);
        let (head, length) = match first {
            0..=0x7f => (2, count),
            0x81..=0x83 if der.len() >= 2 + count => {
                let bytes = &der[2..2 + count];
                let length = bytes.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
                (2 + count, length)
            }
            _ => return false,
        };
        if tag & 0x1f == 0x1f || der.len() < head + length {
            return false;
        }
        der = &der[head + length..];
    }
    any && der.is_empty()
}

/// Paths to all values, also those inside of octet strings.
fn paths(der: &[u8], above: &[usize], found: &mut Vec<Vec<usize>>) {
    let (tag, _, content) = children(der)[0];
    found.push(above.to_vec());
    let holds = tag == 0x04 && content.first() == Some(&0x30);
    if tag & 0x20 != 0 || (holds && are_values(content)) {
        for (index, (_, raw, _)) in children(content).iter().enumerate() {
            paths(raw, &[above, &[index]].concat(), found);
        }
    }
}

/// Every change of every value: where it was, what it was, and what came of it.
fn every(der: &[u8], mut each: impl FnMut(&[usize], &str, &[u8])) -> usize {
    let mut all = Vec::new();
    paths(der, &[], &mut all);
    let mut count = 0;
    for path in &all {
        for (what, change) in CHANGES {
            let bent = edit(der, path, &change);
            if bent != der {
                each(path, what, &bent);
                count += 1;
            }
        }
    }
    count
}

fn reader() -> Opener {
    let mut opener = opener();
    for kind in [Key::P256, Key::X25519] {
        opener = opener.identity(&person(kind, BOB).identity);
    }
    opener.any_signer()
}

/// What nobody may touch: the values below these paths.
fn is_covered(path: &[usize], covered: &[&[usize]]) -> bool {
    covered.iter().any(|above| path.starts_with(above))
}

fn claim(opened: &smime::open::Opened) -> (&'static str, Encryption, Vec<u8>) {
    let message = shown(opened);
    let encryption = message
        .as_ref()
        .map_or(Encryption::None, |m| m.encryption());
    let bytes = message.map(|m| m.bytes().to_vec()).unwrap_or_default();
    (verdict(opened), encryption, bytes)
}

/// Changes every value of this CMS and opens it.
fn check(
    name: &str,
    cms: &[u8],
    covered: &[&[usize]],
    open: impl Fn(&[u8]) -> Result<smime::open::Opened, smime::Error>,
) {
    let good = claim(&open(cms).unwrap());
    let count = every(cms, |path, what, bent| {
        let Ok(opened) = open(bent) else {
            return;
        };
        let found = claim(&opened);
        let strong = |claim: &(&str, Encryption, Vec<u8>)| {
            claim.0 == "trusted" || claim.1 == Encryption::Authenticated
        };
        if strong(&found) {
            let told = opened.report();
            assert!(found == good, "{name}: {path:?} {what}\n{told}");
            assert!(
                !is_covered(path, covered),
                "{name}: {path:?} {what}\n{told}"
            );
        }
    });
    assert!(count > 150, "{name}: {count}");
}

/// Signed attributes, signature, certificate. What names the signer is not covered: who has the key is the signer.
const SIGNATURE: [&[usize]; 3] = [&[1, 0, 4, 0, 3], &[1, 0, 4, 0, 5], &[1, 0, 3, 0, 0]];

#[test]
fn dos_10_every_element_of_a_detached_signature() {
    let mut detached = Signed::new(PART.as_bytes(), &[&alice()]);
    detached.carried = None;
    let cms = detached.build();
    assert_eq!(value_at(&cms, &[1, 0, 4, 0, 5])[0], 0x04);
    let open = |cms: &[u8]| reader().verify_detached(PART.as_bytes(), cms);
    assert_verdict(&open(&cms).unwrap(), "trusted", "good");
    check("detached", &cms, &SIGNATURE, open);
}

#[test]
fn dos_10_every_element_of_an_opaque_signature() {
    let cms = Signed::new(PART.as_bytes(), &[&alice()]).build();
    let covered = [&SIGNATURE[..], &[&[1, 0, 2, 1]]].concat();
    let open = |cms: &[u8]| reader().open_cms(cms);
    assert_verdict(&open(&cms).unwrap(), "trusted", "good");
    check("opaque", &cms, &covered, open);
}

/// As the library makes it: with all its attributes, and a chain.
#[test]
fn dos_10_every_element_of_an_own_signature() {
    let signed = protector().sign(&alice().identity).opaque();
    let signed = signed.protect(mail().as_str()).unwrap();
    let cms = cms_of(signed.copies()[0].bytes());
    let covered: [&[usize]; 3] = [&[1, 0, 2, 1], &[1, 0, 4, 0, 3], &[1, 0, 4, 0, 5]];
    check("own", &cms, &covered, |cms| reader().open_cms(cms));
}

/// Each kind of recipient around an authenticated content.
#[test]
fn dos_10_every_element_of_authenticated_data_for_each_recipient() {
    for (name, kind, choice) in [
        ("transport", Key::Rsa2048, KeyEncryptionChoice::Pkcs1),
        ("OAEP", Key::Rsa2048, KeyEncryptionChoice::Oaep),
        ("agreement", Key::P256, KeyEncryptionChoice::Auto),
        ("X25519", Key::X25519, KeyEncryptionChoice::Auto),
    ] {
        let bob = person(kind, BOB);
        let sealed = protector()
            .encrypt_to([bob.certificate()])
            .not_to_self()
            .cipher(ContentCipher::Aes256Gcm)
            .key_encryption(choice)
            .protect(mail().as_str())
            .unwrap();
        let cms = cms_of(sealed.copies()[0].bytes());
        // The content with its algorithm and nonce, and the tag.
        let covered: [&[usize]; 3] = [&[1, 0, 2, 1, 1, 0], &[1, 0, 2, 2], &[1, 0, 3]];
        let opener = Opener::new(&anchors()).identity(&bob.identity);
        let opener = opener.policy(StandardPolicy::at(now()));
        assert_eq!(
            claim(&opener.open_cms(&cms).unwrap()).1,
            Encryption::Authenticated
        );
        check(name, &cms, &covered, |cms| opener.open_cms(cms));
    }
}

/// Each kind of recipient around a content that nothing authenticates: never called more than that.
#[test]
fn dos_10_every_element_of_enveloped_data_for_each_recipient() {
    // RFC 3394 4.1, as key of KEKRecipientInfo.
    let wrapped = hex_literal::hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    let key = hex_literal::hex!("00112233445566778899aabbccddeeff");
    let kek: Vec<u8> = (0..16).collect();
    let iv = [9; 16];
    let shared = [
        integer(4),
        sequence(&[&octets(b"kek")]),
        algorithm("2.16.840.1.101.3.4.1.5"),
        octets(&wrapped),
    ];
    let enveloped = |recipients| Enveloped {
        kind: ENVELOPED,
        recipients,
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, PART.as_bytes()),
        attributes: Vec::new(),
        mac: None,
    };
    let bob = bob_rsa();
    let transport = key_transport(bob.certificate().to_der(), &rsa_pkcs1(&bob, &key));
    let derived = crate::tools::encrypted_to(Key::P256);
    let passwords = password_message();
    let opener = reader().kek(b"kek", &kek).password("password");
    for (name, cms) in [
        (
            "KEKRecipientInfo",
            enveloped(vec![tlv(0xa2, &shared.concat())]).build(),
        ),
        ("KeyTransRecipientInfo", enveloped(vec![transport]).build()),
        ("KeyAgreeRecipientInfo", derived),
        ("PasswordRecipientInfo", passwords),
    ] {
        let opened = opener.open_cms(&cms);
        let opened = opened.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(claim(&opened).1, Encryption::Unauthenticated, "{name}");
        check(name, &cms, &[], |cms| opener.open_cms(cms));
    }
}

/// RFC 3211 with PBKDF2 of few iterations, wrapped by hand: count, three complement bytes, key, padding; CBC twice.
pub fn password_message() -> Vec<u8> {
    let (key, iv, salt) = ([0x5a; 16], [1; 16], b"saltsalt");
    let kek: [u8; 16] = {
        let mut kek = [0; 16];
        pbkdf2::pbkdf2_hmac::<sha1::Sha1>(b"password", salt, 10, &mut kek);
        kek
    };
    let mut block = vec![16, !key[0], !key[1], !key[2]];
    block.extend(key);
    block.resize(32, 7);
    let first = &aes_128_cbc(&kek, &iv, &block)[..32];
    let last: [u8; 16] = first[16..].try_into().unwrap();
    let wrapped = &aes_128_cbc(&kek, &last, first)[..32];
    let derivation = sequence(&[
        &crate::ca::oid("1.2.840.113549.1.5.12"),
        &sequence(&[&octets(salt), &integer(10)]),
    ]);
    let wrap = sequence(&[
        &crate::ca::oid("1.2.840.113549.1.9.16.3.9"),
        &aes_128_cbc_id(&iv),
    ]);
    let recipient = [
        integer(0),
        tlv(0xa0, &derivation[2..]),
        wrap,
        octets(wrapped),
    ];
    let iv = [9; 16];
    Enveloped {
        kind: ENVELOPED,
        recipients: vec![tlv(0xa3, &recipient.concat())],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&key, &iv, PART.as_bytes()),
        attributes: Vec::new(),
        mac: None,
    }
    .build()
}

#[test]
fn dos_10_every_element_of_compressed_data() {
    let signed = protector().sign(&alice().identity).opaque().compress();
    let signed = signed.protect(mail().as_str()).unwrap();
    let cms = cms_of(signed.copies()[0].bytes());
    let covered: [&[usize]; 1] = [&[1, 0, 2, 1]];
    check("signed inside or outside", &cms, &covered, |cms| {
        reader().open_cms(cms)
    });

    use std::io::Write;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    zlib.write_all(PART.as_bytes()).unwrap();
    let data = sequence(&[
        &integer(0),
        &algorithm("1.2.840.113549.1.9.16.3.8"),
        &sequence(&[
            &crate::ca::oid(DATA),
            &tlv(0xa0, &octets(&zlib.finish().unwrap())),
        ]),
    ]);
    let cms = content_info(COMPRESSED, &data);
    assert_eq!(claim(&reader().open_cms(&cms).unwrap()).2, PART.as_bytes());
    every(&cms, |path, what, bent| {
        if let Ok(opened) = reader().open_cms(bent) {
            let claim = claim(&opened);
            assert_eq!(
                (claim.0, claim.1),
                ("unsigned", Encryption::None),
                "{path:?} {what}"
            );
        }
    });
}

/// What the MAC covers, and the MAC: an error. The rest: an error, or the same key for the same certificate.
#[test]
fn dos_10_every_element_of_a_pkcs12_file() {
    let alice = alice();
    let file = Pkcs12::builder()
        .iterations(2_048)
        .identity(&alice.identity);
    let file = file.build("secret").unwrap();
    let good = |bytes: &[u8]| {
        let identity = Pkcs12::open(bytes, "secret").and_then(|file| file.identity());
        identity.map(|identity| {
            let key = identity.key().to_pkcs8_der().unwrap().as_ref().to_vec();
            (key, identity.certificate().clone())
        })
    };
    let expected = good(&file).unwrap();
    let mut accepted = 0;
    let count = every(&file, |path, what, bent| {
        if let Ok(found) = good(bent) {
            assert!(found == expected, "{path:?} {what}");
            assert!(!is_covered(path, &[&[1, 1], &[2, 0, 1]]), "{path:?} {what}");
            accepted += 1;
        }
    });
    assert!(count > 150 && accepted < 10, "{accepted} of {count}");
}

/// A certificate that verifies is the one that was issued.
#[test]
fn dos_10_every_element_of_a_certificate() {
    let alice = alice();
    let good = alice.certificate();
    let cms = |certificate: &[u8]| {
        let mut signed = Signed::new(PART.as_bytes(), &[&alice]);
        signed.certificates = vec![certificate.to_vec()];
        reader().open_cms(&signed.build())
    };
    assert_verdict(&cms(good.to_der()).unwrap(), "trusted", "good");
    let count = every(good.to_der(), |path, what, bent| {
        if let Ok(read) = Certificate::from_bytes(bent) {
            let shown = format!("{read:?} {} {:?}", read.description(), read.addresses());
            assert!(!shown.is_empty());
            assert!(!read.names(&crate::people::mailbox(BOB)), "{path:?} {what}");
        }
        if path.is_empty() {
            return;
        }
        if let Ok(opened) = cms(bent) {
            assert_ne!(verdict(&opened), "trusted", "{path:?} {what}");
        }
    });
    assert!(count > 300, "{count}");
}

/// Whether a signer whose status must be known is trusted.
fn with_status(configure: impl FnOnce(Opener) -> Opener) -> &'static str {
    let cms = Signed::new(PART.as_bytes(), &[&alice()]).build();
    let strict = reader().policy(StandardPolicy::at(now()).require_revocation());
    verdict(&configure(strict).open_cms(&cms).unwrap())
}

#[test]
fn dos_10_every_element_of_a_revocation_list() {
    let list = ca().revocation_list().number(7);
    let list = list.revoke(&[0x55; 8], "250301000000Z", Some(1)).issue();
    let trusted = |list: &[u8]| match Crl::from_bytes(list) {
        Ok(list) => with_status(|opener| opener.crls([&list])) == "trusted",
        Err(_) => false,
    };
    assert_eq!(with_status(|opener| opener), "untrusted", "no list");
    assert!(trusted(&list));
    let count = every(&list, |path, what, bent| {
        assert!(
            !is_covered(path, &[&[0], &[2]]) || !trusted(bent),
            "{path:?} {what}"
        );
        assert!(!trusted(bent) || !path.is_empty(), "{path:?} {what}");
    });
    assert!(count > 150, "{count}");
}

#[test]
fn dos_10_every_element_of_an_ocsp_response() {
    let response = ca()
        .ocsp_response()
        .good(alice().certificate().to_der())
        .issue();
    let trusted = |response: &[u8]| match OcspResponse::from_bytes(response) {
        Ok(response) => with_status(|opener| opener.ocsp_responses([&response])) == "trusted",
        Err(_) => false,
    };
    assert!(trusted(&response));
    // responseBytes → response → BasicOCSPResponse: what is signed, and the signature.
    let basic = [1, 0, 1, 0];
    let signed = [&basic[..], &[0]].concat();
    let signature = [&basic[..], &[2]].concat();
    let count = every(&response, |path, what, bent| {
        let covered = is_covered(path, &[&[0], &signed, &signature]);
        assert!(!covered || !trusted(bent), "{path:?} {what}");
    });
    assert!(count > 150, "{count}");
}
