use std::io::Cursor;

use smime::Opener;

use crate::faces::{compare, held};
use crate::input::{Cuts, Input};
use crate::world::opener;
use crate::{recipe, shown};

/// What is held in memory: nothing that need not be, some, and the default.
const HELD: [usize; 3] = [0, 600, 64 << 10];

/// One mail over every face: in memory, in a file, from a pipe that gives it in any pieces.
///
/// Three bytes decide; the rest is a recipe for a mail, or a mail.
pub fn faces(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let cuts = Cuts::new(&mut input);
    let opener = match how >> 4 & 1 {
        0 => opener(),
        _ => opener().any_signer(),
    };
    let message = faces_message(data);
    match how >> 1 & 3 {
        0 | 1 => mail(&opener, &message, cuts),
        2 => cms(&opener, &message, cuts),
        _ => detached(&opener, &message, cuts),
    }
}

/// The mail that such an input stands for, to look at.
pub fn faces_message(data: &[u8]) -> Vec<u8> {
    let mut input = Input::new(data);
    let how = input.byte();
    let _ = Cuts::new(&mut input);
    match how & 1 {
        0 => recipe::mail(&mut input),
        _ => input.rest().to_vec(),
    }
}

fn mail(opener: &Opener, message: &[u8], cuts: Cuts) {
    let before = smime::fuzzing::accepted_signatures();
    let opened = opener.open(message);
    if let Ok(opened) = &opened {
        shown::report(opened.report(), before);
    }
    for bytes in HELD {
        let opener = held(opener, bytes);
        compare(&opened, message, opener.open_seekable(Cursor::new(message)));
        compare(&opened, message, opener.open_stream(cuts.reader(message)));
    }
}

fn cms(opener: &Opener, message: &[u8], cuts: Cuts) {
    let opened = opener.open_cms(message);
    for bytes in HELD {
        let opener = held(opener, bytes);
        compare(
            &opened,
            message,
            opener.open_cms_seekable(Cursor::new(message)),
        );
        compare(
            &opened,
            message,
            opener.open_cms_stream(cuts.reader(message)),
        );
    }
}

/// The content, and behind it the signature.
fn detached(opener: &Opener, message: &[u8], cuts: Cuts) {
    let mut parts = Input::new(message);
    let content = parts.block();
    let signature = parts.rest();
    let opened = opener.verify_detached(content, signature);
    for bytes in HELD {
        let opener = held(opener, bytes);
        let file = opener.verify_detached_seekable(Cursor::new(content), signature);
        compare(&opened, content, file);
        let pipe = opener.verify_detached_stream(cuts.reader(content), signature);
        compare(&opened, content, pipe);
    }
}
