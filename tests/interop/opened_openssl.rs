//! What `openssl cms` signs and encrypts, DER, streamed, as mail and as PEM.

use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use smime::policy::StandardPolicy;
use smime::report::Encryption;

use super::opened::{not_trusted, opener, trusted, unsigned};
use crate::ca::Key;
use crate::peers::OpenSsl;
use crate::people::{ALICE, BOB, ENTITY, now, person};

const FROM_ALICE: &str = "From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: Q3\n";

/// Signed in every form that this key and these options allow, and opened again.
fn signed(openssl: &OpenSsl, kind: Key, options: &str) {
    let alice = person(kind, ALICE);
    let opener = opener(&[]);
    for form in ["", "-keyid"] {
        let what = format!("{kind:?} {options} {form}");
        let sign = |more: &str| {
            openssl
                .sign(
                    &alice,
                    ENTITY.as_bytes(),
                    &format!("{options} {form} {more}"),
                )
                .unwrap_or_else(|said| panic!("{what} {more}: {said}"))
        };
        // OpenSSL 3.0 cannot write a PSS signature behind a stream ("illegal zero content").
        let streams = !options.contains("pss");
        let forms = [
            "-nodetach -binary -outform DER",
            "-nodetach -binary -outform PEM",
            "-nodetach -binary -stream -outform DER",
        ];
        for more in forms
            .into_iter()
            .filter(|more| streams || !more.contains("-stream"))
        {
            let cms = sign(more);
            let message = trusted(opener.open_cms_all(&cms), &format!("{what} {more}"));
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{what} {more}");
        }
        let signature = sign("-binary -outform DER");
        let verified = opener.verify_detached_all(ENTITY.as_bytes(), &signature);
        trusted(verified, &format!("{what} detached"));
        not_trusted(
            opener.verify_detached_all(b"something else", &signature),
            &what,
        );
        // As mail: multipart/signed and opaque, with a header in front; and the line ends of a file.
        let forms = [
            "-outform SMIME",
            "-nodetach -outform SMIME",
            "-stream -outform SMIME",
            "-nodetach -stream -outform SMIME",
        ];
        for more in forms
            .into_iter()
            .filter(|more| streams || !more.contains("-stream"))
        {
            let mail = [FROM_ALICE.as_bytes(), &sign(more)].concat();
            let message = trusted(opener.open_all(&mail), &format!("{what} {more}"));
            assert!(
                String::from_utf8_lossy(message.bytes()).contains("Hello Bob"),
                "{what} {more}"
            );
            let crlf = String::from_utf8(mail)
                .unwrap()
                .replace("\r\n", "\n")
                .replace('\n', "\r\n");
            trusted(
                opener.open_all(crlf.as_bytes()),
                &format!("{what} {more} CRLF"),
            );
            let changed = crlf.replace("Hello Bob", "Hello Eve");
            if changed != crlf {
                not_trusted(opener.open_all(changed.as_bytes()), &what);
            }
        }
    }
}

#[test]
fn signatures_of_every_kind() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for digest in ["sha224", "sha256", "sha384", "sha512"] {
        signed(&openssl, Key::Rsa2048, &format!("-md {digest}"));
        signed(&openssl, Key::P256, &format!("-md {digest}"));
    }
    signed(&openssl, Key::Rsa3072, "-md sha256");
    signed(&openssl, Key::P384, "-md sha384");
    signed(&openssl, Key::P521, "-md sha512");
    for digest in ["sha256", "sha384", "sha512"] {
        for salt in ["digest", "20", "max"] {
            let options =
                format!("-md {digest} -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:{salt}");
            signed(&openssl, Key::Rsa2048, &options);
        }
    }
    signed(
        &openssl,
        Key::RsaPss2048,
        "-md sha256 -keyopt rsa_padding_mode:pss",
    );
}

/// PSS whose mask is made with another digest than the message's.
#[test]
fn pss_with_two_digests() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    let options = "-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha1 -nodetach -binary -outform DER";
    let cms = openssl.sign(&alice, ENTITY.as_bytes(), options).unwrap();
    let opened = opener(&[]).open_cms_all(&cms).unwrap();
    assert_eq!(
        opened.report().layers()[0].signers().len(),
        1,
        "{}",
        opened.report()
    );
    assert!(
        !matches!(opened.content(), smime::open::Content::Withheld(_)),
        "{}",
        opened.report()
    );
}

