use super::*;
use crate::ErrorKind;

/// 50 octets, base64 by coreutils: `seq -s '' 1 30 | head -c 50 | base64`.
const PLAIN: &[u8] = b"12345678910111213141516171819202122232425262728293";
const TEXT: &str = "MTIzNDU2Nzg5MTAxMTEyMTMxNDE1MTYxNzE4MTkyMDIxMjIyMzI0MjUyNjI3MjgyOTM=";

fn one(file: &str) -> Block {
    let mut blocks = blocks(file.as_bytes()).unwrap();
    assert_eq!(blocks.len(), 1);
    blocks.remove(0)
}

#[test]
fn writes_lines_of_64() {
    let expected = format!(
        "-----BEGIN X-----\n{}\n{}\n-----END X-----\n",
        &TEXT[..64],
        &TEXT[64..]
    );
    assert_eq!(write("X", PLAIN), expected);
    assert_eq!(write("X", b""), "-----BEGIN X-----\n-----END X-----\n");
    let exact = write("X", &PLAIN[..48]);
    assert_eq!(exact.lines().count(), 3);
}

#[test]
fn reads_what_people_make_of_it() {
    let (a, b) = TEXT.split_at(64);
    for file in [
        format!("-----BEGIN X-----\n{a}\n{b}\n-----END X-----\n"),
        format!("-----BEGIN X-----\r\n{a}\r\n{b}\r\n-----END X-----\r\n"),
        format!("-----BEGIN X-----\r{a}\r{b}\r-----END X-----"),
        format!("\u{feff}-----BEGIN X-----\n{TEXT}\n-----END X-----"),
        format!(
            "subject=/CN=x\n\nBag Attributes\n  a: b\n  -----BEGIN X-----  \n  {a}\t\n\n{b}  \n-----END X-----\nend"
        ),
        format!(
            "-----BEGIN X-----\nProc-Type: 4,MIC-CLEAR\nContent-Domain: RFC822\n folded\n\n{TEXT}\n-----END X-----"
        ),
        format!(
            "-----BEGIN X-----\n{}\n-----END X-----",
            TEXT.trim_end_matches('=')
        ),
    ] {
        let block = one(&file);
        assert_eq!(*block.der, PLAIN, "{file}");
        assert!(!block.encrypted);
        assert_eq!(block.label, "X");
    }
}

#[test]
fn several_blocks_with_positions() {
    let file = format!("{}text\n{}", write("A", b"a"), write("B", b"b"));
    let blocks = blocks(file.as_bytes()).unwrap();
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[1].label, "B");
    assert_eq!(
        blocks[1].position,
        file.find("-----BEGIN B").unwrap() as u64
    );
    assert!(is_pem(file.as_bytes()));
    assert!(!is_pem(b"-----BEGIN ..."));
}

#[test]
fn traditional_encryption_is_seen() {
    let file = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\
                DEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----";
    let block = one(file);
    assert!(block.encrypted);
    assert!(block.is_private_key());
}

#[test]
fn broken_blocks_are_errors_with_their_position() {
    for broken in [
        "-----BEGIN X-----\nAAAA\n",
        "-----BEGIN X-----\nAAAA\n-----END Y-----\n",
        "-----BEGIN X-----\nAAAA\n-----BEGIN X-----\nAAAA\n-----END X-----\n",
        "-----BEGIN X-----\nA*AA\n-----END X-----\n",
        "-----BEGIN X-----\nAA=A\n-----END X-----\n",
        "-----BEGIN X-----\nAAAAA\n-----END X-----\n",
        "-----BEGIN X-----\nAA\0A\n-----END X-----\n",
    ] {
        let file = format!("one line\n{broken}");
        match blocks(file.as_bytes()).map(|_| ()).unwrap_err().kind() {
            ErrorKind::Malformed {
                position: Some(9), ..
            } => {}
            other => panic!("{other:?} for {broken}"),
        }
    }
}

#[test]
fn many_unfinished_blocks_cost_linear_memory() {
    let file = "-----BEGIN X-----\n".repeat(100_000);
    assert!(blocks(file.as_bytes()).is_err());
}
