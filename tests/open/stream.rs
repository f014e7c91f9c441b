//! Streams: the same report and the same content as in memory, for every kind of message, through every face.

use std::io::{self, Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use smime::cert::RecipientId;
use smime::crypto::ContentCipher;
use smime::engine::Step;
use smime::open::{Checked, Content, Message, Next, Opened, Releasable, Stored};
use smime::report::{Report, Verdict};
use smime::resolver::CertificateResolver;
use smime::{Error, ErrorKind, Identity, Mailbox, Opener};

use crate::ca::{Key, pem};
use crate::mime::{base64, split};
use crate::opener;
use crate::people::{ALICE, BOB, CAROL, mail, person, protector};

/// What a reader sees of one part.
#[derive(Debug, PartialEq)]
struct SeenPart {
    name: String,
    bytes: Vec<u8>,
    decoded: Result<Vec<u8>, String>,
}

/// What a reader sees of a message.
#[derive(Debug, PartialEq)]
pub struct Seen {
    report: String,
    verdict: &'static str,
    pub content: Vec<u8>,
    about: String,
    parts: Vec<SeenPart>,
}

fn told(report: &Report) -> String {
    let text = report.to_string();
    #[cfg(feature = "serde")]
    let text = text + &serde_json::to_string(report).unwrap();
    text
}

/// The content under its name; of what is withheld by the way that says so.
fn named<M>(
    content: Content<M>,
    dangerous: fn(smime::open::Withheld<M>) -> M,
) -> (M, &'static str) {
    match content {
        Content::Trusted(content) => (content, "trusted"),
        Content::Untrusted(content) => (content, "untrusted"),
        Content::Unsigned(content) => (content, "unsigned"),
        Content::Withheld(withheld) => (dangerous(withheld), "withheld"),
        _ => panic!("another name"),
    }
}

pub fn in_memory(opened: &Opened) -> Seen {
    let (message, verdict): (Message, _) = named(opened.content(), |withheld| withheld.dangerous());
    let parts = message.parts().iter().map(|part| SeenPart {
        name: format!(
            "{} {} {} {:?} {:?}",
            part.path(),
            part.media_type(),
            part.bytes().len(),
            part.protection(),
            part.file_name()
        ),
        bytes: part.bytes().to_vec(),
        decoded: part.decoded().map_err(|error| error.to_string()),
    });
    Seen {
        report: told(opened.report()),
        verdict,
        parts: parts.collect(),
        about: format!("{:?} {:?}", message.headers(), message.encryption()),
        content: message.bytes().to_vec(),
    }
}

pub fn streamed<R: Read + Seek>(checked: Checked<R>) -> Seen {
    let report = told(checked.report());
    let (mut stored, verdict): (Stored<R>, _) =
        named(checked.content(), |withheld| withheld.dangerous());
    let mut content = Vec::new();
    let len = stored.copy_to(&mut content).unwrap();
    assert_eq!(len, stored.len());
    assert_eq!(len, u64::try_from(content.len()).unwrap());
    let mut again = Vec::new();
    stored.reader().unwrap().read_to_end(&mut again).unwrap();
    assert!(again == content, "read twice, and different");
    let parts = stored.parts().to_vec();
    let parts = parts.iter().map(|part| {
        let (mut bytes, mut decoded) = (Vec::new(), Vec::new());
        stored.part_to(part.path(), &mut bytes).unwrap();
        let result = stored.decoded_to(part.path(), &mut decoded);
        SeenPart {
            name: format!(
                "{} {} {} {:?} {:?}",
                part.path(),
                part.media_type(),
                part.len(),
                part.protection(),
                part.file_name()
            ),
            bytes,
            decoded: result.map(|_| decoded).map_err(|error| error.to_string()),
        }
    });
    Seen {
        report,
        verdict,
        parts: parts.collect(),
        about: format!("{:?} {:?}", stored.headers(), stored.encryption()),
        content,
    }
}

/// One machine and one release by hand.
fn by_hand(opener: &Opener, raw: &[u8], step: usize) -> Result<(String, Vec<u8>), Error> {
    let mut checking = opener.checking()?;
    let answered = |checking: &mut smime::open::Checking, step| {
        let Step::Ask(questions) = step else {
            return Ok::<_, Error>(false);
        };
        for (id, question) in questions {
            checking.answer(id, question.answer(None))?;
        }
        Ok(true)
    };
    for piece in raw.chunks(step) {
        let mut step = checking.push(piece)?;
        while answered(&mut checking, step)? {
            step = checking.push(&[])?;
        }
    }
    loop {
        let step = checking.finish()?;
        if !answered(&mut checking, step)? {
            break;
        }
    }
    let plan = checking.into_plan()?;
    assert_eq!(plan.received(), u64::try_from(raw.len()).unwrap());
    let report = told(plan.report());
    let (content, _): (Releasable, _) = named(plan.content(), |withheld| withheld.dangerous());
    let (mut release, mut out) = (content.release()?, Vec::new());
    loop {
        match release.advance(&mut out)? {
            Next::Push(range) => {
                let at = |position| usize::try_from(position).unwrap();
                release.push(&raw[at(range.start)..at(range.end)], &mut out)?;
            }
            Next::Content => {}
            Next::Finished => return Ok((report, out)),
        }
    }
}

/// Gives what it has in small pieces, with interruptions. `1` is a byte at a time.
pub struct Dribble<'b>(pub &'b [u8], pub usize, pub bool);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.2 = !self.2;
        if self.2 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let len = buffer.len().min(self.1);
        self.0.read(&mut buffer[..len])
    }
}

