//! PKI-09: what is never asked.

use std::net::TcpListener;

use smime::cert::path::Validator;
use smime::online::{Collector, HttpClient, Response, Wanted};
use smime::policy::StandardPolicy;
use smime::{Opener, TrustAnchors};

use crate::ca::Key;
use crate::forge::{Signed, opaque_mail};
use crate::people::{ALICE, ca, made, mail_to, now, protector};
use crate::tools::*;

/// A certificate whose every URL leads to a listener.
#[test]
fn pki_09_nothing_is_fetched_unless_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/x");
    let urls: &[&str] = &[&url];
    let urls = Urls {
        crls: urls,
        ocsp: urls,
        issuers: urls,
    };
    let alice = made(urls.into(ca().certify(Key::P256, ALICE)));
    let anchors = TrustAnchors::from_der(ca().certificate_der()).unwrap();
    let policy = || StandardPolicy::at(now());

    let mut signed = Signed::new(b"Hello", &[&alice]);
    signed.certificates = vec![alice.certificate().to_der().to_vec()];
    let headers = "From: alice@example.org\r\n";
    let opener = Opener::new(&anchors).policy(policy());
    let opened = opener.open(&opaque_mail(headers, &signed.build())).unwrap();
    let nobody = crate::ca::Ca::new("Another CA");
    let strangers = TrustAnchors::from_der(nobody.certificate_der()).unwrap();
    for anchors in [&anchors, &strangers] {
        let _ = Validator::new(anchors)
            .policy(policy())
            .validate(alice.certificate());
    }
    protector()
        .anchors(&anchors)
        .sign(&alice.identity)
        .encrypt_to([alice.certificate()])
        .protect(mail_to("To: alice@example.org\r\n").as_str())
        .unwrap();
    let wanted = Wanted::new()
        .report(opened.report())
        .issuer(alice.certificate());
    assert_eq!(wanted.targets().len(), 3, "{wanted:?}");
    let collector = Collector::new(HttpClient::new());
    let careful = collector.collect(&wanted).unwrap();
    assert_eq!(careful.problems().len(), 3);
    assert!(
        listener.accept().is_err(),
        "somebody connected to a URL in a certificate"
    );

    // Asked to, it does connect: the listener is one that sees it.
    let limits = smime::online::FetchLimits {
        request_time: std::time::Duration::from_millis(50),
        requests: 1,
        ..Default::default()
    };
    let collector = collector.danger_allow_private_addresses().allow_port(port);
    collector.limits(limits).collect(&wanted).unwrap();
    assert!(listener.accept().is_ok());
}

#[test]
fn pki_09_addresses_that_are_not_public_are_refused_before_connecting() {
    let refused = [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.64.0.1",
        "100.127.255.255",
        "0.0.0.0",
        "0.1.2.3",
        "192.0.0.8",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fe90::1",
        "febf:ffff::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:0:192.168.0.1",
        "::192.168.0.1",
        "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
        "2002:c0a8:1::1",
        "2001:db8::1",
        "2001:2::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "3fff::1",
        "100::1",
        "5f00::1",
    ];
    for address in refused {
        let client = Stub::list();
        let collector =
            Collector::new(client.clone()).resolver(Names::new(move |_, _| addresses(&[address])));
        let named = collector.collect(&wanted(&["http://crl.example.com/a"]));
        assert_problem(&named.unwrap(), "is not public");
        let url = match address.contains(':') {
            true => format!("http://[{address}]/a"),
            false => format!("http://{address}/a"),
        };
        let literal = collector.collect(&wanted(&[&url])).unwrap();
        assert_problem(&literal, "is not public");
        assert!(client.urls().is_empty(), "{address} was asked");
    }
    // The same in the spellings that URLs know for it.
    for url in [
        "http://0x7f000001/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://1%32%37.0.0.1/",
    ] {
        let client = Stub::list();
        assert_problem(
            &collector(&client).collect(&wanted(&[url])).unwrap(),
            "is not public: loopback",
        );
        assert!(client.urls().is_empty(), "{url}");
    }
}

#[test]
fn public_addresses_are_asked() {
    for address in [
        PUBLIC,
        "1.1.1.1",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "11.0.0.1",
        "198.17.255.255",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "64:ff9b::101:101",
        "::ffff:1.1.1.1",
    ] {
        let client = Stub::list();
        let collector =
            Collector::new(client.clone()).resolver(Names::new(move |_, _| addresses(&[address])));
        let found = collector
            .collect(&wanted(&["http://crl.example.com/a"]))
            .unwrap();
        assert_lists(&found, 1);
        assert_eq!(
            client.asked.lock().unwrap()[0].addresses(),
            addresses(&[address])
        );
    }
}

/// What is private is never among the addresses of a request, whatever stands beside it.
#[test]
fn pki_09_only_checked_addresses_reach_the_client() {
    let client = Stub::list();
    let mixed = || addresses(&["127.0.0.1", PUBLIC, "10.0.0.1", "2606:4700::1111"]);
    let collector = Collector::new(client.clone()).resolver(Names::new(move |_, _| mixed()));
    collector
        .collect(&wanted(&["http://crl.example.com/a"]))
        .unwrap();
    assert_eq!(
        client.asked.lock().unwrap()[0].addresses(),
        addresses(&[PUBLIC, "2606:4700::1111"])
    );
}

