//! Good messages made bad, or only odd: by values of their BER, by bytes, by lines of MIME, by certificates; as they are on
//! their way, or before they are encrypted.

use base64_simd::STANDARD;
use smime::crypto::ContentCipher;

use crate::ca::Key;
use crate::cast::{Who, reader};
use crate::certificate_mutation::certificates;
use crate::dice::Dice;
use crate::made_here::Made;
use crate::mime_mutation::{base64, lines};
use crate::people::protector;
use crate::reading::Message;
use crate::tree::{Content, Length, Node};
use crate::unpack;

/// A message that was changed.
pub struct Mutant {
    pub message: Message,
    pub reader: Option<Who>,
    /// What was changed, when it was encrypted afterwards.
    pub inner: Option<Message>,
    pub way: String,
}

impl Mutant {
    /// One that is not encrypted.
    pub fn of(message: Message, way: &str) -> Mutant {
        Mutant {
            message,
            reader: None,
            inner: None,
            way: way.to_owned(),
        }
    }

    /// The first of the ways in which it was changed.
    pub fn kind(&self) -> &str {
        self.way.split(['+', ',']).next().unwrap_or_default()
    }
}

/// A message changed, and then encrypted if it was not and the dice say so.
pub fn mutant(base: &Made, other: &Made, dice: &mut Dice) -> Mutant {
    let (message, way) = changed(base, other, dice);
    let reader = base.readers.first().copied();
    if reader.is_none()
        && dice.percent(40)
        && let Some((outer, reader)) = encrypted(&message, dice)
    {
        return Mutant {
            message: outer,
            reader: Some(reader),
            inner: Some(message),
            way: format!("{way}, then encrypted"),
        };
    }
    Mutant {
        message,
        reader,
        inner: None,
        way,
    }
}

/// In an encryption that is good; `None` for what cannot be put into one.
fn encrypted(message: &Message, dice: &mut Dice) -> Option<(Message, Who)> {
    let kind = *dice.one_of(&[Key::Rsa2048, Key::Rsa3072, Key::P256]);
    let ciphers = [ContentCipher::Aes128Cbc, ContentCipher::Aes256Gcm];
    let protector = protector()
        .encrypt_to([reader(kind).certificate()])
        .cipher(*dice.one_of(&ciphers))
        .danger_ignore_addresses();
    let message = match message {
        Message::Mail(mail) => {
            let protected = protector.protect(mail.as_slice()).ok()?;
            Message::Mail(protected.copies().last()?.bytes().to_vec())
        }
        Message::Object { cms, content: None } => Message::Object {
            cms: protector.protect_cms(cms).ok()?,
            content: None,
        },
        Message::Object { .. } => return None,
    };
    Some((message, Who::Reader(kind)))
}

/// A message changed once or several times, and in which ways. `other` is a message to take parts from.
fn changed(base: &Made, other: &Made, dice: &mut Dice) -> (Message, String) {
    let mut message = base.message.clone();
    let mut ways = Vec::new();
    let many = if dice.percent(80) {
        1
    } else {
        2 + dice.below(2)
    };
    // What was broken once may be in no shape for another way.
    let mut tries = 0;
    while ways.len() < many && (tries < 50 || ways.is_empty()) {
        tries += 1;
        let (way, changed) = match dice.below(100) {
            0..28 => ("value", in_cms(&message, |cms| values(cms, other, dice))),
            28..36 => ("octets", in_cms(&message, |cms| Some(octets(cms, dice)))),
            36..54 => (
                "certificates",
                in_cms(&message, |cms| certificates(cms, &base.signers, dice)),
            ),
            54..66 => ("content", content(&message, dice)),
            66..80 => ("line", in_mail(&message, |mail| lines(mail, dice))),
            80..92 => ("base64", in_mail(&message, |mail| base64(mail, dice))),
            _ => ("mail", in_mail(&message, |mail| Some(octets(mail, dice)))),
        };
        if let Some(changed) = changed {
            message = changed;
            ways.push(way);
        }
    }
    (message, ways.join("+"))
}

