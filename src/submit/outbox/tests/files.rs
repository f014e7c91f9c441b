//! The real folder: permissions, links, other people's files, locks.

use std::fs;

use super::mail_server::{MailServer, STEPS, place};
use super::*;
use crate::submit::Submitter;

#[test]
fn the_folder_is_for_one_at_a_time() {
    let place = place();
    let path = place.path().join("a/b/outbox");
    let outbox = Outbox::open(&path).unwrap();
    let error = Outbox::open(&path).unwrap_err();
    assert!(matches!(error, OutboxError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("open already"), "{error}");
    outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    drop(outbox);
    assert_eq!(Outbox::open(&path).unwrap().entries().unwrap().len(), 1);
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let place = place();
    fs::write(place.path().join("diary.txt"), "dear").unwrap();
    let error = Outbox::open(place.path()).unwrap_err();
    assert!(matches!(error, OutboxError::NotAnOutbox { .. }), "{error}");
    fs::remove_file(place.path().join("diary.txt")).unwrap();
    Outbox::open(place.path()).unwrap();
    fs::write(place.path().join(FORMAT_FILE), "smime outbox 2\n").unwrap();
    let error = Outbox::open(place.path()).unwrap_err();
    assert!(matches!(error, OutboxError::OtherVersion { .. }), "{error}");
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Outbox::open(&file), Err(OutboxError::Io { .. })));
}

#[test]
fn half_written_files_are_taken_away_and_counted() {
    let place = place();
    let outbox = Outbox::open(place.path()).unwrap();
    let id = outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    drop(outbox);
    let gone = EntryId::new(7).unwrap();
    for name in [
        format!(".tmp-{gone}.mail"),
        format!(".tmp-{id}.state"),
        format!("{gone}.state"),
    ] {
        fs::write(place.path().join(name), "half").unwrap();
    }
    fs::write(place.path().join(".tmp-mine"), "somebody else's").unwrap();
    let outbox = Outbox::open(place.path()).unwrap();
    assert_eq!(outbox.half_written(), 2);
    let names: Vec<String> = outbox
        .problems()
        .unwrap()
        .iter()
        .map(|p| p.file().to_owned())
        .collect();
    assert_eq!(names, [".tmp-mine"]);
    assert_eq!(outbox.entries().unwrap().len(), 1);
    // A number is not used again while its entry may be known.
    assert!(
        outbox
            .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
            .unwrap()
            > gone
    );
}

#[cfg(unix)]
#[test]
fn everything_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = place();
    let path = place.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    outbox
        .add_bytes(&envelope(&["carol@example.org"]), MESSAGE)
        .unwrap();
    let server = MailServer::start(None);
    let submitter = Submitter::danger_plaintext("localhost")
        .unwrap()
        .connect_to(server.address());
    let _ = outbox.run_blocking(&submitter, at(0)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&path), 0o700);
    let files: Vec<PathBuf> = fs::read_dir(&path)
        .unwrap()
        .map(|one| one.unwrap().path())
        .collect();
    assert_eq!(files.len(), 5, "{files:?}");
    files
        .iter()
        .for_each(|file| assert_eq!(mode(file), 0o600, "{}", file.display()));
    drop(outbox);
    for shared in [0o720, 0o702, 0o777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(shared)).unwrap();
        let error = Outbox::open(&path).unwrap_err();
        assert!(matches!(error, OutboxError::OpenToOthers { .. }), "{error}");
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn links_pipes_folders_and_odd_names_are_left_alone() {
    use std::os::unix::fs::symlink;
    let place = place();
    let path = place.path().join("outbox");
    let outbox = Outbox::open(&path).unwrap();
    let id = outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    drop(outbox);
    // A message that would be good if it lay there itself.
    let outside = place.path().join("outside");
    fs::rename(path.join(letter::file_name(id)), &outside).unwrap();
    symlink(&outside, path.join(letter::file_name(id))).unwrap();
    let (dir, loops) = (EntryId::new(5).unwrap(), EntryId::new(6).unwrap());
    fs::create_dir(path.join(letter::file_name(dir))).unwrap();
    symlink(
        letter::file_name(loops),
        path.join(letter::file_name(loops)),
    )
    .unwrap();
    for name in [
        "..mail",
        "x.mail",
        "00000001-0000000000000000.mail.bak",
        "00000001-0000000000000000",
        "-.state",
    ] {
        fs::write(path.join(name), "x").unwrap();
    }
    let temporary = path.join(format!(".tmp-{dir}.mail"));
    symlink(&outside, &temporary).unwrap();
    let outbox = Outbox::open(&path).unwrap();
    assert!(outside.exists() && fs::symlink_metadata(&temporary).is_err());
    assert!(outbox.entries().unwrap().is_empty());
    assert_eq!(
        outbox.problems().unwrap().len(),
        8,
        "{:?}",
        outbox.problems()
    );
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert_eq!(report.problems().len(), 3, "{report}");
    assert!(post.received().is_empty() && outside.exists());
    // The link goes, not what it points to.
    outbox.remove(id).unwrap();
    assert!(outside.exists());
    // A link instead of the lock.
    drop(outbox);
    fs::remove_file(path.join(folder::LOCK)).unwrap();
    symlink(&outside, path.join(folder::LOCK)).unwrap();
    assert!(matches!(Outbox::open(&path), Err(OutboxError::Io { .. })));
}

