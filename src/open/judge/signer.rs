//! One signer: from the evidence of the signature to a status.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::time::SystemTime;

use crate::Mailbox;
use crate::cert::Certificate;
use crate::cert::path::{
    Attempt, PathFailure, PathInputs, PathPool, RevocationInputs, VerifiedPath, validate_in,
};
use crate::check::{Aspect, Check, Reason, visible};
use crate::cms::verify::{SignerEvidence, Standing};
use crate::open::config::Config;
use crate::open::date;
use crate::open::sender::Sender;
use crate::open::walk::{Found, Heading, Layer, Signer};
use crate::report::{SignerReport, SignerStatus};

/// Addresses of a certificate that are shown.
const SHOWN: usize = 10;
/// Characters of an address.
const LONGEST: usize = 200;

/// Judges the signers of one message; a certificate that signs twice is looked at once.
pub(super) struct Judge<'f> {
    config: &'f Config,
    now: SystemTime,
    headings: &'f [Heading],
    /// Who is expected when there is no From, or as well.
    expected: Option<Sender>,
    certificates: &'f [Certificate],
    /// What the message says about revocation.
    received: RevocationInputs<'f>,
    pool: OnceCell<PathPool<'f>>,
    paths: HashMap<Certificate, Result<VerifiedPath, PathFailure>>,
    /// By certificate and message.
    bindings: HashMap<(Certificate, Option<usize>), Binding>,
}

/// Whether a certificate is one of who is said to have written a message.
#[derive(Clone)]
pub(super) struct Binding {
    /// Never empty.
    pub checks: Vec<Check>,
    /// The address that was asked for, if the certificate names it.
    pub address: Option<String>,
}

/// What is to be said about a signer's certificate, beside checks.
#[derive(Default)]
struct About {
    path: Option<VerifiedPath>,
    path_failure: Option<PathFailure>,
    address: Option<String>,
}

impl<'f> Judge<'f> {
    pub(super) fn new(config: &'f Config, now: SystemTime, found: &'f Found) -> Judge<'f> {
        Judge {
            config,
            now,
            headings: &found.headings,
            expected: config.expected_signer.as_ref().map(Sender::expected),
            certificates: found.certificates.all(),
            received: RevocationInputs {
                crls: &found.crls,
                ocsp_responses: &found.ocsp_responses,
            },
            pool: OnceCell::new(),
            paths: HashMap::new(),
            bindings: HashMap::new(),
        }
    }

    pub(super) fn judge(&mut self, layer: &Layer, signer: &Signer) -> SignerReport {
        let mut checks = signer.checks.clone();
        let evidence = signer.evidence.as_ref();
        let certificate = evidence.and_then(SignerEvidence::certificate).cloned();
        let mut about = About::default();
        let status = match evidence {
            Some(evidence) => {
                checks.extend(evidence.checks().iter().cloned());
                match evidence.standing() {
                    Standing::Invalid => SignerStatus::Invalid,
                    Standing::Unchecked => {
                        if let Some(certificate) = &certificate {
                            about = self.about(certificate, layer, signer, &mut checks);
                        }
                        SignerStatus::Unchecked
                    }
                    Standing::Verified => match &certificate {
                        Some(certificate) => {
                            about = self.about(certificate, layer, signer, &mut checks);
                            let path = about.path.as_ref();
                            let is_sound = !evidence.is_legacy()
                                && path.is_some_and(|path| !path.is_legacy())
                                && !checks.iter().any(Check::is_failed)
                                && !layer.is_invalid;
                            match is_sound {
                                true => SignerStatus::Trusted,
                                false => SignerStatus::Untrusted,
                            }
                        }
                        None => SignerStatus::Unchecked,
                    },
                }
            }
            None if signer.is_malformed || layer.is_invalid => SignerStatus::Invalid,
            None => SignerStatus::Unchecked,
        };
        SignerReport {
            status,
            id: signer.id.clone(),
            algorithm: evidence.and_then(SignerEvidence::algorithm).cloned(),
            certificate,
            address: about.address,
            path: about.path,
            path_failure: about.path_failure,
            signing_time: signer.signing_time,
            checks,
        }
    }

    /// Everything that is to be said about a signer's certificate.
    fn about(
        &mut self,
        certificate: &Certificate,
        layer: &Layer,
        signer: &Signer,
        checks: &mut Vec<Check>,
    ) -> About {
        let (path, path_failure) = match self.path(certificate) {
            Ok(path) => {
                checks.extend(path.checks().iter().cloned());
                (Some(path.clone()), None)
            }
            Err(failure) => {
                checks.extend(failure.checks().iter().cloned());
                checks.extend(as_far_as_it_goes(failure));
                (None, Some(failure.clone()))
            }
        };
        checks.extend(certificate.signing_usage_checks());
        let binding = self.bind(certificate, layer.message);
        checks.extend(binding.checks.iter().cloned());
        let address = binding.address.clone();
        if let Some(heading) = self.heading(layer.message) {
            checks.extend(date::compare(
                &heading.header,
                signer.signing_time,
                self.now,
            ));
        }
        About {
            path,
            path_failure,
            address,
        }
    }

    pub(super) fn path(&mut self, certificate: &Certificate) -> &Result<VerifiedPath, PathFailure> {
        let (known, most) = (self.paths.len(), self.config.limits.paths);
        let anchors = &self.config.anchors;
        self.paths.entry(certificate.clone()).or_insert_with(|| {
            if known >= most {
                return Err(too_many(certificate, most));
            }
            let pool = self.pool.get_or_init(|| {
                PathPool::new(anchors, self.certificates.iter(), &self.config.limits)
            });
            let inputs = PathInputs {
                certificate,
                intermediates: self.certificates,
                anchors,
                given: RevocationInputs {
                    crls: &self.config.crls,
                    ocsp_responses: &self.config.ocsp_responses,
                },
                received: self.received,
                now: self.now,
                policy: self.config.policy.as_ref(),
                limits: &self.config.limits,
            };
            validate_in(pool, &inputs)
        })
    }

    pub(super) fn bind(&mut self, certificate: &Certificate, message: Option<usize>) -> &Binding {
        let heading = self.heading(message);
        let expected = match message {
            // The caller speaks of the mail, not of what is forwarded in it.
            None | Some(0) => self.expected.as_ref(),
            Some(_) => None,
        };
        let key = (certificate.clone(), message);
        self.bindings
            .entry(key)
            .or_insert_with(|| bound(self.config, heading, expected, certificate))
    }

    pub(super) fn now(&self) -> SystemTime {
        self.now
    }

    pub(super) fn config(&self) -> &'f Config {
        self.config
    }

    fn heading(&self, message: Option<usize>) -> Option<&'f Heading> {
        self.headings.get(message?)
    }
}

