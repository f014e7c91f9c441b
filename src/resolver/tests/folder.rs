//! A folder of files.

use std::fs;
use std::path::Path;

use super::*;
use crate::cert::ca::pem;

fn addresses(resolver: &FolderResolver, address: &str) -> Vec<String> {
    let found = resolver.encryption_certificates(&mailbox(address)).unwrap();
    assert!(
        found
            .iter()
            .all(|f| f.provenance() == Provenance::Pinned && !f.is_bound())
    );
    found
        .into_iter()
        .flat_map(|f| f.certificate().addresses().to_vec())
        .collect()
}

#[test]
fn finds_by_what_certificates_name_and_not_by_file_names() {
    let ca = Ca::new("Test CA");
    let leaf = |address: &str| ca.leaf(Key::P256, address);
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    write("a.CER", &leaf("a@example.org").0);
    write("b.der", &leaf("b@example.org").0);
    let two = ["c@example.org", "d@example.org"].map(|a| pem("CERTIFICATE", &leaf(a).0));
    write("two.pem", two.concat().as_bytes());
    write("bob@example.org.cer", &leaf("mallory@example.org").0);
    write("notes.txt", b"not looked at");
    write(".hidden.cer", b"not looked at");
    write("broken.cer", b"no certificate");
    fs::create_dir_all(folder.path().join("e@example.org/deeper")).unwrap();
    write("e@example.org/any.crt", &leaf("f@example.org").0);
    write("e@example.org/deeper/g.crt", &leaf("g@example.org").0);

    let resolver = FolderResolver::open(folder.path()).unwrap();
    for address in [
        "a@example.org",
        "b@example.org",
        "c@example.org",
        "d@example.org",
        "f@example.org",
        "mallory@example.org",
    ] {
        assert_eq!(addresses(&resolver, address), [address]);
    }
    for address in ["bob@example.org", "e@example.org", "g@example.org"] {
        assert!(addresses(&resolver, address).is_empty(), "{address}");
    }
    let problems = resolver.problems();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("broken.cer: "), "{problems:?}");
}

#[test]
fn reads_identities_and_reads_again() {
    let ca = Ca::new("Test CA");
    let (certificate, key) = ca.leaf(Key::P256, "alice@example.org");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alice.pem");
    let text = [
        pem("PRIVATE KEY", &key),
        ca.certificate_pem(),
        pem("CERTIFICATE", &certificate),
    ]
    .concat();
    fs::write(&file, text).unwrap();
    let resolver = FolderResolver::open(folder.path()).unwrap();
    assert_eq!(resolver.problems(), Vec::<String>::new());
    let alice = mailbox("alice@example.org");
    let found = resolver.signing_identity(&alice).unwrap().unwrap();
    assert_eq!(
        found.chain(),
        [read(&certificate), read(ca.certificate_der())]
    );

    // What was read stays until it is read again.
    fs::remove_file(&file).unwrap();
    assert!(resolver.signing_identity(&alice).unwrap().is_some());
    resolver.reload().unwrap();
    assert!(resolver.signing_identity(&alice).unwrap().is_none());
    fs::remove_dir(folder.path()).unwrap();
    let error = resolver.reload().unwrap_err();
    assert!(
        error
            .to_string()
            .contains(&folder.path().display().to_string())
    );
}

#[test]
fn passwords_are_asked_for_per_key_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.p12", "b.PFX", "c.cer"] {
        fs::write(folder.path().join(name), b"broken").unwrap();
    }
    let (sender, asked) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    let resolver = FolderResolver::open_with(folder.path(), move |file: &Path| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        sender.lock().unwrap().send(name).unwrap();
        Some("secret".into())
    })
    .unwrap();
    assert_eq!(asked.try_iter().collect::<Vec<_>>(), ["a.p12", "b.PFX"]);
    assert_eq!(resolver.problems().len(), 3);
    assert!(!format!("{resolver:?}").contains("secret"));
    assert!(FolderResolver::open(folder.path().join("nowhere")).is_err());
}

/// The examples of RFC 9216 as one folder: the password of each PKCS#12 is the person's first name.
#[test]
fn the_rfc9216_examples() {
    let Some(corpora) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly("corpus rfc9216, because SMIME_CORPORA is not set");
        return;
    };
    let folder = Path::new(&corpora).join("rfc9216");
    let resolver = FolderResolver::open_with(folder, |file| {
        let name = file.to_str().unwrap();
        let people = ["alice", "bob", "carlos", "dana"];
        people
            .into_iter()
            .find(|p| name.contains(p))
            .map(str::to_owned)
    })
    .unwrap();
    for person in ["alice", "bob", "carlos", "dana"] {
        let address = mailbox(&format!("{person}@smime.example"));
        let signer = resolver.signing_identity(&address).unwrap().unwrap();
        assert!(signer.certificate().can_sign(), "{person}");
        assert_eq!(signer.chain().len(), 2, "{person}");
        let found = resolver.encryption_certificates(&address).unwrap();
        // One to sign and one to encrypt; the files repeat them.
        assert_eq!(found.len(), 2, "{person}");
        let now = signer.certificate().not_before();
        let policy = crate::policy::StandardPolicy::at(now);
        let all = |_: &FoundCertificate| Ok::<(), Vec<crate::check::Reason>>(());
        let best = choose(&found, Some(&address), now, &policy, all);
        let best = best.unwrap().found;
        assert_ne!(best.certificate(), signer.certificate(), "{person}");
    }
    // Keys without certificates, and PKCS#12 in PEM, are named as problems; nothing else is.
    for problem in resolver.problems() {
        assert!(
            problem.contains("private-key.pem: ") || problem.contains("pkcs12.pem: "),
            "{problem}"
        );
    }
}
