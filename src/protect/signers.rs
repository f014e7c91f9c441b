//! Who signs, and with which algorithm.

use super::config::Config;
use super::error::{Problem, Role};
use crate::Error;
use crate::address::Mailbox;
use crate::cert::{Certificate, Identity};
use crate::check::Reason;
use crate::crypto::public_key::KeyKind;
use crate::crypto::signature::PssParameters;
use crate::crypto::{DigestAlgorithm, PublicKey, SignatureAlgorithm};

/// The signature algorithm for this key: the digest that matches it, unless another was asked for.
///
/// A PSS key whose certificate carries parameters signs with exactly those (RFC 4056 3); its salt may
/// only be longer than theirs.
pub(super) fn algorithm(config: &Config, key: &PublicKey) -> Result<SignatureAlgorithm, Error> {
    let asked = config.digest;
    if asked == Some(DigestAlgorithm::Sha1) {
        return Err(Error::misuse(
            "SHA-1 is not for signing; choose SHA-256, SHA-384 or SHA-512",
        ));
    }
    let pss = |digest: DigestAlgorithm| {
        let salt_len = digest.output_len();
        SignatureAlgorithm::RsaPss(PssParameters {
            digest,
            mgf_digest: digest,
            salt_len,
        })
    };
    match key.kind() {
        KeyKind::Rsa { .. } => {
            let digest = asked.unwrap_or(DigestAlgorithm::Sha512);
            Ok(if config.pss {
                pss(digest)
            } else {
                SignatureAlgorithm::RsaPkcs1(digest)
            })
        }
        KeyKind::RsaPss { .. } => match key.pss_parameters() {
            None => Ok(pss(asked.unwrap_or(DigestAlgorithm::Sha512))),
            Some(fixed) if fixed.digest == DigestAlgorithm::Sha1 => Err(Error::unfit(
                "the key is restricted to PSS with SHA-1, which is not for signing",
            )),
            Some(fixed) if fixed.mgf_digest != fixed.digest => Err(Error::unfit(
                "the key is restricted to PSS with different digests for hash and mask, which is \
                 not supported",
            )),
            Some(fixed) if asked.is_some_and(|digest| digest != fixed.digest) => {
                let only = fixed.digest.name();
                Err(Error::misuse(format!(
                    "the signer's key is restricted to PSS with {only}"
                )))
            }
            Some(fixed) => Ok(SignatureAlgorithm::RsaPss(PssParameters {
                salt_len: fixed.salt_len.max(fixed.digest.output_len()),
                ..fixed.clone()
            })),
        },
        KeyKind::P256 => Ok(ecdsa(asked, DigestAlgorithm::Sha256)),
        KeyKind::P384 => Ok(ecdsa(asked, DigestAlgorithm::Sha384)),
        KeyKind::P521 => Ok(ecdsa(asked, DigestAlgorithm::Sha512)),
        KeyKind::Ed25519 if asked.is_some_and(|digest| digest != DigestAlgorithm::Sha512) => Err(
            Error::misuse("Ed25519 signs with SHA-512 only (RFC 8419 3)"),
        ),
        KeyKind::Ed25519 => Ok(SignatureAlgorithm::Ed25519),
        other => Err(Error::unfit(format!("a key of kind {other:?} cannot sign"))),
    }
}

fn ecdsa(asked: Option<DigestAlgorithm>, matching: DigestAlgorithm) -> SignatureAlgorithm {
    SignatureAlgorithm::Ecdsa(asked.unwrap_or(matching))
}

/// What keeps these identities from signing a message of `from`. Every one must be fit to sign, and
/// one must name the address, when there is one.
pub(super) fn problems(
    config: &Config,
    identities: &[&Identity],
    from: Option<&Mailbox>,
    now: std::time::SystemTime,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for identity in identities {
        let certificate = identity.certificate();
        let reasons = certificate.unfit_to_sign(None, now, config.policy.as_ref());
        if !reasons.is_empty() {
            problems.push(problem(from, certificate, reasons));
        }
    }
    if let (Some(from), [first, ..]) = (from, identities) {
        let named = identities
            .iter()
            .any(|identity| identity.certificate().names(from));
        if !named {
            problems.push(problem(
                Some(from),
                first.certificate(),
                vec![mismatch(first, from)],
            ));
        }
    }
    problems
}

fn problem(from: Option<&Mailbox>, certificate: &Certificate, reasons: Vec<Reason>) -> Problem {
    Problem {
        role: Role::Signer,
        address: from.cloned(),
        certificate: Some(certificate.description()),
        reasons,
        path_failure: None,
    }
}

fn mismatch(identity: &Identity, from: &Mailbox) -> Reason {
    let certificate_names = identity.certificate().addresses().to_vec();
    match certificate_names.is_empty() {
        true => Reason::NamesNoAddress,
        false => Reason::AddressMismatch {
            address: from.address(),
            certificate_names,
        },
    }
}