/// Else what is just being written would be taken for what a crash has left.
#[test]
fn who_opens_waits_for_who_adds_and_who_adds_for_the_others() {
    let place = place();
    drop(Outbox::open(place.path()).unwrap());
    let mail = letter::file_name(EntryId::new(7).unwrap());
    let half = place.path().join(disk::temporary(&mail));
    fs::write(&half, "half").unwrap();
    let quiet = Folder::find(place.path()).unwrap().quiet().unwrap();
    let (folder, bob) = (place.path().to_owned(), envelope(&["bob@example.org"]));
    std::thread::scope(|scope| {
        let quiet = quiet;
        let opens = scope.spawn(|| Outbox::open(place.path()).unwrap().half_written());
        let adds = scope.spawn(|| Outbox::add_bytes_to(&folder, &bob, MESSAGE).unwrap());
        std::thread::sleep(Duration::from_millis(300));
        assert!(half.exists() && !opens.is_finished() && !adds.is_finished());
        drop(quiet);
        assert_eq!(opens.join().unwrap(), 1);
        adds.join().unwrap();
    });
    assert_eq!(
        Outbox::open(place.path()).unwrap().entries().unwrap().len(),
        1
    );
}

/// Only who may give files away can try.
#[cfg(unix)]
#[test]
fn a_folder_of_another_user_is_refused_and_left_as_it_is() {
    const NOBODY: u32 = 65_534;
    let place = place();
    let path = place.path().join("outbox");
    drop(Outbox::open(&path).unwrap());
    let names = || {
        let names = fs::read_dir(&path).unwrap();
        let mut names: Vec<_> = names.map(|one| one.unwrap().file_name()).collect();
        names.sort();
        names
    };
    fs::remove_file(path.join(folder::LOCK)).unwrap();
    let before = names();
    let give = |path: &Path| std::os::unix::fs::chown(path, Some(NOBODY), None);
    let given = before
        .iter()
        .map(|name| give(&path.join(name)))
        .chain([give(&path)]);
    if given.collect::<io::Result<Vec<()>>>().is_err() {
        crate::skip::loudly("a folder of another user, because only root can make one");
        return;
    }
    let errors = [
        Outbox::open(&path).unwrap_err(),
        Outbox::open_existing(&path).unwrap_err(),
        Outbox::add_bytes_to(&path, &envelope(&["bob@example.org"]), MESSAGE).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, OutboxError::OpenToOthers { .. }), "{error}");
    }
    assert_eq!(names(), before);
}

