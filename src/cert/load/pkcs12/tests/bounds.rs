use super::*;

#[test]
fn pki_10_iterations_are_refused_before_the_work() {
    let content = sequence(&[]);
    for iterations in [10_000_001, 1 << 31, (1 << 32) + 1, u64::MAX] {
        let file = pfx(&content, &mac_data(&sha256(), &[0; 32], iterations));
        match kind(open(&file, "x")) {
            ErrorKind::TooManyIterations { found, limit } => {
                assert_eq!((found, limit), (iterations, 10_000_000));
            }
            other => panic!("{other:?}"),
        }
    }
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    openssl.run(
        "pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x -iter 1000 -maciter",
    );
    let file = openssl.read("f.p12");
    // MAC, certificates and key: 3,000 together.
    for (cap, fits) in [(3_000, true), (2_999, false), (2_000, false), (999, false)] {
        let limits = Limits {
            kdf_iterations: cap,
            ..Limits::default()
        };
        let result = read(&file, "x".into(), false, &limits);
        if fits {
            result.unwrap();
        } else {
            assert!(matches!(kind(result), ErrorKind::TooManyIterations { .. }));
        }
    }
}

/// SafeContents of these bags in an unencrypted file without MAC.
fn clear(bags: &[u8]) -> Result<Contents, Error> {
    let part = content_info(&ID_DATA, &octet_string(&tlv(Tag::SEQUENCE, bags)));
    let file = pfx(&sequence(&[&part]), &[]);
    read(&file, "".into(), true, &Limits::default())
}

fn bag(id: &ObjectIdentifier, value: &[u8], attributes: &[u8]) -> Vec<u8> {
    sequence(&[&oid(id), &explicit(0, value), attributes])
}

fn certificate_bag(name: &[u8]) -> Vec<u8> {
    let value = sequence(&[&oid(&X509_CERTIFICATE), &explicit(0, &octet_string(b"x"))]);
    let name = sequence(&[
        &oid(&FRIENDLY_NAME),
        &tlv(Tag::SET, &tlv(Tag::BMP_STRING, name)),
    ]);
    bag(&CERT_BAG, &value, &tlv(Tag::SET, &name))
}

#[test]
fn pki_10_odd_bags_and_names() {
    let unknown = ObjectIdentifier::new_unwrap("1.2.3");
    let sdsi = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.22.2");
    let bags = [
        bag(&SECRET_BAG, &null(), &[]),
        bag(&CRL_BAG, &null(), &[]),
        bag(&unknown, &null(), &[]),
        bag(
            &CERT_BAG,
            &sequence(&[&oid(&sdsi), &explicit(0, &null())]),
            &[],
        ),
        certificate_bag(b"\0a\0b\0\0"),
        certificate_bag(b"\0a\0"),
        certificate_bag(b"\xd8\x00\0a"),
    ];
    let contents = clear(&bags.concat()).unwrap();
    assert_eq!(
        contents.skipped,
        [
            "a secret bag",
            "a CRL",
            "a bag of type 1.2.3",
            "a certificate of type 1.2.840.113549.1.9.22.2"
        ]
    );
    let names: Vec<_> = contents
        .certificates
        .iter()
        .map(|c| c.attributes.friendly_name.as_deref())
        .collect();
    assert_eq!(names, [Some("ab"), None, Some("\u{fffd}a")]);
}

#[test]
fn pki_10_bags_and_nesting_are_bounded() {
    let one = certificate_bag(b"");
    let limit = |result| match kind(result) {
        ErrorKind::Limit { limit, .. } => limit,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(clear(&one.repeat(1_001))), 1_000);
    let secret = bag(&SECRET_BAG, &null(), &[]);
    assert_eq!(limit(clear(&secret.repeat(100_000))), 10_000);
    let nest = |depth| {
        let mut inner = one.clone();
        for _ in 0..depth {
            inner = bag(&SAFE_CONTENTS_BAG, &tlv(Tag::SEQUENCE, &inner), &[]);
        }
        clear(&inner)
    };
    assert_eq!(nest(8).unwrap().certificates.len(), 1);
    assert_eq!(limit(nest(9)), 8);
    // Empty parts count too.
    let part = content_info(&ID_DATA, &octet_string(&sequence(&[])));
    let file = pfx(&tlv(Tag::SEQUENCE, &part.repeat(10_001)), &[]);
    let result = read(&file, "".into(), true, &Limits::default());
    assert_eq!(limit(result), 10_000);
}

#[test]
fn pki_10_broken_structures_are_not_called_wrong_passwords() {
    let auth_safe = content_info(&ID_DATA, &octet_string(&sequence(&[])));
    let mac = mac_data(&sha256(), &[0; 32], 1);
    let signed = content_info(&crate::bag::ID_SIGNED_DATA, &null());
    for broken in [
        Vec::new(),
        sequence(&[]),
        sequence(&[&integer_u64(4), &auth_safe, &mac]),
        // No content, content NULL, content of another type.
        sequence(&[&integer_u64(3), &sequence(&[&oid(&ID_DATA)]), &mac]),
        sequence(&[&integer_u64(3), &content_info(&ID_DATA, &null()), &mac]),
        sequence(&[
            &integer_u64(3),
            &content_info(&FRIENDLY_NAME, &null()),
            &mac,
        ]),
        sequence(&[&integer_u64(3), &auth_safe, &sequence(&[])]),
        sequence(&[
            &integer_u64(3),
            &auth_safe,
            &mac_data(&sha256(), &[0; 31], 1),
        ]),
        sequence(&[&integer_u64(3), &auth_safe, &mac_data(&sha256(), &[], 1)]),
        [sequence(&[&integer_u64(3), &auth_safe, &mac]), vec![0]].concat(),
    ] {
        malformed(open(&broken, "x"));
    }
    let signed = sequence(&[&integer_u64(3), &signed]);
    assert!(matches!(
        kind(open(&signed, "x")),
        ErrorKind::Unsupported { .. }
    ));
    let md5 = ObjectIdentifier::new_unwrap("1.2.840.113549.2.5");
    let md5 = mac_data(&sequence(&[&oid(&md5), &null()]), &[0; 16], 1);
    match kind(open(&pfx(&sequence(&[]), &md5), "x")) {
        ErrorKind::UnsupportedAlgorithm { oid, .. } => assert_eq!(oid, "1.2.840.113549.2.5"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_prefix_and_every_flip_is_an_error_or_the_same() {
    let Some(openssl) = OpenSsl::find() else {
        return;
    };
    openssl.identity("a");
    for how in ["", "-nomac", "-certpbe NONE"] {
        openssl.run(&format!(
            "pkcs12 -export -in a.pem -inkey a.key.pem -out f.p12 -passout pass:x -iter 1 -nomaciter {how}"
        ));
        let file = openssl.read("f.p12");
        let limits = Limits {
            kdf_iterations: 1_000,
            ..Limits::default()
        };
        let nomac = how == "-nomac";
        let open = |file: &[u8]| read(file, "x".into(), nomac, &limits);
        let original = open(&file).unwrap();
        for end in 0..file.len() {
            malformed(open(&file[..end]));
        }
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[at] ^= 1 << bit;
                if let Ok(found) = open(&changed) {
                    // Without a MAC a change can go through; that is why it needs the opt-in.
                    assert!(nomac || same(&found, &original), "byte {at} bit {bit}");
                }
            }
        }
    }
}
