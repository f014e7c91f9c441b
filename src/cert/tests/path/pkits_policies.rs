//! The sub-tests of PKITS 4.8 to 4.12 with other policy inputs.

use std::process::Command;

use super::corpora::{IN_2020, Pkits};
use super::*;
use crate::cert::ca::{ANY_POLICY, pem};

/// Inputs of RFC 5280 6.1.1 c, e, f, g.
#[derive(Clone, Copy, Debug, Default)]
struct Given {
    /// Numbers of the test policies; none: any-policy.
    policies: &'static [u8],
    explicit: bool,
    no_mapping: bool,
    no_any: bool,
}

const fn explicit(policies: &'static [u8]) -> Given {
    Given {
        policies,
        explicit: true,
        no_mapping: false,
        no_any: false,
    }
}

/// What is asked of no more than the certificates ask.
const ANY: Given = Given {
    explicit: false,
    ..explicit(&[])
};
const EXPLICIT: Given = explicit(&[]);
const NO_MAPPING: Given = Given {
    no_mapping: true,
    ..EXPLICIT
};
const NO_ANY: Given = Given {
    no_any: true,
    ..EXPLICIT
};

/// NIST-test-policy-`number`.
fn oid(number: u8) -> String {
    format!("2.16.840.1.101.3.2.1.48.{number}")
}

impl Given {
    fn constraints(self) -> AnchorConstraints {
        let mut constraints = AnchorConstraints::new();
        if !self.policies.is_empty() {
            let oids: Vec<String> = self.policies.iter().copied().map(oid).collect();
            let oids = oids.iter().map(String::as_str);
            constraints = constraints.policies(oids).unwrap();
        }
        if self.explicit {
            constraints = constraints.require_explicit_policy();
        }
        if self.no_mapping {
            constraints = constraints.inhibit_policy_mapping();
        }
        if self.no_any {
            constraints = constraints.inhibit_any_policy();
        }
        constraints
    }

    fn options(self) -> Vec<String> {
        let mut options = vec!["-policy_check".to_owned()];
        // Without any, OpenSSL takes the empty set.
        let any = self.policies.is_empty().then(|| ANY_POLICY.to_owned());
        for policy in self.policies.iter().copied().map(oid).chain(any) {
            options.extend(["-policy".into(), policy]);
        }
        let flags = [
            (self.explicit, "-explicit_policy"),
            (self.no_mapping, "-inhibit_map"),
            (self.no_any, "-inhibit_any"),
        ];
        let set = flags.iter().filter(|(is_set, _)| *is_set);
        options.extend(set.map(|(_, flag)| (*flag).to_owned()));
        options
    }
}

impl Pkits {
    fn under(&self, leaf: &Certificate, given: Given) -> Result<VerifiedPath, PathFailure> {
        let mut anchors = TrustAnchors::new();
        for anchor in self.anchors.certificates() {
            anchors.add_constrained(anchor, given.constraints());
        }
        let policy = StandardPolicy::at(UNIX_EPOCH + Duration::from_secs(IN_2020));
        validate(&PathInputs {
            certificate: leaf,
            intermediates: &self.all,
            anchors: &anchors,
            given: RevocationInputs::default(),
            received: RevocationInputs::default(),
            now: policy.now(),
            policy: &policy,
            limits: &Limits::default(),
        })
    }
}

/// The policies under which a path is valid: `None` when there is no path, `Some(&[ANY_NUMBER])` for all.
type Valid = Option<&'static [u8]>;

const ANY_NUMBER: u8 = 0;
const NO: Valid = None;
/// Valid, because nobody asks for a policy.
const UNASKED: Valid = Some(&[]);

