//! An outline in words.

use std::fmt;
use std::time::SystemTime;

use super::{ClaimedSigner, Entry, Matter, Outline, Recipient};
use crate::asn1::{Civil, unix_seconds};
use crate::cert::Certificate;

impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            entry.fmt(f)?;
        }
        Ok(())
    }
}

/// One line for what it is, and indented lines for what belongs to it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = "  ".repeat(self.depth);
        f.write_str(&indent)?;
        if let (Matter::Mime { .. }, false) = (&self.matter, self.part.is_empty()) {
            write!(f, "{} ", self.part)?;
        }
        self.matter.fmt(f)?;
        for line in details(&self.matter) {
            write!(f, "\n{indent}  - {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Matter::Mime {
                media_type,
                name,
                encoding,
                bytes,
            } => {
                f.write_str(media_type)?;
                if let Some(name) = name {
                    write!(f, " \"{name}\"")?;
                }
                write!(f, ", {encoding}, {bytes} bytes")
            }
            Matter::Signed {
                signers, detached, ..
            } => match (signers.len(), detached) {
                (0, true) => f.write_str("certificates in CMS (SignedData without signers)"),
                (0, false) => f.write_str("SignedData that nobody signed"),
                (_, true) => f.write_str("detached signature (SignedData without content)"),
                (_, false) => f.write_str("signed (SignedData)"),
            },
            Matter::Encrypted { cipher, .. } => {
                let kind = match cipher.is_authenticated() {
                    true => "AuthEnvelopedData",
                    false => "EnvelopedData",
                };
                write!(f, "encrypted with {} ({kind})", cipher.name())
            }
            Matter::Compressed { bytes } => write!(f, "compressed (CompressedData), {bytes} bytes"),
            Matter::Data { bytes } => write!(f, "data, {bytes} bytes"),
            Matter::Other { content_type } => write!(f, "CMS content of type {content_type}"),
            Matter::Unreadable { error } => write!(f, "cannot be read: {error}"),
        }
    }
}

fn details(matter: &Matter) -> Vec<String> {
    match matter {
        Matter::Signed {
            signers,
            certificates,
            crls,
            notes,
            ..
        } => {
            let mut lines: Vec<String> = signers.iter().map(ToString::to_string).collect();
            lines.extend(certificates.iter().map(certificate));
            if *crls > 0 {
                lines.push(format!("{crls} revocation lists"));
            }
            lines.extend(notes.iter().map(|note| format!("left out: {note}")));
            lines
        }
        Matter::Encrypted {
            recipients,
            certificates,
            notes,
            ..
        } => {
            let mut lines: Vec<String> = recipients.iter().map(ToString::to_string).collect();
            lines.extend(certificates.iter().map(certificate));
            lines.extend(notes.iter().map(|note| format!("note: {note}")));
            lines
        }
        _ => Vec::new(),
    }
}

fn certificate(certificate: &Certificate) -> String {
    format!("certificate of {}", certificate.description())
}

impl fmt::Display for ClaimedSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signer: {}, {}", self.id, self.algorithm)?;
        // A signature algorithm without a digest in its name.
        if !self.algorithm.contains(&self.digest) {
            write!(f, ", digest {}", self.digest)?;
        }
        match self.signing_time.map(moment) {
            Some(Some(civil)) => write!(f, ", says signed at {civil}"),
            Some(None) => f.write_str(", says signed at a time outside of the calendar"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recipient: {}", self.method)?;
        for (index, id) in self.certificates.iter().enumerate() {
            let before = if index == 0 { ": " } else { "; " };
            write!(f, "{before}{id}")?;
        }
        Ok(())
    }
}

fn moment(time: SystemTime) -> Option<Civil> {
    Civil::from_unix(unix_seconds(time))
}
