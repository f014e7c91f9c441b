//! Alice, who sends, and those she writes to: a folder of files, as a script has them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use smime::cert::Pkcs12;
use smime::{Certificate, Identity, PrivateKey};
use tempfile::TempDir;

use crate::ca::{self, Ca, Key};
use crate::openssl;

pub const PASSWORD: &str = "password-of-alice";

pub struct World {
    folder: TempDir,
}

/// What the program did.
pub struct Ran {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl World {
    /// `ca.pem`, `alice.p12` with `password.txt`, `alice.pem` without password; for `bob` (RSA), `carol`
    /// (P-256) and `dave` (P-384) `certs/NAME.cer` and `NAME.key.pem`, `NAME.pem`.
    pub fn new() -> World {
        let world = World {
            folder: tempfile::tempdir().unwrap(),
        };
        let ca = Ca::new("Test CA");
        world.write("ca.pem", ca.certificate_pem());

        let (certificate, key) = ca.leaf(Key::Rsa2048, "alice@example.org");
        let pem = ca::pem("PRIVATE KEY", &key) + &ca::pem("CERTIFICATE", &certificate);
        world.write("alice.pem", pem);
        let chain = [certificate.as_slice(), ca.certificate_der()]
            .map(|der| Certificate::from_bytes(der).unwrap());
        let key = PrivateKey::from_bytes(&key, None).unwrap();
        let identity = Identity::new(chain, key).unwrap();
        let p12 = Pkcs12::builder()
            .identity(&identity)
            .iterations(2048)
            .build(PASSWORD);
        world.write("alice.p12", p12.unwrap());
        world.write("password.txt", format!("{PASSWORD}\n"));

        fs::create_dir(world.path("certs")).unwrap();
        for (name, kind) in [
            ("bob", Key::Rsa2048),
            ("carol", Key::P256),
            ("dave", Key::P384),
        ] {
            let (certificate, key) = ca.leaf(kind, &format!("{name}@example.net"));
            world.write(&format!("certs/{name}.cer"), &certificate);
            world.write(&format!("{name}.pem"), ca::pem("CERTIFICATE", &certificate));
            world.write(&format!("{name}.key.pem"), ca::pem("PRIVATE KEY", &key));
        }
        world
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs `smime` in the folder. The arguments are separated by spaces.
    pub fn smime(&self, arguments: &str, input: &[u8]) -> Ran {
        self.smime_with(arguments, input, &[])
    }

    pub fn smime_with(&self, arguments: &str, input: &[u8], variables: &[(&str, &str)]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smime"));
        command
            .args(arguments.split_whitespace())
            .current_dir(self.folder());
        command.envs(variables.iter().copied());
        Ran::from(openssl::run(command, input))
    }

    /// The content of what `openssl` verifies against the CA of this world.
    pub fn verified(&self, message: &[u8]) -> Result<String, String> {
        let ca = self.path("ca.pem");
        let arguments = [
            "-verify",
            "-purpose",
            "smimesign",
            "-CAfile",
            ca.to_str().unwrap(),
        ];
        let content = cms(&arguments, message)?;
        Ok(String::from_utf8(content).unwrap())
    }

    /// What `openssl` decrypts as this recipient.
    pub fn decrypted(&self, name: &str, message: &[u8]) -> Result<Vec<u8>, String> {
        let certificate = self.path(&format!("{name}.pem"));
        let key = self.path(&format!("{name}.key.pem"));
        let arguments = [
            "-decrypt",
            "-recip",
            certificate.to_str().unwrap(),
            "-inkey",
            key.to_str().unwrap(),
        ];
        cms(&arguments, message)
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        let stderr = String::from_utf8(output.stderr).unwrap();
        // No test may ever make the program tell a password.
        for secret in [PASSWORD, crate::mail_server::PASSWORD] {
            assert!(!stderr.contains(secret), "{stderr}");
            assert!(!String::from_utf8_lossy(&output.stdout).contains(secret));
        }
        Ran {
            code: output.status.code().unwrap(),
            stdout: output.stdout,
            stderr,
        }
    }
}

impl Ran {
    /// Asserts the exit status, and shows what was said when it is another.
    pub fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}", self.stderr);
        self
    }
}

/// A mail from Alice with these recipient fields, LF line ends.
pub fn mail(recipients: &str) -> String {
    format!(
        "From: Alice <alice@example.org>\n{recipients}Subject: hello\n\
         Content-Type: text/plain; charset=utf-8\n\nDear Bob,\n\nFrom here on: caf\u{e9}.\n"
    )
}

/// `openssl cms` with these arguments; what it wrote, or what it complained about.
pub fn cms<A: AsRef<std::ffi::OsStr>>(arguments: &[A], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut command = Command::new("openssl");
    command.arg("cms").args(arguments);
    let output = openssl::run(command, input);
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
