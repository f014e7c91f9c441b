//! ENC-01, ENC-03, ENC-07, ENC-09, ENC-16, ENC-17: what CBC cannot protect, and ciphers that protect nothing.

use crate::faces::Faces;
use smime::ErrorKind;
use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::report::Encryption;

use crate::ca::{Key, oid, sequence, tlv};
use crate::forge::*;
use crate::people::{BOB, mail, now, person, protector};
use crate::tools::*;

const CIPHERTEXT: [usize; 4] = [1, 0, 2, 2];
const ALGORITHM: [usize; 4] = [1, 0, 2, 1];

/// Bits of the initialisation vector flip bits of the first block; nothing notices, and the type says so.
#[test]
fn enc_01_cbc_is_never_called_authenticated() {
    let cms = encrypted(ContentCipher::Aes256Cbc);
    let iv = [ALGORITHM.as_slice(), &[1]].concat();
    let bent = edit(&cms, &iv, &|raw| {
        let mut raw = raw.to_vec();
        raw[9] ^= 1;
        raw
    });
    let opened = open_cms_mail(&bent).unwrap();
    assert_verdict(&opened, "unsigned", "flipped bit");
    let message = shown(&opened).unwrap();
    assert_eq!(message.encryption(), Encryption::Unauthenticated);
    let original = open_cms_mail(&cms).unwrap();
    assert_ne!(message.bytes(), shown(&original).unwrap().bytes());
    assert!(told(&opened).contains("does not notice changes"));

    // Blocks inserted in the middle.
    let doubled = edit(&cms, &CIPHERTEXT, &|raw| {
        let content = &raw[raw.len() - raw.len() / 16 * 16..];
        let content = &content[content.len() % 16..];
        tlv(0x80, &[&content[..16], content].concat())
    });
    let opened = open_cms_mail(&doubled).unwrap();
    assert_verdict(&opened, "unsigned", "inserted block");

    // Where authentication is demanded, it is missed.
    let strict = opener().policy(StandardPolicy::at(now()).require_authenticated_encryption());
    let opened = strict.open_all(&opaque_mail(HEADERS, &cms)).unwrap();
    assert_verdict(&opened, "unsigned", "required");
    assert!(
        fails_with(&opened, "notices changes is required"),
        "{}",
        opened.report()
    );
    let signed = protector()
        .sign(&alice().identity)
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .protect(mail().as_str())
        .unwrap();
    let opened = strict.open_all(signed.copies()[0].bytes()).unwrap();
    assert_verdict(&opened, "untrusted", "required, signed inside");
}

/// Captured CBC with flipped bits in an envelope of the attacker's own, whose tag is right: it authenticates what the
/// attacker made of it.
#[test]
fn enc_07_an_authenticated_envelope_around_bent_cbc_authenticates_nothing() {
    let cms = encrypted(ContentCipher::Aes256Cbc);
    let iv = [ALGORITHM.as_slice(), &[1]].concat();
    let bent = edit(&cms, &iv, &|raw| {
        let mut raw = raw.to_vec();
        raw[9] ^= 1;
        raw
    });
    let entity = String::from_utf8(opaque_mail("", &bent)).unwrap();
    let wrap = |entity: &str| {
        let protected = protector()
            .encrypt_to([bob_rsa().certificate()])
            .not_to_self()
            .cipher(ContentCipher::Aes256Gcm)
            .protect(format!("{HEADERS}{entity}").as_str())
            .unwrap();
        protected.copies()[0].bytes().to_vec()
    };
    let mail = wrap(&entity);
    let opened = open(&mail);
    assert_verdict(&opened, "unsigned", "wrapped");
    let report = opened.report();
    assert_eq!(report.layers().len(), 2, "{report}");
    let message = shown(&opened).unwrap();
    assert_eq!(message.encryption(), Encryption::Unauthenticated);
    assert_eq!(report.encryption(), Encryption::Unauthenticated);
    for part in report.parts() {
        let encryption = part.protection().encryption();
        assert_eq!(encryption, Encryption::Unauthenticated);
    }
    let headline = report.headline();
    assert!(
        headline.contains("AES-256-CBC, which does not notice changes"),
        "{headline}"
    );
    let strict = opener().policy(StandardPolicy::at(now()).require_authenticated_encryption());
    let opened = strict.open_all(&mail).unwrap();
    assert!(
        fails_with(&opened, "notices changes is required"),
        "{}",
        opened.report()
    );

    // The same beside something that the tag does cover.
    let part = entity.replace("MIME-Version: 1.0\r\n", "");
    let mixed = format!(
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n{PART}\r\n\
         --m\r\n{part}\r\n--m--\r\n"
    );
    let opened = open(wrap(&mixed));
    let message = shown(&opened).unwrap();
    assert_eq!(message.encryption(), Encryption::Authenticated);
    let of = |path: &str| {
        let part = message.parts().iter().find(|part| part.path() == path);
        part.map(|part| part.protection().encryption())
    };
    assert_eq!(of("1"), Some(Encryption::Authenticated));
    assert_eq!(of("2.1"), Some(Encryption::Unauthenticated));
}

