//! A layer of signature: finds the signers' certificates, hashes the content, has each signer verified.

use const_oid::ObjectIdentifier;
use zeroize::Zeroizing;

use super::signers::{Next, diagnose, gather, take_bags, unverified, verified};
use super::{Form, Item, Layer, Place, Signer, Stage, Trouble, Walk, cms, shown};
use crate::cert::{Certificate, Crl, OcspResponse};
use crate::check::{Aspect, Check, Reason};
use crate::cms::oid;
use crate::cms::read::{Octets, Received, SignedData, read};
use crate::cms::verify::{SignedContent, SignedOctets};
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Hasher;
use crate::engine::Ledger;
use crate::mime::line_ends;
use crate::open::buffer::Bytes;
use crate::open::bulk::{Bulk, BulkKind};
use crate::open::config::Config;
use crate::report::LayerKind;
use crate::{Error, ErrorKind, Limits};

/// How many certificates of a bag without signers the report names.
const NAMED: usize = 10;

/// SignedData that should hold its content.
pub(super) fn opaque(
    walk: &mut Walk,
    ledger: &mut Ledger,
    bytes: &Bytes,
    data: &SignedData<'_>,
    content_type: Option<ObjectIdentifier>,
    place: Place,
    stage: Stage,
) -> Result<(), Trouble> {
    let item = Item::Cms(bytes.clone(), content_type);
    let asked = match gather(walk, ledger, data, stage)? {
        Next::Wait(asked) => {
            walk.wait(item, place, Stage::SignerCertificates(asked));
            return Ok(());
        }
        Next::Go(asked) => asked,
    };
    let Some(octets) = &data.content else {
        return without_content(walk, data, &place);
    };
    let kind = match data.signers.is_empty() {
        true => LayerKind::NoSigners,
        false => LayerKind::OpaqueSignature,
    };
    let content = match bytes.as_object() {
        Some(object) => object.content.clone()?,
        None => bytes.join(octets.pieces()),
    };
    check_hashed(&content)?;
    let signed = signed_content(data, &content, content.get());
    let signers = match verified(walk, ledger, data, &signed, asked)? {
        Next::Wait(asked) => {
            walk.wait(item, place, Stage::SignerCertificates(asked));
            return Ok(());
        }
        Next::Go(signers) => signers,
    };
    let mut layer = layer(walk, data, kind, &place);
    layer.signers = signers;
    let inner = walk.add_layer(&place, layer);
    cms::inside(walk, content, &data.content_type, inner)
}

/// A signature beside its content.
pub(super) fn detached(
    walk: &mut Walk,
    ledger: &mut Ledger,
    content: Bytes,
    form: Form,
    signature: Bytes,
    place: Place,
    stage: Stage,
) -> Result<(), Trouble> {
    let limits = walk.config.limits;
    let data = match read_signature(&signature, &limits)? {
        Received::Signed(data) => data,
        _ => {
            return Err(Trouble::Node(not_signed_data()));
        }
    };
    let item = Item::Detached {
        content: content.clone(),
        form,
        signature: signature.clone(),
    };
    let asked = match gather(walk, ledger, &data, stage)? {
        Next::Wait(asked) => {
            walk.wait(item, place, Stage::SignerCertificates(asked));
            return Ok(());
        }
        Next::Go(asked) => asked,
    };
    let kind = match data.signers.is_empty() && data.content.is_none() {
        true => LayerKind::NoSigners,
        false => LayerKind::DetachedSignature,
    };
    let mut layer = layer(walk, &data, kind, &place);
    if form != Form::Raw && data.content_type != oid::DATA {
        // A receipt or a time-stamp says something else about the part than who wrote it.
        let detail = format!(
            "it signs content of the type {}, not MIME",
            data.content_type
        );
        let why = Reason::MalformedSigner { detail };
        let what = "content type of the signature";
        layer
            .checks
            .push(Check::failed(Aspect::Structure, what, why));
    }
    if data.content.is_some() {
        // Of two contents one would be verified and the other one shown.
        layer.is_invalid = true;
        let what = "detached signature";
        let why = Reason::ContentInDetached;
        layer
            .checks
            .push(Check::failed(Aspect::Structure, what, why));
        layer.signers = data.signers.iter().map(|s| unverified(s, None)).collect();
    } else {
        check_hashed(&content)?;
        let canonical = match (form, content.as_bulk()) {
            (Form::Text, None) => canonical(content.get()),
            _ => None,
        };
        let octets = canonical.as_deref().map_or(content.get(), Vec::as_slice);
        let signed = signed_content(&data, &content, octets);
        let mut signers = match verified(walk, ledger, &data, &signed, asked)? {
            Next::Wait(asked) => {
                walk.wait(item, place, Stage::SignerCertificates(asked));
                return Ok(());
            }
            Next::Go(signers) => signers,
        };
        if form != Form::Raw && content.as_bulk().is_none() {
            diagnose(walk, &mut signers, content.get());
        }
        layer.signers = signers;
    }
    let inner = walk.add_layer(&place, layer);
    match form {
        Form::Text | Form::Binary => walk.go_on_with(Item::Entity(content), inner),
        Form::Raw => cms::raw(walk, content, &inner)?,
    }
    Ok(())
}

