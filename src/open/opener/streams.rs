//! Messages of any size: two passes over what can be read twice, and a temporary file for what cannot.

use std::io::{Read, Seek, SeekFrom};

use super::Opener;
use crate::Error;
use crate::open::buffer::Bytes;
use crate::open::machine::Root;
use crate::open::spool::Spool;
use crate::open::stored::Checked;
use crate::open::stream_blocking::{check, planned, reading};

impl Opener {
    /// Checks a mail of any size in what can be read twice, such as a file, from its beginning to its end. The memory
    /// it takes does not depend on the size of the mail.
    ///
    /// Nothing is given out here: [`Checked::report`] is complete, and the content is read from the source when it is
    /// asked for. What changes in the source until then is noticed before it is used.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use smime::{Opener, TrustAnchors};
    ///
    /// let anchors = TrustAnchors::from_pem(&std::fs::read("ca.pem")?)?;
    /// let checked = Opener::new(&anchors).open_seekable(std::fs::File::open("large.eml")?)?;
    /// println!("{}", checked.report());
    /// let mut content = checked.trusted()?;
    /// content.copy_to(std::fs::File::create("content.eml")?)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Opener::open`], and [`crate::ErrorKind::Io`] of the source.
    pub fn open_seekable<R: Read + Seek>(&self, source: R) -> Result<Checked<R>, Error> {
        self.seekable(Root::Mail, source, "open_seekable_async")
    }

    /// Checks a CMS object of any size (DER, BER or PEM), as [`Opener::open_cms`] opens one in memory and
    /// [`Opener::open_seekable`] reads.
    ///
    /// # Errors
    /// As [`Opener::open_seekable`].
    pub fn open_cms_seekable<R: Read + Seek>(&self, source: R) -> Result<Checked<R>, Error> {
        self.seekable(Root::Cms, source, "open_cms_seekable_async")
    }

    /// Verifies a detached signature (DER, BER or PEM) over content of any size, as [`Opener::verify_detached`] does in
    /// memory and [`Opener::open_seekable`] reads.
    ///
    /// # Errors
    /// As [`Opener::open_seekable`].
    pub fn verify_detached_seekable<R: Read + Seek>(
        &self,
        content: R,
        signature: &[u8],
    ) -> Result<Checked<R>, Error> {
        let root = Root::Detached(Bytes::copy(signature));
        self.seekable(root, content, "verify_detached_seekable_async")
    }

    /// Checks a mail of any size in what can be read only once, such as a pipe.
    ///
    /// While it is checked, what was received (what was encrypted still is) goes to a temporary file without a name, in
    /// [`Opener::spool_folder`]. The content comes from there, by the same rules as from a file of your own.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use smime::open::Content;
    /// use smime::{Opener, TrustAnchors};
    ///
    /// let anchors = TrustAnchors::from_pem(&std::fs::read("ca.pem")?)?;
    /// let opener = Opener::new(&anchors).spool_folder("/var/tmp");
    /// match opener.open_stream(std::io::stdin().lock())?.content() {
    ///     Content::Trusted(mut content) => drop(content.copy_to(std::io::stdout().lock())?),
    ///     Content::Withheld(why) => eprintln!("{why}"),
    ///     _ => eprintln!("do not rely on who wrote it"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Opener::open`], and [`crate::ErrorKind::Io`] of the pipe or the temporary file, for example of a full disk;
    /// nothing of the file is left then.
    pub fn open_stream<R: Read>(&self, pipe: R) -> Result<Checked<Spool>, Error> {
        self.stream(Root::Mail, pipe, "open_stream_async")
    }

    /// Checks a CMS object of any size (DER, BER or PEM), as [`Opener::open_cms`] opens one in memory and
    /// [`Opener::open_stream`] reads.
    ///
    /// # Errors
    /// As [`Opener::open_stream`].
    pub fn open_cms_stream<R: Read>(&self, pipe: R) -> Result<Checked<Spool>, Error> {
        self.stream(Root::Cms, pipe, "open_cms_stream_async")
    }

    /// Verifies a detached signature (DER, BER or PEM) over content of any size, as [`Opener::verify_detached`] does in
    /// memory and [`Opener::open_stream`] reads.
    ///
    /// # Errors
    /// As [`Opener::open_stream`].
    pub fn verify_detached_stream<R: Read>(
        &self,
        content: R,
        signature: &[u8],
    ) -> Result<Checked<Spool>, Error> {
        let root = Root::Detached(Bytes::copy(signature));
        self.stream(root, content, "verify_detached_stream_async")
    }

    fn seekable<R: Read + Seek>(
        &self,
        root: Root,
        mut source: R,
        twin: &str,
    ) -> Result<Checked<R>, Error> {
        self.config.check_blocking(twin)?;
        source.seek(SeekFrom::Start(0)).map_err(reading)?;
        let checking = check(&self.config, root, &mut source, &mut |_| Ok(()), twin)?;
        let plan = planned(checking, &self.config, &mut source, twin)?;
        Ok(Checked::new(plan, source))
    }

    fn stream<R: Read>(
        &self,
        root: Root,
        mut pipe: R,
        twin: &str,
    ) -> Result<Checked<Spool>, Error> {
        self.config.check_blocking(twin)?;
        let mut spool = Spool::create(self.config.spool_folder.as_deref())?;
        let keep = &mut |bytes: &[u8]| spool.keep(bytes);
        let checking = check(&self.config, root, &mut pipe, keep, twin)?;
        let plan = planned(checking, &self.config, &mut spool, twin)?;
        Ok(Checked::new(plan, spool))
    }
}
