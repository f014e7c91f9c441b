//! `smime inspect`: what lists and responses are, what they say of certificates, and each path that was tried.

use crate::ca::{Ca, Key, pem};
use crate::inspect::{below, erin, json, words};
use crate::world::World;

#[test]
fn revoked_certificates_are_told() {
    let world = erin();
    let inspect = |arguments: &str| {
        let chain = "--trust root.pem --intermediate middle.pem";
        world.smime(
            &format!("inspect erin.pem --at 2026-06-01T00:00:00Z {chain} {arguments}"),
            b"",
        )
    };
    let said = words(&inspect("--crl none.crl").exits(0));
    let good = below(&said, "path");
    assert!(
        good.iter()
            .any(|line| line.starts_with("passed: revocation: ")),
        "{said}"
    );
    let said = words(&inspect("--crl erin.crl").exits(1));
    let revoked = below(&said, "path");
    assert_eq!(revoked[0], "no");
    assert!(
        revoked[1..].concat().contains("revoked on 2026-02-01"),
        "{said}"
    );
    let files = json(&inspect("--crl erin.crl --json").exits(1));
    let path = &files[0]["found"][0]["certificate"]["path"];
    assert_eq!(path["trusted"], false);
    assert!(
        path["certificates"][0]
            .as_str()
            .unwrap()
            .contains("CN=Erin")
    );
    assert!(
        path["checks"].to_string().contains("revoked on 2026-02-01"),
        "{path}"
    );
    assert!(path["attempts"].is_array());
    let files = json(&inspect("--crl none.crl --json").exits(0));
    let path = &files[0]["found"][0]["certificate"]["path"];
    assert_eq!(path["trusted"], true);
    assert_eq!(path["certificates"].as_array().unwrap().len(), 3);
}

#[test]
fn revocation_lists() {
    let world = erin();
    let said = words(&world.smime("inspect none.crl erin.crl", b"").exits(0));
    assert_eq!(
        said.matches("revocation list of CN=Middle").count(),
        2,
        "{said}"
    );
    assert!(
        said.contains("of 2026-01-01T00:00:00Z, the next by 2027-01-01T00:00:00Z"),
        "{said}"
    );
    let files = json(&world.smime("inspect --json none.crl", b"").exits(0));
    assert_eq!(files[0]["found"][0]["kind"], "crl");
    assert_eq!(files[0]["found"][0]["this_update"], "2026-01-01T00:00:00Z");
}

/// Erin is good or revoked by what her CA answers; what a stranger answers in its name says nothing.
#[test]
fn responses_count_like_lists() {
    let world = World::new();
    let (ca, forger) = (Ca::new("Root"), Ca::new("Root"));
    let (erin, _) = ca.leaf(Key::P256, "erin@example.org");
    world.write("root.pem", ca.certificate_pem());
    world.write("erin.pem", pem("CERTIFICATE", &erin));
    world.write("good.ors", ca.ocsp_response().good(&erin).issue());
    let revoked = ca
        .ocsp_response()
        .revoked(&erin, "260201000000Z", Some(1))
        .issue();
    world.write("revoked.pem", pem("OCSP RESPONSE", &revoked));
    world.write("forged.ors", forger.ocsp_response().good(&erin).issue());
    let inspect = |options: &str| {
        let arguments = format!("inspect erin.pem --trust root.pem {options}");
        world.smime(&arguments, b"")
    };
    let trusted = |said: &str| below(said, "path").concat();
    let said = trusted(&words(&inspect("--ocsp good.ors").exits(0)));
    assert!(said.contains("passed: revocation: "), "{said}");
    assert!(
        said.contains("says the OCSP response of 2025-01-01"),
        "{said}"
    );
    let said = trusted(&words(&inspect("--ocsp revoked.pem").exits(1)));
    assert!(said.contains("revoked on 2026-02-01"), "{said}");
    let said = trusted(&words(&inspect("--ocsp forged.ors").exits(0)));
    assert!(said.contains("unknown: revocation: "), "{said}");
    // Of one time the worse one counts, in whatever order.
    inspect("--ocsp good.ors --ocsp revoked.pem").exits(1);
    inspect("--ocsp revoked.pem --ocsp good.ors").exits(1);
    let ran = inspect("--ocsp root.pem").exits(2);
    assert!(ran.stderr.contains("root.pem: "), "{}", ran.stderr);
    world
        .smime("inspect erin.pem --ocsp good.ors", b"")
        .exits(64);
}

