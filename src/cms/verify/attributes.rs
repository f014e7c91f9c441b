//! What the signed attributes must say (RFC 5652 5.3, 11; RFC 8551 2.5; RFC 6211).

use super::SignedContent;
use super::findings::Findings;
use crate::Limits;
use crate::check::{Aspect, Check, Reason};
use crate::cms::oid;
use crate::cms::read::attributes::{SignedAttributes, Single, comparable};
use crate::cms::read::signer_info::SignerInfo;
use crate::crypto::DigestAlgorithm;
use crate::crypto::digest::Hasher;

const CONTENT_TYPE: &str = "contentType";
const MESSAGE_DIGEST: &str = "messageDigest";
const SIGNING_TIME: &str = "signingTime";
const ALGORITHM_PROTECTION: &str = "cmsAlgorithmProtection";
const CAPABILITIES: &str = "sMIMECapabilities";
const KEY_PREFERENCE: &str = "encrypKeyPref";

/// Names of attributes that say something only when they are signed, with their identifiers.
const SIGNED_ONLY: [(&str, const_oid::ObjectIdentifier); 8] = [
    (CONTENT_TYPE, oid::CONTENT_TYPE),
    (MESSAGE_DIGEST, oid::MESSAGE_DIGEST),
    (SIGNING_TIME, oid::SIGNING_TIME),
    (ALGORITHM_PROTECTION, oid::ALGORITHM_PROTECTION),
    (CAPABILITIES, oid::SMIME_CAPABILITIES),
    (KEY_PREFERENCE, oid::ENCRYPTION_KEY_PREFERENCE),
    (SIGNING_CERTIFICATE, oid::SIGNING_CERTIFICATE),
    (SIGNING_CERTIFICATE_V2, oid::SIGNING_CERTIFICATE_V2),
];

pub(super) const SIGNING_CERTIFICATE: &str = "signingCertificate";
pub(super) const SIGNING_CERTIFICATE_V2: &str = "signingCertificateV2";

/// Examines all that can be told without the certificate, which signingCertificate needs.
pub(super) fn examine(
    signer: &SignerInfo,
    signed: &SignedAttributes,
    content: &SignedContent<'_>,
    digest: Option<DigestAlgorithm>,
    findings: &mut Findings,
) {
    if let Some(found) = demanded(&signed.message_digest, MESSAGE_DIGEST, findings)
        && let Some(digest) = digest
    {
        compare_digest(found, digest, content, findings);
    }
    if let Some(found) = demanded(&signed.content_type, CONTENT_TYPE, findings)
        && *found != content.content_type
    {
        let why = Reason::ContradictingAttribute {
            attribute: CONTENT_TYPE,
        };
        findings.invalid(Aspect::Integrity, "type of the content", why);
    }
    if let Some(found) = strict(
        &signed.algorithm_protection,
        Aspect::Algorithm,
        ALGORITHM_PROTECTION,
        findings,
    ) {
        let agree = agree(&signer.digest_identifier, &found.digest)
            && agree(&signer.signature_identifier, &found.signature);
        if agree {
            findings.add(Check::passed(
                Aspect::Algorithm,
                "the algorithms are those the signer stated",
                "RFC 6211",
            ));
        } else {
            let why = Reason::ContradictingAttribute {
                attribute: ALGORITHM_PROTECTION,
            };
            findings.invalid(Aspect::Algorithm, "algorithms of the signature", why);
        }
    }
    for (attribute, name) in [
        (&signed.signing_certificate, SIGNING_CERTIFICATE),
        (&signed.signing_certificate_v2, SIGNING_CERTIFICATE_V2),
    ] {
        strict(attribute, Aspect::Signer, name, findings);
    }
    lenient(&signed.signing_time, Aspect::Time, SIGNING_TIME, findings);
    let structure = Aspect::Structure;
    lenient(&signed.capabilities, structure, CAPABILITIES, findings);
    lenient(&signed.key_preference, structure, KEY_PREFERENCE, findings);
    let microsoft = &signed.microsoft_key_preference;
    lenient(microsoft, structure, KEY_PREFERENCE, findings);
}