/// The name server gives a public address first and a private one as soon as the host is asked again.
#[test]
fn pki_09_dns_rebinding_is_refused() {
    let client = Stub::list();
    let collector = Collector::new(client.clone()).resolver(Names::new(|_, number| {
        addresses(&[if number == 1 { PUBLIC } else { "127.0.0.1" }])
    }));
    let urls = ["http://crl.example.com/a", "http://crl.example.com/b"];
    let collected = collector.collect(&wanted(&urls)).unwrap();
    assert_lists(&collected, 1);
    assert_eq!(client.urls(), [urls[0]]);
    assert!(collected.problems()[0].detail().contains("loopback"));
}

#[test]
fn pki_09_other_schemes_ports_and_user_names_are_refused() {
    for (url, words) in [
        (
            "ldap://ldap.example.com/cn=CA?certificateRevocationList",
            "scheme is ldap",
        ),
        ("ldaps://ldap.example.com/cn=CA", "scheme is ldaps"),
        (
            "https://crl.example.com/a",
            "https, which this client cannot",
        ),
        ("http://crl.example.com:22/a", "port 22"),
        ("http://crl.example.com:443/a", "port 443"),
        ("http://admin:secret@crl.example.com/a", "user name"),
    ] {
        let client = Stub::list();
        let collected = collector(&client).collect(&wanted(&[url])).unwrap();
        assert_problem(&collected, words);
        assert!(client.urls().is_empty(), "{url} was asked");
    }
    // Those that only an issuer can have.
    for (url, words) in [
        ("file:///etc/passwd", "scheme is file"),
        ("ftp://ftp.example.com/a.cer", "scheme is ftp"),
        ("gopher://example.com:70/_x", "scheme is gopher"),
    ] {
        let client = Stub::list();
        let certificate = Urls {
            issuers: &[url],
            ..Urls::default()
        }
        .certificate();
        let wanted = Wanted::new().issuer(&certificate);
        assert_problem(&collector(&client).collect(&wanted).unwrap(), words);
        assert!(client.urls().is_empty(), "{url} was asked");
    }
}

#[test]
fn a_problem_stays_on_its_line() {
    let url = "ldap://x\r\n\u{1b}y\n/";
    let collected = collector(&Stub::list()).collect(&wanted(&[url])).unwrap();
    let told = collected.problems()[0].to_string();
    assert!(!told.contains(['\n', '\r', '\u{1b}']), "{told}");
    assert!(told.contains("revocation list for "), "{told}");
    let client = Stub::new(|_| Response::new(302, Vec::new()).location("nt\n:\u{202e}"));
    let collected = collector(&client)
        .collect(&wanted(&["http://crl.example.com/"]))
        .unwrap();
    let told = collected.problems()[0].to_string();
    assert!(!told.contains(['\n', '\u{202e}']), "{told}");
}

#[test]
fn what_is_allowed_is_asked() {
    let private = || Names::new(|_, _| addresses(&["10.0.0.1"]));
    let client = Stub::list();
    let collector = Collector::new(client.clone())
        .resolver(private())
        .allow_private_host("CA.Intranet.Example.")
        .allow_port(8080);
    let urls = [
        "http://ca.intranet.example/a",
        "http://ca.intranet.example:8080/b",
        "http://other.intranet.example/c",
        "http://10.0.0.1/d",
    ];
    let collected = collector.collect(&wanted(&urls)).unwrap();
    assert_eq!(client.urls(), urls[..2]);
    assert_eq!(collected.problems().len(), 2);

    let client = Stub::list();
    let collector = Collector::new(client.clone())
        .resolver(private())
        .danger_allow_private_addresses();
    assert_lists(&collector.collect(&wanted(&urls[2..])).unwrap(), 2);
    // Nobody can be meant by these.
    for address in ["0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "ff02::1"] {
        let collector = collector
            .clone()
            .resolver(Names::new(move |_, _| addresses(&[address])));
        let collected = collector.collect(&wanted(&urls[..1])).unwrap();
        assert_problem(&collected, "is not public");
    }
}

#[test]
fn only_some_hosts() {
    let client = Stub::new(|request| match request.path() {
        "/away" => Response::new(302, Vec::new()).location("http://evil.example/a"),
        _ => Response::new(200, empty_list(ca())),
    });
    let collector = collector(&client).only_hosts(["crl.example.com", "bücher.example"]);
    let urls = [
        "http://crl.example.com/a",
        "http://crl.example.com.evil.example/b",
        "http://CRL.example.com./away",
        "http://xn--bcher-kva.example/c",
    ];
    let collected = collector.collect(&wanted(&urls)).unwrap();
    assert_eq!(
        client.urls(),
        [
            "http://crl.example.com/a",
            "http://crl.example.com./away",
            "http://xn--bcher-kva.example/c"
        ]
    );
    assert_eq!(collected.problems().len(), 2, "{:?}", collected.problems());
}

/// Whatever a resolver says.
#[test]
fn few_addresses_of_a_host_are_tried() {
    let client = Stub::list();
    let collector = Collector::new(client.clone()).resolver(Names::new(|_, _| {
        (1..=200)
            .map(|last| std::net::IpAddr::from([93, 184, 216, last]))
            .collect()
    }));
    let collected = collector.collect(&wanted(&["http://crl.example.com/a"]));
    assert_lists(&collected.unwrap(), 1);
    assert_eq!(client.asked.lock().unwrap()[0].addresses().len(), 8);
}
