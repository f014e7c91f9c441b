use super::*;

#[test]
fn pki_10_empty_and_absent_passwords() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.run(
        "pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES \
         -passout pass:",
    );
    let file = openssl.read("f.p12");
    for password in [Password::from(""), Password::from(None)] {
        let contents = read(&file, password, false, &Limits::default()).unwrap();
        assert_eq!(*contents.keys[0].der, openssl.read("a.key"));
    }
    wrong_password(&file, "x");
    // Absent in the MAC: the key comes from the salt alone. Certificates in clear need no password.
    let content = sequence(&[]);
    let info = |password: Password<'_>| {
        let key = crate::cert::load::pbe::Hash::Sha256.pkcs12_kdf(
            &password.bmp(),
            b"salt",
            crate::cert::load::pbe::Purpose::Mac,
            1,
            32,
        );
        let key: String = key.iter().map(|b| format!("{b:02x}")).collect();
        openssl.write("content", &content);
        let mac = openssl.run(&format!(
            "mac -digest SHA256 -macopt hexkey:{key} -binary -in content HMAC"
        ));
        pfx(&content, &mac_data(&sha256(), &mac, 1))
    };
    for file in [info(Password::from("")), info(Password::ABSENT)] {
        for password in [Password::from(""), Password::ABSENT] {
            assert!(read(&file, password, false, &Limits::default()).is_ok());
        }
        wrong_password(&file, "x");
    }
}

#[test]
fn pki_10_a_file_without_mac_needs_the_opt_in() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.run("pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -nomac -passout pass:x");
    let file = openssl.read("f.p12");
    assert!(matches!(kind(open(&file, "x")), ErrorKind::MissingMac));
    let with = |password: &str| read(&file, password.into(), true, &Limits::default());
    assert_eq!(*with("x").unwrap().keys[0].der, openssl.read("a.key"));
    for wrong in ["", "y", "z", "wrong"] {
        let kind = kind(with(wrong));
        assert!(matches!(kind, ErrorKind::WrongPassword { .. }), "{kind:?}");
    }
    // With a MAC the opt-in does not switch the check off.
    openssl.run("pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x");
    let (mut content, mac) = split(&openssl.read("f.p12"));
    *content.last_mut().unwrap() ^= 1;
    let changed = pfx(&content, &mac);
    let result = read(&changed, "x".into(), true, &Limits::default());
    assert!(matches!(kind(result), ErrorKind::WrongPassword { .. }));
}

#[test]
fn ber_covers_the_joined_content() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.run("pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x");
    let der = openssl.read("f.p12");
    let (content, mac) = split(&der);
    let eoc = &END_OF_CONTENTS[..];
    let pieces: Vec<u8> = content.chunks(100).flat_map(octet_string).collect();
    let string = Tag {
        constructed: true,
        ..Tag::OCTET_STRING
    };
    let ber = [
        &indefinite(Tag::SEQUENCE)[..],
        &integer_u64(3),
        &indefinite(Tag::SEQUENCE),
        &oid(&ID_DATA),
        &indefinite(Tag::context(0, true)),
        &indefinite(string),
        &pieces,
        eoc,
        eoc,
        eoc,
        &mac,
        eoc,
    ]
    .concat();
    assert!(same(&open(&ber, "x").unwrap(), &open(&der, "x").unwrap()));
    wrong_password(&ber, "y");
}

/// A PBMAC1 file over `content`, its key and MAC made by openssl.
fn pbmac1(openssl: &OpenSsl, content: &[u8], key_length: Option<u64>, hash: &str) -> Vec<u8> {
    let number = match hash {
        "SHA1" => 7,
        "SHA256" => 9,
        _ => 11,
    };
    let hmac = ObjectIdentifier::new_unwrap(&format!("1.2.840.113549.2.{number}"));
    let hmac = sequence(&[&oid(&hmac), &null()]);
    let bytes = key_length.filter(|n| (1..=1_000).contains(n)).unwrap_or(32);
    let key = openssl.run(&format!(
        "kdf -keylen {bytes} -kdfopt digest:{hash} -kdfopt pass:pässword -kdfopt salt:salt -kdfopt iter:7 -binary PBKDF2"
    ));
    let key: String = key.iter().map(|b| format!("{b:02x}")).collect();
    openssl.write("content", content);
    let mac = openssl.run(&format!(
        "mac -digest {hash} -macopt hexkey:{key} -binary -in content HMAC"
    ));
    let length = key_length.map(integer_u64).unwrap_or_default();
    let kdf = sequence(&[
        &oid(&ID_PBKDF2),
        &sequence(&[&octet_string(b"salt"), &integer_u64(7), &length, &hmac]),
    ]);
    let id = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.14");
    let algorithm = sequence(&[&oid(&id), &sequence(&[&kdf, &hmac])]);
    // Salt and iterations outside are not used with PBMAC1 (RFC 9579 4).
    pfx(content, &mac_data(&algorithm, &mac, 1))
}

#[test]
fn pki_10_pbmac1_with_key_lengths() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let content = sequence(&[]);
    for hash in ["SHA1", "SHA256", "SHA512"] {
        for good in [20, 32, 64, 128] {
            let file = pbmac1(&openssl, &content, Some(good), hash);
            assert!(open(&file, "pässword").is_ok(), "{hash} {good}");
            wrong_password(&file, "password");
        }
        for bad in [
            None,
            Some(0),
            Some(1),
            Some(19),
            Some(129),
            Some(1 << 31),
            Some(u64::MAX),
        ] {
            malformed(open(&pbmac1(&openssl, &content, bad, hash), "pässword"));
        }
    }
}

/// The MAC is right, but a part was encrypted under another password: `-twopass` of openssl.
#[test]
fn a_right_mac_over_a_part_that_does_not_decrypt() {
    let entry = CertificateEntry {
        der: b"x".to_vec(),
        attributes: Attributes::default(),
    };
    let with = |password: &'static str| Writing {
        password: password.into(),
        iterations: 2_048,
        random: &SystemRandom,
    };
    let (content, _) = split(&with("one").file(&[], &[entry]).unwrap());
    let (_, mac) = split(&with("two").file(&[], &[]).unwrap());
    wrong_password(&pfx(&content, &mac), "two");
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    let file = pbmac1(&openssl, &content, Some(32), "SHA256");
    malformed(open(&file, "pässword"));
}
