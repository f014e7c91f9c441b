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
const NOT_ACCEPTED: [(&str, &[&str]); 7] = [
    ("4.1, DSA is not implemented", &["ValidDSA"]),
    (
        "4.8, policyConstraints is refused",
        &[
            "AllCertificatesSamePoliciesTest10",
            "AllCertificatesSamePoliciesTest13",
            "AllCertificatesanyPolicyTest11",
            "AnyPolicyTest14",
            "OverlappingPoliciesTest6",
            "UserNoticeQualifierTest18",
        ],
    ),
    (
        "4.9, policyConstraints is refused",
        &[
            "ValidrequireExplicitPolicy",
            "ValidSelfIssuedrequireExplicitPolicy",
        ],
    ),
    (
        "4.10, critical policyMappings is refused",
        &["ValidPolicyMapping"],
    ),
    (
        "4.11, policyConstraints is refused",
        &[
            "ValidinhibitPolicyMapping",
            "ValidSelfIssuedinhibitPolicyMapping",
        ],
    ),
    (
        "4.12, policyConstraints is refused",
        &[
            "ValidinhibitAnyPolicy",
            "ValidSelfIssuedinhibitAnyPolicy",
            "inhibitAnyPolicyTest3",
        ],
    ),
    (
        "4.13, host names and URIs are not compared",
        &["ValidDNSname", "ValidURIname"],
    ),
];

/// The same, where revocation is required.
const STATUS_NOT_FOUND: [(&str, &[&str]); 2] = [
    (
        "4.14, lists with issuingDistributionPoint are not used",
        &[
            "ValiddistributionPoint",
            "ValidonlyContainsCACerts",
            "ValidonlySomeReasonsTest18",
            "ValidonlySomeReasonsTest19",
            "ValidIDPwithindirectCRL",
            "ValidcRLIssuer",
        ],
    ),
    ("4.15, a delta list ends the hold", &["ValiddeltaCRLTest5"]),
];

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

/// 4.15: the complete list is good and the delta list, which is not used, is not.
const NEWS_IN_A_DELTA: &str = "InvaliddeltaCRLTest4";

fn is_among(name: &str, list: &[(&str, &[&str])]) -> bool {
    let mut beginnings = list.iter().flat_map(|(_, beginnings)| *beginnings);
    beginnings.any(|beginning| name.starts_with(beginning))
}

/// All certificates and lists of PKITS.
struct Pkits {
    all: Vec<Certificate>,
    leaves: Vec<(String, Certificate)>,
    anchors: TrustAnchors,
    crls: Vec<Crl>,
}

impl Pkits {
    fn read() -> Option<Pkits> {
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

    fn validate(
        &self,
        leaf: &Certificate,
        crls: &[Crl],
        policy: StandardPolicy,
    ) -> Result<VerifiedPath, PathFailure> {
        validate(&PathInputs {
            certificate: leaf,
            intermediates: &self.all,
            anchors: &self.anchors,
            crls,
            message_crls: &[],
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

/// ATTACKS PKI-01: nothing that must fail is accepted; what must pass and does not is listed above.
#[test]
fn pki_01_pkits() {
    let Some(pkits) = Pkits::read() else { return };
    assert_eq!(pkits.leaves.len(), 223);
    // 2020-01-01
    let policy = StandardPolicy::at(UNIX_EPOCH + Duration::from_secs(1_577_836_800));
    for (name, leaf) in &pkits.leaves {
        let plain = pkits.validate(leaf, &[], policy);
        let strict = pkits.validate(leaf, &pkits.crls, policy.require_revocation());
        let (plain_passes, strict_passes) = if must_fail(name) {
            (is_among(name, &REVOCATION_ALONE), name == NEWS_IN_A_DELTA)
        } else {
            let passes = !is_among(name, &NOT_ACCEPTED);
            (passes, passes && !is_among(name, &STATUS_NOT_FOUND))
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
