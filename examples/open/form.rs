//! One mail, opened as the arguments say.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use smime::cert::Crl;
use smime::open::Content;
use smime::{Certificate, ErrorKind, Identity, Opener, TrustAnchors};
use zeroize::Zeroizing;

use crate::Result;
use crate::reading::read;

/// Opens a mail and prints the report. Without any argument: what the example `send` delivered.
#[derive(Parser)]
#[command(
    name = "open",
    after_help = "Exit status: 0 trusted, 1 not trusted or not signed, 2 not opened, 64 wrong usage."
)]
struct Form {
    /// The mail
    #[arg(value_name = "MAIL")]
    mail: PathBuf,
    /// Decrypt with this identity: .p12, .pfx, or PEM with key and certificate
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    /// Read the password of the identities from this file
    #[arg(long, value_name = "FILE", conflicts_with = "password_env")]
    password_file: Option<PathBuf>,
    /// Read the password of the identities from this environment variable
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,
    /// Trust what these roots vouch for
    #[arg(long, value_name = "CA")]
    trust: Vec<PathBuf>,
    /// Certificates that may stand between a signer and a root
    #[arg(long, value_name = "CERT")]
    intermediate: Vec<PathBuf>,
    /// Revocation lists
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// Write the content to this file, unless it is kept back
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

pub fn run() -> Result<ExitCode> {
    let form = match Form::try_parse() {
        Ok(form) => form,
        Err(error) => {
            error.print()?;
            return Ok(ExitCode::from(if error.use_stderr() { 64 } else { 0 }));
        }
    };
    let opened = opener(&form)?.open(&read(&form.mail)?);
    let opened = opened.map_err(|error| error.in_file(&form.mail))?;
    write!(io::stdout(), "{}", opened.report())?;
    let (message, status) = match opened.content() {
        Content::Trusted(message) => (message, 0),
        Content::Untrusted(message) | Content::Unsigned(message) => (message, 1),
        _ => return Ok(ExitCode::from(1)),
    };
    if let Some(path) = &form.save {
        let saved = fs::write(path, message.bytes());
        saved.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(ExitCode::from(status))
}

fn opener(form: &Form) -> Result<Opener> {
    let mut anchors = TrustAnchors::new();
    for path in &form.trust {
        for certificate in certificates(path)? {
            anchors.add(&certificate);
        }
    }
    let mut opener = Opener::new(&anchors);
    let password = password(form)?;
    let password = password.as_ref().map(|password| password.as_str());
    for path in &form.identity {
        let identity = Identity::from_bytes(&read(path)?, password);
        let identity = identity.map_err(|error| match error.kind() {
            ErrorKind::WrongPassword { .. } if password.is_none() => format!(
                "{}: needs a password; give --password-file or --password-env",
                path.display()
            ),
            _ => error.in_file(path).to_string(),
        })?;
        opener = opener.identity(&identity);
    }
    for path in &form.intermediate {
        opener = opener.certificates(&certificates(path)?);
    }
    for path in &form.crl {
        let crls = Crl::all_from_bytes(&read(path)?);
        opener = opener.crls(&crls.map_err(|error| error.in_file(path))?);
    }
    Ok(opener)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>> {
    let certificates = Certificate::all_from_bytes(&read(path)?);
    Ok(certificates.map_err(|error| error.in_file(path))?)
}

/// Passwords are never arguments: everybody on the machine can read those.
fn password(form: &Form) -> Result<Option<Zeroizing<String>>> {
    let text = match (&form.password_file, &form.password_env) {
        (Some(path), _) => {
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
        }
        (None, Some(name)) => std::env::var(name)
            .map_err(|_| format!("the environment variable {name} is not set, or is not text"))?,
        (None, None) => return Ok(None),
    };
    let text = Zeroizing::new(text);
    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    Ok(Some(Zeroizing::new(line.to_owned())))
}
