use std::io::{Cursor, Write};

use smime::crypto::{ContentCipher, DigestAlgorithm};
use smime::fuzzing::mime::{base64, canonical};
use smime::open::{Content, Message};
use smime::protect::{CertificateReference, Framing, KeyEncryptionChoice, ProtectError, Protected};
use smime::report::{Encryption, Verdict};
use smime::{Identity, Mailbox, Protector};

use crate::faces::{compare, held};
use crate::input::{Cuts, Input};
use crate::shown;
use crate::world::{opener, protector, world};

/// What was protected opens, with the same content and the verdict that follows from what was asked.
///
/// Six bytes decide, the rest is content.
pub fn round_trip(data: &[u8]) {
    let mut input = Input::new(data);
    let mut asked = Asked::new(&mut input);
    let form = input.byte();
    asked.and(form / 12);
    let cuts = Cuts::new(&mut input);
    let content = input.rest();
    match form % 3 {
        0 => object(&asked, content, cuts),
        1 => mail(&asked, &as_base64(content), Some(content), cuts),
        _ => mail(&asked, &as_text(content, form), None, cuts),
    }
}

/// The options.
struct Asked {
    signs: bool,
    encrypts: bool,
    is_opaque: bool,
    is_compressed: bool,
    framing: Option<Framing>,
    protector: Protector,
    signer: &'static Identity,
}

impl Asked {
    fn new(input: &mut Input<'_>) -> Asked {
        let world = world();
        let (what, how, more) = (input.byte(), input.byte(), input.byte());
        let signs = what % 3 != 1;
        let encrypts = what % 3 != 0;
        let signer = [&world.alice, &world.bob, &world.dave][usize::from(what / 3 % 3)];
        let mut protector = protector();
        if signs {
            protector = protector.sign(signer);
            if what & 0x40 != 0 && what / 3 % 3 != 1 {
                protector = protector.sign(&world.bob);
            }
        }
        if encrypts {
            let bob = world.bob.certificate();
            protector = match how & 3 {
                0 => protector.encrypt_to([world.alice.certificate(), bob]),
                1 => protector.encrypt_to([bob]),
                2 => protector.encrypt_to([world.carol.certificate(), bob]),
                _ => protector.encrypt_to([bob]).not_to_self(),
            };
        }
        let ciphers = [
            ContentCipher::Aes128Cbc,
            ContentCipher::Aes192Cbc,
            ContentCipher::Aes256Cbc,
            ContentCipher::Aes128Gcm,
            ContentCipher::Aes256Gcm,
            ContentCipher::ChaCha20Poly1305,
        ];
        protector = protector.cipher(ciphers[usize::from(how >> 2) % ciphers.len()]);
        let told: [(bool, fn(Protector) -> Protector); 8] = [
            (more & 1 != 0, Protector::opaque),
            (more & 2 != 0, Protector::compress),
            (
                more & 4 != 0 && signer.certificate() == world.alice.certificate(),
                Protector::pss,
            ),
            (more & 8 != 0, |it| {
                it.key_encryption(KeyEncryptionChoice::Oaep)
            }),
            (more & 16 != 0, |it| {
                it.certificate_reference(CertificateReference::SubjectKeyIdentifier)
            }),
            (more & 32 != 0, |it| it.framing(Framing::Indefinite)),
            (more & 64 != 0, |it| it.digest(DigestAlgorithm::Sha512)),
            (more & 128 != 0, |it| it.framing(Framing::Definite)),
        ];
        for (is_wanted, tell) in told {
            if is_wanted {
                protector = tell(protector);
            }
        }
        Asked {
            signs,
            encrypts,
            is_opaque: more & 1 != 0,
            is_compressed: more & 2 != 0,
            // The one that was said last.
            framing: match (more & 32 != 0, more & 128 != 0) {
                (_, true) => Some(Framing::Definite),
                (true, false) => Some(Framing::Indefinite),
                (false, false) => None,
            },
            protector,
            signer,
        }
    }

    /// More of them.
    fn and(&mut self, more: u8) {
        let world = world();
        let mut protector = self.protector.clone();
        if more & 1 != 0 {
            protector =
                protector.capabilities([ContentCipher::Aes128Gcm, ContentCipher::Aes256Cbc]);
        }
        if more & 2 != 0 && self.encrypts {
            protector = protector.encrypt_to_self(world.carol.certificate());
        } else if more & 2 != 0 && self.signs {
            protector = protector.advertise(world.carol.certificate());
        }
        if more & 4 != 0 {
            protector = protector.key_encryption(KeyEncryptionChoice::Pkcs1);
        }
        // Ed25519 signs SHA-512 only (RFC 8419 3.1).
        if more & 8 != 0 && self.signer.certificate() != world.dave.certificate() {
            protector = protector.digest(DigestAlgorithm::Sha384);
        }
        if more & 16 != 0 {
            protector = protector.threads(2);
        }
        self.protector = protector;
    }

    fn verdict(&self) -> Verdict {
        match self.signs {
            true => Verdict::Trusted,
            false => Verdict::Unsigned,
        }
    }
}

