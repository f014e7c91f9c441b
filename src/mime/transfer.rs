//! Transfer encodings undone as the body goes by (RFC 2045 6).

use std::borrow::Cow;

use super::base64::Base64Reader;
use super::content_type::TransferEncoding;
use super::quoted_printable::QuotedPrintableReader;
use crate::{Error, ErrorKind};

/// Characters of an unknown transfer encoding that an error shows.
const SHOWN: usize = 40;

/// Undoes one transfer encoding.
pub(crate) enum TransferReader {
    /// 7bit, 8bit and binary: as it is.
    Identity,
    Base64(Base64Reader),
    QuotedPrintable(QuotedPrintableReader),
}

impl TransferReader {
    /// # Errors
    /// [`crate::ErrorKind::Unsupported`]: an encoding that is not one of RFC 2045.
    pub(crate) fn new(encoding: &TransferEncoding) -> Result<TransferReader, Error> {
        match encoding {
            TransferEncoding::SevenBit | TransferEncoding::EightBit | TransferEncoding::Binary => {
                Ok(TransferReader::Identity)
            }
            TransferEncoding::Base64 => Ok(TransferReader::Base64(Base64Reader::default())),
            TransferEncoding::QuotedPrintable => Ok(TransferReader::QuotedPrintable(
                QuotedPrintableReader::default(),
            )),
            TransferEncoding::Other(name) => {
                let shown: String = name.escape_debug().take(SHOWN).collect();
                Err(ErrorKind::Unsupported {
                    what: Cow::Owned(format!("transfer encoding \"{shown}\"")),
                }
                .into())
            }
        }
    }

    /// Whether what comes out is what went in, so that it need not be copied.
    pub(crate) fn is_identity(&self) -> bool {
        matches!(self, TransferReader::Identity)
    }

    /// The most bytes that come out of this body.
    pub(crate) fn most(&self, body: &[u8]) -> usize {
        match self {
            TransferReader::Identity => body.len(),
            TransferReader::Base64(_) => body.len() / 4 * 3 + 3,
            // A line end comes out as CRLF; nothing else grows.
            TransferReader::QuotedPrintable(_) => {
                body.len() + memchr::memchr_iter(b'\n', body).count()
            }
        }
    }

    /// Appends what `input` stands for to `out`. Plaintext may come out: who gives `out` wipes it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`].
    pub(crate) fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            TransferReader::Identity => out.extend_from_slice(input),
            TransferReader::Base64(reader) => reader.push(input, out)?,
            TransferReader::QuotedPrintable(reader) => reader.push(input, out),
        }
        Ok(())
    }

    /// What is left.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Malformed`].
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        match self {
            TransferReader::Identity => {}
            TransferReader::Base64(reader) => reader.finish(out)?,
            TransferReader::QuotedPrintable(reader) => reader.finish(out),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [TransferEncoding; 5] = [
        TransferEncoding::SevenBit,
        TransferEncoding::EightBit,
        TransferEncoding::Binary,
        TransferEncoding::Base64,
        TransferEncoding::QuotedPrintable,
    ];

    fn read(encoding: &TransferEncoding, pieces: &[&[u8]]) -> Result<Vec<u8>, String> {
        let (mut reader, mut out) = (TransferReader::new(encoding).unwrap(), Vec::new());
        for piece in pieces {
            reader
                .push(piece, &mut out)
                .map_err(|error| error.to_string())?;
        }
        reader.finish(&mut out).map_err(|error| error.to_string())?;
        let body = pieces.concat();
        assert!(out.len() <= reader.most(&body));
        assert!(!reader.is_identity() || out == body);
        Ok(out)
    }

    #[test]
    fn each_encoding_is_undone() {
        let body = &b"QUJD\r\n=44\r\n"[..];
        for encoding in &ALL {
            let expected = match encoding {
                TransferEncoding::QuotedPrintable => &b"QUJD\r\nD\r\n"[..],
                TransferEncoding::Base64 => continue,
                _ => body,
            };
            assert_eq!(read(encoding, &[body]).as_deref(), Ok(expected));
        }
        let base64 = read(&TransferEncoding::Base64, &[b"QU", b"JD\r\n"]);
        assert_eq!(base64.as_deref(), Ok(&b"ABC"[..]));
        let other = TransferEncoding::Other("x\n".into());
        let error = TransferReader::new(&other).err().unwrap().to_string();
        assert!(error.contains("transfer encoding \"x\\n\""), "{error}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn pieces_do_not_matter(body in "[A-Da-d0-9=+/ \r\n\t-]{0,200}", at in 0_usize..200, which in 0_usize..5) {
            let body = body.as_bytes();
            let (a, b) = body.split_at(at.min(body.len()));
            prop_assert_eq!(read(&ALL[which], &[a, b]), read(&ALL[which], &[body]));
        }
    }
}
