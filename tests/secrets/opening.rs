//! What is left behind by who opens messages: content keys, key-encryption keys, passwords, and content whose tag is wrong.

use std::io::Cursor;

use smime::crypto::ContentCipher;
use smime::policy::StandardPolicy;
use smime::protect::KeyEncryptionChoice;
use smime::{Opener, TrustAnchors};

use crate::forge::*;
use crate::people::{BOB, now, person};
use crate::{CONTENT_KEY, KnownKey, MAIL, NEEDLE, ca, leaks, look_for, protector};

fn nobody() -> Opener {
    Opener::new(&TrustAnchors::new()).policy(StandardPolicy::at(now()))
}

/// In memory, as a stream, and piece by piece.
fn open(opener: &Opener, cms: &[u8], is_good: bool) {
    assert_eq!(opener.open_cms(cms).is_ok(), is_good);
    let streamed = opener.open_cms_seekable(Cursor::new(cms));
    assert_eq!(streamed.is_ok(), is_good);
    if let Ok(checked) = streamed
        && let smime::open::Content::Unsigned(mut stored) = checked.content()
    {
        stored.copy_to(std::io::sink()).unwrap();
    }
    assert_eq!(opener.open_cms_stream(cms).is_ok(), is_good);
}

#[track_caller]
fn nothing_left(what: &str, secrets: &[&[u8]], work: impl FnOnce()) {
    for secret in secrets {
        look_for(secret);
    }
    let found = leaks(work);
    assert!(found.iter().all(|count| *count == 0), "{what}: {found:?}");
}

const HALVES: [&[u8]; 2] = {
    let (first, second) = CONTENT_KEY.split_at(NEEDLE);
    [first, second]
};

/// Content keys, by each way to one, in messages that are good and in some that are not.
pub fn content_keys() {
    for (kind, choice) in [
        (ca::Key::Rsa2048, KeyEncryptionChoice::Pkcs1),
        (ca::Key::Rsa2048, KeyEncryptionChoice::Oaep),
        (ca::Key::P256, KeyEncryptionChoice::Auto),
        (ca::Key::P384, KeyEncryptionChoice::Auto),
        (ca::Key::P521, KeyEncryptionChoice::Auto),
        (ca::Key::X25519, KeyEncryptionChoice::Auto),
    ] {
        let bob = person(kind, BOB);
        for cipher in [
            ContentCipher::Aes256Cbc,
            ContentCipher::Aes256Gcm,
            ContentCipher::ChaCha20Poly1305,
        ] {
            let protected = protector()
                .encrypt_to([bob.certificate()])
                .cipher(cipher)
                .key_encryption(choice)
                .danger_random(KnownKey::default())
                .protect(MAIL)
                .unwrap();
            let cms = cms_of(protected.copies()[0].bytes());
            let what = format!("{kind:?} {choice:?} {cipher:?}");
            nothing_left(&what, &HALVES, || {
                open(&nobody().identity(&bob.identity), &cms, true);
            });
            if cipher.is_authenticated() {
                // The last byte of the tag: nothing of the content is left either.
                let bent = edit(&cms, &[1, 0, 3], &|raw| {
                    let mut raw = raw.to_vec();
                    *raw.last_mut().unwrap() ^= 1;
                    raw
                });
                let secrets = [HALVES[0], HALVES[1], &MAIL[MAIL.len() - 22..]];
                nothing_left(&what, &secrets, || {
                    open(&nobody().identity(&bob.identity), &bent, false);
                });
            }
        }
    }
}

/// Shared keys and passwords, those that fit and those that do not.
pub fn shared_keys_and_passwords() {
    // RFC 3394 4.1.
    let kek: [u8; 16] = std::array::from_fn(|at| at as u8);
    let key = hex_literal::hex!("00112233445566778899aabbccddeeff");
    let wrapped = hex_literal::hex!("1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5");
    let shared = [
        integer(4),
        ca::sequence(&[&octets(b"kek")]),
        algorithm("2.16.840.1.101.3.4.1.5"),
        octets(&wrapped),
    ];
    let enveloped = |recipient: Vec<u8>, key: &[u8; 16]| {
        let iv = [9; 16];
        Enveloped {
            kind: ENVELOPED,
            recipients: vec![recipient],
            content_type: DATA,
            algorithm: aes_128_cbc_id(&iv),
            ciphertext: aes_128_cbc(key, &iv, b"Content-Type: text/plain\r\n\r\nHello"),
            attributes: Vec::new(),
            mac: None,
        }
        .build()
    };
    let cms = enveloped(ca::tlv(0xa2, &shared.concat()), &key);
    nothing_left("shared key", &[&kek, &key], || {
        open(&nobody().kek(b"kek", &kek), &cms, true);
    });
    let mut other = kek;
    other[15] ^= 0x80;
    nothing_left("another shared key", &[&other, &key], || {
        open(&nobody().kek(b"kek", &other), &cms, false);
    });

    const PASSWORD: &str = "a password of more than sixteen letters";
    let mut derived = [0; 16];
    pbkdf2::pbkdf2_hmac::<sha1::Sha1>(PASSWORD.as_bytes(), b"saltsalt", 10, &mut derived);
    let cms = enveloped(to_a_password(&derived, &key), &key);
    let secrets: [&[u8]; 3] = [PASSWORD.as_bytes(), &derived, &key];
    nothing_left("password", &secrets, || {
        open(&nobody().password(PASSWORD), &cms, true);
    });
    let secrets: [&[u8]; 2] = [&PASSWORD.as_bytes()[1..], &key];
    nothing_left("another password", &secrets, || {
        open(&nobody().password(&PASSWORD[1..]), &cms, false);
    });
}

/// PasswordRecipientInfo (RFC 3211 2.3.1): length, complement of three bytes, key, padding; CBC over it twice.
fn to_a_password(kek: &[u8; 16], key: &[u8; 16]) -> Vec<u8> {
    let iv = [1; 16];
    let mut block = vec![16, !key[0], !key[1], !key[2]];
    block.extend(key);
    block.resize(32, 7);
    let first = aes_128_cbc(kek, &iv, &block)[..32].to_vec();
    let last: [u8; 16] = first[16..].try_into().unwrap();
    let wrapped = &aes_128_cbc(kek, &last, &first)[..32];
    let derivation = ca::sequence(&[
        &ca::oid("1.2.840.113549.1.5.12"),
        &ca::sequence(&[&octets(b"saltsalt"), &integer(10)]),
    ]);
    let wrap = ca::sequence(&[&ca::oid("1.2.840.113549.1.9.16.3.9"), &aes_128_cbc_id(&iv)]);
    let parts = [
        integer(0),
        ca::tlv(0xa0, &derivation[2..]),
        wrap,
        octets(wrapped),
    ];
    ca::tlv(0xa3, &parts.concat())
}