#[track_caller]
fn same_everywhere(opener: &Opener, raw: &[u8], what: &str) {
    let expected = match opener.open(raw) {
        Ok(opened) => in_memory(&opened),
        Err(error) => {
            let expected = error.to_string();
            let mut errors = vec![
                opener.open_seekable(Cursor::new(raw)).unwrap_err(),
                opener.open_stream(raw).unwrap_err(),
                by_hand(opener, raw, 1000).unwrap_err(),
            ];
            #[cfg(feature = "tokio")]
            errors.push(crate::drivers::ready(opener.open_stream_async(raw)).unwrap_err());
            for error in errors {
                assert_eq!(error.to_string(), expected, "{what}");
            }
            return;
        }
    };
    let mut late = Cursor::new(raw);
    late.set_position(7);
    assert_eq!(
        streamed(opener.open_seekable(late).unwrap()),
        expected,
        "{what}"
    );
    assert_eq!(
        streamed(opener.open_stream(raw).unwrap()),
        expected,
        "{what}"
    );
    let dribble = Dribble(raw, 4999, false);
    assert_eq!(
        streamed(opener.open_stream(dribble).unwrap()),
        expected,
        "{what}"
    );
    #[cfg(feature = "tokio")]
    {
        let checked = crate::drivers::ready(opener.open_stream_async(raw)).unwrap();
        assert_eq!(streamed(checked), expected, "{what}");
        let checked = crate::drivers::ready(opener.open_seekable_async(Cursor::new(raw)));
        assert_eq!(streamed(checked.unwrap()), expected, "{what}");
    }
    let by_hand = by_hand(opener, raw, 4321).unwrap();
    assert_eq!(by_hand, (expected.report, expected.content), "{what}");
}

/// [`mail`] with a body of so many lines.
pub fn long_mail(lines: usize) -> String {
    let mut mail = mail();
    for line in 0..lines {
        mail.push_str(&format!(
            "Line {line} of a text that is long enough to count\r\n"
        ));
    }
    mail
}

