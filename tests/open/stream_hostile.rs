//! Streams made to cost stack, memory or questions.

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use smime::cert::RecipientId;
use smime::crypto::ContentCipher;
use smime::report::Verdict;
use smime::resolver::CertificateResolver;
use smime::{Error, ErrorKind, Identity, Limits, Mailbox, Opener};

use crate::ca::{Key, oid, sequence, tlv};
use crate::faces::{compare, held};
use crate::people::{ALICE, BOB, CAROL, mail, person, protector};
use crate::stream::long_mail;
use crate::{forge, opener, trusted, unsigned};

const DATA: &str = "1.2.840.113549.1.7.1";
const SIGNED: &str = "1.2.840.113549.1.7.2";
const ENVELOPED: &str = "1.2.840.113549.1.7.3";
const COMPRESSED: &str = "1.2.840.113549.1.9.16.1.9";

fn content_info(kind: &str, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &tlv(0xa0, value)])
}

/// SignedData that nobody signed, without a `ContentInfo`.
fn signed(kind: &str, content: &[u8]) -> Vec<u8> {
    let info = sequence(&[&oid(kind), &tlv(0xa0, &tlv(0x04, content))]);
    sequence(&[&tlv(0x02, &[3]), &tlv(0x31, &[]), &info, &tlv(0x31, &[])])
}

/// CompressedData, without a `ContentInfo`.
fn compressed(kind: &str, content: &[u8]) -> Vec<u8> {
    let best = flate2::Compression::best();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), best);
    zlib.write_all(content).unwrap();
    let octets = tlv(0x04, &zlib.finish().unwrap());
    let zlib = sequence(&[&oid("1.2.840.113549.1.9.16.3.8")]);
    let info = sequence(&[&oid(kind), &tlv(0xa0, &octets)]);
    sequence(&[&tlv(0x02, &[0]), &zlib, &info])
}

#[track_caller]
fn limit(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Limit { what, .. } => what,
        _ => panic!("{error}"),
    }
}

/// What a small thread has, and what any other has.
const SMALL: usize = 512 << 10;
const USUAL: usize = 2 << 20;

#[track_caller]
fn on_a_stack(bytes: usize, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(bytes);
    thread.spawn(work).unwrap().join().unwrap();
}

#[test]
fn layers_that_never_end() {
    let mut cms = signed(DATA, &[b'x'; 200_000]);
    for _ in 0..1500 {
        cms = signed(SIGNED, &cms);
    }
    let cms = content_info(SIGNED, &cms);
    on_a_stack(SMALL, move || {
        for opener in [opener(), held(&opener(), 0)] {
            let error = opener.open_cms_seekable(Cursor::new(&cms)).unwrap_err();
            assert_eq!(limit(&error), "layers of protection");
        }
        let error = opener().open_cms(&cms).unwrap_err();
        assert_eq!(limit(&error), "layers of protection");
    });
}

/// As many layers as there may be, and one more.
#[test]
fn as_many_layers_as_there_may_be() {
    let most = Limits::default().protection_layers;
    let nested = |layers| {
        let mut cms = signed(DATA, &[b'x'; 100_000]);
        for _ in 1..layers {
            cms = signed(SIGNED, &cms);
        }
        content_info(SIGNED, &cms)
    };
    let opened = opener().open_cms(&nested(most));
    assert!(opened.is_ok());
    for cms in [nested(most), nested(most + 1), nested(most + 2)] {
        on_a_stack(SMALL, move || {
            let expected = opener().open_cms(&cms);
            for opener in [opener(), held(&opener(), 0)] {
                compare(&expected, &cms, opener.open_cms_seekable(Cursor::new(&cms)));
            }
        });
    }
}

fn layer(entity: &[u8]) -> Vec<u8> {
    let header = "Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\
                  Content-Transfer-Encoding: binary\r\n\r\n";
    let cms = content_info(SIGNED, &signed(DATA, entity));
    [header.as_bytes(), &cms].concat()
}

fn multipart(entity: &[u8], number: usize) -> Vec<u8> {
    let header =
        format!("Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n");
    let end = format!("\r\n--b{number}--\r\n");
    [header.as_bytes(), entity, end.as_bytes()].concat()
}

