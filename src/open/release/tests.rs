use std::ops::Range;
use std::sync::Arc;

use hex_literal::hex;

use super::*;
use crate::ErrorKind;
use crate::asn1::{implicit, integer_u64, octet_string, oid as der_oid, sequence, set_of};
use crate::bag::content_info;
use crate::cms::oid;
use crate::cms::read::enveloped::ContentKey;
use crate::cms::read::{Received, read};
use crate::crypto::ContentCipher;
use crate::crypto::encryptor::Encryptor;
use crate::open::bulk::{Bulk, BulkKind};
use crate::open::seal::Sealing;
use crate::open::view::View;

mod whole;

fn text(len: usize) -> Vec<u8> {
    (0..len)
        .map(|at| u8::try_from((at * 31 + at / 256) % 251).unwrap())
        .collect()
}

fn sealed(received: &[u8]) -> Arc<Seal> {
    let mut sealing = Sealing::new().unwrap();
    sealing.push(received, &mut |_| Ok(())).unwrap();
    sealing.end(&mut |_| Ok(())).unwrap();
    Arc::new(sealing.finish())
}

fn bulk(view: View, len: usize) -> Bytes {
    let bulk = Bulk {
        len: u64::try_from(len).unwrap(),
        view,
        hashed: crate::open::bulk::Hashed::default(),
        kind: BulkKind::Leaf,
    };
    Bytes::bulk(Bytes::empty(), bulk)
}

fn range(start: usize, length: usize) -> Transform {
    Transform::Range {
        start: u64::try_from(start).unwrap(),
        length: u64::try_from(length).unwrap(),
    }
}

fn release(bytes: &Bytes, seal: &Arc<Seal>) -> Release {
    Release::new(bytes, seal, &Limits::default()).unwrap()
}

/// What comes out of these received bytes, and which were asked for.
fn run(mut release: Release, received: &[u8]) -> (Vec<u8>, Vec<Range<u64>>, Option<Error>) {
    let (mut all, mut asked) = (Vec::new(), Vec::new());
    let mut out = Vec::new();
    loop {
        let pushed = match release.advance(&mut out) {
            Ok(Next::Push(range)) => {
                let at = |position| usize::try_from(position).unwrap().min(received.len());
                let block = &received[at(range.start)..at(range.end)];
                asked.push(range);
                release.push(block, &mut out)
            }
            Ok(Next::Content) => Ok(()),
            Ok(Next::Finished) => return (all, asked, None),
            Err(error) => Err(error),
        };
        assert!(out.len() <= 2 * BLOCK, "{} at once", out.len());
        all.append(&mut out);
        if let Err(error) = pushed {
            let again = release.advance(&mut out).unwrap_err();
            assert!(matches!(again.kind(), ErrorKind::Misuse { .. }));
            return (all, asked, Some(error));
        }
    }
}

#[track_caller]
fn gives(release: Release, received: &[u8]) -> (Vec<u8>, Vec<Range<u64>>) {
    let (all, asked, error) = run(release, received);
    assert!(error.is_none(), "{error:?}");
    (all, asked)
}

#[test]
fn held_content_needs_no_source() {
    for len in [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
        let text = text(len);
        let (all, asked) = gives(release(&Bytes::copy(&text), &sealed(b"")), b"");
        assert_eq!(all, text);
        assert!(asked.is_empty());
    }
}

#[test]
fn everything_as_it_came() {
    for len in [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK + 7] {
        let text = text(len);
        let whole = bulk(View::received(), len);
        let (all, asked) = gives(release(&whole, &sealed(&text)), &text);
        assert_eq!(all, text);
        assert_eq!(asked.len(), len.div_ceil(BLOCK));
    }
}

