//! Whole messages by hand, through every transformation.

use std::io::Write;

use super::*;
use crate::asn1::explicit;
use crate::mime::content_type::TransferEncoding;

/// CMS of this type around octets, as MIME in base64 or quoted-printable would carry it.
fn signed(content: &[u8]) -> Vec<u8> {
    let body = sequence(&[
        &integer_u64(1),
        &set_of(Vec::new()),
        &sequence(&[&der_oid(&oid::DATA), &explicit(0, &octet_string(content))]),
        &set_of(Vec::new()),
    ]);
    content_info(&oid::SIGNED_DATA, &body)
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let text = base64_simd::STANDARD.encode_to_string(bytes);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
    lines.join(&b"\r\n"[..])
}

fn body(transforms: Vec<Transform>, header: usize, len: usize) -> View {
    let start = View::received().then(range(header, len));
    transforms
        .into_iter()
        .fold(start, |view, transform| view.then(transform))
}

#[test]
fn base64_and_the_content_of_a_signature() {
    for len in [1, 1000, BLOCK, 3 * BLOCK + 11] {
        let content = text(len);
        let encoded = base64(&signed(&content));
        let received = [b"header\r\n\r\n".as_slice(), &encoded, b"\r\n"].concat();
        let armour = Transform::Armour {
            may_be_base64: false,
        };
        let way = vec![
            Transform::Transfer(TransferEncoding::Base64),
            armour,
            Transform::Content(None),
        ];
        let view = body(way, 10, encoded.len());
        let seal = sealed(&received);
        let (all, _) = gives(release(&bulk(view.clone(), len), &seal), &received);
        assert_eq!(all, content);
        let (all, _) = gives(
            release(&bulk(view.then(range(len / 3, len / 3)), len / 3), &seal),
            &received,
        );
        assert_eq!(all, &content[len / 3..len / 3 * 2]);
    }
}

#[test]
fn quoted_printable_and_what_changes_nothing() {
    let line = b"na=C3=AFve, soft=\r\n break =3D done\r\n".repeat(5000);
    let plain = "naïve, soft break = done\r\n".repeat(5000).into_bytes();
    let view = body(
        vec![
            Transform::Transfer(TransferEncoding::EightBit),
            Transform::Transfer(TransferEncoding::QuotedPrintable),
        ],
        0,
        line.len(),
    );
    let (all, _) = gives(release(&bulk(view, plain.len()), &sealed(&line)), &line);
    assert_eq!(all, plain);
}

/// Most that can be: 1000 times, and that again. Little of it may be in memory at once, which `run` looks at.
#[test]
fn what_inflates_most_comes_in_small_pieces() {
    let deflated = |bytes: &[u8]| {
        let best = flate2::Compression::best();
        let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), best);
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    let zeros = vec![0; 20 << 20];
    let received = deflated(&deflated(&zeros));
    let view = View::received()
        .then(Transform::Inflate)
        .then(Transform::Inflate);
    let limits = Limits {
        decompression_ratio: u64::MAX,
        ..Limits::default()
    };
    let zeros = bulk(view, zeros.len());
    let mut release = Release::new(&zeros, &sealed(&received), &limits).unwrap();
    let (mut out, mut given) = (Vec::new(), 0);
    loop {
        match release.advance(&mut out).unwrap() {
            Next::Push(_) => release.push(&received, &mut out).unwrap(),
            Next::Content => {}
            Next::Finished => break,
        }
        assert!(out.len() <= 1 << 20, "{} at once", out.len());
        assert!(out.iter().all(|byte| *byte == 0));
        given += out.len();
        out.clear();
    }
    assert_eq!(given, 20 << 20);
}