fn in_mail(message: &Message, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<Message> {
    match message {
        Message::Mail(mail) => Some(Message::Mail(change(mail)?)),
        Message::Object { .. } => None,
    }
}

/// Changes the outermost CMS, and puts it back.
fn in_cms(message: &Message, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Option<Message> {
    match message {
        Message::Object { cms, content } => Some(Message::Object {
            cms: change(&unpack::object(cms, None)?.cms)?,
            content: content.clone(),
        }),
        Message::Mail(mail) => {
            let cms = unpack::mail(mail)?.cms;
            let (begin, end) = block(mail, &cms)?;
            let text = STANDARD.encode_to_string(change(&cms)?);
            let lines: Vec<&[u8]> = text.as_bytes().chunks(64).collect();
            let eol: &[u8] = if mail.contains(&b'\r') {
                b"\r\n"
            } else {
                b"\n"
            };
            let parts = [&mail[..begin], &lines.join(eol), eol, &mail[end..]];
            Some(Message::Mail(parts.concat()))
        }
    }
}

/// Where the base64 of this CMS stands.
pub fn block(mail: &[u8], cms: &[u8]) -> Option<(usize, usize)> {
    let head = STANDARD.encode_to_string(cms.get(..30)?);
    let begin = memchr::memmem::find(mail, head.as_bytes())?;
    let mut end = begin;
    for line in mail[begin..].split_inclusive(|byte| *byte == b'\n') {
        let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        let line_end = line.trim_ascii_end();
        if line_end.is_empty() || !line_end.iter().all(is_base64) {
            break;
        }
        end += line.len();
    }
    Some((begin, end))
}

fn octet(dice: &mut Dice) -> u8 {
    u8::try_from(dice.below(256)).unwrap()
}

/// Any bytes: one or a few changed, put in, taken out, doubled, exchanged, cut off.
pub fn octets(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if bytes.is_empty() {
        return vec![octet(dice)];
    }
    // Half of the places are near the end, where the signatures are.
    let near = dice.percent(50);
    let place = |dice: &mut Dice, length: usize| match near && length > 400 {
        true => length - 400 + dice.below(400),
        false => dice.below(length),
    };
    let at = place(dice, bytes.len());
    let to = (at + 1 + dice.below(20)).min(bytes.len());
    match dice.below(8) {
        0 | 1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes[at] = *dice.one_of(&[0, 1, 0x7f, 0x80, 0xff, b'\n', b'\r', b' ', b'=', b'-']),
        3 => bytes.insert(at, octet(dice)),
        4 => drop(bytes.drain(at..to)),
        5 => {
            let range = bytes[at..to].to_vec();
            bytes.splice(at..at, range);
        }
        6 => {
            let with = place(dice, bytes.len());
            bytes.swap(at, with);
        }
        _ => bytes.truncate(at),
    }
    bytes
}

/// One value of the CMS taken out, doubled, moved, exchanged, of another type, length or form.
fn values(cms: &[u8], other: &Made, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut tree = Node::parse(cms)?;
    let path = place(&tree, dice)?;
    let donor = match dice.percent(30) {
        true => other
            .message
            .layer()
            .and_then(|layer| Node::parse(&layer.cms)),
        false => None,
    };
    let donor = donor.as_ref().unwrap_or(&tree);
    let from = place(donor, dice)?;
    let donated = donor.at(&from)?.clone();
    let index = *path.last()?;
    let siblings = tree.siblings(&path)?;
    match dice.below(20) {
        0 => drop(siblings.remove(index)),
        1 | 2 => siblings.insert(index, siblings[index].clone()),
        3 => {
            let with = dice.below(siblings.len());
            siblings.swap(index, with);
        }
        4 => siblings.reverse(),
        5 => {
            let tags = [
                0x02, 0x03, 0x04, 0x05, 0x0c, 0x13, 0x16, 0x30, 0x31, 0x80, 0xa0, 0xa1, 0xa2,
            ];
            siblings[index].tag = vec![*dice.one_of(&tags)];
        }
        6 => siblings[index].tag[0] ^= 1 << dice.below(8),
        7 => siblings[index].length = Length::Off(*dice.one_of(&[-1, 1, 2, 127, -2])),
        8 => siblings[index].length = Length::Long(1 + dice.below(3)),
        9 if !siblings[index].children().is_empty() => {
            siblings[index].length = Length::Indefinite;
        }
        10 => siblings[index] = donated,
        11 => siblings.insert(index, donated),
        12 => siblings[index].content = Content::Octets(Vec::new()),
        13 => {
            let inner = siblings[index].clone();
            siblings[index] = Node {
                tag: vec![*dice.one_of(&[0x30, 0x31, 0x24, 0xa0, 0xa1])],
                content: Content::Nodes(vec![inner]),
                length: Length::Definite,
            };
        }
        14 => {
            // A string in pieces, which says the same.
            let pieces = siblings[index].octets();
            let piece = |part: &[u8]| Node {
                tag: vec![0x04],
                content: Content::Octets(part.to_vec()),
                length: Length::Definite,
            };
            let (head, tail) = pieces.split_at(dice.below(pieces.len() + 1));
            siblings[index].tag[0] |= 0x20;
            siblings[index].content = Content::Nodes(vec![piece(head), piece(tail)]);
        }
        _ => match &mut siblings[index].content {
            Content::Octets(content) => {
                let changed = octets(content, dice);
                *content = changed;
            }
            Content::Nodes(nodes) if !nodes.is_empty() => {
                let which = dice.below(nodes.len());
                nodes[which].tag[0] ^= 0x01;
            }
            Content::Nodes(_) => siblings[index].tag[0] ^= 0x20,
        },
    }
    Some(tree.write())
}

/// A value, not often one inside of a certificate.
fn place(tree: &Node, dice: &mut Dice) -> Option<Vec<usize>> {
    let paths = tree.paths();
    let is_inside = |path: &[usize]| {
        path.len() > 4
            && path.starts_with(&[1, 0])
            && tree.at(&path[..3]).is_some_and(|node| node.tag == [0xa0])
    };
    let outside: Vec<_> = paths.iter().filter(|path| !is_inside(path)).collect();
    match (outside.is_empty(), dice.percent(80)) {
        (_, false) | (true, _) if paths.is_empty() => None,
        (_, false) | (true, _) => Some(dice.one_of(&paths).clone()),
        (false, true) => Some((*dice.one_of(&outside)).clone()),
    }
}

/// What a detached signature is about, or the eContent.
fn content(message: &Message, dice: &mut Dice) -> Option<Message> {
    match message {
        Message::Object {
            cms,
            content: Some(content),
        } => Some(Message::Object {
            cms: cms.clone(),
            content: Some(text(content, dice)),
        }),
        Message::Object { .. } => in_cms(message, |cms| e_content(cms, dice)),
        Message::Mail(mail) => {
            let layer = unpack::mail(mail)?;
            let Some(part) = layer.content else {
                return in_cms(message, |cms| e_content(cms, dice));
            };
            let found = memchr::memmem::find(mail, &part).or_else(|| {
                let lf = String::from_utf8_lossy(&part).replace("\r\n", "\n");
                memchr::memmem::find(mail, lf.as_bytes())
            })?;
            let length = match mail[found..].starts_with(&part) {
                true => part.len(),
                false => part.len() - memchr::memmem::find_iter(&part, b"\r\n").count(),
            };
            let changed = text(&mail[found..found + length], dice);
            Some(Message::Mail(
                [&mail[..found], &changed, &mail[found + length..]].concat(),
            ))
        }
    }
}

fn e_content(cms: &[u8], dice: &mut Dice) -> Option<Vec<u8>> {
    let mut tree = Node::parse(cms)?;
    let e_content = tree.siblings(&[1, 0, 2, 1, 0])?.first_mut()?;
    let changed = text(&e_content.octets(), dice);
    e_content.tag = vec![0x04];
    e_content.content = Content::Octets(changed);
    e_content.length = Length::Definite;
    Some(tree.write())
}

/// A change of text that some canonical form may hide, or any change.
fn text(content: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut content = content.to_vec();
    let breaks: Vec<usize> = memchr::memchr_iter(b'\n', &content).collect();
    match dice.below(10) {
        0 if !breaks.is_empty() => {
            content.insert(*dice.one_of(&breaks), *dice.one_of(b" \t\r"));
            content
        }
        1 if !breaks.is_empty() => {
            content.remove(*dice.one_of(&breaks));
            content
        }
        2 => [&content[..], b"\r\n"].concat(),
        3 => [b"\r\n", &content[..]].concat(),
        4 => content.trim_ascii_end().to_vec(),
        5 => unpack::canonical(&content),
        6 => memchr::memmem::find_iter(&content, b"\r\n")
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .fold(content.clone(), |mut content, at| {
                content.remove(at);
                content
            }),
        _ => octets(&content, dice),
    }
}