/// Layers of protection and of MIME, as deep as they may be and deeper.
#[test]
fn the_deepest_nesting_needs_no_more_than_the_usual_stack() {
    for (layers, parts) in [(10, 21), (0, 31), (10, 200), (20, 200)] {
        let text = "A line of text that is long\r\n".repeat(3000);
        let mut entity = format!("Content-Type: text/plain\r\n\r\n{text}").into_bytes();
        for number in 0..parts {
            entity = multipart(&entity, number);
            if number < layers {
                entity = layer(&entity);
            }
        }
        let mail = [&b"MIME-Version: 1.0\r\n"[..], &entity].concat();
        on_a_stack(USUAL, move || {
            let expected = opener().open(&mail);
            assert_eq!(expected.is_ok(), parts < 100);
            for opener in [opener(), held(&opener(), 0)] {
                compare(&expected, &mail, opener.open_seekable(Cursor::new(&mail)));
            }
        });
    }
}

/// To hold more than may be held in all is no failure: it goes by.
#[test]
fn content_that_may_not_be_held_goes_by() {
    let alice = person(Key::P256, ALICE);
    let content = vec![b'x'; 6000];
    let beside = protector()
        .sign(&alice.identity)
        .protect_cms(&content)
        .unwrap();
    let limits = Limits {
        held_in_all: 5000,
        ..Limits::default()
    };
    let opener = opener().expect_signer(&Mailbox::new(ALICE).unwrap());
    let opener = opener.limits(limits);
    let expected = opener.verify_detached(&content, &beside);
    assert_eq!(trusted(expected.as_ref().unwrap()).bytes(), content);
    let checked = opener.verify_detached_seekable(Cursor::new(&content), &beside);
    compare(&expected, &content, checked);
}

/// Ciphertext that a few bytes unpack to does not wait for its key.
#[test]
fn ciphertext_that_is_unpacked_before_its_key_is_bounded() {
    let bob = person(Key::P384, BOB);
    let content = vec![b'x'; 8 << 20];
    let protector = protector().encrypt_to([bob.certificate()]);
    let mut cms = protector.protect_cms(&content).unwrap();
    let from = cms.len() - content.len();
    cms[from..].fill(0);
    let cms = content_info(COMPRESSED, &compressed(ENVELOPED, &cms));
    assert!(cms.len() < 64 << 10);
    let limits = Limits {
        decompression_ratio: 5000,
        ..Limits::default()
    };
    let opener = held(&opener().identity(&bob.identity).limits(limits), 0);
    let error = opener.open_cms_seekable(Cursor::new(&cms)).unwrap_err();
    assert_eq!(
        limit(&error),
        "encrypted content that came before its key, in bytes"
    );
}

/// The same for content that is given out as it goes by.
#[test]
fn one_pass_unpacks_no_more_than_is_allowed_for_a_step() {
    let open = |lines: usize, ratio| {
        let line = "X".repeat(78) + "\r\n";
        let entity = format!("Content-Type: text/plain\r\n\r\n{}", line.repeat(lines));
        let cms = content_info(COMPRESSED, &compressed(DATA, entity.as_bytes()));
        let header = "MIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\
                      Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n";
        let mail = [header.as_bytes(), &cms].concat();
        let limits = Limits {
            decompression_ratio: ratio,
            ..Limits::default()
        };
        let mut sink = Vec::new();
        let dangerous = held(&opener().limits(limits), 0).dangerous();
        let result = dangerous.open_single_pass(&mail[..], &mut sink);
        (result, sink.len(), entity.len())
    };
    let (result, given, whole) = open(60_000, 1000);
    assert_eq!(result.unwrap().verdict(), Verdict::Unsigned);
    assert_eq!(given, whole);
    let (result, given, _) = open(200_000, 100);
    assert_eq!(
        limit(&result.unwrap_err()),
        "content that comes out of one step, in bytes"
    );
    assert!(given < 8 << 20);
}

/// All compression shares one budget, however the bytes arrive.
#[test]
fn nested_compression_is_bounded_wherever_it_is_cut() {
    let inner = compressed(DATA, &[b'x'; 300_000]);
    // Zeros behind an object are no error.
    let padded = [&inner[..], &vec![0; 200_000]].concat();
    let cms = content_info(COMPRESSED, &compressed(COMPRESSED, &padded));
    for (budget, is_over) in [(400_000, true), (600_000, false)] {
        let limits = Limits {
            decompressed_bytes: budget,
            decompression_ratio: 5000,
            ..Limits::default()
        };
        let opener = held(&opener().limits(limits), 0);
        for step in [1, 17, 4096, 1 << 20] {
            let dribble = crate::stream::Dribble(&cms, step, false);
            match opener.open_cms_stream(dribble) {
                Ok(_) => assert!(!is_over, "{budget}, {step}"),
                Err(error) => {
                    assert!(is_over, "{budget}, {step}: {error}");
                    let expected =
                        format!("decompressed content in bytes: more than the limit of {budget}");
                    assert!(error.to_string().starts_with(&expected), "{error}");
                }
            }
        }
    }
}

