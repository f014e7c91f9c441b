//! The `openssl` commands that read what was delivered.

use std::path::Path;

use crate::people::{Files, Recipient};

/// Decrypts a delivered copy as this recipient, and verifies the signature inside.
pub fn read(files: &Files, copy: &Path, recipient: &Recipient) -> String {
    format!(
        "openssl cms -decrypt -in {} \\\n    -recip {} -inkey {} \\\n  \
         | openssl cms -verify -purpose smimesign -CAfile {}",
        shown(copy),
        shown(&files.certificate(recipient, "pem")),
        shown(&files.key(recipient)),
        shown(&files.ca()),
    )
}

/// A path as short as it can be, and as a shell takes it.
pub fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let path = path
        .strip_prefix(&here)
        .unwrap_or(path)
        .display()
        .to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@".contains(c);
    match path.chars().all(plain) {
        true => path,
        false => format!("'{}'", path.replace('\'', r"'\''")),
    }
}
