//! ENC-08: chosen RSA ciphertexts all fail alike.

use crate::faces::Faces;
use hex_literal::hex;
use smime::engine::{Answer, Question, Step};
use smime::policy::StandardPolicy;
use smime::{ErrorKind, Opener};

use crate::ca::{sequence, tlv};
use crate::forge::*;
use crate::people::{Person, now};
use crate::tools::*;

fn message(bob: &Person, recipients: &[Vec<u8>], ciphertext: &[u8], iv: &[u8]) -> Vec<u8> {
    let recipients = recipients
        .iter()
        .map(|key| key_transport(bob.certificate().to_der(), key))
        .collect();
    Enveloped {
        kind: ENVELOPED,
        recipients,
        content_type: DATA,
        algorithm: aes_128_cbc_id(iv),
        ciphertext: ciphertext.to_vec(),
        attributes: Vec::new(),
        mac: None,
    }
    .build()
}

/// An encryption block of 256 bytes with these changes.
fn block(change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut block = vec![0xa5; 256];
    block[0] = 0;
    block[1] = 2;
    block[256 - 17] = 0;
    block[256 - 16..].fill(7);
    change(&mut block);
    block
}

#[test]
fn enc_08_bad_paddings_cannot_be_told_apart() {
    let bob = bob_rsa();
    let (key, iv) = ([7; 16], [9; 16]);
    let ciphertext = aes_128_cbc(&key, &iv, b"Content-Type: text/plain\r\n\r\nHello Bob");
    let good = rsa_raw(&bob, &block(|_| {}));
    let opened = open_cms_mail(&message(&bob, &[good], &ciphertext, &iv)).unwrap();
    assert_verdict(&opened, "unsigned", "the block is good");

    let mut blocks: Vec<(String, Vec<u8>)> = vec![
        ("first byte".into(), block(|b| b[0] = 1)),
        ("block type 1".into(), block(|b| b[1] = 1)),
        ("block type 0".into(), block(|b| b[1] = 0)),
        ("short padding".into(), block(|b| b[5] = 0)),
        ("no zero".into(), block(|b| b[256 - 17] = 1)),
        (
            "empty".into(),
            block(|b| {
                b[256 - 17] = 1;
                b[255] = 0;
            }),
        ),
        ("all zero after the type".into(), block(|b| b[2..].fill(0))),
    ];
    for length in [1, 8, 15, 17, 24, 32, 64] {
        let at = 256 - length - 1;
        blocks.push((
            format!("key of {length} bytes"),
            block(|b| {
                b[2..at].fill(0xa5);
                b[at] = 0;
                b[at + 1..].fill(7);
            }),
        ));
    }
    for seed in 0..60_u8 {
        blocks.push((
            format!("noise {seed}"),
            block(|b| {
                for (index, byte) in b.iter_mut().enumerate().skip(1) {
                    *byte = u8::try_from(index % 251).unwrap().wrapping_mul(seed | 1) ^ seed;
                }
            }),
        ));
    }
    let mut failed = 0;
    for (name, block) in &blocks {
        let cms = message(&bob, &[rsa_raw(&bob, block)], &ciphertext, &iv);
        // The substituted key gives a valid padding once in 256 times; then the noise it gives is the content. Each time alike.
        let first = open_cms_mail(&cms);
        let second = open_cms_mail(&cms);
        match (first, second) {
            (Ok(one), Ok(two)) => {
                assert_eq!(
                    shown(&one).unwrap().bytes(),
                    shown(&two).unwrap().bytes(),
                    "{name}"
                );
            }
            (Err(one), Err(two)) => {
                failed += 1;
                assert_eq!(one.to_string(), "decryption failed", "{name}");
                assert_eq!(one.to_string(), two.to_string(), "{name}");
                assert_eq!(format!("{one:?}"), format!("{two:?}"));
            }
            _ => panic!("{name}: not the same twice"),
        }
    }
    assert!(failed > blocks.len() * 9 / 10);
    // Encrypted keys that are no numbers below the modulus, or of another length.
    for encrypted in [
        vec![],
        vec![1],
        vec![0xff; 256],
        vec![0; 256],
        vec![1; 255],
        vec![1; 257],
    ] {
        let cms = message(&bob, std::slice::from_ref(&encrypted), &ciphertext, &iv);
        if let Err(error) = open_cms_mail(&cms) {
            assert_eq!(
                error.to_string(),
                "decryption failed",
                "{}",
                encrypted.len()
            );
        }
    }
}

/// Two RecipientInfos for the same certificate, one valid and one probe: the probe decides nothing, because only one is
/// tried.
#[test]
fn enc_08_one_operation_for_one_message() {
    let bob = bob_rsa();
    let (key, iv) = ([7; 16], [9; 16]);
    let ciphertext = aes_128_cbc(&key, &iv, b"Content-Type: text/plain\r\n\r\nHello Bob");
    let good = rsa_raw(&bob, &block(|_| {}));
    let valid_probe = rsa_raw(&bob, &block(|b| b[100] = 0x11));
    let invalid_probe = rsa_raw(&bob, &block(|b| b[1] = 1));
    let outcome = |probe: &[u8]| {
        let first = open_cms_mail(&message(
            &bob,
            &[good.clone(), probe.to_vec()],
            &ciphertext,
            &iv,
        ));
        first
            .map(|opened| shown(&opened).unwrap().bytes().to_vec())
            .map_err(|e| e.to_string())
    };
    assert_eq!(outcome(&valid_probe), outcome(&invalid_probe));
    assert!(outcome(&valid_probe).is_ok(), "the first one is taken");
}

