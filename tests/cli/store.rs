//! `smime store`: what goes in, what is shown, what is refused.

use std::process::{Command, Stdio};

use serde_json::Value;
use smime::Store;
use smime::resolver::CertificateResolver;

use crate::ca::{self, Ca, Key};
use crate::world::{Ran, World};

const ADD: &str =
    "store add --dir store --password-file password.txt --store-password-env STORE_PASSWORD";
const STORE_PASSWORD: &str = "password-of-the-store";

fn add(world: &World, arguments: &str) -> Ran {
    let variables = [("STORE_PASSWORD", STORE_PASSWORD)];
    let ran = world.smime_with(&format!("{ADD} {arguments}"), b"", &variables);
    assert!(!ran.stderr.contains(STORE_PASSWORD), "{}", ran.stderr);
    ran
}

fn json(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn text(ran: &Ran) -> String {
    String::from_utf8(ran.stdout.clone()).unwrap()
}

fn listed(world: &World, arguments: &str) -> Value {
    let ran = world.smime(&format!("store {arguments} --dir store --json"), b"");
    json(&ran.exits(0))
}

#[test]
fn adds_every_form_and_lists_it() {
    let world = World::new();
    let ran = add(&world, "alice.p12 certs/bob.cer carol.pem").exits(0);
    let said = text(&ran);
    assert!(
        said.contains("alice.p12: added: identity CN=alice"),
        "{said}"
    );
    assert!(
        said.contains("bob.cer: added: certificate CN=bob"),
        "{said}"
    );
    assert_eq!(ran.stderr, "");

    let list = listed(&world, "list");
    let shown: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let field = |name: &str| one[name].as_str().unwrap();
            let address = one["addresses"][0].as_str().unwrap();
            (address, field("kind"), field("provenance"))
        })
        .collect();
    let expected = [
        ("alice@example.org", "identity", "pinned"),
        ("bob@example.net", "certificate", "pinned"),
        ("carol@example.net", "certificate", "pinned"),
    ];
    assert_eq!(shown, expected);
    assert_eq!(list[0]["key_encrypted"], true);
    assert_eq!(list[1]["key_encrypted"], Value::Null);
    let only = listed(&world, "list --address BOB@example.net");
    assert_eq!(only.as_array().unwrap().len(), 1);
    assert_eq!(only[0], list[1]);

    let said = text(&world.smime("store list --dir store", b"").exits(0));
    for word in [
        "bob@example.net\n",
        "identity, pinned",
        "SHA-256 ",
        "2049-12-31",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    // What the library makes of it.
    let options = Store::options().password(STORE_PASSWORD);
    let store = options.open(world.path("store")).unwrap();
    let alice = smime::Mailbox::new("alice@example.org").unwrap();
    assert!(store.signing_identity(&alice).unwrap().is_some());
}

/// What has to be compared stands there: the fingerprint, and the addresses that mail goes to from now on.
#[test]
fn what_is_added_is_shown_with_what_to_compare() {
    let world = World::new();
    let said = text(&add(&world, "certs/bob.cer --bind Robert@example.com").exits(0));
    let list = listed(&world, "list");
    let fingerprint = list[0]["fingerprint_sha256"].as_str().unwrap();
    let expected =
        format!("  pinned, for bob@example.net, Robert@example.com\n  SHA-256 {fingerprint}\n");
    assert!(said.ends_with(&expected), "{said}");

    let said = text(&add(&world, "carol.pem alice.p12 --candidate").exits(0));
    assert!(
        said.contains("\n  candidate, for carol@example.net\n"),
        "{said}"
    );
    assert!(
        said.contains("\n  pinned, for alice@example.org\n"),
        "{said}"
    );
    let list = listed(&world, "list --address carol@example.net");
    assert_eq!(list[0]["provenance"], "candidate");
    add(&world, "carol.pem").exits(0);
    let list = listed(&world, "list --address carol@example.net");
    assert_eq!(list[0]["provenance"], "pinned");
    add(&world, "carol.pem --candidate --bind a@example.com").exits(64);
}

