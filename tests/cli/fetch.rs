//! `--fetch`: what is asked of a server on loopback, and what comes of it.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::ca::{Ca, Certify, Key, full_name, oid, pem, points, sequence, uri};
use crate::server::{Server, ok, reply};
use crate::world::{Ran, World, mail};

const SERIAL: &[u8] = &[0x41, 7, 8, 9];
const ALICE: &str = "alice@example.org";
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";
const OCSP: &str = "1.3.6.1.5.5.7.48.1";

/// By their paths.
type Files = Vec<(String, Vec<u8>)>;

/// A folder, and a server on which files appear: it is there before the certificates that name it.
struct Place {
    world: World,
    files: Arc<Mutex<Files>>,
    server: Server,
}

impl Place {
    fn new() -> Place {
        let files = Arc::new(Mutex::new(Files::new()));
        let served = files.clone();
        let server = Server::new(move |request, stream| {
            let files = served.lock().unwrap();
            match files.iter().find(|(path, _)| path == request.path()) {
                Some((_, content)) => ok(stream, content),
                None => reply(stream, "404 Not Found", "", b""),
            }
        });
        Place {
            files,
            ..Place::on(server)
        }
    }

    /// On a server that has its files already.
    fn on(server: Server) -> Place {
        Place {
            world: World::new(),
            files: Arc::default(),
            server,
        }
    }

    fn serve(&self, path: &str, content: Vec<u8>) {
        self.files.lock().unwrap().push((path.into(), content));
    }

    fn asked(&self) -> Vec<String> {
        let received = self.server.received();
        received.iter().map(|one| one.path().to_owned()).collect()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.server.port())
    }

    fn with_list<'a>(&self, certify: Certify<'a>, path: &str) -> Certify<'a> {
        let list = points(&[&full_name(&uri(&self.url(path)))]);
        certify.extension("2.5.29.31", false, &list)
    }

    fn with_access<'a>(&self, certify: Certify<'a>, method: &str, path: &str) -> Certify<'a> {
        let one = sequence(&[&oid(method), &uri(&self.url(path))]);
        certify.extension("1.3.6.1.5.5.7.1.1", false, &sequence(&[&one]))
    }

    /// `root.pem`, `one.pem` with the certificate, and `in.eml`, which it signed, without any other certificate.
    fn sign(&self, root: &Ca, certify: Certify<'_>) {
        let (certificate, key) = certify.issue();
        let certificate = pem("CERTIFICATE", &certificate);
        self.world.write("root.pem", root.certificate_pem());
        self.world.write("one.pem", &certificate);
        let identity = pem("PRIVATE KEY", &key) + &certificate;
        self.world.write("one.id.pem", identity);
        let input = mail("To: bob@example.net\n");
        let arguments = "protect --sign one.id.pem -o in.eml";
        self.world.smime(arguments, input.as_bytes()).exits(0);
    }

    fn open(&self, options: &str) -> Ran {
        let arguments = format!("open --trust root.pem -i in.eml -o out.eml {options}");
        self.world.smime(&arguments, b"")
    }

    /// The options that let the server be asked.
    fn fetch(&self) -> String {
        let port = self.server.port();
        format!("--fetch --fetch-host 127.0.0.1 --fetch-port {port}")
    }
}

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stderr).unwrap_or_else(|error| panic!("{error}: {}", ran.stderr))
}

/// What is known of each certificate of the signer's path.
fn statuses(ran: &Ran) -> Vec<String> {
    let report = json(ran);
    let path = report["layers"][0]["signers"][0]["path"].clone();
    let path = path.as_array().unwrap_or_else(|| panic!("{report}"));
    let statuses = path.iter().map(|one| &one["status"]["status"]);
    statuses
        .filter_map(|status| status.as_str().map(str::to_owned))
        .collect()
}

/// Alice below the root, which says by a list whether she was revoked.
fn by_list(is_revoked: bool) -> Place {
    by_list_at("/root.crl", is_revoked)
}

