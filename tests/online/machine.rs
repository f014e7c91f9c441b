//! The machine and its drivers.

use smime::online::{
    AsyncClient, AsyncResolve, Collector, Fetching, Kind, Method, Request, Resolving, Response,
    Step, Wanted,
};
use smime::{Certificate, ErrorKind};

use crate::ca::Key;
use crate::people::{ALICE, ca};
use crate::tools::*;

const URL: &str = "http://crl.example.com/a";

/// A client and a resolver that wait.
struct Slow(Stub);

impl AsyncClient for Slow {
    fn fetch<'a>(&'a self, request: &'a Request) -> Fetching<'a> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            smime::online::Client::fetch(&self.0, request)
        })
    }
}

struct SlowNames;

impl AsyncResolve for SlowNames {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            assert_eq!(host, "crl.example.com");
            Ok(addresses(&[PUBLIC]))
        })
    }
}

#[tokio::test]
async fn the_async_twin_does_the_same() {
    let wanted = wanted(&[URL, "ldap://x/", "http://127.0.0.1/"]);
    let blocking = Stub::list();
    let expected = collector(&blocking).collect(&wanted).unwrap();
    let client = Stub::list();
    let collector = Collector::new_async(Slow(client.clone())).resolver_async(SlowNames);
    let collected = collector.collect_async(&wanted).await.unwrap();
    assert_lists(&collected, 1);
    assert_eq!(collected.problems(), expected.problems());
    assert_eq!(
        *client.asked.lock().unwrap(),
        *blocking.asked.lock().unwrap()
    );
    let inline = Collector::new(Stub::list()).resolver(all_public());
    assert_lists(&inline.collect_async(&wanted).await.unwrap(), 1);

    let error = collector.collect(&wanted).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Misuse { .. }), "{error}");
    let mixed = Collector::new(Stub::list()).resolver_async(SlowNames);
    assert!(mixed.collect(&wanted).is_err());
}

#[test]
fn steps_stay_until_they_are_answered() {
    let mut machine = collector(&Stub::list()).machine(&wanted(&[URL]));
    let now = std::time::Duration::ZERO;
    assert!(machine.fetched(Ok(Response::new(200, Vec::new()))).is_err());
    assert!(machine.resolved(Ok(Vec::new())).is_err());
    let host = String::from("crl.example.com");
    for _ in 0..2 {
        assert_eq!(machine.next(now), Step::Resolve { host: host.clone() });
    }
    assert!(machine.fetched(Ok(Response::new(200, Vec::new()))).is_err());
    machine.resolved(Ok(addresses(&[PUBLIC]))).unwrap();
    assert!(machine.resolved(Ok(addresses(&["127.0.0.1"]))).is_err());
    let Step::Fetch(request) = machine.next(now) else {
        panic!("a request was expected");
    };
    assert_eq!(machine.next(now), Step::Fetch(request.clone()));
    assert_eq!(request.method(), Method::Get);
    assert_eq!(request.url(), URL);
    assert_eq!((request.host(), request.port()), ("crl.example.com", 80));
    assert_eq!(request.host_field(), "crl.example.com");
    assert_eq!(request.path(), "/a");
    assert_eq!(request.addresses(), addresses(&[PUBLIC]));
    assert!(request.body().is_empty() && request.content_type().is_none());
    let list = empty_list(ca());
    machine
        .fetched(Ok(Response::new(200, list.clone())))
        .unwrap();
    assert_eq!(machine.next(now), Step::Finished);
    assert!(
        machine
            .fetched(Ok(Response::new(200, list.clone())))
            .is_err()
    );
    let collected = machine.finish();
    assert_eq!(collected.crls()[0].to_der(), list);
}

