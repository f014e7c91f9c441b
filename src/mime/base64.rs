//! Base64 as a transfer encoding (RFC 2045 6.8), streaming both ways.

use zeroize::Zeroizing;

use crate::Error;

/// Bytes that make one line of 76 characters.
const LINE: usize = 57;
/// Bytes encoded or filtered at once: a whole number of lines, close to 32 KiB.
const STEP: usize = LINE * 576;

/// Writes base64 in lines of 76 characters ended by CRLF, the last one too.
#[derive(Debug, Default)]
pub(crate) struct Base64Writer {
    /// Less than a line.
    pending: Vec<u8>,
    scratch: Vec<u8>,
}

impl Base64Writer {
    /// Encodes all whole lines of what has come so far.
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) {
        let mut input = input;
        if !self.pending.is_empty() {
            let wanted = (LINE - self.pending.len()).min(input.len());
            let (head, tail) = input.split_at(wanted);
            self.pending.extend_from_slice(head);
            input = tail;
            if self.pending.len() < LINE {
                return;
            }
            let pending = std::mem::take(&mut self.pending);
            self.lines(&pending, out);
            self.pending = pending;
            self.pending.clear();
        }
        let (whole, rest) = input.split_at(input.len() - input.len() % LINE);
        for step in whole.chunks(STEP) {
            self.lines(step, out);
        }
        self.pending.extend_from_slice(rest);
    }

    /// Writes what is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let pending = std::mem::take(&mut self.pending);
        self.lines(&pending, out);
    }

    fn lines(&mut self, input: &[u8], out: &mut Vec<u8>) {
        self.scratch.clear();
        base64_simd::STANDARD.encode_append(input, &mut self.scratch);
        out.reserve(self.scratch.len() + self.scratch.len().div_ceil(76) * 2);
        for line in self.scratch.chunks(76) {
            out.extend_from_slice(line);
            out.extend_from_slice(b"\r\n");
        }
    }
}

/// Reads base64 leniently: characters that are not of the alphabet are skipped (RFC 2045 6.8), missing
/// padding is no error; data after the padding is, because readers disagree on it.
#[derive(Debug, Default)]
pub(crate) struct Base64Reader {
    /// Characters of the alphabet; less than four between calls. They can stand for something secret.
    symbols: Zeroizing<Vec<u8>>,
    ended: bool,
}

impl Base64Reader {
    /// Decodes all whole groups of what has come so far.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`].
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        for step in input.chunks(STEP) {
            if self.symbols.capacity() < self.symbols.len() + step.len() {
                let mut wider = Zeroizing::new(Vec::with_capacity(step.len() + 4));
                wider.extend_from_slice(&self.symbols);
                self.symbols = wider;
            }
            for byte in step.iter().copied() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                        if self.ended {
                            return Err(malformed("data after the padding"));
                        }
                        self.symbols.push(byte);
                    }
                    b'=' if !self.ended => match self.symbols.len() % 4 {
                        0 => {}
                        1 => return Err(malformed("padding after one character of a group")),
                        _ => self.ended = true,
                    },
                    _ => {}
                }
            }
            self.groups(out)?;
        }
        Ok(())
    }

    /// Decodes what is left.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`] if it ends in the middle of an octet.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut bits = 0_u32;
        for symbol in self.symbols.iter() {
            bits = bits << 6 | u32::from(value(*symbol));
        }
        match self.symbols.len() {
            0 => {}
            2 => out.extend((bits >> 4).to_be_bytes().iter().skip(3)),
            3 => out.extend((bits >> 2).to_be_bytes().iter().skip(2)),
            _ => return Err(malformed("it ends in the middle of a group")),
        }
        self.symbols.clear();
        Ok(())
    }

    fn groups(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let whole_length = self.symbols.len() - self.symbols.len() % 4;
        let (whole, _) = self.symbols.split_at(whole_length);
        base64_simd::STANDARD_NO_PAD
            .decode_append(whole, out)
            .map_err(|_| malformed("not base64"))?;
        self.symbols.drain(..whole_length);
        Ok(())
    }
}

fn value(symbol: u8) -> u8 {
    match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        _ => 63,
    }
}

fn malformed(detail: &'static str) -> Error {
    Error::malformed("base64 body", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
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
