//! From bytes to entries.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::{ClaimedSigner, Entry, Matter, Recipient};
use crate::bag::ID_DATA;
use crate::cert::Certificate;
use crate::cms::read::signer_info::SignerInfo;
use crate::cms::read::{self, CompressedData, EnvelopedData, Octets, Received, SignedData};
use crate::crypto::SignatureAlgorithm;
use crate::mime::armour;
use crate::mime::content_type::TransferEncoding;
use crate::mime::entity::{Entity, Kind};
use crate::mime::multipart::split;
use crate::{Error, ErrorKind, Limits};

/// The entries from outside in.
pub(super) fn walk(raw: &[u8], limits: &Limits) -> Result<Vec<Entry>, Error> {
    let mut walk = Walk {
        limits: *limits,
        entries: Vec::new(),
    };
    let place = Place::default();
    if looks_like_cms(raw) {
        let received = read::read(raw, limits)?;
        walk.received(received, &place)?;
        return Ok(walk.entries);
    }
    let entity = Entity::read(raw, limits)?;
    if entity.header.fields.is_empty() {
        // PEM, base64, or nothing known.
        let cms = armour::cms_bytes(raw).map_err(|_| unknown())?;
        walk.received(read::read(&cms, limits)?, &place)?;
    } else {
        walk.entity(&entity, &place)?;
    }
    Ok(walk.entries)
}

fn unknown() -> Error {
    Error::malformed_at(
        "mail or CMS object",
        0,
        "it begins neither with a header field nor with CMS",
    )
}

/// Whether this begins as a `ContentInfo` does: a SEQUENCE and in it an OBJECT IDENTIFIER. No header field does.
fn looks_like_cms(raw: &[u8]) -> bool {
    let Some([0x30, length, rest @ ..]) = raw.get(..) else {
        return false;
    };
    let skipped = usize::from(length & 0x7f);
    match length {
        0..=0x80 => rest.first() == Some(&0x06),
        _ => skipped <= 8 && rest.get(skipped) == Some(&0x06),
    }
}

/// Where an entry stands.
#[derive(Clone, Default)]
struct Place {
    depth: usize,
    part: String,
}

impl Place {
    /// Inside of a layer: the same part.
    fn inside(&self) -> Place {
        Place {
            depth: self.depth.saturating_add(1),
            part: self.part.clone(),
        }
    }

    /// The part of this index, counted from 0.
    fn child(&self, index: usize) -> Place {
        let number = index.saturating_add(1);
        let part = match self.part.is_empty() {
            true => number.to_string(),
            false => format!("{}.{number}", self.part),
        };
        Place {
            depth: self.depth.saturating_add(1),
            part,
        }
    }
}

struct Walk {
    /// Those of the caller; what was unpacked is taken off.
    limits: Limits,
    entries: Vec<Entry>,
}

impl Walk {
    /// Adds an entry. Each is one step of recursion at most, so the depth is checked here.
    fn add(&mut self, matter: Matter, place: &Place) -> Result<(), Error> {
        let deepest = self.limits.mime_depth;
        if place.depth > deepest {
            return Err(limit("nesting of parts and layers", deepest));
        }
        if self.entries.len() >= self.limits.mime_parts {
            return Err(limit("MIME parts", self.limits.mime_parts));
        }
        self.entries.push(Entry {
            depth: place.depth,
            part: place.part.clone(),
            matter,
        });
        Ok(())
    }

    /// Adds what came of a part, or the reason why nothing did. Limits cost the whole.
    fn tolerate(&mut self, result: Result<(), Error>, place: &Place) -> Result<(), Error> {
        match result {
            Err(error) if !matches!(error.kind(), ErrorKind::Limit { .. }) => {
                let error = shown(&error.to_string());
                self.add(Matter::Unreadable { error }, place)
            }
            other => other,
        }
    }

    fn entity(&mut self, entity: &Entity<'_>, place: &Place) -> Result<(), Error> {
        let matter = Matter::Mime {
            media_type: shown(&entity.media_type()),
            name: entity.file_name(),
            encoding: encoding(&entity.encoding),
            bytes: entity.raw.len(),
        };
        self.add(matter, place)?;
        let inside = self.inside_of(entity, place);
        self.tolerate(inside, &place.inside())
    }

    fn inside_of(&mut self, entity: &Entity<'_>, place: &Place) -> Result<(), Error> {
        match entity.kind() {
            Kind::MultipartSigned { boundary, .. } | Kind::Multipart { boundary } => {
                let limits = self.limits;
                for (index, part) in split(entity.body, &boundary, &limits)?
                    .parts
                    .into_iter()
                    .enumerate()
                {
                    self.part(part, &place.child(index))?;
                }
                Ok(())
            }
            Kind::Message => match entity.message_body() {
                Some(message) => self.part(message, &place.child(0)),
                None => self.part(&entity.decoded()?, &place.child(0)),
            },
            Kind::Cms | Kind::DetachedSignature => {
                let cms = entity.cms()?;
                let received = read::read(&cms, &self.limits)?;
                self.received(received, &place.inside())
            }
            Kind::Leaf => Ok(()),
        }
    }

    fn part(&mut self, raw: &[u8], place: &Place) -> Result<(), Error> {
        let limits = self.limits;
        let read = Entity::read(raw, &limits).and_then(|entity| self.entity(&entity, place));
        self.tolerate(read, place)
    }

