use super::*;
use crate::ErrorKind;
use crate::crypto::ContentCipher;
use crate::mime::base64::Base64Writer;

/// ContentInfo of id-data around these octets, by hand (RFC 5652 3 and 4).
fn data(content: &[u8]) -> Vec<u8> {
    let mut cms = vec![0x30, 0x80];
    cms.extend(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80");
    cms.extend(crate::asn1::octet_string(content));
    cms.extend([0; 4]);
    cms
}

/// SignedData that nobody signed, around a content of this type, by hand (RFC 5652 5.1).
fn unsigned(content_type: &[u8], content: &[u8]) -> Vec<u8> {
    use crate::asn1::{explicit, integer_u64, octet_string, sequence, set_of};
    let info = sequence(&[content_type, &explicit(0, &octet_string(content))]);
    let body = sequence(&[
        &integer_u64(1),
        &set_of(Vec::new()),
        &info,
        &set_of(Vec::new()),
    ]);
    sequence(&[
        b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
        &explicit(0, &body),
    ])
}

fn pkcs7_mime(cms: &[u8]) -> Vec<u8> {
    let mut mail =
        b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            .to_vec();
    let mut base64 = Base64Writer::default();
    base64.push(cms, &mut mail);
    base64.finish(&mut mail);
    mail
}

const ID_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
const ID_SIGNED: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";

fn shape(outline: &Outline) -> Vec<(usize, &str, &str)> {
    let entries = outline.entries().iter();
    entries
        .map(|entry| (entry.depth(), entry.part(), entry.matter().name()))
        .collect()
}

fn made(raw: &[u8]) -> Outline {
    outline(raw, &Limits::default()).unwrap()
}

#[test]
fn a_tree_of_mime_parts() {
    let mail = b"From: a@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n\
        --c\r\n\r\none\r\n--c\r\nContent-Type: text/html; name=\"a\xe2\x80\xaeb.html\"\r\n\r\ntwo\r\n--c--\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inside\r\n\r\nthree\r\n--b--\r\n";
    let outline = made(mail);
    assert_eq!(
        shape(&outline),
        [
            (0, "", "mime"),
            (1, "1", "mime"),
            (2, "1.1", "mime"),
            (2, "1.2", "mime"),
            (1, "2", "mime"),
            (2, "2.1", "mime"),
        ]
    );
    let text = outline.to_string();
    assert!(text.starts_with("multipart/mixed, 7bit, "), "{text}");
    assert!(text.contains("\n    1.2 text/html"), "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}

#[test]
fn layers_of_cms_with_and_without_mime() {
    let mail = pkcs7_mime(&unsigned(
        ID_DATA,
        b"Content-Type: text/plain\r\n\r\nhello\r\n",
    ));
    let expected = [(0, "", "mime"), (1, "", "signed"), (2, "", "mime")];
    assert_eq!(shape(&made(&mail)), expected);

    // An object in an object: as id-data, and by its type.
    let inner = unsigned(ID_DATA, b"octets");
    let expected = [(0, "", "signed"), (1, "", "signed"), (2, "", "data")];
    assert_eq!(shape(&made(&unsigned(ID_DATA, &inner))), expected);
    let bare = crate::bag::ContentInfo::read(&inner, "test", &Limits::default()).unwrap();
    let bare = bare.content.unwrap().raw.to_vec();
    assert_eq!(shape(&made(&unsigned(ID_SIGNED, &bare))), expected);

    assert_eq!(shape(&made(&data(b"octets"))), [(0, "", "data")]);
}

#[test]
fn what_is_broken_inside_costs_only_itself() {
    let mail = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n\
        --b\r\n\r\ntext\r\n--b--\r\n";
    let expected = [
        (0, "", "mime"),
        (1, "1", "mime"),
        (2, "1", "unreadable"),
        (1, "2", "mime"),
    ];
    assert_eq!(shape(&made(mail)), expected);
}

#[test]
fn neither_mail_nor_cms_is_an_error() {
    for noise in [&b""[..], b"\0\x01", b"no header field\r\n\r\nFrom: a@b\r\n"] {
        let error = outline(noise, &Limits::default()).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. }),
            "{error}"
        );
    }
    // CMS that ends too early, at each place.
    let whole = unsigned(ID_DATA, b"octets");
    for end in 0..whole.len() {
        assert!(outline(&whole[..end], &Limits::default()).is_err(), "{end}");
    }
}