/// Octets below MIME.
fn object(asked: &Asked, content: &[u8], cuts: Cuts) {
    let protected = asked.protector.protect_cms(content);
    if asked.signs && !asked.encrypts && !asked.is_opaque && asked.is_compressed {
        // The only combination here that has no meaning.
        let error = protected.expect_err("a detached signature has nothing to be compressed");
        return shown::line(&error.to_string());
    }
    let cms = protected.expect("it can be protected");
    let opener = opener().any_signer();
    let opened = match asked.signs && !asked.encrypts && !asked.is_opaque {
        false => opener.open_cms(&cms),
        true => opener.verify_detached(content, &cms),
    };
    let opened = opened.expect("what was protected opens");
    assert_eq!(
        opened.report().verdict(),
        asked.verdict(),
        "{}",
        opened.report()
    );
    for bytes in [0, 600] {
        let opener = held(&opener, bytes);
        let opened = Ok(opened.clone());
        match asked.signs && !asked.encrypts && !asked.is_opaque {
            false => compare(&opened, &cms, opener.open_cms_stream(cuts.reader(&cms))),
            true => {
                let streamed = opener.verify_detached_stream(cuts.reader(content), &cms);
                compare(&opened, content, streamed);
            }
        }
    }
    let message = given(&opened.content()).expect("nothing is kept back");
    if !asked.is_compressed {
        assert!(message.bytes() == content, "the content differs");
        return;
    }
    // A compressed object is the content; it is opened for itself.
    let inner = opener
        .open_cms(message.bytes())
        .expect("what was compressed opens");
    let message = given(&inner.content()).expect("nothing is kept back");
    assert!(message.bytes() == content, "the content differs");
}

fn as_base64(content: &[u8]) -> Vec<u8> {
    let head =
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    [head.as_slice(), &base64(&[content])].concat()
}

/// Anything at all as the content of a mail, or as its text.
fn as_text(content: &[u8], form: u8) -> Vec<u8> {
    let head: &[u8] = match form / 3 % 4 {
        0 => b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        1 => b"Content-Type: text/plain\r\n\r\n",
        2 => b"Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n",
        _ => b"",
    };
    [head, content].concat()
}

/// A mail; `content` is what its only part must decode to.
fn mail(asked: &Asked, entity: &[u8], content: Option<&[u8]>, cuts: Cuts) {
    let from = asked
        .signer
        .certificate()
        .addresses()
        .first()
        .expect("an address");
    let head = format!(
        "From: {from}\r\nTo: bob@example.org\r\nSubject: fuzz\r\nDate: Tue, 01 Jun 2027 00:00:00 +0000\r\n\
         Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
    );
    let mail = [head.as_bytes(), entity].concat();
    let protected = asked.protector.protect(&mail);
    written(asked, &mail, &protected, cuts);
    let protected = match protected {
        Ok(protected) => protected,
        Err(error) if content.is_some() => panic!("it can be protected: {error}"),
        // Not all that may be given as text is a mail.
        Err(error) => return shown::line(&error.to_string()),
    };
    let made = protected.message();
    assert!(protected.copies().len() == 1 && made.is_ascii());
    let opener = opener();
    let opened = opener.open(made).expect("what was protected opens");
    shown::report(opened.report(), 0);
    // Where the content is protected itself, its signers and its secrets count as well.
    let is_plain = content.is_some();
    if is_plain {
        assert_eq!(
            opened.report().verdict(),
            asked.verdict(),
            "{}",
            opened.report()
        );
        assert_eq!(
            opened.report().encryption() != Encryption::None,
            asked.encrypts
        );
    }
    if let (Some(content), Some(message)) = (content, given(&opened.content())) {
        let part = message.parts().first().expect("the content is a part");
        assert!(
            part.decoded().expect("base64") == content,
            "the content differs"
        );
        assert!(message.bytes().is_ascii());
    }
    let again = canonical(&[made], true, 300).expect("what was made is canonical");
    assert!(again == made, "what was made is not canonical");
    for bytes in [0, 600] {
        let opener = held(&opener, bytes);
        let opened = Ok(opened.clone());
        compare(&opened, made, opener.open_seekable(Cursor::new(made)));
        compare(&opened, made, opener.open_stream(cuts.reader(made)));
    }
    let bob = Mailbox::new("bob@example.org").expect("an address");
    assert!(
        protected.copies()[0]
            .envelope()
            .is_none_or(|to| to.recipients().contains(&bob))
    );
}

/// The writer makes the same, in whatever pieces it gets the mail.
fn written(asked: &Asked, mail: &[u8], expected: &Result<Protected, ProtectError>, cuts: Cuts) {
    // What it does if nothing is said differs.
    let Some(framing) = asked.framing else { return };
    let protector = asked.protector.clone().framing(framing);
    let mut writer = match (protector.writer(Vec::new()), expected) {
        (Ok(writer), _) => writer,
        (Err(_), Err(_)) => return,
        (Err(error), Ok(_)) => panic!("the writer refuses: {error}"),
    };
    let pieces = cuts.pieces(mail);
    let pushed = pieces.iter().try_for_each(|piece| writer.write_all(piece));
    let finished = pushed.is_ok().then(|| writer.finish());
    match (finished, expected) {
        (Some(Ok(written)), Ok(expected)) => {
            assert!(written.sink == expected.message(), "the writer differs");
        }
        (Some(Err(_)) | None, Err(_)) => {}
        (Some(Ok(_)), Err(error)) => panic!("only the writer takes it: {error}"),
        (Some(Err(error)), Ok(_)) => panic!("the writer refuses: {error}"),
        (None, Ok(_)) => panic!("the writer refuses: {pushed:?}"),
    }
}

fn given(content: &Content) -> Option<Message> {
    match content {
        Content::Trusted(message) | Content::Untrusted(message) | Content::Unsigned(message) => {
            Some(message.clone())
        }
        _ => None,
    }
}
