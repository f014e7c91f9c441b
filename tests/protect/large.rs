//! Many recipients, and one machine for mail of 1 KB and of 10 MB.

use smime::engine::Step;
use smime::protect::Framing;

use crate::ca::{Key, KeyPair};
use crate::mime::{assert_seven_bit, cms, detached, leaf, split};
use crate::people::{ALICE, BOB, ca, made, mail, mail_to, person, protector};

/// A thousand addresses, certificates and RecipientInfos; every problem of a thousand is reported, too.
#[test]
fn thousand_recipients() {
    let key = KeyPair::generate(Key::P256, "everybody");
    let addresses: Vec<String> = (0..1000)
        .map(|n| format!("reader{n}@example.org"))
        .collect();
    let readers: Vec<_> = addresses
        .iter()
        .map(|address| made(ca().certify(Key::P256, address).with_key(&key)))
        .collect();
    let message = mail_to(&format!("To: {}\r\n", addresses.join(",\r\n ")));
    let protector = protector().encrypt_to(readers.iter().map(|one| one.certificate()));
    let protected = protector.protect(&message).unwrap();
    assert_eq!(
        protected.copies()[0].envelope().unwrap().recipients().len(),
        1000
    );
    assert_eq!(protected.report().recipients().len(), 1000);
    let data = crate::structure::enveloped_data(&cms(protected.message()));
    assert_eq!(data.recip_infos.0.len(), 1000);
    assert_seven_bit(protected.message());

    let nobody = crate::people::protector().encrypt_to([person(Key::P256, BOB).certificate()]);
    let problems = crate::refused(nobody.protect(&message));
    assert_eq!(problems.problems().len(), 1000);
}

/// The demo mail and a large one, pushed in blocks: what has come in is not kept until the end.
#[test]
fn small_and_large_through_the_same_machine() {
    let alice = person(Key::P256, ALICE);
    let text: String = (0..10_000_000 / 64)
        .map(|n| format!("{n:062}\r\n"))
        .collect();
    let large = format!(
        "From: alice@example.org\r\nTo: bob@example.org\r\nContent-Type: text/plain\r\n\r\n{text}"
    );
    for (message, wanted) in [(mail(), "Hello Bob\r\n"), (large, text.as_str())] {
        let protector = protector()
            .sign(&alice.identity)
            .framing(Framing::Indefinite);
        let mut machine = protector.machine().unwrap();
        let (mut sent, mut most, mut out) = (Vec::new(), 0, Vec::new());
        for block in message.as_bytes().chunks(64 << 10) {
            machine.push(block, &mut out).unwrap();
            most = most.max(out.len());
            sent.append(&mut out);
        }
        let before_the_end = sent.len();
        while let Step::Ask(questions) = machine.finish(&mut out).unwrap() {
            for (id, question) in questions {
                machine.answer(id, question.answer(None)).unwrap();
            }
        }
        sent.append(&mut out);
        let parts = detached(&sent);
        let (_, decoded) = leaf(&parts.entity);
        assert!(decoded == wanted.as_bytes());
        if message.len() > 1 << 20 {
            // A leaf is looked at for 256 KiB before it is written (docs/ARCHITECTURE.md); no more is held.
            assert!(most < 2 << 20, "{most} bytes in one step");
            assert!(before_the_end > message.len() - (1 << 20));
        }
        let data = crate::structure::signed_data(&parts.p7s);
        assert_eq!(data.signer_infos.0.len(), 1);
    }
}

/// The same for encryption: ciphertext leaves as plaintext comes.
#[test]
fn encryption_streams() {
    let bob = person(Key::P256, BOB);
    let protector = protector()
        .encrypt_to([bob.certificate()])
        .framing(Framing::Indefinite);
    let mut machine = protector.machine().unwrap();
    let mut out = Vec::new();
    let head = "From: alice@example.org\r\nTo: bob@example.org\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    machine.push(head.as_bytes(), &mut out).unwrap();
    let block = vec![7u8; 64 << 10];
    for _ in 0..64 {
        machine.push(&block, &mut out).unwrap();
    }
    assert!(
        out.len() > 5 << 20,
        "{} bytes of 4 MiB base64 in base64",
        out.len()
    );
    machine.finish(&mut out).unwrap();
    assert_seven_bit(&out);
    let (_, body) = split(&out);
    let der = crate::mime::base64(body);
    assert_eq!(der[..2], [0x30, 0x80]);
}