/// Messages of every kind, for Bob, with the name of each. The lines make them short, or longer than is held in memory.
pub fn messages(lines: usize) -> Vec<(&'static str, Vec<u8>)> {
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P384, BOB));
    let stranger = person(Key::P256, CAROL);
    let mail = long_mail(lines);
    let protect = |protector: smime::Protector| {
        let protected = protector.protect(mail.clone()).unwrap();
        protected.message().to_vec()
    };
    let signer = || protector().sign(&alice.identity);
    let signed = protect(signer());
    let text = String::from_utf8(signed.clone()).unwrap();
    let encrypted = protect(protector().encrypt_to([bob.certificate()]));
    let authenticated = || {
        protector()
            .cipher(ContentCipher::Aes256Gcm)
            .encrypt_to([bob.certificate()])
    };
    let mut damaged = protect(authenticated());
    let middle = damaged.len() / 2;
    damaged[middle] = match damaged[middle] {
        b'A' => b'B',
        _ => b'A',
    };
    let multipart = format!(
        "From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n\
         --outer\r\n{text}\r\n--outer\r\nContent-Type: application/pdf; name=a.pdf\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--outer\r\n{}\r\n--outer--\r\n",
        "QUJD\r\n".repeat(lines + 1),
        String::from_utf8(encrypted.clone()).unwrap(),
    );
    vec![
        ("plain", mail.clone().into_bytes()),
        ("signed", signed.clone()),
        ("opaque", protect(signer().opaque())),
        ("signed by a stranger", {
            let stranger = protector().sign(&stranger.identity);
            protect(stranger.danger_ignore_addresses())
        }),
        (
            "changed",
            text.replace("Hello Bob", "Hello Eve").into_bytes(),
        ),
        ("encrypted", encrypted),
        ("authenticated", protect(authenticated())),
        ("both", protect(signer().encrypt_to([bob.certificate()]))),
        ("multipart", multipart.into_bytes()),
        ("damaged", damaged),
        ("cut", signed[..signed.len() - 400].to_vec()),
        ("empty", Vec::new()),
    ]
}

fn bobs_opener() -> Opener {
    opener().identity(&person(Key::P384, BOB).identity)
}

#[test]
fn short_messages_are_opened_as_in_memory() {
    for (what, message) in messages(0) {
        same_everywhere(&bobs_opener(), &message, what);
    }
}

#[test]
fn long_messages_are_opened_as_in_memory() {
    for (what, message) in messages(6000) {
        same_everywhere(&bobs_opener(), &message, what);
    }
    // Nobody can decrypt it.
    same_everywhere(&opener(), &messages(6000)[7].1, "no key");
}

#[test]
fn a_byte_at_a_time() {
    let message = &messages(20)[7].1;
    let expected = in_memory(&bobs_opener().open(message).unwrap());
    let dribble = Dribble(message, 1, false);
    assert_eq!(
        streamed(bobs_opener().open_stream(dribble).unwrap()),
        expected
    );
    let (report, content) = by_hand(&bobs_opener(), message, 1).unwrap();
    assert!(report == expected.report && content == expected.content);
}

#[test]
fn below_mime() {
    let alice = person(Key::P256, ALICE);
    let content = long_mail(5000).into_bytes();
    let opener = opener().expect_signer(&Mailbox::new(ALICE).unwrap());
    let signer = || protector().sign(&alice.identity);
    let opaque = base64(
        split(
            signer()
                .opaque()
                .protect(long_mail(5000))
                .unwrap()
                .message(),
        )
        .1,
    );
    for cms in [opaque.clone(), pem("CMS", &opaque).into_bytes()] {
        let expected = in_memory(&opener.open_cms(&cms).unwrap());
        let seekable = opener.open_cms_seekable(Cursor::new(&cms)).unwrap();
        assert_eq!(streamed(seekable), expected);
        assert_eq!(
            streamed(opener.open_cms_stream(&cms[..]).unwrap()),
            expected
        );
    }
    let beside = signer().protect_cms(&content).unwrap();
    let changed = [&content[..], b"x"].concat();
    for content in [&content, &changed] {
        let expected = in_memory(&opener.verify_detached(content, &beside).unwrap());
        let seekable = opener.verify_detached_seekable(Cursor::new(content), &beside);
        assert_eq!(streamed(seekable.unwrap()), expected);
        let stream = opener.verify_detached_stream(&content[..], &beside);
        assert_eq!(streamed(stream.unwrap()), expected);
    }
}

