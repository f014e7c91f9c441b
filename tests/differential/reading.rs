//! What is said of a message: here, and by each peer.

use smime::open::{Content, Opened};
use smime::policy::StandardPolicy;
use smime::report::{Encryption, LayerKind};
use smime::{Certificate, Error, Mailbox, Opener, TrustAnchors};

use crate::ca::Key;
use crate::cast::{READERS, SIGNERS, Who, is_rsa, reader, signer};
use crate::faces::Faces;
use crate::faces_detached::DetachedFaces;
use crate::peers::{Gpgsm, Nss, OpenSsl};
use crate::people::{Person, ca, now};
use crate::unpack::{self, Kind, Layer};

/// As it is on its way.
#[derive(Clone)]
pub enum Message {
    Mail(Vec<u8>),
    /// CMS without MIME around it, and beside it what a detached signature is about.
    Object {
        cms: Vec<u8>,
        content: Option<Vec<u8>>,
    },
}

impl Message {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Message::Mail(bytes) => bytes,
            Message::Object { cms, .. } => cms,
        }
    }

    /// The outermost layer.
    pub fn layer(&self) -> Option<Layer> {
        match self {
            Message::Mail(mail) => unpack::mail(mail),
            Message::Object { cms, content } => unpack::object(cms, content.as_deref()),
        }
    }

    /// What the outermost layer is.
    pub fn kind(&self) -> Option<Kind> {
        self.layer().map(|layer| layer.kind)
    }
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Accepted(Accepted),
    /// Not, and why not.
    Refused(String),
}

/// What is accepted: with a good signature by whom it says, or decrypted without any signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Accepted {
    pub content: Vec<u8>,
    /// Whether a signature was verified.
    pub is_signed: bool,
}

impl Outcome {
    fn accepted(content: &[u8], is_signed: bool) -> Outcome {
        let content = content.to_vec();
        Outcome::Accepted(Accepted { content, is_signed })
    }

    pub fn is_accepted(&self) -> bool {
        matches!(self, Outcome::Accepted(_))
    }
}

impl Accepted {
    /// Whether this has the content of the other one, but for line ends, and a signature if that one has.
    pub fn covers(&self, other: &Accepted) -> bool {
        unpack::canonical(&self.content) == unpack::canonical(&other.content)
            && self.is_signed >= other.is_signed
    }
}

impl std::fmt::Debug for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let verified = ["not signed", "signed"][usize::from(self.is_signed)];
        write!(f, "{} bytes, {verified}", self.content.len())
    }
}

/// An opener that trusts the test CA, and has the key of this reader.
pub fn opener(reader: Option<&Person>, sender: &str) -> Opener {
    let mut anchors = TrustAnchors::new();
    anchors.add(&Certificate::from_bytes(ca().certificate_der()).unwrap());
    let opener = Opener::new(&anchors)
        .policy(StandardPolicy::at(now()))
        .expect_signer(&Mailbox::new(sender).unwrap());
    match reader {
        Some(reader) => opener.identity(&reader.identity),
        None => opener,
    }
}

/// Opened in memory only.
pub fn opened(opener: &Opener, message: &Message) -> Result<Opened, Error> {
    match message {
        Message::Mail(mail) => opener.open(mail),
        Message::Object { cms, content: None } => opener.open_cms(cms),
        Message::Object {
            cms,
            content: Some(content),
        } => opener.verify_detached(content, cms),
    }
}

/// Opened over every face, which must say the same.
#[track_caller]
pub fn opened_all(opener: &Opener, message: &Message) -> Result<Opened, Error> {
    match message {
        Message::Mail(mail) => opener.open_all(mail),
        Message::Object { cms, content: None } => opener.open_cms_all(cms),
        Message::Object {
            cms,
            content: Some(content),
        } => opener.verify_detached_all(content, cms),
    }
}

