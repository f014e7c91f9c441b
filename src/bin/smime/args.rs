//! The arguments, as a script or a person gives them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::choices::{Cipher, Digest, KeyEncryption};
use crate::outgoing::OutboxCommand;
use crate::password::PasswordSource;
use crate::receiving::{InspectCommand, OpenCommand};
use crate::storing::{StoreCommand, StoreOption};
use crate::trust::Trust;

/// Sign, encrypt, send and open mail with S/MIME.
#[derive(Parser)]
#[command(name = "smime", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Sign and encrypt a message
    #[command(
        long_about = "Signs and encrypts a message: first signed, then encrypted.\n\n\
            The input is a complete message (RFC 5322) with LF or CRLF line ends, or a bare MIME \
            entity without From. What was chosen for whom, and why, goes to stderr.",
        after_help = "A message of less than 256 KiB is written with definite lengths (DER), which every reader \
            understands, and only when it is complete. A larger one streams in constant memory, with \
            indefinite lengths (BER). A file for -o appears only when the message is complete; to \
            stdout a large message is written as it is made, so look at the exit status.\n\n\
            A message that is encrypted and has Bcc recipients is several messages, one per Bcc \
            recipient: `smime send` makes and sends them.\n\n\
            Exit status: 0 protected, 2 not protected, 64 wrong usage."
    )]
    Protect(ProtectCommand),
    /// Sign and encrypt a message, and send it
    #[command(
        long_about = "Signs and encrypts a message and submits it to a mail server, to everybody in To, Cc \
            and Bcc. Each Bcc recipient gets a copy encrypted for nobody else.\n\n\
            What was chosen for whom, and the server's answer per recipient, goes to stderr.",
        after_help = "Exit status: 0 accepted for all recipients, 1 not accepted for some, 2 nothing was sent, \
            64 wrong usage. With --outbox 2 says that nothing was stored either; with 1 the message is in the \
            outbox, or may be: do not send it again, `smime outbox send` does. That is so also while another process \
            sends what is in the outbox."
    )]
    Send(SendCommand),
    /// Decrypt and verify a message, and say why it is to be believed or not
    #[command(
        long_about = "Decrypts and verifies a message. The content goes to OUT, the report to stderr: what \
            protects the message, what was checked, what follows, and what to do about it.\n\n\
            The content is the innermost MIME entity; of a message without protection the message \
            itself. Content whose signature does not verify is kept back.",
        after_help = "Nothing of the content is written before the whole message was checked. Then it comes out of a second \
            pass over the file, or over what was kept of a pipe, and every byte is compared with what was checked. A \
            file for -o appears only when the content is complete; to stdout it is written as it is read, and \
            when the message changes meanwhile, or cannot be read any more, what came out is only its beginning: \
            the exit status is 2 then.\n\n\
            Content that unpacks to more than 100 times its compressed size is refused, as highly repetitive text \
            may be.\n\n\
            Exit status: 0 trusted; 1 not signed, or something about the signature is not as it \
            should be; 2 not opened, or could not be written; 64 wrong usage. A script that believes \
            what it reads must look at it, or use -o and read the report."
    )]
    Open(Box<OpenCommand>),
    /// Say what a file is and what is in it, without keys: certificates, PKCS#12, CMS, mail
    #[command(
        long_about = "Says what a file is and what is in it, as far as that can be seen without keys. \
            Nothing is decrypted, and no message is verified: `smime open` does that. With --trust, \
            certificates are validated.",
        after_help = "Exit status: 0 all files were read, and with --trust every certificate leads to one of \
            the roots; 1 with --trust, and some certificate does not; 2 some file could not be read; \
            64 wrong usage."
    )]
    Inspect(InspectCommand),
    /// Keep identities and certificates in a folder, found by address
    #[command(
        subcommand,
        long_about = "Keeps own identities and correspondents' certificates in a folder, found by address. \
            Several processes may use one folder at once.",
        after_help = "Exit status: 0 done, 2 not done, or not all of it, 64 wrong usage."
    )]
    Store(StoreCommand),
    /// Messages that are to be sent: look at them, send them, decide about them
    #[command(
        subcommand,
        long_about = "Messages that `smime send --outbox DIR` has stored and that not everybody has yet. What was \
            deferred is tried again by `send`, later each time. What may have arrived, because no answer of the server was \
            read, waits for `decide`. Who was rejected or given up stays in the list until `remove`."
    )]
    Outbox(OutboxCommand),
}

#[derive(Args)]
pub struct ProtectCommand {
    #[command(flatten)]
    pub protection: Protection,
    #[command(flatten)]
    pub files: Files,
}

#[derive(Args)]
pub struct SendCommand {
    #[command(flatten)]
    pub server: ServerArgs,
    /// Store the message in this folder before it is sent, protected as it is, and keep it there until everybody has
    /// it; see `smime outbox`. The folder is made when it is not there
    #[arg(long, value_name = "DIR", help_heading = "Server")]
    pub outbox: Option<PathBuf>,
    #[command(flatten)]
    pub protection: Protection,
    #[command(flatten)]
    pub files: Files,
}