/// The other way round the tag is next to the content.
#[test]
fn an_authenticated_envelope_inside_of_another_one_counts() {
    let entity = opaque_mail("", &encrypted(ContentCipher::Aes256Gcm));
    let protected = protector()
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .protect([HEADERS.as_bytes(), &entity].concat().as_slice())
        .unwrap();
    let opened = open(protected.copies()[0].bytes());
    assert_eq!(opened.report().encryption(), Encryption::Authenticated);
    let message = shown(&opened).unwrap();
    assert_eq!(message.encryption(), Encryption::Authenticated);
}

/// The default: AES-256-CBC around an inner signature; authenticated when asked for.
#[test]
fn enc_03_the_default_form_is_the_documented_one() {
    let protected = protector()
        .sign(&alice().identity)
        .encrypt_to([bob_rsa().certificate()])
        .not_to_self()
        .protect(mail().as_str())
        .unwrap();
    let cms = cms_of(protected.copies()[0].bytes());
    assert_eq!(value_at(&cms, &[0]), oid(ENVELOPED));
    let algorithm = value_at(&cms, &[1, 0, 2, 1, 0]);
    assert_eq!(algorithm, oid("2.16.840.1.101.3.4.1.42"));
    let opened = open(protected.copies()[0].bytes());
    assert_verdict(&opened, "trusted", "signed inside");
    let kinds: Vec<_> = opened.report().layers().iter().map(|l| l.kind()).collect();
    assert_eq!(kinds.len(), 2, "encryption around a signature");
    assert_eq!(
        value_at(&encrypted(ContentCipher::Aes256Gcm), &[0]),
        oid(AUTH_ENVELOPED)
    );
}

/// An authenticated message wrapped again as one that is not: CBC over what was GCM gives noise under the same key, and is
/// never called authenticated.
#[test]
fn enc_07_a_downgrade_is_never_called_authenticated() {
    let cms = encrypted(ContentCipher::Aes256Gcm);
    let body = inside(&value_at(&cms, &[1, 0]));
    let ciphertext = inside(&body[2].0)[2].1.clone();
    let whole = &ciphertext[..ciphertext.len() / 16 * 16];
    let algorithm = sequence(&[&oid("2.16.840.1.101.3.4.1.42"), &octets(&[0; 16])]);
    let downgraded = Enveloped {
        kind: ENVELOPED,
        recipients: vec![inside(&body[1].0)[0].0.clone()],
        content_type: DATA,
        algorithm,
        ciphertext: whole.to_vec(),
        attributes: Vec::new(),
        mac: None,
    };
    match open_cms_mail(&downgraded.build()) {
        Ok(opened) => {
            assert_verdict(&opened, "unsigned", "downgrade");
            let message = shown(&opened).unwrap();
            assert_eq!(message.encryption(), Encryption::Unauthenticated);
        }
        Err(error) => assert!(matches!(error.kind(), ErrorKind::Decryption), "{error}"),
    }
    // As GCM inside of EnvelopedData it is refused by name.
    let mut named = downgraded;
    named.algorithm = inside(&body[2].0)[1].0.clone();
    let error = open_cms_mail(&named.build()).unwrap_err();
    assert!(!matches!(error.kind(), ErrorKind::Decryption), "{error}");
}

#[test]
fn enc_09_every_last_block_fails_alike() {
    let key = [7; 16];
    let iv = [9; 16];
    let bob = bob_rsa();
    let recipient = key_transport(bob.certificate().to_der(), &rsa_pkcs1(&bob, &key));
    let good = aes_128_cbc(&key, &iv, b"Content-Type: text/plain\r\n\r\nHello Bob");
    let mut failures = 0;
    for last in 0..=255_u8 {
        let mut ciphertext = good.clone();
        let at = ciphertext.len() - 17;
        ciphertext[at] ^= last;
        let cms = Enveloped {
            kind: ENVELOPED,
            recipients: vec![recipient.clone()],
            content_type: DATA,
            algorithm: aes_128_cbc_id(&iv),
            ciphertext,
            attributes: Vec::new(),
            mac: None,
        }
        .build();
        match open_cms_mail(&cms) {
            Ok(opened) => assert_verdict(&opened, "unsigned", "padding happens to fit"),
            failed => {
                failures += 1;
                assert_uniform(failed, "padding");
            }
        }
    }
    assert!(failures > 200, "{failures}");
    // A length that is no multiple of the block, and none at all.
    for ciphertext in [&good[..good.len() - 1], &[]] {
        let cms = Enveloped {
            kind: ENVELOPED,
            recipients: vec![recipient.clone()],
            content_type: DATA,
            algorithm: aes_128_cbc_id(&iv),
            ciphertext: ciphertext.to_vec(),
            attributes: Vec::new(),
            mac: None,
        };
        assert_uniform(open_cms_mail(&cms.build()), "length");
    }
}

