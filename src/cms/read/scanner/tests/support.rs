//! Comparing the readers of whole objects with the scanner.

use super::*;
use crate::cms::read::Octets;

/// The reduced object, and its content if it has any; pushed in pieces of `size`.
pub(super) fn scan(
    content_type: Option<ObjectIdentifier>,
    input: &[u8],
    size: usize,
    limits: &Limits,
) -> Result<(Reduced, Option<Vec<u8>>), Error> {
    let mut content = None;
    let mut scanner = ObjectScanner::new(content_type, limits);
    for piece in input.chunks(size) {
        scanner.push(piece, &mut |event| {
            match (event, &mut content) {
                (Event::Head(_), None) => content = Some(Vec::new()),
                (Event::Octets(octets), Some(content)) => {
                    assert!(!octets.is_empty());
                    content.extend_from_slice(octets);
                }
                _ => panic!("an event out of its place"),
            }
            Ok(())
        })?;
    }
    let reduced = scanner.finish()?;
    let len = content.as_ref().map(|c| u64::try_from(c.len()).unwrap());
    assert_eq!(reduced.content, len);
    Ok((reduced, content))
}

/// The heads of an object.
pub(super) fn heads(input: &[u8]) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut scanner = ObjectScanner::new(None, &limits());
    let result = scanner.push(input, &mut |event| {
        if let Event::Head(head) = event {
            heads.push(head);
        }
        Ok(())
    });
    result.unwrap();
    heads
}

/// What is read of an object, without its content, in words; and the content.
fn told(received: &Received<'_>) -> (String, Option<Vec<u8>>) {
    let joined = |octets: &Octets<'_>| Some(octets.joined().into_owned());
    match received {
        Received::Data(octets) => ("data".into(), joined(octets)),
        Received::Compressed(data) => {
            let words = format!("compressed {}", data.content_type);
            (words, joined(&data.content))
        }
        Received::Signed(data) => {
            let signers = data.signers.iter().map(|signer| match signer {
                // Positions in it are others.
                Err(_) => "unreadable".to_owned(),
                Ok(signer) => {
                    let attributes = signer.attributes.as_ref();
                    let signed = attributes.map(|a| (&a.to_be_signed, &a.to_be_signed_der));
                    format!(
                        "{:?}",
                        (
                            &signer.digest_identifier,
                            &signer.signature_identifier,
                            &signer.signature,
                            signed,
                            &signer.unsigned_attributes,
                            signer.sid.to_string(),
                        )
                    )
                }
            });
            let signers: Vec<String> = signers.collect();
            let words = format!(
                "signed {} {:?} {:?} {:?} {} {signers:?}",
                data.content_type,
                data.certificates,
                data.crls,
                data.ocsp_responses,
                data.skipped.len(),
            );
            (words, data.content.as_ref().and_then(joined))
        }
        Received::Enveloped(data) => {
            let recipients = data.recipients.iter().map(|r| r.recipients().len());
            let words = format!(
                "enveloped {} {:?} {:?} {:?} {:?} {:?} {}",
                data.content_type,
                data.cipher,
                data.tag_len,
                recipients.collect::<Vec<_>>(),
                data.certificates,
                data.notes,
                data.tail_in_words(),
            );
            (words, joined(data.ciphertext()))
        }
        Received::Other(other) => (format!("other {other}"), None),
    }
}

fn read_any<'a>(
    content_type: Option<ObjectIdentifier>,
    input: &'a [u8],
    limits: &Limits,
) -> Result<Received<'a>, Error> {
    match &content_type {
        None => read(input, limits),
        Some(content_type) => read_as(content_type, input, limits),
    }
}

/// Asserts that both ways agree, and tells whether the object was read.
pub(super) fn agree_as(
    content_type: Option<ObjectIdentifier>,
    input: &[u8],
    size: usize,
    limits: &Limits,
) -> bool {
    let whole = read_any(content_type, input, limits).map(|received| told(&received));
    let streamed = scan(content_type, input, size, limits).and_then(|(reduced, content)| {
        let received = read_any(content_type, &reduced.object, limits)?;
        let (words, left) = told(&received);
        if !matches!(received, Received::Other(_)) {
            assert_eq!(left, content.as_ref().map(|_| Vec::new()));
        }
        Ok((words, content))
    });
    match (whole, streamed) {
        (Ok(whole), Ok(streamed)) => {
            assert_eq!(whole, streamed);
            true
        }
        (Err(_), Err(_)) => false,
        (Ok(_), Err(error)) => panic!("only the scanner refuses it: {error}\n{input:02x?}"),
        (Err(error), Ok(_)) => panic!("the scanner accepts what is refused: {error}\n{input:02x?}"),
    }
}

pub(super) fn agree(input: &[u8], size: usize) -> bool {
    agree_as(None, input, size, &limits())
}

/// In pieces of several sizes.
pub(super) fn all_splits(input: &[u8]) -> bool {
    let read = agree(input, 1);
    for size in [2, 7, 1_000, usize::MAX] {
        assert_eq!(agree(input, size), read);
    }
    read
}

/// The same object in another form: of each value in turn the length is definite (0), in four octets (1) or
/// indefinite (2), and a string comes in pieces when 3 is added.
pub(super) fn reencoded(der: &[u8], forms: &[u8]) -> (Vec<u8>, usize) {
    let mut out = Vec::new();
    let mut used = 0;
    let limits = Limits::default();
    values(
        Reader::new(der, "test", &limits),
        forms,
        &mut used,
        &mut out,
    );
    (out, used)
}

fn values(mut reader: Reader<'_>, forms: &[u8], used: &mut usize, out: &mut Vec<u8>) {
    while !reader.is_empty() {
        let value = reader.read().unwrap();
        let form = forms[*used % forms.len()];
        *used += 1;
        let is_string = value.tag == Tag::OCTET_STRING;
        if is_string && form >= 3 {
            let middle = value.content.len() / 2;
            let (first, second) = value.content.split_at(middle);
            let pieces = [octet_string(first), octet_string(b""), octet_string(second)].concat();
            wrap(value.tag.constructed(), &pieces, form % 3, out);
        } else if value.tag.constructed {
            let mut inside = Vec::new();
            values(value.reader().unwrap(), forms, used, &mut inside);
            wrap(value.tag, &inside, form % 3, out);
        } else {
            wrap(value.tag, value.content, form % 2, out);
        }
    }
}

fn wrap(tag: Tag, content: &[u8], form: u8, out: &mut Vec<u8>) {
    match form {
        0 => out.extend(tlv(tag, content)),
        1 => {
            out.extend(&tlv(tag, &[])[..1]);
            out.push(0x84);
            out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
            out.extend(content);
        }
        _ => {
            out.extend(indefinite(tag));
            out.extend(content);
            out.extend(END_OF_CONTENTS);
        }
    }
}
