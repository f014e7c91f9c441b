use super::*;
use crate::asn1::{self, Reader};
use const_oid::ObjectIdentifier;
use hex_literal::hex;

/// CompressedData around an eContent that is already encoded.
fn compressed(algorithm: &str, content: &[u8]) -> Vec<u8> {
    let algorithm = ObjectIdentifier::new_unwrap(algorithm);
    asn1::sequence(&[
        &asn1::integer_u64(0),
        &asn1::sequence(&[&asn1::oid(&algorithm)]),
        &asn1::sequence(&[&asn1::oid(&oid::DATA), content]),
    ])
}

const ZLIB: &str = "1.2.840.113549.1.9.16.3.8";

fn string(zlib: &[u8]) -> Vec<u8> {
    asn1::explicit(0, &asn1::octet_string(zlib))
}

fn read(input: &[u8]) -> Result<CompressedData<'_>, Error> {
    let limits = Limits::default();
    CompressedData::read(&Reader::new(input, "test", &limits).read()?)
}

fn decompress(zlib: &[u8], limits: &Limits) -> Result<Zeroizing<Vec<u8>>, Error> {
    read(&compressed(ZLIB, &string(zlib)))
        .unwrap()
        .decompress(limits)
}

/// `zlib.compress(b"Content-Type: text/plain\r\n\r\nHello\r\n", 9)` by Python.
const HELLO: [u8; 43] =
    hex!("78da73cecf2b49cd2bd10da92c48b5522849ad28d12fc849cccce3e5e2e5f248cdc9c9e7e50200df6c0b46");
const TEXT: &[u8] = b"Content-Type: text/plain\r\n\r\nHello\r\n";

#[test]
fn reads_what_zlib_wrote_in_every_form() {
    let limits = Limits::default();
    let message = compressed(ZLIB, &string(&HELLO));
    let message = read(&message).unwrap();
    assert_eq!(message.content_type, oid::DATA);
    assert_eq!(*message.decompress(&limits).unwrap(), TEXT);
    // One octet per piece, and an empty one.
    let pieces: Vec<u8> = HELLO
        .iter()
        .flat_map(|octet| [asn1::octet_string(&[*octet]), asn1::octet_string(&[])].concat())
        .collect();
    let mut indefinite = asn1::indefinite(Tag::OCTET_STRING.constructed());
    indefinite.extend(pieces);
    indefinite.extend(asn1::END_OF_CONTENTS);
    let message = compressed(ZLIB, &asn1::explicit(0, &indefinite));
    assert_eq!(*read(&message).unwrap().decompress(&limits).unwrap(), TEXT);
    // Empty content, `zlib.compress(b"")`.
    let empty = decompress(&hex!("789c030000000001"), &limits).unwrap();
    assert_eq!(*empty, b"");
}

#[test]
fn other_algorithms_are_named() {
    let error = read(&compressed("1.2.3.4", &string(&HELLO))).err().unwrap();
    assert!(
        matches!(error.kind(), ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == "1.2.3.4")
    );
    let error = read(&compressed(ZLIB, &[])).err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }));
}

#[test]
fn damaged_truncated_and_longer_streams_are_errors() {
    let limits = Limits::default();
    let malformed = |zlib: &[u8]| {
        let error = decompress(zlib, &limits).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }));
        error.to_string()
    };
    for end in 0..HELLO.len() {
        assert!(malformed(&HELLO[..end]).contains("too early"), "{end}");
    }
    assert!(malformed(&[&HELLO[..], &[0]].concat()).contains("follow"));
    assert!(malformed(&[HELLO, HELLO].concat()).contains("follow"));
    // The checksum covers all of it.
    for byte in 0..HELLO.len() {
        let mut changed = HELLO;
        changed[byte] ^= 0x10;
        if let Ok(text) = decompress(&changed, &limits) {
            assert_eq!(*text, TEXT, "{byte}");
        }
    }
    let mut checksum = HELLO;
    *checksum.last_mut().unwrap() ^= 1;
    assert!(malformed(&checksum).contains("damaged"));
    // A preset dictionary, and deflate without the head of zlib.
    malformed(&hex!("78bb00000001030000000001"));
    malformed(&HELLO[2..]);
}

/// Zeros, a thousand times smaller.
fn zeros(mib: usize) -> Vec<u8> {
    let mut zlib = flate2::Compress::new(flate2::Compression::best(), true);
    let mut out = Vec::with_capacity(4096 + mib * 2048);
    for _ in 0..mib {
        let before = zlib.total_in();
        let none = flate2::FlushCompress::None;
        zlib.compress_vec(&vec![0; 1 << 20], &mut out, none)
            .unwrap();
        assert_eq!(zlib.total_in() - before, 1 << 20);
    }
    let finish = flate2::FlushCompress::Finish;
    assert_eq!(
        zlib.compress_vec(&[], &mut out, finish).unwrap(),
        Status::StreamEnd
    );
    out
}

