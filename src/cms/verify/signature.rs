//! The signature itself: whose key verifies it.

use const_oid::ObjectIdentifier;

use super::SignedContent;
use super::attributes::{SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2};
use super::findings::Findings;
use crate::cert::Certificate;
use crate::check::{Aspect, Check, Reason};
use crate::cms::read::Octets;
use crate::cms::read::attributes::CertificateId;
use crate::cms::read::signer_info::SignerInfo;
use crate::crypto::verify::verify;
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};
use crate::policy::{Judgement, Policy};
use crate::{Error, ErrorKind};

/// Keys tried for one signature. Several certificates may share a key identifier (RFC 5652 5.3).
const MOST_KEYS: usize = 16;

/// What was found about the signature.
#[derive(Default)]
pub(super) struct Found {
    pub verified: bool,
    pub certificate: Option<Certificate>,
    pub algorithm: Option<SignatureAlgorithm>,
}

/// How it went with one key.
enum Attempt {
    Verified(SignatureAlgorithm, Judgement),
    Mismatch(SignatureAlgorithm),
    /// The algorithm contradicts the digest or the key.
    Contradiction(String),
    /// Nothing can be said.
    Unchecked(Aspect, Reason),
}

/// Tries the keys of the certificates that the signer may mean.
pub(super) fn find(
    signer: &SignerInfo,
    digest: DigestAlgorithm,
    content: &SignedContent<'_>,
    candidates: &[Certificate],
    policy: &dyn Policy,
    findings: &mut Findings,
) -> Found {
    let keys = by_key(signer, candidates);
    let mut found = claimed(signer, candidates, findings);
    let joined;
    let messages: Vec<&[u8]> = match &signer.attributes {
        Some(attributes) => std::iter::once(&attributes.to_be_signed)
            .chain(&attributes.to_be_signed_der)
            .map(Vec::as_slice)
            .collect(),
        None => {
            // Not asked for one that is not held: see `bare`.
            joined = content.octets.held().map(Octets::joined);
            joined.as_deref().into_iter().collect()
        }
    };
    let mut unchecked = (keys.len() > MOST_KEYS).then(|| {
        let reason = Reason::Budget {
            what: "keys for one signature",
            limit: u64::try_from(MOST_KEYS).unwrap_or(u64::MAX),
        };
        (Aspect::Signer, reason)
    });
    let mut contradiction = None;
    let mut mismatch = false;
    for certificates in keys.iter().take(MOST_KEYS) {
        let Some(key) = certificates.first().map(|c| c.public_key()) else {
            continue;
        };
        match attempt(signer, digest, key, &messages, policy) {
            Attempt::Verified(algorithm, judgement) => {
                let what = format!("{}, key {}", algorithm.name(), key.kind());
                match judgement {
                    Judgement::Accepted if policy.digest(digest) != Judgement::Accepted => {}
                    Judgement::Accepted => {
                        let check = Check::passed(Aspect::Algorithm, what, "RFC 8551 2.2");
                        findings.add(check);
                    }
                    other => drop(findings.judge(other, what)),
                }
                let certificate = choose(signer, certificates, findings);
                let what = format!(
                    "the signature verifies with the key of {}",
                    certificate.map_or_else(String::new, Certificate::description)
                );
                findings.add(Check::passed(Aspect::Signer, what, "RFC 5652 5.6"));
                return Found {
                    verified: true,
                    certificate: certificate.cloned(),
                    algorithm: Some(algorithm),
                };
            }
            Attempt::Mismatch(algorithm) => {
                mismatch = true;
                found.algorithm = Some(algorithm);
            }
            Attempt::Contradiction(detail) => contradiction = Some(detail),
            Attempt::Unchecked(aspect, reason) => unchecked = Some((aspect, reason)),
        }
    }
    let what = "signature";
    if let Some((aspect, why)) = unchecked {
        findings.unchecked(aspect, what, why);
    } else if mismatch {
        findings.invalid(Aspect::Signer, what, Reason::SignatureMismatch);
    } else if let Some(detail) = contradiction {
        findings.invalid(Aspect::Algorithm, what, Reason::MalformedSigner { detail });
    }
    found
}

/// Who the signature claims to be by, when that is one certificate; its key was not asked.
pub(super) fn claimed(
    signer: &SignerInfo,
    candidates: &[Certificate],
    findings: &mut Findings,
) -> Found {
    let mut matching = candidates.iter().filter(|c| signer.sid.matches(c));
    let first = matching.next();
    if first.is_none() {
        let why = Reason::NoSignerCertificate {
            signer: signer.sid.to_string(),
        };
        findings.unchecked(Aspect::Signer, "signature", why);
    }
    let alone = matching.all(|other| Some(other) == first);
    Found {
        certificate: first.filter(|_| alone).cloned(),
        ..Found::default()
    }
}

