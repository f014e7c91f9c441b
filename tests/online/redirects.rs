//! PKI-09: redirects are followed here, each of them checked like the first URL.

use smime::online::{Collector, FetchLimits, Response};

use crate::people::ca;
use crate::tools::*;

const START: &str = "http://crl.example.com/start";

/// Answers the first URL with a redirect there, and everything else with a list.
fn to(location: &'static str) -> Stub {
    with_status(302, location)
}

fn with_status(status: u16, location: &'static str) -> Stub {
    Stub::new(move |request| match request.url() {
        START => Response::new(status, Vec::new()).location(location),
        _ => Response::new(200, empty_list(ca())),
    })
}

#[test]
fn are_followed() {
    for status in [301, 302, 303, 307, 308] {
        for (location, url) in [
            (
                "http://other.example.com/b?c=d#e",
                "http://other.example.com/b?c=d",
            ),
            ("/b", "http://crl.example.com/b"),
            ("b", "http://crl.example.com/b"),
            ("//other.example.com", "http://other.example.com/"),
        ] {
            let client = with_status(status, location);
            let collected = collector(&client).collect(&wanted(&[START])).unwrap();
            assert_lists(&collected, 1);
            assert_eq!(client.urls(), [START, url]);
        }
    }
}

#[test]
fn pki_09_a_redirect_to_what_is_not_asked_is_refused() {
    for (location, words) in [
        ("http://127.0.0.1/", "loopback"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://[::1]/", "loopback"),
        ("http://[::ffff:10.0.0.1]/", "private use"),
        ("file:///etc/passwd", "scheme is file"),
        (
            "https://crl.example.com/",
            "https, which this client cannot",
        ),
        ("gopher://crl.example.com/", "scheme is gopher"),
        ("http://crl.example.com:25/", "port 25"),
        ("http://a:b@crl.example.com/", "user name"),
        ("http://[", "no URL"),
        ("http://internal.example.com/", "private use"),
    ] {
        let client = to(location);
        let collector = Collector::new(client.clone()).resolver(Names::new(|host, _| {
            addresses(&[match host {
                "internal.example.com" => "10.0.0.1",
                _ => PUBLIC,
            }])
        }));
        let collected = collector.collect(&wanted(&[START])).unwrap();
        assert_problem(&collected, words);
        assert_eq!(client.urls(), [START], "{location}");
    }
    let client = Stub::new(|_| Response::new(302, Vec::new()));
    let collected = collector(&client).collect(&wanted(&[START])).unwrap();
    assert_problem(&collected, "leads nowhere");
}

/// The name of the first request is public, and private when the redirect leads to it again.
#[test]
fn pki_09_a_redirect_does_not_rebind() {
    let client = to("/b");
    let collector = Collector::new(client.clone()).resolver(Names::new(|_, number| {
        addresses(&[if number == 1 { PUBLIC } else { "192.168.1.1" }])
    }));
    let collected = collector.collect(&wanted(&[START])).unwrap();
    assert_problem(&collected, "private use");
    assert_eq!(client.urls(), [START]);
}

#[test]
fn pki_09_redirects_end() {
    let client = Stub::new(|request| {
        let next = match request.path() {
            "/start" => "/b",
            _ => "/start",
        };
        Response::new(302, Vec::new()).location(next)
    });
    let collected = collector(&client).collect(&wanted(&[START])).unwrap();
    assert_problem(&collected, "circle");
    assert_eq!(client.urls().len(), 2);

    let client = Stub::new(|request| {
        Response::new(302, Vec::new()).location(format!("{}x", request.path()))
    });
    let collected = collector(&client).collect(&wanted(&[START])).unwrap();
    assert_problem(&collected, "more than 3 redirects");
    assert_eq!(client.urls().len(), 4);

    let limits = FetchLimits {
        redirects: 0,
        ..FetchLimits::default()
    };
    let client = to("/b");
    let collector = collector(&client).limits(limits);
    let collected = collector.collect(&wanted(&[START])).unwrap();
    assert_problem(&collected, "more than 0 redirects");
    assert_eq!(client.urls(), [START]);
}

#[test]
fn pki_09_never_from_https_to_http() {
    let start = "https://crl.example.com/start";
    let mut client = Stub::new(|request| match request.path() {
        "/start" => Response::new(302, Vec::new()).location("http://crl.example.com/b"),
        _ => Response::new(200, empty_list(ca())),
    });
    client.https = true;
    let collected = collector(&client).collect(&wanted(&[start])).unwrap();
    assert_problem(&collected, "from https to http");
    assert_eq!(client.urls(), [start]);
    assert!(client.asked.lock().unwrap()[0].is_https());
    assert_eq!(client.asked.lock().unwrap()[0].port(), 443);
    let other = ["https://crl.example.com/a"];
    assert_lists(&collector(&client).collect(&wanted(&other)).unwrap(), 1);
}

#[test]
fn a_redirect_is_not_endless() {
    for (length, is_followed) in [(1_900, true), (2_001, false)] {
        let location = format!("/{}", "a".repeat(length - 1));
        let client = Stub::new(move |request| match request.url() {
            START => Response::new(302, Vec::new()).location(location.clone()),
            _ => Response::new(200, empty_list(ca())),
        });
        let collected = collector(&client).collect(&wanted(&[START])).unwrap();
        assert_eq!(collected.crls().len(), usize::from(is_followed));
        assert_eq!(client.urls().len(), 1 + usize::from(is_followed));
    }
}

/// A 303 makes a GET of a POST (RFC 9110 15.4.4): the request would be lost.
#[test]
fn a_question_is_not_turned_into_another() {
    let leaf = Urls {
        ocsp: &[START],
        ..Urls::default()
    };
    let issuer = smime::Certificate::from_bytes(ca().certificate_der()).unwrap();
    let wanted = smime::online::Wanted::new().status(&leaf.certificate(), Some(&issuer));
    for (status, asked) in [(303, 1), (307, 2)] {
        let client = with_status(status, "/b");
        let collected = collector(&client).collect(&wanted).unwrap();
        assert_eq!(client.urls().len(), asked, "{status}");
        assert!(collected.ocsp_responses().is_empty());
    }
}