/// What is done to the message.
#[derive(Args)]
pub struct Protection {
    /// Sign with this identity: a PKCS#12 (.p12, .pfx), or a PEM with key and certificates.
    /// Repeated: several signatures
    #[arg(long, value_name = "ID", help_heading = "Signing")]
    pub sign: Vec<PathBuf>,
    /// Read the password of an identity from this file; one newline at its end is left out.
    /// In the order of the IDs; one password serves all of them
    #[arg(long, value_name = "FILE", help_heading = "Signing")]
    pub password_file: Vec<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME", help_heading = "Signing")]
    pub password_env: Vec<String>,
    /// Put the content inside the signature instead of beside it: survives relays that change text,
    /// but only S/MIME readers can show it
    #[arg(long, help_heading = "Signing")]
    pub opaque: bool,
    /// Digest of the signature [default: what matches the key, SHA-512 for RSA]
    #[arg(long, value_name = "DIGEST", help_heading = "Signing")]
    pub digest: Option<Digest>,
    /// Sign with RSASSA-PSS instead of RSA PKCS#1 v1.5
    #[arg(long, help_heading = "Signing")]
    pub pss: bool,
    /// Encrypt to this certificate (DER or PEM). Repeated: to several
    #[arg(long, value_name = "CERT", help_heading = "Encrypting")]
    pub to: Vec<PathBuf>,
    /// Encrypt to all recipients of the message, with the certificates in this folder, which are
    /// found by the addresses they name and trusted because they are there, or with --anchors
    /// because those roots vouch for them
    #[arg(long, value_name = "DIR", help_heading = "Encrypting")]
    pub certs: Option<PathBuf>,
    #[command(flatten)]
    pub trust: Trust,
    #[command(flatten)]
    pub store: StoreOption,
    /// Sign with the identity that the store has for From
    #[arg(
        long,
        requires = "store",
        conflicts_with = "sign",
        help_heading = "Store"
    )]
    pub sign_as_sender: bool,
    /// Encrypt to all recipients of the message, with the certificates in the store. Those that were
    /// learned from mail must lead to --anchors
    #[arg(long, requires = "store", help_heading = "Store")]
    pub encrypt_to_recipients: bool,
    /// Compress the content first; few mail programs read it, and what becomes less than a hundredth, such as
    /// highly repetitive text, readers refuse, `smime open` among them
    #[arg(long)]
    pub compress: bool,
    /// How many threads may work on the message, 1 or 2
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub threads: u8,
    /// Content cipher
    #[arg(
        long,
        value_name = "CIPHER",
        default_value = "auto",
        help_heading = "Encrypting"
    )]
    pub cipher: Cipher,
    /// How the content key is encrypted to RSA keys
    #[arg(
        long,
        value_name = "HOW",
        default_value = "auto",
        help_heading = "Encrypting"
    )]
    pub key_encryption: KeyEncryption,
    /// Do not compare the addresses of the message with those in certificates: anybody may then
    /// sign, and a recipient may be unable to read
    #[arg(long)]
    pub danger_ignore_addresses: bool,
    /// From the two password options, in the order they were given.
    #[arg(skip)]
    pub passwords: Vec<PasswordSource>,
}

/// Where the message comes from and goes to.
#[derive(Args)]
pub struct Files {
    /// The message; - is stdin
    #[arg(short, value_name = "IN", default_value = "-")]
    pub input: PathBuf,
    /// Write the protected message here; - is stdout, the default. `send` writes none unless
    /// asked, and then the one for To and Cc, as for the Sent folder; to a file also the copies
    /// of Bcc recipients, as OUT with .2, .3 and so on before the extension
    #[arg(short, value_name = "OUT")]
    pub output: Option<PathBuf>,
    /// Report as JSON
    #[arg(long)]
    pub json: bool,
}

/// The mail server.
#[derive(Args)]
pub struct ServerArgs {
    /// Mail server [default port: 465 with TLS from the first byte, 587 with --starttls]
    #[arg(long, value_name = "HOST[:PORT]", value_parser = host_and_port, help_heading = "Server")]
    pub server: (String, Option<u16>),
    /// Begin in clear text and change to TLS; without TLS nothing is sent
    #[arg(long, help_heading = "Server")]
    pub starttls: bool,
    /// User name for the server
    #[arg(long, value_name = "NAME", help_heading = "Server")]
    pub user: Option<String>,
    /// Read the user's password from this file; one newline at its end is left out
    #[arg(
        long,
        value_name = "FILE",
        requires = "user",
        conflicts_with = "smtp_password_env",
        help_heading = "Server"
    )]
    pub smtp_password_file: Option<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME", requires = "user", help_heading = "Server")]
    pub smtp_password_env: Option<String>,
    /// Trust only these TLS roots (PEM or DER) [default: those of the system]
    #[arg(long, value_name = "CA", help_heading = "Server")]
    pub ca: Option<PathBuf>,
}

