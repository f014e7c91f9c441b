//! The `openssl` command line in a temporary folder.

use std::io::Write as _;
use std::process::Command;

use smime::{Certificate, PrivateKey};

pub struct OpenSsl {
    folder: tempfile::TempDir,
}

impl OpenSsl {
    /// `None`, with one loud line, where there is no `openssl`; with `CI=true` that is a failure.
    pub fn find() -> Option<OpenSsl> {
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

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), bytes).unwrap();
    }

    /// Runs the command, split at spaces, which must end well.
    pub fn run(&self, command: &str) -> Vec<u8> {
        let output = Command::new("openssl")
            .args(command.split_whitespace())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "openssl {command}: {stderr}");
        output.stdout
    }

    /// `{name}.pem` and `{name}.key.pem`, issued by `ca`, or self-signed.
    pub fn certificate(
        &self,
        name: &str,
        key: &str,
        ca: Option<&str>,
    ) -> (Certificate, PrivateKey) {
        self.run(&format!("genpkey {key} -out {name}.key.pem"));
        // In two steps: `req -x509 -CA` sets no other issuer in some versions.
        self.run(&format!(
            "req -x509 -new -key {name}.key.pem -days 30 -set_serial 7 -subj /CN={name} -out {name}.pem"
        ));
        if let Some(ca) = ca {
            self.run(&format!(
                "req -new -key {name}.key.pem -subj /CN={name} -out {name}.csr"
            ));
            self.run(&format!(
                "x509 -req -in {name}.csr -CA {ca}.pem -CAkey {ca}.key.pem -days 30 -set_serial 2 -out {name}.pem"
            ));
        }
        let certificate = Certificate::from_bytes(&self.read(&format!("{name}.pem"))).unwrap();
        let key = PrivateKey::from_bytes(&self.read(&format!("{name}.key.pem")), None).unwrap();
        (certificate, key)
    }
}

pub const P256: &str = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256";

/// A file of the corpora, or `None` with one loud line when `SMIME_CORPORA` is not set.
pub fn corpus(name: &str) -> Option<Vec<u8>> {
    let Some(folder) = std::env::var_os("SMIME_CORPORA") else {
        // Not eprintln: the test harness would keep it to itself.
        let _ = writeln!(std::io::stderr(), "skipped: SMIME_CORPORA is not set");
        return None;
    };
    let path = std::path::Path::new(&folder).join(name);
    let bytes = std::fs::read(&path);
    Some(bytes.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
