use super::*;

#[test]
fn corpora_open() {
    let files = [
        (
            "rfc9216/4.5_pkcs-12-object-for-alice_pkcs12.p12",
            "alice",
            2,
        ),
        ("rfc9216/5.5_pkcs-12-object-for-bob_pkcs12.p12", "bob", 2),
        (
            "rfc9216/7.5_pkcs-12-object-for-carlos_pkcs12.p12",
            "carlos",
            2,
        ),
        ("rfc9216/8.5_pkcs-12-object-for-dana_pkcs12.p12", "dana", 2),
        ("openssl/pkcs12/pbmac1_256_256.good.p12", "1234", 1),
        ("openssl/pkcs12/pbmac1_512_256.good.p12", "1234", 1),
        ("openssl/pkcs12/pbmac1_512_512.good.p12", "1234", 1),
        (
            "openssl/pkcs12/pbmac1_256_256.good-shorter-key-len.p12",
            "1234",
            1,
        ),
        ("thunderbird/Alice.p12", "nss", 1),
        ("thunderbird/Alice-ec.p12", "nss", 1),
        ("thunderbird/Bob.p12", "nss", 1),
        ("thunderbird/Dave.p12", "nss", 1),
        ("thunderbird/Eve.p12", "nss", 1),
        ("thunderbird/Fran.p12", "nss", 1),
        ("thunderbird/Fran-ec.p12", "nss", 1),
        ("nss-oaep-ecdh/Fran.p12", "nss", 1),
        ("nss-oaep-ecdh/Fran-ec.p12", "nss", 1),
        ("james/smime.p12", "secret", 1),
    ];
    for (name, password, keys) in files {
        let Some(file) = corpus(name) else {
            return;
        };
        let contents = open(&file, password).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(contents.keys.len(), keys, "{name}");
        assert!(contents.certificates.len() >= keys, "{name}");
        wrong_password(&file, "wrong");
    }
}

#[test]
fn pki_10_corpora_refuse() {
    for name in ["no-len", "zero-len", "bad-key-len"] {
        let Some(file) = corpus(&format!("openssl/pkcs12/pbmac1_256_256.{name}.p12")) else {
            return;
        };
        malformed(open(&file, "1234"));
    }
    let file = corpus("openssl/pkcs12/pbmac1_256_256.bad-iter.p12").unwrap();
    wrong_password(&file, "1234");
    malformed(open(&corpus("openssl/pkcs12/bad1.p12").unwrap(), "x"));
    let file = corpus("openssl/pkcs12/nomac_parse.p12").unwrap();
    assert!(matches!(kind(open(&file, "x")), ErrorKind::MissingMac));
}
