//! Mail by recipe: what the input decides is how it is built, so that mutations of it are mails too.
//!
//! The first bytes name layers, from the inside out, and changes to the bytes of a layer; the rest is the content.

use smime::crypto::ContentCipher;
use smime::fuzzing::mime::{base64, canonical, quoted_printable};
use smime::{Certificate, Protector};

use crate::input::Input;
use crate::world::{protector, world};

const LAYERS: usize = 6;
const CHANGES: usize = 4;
/// What is larger is not built any further.
const LARGEST: usize = 96 << 10;

/// One change to the bytes of a layer.
struct Change {
    layer: usize,
    place: usize,
    kind: u8,
    value: u8,
}

/// The mail that the input describes.
pub fn mail(input: &mut Input<'_>) -> Vec<u8> {
    let layers: Vec<(u8, u8)> = (0..LAYERS).map(|_| (input.byte(), input.byte())).collect();
    let changes: Vec<Change> = (0..CHANGES)
        .map(|_| Change {
            layer: usize::from(input.byte()),
            place: input.number(),
            kind: input.byte(),
            value: input.byte(),
        })
        .collect();
    let mut bytes = std::mem::replace(input, Input::new(&[])).rest().to_vec();
    for (index, (kind, how)) in layers.into_iter().enumerate() {
        if bytes.len() > LARGEST {
            break;
        }
        if let Some(outer) = layer(&bytes, kind, how) {
            bytes = outer;
        }
        for change in changes.iter().filter(|change| change.layer == index + 1) {
            apply(&mut bytes, change);
        }
    }
    bytes
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    // Most of what matters stands at the beginning or at the end.
    let place = match change.kind & 0x40 {
        0 => change.place % bytes.len(),
        _ => bytes.len() - 1 - change.place % bytes.len(),
    };
    match change.kind % 8 {
        0 => bytes[place] = change.value,
        1 => bytes[place] ^= 1 << (change.value % 8),
        2 => bytes.insert(place, change.value),
        3 => drop(bytes.remove(place)),
        4 => bytes.truncate(place),
        5 => drop(bytes.splice(place..place, *b"\r\n")),
        6 => {
            let end = bytes.len().min(place + usize::from(change.value));
            let copy = bytes[place..end].to_vec();
            bytes.splice(place..place, copy);
        }
        _ => {
            let end = bytes.len().min(place + usize::from(change.value));
            bytes.drain(place..end);
        }
    }
}

/// This layer around `inner`; `None` where it does not fit.
fn layer(inner: &[u8], kind: u8, how: u8) -> Option<Vec<u8>> {
    match kind % 17 {
        0 => None,
        1 => signed(inner, how),
        2 => detached(inner, how),
        3 => encrypted(inner, how),
        4 => compressed(inner, how),
        5 => Some(mixed(inner, how)),
        6 => Some(entity("message/rfc822", inner, how)),
        7 => Some(entity("text/plain; charset=utf-8", inner, how)),
        8 => Some(headed(inner, how)),
        9 => Some(with_line_ends(inner, how)),
        10 => armoured(inner, how),
        11 => canonical(&[inner], how & 1 == 0, 300).ok(),
        12 => Some(wrapped_header(inner, how)),
        13 => Some(entity(
            "application/octet-stream; name=\"a.p7m\"",
            inner,
            how,
        )),
        14 => Some(alternative(inner, how)),
        15 => indefinite(inner),
        _ => bare(inner, how),
    }
}

fn signers(protector: Protector, how: u8) -> Protector {
    let world = world();
    match how & 3 {
        0 => protector.sign(&world.alice),
        1 => protector.sign(&world.bob),
        2 => protector.sign(&world.dave),
        _ => protector.sign(&world.alice).sign(&world.bob),
    }
}

fn recipients(how: u8) -> Vec<&'static Certificate> {
    let world = world();
    let (alice, bob) = (world.alice.certificate(), world.bob.certificate());
    match how & 3 {
        0 => vec![alice],
        1 => vec![bob],
        2 => vec![world.carol.certificate()],
        _ => vec![alice, bob],
    }
}

fn encrypting(how: u8) -> Protector {
    let cipher = match how >> 2 & 3 {
        0 => ContentCipher::Aes128Gcm,
        1 => ContentCipher::Aes256Cbc,
        2 => ContentCipher::ChaCha20Poly1305,
        _ => ContentCipher::Aes256Gcm,
    };
    protector()
        .encrypt_to(recipients(how))
        .cipher(cipher)
        .not_to_self()
}

fn signed(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    let cms = signers(protector().opaque(), how).protect_cms(inner).ok()?;
    Some(enclosed(&cms, "signed-data", how))
}

fn encrypted(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    let cms = encrypting(how).protect_cms(inner).ok()?;
    let kind = match how >> 2 & 1 {
        0 => "authEnveloped-data",
        _ => "enveloped-data",
    };
    Some(enclosed(&cms, kind, how))
}

/// Compressed, and around that signed or encrypted.
fn compressed(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    let (cms, kind) = match how & 1 {
        0 => (
            signers(protector().opaque().compress(), how >> 1).protect_cms(inner),
            "signed-data",
        ),
        _ => (
            encrypting(how >> 1).compress().protect_cms(inner),
            "enveloped-data",
        ),
    };
    Some(enclosed(&cms.ok()?, kind, how))
}

/// CMS as the body of a mail part.
fn enclosed(cms: &[u8], kind: &str, how: u8) -> Vec<u8> {
    let media_type = format!("application/pkcs7-mime; smime-type={kind}; name=\"smime.p7m\"");
    match how >> 4 & 3 {
        3 => entity(&media_type, cms, 2),
        _ => entity(&media_type, cms, 0),
    }
}

