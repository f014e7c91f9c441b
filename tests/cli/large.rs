//! What goes wrong with what is large: readers that go away, disks that are full, inputs that do not end or change.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use crate::world::{World, mail};

const OPEN: &str = "open --identity bob.id.pem --trust ca.pem";

/// More than any buffer between two processes holds.
const LARGE: usize = 2 << 20;

fn world() -> World {
    let world = World::new();
    let mut pem = fs::read(world.path("bob.key.pem")).unwrap();
    pem.extend(fs::read(world.path("bob.pem")).unwrap());
    world.write("bob.id.pem", pem);
    world
}

/// A large mail from Alice to Bob.
fn large() -> String {
    let mut text = mail("To: bob@example.net\n");
    let line = "0123456789abcdef".repeat(4) + "\n";
    text.push_str(&line.repeat(LARGE / line.len()));
    text
}

/// The large mail, signed and encrypted, in `large.eml`.
fn protected(world: &World) -> Vec<u8> {
    let options = "protect --sign alice.pem --to bob.pem -o large.eml";
    world.smime(options, large().as_bytes()).exits(0);
    fs::read(world.path("large.eml")).unwrap()
}

fn start(world: &World, arguments: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_smime"))
        .args(arguments.split_whitespace())
        .current_dir(world.folder())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Names in the folder that begin as those of files that are not whole yet.
fn unfinished(world: &World) -> usize {
    let entries = fs::read_dir(world.folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".smime-")).count()
}

#[test]
fn files_and_pipes_give_the_same_content_and_report() {
    let world = world();
    let message = protected(&world);
    fs::create_dir(world.path("spool")).unwrap();
    let file = world.smime(&format!("{OPEN} -i large.eml"), b"").exits(0);
    let (_, body) = file.stdout.split_at(file.stdout.len() - LARGE);
    assert!(body.ends_with(b"0123456789abcdef\r\n"));
    for options in ["", "--spool-dir spool", "--threads 2"] {
        let pipe = world.smime(&format!("{OPEN} {options}"), &message).exits(0);
        assert!(pipe.stdout == file.stdout, "{options}");
        assert_eq!(pipe.stderr, file.stderr);
    }
    assert_eq!(fs::read_dir(world.path("spool")).unwrap().count(), 0);
}

#[test]
fn a_spool_folder_that_is_not_there_is_2_and_so_many_threads_are_64() {
    let world = world();
    let message = protected(&world);
    let arguments = format!("{OPEN} --spool-dir nowhere -o out");
    let ran = world.smime(&arguments, &message).exits(2);
    assert!(ran.stderr.contains("temporary file"), "{}", ran.stderr);
    assert!(!world.path("out").exists());
    for threads in ["0", "3", "two"] {
        let arguments = format!("{OPEN} --threads {threads}");
        world.smime(&arguments, &message).exits(64);
    }
}

/// The large object has its indefinite length in its first bytes, and PEM and DER are told apart by no more.
#[test]
fn large_cms_objects_are_known_by_their_beginning() {
    let world = world();
    let message = protected(&world);
    let end = message.windows(4).position(|four| four == b"\r\n\r\n");
    let body: Vec<u8> = message[end.unwrap() + 4..]
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let ber = base64_simd::STANDARD.decode_to_vec(body).unwrap();
    let text = base64_simd::STANDARD.encode_to_string(&ber);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|at| &text[at..text.len().min(at + 64)])
        .collect();
    let pem = format!(
        "-----BEGIN CMS-----\n{}\n-----END CMS-----\n",
        lines.join("\n")
    );
    world.write("large.ber", &ber);
    world.write("large.pem", &pem);
    for (name, bytes) in [("large.ber", &ber[..]), ("large.pem", pem.as_bytes())] {
        let arguments = "open --identity bob.id.pem --trust ca.pem --any-signer";
        let file = world.smime(&format!("{arguments} -i {name}"), b"");
        let pipe = world.smime(arguments, bytes);
        assert_ne!(file.code, 2, "{name}: {}", file.stderr);
        assert_eq!((pipe.code, pipe.stderr), (file.code, file.stderr));
        assert!(pipe.stdout == file.stdout && file.stdout.len() > LARGE);
    }
}

#[test]
fn what_is_large_and_no_message_is_2_and_says_what_it_is() {
    let world = world();
    world.write("random", [0x9c, 0x00, 0x3a, 0x0a, 0xff].repeat(LARGE / 5));
    let certificates = fs::read_to_string(world.path("ca.pem")).unwrap();
    let certificates = certificates.repeat(LARGE / certificates.len());
    world.write("certificates", certificates);
    for (file, said) in [
        ("random", "neither with a header field nor with CMS"),
        ("certificates", "smime inspect"),
    ] {
        let ran = world.smime(&format!("open -i {file} -o out"), b"").exits(2);
        assert!(ran.stderr.contains(said), "{file}: {}", ran.stderr);
        let bytes = fs::read(world.path(file)).unwrap();
        let ran = world.smime("open -o out", &bytes).exits(2);
        assert!(ran.stderr.contains(said), "{file}: {}", ran.stderr);
        assert!(!world.path("out").exists());
    }
}

