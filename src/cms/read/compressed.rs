//! CompressedData (RFC 3274), read.

#[cfg(test)]
mod tests;

use const_oid::ObjectIdentifier;
use flate2::{Decompress, FlushDecompress, Status};
use zeroize::Zeroizing;

use super::octets::Octets;
use crate::asn1::{Tag, Value};
use crate::bag::Algorithm;
use crate::cms::oid;
use crate::{Error, ErrorKind, Limits};

const WHAT: &str = "compressed content";
/// How much is inflated at once, in bytes.
const CHUNK: usize = 16 << 10;
/// Up to this size the ratio does not matter: small and regular text packs well.
const FREE_OF_RATIO: u64 = 1 << 20;

/// CompressedData as received.
///
/// ```text
/// CompressedData ::= SEQUENCE { version CMSVersion, compressionAlgorithm CompressionAlgorithmIdentifier,
///     encapContentInfo EncapsulatedContentInfo }
/// EncapsulatedContentInfo ::= SEQUENCE { eContentType ContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
/// ```
pub(crate) struct CompressedData<'a> {
    /// eContentType.
    pub content_type: ObjectIdentifier,
    /// The compressed octets.
    pub content: Octets<'a>,
}

impl<'a> CompressedData<'a> {
    /// Reads the SEQUENCE `value`. The version is not looked at, nor are the parameters of zlib, which should be
    /// absent (RFC 3274 2).
    pub(crate) fn read(value: &Value<'a>) -> Result<CompressedData<'a>, Error> {
        let mut reader = value.reader()?;
        reader.expect(Tag::INTEGER)?;
        let algorithm = Algorithm::read(reader.read()?)?;
        if algorithm.oid != oid::ZLIB {
            return Err(Error::unsupported_algorithm("compression", algorithm.oid));
        }
        let mut info = reader.expect(Tag::SEQUENCE)?.reader()?;
        reader.finish()?;
        let content_type = info.expect(Tag::OID)?.oid()?;
        if info.is_empty() {
            return Err(ErrorKind::Missing {
                what: "compressed content in the message (it is kept elsewhere)".into(),
            }
            .into());
        }
        let mut explicit = info.expect(Tag::context(0, true))?.reader()?;
        info.finish()?;
        let content = Octets::of(&explicit.string(Tag::OCTET_STRING)?)?;
        explicit.finish()?;
        Ok(CompressedData {
            content_type,
            content,
        })
    }

    /// Inflates, up to `limits.decompressed_bytes` and `limits.decompression_ratio`.
    ///
    /// Errors: a limit was reached, the stream is no zlib (RFC 1950) or damaged, it ends too early, or bytes follow it.
    pub(crate) fn decompress(&self, limits: &Limits) -> Result<Zeroizing<Vec<u8>>, Error> {
        let compressed = u64::try_from(self.content.len()).unwrap_or(u64::MAX);
        let bound = Bound::by_both(compressed, limits);
        let mut inflater = InflateReader::bounded(bound, limits);
        let mut output = Zeroizing::new(Vec::new());
        for piece in self.content.pieces() {
            inflater.push(piece, &mut |inflated| {
                append(&mut output, inflated, bound);
                Ok(())
            })?;
        }
        inflater.finish()?;
        Ok(output)
    }
}

/// Appends what is within the bound. A full buffer is moved to one twice as large and wiped.
fn append(output: &mut Zeroizing<Vec<u8>>, inflated: &[u8], bound: Bound) {
    let length = output.len().saturating_add(inflated.len());
    if length > output.capacity() {
        let most = usize::try_from(bound.bytes).unwrap_or(usize::MAX);
        let room = length.saturating_mul(2).min(most);
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(output);
        *output = larger;
    }
    output.extend_from_slice(inflated);
}

/// Decompression of content that goes by.
///
/// How many times its compressed size the content may have is known when all of it went by. Until then only
/// `limits.decompressed_bytes` holds: no smaller bound would let through all that [`CompressedData::decompress`] does.
pub(crate) struct InflateReader {
    zlib: Decompress,
    chunk: Zeroizing<Vec<u8>>,
    bound: Bound,
    limits: Limits,
    ended: bool,
}

impl InflateReader {
    /// Up to `limits.decompressed_bytes` as it goes, and `limits.decompression_ratio` at the end, when the compressed size is
    /// known.
    pub(crate) fn new(limits: &Limits) -> InflateReader {
        InflateReader::bounded(Bound::by_size(limits), limits)
    }