/// If a shared key were tried after an RSA key that noticed a bad padding, the message would open for a bad padding, and fail
/// for a good one around another key.
#[test]
fn enc_08_no_shared_key_after_v15() {
    // RFC 3394 4.1.
    let kek: Vec<u8> = (0..16).collect();
    let key = hex!("00112233445566778899aabbccddeeff");
    let wrapped = hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    let iv = [9; 16];
    let shared = tlv(
        0xa2,
        &[
            integer(4),
            sequence(&[&octets(b"kek")]),
            algorithm("2.16.840.1.101.3.4.1.5"),
            octets(&wrapped),
        ]
        .concat(),
    );
    let bob = bob_rsa();
    let transport = key_transport(bob.certificate().to_der(), &rsa_pkcs1(&bob, &[8; 16]));
    let cms = |recipients: Vec<Vec<u8>>| {
        Enveloped {
            kind: ENVELOPED,
            recipients,
            content_type: DATA,
            algorithm: aes_128_cbc_id(&iv),
            ciphertext: aes_128_cbc(&key, &iv, b"Content-Type: text/plain\r\n\r\nHello Bob"),
            attributes: Vec::new(),
            mac: None,
        }
        .build()
    };
    let nobody = Opener::new(&anchors()).policy(StandardPolicy::at(now()));
    let nobody = nobody.kek(b"kek", &kek);
    let with_key = nobody.clone().identity(&bob.identity);
    let alone = opaque_mail(HEADERS, &cms(vec![shared.clone()]));
    for opener in [&nobody, &with_key] {
        assert!(opener.open_all(&alone).is_ok(), "the shared key is good");
    }
    for recipients in [
        vec![transport.clone(), shared.clone()],
        vec![shared, transport],
    ] {
        let mail = opaque_mail(HEADERS, &cms(recipients));
        assert!(nobody.open_all(&mail).is_ok(), "without the RSA key");
        assert_uniform(with_key.open_all(&mail), "key");
        // One that does not keep to itself what it noticed.
        let mut machine = with_key.machine();
        machine.push(&mail).unwrap();
        let Step::Ask(questions) = machine.finish().unwrap() else {
            panic!("nothing is asked");
        };
        for (id, question) in questions {
            assert!(matches!(question, Question::Unwrap { .. }));
            let failed = Answer::Failed(ErrorKind::KeyOperation.into());
            machine.answer(id, failed).unwrap();
        }
        let error = machine.finish().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decryption), "{error}");
    }
}

/// A thousand encrypted keys for one message, as somebody sends them who listens to the answers: whatever is wrong with the
/// block, or with the key in a block that is right, the answer is one, and says nothing.
#[test]
fn enc_08_a_thousand_ciphertexts_and_one_answer() {
    const ENCRYPTED_KEY: [usize; 5] = [1, 0, 1, 0, 3];
    let bob = bob_rsa();
    let protected = crate::people::protector()
        .encrypt_to([bob.certificate()])
        .not_to_self()
        .key_encryption(smime::protect::KeyEncryptionChoice::Pkcs1)
        .cipher(smime::crypto::ContentCipher::Aes256Gcm)
        .protect(crate::people::mail().as_str())
        .unwrap();
    let good = cms_of(protected.copies()[0].bytes());
    let info = value_at(&good, &[1, 0, 1, 0]);
    let opener = opener();
    let answer = |cms: &[u8]| opener.open_cms(cms).map(drop);
    answer(&good).unwrap();
    let mut number = 0_u32;
    // Noise without a zero byte, another one each time.
    let mut noise = |length: usize| -> Vec<u8> {
        let mut out = Vec::new();
        while out.len() < length {
            number += 1;
            let block = <sha2::Sha256 as sha2::Digest>::digest(number.to_be_bytes());
            out.extend(block.iter().copied().filter(|byte| *byte != 0));
        }
        out.truncate(length);
        out
    };
    let mut seen = std::collections::BTreeSet::new();
    let mut wrong = 0;
    for round in 0..1_000_usize {
        let mut block = noise(256);
        (block[0], block[1]) = (0, 2);
        let variant = round / 10;
        match round % 10 {
            // The padding is right, and the key another one: of the right length, or of any other.
            0 => block[256 - 33] = 0,
            1 => block[256 - 1 - (variant * 2 + 1)] = 0,
            // Block types, first bytes.
            2 => block[1] = if variant == 2 { 3 } else { variant as u8 },
            3 => block[0] = 1 + (variant % 0x40) as u8,
            // Padding of less than eight bytes.
            4 => block[2 + variant % 8] = 0,
            // No zero at all; only at the end; nothing but zeros.
            5 => {}
            6 => block[255] = 0,
            7 => block[2 + variant..].fill(0),
            // Two recipients: the probe first, and the good one after it.
            8 => block[1] = if variant % 2 == 0 { 1 } else { 2 },
            _ => (block[0], block[1]) = (0x20, 0x20 + variant as u8),
        }
        let cms = match round % 10 {
            8 => {
                let probe = key_transport(bob.certificate().to_der(), &rsa_raw(&bob, &block));
                let both = tlv(0x31, &[probe, info.clone()].concat());
                edit(&good, &[1, 0, 1], &|_| both.clone())
            }
            _ => edit(&good, &ENCRYPTED_KEY, &|_| octets(&rsa_raw(&bob, &block))),
        };
        let error = answer(&cms).expect_err("a wrong key");
        assert!(
            matches!(error.kind(), ErrorKind::Decryption),
            "{round}: {error}"
        );
        assert!(std::error::Error::source(&error).is_none());
        seen.insert(format!("{error} {error:?} {error:#?}"));
        wrong += 1;
        if round % 100 == 0 {
            answer(&good).unwrap();
        }
    }
    assert_eq!((wrong, seen.len()), (1_000, 1), "{seen:?}");
}
