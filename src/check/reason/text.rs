//! Reasons in words that tell a person what to do. Each is one sentence without its first capital and its
//! full stop, so that it can stand after a colon.

use std::fmt::{self, Write};
use std::time::SystemTime;

use super::Reason;
use crate::asn1::{Civil, unix_seconds};
use crate::check::Visible;

/// A time for a person; one that no calendar holds is said to be so.
struct Moment(SystemTime);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Civil::from_unix(unix_seconds(self.0)) {
            Some(civil) => civil.fmt(f),
            None => f.write_str("a time outside of the calendar"),
        }
    }
}

/// One line: whatever a message put into it, nothing breaks the line or is invisible.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = Visible(f);
        match self {
            Reason::Expired { not_after } => write!(
                f,
                "the certificate expired on {}; ask its owner for the new one",
                Moment(*not_after)
            ),
            Reason::NotYetValid { not_before } => write!(
                f,
                "the certificate is valid only from {}; use another one or check the clock",
                Moment(*not_before)
            ),
            Reason::AddressMismatch {
                address,
                certificate_names,
            } => write!(
                f,
                "the certificate names {}, not {address}; do not take it for that of {address}, and get \
                 the one that names {address}",
                certificate_names.join(", ")
            ),
            Reason::NamesNoAddress => f.write_str(
                "the certificate names no mail address, so it cannot show who is behind it; ask its \
                 owner for one that names the address, or bind it to the address by hand",
            ),
            Reason::KeyUsage { needed } => write!(
                f,
                "the certificate was not issued for this use: its key usage lacks {needed}; ask its \
                 owner for one that was"
            ),
            Reason::ExtendedKeyUsage => f.write_str(
                "the certificate was not issued for mail: its extended key usage lacks \
                 emailProtection; ask its owner for one that was",
            ),
            Reason::WeakKey {
                algorithm,
                bits,
                minimum,
            } => write!(
                f,
                "the {algorithm} key has {bits} bits, less than the {minimum} that are accepted; \
                 get a certificate with a larger key"
            ),
            Reason::OversizedKey {
                algorithm,
                bits,
                maximum,
            } => write!(
                f,
                "the {algorithm} key has {bits} bits, more than the {maximum} that are supported; \
                 get a certificate with a smaller key"
            ),
            Reason::UnsupportedKey { oid } => write!(
                f,
                "keys of algorithm {oid} are not supported; get an RSA or elliptic curve certificate"
            ),
            Reason::WrongKindOfKey {
                algorithm,
                operation,
            } => write!(
                f,
                "{algorithm} keys cannot {operation}; use the other certificate of this address"
            ),
            Reason::CertificateAuthority => f.write_str(
                "the certificate is marked as one of a certification authority; get the person's own, or, \
                 if plain `openssl req -x509` made it, make it again with \
                 `-addext basicConstraints=critical,CA:FALSE`",
            ),
            Reason::UnknownCriticalExtension { oid } => write!(
                f,
                "the certificate has the critical extension {oid}, which is not known here; get \
                 one without it"
            ),
            Reason::CertificatePolicies { demanded, by } => {
                write!(f, "{by} is trusted only under ")?;
                match demanded.as_slice() {
                    [] => f.write_str("a certificate policy")?,
                    [policy] => write!(f, "the certificate policy {policy}")?,
                    policies => write!(f, "one of the certificate policies {}", policies.join(", "))?,
                }
                f.write_str(
                    ", and none of that sort is valid along the whole path; get a certificate issued under one",
                )
            }
            Reason::MalformedExtension { extension } => write!(
                f,
                "the certificate's extension {extension} is malformed or there twice; have the \
                 certificate issued again"
            ),
            Reason::NoKeyIdentifier => f.write_str(
                "the certificate has no subject key identifier; name certificates by issuer and \
                 serial number",
            ),
            Reason::Unvalidated => f.write_str(
                "nobody vouches for the certificate: it is a candidate, and there are no trust anchors to \
                 validate it to; give the CA certificates you trust for mail, or check it and pin it",
            ),
            Reason::NoCertificate => {
                f.write_str("no certificate is known; ask for a signed mail or a certificate file")
            }
            Reason::NoIdentity => f.write_str(
                "no certificate with a private key is known; load the .p12 file of this address",
            ),
            Reason::ResolverFailed { detail } => {
                write!(f, "looking for a certificate failed: {detail}; try again")
            }
            Reason::RefusedByPolicy { what } => {
                write!(
                    f,
                    "the policy in force does not accept {what}; use something newer, or choose another \
                     policy if you can answer for it"
                )
            }
            Reason::DigestMismatch { diagnosis: None } => f.write_str(
                "the content was changed after it was signed; ask the sender to send it again",
            ),
            Reason::DigestMismatch {
                diagnosis: Some(change),
            } => write!(
                f,
                "the content was changed after it was signed: it would match {change}; ask the \
                 sender to send it again, signed opaque, or look for the gateway that does it"
            ),
            Reason::SignatureMismatch => f.write_str(
                "the signature does not verify with the signer's key: it was changed or made by \
                 somebody else; do not rely on the message, and ask the sender to send it again",
            ),
            Reason::NoSignerCertificate { signer } => write!(
                f,
                "the message does not carry the signer's certificate ({signer}), and it is not \
                 known; get it from the sender and pass it to the opener"
            ),
            Reason::UnsupportedAlgorithm { role, name } => write!(
                f,
                "{role} with {name} is not supported, so nothing can be said about it; ask the sender \
                 for a common algorithm"
            ),
            Reason::Outdated { what, since } => write!(
                f,
                "{what} has not been safe since {}; ask the sender for newer algorithms, or read it \
                 with the legacy policy, which never calls it trusted",
                Moment(*since)
            ),
            Reason::MissingAttribute { attribute } => {
                write!(
                    f,
                    "the signature leaves out what it must state (signed attribute {attribute}), so \
                     nothing shows what was signed; ask the sender to sign it again"
                )
            }
            Reason::RepeatedAttribute { attribute } => write!(
                f,
                "the signature states the same thing twice (signed attribute {attribute}), so nobody \
                 knows which one counts; ask the sender to sign it again"
            ),
            Reason::MalformedAttribute { attribute } => {
                write!(
                    f,
                    "a part of the signature cannot be read (signed attribute {attribute}); ask the \
                     sender to sign it again, with another program if need be"
                )
            }
            Reason::ContradictingAttribute { attribute } => write!(
                f,
                "what was signed contradicts the rest of the message (signed attribute {attribute}): \
                 something was exchanged; do not rely on the message, and ask the sender to send it again"
            ),
            Reason::NoSignedAttributes => f.write_str(
                "the signature has no signed attributes, so something else can be passed off as the \
                 content; ask the sender to sign with attributes, or allow it by policy",
            ),
            Reason::MalformedSigner { detail } => {
                write!(
                    f,
                    "the signature is malformed ({detail}) and cannot be checked; ask the sender to \
                     send it again"
                )
            }
            Reason::ContentInDetached => f.write_str(
                "the detached signature carries content of its own, so what is shown need not be \
                 what was signed; do not rely on the message, and ask the sender to send it again",
            ),
            Reason::NoContent => f.write_str(
                "the signature carries no content, and none stands beside it; pass the content that \
                 was signed",
            ),
            Reason::ContentNotHeld => f.write_str(
                "this signature can only be checked with the whole content in memory; open the \
                 message in memory instead of as a stream",
            ),
            Reason::Budget { what, limit } => {
                write!(
                    f,
                    "the message asks for too much work, more than {limit} {what}; if you expect such \
                     messages, raise the bound in Limits"
                )
            }
            Reason::UnknownIssuer { issuer } => write!(
                f,
                "no trust anchor vouches for the certificate; if you trust the CA that issued it \
                 ({issuer}), add it to the trust anchors, or pass the intermediate certificates that \
                 are missing"
            ),
            Reason::NoAnchors => f.write_str(
                "there are no trust anchors; give the CA certificates you trust for mail",
            ),
            Reason::CertificateSignature { subject } => write!(
                f,
                "the signature on the certificate of {subject} does not verify with its \
                 issuer's key: it was changed or forged; do not trust it, and ask its owner for the \
                 real one"
            ),
            Reason::NotAuthority { subject } => write!(
                f,
                "{subject} is not marked as a certification authority and cannot vouch for anybody; do \
                 not trust what it issued"
            ),
            Reason::PathTooLong { subject, allowed } => write!(
                f,
                "{subject} allows {allowed} certification authorities below it, and there are more; \
                 tell the CA that issued the certificate"
            ),
            Reason::IssuerKeyUsage { subject, needed } => {
                write!(
                    f,
                    "{subject} was not issued for what it did: its key usage lacks {needed}; tell the \
                     CA that issued the certificate"
                )
            }
            Reason::DistrustedAfter { subject, date } => write!(
                f,
                "{subject} is trusted only for certificates from before {}, and this one is newer; \
                 get one from another CA",
                Moment(*date)
            ),
            Reason::NameConstraint { name, subject } => {
                write!(
                    f,
                    "{subject} may not vouch for {name}, and did; do not trust the certificate for it"
                )
            }
            Reason::Issuer { subject, reason } => {
                write!(f, "with the issuer {subject}: {reason}")
            },
            Reason::Revoked {
                subject,
                when,
                reason,
            } => write!(
                f,
                "the certificate of {subject} was revoked on {} ({reason}); ask its owner for the \
                 new one",
                Moment(*when)
            ),
            Reason::RevocationUnknown { subject, detail } => write!(
                f,
                "whether the certificate of {subject} was revoked is not known: {detail}; get \
                 the current revocation list of its CA, or an OCSP response, and pass it on"
            ),
            Reason::NoFrom { detail } => write!(
                f,
                "From does not say who sent the message ({detail}), so no signer can be compared with \
                 it; go by the certificate and not by what is shown as the sender"
            ),
            Reason::NobodyExpected => f.write_str(
                "nothing says who must have signed this, so anybody with a certificate can have; name the \
                 signer (Opener::expect_signer, on the command line --signer)",
            ),
            Reason::AnySigner { certificate_names } if certificate_names.is_empty() => f.write_str(
                "anybody with a certificate was accepted as signer, and this one names no address; look \
                 who it is",
            ),
            Reason::AnySigner { certificate_names } => write!(
                f,
                "anybody with a certificate was accepted as signer; this one is of {}",
                certificate_names.join(", ")
            ),
            Reason::SeveralFrom => f.write_str(
                "the message has several From addresses, and mail programs differ in which one they \
                 show; go by the certificate and not by what is shown as the sender",
            ),
            Reason::SignedBySender { sender, from } => write!(
                f,
                "signed by Sender ({sender}), not by From ({from}); trust it only if that one may \
                 speak for the other"
            ),
            Reason::MisleadingName { name, address } => write!(
                f,
                "the name \"{name}\" shows an address that is not the real one; go by the \
                 real one, {address}"
            ),
            Reason::Confusable {
                from,
                certificate_names,
            } => write!(
                f,
                "{from} looks like {certificate_names} and is another address; somebody may be \
                 pretending, so ask the one you know in another way"
            ),
            Reason::LocalPartCase {
                from,
                certificate_names,
            } => write!(
                f,
                "{from} and the certificate's {certificate_names} differ in upper and lower case only, \
                 which nearly every provider takes for the same; ask if you are not sure"
            ),
            Reason::DateDiffers { signed, date } => write!(
                f,
                "it was signed on {}, by the signer's own clock, and the Date field says {}; an old \
                 message may have been sent again",
                Moment(*signed),
                Moment(*date)
            ),
            Reason::SignedInFuture { signed } => write!(
                f,
                "the signer says it was signed on {}, which has not come yet; check the clocks",
                Moment(*signed)
            ),
            Reason::AddressedToOthers { recipients } => write!(
                f,
                "the signer wrote to {} and not to you; unless a mailing list or a copy explains \
                 it, somebody may have passed the message on as if it were meant for you",
                recipients.join(", ")
            ),
            Reason::HeaderDiffers { field } => write!(
                f,
                "the header field {field} is not what its copy inside of the message says; ask the sender which \
                 one is meant"
            ),
            Reason::NoIntegrity { cipher } => write!(
                f,
                "{cipher} hides the content and does not notice changes; without a trusted signature \
                 inside do not rely on it"
            ),
            Reason::ShortTag { bytes } => write!(
                f,
                "the authentication tag has {bytes} bytes instead of 16, which is easier to forge; \
                 ask the sender for the full length"
            ),
            Reason::KeyEncryption { name } => write!(
                f,
                "the policy in force does not accept content keys encrypted with {name}; ask the \
                 sender for another way"
            ),
            Reason::SignatureRequired => {
                f.write_str("a signature is required; ask the sender to sign")
            }
            Reason::EncryptionRequired => {
                f.write_str("encryption is required; ask the sender to encrypt")
            }
            Reason::AuthenticatedEncryptionRequired => f.write_str(
                "encryption that notices changes is required; ask the sender for AES-GCM",
            ),
            Reason::PartlyProtected => f.write_str(
                "only a part of the message is protected; look at the parts one by one",
            ),
            Reason::Skipped { what } => write!(
                f,
                "something in the message was left out ({what}); all else was judged without it"
            ),
        }
    }
}

#[cfg(test)]
mod tests;
