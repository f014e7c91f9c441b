//! Every form of file in.

use smime::cert::Pkcs12;
use smime::resolver::{CertificateResolver, Provenance};
use smime::store::{Change, Imported};
use smime::{Certificate, ErrorKind, Identity, PrivateKey};

use crate::ca::{Certify, Key, KeyPair, pem};
use crate::people::{ALICE, BOB, CAROL, ca, mailbox, person};
use crate::{PASSWORD, Place, entry, name, options, problems};

/// What was taken: whether as an identity, and what became of it.
fn taken(imported: &Imported) -> Vec<(&Certificate, bool, Change)> {
    let taken = imported.taken().iter();
    taken
        .map(|one| (one.certificate(), one.is_identity(), one.change()))
        .collect()
}

#[test]
fn a_p12_becomes_an_identity_with_its_chain() {
    let place = Place::new();
    let (alice, carol) = (person(Key::P256, ALICE), person(Key::P256, CAROL));
    let file = Pkcs12::builder()
        .identity(&alice.identity)
        .certificate(carol.certificate())
        .iterations(2_048)
        .build("theirs")
        .unwrap();
    let store = place.store();
    let imported = store.import(&file, &["other", "theirs"]).unwrap();
    let expected = [
        (alice.certificate(), true, Change::Added),
        (carol.certificate(), false, Change::Added),
    ];
    assert_eq!(taken(&imported), expected);
    assert!(imported.skipped().is_empty());
    assert_eq!(
        place.names().len(),
        2,
        "the authority is in the file of the identity"
    );
    let again = store.import(&file, &["theirs"]).unwrap();
    assert!(
        again
            .taken()
            .iter()
            .all(|t| t.change() == Change::Unchanged)
    );

    let store = options().open(place.path()).unwrap();
    let identity = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(identity.chain(), alice.identity.chain());
    assert_eq!(identity.chain().len(), 2);
    let key = identity.key().to_pkcs8_der().unwrap();
    assert_eq!(key.as_ref(), alice.key_der);
    assert_eq!(store.certificates().unwrap().len(), 3);
    assert!(problems(&store).is_empty());
}

#[test]
fn certificates_in_every_form() {
    let (bob, carol) = (person(Key::P256, BOB), person(Key::P256, CAROL));
    let both = [bob.certificate(), carol.certificate()];
    let der = bob.certificate().to_der();
    let forms: [(&str, Vec<u8>, usize); 5] = [
        ("DER", der.to_vec(), 1),
        ("DER twice", [der, carol.certificate().to_der()].concat(), 2),
        ("PEM", bob.certificate_pem().into_bytes(), 1),
        ("bundle", Certificate::bundle_to_pem(both).into_bytes(), 2),
        ("p7b", Certificate::bundle_to_p7b(both), 2),
    ];
    for (form, bytes, count) in forms {
        let place = Place::new();
        let store = place.store();
        let imported = store.import(&bytes, &[]).unwrap();
        assert_eq!(imported.taken().len(), count, "{form}");
        assert!(imported.taken().iter().all(|t| t.change() == Change::Added));
        let entry = entry(&store, bob.certificate());
        assert_eq!(entry.provenance(), Provenance::Pinned, "{form}");
        assert!(!entry.is_identity());
        assert_eq!(entry.addresses(), [BOB]);
        assert_eq!(store.entries_for(&mailbox(BOB)).unwrap().len(), 1);
    }
}

/// What a person did not look through is vouched for by nobody; his own identity is his own.
#[test]
fn a_collection_can_be_taken_as_candidates() {
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::P256, BOB));
    let carol = person(Key::P256, CAROL);
    store
        .add_certificate(carol.certificate(), Provenance::Pinned)
        .unwrap();
    let file = alice.certificate_pem()
        + &alice.key_pem()
        + &bob.certificate_pem()
        + &carol.certificate_pem();
    let imported = store.import_as(file.as_bytes(), &[], Provenance::Candidate);
    assert_eq!(imported.unwrap().taken().len(), 3);
    for (person, provenance) in [
        (&alice, Provenance::Pinned),
        (&bob, Provenance::Candidate),
        (&carol, Provenance::Pinned),
    ] {
        let found = entry(&store, person.certificate());
        assert_eq!(found.provenance(), provenance, "{found:?}");
    }
}

#[test]
fn pem_with_a_key_and_a_key_whose_certificate_is_here() {
    let place = Place::new();
    let store = place.store();
    let (alice, bob) = (person(Key::P256, ALICE), person(Key::Rsa2048, BOB));
    let file = alice.certificate_pem() + &alice.key_pem();
    let imported = store.import(file.as_bytes(), &[]).unwrap();
    assert!(imported.taken()[0].is_identity());

    let error = store.import(&bob.key_der, &[]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Missing { .. }), "{error}");
    for key in [bob.key_der.clone(), bob.key_pem().into_bytes()] {
        let place = Place::new();
        let store = place.store();
        store.import(bob.certificate().to_der(), &[]).unwrap();
        assert_eq!(place.names(), [name(bob.certificate(), "cert")]);
        let imported = store.import(&key, &[]).unwrap();
        let expected = [(bob.certificate(), true, Change::Updated)];
        assert_eq!(taken(&imported), expected);
        assert_eq!(place.names(), [name(bob.certificate(), "key")]);
        assert!(store.signing_identity(&mailbox(BOB)).unwrap().is_some());
    }
}