/// The certificates that the signer may mean, those of one key together; one key more than are tried, to tell that
/// there are more.
///
/// First those that the signer names in signingCertificate: anybody can add others with its key identifier. Then
/// in the order given.
fn by_key<'c>(signer: &SignerInfo, candidates: &'c [Certificate]) -> Vec<Vec<&'c Certificate>> {
    let mut keys: Vec<Vec<&Certificate>> = Vec::new();
    let ids = named(signer);
    let is_named = |c: &&Certificate| ids.iter().any(|(_, id)| id.matches(c) == Ok(true));
    let matching = candidates.iter().filter(|c| signer.sid.matches(c));
    let (first, others): (Vec<_>, Vec<_>) = matching.partition(is_named);
    for certificate in first.into_iter().chain(others) {
        let same = |known: &Vec<&Certificate>| {
            let first = known.first();
            first.is_some_and(|first| first.public_key().same_key(certificate.public_key()))
        };
        let known = keys.iter().position(same);
        let full = keys.len() > MOST_KEYS;
        match known.and_then(|position| keys.get_mut(position)) {
            Some(known) => known.push(certificate),
            None if !full => keys.push(vec![certificate]),
            None => {}
        }
    }
    keys
}

fn attempt(
    signer: &SignerInfo,
    digest: DigestAlgorithm,
    key: &PublicKey,
    messages: &[&[u8]],
    policy: &dyn Policy,
) -> Attempt {
    let judgement = policy.verification_key(&key.kind());
    if let Judgement::Refused(reason) = judgement {
        return Attempt::Unchecked(Aspect::Algorithm, reason);
    }
    let read = SignatureAlgorithm::from_received(&signer.signature_identifier, digest, key);
    let algorithm = match read {
        Ok(algorithm) => algorithm,
        Err(error) => return unreadable(&error),
    };
    for message in messages {
        match verify(key, &algorithm, message, &signer.signature) {
            Ok(()) => return Attempt::Verified(algorithm, judgement),
            Err(error) if matches!(error.kind(), ErrorKind::Signature) => {}
            // It fits, so the size of the key or the parameters are not worked with.
            Err(_) => {
                let name = format!("{}, key {}", algorithm.name(), key.kind());
                return unsupported(name);
            }
        }
    }
    Attempt::Mismatch(algorithm)
}

fn unreadable(error: &Error) -> Attempt {
    match error.kind() {
        ErrorKind::UnsupportedAlgorithm { oid, .. } => unsupported(oid.clone()),
        _ => Attempt::Contradiction(error.to_string()),
    }
}

fn unsupported(name: String) -> Attempt {
    let role = "signature";
    Attempt::Unchecked(
        Aspect::Algorithm,
        Reason::UnsupportedAlgorithm { role, name },
    )
}

/// The one of several certificates with the verified key that the signer names in signingCertificate; without
/// that attribute the first one. None of them named: somebody exchanged the certificate (RFC 5035 6).
fn choose<'c>(
    signer: &SignerInfo,
    certificates: &[&'c Certificate],
    findings: &mut Findings,
) -> Option<&'c Certificate> {
    let first = certificates.first().copied();
    let named = named(signer);
    if named.is_empty() {
        return first;
    }
    let fits = |certificate: &Certificate| {
        let contradicts = |(_, id): &(_, &CertificateId)| id.matches(certificate) == Ok(false);
        !named.iter().any(contradicts)
    };
    let chosen = certificates.iter().copied().find(|c| fits(c));
    for (attribute, id) in named {
        match chosen.or(first).map(|certificate| id.matches(certificate)) {
            Some(Err(oid)) => unknown_digest(attribute, oid, findings),
            Some(Ok(true)) => findings.add(Check::passed(
                Aspect::Signer,
                "the certificate is the one the signer named",
                "RFC 5035 3",
            )),
            _ => {
                let why = Reason::ContradictingAttribute { attribute };
                findings.invalid(Aspect::Signer, "certificate of the signer", why);
            }
        }
    }
    chosen.or(first)
}

/// How the signer names its certificate in signed attributes, with the names of these.
fn named(signer: &SignerInfo) -> Vec<(&'static str, &CertificateId)> {
    let Some(attributes) = &signer.attributes else {
        return Vec::new();
    };
    [
        (SIGNING_CERTIFICATE, attributes.signing_certificate.value()),
        (
            SIGNING_CERTIFICATE_V2,
            attributes.signing_certificate_v2.value(),
        ),
    ]
    .into_iter()
    .filter_map(|(name, id)| Some((name, id?)))
    .collect()
}

fn unknown_digest(attribute: &'static str, oid: ObjectIdentifier, findings: &mut Findings) {
    let why = Reason::UnsupportedAlgorithm {
        role: attribute,
        name: oid.to_string(),
    };
    findings.failed(Aspect::Signer, "certificate of the signer", why);
}