#[test]
fn failures_of_client_and_resolver_are_problems() {
    let mut machine = collector(&Stub::list()).machine(&wanted(&[URL, "http://1.1.1.1/b"]));
    let now = std::time::Duration::ZERO;
    machine.next(now);
    let error = smime::Error::external("DNS", "no\nsuch host");
    machine.resolved(Err(error)).unwrap();
    machine.next(now);
    let error = smime::Error::external("HTTP", "gone");
    machine.fetched(Err(error)).unwrap();
    assert_eq!(machine.next(now), Step::Finished);
    let collected = machine.finish();
    let details: Vec<&str> = collected.problems().iter().map(|p| p.detail()).collect();
    assert_eq!(details, ["DNS: no\\u{a}such host", "HTTP: gone"]);
    assert_eq!(collected.problems()[1].kind(), Some(Kind::RevocationList));
    assert_eq!(collected.problems()[1].url(), "http://1.1.1.1/b");
}

/// Issuers and responders are alternatives, lists are not.
#[test]
fn one_issuer_is_enough() {
    let urls: &[&str] = &[
        "http://a.example.com/",
        "http://b.example.com/",
        "http://c.example.com/",
    ];
    let issuer = ca().certificate_der().to_vec();
    let client = Stub::new(move |request| match request.host() {
        "a.example.com" => Response::new(404, Vec::new()),
        _ => Response::new(200, issuer.clone()),
    });
    let certificate = Urls {
        issuers: urls,
        ..Urls::default()
    }
    .certificate();
    let wanted = Wanted::new().issuer(&certificate);
    let collected = collector(&client).collect(&wanted).unwrap();
    assert_eq!(client.urls(), urls[..2]);
    assert_eq!(collected.certificates().len(), 1);
    assert_eq!(collected.problems().len(), 1);

    let client = Stub::list();
    let collected = collector(&client)
        .collect(&crate::tools::wanted(urls))
        .unwrap();
    assert_lists(&collected, 3);
}

#[test]
fn issuers_come_in_every_form() {
    let root = Certificate::from_bytes(ca().certificate_der()).unwrap();
    let other = Certificate::from_bytes(&ca().leaf(Key::P256, ALICE).0).unwrap();
    let both = [&root, &other];
    for (content, count) in [
        (root.to_der().to_vec(), 1),
        (root.to_pem().into_bytes(), 1),
        (Certificate::bundle_to_p7b(both), 2),
        (Certificate::bundle_to_pem(both).into_bytes(), 2),
    ] {
        let client = Stub::new(move |_| Response::new(200, content.clone()));
        let certificate = Urls {
            issuers: &["http://ca.example.com/ca.p7c", "http://ca.example.com/x"],
            ..Urls::default()
        }
        .certificate();
        let wanted = Wanted::new().issuer(&certificate);
        let collected = collector(&client).collect(&wanted).unwrap();
        assert_eq!(
            collected.certificates().len(),
            count,
            "{:?}",
            collected.problems()
        );
        assert_eq!(client.urls().len(), 1);
    }
    let pem = ca().revocation_list().issue_pem().into_bytes();
    let client = Stub::new(move |_| Response::new(200, pem.clone()));
    assert_lists(&collector(&client).collect(&wanted(&[URL])).unwrap(), 1);
}

#[test]
fn kinds_can_be_left_out() {
    let certificate = Urls {
        crls: &["http://a.example.com/crl"],
        ocsp: &["http://a.example.com/ocsp"],
        issuers: &["http://a.example.com/issuer"],
    }
    .certificate();
    let root = Certificate::from_bytes(ca().certificate_der()).unwrap();
    let wanted = Wanted::new()
        .status(&certificate, Some(&root))
        .issuer(&certificate);
    let asked = |change: fn(Collector) -> Collector| {
        let client = Stub::new(|_| Response::new(404, Vec::new()));
        let collected = change(collector(&client)).collect(&wanted).unwrap();
        assert_eq!(collected.problems().len(), client.urls().len());
        client.urls().join(" ").replace("http://a.example.com/", "")
    };
    assert_eq!(asked(|all| all), "ocsp crl issuer");
    assert_eq!(asked(Collector::without_ocsp), "crl issuer");
    assert_eq!(asked(Collector::without_crls), "ocsp issuer");
    assert_eq!(asked(|c| c.without_issuers().without_ocsp()), "crl");
}