/// Attributes that must be signed and stand among the unsigned ones (RFC 5652 11, RFC 5035 3, RFC 6211 2).
///
/// Nobody reads them there, and anybody can add them: the signature stays what it is, and is not to be trusted.
pub(super) fn misplaced(signer: &SignerInfo, findings: &mut Findings) {
    for (name, oid) in SIGNED_ONLY {
        let dotted = oid.to_string();
        if signer.unsigned_attributes.contains(&dotted) {
            let detail = format!("{name} stands among the unsigned attributes");
            let why = Reason::MalformedSigner { detail };
            findings.failed(Aspect::Structure, "attributes of the signature", why);
        }
    }
}

/// The check of a digest that does not match.
pub(super) fn mismatch(diagnosis: Option<String>) -> Check {
    let why = Reason::DigestMismatch { diagnosis };
    Check::failed(Aspect::Integrity, "digest of the content", why)
}

fn compare_digest(
    signed: &[u8],
    digest: DigestAlgorithm,
    content: &SignedContent<'_>,
    findings: &mut Findings,
) {
    let known = content.digests.iter().find(|(known, _)| *known == digest);
    let matches = match (known, content.octets.held()) {
        (Some((_, computed)), _) => computed == signed,
        (None, Some(octets)) => {
            let mut hasher = Hasher::new(digest);
            octets.pieces().for_each(|piece| hasher.update(piece));
            hasher.finish() == signed
        }
        // Its algorithm was not announced before the content.
        (None, None) => {
            let what = "digest of the content";
            findings.unchecked(Aspect::Integrity, what, Reason::ContentNotHeld);
            return;
        }
    };
    if matches {
        findings.digest_agrees = true;
        findings.add(Check::passed(
            Aspect::Integrity,
            format!(
                "the content has the digest that was signed ({})",
                digest.name()
            ),
            "RFC 5652 11.2",
        ));
    } else {
        findings.digest_mismatch = true;
        findings.invalid_check(mismatch(None));
    }
}

/// The value of an attribute that must be there.
fn demanded<'v, T>(
    attribute: &'v Single<T>,
    name: &'static str,
    findings: &mut Findings,
) -> Option<&'v T> {
    if let Single::Absent = attribute {
        let why = Reason::MissingAttribute { attribute: name };
        findings.invalid(Aspect::Integrity, "signed attributes", why);
    }
    strict(attribute, Aspect::Integrity, name, findings)
}

/// The value of an attribute that may be absent and must be sound.
fn strict<'v, T>(
    attribute: &'v Single<T>,
    aspect: Aspect,
    name: &'static str,
    findings: &mut Findings,
) -> Option<&'v T> {
    if let Single::Malformed = attribute {
        let why = Reason::MalformedAttribute { attribute: name };
        findings.invalid(aspect, "signed attributes", why);
    }
    repeated(attribute, aspect, name, findings);
    attribute.value()
}

/// An attribute that only informs: one that cannot be read informs of nothing.
fn lenient<T>(attribute: &Single<T>, aspect: Aspect, name: &'static str, findings: &mut Findings) {
    if let Single::Malformed = attribute {
        let why = Reason::MalformedAttribute { attribute: name };
        findings.add(Check::noted(aspect, "signed attributes", why));
    }
    repeated(attribute, aspect, name, findings);
}

/// RFC 8551 2.5: a signature with an attribute twice, or with two values, is to be treated as one that fails.
fn repeated<T>(attribute: &Single<T>, aspect: Aspect, name: &'static str, findings: &mut Findings) {
    if let Single::Repeated = attribute {
        let why = Reason::RepeatedAttribute { attribute: name };
        findings.invalid(aspect, "signed attributes", why);
    }
}

fn agree(received: &[u8], stated: &[u8]) -> bool {
    comparable(received, &Limits::default()).is_ok_and(|received| received == stated)
}
