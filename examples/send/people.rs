//! The people of the demo and their files: a CA, a sender, three recipients.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use smime::cert::Pkcs12;
use smime::{Certificate, Identity, PrivateKey};

use crate::Result;
use crate::ca::{self, Ca, Key};

/// Opens `sender.p12`. It protects nothing: it stands here for everybody to read.
pub const DEMO_PASSWORD: &str = "demo-password";

pub const SENDER: (&str, &str) = ("Jürgen Groß", "juergen@example.org");

/// One who receives the mail.
pub struct Recipient {
    pub name: &'static str,
    pub address: &'static str,
    /// Begins the names of the files.
    pub short: &'static str,
    key: Key,
}

pub const BOB: Recipient = Recipient {
    name: "Bob Miller",
    address: "bob@example.net",
    short: "bob",
    key: Key::Rsa2048,
};
pub const CAROL: Recipient = Recipient {
    name: "Carol Núñez",
    address: "carol@example.com",
    short: "carol",
    key: Key::P256,
};
pub const DAVE: Recipient = Recipient {
    name: "Dave Auditor",
    address: "dave@example.net",
    short: "dave",
    key: Key::P384,
};

/// Where the files of the demo are.
pub struct Files {
    pub folder: PathBuf,
}

impl Files {
    /// `target/smime-example` of the package, or of the current folder when cargo does not say.
    pub fn new() -> Result<Files> {
        let base = match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(package) => PathBuf::from(package),
            None => std::env::current_dir()?,
        };
        let files = Files {
            folder: base.join("target").join("smime-example"),
        };
        for folder in [files.certificates(), files.keys(), files.delivered()] {
            fs::create_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        Ok(files)
    }

    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub fn sender(&self) -> PathBuf {
        self.folder.join("sender.p12")
    }

    /// What a sender has of his recipients.
    pub fn certificates(&self) -> PathBuf {
        self.folder.join("certificates")
    }

    pub fn certificate(&self, of: &Recipient, extension: &str) -> PathBuf {
        self.certificates()
            .join(format!("{}.{extension}", of.short))
    }

    /// What only the recipients have.
    fn keys(&self) -> PathBuf {
        self.folder.join("keys")
    }

    pub fn key(&self, of: &Recipient) -> PathBuf {
        self.keys().join(format!("{}.key.pem", of.short))
    }

    pub fn delivered(&self) -> PathBuf {
        self.folder.join("delivered")
    }
}

/// Makes the CA and everybody it certifies, and writes all files.
pub fn make(files: &Files) -> Result<()> {
    let ca = Ca::new("Example Mail CA");
    write(&files.ca(), ca.certificate_pem().as_bytes())?;

    let (name, address) = SENDER;
    let sender = ca
        .certify(Key::Rsa2048, address)
        .subject(&[("2.5.4.3", name)]);
    let (certificate, key) = sender.issue();
    let chain = [
        Certificate::from_bytes(&certificate)?,
        Certificate::from_bytes(ca.certificate_der())?,
    ];
    let identity = Identity::new(chain, PrivateKey::from_bytes(&key, None)?)?;
    let file = Pkcs12::builder()
        .named_identity(name, &identity)
        .build(DEMO_PASSWORD)?;
    write_secret(&files.sender(), &file)?;

    for recipient in [&BOB, &CAROL, &DAVE] {
        let certify = ca.certify(recipient.key, recipient.address);
        let (certificate, key) = certify.subject(&[("2.5.4.3", recipient.name)]).issue();
        write(&files.certificate(recipient, "cer"), &certificate)?;
        let pem = ca::pem("CERTIFICATE", &certificate);
        write(&files.certificate(recipient, "pem"), pem.as_bytes())?;
        let pem = ca::pem("PRIVATE KEY", &key);
        write_secret(&files.key(recipient), pem.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// For its owner's eyes only.
fn write_secret(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| format!("{}: {error}", path.display()).into())
}