#[test]
fn responses_are_shown() {
    let world = World::new();
    let ca = Ca::new("Root");
    let leaf = |name: &str| ca.leaf(Key::P256, &format!("{name}@example.org")).0;
    let (erin, frank) = (leaf("erin"), leaf("frank"));
    let response = ca.ocsp_response().produced_at("20260301120000Z");
    let response = response
        .good(&erin)
        .revoked(&frank, "260201000000Z", None)
        .issue();
    world.write("both.ors", &response);
    world.write("both.pem", pem("OCSP RESPONSE", &response));
    for file in ["both.ors", "both.pem"] {
        let said = words(&world.smime(&format!("inspect {file}"), b"").exits(0));
        let expected = format!(
            "{file}:\n  OCSP response of CN=Root\n    of 2026-03-01T12:00:00Z, about 2 certificates\n"
        );
        assert_eq!(said, expected);
        let files = json(&world.smime(&format!("inspect --json {file}"), b"").exits(0));
        let found = &files[0]["found"][0];
        assert_eq!(found["kind"], "ocsp");
        assert_eq!(found["responder"], "CN=Root");
        assert_eq!(found["produced_at"], "2026-03-01T12:00:00Z");
        assert_eq!(found["answers"], 2);
    }
    // What a responder says instead of an answer: tryLater (RFC 6960 4.2.1).
    world.write("later.ors", b"\x30\x03\x0a\x01\x03");
    let ran = world.smime("inspect later.ors", b"").exits(2);
    assert!(ran.stderr.contains("later.ors: "), "{}", ran.stderr);
}

#[test]
fn lists_of_changes_are_told_apart() {
    let world = World::new();
    let ca = Ca::new("Root");
    let list = || ca.revocation_list().updates("260101000000Z", None);
    let complete = list().number(7);
    let complete =
        complete
            .revoke(&[0x11], "251201000000Z", Some(1))
            .revoke(&[0x12], "251202000000Z", None);
    world.write("complete.crl", complete.issue());
    let delta = list().number(9).delta(7);
    let delta = delta.revoke(&[0x13], "251203000000Z", Some(6));
    world.write("delta.crl", delta.issue());
    // indirectCRL [4] of issuingDistributionPoint.
    let indirect = list().issuing_point(&[0x84, 1, 0xff]);
    world.write("indirect.crl", indirect.issue());
    let arguments = "complete.crl delta.crl indirect.crl";
    let ran = world.smime(&format!("inspect {arguments}"), b"").exits(0);
    let said = words(&ran);
    for part in [
        "complete.crl:\n  revocation list of CN=Root\n    of 2026-01-01T00:00:00Z, no next one announced\n    \
         number 07, 2 certificates revoked\n",
        "  changes to the revocation list (delta) of CN=Root\n",
        "    number 09, 1 certificates revoked\n",
        "  indirect revocation list of CN=Root\n",
        "    0 certificates revoked\n",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let ran = world.smime(&format!("inspect --json {arguments}"), b"");
    let files = json(&ran.exits(0));
    for (place, delta, indirect, number, entries) in [
        (0, false, false, Some("07"), 2),
        (1, true, false, Some("09"), 1),
        (2, false, true, None, 0),
    ] {
        let list = &files[place]["found"][0];
        assert_eq!(list["delta"], delta);
        assert_eq!(list["indirect"], indirect);
        assert_eq!(list["number"].as_str(), number, "{list}");
        assert_eq!(list["entries"], entries);
        assert!(list["next_update"].is_null());
    }
}

/// Each path with what is against it: one ends nowhere, on the other the CA has expired.
#[test]
fn each_path_that_was_tried_is_shown() {
    let world = World::new();
    let (root, stranger) = (Ca::new("Root"), Ca::new("Stranger"));
    let middle = stranger.authority("Middle").issue_authority();
    let cross = root.cross_again(&middle);
    let (cross, _) = cross.validity("200101000000Z", "210101000000Z").issue();
    let (erin, _) = middle.leaf(Key::P256, "erin@example.org");
    world.write("root.pem", root.certificate_pem());
    world.write("middle.pem", middle.certificate_pem());
    world.write("cross.pem", pem("CERTIFICATE", &cross));
    world.write("erin.pem", pem("CERTIFICATE", &erin));
    let chain = "--trust root.pem --intermediate middle.pem --intermediate cross.pem";
    let ran = world.smime(&format!("inspect erin.pem {chain}"), b"");
    let trusted = below(&words(&ran.exits(1)), "path");
    assert_eq!(trusted[0], "no");
    let tried: Vec<&[String]> = trusted
        .windows(2)
        .filter(|lines| lines[0] == "tried: CN=erin <- CN=Middle")
        .collect();
    let [nowhere, expired] = tried[..] else {
        panic!("{trusted:?}");
    };
    assert!(nowhere[1].contains("CN=Stranger"), "{nowhere:?}");
    assert!(expired[1].contains("expired on 2021-01-01"), "{expired:?}");

    let ran = world.smime(&format!("inspect --json erin.pem {chain}"), b"");
    let files = json(&ran.exits(1));
    let attempts = &files[0]["found"][0]["certificate"]["path"]["attempts"];
    assert_eq!(attempts.as_array().unwrap().len(), 2, "{attempts}");
    let expired = attempts[1]["reasons"].to_string();
    assert!(expired.contains("expired on 2021-01-01"), "{expired}");
    assert_eq!(attempts[1]["certificates"].as_array().unwrap().len(), 2);
    // One path is not listed again.
    let ran = world.smime("inspect erin.pem --trust root.pem", b"");
    let said = words(&ran.exits(1));
    assert!(!said.contains("tried: "), "{said}");
}
