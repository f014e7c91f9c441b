//! [`Letter`]: a message with its envelopes, as it lies in the folder. Written once, never changed.
//!
//! ```text
//! smime outbox message 1
//! id: 0000002a-9f86d081884c7d65
//! copy: LENGTH SHA256
//! from: <alice@example.org>
//! to: <bob@example.org>
//! to: <carol@example.org>
//! copy: LENGTH SHA256
//! from: <>
//! to: <dave@example.org>
//! check: SHA256
//!
//! ```
//! and then the bytes of all copies, one behind the other, as they will be sent. `LENGTH` is in bytes.

use std::fmt::Write as _;
use std::io::{BufReader, Read, SeekFrom};

use super::disk::{self, Disk};
use super::sealed::{Damage, Lines, seal, sha256};
use super::{EntryId, OutboxError};
use crate::{Envelope, Error, Mailbox};

const TITLE: &str = "smime outbox message 1";

/// Recipients of all copies together.
const RECIPIENTS: usize = 10_000;

pub(super) fn file_name(id: EntryId) -> String {
    format!("{id}.mail")
}

/// What stands above the messages.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) copies: Vec<Copy>,
    /// The checksum, which says which message a state belongs to.
    pub(super) check: String,
    /// Where the bytes begin.
    begin: u64,
}

/// One message and whom it goes to.
#[derive(Debug)]
pub(super) struct Copy {
    pub(super) envelope: Envelope,
    pub(super) length: u64,
    sha256: String,
}

impl Letter {
    /// Writes it. `may_take_back` says that nobody can have sent it before this returns.
    pub(super) fn write(
        disk: &dyn Disk,
        id: EntryId,
        copies: &[(&Envelope, &[u8])],
        may_take_back: bool,
    ) -> Result<(), OutboxError> {
        let mut count = 0usize;
        let mut lines = format!("{TITLE}\nid: {id}\n");
        for (envelope, bytes) in copies {
            count = count.saturating_add(envelope.recipients().len());
            let from = envelope.return_path().map(exactly).transpose()?;
            let from = from.unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = write!(
                lines,
                "copy: {} {}\nfrom: <{from}>\n",
                bytes.len(),
                sha256(bytes)
            );
            for recipient in envelope.recipients() {
                let _ = writeln!(lines, "to: <{}>", exactly(recipient)?);
            }
        }
        if count > RECIPIENTS {
            return Err(Error::limit("recipients of one entry", 10_000).into());
        }
        let (head, _) = seal(lines);
        let bytes = copies.iter().map(|(_, bytes)| *bytes);
        let pieces: Vec<&[u8]> = std::iter::once(head.as_bytes()).chain(bytes).collect();
        let name = file_name(id);
        disk::put(disk, &name, &pieces)
            .map_err(|source| OutboxError::io(format!("the file {name}"), source))?;
        disk.sync().map_err(|source| {
            // The name is there but not for good. Whoever is told that it is not stored stores it again.
            let take_back = || disk.remove(&name).and_then(|()| disk.sync());
            match may_take_back && take_back().is_ok() {
                true => OutboxError::io(format!("the file {name}"), source),
                false => OutboxError::MaybeStored { id, source },
            }
        })
    }

    /// Reads what stands above the messages, and looks whether all of their bytes are there.
    pub(super) fn read(disk: &dyn Disk, id: EntryId) -> Result<Letter, Damage> {
        let (file, length) = disk.open(&file_name(id))?;
        let mut lines = Lines::read(TITLE, &mut BufReader::new(file))?;
        if lines.next("id")? != id.to_string() {
            return Err("it is a copy of another entry".into());
        }
        let mut copies = Vec::new();
        let mut recipients = 0usize;
        let mut bytes = 0u64;
        while let Some(copy) = lines.next_if("copy") {
            let copy = Copy::parse(&copy, &mut lines)?;
            recipients = recipients.saturating_add(copy.envelope.recipients().len());
            bytes = bytes.saturating_add(copy.length);
            copies.push(copy);
        }
        lines.end()?;
        if copies.is_empty() || recipients > RECIPIENTS {
            return Err("it has no recipient, or more than 10,000".into());
        }
        if lines.length.checked_add(bytes) != Some(length) {
            return Err("it is not as long as it says".into());
        }
        Ok(Letter {
            copies,
            check: lines.check,
            begin: lines.length,
        })
    }

    /// The bytes of these copies, in this order. The others are not read.
    pub(super) fn bytes(
        &self,
        disk: &dyn Disk,
        id: EntryId,
        wanted: impl IntoIterator<Item = usize>,
    ) -> Result<Vec<Vec<u8>>, Damage> {
        let (mut file, _) = disk.open(&file_name(id))?;
        let mut begin = self.begin;
        let places = self.copies.iter().map(|copy| {
            let place = begin;
            begin = begin.saturating_add(copy.length);
            (place, copy)
        });
        let places: Vec<(u64, &Copy)> = places.collect();
        let mut all = Vec::new();
        for (place, copy) in wanted.into_iter().filter_map(|at| places.get(at)) {
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(*place))?;
            (&mut file).take(copy.length).read_to_end(&mut bytes)?;
            if sha256(&bytes) != copy.sha256 {
                return Err("the message in it was changed".into());
            }
            all.push(bytes);
        }
        Ok(all)
    }
}

impl Copy {
    fn parse(first: &str, lines: &mut Lines) -> Result<Copy, Damage> {
        let (length, sha256) = first.split_once(' ').ok_or("a copy has no checksum")?;
        let length = length.parse().map_err(|_| "a copy has no length")?;
        let from = match address(&lines.next("from")?)?.as_str() {
            "" => None,
            address => Some(mailbox(address)?),
        };
        let mut recipients = Vec::new();
        while let Some(to) = lines.next_if("to") {
            recipients.push(mailbox(&address(&to)?)?);
        }
        let count = recipients.len();
        let envelope = Envelope::new(from, recipients).map_err(|error| error.to_string())?;
        if envelope.recipients().len() != count {
            return Err("a recipient is there twice".into());
        }
        Ok(Copy {
            envelope,
            length,
            sha256: sha256.to_owned(),
        })
    }
}

fn address(value: &str) -> Result<String, Damage> {
    let inside = value.strip_prefix('<').and_then(|v| v.strip_suffix('>'));
    let inside = inside.ok_or("an address does not stand between < and >")?;
    Ok(inside.to_owned())
}

fn mailbox(address: &str) -> Result<Mailbox, Damage> {
    Mailbox::new(address).map_err(|error| error.to_string().into())
}

/// The address, if reading it back gives the same mailbox.
fn exactly(mailbox: &Mailbox) -> Result<String, Error> {
    let address = mailbox.address();
    let again = Mailbox::new(&address)?;
    match again.local() == mailbox.local() && again.domain() == mailbox.domain() {
        true => Ok(address),
        false => Err(Error::address(&address, "it cannot be written down")),
    }
}