/// U+200D is allowed in an address, and shown for what it is; a hundred addresses are not all shown.
#[test]
fn addresses_are_shown_on_one_short_line() {
    let world = World::new();
    let ca = Ca::new("Test CA");
    let certify = ca
        .certify(Key::P256, "ren\u{e9}\u{200d}@example.org")
        .subject(&[])
        .validity("250101000000Z", "260620000000Z");
    let certify = (0..100).fold(certify, |c, number| {
        c.address(&format!("n{number}@example.org"))
    });
    world.write("many.cer", certify.issue().0);
    let said = text(&add(&world, "many.cer").exits(0));
    let expiring = "store expiring --dir store --at 2026-06-01T12:00:00Z";
    for said in [
        said,
        text(&world.smime("store list --dir store", b"").exits(0)),
        text(&world.smime(expiring, b"").exits(0)),
    ] {
        assert!(
            said.contains("ren\u{e9}\\u{200d}@example.org, n0@"),
            "{said}"
        );
        assert!(!said.contains('\u{200d}'), "{said}");
        assert!(said.contains(", n8@example.org and 91 more"), "{said}");
        assert!(!said.contains("n50@"), "{said}");
    }
}

#[test]
fn changes_the_password() {
    let world = World::new();
    add(&world, "alice.p12").exits(0);
    world.write("old.txt", STORE_PASSWORD);
    world.write("new.txt", "the-new-password\n");
    let arguments =
        "store password --dir store --store-password-file old.txt --new-password-file new.txt";
    let ran = world.smime(arguments, b"").exits(0);
    assert_eq!(text(&ran), "the private keys have the new password: 1\n");
    let ran = world.smime(arguments, b"").exits(2);
    assert!(ran.stderr.contains("wrong password"), "{}", ran.stderr);
    add(&world, "certs/bob.cer").exits(2);
    let arguments = "store password --dir store --store-password-file new.txt --new-password-env STORE_PASSWORD --json";
    let ran = world.smime_with(arguments, b"", &[("STORE_PASSWORD", STORE_PASSWORD)]);
    assert_eq!(json(&ran.exits(0))[0]["keys"], 1);
    add(&world, "certs/bob.cer").exits(0);
    for wrong in [
        "store password --dir store --store-password-file old.txt",
        "store password --new-password-file new.txt",
        "store password --dir store --new-password-file new.txt --new-password-env X",
    ] {
        world.smime(wrong, b"").exits(64);
    }
    let ran = world
        .smime(
            "store password --dir store --new-password-file new.txt",
            b"",
        )
        .exits(2);
    assert!(
        ran.stderr.contains("--store-password-file"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_cannot_be_added_is_named_and_the_rest_is_added() {
    let world = World::new();
    world.write("broken.cer", "no certificate");
    let ran = add(&world, "broken.cer certs/bob.cer nothing.cer").exits(2);
    assert!(ran.stderr.contains("broken.cer"), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing.cer"), "{}", ran.stderr);
    assert_eq!(listed(&world, "list").as_array().unwrap().len(), 1);

    let ran = add(&world, "broken.cer certs/bob.cer --json").exits(2);
    let said = json(&ran);
    assert!(said[0]["error"].as_str().unwrap().contains("broken.cer"));
    assert_eq!(said[1]["taken"][0]["change"], "unchanged");

    world.write("wrong.txt", "not it\n");
    let arguments = "store add --dir store alice.p12 --store-password-file wrong.txt";
    let ran = world.smime(arguments, b"").exits(2);
    assert!(ran.stderr.contains("--password-file"), "{}", ran.stderr);
    let ran = world
        .smime(&format!("{arguments} --password-file wrong.txt"), b"")
        .exits(2);
    let wrong = "alice.p12: wrong password";
    assert!(ran.stderr.contains(wrong), "{}", ran.stderr);
}

#[test]
fn a_private_key_needs_a_password_for_the_store() {
    let world = World::new();
    let arguments = "store add --dir store --password-file password.txt alice.p12";
    let ran = world.smime(arguments, b"").exits(2);
    assert!(
        ran.stderr.contains("--store-password-file"),
        "{}",
        ran.stderr
    );
    world
        .smime(&format!("{arguments} --danger-unencrypted-keys"), b"")
        .exits(0);
    let ran = world.smime("store list --dir store", b"").exits(0);
    assert!(ran.stderr.contains("not encrypted"), "{}", ran.stderr);

    let world = World::new();
    add(&world, "alice.p12").exits(0);
    world.write("other.txt", "another password\n");
    let arguments = "store add --dir store --store-password-file other.txt certs/bob.cer";
    let ran = world.smime(arguments, b"").exits(2);
    assert!(ran.stderr.contains("wrong password"), "{}", ran.stderr);
    // Certificates need none.
    let arguments = "store add --dir store certs/bob.cer";
    world.smime(arguments, b"").exits(0);
}

#[test]
fn binds_one_certificate_to_an_address() {
    let world = World::new();
    add(&world, "certs/bob.cer --bind Robert@example.com").exits(0);
    let found = listed(&world, "list --address robert@example.com");
    assert_eq!(found[0]["bound"][0], "Robert@example.com");
    add(&world, "certs/bob.cer carol.pem --bind x@example.com").exits(2);
    add(&world, "alice.p12 --bind x@example.com").exits(2);
    assert_eq!(listed(&world, "list").as_array().unwrap().len(), 1);
}

#[test]
fn tells_what_runs_out() {
    let world = World::new();
    let ca = Ca::new("Test CA");
    let eve = ca.certify(Key::P256, "eve@example.net");
    let (eve, _) = eve.validity("250101000000Z", "260620000000Z").issue();
    world.write("eve.cer", eve);
    add(&world, "eve.cer certs/bob.cer").exits(0);
    let at = "expiring --at 2026-06-01T12:00:00Z";
    assert_eq!(
        listed(&world, &format!("{at} --within 18")),
        Value::Array(vec![])
    );
    let found = listed(&world, at);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["addresses"][0], "eve@example.net");
    assert_eq!(found[0]["not_after"], "2026-06-20T00:00:00Z");
    assert_eq!(found[0]["has_successor"], false);
    assert_eq!(found[0]["expired"], false);
    let ran = world
        .smime(&format!("store {at} --dir store"), b"")
        .exits(0);
    let said = text(&ran);
    assert!(said.contains("NO successor for eve@example.net"), "{said}");

    let next = ca.certify(Key::P256, "eve@example.net");
    let (next, _) = next.validity("260601000000Z", "280620000000Z").issue();
    world.write("next.cer", next);
    add(&world, "next.cer").exits(0);
    assert_eq!(listed(&world, at)[0]["has_successor"], true);
}

#[test]
fn removes_keys_only_when_told_to() {
    let world = World::new();
    add(&world, "alice.p12 certs/bob.cer").exits(0);
    let list = listed(&world, "list");
    let fingerprint = |place: usize| {
        let text = list[place]["fingerprint_sha256"].as_str().unwrap();
        text.to_owned()
    };
    let (alice, bob) = (fingerprint(0), fingerprint(1));
    let ran = world
        .smime(&format!("store remove --dir store {alice} {bob}"), b"")
        .exits(2);
    assert!(ran.stderr.contains("--with-keys"), "{}", ran.stderr);
    assert_eq!(text(&ran), format!("removed {bob}\n"));
    let list = listed(&world, "list");
    assert_eq!(list.as_array().unwrap().len(), 1);
    let arguments = format!("store remove --dir store --with-keys --json {alice}");
    let ran = world.smime(&arguments, b"").exits(0);
    assert_eq!(json(&ran)[0]["removed"], true);
    world.smime(&arguments, b"").exits(2);
    world.smime("store remove --dir store zz", b"").exits(2);
    assert_eq!(listed(&world, "list"), Value::Array(vec![]));
}

#[test]
fn wrong_usage_is_64_and_no_store_is_2() {
    let world = World::new();
    for arguments in [
        "store",
        "store add --dir store",
        "store add certs/bob.cer",
        "store list",
        "store remove --dir store",
        "store expiring --dir store --within soon",
        "store expiring --dir store --at tomorrow",
        "store add --dir store certs/bob.cer --bind nobody",
        "store add --dir store certs/bob.cer --danger-unencrypted-keys --store-password-env X",
        "store add --dir store certs/bob.cer --store-password-file a --store-password-env X",
    ] {
        world.smime(arguments, b"").exits(64);
    }
    for arguments in [
        "store list --dir nowhere",
        "store list --dir certs",
        "store expiring --dir certs",
        "store add --dir certs carol.pem",
        "store add --dir store --store-password-env SMIME_TEST_NOT_SET certs/bob.cer",
    ] {
        let ran = world.smime(arguments, b"").exits(2);
        assert!(!ran.stderr.is_empty());
        assert!(ran.stdout.is_empty());
    }
    let ran = world.smime("store list --dir certs --json", b"").exits(2);
    let said: Value = serde_json::from_str(&ran.stderr).unwrap();
    assert!(said["error"].as_str().unwrap().contains("certs"));
    assert!(!world.path("certs/smime-store").exists());
}

/// The first of them makes the store, whichever it is.
#[test]
fn several_at_once_lose_nothing() {
    let world = World::new();
    let ca = Ca::new("Test CA");
    let count = 12;
    for number in 0..count {
        let address = format!("n{number}@example.net");
        let (certificate, _) = ca.leaf(Key::P256, &address);
        world.write(
            &format!("n{number}.pem"),
            ca::pem("CERTIFICATE", &certificate),
        );
    }
    let start = |number: usize| {
        Command::new(env!("CARGO_BIN_EXE_smime"))
            .args(["store", "add", "--dir", "store"])
            .arg(format!("n{number}.pem"))
            .current_dir(world.folder())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..count).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let list = listed(&world, "list");
    assert_eq!(list.as_array().unwrap().len(), count);
}

#[test]
fn protects_and_opens_with_a_store() {
    let world = World::new();
    let (bob, key) = ("certs/bob.cer", "bob.key.pem");
    add(&world, &format!("alice.p12 {bob} {key}")).exits(0);
    let mail = crate::world::mail("To: bob@example.net\n");
    let variables = [("STORE_PASSWORD", STORE_PASSWORD)];
    let store = "--store store --store-password-env STORE_PASSWORD";
    let arguments = format!("protect {store} --sign-as-sender --encrypt-to-recipients");
    let protected = world
        .smime_with(&arguments, mail.as_bytes(), &variables)
        .exits(0);
    let opened = world.smime_with(
        &format!("open {store} --trust ca.pem --require encryption"),
        &protected.stdout,
        &variables,
    );
    let opened = opened.exits(0);
    assert!(text(&opened).contains("Dear Bob,"));
    assert!(!opened.stderr.contains(STORE_PASSWORD));

    for wrong in [
        "protect --store store",
        "protect --sign-as-sender",
        "protect --certs certs --store-password-env X",
        "protect --store store --sign-as-sender --sign alice.p12",
        "open --store-password-file password.txt",
    ] {
        world.smime(wrong, b"").exits(64);
    }
    world.write("wrong.txt", "not it\n");
    let wrong = "open --store store --store-password-file wrong.txt";
    let ran = world.smime(wrong, &protected.stdout).exits(2);
    assert!(ran.stderr.contains("wrong password"), "{}", ran.stderr);
    let ran = world
        .smime("open --store store", &protected.stdout)
        .exits(2);
    assert!(ran.stderr.contains("password"), "{}", ran.stderr);
}