/// Reads the arguments, and refuses those that make no sense together.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, clap::Error> {
    let matches = Cli::command().try_get_matches_from(arguments)?;
    let mut command = Cli::from_arg_matches(&matches)?.command;
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(command);
    };
    let checked = match &mut command {
        Command::Protect(ProtectCommand { protection, .. }) => {
            protection.passwords = in_order(matches, "password_file", "password_env");
            check(protection)
        }
        Command::Send(command) => {
            let protection = &mut command.protection;
            protection.passwords = in_order(matches, "password_file", "password_env");
            check(protection).and_then(|()| check_server(&command.server))
        }
        Command::Open(command) => {
            command.passwords = in_order(matches, "password_file", "password_env");
            command.message_passwords =
                in_order(matches, "message_password_file", "message_password_env");
            check_open(command)
        }
        Command::Inspect(command) => {
            command.passwords = in_order(matches, "password_file", "password_env");
            Ok(())
        }
        Command::Store(StoreCommand::Add(command)) => {
            if let Some((_, matches)) = matches.subcommand() {
                command.passwords = in_order(matches, "password_file", "password_env");
            }
            Ok(())
        }
        Command::Outbox(OutboxCommand::Send(command)) => check_server(&command.server),
        Command::Store(_) | Command::Outbox(_) => Ok(()),
    };
    checked.map_err(|problem| wrong(name, problem))?;
    Ok(command)
}

/// Two options make one list, so the places on the command line decide.
fn in_order(matches: &ArgMatches, files: &str, variables: &str) -> Vec<PasswordSource> {
    let places = |id: &str| matches.indices_of(id).into_iter().flatten();
    let values = matches.get_many::<PathBuf>(files).into_iter().flatten();
    let from_files = values.cloned().map(PasswordSource::File);
    let mut all: Vec<(usize, PasswordSource)> = places(files).zip(from_files).collect();
    let values = matches.get_many::<String>(variables).into_iter().flatten();
    all.extend(places(variables).zip(values.cloned().map(PasswordSource::Variable)));
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, source)| source).collect()
}

fn check(protection: &Protection) -> Result<(), &'static str> {
    let signs = !protection.sign.is_empty() || protection.sign_as_sender;
    let encrypts =
        !protection.to.is_empty() || protection.certs.is_some() || protection.encrypt_to_recipients;
    if !signs && !encrypts {
        return Err(
            "nothing to do: --sign ID or --sign-as-sender signs; --to CERT, --certs DIR or --encrypt-to-recipients \
             encrypts",
        );
    }
    if !signs && (protection.opaque || protection.pss || protection.digest.is_some()) {
        return Err(
            "--opaque, --digest and --pss are about signing and need --sign ID or --sign-as-sender",
        );
    }
    let passwords = protection.passwords.len();
    if passwords > 1 && passwords != protection.sign.len() {
        return Err("give one password for all identities of --sign, or one for each");
    }
    if passwords == 1 && protection.sign.is_empty() {
        return Err(
            "--password-file and --password-env are for the identities of --sign ID; the store has \
             --store-password-file and --store-password-env",
        );
    }
    Ok(())
}

fn check_server(server: &ServerArgs) -> Result<(), &'static str> {
    let password = server.smtp_password_file.is_some() || server.smtp_password_env.is_some();
    match server.user.is_some() && !password {
        true => Err("--user needs --smtp-password-file or --smtp-password-env"),
        false => Ok(()),
    }
}

fn check_open(command: &OpenCommand) -> Result<(), &'static str> {
    let passwords = command.passwords.len();
    if passwords > 1 && passwords != command.identity.len() {
        return Err("give one password for all identities of --identity, or one for each");
    }
    if passwords == 1 && command.identity.is_empty() {
        return Err(
            "--password-file and --password-env are for the identities of --identity ID; a message is \
             opened with --message-password-file or --message-password-env",
        );
    }
    Ok(())
}

fn wrong(subcommand: &str, problem: impl std::fmt::Display) -> clap::Error {
    let mut command = Cli::command();
    // Fills in the usage line of the subcommand.
    command.build();
    match command.find_subcommand_mut(subcommand) {
        Some(found) => found.error(clap::error::ErrorKind::ArgumentConflict, problem),
        None => clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, problem),
    }
}

/// `host`, `host:port`, `::1`, `[::1]` or `[::1]:port`.
fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').unwrap_or(rest))),
        None => match text.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (text, None),
        },
    };
    let port = match port.map(str::parse::<u16>) {
        None => None,
        Some(Ok(port @ 1..)) => Some(port),
        Some(_) => return Err("the port is a number from 1 to 65535".into()),
    };
    match host.is_empty() {
        true => Err("the name of the server is missing".into()),
        false => Ok((host.to_owned(), port)),
    }
}

#[cfg(test)]
#[path = "args/tests.rs"]
mod tests;
