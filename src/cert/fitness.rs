//! What makes a certificate usable: for whom, when, and for what.

use std::time::SystemTime;

use const_oid::db::rfc5280::{ANY_EXTENDED_KEY_USAGE, ID_KP_EMAIL_PROTECTION};

use super::Certificate;
use crate::Mailbox;
use crate::check::{Aspect, Check, Reason};
use crate::crypto::public_key::KeyKind;
use crate::policy::Policy;

impl Certificate {
    /// Why mail to `to` must not be encrypted to this certificate at the time `now`; empty when it may.
    ///
    /// Looked at: dates, key usage (keyEncipherment for RSA, keyAgreement for elliptic curves; none at
    /// all allows everything), extended key usage, that `to` is named (`None`: somebody else vouches
    /// for that), kind and size of key, that it is not a CA's, and critical extensions
    /// (RFC 8550 3, 4.4; RFC 5280 4.2; RFC 5753 5; RFC 8418 5).
    pub fn unfit_to_encrypt(
        &self,
        to: Option<&Mailbox>,
        now: SystemTime,
        policy: &dyn Policy,
    ) -> Vec<Reason> {
        let mut reasons = self.unfit_for_mail(to, now, policy);
        let usage = self.0.extensions.key_usage;
        match self.public_key().kind() {
            KeyKind::Rsa { .. } => {
                if usage.is_some_and(|usage| !usage.key_encipherment()) {
                    reasons.push(Reason::KeyUsage {
                        needed: "keyEncipherment",
                    });
                }
            }
            KeyKind::P256 | KeyKind::P384 | KeyKind::P521 | KeyKind::X25519 => {
                if usage.is_some_and(|usage| !usage.key_agreement()) {
                    reasons.push(Reason::KeyUsage {
                        needed: "keyAgreement",
                    });
                }
            }
            KeyKind::RsaPss { .. } => reasons.push(Reason::WrongKindOfKey {
                algorithm: "RSASSA-PSS",
                operation: "encrypt",
            }),
            KeyKind::Ed25519 => reasons.push(Reason::WrongKindOfKey {
                algorithm: "Ed25519",
                operation: "encrypt",
            }),
            KeyKind::Other(oid) => unsupported(&mut reasons, oid),
        }
        reasons
    }

    /// Why mail from `from` must not be signed with this certificate at the time `now`; empty when it may.
    ///
    /// Looked at: what [`Certificate::unfit_to_encrypt`] looks at, with digitalSignature or nonRepudiation
    /// as the key usage (RFC 8550 4.4.2).
    pub fn unfit_to_sign(
        &self,
        from: Option<&Mailbox>,
        now: SystemTime,
        policy: &dyn Policy,
    ) -> Vec<Reason> {
        let mut reasons = self.unfit_for_mail(from, now, policy);
        self.unfit_key_to_sign(&mut reasons);
        reasons
    }

    /// Whether it can sign mail at all, whatever the time, the address and the policy.
    pub(crate) fn can_sign(&self) -> bool {
        let mut reasons = self.unfit_at_any_time();
        self.unfit_key_to_sign(&mut reasons);
        reasons.is_empty()
    }

    /// What kind of key and key usage say against signing.
    fn unfit_key_to_sign(&self, reasons: &mut Vec<Reason>) {
        match self.public_key().kind() {
            KeyKind::X25519 => reasons.push(Reason::WrongKindOfKey {
                algorithm: "X25519",
                operation: "sign",
            }),
            KeyKind::Other(oid) => unsupported(reasons, oid),
            KeyKind::Rsa { .. }
            | KeyKind::RsaPss { .. }
            | KeyKind::P256
            | KeyKind::P384
            | KeyKind::P521
            | KeyKind::Ed25519 => {
                if self.0.extensions.key_usage.is_some_and(|u| !u.signs()) {
                    reasons.push(Reason::KeyUsage {
                        needed: "digitalSignature",
                    });
                }
            }
        }
    }

