use super::*;
use hex_literal::hex;

/// Bytes of RFC 8551 2.5.2 and CA/B S/MIME BR 7.1.3.2.
#[test]
fn identifiers() {
    use DigestAlgorithm::*;
    use SignatureAlgorithm::*;
    for (algorithm, der) in [
        (
            RsaPkcs1(Sha256),
            &hex!("300d06092a864886f70d01010b0500")[..],
        ),
        (RsaPkcs1(Sha384), &hex!("300d06092a864886f70d01010c0500")),
        (RsaPkcs1(Sha512), &hex!("300d06092a864886f70d01010d0500")),
        (Ecdsa(Sha256), &hex!("300a06082a8648ce3d040302")),
        (Ecdsa(Sha384), &hex!("300a06082a8648ce3d040303")),
        (Ecdsa(Sha512), &hex!("300a06082a8648ce3d040304")),
        (Ed25519, &hex!("300506032b6570")),
        (
            RsaPss(PssParameters::new(Sha256)),
            &hex!(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
            ),
        ),
        (
            RsaPss(PssParameters::new(Sha512)),
            &hex!(
                "304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140"
            ),
        ),
        // Everything default: an empty sequence.
        (
            RsaPss(PssParameters::new(Sha1)),
            &hex!("300d06092a864886f70d01010a3000"),
        ),
    ] {
        assert_eq!(algorithm.identifier(), der, "{}", algorithm.name());
        assert_eq!(SignatureAlgorithm::from_identifier(der).unwrap(), algorithm);
    }
}

#[test]
fn refuses_what_it_cannot_check() {
    // MD5 with RSA.
    let error =
        SignatureAlgorithm::from_identifier(&hex!("300d06092a864886f70d0101040500")).unwrap_err();
    assert!(error.to_string().contains("1.2.840.113549.1.1.4"));
    // PSS without parameters, with trailer 2, with a negative salt.
    for der in [
        &hex!("300b06092a864886f70d01010a")[..],
        &hex!("301206092a864886f70d01010a3005a303020102"),
        &hex!("301206092a864886f70d01010a3005a2030201ff"),
    ] {
        assert!(SignatureAlgorithm::from_identifier(der).is_err());
    }
}

/// The digest of PSS and of its mask have NULL or nothing as parameters.
#[test]
fn digests_in_pss_have_no_parameters() {
    let expected = SignatureAlgorithm::RsaPss(PssParameters {
        digest: DigestAlgorithm::Sha256,
        mgf_digest: DigestAlgorithm::Sha256,
        salt_len: 32,
    });
    let read = |parameters: [&[u8]; 2]| {
        let digest = |parameters: &[u8]| {
            let oid = hex!("0609608648016503040201");
            asn1::sequence(&[&oid, parameters])
        };
        let mask = asn1::sequence(&[&asn1::oid(&MGF1), &digest(parameters[1])]);
        let params = asn1::sequence(&[
            &asn1::explicit(0, &digest(parameters[0])),
            &asn1::explicit(1, &mask),
            &hex!("a203020120"),
        ]);
        SignatureAlgorithm::from_identifier(&identifier::algorithm(RSASSA_PSS, &params))
    };
    let (null, absent): (&[u8], &[u8]) = (&hex!("0500"), &[]);
    for fine in [[absent, absent], [null, null], [absent, null]] {
        assert_eq!(read(fine).unwrap(), expected);
    }
    for odd in [&hex!("05012a")[..], &hex!("0400"), &hex!("3000")] {
        for parameters in [[odd, null], [null, odd]] {
            assert!(read(parameters).is_err(), "{parameters:02x?}");
        }
    }
}
