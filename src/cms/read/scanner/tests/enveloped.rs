//! Encryption, opened as it goes by.

use super::*;
use crate::cms::read::EnvelopedData;
use crate::cms::read::enveloped::tests::{GCM_TAG, GCM_TEXT, KEY, Message, TEXT, cbc, gcm, late};

pub(super) fn encrypted() -> Message {
    Message::enveloped(&cbc(), &[9; 48])
}

pub(super) fn authenticated() -> Message {
    Message::authenticated(&gcm(16), &GCM_TEXT, &GCM_TAG)
}

pub(super) fn with_attributes() -> Message {
    late()
}

/// Decrypts what goes by in pieces of this size.
fn open(input: &[u8], size: usize, key: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut decryptor = None;
    let mut scanner = ObjectScanner::new(None, &limits());
    for piece in input.chunks(size) {
        scanner.push(piece, &mut |event| match event {
            Event::Head(Head::Enveloped {
                reduced,
                content_type,
            }) => {
                let head = EnvelopedData::read_head(&reduced, content_type.as_ref(), &limits())?;
                let key = head.content_key(key)?;
                decryptor = Some(key.decryptor_with(&[])?);
                Ok(())
            }
            Event::Octets(octets) => decryptor.as_mut().unwrap().push(octets, &mut out),
            Event::Head(_) => panic!("another type"),
        })?;
    }
    let reduced = scanner.finish()?;
    let Received::Enveloped(whole) = read(&reduced.object, &limits())? else {
        panic!("another type");
    };
    whole.end(decryptor.unwrap(), &mut out)?;
    Ok(out)
}

#[test]
fn decrypts_as_it_goes_by() {
    for forms in [&[0][..], &[2], &[5, 3], &[1]] {
        let (ber, _) = reencoded(&authenticated().der(), forms);
        for size in [1, 7, usize::MAX] {
            assert_eq!(open(&ber, size, &KEY).unwrap(), TEXT);
        }
    }
}

#[test]
fn one_error_for_every_failure_of_decryption() {
    let is_uniform = |result: Result<Vec<u8>, Error>| {
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Decryption), "{error}");
    };
    let good = authenticated().der();
    for key in [&[0; 16][..], &[], &KEY[..15], &[0; 17], &[0; 32]] {
        is_uniform(open(&good, 7, key));
    }
    for byte in 0..GCM_TEXT.len() {
        let mut changed = GCM_TEXT;
        changed[byte] ^= 1;
        is_uniform(open(
            &Message::authenticated(&gcm(16), &changed, &GCM_TAG).der(),
            7,
            &KEY,
        ));
    }
    let mut tag = GCM_TAG;
    tag[0] ^= 1;
    is_uniform(open(
        &Message::authenticated(&gcm(16), &GCM_TEXT, &tag).der(),
        7,
        &KEY,
    ));
    is_uniform(open(&Message::enveloped(&cbc(), &[0; 31]).der(), 7, &KEY));
}

/// A key of another message never gets a plaintext out of one whose algorithm cannot be read.
#[test]
fn what_cannot_be_read_is_refused_at_its_head() {
    let none = Message {
        encrypted_content: None,
        ..authenticated()
    };
    let error = read(&none.der(), &limits()).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
    assert!(!all_splits(&none.der()));
    let wrong = Message::authenticated(&cbc(), &GCM_TEXT, &GCM_TAG).der();
    let whole = read(&wrong, &limits()).err().unwrap().to_string();
    let mut scanner = ObjectScanner::new(None, &limits());
    let streamed = scanner.push(&wrong, &mut |_| panic!("an event"));
    assert_eq!(whole, streamed.unwrap_err().to_string());
}

#[test]
fn authenticated_attributes_come_after_the_content() {
    let opened = open(&with_attributes().der(), 7, &KEY).unwrap();
    assert_eq!(opened.as_slice(), TEXT);
}