    /// What encrypting and signing have in common.
    fn unfit_for_mail(
        &self,
        address: Option<&Mailbox>,
        now: SystemTime,
        policy: &dyn Policy,
    ) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if now < self.not_before() {
            reasons.push(Reason::NotYetValid {
                not_before: self.not_before(),
            });
        }
        if now > self.not_after() {
            reasons.push(Reason::Expired {
                not_after: self.not_after(),
            });
        }
        if let Some(address) = address
            && !self.names(address)
        {
            reasons.push(match self.addresses() {
                [] => Reason::NamesNoAddress,
                names => Reason::AddressMismatch {
                    address: address.address(),
                    certificate_names: names.iter().map(|n| escaped(n)).collect(),
                },
            });
        }
        if let Err(reason) = policy.key(&self.public_key().kind()) {
            reasons.push(reason);
        }
        reasons.extend(self.unfit_at_any_time());
        reasons
    }

    /// What its extensions say against mail.
    fn unfit_at_any_time(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        reasons.extend(self.unfit_as_authority());
        reasons.extend(self.unfit_purposes());
        reasons.extend(self.unfit_extensions());
        reasons
    }

    fn unfit_as_authority(&self) -> Option<Reason> {
        self.0
            .extensions
            .is_ca
            .then_some(Reason::CertificateAuthority)
    }

    /// Whether the extended key usage keeps it, or what it issues, from being used for mail.
    pub(super) fn unfit_purposes(&self) -> Option<Reason> {
        let purposes = self.0.extensions.extended_key_usage.as_ref()?;
        let for_mail = purposes.contains(&ID_KP_EMAIL_PROTECTION)
            || purposes.contains(&ANY_EXTENDED_KEY_USAGE);
        (!for_mail).then_some(Reason::ExtendedKeyUsage)
    }

    /// Extensions that are critical and unknown, cannot be read or stand there twice (RFC 5280 4.2).
    pub(super) fn unfit_extensions(&self) -> Vec<Reason> {
        let extensions = &self.0.extensions;
        let mut reasons = Vec::new();
        for oid in &extensions.unknown_critical {
            reasons.push(Reason::UnknownCriticalExtension { oid: oid.clone() });
        }
        for extension in &extensions.malformed {
            reasons.push(Reason::MalformedExtension {
                extension: extension.clone(),
            });
        }
        if self.0.addresses.malformed {
            reasons.push(Reason::MalformedExtension {
                extension: "subjectAltName".into(),
            });
        }
        reasons
    }

    /// Whether it may sign mail, apart from time, path and address: key usage, extended key usage, not a CA's,
    /// extensions (RFC 8550 4.4). One check for each, passed or failed.
    pub(crate) fn signing_usage_checks(&self) -> Vec<Check> {
        let mut key = Vec::new();
        self.unfit_key_to_sign(&mut key);
        let asked = [
            ("key usage for signatures", "RFC 8550 4.4.2", key),
            (
                "extended key usage for mail",
                "RFC 8550 4.4.4",
                self.unfit_purposes().into_iter().collect(),
            ),
            (
                "not the certificate of a certification authority",
                "RFC 8550 4.4.1",
                self.unfit_as_authority().into_iter().collect(),
            ),
            (
                "extensions of the certificate",
                "RFC 5280 4.2",
                self.unfit_extensions(),
            ),
        ];
        let mut checks = Vec::new();
        for (what, reference, reasons) in asked {
            if reasons.is_empty() {
                checks.push(Check::passed(Aspect::KeyUsage, what, reference));
            }
            for reason in reasons {
                checks.push(Check::failed(Aspect::KeyUsage, what, reason));
            }
        }
        checks
    }
}

/// A policy may have said so already.
fn unsupported(reasons: &mut Vec<Reason>, oid: String) {
    let reason = Reason::UnsupportedKey { oid };
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}

/// Addresses stand in one line of a report.
fn escaped(address: &str) -> String {
    address.chars().flat_map(char::escape_debug).collect()
}
