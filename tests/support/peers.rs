//! Drivers of the peers: `openssl cms`, `gpgsm`, NSS `cmsutil`. Each works in a folder of its own.

#![allow(dead_code)] // Every user of this file needs another part of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::people::{Person, ca};

/// Whether these tools are there. If not the test is skipped, loudly; under `CI=true` it fails.
fn found(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let missing: Vec<&&str> = tools
        .iter()
        .filter(|tool| !std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
        .collect();
    if missing.is_empty() {
        return true;
    }
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test").to_owned();
    assert!(
        std::env::var("CI").as_deref() != Ok("true"),
        "{test}: {missing:?} not installed"
    );
    // Not eprintln: the test harness would keep it to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {test} needs {missing:?}");
    false
}

/// A folder with numbered files, removed at the end.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        // Short, because an agent's socket lives in it.
        let folder = tempfile::Builder::new().prefix("sm").tempdir_in("/tmp");
        Folder(folder.or_else(|_| tempfile::tempdir()).unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path().join(name)).unwrap_or_default()
    }
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A tool that wants no input may close it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}\n{}",
        String::from_utf8_lossy(err),
        String::from_utf8_lossy(out)
    )
}

/// OpenSSL's command line.
pub struct OpenSsl(Folder);

impl OpenSsl {
    pub fn find() -> Option<OpenSsl> {
        if !found(&["openssl"]) {
            return None;
        }
        let folder = Folder::new();
        folder.write("ca.pem", ca().certificate_pem());
        Some(OpenSsl(folder))
    }

    /// Runs it in its folder; `Err` is what it said.
    pub fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new("openssl");
        let output = run(command.args(arguments).current_dir(self.0.path()), b"");
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(said(&output)),
        }
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        self.0.write(name, content);
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        self.0.read(name)
    }

    /// Verifies a whole mail, signature and chain, and gives the signed content.
    pub fn verify(&self, mail: &[u8]) -> Result<Vec<u8>, String> {
        self.0.write("mail.eml", mail);
        self.run(&[
            "cms", "-verify", "-in", "mail.eml", "-CAfile", "ca.pem", "-out", "content",
        ])?;
        Ok(self.0.read("content"))
    }

    /// Verifies a detached signature over exactly these bytes.
    pub fn verify_detached(&self, p7s: &[u8], content: &[u8]) -> Result<(), String> {
        self.0.write("s.p7s", p7s);
        self.0.write("signed", content);
        let arguments =
            "cms -verify -binary -inform DER -in s.p7s -content signed -CAfile ca.pem -out content";
        self.run(&arguments.split(' ').collect::<Vec<_>>())?;
        assert_eq!(self.0.read("content"), content);
        Ok(())
    }

    /// Decrypts a whole mail for one recipient.
    pub fn decrypt(&self, mail: &[u8], recipient: &Person) -> Result<Vec<u8>, String> {
        self.0.write("mail.eml", mail);
        self.0.write("cert.pem", recipient.certificate_pem());
        self.0.write("key.pem", recipient.key_pem());
        let arguments = "cms -decrypt -in mail.eml -recip cert.pem -inkey key.pem -out content";
        self.run(&arguments.split(' ').collect::<Vec<_>>())?;
        Ok(self.0.read("content"))
    }

    /// Signs `content` with these further options; gives what `-out` got.
    pub fn sign(&self, signer: &Person, content: &[u8], options: &str) -> Result<Vec<u8>, String> {
        self.0.write("content", content);
        self.0.write("signer.pem", signer.certificate_pem());
        self.0.write("key.pem", signer.key_pem());
        self.cms(&format!(
            "-sign -in content -signer signer.pem -inkey key.pem -certfile ca.pem {options}"
        ))
    }

    /// Encrypts `content`; `options` name recipients (after [`OpenSsl::write`]), cipher and form.
    pub fn encrypt(&self, content: &[u8], options: &str) -> Result<Vec<u8>, String> {
        self.0.write("content", content);
        self.cms(&format!("-encrypt -in content {options}"))
    }

    fn cms(&self, options: &str) -> Result<Vec<u8>, String> {
        let arguments = format!("cms {options} -out made");
        self.run(&arguments.split_whitespace().collect::<Vec<_>>())?;
        Ok(self.0.read("made"))
    }

    /// What it reads in a CMS, as text.
    pub fn print(&self, cms: &[u8]) -> String {
        self.0.write("cms.der", cms);
        let text = self.run(&[
            "cms", "-cmsout", "-print", "-inform", "DER", "-in", "cms.der",
        ]);
        String::from_utf8_lossy(&text.unwrap()).into_owned()
    }

    /// A PKCS#12 file as old software reads it: 3DES, SHA-1 MAC. The password is `x`.
    fn legacy_pkcs12(&self, person: &Person) -> Vec<u8> {
        self.0.write("cert.pem", person.certificate_pem());
        self.0.write("key.pem", person.key_pem());
        let arguments = "pkcs12 -export -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 \
                         -in cert.pem -inkey key.pem -certfile ca.pem -passout pass:x -out p12";
        self.run(&arguments.split_whitespace().collect::<Vec<_>>())
            .unwrap();
        self.0.read("p12")
    }
}