/// The verdict in the terms of the comparison.
pub fn judged(opened: &Result<Opened, Error>) -> Outcome {
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return Outcome::Refused(format!("error: {error}")),
    };
    let is_certificates_only = opened
        .report()
        .layers()
        .iter()
        .any(|layer| matches!(layer.kind(), LayerKind::NoSigners));
    match opened.content() {
        Content::Trusted(message) => Outcome::accepted(message.bytes(), true),
        Content::Unsigned(message)
            if message.encryption() != Encryption::None && !is_certificates_only =>
        {
            Outcome::accepted(message.bytes(), false)
        }
        _ => {
            let report = opened.report();
            let failed: Vec<String> = report.failed_checks().map(ToString::to_string).collect();
            Outcome::Refused(format!("{:?}: {}", report.verdict(), failed.join(" | ")))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    OpenSsl,
    /// OpenSSL with the CMS that `unpack` finds, and not with the mail.
    OpenSslCms,
    Gpgsm,
    Nss,
}

impl Peer {
    pub const ALL: [Peer; 4] = [Peer::OpenSsl, Peer::OpenSslCms, Peer::Nss, Peer::Gpgsm];
    pub const MAIN: [Peer; 3] = [Peer::OpenSsl, Peer::Nss, Peer::Gpgsm];
}

/// The peers, with keys.
pub struct Peers {
    pub openssl: OpenSsl,
    pub gpgsm: Option<Gpgsm>,
    pub nss: Option<Nss>,
    /// OpenSSL gets the signers' certificates, as the other two have them.
    pub knows_signers: bool,
}

/// gpgsm 2.2 can import no other keys.
pub fn with_rsa(kinds: &[Key], person: fn(Key) -> Person) -> Vec<Person> {
    kinds
        .iter()
        .copied()
        .filter(|kind| is_rsa(*kind))
        .map(person)
        .collect()
}

impl Peers {
    pub fn find() -> Option<Peers> {
        let openssl = OpenSsl::find()?;
        for kind in READERS {
            openssl.write(
                &format!("reader.{kind:?}.pem"),
                reader(kind).certificate_pem(),
            );
            openssl.write(&format!("reader.{kind:?}.key"), reader(kind).key_pem());
        }
        for kind in SIGNERS {
            openssl.write(
                &format!("signer.{kind:?}.pem"),
                signer(kind).certificate_pem(),
            );
            openssl.write(&format!("signer.{kind:?}.key"), signer(kind).key_pem());
        }
        let signers = SIGNERS.map(|kind| signer(kind).certificate_pem()).concat();
        openssl.write("signers.pem", signers);
        let rsa = [with_rsa(&READERS, reader), with_rsa(&SIGNERS, signer)].concat();
        let ec = [Key::P256, Key::P384].map(signer);
        let all = [&rsa[..], &ec].concat();
        Some(Peers {
            openssl,
            gpgsm: Gpgsm::find(&rsa.iter().collect::<Vec<_>>()),
            nss: Nss::find(&all.iter().collect::<Vec<_>>()),
            knows_signers: false,
        })
    }

    /// What a peer makes of a message; `None` when it is not installed. All layers are undone, `reader` being whose key
    /// OpenSSL takes (the others have their own). What is wanted, when it comes up with the signature it has to have, ends
    /// it: we may stop where content of an unknown type holds another layer.
    pub fn read(
        &self,
        peer: Peer,
        message: &Message,
        reader: Option<Who>,
        wanted: Option<&Accepted>,
    ) -> Option<Outcome> {
        match peer {
            Peer::Gpgsm => self.gpgsm.as_ref().map(|_| ())?,
            Peer::Nss => self.nss.as_ref().map(|_| ())?,
            Peer::OpenSsl | Peer::OpenSslCms => {}
        }
        let mut now = message.clone();
        let mut is_signed = false;
        for depth in 0..12 {
            let Some(layer) = now.layer() else {
                return Some(match depth {
                    0 => Outcome::Refused("no protection found".into()),
                    _ => Outcome::accepted(now.bytes(), is_signed),
                });
            };
            if depth > 0 && layer.kind == Kind::Compressed && matches!(now, Message::Object { .. })
            {
                // Compressed content of an object is content, to the peers and to us.
                return Some(Outcome::accepted(now.bytes(), is_signed));
            }
            let content = match (layer.kind, peer) {
                (Kind::Compressed, _) => unpack::inflated(&layer.cms),
                (kind, Peer::OpenSsl) if matches!(now, Message::Mail(_)) => {
                    self.openssl(kind, &now, reader)
                }
                (kind, Peer::OpenSsl | Peer::OpenSslCms) => {
                    let (cms, content) = (layer.cms.clone(), layer.content.clone());
                    self.openssl(kind, &Message::Object { cms, content }, reader)
                }
                (Kind::Signed, Peer::Gpgsm) => signed_gpgsm(self.gpgsm.as_ref()?, &layer),
                (Kind::Signed, Peer::Nss) => signed_nss(self.nss.as_ref()?, &layer),
                (Kind::Encrypted, Peer::Gpgsm) => self.gpgsm.as_ref()?.decrypt(&layer.cms),
                (Kind::Encrypted, Peer::Nss) => self.nss.as_ref()?.decrypt(&layer.cms),
            };
            let content = match content {
                Ok(content) => content,
                Err(said) => return Some(Outcome::Refused(said)),
            };
            is_signed |= layer.kind == Kind::Signed;
            let so_far = Accepted { content, is_signed };
            if wanted.is_some_and(|wanted| so_far.covers(wanted)) {
                return Some(Outcome::Accepted(so_far));
            }
            let content = so_far.content;
            // An object may hold a mail, when the CMS was taken out of one.
            now = match &now {
                Message::Object { .. } if unpack::mail(&content).is_none() => Message::Object {
                    cms: content,
                    content: None,
                },
                _ => Message::Mail(content),
            };
        }
        Some(Outcome::Refused("too many layers".into()))
    }

    fn openssl(
        &self,
        kind: Kind,
        message: &Message,
        reader: Option<Who>,
    ) -> Result<Vec<u8>, String> {
        let mut arguments = vec!["cms".to_owned()];
        let mut add = |text: &str| arguments.extend(text.split(' ').map(str::to_owned));
        let openssl = &self.openssl;
        openssl.write("in", message.bytes());
        openssl.write("out", b"");
        match message {
            Message::Mail(_) => add("-in in -out out"),
            Message::Object { .. } => add("-in in -inform DER -binary -out out"),
        }
        if let Message::Object {
            content: Some(content),
            ..
        } = message
        {
            openssl.write("beside", content);
            add("-content beside");
        }
        match (kind, reader) {
            // The times of the mails, whatever the clock of the machine.
            (Kind::Signed, _) => add("-verify -CAfile ca.pem -attime 1780315200"),
            (Kind::Compressed, _) => return Err("no zlib".into()),
            (Kind::Encrypted, Some(who)) => {
                let file = who.file();
                add(&format!("-decrypt -recip {file}.pem -inkey {file}.key"));
            }
            (Kind::Encrypted, None) => return Err("no reader".into()),
        }
        if kind == Kind::Signed && self.knows_signers {
            add("-certfile signers.pem");
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        openssl.run(&arguments)?;
        Ok(openssl.read("out"))
    }
}

fn signed_gpgsm(gpgsm: &Gpgsm, layer: &Layer) -> Result<Vec<u8>, String> {
    match &layer.content {
        Some(content) => gpgsm
            .verify_detached(&layer.cms, content)
            .map(|()| content.clone()),
        None => gpgsm.verify(&layer.cms),
    }
}

fn signed_nss(nss: &Nss, layer: &Layer) -> Result<Vec<u8>, String> {
    match &layer.content {
        Some(content) => nss
            .verify_detached(&layer.cms, content)
            .map(|()| content.clone()),
        None => nss.verify(&layer.cms),
    }
}
