//! Keys as openssl writes them, and ours as openssl reads them.

use super::*;
use crate::asn1::{self, Tag};
use crate::crypto::identifier::secret_tlv;

fn same(a: &PrivateKey, b: &PrivateKey) -> bool {
    a.public_key().same_key(b.public_key())
}

/// Signs or agrees, so that the private half is proved to be the right one.
fn works(key: &PrivateKey) {
    match key.public_key().kind() {
        KeyKind::Rsa { .. } => {
            for algorithm in [SignatureAlgorithm::RsaPkcs1(Sha256), pss(Sha384)] {
                let signature = sign(key, algorithm.clone(), b"m");
                let request = SignRequest::new(key.clone(), algorithm, b"m".to_vec());
                let slow = request.clone().with_salt(vec![1; 48]).complete().unwrap();
                request.check(&slow).unwrap();
                assert_eq!(slow.len(), signature.len());
            }
        }
        KeyKind::RsaPss { .. } => {
            let parameters = key.public_key().pss_parameters().cloned();
            let parameters = parameters.unwrap_or(PssParameters::new(Sha256));
            drop(sign(key, SignatureAlgorithm::RsaPss(parameters), b"m"));
        }
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => {
            drop(sign(key, SignatureAlgorithm::Ecdsa(Sha512), b"m"));
        }
        KeyKind::Ed25519 => drop(sign(key, SignatureAlgorithm::Ed25519, b"m")),
        _ => {
            let ours = crate::crypto::agreement::agree(key.public_key(), &Seeded::new(1)).unwrap();
            let public = ours.point.as_slice().try_into().unwrap();
            let theirs = key.unwrap(&UnwrapRequest::X25519 { public }).unwrap();
            assert_eq!(theirs.as_ref(), ours.shared.as_slice());
        }
    }
}

#[test]
fn reads_what_openssl_writes_and_back() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    for options in [
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2049",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2056",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:3072",
        "-algorithm RSA -pkeyopt rsa_keygen_bits:4096",
        "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
        "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 -pkeyopt rsa_pss_keygen_saltlen:40",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-521",
        "-algorithm ED25519",
        "-algorithm X25519",
    ] {
        openssl(path, &format!("genpkey {options} -out key")).unwrap();
        let pkcs8 = openssl(path, "pkcs8 -topk8 -nocrypt -in key -outform DER").unwrap();
        let spki = openssl(path, "pkey -in key -pubout -outform DER").unwrap();
        let key = PrivateKey::from_pkcs8_der(&pkcs8).unwrap();
        assert_eq!(key.public_key().spki_der(), spki, "{options}");
        works(&key);
        let ours = key.to_pkcs8_der().unwrap();
        works(&PrivateKey::from_pkcs8_der(ours.as_ref()).unwrap());
        std::fs::write(path.join("ours"), &ours).unwrap();
        let back = openssl(path, "pkey -inform DER -in ours -pubout -outform DER").unwrap();
        assert_eq!(back, spki);
        if !options.contains("25519") {
            openssl(path, "pkey -inform DER -in ours -check -noout").unwrap();
        }
    }
}

#[test]
fn reads_traditional_formats() {
    if !have_openssl() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    std::fs::write(path.join("rsa"), rsa2048().to_pkcs8_der().unwrap()).unwrap();
    let pkcs1 = openssl(path, "rsa -inform DER -in rsa -traditional -outform DER").unwrap();
    let key = PrivateKey::from_pkcs1_der(&pkcs1).unwrap();
    assert!(same(&key, &rsa2048()));
    works(&key);
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        std::fs::write(path.join("ec"), ec(curve).to_pkcs8_der().unwrap()).unwrap();
        for options in ["", "-no_public", "-conv_form compressed"] {
            let command = format!("ec -inform DER -in ec -outform DER {options}");
            let sec1 = openssl(path, &command).unwrap();
            let key = PrivateKey::from_sec1_der(&sec1).unwrap();
            assert!(same(&key, &ec(curve)), "{options}");
            works(&key);
            std::fs::write(path.join("sec1"), &sec1).unwrap();
            let pkcs8 = "pkcs8 -topk8 -nocrypt -inform DER -in sec1 -outform DER";
            let pkcs8 = openssl(path, pkcs8).unwrap();
            assert!(same(
                &PrivateKey::from_pkcs8_der(&pkcs8).unwrap(),
                &ec(curve)
            ));
        }
        let explicit = "ec -inform DER -in ec -outform DER -param_enc explicit";
        let sec1 = openssl(path, explicit).unwrap();
        assert!(PrivateKey::from_sec1_der(&sec1).is_err());
    }
}

/// RFC 8410 10.3: version 2 with attributes and public key.
#[test]
fn reads_the_examples_of_rfc_8410() {
    let v1 = hex!(
        "302e020100300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"
    );
    let v2 = hex!(
        "3072020101300506032b657004220420d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842a01f301d060a2a864886f70d01090914310f0c0d437572646c652043686169727381210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"
    );
    let plain = PrivateKey::from_pkcs8_der(&v1).unwrap();
    let full = PrivateKey::from_pkcs8_der(&v2).unwrap();
    assert!(same(&plain, &full));
    assert_eq!(plain.to_pkcs8_der().unwrap().as_ref(), v1);
    // Another public key inside.
    let mut other = v2;
    *other.last_mut().unwrap() ^= 1;
    assert!(PrivateKey::from_pkcs8_der(&other).is_err());
}