/// gpgsm with a home of its own, which trusts the test CA.
pub struct Gpgsm(Folder);

impl Gpgsm {
    /// A home that knows these people, RSA keys included.
    pub fn find(people: &[&Person]) -> Option<Gpgsm> {
        if !found(&["gpgsm", "gpgconf", "openssl"]) {
            return None;
        }
        let openssl = OpenSsl::find()?;
        let folder = Folder::new();
        folder.write("gpgsm.conf", "disable-crl-checks\n");
        // The fewest rounds of key derivation: the keys protect nothing, and every use of one would take its time.
        folder.write(
            "gpg-agent.conf",
            "allow-loopback-pinentry\ns2k-count 65536\n",
        );
        openssl.write("ca.pem", ca().certificate_pem());
        let fingerprint = openssl
            .run(&["x509", "-in", "ca.pem", "-noout", "-fingerprint", "-sha1"])
            .unwrap();
        let fingerprint = String::from_utf8(fingerprint).unwrap();
        let (_, fingerprint) = fingerprint.trim().split_once('=').unwrap();
        folder.write("trustlist.txt", format!("{fingerprint} S relax\n"));
        let gpgsm = Gpgsm(folder);
        gpgsm.0.write("ca.pem", ca().certificate_pem());
        gpgsm.run(&["--import", "ca.pem"], b"").unwrap();
        for person in people {
            // gpgsm 2.2 fails on some salts of PKCS#12 files that openssl reads; each export has new ones.
            let import = || {
                gpgsm.0.write("p12", openssl.legacy_pkcs12(person));
                gpgsm.run(&["--import", "p12"], b"x\n")
            };
            import()
                .or_else(|_| import())
                .or_else(|_| import())
                .unwrap();
        }
        Some(gpgsm)
    }

    fn run(&self, arguments: &[&str], passphrase: &[u8]) -> Result<String, String> {
        let mut command = Command::new("gpgsm");
        command
            .arg("--homedir")
            .arg(self.0.path())
            .args([
                "--batch",
                "--yes",
                "--pinentry-mode",
                "loopback",
                "--passphrase-fd",
                "0",
            ])
            .args(["--status-fd", "1"])
            .args(arguments)
            .current_dir(self.0.path());
        let output = run(&mut command, passphrase);
        match output.status.success() {
            true => Ok(said(&output)),
            false => Err(said(&output)),
        }
    }

    pub fn verify_detached(&self, p7s: &[u8], content: &[u8]) -> Result<(), String> {
        self.0.write("s.p7s", p7s);
        self.0.write("signed", content);
        good(self.run(&["--verify", "s.p7s", "signed"], b"")?)
    }

    /// Verifies an opaque signature and gives its content.
    pub fn verify(&self, p7m: &[u8]) -> Result<Vec<u8>, String> {
        self.0.write("s.p7m", p7m);
        let _ = std::fs::remove_file(self.0.path().join("content"));
        good(self.run(&["--output", "content", "--verify", "s.p7m"], b"")?)?;
        Ok(self.0.read("content"))
    }