/// The certificates up to the one where it ends.
fn as_far_as_it_goes(failure: &PathFailure) -> Option<Check> {
    let subjects: Vec<String> = failure
        .certificates()
        .iter()
        .map(Certificate::subject)
        .collect();
    let what = format!("the path goes as far as {}", subjects.join(" → "));
    (subjects.len() > 1).then(|| Check::note(Aspect::Path, what, "RFC 5280 6.1"))
}

fn has_from(heading: &Heading) -> bool {
    heading.header.fields.iter().any(|field| field.is("From"))
}

/// Whether the certificate is one of the author, and of the signer that was expected.
fn bound(
    config: &Config,
    heading: Option<&Heading>,
    expected: Option<&Sender>,
    certificate: &Certificate,
) -> Binding {
    let strict = config.strict_local_part;
    let from = heading.filter(|heading| expected.is_none() || has_from(heading));
    let mut checks = Vec::new();
    if let Some(heading) = from {
        checks.extend(heading.sender.bind(certificate, strict));
    }
    if let Some(expected) = expected {
        checks.extend(expected.bind(certificate, strict));
    }
    if checks.is_empty() {
        checks.push(by_anybody(config, certificate));
    }
    let asked_for = match from {
        Some(heading) => author(heading),
        None => expected.and(config.expected_signer.clone()),
    };
    let address = asked_for
        .filter(|_| !checks.iter().any(Check::is_failed))
        .map(|mailbox| visible(&mailbox.address(), LONGEST));
    Binding { checks, address }
}

/// There is nobody to compare the certificate with.
fn by_anybody(config: &Config, certificate: &Certificate) -> Check {
    if !config.any_signer {
        return Check::failed(Aspect::Address, "the signer", Reason::NobodyExpected);
    }
    let addresses = certificate.addresses().iter().take(SHOWN);
    let certificate_names = addresses.map(|address| visible(address, LONGEST)).collect();
    let why = Reason::AnySigner { certificate_names };
    Check::noted(Aspect::Address, "the signer", why)
}

/// The address in From, of which there is exactly one when a certificate was found to name it.
fn author(heading: &Heading) -> Option<Mailbox> {
    let field = heading.header.unique("From").ok()??;
    Mailbox::parse(&field.text().ok()?).ok()
}

/// Enough certificates of this mail were looked at. Whoever sends it can add any number.
fn too_many(certificate: &Certificate, most: usize) -> PathFailure {
    let why = Reason::Budget {
        what: "certificates of signers looked at",
        limit: u64::try_from(most).unwrap_or(u64::MAX),
    };
    let attempt = Attempt {
        certificates: vec![certificate.clone()],
        reasons: vec![why.clone()],
    };
    PathFailure {
        certificates: vec![certificate.clone()],
        checks: vec![Check::failed(
            Aspect::Path,
            "certificate of the signer",
            why,
        )],
        statuses: Vec::new(),
        attempts: vec![attempt],
    }
}