#[test]
fn enc_17_bombs_stop_at_the_limit() {
    let bomb = zeros(8);
    assert!(bomb.len() < 10_000, "{}", bomb.len());
    let limits = |bytes: u64, ratio: u64| Limits {
        decompressed_bytes: bytes,
        decompression_ratio: ratio,
        ..Limits::default()
    };
    let refused = |limits: &Limits| match decompress(&bomb, limits).unwrap_err().into_kind() {
        ErrorKind::Limit { what, limit } => (what, limit),
        other => panic!("{other:?}"),
    };
    let (what, limit) = refused(&limits(4 << 20, u64::MAX));
    assert!(what.contains("bytes") && limit == 4 << 20);
    let (what, limit) = refused(&Limits::default());
    assert!(what.contains("multiple") && limit == 100);
    refused(&limits((8 << 20) - 1, u64::MAX));
    refused(&limits(0, 0));
    let all = decompress(&bomb, &limits(8 << 20, u64::MAX)).unwrap();
    assert_eq!(all.len(), 8 << 20);
    // Up to one MiB any ratio will do.
    let small = zeros(1);
    assert!(decompress(&small, &limits(1 << 20, 1)).is_ok());
    assert!(decompress(&zeros(2), &limits(2 << 20, 1)).is_err());
}

/// The output never has more room than the bound allows, and nothing is reserved for what is only claimed.
#[test]
fn enc_17_no_room_beyond_the_limit() {
    let bound = Bound {
        bytes: 100,
        what: "test",
        limit: 100,
    };
    let mut output = Zeroizing::new(Vec::new());
    for length in (10..=100).step_by(10) {
        append(&mut output, &[7; 10], bound);
        assert_eq!(output.len(), length);
        assert!(output.capacity() <= 100);
    }
    let bound = Bound::by_both(1 << 30, &Limits::default());
    let mut output = Zeroizing::new(Vec::new());
    append(&mut output, &[7; 10], bound);
    assert!(output.capacity() <= 20);
}

/// The work of a bomb ends with the limit: how much of it was looked at is counted.
#[test]
fn enc_17_the_rest_of_a_bomb_is_not_looked_at() {
    let bomb = zeros(8);
    let limits = Limits {
        decompressed_bytes: 1 << 20,
        ..Limits::default()
    };
    let mut inflater = InflateReader::new(&limits);
    let mut given = 0;
    let each = &mut |inflated: &[u8]| {
        assert!(inflated.len() <= CHUNK);
        given += inflated.len();
        Ok(())
    };
    assert!(inflater.push(&bomb, each).is_err());
    let chunk = u64::try_from(CHUNK).unwrap();
    assert!(inflater.zlib.total_out() <= (1 << 20) + chunk);
    assert!(given <= 1 << 20);
}

/// The content, inflated as it goes by in pieces of this size.
fn inflate(zlib: &[u8], size: usize, limits: &Limits) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut inflater = InflateReader::new(limits);
    for piece in zlib.chunks(size) {
        inflater.push(piece, &mut |inflated| {
            out.extend_from_slice(inflated);
            Ok(())
        })?;
    }
    inflater.finish()?;
    Ok(out)
}

#[test]
fn what_goes_by_inflates_to_the_same() {
    let longer = [&HELLO[..], b"x"].concat();
    let mut damaged = HELLO;
    damaged[9] ^= 0x20;
    let mut inputs: Vec<&[u8]> = (0..=HELLO.len()).map(|end| &HELLO[..end]).collect();
    inputs.extend([&longer[..], &damaged]);
    let (small, large) = (zeros(1), zeros(2));
    inputs.extend([&small[..], &large]);
    let limits = [(1 << 20, 1), (2 << 20, 1), (2 << 20, 2_000), (10, 100)];
    for input in inputs {
        for (decompressed_bytes, decompression_ratio) in limits {
            let limits = Limits {
                decompressed_bytes,
                decompression_ratio,
                ..Limits::default()
            };
            let whole = decompress(input, &limits);
            for size in [1, 7, usize::MAX] {
                match (&whole, inflate(input, size, &limits)) {
                    (Ok(whole), Ok(streamed)) => assert_eq!(**whole, streamed),
                    // How far it came before the damage is another question.
                    (Err(_), Err(_)) if input == damaged => {}
                    (Err(whole), Err(streamed)) => {
                        assert_eq!(whole.to_string(), streamed.to_string());
                    }
                    (whole, streamed) => panic!("{whole:?} {streamed:?}"),
                }
            }
        }
    }
}
