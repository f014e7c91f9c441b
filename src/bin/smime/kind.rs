//! What a file is, from its first bytes.

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// CMS, DER or BER, or armoured as PEM.
    Cms,
    /// PEM with something else in it: certificates, keys, revocation lists.
    Pem,
    /// ASN.1 that begins with a number: PKCS#12 or a private key.
    Keys,
    /// ASN.1 that begins with a SEQUENCE: a certificate or revocation list.
    Certificates,
    /// ASN.1 that begins with an enumeration: an OCSP response.
    Ocsp,
    /// Mail, as far as it is anything.
    Mail,
}

/// Fields that a mail or a MIME entity has before its first empty line.
const MAIL: [&str; 8] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "message-id",
    "mime-version",
    "content-type",
];

/// What CMS is called in PEM, by OpenSSL, GnuPG and others.
const CMS: [&[u8]; 6] = [
    b"CMS-----",
    b"PKCS7-----",
    b"PKCS #7 SIGNED DATA-----",
    b"PKCS7 SIGNED DATA-----",
    b"SIGNED MESSAGE-----",
    b"ENCRYPTED MESSAGE-----",
];

impl Kind {
    pub fn of(bytes: &[u8]) -> Kind {
        match inside_of_sequence(bytes) {
            Some(0x06) => return Kind::Cms,
            Some(0x02) => return Kind::Keys,
            Some(0x30) => return Kind::Certificates,
            Some(0x0a) => return Kind::Ocsp,
            _ => {}
        }
        if is_mail(bytes) {
            return Kind::Mail;
        }
        let mut lines = bytes.split(|byte| *byte == b'\n');
        match lines.find_map(|line| line.trim_ascii().strip_prefix(b"-----BEGIN ")) {
            Some(label) if CMS.contains(&label) => Kind::Cms,
            Some(_) => Kind::Pem,
            None if is_base64_of_cms(bytes) => Kind::Cms,
            None => Kind::Mail,
        }
    }
}

/// The first tag octet inside of the SEQUENCE that the input is.
fn inside_of_sequence(bytes: &[u8]) -> Option<u8> {
    let [0x30, length, rest @ ..] = bytes else {
        return None;
    };
    match length {
        0..=0x80 => rest.first().copied(),
        _ => rest.get(usize::from(length & 0x7f)).copied(),
    }
}

/// Base64 without armour: the first octet of CMS is 30, so the first twelve bits are between MA and MP.
fn is_base64_of_cms(bytes: &[u8]) -> bool {
    let mut lines = bytes.trim_ascii().split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default().trim_ascii();
    let alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    matches!(first, [b'M', b'A'..=b'P', ..]) && first.iter().all(alphabet)
}

/// Whether a field that mail has stands in the header.
pub fn is_mail(bytes: &[u8]) -> bool {
    let lines = bytes.split(|byte| *byte == b'\n');
    let header = lines.take_while(|line| !line.trim_ascii().is_empty());
    header.take(1000).any(|line| {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        MAIL.iter()
            .any(|known| name.len() < line.len() && name.eq_ignore_ascii_case(known.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_told_by_the_first_bytes() {
        let pem = "-----BEGIN CERTIFICATE-----\nMIIB\n";
        let bag = format!("Bag Attributes\n    localKeyID: 01\nsubject=CN = a\n{pem}");
        let text = format!("Certificate:\n    Data:\n        Subject: CN=a\n{pem}");
        let mail = format!("Subject: a key\nFrom: a@example.org\n\n{pem}");
        for (bytes, kind) in [
            (&b"\x30\x82\x01\x00\x06\x09"[..], Kind::Cms),
            (b"\x30\x80\x06\x09", Kind::Cms),
            (b"-----BEGIN CMS-----\nMIIB", Kind::Cms),
            (b"-----BEGIN SIGNED MESSAGE-----\nMIIB", Kind::Cms),
            (b"-----BEGIN ENCRYPTED MESSAGE-----\nMIIB", Kind::Cms),
            (b"\r\n-----BEGIN PKCS7-----\r\n", Kind::Cms),
            (b"\x30\x82\x01\x00\x02\x01\x03", Kind::Keys),
            (b"\x30\x82\x01\x00\x30\x82", Kind::Certificates),
            (b"\x30\x82\x01\x00\x0a\x01\x00", Kind::Ocsp),
            (pem.as_bytes(), Kind::Pem),
            (bag.as_bytes(), Kind::Pem),
            (text.as_bytes(), Kind::Pem),
            (mail.as_bytes(), Kind::Mail),
            (b"0abc: a header field\n\n", Kind::Mail),
            (b"MIAGCSqGSIb3DQEHAqCA\nMIACAQEx", Kind::Cms),
            (b"MIME-Version: 1.0\n\n", Kind::Mail),
            (b"anything", Kind::Mail),
            (b"", Kind::Mail),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