#[test]
fn a_range_reads_only_its_blocks() {
    let received = text(5 * BLOCK + 7);
    let seal = sealed(&received);
    let cases = [
        (0, 1),
        (BLOCK - 1, 2),
        (BLOCK, BLOCK),
        (BLOCK + 5, 2 * BLOCK),
        (5 * BLOCK, 7),
        (3 * BLOCK, 0),
    ];
    for (start, len) in cases {
        let view = View::received().then(range(start, len));
        let (all, asked) = gives(release(&bulk(view, len), &seal), &received);
        assert_eq!(all, &received[start..start + len]);
        let blocks = match len {
            0 => 0,
            _ => (start + len - 1) / BLOCK - start / BLOCK + 1,
        };
        assert_eq!(asked.len(), blocks, "{start} {len}");
    }
    // A range of a range.
    let view = View::received()
        .then(range(1000, 4 * BLOCK))
        .then(range(2 * BLOCK, 50));
    let (all, asked) = gives(release(&bulk(view, 50), &seal), &received);
    assert_eq!(all, &received[2 * BLOCK + 1000..2 * BLOCK + 1050]);
    assert!(asked.len() == 1 && asked[0] == (131072..196608));
}

#[test]
fn changed_bytes_are_not_used() {
    let received = text(4 * BLOCK + 100);
    let seal = sealed(&received);
    let content = &received[10..4 * BLOCK + 50];
    let bytes = bulk(
        View::received().then(range(10, content.len())),
        content.len(),
    );
    let changed = |received: &[u8], block: usize| {
        let (all, _, error) = run(release(&bytes, &seal), received);
        let error = error.unwrap();
        let at = u64::try_from(block * BLOCK).unwrap();
        assert!(
            matches!(error.kind(), ErrorKind::SourceChanged { position } if *position == at),
            "{error}"
        );
        let given = (block * BLOCK).saturating_sub(10);
        assert_eq!(all, &content[..given]);
    };
    // The last one is outside of the content, in a block that holds some of it.
    for at in [0, 10, BLOCK, 3 * BLOCK - 1, 4 * BLOCK, 4 * BLOCK + 99] {
        let mut other = received.clone();
        other[at] ^= 1;
        changed(&other, at / BLOCK);
    }
    changed(&received[..received.len() - 1], 4);
    changed(&received[..2 * BLOCK], 2);
    changed(b"", 0);
    let mut swapped = received.clone();
    swapped[BLOCK..3 * BLOCK].rotate_left(BLOCK);
    changed(&swapped, 1);

    // What nothing is taken from is not read.
    let view = View::received().then(range(BLOCK, BLOCK));
    let mut other = received.clone();
    other[0] ^= 1;
    other[4 * BLOCK] ^= 1;
    let (all, _) = gives(release(&bulk(view, BLOCK), &seal), &other);
    assert_eq!(all, &received[BLOCK..2 * BLOCK]);
}

#[test]
fn too_much_at_once_is_a_change_too() {
    let received = text(100);
    let mut release = release(&bulk(View::received(), 100), &sealed(&received));
    let mut out = b"before".to_vec();
    assert_eq!(release.advance(&mut out).unwrap(), Next::Push(0..100));
    let error = release.push(&[&received[..], b"x"].concat(), &mut out);
    let error = error.unwrap_err();
    assert!(matches!(
        error.kind(),
        ErrorKind::SourceChanged { position: 0 }
    ));
    assert!(error.to_string().contains("nothing of the changed part"));
    assert_eq!(out, b"before");
}

#[test]
fn what_does_not_come_out_as_before_is_an_error() {
    let received = text(BLOCK + 10);
    let seal = sealed(&received);
    let all = View::received;
    for bytes in [
        bulk(all(), BLOCK + 9),
        bulk(all(), BLOCK + 11),
        bulk(all().then(range(BLOCK, 20)), 20),
        bulk(all().then(range(9 * BLOCK, 20)), 20),
        bulk(all().then(range(0, 9)), 10),
    ] {
        let (given, _, error) = run(release(&bytes, &seal), &received);
        let error = error.unwrap();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
        assert!(received.starts_with(&given) || given == received[BLOCK..]);
    }
}

