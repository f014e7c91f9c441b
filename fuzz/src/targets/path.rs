use smime::cert::path::Validator;
use smime::cert::{Crl, OcspResponse};
use smime::{Certificate, TrustAnchors};

use crate::input::Input;
use crate::shown;
use crate::world::{limits, policy, world};

/// Certificates, lists and responses that may be taken.
const MOST: usize = 24;

/// A path, and the revocation of what is on it, over any set of certificates, lists and responses.
///
/// One byte of options; then objects, each behind a byte that says what it is for and a length of two bytes. The
/// last certificate is the one whose path is looked for.
pub fn path(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let mut anchors = match how & 1 {
        0 => world().anchors.clone(),
        _ => TrustAnchors::new(),
    };
    let (mut certificates, mut lists, mut responses) = (vec![], vec![], vec![]);
    for _ in 0..MOST {
        if input.is_empty() {
            break;
        }
        let role = input.byte();
        let object = input.block();
        match role % 4 {
            0 | 1 => {
                if let Ok(certificate) = Certificate::from_bytes(object) {
                    if role % 4 == 1 {
                        anchors.add(&certificate);
                    }
                    certificates.push(certificate);
                }
            }
            2 => lists.extend(Crl::from_bytes(object)),
            _ => responses.extend(OcspResponse::from_bytes(object)),
        }
    }
    let end = certificates.last().unwrap_or(&world().middle).clone();
    let policy = match how >> 1 & 3 {
        0 => policy(),
        1 => policy().require_revocation(),
        2 => policy().legacy(),
        _ => policy().danger_ignore_revocation(),
    };
    let validator = Validator::new(&anchors)
        .certificates(&certificates)
        .crls(&lists)
        .ocsp_responses(&responses)
        .policy(policy)
        .limits(limits());
    let before = smime::fuzzing::accepted_signatures();
    match validator.validate(&end) {
        Ok(path) => {
            let found = path.certificates();
            assert_eq!(found.first(), Some(&end));
            let anchor = found.last().expect("a path is not empty");
            assert!(
                anchors.certificates().contains(anchor),
                "the path ends at no anchor"
            );
            assert!(found.len() <= certificates.len() + anchors.certificates().len() + 1);
            let signatures = u64::try_from(found.len()).expect("few") - 1;
            assert!(smime::fuzzing::accepted_signatures() >= before + signatures);
            assert!(path.checks().iter().all(|check| !check.is_failed()));
            path.checks()
                .iter()
                .for_each(|check| shown::line(check.what()));
            shown::line(&path.policies().to_string());
        }
        Err(failure) => {
            failure.to_string().lines().for_each(shown::line);
            failure
                .reasons()
                .for_each(|reason| shown::line(&reason.to_string()));
            failure
                .checks()
                .iter()
                .for_each(|check| shown::line(check.what()));
            assert!(failure.to_string().len() < 200_000);
        }
    }
}
