//! Long leaves that declare an encoding: lines that may stand, and lines that may not, in any order.

use proptest::prelude::*;

use super::*;
use crate::mime::base64::Base64Reader;
use crate::mime::canonical::safety::is_safe;
use crate::mime::quoted_printable::QuotedPrintableReader;

/// What stands in the body, or between it: whole groups, so that no line breaks the next one.
fn base64_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => (0_usize..20).prop_map(|groups| "QUJD".repeat(groups).into_bytes()),
        1 => (240_usize..260).prop_map(|groups| "abcd".repeat(groups).into_bytes()),
        1 => prop::sample::select(vec![
            &b"QU\xFCJD"[..], b"QUJD ", b"QU\rJD", b"\0", b"From QUIJ", b"-?.", b"\t",
        ])
        .prop_map(<[u8]>::to_vec),
    ]
}

fn printable_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-z .=]{0,70}".prop_map(String::into_bytes),
        1 => (990_usize..1010).prop_map(|length| vec![b'x'; length]),
        2 => prop::sample::select(vec![
            &b"a=3Db="[..], b"=41=", b"gr\xC3\xBCn", b"a ", b"a\t=", b"a\rb", b"From x", b".", b"-- ", b"=0D=0A", b"=\0",
        ])
        .prop_map(<[u8]>::to_vec),
    ]
}

/// Lines with any line end; the last one may have none.
fn body(line: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let end = prop::sample::select(vec![&b"\n"[..], b"\r\n"]);
    (prop::collection::vec((line, end), 0..30), any::<bool>()).prop_map(|(lines, ended)| {
        let mut body: Vec<u8> = lines
            .iter()
            .flat_map(|(line, end)| [line, *end].concat())
            .collect();
        if !ended {
            let length = body.trim_ascii_end().len();
            body.truncate(length);
        }
        body
    })
}

fn decoded(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    if encoding == "base64" {
        let mut reader = Base64Reader::default();
        reader.push(body, &mut out).unwrap();
        reader.finish(&mut out).unwrap();
    } else {
        let mut reader = QuotedPrintableReader::default();
        reader.push(body, &mut out);
        reader.finish(&mut out);
    }
    out
}

/// Cuts of these lengths, again and again.
fn cut(input: &[u8], lengths: &[usize]) -> Result<Vec<u8>, Error> {
    let limits = limits(40);
    let (mut machine, mut out) = (Canonicalizer::new(Form::SevenBit, &limits), Vec::new());
    let mut rest = input;
    for length in lengths.iter().cycle() {
        let (now, later) = rest.split_at(rest.len().min(*length));
        machine.push(now, &mut out)?;
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    machine.finish(&mut out)?;
    Ok(out)
}

fn holds(encoding: &str, body: &[u8], lengths: &[usize]) -> Result<(), TestCaseError> {
    let head = format!("Content-Transfer-Encoding: {encoding}\r\n\r\n");
    let input = [head.as_bytes(), body].concat();
    let whole = cut(&input, &[input.len()]).unwrap();
    prop_assert_eq!(show(&cut(&input, lengths).unwrap()), show(&whole));
    let out = whole.strip_prefix(head.as_bytes()).unwrap();
    prop_assert!(is_safe(out), "{}", show(out));
    // In the canonical form of the input, which has CRLF for LF.
    let crlf = with_crlf(body);
    prop_assert_eq!(
        show(&decoded(encoding, out)),
        show(&decoded(encoding, &crlf))
    );
    Ok(())
}

fn with_crlf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in body {
        if *byte == b'\n' && out.last() != Some(&b'\r') {
            out.push(b'\r');
        }
        out.push(*byte);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn base64_says_the_same_and_is_safe(
        body in body(base64_line()), lengths in prop::collection::vec(1_usize..200, 1..6),
    ) {
        holds("base64", &body, &lengths)?;
    }

    #[test]
    fn quoted_printable_says_the_same_and_is_safe(
        body in body(printable_line()), lengths in prop::collection::vec(1_usize..200, 1..6),
    ) {
        holds("quoted-printable", &body, &lengths)?;
    }
}