/// multipart/signed: `inner` is the first part.
fn detached(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    let signed = match how >> 4 & 1 {
        0 => canonical(&[inner], true, 300).ok()?,
        _ => inner.to_vec(),
    };
    let signature = signers(protector(), how).protect_cms(&signed).ok()?;
    let protocol = match how >> 5 & 1 {
        0 => "; protocol=\"application/pkcs7-signature\"; micalg=sha-256",
        _ => "",
    };
    let signature = entity(
        "application/pkcs7-signature; name=\"smime.p7s\"",
        &signature,
        0,
    );
    Some(
        [
            format!("Content-Type: multipart/signed{protocol}; boundary=\"s\"\r\n\r\n--s\r\n")
                .as_bytes(),
            inner,
            b"\r\n--s\r\n",
            &signature,
            b"\r\n--s--\r\n",
        ]
        .concat(),
    )
}

/// An entity with this body in some transfer encoding.
fn entity(media_type: &str, body: &[u8], how: u8) -> Vec<u8> {
    let (encoding, body) = match how & 3 {
        0 => ("base64", base64(&[body])),
        1 => ("quoted-printable", quoted_printable(&[body])),
        2 => ("binary", body.to_vec()),
        _ => ("8bit", body.to_vec()),
    };
    let head =
        format!("Content-Type: {media_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
    [head.as_bytes(), &body].concat()
}

/// With something before it and after it, as mailing lists do.
fn mixed(inner: &[u8], how: u8) -> Vec<u8> {
    let text: &[u8] = b"Content-Type: text/plain\r\n\r\nfooter\r\n";
    let mut body = b"Content-Type: multipart/mixed; boundary=m\r\n\r\n".to_vec();
    if how & 1 == 1 {
        body.extend_from_slice(b"preamble\r\n");
    }
    for part in [text, inner, text] {
        let is_wanted = part == inner || how & 2 == 2;
        if is_wanted {
            body.extend([b"--m\r\n", part, b"\r\n"].concat());
        }
    }
    if how & 4 == 0 {
        body.extend_from_slice(b"--m--\r\n");
    }
    body
}

fn alternative(inner: &[u8], how: u8) -> Vec<u8> {
    let boundary = match how & 1 {
        0 => "s",
        _ => "m",
    };
    let subtype = match how >> 1 & 1 {
        0 => "alternative",
        _ => "related",
    };
    let head =
        format!("Content-Type: multipart/{subtype}; boundary={boundary}\r\n\r\n--{boundary}\r\n");
    let end = format!("\r\n--{boundary}--\r\n");
    [head.as_bytes(), inner, end.as_bytes()].concat()
}

/// With the header of a mail.
fn headed(inner: &[u8], how: u8) -> Vec<u8> {
    let from = match how & 3 {
        0 => "alice@example.org",
        1 => "bob@example.org",
        2 => "dave@example.org",
        _ => "\"bob@example.org\" <eve@example.com>",
    };
    let head = format!(
        "From: {from}\r\nTo: bob@example.org\r\nSubject: =?utf-8?q?fuzz=20?=\r\n\
         Date: Tue, 01 Jun 2027 00:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    );
    [head.as_bytes(), inner].concat()
}

/// Header protection (RFC 9788): the fields once more, inside.
fn wrapped_header(inner: &[u8], how: u8) -> Vec<u8> {
    let hp = match how & 1 {
        0 => "clear",
        _ => "cipher",
    };
    let text = String::from_utf8_lossy(inner);
    let marked = text.replacen("\r\n\r\n", &format!("; hp=\"{hp}\"\r\n\r\n"), 1);
    headed(marked.as_bytes(), how >> 1)
}

fn with_line_ends(inner: &[u8], how: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    for line in inner.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        out.extend_from_slice(text);
        if line.ends_with(b"\n") {
            out.extend_from_slice(match how & 1 {
                0 => b"\n",
                _ => b"\r\n",
            });
        }
    }
    out
}

fn armoured(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    let cms = match how >> 2 & 1 {
        0 => signers(protector().opaque(), how).protect_cms(inner).ok()?,
        _ => encrypting(how).protect_cms(inner).ok()?,
    };
    let label = match how >> 4 & 1 {
        0 => "CMS",
        _ => "PKCS7",
    };
    let begin = format!("-----BEGIN {label}-----\r\n");
    let end = format!("-----END {label}-----\r\n");
    let text = [begin.as_bytes(), &base64(&[&cms]), end.as_bytes()].concat();
    Some(match how >> 5 & 1 {
        0 => entity("text/plain", &text, 3),
        _ => text,
    })
}

/// CMS without any mail around it.
fn bare(inner: &[u8], how: u8) -> Option<Vec<u8>> {
    match how >> 6 & 1 {
        0 => signers(protector().opaque(), how).protect_cms(inner).ok(),
        _ => encrypting(how).protect_cms(inner).ok(),
    }
}

/// DER with an indefinite length outside, as BER of streams is.
fn indefinite(inner: &[u8]) -> Option<Vec<u8>> {
    let head = match (inner.first()?, inner.get(1)?) {
        (0x30, 0..=0x7f) => 2,
        (0x30, 0x81..=0x84) => 2 + usize::from(inner[1] & 0x7f),
        _ => return None,
    };
    Some([&[0x30, 0x80], inner.get(head..)?, &[0, 0]].concat())
}
