//! The copies that the example `send` delivered, opened as each recipient.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use smime::Identity;
use smime::resolver::FolderResolver;

use crate::people::{self, DEMO_PASSWORD, Files};
use crate::reading::{self, READERS};
use crate::{Result, server, world};

pub fn run() -> Result<()> {
    let files = Files::new()?;
    // Unlike `println!` it does not panic when nobody reads to the end.
    let mut out = io::stdout();
    let mut copies = delivered(&files)?;
    if copies.is_empty() {
        writeln!(out, "Nothing was sent yet, so a mail is sent first.")?;
        tokio::runtime::Runtime::new()?.block_on(send(&files))?;
        copies = delivered(&files)?;
    }
    for path in &copies {
        let mail = reading::read(path)?;
        for reader in READERS {
            writeln!(out, "\n{} opens {}\n", reader.name, path.display())?;
            // An opener serves any number of mails.
            let opener = reading::opener(&files, reader)?;
            match opener.open(&mail) {
                Ok(opened) => write!(out, "{}", opened.report())?,
                Err(error) => writeln!(out, "Not opened: {error}")?,
            }
        }
    }
    Ok(())
}

/// The copies that the server delivered, in the order they came.
fn delivered(files: &Files) -> Result<Vec<PathBuf>> {
    let folder = files.delivered();
    let named = |error| format!("{}: {error}", folder.display());
    let mut copies = Vec::new();
    for entry in fs::read_dir(&folder).map_err(named)? {
        let path = entry.map_err(named)?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            copies.push(path);
        }
    }
    copies.sort();
    Ok(copies)
}

/// What the example `send` does, without its explanations.
async fn send(files: &Files) -> Result<()> {
    people::make(files)?;
    let sender = Identity::from_pkcs12(&reading::read(&files.sender())?, DEMO_PASSWORD)?;
    let protected = world::protect(&sender, FolderResolver::open(files.certificates())?)?;
    let (server, tls_root) = server::start().await?;
    let _all_accepted = world::submit(&protected, &server, &tls_root).await?;
    world::deliver(files, &server.messages())?;
    Ok(())
}
