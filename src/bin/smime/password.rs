//! Passwords come from files and environment variables, never from arguments, which everybody on the
//! machine can read.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use smime::Error;
use zeroize::Zeroizing;

/// More is not a password but the wrong file.
const MAX_BYTES: usize = 4096;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    File(PathBuf),
    Variable(String),
}

impl PasswordSource {
    /// The password, without the one newline that editors and `echo` leave at the end of a file.
    pub fn read(&self) -> Result<Zeroizing<String>> {
        match self {
            PasswordSource::Variable(name) => match std::env::var(name) {
                Ok(password) => Ok(Zeroizing::new(password)),
                Err(_) => bail!("the environment variable {name} is not set, or is not text"),
            },
            PasswordSource::File(path) => {
                let named = |detail: &dyn std::fmt::Display| {
                    anyhow!("password file {}: {detail}", path.display())
                };
                let file = File::open(path).map_err(|error| named(&error))?;
                let limit = u64::try_from(MAX_BYTES)?.saturating_add(1);
                // Room for all of it: a buffer that grows leaves copies of the password behind.
                let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_BYTES.saturating_mul(2)));
                file.take(limit)
                    .read_to_end(&mut bytes)
                    .map_err(|error| named(&error))?;
                if bytes.len() > MAX_BYTES {
                    return Err(named(&"is too long for a password"));
                }
                let Ok(text) = std::str::from_utf8(&bytes) else {
                    return Err(named(&"is not UTF-8 text"));
                };
                let text = text.strip_suffix('\n').unwrap_or(text);
                let text = text.strip_suffix('\r').unwrap_or(text);
                Ok(Zeroizing::new(text.to_owned()))
            }
        }
    }
}

/// Reads all of them, in their order.
pub fn read_all(sources: &[PasswordSource]) -> Result<Vec<Zeroizing<String>>> {
    sources.iter().map(PasswordSource::read).collect()
}

/// The password for the identity at this place: one serves all.
pub fn of(passwords: &[Zeroizing<String>], place: usize) -> Option<&str> {
    let password = match passwords {
        [one] => Some(one),
        several => several.get(place),
    };
    password.map(|password| password.as_str())
}

/// The error of a file that a password opens, in the words of the command line.
pub fn explain(error: Error, path: &std::path::Path, had_password: bool) -> anyhow::Error {
    match error.kind() {
        smime::ErrorKind::WrongPassword { .. } if !had_password => anyhow!(
            "{}: needs a password; give it with --password-file or --password-env",
            path.display()
        ),
        smime::ErrorKind::Ambiguous { count, .. } => anyhow!(
            "{}: holds {count} identities; export the one that shall sign to a file of its own",
            path.display()
        ),
        _ => error.in_file(path).into(),
    }
}
