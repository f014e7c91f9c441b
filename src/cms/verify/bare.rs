//! Signatures without signed attributes (RFC 5652 5.4), and what can be passed off as one.

use super::findings::Findings;
use super::{SignedContent, SignedOctets};
use crate::Limits;
use crate::asn1::{Length, Reader, Tag, begin_of};
use crate::check::{Aspect, Reason};
use crate::cms::oid;
use crate::policy::Policy;

/// Such a signature is over the content itself, so the signed attributes of any other signature can be passed off
/// as content that was signed this way (draft-ietf-lamps-cms-euf-cma-signeddata).
///
/// Whether the policy lets the signature be checked.
pub(super) fn examine(
    content: &SignedContent<'_>,
    policy: &dyn Policy,
    findings: &mut Findings,
) -> bool {
    if content.content_type != oid::DATA {
        let what = "content of another type than data must be signed with attributes";
        findings.invalid(Aspect::Structure, what, Reason::NoSignedAttributes);
    }
    let (is_attributes, is_held) = match &content.octets {
        SignedOctets::Held(octets) => (is_attributes(&octets.joined()), true),
        SignedOctets::Gone { may_be_attributes } => (*may_be_attributes, false),
    };
    if is_attributes {
        let what = "the content is the signed attributes of another signature";
        findings.invalid(Aspect::Structure, what, Reason::NoSignedAttributes);
    }
    let what = "signature over the content itself";
    let is_readable = findings.judge(policy.without_signed_attributes(), what);
    if !is_held && is_readable {
        // What it is that was signed cannot be told.
        findings.unchecked(Aspect::Integrity, what, Reason::ContentNotHeld);
    }
    is_readable && is_held
}

/// Whether content of this length that begins so could have been signed as attributes: a SET over all of it (or of
/// indefinite length) that begins with an Attribute.
pub(crate) fn begins_like_attributes(begin: &[u8], length: u64) -> bool {
    let inside = |input, tag| {
        let (found, length, rest) = begin_of(input)?;
        (found == tag).then_some((length, rest))
    };
    let outline = || {
        let (set, rest) = inside(begin, Tag::SET)?;
        let before = u64::try_from(begin.len().saturating_sub(rest.len())).ok()?;
        let is_whole = match set {
            Length::Definite(inner) => before.checked_add(inner) == Some(length),
            Length::Indefinite => true,
        };
        let (_, rest) = inside(rest, Tag::SEQUENCE)?;
        inside(rest, Tag::OID).map(|_| is_whole)
    };
    outline() == Some(true)
}

/// Whether these octets could have been signed as attributes: a SET that begins with an Attribute. What follows is
/// not looked at, so that nothing in it can hide the rest.
fn is_attributes(content: &[u8]) -> bool {
    let outline = || {
        let mut reader = Reader::new(content, "content", &Limits::default());
        let set = reader.expect(Tag::SET)?;
        reader.finish()?;
        set.reader()?
            .expect(Tag::SEQUENCE)?
            .reader()?
            .expect(Tag::OID)
    };
    outline().is_ok()
}
