//! Validation of a certificate outside of any message.

use std::sync::Arc;

use super::{PathFailure, PathInputs, RevocationInputs, VerifiedPath, validate};
use crate::Limits;
use crate::cert::{Certificate, Crl, OcspResponse, TrustAnchors};
use crate::policy::{Policy, StandardPolicy};

/// Validates certificates to trust anchors (RFC 5280 6), outside of any message.
///
/// What else there is to give is certificates that may stand between, in any order, and what says whether
/// certificates were revoked. What paths to an anchor must keep to is said with the anchor
/// ([`crate::cert::AnchorConstraints`]).
///
/// ```
/// use smime::cert::path::Validator;
/// use smime::cert::{AnchorConstraints, Certificate, TrustAnchors};
/// use smime::policy::StandardPolicy;
/// # use std::time::{Duration, UNIX_EPOCH};
/// # const ROOT: &[u8] = b"\
/// # -----BEGIN CERTIFICATE-----
/// # MIIBRDCB96ADAgECAhRb085L5zPq6lQ86UtrTgIPYd5m7jAFBgMrZXAwDzENMAsG
/// # A1UEAwwEUm9vdDAgFw0yNjExMjIyMjI1MTNaGA8yMDUxMDcxNDIyMjUxM1owDzEN
/// # MAsGA1UEAwwEUm9vdDAqMAUGAytlcAMhALXoqQSYhwb0/2IeeQta7iTcaApSum40
/// # rl2VxJftX+Imo2MwYTAdBgNVHQ4EFgQUWxkmgloKYqxLIdwbBkxJYp34NEIwHwYD
/// # VR0jBBgwFoAUWxkmgloKYqxLIdwbBkxJYp34NEIwDwYDVR0TAQH/BAUwAwEB/zAO
/// # BgNVHQ8BAf8EBAMCAQYwBQYDK2VwA0EAL9PNR/UJDKIwNSqlMlW//rSgm31Ynom1
/// # 3gQNzmdXUZu86UlAUUIEstMr1xhF7H4+IXdJQtRFOsrsE5+UCCQzCA==
/// # -----END CERTIFICATE-----";
/// # const BOB: &[u8] = b"\
/// # -----BEGIN CERTIFICATE-----
/// # MIIBhzCCATmgAwIBAgIUZx7t3zqAiCt2nElL62TY8HqW8fswBQYDK2VwMA8xDTAL
/// # BgNVBAMMBFJvb3QwIBcNMjYxMTIyMjIyNTEzWhgPMjA1MTA3MTMyMjI1MTNaMA4x
/// # DDAKBgNVBAMMA0JvYjAqMAUGAytlcAMhADLsFk6R6f19M9vMG08w1LLRpsvk7JFQ
/// # f7HTybW6I1qwo4GlMIGiMAkGA1UdEwQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1Ud
/// # JQQMMAoGCCsGAQUFBwMEMBoGA1UdEQQTMBGBD2JvYkBleGFtcGxlLm9yZzAUBgNV
/// # HSAEDTALMAkGB2eBDAEFAQMwHQYDVR0OBBYEFB3WF15CAghXA/u/nFBujjEIXgpI
/// # MB8GA1UdIwQYMBaAFFsZJoJaCmKsSyHcGwZMSWKd+DRCMAUGAytlcANBAN681OcO
/// # Xvpxulmp5FnfthkD7GwS9X+YEFSQuqpm919iJh4T0BZoqnyBr6BaME4pQjm3p/Wi
/// # lBCy1v/7Qjy9JQ0=
/// # -----END CERTIFICATE-----";
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let bob = Certificate::from_bytes(BOB)?;
/// let root = Certificate::from_bytes(ROOT)?;
/// # let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
///
/// let mut anchors = TrustAnchors::new();
/// anchors.add_constrained(&root, AnchorConstraints::new().permit_mail("example.org")?);
/// let path = Validator::new(&anchors)
///     .policy(StandardPolicy::at(now))
///     .validate(&bob)?;
/// assert_eq!(path.certificates(), [bob.clone(), root.clone()]);
/// assert!(path.policies().contains("2.23.140.1.5.1.3"));
///
/// // The same root, trusted for others only.
/// anchors.add_constrained(&root, AnchorConstraints::new().permit_mail("example.com")?);
/// let failure = Validator::new(&anchors)
///     .policy(StandardPolicy::at(now))
///     .validate(&bob)
///     .unwrap_err();
/// for attempt in failure.attempts() {
///     println!("{attempt}");
/// }
/// # assert!(failure.to_string().contains("CN=Root may not vouch for bob@example.org"));
/// # Ok(())
/// # }
/// ```
///
/// What a certificate may be used for, and by whom, is asked elsewhere ([`Certificate::unfit_to_encrypt`],
/// [`Certificate::unfit_to_sign`], [`Certificate::names`]). Nothing is fetched.
#[derive(Clone)]
pub struct Validator {
    anchors: TrustAnchors,
    intermediates: Vec<Certificate>,
    crls: Vec<Crl>,
    ocsp_responses: Vec<OcspResponse>,
    policy: Arc<dyn Policy>,
    limits: Limits,
}

impl Validator {
    /// Paths must end at one of these anchors.
    pub fn new(anchors: &TrustAnchors) -> Validator {
        Validator {
            anchors: anchors.clone(),
            intermediates: Vec::new(),
            crls: Vec::new(),
            ocsp_responses: Vec::new(),
            policy: Arc::new(StandardPolicy::new()),
            limits: Limits::default(),
        }
    }

    /// Certificates that may stand between: in any order, strangers are ignored.
    pub fn certificates<'c>(
        mut self,
        certificates: impl IntoIterator<Item = &'c Certificate>,
    ) -> Self {
        self.intermediates.extend(certificates.into_iter().cloned());
        self
    }

    /// Revocation lists.
    pub fn crls<'c>(mut self, crls: impl IntoIterator<Item = &'c Crl>) -> Self {
        self.crls.extend(crls.into_iter().cloned());
        self
    }

    /// OCSP responses.
    pub fn ocsp_responses<'c>(
        mut self,
        responses: impl IntoIterator<Item = &'c OcspResponse>,
    ) -> Self {
        self.ocsp_responses.extend(responses.into_iter().cloned());
        self
    }

    /// Judges keys and algorithms, says what unknown status means, and is the clock. Default:
    /// [`StandardPolicy`].
    pub fn policy(mut self, policy: impl Policy + 'static) -> Self {
        self.policy = Arc::new(policy);
        self
    }

    /// Other bounds.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// A path from this certificate to an anchor.
    ///
    /// # Errors
    /// Why there is none, for each candidate path that was tried.
    pub fn validate(&self, certificate: &Certificate) -> Result<VerifiedPath, PathFailure> {
        validate(&PathInputs {
            certificate,
            intermediates: &self.intermediates,
            anchors: &self.anchors,
            given: RevocationInputs {
                crls: &self.crls,
                ocsp_responses: &self.ocsp_responses,
            },
            received: RevocationInputs::default(),
            now: self.policy.now(),
            policy: self.policy.as_ref(),
            limits: &self.limits,
        })
    }
}

/// Without certificates and lists, which are many.
impl std::fmt::Debug for Validator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Validator")
            .field("anchors", &self.anchors.certificates().len())
            .field("certificates", &self.intermediates.len())
            .field("crls", &self.crls.len())
            .field("ocsp_responses", &self.ocsp_responses.len())
            .finish_non_exhaustive()
    }
}
