//! Alice, who signs, Bob, who reads, and the CA that knows both: a folder of files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::ca::{self, Ca, Key};
use crate::openssl;

pub struct People(TempDir);

impl People {
    /// `ca.pem`, `alice.pem` and `bob.id.pem` with their keys, `bob.pem` without.
    pub fn new() -> People {
        // Not where temporary files are: that may be memory.
        let people = People(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        let ca = Ca::new("Test CA");
        people.write("ca.pem", &ca.certificate_pem());
        let (certificate, key) = ca.leaf(Key::P256, "alice@example.org");
        let (certificate, key) = (
            ca::pem("CERTIFICATE", &certificate),
            ca::pem("PRIVATE KEY", &key),
        );
        people.write("alice.pem", &(key + &certificate));
        let (certificate, key) = ca.leaf(Key::P256, "bob@example.net");
        let (certificate, key) = (
            ca::pem("CERTIFICATE", &certificate),
            ca::pem("PRIVATE KEY", &key),
        );
        people.write("bob.pem", &certificate);
        people.write("bob.id.pem", &(key + &certificate));
        people
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// A detached signature of Alice over this file.
    pub fn sign_beside(&self, content: &str, signature: &str) {
        let mut command = Command::new("openssl");
        command
            .args(["cms", "-sign", "-binary", "-outform", "DER"])
            .args(["-signer", "alice.pem", "-in", content, "-out", signature])
            .current_dir(self.folder());
        let output = openssl::run(command, b"");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
