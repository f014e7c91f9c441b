use smime::Mailbox;
use smime::fuzzing::mime::{
    content_type, content_type_rewritten, date, encoded_words, field, header as read,
    header_length, parameter, received, received_length, rewritten,
};

use crate::input::{Cuts, Input};

/// Header blocks, addresses, dates, parameters, encoded words: what is written is read as it was.
///
/// Three bytes decide, the rest is a header block or the value of a field.
pub fn header(data: &[u8]) {
    let mut input = Input::new(data);
    let how = input.byte();
    let cuts = Cuts::new(&mut input);
    let bytes = input.rest();
    let text = String::from_utf8_lossy(bytes);
    match how % 6 {
        0 => block(bytes, &cuts.pieces(bytes)),
        1 => addresses(&text),
        2 => drop(date(&text)),
        3 => parameters(&text),
        4 => words(&text),
        _ => {
            if let Ok((raw, read)) = field("Subject", &text) {
                let name = raw.iter().position(|byte| *byte == b':');
                assert_eq!(name, Some(7));
                assert!(
                    raw.split(|byte| *byte == b'\n')
                        .all(|line| line.len() <= 999)
                );
                let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert_eq!(squeeze(&read), squeeze(&text));
            }
        }
    }
}

fn block(bytes: &[u8], pieces: &[&[u8]]) {
    if let Ok((fields, written)) = read(bytes) {
        let (again, twice) = read(&written).expect("what was written can be read");
        assert_eq!(fields, again);
        assert_eq!(written, twice);
    }
    let (whole, found) = (header_length(&[bytes]), header_length(pieces));
    assert_eq!(whole.ok(), found.ok());
    match (received(bytes), received_length(pieces)) {
        (Ok((names, length)), Ok(found)) => {
            assert_eq!(Some(length), found);
            assert!(length <= bytes.len() && names.len() <= bytes.len());
        }
        (Err(_), Err(_)) => {}
        (whole, found) => panic!("whole: {whole:?}\nin pieces: {found:?}"),
    }
    for field in rewritten(bytes) {
        assert!(read(&field).is_ok_and(|(fields, _)| fields.len() == 1));
        assert!(
            field
                .split(|byte| *byte == b'\n')
                .all(|line| line.len() <= 999)
        );
    }
}

fn addresses(text: &str) {
    let Ok(list) = Mailbox::parse_list(text) else {
        return;
    };
    for mailbox in list {
        // The form for a header: what may not be seen stands in it as it is.
        assert!(!mailbox.to_string().contains(char::is_control));
        let again = Mailbox::parse(&mailbox.to_string()).expect("what was written can be read");
        assert_eq!(again, mailbox);
        let bare = Mailbox::new(&mailbox.address()).expect("an address");
        assert!(bare.matches(&mailbox) && bare.key() == mailbox.key());
        assert!(
            !mailbox.address().contains(['\r', '\n', '<', '>', ' '])
                || mailbox.local().contains(' ')
        );
        let ascii = Mailbox::new(&mailbox.ascii_address());
        assert!(mailbox.is_internationalized() || ascii.is_ok_and(|ascii| ascii.matches(&mailbox)));
    }
}

fn parameters(text: &str) {
    if let Ok((media_type, parameters)) = content_type(text) {
        for (name, value) in &parameters {
            if value.chars().any(|c| c.is_control() && c != '\t') {
                continue;
            }
            let written = format!("{media_type}; {}", parameter(name, value));
            let (_, again) = content_type(&written).expect("what was written can be read");
            assert_eq!(again, [(name.clone(), value.clone())]);
        }
    }
    if let (Ok(written), Ok((media_type, _))) = (content_type_rewritten(text), content_type(text)) {
        assert!(written.is_ascii(), "{written:?}");
        let (again, _) = content_type(&written).expect("what was written can be read");
        assert_eq!(again, media_type);
    }
}

fn words(text: &str) {
    let (words, name) = encoded_words(text);
    assert!(words.iter().all(|word| word.is_ascii() && word.len() <= 75));
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if !clean.trim().is_empty() {
        assert_eq!(name.as_deref(), Some(clean.trim()));
    }
}