/// The same, where her certificate says that the list is elsewhere.
fn by_list_at(path: &str, is_revoked: bool) -> Place {
    let root = Ca::new("Root");
    let list = root.revocation_list();
    let list = match is_revoked {
        true => list.revoke(SERIAL, "260101000000Z", Some(1)),
        false => list,
    };
    let place = Place::on(Server::files([("/root.crl", list.issue())]));
    let alice = root.certify(Key::P256, ALICE).serial(SERIAL);
    place.sign(&root, place.with_list(alice, path));
    place
}

#[test]
fn pki_09_nobody_is_asked_without_the_option() {
    let place = by_list(true);
    let ran = place.open("").exits(0);
    assert!(ran.stderr.contains("--fetch"), "{}", ran.stderr);
    let ran = place.open("--json").exits(0);
    assert_eq!(statuses(&ran), ["unknown"]);
    assert_eq!(json(&ran)["warnings"], serde_json::json!([]));
    place
        .world
        .smime("inspect --trust root.pem one.pem", b"")
        .exits(0);
    let nobody_wants_to_know = format!("{} --revocation none", place.fetch());
    place.open(&nobody_wants_to_know).exits(0);
    assert!(place.asked().is_empty(), "{:?}", place.asked());
}

#[test]
fn a_list_makes_the_status_known() {
    let place = by_list(false);
    let ran = place.open(&format!("{} --json", place.fetch())).exits(0);
    assert_eq!(statuses(&ran), ["good"]);
    assert_eq!(place.asked(), ["/root.crl"]);
    let ran = place
        .open(&format!("{} --revocation hard", place.fetch()))
        .exits(0);
    assert!(!ran.stderr.contains("--fetch"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);

    let place = by_list(true);
    let ran = place.open(&place.fetch()).exits(1);
    assert!(
        ran.stderr.contains("revoked on 2026-01-01"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_ocsp_response_makes_the_status_known() {
    for is_revoked in [false, true] {
        let place = Place::new();
        let root = Ca::new("Root");
        let alice = root.certify(Key::P256, ALICE).serial(SERIAL);
        place.sign(&root, place.with_access(alice, OCSP, "/ocsp"));
        let text = std::fs::read(place.world.path("one.pem")).unwrap();
        let alice = smime::Certificate::from_bytes(&text).unwrap();
        let response = root.ocsp_response();
        let response = match is_revoked {
            true => response.revoked(alice.to_der(), "260101000000Z", Some(1)),
            false => response.good(alice.to_der()),
        };
        place.serve("/ocsp", response.issue());
        let ran = place.open(&format!("{} --json", place.fetch()));
        let ran = ran.exits(i32::from(is_revoked));
        if is_revoked {
            assert!(
                ran.stderr.contains("revoked on 2026-01-01"),
                "{}",
                ran.stderr
            );
        } else {
            assert_eq!(statuses(&ran), ["good"]);
        }
        assert_eq!(place.asked(), ["/ocsp"]);
        let posts = place.server.received();
        assert!(posts[0].head.starts_with("POST "), "{}", posts[0].head);
    }
}

/// Alice below this many CAs below the root, each of which is named by the certificate below it.
fn below(count: usize) -> Place {
    let place = Place::new();
    let root = Ca::new("Root");
    let mut authority = root.clone();
    for number in 1..=count {
        let next = authority.authority(&format!("CA {number}"));
        let above = format!("/{}.cer", number - 1);
        let next = match number {
            1 => next,
            _ => place.with_access(next, CA_ISSUERS, &above),
        };
        let next = next.issue_authority();
        let path = format!("/{number}.cer");
        place.serve(&path, next.certificate_der().to_vec());
        authority = next;
    }
    let alice = authority.certify(Key::P256, ALICE);
    let path = format!("/{count}.cer");
    place.sign(&root, place.with_access(alice, CA_ISSUERS, &path));
    place
}

#[test]
fn missing_issuers_are_found_in_three_rounds() {
    let place = below(3);
    let ran = place.open("").exits(1);
    assert!(ran.stderr.contains("--fetch"), "{}", ran.stderr);
    place.open(&place.fetch()).exits(0);
    assert_eq!(place.asked(), ["/3.cer", "/2.cer", "/1.cer"]);

    let place = below(4);
    place.open(&place.fetch()).exits(1);
    assert_eq!(place.asked(), ["/4.cer", "/3.cer", "/2.cer"]);
}

/// Not every port, and no address of the own network, unless it was said.
#[test]
fn pki_09_the_own_network_is_not_asked_unless_it_is_named() {
    let place = by_list(true);
    let port = format!("--fetch --fetch-port {}", place.server.port());
    let other = format!("{port} --fetch-host localhost");
    for (options, why) in [
        ("--fetch", "is not the usual one"),
        ("--fetch --fetch-host 127.0.0.1", "is not the usual one"),
        (&port, "127.0.0.1 is not public: loopback"),
        (&other, "127.0.0.1 is not public: loopback"),
    ] {
        let ran = place.open(options).exits(0);
        assert!(ran.stderr.starts_with("warning: revocation list for "));
        assert!(ran.stderr.contains(why), "{options}: {}", ran.stderr);
        let ran = place.open(&format!("{options} --json")).exits(0);
        let warnings = json(&ran)["warnings"].to_string();
        assert!(warnings.contains(why), "{options}: {warnings}");
    }
    assert!(place.asked().is_empty(), "{:?}", place.asked());
}

#[test]
fn what_cannot_be_had_is_told() {
    let place = by_list_at("/lost.crl", false);
    let ran = place.open(&place.fetch()).exits(0);
    assert!(ran.stderr.contains("warning: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("404"), "{}", ran.stderr);
    // Asked once, and not once in each round.
    assert_eq!(place.asked(), ["/lost.crl"]);
    let hard = format!("{} --revocation hard", place.fetch());
    place.open(&hard).exits(1);
}

#[test]
fn inspect_asks_too() {
    let inspect = |place: &Place, options: &str| {
        let arguments = format!("inspect --json --trust root.pem one.pem {options}");
        place.world.smime(&arguments, b"")
    };
    let shown = |ran: &Ran| -> Value { serde_json::from_slice(&ran.stdout).unwrap() };
    let place = by_list(false);
    let ran = inspect(&place, &place.fetch()).exits(0);
    let path = &shown(&ran)[0]["found"][0]["certificate"]["path"];
    assert!(path["checks"].to_string().contains("is not revoked"));
    assert_eq!(place.asked(), ["/root.crl"]);
    let place = by_list(true);
    inspect(&place, "").exits(0);
    let ran = inspect(&place, &place.fetch()).exits(1);
    let path = &shown(&ran)[0]["found"][0]["certificate"]["path"];
    assert!(path["checks"].to_string().contains("revoked on 2026-01-01"));
    let ran = inspect(&place, "--fetch").exits(0);
    let warnings = shown(&ran)[0]["warnings"].to_string();
    assert!(warnings.contains("not the usual one"), "{warnings}");
    let ran = place
        .world
        .smime("inspect --trust root.pem one.pem --fetch", b"");
    assert!(ran.stderr.starts_with("warning: "), "{}", ran.stderr);
    let place = below(2);
    inspect(&place, "").exits(1);
    inspect(&place, &place.fetch()).exits(0);
    assert_eq!(place.asked(), ["/2.cer", "/1.cer"]);
}

#[test]
fn it_needs_a_root_and_says_what_it_tells() {
    let world = World::new();
    for arguments in [
        "open --fetch",
        "open --trust ca.pem --fetch-host localhost",
        "open --trust ca.pem --fetch-port 8080",
        "inspect --fetch bob.pem",
        "open --trust ca.pem --fetch --fetch-port 65536",
    ] {
        world.smime(arguments, b"").exits(64);
    }
    for command in ["open", "inspect"] {
        let ran = world.smime(&format!("{command} --help"), b"").exits(0);
        let help = String::from_utf8(ran.stdout).unwrap();
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["It tells those servers", "can learn that it was opened"] {
            assert!(help.contains(part), "{help}");
        }
    }
}
