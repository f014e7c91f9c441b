//! Base64 as a transfer encoding (RFC 2045 6.8), streaming both ways.

mod check;
mod reader;
mod writer;

pub(crate) use check::Base64Check;
pub(crate) use reader::Base64Reader;
pub(crate) use writer::{Base64Writer, base64_len};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use proptest::prelude::*;

    fn encode(input: &[u8], step: usize) -> Vec<u8> {
        let (mut writer, mut out) = (Base64Writer::default(), Vec::new());
        for piece in input.chunks(step) {
            writer.push(piece, &mut out);
        }
        writer.finish(&mut out);
        out
    }

    fn decode(input: &[u8], step: usize) -> Result<Vec<u8>, Error> {
        let (mut reader, mut out) = (Base64Reader::default(), Vec::new());
        for piece in input.chunks(step) {
            reader.push(piece, &mut out)?;
        }
        reader.finish(&mut out)?;
        Ok(out)
    }

    #[test]
    fn writes_what_python_writes() {
        // python3 -c 'import base64; print(base64.encodebytes(bytes(range(120))))'
        let expected = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4\r\n\
                        OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3Bx\r\n\
                        cnN0dXZ3\r\n";
        let input: Vec<u8> = (0..120).collect();
        assert_eq!(encode(&input, 7), expected.as_bytes());
        assert_eq!(encode(b"", 1), b"");
    }

    #[test]
    fn the_length_is_known_before() {
        for octets in [0, 1, 2, 3, 56, 57, 58, 114, 115, 1000] {
            assert_eq!(encode(&vec![7; octets], 11).len(), base64_len(octets));
        }
    }

    #[test]
    fn dos_09_reads_leniently_but_not_two_ways() {
        for (text, bytes) in [
            (&b"QUJD"[..], &b"ABC"[..]),
            (b"Q U\0J\r\nD!\xFF", b"ABC"),
            (b"QUI=", b"AB"),
            (b"QUI", b"AB"),
            (b"QQ==\r\n", b"A"),
            (b"QQ", b"A"),
            (b"QR==", b"A"),
            (b"", b""),
            (b"====", b""),
        ] {
            assert_eq!(decode(text, 3).unwrap(), bytes);
        }
        for bad in [&b"QQ==QQ=="[..], b"Q", b"Q===", b"QUJDQ"] {
            assert!(decode(bad, 2).is_err());
        }
        let long_line = vec![b'A'; 4_000_000];
        assert_eq!(decode(&long_line, 100_000).unwrap().len(), 3_000_000);
    }

    /// Symbol by symbol, as RFC 2045 6.8 words it; `None` for what is malformed.
    fn plainly(text: &[u8]) -> Option<Vec<u8>> {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let (mut bits, mut symbols, mut ended, mut out) = (0_usize, 0, false, Vec::new());
        for byte in text {
            if let Some(value) = ALPHABET.iter().position(|symbol| symbol == byte) {
                if ended {
                    return None;
                }
                symbols += 1;
                bits = bits << 6 | value;
                if symbols % 4 == 0 {
                    out.extend(&bits.to_be_bytes()[5..]);
                    bits = 0;
                }
            } else if *byte == b'=' && !ended {
                match symbols % 4 {
                    0 => {}
                    1 => return None,
                    _ => ended = true,
                }
            }
        }
        match symbols % 4 {
            0 => {}
            1 => return None,
            2 => out.extend(&(bits >> 4).to_be_bytes()[7..]),
            _ => out.extend(&(bits >> 2).to_be_bytes()[6..]),
        }
        Some(out)
    }

    /// A whole line, or anything that a line can be broken by.
    fn fragment() -> impl Strategy<Value = Vec<u8>> {
        let line = |length, end: &'static [u8]| {
            prop::collection::vec(prop::sample::select(&b"Aaz09+/"[..]), length)
                .prop_map(move |line| [&line[..], end].concat())
        };
        prop_oneof![
            12 => line(76..77, b"\r\n"),
            4 => line(76..77, b"\n"),
            2 => line(0..90, b"\r\n"),
            1 => line(0..9, b"\r"),
            1 => line(70..77, b" \r\n"),
            1 => prop::sample::select(vec![&b"="[..], b"==", b"\n\n", b"\r\r\n", b"-", b"\xFF"])
                .prop_map(<[u8]>::to_vec),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn reads_what_reading_symbol_by_symbol_gives(
            fragments in prop::collection::vec(fragment(), 0..40), a in 1_usize..4000, b in 1_usize..100,
        ) {
            let text = fragments.concat();
            let expected = plainly(&text);
            prop_assert_eq!(&decode(&text, a).ok(), &expected);
            prop_assert_eq!(&decode(&text, b).ok(), &expected);
            // More than one step.
            let long = text.repeat(1 + 30_000 / (text.len() + 1));
            prop_assert_eq!(decode(&long, long.len() + 1).ok(), plainly(&long));
        }
    }

    fn check(text: &[u8], step: usize) -> Result<(), Error> {
        let mut check = Base64Check::default();
        text.chunks(step).try_for_each(|piece| check.push(piece))?;
        check.finish()
    }

    #[test]
    fn every_symbol_counts_and_nothing_else() {
        for byte in 0..=u8::MAX {
            let text = [byte, b'A', b'A', b'A', b'A'];
            assert_eq!(check(&text, 9).is_ok(), decode(&text, 9).is_ok(), "{byte}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn checking_refuses_what_reading_refuses(
            fragments in prop::collection::vec(fragment(), 0..8), a in 1_usize..4000, b in 1_usize..9,
        ) {
            let text = fragments.concat();
            let expected = decode(&text, a).map(drop).map_err(|error| error.to_string());
            prop_assert_eq!(&check(&text, a).map_err(|error| error.to_string()), &expected);
            prop_assert_eq!(&check(&text, b).map_err(|error| error.to_string()), &expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_do_not_matter(seed in any::<u64>(), length in 0_usize..40_000, a in 1_usize..50_000, b in 1_usize..300) {
            let input: Vec<u8> = (0..length).map(|i| seed.rotate_left(u32::try_from(i % 64).unwrap()).to_le_bytes()[i % 8]).collect();
            let encoded = encode(&input, a);
            prop_assert_eq!(&encode(&input, b), &encoded);
            prop_assert!(encoded.split(|c| *c == b'\n').all(|line| line.len() <= 77));
            prop_assert_eq!(decode(&encoded, a).unwrap(), input.clone());
            prop_assert_eq!(decode(&encoded, b).unwrap(), input);
        }
    }
}
