//! The form that a person fills in.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, ValueEnum};
use smime::Mailbox;

/// Sends one mail, signed and encrypted. Without any argument: a demo that needs nothing.
#[derive(Parser)]
#[command(
    name = "send",
    after_help = "Exit status: 0 accepted for all recipients, 1 not accepted for some, 2 nothing was sent, 64 wrong \
        usage."
)]
#[command(group = ArgGroup::new("text").args(["body", "body_file", "html_file"]).required(true).multiple(true))]
#[command(group = ArgGroup::new("someone").args(["to", "cc", "bcc"]).required(true).multiple(true))]
pub struct Form {
    /// Mail server [default port: 465 with TLS from the first byte, 587 with --starttls]
    #[arg(
        long,
        value_name = "HOST[:PORT]",
        value_parser = server,
        required_unless_present = "dry_run",
        help_heading = "Server"
    )]
    pub server: Option<(String, Option<u16>)>,
    /// Begin in clear text and change to TLS; without TLS nothing is sent
    #[arg(long, help_heading = "Server")]
    pub starttls: bool,
    /// User name for the server
    #[arg(
        long,
        value_name = "NAME",
        requires = "smtp_password",
        help_heading = "Server"
    )]
    pub user: Option<String>,
    /// Read the user's password from this file
    #[arg(
        long,
        value_name = "FILE",
        group = "smtp_password",
        requires = "user",
        help_heading = "Server"
    )]
    pub password_file: Option<PathBuf>,
    /// Read the user's password from this environment variable
    #[arg(
        long,
        value_name = "NAME",
        group = "smtp_password",
        requires = "user",
        help_heading = "Server"
    )]
    pub password_env: Option<String>,
    /// Trust only these TLS roots, PEM or DER [default: those of the system]
    #[arg(long, value_name = "FILE", help_heading = "Server")]
    pub ca: Option<PathBuf>,

    /// The sender: an address, or "Name <address>"
    #[arg(long, value_name = "ADDRESS", value_parser = mailbox, help_heading = "Mail")]
    pub from: Mailbox,
    /// Recipients, separated by commas
    #[arg(long, value_name = "ADDRESSES", value_parser = mailboxes, help_heading = "Mail")]
    pub to: Option<Mailboxes>,
    /// Recipients of copies
    #[arg(long, value_name = "ADDRESSES", value_parser = mailboxes, help_heading = "Mail")]
    pub cc: Option<Mailboxes>,
    /// Recipients nobody else learns of
    #[arg(long, value_name = "ADDRESSES", value_parser = mailboxes, help_heading = "Mail")]
    pub bcc: Option<Mailboxes>,
    /// Subject. It is neither signed nor encrypted
    #[arg(long, value_name = "TEXT", default_value = "", help_heading = "Mail")]
    pub subject: String,
    /// The text
    #[arg(
        long,
        value_name = "TEXT",
        conflicts_with = "body_file",
        help_heading = "Mail"
    )]
    pub body: Option<String>,
    /// Read the text from this file
    #[arg(long, value_name = "FILE", help_heading = "Mail")]
    pub body_file: Option<PathBuf>,
    /// Read an HTML version of the text from this file
    #[arg(long, value_name = "FILE", help_heading = "Mail")]
    pub html_file: Option<PathBuf>,
    /// Attach these files
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Mail")]
    pub attach: Vec<PathBuf>,

    /// The sender's key and certificates, .p12 or .pfx
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "no_sign",
        help_heading = "Signing"
    )]
    pub identity: Option<PathBuf>,
    /// Read the password of the identity from this file
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "identity_password_env",
        requires = "identity",
        help_heading = "Signing"
    )]
    pub identity_password_file: Option<PathBuf>,
    /// Read the password of the identity from this environment variable
    #[arg(
        long,
        value_name = "NAME",
        requires = "identity",
        help_heading = "Signing"
    )]
    pub identity_password_env: Option<String>,
    /// Digest [default: what matches the key, SHA-512 for RSA]
    #[arg(long, value_name = "DIGEST", help_heading = "Signing")]
    pub digest: Option<Digest>,
    /// RSASSA-PSS instead of RSA PKCS#1 v1.5
    #[arg(long, help_heading = "Signing")]
    pub pss: bool,
    /// The content inside the signature instead of beside it
    #[arg(long, help_heading = "Signing")]
    pub opaque: bool,
    /// Do not sign
    #[arg(long, help_heading = "Signing")]
    pub no_sign: bool,

    /// A folder with the certificates of the recipients, .cer, .crt, .der, .pem, .p7b
    #[arg(
        long,
        value_name = "DIR",
        required_unless_present = "no_encrypt",
        help_heading = "Encrypting"
    )]
    pub certs: Option<PathBuf>,
    /// Content cipher [default: AES-256-CBC, which every client reads]
    #[arg(long, value_name = "CIPHER", help_heading = "Encrypting")]
    pub cipher: Option<Cipher>,
    /// How the content key is encrypted to RSA keys [default: PKCS#1 v1.5, which every client reads]
    #[arg(long, value_name = "HOW", help_heading = "Encrypting")]
    pub key_encryption: Option<KeyEncryption>,
    /// Do not encrypt
    #[arg(long, help_heading = "Encrypting")]
    pub no_encrypt: bool,

    /// Do everything except sending
    #[arg(long)]
    pub dry_run: bool,
    /// Write the mail, as it goes to To and Cc, to this file
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Digest {
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Cipher {
    #[value(name = "aes256-cbc")]
    Aes256Cbc,
    #[value(name = "aes192-cbc")]
    Aes192Cbc,
    #[value(name = "aes128-cbc")]
    Aes128Cbc,
    #[value(name = "aes256-gcm")]
    Aes256Gcm,
    #[value(name = "aes128-gcm")]
    Aes128Gcm,
    #[value(name = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KeyEncryption {
    Pkcs1,
    Oaep,
}

/// A list in one argument.
#[derive(Clone)]
pub struct Mailboxes(pub Vec<Mailbox>);

fn mailbox(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| error.to_string())
}

/// Commas separate, unless they stand in a quoted name.
fn mailboxes(text: &str) -> Result<Mailboxes, String> {
    let (mut quoted, mut escaped) = (false, false);
    let comma = |c: char| {
        let separates = c == ',' && !quoted;
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        separates
    };
    let parts = text
        .split(comma)
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let all: Vec<Mailbox> = parts.map(mailbox).collect::<Result<_, _>>()?;
    match all.is_empty() {
        true => Err("no address in it".into()),
        false => Ok(Mailboxes(all)),
    }
}

/// `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`.
fn server(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or(rest))),
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (text, None),
        },
    };
    match port.map(str::parse) {
        _ if host.is_empty() => Err("the name of the server is missing".into()),
        None => Ok((host.into(), None)),
        Some(Ok(port @ 1..)) => Ok((host.into(), Some(port))),
        Some(_) => Err("the port is a number from 1 to 65535".into()),
    }
}
