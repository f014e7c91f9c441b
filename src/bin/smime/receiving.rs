//! The arguments of the subcommands that read what was received.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use smime::Mailbox;

use crate::fetch::Fetch;
use crate::password::PasswordSource;
use crate::storing::StoreOption;
use crate::time;
use crate::trust::Revocation;

#[derive(Args)]
pub struct OpenCommand {
    /// Decrypt with this identity: a PKCS#12 (.p12, .pfx), or a PEM with key and certificates.
    /// Repeated: several
    #[arg(long, value_name = "ID", help_heading = "Decrypting")]
    pub identity: Vec<PathBuf>,
    /// Read the password of an identity from this file; one newline at its end is left out.
    /// In the order of the IDs; one password serves all of them
    #[arg(long, value_name = "FILE", help_heading = "Decrypting")]
    pub password_file: Vec<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME", help_heading = "Decrypting")]
    pub password_env: Vec<String>,
    /// Read the password of the message itself, if it was encrypted to one, from this file
    #[arg(long, value_name = "FILE", help_heading = "Decrypting")]
    pub message_password_file: Vec<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME", help_heading = "Decrypting")]
    pub message_password_env: Vec<String>,
    #[command(flatten)]
    pub store: StoreOption,
    /// Trust what these roots vouch for (DER, PEM or p7b). Roots of web servers are not roots of
    /// mail. Repeated: more of them
    #[arg(long, value_name = "CA", help_heading = "Verifying")]
    pub trust: Vec<PathBuf>,
    /// Certificates that may stand between a signer and a root, or be the signer's. They are not
    /// trusted for that
    #[arg(long, value_name = "CERT", help_heading = "Verifying")]
    pub intermediate: Vec<PathBuf>,
    /// Revocation lists (DER or PEM)
    #[arg(long, value_name = "FILE", help_heading = "Verifying")]
    pub crl: Vec<PathBuf>,
    /// OCSP responses (DER or PEM), one in each file
    #[arg(long, value_name = "FILE", help_heading = "Verifying")]
    pub ocsp: Vec<PathBuf>,
    /// What it means that nobody says whether a certificate was revoked
    #[arg(
        long,
        value_name = "HOW",
        default_value = "soft",
        help_heading = "Verifying"
    )]
    pub revocation: Revocation,
    /// Judge as if it were this time, such as 2026-06-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time::parse, help_heading = "Verifying")]
    pub at: Option<SystemTime>,
    /// What is accepted. `legacy` reads SHA-1, RSA from 1024 bits, 3DES and RC2 too, and never
    /// calls them trusted
    #[arg(
        long,
        value_name = "POLICY",
        default_value = "standard",
        help_heading = "Verifying"
    )]
    pub policy: PolicyName,
    /// Not trusted without it. Repeated: all of them
    #[arg(long, value_name = "WHAT", help_heading = "Verifying")]
    pub require: Vec<Requirement>,
    /// IN is content, and this file the detached signature over it
    #[arg(long, value_name = "FILE", help_heading = "Verifying")]
    pub detached: Option<PathBuf>,
    /// Who must have signed what has no From: a CMS object, or content with --detached
    #[arg(long, value_name = "ADDRESS", value_parser = address, help_heading = "Verifying")]
    pub signer: Option<Mailbox>,
    /// Accept whoever has a mail certificate under the roots as signer of a CMS object or detached
    /// content; the report names him
    #[arg(long, conflicts_with = "signer", help_heading = "Verifying")]
    pub any_signer: bool,
    #[command(flatten)]
    pub fetch: Fetch,
    /// The message; - is stdin. A mail, a MIME entity, or CMS (DER, BER or PEM)
    #[arg(short, value_name = "IN", default_value = "-")]
    pub input: PathBuf,
    /// Write the content here; - is stdout, the default
    #[arg(short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// While it is checked, keep a message that does not come from a file in a nameless file in this folder, encrypted
    /// if it came so [default: the system's folder for temporary files, which may be in memory]
    #[arg(long, value_name = "DIR")]
    pub spool_dir: Option<PathBuf>,
    /// How many threads may work on the message, 1 or 2
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub threads: u8,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
    /// From the password options, in the order they were given.
    #[arg(skip)]
    pub passwords: Vec<PasswordSource>,
    #[arg(skip)]
    pub message_passwords: Vec<PasswordSource>,
}

#[derive(Args)]
pub struct InspectCommand {
    /// Certificates, revocation lists, OCSP responses, PKCS#12, keys, CMS, mails
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Read a password from this file, for PKCS#12 files and keys; one newline at its end is left
    /// out. Repeated: each is tried
    #[arg(long, value_name = "FILE")]
    pub password_file: Vec<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME")]
    pub password_env: Vec<String>,
    /// Say of each certificate whether it leads to one of these roots (DER, PEM or p7b), and why not;
    /// the exit status is 1 when one does not. Repeated: more of them
    #[arg(long, value_name = "CA", help_heading = "Trust")]
    pub trust: Vec<PathBuf>,
    /// Certificates that may stand between a certificate and a root, beside those in the same FILE.
    /// They are not trusted for that
    #[arg(long, value_name = "CERT", requires = "trust", help_heading = "Trust")]
    pub intermediate: Vec<PathBuf>,
    /// Revocation lists (DER or PEM)
    #[arg(long, value_name = "FILE", requires = "trust", help_heading = "Trust")]
    pub crl: Vec<PathBuf>,
    /// OCSP responses (DER or PEM), one in each file
    #[arg(long, value_name = "FILE", requires = "trust", help_heading = "Trust")]
    pub ocsp: Vec<PathBuf>,
    #[command(flatten)]
    pub fetch: Fetch,
    /// Judge as if it were this time, such as 2026-06-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    pub at: Option<SystemTime>,
    /// Print JSON: an array with one object per file
    #[arg(long)]
    pub json: bool,
    /// From the two password options, in the order they were given.
    #[arg(skip)]
    pub passwords: Vec<PasswordSource>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum PolicyName {
    Standard,
    Legacy,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Requirement {
    /// A signature that is trusted
    Signature,
    /// Encryption
    Encryption,
    /// Encryption that notices changes
    Aead,
}

fn address(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| error.to_string())
}
