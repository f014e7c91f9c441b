//! The arguments of `smime outbox`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use smime::Mailbox;
use smime::submit::outbox::{Decision, EntryId};

use crate::args::ServerArgs;

#[derive(Subcommand)]
pub enum OutboxCommand {
    /// Show what is in the outbox, and how things stand with every recipient
    List(ListCommand),
    /// Send what is due
    Send(SendDueCommand),
    /// Say what becomes of a recipient
    Decide(DecideCommand),
    /// Take entries away of which nothing more becomes: their recipients have it, were rejected or given up
    Remove(RemoveCommand),
}

impl OutboxCommand {
    pub fn json(&self) -> bool {
        match self {
            OutboxCommand::List(command) => command.folder.json,
            OutboxCommand::Send(command) => command.folder.json,
            OutboxCommand::Decide(command) => command.folder.json,
            OutboxCommand::Remove(command) => command.folder.json,
        }
    }
}

/// Which outbox.
#[derive(Args)]
pub struct OutboxFolder {
    /// The folder of the outbox
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Args)]
#[command(after_help = "Exit status: 0 shown, 2 not shown, 64 wrong usage.")]
pub struct ListCommand {
    #[command(flatten)]
    pub folder: OutboxFolder,
}

#[derive(Args)]
#[command(
    long_about = "Sends what is due: what was never tried, and what was deferred long enough ago (5 minutes after \
        the first attempt, then twice as long each time up to 4 hours, for 5 days). The report goes to stderr.",
    after_help = "Exit status: 0 everything that was due was accepted, 1 some recipient was not accepted or some \
        entry was not tried, 2 nothing was sent, 64 wrong usage."
)]
pub struct SendDueCommand {
    #[command(flatten)]
    pub server: ServerArgs,
    #[command(flatten)]
    pub folder: OutboxFolder,
}

#[derive(Args)]
#[command(after_help = "Exit status: 0 decided, 2 not decided, 64 wrong usage.")]
pub struct DecideCommand {
    #[command(flatten)]
    pub folder: OutboxFolder,
    /// The entry, as `list` shows it
    #[arg(value_name = "ENTRY")]
    pub id: EntryId,
    /// The recipient
    #[arg(value_name = "ADDRESS", value_parser = address)]
    pub recipient: Mailbox,
    /// What becomes of him
    #[arg(value_name = "DECISION")]
    pub decision: Choice,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Choice {
    /// The next `send` sends it to him again; who was unknown may get it twice
    SendAgain,
    /// He has it. For those who are unknown
    Delivered,
    /// He does not get it. For those who are waiting or unknown
    GiveUp,
}

impl From<Choice> for Decision {
    fn from(choice: Choice) -> Decision {
        match choice {
            Choice::SendAgain => Decision::SendAgain,
            Choice::Delivered => Decision::ConsiderDelivered,
            Choice::GiveUp => Decision::GiveUp,
        }
    }
}

#[derive(Args)]
#[command(after_help = "Exit status: 0 removed, 2 not all of them, 64 wrong usage.")]
pub struct RemoveCommand {
    #[command(flatten)]
    pub folder: OutboxFolder,
    /// The entries, as `list` shows them
    #[arg(value_name = "ENTRY", required = true)]
    pub ids: Vec<EntryId>,
    /// Also those that somebody still waits for, that are unknown, or that cannot be read: they are never sent then
    #[arg(long)]
    pub unsent: bool,
}

fn address(text: &str) -> Result<Mailbox, String> {
    Mailbox::parse(text).map_err(|error| error.to_string())
}
