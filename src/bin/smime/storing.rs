//! The arguments of `smime store`.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Subcommand};
use smime::Mailbox;

use crate::password::PasswordSource;
use crate::time;

#[derive(Subcommand)]
pub enum StoreCommand {
    /// Take everything out of files: PKCS#12, PEM, DER, p7b
    Add(AddCommand),
    /// Show what is in the store
    List(ListCommand),
    /// Show what runs out soon, and whether there is a successor
    Expiring(ExpiringCommand),
    /// Remove entries
    Remove(RemoveCommand),
    /// Change the password of the private keys
    Password(PasswordCommand),
}

impl StoreCommand {
    pub fn json(&self) -> bool {
        match self {
            StoreCommand::Add(command) => command.folder.json,
            StoreCommand::List(command) => command.folder.json,
            StoreCommand::Expiring(command) => command.folder.json,
            StoreCommand::Remove(command) => command.folder.json,
            StoreCommand::Password(command) => command.folder.json,
        }
    }
}

/// A store to look things up in, for the commands that protect and open.
#[derive(Args)]
pub struct StoreOption {
    /// Look identities and certificates up in this store (`smime store`), by address
    #[arg(long, value_name = "DIR", help_heading = "Store")]
    pub store: Option<PathBuf>,
    /// Read the password of the private keys in the store from this file
    #[arg(
        long,
        value_name = "FILE",
        requires = "store",
        conflicts_with = "store_password_env",
        help_heading = "Store"
    )]
    pub store_password_file: Option<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME", requires = "store", help_heading = "Store")]
    pub store_password_env: Option<String>,
}

impl StoreOption {
    /// Where the password of the store comes from.
    pub fn password(&self) -> Option<PasswordSource> {
        source(&self.store_password_file, &self.store_password_env)
    }
}

/// Which store.
#[derive(Args)]
pub struct Folder {
    /// The folder of the store
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
#[command(
    long_about = "Takes everything out of files: identities from PKCS#12 and PEM, certificates in DER, PEM and \
        p7b. The store is made when it is not there. What is added is trusted to belong to the addresses it \
        names, because you say so: compare the fingerprints that are shown with its owner, and remove what is \
        somebody else's. For a collection that you have not looked through see --candidate."
)]
pub struct AddCommand {
    #[command(flatten)]
    pub folder: Folder,
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Do not vouch for the certificates: each needs a trust anchor before anything is encrypted to it
    #[arg(long, conflicts_with = "bind")]
    pub candidate: bool,
    /// Use the certificate for this address too, whether it names it or not. For one file with one
    /// certificate
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub bind: Option<Mailbox>,
    /// Read a password of the files from this file; one newline at its end is left out.
    /// Repeated: each is tried
    #[arg(long, value_name = "FILE")]
    pub password_file: Vec<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME")]
    pub password_env: Vec<String>,
    /// Read the password that the private keys in the store are encrypted with from this file
    #[arg(long, value_name = "FILE", conflicts_with = "store_password_env")]
    pub store_password_file: Option<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME")]
    pub store_password_env: Option<String>,
    /// Write private keys without a password: whoever reads the files has the keys
    #[arg(long, conflicts_with_all = ["store_password_file", "store_password_env"])]
    pub danger_unencrypted_keys: bool,
    /// From the two password options, in the order they were given.
    #[arg(skip)]
    pub passwords: Vec<PasswordSource>,
}

impl AddCommand {
    /// Where the password of the store comes from.
    pub fn store_password(&self) -> Option<PasswordSource> {
        source(&self.store_password_file, &self.store_password_env)
    }
}

#[derive(Args)]
pub struct ListCommand {
    #[command(flatten)]
    pub folder: Folder,
    /// Only what is found for this address
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub address: Option<Mailbox>,
}

#[derive(Args)]
pub struct ExpiringCommand {
    #[command(flatten)]
    pub folder: Folder,
    /// How many days ahead to look
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub within: u32,
    /// Look from this time on, such as 2026-06-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    pub at: Option<SystemTime>,
}

#[derive(Args)]
pub struct RemoveCommand {
    #[command(flatten)]
    pub folder: Folder,
    /// SHA-256 fingerprints of certificates, as `list` shows them
    #[arg(value_name = "FINGERPRINT", required = true)]
    pub fingerprints: Vec<String>,
    /// Remove private keys too: what was encrypted to them can then never be read again
    #[arg(long)]
    pub with_keys: bool,
}

#[derive(Args)]
#[command(
    long_about = "Encrypts all private keys in the store with another password, also those that were written without \
        one. When it was interrupted, do it again: with the old password, or, when that is said to be wrong, with \
        the new one in both places. Copies of the files keep the old password."
)]
pub struct PasswordCommand {
    #[command(flatten)]
    pub folder: Folder,
    /// Read the password that the private keys have now from this file; one newline at its end is left out. Needed
    /// unless they have none
    #[arg(long, value_name = "FILE", conflicts_with = "store_password_env")]
    pub store_password_file: Option<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME")]
    pub store_password_env: Option<String>,
    /// Read the new password from this file
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "new_password_env",
        required_unless_present = "new_password_env"
    )]
    pub new_password_file: Option<PathBuf>,
    /// The same, from an environment variable
    #[arg(long, value_name = "NAME")]
    pub new_password_env: Option<String>,
}

impl PasswordCommand {
    /// Where the password that the keys have now comes from.
    pub fn store_password(&self) -> Option<PasswordSource> {
        source(&self.store_password_file, &self.store_password_env)
    }

    /// Where the new one comes from.
    pub fn new_password(&self) -> Option<PasswordSource> {
        source(&self.new_password_file, &self.new_password_env)
    }
}

fn source(file: &Option<PathBuf>, variable: &Option<String>) -> Option<PasswordSource> {
    let file = file.clone().map(PasswordSource::File);
    file.or_else(|| variable.clone().map(PasswordSource::Variable))
}

fn address(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| error.to_string())
}