    fn received(&mut self, received: Received<'_>, place: &Place) -> Result<(), Error> {
        match received {
            Received::Data(content) => self.content(&ID_DATA, &content, place),
            Received::Signed(signed) => self.signed(&signed, place),
            Received::Enveloped(enveloped) => self.add(encrypted(&enveloped), place),
            Received::Compressed(compressed) => self.compressed(&compressed, place),
            Received::Other(content_type) => {
                let content_type = content_type.to_string();
                self.add(Matter::Other { content_type }, place)
            }
        }
    }

    fn signed(&mut self, signed: &SignedData<'_>, place: &Place) -> Result<(), Error> {
        let (certificates, mut notes) = certificates(&signed.certificates);
        notes.extend(signed.skipped.iter().map(|note| shown(note)));
        let mut signers = Vec::with_capacity(signed.signers.len());
        for signer in &signed.signers {
            match signer {
                Ok(signer) => signers.push(claimed(signer)),
                Err(error) => notes.push(format!("a signer: {}", shown(error))),
            }
        }
        let matter = Matter::Signed {
            detached: signed.content.is_none(),
            signers,
            certificates,
            crls: signed.crls.len(),
            notes,
        };
        self.add(matter, place)?;
        match &signed.content {
            Some(content) => self.content(&signed.content_type, content, &place.inside()),
            None => Ok(()),
        }
    }

    fn compressed(&mut self, compressed: &CompressedData<'_>, place: &Place) -> Result<(), Error> {
        let bytes = compressed.content.len();
        self.add(Matter::Compressed { bytes }, place)?;
        let content = compressed.decompress(&self.limits)?;
        let unpacked = u64::try_from(content.len()).unwrap_or(u64::MAX);
        // All of a message together, or many small parts would unpack to anything.
        self.limits.decompressed_bytes = self.limits.decompressed_bytes.saturating_sub(unpacked);
        let octets = Octets::whole(&content);
        self.content(&compressed.content_type, &octets, &place.inside())
    }

    /// Content of CMS: MIME, CMS again, or octets.
    fn content(
        &mut self,
        content_type: &ObjectIdentifier,
        content: &Octets<'_>,
        place: &Place,
    ) -> Result<(), Error> {
        let pieces: Vec<&[u8]> = content.pieces().collect();
        let joined;
        let bytes = match pieces.as_slice() {
            [one] => *one,
            several => {
                joined = Zeroizing::new(several.concat());
                joined.as_slice()
            }
        };
        let limits = self.limits;
        if *content_type != ID_DATA {
            let inside = read::read_as(content_type, bytes, &limits)
                .and_then(|received| self.received(received, place));
            return self.tolerate(inside, place);
        }
        if looks_like_cms(bytes)
            && let Ok(received) = read::read(bytes, &limits)
        {
            let inside = self.received(received, place);
            return self.tolerate(inside, place);
        }
        match Entity::read(bytes, &limits) {
            Ok(entity) if entity.content_type.is_some() => self.entity(&entity, place),
            _ => {
                let bytes = bytes.len();
                self.add(Matter::Data { bytes }, place)
            }
        }
    }
}

fn encrypted(enveloped: &EnvelopedData<'_>) -> Matter {
    let (certificates, mut notes) = certificates(&enveloped.certificates);
    notes.extend(enveloped.notes.iter().map(|note| shown(note)));
    let recipient = |info: &read::recipient::RecipientInfo| Recipient {
        method: shown(&info.description()),
        certificates: info.recipients(),
    };
    Matter::Encrypted {
        cipher: enveloped.cipher,
        recipients: enveloped.recipients.iter().map(recipient).collect(),
        certificates,
        notes,
    }
}

fn claimed(signer: &SignerInfo) -> ClaimedSigner {
    let digest = match &signer.digest {
        Ok(digest) => digest.name().to_owned(),
        Err(name) => shown(name),
    };
    let algorithm = match SignatureAlgorithm::from_identifier(&signer.signature_identifier) {
        Ok(algorithm) => algorithm.name(),
        Err(error) => match error.into_kind() {
            // Plain rsaEncryption leaves the digest to the other field.
            ErrorKind::UnsupportedAlgorithm { oid, .. } if oid == "1.2.840.113549.1.1.1" => {
                format!("RSA PKCS#1 v1.5 with {digest}")
            }
            ErrorKind::UnsupportedAlgorithm { oid, .. } => shown(&oid),
            other => shown(&Error::from(other).to_string()),
        },
    };
    let attributes = signer.attributes.as_ref();
    ClaimedSigner {
        id: signer.sid.clone(),
        digest,
        algorithm,
        signing_time: attributes.and_then(|attributes| attributes.signing_time()),
    }
}

/// The certificates that can be read, and what is wrong with the others.
fn certificates(received: &[&[u8]]) -> (Vec<Certificate>, Vec<String>) {
    let mut found = Vec::with_capacity(received.len());
    let mut notes = Vec::new();
    for der in received {
        match Certificate::from_der_exact(der) {
            Ok(certificate) => found.push(certificate),
            Err(error) => notes.push(format!("a certificate: {}", shown(&error.to_string()))),
        }
    }
    (found, notes)
}

fn encoding(encoding: &TransferEncoding) -> String {
    match encoding {
        TransferEncoding::SevenBit => "7bit".into(),
        TransferEncoding::EightBit => "8bit".into(),
        TransferEncoding::Binary => "binary".into(),
        TransferEncoding::Base64 => "base64".into(),
        TransferEncoding::QuotedPrintable => "quoted-printable".into(),
        TransferEncoding::Other(name) => shown(name),
    }
}

fn limit(what: &'static str, limit: usize) -> Error {
    Error::limit(what, u64::try_from(limit).unwrap_or(u64::MAX))
}

/// Text that comes from a message, in one line of bounded length.
fn shown(text: &str) -> String {
    const LONGEST: usize = 300;
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}