/// Heads of objects in objects share what may be held.
#[test]
fn what_is_kept_of_nested_objects_is_counted_together() {
    // Digest algorithms that nobody knows.
    let heavy = |kind: &str, content: &[u8]| {
        let info = sequence(&[&oid(kind), &tlv(0xa0, &tlv(0x04, content))]);
        let algorithm = sequence(&[&oid("1.2.3.4"), &tlv(0x04, &[7; 60_000])]);
        let algorithms = tlv(0x31, &algorithm);
        sequence(&[&tlv(0x02, &[3]), &algorithms, &info, &tlv(0x31, &[])])
    };
    let mut cms = heavy(DATA, &[b'x'; 100_000]);
    for _ in 0..5 {
        cms = heavy(SIGNED, &cms);
    }
    let cms = content_info(SIGNED, &cms);
    for (held_in_all, is_over) in [(200_000, true), (400_000, false)] {
        let limits = Limits {
            held_in_all,
            ..Limits::default()
        };
        match opener().limits(limits).open_cms_seekable(Cursor::new(&cms)) {
            Ok(_) => assert!(!is_over),
            Err(error) => {
                assert!(is_over, "{error}");
                let expected =
                    "structure of a message that is held, in bytes: more than the limit of 200000";
                assert!(error.to_string().starts_with(expected), "{error}");
            }
        }
    }
}

struct Counted(Vec<Identity>, Arc<AtomicUsize>);

impl CertificateResolver for Counted {
    fn decryption_identities(&self, _: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(self.0.clone())
    }
}

/// An encrypted message in an encrypted message.
fn twice(cipher: ContentCipher) -> Vec<u8> {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let inner = protector()
        .cipher(cipher)
        .sign(&alice.identity)
        .encrypt_to([bob.certificate()]);
    let inner = inner.not_to_self().protect(long_mail(6000)).unwrap();
    let outer = protector().cipher(cipher).encrypt_to([bob.certificate()]);
    let outer = outer.protect(inner.message().to_vec()).unwrap();
    outer.message().to_vec()
}

fn resolving(asked: &Arc<AtomicUsize>) -> Opener {
    let both = [person(Key::P384, BOB), person(Key::P256, CAROL)];
    let both = both.map(|person| person.identity).to_vec();
    opener().resolver(Counted(both, Arc::clone(asked)))
}

/// Who changes a message chooses what is in it, until its tag says no: nobody is asked about that.
#[test]
fn nobody_is_asked_about_what_may_be_forged() {
    let asked = Arc::new(AtomicUsize::new(0));
    let message = twice(ContentCipher::Aes256Gcm);
    let expected = resolving(&asked).open(&message);
    assert_eq!(asked.swap(0, Ordering::SeqCst), 2);
    trusted(expected.as_ref().unwrap());
    for opener in [resolving(&asked), held(&resolving(&asked), 0)] {
        compare(
            &expected,
            &message,
            opener.open_seekable(Cursor::new(&message)),
        );
        assert_eq!(asked.swap(0, Ordering::SeqCst), 2);
        compare(&expected, &message, opener.open_stream(&message[..]));
        assert_eq!(asked.swap(0, Ordering::SeqCst), 2);
    }

    let mut damaged = message.clone();
    let near_the_end = damaged.len() - 200;
    damaged[near_the_end] = match damaged[near_the_end] {
        b'A' => b'B',
        _ => b'A',
    };
    for opener in [resolving(&asked), held(&resolving(&asked), 0)] {
        let error = opener.open_seekable(Cursor::new(&damaged)).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decryption), "{error}");
        assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    }

    let dangerous = resolving(&asked).dangerous();
    let error = dangerous.open_single_pass(&message[..], std::io::sink());
    let error = error.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
}

