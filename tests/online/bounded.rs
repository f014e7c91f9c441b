//! PKI-09: what fetching may cost, counted.

use std::time::Duration;

use smime::online::{Collector, FetchLimits, Response, Step, Wanted};

use crate::people::ca;
use crate::tools::*;

/// `count` URLs on one host.
fn many(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("http://crl.example.com/{number}"))
        .collect()
}

fn named(urls: &[String]) -> Wanted {
    wanted(&urls.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn pki_09_many_urls_in_a_certificate() {
    let client = Stub::new(|_| Response::new(404, Vec::new()));
    collector(&client).collect(&named(&many(10_000))).unwrap();
    assert!(client.urls().len() <= 4, "so many may not be read at all");
    let client = Stub::new(|_| Response::new(404, Vec::new()));
    let collected = collector(&client).collect(&named(&many(50))).unwrap();
    assert_eq!(client.urls().len(), 4);
    assert_eq!(collected.problems().len(), 5, "one each, and the rest");
    let told = collected.problems()[0].to_string();
    assert!(told.contains("46 more URLs are named"), "{told}");
}

#[test]
fn pki_09_many_certificates() {
    let wanted = (0..25).fold(Wanted::new(), |wanted, number| {
        let url = format!("http://crl.example.com/{number}");
        wanted.status(&with_crls(&[&url]), None)
    });
    let client = Stub::list();
    let collected = collector(&client).collect(&wanted).unwrap();
    assert_eq!(client.urls().len(), 20);
    assert!(
        collected.problems()[0]
            .detail()
            .contains("for 5 things nobody was asked")
    );
}

#[test]
fn pki_09_many_requests() {
    let client = Stub::list();
    let limits = FetchLimits {
        requests: 3,
        urls: 100,
        ..FetchLimits::default()
    };
    let collector = collector(&client).limits(limits);
    let collected = collector.collect(&named(&many(10))).unwrap();
    assert_eq!(client.urls().len(), 3);
    assert_lists(&collected, 3);
    assert_eq!(collected.problems().len(), 7);
    assert!(collected.problems()[6].detail().contains("3 requests"));
}

/// Requests after a redirect count as any other.
#[test]
fn pki_09_redirects_are_requests() {
    let client = Stub::new(|request| {
        Response::new(302, Vec::new()).location(format!("{}x", request.path()))
    });
    let limits = FetchLimits {
        requests: 5,
        redirects: 100,
        ..FetchLimits::default()
    };
    let collector = collector(&client).limits(limits);
    collector.collect(&named(&many(2))).unwrap();
    assert_eq!(client.urls().len(), 5);
}

/// A client that ignores the limit changes nothing.
#[test]
fn pki_09_a_long_answer() {
    let list = empty_list(ca());
    let length = u64::try_from(list.len()).unwrap();
    let client = Stub::new(move |_| Response::new(200, list.clone()));
    for (crl_bytes, fits) in [(length, true), (length - 1, false)] {
        let limits = FetchLimits {
            crl_bytes,
            ..FetchLimits::default()
        };
        let collector = collector(&client).limits(limits);
        let collected = collector.collect(&named(&many(1))).unwrap();
        assert_eq!(
            client.asked.lock().unwrap().pop().unwrap().maximum(),
            crl_bytes
        );
        match fits {
            true => assert_lists(&collected, 1),
            false => assert_problem(&collected, "longer than"),
        }
    }
    // All together: two fit, of the third a byte.
    let limits = FetchLimits {
        total_bytes: 2 * length + 1,
        ..FetchLimits::default()
    };
    let collected = collector(&client)
        .limits(limits)
        .collect(&named(&many(4)))
        .unwrap();
    assert_lists(&collected, 2);
    assert_eq!(client.urls().len(), 3, "the last one is not asked for");
    assert_eq!(client.asked.lock().unwrap()[2].maximum(), 1);
    assert!(
        collected.problems()[1]
            .detail()
            .contains("bytes of answers")
    );
}

/// The clock is the driver's: here it is moved by hand.
#[test]
fn pki_09_time_is_shared_out_and_ends() {
    let collector = Collector::new(Stub::list()).limits(FetchLimits {
        request_time: Duration::from_secs(15),
        total_time: Duration::from_secs(60),
        ..FetchLimits::default()
    });
    let mut machine = collector.machine(&wanted(&["http://1.1.1.1/a", "http://1.1.1.1/b"]));
    let mut timeout = |seconds| match machine.next(Duration::from_secs(seconds)) {
        Step::Fetch(request) => Some(request.timeout().as_secs()),
        _ => None,
    };
    assert_eq!(timeout(0), Some(15));
    assert_eq!(timeout(44), Some(15));
    assert_eq!(timeout(50), Some(10));
    assert_eq!(timeout(59), Some(1));
    assert_eq!(timeout(60), None, "nothing begins any more");
    let collected = machine.finish();
    assert_eq!(collected.problems().len(), 2);
    for problem in collected.problems() {
        assert!(problem.detail().contains("time"), "{problem}");
    }
}

#[test]
fn pki_09_one_url_is_asked_once() {
    let url = "http://crl.example.com/same";
    let wanted = (0..10).fold(Wanted::new(), |wanted, _| {
        wanted.status(
            &with_crls(&[url, url, "http://CRL.example.com:80/./same#x"]),
            None,
        )
    });
    let client = Stub::list();
    let collected = collector(&client).collect(&wanted).unwrap();
    assert_eq!(client.urls(), [url]);
    assert_lists(&collected, 1);
    // Neither when it failed.
    let client = Stub::new(|_| Response::new(500, Vec::new()));
    let collected = collector(&client).collect(&wanted).unwrap();
    assert_eq!((client.urls().len(), collected.problems().len()), (1, 1));
}

/// What comes is no list: compressed, a page, cut off, nothing, a certificate.
#[test]
fn pki_09_wrong_content() {
    let list = empty_list(ca());
    let gzip = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3][..], &[0; 1_000]].concat();
    for content in [
        b"<html>Please log in to the hotel</html>".to_vec(),
        list[..list.len() - 1].to_vec(),
        Vec::new(),
        ca().certificate_der().to_vec(),
        b"-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n".to_vec(),
        gzip,
    ] {
        let client = Stub::new(move |_| Response::new(200, content.clone()));
        let collected = collector(&client).collect(&named(&many(1))).unwrap();
        assert_problem(&collected, "crl.example.com/0");
    }
    let compressed = list.clone();
    let client =
        Stub::new(move |_| Response::new(200, compressed.clone()).content_encoding("gzip"));
    let collected = collector(&client).collect(&named(&many(1))).unwrap();
    assert_problem(&collected, "compressed (gzip)");
    for status in [100, 201, 204, 206, 300, 304, 404, 500] {
        let list = list.clone();
        let client = Stub::new(move |_| Response::new(status, list.clone()));
        let collected = collector(&client).collect(&named(&many(1))).unwrap();
        assert_problem(&collected, &format!("status {status}"));
    }
}
