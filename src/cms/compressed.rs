//! CompressedData (RFC 3274), written around a content that streams past.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::content::ContentWriter;
use super::enveloped::content_info_head;
use super::{Framing, oid, sum};
use crate::Error;
use crate::asn1::{self, Tag};

/// Writes one CompressedData, zlib at its usual level.
///
/// ```text
/// CompressedData ::= SEQUENCE { version CMSVersion, compressionAlgorithm CompressionAlgorithmIdentifier,
///     encapContentInfo EncapsulatedContentInfo }
/// EncapsulatedContentInfo ::= SEQUENCE { eContentType ContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL }
/// ```
///
/// The version is always 0, and the parameters of zlib are absent (RFC 3274 1.1, 2). What comes out does not depend
/// on how the content was split.
pub(crate) struct CompressWriter {
    framing: Framing,
    zlib: ZlibEncoder<Vec<u8>>,
    content: ContentWriter,
}

impl CompressWriter {
    /// With indefinite lengths this writes everything before the content, and compressed content leaves as content
    /// comes. With definite ones nothing is written and all is held until the end: no length is known before.
    pub(crate) fn new(framing: Framing, out: &mut Vec<u8>) -> Self {
        if framing == Framing::Indefinite {
            out.extend(indefinite_head());
        }
        CompressWriter {
            framing,
            zlib: ZlibEncoder::new(Vec::new(), Compression::default()),
            content: ContentWriter::new(framing),
        }
    }

    /// Compresses some of the content.
    pub(crate) fn push(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.zlib
            .write_all(content)
            .map_err(|error| Error::io("compression", error))?;
        if self.framing == Framing::Indefinite {
            let compressed = self.zlib.get_mut();
            self.content.push(compressed, out);
            compressed.clear();
        }
        Ok(())
    }

    /// The content has ended: writes what is left.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let compressed = self
            .zlib
            .finish()
            .map_err(|error| Error::io("compression", error))?;
        match self.framing {
            Framing::Definite => {
                out.extend(definite_head(asn1::length(&compressed)));
                out.extend(compressed);
            }
            Framing::Indefinite => {
                self.content.push(&compressed, out);
                self.content.finish(out);
                // The string, its [0], EncapsulatedContentInfo; CompressedData, its [0], ContentInfo.
                out.extend(asn1::END_OF_CONTENTS.repeat(6));
            }
        }
        Ok(())
    }
}

/// Version and algorithm.
fn fields() -> Vec<u8> {
    let mut fields = asn1::integer_u64(0);
    fields.extend(asn1::sequence(&[&asn1::oid(&oid::ZLIB)]));
    fields
}

/// A ContentInfo with definite lengths, up to the content octets.
fn definite_head(content_len: u64) -> Vec<u8> {
    let string = asn1::header(Tag::OCTET_STRING, content_len);
    let string_len = sum(&[asn1::length(&string), content_len]);
    let content = asn1::header(Tag::context(0, true), string_len);
    let content_type = asn1::oid(&oid::DATA);
    let info_len = sum(&[
        asn1::length(&content_type),
        asn1::length(&content),
        string_len,
    ]);
    let info = asn1::header(Tag::SEQUENCE, info_len);
    let fields = fields();
    let body_len = sum(&[asn1::length(&fields), asn1::length(&info), info_len]);
    let mut head = content_info_head(&oid::COMPRESSED_DATA, body_len);
    for part in [fields, info, content_type, content, string] {
        head.extend(part);
    }
    head
}

/// A ContentInfo with indefinite lengths, up to the chunks of the content.
fn indefinite_head() -> Vec<u8> {
    let mut head = asn1::indefinite(Tag::SEQUENCE);
    head.extend(asn1::oid(&oid::COMPRESSED_DATA));
    head.extend(asn1::indefinite(Tag::context(0, true)));
    head.extend(asn1::indefinite(Tag::SEQUENCE));
    head.extend(fields());
    head.extend(asn1::indefinite(Tag::SEQUENCE));
    head.extend(asn1::oid(&oid::DATA));
    head.extend(asn1::indefinite(Tag::context(0, true)));
    head.extend(asn1::indefinite(Tag::OCTET_STRING.constructed()));
    head
}

#[cfg(test)]
mod tests;
