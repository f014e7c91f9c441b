//! Why something cannot be used, in words that tell a person what to do.

mod text;

use std::borrow::Cow;
use std::time::SystemTime;

/// Why a certificate, a key or an address cannot be used.
///
/// `Display` is one sentence for a person: what is wrong and what to do. [`Reason::reference`] names
/// the document that demands it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The certificate is no longer valid.
    Expired {
        /// Its last moment.
        not_after: SystemTime,
    },
    /// The certificate is not valid yet.
    NotYetValid {
        /// Its first moment.
        not_before: SystemTime,
    },
    /// The certificate names other addresses.
    AddressMismatch {
        /// The address that is needed.
        address: String,
        /// The addresses the certificate names.
        certificate_names: Vec<String>,
    },
    /// The certificate names no mail address that can be used.
    NamesNoAddress,
    /// The key usage does not allow it.
    KeyUsage {
        /// The bit that is needed, by its name in RFC 5280.
        needed: &'static str,
    },
    /// The extended key usage does not allow mail.
    ExtendedKeyUsage,
    /// The key is too small.
    WeakKey {
        /// Kind of key.
        algorithm: &'static str,
        /// Its size in bits.
        bits: usize,
        /// The least that is accepted, in bits.
        minimum: usize,
    },
    /// The key is larger than can be handled.
    OversizedKey {
        /// Kind of key.
        algorithm: &'static str,
        /// Its size in bits.
        bits: usize,
        /// The most that is accepted, in bits.
        maximum: usize,
    },
    /// The kind of key is not implemented.
    UnsupportedKey {
        /// Its object identifier.
        oid: String,
    },
    /// The kind of key cannot do it at all.
    WrongKindOfKey {
        /// Kind of key.
        algorithm: &'static str,
        /// What it was asked for: `"encrypt"` or `"sign"`.
        operation: &'static str,
    },
    /// The certificate is one of a certification authority.
    CertificateAuthority,
    /// The certificate has a critical extension this crate does not know.
    UnknownCriticalExtension {
        /// Its object identifier.
        oid: String,
    },
    /// Somebody demands a certificate policy, and none is valid along the path.
    CertificatePolicies {
        /// The policies that will do, by their object identifiers, some of them; empty when any will do.
        demanded: Vec<String>,
        /// Subject of the certificate that demands one, or of the trust anchor that is only trusted with one.
        by: String,
    },
    /// The certificate has an extension that cannot be read, or twice the same.
    MalformedExtension {
        /// Its name or object identifier.
        extension: String,
    },
    /// The certificate has no subject key identifier, by which it was to be named.
    NoKeyIdentifier,
    /// Nobody vouches for the certificate.
    Unvalidated,
    /// No certificate is known for the address.
    NoCertificate,
    /// No certificate with a private key is known for the address.
    NoIdentity,
    /// The resolver could not answer.
    ResolverFailed {
        /// What it said.
        detail: String,
    },
    /// The policy in force accepts nothing of this sort.
    RefusedByPolicy {
        /// What it was asked about.
        what: String,
    },

    /// The digest of the content is not the one that was signed.
    DigestMismatch {
        /// The change under which it would match, where one was found. It does not make it match.
        diagnosis: Option<String>,
    },
    /// The signature does not verify with the signer's key.
    SignatureMismatch,
    /// No certificate is known for the signature.
    NoSignerCertificate {
        /// How the signature names it.
        signer: String,
    },
    /// An algorithm that is unknown or not implemented.
    UnsupportedAlgorithm {
        /// What it was to do, for example `"signature"`.
        role: &'static str,
        /// Its object identifier or name.
        name: String,
    },
    /// An algorithm or key size that was given up.
    Outdated {
        /// What it is, for example `"SHA-1"`.
        what: String,
        /// The cut-off of the policy.
        since: SystemTime,
    },
    /// A signed attribute that must be there is missing.
    MissingAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// A signed attribute stands there twice, or with more than one value.
    RepeatedAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// A signed attribute cannot be read.
    MalformedAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// A signed attribute contradicts the message.
    ContradictingAttribute {
        /// Its name.
        attribute: &'static str,
    },
    /// The signature has no signed attributes.
    NoSignedAttributes,
    /// A SignerInfo that does not follow its syntax.
    MalformedSigner {
        /// What is wrong with it.
        detail: String,
    },
    /// A detached signature that carries content of its own.
    ContentInDetached,
    /// The signature carries no content, and none stands beside it.
    NoContent,
    /// The content went by without being held, and checking the signature would take it once more.
    ContentNotHeld,
    /// More operations than a message may ask for.
    Budget {
        /// What was bounded.
        what: &'static str,
        /// The bound.
        limit: u64,
    },

    /// No trust anchor issued the certificate, directly or through certificates that are known.
    UnknownIssuer {
        /// The issuer nobody vouches for.
        issuer: String,
    },
    /// No trust anchors were given.
    NoAnchors,
    /// The signature on a certificate does not verify with its issuer's key.
    CertificateSignature {
        /// Subject of the certificate.
        subject: String,
    },
    /// A certificate that issued another is not marked as a certification authority.
    NotAuthority {
        /// Its subject.
        subject: String,
    },
    /// There are more certificates below a certification authority than it allows.
    PathTooLong {
        /// Subject of the authority.
        subject: String,
        /// How many it allows.
        allowed: u64,
    },
    /// The key usage of an issuer does not allow what it did.
    IssuerKeyUsage {
        /// Its subject.
        subject: String,
        /// The bit that is missing.
        needed: &'static str,
    },
    /// The certificate is newer than what the trust anchor is trusted for.
    DistrustedAfter {
        /// Subject of the anchor.
        subject: String,
        /// The last moment at which the validity of a certificate may begin.
        date: SystemTime,
    },
    /// A name lies outside of what an issuer may vouch for.
    NameConstraint {
        /// The name.
        name: String,
        /// Subject of the authority with the constraint.
        subject: String,
    },
    /// An issuer in the path is not fit.
    Issuer {
        /// Its subject.
        subject: String,
        /// Why.
        reason: Box<Reason>,
    },
    /// The certificate was revoked.
    Revoked {
        /// Subject of the certificate.
        subject: String,
        /// When.
        when: SystemTime,
        /// Why, in the words of RFC 5280 5.3.1.
        reason: &'static str,
    },
    /// Whether the certificate was revoked is not known.
    RevocationUnknown {
        /// Subject of the certificate.
        subject: String,
        /// Why not.
        detail: Cow<'static, str>,
    },

    /// The message has no usable From.
    NoFrom {
        /// What is wrong.
        detail: Cow<'static, str>,
    },
    /// There is no From, and nobody said who must have signed.
    NobodyExpected,
    /// Whoever has a certificate was to be accepted as signer.
    AnySigner {
        /// The addresses in the certificate of who it was, some of them.
        certificate_names: Vec<String>,
    },
    /// The message has several From fields or addresses.
    SeveralFrom,
    /// The signer is the one in Sender, not the one in From.
    SignedBySender {
        /// The address in Sender.
        sender: String,
        /// The address in From.
        from: String,
    },
    /// The display name of From shows another address.
    MisleadingName {
        /// The display name.
        name: String,
        /// The address behind it.
        address: String,
    },
    /// Addresses that look alike and are not the same.
    Confusable {
        /// The address in From.
        from: String,
        /// The address in the certificate.
        certificate_names: String,
    },
    /// The local part agrees but for upper and lower case.
    LocalPartCase {
        /// The address in From.
        from: String,
        /// The address in the certificate.
        certificate_names: String,
    },
    /// The signer's claim about the time and the Date of the message lie far apart.
    DateDiffers {
        /// What the signer claims.
        signed: SystemTime,
        /// The header field.
        date: SystemTime,
    },
    /// The signer claims to have signed at a time that has not come yet.
    SignedInFuture {
        /// What the signer claims.
        signed: SystemTime,
    },
    /// The protected header names recipients, and not the one who decrypted.
    AddressedToOthers {
        /// Whom it names, some of them.
        recipients: Vec<String>,
    },
    /// A header field differs from its protected copy.
    HeaderDiffers {
        /// Name of the field.
        field: String,
    },

    /// The content is encrypted without protection against changes.
    NoIntegrity {
        /// The cipher.
        cipher: String,
    },
    /// An authentication tag shorter than the full one.
    ShortTag {
        /// Its length in bytes.
        bytes: usize,
    },
    /// A key agreement or transport that the policy does not accept.
    KeyEncryption {
        /// Which one.
        name: String,
    },

    /// The policy demands a signature.
    SignatureRequired,
    /// The policy demands encryption.
    EncryptionRequired,
    /// The policy demands encryption that notices changes.
    AuthenticatedEncryptionRequired,
    /// Protected content stands beside unprotected content.
    PartlyProtected,
    /// Something in the message was left out.
    Skipped {
        /// What and why.
        what: String,
    },
}