    fn bounded(bound: Bound, limits: &Limits) -> InflateReader {
        InflateReader {
            zlib: Decompress::new(true),
            chunk: Zeroizing::new(vec![0; CHUNK]),
            bound,
            limits: *limits,
            ended: false,
        }
    }

    /// Takes all of `input`, and gives all that comes out for it, in steps of at most 16 KiB, so that a small input that
    /// inflates to much takes no memory.
    ///
    /// # Errors
    /// As [`CompressedData::decompress`], and what `each` gives.
    pub(crate) fn push(
        &mut self,
        mut input: &[u8],
        each: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let damaged = || Error::malformed(WHAT, "the zlib stream is damaged");
        while !self.ended {
            let (taken, given) = (self.zlib.total_in(), self.zlib.total_out());
            let status = self
                .zlib
                .decompress(input, &mut self.chunk, FlushDecompress::None)
                .map_err(|_| damaged())?;
            let since = |now: u64, before| usize::try_from(now.saturating_sub(before)).ok();
            let taken = since(self.zlib.total_in(), taken);
            let given = since(self.zlib.total_out(), given);
            input = taken
                .and_then(|taken| input.get(taken..))
                .ok_or_else(damaged)?;
            let inflated = given
                .and_then(|given| self.chunk.get(..given))
                .ok_or_else(damaged)?;
            self.bound.check(self.zlib.total_out())?;
            if !inflated.is_empty() {
                each(inflated)?;
            }
            self.ended = status == Status::StreamEnd;
            if taken == Some(0) && given == Some(0) {
                break;
            }
        }
        match (input.is_empty(), self.ended) {
            (true, _) => Ok(()),
            (false, true) => Err(Error::malformed(WHAT, "bytes follow the zlib stream")),
            (false, false) => Err(damaged()),
        }
    }

    /// All of it went by.
    ///
    /// # Errors
    /// It ends too early, or the ratio was too large.
    pub(crate) fn finish(self) -> Result<(), Error> {
        if !self.ended {
            return Err(Error::malformed(WHAT, "the zlib stream ends too early"));
        }
        Bound::by_both(self.zlib.total_in(), &self.limits).check(self.zlib.total_out())
    }
}

/// How much may come out.
#[derive(Copy, Clone)]
struct Bound {
    bytes: u64,
    /// The error when there is more.
    what: &'static str,
    limit: u64,
}

impl Bound {
    fn by_size(limits: &Limits) -> Bound {
        let bytes = limits.decompressed_bytes;
        Bound {
            bytes,
            what: "decompressed content in bytes",
            limit: bytes,
        }
    }

    /// For a stream of `compressed` bytes.
    fn by_both(compressed: u64, limits: &Limits) -> Bound {
        let ratio = limits.decompression_ratio;
        let by_size = Bound::by_size(limits);
        let by_ratio = compressed.saturating_mul(ratio).max(FREE_OF_RATIO);
        match by_size.bytes <= by_ratio {
            true => by_size,
            false => Bound {
                bytes: by_ratio,
                what: "decompressed content as a multiple of its compressed size",
                limit: ratio,
            },
        }
    }

    fn check(self, bytes: u64) -> Result<(), Error> {
        match bytes > self.bytes {
            true => Err(Error::limit(self.what, self.limit)),
            false => Ok(()),
        }
    }
}
