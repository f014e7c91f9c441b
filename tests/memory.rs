//! Peak resident memory of the program, measured from outside while it works: it is small, and the same for messages of
//! every size.
#![cfg(feature = "cli")]

#[path = "support/ca.rs"]
mod ca;
#[path = "memory/mail.rs"]
mod mail;
#[path = "memory/measured.rs"]
mod measured;
#[path = "cli/openssl.rs"]
mod openssl;
#[path = "memory/people.rs"]
mod people;
#[path = "support/skip.rs"]
mod skip;

use std::fs::File;
use std::io;
use std::path::Path;

use mail::{Body, Mail};
use measured::{Peak, Program};
use people::People;

const MIB: u64 = 1 << 20;
const SMALL: u64 = MIB;
/// What is not optimised is slow, and takes no more memory for 100 MiB than for this.
const LARGE: u64 = if cfg!(debug_assertions) { 12 } else { 100 } * MIB;
const HUGE: u64 = 5_000_000_000;

const SIGN: &str = "--sign alice.pem";
const OPEN: &str = "open --identity bob.id.pem --trust ca.pem";

/// What the runs for one size of message took.
type Figures = Vec<(&'static str, Peak)>;

/// Protects a mail of this size with these options, from a pipe and from a file, and opens it, from both.
fn both_ways(people: &People, options: &str, size: u64, opens_with: i32) -> Figures {
    let made = people.path("message.eml");
    let arguments = format!("protect {options} -o message.eml");
    let protect = Program::new(people.folder(), &arguments);
    let from_pipe = protect.run(Mail::new(size), io::sink(), 0);

    let input = people.path("in.eml");
    io::copy(&mut Mail::new(size), &mut File::create(&input).unwrap()).unwrap();
    let arguments = format!("protect {options} -i in.eml");
    let protect = Program::new(people.folder(), &arguments);
    let from_file = protect.run(io::empty(), io::sink(), 0);
    std::fs::remove_file(input).unwrap();

    let mut figures = vec![
        ("protect from a pipe", from_pipe),
        ("protect from a file", from_file),
    ];
    figures.extend(opened(people, OPEN, &made, size, opens_with));
    figures
}

/// Opens this file, and the same as a pipe; the content is what a mail of this size holds.
fn opened(people: &People, arguments: &str, file: &Path, size: u64, status: i32) -> Figures {
    let name = file.display();
    let from_file = Program::new(people.folder(), &format!("{arguments} -i {name}"));
    let from_pipe = Program::new(people.folder(), &format!("{arguments} --spool-dir ."));
    let file = File::open(file).unwrap();
    vec![
        (
            "open a file",
            from_file.run(io::empty(), Body::of(size), status),
        ),
        ("open a pipe", from_pipe.run(file, Body::of(size), status)),
    ]
}

/// KiB that are kept to know the received bytes again: 16 bytes for every 64 KiB. Of a content of this size at most twice as
/// much is received.
fn tags(size: u64) -> u64 {
    (2 * size).div_ceil(64 << 10) * 16 / 1024
}

/// Every figure is within the bound, and the large, of contents of this size, are as the small.
fn assert_flat(small: &Figures, large: &Figures, size: u64) {
    let slack = 1024 + tags(size);
    let mut wrong = String::new();
    for ((what, small), (_, large)) in small.iter().zip(large) {
        let line = format!("{what}: {small} for a small message, {large} for a large one\n");
        eprint!("{line}");
        if small.max(large) > &Peak::BOUND || large.kib() > small.kib() + slack {
            wrong.push_str(&line);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn check(options: &str, status: i32, large: u64) {
    if !measured::is_possible() {
        return;
    }
    let people = People::new();
    let small = both_ways(&people, options, SMALL, status);
    let size = large;
    let large = both_ways(&people, options, size, status);
    assert_flat(&small, &large, size);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "as its neighbours, which are slow enough")]
fn signed() {
    check(SIGN, 0, LARGE);
}

#[test]
fn signed_opaque_and_compressed() {
    let options = format!("{SIGN} --opaque --compress");
    check(&options, 0, LARGE);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "as its neighbours, which are slow enough")]
fn signed_and_encrypted_with_cbc() {
    let options = format!("{SIGN} --to bob.pem");
    check(&options, 0, LARGE);
}

#[test]
fn signed_and_encrypted_with_gcm() {
    let options = format!("{SIGN} --to bob.pem --cipher aes256-gcm");
    check(&options, 0, LARGE);
}

#[test]
fn encrypted_with_cbc() {
    check("--to bob.pem", 1, LARGE);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "as its neighbours, which are slow enough")]
fn encrypted_with_gcm() {
    let options = "--to bob.pem --cipher aes256-gcm";
    check(options, 1, LARGE);
}

fn detached(people: &People, size: u64) -> Figures {
    let content = people.path("content");
    io::copy(&mut Mail::new(size), &mut File::create(&content).unwrap()).unwrap();
    people.sign_beside("content", "content.p7s");
    let arguments = "open --trust ca.pem --any-signer --detached content.p7s";
    opened(people, arguments, &content, size, 0)
}

#[test]
fn detached_signatures() {
    if !measured::is_possible() || !openssl::is_there() {
        return;
    }
    let people = People::new();
    assert_flat(&detached(&people, SMALL), &detached(&people, LARGE), LARGE);
}

#[test]
#[ignore = "20 GB go through the disk and several ciphers: minutes, and only with --release"]
fn five_gigabytes() {
    for options in [
        format!("{SIGN} --to bob.pem"),
        format!("{SIGN} --to bob.pem --cipher aes256-gcm"),
    ] {
        check(&options, 0, HUGE);
    }
    let people = People::new();
    assert_flat(&detached(&people, SMALL), &detached(&people, HUGE), HUGE);
}
