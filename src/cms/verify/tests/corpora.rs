//! Messages of others, read with `SMIME_CORPORA`.

use std::path::{Path, PathBuf};

use super::hand::all;
use super::*;
use crate::Limits;
use crate::cms::read::{Received, read};

fn corpus(name: &str) -> Option<PathBuf> {
    let Some(root) = std::env::var_os("SMIME_CORPORA") else {
        crate::skip::loudly(format!("corpus {name}, because SMIME_CORPORA is not set"));
        return None;
    };
    Some(Path::new(&root).join(name))
}

fn certificates(files: &[PathBuf]) -> Vec<Certificate> {
    files
        .iter()
        .flat_map(|file| Certificate::all_from_bytes(&std::fs::read(file).unwrap()).unwrap())
        .collect()
}

/// The examples of RFC 4134: what is RSA verifies under the legacy policy, DSA is named.
#[test]
fn rfc4134() {
    let Some(folder) = corpus("rfc4134") else {
        return;
    };
    let policy = StandardPolicy::new().legacy();
    let content = std::fs::read(folder.join("ExContent.bin")).unwrap();
    let own = [
        "AliceDSSSignByCarlNoInherit",
        "AliceRSASignByCarl",
        "DianeDSSSignByCarlInherit",
    ];
    let files = own.map(|name| folder.join(format!("{name}.cer")));
    let candidates = certificates(&files);
    use Standing::{Unchecked, Verified};
    let expected: [(&str, &[Standing]); 9] = [
        ("4.1", &[Unchecked]),
        ("4.2", &[Verified]),
        ("4.3", &[Unchecked]),
        ("4.4", &[Unchecked]),
        ("4.5", &[Verified]),
        ("4.6", &[Unchecked, Unchecked]),
        ("4.7", &[Unchecked]),
        ("4.10", &[Unchecked]),
        ("4.11", &[]),
    ];
    for (name, standings) in expected {
        let message = std::fs::read(folder.join(format!("{name}.bin"))).unwrap();
        let signed = hand::signed(&message);
        assert!(!signed.certificates.is_empty(), "{name}");
        assert_eq!(
            signed.crls.len(),
            usize::from(["4.4", "4.11"].contains(&name))
        );
        let found: Vec<Standing> = all(&message, Some(&content), &candidates, &policy)
            .into_iter()
            .map(|evidence| evidence.unwrap())
            .inspect(|evidence| {
                assert!(!evidence.is_digest_mismatch(), "{name}");
                // All of it is SHA-1.
                assert!(evidence.is_legacy(), "{name}");
            })
            .map(|evidence| evidence.standing())
            .collect();
        assert_eq!(found, standings, "{name}");
        if let Some(own) = &signed.content {
            assert_eq!(*own.joined(), *content, "{name}");
        }
    }
}

#[test]
fn openssl_negative() {
    let Some(folder) = corpus("openssl") else {
        return;
    };
    let candidates = certificates(&[folder.join("smime-certs/smrsa1.pem")]);
    for (name, reason) in [
        (
            "no_ct_attr",
            Reason::MissingAttribute {
                attribute: "contentType",
            },
        ),
        (
            "no_md_attr",
            Reason::MissingAttribute {
                attribute: "messageDigest",
            },
        ),
        (
            "ct_multiple_attr",
            Reason::RepeatedAttribute {
                attribute: "contentType",
            },
        ),
        (
            "bad_signtime_attr",
            Reason::MalformedSigner {
                detail: "signingTime stands among the unsigned attributes".into(),
            },
        ),
    ] {
        let file = folder.join(format!("cms-negative/{name}.cms"));
        let message = std::fs::read(file).unwrap();
        let evidence = hand::one(&message, &candidates);
        // What nobody signed takes nothing from the signature; the failed check keeps it from being trusted.
        let expected = match name {
            // Its certificate is not the one of the others.
            "bad_signtime_attr" => Standing::Unchecked,
            _ => Standing::Invalid,
        };
        assert_eq!(evidence.standing(), expected, "{name}");
        assert!(failures(&evidence).contains(&reason), "{name}");
    }
    // MD4, which is not implemented.
    let pem = std::fs::read(folder.join("cms-negative/pkcs7-md4.pem")).unwrap();
    let found = &all(
        &der::pem::decode_vec(&pem).unwrap().1,
        None,
        &[],
        &hand::standard(),
    )[0];
    let evidence = found.as_ref().unwrap();
    assert_eq!(evidence.standing(), Standing::Unchecked);
    assert!(evidence.checks()[0].to_string().contains("MD4"));
    // No digest algorithms, with a signer.
    let mail = std::fs::read(folder.join("cms-negative/pkcs7-empty-digest-set.eml")).unwrap();
    let found = all(&base64_part(&mail), Some(b"any"), &[], &hand::standard());
    assert!(matches!(&found[..], [Err(detail)] if detail.contains("digest algorithm")));
    let malformed = std::fs::read(folder.join("cms-negative/malformed.pkcs7")).unwrap();
    if let Ok(Received::Signed(signed)) = read(&malformed, &Limits::default()) {
        assert!(signed.signers.iter().flatten().next().is_none());
    }
}

/// The octets of the last base64 block of a mail.
fn base64_part(mail: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(mail.to_vec()).unwrap().replace('\r', "");
    let is_base64 = |block: &&str| !block.is_empty() && !block.contains([':', '-', ' ']);
    let block = text.split("\n\n").filter(is_base64).last().unwrap();
    let mut out = Vec::new();
    let mut reader = crate::mime::base64::Base64Reader::default();
    reader.push(block.as_bytes(), &mut out).unwrap();
    reader.finish(&mut out).unwrap();
    out
}

/// What NSS wrote: opaque, in one layer.
#[test]
fn thunderbird_opaque() {
    let Some(folder) = corpus("thunderbird") else {
        return;
    };
    for name in ["alice.sig.SHA256.opaque.eml", "alice.sig.SHA512.opaque.eml"] {
        let mail = std::fs::read(folder.join(name)).unwrap();
        let message = base64_part(&mail);
        let signed = hand::signed(&message);
        let candidates: Vec<Certificate> = signed
            .certificates
            .iter()
            .map(|der| Certificate::from_der_exact(der).unwrap())
            .collect();
        let evidence = hand::one(&message, &candidates);
        assert_eq!(evidence.standing(), Standing::Verified, "{name}");
        assert!(failures(&evidence).is_empty(), "{name}");
    }
}

/// Not one of them panics.
#[test]
fn fuzz_seeds_do_not_panic() {
    let Some(folder) = corpus("fuzz-seeds/cms") else {
        return;
    };
    let mut count = 0_usize;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let Ok(Received::Signed(signed)) = read(&bytes, &Limits::default()) else {
            continue;
        };
        count += 1;
        let candidates: Vec<Certificate> = signed
            .certificates
            .iter()
            .filter_map(|der| Certificate::from_der_exact(der).ok())
            .collect();
        let content = SignedContent {
            content_type: signed.content_type,
            octets: SignedOctets::Held(signed.content.clone().unwrap_or_default()),
            digests: Vec::new(),
        };
        for signer in signed.signers.iter().flatten() {
            let policy = StandardPolicy::new().legacy();
            verify_signer(signer, &content, &candidates, &policy);
        }
    }
    assert!(count > 0);
}
