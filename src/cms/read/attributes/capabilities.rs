//! sMIMECapabilities (RFC 8551 2.5.2), read.

use crate::asn1::{Tag, Value, to_der};
use crate::{Error, Limits};

/// Name and DER of each, in the order received. Entries that cannot be read are left out, as unknown ones are to
/// be ignored.
///
/// ```text
/// SMIMECapabilities ::= SEQUENCE OF SMIMECapability
/// SMIMECapability ::= SEQUENCE { capabilityID OBJECT IDENTIFIER, parameters ANY OPTIONAL }
/// ```
pub(super) fn read(value: &Value<'_>, limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Error> {
    if value.tag != Tag::SEQUENCE {
        return Err(value.error("sMIMECapabilities is a SEQUENCE"));
    }
    let mut reader = value.reader()?;
    let mut found = Vec::new();
    while !reader.is_empty() && found.len() < limits.attributes {
        let entry = reader.read()?;
        if let (Ok(name), Ok(der)) = (name(&entry), to_der(entry.raw, limits)) {
            found.push((name, der.into_owned()));
        }
    }
    Ok(found)
}

fn name(entry: &Value<'_>) -> Result<String, Error> {
    if entry.tag != Tag::SEQUENCE {
        return Err(entry.error("a capability is a SEQUENCE"));
    }
    let mut reader = entry.reader()?;
    let dotted = reader.expect(Tag::OID)?.oid()?.to_string();
    let name = match dotted.as_str() {
        "2.16.840.1.101.3.4.1.2" => "AES-128-CBC",
        "2.16.840.1.101.3.4.1.22" => "AES-192-CBC",
        "2.16.840.1.101.3.4.1.42" => "AES-256-CBC",
        "2.16.840.1.101.3.4.1.6" => "AES-128-GCM",
        "2.16.840.1.101.3.4.1.26" => "AES-192-GCM",
        "2.16.840.1.101.3.4.1.46" => "AES-256-GCM",
        "2.16.840.1.101.3.4.1.7" => "AES-128-CCM",
        "2.16.840.1.101.3.4.1.27" => "AES-192-CCM",
        "2.16.840.1.101.3.4.1.47" => "AES-256-CCM",
        "2.16.840.1.101.3.4.1.5" => "AES-128 key wrap",
        "2.16.840.1.101.3.4.1.25" => "AES-192 key wrap",
        "2.16.840.1.101.3.4.1.45" => "AES-256 key wrap",
        "1.2.840.113549.1.9.16.3.18" => "ChaCha20-Poly1305",
        "1.2.840.113549.3.7" => "3DES-CBC",
        // The effective key length is the parameter (RFC 8551 2.5.2 refers to RFC 2311 for it).
        "1.2.840.113549.3.2" => {
            return Ok(match reader.expect(Tag::INTEGER).and_then(|v| v.uint()) {
                Ok(bits) => format!("RC2-{bits}-CBC"),
                Err(_) => "RC2-CBC".to_owned(),
            });
        }
        "1.3.14.3.2.7" => "DES-CBC",
        "1.2.840.113549.1.9.16.3.8" => "zlib compression",
        "1.2.840.113549.1.9.16.3.31" => "content keys by HKDF-SHA-256",
        "1.2.840.113549.1.9.16.11.1" => "binary inside",
        "1.2.840.113549.1.1.1" => "RSA PKCS#1 v1.5",
        "1.2.840.113549.1.1.7" => "RSA OAEP",
        "1.2.840.113549.1.1.10" => "RSA PSS",
        "1.2.840.113549.1.1.5" => "RSA PKCS#1 v1.5 with SHA-1",
        "1.2.840.113549.1.1.11" => "RSA PKCS#1 v1.5 with SHA-256",
        "1.2.840.113549.1.1.12" => "RSA PKCS#1 v1.5 with SHA-384",
        "1.2.840.113549.1.1.13" => "RSA PKCS#1 v1.5 with SHA-512",
        "1.2.840.10045.4.3.2" => "ECDSA with SHA-256",
        "1.2.840.10045.4.3.3" => "ECDSA with SHA-384",
        "1.2.840.10045.4.3.4" => "ECDSA with SHA-512",
        "1.3.101.112" => "Ed25519",
        "1.3.14.3.2.26" => "SHA-1",
        "2.16.840.1.101.3.4.2.1" => "SHA-256",
        "2.16.840.1.101.3.4.2.2" => "SHA-384",
        "2.16.840.1.101.3.4.2.3" => "SHA-512",
        "1.3.132.1.11.1" => "ECDH with X9.63 KDF SHA-256",
        "1.3.132.1.11.2" => "ECDH with X9.63 KDF SHA-384",
        "1.3.132.1.11.3" => "ECDH with X9.63 KDF SHA-512",
        "1.2.840.113549.1.9.16.3.19" => "ECDH with HKDF SHA-256",
        "1.2.840.113549.1.9.16.3.20" => "ECDH with HKDF SHA-384",
        "1.2.840.113549.1.9.16.3.21" => "ECDH with HKDF SHA-512",
        _ => return Ok(dotted),
    };
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asn1;

    // RFC 8551 appendix B; RFC 3565, 5084, 3394, 8103 and 9709; RFC 4055, 5754, 5758 and 8410; RFC 5753 and 8418.
    const NAMES: [(&str, &str); 40] = [
        ("2.16.840.1.101.3.4.1.2", "AES-128-CBC"),
        ("2.16.840.1.101.3.4.1.22", "AES-192-CBC"),
        ("2.16.840.1.101.3.4.1.42", "AES-256-CBC"),
        ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
        ("2.16.840.1.101.3.4.1.26", "AES-192-GCM"),
        ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
        ("2.16.840.1.101.3.4.1.7", "AES-128-CCM"),
        ("2.16.840.1.101.3.4.1.27", "AES-192-CCM"),
        ("2.16.840.1.101.3.4.1.47", "AES-256-CCM"),
        ("2.16.840.1.101.3.4.1.5", "AES-128 key wrap"),
        ("2.16.840.1.101.3.4.1.25", "AES-192 key wrap"),
        ("2.16.840.1.101.3.4.1.45", "AES-256 key wrap"),
        ("1.2.840.113549.1.9.16.3.18", "ChaCha20-Poly1305"),
        ("1.2.840.113549.3.7", "3DES-CBC"),
        ("1.2.840.113549.3.2", "RC2-CBC"),
        ("1.3.14.3.2.7", "DES-CBC"),
        ("1.2.840.113549.1.9.16.3.8", "zlib compression"),
        ("1.2.840.113549.1.9.16.3.31", "content keys by HKDF-SHA-256"),
        ("1.2.840.113549.1.9.16.11.1", "binary inside"),
        ("1.2.840.113549.1.1.1", "RSA PKCS#1 v1.5"),
        ("1.2.840.113549.1.1.7", "RSA OAEP"),
        ("1.2.840.113549.1.1.10", "RSA PSS"),
        ("1.2.840.113549.1.1.5", "RSA PKCS#1 v1.5 with SHA-1"),
        ("1.2.840.113549.1.1.11", "RSA PKCS#1 v1.5 with SHA-256"),
        ("1.2.840.113549.1.1.12", "RSA PKCS#1 v1.5 with SHA-384"),
        ("1.2.840.113549.1.1.13", "RSA PKCS#1 v1.5 with SHA-512"),
        ("1.2.840.10045.4.3.2", "ECDSA with SHA-256"),
        ("1.2.840.10045.4.3.3", "ECDSA with SHA-384"),
        ("1.2.840.10045.4.3.4", "ECDSA with SHA-512"),
        ("1.3.101.112", "Ed25519"),
        ("1.3.14.3.2.26", "SHA-1"),
        ("2.16.840.1.101.3.4.2.1", "SHA-256"),
        ("2.16.840.1.101.3.4.2.2", "SHA-384"),
        ("2.16.840.1.101.3.4.2.3", "SHA-512"),
        ("1.3.132.1.11.1", "ECDH with X9.63 KDF SHA-256"),
        ("1.3.132.1.11.2", "ECDH with X9.63 KDF SHA-384"),
        ("1.3.132.1.11.3", "ECDH with X9.63 KDF SHA-512"),
        ("1.2.840.113549.1.9.16.3.19", "ECDH with HKDF SHA-256"),
        ("1.2.840.113549.1.9.16.3.20", "ECDH with HKDF SHA-384"),
        ("1.2.840.113549.1.9.16.3.21", "ECDH with HKDF SHA-512"),
    ];

    fn capability(dotted: &str) -> Vec<u8> {
        asn1::sequence(&[&asn1::oid(&dotted.parse().unwrap())])
    }

    fn names(entries: &[u8]) -> Vec<String> {
        let list = asn1::sequence(&[entries]);
        let limits = Limits::default();
        let value = asn1::Reader::new(&list, "test", &limits).read().unwrap();
        let found = read(&value, &limits).unwrap();
        found.into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn algorithms_have_names() {
        for (dotted, name) in NAMES {
            assert_eq!(names(&capability(dotted)), [name], "{dotted}");
        }
        assert_eq!(names(&capability("1.2.3.4")), ["1.2.3.4"]);
        let all: Vec<u8> = NAMES
            .iter()
            .flat_map(|(dotted, _)| capability(dotted))
            .collect();
        assert_eq!(names(&all), NAMES.map(|(_, name)| name));
    }
}
