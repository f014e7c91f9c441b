//! DOS-02: lengths that promise more than there is.

use crate::counted::{alone, measured};
use crate::samples::readers;

/// What reading takes beside the input: buffers of a fixed size, keys, findings.
const BASE: usize = 512 << 10;

/// Lengths of 2^31 - 1, 2^31, 2^32 - 1, 2^63 - 1, 2^63, 2^64 - 1, and one of more than eight bytes.
fn claims() -> Vec<Vec<u8>> {
    let mut claims = Vec::new();
    for number in [
        i32::MAX as u64,
        1 << 31,
        u64::from(u32::MAX),
        i64::MAX as u64,
        1 << 63,
        u64::MAX,
    ] {
        let bytes = number.to_be_bytes();
        let bytes = match number >> 32 {
            0 => &bytes[4..],
            _ => &bytes[..],
        };
        claims.push([&[0x80 | bytes.len() as u8], bytes].concat());
    }
    claims.push([&[0x89, 1][..], &[0; 8]].concat());
    claims.push([&[0xfe][..], &[0xff; 126]].concat());
    claims
}

#[test]
fn dos_02_ten_bytes_that_claim_gigabytes() {
    let _alone = alone();
    let tags = [
        0x01, 0x02, 0x03, 0x04, 0x06, 0x0c, 0x13, 0x17, 0x24, 0x30, 0x31, 0x80, 0xa0,
    ];
    for (name, read, _) in readers() {
        for tag in tags {
            for claim in claims() {
                for before in [&[][..], &[0x30, 0x80], &[0x30, 0x80, 0x02, 0x01, 0x00]] {
                    let input = [before, &[tag], &claim, &[0x30; 10]].concat();
                    let (result, cost) = measured(|| read(&input));
                    assert!(result.is_err(), "{name}: {input:02x?}");
                    assert!(cost.largest <= BASE, "{name}: {cost:?} for {input:02x?}");
                }
            }
        }
    }
}

/// The header of each value inside of something good, one after the other.
#[test]
fn dos_02_every_length_of_a_good_object_claims_gigabytes() {
    let _alone = alone();
    for (name, read, good) in readers() {
        read(&good).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut headers = Vec::new();
        find(&good, 0, &mut headers);
        assert!(headers.len() > 5, "{name}");
        for (at, end) in headers {
            for claim in [claims()[0].as_slice(), &claims()[3]] {
                let input = [&good[..=at], claim, &good[end..]].concat();
                let (_, cost) = measured(|| read(&input));
                assert!(cost.largest <= BASE, "{name} at {at}: {cost:?}");
            }
        }
        // The outermost one is an error, whatever is inside.
        for claim in claims() {
            let (_, end) = {
                let mut first = Vec::new();
                find(&good, 0, &mut first);
                first[0]
            };
            let input = [&good[..1], &claim, &good[end..]].concat();
            assert!(read(&input).is_err(), "{name}: {claim:02x?}");
        }
    }
}

/// Where tags stand, and where their contents begin, also inside of octet strings that hold values.
fn find(der: &[u8], base: usize, found: &mut Vec<(usize, usize)>) -> bool {
    let mut at = 0;
    let mark = found.len();
    while at < der.len() {
        let Some((head, length)) = header(&der[at..]) else {
            found.truncate(mark);
            return false;
        };
        let tag = der[at];
        found.push((base + at, base + at + head));
        let content = &der[at + head..at + head + length];
        if tag & 0x20 != 0 || tag == 0x04 {
            find(content, base + at + head, found);
        }
        at += head + length;
    }
    true
}

/// Length of the header and of the content, if it all is there.
fn header(der: &[u8]) -> Option<(usize, usize)> {
    let (&tag, &first) = (der.first()?, der.get(1)?);
    let count = usize::from(first & 0x7f);
    let (head, length) = match first {
        0..=0x7f => (2, count),
        0x81..=0x83 => {
            let bytes = der.get(2..2 + count)?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (2 + count, length)
        }
        _ => return None,
    };
    (tag & 0x1f != 0x1f && der.len() >= head + length).then_some((head, length))
}