/// Each derived from the policies in the certificates (`openssl x509 -text`) by RFC 5280 6.1.
const SUB_TESTS: [(&str, &[(Given, Valid)]); 40] = [
    (
        "ValidCertificatePathTest1",
        &[
            (ANY, Some(&[1])),
            (EXPLICIT, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
            (explicit(&[1, 2]), Some(&[1])),
        ],
    ),
    (
        "AllCertificatesNoPoliciesTest2",
        &[(ANY, UNASKED), (EXPLICIT, NO)],
    ),
    (
        "DifferentPoliciesTest3",
        &[(ANY, UNASKED), (EXPLICIT, NO), (explicit(&[1, 2]), NO)],
    ),
    ("DifferentPoliciesTest4", &[(ANY, NO)]),
    ("DifferentPoliciesTest5", &[(ANY, NO)]),
    (
        "OverlappingPoliciesTest6",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
            (
                Given {
                    explicit: false,
                    ..explicit(&[2])
                },
                NO,
            ),
        ],
    ),
    ("DifferentPoliciesTest7", &[(ANY, NO)]),
    ("DifferentPoliciesTest8", &[(ANY, NO)]),
    ("DifferentPoliciesTest9", &[(ANY, NO)]),
    (
        "AllCertificatesSamePoliciesTest10",
        &[
            (ANY, Some(&[1, 2])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), Some(&[2])),
        ],
    ),
    (
        "AllCertificatesanyPolicyTest11",
        &[
            (ANY, Some(&[ANY_NUMBER])),
            (explicit(&[1]), Some(&[1])),
            (NO_ANY, NO),
        ],
    ),
    ("DifferentPoliciesTest12", &[(ANY, NO)]),
    (
        "AllCertificatesSamePoliciesTest13",
        &[
            (ANY, Some(&[1, 2, 3])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), Some(&[2])),
            (explicit(&[3]), Some(&[3])),
            (explicit(&[4]), NO),
        ],
    ),
    (
        "AnyPolicyTest14",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
        ],
    ),
    (
        "UserNoticeQualifierTest15",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
        ],
    ),
    (
        "UserNoticeQualifierTest16",
        &[(EXPLICIT, Some(&[1])), (explicit(&[2]), NO)],
    ),
    (
        "UserNoticeQualifierTest17",
        &[
            (EXPLICIT, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (NO_ANY, NO),
        ],
    ),
    (
        "UserNoticeQualifierTest18",
        &[
            (ANY, Some(&[1, 2])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), Some(&[2])),
            (NO_ANY, Some(&[1])),
        ],
    ),
    ("UserNoticeQualifierTest19", &[(EXPLICIT, Some(&[1]))]),
    ("CPSPointerQualifierTest20", &[(EXPLICIT, Some(&[1]))]),
    (
        "ValidrequireExplicitPolicyTest1",
        &[(ANY, UNASKED), (EXPLICIT, NO)],
    ),
    ("ValidrequireExplicitPolicyTest4", &[(ANY, Some(&[1]))]),
    (
        "ValidPolicyMappingTest1",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
            (
                Given {
                    no_mapping: true,
                    ..explicit(&[1])
                },
                NO,
            ),
        ],
    ),
    ("InvalidPolicyMappingTest2", &[(ANY, NO), (NO_MAPPING, NO)]),
    (
        "ValidPolicyMappingTest3",
        &[
            (ANY, Some(&[2])),
            (explicit(&[1]), NO),
            (explicit(&[2]), Some(&[2])),
            (explicit(&[8]), NO),
        ],
    ),
    ("InvalidPolicyMappingTest4", &[(ANY, NO)]),
    (
        "ValidPolicyMappingTest5",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[6]), NO),
        ],
    ),
    (
        "ValidPolicyMappingTest6",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[6]), NO),
        ],
    ),
    (
        "ValidPolicyMappingTest9",
        &[
            (ANY, Some(&[1])),
            (explicit(&[2]), NO),
            (NO_MAPPING, Some(&[1])),
            (NO_ANY, NO),
        ],
    ),
    ("InvalidPolicyMappingTest10", &[(ANY, NO)]),
    (
        "ValidPolicyMappingTest11",
        &[(ANY, Some(&[1])), (explicit(&[2]), NO), (NO_MAPPING, NO)],
    ),
    (
        "ValidPolicyMappingTest12",
        &[
            (ANY, Some(&[1, 2])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), Some(&[2])),
            (explicit(&[3]), NO),
        ],
    ),
    (
        "ValidPolicyMappingTest13",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
        ],
    ),
    (
        "ValidPolicyMappingTest14",
        &[
            (ANY, Some(&[1])),
            (explicit(&[1]), Some(&[1])),
            (explicit(&[2]), NO),
        ],
    ),
    (
        "ValidinhibitPolicyMappingTest2",
        &[(ANY, Some(&[1])), (NO_MAPPING, NO)],
    ),
    (
        "ValidinhibitPolicyMappingTest4",
        &[(ANY, Some(&[2])), (explicit(&[1]), NO)],
    ),
    (
        "ValidSelfIssuedinhibitPolicyMappingTest7",
        &[(ANY, Some(&[1]))],
    ),
    ("ValidinhibitAnyPolicyTest2", &[(ANY, Some(&[1]))]),
    ("inhibitAnyPolicyTest3", &[(ANY, Some(&[1])), (NO_ANY, NO)]),
    (
        "ValidSelfIssuedinhibitAnyPolicyTest9",
        &[(ANY, Some(&[1])), (NO_ANY, NO)],
    ),
];

