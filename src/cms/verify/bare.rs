//! Signatures without signed attributes (RFC 5652 5.4), and what can be passed off as one.

use super::SignedContent;
use super::findings::Findings;
use crate::Limits;
use crate::asn1::{Reader, Tag};
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
    if is_attributes(&content.octets.joined()) {
        let what = "the content is the signed attributes of another signature";
        findings.invalid(Aspect::Structure, what, Reason::NoSignedAttributes);
    }
    findings.judge(
        policy.without_signed_attributes(),
        "signature over the content itself",
    )
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