#[test]
fn nesting_has_a_bound() {
    let limits = Limits {
        mime_depth: 5,
        ..Limits::default()
    };
    let mut object = data(b"octets");
    for _ in 0..5 {
        object = unsigned(ID_DATA, &object);
    }
    assert_eq!(outline(&object, &limits).unwrap().entries().len(), 6);
    let error = outline(&unsigned(ID_DATA, &object), &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");

    let part = "--b\r\n\r\nx\r\n".repeat(50);
    let many = format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{part}--b--\r\n");
    let limits = Limits {
        mime_parts: 20,
        ..Limits::default()
    };
    let error = outline(many.as_bytes(), &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

/// Many small parts together unpack to no more than one may.
#[test]
fn enc_17_compressed_parts_share_one_bound() {
    let mut cms = Vec::new();
    let mut writer =
        crate::cms::compressed::CompressWriter::new(crate::cms::Framing::Definite, &mut cms);
    writer.push(&vec![b'x'; 50_000], &mut cms).unwrap();
    writer.finish(&mut cms).unwrap();
    let part = String::from_utf8(pkcs7_mime(&cms)).unwrap();
    let mail = |count| {
        let parts = format!("--b\r\n{part}").repeat(count);
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n")
    };
    let limits = Limits {
        decompressed_bytes: 120_000,
        ..Limits::default()
    };
    assert!(outline(mail(2).as_bytes(), &limits).is_ok());
    let error = outline(mail(3).as_bytes(), &limits).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Limit { .. }), "{error}");
}

#[test]
fn recipients_in_words() {
    let recipient = Recipient {
        method: "a password".into(),
        certificates: Vec::new(),
    };
    assert_eq!(recipient.to_string(), "recipient: a password");
    let matter = Matter::Encrypted {
        cipher: ReceivedCipher::Current(ContentCipher::Aes256Gcm),
        recipients: vec![recipient],
        certificates: Vec::new(),
        notes: vec!["something".into()],
    };
    let entry = Entry {
        depth: 1,
        part: String::new(),
        matter,
    };
    assert_eq!(
        entry.to_string(),
        "  encrypted with AES-256-GCM (AuthEnvelopedData)\n    - recipient: a password\n    - note: something"
    );
}

/// SignedData with one signer, who has a key identifier, SHA-256, this signature algorithm and a time, by hand (RFC 5652
/// 5.3 and 11).
fn signed(algorithm: &str, certificates: &[&[u8]]) -> Vec<u8> {
    use crate::asn1::{Tag, explicit, implicit, integer_u64, octet_string, sequence, set_of, tlv};
    let oid = |dotted: &str| crate::asn1::oid(&dotted.parse().unwrap());
    let attribute = |kind: &str, value: Vec<u8>| sequence(&[&oid(kind), &set_of(vec![value])]);
    let attributes = [
        attribute("1.2.840.113549.1.9.3", ID_DATA.to_vec()),
        attribute("1.2.840.113549.1.9.4", octet_string(&[0; 32])),
        attribute("1.2.840.113549.1.9.5", tlv(Tag::UTC_TIME, b"240229235959Z")),
    ];
    let sha_256 = sequence(&[&oid("2.16.840.1.101.3.4.2.1")]);
    let signer = sequence(&[
        &integer_u64(3),
        &implicit(0, false, &[1, 2, 3]),
        &sha_256,
        &implicit(0, true, &attributes.concat()),
        &sequence(&[&oid(algorithm)]),
        &octet_string(&[7; 64]),
    ]);
    let body = sequence(&[
        &integer_u64(3),
        &set_of(vec![sha_256]),
        &sequence(&[ID_DATA, &explicit(0, &octet_string(b"octets"))]),
        &implicit(0, true, &certificates.concat()),
        &set_of(vec![signer]),
    ]);
    sequence(&[ID_SIGNED, &explicit(0, &body)])
}

#[test]
fn signers_in_words() {
    let id = SignerId::SubjectKeyIdentifier(vec![1, 2, 3]);
    let time = "says signed at 2024-02-29 23:59:59 UTC";
    for (oid, algorithm, more) in [
        ("1.2.840.113549.1.1.1", "RSA PKCS#1 v1.5 with SHA-256", ""),
        ("1.2.840.10045.4.3.2", "ECDSA with SHA-256", ""),
        ("1.3.101.112", "Ed25519", ", digest SHA-256"),
        ("1.2.3.4", "1.2.3.4", ", digest SHA-256"),
    ] {
        let outline = made(&signed(oid, &[]));
        let Matter::Signed { signers, .. } = outline.entries()[0].matter() else {
            panic!("{outline}");
        };
        assert_eq!(signers[0].id(), &id);
        assert_eq!(signers[0].algorithm(), algorithm);
        assert_eq!(signers[0].digest(), "SHA-256");
        let signed_at = signers[0].signing_time().unwrap();
        assert_eq!(crate::asn1::unix_seconds(signed_at), 1_709_251_199);
        let text = outline.to_string();
        let line = format!("\n  - signer: {id}, {algorithm}{more}, {time}\n");
        assert!(text.contains(&line), "{text}");
    }
}

#[test]
fn certificates_in_words() {
    let ca = crate::cert::ca::Ca::new("Test CA");
    let broken = crate::asn1::sequence(&[]);
    let outline = made(&signed("1.3.101.112", &[ca.certificate_der(), &broken]));
    let Matter::Signed {
        certificates,
        notes,
        ..
    } = outline.entries()[0].matter()
    else {
        panic!("{outline}");
    };
    let [certificate] = &certificates[..] else {
        panic!("{outline}");
    };
    assert_eq!(certificate.to_der(), ca.certificate_der());
    assert_eq!(notes.len(), 1);
    let text = outline.to_string();
    let line = format!("\n  - certificate of {}\n", certificate.description());
    assert!(text.contains(&line), "{text}");
    assert!(
        text.contains("\n  - left out: not a certificate at byte "),
        "{text}"
    );
}

#[test]
fn several_recipients_of_one_agreement() {
    let ids = [vec![1], vec![2]].map(RecipientId::SubjectKeyIdentifier);
    let recipient = Recipient {
        method: "ECDH".into(),
        certificates: ids.to_vec(),
    };
    let [one, two] = ids;
    assert_eq!(
        recipient.to_string(),
        format!("recipient: ECDH: {one}; {two}")
    );
}
