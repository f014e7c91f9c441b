use super::*;
use crate::Limits;
use crate::bag::ContentInfo;
use crate::cms::read::CompressedData;
use hex_literal::hex;
use proptest::prelude::*;

const FRAMINGS: [Framing; 2] = [Framing::Definite, Framing::Indefinite];

fn write(framing: Framing, pieces: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut writer = CompressWriter::new(framing, &mut out);
    for piece in pieces {
        writer.push(piece, &mut out).unwrap();
    }
    writer.finish(&mut out).unwrap();
    out
}

fn read(message: &[u8]) -> Vec<u8> {
    let limits = Limits {
        decompression_ratio: u64::MAX,
        ..Limits::default()
    };
    let info = ContentInfo::read(message, "test", &limits).unwrap();
    assert_eq!(info.content_type, oid::COMPRESSED_DATA);
    let content = CompressedData::read(&info.content.unwrap()).unwrap();
    assert_eq!(content.content_type, oid::DATA);
    content.decompress(&limits).unwrap().to_vec()
}

/// Everything around the octets of zlib, by hand from RFC 3274 1.1 and 2.
#[test]
fn structure() {
    let head = "30 LL 060b2a864886f70d0109100109 a0 LL 30 LL 020100 300d060b2a864886f70d0109100308 \
                30 LL 06092a864886f70d010701 a0 LL";
    let shape = |message: &[u8], indefinite: bool| {
        let mut rest = message;
        for part in head.split_whitespace() {
            let (found, after) = match part {
                "LL" => rest.split_at(1),
                octets => rest.split_at(octets.len() / 2),
            };
            match part {
                "LL" => assert!(indefinite == (found == [0x80])),
                octets => assert_eq!(hex_of(found), octets),
            }
            rest = after;
        }
        rest.to_vec()
    };
    let message = write(Framing::Definite, &[b"abc"]);
    assert_eq!(usize::from(message[1]), message.len() - 2);
    let rest = shape(&message, false);
    assert_eq!(usize::from(rest[1]), rest.len() - 2);
    assert_eq!(rest[0], 0x04);
    assert_eq!(rest[2], 0x78);

    let message = write(Framing::Indefinite, &[b"abc"]);
    let rest = shape(&message, true);
    assert_eq!(rest[..3], hex!("248004"));
    assert!(rest.ends_with(&[0; 12]));
    assert_eq!(usize::from(rest[3]), rest.len() - 4 - 12);
}

fn hex_of(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

#[test]
fn long_content_in_both_framings() {
    let text = b"The quick brown fox jumps over the lazy dog.\r\n".repeat(50_000);
    let noise: Vec<u8> = (0..300_000_u64)
        .map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8)
        .collect();
    for content in [&b""[..], b"x", &text, &noise] {
        for framing in FRAMINGS {
            let message = write(framing, &[content]);
            assert_eq!(read(&message), content);
        }
    }
    assert!(write(Framing::Definite, &[&text]).len() < text.len() / 50);
}

/// zlib of another maker; OpenSSL's is usually built without.
#[test]
fn python_reads_it() {
    let message = write(Framing::Definite, &[&b"abc".repeat(1000)]);
    let at = message
        .windows(2)
        .position(|two| two == hex!("789c"))
        .unwrap();
    let script = "import sys,zlib; d=zlib.decompressobj(); b=d.decompress(sys.stdin.buffer.read()); \
                  assert d.eof and not d.unused_data; sys.stdout.buffer.write(b)";
    let spawned = std::process::Command::new("python3")
        .args(["-c", script])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "no python3");
        let _ = writeln!(std::io::stderr(), "skipped: python3 not found");
        return;
    };
    child
        .stdin
        .take()
        .unwrap()
        .write_all(&message[at..])
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, b"abc".repeat(1000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn splits_do_not_matter(
        seed: Vec<u8>,
        times in 1_usize..300,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let content = seed.repeat(times);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(content.len() + 1)).collect();
        cuts.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in cuts {
            pieces.push(&content[from..cut]);
            from = cut;
        }
        pieces.push(&content[from..]);
        for framing in FRAMINGS {
            let message = write(framing, &pieces);
            prop_assert_eq!(&message, &write(framing, &[&content]));
            prop_assert_eq!(read(&message), content.clone());
        }
    }
}
