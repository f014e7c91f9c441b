//! What the tests of loading share: the `openssl` command line, and the corpora.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A temporary folder in which `openssl` runs.
pub(crate) struct OpenSsl {
    folder: tempfile::TempDir,
}

impl OpenSsl {
    /// `None`, with one loud line, where there is no `openssl`; with `CI=true` that is a failure.
    pub(crate) fn find() -> Option<OpenSsl> {
        if Command::new("openssl").arg("version").output().is_ok() {
            let folder = tempfile::tempdir().unwrap();
            return Some(OpenSsl { folder });
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "openssl not found"
        );
        // Not eprintln: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: openssl not found");
        None
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// Whether the command, split at spaces, ends well; `''` is an empty argument.
    pub(crate) fn try_run(&self, command: &str) -> Result<Vec<u8>, String> {
        let arguments = command.split_whitespace().map(|a| a.trim_matches('\''));
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    pub(crate) fn run(&self, command: &str) -> Vec<u8> {
        self.try_run(command)
            .unwrap_or_else(|error| panic!("openssl {command}: {error}"))
    }

    /// `key.pem`/`key.der` (PKCS#8) and `cert.pem`/`cert.der` of a self-signed certificate under these names.
    pub(crate) fn identity(&self, name: &str) {
        self.run(&format!(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN={name} \
             -keyout {name}.key.pem -out {name}.pem"
        ));
        self.run(&format!(
            "pkcs8 -topk8 -nocrypt -in {name}.key.pem -outform DER -out {name}.key"
        ));
        self.run(&format!("x509 -in {name}.pem -outform DER -out {name}.cer"));
    }
}

/// A file of the corpora, or `None` with one loud line when `SMIME_CORPORA` is not set.
pub(crate) fn corpus(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("SMIME_CORPORA") else {
        // Not eprintln: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: SMIME_CORPORA is not set");
        return None;
    };
    let path = Path::new(&folder).join(name);
    let bytes = std::fs::read(&path);
    Some(bytes.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