/// Reads a detached signature. One that is too long to be held went by, and its structure is kept.
pub(super) fn read_signature<'s>(
    signature: &'s Bytes,
    limits: &Limits,
) -> Result<Received<'s>, Error> {
    match signature.as_bulk() {
        None => read(signature.get(), limits),
        Some(bulk) => match (&bulk.kind, bulk.error()) {
            (BulkKind::Object(object), _) => read(object.reduced.get(), limits),
            (_, Some(error)) => Err(error),
            (_, None) => Err(not_signed_data()),
        },
    }
}

/// The digests that a detached signature is over; none if it cannot be read, which the walk tells.
pub(in crate::open) fn digests_of(signature: &Bytes, config: &Config) -> Vec<DigestAlgorithm> {
    let signature = super::mime::unarmoured(signature.clone());
    match read(signature.get(), &config.limits) {
        Ok(Received::Signed(data)) => data.digests(),
        _ => Vec::new(),
    }
}

/// A layer whose signature cannot be read: whoever signed, nothing was verified.
pub(super) fn unreadable(walk: &mut Walk, place: &Place, error: &Error) -> Place {
    let mut layer = Layer::new(place, LayerKind::DetachedSignature);
    let why = Reason::MalformedSigner {
        detail: shown(&error.to_string()),
    };
    let failed = Check::failed(Aspect::Structure, "detached signature", why);
    layer.checks.push(failed.clone());
    layer.signers.push(Signer::unknown(failed));
    walk.add_layer(place, layer)
}

/// Something else stands where the signature should.
pub(super) fn not_signed_data() -> Error {
    ErrorKind::Unsupported {
        what: "a detached signature that is not SignedData".into(),
    }
    .into()
}

/// SignedData without content where nothing stands beside it.
fn without_content(walk: &mut Walk, data: &SignedData<'_>, place: &Place) -> Result<(), Trouble> {
    if data.signers.is_empty() {
        let inner = certificates_only(walk, data, place);
        if place.is_chain() {
            cms::raw(walk, Bytes::empty(), &inner)?;
        }
        return Ok(());
    }
    if !place.is_chain() {
        return Err(Trouble::Node(
            ErrorKind::Missing {
                what: "content to the signature".into(),
            }
            .into(),
        ));
    }
    let mut layer = layer(walk, data, LayerKind::OpaqueSignature, place);
    let missing = Check::failed(Aspect::Structure, "signed content", Reason::NoContent);
    layer.checks.push(missing.clone());
    let signers = data.signers.iter();
    layer.signers = signers
        .map(|signer| unverified(signer, Some(missing.clone())))
        .collect();
    let inner = walk.add_layer(place, layer);
    cms::raw(walk, Bytes::empty(), &inner)
}

