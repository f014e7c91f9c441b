//! Whom to believe: revocation for all subcommands, and the options of those that encrypt.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use smime::policy::StandardPolicy;
use smime::resolver::{CertificateResolver, FolderResolver, FoundCertificate};
use smime::{Error, Identity, Mailbox, Protector, TrustAnchors};

use crate::files;

/// What it means that nobody says whether a certificate was revoked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Revocation {
    /// Only what is known to be revoked is refused
    Soft,
    /// It is refused as well when nobody says so
    Hard,
    /// Nobody asks
    None,
}

impl Revocation {
    pub fn policy(self, policy: StandardPolicy) -> StandardPolicy {
        match self {
            Revocation::Soft => policy,
            Revocation::Hard => policy.require_revocation(),
            Revocation::None => policy.danger_ignore_revocation(),
        }
    }
}

#[derive(Args)]
pub struct Trust {
    /// Encrypt only to those in --certs that these roots vouch for: with it, a certificate is not
    /// trusted because it is in the folder. Those that the store learned from mail need it too.
    /// Those of --to and --sign, and those you put into the store, are named by you and need no
    /// root. Repeated: more of them
    #[arg(long, value_name = "CA", help_heading = "Trust")]
    pub anchors: Vec<PathBuf>,
    /// Certificates that may stand between a certificate and a root
    #[arg(
        long,
        value_name = "CERT",
        requires = "anchors",
        help_heading = "Trust"
    )]
    pub intermediate: Vec<PathBuf>,
    /// Revocation lists (DER or PEM). Whoever they name is refused, those of --to and --sign too.
    /// They count when there is a path to a root: give --intermediate as well. The report says
    /// where there is none
    #[arg(
        long,
        value_name = "FILE",
        requires = "anchors",
        help_heading = "Trust"
    )]
    pub crl: Vec<PathBuf>,
    /// OCSP responses (DER or PEM), one in each file. They count like revocation lists
    #[arg(
        long,
        value_name = "FILE",
        requires = "anchors",
        help_heading = "Trust"
    )]
    pub ocsp: Vec<PathBuf>,
    /// What it means that nobody says whether a certificate was revoked, wherever it came from
    #[arg(
        long,
        value_name = "HOW",
        default_value = "soft",
        requires = "anchors",
        help_heading = "Trust"
    )]
    pub revocation: Revocation,
}

impl Trust {
    /// Reads every file these options name.
    pub fn set(&self, mut protector: Protector) -> Result<Protector> {
        if self.anchors.is_empty() {
            return Ok(protector);
        }
        protector = protector
            .anchors(&anchors(&self.anchors)?)
            .policy(self.revocation.policy(StandardPolicy::new()));
        for path in &self.intermediate {
            protector = protector.certificates(&files::certificates(path)?);
        }
        for path in &self.crl {
            protector = protector.crls(&files::crls(path)?);
        }
        for path in &self.ocsp {
            protector = protector.ocsp_responses([&files::ocsp_response(path)?]);
        }
        Ok(protector)
    }

    /// Asks the folder; with anchors nothing is trusted because it is in there.
    pub fn resolver(&self, folder: FolderResolver) -> Resolver {
        let is_trusted = self.anchors.is_empty();
        Resolver { folder, is_trusted }
    }
}

/// All certificates of these files.
pub fn anchors(paths: &[PathBuf]) -> Result<TrustAnchors> {
    let mut anchors = TrustAnchors::new();
    for path in paths {
        for certificate in files::anchors(path)?.certificates() {
            anchors.add(certificate);
        }
    }
    Ok(anchors)
}

/// A folder of certificates, pinned or not.
pub struct Resolver {
    folder: FolderResolver,
    is_trusted: bool,
}

impl CertificateResolver for Resolver {
    fn signing_identity(&self, from: &Mailbox) -> Result<Option<Identity>, Error> {
        self.folder.signing_identity(from)
    }

    fn encryption_certificates(&self, to: &Mailbox) -> Result<Vec<FoundCertificate>, Error> {
        let found = self.folder.encryption_certificates(to)?;
        Ok(match self.is_trusted {
            true => found,
            false => found
                .iter()
                .map(|one| FoundCertificate::candidate(one.certificate().clone()))
                .collect(),
        })
    }
}
