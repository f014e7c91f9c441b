//! The compression inside the protection: compressed-data in application/pkcs7-mime (RFC 8551 3.6).

use zeroize::Zeroizing;

use super::sign_layer::pkcs7_mime_head;
use crate::Error;
use crate::cms::Framing;
use crate::cms::compressed::CompressWriter;
use crate::mime::base64::Base64Writer;

pub(super) struct CompressLayer {
    writer: CompressWriter,
    base64: Base64Writer,
    cms: Zeroizing<Vec<u8>>,
}

impl CompressLayer {
    pub(super) fn new(framing: Framing) -> Self {
        let mut cms = Zeroizing::new(Vec::new());
        CompressLayer {
            writer: CompressWriter::new(framing, &mut cms),
            base64: Base64Writer::default(),
            cms,
        }
    }

    /// Writes the content header fields and the head of the CMS.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        pkcs7_mime_head("compressed-data", "smime.p7z", out);
        self.base64.push(&self.cms, out);
    }

    /// Compresses some of the content.
    pub(super) fn push(&mut self, content: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.cms.clear();
        self.writer.push(content, &mut self.cms)?;
        self.base64.push(&self.cms, out);
        Ok(())
    }

    /// Writes everything after the content.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.cms.clear();
        self.writer.finish(&mut self.cms)?;
        self.base64.push(&self.cms, out);
        self.base64.finish(out);
        Ok(())
    }
}