#[test]
fn enc_16_weak_ciphers_are_refused_by_name() {
    let bob = bob_rsa();
    let of = |algorithm: Vec<u8>, ciphertext: &[u8]| {
        Enveloped {
            kind: ENVELOPED,
            recipients: vec![key_transport(
                bob.certificate().to_der(),
                &rsa_pkcs1(&bob, &[7; 24]),
            )],
            content_type: DATA,
            algorithm,
            ciphertext: ciphertext.to_vec(),
            attributes: Vec::new(),
            mac: None,
        }
        .build()
    };
    let rc2 = |version: u8| {
        let parameters = sequence(&[&tlv(0x02, &[0, version]), &octets(&[0; 8])]);
        sequence(&[&oid("1.2.840.113549.3.2"), &parameters])
    };
    for (name, algorithm) in [
        ("RC2", rc2(160)),
        ("RC2", rc2(58)),
        (
            "3DES",
            sequence(&[&oid("1.2.840.113549.3.7"), &octets(&[0; 8])]),
        ),
        (
            "1.3.14.3.2.7",
            sequence(&[&oid("1.3.14.3.2.7"), &octets(&[0; 8])]),
        ),
        (
            "1.2.840.113549.3.4",
            sequence(&[&oid("1.2.840.113549.3.4"), &[5, 0]]),
        ),
    ] {
        let error = open_cms_mail(&of(algorithm, &[0; 32])).unwrap_err();
        assert!(error.to_string().contains(name), "{name}: {error}");
        assert!(!matches!(error.kind(), ErrorKind::Decryption), "{name}");
    }
}

#[test]
fn enc_17_a_bomb_is_stopped() {
    use std::io::Write;
    let bomb = |content: &[u8]| {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(content).unwrap();
        let data = sequence(&[
            &integer(0),
            &sequence(&[&oid("1.2.840.113549.1.9.16.3.8")]),
            &sequence(&[&oid(DATA), &tlv(0xa0, &octets(&zlib.finish().unwrap()))]),
        ]);
        content_info(COMPRESSED, &data)
    };
    let small = format!(
        "Content-Type: text/plain\r\n\r\n{}",
        "Hello Bob ".repeat(100)
    );
    let opened = open_cms_mail(&bomb(small.as_bytes())).unwrap();
    assert_eq!(shown(&opened).unwrap().bytes(), small.as_bytes());

    let zeros = vec![0; 40 << 20];
    let error = open_cms_mail(&bomb(&zeros)).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");

    // Ten times inside of itself: the number of layers has a limit too.
    let mut nested = bomb(small.as_bytes());
    for _ in 0..20 {
        nested = bomb(&opaque_mail("", &nested));
    }
    let error = open_cms_mail(&nested).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

/// A key that is too small is not used at all, although the certificate is its owner's.
#[test]
fn enc_16_weak_keys_are_refused_by_name() {
    let bob = person(Key::Rsa1024, BOB);
    let iv = [9; 16];
    let cms = Enveloped {
        kind: ENVELOPED,
        recipients: vec![key_transport(
            bob.certificate().to_der(),
            &rsa_pkcs1(&bob, &[7; 16]),
        )],
        content_type: DATA,
        algorithm: aes_128_cbc_id(&iv),
        ciphertext: aes_128_cbc(&[7; 16], &iv, PART.as_bytes()),
        attributes: Vec::new(),
        mac: None,
    };
    let mail = opaque_mail(HEADERS, &cms.build());
    let opener = opener().identity(&bob.identity);
    let error = opener.open_all(&mail).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Unfit { .. }), "{error}");
    assert!(error.to_string().contains("1024"), "{error}");
    let legacy = opener.policy(StandardPolicy::at(now()).legacy());
    let opened = legacy.open_all(&mail).unwrap();
    assert_eq!(shown(&opened).unwrap().bytes(), PART.as_bytes());
    assert!(fails_with(&opened, "1024"), "{}", opened.report());
}
