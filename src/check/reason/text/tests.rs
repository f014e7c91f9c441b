use super::*;
use std::collections::HashSet;
use std::mem::discriminant;
use std::time::{Duration, UNIX_EPOCH};

/// 2000-02-29 12:34:56 UTC.
fn moment() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(951_827_696)
}

/// One of each.
fn all() -> Vec<Reason> {
    vec![
        Reason::Expired {
            not_after: moment(),
        },
        Reason::NotYetValid {
            not_before: moment(),
        },
        Reason::AddressMismatch {
            address: "TEXT".into(),
            certificate_names: vec!["TEXT".into()],
        },
        Reason::NamesNoAddress,
        Reason::KeyUsage { needed: "WORD" },
        Reason::ExtendedKeyUsage,
        Reason::WeakKey {
            algorithm: "WORD",
            bits: 7,
            minimum: 7,
        },
        Reason::OversizedKey {
            algorithm: "WORD",
            bits: 7,
            maximum: 7,
        },
        Reason::UnsupportedKey { oid: "TEXT".into() },
        Reason::WrongKindOfKey {
            algorithm: "WORD",
            operation: "WORD",
        },
        Reason::CertificateAuthority,
        Reason::UnknownCriticalExtension { oid: "TEXT".into() },
        Reason::CertificatePolicies {
            demanded: vec!["TEXT".into()],
            by: "TEXT".into(),
        },
        Reason::MalformedExtension {
            extension: "TEXT".into(),
        },
        Reason::NoKeyIdentifier,
        Reason::Unvalidated,
        Reason::NoCertificate,
        Reason::NoIdentity,
        Reason::ResolverFailed {
            detail: "TEXT".into(),
        },
        Reason::RefusedByPolicy {
            what: "TEXT".into(),
        },
        Reason::DigestMismatch {
            diagnosis: Some("TEXT".into()),
        },
        Reason::SignatureMismatch,
        Reason::NoSignerCertificate {
            signer: "TEXT".into(),
        },
        Reason::UnsupportedAlgorithm {
            role: "WORD",
            name: "TEXT".into(),
        },
        Reason::Outdated {
            what: "TEXT".into(),
            since: moment(),
        },
        Reason::MissingAttribute { attribute: "WORD" },
        Reason::RepeatedAttribute { attribute: "WORD" },
        Reason::MalformedAttribute { attribute: "WORD" },
        Reason::ContradictingAttribute { attribute: "WORD" },
        Reason::NoSignedAttributes,
        Reason::MalformedSigner {
            detail: "TEXT".into(),
        },
        Reason::ContentInDetached,
        Reason::NoContent,
        Reason::ContentNotHeld,
        Reason::Budget {
            what: "WORD",
            limit: 7,
        },
        Reason::UnknownIssuer {
            issuer: "TEXT".into(),
        },
        Reason::NoAnchors,
        Reason::CertificateSignature {
            subject: "TEXT".into(),
        },
        Reason::NotAuthority {
            subject: "TEXT".into(),
        },
        Reason::PathTooLong {
            subject: "TEXT".into(),
            allowed: 7,
        },
        Reason::IssuerKeyUsage {
            subject: "TEXT".into(),
            needed: "WORD",
        },
        Reason::NameConstraint {
            name: "TEXT".into(),
            subject: "TEXT".into(),
        },
        Reason::DistrustedAfter {
            subject: "TEXT".into(),
            date: moment(),
        },
        Reason::Issuer {
            subject: "TEXT".into(),
            reason: Box::new(Reason::ExtendedKeyUsage),
        },
        Reason::Revoked {
            subject: "TEXT".into(),
            when: moment(),
            reason: "WORD",
        },
        Reason::RevocationUnknown {
            subject: "TEXT".into(),
            detail: "TEXT".into(),
        },
        Reason::NoFrom {
            detail: "TEXT".into(),
        },
        Reason::NobodyExpected,
        Reason::AnySigner {
            certificate_names: vec!["TEXT".into()],
        },
        Reason::AnySigner {
            certificate_names: Vec::new(),
        },
        Reason::SeveralFrom,
        Reason::SignedBySender {
            sender: "TEXT".into(),
            from: "TEXT".into(),
        },
        Reason::MisleadingName {
            name: "TEXT".into(),
            address: "TEXT".into(),
        },
        Reason::Confusable {
            from: "TEXT".into(),
            certificate_names: "TEXT".into(),
        },
        Reason::LocalPartCase {
            from: "TEXT".into(),
            certificate_names: "TEXT".into(),
        },
        Reason::DateDiffers {
            signed: moment(),
            date: moment(),
        },
        Reason::SignedInFuture { signed: moment() },
        Reason::AddressedToOthers {
            recipients: vec!["TEXT".into()],
        },
        Reason::HeaderDiffers {
            field: "TEXT".into(),
        },
        Reason::NoIntegrity {
            cipher: "TEXT".into(),
        },
        Reason::ShortTag { bytes: 7 },
        Reason::KeyEncryption {
            name: "TEXT".into(),
        },
        Reason::SignatureRequired,
        Reason::EncryptionRequired,
        Reason::AuthenticatedEncryptionRequired,
        Reason::PartlyProtected,
        Reason::Skipped {
            what: "TEXT".into(),
        },
    ]
}