#[test]
fn input_that_nobody_asked_for() {
    let mut out = Vec::new();
    let error = release(&Bytes::copy(b"x"), &sealed(b"x")).push(b"x", &mut out);
    assert!(matches!(
        error.unwrap_err().kind(),
        ErrorKind::Misuse { .. }
    ));
    let received = text(10);
    let mut release = release(&bulk(View::received(), 10), &sealed(&received));
    release.push(&received, &mut out).unwrap();
    assert!(release.push(&received, &mut out).is_err());
    assert_eq!(out, received);
}

#[test]
fn positions_beyond_four_gigabytes() {
    let block = text(BLOCK);
    let (number, total) = (5_u64 << 14, (6_u64 << 30) + 3);
    let seal = Arc::new(Seal::of_one_block(total, number, &block));
    let view = View::received()
        .then(Transform::Range {
            start: 1 << 30,
            length: 5 << 30,
        })
        .then(Transform::Range {
            start: (4 << 30) + 100,
            length: 1000,
        });
    let mut release = release(&bulk(view, 1000), &seal);
    let mut out = Vec::new();
    let start = 5_u64 << 30;
    let wanted = Next::Push(start..start + 65536);
    assert_eq!(release.advance(&mut out).unwrap(), wanted);
    release.push(&block, &mut out).unwrap();
    assert_eq!(release.advance(&mut out).unwrap(), Next::Finished);
    assert_eq!(out, &block[100..1100]);
}

/// The way of a content through this cipher, and what stands there encrypted.
fn encrypted(cipher: ContentCipher, content: &[u8]) -> (Arc<ContentKey>, Vec<u8>) {
    let key = vec![7; cipher.key_len()];
    let nonce = vec![9; if cipher.is_authenticated() { 12 } else { 16 }];
    let mut encryptor = Encryptor::new(cipher, &key, &nonce).unwrap();
    let mut ciphertext = Vec::new();
    encryptor.push(content, &mut ciphertext).unwrap();
    let tag = encryptor.finish(&mut ciphertext);
    let info = sequence(&[
        &der_oid(&oid::DATA),
        &cipher.identifier(&nonce),
        &implicit(0, false, b"ciphertext......"),
    ]);
    let recipients = set_of(vec![implicit(2, true, &hex!("0500"))]);
    let version = integer_u64(0);
    let object = match tag {
        None => content_info(
            &oid::ENVELOPED_DATA,
            &sequence(&[&version, &recipients, &info]),
        ),
        Some(tag) => content_info(
            &oid::AUTH_ENVELOPED_DATA,
            &sequence(&[&version, &recipients, &info, &octet_string(&tag)]),
        ),
    };
    let Received::Enveloped(data) = read(&object, &Limits::default()).unwrap() else {
        panic!("another type");
    };
    (Arc::new(data.content_key(&key).unwrap()), ciphertext)
}

#[test]
fn decrypted_on_the_way() {
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes256Gcm] {
        for len in [1, 15, 16, BLOCK, 3 * BLOCK + 1234] {
            let content = text(len);
            let (key, ciphertext) = encrypted(cipher, &content);
            let received = [&[0; 100][..], &ciphertext, &[1; BLOCK]].concat();
            let decrypted = View::received()
                .then(range(100, ciphertext.len()))
                .then(Transform::Decrypt(key));
            let seal = sealed(&received);
            let (all, _) = gives(release(&bulk(decrypted.clone(), len), &seal), &received);
            assert_eq!(all, content);

            // Of a part of it no more is read than it takes.
            let part = decrypted.then(range(len / 2, len / 4));
            let (all, asked) = gives(release(&bulk(part, len / 4), &seal), &received);
            assert_eq!(all, &content[len / 2..len / 2 + len / 4]);
            assert!(asked.len() <= (100 + len * 3 / 4 + 32) / BLOCK + 1);
        }
    }
}