    pub fn decrypt(&self, p7m: &[u8]) -> Result<Vec<u8>, String> {
        self.0.write("s.p7m", p7m);
        self.run(&["--output", "content", "--decrypt", "s.p7m"], b"x\n")?;
        Ok(self.0.read("content"))
    }

    /// Signs or encrypts `content` as these options say.
    pub fn make(&self, content: &[u8], options: &str) -> Result<Vec<u8>, String> {
        self.0.write("in", content);
        let _ = std::fs::remove_file(self.0.path().join("made"));
        let options = format!("--output made {options} in");
        self.run(&options.split_whitespace().collect::<Vec<_>>(), b"x\n")?;
        Ok(self.0.read("made"))
    }
}

/// Exit status 0 alone is not enough: the signer must be good and trusted.
fn good(said: String) -> Result<(), String> {
    match said.contains("GOODSIG") && said.contains("TRUST_FULLY") && !said.contains("BADSIG") {
        true => Ok(()),
        false => Err(said),
    }
}

impl Drop for Gpgsm {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        run(
            command
                .arg("--homedir")
                .arg(self.0.path())
                .args(["--kill", "all"]),
            b"",
        );
    }
}

/// NSS with a database of its own, which trusts the test CA.
pub struct Nss(Folder);

impl Nss {
    /// A database that knows these people and their keys.
    pub fn find(people: &[&Person]) -> Option<Nss> {
        if !found(&["certutil", "pk12util", "cmsutil", "openssl"]) {
            return None;
        }
        let openssl = OpenSsl::find()?;
        let nss = Nss(Folder::new());
        nss.0.write("ca.pem", ca().certificate_pem());
        nss.tool("certutil", &["-N", "--empty-password"]).unwrap();
        nss.tool(
            "certutil",
            &["-A", "-n", "ca", "-t", "C,C,C", "-a", "-i", "ca.pem"],
        )
        .unwrap();
        for person in people {
            nss.0.write("p12", openssl.legacy_pkcs12(person));
            nss.tool("pk12util", &["-i", "p12", "-W", "x", "-K", ""])
                .unwrap();
        }
        Some(nss)
    }

    fn tool(&self, tool: &str, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let mut command = Command::new(tool);
        let output = run(
            command
                .args(arguments)
                .args(["-d", "sql:."])
                .current_dir(self.0.path()),
            b"",
        );
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(said(&output)),
        }
    }

    /// `cmsutil -D` ends well for a wrong signature too; what it thinks stands in its header lines.
    pub fn verify_detached(&self, p7s: &[u8], content: &[u8]) -> Result<(), String> {
        self.0.write("s.p7s", p7s);
        self.0.write("signed", content);
        self.status(&["-D", "-n", "-h", "1", "-c", "signed", "-i", "s.p7s"])
    }

    /// Verifies an opaque signature and gives its content.
    pub fn verify(&self, p7m: &[u8]) -> Result<Vec<u8>, String> {
        self.0.write("s.p7m", p7m);
        self.status(&["-D", "-n", "-h", "1", "-i", "s.p7m"])?;
        self.tool("cmsutil", &["-D", "-i", "s.p7m"])
    }

    fn status(&self, arguments: &[&str]) -> Result<(), String> {
        let said = String::from_utf8_lossy(&self.tool("cmsutil", arguments)?).into_owned();
        let signers = said.matches(".status=").count();
        match signers > 0 && said.matches(".status=GoodSignature").count() == signers {
            true => Ok(()),
            false => Err(said),
        }
    }

    pub fn decrypt(&self, p7m: &[u8]) -> Result<Vec<u8>, String> {
        self.0.write("s.p7m", p7m);
        self.tool("cmsutil", &["-D", "-i", "s.p7m"])
    }

    /// Signs or encrypts `content` as these options say.
    pub fn make(&self, content: &[u8], options: &str) -> Result<Vec<u8>, String> {
        self.0.write("in", content);
        let options = format!("{options} -i in -o made");
        self.tool("cmsutil", &options.split_whitespace().collect::<Vec<_>>())?;
        Ok(self.0.read("made"))
    }
}