#[test]
fn without_attributes_and_sha_1_under_the_legacy_policy() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    for options in ["-noattr -md sha256", "-md sha1", "-noattr -md sha1"] {
        let options = format!("{options} -nodetach -binary -outform DER");
        let cms = openssl.sign(&alice, ENTITY.as_bytes(), &options).unwrap();
        not_trusted(opener(&[]).open_cms_all(&cms), &options);
        let legacy = opener(&[]).policy(StandardPolicy::at(now()).legacy());
        let opened = legacy.open_cms_all(&cms).unwrap();
        assert!(opened.trusted().is_err());
        let signer = &opened.report().layers()[0].signers()[0];
        assert_eq!(
            signer.status(),
            smime::report::SignerStatus::Untrusted,
            "{options}\n{}",
            opened.report()
        );
    }
}

/// Encrypted in every form, and opened again.
fn encrypted(openssl: &OpenSsl, kind: Key, options: &str, encryption: Encryption) {
    let bob = person(kind, BOB);
    openssl.write("bob.pem", bob.certificate_pem());
    let opener = opener(&[&bob]);
    for form in ["", "-keyid"] {
        let what = format!("{kind:?} {options} {form}");
        let encrypt = |more: &str| {
            // Key options belong to the recipient named before them.
            openssl
                .encrypt(
                    ENTITY.as_bytes(),
                    &format!("-binary {form} {more} -recip bob.pem {options}"),
                )
                .unwrap_or_else(|said| panic!("{what} {more}: {said}"))
        };
        for more in ["-outform DER", "-stream -outform DER", "-outform PEM"] {
            let cms = encrypt(more);
            let message = unsigned(opener.open_cms_all(&cms), &format!("{what} {more}"));
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{what} {more}");
            assert_eq!(message.encryption(), encryption, "{what}");
        }
        for more in ["-outform SMIME", "-stream -outform SMIME"] {
            let mail = [FROM_ALICE.as_bytes(), &encrypt(more)].concat();
            let message = unsigned(opener.open_all(&mail), &format!("{what} {more}"));
            assert_eq!(message.bytes(), ENTITY.as_bytes(), "{what} {more}");
        }
    }
}

#[test]
fn content_ciphers() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for cipher in ["-aes128", "-aes192", "-aes256"] {
        encrypted(&openssl, Key::Rsa2048, cipher, Encryption::Unauthenticated);
    }
    for cipher in ["-aes-128-gcm", "-aes-256-gcm"] {
        encrypted(&openssl, Key::Rsa2048, cipher, Encryption::Authenticated);
    }
}

#[test]
fn key_transport() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let oaep = "-keyopt rsa_padding_mode:oaep";
    for more in [
        "",
        "-keyopt rsa_oaep_md:sha256",
        "-keyopt rsa_oaep_md:sha512 -keyopt rsa_mgf1_md:sha1",
        "-keyopt rsa_oaep_md:sha1 -keyopt rsa_mgf1_md:sha384",
        "-keyopt rsa_oaep_md:sha256 -keyopt rsa_oaep_label:0102030405",
    ] {
        let options = format!("-aes256 {oaep} {more}");
        encrypted(
            &openssl,
            Key::Rsa3072,
            &options,
            Encryption::Unauthenticated,
        );
    }
}

#[test]
fn key_agreement() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    for kind in [Key::P256, Key::P384, Key::P521] {
        for more in [
            "-aes128",
            "-aes256 -aes256-wrap",
            "-aes256 -keyopt ecdh_kdf_md:sha224",
            "-aes256 -keyopt ecdh_kdf_md:sha256",
            "-aes256 -keyopt ecdh_kdf_md:sha384",
            "-aes256 -keyopt ecdh_kdf_md:sha512",
            "-aes256 -keyopt ecdh_kdf_md:sha256 -keyopt ecdh_cofactor_mode:1",
        ] {
            encrypted(&openssl, kind, more, Encryption::Unauthenticated);
        }
    }
}

