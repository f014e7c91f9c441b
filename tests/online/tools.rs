//! Certificates with URLs in them, and a client and a resolver that answer as a test likes.

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use smime::cert::Crl;
use smime::online::{Client, Collected, Collector, Request, Resolve, Response, Wanted};
use smime::{Certificate, Error};

use crate::ca::{Ca, Certify, Key, oid, sequence, tlv};
use crate::people::{ALICE, ca};

/// A public address (one of example.org's).
pub const PUBLIC: &str = "93.184.216.34";

pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub const AUTHORITY_INFO_ACCESS: &str = "1.3.6.1.5.5.7.1.1";

/// URLs for a certificate.
#[derive(Clone, Copy, Default)]
pub struct Urls<'a> {
    pub crls: &'a [&'a str],
    pub ocsp: &'a [&'a str],
    pub issuers: &'a [&'a str],
}

impl Urls<'_> {
    /// Adds the extensions to a certificate.
    pub fn into(self, mut certify: Certify<'_>) -> Certify<'_> {
        if !self.crls.is_empty() {
            let points = self.crls.iter().map(|url| {
                let full_name = tlv(0xa0, &uri(url));
                sequence(&[&tlv(0xa0, &full_name)])
            });
            let points: Vec<u8> = points.collect::<Vec<_>>().concat();
            certify = certify.extension(CRL_DISTRIBUTION_POINTS, false, &sequence(&[&points]));
        }
        let ocsp = self.ocsp.iter().map(|url| ("1.3.6.1.5.5.7.48.1", url));
        let issuers = self.issuers.iter().map(|url| ("1.3.6.1.5.5.7.48.2", url));
        let access: Vec<u8> = ocsp
            .chain(issuers)
            .flat_map(|(method, url)| sequence(&[&oid(method), &uri(url)]))
            .collect();
        match access.is_empty() {
            true => certify,
            false => certify.extension(AUTHORITY_INFO_ACCESS, false, &sequence(&[&access])),
        }
    }

    /// Alice's certificate with them.
    pub fn certificate(self) -> Certificate {
        let certify = self.into(ca().certify(Key::P256, ALICE));
        Certificate::from_bytes(&certify.issue().0).unwrap()
    }
}

fn uri(url: &str) -> Vec<u8> {
    tlv(0x86, url.as_bytes())
}

/// Alice's certificate with the URLs of revocation lists.
pub fn with_crls(urls: &[&str]) -> Certificate {
    let crls = urls;
    Urls {
        crls,
        ..Urls::default()
    }
    .certificate()
}

/// The lists of a certificate with these URLs.
pub fn wanted(urls: &[&str]) -> Wanted {
    Wanted::new().status(&with_crls(urls), None)
}

pub fn empty_list(ca: &Ca) -> Vec<u8> {
    ca.revocation_list().issue()
}

/// Answers as the closure does, and remembers what was asked.
#[derive(Clone)]
pub struct Stub {
    answer: Arc<dyn Fn(&Request) -> Response + Send + Sync>,
    pub asked: Arc<Mutex<Vec<Request>>>,
    pub https: bool,
}

impl Stub {
    pub fn new(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Stub {
        Stub {
            answer: Arc::new(answer),
            asked: Arc::default(),
            https: false,
        }
    }

    /// The empty list of the test CA, whatever is asked.
    pub fn list() -> Stub {
        let list = empty_list(ca());
        Stub::new(move |_| Response::new(200, list.clone()))
    }

    pub fn urls(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|request| request.url().into()).collect()
    }
}

impl Client for Stub {
    fn fetch(&self, request: &Request) -> Result<Response, Error> {
        self.asked.lock().unwrap().push(request.clone());
        Ok((self.answer)(request))
    }

    fn https(&self) -> bool {
        self.https
    }
}

/// Answers as the closure does, which gets the number of the question too.
pub struct Names<F>(pub F, Mutex<usize>);

impl<F: Fn(&str, usize) -> Vec<IpAddr> + Send + Sync> Names<F> {
    pub fn new(answer: F) -> Names<F> {
        Names(answer, Mutex::new(0))
    }
}

impl<F: Fn(&str, usize) -> Vec<IpAddr> + Send + Sync> Resolve for Names<F> {
    fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, Error> {
        let mut number = self.1.lock().unwrap();
        *number += 1;
        Ok((self.0)(host, *number))
    }
}

/// Every name has a public address.
pub fn all_public() -> impl Resolve + 'static {
    Names::new(|_, _| addresses(&[PUBLIC]))
}

pub fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// A collector with this client to whom every name is public.
pub fn collector(client: &Stub) -> Collector {
    Collector::new(client.clone()).resolver(all_public())
}

/// Asserts that there is one problem, that it says this, and that nothing was found.
#[track_caller]
pub fn assert_problem(collected: &Collected, words: &str) {
    let [problem] = collected.problems() else {
        panic!("one problem was expected: {:?}", collected.problems());
    };
    assert!(problem.to_string().contains(words), "{problem}");
    assert!(!problem.to_string().contains('\n'), "{problem}");
    assert_eq!(found(collected), 0);
}

pub fn found(collected: &Collected) -> usize {
    collected.crls().len() + collected.ocsp_responses().len() + collected.certificates().len()
}

#[track_caller]
pub fn assert_lists(collected: &Collected, count: usize) {
    assert_eq!(collected.crls().len(), count, "{:?}", collected.problems());
}

pub fn list_of(der: &[u8]) -> Crl {
    Crl::from_bytes(der).unwrap()
}
