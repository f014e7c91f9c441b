//! The certificates of pkilint with the findings that are due on them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::corpora::{corpus, files};
use super::*;
use crate::cert::findings::examine;

/// Where what is due there and what is found here differ: end of the file's name, severity and code, and why.
const NOT_FOUND: [(&str, &str, &str); 5] = [
    (
        "",
        "INFO pkix.subject_key_identifier_method_1_identified",
        "how a CA computes an identifier says nothing to a user",
    ),
    (
        "",
        "NOTICE pkix.certificate_policies_policy_has_qualifier",
        "allowed, harmless, and in most certificates",
    ),
    (
        "individual/legacy/no_aia_issuers",
        "NOTICE googl.gmail.authority_info_access_ca_issuers_missing",
        "the text of cabf.aia_ca_issuers_missing says so",
    ),
    (
        "individual/legacy/rsa_key_no_param",
        "FATAL itu.invalid_asn1_syntax",
        "missing parameters are no fault of ASN.1; cabf.smime.prohibited_spki_algorithm_encoding tells of them",
    ),
    (
        "individual/legacy/no_crldp_extension",
        "WARNING cabf.smime.crldp_extension_missing",
        "the Baseline Requirements 1.0.10 say SHALL for every generation",
    ),
];
const NOT_DUE: [(&str, &str, &str); 2] = [
    (
        "individual/legacy/no_crldp_extension",
        "ERROR cabf.smime.crldp_extension_missing",
        "the Baseline Requirements 1.0.10 say SHALL for every generation",
    ),
    (
        "individual/legacy/sha1_signature",
        "ERROR smime.weak_signature",
        "the rule is for CAs; that clients do not verify SHA-1 any more is for users",
    ),
];

/// The same, when nobody says by which profile to judge: what only somebody who knows the CA's intention can find.
const CLAIMS_ANOTHER: [(&str, &str); 3] = [
    (
        "mailbox/strict/prohibited_eku_and_ku",
        "names no reserved policy: a private CA's",
    ),
    (
        "mailbox/legacy/invalid_ku_for_ecdsa",
        "names no reserved policy: a private CA's",
    ),
    (
        "individual/strict/clientauth_eku_and_othername",
        "names the policy of the multipurpose generation, which allows both",
    ),
];

struct Case {
    name: String,
    certificate: Certificate,
    profile: Profile,
    due: BTreeSet<String>,
}

fn cases() -> Vec<Case> {
    let Some(folder) = corpus("smime-br") else {
        return Vec::new();
    };
    let files = files(&folder, &[".crttest"]);
    assert_eq!(files.len(), 36);
    files.iter().map(|file| case(file)).collect()
}

fn case(file: &Path) -> Case {
    let bytes = fs::read(file).unwrap();
    let certificate = Certificate::from_bytes(&bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (_, rows) = text
        .split_once("node_path,validator,severity,code,message")
        .unwrap();
    let due = rows.lines().filter(|row| !row.is_empty()).map(|row| {
        let fields: Vec<&str> = row.split(',').collect();
        format!("{} {}", fields[2], fields[3])
    });
    let parts: Vec<&str> = file.iter().map(|part| part.to_str().unwrap()).collect();
    let [.., validation, generation, name] = parts.as_slice() else {
        panic!("{}", file.display());
    };
    let profile = Profile::new(
        match *validation {
            "mailbox" => Validation::Mailbox,
            "individual" => Validation::Individual,
            other => panic!("{other}"),
        },
        match *generation {
            "legacy" => Generation::Legacy,
            "multipurpose" => Generation::Multipurpose,
            "strict" => Generation::Strict,
            other => panic!("{other}"),
        },
    );
    let name = name.trim_end_matches(".crttest");
    Case {
        name: format!("{validation}/{generation}/{name}"),
        certificate,
        profile,
        due: due.collect(),
    }
}

/// Severity and code of what is found a day after it was issued.
fn found(case: &Case, profile: Option<Profile>) -> BTreeSet<String> {
    let day = Duration::from_secs(86_400);
    let policy = StandardPolicy::at(case.certificate.not_before() + day);
    let findings = match profile {
        Some(_) => examine(&case.certificate, profile, &policy),
        None => case.certificate.findings(&policy),
    };
    let all = findings.all().iter();
    all.map(|one| format!("{} {}", one.severity().name().to_uppercase(), one.code()))
        .collect()
}

/// All findings are compared, and every deviation of the table must occur.
#[test]
fn what_is_due_is_found_and_nothing_else() {
    let cases = cases();
    let mut used = BTreeSet::new();
    for case in &cases {
        let mut found = found(case, Some(case.profile));
        let mut due = case.due.clone();
        for (place, (name, finding, _)) in NOT_FOUND.iter().enumerate() {
            if case.name.ends_with(name) && due.remove(*finding) {
                used.insert(("not found", place));
            }
        }
        for (place, (name, finding, _)) in NOT_DUE.iter().enumerate() {
            if case.name.ends_with(name) && found.remove(*finding) {
                used.insert(("not due", place));
            }
        }
        assert_eq!(found, due, "{}", case.name);
    }
    if !cases.is_empty() {
        assert_eq!(used.len(), NOT_FOUND.len() + NOT_DUE.len());
    }
}

/// Most claim the profile of their folder, and are judged by what they claim.
#[test]
fn by_what_they_claim() {
    for case in cases() {
        let claims_another = CLAIMS_ANOTHER.iter().any(|(name, _)| case.name == *name);
        let (claimed, asked) = (found(&case, None), found(&case, Some(case.profile)));
        assert_eq!(claimed != asked, claims_another, "{}", case.name);
        let findings = case.certificate.findings(&StandardPolicy::at(now()));
        assert_eq!(
            findings.profile() != Some(case.profile),
            claims_another,
            "{}",
            case.name
        );
    }
}