/// How many there are: this match stops compiling when there is a new one, which then belongs into [`all`].
fn count(reason: &Reason) -> usize {
    match reason {
        Reason::Expired { .. }
        | Reason::NotYetValid { .. }
        | Reason::AddressMismatch { .. }
        | Reason::NamesNoAddress
        | Reason::KeyUsage { .. }
        | Reason::ExtendedKeyUsage
        | Reason::WeakKey { .. }
        | Reason::OversizedKey { .. }
        | Reason::UnsupportedKey { .. }
        | Reason::WrongKindOfKey { .. }
        | Reason::CertificateAuthority
        | Reason::UnknownCriticalExtension { .. }
        | Reason::CertificatePolicies { .. }
        | Reason::MalformedExtension { .. }
        | Reason::NoKeyIdentifier
        | Reason::Unvalidated
        | Reason::NoCertificate
        | Reason::NoIdentity
        | Reason::ResolverFailed { .. }
        | Reason::RefusedByPolicy { .. }
        | Reason::DigestMismatch { .. }
        | Reason::SignatureMismatch
        | Reason::NoSignerCertificate { .. }
        | Reason::UnsupportedAlgorithm { .. }
        | Reason::Outdated { .. }
        | Reason::MissingAttribute { .. }
        | Reason::RepeatedAttribute { .. }
        | Reason::MalformedAttribute { .. }
        | Reason::ContradictingAttribute { .. }
        | Reason::NoSignedAttributes
        | Reason::MalformedSigner { .. }
        | Reason::ContentInDetached
        | Reason::NoContent
        | Reason::ContentNotHeld
        | Reason::Budget { .. }
        | Reason::UnknownIssuer { .. }
        | Reason::NoAnchors
        | Reason::CertificateSignature { .. }
        | Reason::NotAuthority { .. }
        | Reason::PathTooLong { .. }
        | Reason::IssuerKeyUsage { .. }
        | Reason::NameConstraint { .. }
        | Reason::DistrustedAfter { .. }
        | Reason::Issuer { .. }
        | Reason::Revoked { .. }
        | Reason::RevocationUnknown { .. }
        | Reason::NoFrom { .. }
        | Reason::NobodyExpected
        | Reason::AnySigner { .. }
        | Reason::SeveralFrom
        | Reason::SignedBySender { .. }
        | Reason::MisleadingName { .. }
        | Reason::Confusable { .. }
        | Reason::LocalPartCase { .. }
        | Reason::DateDiffers { .. }
        | Reason::SignedInFuture { .. }
        | Reason::AddressedToOthers { .. }
        | Reason::HeaderDiffers { .. }
        | Reason::NoIntegrity { .. }
        | Reason::ShortTag { .. }
        | Reason::KeyEncryption { .. }
        | Reason::SignatureRequired
        | Reason::EncryptionRequired
        | Reason::AuthenticatedEncryptionRequired
        | Reason::PartlyProtected
        | Reason::Skipped { .. } => 66,
    }
}

#[test]
fn every_reason_is_one_sentence_on_one_line_with_a_reference() {
    let all = all();
    let kinds: HashSet<_> = all.iter().map(discriminant).collect();
    assert_eq!(kinds.len(), count(&all[0]));
    for reason in &all {
        let text = reason.to_string();
        assert!(!text.contains(['\n', '\r']), "{text}");
        assert!(
            !text.contains(". ") && !text.ends_with(['.', ' ', ':']),
            "{text}"
        );
        assert!(!text.contains("  "), "{text}");
        assert!(
            !text.starts_with("The ") && !text.starts_with("A "),
            "{text}"
        );
        assert!(text.chars().count() <= 320, "{text}");
        assert!(!reason.reference().is_empty(), "{text}");
    }
}

#[test]
fn every_reason_says_what_to_do() {
    for reason in all() {
        let text = reason.to_string();
        assert!(text.contains("; "), "no advice after a semicolon: {text}");
    }
}

#[test]
fn every_detail_is_told() {
    for reason in all() {
        let text = reason.to_string();
        let debug = format!("{reason:?}");
        for word in ["TEXT", "WORD"] {
            assert!(!debug.contains(word) || text.contains(word), "{text}");
        }
        if debug.contains("SystemTime") {
            assert!(text.contains("2000-02-29 12:34:56 UTC"), "{text}");
        }
    }
}

#[test]
fn nothing_from_a_message_breaks_the_line() {
    let reason = Reason::Skipped {
        what: "x\r\nTrusted: \u{202e}all is well".into(),
    };
    let text = reason.to_string();
    assert!(
        text.contains("x\\u{d}\\u{a}Trusted: \\u{202e}all is well"),
        "{text}"
    );
}

#[test]
fn says_when_and_what_to_do() {
    let reason = Reason::Expired {
        not_after: moment(),
    };
    assert_eq!(
        reason.to_string(),
        "the certificate expired on 2000-02-29 12:34:56 UTC; ask its owner for the new one"
    );
    assert_eq!(reason.reference(), "RFC 5280 4.1.2.5");
}

#[test]
fn names_both_sides_of_a_mismatch() {
    let reason = Reason::AddressMismatch {
        address: "bob@example.org".into(),
        certificate_names: vec!["carol@example.org".into(), "dave@example.org".into()],
    };
    let text = reason.to_string();
    assert!(text.contains("carol@example.org, dave@example.org"));
    assert!(text.contains("not bob@example.org"));
}