/// The 223 end entities with the default settings are in `pki_01_pkits`; here are 40 of them, under 96 settings. What PKITS
/// counts beyond the end entities, up to 246, are sub-tests of these with other inputs; the rest was added.
#[test]
fn pki_01_sub_tests_of_policies() {
    assert_eq!(
        SUB_TESTS
            .iter()
            .map(|(_, cases)| cases.len())
            .sum::<usize>(),
        96
    );
    let Some(pkits) = Pkits::read() else { return };
    for (name, cases) in SUB_TESTS {
        let mut leaves = pkits.leaves.iter();
        let (_, leaf) = leaves.find(|(known, _)| known == name).expect(name);
        for &(given, valid) in cases {
            let result = pkits.under(leaf, given);
            let found = result.as_ref().ok().map(VerifiedPath::policies);
            let words = format!("{name} {given:?}: {result:?}");
            assert_eq!(found.is_some(), valid.is_some(), "{words}");
            let Some((found, valid)) = found.zip(valid) else {
                let failure = result.unwrap_err();
                let is_about_policies =
                    |reason: &Reason| matches!(reason, Reason::CertificatePolicies { .. });
                assert!(failure.reasons().any(is_about_policies), "{name} {failure}");
                continue;
            };
            assert_eq!(found.is_any(), valid == [ANY_NUMBER], "{words}");
            let named = valid.iter().filter(|&&number| number != ANY_NUMBER);
            let named: Vec<String> = named.copied().map(oid).collect();
            assert_eq!(found.policies(), named, "{words}");
        }
    }
}

/// The end entities in `leaves` that OpenSSL accepts; `None` when there is no OpenSSL, which CI does not accept.
fn accepted(pkits: &Pkits, leaves: &[(&str, &Certificate)], given: Given) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, certificates: &[Certificate]| {
        let all = certificates.iter().map(|c| pem("CERTIFICATE", c.to_der()));
        let path = folder.path().join(name);
        std::fs::write(&path, all.collect::<String>()).unwrap();
        path
    };
    let mut command = Command::new("openssl");
    command.args(["verify", "-attime", &IN_2020.to_string()]);
    command.args(given.options());
    command.arg("-trusted");
    command.arg(write("anchors", pkits.anchors.certificates()));
    command.arg("-untrusted").arg(write("others", &pkits.all));
    for (name, leaf) in leaves {
        command.arg(write(name, std::slice::from_ref(leaf)));
    }
    match command.output() {
        Ok(output) => {
            let text = String::from_utf8(output.stdout).unwrap();
            let good = text.lines().filter_map(|line| line.strip_suffix(": OK"));
            let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
            Some(good.map(name).collect())
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "no openssl: {error}");
            crate::skip::loudly("comparison with OpenSSL, because there is no openssl");
            None
        }
    }
}

/// OpenSSL lets anyPolicy of a certificate that maps a policy stand for that policy, also where anyPolicy is inhibited.
/// By RFC 5280 6.1.3 d 2 it stands for none then, so that nothing is left to map (6.1.4 b 1).
const OPENSSL_IS_LAX: (&str, bool) = ("ValidPolicyMappingTest11", true);

/// Every end entity whose name says that it is about policies.
#[test]
fn policies_agree_with_openssl() {
    const ABOUT: [&str; 8] = [
        "olic",
        "Explicit",
        "Notice",
        "CPS",
        "Any",
        "nhibit",
        "Mapping",
        "ValidCertificatePath",
    ];
    let Some(pkits) = Pkits::read() else { return };
    let leaves = pkits.leaves.iter();
    let leaves = leaves.map(|(name, leaf)| (name.as_str(), leaf));
    let about = |name: &str| ABOUT.iter().any(|word| name.contains(word));
    let leaves: Vec<_> = leaves.filter(|(name, _)| about(name)).collect();
    assert!(leaves.len() > 60);
    let sets: [&[u8]; 3] = [&[], &[1], &[2]];
    for policies in sets {
        for given in [ANY, EXPLICIT, NO_MAPPING, NO_ANY] {
            let given = Given { policies, ..given };
            let Some(accepted) = accepted(&pkits, &leaves, given) else {
                return;
            };
            for (name, leaf) in &leaves {
                let ours = pkits.under(leaf, given);
                let theirs = accepted.iter().any(|known| known == name);
                let is_lax = (*name, given.no_any) == OPENSSL_IS_LAX && policies != [2];
                let expected = theirs && !is_lax;
                assert!(theirs || !is_lax, "no longer: {name} {given:?}");
                assert_eq!(ours.is_ok(), expected, "{name} {given:?} {ours:?}");
            }
        }
    }
}
