//! SECURITY.md SIG-12: which addresses of a certificate count, and how they are compared.

use super::*;

#[test]
fn sig_12_every_address_of_the_certificate_counts() {
    let ca = Ca::new("Test CA");
    let two = issued(
        ca.certify(Key::P256, "first@x.example")
            .address("second@y.example")
            .address("ren\u{e9}@z.example")
            .address("carol@xn--bcher-kva.example"),
    );
    for address in [
        "first@x.example",
        "Second@Y.example",
        "ren\u{e9}@z.example",
        "carol@b\u{fc}cher.example",
        "carol@xn--bcher-kva.example",
        "carol@XN--BCHER-KVA.example",
    ] {
        let header = format!("From: {address}\r\n");
        assert_eq!(found(&header, &two), Found::Named, "{address}");
    }
    for address in [
        "first@y.example",
        "second@x.example",
        "REN\u{c9}@z.example",
        "rene@z.example",
        "ren\u{e9}@x.example",
        "carol@bucher.example",
        "first@sub.x.example",
        "first@example",
        "x.example",
        "first@x.example.evil.example",
    ] {
        let header = format!("From: {address}\r\n");
        assert_ne!(found(&header, &two), Found::Named, "{address}");
    }
}

#[test]
fn sig_12_case_of_the_local_part_is_noted_and_fails_if_strict() {
    let bob = certificate("Bob@Example.org");
    let from = |address: &str| sender(&format!("From: {address}\r\n"));
    let exact = from("Bob@eXample.ORG").bind(&bob, true);
    assert_eq!(exact.len(), 1);
    assert_eq!(exact[0].outcome(), Outcome::Passed);
    let why = Reason::LocalPartCase {
        from: "bob@example.org".into(),
        certificate_names: "Bob@Example.org".into(),
    };
    let lenient = from("bob@example.org").bind(&bob, false);
    let outcomes: Vec<Outcome> = lenient.iter().map(Check::outcome).collect();
    assert_eq!(outcomes, [Outcome::Passed, Outcome::Note]);
    assert_eq!(lenient[1].why(), Some(&why));
    let strict = from("bob@example.org").bind(&bob, true);
    assert_eq!(strict.len(), 1);
    assert!(strict[0].is_failed());
    assert_eq!(strict[0].why(), Some(&why));
    // Not ASCII: exact, always.
    let rene = certificate("Ren\u{e9}@example.org");
    assert_eq!(
        found("From: ren\u{e9}@example.org\r\n", &rene),
        Found::Mismatch
    );
    // One of two addresses is exact.
    let ca = Ca::new("Test CA");
    let both = issued(
        ca.certify(Key::P256, "BOB@example.org")
            .address("bob@example.org"),
    );
    assert_eq!(from("bob@example.org").bind(&both, true).len(), 1);
}

#[test]
fn sig_12_a_nul_or_control_character_in_the_certificate_names_nobody() {
    let ca = Ca::new("Test CA");
    for content in [
        &b"ceo@x.example\0.evil.example"[..],
        b"ceo@x.example\0",
        b"\0ceo@x.example",
        b"ceo@x.example\r\n",
        b"ceo@x.example\n,eve@evil.example",
    ] {
        let eve = issued(
            ca.certify(Key::P256, "eve@evil.example")
                .no_address()
                .alternative_name(0x81, content),
        );
        let failed = failures("From: ceo@x.example\r\n", &eve);
        assert_eq!(failed, [Reason::NamesNoAddress]);
        let checks = sender("From: ceo@x.example\r\n").bind(&eve, false);
        assert_eq!(checks.len(), 2, "the address that is left out is noted");
        assert_eq!(checks[1].outcome(), Outcome::Note);
        assert!(!checks[1].to_string().contains(['\n', '\r', '\0']));
        assert!(checks[1].what().contains("ceo@x.example"));
    }
}

#[test]
fn sig_12_malformed_addresses_in_the_certificate_match_nothing() {
    let ca = Ca::new("Test CA");
    for content in [
        &b"ceo@x.example."[..],
        b"ceo@.x.example",
        b"@x.example",
        b"x.example",
        b"ceo@x.example@evil.example",
        b"<ceo@x.example>",
        b"CEO <ceo@x.example>",
        b" ceo@x.example",
        b"ceo@x.example ",
        b"ceo@x.example,eve@evil.example",
        b"*@x.example",
        b"mailto:ceo@x.example",
    ] {
        let eve = issued(
            ca.certify(Key::P256, "eve@evil.example")
                .no_address()
                .alternative_name(0x81, content),
        );
        let shown = String::from_utf8_lossy(content);
        assert_eq!(
            found("From: ceo@x.example\r\n", &eve),
            Found::Mismatch,
            "{shown}"
        );
    }
}

#[test]
fn sig_12_the_last_at_sign_separates_the_domain() {
    let quoted = certificate("\"ceo@x.example\"@evil.example");
    assert_eq!(found("From: ceo@x.example\r\n", &quoted), Found::Mismatch);
    let header = "From: \"ceo@x.example\"@evil.example\r\n";
    assert_eq!(found(header, &quoted), Found::Named);
    assert_eq!(
        found(header, &certificate("ceo@x.example")),
        Found::Mismatch
    );
    // Quotes that are not needed are no difference.
    assert_eq!(
        found("From: \"ceo\"@x.example\r\n", &certificate("ceo@x.example")),
        Found::Named
    );
}

#[test]
fn sig_12_the_subject_counts_only_without_alternative_names() {
    let ca = Ca::new("Test CA");
    let subject = [("2.5.4.3", "Bob"), (EMAIL_ADDRESS, "subject@x.example")];
    let bob = || ca.certify(Key::P256, "san@x.example").subject(&subject);
    let header = "From: subject@x.example\r\n";
    assert_eq!(found(header, &issued(bob())), Found::Mismatch);
    assert_eq!(found(header, &issued(bob().no_address())), Found::Named);
    let utf8 = issued(bob().no_address().address("\u{e9}@x.example"));
    assert_eq!(found(header, &utf8), Found::Mismatch);
    let empty = bob()
        .no_address()
        .extension("2.5.29.17", false, &sequence(&[]));
    assert_eq!(found(header, &issued(empty)), Found::Named);
    // The common name never counts.
    let ca_name = [("2.5.4.3", "subject@x.example")];
    let named = issued(
        ca.certify(Key::P256, "x@x.example")
            .subject(&ca_name)
            .no_address(),
    );
    assert_eq!(failures(header, &named), [Reason::NamesNoAddress]);
}

#[test]
fn sig_12_punycode_does_not_mask() {
    // idna before 1.0 took "xn--example-.org" and the like for "example.org".
    let good = certificate("ceo@example.org");
    for domain in [
        "xn--example-.org",
        "xn--example.org",
        "example.xn--org-",
        "xn--.example.org",
    ] {
        let header = format!("From: ceo@{domain}\r\n");
        assert_eq!(found(&header, &good), Found::NoFrom, "{domain}");
        let masked = certificate(&format!("ceo@{domain}"));
        assert_eq!(
            found("From: ceo@example.org\r\n", &masked),
            Found::Mismatch,
            "{domain}"
        );
    }
}
