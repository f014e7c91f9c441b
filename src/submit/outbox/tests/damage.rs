//! Files that were cut off or changed: no panic, and never another address or another message.

use std::collections::BTreeMap;

use super::*;

/// Only Bob gets it.
const OTHER: &[u8] = b"a: b\r\n\r\nc\r\n";

/// An outbox in which Carol was deferred, Dave rejected, Erin is unknown and Bob has it.
fn files() -> (EntryId, BTreeMap<String, Vec<u8>>) {
    let disk = Model::default();
    let outbox = over(&disk);
    let all = envelope(&[
        "bob@example.org",
        "carol@example.org",
        "dave@example.org",
        "erin@example.org",
    ]);
    let id = outbox
        .add_copies(&[(&all, MESSAGE), (&envelope(&["bob@example.org"]), OTHER)])
        .unwrap();
    let post = Post::new(&[
        ("carol", &[Answer::Defer]),
        ("dave", &[Answer::Reject]),
        ("erin", &[Answer::Vanish]),
    ]);
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert_eq!(report.entries().len(), 1);
    (id, disk.files())
}

/// Opens, looks at everything and sends what is due. Only Carol may get it, and only this message.
fn try_all(files: &BTreeMap<String, Vec<u8>>, id: EntryId, case: &str) -> bool {
    let disk = Model::with_files(files.clone());
    let Ok(outbox) = Outbox::over(Box::new(disk.clone()), PathBuf::from("model")) else {
        return false;
    };
    let _ = (outbox.entries().unwrap(), outbox.problems().unwrap());
    let _ = (outbox.copies(id), outbox.next_due());
    // Another message is not held up.
    outbox
        .add_bytes(&envelope(&["zoe@example.org"]), b"x: y\r\n\r\nz\r\n")
        .unwrap();
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(100_000)).unwrap();
    let received = post.received();
    assert!(received.iter().any(|(who, _)| who == "zoe"), "{case}");
    let others: Vec<_> = received.iter().filter(|(who, _)| who != "zoe").collect();
    let is_sent = match others.as_slice() {
        [] => false,
        [(who, bytes)] => {
            assert!(who == "carol" && bytes == MESSAGE, "{case}: {who}");
            true
        }
        _ => panic!("{case}: {others:?}"),
    };
    // It was either sent as it was, or named.
    assert!(
        is_sent != (report.problems().len() == 1),
        "{case}: {report}"
    );
    is_sent
}

#[test]
fn every_cut_and_every_changed_byte_is_found() {
    let (id, whole) = files();
    assert_eq!(whole.len(), 3);
    assert!(try_all(&whole, id, "whole"));
    let mut cases = 0;
    for (name, bytes) in &whole {
        let is_mail = *name == letter::file_name(id);
        let mut changed = whole.clone();
        for at in 0..bytes.len() {
            changed.insert(name.clone(), bytes[..at].to_vec());
            assert!(!try_all(&changed, id, &format!("{name} cut at {at}")));
            for flip in [0x01, 0x20] {
                let mut other = bytes.clone();
                other[at] ^= flip;
                changed.insert(name.clone(), other);
                // The other copy is not read for Carol.
                let is_other = is_mail && at >= bytes.len() - OTHER.len();
                let case = format!("{name} byte {at} with {flip:#x}");
                assert_eq!(try_all(&changed, id, &case), is_other, "{case}");
                cases += 1;
            }
        }
        let longer = [bytes.as_slice(), b"x"].concat();
        changed.insert(name.clone(), longer);
        assert!(!try_all(&changed, id, &format!("{name} longer")));
    }
    println!("{cases} changed bytes");
}

