//! What is no answer to the question: the next place is asked.

use smime::Certificate;
use smime::online::{Response, Wanted};

use crate::ca::{Ca, Key};
use crate::people::{ALICE, ca};
use crate::tools::*;

/// Answers each URL with the content whose name is its last character.
fn served(files: Vec<(char, Vec<u8>)>) -> Stub {
    Stub::new(move |request| {
        let file = files
            .iter()
            .find(|(name, _)| request.url().ends_with(*name));
        let (_, content) = file.expect("a file that is served");
        Response::new(200, content.clone())
    })
}

const PLACES: [&str; 3] = [
    "http://ca.example/a",
    "http://ca.example/b",
    "http://ca.example/c",
];

#[test]
fn a_stranger_is_not_the_issuer() {
    let urls = Urls {
        issuers: &PLACES,
        ..Urls::default()
    };
    let alice = urls.certificate();
    let stranger = Ca::new("Somebody else's CA");
    let client = served(vec![
        ('a', stranger.certificate_der().to_vec()),
        ('b', ca().certificate_der().to_vec()),
    ]);
    let collected = collector(&client)
        .collect(&Wanted::new().issuer(&alice))
        .unwrap();
    assert_eq!(client.urls(), PLACES[..2], "the third is not needed");
    let found = collected.certificates();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].to_der(), ca().certificate_der());
    let [problem] = collected.problems() else {
        panic!("{:?}", collected.problems());
    };
    assert_eq!(problem.url(), PLACES[0]);
    assert!(problem.detail().contains("another subject"), "{problem}");
}

/// One URL for two issuers is the answer for one of them only.
#[test]
fn the_issuer_of_one_is_not_that_of_another() {
    let other = Ca::new("Other CA");
    let first = Urls {
        issuers: &PLACES[..1],
        ..Urls::default()
    };
    let both = Urls {
        issuers: &PLACES[..2],
        ..Urls::default()
    };
    let alice = first.certificate();
    let bob = both.into(other.certify(Key::P256, ALICE)).issue().0;
    let bob = Certificate::from_bytes(&bob).unwrap();
    let client = served(vec![
        ('a', ca().certificate_der().to_vec()),
        ('b', other.certificate_der().to_vec()),
    ]);
    let wanted = Wanted::new().issuer(&alice).issuer(&bob);
    let collected = collector(&client).collect(&wanted).unwrap();
    assert_eq!(collected.certificates().len(), 2);
    assert_eq!(collected.problems().len(), 1);
}

/// About another certificate, about the same number of another CA, and "unknown": none of them says anything.
#[test]
fn a_response_about_another_certificate_is_none() {
    let urls = Urls {
        ocsp: &PLACES,
        ..Urls::default()
    };
    let alice = urls.certificate();
    let issuer = Certificate::from_bytes(ca().certificate_der()).unwrap();
    let (stranger, _) = ca().certify(Key::P256, ALICE).serial(&[0x42, 1]).issue();
    let other = Ca::new("Other CA");
    let good = ca().ocsp_response().good(alice.to_der()).issue();
    for nothing in [
        ca().ocsp_response().good(&stranger).issue(),
        ca().ocsp_response()
            .about_issuer(&other)
            .good(alice.to_der())
            .issue(),
        ca().ocsp_response().unknown(alice.to_der()).issue(),
    ] {
        let client = served(vec![('a', nothing), ('b', good.clone())]);
        let wanted = Wanted::new().status(&alice, Some(&issuer));
        let collected = collector(&client).collect(&wanted).unwrap();
        assert_eq!(client.urls(), PLACES[..2]);
        let found = collected.ocsp_responses();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].to_der(), good);
        let [problem] = collected.problems() else {
            panic!("{:?}", collected.problems());
        };
        assert!(
            problem.detail().contains("does not say whether"),
            "{problem}"
        );
    }
}