/// SignedData that nobody signed and that holds no content: certificates and lists on their way to somebody.
pub(super) fn certificates_only(walk: &mut Walk, data: &SignedData<'_>, place: &Place) -> Place {
    take_bags(walk, data);
    let layer = layer(walk, data, LayerKind::NoSigners, place);
    walk.add_layer(place, layer)
}

/// The layer with what is to be said about its bags.
fn layer(walk: &Walk, data: &SignedData<'_>, kind: LayerKind, place: &Place) -> Layer {
    let mut layer = Layer::new(place, kind);
    let mut skipped: Vec<String> = data.skipped.iter().map(|what| shown(what)).collect();
    let mut named = Vec::new();
    for der in &data.certificates {
        match Certificate::from_der_exact(der) {
            Ok(certificate) if layer.kind == LayerKind::NoSigners => {
                named.push(certificate.description());
            }
            Ok(_) => {}
            Err(error) => skipped.push(format!("certificate: {}", shown(&error.to_string()))),
        }
    }
    for der in &data.crls {
        if let Err(error) = Crl::from_bytes(der) {
            skipped.push(format!("revocation list: {}", shown(&error.to_string())));
        }
    }
    for der in &data.ocsp_responses {
        if let Err(error) = OcspResponse::from_bytes(der) {
            skipped.push(format!("OCSP response: {}", shown(&error.to_string())));
        }
    }
    for what in skipped.into_iter().take(walk.config.limits.certificates) {
        let why = Reason::Skipped { what };
        layer
            .checks
            .push(Check::noted(Aspect::Structure, "beside the signature", why));
    }
    if layer.kind == LayerKind::NoSigners {
        let what = "nobody signed this content";
        layer
            .checks
            .push(Check::note(Aspect::Signer, what, "RFC 8551 3.2.2"));
        let more = named.len().saturating_sub(NAMED);
        for name in named.into_iter().take(NAMED) {
            let what = format!("certificate in the message: {name}");
            let note = Check::note(Aspect::Structure, what, "RFC 8551 3.8");
            layer.checks.push(note);
        }
        if more > 0 {
            let what = format!("{more} more certificates in the message");
            let note = Check::note(Aspect::Structure, what, "RFC 8551 3.8");
            layer.checks.push(note);
        }
    }
    layer
}

/// Content that went by and failed before all of it was hashed says nothing to a signature.
fn check_hashed(content: &Bytes) -> Result<(), Error> {
    let bulk = content
        .as_bulk()
        .filter(|bulk| bulk.hashed.digests.is_empty());
    bulk.and_then(Bulk::error).map_or(Ok(()), Err)
}

/// The content as its signers see it; `octets` is what enters the digests, where it is held.
fn signed_content<'c>(
    data: &SignedData<'_>,
    content: &'c Bytes,
    octets: &'c [u8],
) -> SignedContent<'c> {
    match content.as_bulk() {
        Some(bulk) => SignedContent {
            content_type: data.content_type,
            octets: SignedOctets::Gone {
                may_be_attributes: bulk.hashed.may_be_attributes,
            },
            digests: bulk.hashed.digests.clone(),
        },
        None => SignedContent {
            content_type: data.content_type,
            octets: SignedOctets::Held(Octets::whole(octets)),
            digests: digests(data, octets),
        },
    }
}

fn digests(data: &SignedData<'_>, octets: &[u8]) -> Vec<(DigestAlgorithm, Vec<u8>)> {
    data.digests()
        .into_iter()
        .map(|algorithm| {
            let mut hasher = Hasher::new(algorithm);
            hasher.update(octets);
            (algorithm, hasher.finish())
        })
        .collect()
}

/// The part with CRLF line ends; `None` when it has them already.
fn canonical(part: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let len = line_ends::crlf_pieces(part)
        .map(<[u8]>::len)
        .fold(0_usize, usize::saturating_add);
    if len == part.len() {
        return None;
    }
    let mut out = Zeroizing::new(Vec::with_capacity(len));
    for piece in line_ends::crlf_pieces(part) {
        out.extend_from_slice(piece);
    }
    Some(out)
}