impl Reason {
    /// The document and section that demands it, for example `"RFC 8550 4.4.2"`.
    pub fn reference(&self) -> &'static str {
        match self {
            Reason::Expired { .. } | Reason::NotYetValid { .. } => "RFC 5280 4.1.2.5",
            Reason::AddressMismatch { .. } | Reason::NamesNoAddress => "RFC 8550 3",
            Reason::KeyUsage { .. } => "RFC 8550 4.4.2",
            Reason::ExtendedKeyUsage => "RFC 8550 4.4.4",
            Reason::WeakKey { .. } | Reason::OversizedKey { .. } => "RFC 8551 4",
            Reason::UnsupportedKey { .. } | Reason::WrongKindOfKey { .. } => "RFC 8551 2",
            Reason::CertificateAuthority => "RFC 8550 4.4.1",
            Reason::UnknownCriticalExtension { .. } | Reason::MalformedExtension { .. } => {
                "RFC 5280 4.2"
            }
            Reason::CertificatePolicies { .. } => "RFC 5280 6.1",
            Reason::NoKeyIdentifier => "RFC 5652 6.2.1",
            Reason::Unvalidated => "RFC 8550 4.2",
            Reason::NoCertificate | Reason::NoIdentity | Reason::ResolverFailed { .. } => {
                "RFC 8550 4"
            }
            Reason::RefusedByPolicy { .. }
            | Reason::SignatureRequired
            | Reason::EncryptionRequired
            | Reason::AuthenticatedEncryptionRequired
            | Reason::KeyEncryption { .. } => "policy",
            Reason::DigestMismatch { .. } | Reason::SignatureMismatch => "RFC 5652 5.6",
            Reason::NoSignerCertificate { .. } => "RFC 8550 2.3",
            Reason::UnsupportedAlgorithm { .. } => "RFC 8551 2",
            Reason::Outdated { .. } => "RFC 8551 B",
            Reason::MissingAttribute { .. } | Reason::NoSignedAttributes => "RFC 5652 5.3",
            Reason::RepeatedAttribute { .. } => "RFC 8551 2.5",
            Reason::MalformedAttribute { .. } => "RFC 5652 11",
            Reason::ContradictingAttribute { .. } => "RFC 5652 11, RFC 5035, RFC 6211",
            Reason::MalformedSigner { .. } => "RFC 5652 5.3",
            Reason::ContentInDetached | Reason::NoContent => "RFC 8551 3.5.3",
            Reason::ContentNotHeld => "RFC 5652 5.4",
            Reason::Budget { .. } => "RFC 8551 6",
            Reason::UnknownIssuer { .. } | Reason::NoAnchors => "RFC 5280 6.1",
            Reason::CertificateSignature { .. } => "RFC 5280 6.1.3",
            Reason::NotAuthority { .. } | Reason::PathTooLong { .. } => "RFC 5280 4.2.1.9",
            Reason::IssuerKeyUsage { .. } => "RFC 5280 4.2.1.3",
            Reason::NameConstraint { .. } => "RFC 5280 4.2.1.10",
            Reason::DistrustedAfter { .. } => "RFC 5280 6.2",
            Reason::Issuer { reason, .. } => reason.reference(),
            Reason::Revoked { .. } | Reason::RevocationUnknown { .. } => "RFC 5280 6.3",
            Reason::NoFrom { .. }
            | Reason::NobodyExpected
            | Reason::AnySigner { .. }
            | Reason::SeveralFrom
            | Reason::SignedBySender { .. }
            | Reason::LocalPartCase { .. } => "RFC 8550 3",
            Reason::MisleadingName { .. } | Reason::Confusable { .. } => "RFC 9787 4",
            Reason::DateDiffers { .. } | Reason::SignedInFuture { .. } => "RFC 8551 2.5.1",
            Reason::AddressedToOthers { .. } => "RFC 8551 3.7",
            Reason::HeaderDiffers { .. } => "RFC 9788 4",
            Reason::NoIntegrity { .. } => "RFC 8551 6",
            Reason::ShortTag { .. } => "RFC 5084 3.2",
            Reason::PartlyProtected => "RFC 9787 4",
            Reason::Skipped { .. } => "RFC 8550 2.2",
        }
    }
}
