//! Those who receive the mail, and what they open it with.

use std::fs;
use std::path::Path;

use smime::{Identity, Opener, TrustAnchors};

use crate::Result;
use crate::people::{BOB, CAROL, DAVE, Files, Recipient};

/// Everybody who could have got a copy.
pub const READERS: [&Recipient; 3] = [&BOB, &CAROL, &DAVE];

/// What a recipient opens mail with: the own key, and the CA that vouches for others.
pub fn opener(files: &Files, reader: &Recipient) -> Result<Opener> {
    let anchors = TrustAnchors::from_pem(&read(&files.ca())?)?;
    let mut pem = read(&files.key(reader))?;
    pem.extend(read(&files.certificate(reader, "pem"))?);
    let identity = Identity::from_pem(&pem, None)?;
    Ok(Opener::new(&anchors).identity(&identity))
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()).into())
}
