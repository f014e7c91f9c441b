//! What those who receive a mail see of it.

use smime::ErrorKind;
use smime::open::{Content, Opened};
use smime::report::LayerKind;

/// What stands in an opened mail, in a few lines.
pub fn seen(opened: &Opened) -> Vec<String> {
    let (word, message) = match opened.content() {
        Content::Trusted(message) => ("trusted", message),
        Content::Untrusted(message) => ("NOT trusted", message),
        Content::Unsigned(message) => ("not signed", message),
        _ => return vec!["kept back: a signature does not verify".into()],
    };
    let report = opened.report();
    // The address in From, if the signer of the whole mail has a certificate for it.
    let by = match report.signer().and_then(|signer| signer.address()) {
        Some(address) => format!(", signed by {address}"),
        None => String::new(),
    };
    let mut lines = vec![format!("{word}{by}{}", encryption(opened))];
    for part in message.parts() {
        if !part.media_type().starts_with("multipart/") {
            let path = part.path();
            lines.push(format!(
                "part {path}: {}, {} bytes",
                part.media_type(),
                part.bytes().len()
            ));
        }
    }
    lines.extend(report.failed_checks().map(ToString::to_string));
    lines
}

fn encryption(opened: &Opened) -> String {
    // From inside: the cipher next to the content is the one that counts.
    let mut layers = opened.report().layers().iter().rev();
    let cipher = layers.find_map(|layer| match layer.kind() {
        LayerKind::Encrypted { cipher, .. } if layer.part().is_empty() => Some(cipher.name()),
        _ => None,
    });
    match cipher {
        Some(cipher) => format!(", encrypted with {cipher}"),
        None => ", not encrypted".into(),
    }
}

/// Why a mail was not opened, in the terms of the demo.
pub fn closed(error: &smime::Error) -> String {
    match error.kind() {
        ErrorKind::Missing { .. } => "cannot read it: it is encrypted to others".into(),
        _ => format!("cannot read it: {error}"),
    }
}