#[test]
fn shared_keys_and_passwords() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let key = "000102030405060708090A0B0C0D0E0F";
    let cms = openssl
        .encrypt(
            ENTITY.as_bytes(),
            &format!("-binary -aes128 -secretkey {key} -secretkeyid C0FFEE -outform DER"),
        )
        .unwrap();
    let bytes: Vec<u8> = (0..16).collect();
    let message = unsigned(
        opener(&[])
            .kek(&[0xc0, 0xff, 0xee], &bytes)
            .open_cms_all(&cms),
        "shared key",
    );
    assert_eq!(message.bytes(), ENTITY.as_bytes());
    assert!(
        opener(&[])
            .kek(&[0xc0, 0xff, 0xee], &[0; 16])
            .open_cms_all(&cms)
            .is_err()
    );

    for cipher in ["-aes128", "-aes256"] {
        let cms = openssl
            .encrypt(
                ENTITY.as_bytes(),
                &format!("-binary {cipher} -pwri_password secret -outform DER"),
            )
            .unwrap();
        let message = unsigned(
            opener(&[])
                .password("wrong")
                .password("secret")
                .open_cms_all(&cms),
            "password",
        );
        assert_eq!(message.bytes(), ENTITY.as_bytes());
        assert!(opener(&[]).password("wrong").open_cms_all(&cms).is_err());
    }
}

#[test]
fn triple_des_under_the_legacy_policy() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let bob = person(Key::Rsa2048, BOB);
    openssl.write("bob.pem", bob.certificate_pem());
    let cms = openssl
        .encrypt(
            ENTITY.as_bytes(),
            "-binary -des3 -outform DER -recip bob.pem",
        )
        .unwrap();
    let error = opener(&[&bob]).open_cms_all(&cms).unwrap_err();
    assert!(error.to_string().contains("3DES"), "{error}");
    let legacy = opener(&[&bob]).policy(StandardPolicy::at(now()).legacy());
    let message = unsigned(legacy.open_cms_all(&cms), "3DES");
    assert_eq!(message.bytes(), ENTITY.as_bytes());
}

/// Several recipients of different kinds; each one finds his own.
#[test]
fn several_recipients() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let people: Vec<_> = [Key::Rsa2048, Key::P256, Key::Rsa3072, Key::P384]
        .into_iter()
        .map(|kind| person(kind, BOB))
        .collect();
    let mut recipients = String::new();
    for (number, person) in people.iter().enumerate() {
        openssl.write(&format!("r{number}.pem"), person.certificate_pem());
        recipients += &format!(" -recip r{number}.pem");
    }
    let cms = openssl
        .encrypt(
            ENTITY.as_bytes(),
            &format!("-binary -aes256 -outform DER {recipients}"),
        )
        .unwrap();
    for person in &people {
        let message = unsigned(opener(&[person]).open_cms_all(&cms), "one of four");
        assert_eq!(message.bytes(), ENTITY.as_bytes());
    }
    let stranger = person(Key::P256, crate::people::DAVE);
    let error = opener(&[&stranger]).open_cms_all(&cms).unwrap_err();
    assert!(
        !matches!(error.kind(), smime::ErrorKind::Decryption),
        "no key for it is no failure to decrypt: {error}"
    );
}

/// Signed, then encrypted, then signed again: the triple wrap of RFC 2634, each layer by `openssl cms`.
#[test]
fn triple_wrap() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    openssl.write("bob.pem", bob.certificate_pem());
    let inner = openssl
        .sign(&alice, ENTITY.as_bytes(), "-outform SMIME")
        .unwrap();
    let sealed = openssl
        .encrypt(&inner, "-binary -aes256 -outform SMIME -recip bob.pem")
        .unwrap();
    let outer = openssl
        .sign(&alice, &sealed, "-nodetach -stream -outform SMIME")
        .unwrap();
    let mail = [FROM_ALICE.as_bytes(), &outer].concat();
    let opened = opener(&[&bob]).open_all(&mail);
    assert_eq!(opened.as_ref().unwrap().report().layers().len(), 3);
    let message = trusted(opened, "triple wrap");
    assert!(String::from_utf8_lossy(message.bytes()).contains("Hello Bob"));
}

/// Where OpenSSL was built with zlib.
#[test]
fn compressed() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.write("content", ENTITY);
    let Ok(_) = openssl.run(&[
        "cms",
        "-compress",
        "-in",
        "content",
        "-outform",
        "DER",
        "-out",
        "z",
    ]) else {
        return;
    };
    let message = unsigned(opener(&[]).open_cms_all(&openssl.read("z")), "compressed");
    assert!(!message.bytes().is_empty());
}
