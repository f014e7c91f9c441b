//! What lies in the folder.

use std::path::Path;

use smime::submit::Outbox;
use smime::submit::outbox::Decision;

use super::*;
use crate::ca::Key;
use crate::mail_server::{STEPS, place};
use crate::people::{BOB, CAROL, mail_to, mailbox, person, protector};

/// Every file below a folder, one behind the other.
fn all_bytes(folder: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap();
    let all = files.map(|one| std::fs::read(one.unwrap().path()).unwrap());
    all.collect::<Vec<_>>().concat()
}

/// Looked at before, while and after it is sent; also base64 of the text would be found.
#[test]
fn an_encrypted_message_never_lies_in_clear() {
    let certificates = [BOB, CAROL].map(|who| person(Key::P256, who).certificate().clone());
    let protected = protector()
        .encrypt_to(&certificates)
        .protect(mail_to("To: bob@example.org\r\nBcc: carol@example.org\r\n"))
        .unwrap();
    assert_eq!(protected.copies().len(), 2);
    let (place, server) = (place(), MailServer::start(Some(STEPS[9])));
    let outbox = Outbox::open(place.path()).unwrap();
    let id = outbox.add(&protected).unwrap();
    let look = || {
        let bytes = all_bytes(place.path());
        let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(!has(b"Hello Bob") && !has(b"SGVsbG8gQm9i") && !has(b"text/plain"));
        has(b"pkcs7-mime")
    };
    assert!(look());
    for (stored, copy) in outbox.copies(id).unwrap().iter().zip(protected.copies()) {
        assert_eq!(stored.1, copy.bytes());
        assert_eq!(stored.0.recipients(), copy.envelope().unwrap().recipients());
    }
    let address = server.address();
    std::thread::scope(|scope| {
        let outbox = &outbox;
        scope.spawn(move || outbox.run_blocking(&submitter(address), at(0)).map(|_| ()));
        server.wait();
        assert!(look());
        drop(server);
    });
    // Bob is unknown, Carol was not tried any more.
    assert!(look());
    outbox
        .decide(id, &mailbox(BOB), Decision::SendAgain)
        .unwrap();
    let server = MailServer::start(None);
    let report = outbox
        .run_blocking(&submitter(server.address()), at(1_000))
        .unwrap();
    assert!(!report.entries()[0].is_removed(), "{report}");
    assert!(look());
    let report = outbox
        .run_blocking(&submitter(server.address()), at(10_000))
        .unwrap();
    assert!(
        report.all_accepted() && report.entries()[0].is_removed(),
        "{report}"
    );
    assert!(!look());
    // Each copy went to its readers and to nobody else.
    let [first, second] = [0, 1].map(|copy| protected.copies()[copy].bytes());
    assert_eq!(
        (server.count("bob", first), server.count("carol", first)),
        (1, 0)
    );
    assert_eq!(
        (server.count("bob", second), server.count("carol", second)),
        (0, 1)
    );
    assert_eq!(server.total(), 2);
}