#[test]
fn a_message_that_is_cut_off_is_2_and_nothing_of_it_comes_out() {
    let world = world();
    let message = protected(&world);
    let cut = &message[..message.len() / 2];
    world.write("cut.eml", cut);
    for (arguments, input) in [("-i cut.eml", &b""[..]), ("", cut)] {
        let ran = world.smime(&format!("{OPEN} {arguments}"), input).exits(2);
        assert!(ran.stdout.is_empty() && !ran.stderr.is_empty());
        let ran = world.smime(&format!("{OPEN} {arguments} -o out"), input);
        ran.exits(2);
        assert!(!world.path("out").exists() && unfinished(&world) == 0);
    }
}

/// The reader takes the beginning and goes: an error, as for every other output that fails, and no panic.
#[test]
fn a_reader_that_goes_away_is_2() {
    let world = world();
    protected(&world);
    world.write("in.eml", large());
    for arguments in [
        format!("{OPEN} -i large.eml"),
        "protect --sign alice.pem --to bob.pem -i in.eml".to_owned(),
    ] {
        let mut child = start(&world, &arguments);
        drop(child.stdin.take());
        let mut stdout = child.stdout.take().unwrap();
        let mut begin = [0; 1000];
        stdout.read_exact(&mut begin).unwrap();
        drop(stdout);
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{arguments}: {said}");
        assert!(said.contains("pipe"), "{said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn a_full_disk_is_2() {
    if !std::path::Path::new("/dev/full").exists() {
        crate::skip::loudly("no /dev/full");
        return;
    }
    let world = world();
    let message = protected(&world);
    let small = mail("To: bob@example.net\n");
    for (arguments, input) in [
        (format!("{OPEN} -i large.eml"), &b""[..]),
        (OPEN.to_owned(), &message),
        ("protect --sign alice.pem".to_owned(), large().as_bytes()),
        ("protect --sign alice.pem".to_owned(), small.as_bytes()),
    ] {
        let ran = world.smime(&format!("{arguments} -o /dev/full"), input);
        let ran = ran.exits(2);
        assert!(ran.stderr.contains("space"), "{arguments}: {}", ran.stderr);

        let mut child = Command::new(env!("CARGO_BIN_EXE_smime"))
            .args(arguments.split_whitespace())
            .current_dir(world.folder())
            .stdin(Stdio::piped())
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || drop(stdin.write_all(input)));
            let ended = child.wait_with_output().unwrap();
            let said = String::from_utf8(ended.stderr).unwrap();
            assert_eq!(ended.status.code(), Some(2), "{arguments}: {said}");
            assert!(said.contains("space"), "{arguments}: {said}");
        });
    }
}

/// The program waits for its reader in the second pass; what is written then was not checked.
#[test]
fn an_input_that_changes_while_it_is_read_is_2() {
    let world = world();
    let message = protected(&world);
    type Change = fn(&mut Vec<u8>);
    let changes: [Change; 2] = [
        |message| message.truncate(message.len() / 2),
        |message| {
            let at = message.len() * 3 / 4;
            message[at..].reverse();
        },
    ];
    for change in changes {
        world.write("large.eml", &message);
        let mut child = start(&world, &format!("{OPEN} -i large.eml"));
        let mut stdout = child.stdout.take().unwrap();
        let mut content = vec![0];
        // The first byte comes when everything has been checked.
        stdout.read_exact(&mut content).unwrap();
        let mut changed = message.clone();
        change(&mut changed);
        // The same file, not another of the same name.
        let mut file = File::options().write(true).open(world.path("large.eml"));
        let file = file.as_mut().unwrap();
        file.write_all(&changed).unwrap();
        file.set_len(changed.len() as u64).unwrap();
        stdout.read_to_end(&mut content).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(ended.status.code(), Some(2), "{said}");
        assert!(said.contains("large.eml: "), "{said}");
        assert!(said.contains("changed"), "{said}");
        assert!(content.len() < LARGE, "all of it came out");
    }
}

#[test]
fn inspect_reads_no_endless_input() {
    if !std::path::Path::new("/dev/zero").exists() {
        crate::skip::loudly("no /dev/zero");
        return;
    }
    let world = world();
    let ran = world.smime("inspect /dev/zero", b"").exits(2);
    let said = "/dev/zero: larger than 256 MiB";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}