/// As `openssl pkcs8 -topk8` writes it, also in DER, where it begins as a certificate does.
#[test]
fn an_encrypted_key_in_pem_and_der() {
    let made = Place::new();
    let bob = person(Key::P256, BOB);
    made.store().add_identity(&bob.identity).unwrap();
    let file = std::fs::read_to_string(made.file(name(bob.certificate(), "key"))).unwrap();
    let pem = &file[file.find("-----BEGIN ENCRYPTED").unwrap()..];
    let pem = &pem[..pem.find("-----BEGIN CERTIFICATE").unwrap()];
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64_simd::STANDARD.decode_to_vec(text).unwrap();
    for key in [pem.as_bytes(), &der] {
        let place = Place::new();
        let store = place.store();
        store.import(bob.certificate().to_der(), &[]).unwrap();
        let error = store.import(key, &["wrong"]).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WrongPassword { .. }),
            "{error}"
        );
        let error = store.import(key, &[]).unwrap_err();
        assert!(error.to_string().contains("password"), "{error}");
        store.import(key, &["wrong", PASSWORD]).unwrap();
        assert!(entry(&store, bob.certificate()).is_identity());
    }
}

fn renew(certify: Certify<'_>) -> Certify<'_> {
    certify.validity("250101000000Z", "491231235959Z")
}

/// What a CA sends after a renewal: the certificate alone, for a key that is here.
#[test]
fn a_renewal_with_the_same_key_becomes_an_identity() {
    let place = Place::new();
    let store = place.store();
    let old = person(Key::P256, ALICE);
    store.add_identity(&old.identity).unwrap();
    let key = KeyPair::generate(Key::P256, "unused");
    let stranger = renew(ca().certify(Key::P256, ALICE).with_key(&key)).issue();
    let stranger = Certificate::from_bytes(&stranger.0).unwrap();
    store.import(stranger.to_der(), &[]).unwrap();
    assert!(!entry(&store, &stranger).is_identity());

    // The same public key in a newer certificate.
    let pair = ca().certify(Key::Rsa2048, ALICE);
    let (first, key_der) = pair.issue();
    let (second, same) = renew(ca().certify(Key::Rsa2048, ALICE)).issue();
    assert_eq!(key_der, same, "one RSA key per process and label");
    let first = Certificate::from_bytes(&first).unwrap();
    let second = Certificate::from_bytes(&second).unwrap();
    let key = PrivateKey::from_bytes(&key_der, None).unwrap();
    let authority = Certificate::from_bytes(ca().certificate_der()).unwrap();
    store
        .add_identity(&Identity::new([first, authority], key).unwrap())
        .unwrap();
    store.import(second.to_der(), &[]).unwrap();
    let identity = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(identity.certificate(), &second);
    assert_eq!(identity.chain().len(), 2);
    // And for whoever opens it later.
    let store = options().open(place.path()).unwrap();
    let identity = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(identity.certificate(), &second);
}

#[test]
fn one_broken_certificate_does_not_cost_the_others() {
    let place = Place::new();
    let store = place.store();
    let bob = person(Key::P256, BOB);
    let broken = pem("CERTIFICATE", &[0x30, 0x03, 0x30, 0x01, 0x00]);
    let file = broken.clone() + &bob.certificate_pem();
    let imported = store.import(file.as_bytes(), &[]).unwrap();
    assert_eq!(
        taken(&imported),
        [(bob.certificate(), false, Change::Added)]
    );
    let [skipped] = imported.skipped() else {
        panic!("{imported}")
    };
    assert!(skipped.starts_with("a certificate: malformed"), "{skipped}");
    assert!(imported.to_string().contains("skipped: a certificate"));

    let error = store.import(broken.as_bytes(), &[]).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Malformed { .. }),
        "{error}"
    );
}

#[test]
fn what_is_no_file_of_certificates_is_an_error_and_changes_nothing() {
    let place = Place::new();
    let store = place.store();
    for bytes in [
        &b""[..],
        b"hello",
        b"-----BEGIN CERTIFICATE-----\nMII",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        &[0x30, 0x82, 0x01],
        &[0x30, 0x80, 0x02, 0x01, 0x03, 0, 0],
    ] {
        assert!(store.import(bytes, &[PASSWORD]).is_err(), "{bytes:?}");
    }
    assert!(place.names().is_empty());
}

#[test]
fn wrong_passwords_of_files() {
    let place = Place::new();
    let store = place.store();
    let alice = person(Key::P256, ALICE);
    let file = Pkcs12::builder()
        .identity(&alice.identity)
        .iterations(2_048)
        .build("theirs")
        .unwrap();
    for passwords in [&[][..], &["wrong"], &["wrong", ""]] {
        let error = store.import(&file, passwords).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::WrongPassword { .. }),
            "{error}"
        );
    }
    assert!(place.names().is_empty());
}

/// Only for who is vouched for: a certificate that anybody can have made takes no key.
#[test]
fn a_candidate_with_the_same_key_stays_a_certificate() {
    let place = Place::new();
    let store = place.store();
    let old = person(Key::Rsa2048, ALICE);
    store.add_identity(&old.identity).unwrap();
    let (second, _) = renew(ca().certify(Key::Rsa2048, ALICE)).issue();
    let second = Certificate::from_bytes(&second).unwrap();
    let same = second.public_key().spki_der();
    assert_eq!(same, old.certificate().public_key().spki_der());
    let candidate = smime::resolver::Provenance::Candidate;
    store.add_certificate(&second, candidate).unwrap();
    assert!(!entry(&store, &second).is_identity());
    let identity = store.signing_identity(&mailbox(ALICE)).unwrap().unwrap();
    assert_eq!(identity.certificate(), old.certificate());
}
