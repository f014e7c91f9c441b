//! Generated messages read by other parsers before and after: the same parts with the same content.

use super::*;
use mail_parser::{MessageParser, PartType};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use std::fs;
use std::process::Command;

fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        Just(".".to_owned()),
        Just("-- ".to_owned()),
        Just("From me".to_owned()),
        Just("--b".to_owned()),
        Just("x".repeat(1010)),
        "[a-z .=]{0,90}[a-z]",
        "[a-zäß漢]{1,20}[ \t]{0,2}",
        "[a-z]{1,5}",
    ];
    (proptest::collection::vec(line, 0..6), any::<bool>())
        .prop_map(|(lines, end)| lines.join("\n") + if end { "\n" } else { "" })
}

fn wrapped_base64() -> impl Strategy<Value = String> {
    (
        proptest::collection::vec(any::<u8>(), 1..200),
        4_usize..2000,
        "[ \t]{0,2}\n",
    )
        .prop_map(|(bytes, width, end)| {
            let text = base64_simd::STANDARD.encode_to_string(&bytes);
            text.as_bytes()
                .chunks(width)
                .map(|line| String::from_utf8_lossy(line).into_owned() + &end)
                .collect()
        })
}

fn leaf() -> impl Strategy<Value = String> {
    let plain = (
        prop_oneof![
            Just(""),
            Just("Content-Type: text/plain; charset=utf-8\n"),
            Just("Content-Type: text/html; charset=utf-8; \n format=flowed\nContent-Transfer-Encoding: 8bit\n"),
            Just("Content-Transfer-Encoding: BINARY\nContent-Type: text/x-y; charset=\"utf-8\"\n"),
            Just("Content-Type: application/json\nX-Note: ä\n"),
        ],
        text(),
    )
        .prop_map(|(header, body)| format!("{header}\n{body}"));
    let base64 = wrapped_base64().prop_map(|body| {
        format!("Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n{body}")
    });
    let quoted = proptest::collection::vec(
        prop_oneof![Just("=C3=A4"), Just("=\n"), Just("x"), Just("From "), Just("=3D"), Just("=0A"), Just(".\n")],
        0..30,
    )
    .prop_map(|pieces| {
        let body = pieces.concat();
        format!("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nq{body}q")
    });
    prop_oneof![3 => plain, 1 => base64, 1 => quoted]
}

/// `cut_off`: closing delimiters may be missing, which mail-parser and Python read differently.
fn entity(cut_off: bool) -> impl Strategy<Value = String> {
    leaf().prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            4 => (proptest::collection::vec(inner.clone(), 1..4), "[a-z]{1,3}", any::<bool>(), any::<bool>()).prop_map(move |(parts, seed, margin, closed)| {
                    // No boundary occurs in what it encloses.
                    let content = parts.concat();
                    let mut boundary = format!("={seed}");
                    while content.contains(&boundary) {
                        boundary.push('+');
                    }
                    let mut out = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n");
                    if margin {
                        out.push_str("see below\n");
                    }
                    for part in parts {
                        out.push_str(&format!("--{boundary}\n{part}\n"));
                    }
                    if closed || !cut_off {
                        out.push_str(&format!("--{boundary}--\n"));
                    }
                    out
                }
            ),
            1 => inner.prop_map(|message| format!(
                "Content-Type: message/rfc822\n\nSubject: s\nX: {}\n{message}", "y".repeat(5)
            )),
        ]
    })
}

fn message(cut_off: bool) -> impl Strategy<Value = Vec<u8>> {
    (entity(cut_off), any::<bool>()).prop_map(|(text, crlf)| {
        if crlf {
            text.replace('\n', "\r\n").into_bytes()
        } else {
            text.into_bytes()
        }
    })
}

/// Every leaf as mail-parser sees it, modulo line ends.
fn leaves(bytes: &[u8]) -> Option<Vec<String>> {
    fn collect(message: &mail_parser::Message<'_>, found: &mut Vec<String>) {
        for part in &message.parts {
            match &part.body {
                PartType::Multipart(_) => found.push("multipart".to_owned()),
                PartType::Message(inner) => {
                    found.push("message".to_owned());
                    collect(inner, found);
                }
                PartType::Text(text) | PartType::Html(text) => {
                    found.push(text.replace("\r\n", "\n"));
                }
                _ => found.push(
                    part.contents()
                        .escape_ascii()
                        .to_string()
                        .replace("\\r\\n", "\\n"),
                ),
            }
        }
    }
    // Its debug assertions fail on some nested messages.
    std::panic::catch_unwind(|| {
        let message = MessageParser::new().parse(bytes)?;
        let mut found = Vec::new();
        collect(&message, &mut found);
        Some(found)
    })
    .ok()
    .flatten()
}

