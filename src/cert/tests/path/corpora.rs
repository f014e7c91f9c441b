//! NIST PKITS and the certificates of RFC 9216.

use std::fs;

use super::super::corpora::{corpus, files};
use super::*;

fn pem(name: &str) -> Option<Certificate> {
    let folder = corpus("rfc9216")?;
    let file = files(&folder, &[".pem"])
        .into_iter()
        .find(|file| {
            file.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with(name)
        })
        .unwrap();
    Some(Certificate::from_bytes(&fs::read(file).unwrap()).unwrap())
}

#[test]
fn rfc9216_every_leaf_leads_to_its_root_and_to_the_other_one() {
    let (Some(rsa), Some(rsa_cross)) = (pem("3.1"), pem("3.3")) else {
        return;
    };
    let (Some(ed), Some(ed_cross)) = (pem("6.1"), pem("6.3")) else {
        return;
    };
    for (leaf, own, other, cross) in [
        ("4.1", &rsa, &ed, &rsa_cross),
        ("4.3", &rsa, &ed, &rsa_cross),
        ("5.1", &rsa, &ed, &rsa_cross),
        ("5.3", &rsa, &ed, &rsa_cross),
        ("7.1", &ed, &rsa, &ed_cross),
        ("7.3", &ed, &rsa, &ed_cross),
        ("8.1", &ed, &rsa, &ed_cross),
        ("8.3", &ed, &rsa, &ed_cross),
    ] {
        let leaf = pem(leaf).unwrap();
        let all = [&rsa_cross, &ed_cross, &rsa, &ed].map(Certificate::to_der);
        let to = |anchor: &Certificate, others: &[&[u8]]| {
            Case::new(leaf.to_der(), others, &[anchor.to_der()]).validate()
        };
        assert_eq!(to(own, &[]).unwrap().certificates().len(), 2);
        let path = to(other, &all).unwrap();
        assert_eq!(
            path.certificates(),
            [leaf.clone(), cross.clone(), other.clone()]
        );
        assert!(to(other, &[]).is_err(), "without the cross certificate");
    }
}

/// Tests of PKITS that must pass with its default settings and do not: the section, why, and how their names
/// begin.
const NOT_ACCEPTED: [(&str, &[&str]); 1] = [("4.1, DSA is not implemented", &["ValidDSA"])];

/// Tests that must fail because of revocation alone, so that they pass where no list is given.
const REVOCATION_ALONE: [(&str, &[&str]); 5] = [
    (
        "4.4",
        &[
            "InvalidMissingCRL",
            "InvalidRevoked",
            "InvalidBadCRL",
            "InvalidWrongCRL",
            "InvalidUnknownCRL",
            "InvalidOldCRL",
            "Invalidpre2000CRL",
            "InvalidNegativeSerialNumber",
            "InvalidLongSerialNumber",
            "InvalidSeparateCertificateandCRLKeys",
        ],
    ),
    (
        "4.5",
        &[
            "InvalidBasicSelfIssuedOldWithNewTest2",
            "InvalidBasicSelfIssuedNewWithOldTest5",
            "InvalidBasicSelfIssuedCRLSigningKeyTest7",
        ],
    ),
    (
        "4.7",
        &[
            "InvalidkeyUsageCriticalcRLSignFalse",
            "InvalidkeyUsageNotCriticalcRLSignFalse",
        ],
    ),
    (
        "4.14",
        &[
            "InvaliddistributionPoint",
            "InvalidonlyContains",
            "InvalidonlySomeReasons",
            "InvalidIDPwithindirectCRL",
            "InvalidcRLIssuer",
        ],
    ),
    ("4.15", &["InvaliddeltaCRL"]),
];

fn is_among(name: &str, list: &[(&str, &[&str])]) -> bool {
    let mut beginnings = list.iter().flat_map(|(_, beginnings)| *beginnings);
    beginnings.any(|beginning| name.starts_with(beginning))
}

/// 2020-01-01
pub(super) const IN_2020: u64 = 1_577_836_800;

/// All certificates and lists of PKITS.
pub(super) struct Pkits {
    pub all: Vec<Certificate>,
    pub leaves: Vec<(String, Certificate)>,
    pub anchors: TrustAnchors,
    crls: Vec<Crl>,
}

impl Pkits {
    pub(super) fn read() -> Option<Pkits> {
        let folder = corpus("pkits")?;
        let mut pkits = Pkits {
            all: Vec::new(),
            leaves: Vec::new(),
            anchors: TrustAnchors::new(),
            crls: Vec::new(),
        };
        for file in files(&folder, &[".crt"]) {
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let certificate = read(&fs::read(&file).unwrap());
            if name == "TrustAnchorRootCertificate" {
                pkits.anchors.add(&certificate);
            } else if let Some(name) = name.strip_suffix("EE") {
                pkits.leaves.push((name.to_owned(), certificate));
            } else {
                pkits.all.push(certificate);
            }
        }
        for file in files(&folder, &[".crl"]) {
            pkits
                .crls
                .push(Crl::from_bytes(&fs::read(&file).unwrap()).unwrap());
        }
        Some(pkits)
    }

    pub(super) fn validate(
        &self,
        leaf: &Certificate,
        crls: &[Crl],
        policy: StandardPolicy,
    ) -> Result<VerifiedPath, PathFailure> {
        validate(&PathInputs {
            certificate: leaf,
            intermediates: &self.all,
            anchors: &self.anchors,
            given: RevocationInputs {
                crls,
                ocsp_responses: &[],
            },
            received: RevocationInputs::default(),
            now: policy.now(),
            policy: &policy,
            limits: &Limits::default(),
        })
    }
}

/// Whether a test must fail with the default settings of PKITS.
fn must_fail(name: &str) -> bool {
    let different = |number| name == format!("DifferentPoliciesTest{number}");
    name.starts_with("Invalid") || [4, 5, 7, 8, 9, 12].into_iter().any(different)
}

/// Nothing that must fail is accepted; what must pass and does not is listed above. All end entities with the default
/// settings; other settings are in `pki_01_sub_tests_of_policies`.
#[test]
fn pki_01_pkits() {
    let Some(pkits) = Pkits::read() else { return };
    assert_eq!(pkits.leaves.len(), 223);
    let policy = StandardPolicy::at(UNIX_EPOCH + Duration::from_secs(IN_2020));
    for (name, leaf) in &pkits.leaves {
        let plain = pkits.validate(leaf, &[], policy);
        let strict = pkits.validate(leaf, &pkits.crls, policy.require_revocation());
        let (plain_passes, strict_passes) = if must_fail(name) {
            (is_among(name, &REVOCATION_ALONE), false)
        } else {
            let passes = !is_among(name, &NOT_ACCEPTED);
            (passes, passes)
        };
        assert_eq!(
            plain.is_ok(),
            plain_passes,
            "{name} without lists: {plain:#?}"
        );
        assert_eq!(
            strict.is_ok(),
            strict_passes,
            "{name} with lists: {strict:#?}"
        );
    }
}