#[test]
fn a_state_of_another_message_is_not_used() {
    let (id, mut files) = files();
    let (other, theirs) = self::files();
    let state = theirs[&ledger::file_name(other)].clone();
    files.insert(ledger::file_name(id), state);
    assert!(!try_all(&files, id, "another state"));
    // Nor is a message under another name.
    let (id, mut files) = self::files();
    let copied = EntryId::new(9).unwrap();
    let mail = files[&letter::file_name(id)].clone();
    files.insert(letter::file_name(copied), mail);
    let outbox = over(&Model::with_files(files));
    let problems = outbox.problems().unwrap();
    assert!(
        problems[0].to_string().contains("copy of another entry"),
        "{problems:?}"
    );
    assert_eq!(problems[0].id(), Some(copied));
    outbox.remove(copied).unwrap();
    assert!(outbox.problems().unwrap().is_empty());
}

/// Sealed again by somebody who knows how: still nothing but addresses that are addresses.
#[test]
fn what_was_written_by_somebody_else_is_read_strictly() {
    let id = EntryId::new(0).unwrap();
    let digest = sealed::sha256(MESSAGE);
    let head = |rest: &str| {
        let length = MESSAGE.len();
        format!("smime outbox message 1\nid: {id}\ncopy: {length} {digest}\n{rest}")
    };
    let good = head("from: <>\nto: <bob@example.org>\n");
    let read = |lines: &str| {
        let (head, _) = sealed::seal(lines.to_owned());
        let file = [head.as_bytes(), MESSAGE].concat();
        let files = [
            (FORMAT_FILE.to_owned(), FORMAT.to_vec()),
            (letter::file_name(id), file),
        ];
        let outbox = over(&Model::with_files(files));
        outbox.copies(id).map(|copies| copies.len())
    };
    assert_eq!(read(&good).unwrap(), 1);
    for wrong in [
        head("from: <>\n"),
        head("to: <bob@example.org>\n"),
        head("from: <>\nto: bob@example.org\n"),
        head("from: <>\nto: <>\n"),
        head("from: <a b@example.org>\nto: <bob@example.org>\n"),
        head("from: <>\nto: <bob@example.org> NOTIFY=NEVER\n"),
        head("from: <>\nto: <bob@example.org>\nto: <Bob@EXAMPLE.org>\n"),
        head("from: <>\nto: <bob@example.org\u{9}>\n"),
        head("from: <>\nto: <bob@example.org>\nbcc: <eve@example.org>\n"),
        format!("{good}copy: 0 x\n"),
        format!(
            "{good}{}",
            good.split_once("copy")
                .map(|(_, rest)| format!("copy{rest}"))
                .unwrap()
        ),
        good.replace("smime outbox message 1", "smime outbox message 2"),
        good.replace(&digest, &"0".repeat(64)),
        good.replace(
            &format!("copy: {}", MESSAGE.len()),
            "copy: 18446744073709551615",
        ),
        good.replace(&format!("copy: {}", MESSAGE.len()), "copy: -1"),
    ] {
        assert!(
            matches!(read(&wrong), Err(OutboxError::Damaged(_))),
            "{wrong}"
        );
    }
    let state = |line: &str| {
        let (_, check) = sealed::seal(good.clone());
        let (text, _) = sealed::seal(format!(
            "smime outbox state 1\nid: {id}\nmessage: {check}\n{line}"
        ));
        let (head, _) = sealed::seal(good.clone());
        let files = [
            (FORMAT_FILE.to_owned(), FORMAT.to_vec()),
            (letter::file_name(id), [head.as_bytes(), MESSAGE].concat()),
            (ledger::file_name(id), text.into_bytes()),
        ];
        over(&Model::with_files(files)).entry(id)
    };
    assert!(state("recipient: waiting 0 - - \n").is_ok());
    for wrong in [
        "",
        "recipient: waiting 0 - -\n",
        "recipient: Waiting 0 - - \n",
        "recipient: waiting x - - \n",
        "recipient: waiting -1 - - \n",
        "recipient: waiting 4294967296 - - \n",
        "recipient: waiting 0 253402300800 - \n",
        "recipient: waiting 0 18446744073709551616 - \n",
        "recipient: waiting 0 - - \nrecipient: waiting 0 - - \n",
        "recipient: waiting 0 - - \nx: y\n",
    ] {
        assert!(
            matches!(state(wrong), Err(OutboxError::Damaged(_))),
            "{wrong}"
        );
    }
}