proptest! {
    #![proptest_config(Config::with_cases(150))]

    #[test]
    fn pieces_do_not_matter_and_canonical_stays_canonical(
        input in message(true),
        cuts in proptest::collection::vec(1_usize..60, 1..5),
        lookahead in prop_oneof![Just(30_usize), Just(256 << 10)],
    ) {
        let limits = limits(lookahead);
        let whole = run(&input, Form::SevenBit, &limits, usize::MAX).unwrap();
        let (mut machine, mut out) = (Canonicalizer::new(Form::SevenBit, &limits), Vec::new());
        let mut rest = input.as_slice();
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            machine.push(piece, &mut out).unwrap();
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        machine.finish(&mut out).unwrap();
        prop_assert_eq!(show(&out), show(&whole));
        prop_assert_eq!(show(&run(&whole, Form::SevenBit, &limits, 11).unwrap()), show(&whole));
        // Every line survives transport.
        for line in whole.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            prop_assert!(line.len() <= 998 && line.iter().all(|b| (1..128).contains(b) && *b != b'\r'));
            prop_assert!(!line.ends_with(b" ") && !line.ends_with(b"\t") && !line.starts_with(b"From "));
        }
    }

    #[test]
    fn mail_parser_reads_the_same_parts(input in message(false), lookahead in prop_oneof![Just(30_usize), Just(256 << 10)]) {
        let out = run(&input, Form::SevenBit, &limits(lookahead), 100).unwrap();
        if let (Some(after), Some(before)) = (leaves(&out), leaves(&input)) {
            prop_assert_eq!(after, before, "{}\n=>\n{}", show(&input), show(&out));
        }
    }

    #[test]
    fn never_panics(input in "(Content-Type: (multipart/mixed; boundary=b|message/rfc822|text/plain)\n)?(Content-Transfer-Encoding: (base64|quoted-printable|binary)\n)?(\n|--b\n|--b--\n|--|\r|From |[a-z=: ]{0,9}|\\PC){0,30}") {
        let limits = limits(20);
        if let Ok(whole) = run(input.as_bytes(), Form::SevenBit, &limits, usize::MAX) {
            prop_assert_eq!(show(&run(input.as_bytes(), Form::SevenBit, &limits, 1).unwrap()), show(&whole));
            prop_assert_eq!(show(&run(&whole, Form::SevenBit, &limits, 3).unwrap()), show(&whole));
        }
    }
}

const SCRIPT: &str = r#"
import email, sys, pathlib
def parts(data):
    found = []
    for part in email.message_from_bytes(data).walk():
        kind = part.get_content_type()
        payload = None if part.is_multipart() else part.get_payload(decode=True).replace(b"\r\n", b"\n")
        found.append((kind, payload))
    return found
folder = pathlib.Path(sys.argv[1])
count = 0
for before in sorted(folder.glob("*.in")):
    a, b = parts(before.read_bytes()), parts(before.with_suffix(".out").read_bytes())
    if a != b:
        sys.exit(f"{before.read_bytes()!r}\n=>\n{before.with_suffix('.out').read_bytes()!r}\n{a}\n{b}")
    count += 1
print(count)
"#;

#[test]
fn python_reads_the_same_parts() {
    let folder = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    for number in 0..200 {
        let input = message(true).new_tree(&mut runner).unwrap().current();
        let lookahead = if number % 2 == 0 { 30 } else { 256 << 10 };
        let out = run(&input, Form::SevenBit, &limits(lookahead), 100).unwrap();
        fs::write(folder.path().join(format!("{number}.in")), input).unwrap();
        fs::write(folder.path().join(format!("{number}.out")), out).unwrap();
    }
    let output = match Command::new("python3")
        .arg("-c")
        .arg(SCRIPT)
        .arg(folder.path())
        .output()
    {
        Ok(output) => output,
        Err(error) => {
            assert!(
                std::env::var("CI").as_deref() != Ok("true"),
                "python3: {error}"
            );
            crate::skip::loudly(format!("python3 is not there: {error}"));
            return;
        }
    };
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "200");
}
