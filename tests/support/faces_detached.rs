//! Verifies a detached signature over every face: see `faces`.

use std::io::Cursor;

use smime::open::Opened;
use smime::{Error, Opener};

use crate::faces::{Dribble, LIMITS, compare, held};

/// Verification of content and signature, over every face.
pub trait DetachedFaces {
    /// As `Opener::verify_detached`.
    fn verify_detached_all(&self, content: &[u8], signature: &[u8]) -> Result<Opened, Error>;
}

impl DetachedFaces for Opener {
    #[track_caller]
    fn verify_detached_all(&self, content: &[u8], signature: &[u8]) -> Result<Opened, Error> {
        let opened = self.verify_detached(content, signature);
        for limits in LIMITS {
            let opener = held(self, limits);
            let streamed = opener.verify_detached_seekable(Cursor::new(content), signature);
            compare(&opened, content, streamed);
        }
        let streamed = self.verify_detached_stream(Dribble::new(content), signature);
        compare(&opened, content, streamed);
        opened
    }
}