#[test]
fn the_gate_is_the_same() {
    let [mut trusted, mut withheld] = [1, 4].map(|index| {
        let message = messages(0)[index].1.clone();
        bobs_opener().open_seekable(Cursor::new(message)).unwrap()
    });
    assert_eq!(trusted.report().verdict(), Verdict::Trusted);
    let message = trusted.trusted().unwrap().into_source().into_inner();
    trusted = bobs_opener().open_seekable(Cursor::new(message)).unwrap();
    assert!(format!("{trusted:?}").starts_with("Checked"));
    let stored = trusted.trusted().unwrap();
    assert!(!format!("{stored:?}").contains("Hello"));
    assert!(!stored.is_empty());

    let refused = withheld.trusted().unwrap_err();
    assert_eq!(refused.report().verdict(), Verdict::Withheld);
    assert!(refused.to_string().starts_with("Withheld: "));
    withheld = refused.into_checked();
    let Content::Withheld(why) = withheld.content() else {
        panic!("given out");
    };
    assert!(why.to_string().starts_with("Withheld: "));
    assert_eq!(why.report().verdict(), Verdict::Withheld);
    // Only so.
    let mut sink = Vec::new();
    why.dangerous().copy_to(&mut sink).unwrap();
    assert!(String::from_utf8(sink).unwrap().contains("Hello Eve"));
}

/// Counts how often it is asked.
pub struct Counted(pub Identity, pub Arc<AtomicUsize>);

impl CertificateResolver for Counted {
    fn decryption_identities(&self, _: &[RecipientId]) -> Result<Vec<Identity>, Error> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(vec![self.0.clone()])
    }
}

#[test]
fn questions_are_asked_in_the_first_pass_only() {
    let asked = Arc::new(AtomicUsize::new(0));
    let bob = person(Key::P384, BOB).identity;
    let opener = opener().resolver(Counted(bob, Arc::clone(&asked)));
    for lines in [0, 6000] {
        let message = &messages(lines)[7].1;
        asked.store(0, Ordering::SeqCst);
        let checked = opener.open_stream(&message[..]).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let mut stored = checked.trusted().unwrap();
        for _ in 0..3 {
            stored.copy_to(io::sink()).unwrap();
        }
        stored.decoded_to("", io::sink()).unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn one_pass_gives_the_content_before_the_report() {
    for (what, message) in messages(6000) {
        let expected = bobs_opener().open(&message);
        let mut sink = Vec::new();
        let dribble = Dribble(&message, 5000, false);
        let report = bobs_opener()
            .dangerous()
            .open_single_pass(dribble, &mut sink);
        match (expected, report) {
            (Ok(opened), Ok(report)) => {
                let expected = in_memory(&opened);
                assert_eq!(told(&report), expected.report, "{what}");
                assert!(sink == expected.content, "{what}");
            }
            // That no signature follows is known when the signed part is out.
            (Ok(opened), Err(error)) if what == "cut" => {
                assert!(matches!(error.kind(), ErrorKind::Unsupported { .. }));
                assert!(in_memory(&opened).content.len() > sink.len());
            }
            (Err(expected), Err(error)) => assert_eq!(error.to_string(), expected.to_string()),
            (_, other) => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_checking_that_is_used_wrongly_says_so() {
    let mut checking = opener().checking().unwrap();
    checking.push(mail().as_bytes()).unwrap();
    assert!(matches!(checking.finish().unwrap(), Step::Finished));
    let error = checking.push(b"more").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
    let error = opener().checking().unwrap().into_plan().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }));
}