/// Encrypted octets that happen to be encrypted again are octets.
#[test]
fn nobody_is_asked_about_octets() {
    let asked = Arc::new(AtomicUsize::new(0));
    let (bob, carol) = (person(Key::P384, BOB), person(Key::P256, CAROL));
    let content = vec![b'x'; 300_000];
    let inner = protector().encrypt_to([carol.certificate()]);
    let inner = inner.protect_cms(&content).unwrap();
    let outer = protector().encrypt_to([bob.certificate()]);
    let outer = outer.protect_cms(&inner).unwrap();
    let expected = resolving(&asked).open_cms(&outer);
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    compare(
        &expected,
        &outer,
        resolving(&asked).open_cms_seekable(Cursor::new(&outer)),
    );
    assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
}

/// What is too long to be held is not hashed by a thread for each part.
#[test]
fn there_is_one_thread_for_all_parts() {
    let alice = person(Key::P256, ALICE);
    let protected = protector().sign(&alice.identity).protect(mail()).unwrap();
    let text = String::from_utf8(protected.message().to_vec()).unwrap();
    let long = text.replace("Hello Bob", &"Hello Bob\r\n".repeat(20_000));
    let mut mail =
        String::from("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=all\r\n");
    for _ in 0..5 {
        mail.push_str(&format!("\r\n--all\r\n{long}"));
    }
    mail.push_str("\r\n--all--\r\n");
    let mut checking = opener().threads(2).checking().unwrap();
    checking.push(mail.as_bytes()).unwrap();
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return;
    };
    let names =
        tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    let hashing = names
        .filter(|name| name.starts_with("smime digest"))
        .count();
    // Other tests have theirs.
    assert!(hashing < 5, "{hashing}");
    let expected = opener().open(mail.as_bytes());
    let checked = opener().threads(2).open_seekable(Cursor::new(&mail));
    compare(&expected, mail.as_bytes(), checked);
}

/// The authAttrs follow the content, and ChaCha20-Poly1305 has to know them before it: the message goes by twice. The
/// tag counts the second time.
#[test]
fn enc_13_attributes_after_the_content_are_authenticated() {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    use chacha20poly1305::{ChaCha20Poly1305, Nonce};

    let bob = person(Key::Rsa2048, BOB);
    let (key, nonce) = ([7; 32], [9; 12]);
    let attribute = forge::attribute("1.2.3.4", &[forge::octets(b"value")]);
    let content = b"A line of text\r\n".repeat(10_000);
    let payload = Payload {
        msg: &content,
        // RFC 5083 2.2: with the tag of a SET.
        aad: &tlv(0x31, &attribute),
    };
    let cipher = ChaCha20Poly1305::new_from_slice(&key).unwrap();
    let sealed = cipher.encrypt(&Nonce::from(nonce), payload).unwrap();
    let (ciphertext, tag) = sealed.split_at(content.len());
    let build = |attribute: &[u8], ciphertext: &[u8], tag: &[u8]| {
        let message = forge::Enveloped {
            kind: forge::AUTH_ENVELOPED,
            recipients: vec![forge::key_transport(
                bob.certificate().to_der(),
                &forge::rsa_pkcs1(&bob, &key),
            )],
            content_type: DATA,
            algorithm: sequence(&[&oid("1.2.840.113549.1.9.16.3.18"), &forge::octets(&nonce)]),
            ciphertext: ciphertext.to_vec(),
            attributes: tlv(0xa1, attribute),
            mac: Some(tag.to_vec()),
        };
        message.build()
    };
    let opener = opener().identity(&bob.identity);
    let both = |cms: &[u8]| {
        let expected = opener.open_cms(cms);
        for opener in [&opener, &held(&opener, 0)] {
            compare(&expected, cms, opener.open_cms_seekable(Cursor::new(cms)));
        }
        expected
    };
    let opened = both(&build(&attribute, ciphertext, tag)).unwrap();
    assert_eq!(unsigned(&opened).bytes(), content);
    let changed = |bytes: &[u8]| {
        let (last, whole) = bytes.split_last().unwrap();
        [whole, &[last ^ 1]].concat()
    };
    for cms in [
        build(&changed(&attribute), ciphertext, tag),
        build(&attribute, &changed(ciphertext), tag),
        build(&attribute, ciphertext, &changed(tag)),
    ] {
        let error = both(&cms).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decryption), "{error}");
    }
}