/// Who may make a link in the folder could send what only others may read.
#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_not_sent() {
    const NOBODY: u32 = 65_534;
    let place = place();
    let outbox = Outbox::open(place.path()).unwrap();
    let id = outbox
        .add_bytes(&envelope(&["bob@example.org"]), MESSAGE)
        .unwrap();
    let file = letter::file_name(id);
    if std::os::unix::fs::chown(place.path().join(&file), Some(NOBODY), None).is_err() {
        crate::skip::loudly("a file of another user, because only root can make one");
        return;
    }
    let problems = outbox.problems().unwrap();
    assert_eq!((problems.len(), problems[0].file()), (1, file.as_str()));
    let detail = problems[0].detail();
    assert!(detail.contains("belongs to another user"), "{detail}");
    let post = Post::default();
    let report = outbox.run_blocking(&post, at(0)).unwrap();
    assert!(report.problems() == problems && post.received().is_empty());
}

#[test]
fn nothing_is_written_before_it_is_known_to_be_an_outbox() {
    let place = place();
    let empty = Outbox::open_existing(place.path()).unwrap_err();
    assert!(matches!(empty, OutboxError::NotAnOutbox { .. }), "{empty}");
    fs::write(place.path().join("diary.txt"), "dear").unwrap();
    for error in [
        Outbox::open(place.path()).unwrap_err(),
        Outbox::open_existing(place.path()).unwrap_err(),
        Outbox::add_bytes_to(place.path(), &envelope(&["bob@example.org"]), MESSAGE).unwrap_err(),
    ] {
        assert!(matches!(error, OutboxError::NotAnOutbox { .. }), "{error}");
    }
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    let gone = Outbox::open_existing(place.path().join("gone")).unwrap_err();
    assert!(matches!(gone, OutboxError::Io { .. }), "{gone}");
    assert!(!place.path().join("gone").exists());
}

/// Dropped at every step of the dialogue, in this process.
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_run_is_a_crash() {
    for step in STEPS {
        let (place, server) = (place(), MailServer::start(Some(step)));
        let outbox = std::sync::Arc::new(Outbox::open(place.path()).unwrap());
        outbox
            .add_bytes(
                &envelope(&["bob@example.org", "carol@example.org"]),
                MESSAGE,
            )
            .unwrap();
        let submitter = Submitter::danger_plaintext("localhost")
            .unwrap()
            .connect_to(server.address());
        let run = {
            let (outbox, submitter) = (outbox.clone(), submitter.clone());
            tokio::spawn(async move { outbox.run(&submitter, at(0)).await.map(|_| ()) })
        };
        tokio::task::block_in_place(|| server.wait());
        run.abort();
        let _ = run.await;
        let found: Vec<Status> = standing(&outbox)
            .into_iter()
            .map(|(_, status)| status)
            .collect();
        // Carol was deferred, so she waits, whether that was written down or not.
        assert_eq!(found[1], Status::Waiting, "{step}");
        let is_unknown = found[0] == Status::Unknown;
        match step {
            "QUIT" => assert_eq!(found[0], Status::Accepted),
            _ if step.starts_with("dot") => assert!(is_unknown, "{step}"),
            // The message is small, so its end may be on its way before any of it was read.
            "message" | "half" => assert!(is_unknown || found[0] == Status::Waiting),
            _ => assert_eq!(found[0], Status::Waiting, "{step}"),
        }
        for time in [1_000, 2_000] {
            let report = outbox.run(&submitter, at(time)).await.unwrap();
            assert!(report.stopped().is_none(), "{step}: {report}");
        }
        assert_eq!(server.count("carol", MESSAGE), 1, "{step}");
        let taken = usize::from(!is_unknown || step == "dot, taken");
        assert_eq!(server.count("bob", MESSAGE), taken, "{step}");
        assert_eq!(server.total(), 1 + taken, "{step}");
    }
}
