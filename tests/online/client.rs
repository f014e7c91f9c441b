//! [`HttpClient`] against a server on loopback.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use smime::online::{Collected, Collector, FetchLimits, HttpClient, Wanted};

use crate::people::ca;
use crate::server::{Server, ok, reply};
use crate::tools::*;

/// A collector to whom every host is this server.
fn collector_to(server: &Server) -> Collector {
    Collector::new(HttpClient::new())
        .resolver(Names::new(|_, _| addresses(&["127.0.0.1"])))
        .allow_private_host("ca.test")
        .allow_port(server.port())
}

fn url(server: &Server, path: &str) -> String {
    format!("http://ca.test:{}{path}", server.port())
}

fn fetch(server: &Server, limits: FetchLimits) -> Collected {
    let collector = collector_to(server).limits(limits);
    collector
        .collect(&wanted(&[&url(server, "/list.crl?a=b%20c#d")]))
        .unwrap()
}

#[test]
fn asks_and_reads() {
    let list = empty_list(ca());
    let served = list.clone();
    let server = Server::new(move |_, stream| ok(stream, &served));
    let collected = fetch(&server, FetchLimits::default());
    assert_lists(&collected, 1);
    assert_eq!(collected.crls()[0].to_der(), list);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert!(
        received[0]
            .head
            .starts_with("GET /list.crl?a=b%20c HTTP/1.1\r\n")
    );
    let host = format!("ca.test:{}", server.port());
    assert_eq!(received[0].field("Host"), Some(host.as_str()));
    assert!(received[0].field("Accept").unwrap().contains("pkix-crl"));
    for nothing in [
        "Accept-Encoding",
        "User-Agent",
        "Cookie",
        "Authorization",
        "Referer",
    ] {
        assert_eq!(received[0].field(nothing), None, "{}", received[0].head);
    }
}

#[test]
fn chunks_are_joined() {
    let list = empty_list(ca());
    let server = Server::new(move |_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for chunk in list.chunks(100) {
            let _ = write!(stream, "{:x}\r\n", chunk.len());
            let _ = stream.write_all(chunk);
            let _ = stream.write_all(b"\r\n");
        }
        let _ = stream.write_all(b"0\r\n\r\n");
    });
    assert_lists(&fetch(&server, FetchLimits::default()), 1);
}

/// The first address is dead.
#[test]
fn another_address_is_tried() {
    let list = empty_list(ca());
    let server = Server::new(move |_, stream| ok(stream, &list));
    let collector =
        collector_to(&server).resolver(Names::new(|_, _| addresses(&["127.0.0.2", "127.0.0.1"])));
    let collected = collector.collect(&wanted(&[&url(&server, "/")])).unwrap();
    assert_lists(&collected, 1);
}

#[test]
fn pki_09_the_client_follows_nothing() {
    let list = empty_list(ca());
    let server = Server::new(move |request, stream| match request.path() {
        "/b" => ok(stream, &list),
        _ => reply(stream, "302 Found", "Location: /b\r\n", b"over there"),
    });
    let limits = FetchLimits {
        redirects: 0,
        ..FetchLimits::default()
    };
    assert_problem(&fetch(&server, limits), "more than 0 redirects");
    assert_eq!(server.received().len(), 1);
    assert_lists(&fetch(&server, FetchLimits::default()), 1);
    assert_eq!(server.received().len(), 3);
}

/// Reading stops at the limit, whatever the server says about the length.
#[test]
fn pki_09_an_endless_body() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n",
    ] {
        let written = Arc::new(AtomicU64::new(0));
        let count = written.clone();
        let (done, ended) = mpsc::channel();
        let server = Server::new(move |_, stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(&[b'x'; 4096]).is_ok() {
                count.fetch_add(4096, Ordering::SeqCst);
            }
            done.send(()).unwrap();
        });
        let limits = FetchLimits {
            crl_bytes: 100_000,
            ..FetchLimits::default()
        };
        let words = match head.contains("gzip") {
            true => "compressed",
            false => "longer than 100000 bytes",
        };
        assert_problem(&fetch(&server, limits), words);
        ended
            .recv_timeout(Duration::from_secs(20))
            .expect("the server to be left");
        // What the system's buffers hold comes on top.
        assert!(written.load(Ordering::SeqCst) < 50_000_000);
    }
}

/// One byte and then nothing: the client leaves, and the server sees it.
#[test]
fn pki_09_a_slow_body() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0",
        b"HTTP/1.1 302 Found\r\nContent-Length: 100\r\nLocation: ",
    ] {
        let (done, ended) = mpsc::channel();
        let server = Server::new(move |_, stream| {
            let _ = stream.write_all(answer);
            let _ = stream.read(&mut [0]);
            done.send(()).unwrap();
        });
        let limits = FetchLimits {
            request_time: Duration::from_millis(100),
            ..FetchLimits::default()
        };
        assert_problem(&fetch(&server, limits), "timeout");
        ended
            .recv_timeout(Duration::from_secs(20))
            .expect("the server to be left");
    }
}

#[test]
fn pki_09_a_long_header() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream
            .write_all(b"X-Padding: 0123456789012345678901234567890123456789\r\n")
            .is_ok()
        {}
    });
    assert_problem(&fetch(&server, FetchLimits::default()), "HTTP: ");
}

#[test]
fn pki_09_a_gzip_bomb_is_not_decoded() {
    let bomb = {
        use flate2::{Compression, write::GzEncoder};
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; 20 << 20]).unwrap();
        encoder.finish().unwrap()
    };
    let server = Server::new(move |_, stream| {
        reply(stream, "200 OK", "Content-Encoding: gzip\r\n", &bomb);
    });
    assert_problem(&fetch(&server, FetchLimits::default()), "compressed (gzip)");
}

/// RFC 9110 8.4.1: "identity" is no encoding at all.
#[test]
fn identity_is_no_compression() {
    for encoding in ["identity", "Identity", ""] {
        let list = empty_list(ca());
        let server = Server::new(move |_, stream| {
            let field = format!("Content-Encoding: {encoding}\r\n");
            reply(stream, "200 OK", &field, &list);
        });
        assert_lists(&fetch(&server, FetchLimits::default()), 1);
    }
}

#[test]
fn what_is_no_http_is_a_problem() {
    let server = Server::new(|_, stream| {
        let _ = stream.write_all(b"220 mail.example.org ESMTP\r\n");
    });
    assert_problem(&fetch(&server, FetchLimits::default()), "HTTP: ");
    let nobody = Wanted::new();
    assert!(
        collector_to(&server)
            .collect(&nobody)
            .unwrap()
            .problems()
            .is_empty()
    );
}

const CHILD: &str = "SMIME_TEST_PROXY_CHILD";

/// Run again as a child whose environment names a proxy; the proxy must see nothing.
#[test]
fn pki_09_proxies_of_the_environment_are_ignored() {
    let list = empty_list(ca());
    let server = Server::new(move |_, stream| ok(stream, &list));
    if std::env::var_os(CHILD).is_some() {
        assert_lists(&fetch(&server, FetchLimits::default()), 1);
        return;
    }
    let proxy = Server::new(|_, stream| reply(stream, "502 Bad Gateway", "", b""));
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "--exact",
            "client::pki_09_proxies_of_the_environment_are_ignored",
        ])
        .env(CHILD, "1")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy");
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
    ] {
        child.env(name, &address);
    }
    let output = child.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
    assert!(proxy.received().is_empty());
}
