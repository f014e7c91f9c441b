//! `openssl cms -verify` on RSASSA-PSS: ordinary RSA keys on request, and keys restricted to PSS.

use smime::crypto::DigestAlgorithm;
use smime::{Certificate, Identity, PrivateKey};

use crate::ca::Key;
use crate::mime::{cms, detached};
use crate::peers::OpenSsl;
use crate::people::{ALICE, ENTITY, mail, person, protector};
use crate::signed::verified_by_openssl;

#[test]
fn rsa_key_on_request() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = person(Key::Rsa2048, ALICE);
    for digest in [
        DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384,
        DigestAlgorithm::Sha512,
    ] {
        let protector = protector().sign(&alice.identity).pss().digest(digest);
        verified_by_openssl(&openssl, &protector, &format!("PSS {digest:?}"));
    }
}

#[test]
fn key_restricted_to_pss_without_parameters() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let protector = protector().sign(&person(Key::RsaPss2048, ALICE).identity);
    verified_by_openssl(&openssl, &protector, "PSS key");
}

/// A self-signed certificate of a key that openssl made, with these parameters in its SubjectPublicKeyInfo.
fn restricted(openssl: &OpenSsl, digest: &str, mgf: &str, salt: &str) -> Identity {
    let (digest, mgf, salt) = (
        format!("rsa_pss_keygen_md:{digest}"),
        format!("rsa_pss_keygen_mgf1_md:{mgf}"),
        format!("rsa_pss_keygen_saltlen:{salt}"),
    );
    let arguments = [
        "genpkey",
        "-algorithm",
        "RSA-PSS",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-out",
        "pss.key",
    ];
    let options = ["-pkeyopt", &digest, "-pkeyopt", &mgf, "-pkeyopt", &salt];
    openssl.run(&[&arguments[..], &options].concat()).unwrap();
    let arguments = [
        "req",
        "-x509",
        "-key",
        "pss.key",
        "-out",
        "ca.pem",
        "-subj",
        "/CN=alice",
        "-days",
        "30000",
        "-addext",
        "subjectAltName=email:alice@example.org",
        "-addext",
        "keyUsage=digitalSignature",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
        "-addext",
        "extendedKeyUsage=emailProtection",
    ];
    openssl.run(&arguments).unwrap();
    let certificate = Certificate::from_bytes(&openssl.read("ca.pem")).unwrap();
    let key = PrivateKey::from_bytes(&openssl.read("pss.key"), None).unwrap();
    Identity::new([certificate], key).unwrap()
}

/// The parameters in the certificate decide, not our default of SHA-512 (RFC 4056 3).
#[test]
fn key_restricted_to_pss_with_parameters() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let cases = [
        ("sha256", "sha256", "32", "sha-256", "20"),
        ("sha384", "sha384", "20", "sha-384", "30"),
        ("sha512", "sha512", "70", "sha-512", "46"),
    ];
    for (digest, mgf, salt, micalg, salt_hex) in cases {
        let alice = restricted(&openssl, digest, mgf, salt);
        // The certificate begins now, by the clock of the machine.
        let protector = smime::Protector::new().sign(&alice);
        let signed = protector.protect(mail()).unwrap();
        let parts = detached(signed.message());
        assert_eq!(parts.micalg, micalg);
        openssl.verify_detached(&parts.p7s, &parts.entity).unwrap();
        assert_eq!(openssl.verify(signed.message()).unwrap(), ENTITY.as_bytes());

        // The salt may be longer than the certificate asks for, never shorter.
        let opaque = protector.opaque().protect(mail()).unwrap();
        assert_eq!(openssl.verify(opaque.message()).unwrap(), ENTITY.as_bytes());
        let text = openssl.print(&cms(opaque.message()));
        let (_, info) = text.rsplit_once("signatureAlgorithm:").unwrap();
        let info = info.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            info.contains(&format!("INTEGER :{salt_hex}")),
            "{digest} {salt}: {info}"
        );

        let other = protector_with_other_digest(&alice, digest);
        assert!(other.contains("restricted to PSS"), "{other}");
    }
}

/// Two digests in one key: nobody makes such keys, and the one below says so instead of signing something else.
#[test]
fn key_restricted_to_two_digests() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let alice = restricted(&openssl, "sha512", "sha256", "40");
    let error = smime::Protector::new()
        .sign(&alice)
        .protect(mail())
        .unwrap_err()
        .to_string();
    assert!(error.contains("different digests"), "{error}");
}

fn protector_with_other_digest(alice: &Identity, digest: &str) -> String {
    let other = match digest {
        "sha256" => DigestAlgorithm::Sha512,
        _ => DigestAlgorithm::Sha256,
    };
    let result = smime::Protector::new()
        .sign(alice)
        .digest(other)
        .protect(mail());
    result.unwrap_err().to_string()
}
