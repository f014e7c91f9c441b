//! What a message or CMS object shows from outside: nothing is decrypted, nothing is verified.

#[cfg(feature = "serde")]
mod json;
mod text;
mod walk;

#[cfg(test)]
mod tests;

use std::time::SystemTime;

use crate::cert::{Certificate, RecipientId, SignerId};
use crate::crypto::ReceivedCipher;
use crate::{Error, Limits};

/// What can be seen in a message or CMS object without any key: its MIME parts and its layers of protection,
/// down to what is encrypted.
///
/// Nothing in it is proven: a signature that stands here may be wrong, a certificate anybody's.
/// [`Opener`](crate::Opener) finds out. `Display` shows one line per entry, indented.
///
/// # JSON
/// With the feature `serde` it serializes as below. Until version 1.0 of this crate names may change and fields may
/// be added.
///
/// ```text
/// { "entries": [{ "depth", "part", "kind": "mime" | "signed" | "encrypted" | "compressed" | "data" | "other" |
///                 "unreadable", … }] }
/// mime:       "media_type", "name", "encoding", "bytes"
/// signed:     "detached", "signers": [{ "id", "digest", "algorithm", "signing_time" }],
///             "certificates": [Certificate], "crls", "notes": []
/// encrypted:  "cipher", "authenticated", "recipients": [{ "method", "certificates": [] }],
///             "certificates": [Certificate], "notes": []
/// compressed: "bytes"        data: "bytes"        other: "content_type"        unreadable: "error"
/// ```
#[derive(Clone, Debug)]
pub struct Outline {
    entries: Vec<Entry>,
}

impl Outline {
    /// The entries from outside in, each before what stands inside of it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// One MIME entity or one layer of CMS.
#[derive(Clone, Debug)]
pub struct Entry {
    depth: usize,
    part: String,
    matter: Matter,
}

impl Entry {
    /// How many entries stand around it.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Which part of the message it is, in the manner of IMAP (`"1.2"`, RFC 9051 6.4.5.1); empty for the whole.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// What it is.
    pub fn matter(&self) -> &Matter {
        &self.matter
    }
}

/// What an entry is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Matter {
    /// A MIME entity (RFC 2045).
    Mime {
        /// `type/subtype` in lower case.
        media_type: String,
        /// The name of the file it offers itself as.
        name: Option<String>,
        /// Its transfer encoding.
        encoding: String,
        /// Its size in bytes as received, header included.
        bytes: usize,
    },
    /// SignedData (RFC 5652 5).
    Signed {
        /// Whether its content stands elsewhere, or nowhere.
        detached: bool,
        /// Who says to have signed; empty for a file of certificates.
        signers: Vec<ClaimedSigner>,
        /// The certificates in it that can be read.
        certificates: Vec<Certificate>,
        /// Number of revocation lists in it.
        crls: usize,
        /// What in it was left out.
        notes: Vec<String>,
    },
    /// EnvelopedData (RFC 5652 6) or AuthEnvelopedData (RFC 5083).
    Encrypted {
        /// The content cipher.
        cipher: ReceivedCipher,
        /// Who can open it.
        recipients: Vec<Recipient>,
        /// The sender's certificates in it that can be read.
        certificates: Vec<Certificate>,
        /// What in it was left out.
        notes: Vec<String>,
    },
    /// CompressedData (RFC 3274).
    Compressed {
        /// Its compressed size in bytes.
        bytes: usize,
    },
    /// Octets that are not taken apart.
    Data {
        /// How many bytes.
        bytes: usize,
    },
    /// A CMS content of another type.
    Other {
        /// Its dotted object identifier.
        content_type: String,
    },
    /// Something that cannot be read.
    Unreadable {
        /// Why not.
        error: String,
    },
}

impl Matter {
    /// `"mime"`, `"signed"`, `"encrypted"`, `"compressed"`, `"data"`, `"other"` or `"unreadable"`.
    pub fn name(&self) -> &'static str {
        match self {
            Matter::Mime { .. } => "mime",
            Matter::Signed { .. } => "signed",
            Matter::Encrypted { .. } => "encrypted",
            Matter::Compressed { .. } => "compressed",
            Matter::Data { .. } => "data",
            Matter::Other { .. } => "other",
            Matter::Unreadable { .. } => "unreadable",
        }
    }
}

/// One signer as the message names it.
#[derive(Clone, Debug)]
pub struct ClaimedSigner {
    id: SignerId,
    digest: String,
    algorithm: String,
    signing_time: Option<SystemTime>,
}

impl ClaimedSigner {
    /// How the signature names its certificate.
    pub fn id(&self) -> &SignerId {
        &self.id
    }

    /// The digest of the content, by name, or its object identifier.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The signature algorithm, by name, or its object identifier.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// When it was signed, in the words of the signer.
    pub fn signing_time(&self) -> Option<SystemTime> {
        self.signing_time
    }
}

/// One way to open encrypted content.
#[derive(Clone, Debug)]
pub struct Recipient {
    method: String,
    certificates: Vec<RecipientId>,
}

impl Recipient {
    /// How the content key is encrypted, in words.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The certificates whose owners can open it; none for passwords and shared keys.
    pub fn certificates(&self) -> &[RecipientId] {
        &self.certificates
    }
}

/// Takes a mail, a MIME entity or a CMS object (DER, BER or PEM) apart as far as that goes without keys.
///
/// # Errors
/// [`crate::ErrorKind::Malformed`] or [`crate::ErrorKind::Header`] when the outermost layer cannot be read, and
/// [`crate::ErrorKind::Limit`]. What cannot be read further inside becomes an entry of its own.
pub fn outline(raw: &[u8], limits: &Limits) -> Result<Outline, Error> {
    Ok(Outline {
        entries: walk::walk(raw, limits)?,
    })
}