fn malformed(result: Result<PrivateKey, Error>) -> bool {
    matches!(result.unwrap_err().kind(), ErrorKind::Malformed { .. })
}

fn ec_info(scalar: &[u8], point: &[u8]) -> Vec<u8> {
    let sec1 = load::ec_private_key(scalar, point);
    let algorithm = crate::crypto::public_key::ec_algorithm(Curve::P256);
    load::private_key_info(&algorithm, &sec1).to_vec()
}

#[test]
fn ec_scalars_of_odd_lengths() {
    let key = ec(Curve::P256);
    let (_, point) = key.public_key().ec_point().unwrap();
    let scalar = hex!("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
    let long = [&[0, 0][..], &scalar].concat();
    assert!(same(
        &PrivateKey::from_pkcs8_der(&ec_info(&long, point)).unwrap(),
        &key
    ));
    let order = hex!("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    for bad in [&[][..], &[0; 32], &order, &[1; 33]] {
        assert!(malformed(PrivateKey::from_pkcs8_der(&ec_info(bad, point))));
    }
    // A small scalar without its leading zeros, and a public key of another.
    assert!(malformed(PrivateKey::from_pkcs8_der(&ec_info(&[1], point))));
    // The base point of SEC 2 2.4.2, which is 1 times itself.
    let base = hex!(
        "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    );
    works(&PrivateKey::from_pkcs8_der(&ec_info(&[1], &base)).unwrap());
}

/// Numbers that do not belong together, odd sizes, several primes, every truncation.
#[test]
fn refuses_broken_rsa_keys() {
    let good = pkcs1_numbers();
    assert!(PrivateKey::from_pkcs1_der(&pkcs1(&good)).is_ok());
    for changed in [0, 1, 2, 3, 4] {
        let mut numbers = good.clone();
        let last = numbers[changed].len() - 1;
        numbers[changed][last] ^= 2;
        assert!(
            malformed(PrivateKey::from_pkcs1_der(&pkcs1(&numbers))),
            "{changed}"
        );
    }
    for size in [64, 127, 1025, 4096] {
        let mut numbers = good.clone();
        numbers[0] = vec![0xff; size];
        assert!(
            malformed(PrivateKey::from_pkcs1_der(&pkcs1(&numbers))),
            "{size}"
        );
    }
    let der = rsa2048().to_pkcs8_der().unwrap();
    let der = der.as_ref();
    for len in (0..der.len()).step_by(7) {
        assert!(malformed(PrivateKey::from_pkcs8_der(&der[..len])));
    }
    let body: Vec<Vec<u8>> = good.iter().map(|n| asn1::uint_bytes(n)).collect();
    let three = asn1::sequence(&[asn1::uint_bytes(&[3]).as_slice(); 3]);
    let others = asn1::sequence(&[&three]);
    let version = asn1::uint_bytes(&[1]);
    let multi = asn1::sequence(&[&version, &body.concat(), &others]);
    let error = PrivateKey::from_pkcs1_der(&multi).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unsupported { .. }),
        "{error}"
    );
}

/// n, e, d, p, q, dP, dQ, qInv of a new key.
fn pkcs1_numbers() -> Vec<Vec<u8>> {
    use der::Decode;
    let info = rsa2048().to_pkcs8_der().unwrap();
    let info = pkcs8::PrivateKeyInfoRef::from_der(info.as_ref()).unwrap();
    let key = pkcs1::RsaPrivateKeyRef::from_der(info.private_key.as_bytes()).unwrap();
    [
        key.modulus,
        key.public_exponent,
        key.private_exponent,
        key.prime1,
        key.prime2,
        key.exponent1,
        key.exponent2,
        key.coefficient,
    ]
    .map(|number| number.as_bytes().to_vec())
    .to_vec()
}

fn pkcs1(numbers: &[Vec<u8>]) -> Vec<u8> {
    let body: Vec<Vec<u8>> = numbers.iter().map(|n| asn1::uint_bytes(n)).collect();
    asn1::sequence(&[&asn1::uint_bytes(&[]), &body.concat()])
}

#[test]
fn names_what_is_not_implemented() {
    // X448: 1.3.101.111.
    let der = secret_tlv(
        Tag::SEQUENCE,
        &[
            &hex!("020100"),
            &hex!("300506032b656f"),
            &asn1::octet_string(&[0; 58]),
        ],
    );
    let error = PrivateKey::from_pkcs8_der(&der).unwrap_err();
    assert!(error.to_string().contains("1.3.101.111"), "{error}");
}

/// A PSS key keeps its parameters through a round trip, and is bound by them.
#[test]
fn pss_keys_stay_pss_keys() {
    let algorithm = pss(Sha256).identifier();
    let info = rsa2048().to_pkcs8_der().unwrap();
    let inner = {
        use der::Decode;
        let info = pkcs8::PrivateKeyInfoRef::from_der(info.as_ref()).unwrap();
        info.private_key.as_bytes().to_vec()
    };
    let key = load::private_key_info(&algorithm, &inner);
    let key = PrivateKey::from_pkcs8_der(&key).unwrap();
    assert_eq!(key.public_key().kind(), KeyKind::RsaPss { bits: 2048 });
    works(&key);
    let again = PrivateKey::from_pkcs8_der(key.to_pkcs8_der().unwrap().as_ref()).unwrap();
    assert_eq!(
        again.public_key().pss_parameters(),
        Some(&PssParameters::new(Sha256))
    );
    let request = SignRequest::new(key, pss(Sha512), Vec::new());
    assert!(request.complete().is_err());
}
